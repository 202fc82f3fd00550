from hypothesis import given
from hypothesis import strategies as st

from perpit.domain.words import BUY, SELL
from perpit.views.limits import WorldLimits
from perpit.views.seconds import SecondsView
from perpit.views.world import World
from tests.instruments import btcusdt
from tests.views.hand import START_MS, Hand
from tests.views.naive_candles import Trade, naive_candles, shown

drawn_trades = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 400, 999, 1_000, 7_300, 61_000]),
        st.integers(90, 110),
        st.integers(1, 9),
        st.sampled_from([BUY, SELL]),
    ),
    max_size=40,
)


def traded(drawn: list[tuple[int, int, int, int]], world: World) -> tuple[Hand, list[Trade]]:
    hand = Hand(btcusdt(), world=world)
    trades: list[Trade] = []
    for gap_ms, price_ticks, qty_lots, side in drawn:
        hand.time_ms += gap_ms
        hand.trade(price_ticks, qty_lots, side)
        trades.append((hand.time_ms, price_ticks, qty_lots, side))
    return hand, trades


@given(drawn=drawn_trades, quiet_ms=st.integers(0, 5_000), start=st.integers(-2_000, 100_000))
def test_seconds_are_what_the_list_of_trades_gives(
    drawn: list[tuple[int, int, int, int]], quiet_ms: int, start: int
) -> None:
    hand, trades = traded(drawn, World())
    hand.time_ms += quiet_ms
    hand.fold()
    view = SecondsView(hand.world, btcusdt(), hand.world.trades[0])
    for start_ms in (0, START_MS + start):
        expected = naive_candles("1s", trades, start_ms, hand.time_ms, 50)
        assert [shown(row) for row in view.candles("1s", start_ms, None, 50)] == expected
    every = naive_candles("1s", trades, 0, hand.time_ms, 10_000)
    assert [shown(row) for row in view.candles("1s", limit=7)] == every[-7:]
    current = view.current("1s")
    assert [shown(current)] == every[-1:] if current is not None else every == []


def test_a_second_whose_first_trades_are_forgotten_is_not_shown() -> None:
    drawn = [(700, 100 + number % 7, 1, BUY) for number in range(500)]
    hand, trades = traded(drawn, World(WorldLimits(trades_max=100)))
    view = SecondsView(hand.world, btcusdt(), hand.world.trades[0])
    rows = [shown(row) for row in view.candles("1s", 0, None, 1_500)]
    every = naive_candles("1s", trades, 0, hand.time_ms, 1_500)
    assert 60 < len(rows) < len(every)
    assert rows == every[-len(rows) :]


def test_seconds_begin_with_the_time_since_which_they_are_asked_for() -> None:
    hand, _trades = traded([(0, 100, 1, BUY), (5_000, 101, 1, BUY), (5_000, 102, 1, BUY)], World())
    view = SecondsView(hand.world, btcusdt(), hand.world.trades[0], START_MS + 4_000)
    rows = view.candles("1s")
    assert (rows[0].open_ticks, len(rows)) == (101, 6)
    assert SecondsView(hand.world, btcusdt(), hand.world.trades[0], START_MS + 10_001).current("1s") is None
