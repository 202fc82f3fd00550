"""The state of one traded instrument: its book, its prices, its trade counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import i64

from perpit.domain.events import BookChanged, Event
from perpit.domain.instrument import LARGEST_ON_GRID, Instrument
from perpit.domain.margin import ASSUMING_LIMIT_SELL_PPM
from perpit.domain.numbers import PPM, UNIT, div_ceil, mul
from perpit.domain.words import BUY, CONTRACT_PRICE, DELIVERED, DELIVERING, TRADING
from perpit.engine.agenda import Agenda
from perpit.engine.book import Book, Ladder, Level
from perpit.engine.edges import EdgeHeap
from perpit.engine.funding_rate import FundingRate
from perpit.engine.order_index import OrderIndex
from perpit.engine.rules import BASIS_SAMPLES, HOUR_MS, NO_OPENING_BEFORE_DELIVERY_MS
from perpit.engine.settlement import Settlement
from perpit.engine.treasury import Till
from perpit.engine.triggers import Watch

if TYPE_CHECKING:
    from perpit.engine.account import Exposure
    from perpit.engine.risk import Risk


class Market:
    """One instrument as the engine trades it. Prices are 0 until there is one."""

    def __init__(self, instrument: Instrument, till: Till, risk: Risk, agenda: Agenda) -> None:
        self.instrument = instrument
        self.agenda = agenda
        self.watch: Watch | None = None  # once an order waited for a price
        self.till = till
        self.risk = risk
        self.long_edges = EdgeHeap(2)
        self.short_edges = EdgeHeap(1)
        self.edges_at_e8 = 0  # the mark price that the edges were last held against
        self.status: i64 = TRADING
        self.settlement: Settlement | None = None  # when its end is known
        if not instrument.is_perpetual:
            self.settlement = Settlement(instrument.delivery_ms, NO_OPENING_BEFORE_DELIVERY_MS)
        self.book = Book()
        self.orders = OrderIndex()  # every resting order of a customer
        self.next_trade_id: i64 = 1
        self.last_price_ticks: i64 = 0
        self.assumed_sell_e8 = 0  # what the last price makes of a sell order's assuming price
        self.tick_ms: i64 = 0  # when the mark was last computed
        self.index_e8 = 0
        self.mark_e8 = 0
        self.pinned_e8 = 0
        # Prices in ticks that follow from the mark: PERCENT_PRICE for limit prices and for market orders' first
        # fill, marketTakeBound for how far a market order walks (semantics 5.10, 5.11.1).
        self.buy_cap_ticks = 0
        self.sell_floor_ticks = 0
        self.buy_bound_ticks = 0
        self.sell_bound_ticks = 0
        self.funding = FundingRate(instrument)
        # everybody who ever traded here, in the order of their first time: whom funding and liquidation visit
        self.exposures: list[Exposure] = []
        self.basis_window: list[int] = []
        self.mark_window: list[int] = []

    def has_ended(self) -> bool:
        """Whether nothing is traded here any more, and nothing moves: settled, or soon to be."""
        return self.status == DELIVERING or self.status == DELIVERED

    def is_live(self) -> bool:
        """Whether it has prices that move: from the first index price to the last trade."""
        return self.index_e8 != 0 and not self.has_ended()

    def opposite(self, side: i64) -> Ladder:
        """The ladder that an order of this side would take from."""
        return self.book.asks if side == BUY else self.book.bids

    def price_e8(self, price_ticks: int) -> int:
        """A price on the grid as one off the grid."""
        return mul(self.instrument.tick_e8, price_ticks)

    def largest_price_e8(self) -> int:
        """No index and no mark may be higher: in ticks it would not be on any grid."""
        return LARGEST_ON_GRID * self.instrument.tick_e8

    def last_price_e8(self) -> int:
        return self.price_e8(self.last_price_ticks)

    def take_trade_id(self) -> i64:
        trade_id = self.next_trade_id
        self.next_trade_id = trade_id + 1
        return trade_id

    def print_trade(self, price_ticks: i64) -> i64:
        """A trade at a price: the last price follows. Returns the trade's id."""
        trade_id = self.take_trade_id()
        if price_ticks != self.last_price_ticks:
            self.last_price_ticks = price_ticks
            last_e8 = self.last_price_e8()
            self.assumed_sell_e8 = last_e8 + mul(last_e8, ASSUMING_LIMIT_SELL_PPM) // PPM
            watch = self.watch
            if watch is not None:
                watch.note_trade(price_ticks)
        return trade_id

    def working_ticks(self, working_type: i64) -> i64:
        """The present price of a working type, as `Watch.working_ticks` tells it."""
        if working_type == CONTRACT_PRICE and self.last_price_ticks != 0:
            return self.last_price_ticks
        return self.mark_e8 // self.instrument.tick_e8

    def dissolve(self) -> None:
        """Let go of every resting order, without a trace: the engine ends."""
        self.book.dissolve()
        self.orders = OrderIndex()

    def set_index(self, price_e8: int) -> bool:
        """Take a new index price; True when it is the first, which gives the mark its first value at once."""
        self.index_e8 = price_e8
        if self.mark_e8 != 0:
            return False
        self._set_mark(price_e8)
        return True

    def pin_mark(self, price_e8: int, time_ms: i64) -> None:
        """Hold the mark, or with 0 let it be computed again."""
        self.tick_ms = time_ms
        self.pinned_e8 = price_e8
        self._set_mark(price_e8 if price_e8 != 0 else self._computed_mark_e8())

    def tick_mark(self, time_ms: i64) -> None:
        """One mark interval passed: sample the basis, compute the mark, sample it too."""
        self.tick_ms = time_ms
        settlement = self.settlement
        if settlement is not None and settlement.is_sampling(time_ms):
            settlement.sample(self.index_e8, 1)
        bid, ask = self.book.bids.best, self.book.asks.best
        if bid is not None and ask is not None:
            middle_e8 = mul(self.instrument.tick_e8, bid.price_ticks + ask.price_ticks) // 2
            _slide(self.basis_window, middle_e8 - self.index_e8)
        self._set_mark(self.pinned_e8 if self.pinned_e8 != 0 else self._computed_mark_e8())
        _slide(self.mark_window, self.mark_e8)

    def average_e8(self) -> int:
        """Moving average of the mark (semantics 3.2.6), floor; the mark itself before the first sample."""
        if not self.mark_window:
            return self.mark_e8
        return sum(self.mark_window) // len(self.mark_window)

    def _set_mark(self, mark_e8: int) -> None:
        """Take a new mark price and what follows from it: buys round down, sells up."""
        if mark_e8 != self.mark_e8:
            self.risk.moves += 1
        self.mark_e8 = mark_e8
        instrument = self.instrument
        unit = PPM * instrument.tick_e8
        self.buy_cap_ticks = mark_e8 * instrument.percent_up_ppm // unit
        self.sell_floor_ticks = div_ceil(mark_e8 * instrument.percent_down_ppm, unit)
        self.buy_bound_ticks = mark_e8 * (PPM + instrument.market_bound_ppm) // unit
        self.sell_bound_ticks = div_ceil(mark_e8 * (PPM - instrument.market_bound_ppm), unit)
        watch = self.watch
        if watch is not None:
            watch.note_mark(mark_e8)

    def settlement_e8(self) -> int:
        """What the contract would be settled at by what is known; without an end, the index (semantics 3.3.2)."""
        settlement = self.settlement
        return self.index_e8 if settlement is None else settlement.average_e8(self.index_e8)

    def _computed_mark_e8(self) -> int:
        """The mark price, near a settlement drawn to what that will be."""
        mark_e8 = self._trading_mark_e8()
        settlement = self.settlement
        if settlement is None:
            return mark_e8
        time_ms: int = self.tick_ms
        return settlement.drawn_e8(mark_e8, time_ms)

    def _trading_mark_e8(self) -> int:
        """Median of the index, the index plus the average basis, and the last price (semantics 3.2.1).

        Price 1 is the index with what the running funding rate has still to earn (semantics 3.2.2). With an empty side
        of the book, before the first trade or the first basis sample, the index stands alone (semantics 3.2.7). A
        delivery contract has no funding and no median (semantics 3.3.1).
        """
        book = self.book
        if book.bids.best is None or book.asks.best is None:
            return self.index_e8
        if self.last_price_ticks == 0 or not self.basis_window:
            return self.index_e8
        price_2 = self.index_e8 + sum(self.basis_window) // len(self.basis_window)
        if not self.instrument.is_perpetual:
            return price_2
        return sorted([self._price_1_e8(), price_2, self.last_price_e8()])[1]

    def _price_1_e8(self) -> int:
        """Index × (1 + rate × time to the next settlement ÷ interval), floor (semantics 3.2.2)."""
        funding = self.funding
        interval_ms = funding.interval_hours * HOUR_MS
        if interval_ms == 0 or funding.is_due(self.tick_ms):
            return self.index_e8
        left_ms: int = funding.next_ms(self.tick_ms) - self.tick_ms
        return self.index_e8 + self.index_e8 * funding.rate_e8 * left_ms // (UNIT * interval_ms)


def _slide(window: list[int], sample: int) -> None:
    window.append(sample)
    if len(window) > BASIS_SAMPLES:
        del window[0]


def tell_book(market: Market, time_ms: i64, events: list[Event]) -> None:
    """One `BookChanged` for every level that the command left otherwise than it was."""
    book = market.book
    first = book.first_touched
    if first is None:
        return
    symbol_id: i64 = market.instrument.symbol_id
    _tell_level(first, symbol_id, time_ms, events)
    for level in book.more_touched:
        _tell_level(level, symbol_id, time_ms, events)
    book.settle()


def _tell_level(level: Level, symbol_id: i64, time_ms: i64, events: list[Event]) -> None:
    if level.total_lots != level.lots_before and not level.is_hidden:
        events.append(BookChanged(time_ms, symbol_id, level.side, level.price_ticks, level.total_lots))
