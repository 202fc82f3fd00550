import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit.domain.words import BUY, SELL, TRADE_ADL, TRADE_INSURANCE_FUND
from perpit.views.limits import WorldLimits
from perpit.views.trades import AggTrade, TradesView
from perpit.views.world import World
from tests.instruments import btcusdt
from tests.views.hand import START_MS, Hand

drawn_trades = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 49, 50, 99, 100, 101, 5_000]),
        st.integers(100, 102),
        st.integers(1, 9),
        st.sampled_from([BUY, SELL]),
    ),
    max_size=60,
)


def shown(aggregate: AggTrade) -> tuple[int, ...]:
    return (
        aggregate.id,
        aggregate.price_ticks,
        aggregate.qty_lots,
        aggregate.first_id,
        aggregate.last_id,
        aggregate.time_ms,
        aggregate.taker_side,
    )


def ids(view: TradesView, **question: int) -> list[int]:
    return [aggregate.id for aggregate in view.aggregates(**question)]


def test_fills_at_one_price_are_one_aggregate_and_the_next_price_begins_another() -> None:
    hand = Hand(btcusdt())  # the example of semantics 8.1
    hand.trade(100, 1)
    hand.trade(100, 2)
    hand.trade(101, 3)
    assert [shown(aggregate) for aggregate in hand.world.trades[0].aggregates()] == [
        (1, 100, 3, 1, 2, START_MS, BUY),
        (2, 101, 3, 3, 3, START_MS, BUY),
    ]


def test_an_aggregate_ends_a_tenth_of_a_second_after_its_first_trade() -> None:
    hand = Hand(btcusdt())
    hand.trade(100, 1)
    hand.time_ms += 60
    hand.trade(100, 1)
    hand.time_ms += 39
    hand.trade(100, 1)
    view = hand.world.trades[0]
    assert view.finished_aggregates(0, START_MS + 99) == []
    assert [aggregate.qty_lots for aggregate in view.finished_aggregates(0, START_MS + 100)] == [3]
    hand.time_ms += 1
    hand.trade(100, 1)
    assert [aggregate.qty_lots for aggregate in view.aggregates()] == [3, 1]
    assert [aggregate.id for aggregate in view.finished_aggregates(0, hand.time_ms)] == [1]
    assert view.finished_aggregates(1, hand.time_ms) == []


@given(drawn_trades)
def test_aggregates_are_a_grouping_of_all_trades(trades: list[tuple[int, int, int, int]]) -> None:
    hand = Hand(btcusdt())
    naive: list[list[int]] = []
    for trade_id, (gap_ms, price_ticks, qty_lots, side) in enumerate(trades, 1):
        hand.time_ms += gap_ms
        hand.trade(price_ticks, qty_lots, side)
        last = naive[-1] if naive else None
        if last and last[1] == price_ticks and last[6] == side and hand.time_ms < last[5] + 100:
            last[2] += qty_lots
            last[4] = trade_id
        else:
            naive.append([len(naive) + 1, price_ticks, qty_lots, trade_id, trade_id, hand.time_ms, side])
    view = hand.world.trades[0]
    assert [list(shown(aggregate)) for aggregate in view.aggregates()] == naive
    assert [trade.id for trade in view.recent(1000)] == list(range(1, len(trades) + 1))


def test_trades_are_found_by_id_and_by_their_number_from_the_newest_back() -> None:
    hand = Hand(btcusdt())
    for number in range(20):
        hand.trade(100 + number, 1)
    view = hand.world.trades[0]
    assert [trade.id for trade in view.recent(3)] == [18, 19, 20]
    assert [trade.id for trade in view.from_id(5, 3)] == [5, 6, 7]
    assert [trade.id for trade in view.from_id(19, 3)] == [19, 20]
    assert view.from_id(21, 3) == []
    assert view.last_trade is not None
    assert (view.last_trade.id, view.last_trade.price_ticks) == (20, 119)


def test_aggregates_are_found_by_id_and_by_time() -> None:
    hand = Hand(btcusdt())
    for number in range(10):
        hand.trade(100 + number, 1)
        hand.time_ms += 10
    view = hand.world.trades[0]
    assert ids(view) == list(range(1, 11))
    assert ids(view, limit=2) == [9, 10]
    assert ids(view, from_id=4, limit=2) == [4, 5]
    assert ids(view, start_ms=START_MS + 41, limit=2) == [6, 7]
    assert ids(view, start_ms=START_MS + 40, end_ms=START_MS + 60) == [5, 6, 7]
    assert ids(view, end_ms=START_MS + 60, limit=2) == [6, 7]
    assert ids(view, start_ms=START_MS + 1_000) == []
    assert ids(view, start_ms=START_MS + 60, end_ms=START_MS + 50) == []


@pytest.mark.semantics("2.6.3")
def test_trades_of_the_fund_and_of_deleveraging_are_in_no_public_list() -> None:
    hand = Hand(btcusdt())
    hand.trade(100, 1)
    hand.trade(200, 1, kind=TRADE_INSURANCE_FUND)
    hand.trade(300, 1, kind=TRADE_ADL)
    hand.trade(101, 1)
    world = hand.world
    assert [trade.id for trade in world.trades[0].recent(10)] == [1, 4]
    assert [aggregate.first_id for aggregate in world.trades[0].aggregates()] == [1, 4]
    candle = world.candles[0].current("1m")
    assert candle is not None
    assert (candle.high_ticks, candle.count) == (101, 2)
    assert world.prices[0].last_price_ticks == 101


def test_old_trades_are_forgotten_and_ids_go_on() -> None:
    hand = Hand(btcusdt(), world=World(WorldLimits(trades_max=8, aggregates_max=8)))
    for number in range(100):
        hand.trade(100 + number, 1)
    view = hand.world.trades[0]
    assert 8 <= len(view.recent(100)) <= 9
    assert 8 <= len(view.aggregates()) <= 9
    assert view.recent(1)[0].id == view.aggregates()[-1].id == 100
    assert view.from_id(1, 2)[0].id >= 92
