"""Mark prices: what sets them, the tick of every second, and what follows when they have moved.

A tick samples the premium, computes the mark price and charges funding, in every market; then whoever the new prices
have brought below the maintenance margin is liquidated, and contracts whose time has come end.
"""

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.basket import basket_index_e8
from perpit.domain.commands import Command, PinMarkPrice, ScheduleDelivery, SetBasketPrices, SetIndexPrice
from perpit.domain.events import (
    BasketPriced,
    Event,
    IndexPriceChanged,
    MarkPriceChanged,
    PremiumSampled,
)
from perpit.domain.words import DELIVERED, DELIVERING
from perpit.engine.conditionals import Conditionals
from perpit.engine.deadlines import first_year_ms
from perpit.engine.delivery import Deliverer
from perpit.engine.funding import premium_e8, settle
from perpit.engine.insurance import InsuranceFund
from perpit.engine.liquidation import Liquidator
from perpit.engine.market import Market, tell_book
from perpit.engine.rules import (
    MARK_CATCH_UP_TICKS,
    MARK_INTERVAL_MS,
    PREMIUM_INTERVAL_MS,
    SETTLEMENT_WINDOW_MS,
    SETTLING_TAKES_MS,
    SLEEP_MS_MAX,
)
from perpit.engine.timers import Timers


class Marks:
    """The mark prices of all markets. `next_ms` is when the next tick is due; 0 before the first price."""

    def __init__(
        self,
        markets: list[Market],
        liquidator: Liquidator,
        deliverer: Deliverer,
        fund: InsuranceFund,
        timers: Timers,
        conditionals: Conditionals,
    ) -> None:
        self.markets = markets
        self.liquidator = liquidator
        self.deliverer = deliverer
        self.fund = fund
        self.timers = timers
        self.conditionals = conditionals
        self.next_ms: i64 = 0

    def set_market(self, command: Command, events: list[Event]) -> int:
        """Index prices, pinned marks, and the end of a contract."""
        assert isinstance(command, (SetIndexPrice, SetBasketPrices, PinMarkPrice, ScheduleDelivery))
        if not 0 <= command.symbol_id < len(self.markets):
            return no.UNKNOWN_SYMBOL
        market = self.markets[command.symbol_id]
        if market.has_ended():
            return no.SYMBOL_CLOSED
        if isinstance(command, ScheduleDelivery):
            return self.deliverer.schedule(market, command, events)
        if isinstance(command, SetIndexPrice):
            return self._set_index(market, command.price_e8, command.time_ms, events)
        if isinstance(command, SetBasketPrices):
            return self._set_basket_prices(market, command, events)
        if not 0 <= command.price_e8 <= market.largest_price_e8():
            return no.INVALID_VALUE
        if market.index_e8 == 0:
            return no.NO_PRICE
        market.pin_mark(command.price_e8, command.time_ms)
        _tell_mark(market, command.time_ms, events)
        self.moved(command.time_ms, events)
        return 0

    def _set_index(self, market: Market, price_e8: int, time_ms: i64, events: list[Event]) -> int:
        """The first one gives the market its mark price, and the venue its first tick."""
        if not 0 < price_e8 <= market.largest_price_e8():
            return no.INVALID_VALUE
        if market.set_index(price_e8):
            _tell_mark(market, time_ms, events)
            self.moved(time_ms, events)
        else:
            events.append(IndexPriceChanged(time_ms, market.instrument.symbol_id, price_e8))
        if self.next_ms == 0:
            self.next_ms = (time_ms // MARK_INTERVAL_MS + 1) * MARK_INTERVAL_MS
            self.timers.set_year(first_year_ms(time_ms))  # there are no orders before a price
        return 0

    def _set_basket_prices(self, market: Market, command: SetBasketPrices, events: list[Event]) -> int:
        """The index of a composite index follows from what its parts cost (semantics 3.1.1)."""
        parts, prices_e8 = market.instrument.basket, command.prices_e8
        if not parts or len(prices_e8) != len(parts) or min(prices_e8) <= 0:
            return no.INVALID_VALUE
        told = len(events)
        refusal = self._set_index(market, basket_index_e8(parts, prices_e8), command.time_ms, events)
        if refusal == 0:
            events.insert(told, BasketPriced(command.time_ms, command.symbol_id, prices_e8))
        return refusal

    def run(self, last_seq: i64, time_ms: i64, events: list[Event]) -> None:
        """Mark prices of every whole second until now; a venue that slept long skips the repetitions.

        `last_seq` is the number of the last command before them.
        """
        if self.next_ms == 0:
            return
        last_due_ms = time_ms // MARK_INTERVAL_MS * MARK_INTERVAL_MS
        ticks = 0
        while self.next_ms <= last_due_ms:
            if ticks >= MARK_CATCH_UP_TICKS:
                self._skip(last_due_ms)
            for market in self.markets:
                if market.is_live():
                    _tick(market, self.next_ms, events)
            self.moved(self.next_ms, events)
            for market in self.markets:
                if market.settlement is not None:
                    self.deliverer.draw_near(market, self.next_ms, events)
                    self.deliverer.deliver(market, self.next_ms, events)
                self.fund.unwind(market, self.next_ms, events)
                tell_book(market, self.next_ms, events)
            self.conditionals.settle_timers(last_seq, self.next_ms, events)
            self.next_ms += MARK_INTERVAL_MS
            ticks += 1

    def moved(self, time_ms: i64, events: list[Event]) -> None:
        """Whoever the mark prices have brought below the maintenance margin is liquidated."""
        self.liquidator.run(self.markets, time_ms, events)
        for market in self.markets:
            tell_book(market, time_ms, events)

    def _skip(self, last_due_ms: i64) -> None:
        """Nothing moves any more: go on at the next settlement, or at the last whole second."""
        if last_due_ms - self.next_ms > SLEEP_MS_MAX:
            self.next_ms = last_due_ms - SLEEP_MS_MAX
        target = last_due_ms
        for market in self.markets:
            settles_ms = market.funding.next_ms(self.next_ms - 1)
            if market.is_live() and settles_ms != 0 and settles_ms < target:
                target = settles_ms
            delivers_ms = _delivers_ms(market, self.next_ms)
            if delivers_ms != 0 and delivers_ms < target:
                target = delivers_ms
        # samples that were due from the next tick until the one at which it goes on
        missed: int = (target - 1) // PREMIUM_INTERVAL_MS - (self.next_ms - 1) // PREMIUM_INTERVAL_MS
        for market in self.markets:
            if market.is_live() and market.funding.interval_hours != 0 and missed > 0:
                market.funding.sample_repeatedly(premium_e8(market), missed)
            _sample_settlement(market, self.next_ms, target)
        self.next_ms = target


def _delivers_ms(market: Market, from_ms: i64) -> i64:
    """When something is due of the contract's end, if that is to come; else 0."""
    settlement = market.settlement
    if settlement is None or market.index_e8 == 0 or market.status == DELIVERED:
        return 0
    due_ms = settlement.due_ms + SETTLING_TAKES_MS if market.status == DELIVERING else settlement.due_ms
    return due_ms if due_ms >= from_ms else 0


def _sample_settlement(market: Market, from_ms: i64, until_ms: i64) -> None:
    """The index of whole seconds that nothing happened in, from one to before another, as far as it counts."""
    settlement = market.settlement
    if settlement is None or not market.is_live():
        return
    first: int = max(from_ms, settlement.due_ms - SETTLEMENT_WINDOW_MS + MARK_INTERVAL_MS)
    last: int = min(until_ms - MARK_INTERVAL_MS, settlement.due_ms)
    if last >= first:
        settlement.sample(market.index_e8, (last - first) // MARK_INTERVAL_MS + 1)


def _tick(market: Market, time_ms: i64, events: list[Event]) -> None:
    """A mark interval of one market: sample the premium, compute the mark, charge funding."""
    if market.funding.interval_hours != 0 and time_ms % PREMIUM_INTERVAL_MS == 0:
        premium = premium_e8(market)
        market.funding.sample(premium)
        events.append(PremiumSampled(time_ms, market.instrument.symbol_id, premium))
    market.tick_mark(time_ms)
    _tell_mark(market, time_ms, events)
    if market.funding.is_due(time_ms):
        settle(market, time_ms, events)


def _tell_mark(market: Market, time_ms: i64, events: list[Event]) -> None:
    events.append(
        MarkPriceChanged(
            time_ms,
            market.instrument.symbol_id,
            market.index_e8,
            market.mark_e8,
            market.average_e8(),
            market.funding.rate_e8,
            market.funding.next_ms(time_ms),
            market.settlement_e8(),
        )
    )
