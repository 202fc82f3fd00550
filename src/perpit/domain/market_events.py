"""Events of instruments: listing, book, trades, prices, funding rates."""

from mypy_extensions import i64, mypyc_attr

from perpit.domain.event import Event
from perpit.domain.instrument import Instrument


@mypyc_attr(acyclic=True)
class InstrumentListed(Event):
    def __init__(self, time_ms: i64, instrument: Instrument) -> None:
        self.time_ms: i64 = time_ms
        self.instrument = instrument


@mypyc_attr(acyclic=True, free_list_len=1)
class BookChanged(Event):
    """The whole quantity now resting at a price; 0 when the level is gone. After the trades that caused it."""

    def __init__(self, time_ms: i64, symbol_id: i64, side: i64, price_ticks: i64, qty_lots: i64) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.side: i64 = side
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots


@mypyc_attr(acyclic=True, free_list_len=1)
class TradePrinted(Event):
    """A trade as the public sees it. `kind` tells ordinary trades from insurance-fund and deleveraging ones.

    `is_rpi`: the maker's order was an RPI order, which nobody saw (semantics 5.3, 8.1.1).
    """

    def __init__(
        self,
        time_ms: i64,
        symbol_id: i64,
        trade_id: i64,
        price_ticks: i64,
        qty_lots: i64,
        taker_side: i64,
        kind: i64,
        is_rpi: bool = False,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.trade_id: i64 = trade_id
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.taker_side: i64 = taker_side
        self.kind: i64 = kind
        self.is_rpi = is_rpi


@mypyc_attr(acyclic=True)
class TradeCalculated(Event):
    """A trade off the book, at a price that need not lie on the grid; no part of candles and trade lists (2.6.3)."""

    def __init__(
        self,
        time_ms: i64,
        symbol_id: i64,
        trade_id: i64,
        price_e8: int,
        qty_lots: i64,
        taker_side: i64,
        kind: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.trade_id: i64 = trade_id
        self.price_e8 = price_e8
        self.qty_lots: i64 = qty_lots
        self.taker_side: i64 = taker_side
        self.kind: i64 = kind


@mypyc_attr(acyclic=True)
class IndexPriceChanged(Event):
    """The index price, in 1e-8 of the quote, between two mark prices; the first one comes with a `MarkPriceChanged`."""

    def __init__(self, time_ms: i64, symbol_id: i64, index_e8: int) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.index_e8 = index_e8


@mypyc_attr(acyclic=True)
class BasketPriced(Event):
    """What the parts of a composite index cost now, in the order of its basket; the index that follows comes next."""

    def __init__(self, time_ms: i64, symbol_id: i64, prices_e8: list[int]) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.prices_e8 = prices_e8


@mypyc_attr(acyclic=True)
class MarkPriceChanged(Event):
    """Index and mark price, in 1e-8 of the quote: once a second, at the first index price and at a pin.

    `average_e8` is the moving average of the mark over the basis window. `funding_rate_e8` is the running estimate for
    the settlement at `next_funding_ms`, which is 0 where no funding is charged (semantics 3.4.12).
    """

    def __init__(
        self,
        time_ms: i64,
        symbol_id: i64,
        index_e8: int,
        mark_e8: int,
        average_e8: int,
        funding_rate_e8: int,
        next_funding_ms: i64,
        settlement_e8: int = 0,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.index_e8 = index_e8
        self.mark_e8 = mark_e8
        self.average_e8 = average_e8
        self.funding_rate_e8 = funding_rate_e8
        self.next_funding_ms: i64 = next_funding_ms
        self.settlement_e8 = settlement_e8


@mypyc_attr(acyclic=True)
class PremiumSampled(Event):
    """The premium index of a perpetual, in 1e-8 and signed, as the funding rate samples it (semantics 3.4.3, 3.4.4).

    Comes before the mark price of its second. Samples that a sleeping venue makes up for are not told.
    """

    def __init__(self, time_ms: i64, symbol_id: i64, premium_e8: int) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.premium_e8 = premium_e8


@mypyc_attr(acyclic=True)
class FundingSettled(Event):
    """Funding was charged at a rate and a mark price; the `FundingPaid` of everybody who holds a position follow.

    `interval_hours` is the time until the next settlement: a rate at its bound changes it (semantics 3.4.10).
    """

    def __init__(self, time_ms: i64, symbol_id: i64, rate_e8: int, mark_e8: int, interval_hours: int) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.rate_e8 = rate_e8
        self.mark_e8 = mark_e8
        self.interval_hours = interval_hours


@mypyc_attr(acyclic=True)
class ContractStatusChanged(Event):
    """A contract's delivery was scheduled, drew near, or is done.

    `delivery_ms` is 0 when none is scheduled any more, `settlement_e8` 0 until it is done.
    """

    def __init__(
        self, time_ms: i64, symbol_id: i64, status: i64, delivery_ms: i64, settlement_e8: int
    ) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.status: i64 = status
        self.delivery_ms: i64 = delivery_ms
        self.settlement_e8 = settlement_e8
