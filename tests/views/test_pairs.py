"""Series that quarters carry one after the other, and the index price of a pair."""

from hypothesis import given, settings
from hypothesis import strategies as st

from perpit.domain.events import ContractStatusChanged, InstrumentListed, MarkPriceChanged, TradePrinted
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import BUY, DELIVERING, TRADE_MARKET, USDS_M
from perpit.views.pairs import PairView
from tests.instruments import btcusdt
from tests.views.hand import START_MS, Hand
from tests.views.naive_candles import Trade, naive_candles, shown

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
INTERVALS = ("1m", "15m", "6h", "1d", "1w")


def quarter(symbol_id: int, delivery_ms: int, **terms: int) -> Instrument:
    name = f"BTCUSDT_Q{symbol_id}"
    return btcusdt(
        symbol_id,
        symbol=name,
        contract_type="QUARTER",
        delivery_ms=delivery_ms,
        funding_interval_hours=0,
        **terms,
    )


class Desk(Hand):
    """BTCUSDT and quarters of it, listed and delivered by hand; `trades` are those of each series, by its place."""

    def __init__(self) -> None:
        super().__init__(btcusdt())
        self.live: list[int] = []  # symbol ids in the order of their delivery
        self.trades: list[list[tuple[int, Trade]]] = [[], []]  # with their ids

    @property
    def pair(self) -> PairView:
        return self.world.pairs[(USDS_M, "BTCUSDT")]

    def list_quarter(self, **terms: int) -> int:
        symbol_id = len(self.world.catalog.by_id)
        self.fold(InstrumentListed(self.time_ms, quarter(symbol_id, START_MS + symbol_id * 10**10, **terms)))
        self.trade_ids.append(0)
        self.live.append(symbol_id)
        return symbol_id

    def deliver(self) -> None:
        symbol_id = self.live.pop(0)
        self.fold(ContractStatusChanged(self.time_ms, symbol_id, DELIVERING, self.time_ms, 60_000 * UNIT))

    def trade_quarter(self, place: int, price_ticks: int) -> None:
        symbol_id = self.live[place]
        self.trade(price_ticks, 2, BUY, symbol_id=symbol_id)
        if place < 2:
            row = (self.time_ms, price_ticks, 2, BUY)
            self.trades[place].append((self.trade_ids[symbol_id], row))


def prices(rows: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Candles without trade ids, which are the contracts' own."""
    return [row[:11] for row in rows]


steps = st.tuples(
    st.sampled_from(["trade", "trade", "trade", "deliver", "list"]),
    st.integers(0, 2),
    st.integers(90, 110),
    st.sampled_from([1, 20_000, MINUTE_MS, 17 * MINUTE_MS, 5 * HOUR_MS, 30 * HOUR_MS]),
)


@settings(max_examples=60)
@given(drawn=st.lists(steps, max_size=40))
def test_a_series_holds_the_trades_of_whichever_quarter_carries_it(
    drawn: list[tuple[str, int, int, int]],
) -> None:
    desk = Desk()
    for _ in range(3):
        desk.list_quarter()
    for what, place, price_ticks, gap_ms in drawn:
        if what == "list":
            desk.list_quarter()
        elif what == "deliver" and len(desk.live) > 2:
            desk.deliver()
        elif what == "trade":
            desk.trade_quarter(place % len(desk.live), price_ticks)
        desk.time_ms += gap_ms
        desk.fold()
    for relay, trades in zip(desk.pair.quarters, desk.trades, strict=True):
        rows = [trade for _trade_id, trade in trades]
        for interval in INTERVALS:
            expected = naive_candles(interval, rows, 0, desk.time_ms, 1_000)
            assert prices([shown(row) for row in relay.candles.candles(interval, 0, None, 1_000)]) == prices(
                expected
            )
        current = relay.candles.current("1d")
        if current is not None and current.count:
            ids = [trade_id for trade_id, trade in trades if trade[0] >= current.open_ms]
            assert (current.first_trade_id, current.last_trade_id) == (ids[0], ids[-1])


def test_the_day_of_a_delivery_has_the_old_quarters_trades_and_then_the_new_ones() -> None:
    desk = Desk()
    desk.list_quarter()
    desk.list_quarter()
    desk.trade_quarter(0, 100)
    desk.trade_quarter(1, 900)
    desk.time_ms += MINUTE_MS
    desk.deliver()
    desk.trade_quarter(0, 110)
    current, following = (relay.candles.current("1d") for relay in desk.pair.quarters)
    assert current is not None
    assert (current.open_ticks, current.high_ticks, current.close_ticks, current.count) == (100, 110, 110, 2)
    assert following is not None
    assert (following.close_ticks, following.count) == (900, 1), "nobody is the next one now"
    own = desk.world.candles[2].current("1d")
    assert own is not None
    assert own.open_ticks == 900, "the contract's own candles begin with its own first trade"


def test_a_series_stands_still_while_no_contract_carries_it() -> None:
    desk = Desk()
    desk.list_quarter()
    desk.trade_quarter(0, 100)
    desk.time_ms += MINUTE_MS
    desk.deliver()
    desk.time_ms += HOUR_MS
    desk.fold()
    candles = desk.pair.quarters[0].candles
    assert len(candles.candles("1m")) == 2
    desk.list_quarter()
    desk.trade_quarter(0, 120)
    assert [row.close_ticks for row in candles.candles("1m")[-2:]] == [100, 120]
    assert len(candles.candles("1m")) == 62


def test_a_contract_with_another_tick_begins_the_series_anew() -> None:
    desk = Desk()
    desk.list_quarter()
    desk.trade_quarter(0, 100)
    desk.list_quarter(tick_e8=100_000_000)
    desk.deliver()
    assert desk.pair.quarters[0].candles.current("1m") is None
    desk.trade_quarter(0, 7)
    current = desk.pair.quarters[0].candles.current("1m")
    assert current is not None
    assert current.open_ticks == 7


def test_candles_of_a_contract_end_with_the_moment_of_its_delivery() -> None:
    desk = Desk()
    symbol_id = desk.list_quarter()
    desk.trade_quarter(0, 100)
    desk.fold(MarkPriceChanged(desk.time_ms, symbol_id, UNIT, UNIT, UNIT, 0, 0))
    desk.time_ms += 2 * MINUTE_MS
    desk.deliver()
    desk.time_ms += HOUR_MS
    desk.fold()
    assert len(desk.world.candles[symbol_id].candles("1m")) == 3
    assert len(desk.world.mark_candles[symbol_id].candles("1m")) == 3


def test_trades_of_the_fund_and_of_deleveraging_are_in_no_series() -> None:
    desk = Desk()
    symbol_id = desk.list_quarter()
    desk.fold(TradePrinted(desk.time_ms, symbol_id, 1, 100, 1, BUY, TRADE_MARKET + 1))
    assert desk.pair.quarters[0].candles.current("1m") is None


def index_of(desk: Desk) -> tuple[int, int]:
    """The close of the pair's index and how many samples it has seen this month."""
    candle = desk.pair.index.current("1M")
    assert candle is not None
    return candle.close_e8, candle.count


def tell(desk: Desk, symbol_id: int, index_e8: int) -> None:
    desk.fold(MarkPriceChanged(desk.time_ms, symbol_id, index_e8, 5, 5, 0, 0))


def test_a_pair_has_the_index_of_the_first_contract_that_is_traded() -> None:
    desk = Desk()
    first, second = desk.list_quarter(), desk.list_quarter()
    tell(desk, second, 30)
    assert index_of(desk) == (30, 1)
    desk.time_ms += 1_000
    tell(desk, first, 20)
    tell(desk, second, 31)
    assert index_of(desk) == (20, 2), "the contract that was listed before speaks from now on"
    desk.time_ms += 1_000
    tell(desk, first, 21)
    desk.deliver()
    desk.time_ms += 1_000
    tell(desk, second, 32)
    assert index_of(desk) == (32, 4), "a contract that has ended says nothing any more"
    desk.time_ms += 1_000
    tell(desk, 0, 10)
    tell(desk, second, 33)
    assert index_of(desk) == (10, 5)
