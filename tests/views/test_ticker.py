from hypothesis import given
from hypothesis import strategies as st

from perpit.domain.words import BUY, SELL
from perpit.views.ticker import TickerStatistics
from tests.instruments import btcusdt
from tests.views.hand import START_MS, Hand

MINUTE_MS, DAY_MS = 60_000, 86_400_000
VALUE_PER_TICK_LOT = 10_000
gaps = [0, 1, 30_000, MINUTE_MS, 7 * MINUTE_MS, DAY_MS // 3, DAY_MS - MINUTE_MS, DAY_MS, 2 * DAY_MS]
drawn_trades = st.lists(
    st.tuples(st.sampled_from(gaps), st.integers(90, 110), st.integers(1, 9), st.booleans()), max_size=30
)


def read(hand: Hand) -> TickerStatistics:
    return hand.world.tickers[0].statistics()


@given(drawn_trades, st.sampled_from(gaps))
def test_statistics_are_those_of_the_trades_since_the_same_minute_of_yesterday(
    drawn: list[tuple[int, int, int, bool]], quiet_ms: int
) -> None:
    hand = Hand(btcusdt())
    trades = []
    for number, (gap_ms, price_ticks, qty_lots, looks) in enumerate(drawn, 1):
        hand.time_ms += gap_ms
        hand.trade(price_ticks, qty_lots)
        trades.append((number, hand.time_ms, price_ticks, qty_lots))
        if looks:  # reading in between keeps sums; they must not grow stale
            read(hand)
    hand.time_ms += quiet_ms
    hand.fold()
    open_ms = hand.time_ms // MINUTE_MS * MINUTE_MS - DAY_MS
    within = [trade for trade in trades if trade[1] >= open_ms]
    ticker = read(hand)
    assert ticker.open_ms == open_ms
    assert ticker.count == len(within)
    if trades:
        assert (ticker.last_price_ticks, ticker.last_qty_lots) == trades[-1][2:]
        assert ticker.close_ms == trades[-1][1]
    if not within:
        assert (ticker.qty_lots, ticker.value_units, ticker.change_ticks) == (0, 0, 0)
        assert (ticker.first_id, ticker.last_id, ticker.weighted_average_e8) == (-1, -1, 0)
        assert ticker.open_ticks == ticker.high_ticks == ticker.low_ticks == ticker.last_price_ticks
        return
    prices = [trade[2] for trade in within]
    assert (ticker.open_ticks, ticker.high_ticks, ticker.low_ticks) == (prices[0], max(prices), min(prices))
    assert (ticker.first_id, ticker.last_id) == (within[0][0], within[-1][0])
    lots = sum(trade[3] for trade in within)
    weight = sum(trade[2] * trade[3] for trade in within)
    assert (ticker.qty_lots, ticker.value_units) == (lots, weight * VALUE_PER_TICK_LOT)
    assert ticker.weighted_average_e8 == (2 * weight * 10_000_000 + lots) // (2 * lots)
    assert ticker.change_ticks == prices[-1] - prices[0]


def test_the_percentage_has_three_decimals_rounded_half_away_from_zero() -> None:
    hand = Hand(btcusdt())
    hand.trade(990_000, 1)
    hand.trade(40_000, 1, SELL)
    assert read(hand).change_percent_e3 == -95_960  # −95.9595… %, as the exchange's own sample shows it
    hand.trade(990_000 + 4_950, 1, BUY)
    assert read(hand).change_percent_e3 == 500


def test_before_the_first_trade_everything_is_zero() -> None:
    ticker = read(Hand(btcusdt()))
    assert (ticker.last_price_ticks, ticker.open_ticks, ticker.count, ticker.change_percent_e3) == (
        0,
        0,
        0,
        0,
    )
    assert (ticker.first_id, ticker.last_id, ticker.close_ms) == (-1, -1, START_MS)
