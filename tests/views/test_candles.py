from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpit.domain.words import BUY, SELL
from perpit.views.intervals import INTERVALS
from perpit.views.world import World
from tests.instruments import btcusdt
from tests.views.hand import START_MS, Hand
from tests.views.naive_candles import Trade, naive_candles, open_of, shown

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
gaps = [
    0,
    1,
    999,
    59_999,
    MINUTE_MS,
    3 * MINUTE_MS,
    17 * MINUTE_MS,
    HOUR_MS,
    5 * HOUR_MS,
    DAY_MS,
    9 * DAY_MS,
    33 * DAY_MS,
]
drawn_trades = st.lists(
    st.tuples(st.sampled_from(gaps), st.integers(90, 110), st.integers(1, 9), st.sampled_from([BUY, SELL])),
    max_size=25,
)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def traded(drawn: list[tuple[int, int, int, int]], world: World | None = None) -> tuple[Hand, list[Trade]]:
    """A world after the drawn trades, and the trades with their times."""
    hand = Hand(btcusdt(), world=world)
    trades: list[Trade] = []
    for gap_ms, price_ticks, qty_lots, side in drawn:
        hand.time_ms += gap_ms
        hand.trade(price_ticks, qty_lots, side)
        trades.append((hand.time_ms, price_ticks, qty_lots, side))
    return hand, trades


@pytest.mark.parametrize("interval", INTERVALS)
@settings(max_examples=20)  # for each of the fifteen intervals
@given(drawn=drawn_trades, quiet_ms=st.sampled_from(gaps), start=st.integers(0, 40 * DAY_MS))
def test_candles_of_every_interval_are_what_the_list_of_trades_gives(
    interval: str, drawn: list[tuple[int, int, int, int]], quiet_ms: int, start: int
) -> None:
    hand, trades = traded(drawn)
    hand.time_ms += quiet_ms
    hand.fold()
    view = hand.world.candles[0]
    for start_ms in (START_MS - DAY_MS, START_MS + start):
        expected = naive_candles(interval, trades, start_ms, hand.time_ms, 12)
        assert [shown(candle) for candle in view.candles(interval, start_ms, None, 12)] == expected
    current = view.current(interval)
    expected = naive_candles(interval, trades, open_of(interval, hand.time_ms), hand.time_ms, 1)
    assert [shown(current)] == expected if current is not None else expected == []


@pytest.mark.parametrize("interval", INTERVALS)
@settings(max_examples=20)  # for each of the fifteen intervals
@given(drawn=drawn_trades)
def test_the_newest_candles_end_at_the_end_time_or_at_the_present(
    interval: str, drawn: list[tuple[int, int, int, int]]
) -> None:
    hand, _trades = traded(drawn)
    view = hand.world.candles[0]
    every = [shown(candle) for candle in view.candles(interval, START_MS - 40 * DAY_MS, None, 3_000)]
    newest = [shown(candle) for candle in view.candles(interval, limit=7)]
    if len(every) < 3_000:
        assert newest == every[-7:]
    if newest:
        end_ms = newest[len(newest) // 2][0]
        ended = [shown(candle) for candle in view.candles(interval, None, end_ms, 3)]
        assert ended[-1] == newest[len(newest) // 2]
        assert ended == [shown(candle) for candle in view.candles(interval, ended[0][0], end_ms + 1, 100)]


@pytest.mark.parametrize(
    ("interval", "moment", "opens", "closes"),
    [
        ("1m", "2024-08-08T13:37:59", "2024-08-08T13:37", "2024-08-08T13:38"),
        ("15m", "2024-08-08T13:37:59", "2024-08-08T13:30", "2024-08-08T13:45"),
        ("8h", "2024-08-08T13:37:59", "2024-08-08T08:00", "2024-08-08T16:00"),
        ("3d", "2024-08-08T13:37:59", "2024-08-06T00:00", "2024-08-09T00:00"),
        ("1w", "2024-08-08T13:37:59", "2024-08-05T00:00", "2024-08-12T00:00"),
        ("1w", "2024-08-05T00:00:00", "2024-08-05T00:00", "2024-08-12T00:00"),
        ("1M", "2024-02-29T13:37:59", "2024-02-01T00:00", "2024-03-01T00:00"),
        ("1M", "2023-12-31T23:59:59", "2023-12-01T00:00", "2024-01-01T00:00"),
    ],
)
def test_intervals_are_aligned_to_utc_weeks_begin_on_monday_and_months_on_the_first(
    interval: str, moment: str, opens: str, closes: str
) -> None:
    grid = INTERVALS[interval]
    open_ms = grid.open_of(ms(moment))
    assert (open_ms, grid.step(open_ms, 1)) == (ms(opens), ms(closes))
    assert grid.step(ms(closes), -1) == open_ms


def test_a_minute_without_trades_is_flat_at_the_close_before_it() -> None:
    hand, _trades = traded([(0, 100, 5, BUY), (1, 103, 1, SELL), (2 * MINUTE_MS, 90, 2, SELL)])
    first, quiet, last = hand.world.candles[0].candles("1m")
    assert (first.open_ticks, first.high_ticks, first.low_ticks, first.close_ticks) == (100, 103, 100, 103)
    assert (first.taker_buy_lots, first.qty_lots, first.count) == (5, 6, 2)
    assert shown(quiet)[2:] == (103, 103, 103, 103, 0, 0, 0, 0, 0, -1, -1)
    assert (last.open_ticks, last.first_trade_id) == (90, 3)


def test_there_is_no_candle_before_the_first_trade_nor_after_the_present() -> None:
    hand = Hand(btcusdt())
    view = hand.world.candles[0]
    assert view.current("1h") is None
    assert view.candles("1h") == []
    hand.trade(100, 1)
    assert len(view.candles("1h", 0, START_MS + DAY_MS)) == 1
    assert view.candles("1h", START_MS + HOUR_MS) == []
    assert view.candles("1h", None, START_MS - HOUR_MS) == []
    assert (
        len(view.candles("1M", -(10**17), 10**17, 1_500)) == len(view.candles("1M", None, 10**17, 1_500)) == 1
    )
    assert view.candles("1M", None, -(10**17)) == view.candles("1M", 10**17) == []
    assert view.at("1m", START_MS) is None
    current = view.current("1m")
    assert current is not None
    assert view.at("1m", current.open_ms) is not None


def test_a_candle_that_was_given_out_does_not_change_when_trading_goes_on() -> None:
    hand, _trades = traded([(0, 100, 5, BUY)])
    before = hand.world.candles[0].current("5m")
    assert before is not None
    hand.trade(200, 1)
    assert before.high_ticks == 100


def test_a_quiet_year_costs_nothing_and_its_candles_are_there() -> None:
    hand, _trades = traded([(0, 100, 1, BUY), (366 * DAY_MS, 110, 1, BUY)])
    view = hand.world.candles[0]
    assert len(view.minutes.closed.rows) == 1
    assert len(view.candles("1m", limit=1_500)) == 1_500
    assert len(view.candles("1d", limit=1_500)) == 367


def test_of_each_interval_the_newest_candles_with_trades_are_kept() -> None:
    hand, trades = traded([(MINUTE_MS, 100 + number % 7, 1, BUY) for number in range(5_000)])
    view = hand.world.candles[0]
    for series in (view.minutes, *view.longer):
        assert len(series.closed.rows) <= 2_250
    rows = view.candles("1m", 0, None, 1)
    assert rows[0].count == 1
    assert rows[0].open_ms > trades[0][0]
    day = [shown(candle) for candle in view.candles("1d", 0, None, 10)]
    assert day == naive_candles("1d", trades, 0, hand.time_ms, 10)
