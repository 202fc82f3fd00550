"""Candles of mark price, index price and premium index, judged by a naive reference and by the engine's own events."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpit.domain.commands import Advance, Command, HouseDepth, ListInstrument, PinMarkPrice, SetIndexPrice
from perpit.domain.events import Event, MarkPriceChanged, PremiumSampled
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.views.intervals import INTERVALS
from perpit.views.price_candles import PackedCandles, PriceCandle, PriceCandlesView
from perpit.views.world import World
from tests.instruments import btcusd_perp, btcusdt
from tests.views.hand import START_MS, Hand
from tests.views.naive_candles import open_of
from tests.views.naive_prices import Sample, naive_prices, shown_price

SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000
gaps = [0, 1, 999, 59_999, MINUTE_MS, 3 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, 9 * DAY_MS, 33 * DAY_MS]
drawn_samples = st.lists(st.tuples(st.sampled_from(gaps), st.integers(-50, 50)), max_size=30)


class Clock:
    time_ms = START_MS


def sampled(drawn: list[tuple[int, int]]) -> tuple[Clock, PriceCandlesView, list[Sample]]:
    """A view that took the drawn samples, and the samples with their times."""
    clock = Clock()
    view = PriceCandlesView(clock, 2_000)
    samples: list[Sample] = []
    for gap_ms, price_e8 in drawn:
        clock.time_ms += gap_ms
        view.fold(clock.time_ms, price_e8)
        samples.append((clock.time_ms, price_e8))
    return clock, view, samples


@pytest.mark.parametrize("interval", INTERVALS)
@settings(max_examples=20)  # for each of the fifteen intervals
@given(drawn=drawn_samples, quiet_ms=st.sampled_from(gaps), start=st.integers(0, 40 * DAY_MS))
def test_candles_of_every_interval_are_what_the_list_of_samples_gives(
    interval: str, drawn: list[tuple[int, int]], quiet_ms: int, start: int
) -> None:
    clock, view, samples = sampled(drawn)
    clock.time_ms += quiet_ms
    for start_ms in (START_MS - DAY_MS, START_MS + start):
        expected = naive_prices(interval, samples, start_ms, clock.time_ms, 12)
        assert [shown_price(candle) for candle in view.candles(interval, start_ms, None, 12)] == expected
    newest = [shown_price(candle) for candle in view.candles(interval, limit=7)]
    assert newest == naive_prices(interval, samples, newest[0][0] if newest else 0, clock.time_ms, 8)
    current = view.current(interval)
    expected = naive_prices(interval, samples, open_of(interval, clock.time_ms), clock.time_ms, 1)
    assert [shown_price(current)] == expected if current is not None else expected == []


class Floor:
    """An engine and a world; `events` are all that ever happened."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.world = World()
        self.now_ms = START_MS
        self.seq = 0
        self.events: list[Event] = []
        self.do(ListInstrument(btcusdt()))
        self.do(ListInstrument(btcusd_perp(1)))

    def do(self, command: Command) -> None:
        self.seq += 1
        command.seq, command.time_ms = self.seq, self.now_ms
        events = self.engine.apply(command)
        self.world.fold(command, events)
        self.events += events

    def wait(self, ms: int) -> None:
        self.now_ms += ms
        self.do(Advance())


moves = st.tuples(
    st.sampled_from([SetIndexPrice, PinMarkPrice, HouseDepth]),
    st.integers(0, 1),
    st.integers(50_000, 70_000),
    st.sampled_from([0, 1, 700, 5_000, 61_000, 400_000]),
)


@settings(max_examples=20)
@given(drawn=st.lists(moves, max_size=20))
def test_marks_premiums_and_indexes_of_a_venue_are_the_samples_that_its_events_tell(
    drawn: list[tuple[type[Command], int, int, int]],
) -> None:
    floor = Floor()
    for make, symbol_id, price, wait_ms in drawn:
        if make is HouseDepth:
            floor.do(HouseDepth(symbol_id, [price * 10 - 5], [9_000], [price * 10 + 5], [9_000]))
        else:
            floor.do(make(symbol_id, price * UNIT))
        floor.wait(wait_ms)
    for symbol_id in (0, 1):
        marks = [
            event
            for event in floor.events
            if isinstance(event, MarkPriceChanged) and event.symbol_id == symbol_id
        ]
        premiums = [
            event
            for event in floor.events
            if isinstance(event, PremiumSampled) and event.symbol_id == symbol_id
        ]
        instrument = floor.world.catalog.by_id[symbol_id]
        first_of_second = {event.time_ms // SECOND_MS: event for event in reversed(marks)}
        indexes = sorted((event.time_ms, event.index_e8) for event in first_of_second.values())
        for view, samples in (
            (floor.world.mark_candles[symbol_id], [(event.time_ms, event.mark_e8) for event in marks]),
            (floor.world.premium_candles[symbol_id], [(each.time_ms, each.premium_e8) for each in premiums]),
            (floor.world.pairs[(instrument.market, instrument.pair)].index, indexes),
        ):
            for interval in ("1m", "5m", "1d"):
                expected = naive_prices(interval, samples, 0, floor.now_ms, 1_500)
                assert [shown_price(row) for row in view.candles(interval, 0, None, 1_500)] == expected


def test_a_minute_has_sixty_marks_and_indexes_and_twelve_premiums() -> None:
    floor = Floor()
    floor.do(SetIndexPrice(0, 60_000 * UNIT))
    floor.wait(5 * MINUTE_MS)
    world = floor.world
    pair = world.pairs[(0, "BTCUSDT")]
    for view, count in ((world.mark_candles[0], 60), (pair.index, 60), (world.premium_candles[0], 12)):
        whole = view.candles("1m")[1]
        assert whole.count == count
        assert whole.first_ms == whole.open_ms
        assert whole.last_ms == whole.close_ms + 1 - 60 // count * SECOND_MS
    hourly = world.mark_candles[0].current("1h")
    assert hourly is not None
    assert hourly.count == 1 + 300


def test_a_pinned_mark_is_in_the_candle_at_once() -> None:
    floor = Floor()
    floor.do(SetIndexPrice(0, 60_000 * UNIT))
    floor.do(PinMarkPrice(0, 50_000 * UNIT))
    floor.do(PinMarkPrice(0, 0))
    candle = floor.world.mark_candles[0].current("1m")
    assert candle is not None
    assert (candle.low_e8, candle.close_e8, candle.count) == (50_000 * UNIT, 60_000 * UNIT, 3)
    index = floor.world.pairs[(0, "BTCUSDT")].index.current("1m")
    assert index is not None
    assert (index.low_e8, index.count) == (60_000 * UNIT, 1), "a pin says nothing about the index"


def test_minutes_that_a_sleeping_venue_passed_over_are_flat_and_count_nothing() -> None:
    floor = Floor()
    floor.do(SetIndexPrice(0, 60_000 * UNIT))
    floor.wait(7 * HOUR_MS)
    rows = floor.world.mark_candles[0].candles("1m", limit=600)
    assert len(rows) == 7 * 60 + 1
    slept = [row for row in rows if row.count == 0]
    assert len(slept) > 300
    assert {(row.open_e8, row.close_e8, row.first_ms) for row in slept} == {
        (60_000 * UNIT, 60_000 * UNIT, -1)
    }


def test_the_newest_candles_of_each_interval_are_kept() -> None:
    clock, view, samples = sampled([(MINUTE_MS, number % 7) for number in range(5_000)])
    for series in (view.minutes, *view.longer):
        assert len(series.closed.rows) <= 2_250
    rows = view.candles("1m", 0, None, 1)
    assert rows[0].open_ms > samples[0][0]
    whole = naive_prices("1m", samples, clock.time_ms - 1_500 * MINUTE_MS, clock.time_ms, 1_500)
    assert [shown_price(row) for row in view.candles("1m", limit=1_500)] == whole
    days = [shown_price(candle) for candle in view.candles("1d", 0, None, 10)]
    assert days == naive_prices("1d", samples, 0, clock.time_ms, 10)


def test_numbers_beyond_a_machine_word_stay_exact() -> None:
    rows = PackedCandles(4)
    largest = (1 << 52) * 10_000_000
    for number in range(8):
        candle = PriceCandle(number * MINUTE_MS, number * MINUTE_MS + 59_999, number)
        candle.add(number * MINUTE_MS + 5, largest if number == 3 else -number)
        rows.append(candle)
        assert len(rows) <= 4
        assert shown_price(rows[-1]) == shown_price(candle)
    assert [row.open_ms // MINUTE_MS for row in rows[:]] == [4, 5, 6, 7]
    with pytest.raises(IndexError):
        rows[4]


def test_a_candle_that_was_given_out_does_not_change_when_prices_go_on() -> None:
    hand = Hand(btcusdt())
    hand.mark(60_000 * UNIT)
    before = hand.world.mark_candles[0].current("5m")
    assert before is not None
    hand.mark(70_000 * UNIT)
    assert before.high_e8 == 60_000 * UNIT
