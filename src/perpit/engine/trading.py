"""Orders of customers: place, amend, cancel. Each either does all it says or refuses and changes nothing."""

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import AmendOrder, CancelAllOrders, CancelOrder, PlaceOrder
from perpit.domain.events import AllOrdersCancelled, Event, OrderAccepted, OrderAmended
from perpit.domain.words import (
    BOTH,
    BUY,
    CANCELED,
    EXPIRED,
    FOK,
    GTD,
    GTX,
    IOC,
    KEEPS_PRICE,
    KEEPS_QTY,
    LIMIT,
    MARKET,
    NEW,
    PARTIALLY_FILLED,
    REASON_GTX,
    REASON_IOC_REMAINDER,
    REASON_MARKET_REMAINDER,
    REASON_NONE,
    RPI,
    STP_NONE,
)
from perpit.engine import checks, open_orders
from perpit.engine.account import Exposure, Position
from perpit.engine.book import Order
from perpit.engine.matching import Matcher
from perpit.engine.price_match import amendment_with, matched, matched_price_ticks, with_mode
from perpit.engine.timers import Timers


class Trading:
    """Places, amends and cancels, and numbers the orders: one counter for the venue, from 1."""

    def __init__(self, matcher: Matcher, timers: Timers) -> None:
        self.matcher = matcher
        self.timers = timers
        self.next_order_id: i64 = 1

    def take_order_id(self) -> i64:
        """The next order id."""
        order_id = self.next_order_id
        self.next_order_id = order_id + 1
        return order_id

    def place(self, exposure: Exposure, command: PlaceOrder, events: list[Event]) -> int:
        """Accept, match and rest one order, or refuse it and change nothing."""
        return self._place_new(exposure, command, events, False)

    def judge(self, exposure: Exposure, command: PlaceOrder) -> int:
        """What `place` would refuse the order with, or 0."""
        return self._place_new(exposure, command, [], True)

    def place_fired(self, exposure: Exposure, command: PlaceOrder, order_id: i64, events: list[Event]) -> int:
        """The same for what a conditional order became. It keeps its `order_id`; with 0 it is given one."""
        if command.price_match != 0:
            return self._place_matched(exposure, command, order_id, events, False)
        return self._place(exposure, command, order_id, events, False)

    def _place_new(
        self, exposure: Exposure, command: PlaceOrder, events: list[Event], only_judge: bool
    ) -> int:
        refusal = checks.check_kind(command, exposure.is_hedged)
        if refusal == 0:
            refusal = checks.check_account(exposure, command)
        if refusal != 0:
            return refusal
        if command.price_match != 0:
            return self._place_matched(exposure, command, 0, events, only_judge)
        return self._place(exposure, command, 0, events, only_judge)

    def _place_matched(
        self, exposure: Exposure, command: PlaceOrder, order_id: i64, events: list[Event], only_judge: bool
    ) -> int:
        """Take the limit price from the book as it is now (semantics 5.4)."""
        refusal = checks.check_market(exposure.market, checks.can_only_close(command))
        if refusal != 0:
            return refusal
        price_ticks = matched_price_ticks(exposure.market.book, command.side, command.price_match)
        if price_ticks == 0:
            return no.PRICE_MATCH_NO_LEVEL
        return self._place(exposure, matched(command, price_ticks), order_id, events, only_judge)

    def _place(
        self, exposure: Exposure, command: PlaceOrder, order_id: i64, events: list[Event], only_judge: bool
    ) -> int:
        market = exposure.market
        position = exposure.both
        is_closing = command.reduce_only
        if command.position_side != BOTH:
            position = exposure.position(command.position_side)
            is_closing = is_closing or checks.is_closing_side(command)
        own_e8 = market.price_e8(command.price_ticks)
        assumed_e8 = 0
        reserved_units = 0
        if not is_closing:
            assumed_e8 = open_orders.assumed_price_e8(market, command.side, command.order_type, own_e8)
            if assumed_e8 != 0:  # without a price there is nothing to divide an inverse value by
                reserved_units = market.instrument.value_at_e8(assumed_e8, command.qty_lots)
        refusal = checks.check_placement(position, command, own_e8, assumed_e8, reserved_units, is_closing)
        if refusal != 0 or only_judge:
            return refusal
        order = self._accept(position, command, order_id, assumed_e8, reserved_units, is_closing, events)
        limit_ticks: i64 = command.price_ticks
        if command.order_type == MARKET:
            limit_ticks = market.buy_bound_ticks if command.side == BUY else market.sell_bound_ticks
        self.matcher.cross(market, order, limit_ticks, _stp_mode(command), command.time_ms, events)
        if order.is_open and order.remaining_lots > 0:
            self._settle_remainder(exposure, order, command.time_ms, events)
        return 0

    def cancel(self, exposure: Exposure, command: CancelOrder, events: list[Event]) -> int:
        """Cancel one open order (semantics 5.7.5)."""
        order = _find(exposure, command.order_id, command.client_order_id)
        if order is None:
            return no.UNKNOWN_ORDER
        open_orders.cancel(order, command.time_ms, events)
        return 0

    def cancel_all(
        self, exposure: Exposure, command: CancelAllOrders, already: int, events: list[Event]
    ) -> int:
        """Cancel every resting order of the exposure, oldest first; so many that waited are cancelled already."""
        orders = open_orders.by_age(exposure)
        for order in orders:
            open_orders.cancel(order, command.time_ms, events)
        count = already + len(orders)
        events.append(AllOrdersCancelled(command.time_ms, command.account_id, command.symbol_id, count))
        return 0

    def amend(self, exposure: Exposure, command: AmendOrder, events: list[Event]) -> int:
        """Give an order a new price and total quantity at the back of the queue (semantics 5.6)."""
        order = _find(exposure, command.order_id, command.client_order_id)
        if order is None:
            return no.UNKNOWN_ORDER
        if order.request.order_type != LIMIT:
            return no.AMEND_NOT_LIMIT
        if command.side != order.side:
            return no.AMEND_SIDE_MISMATCH
        if command.keeps != 0:
            qty_lots: int = order.qty_lots if command.keeps & KEEPS_QTY else command.qty_lots
            price_ticks: int = order.price_ticks if command.keeps & KEEPS_PRICE else command.price_ticks
            command = amendment_with(command, qty_lots, price_ticks)
        if command.price_match != 0:
            return self._amend_matched(exposure, order, command, events)
        return self._amend(exposure, order, command, events)

    def _amend_matched(
        self, exposure: Exposure, order: Order, command: AmendOrder, events: list[Event]
    ) -> int:
        """Take the new price from the book as it is now (semantics 5.4)."""
        market = exposure.market
        refusal = checks.check_amended_match(command)
        if refusal == 0:
            refusal = checks.check_standing(exposure.account, order.is_closing)
        if refusal == 0:
            refusal = checks.check_market(market, order.is_closing)
        if refusal != 0:
            return refusal
        price_ticks = matched_price_ticks(market.book, order.side, command.price_match)
        if price_ticks == 0:
            return no.PRICE_MATCH_NO_LEVEL
        return self._amend(exposure, order, amendment_with(command, command.qty_lots, price_ticks), events)

    def _amend(self, exposure: Exposure, order: Order, command: AmendOrder, events: list[Event]) -> int:
        refusal = self._check_amendment(exposure, order, command)
        if refusal != 0:
            return refusal
        executed_lots: int = order.qty_lots - order.remaining_lots
        if command.qty_lots <= executed_lots:
            open_orders.cancel(order, command.time_ms, events)
            return 0
        crosses = checks.would_take(exposure.market, order.side, command.price_ticks)
        if crosses and order.request.time_in_force in (GTX, RPI):
            open_orders.close(order, CANCELED, REASON_GTX, command.time_ms, events)
            return 0
        self._requeue(exposure, order, command, events)
        return 0

    def _accept(
        self,
        position: Position,
        command: PlaceOrder,
        order_id: i64,
        assumed_e8: int,
        reserved_units: int,
        is_closing: bool,
        events: list[Event],
    ) -> Order:
        """Give the order its number and its reserve; a reduce-only market order is trimmed to the position."""
        qty_lots: i64 = command.qty_lots
        if is_closing and command.order_type == MARKET:
            size = position.size_lots()
            if qty_lots >= size:
                qty_lots = size
                open_orders.expire_closing(position, command.time_ms, events)
        if order_id == 0:
            order_id = self.take_order_id()
        order = Order(order_id, command, position, qty_lots, assumed_e8, reserved_units, is_closing)
        order.is_tied = command.is_algo or command.time_in_force == GTD
        exposure = position.exposure
        open_orders.enter(order)
        events.append(
            OrderAccepted(
                command.time_ms,
                order.order_id,
                command,
                order.price_ticks,
                qty_lots,
                0,
                0,
                NEW,
                exposure.bid_units,
                exposure.ask_units,
            )
        )
        return order

    def _settle_remainder(self, exposure: Exposure, order: Order, time_ms: i64, events: list[Event]) -> None:
        """What did not trade rests or expires, as its kind says."""
        if order.request.order_type == MARKET:
            open_orders.close(order, EXPIRED, REASON_MARKET_REMAINDER, time_ms, events)
        elif order.request.time_in_force == IOC:
            open_orders.close(order, EXPIRED, REASON_IOC_REMAINDER, time_ms, events)
        else:
            assert order.request.time_in_force != FOK, "an order that is filled or killed was filled in part"
            open_orders.rest(order)
            if order.request.time_in_force == GTD:
                # semantics 5.3: whole seconds are kept
                due_ms = order.request.good_till_ms // 1000 * 1000
                self.timers.end_order(exposure, order.order_id, due_ms)
            if order.position.closing_lots > 0:
                open_orders.shed_closing(order.position, time_ms, events)

    def _check_amendment(self, exposure: Exposure, order: Order, command: AmendOrder) -> int:
        """Every rule that can refuse an amendment, in the order of `domain.refusal_order.AMENDMENT` (semantics 5.6)."""
        market = exposure.market
        price_ticks: int = order.price_ticks  # as wide as the command's: those may be any nonsense yet
        qty_lots: int = order.qty_lots
        if command.price_ticks == price_ticks and command.qty_lots == qty_lots:
            return no.AMEND_NO_CHANGE
        if order.amendments >= market.instrument.max_amendments:
            return no.AMEND_TOO_OFTEN
        refusal = checks.check_standing(exposure.account, order.is_closing)
        if refusal == 0:
            refusal = checks.check_market(market, order.is_closing)
        if refusal == 0:
            refusal = checks.check_qty(market, LIMIT, command.qty_lots)
        if refusal == 0:
            refusal = checks.check_price(market, order.side, command.price_ticks)
        if refusal != 0:
            return refusal
        executed_lots: int = order.qty_lots - order.remaining_lots
        remaining = command.qty_lots - executed_lots
        if remaining <= 0:
            return 0
        if order.is_closing:
            return checks.check_closing_queue(
                order.position, order.side, command.price_ticks, remaining, order.order_id
            )
        if (
            checks.check_notional(
                market, market.instrument.value_units(command.price_ticks, command.qty_lots)
            )
            != 0
        ):
            return no.AMEND_NOTIONAL_BELOW_MIN
        price_e8 = market.price_e8(command.price_ticks)
        assumed_e8 = open_orders.assumed_price_e8(market, order.side, LIMIT, price_e8)
        added = market.instrument.value_at_e8(assumed_e8, remaining) - order.reserved_units
        return checks.check_margin(order.position, order.side, remaining, added, price_e8)

    def _requeue(self, exposure: Exposure, order: Order, command: AmendOrder, events: list[Event]) -> None:
        """Leave the queue, take the new terms, and come back as a taker that may rest (semantics 5.6.2, 5.6.5)."""
        market = exposure.market
        old_price_ticks, old_qty_lots = order.price_ticks, order.qty_lots
        market.book.remove(order)
        open_orders.readmit(order, command.price_ticks, command.qty_lots)
        order.amendments += 1
        if order.request.is_grid:
            market.agenda.grid_order_lost(order, REASON_NONE)
        if order.request.price_match != command.price_match:
            order.request = with_mode(order.request, command.price_match)
        executed_lots = order.qty_lots - order.remaining_lots
        events.append(
            OrderAmended(
                command.time_ms,
                order.order_id,
                order.request,
                order.price_ticks,
                order.qty_lots,
                executed_lots,
                order.filled_value,
                PARTIALLY_FILLED if executed_lots > 0 else NEW,
                exposure.bid_units,
                exposure.ask_units,
                old_price_ticks,
                old_qty_lots,
                command.modify_id,
                order.amendments,
            )
        )
        stp_mode = _stp_mode(order.request)
        self.matcher.cross(market, order, order.price_ticks, stp_mode, command.time_ms, events)
        if order.is_open and order.remaining_lots > 0:
            self._settle_remainder(exposure, order, command.time_ms, events)


def _find(exposure: Exposure, order_id: i64, client_order_id: str) -> Order | None:
    """An open order by its id, or by its client id when that is 0 (semantics 5.7.6)."""
    if order_id != 0:
        order = exposure.market.orders.find(order_id)
        return order if order is not None and order.exposure is exposure else None
    return exposure.orders.get(client_order_id)


def _stp_mode(request: PlaceOrder) -> i64:
    """Self-trade prevention does not act for FOK and GTX (semantics 5.5.3)."""
    if request.time_in_force == FOK or request.time_in_force == GTX:
        return STP_NONE
    return request.stp_mode
