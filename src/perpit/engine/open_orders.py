"""Open orders of an exposure: the indexes, and the notional that they reserve. One door in, one out.

An order that can only close reserves nothing (semantics 1.3.6, 1.3.8); its lots are counted so that they never exceed
the position.
"""

from mypy_extensions import i64

from perpit.domain.events import Event, OrderClosed
from perpit.domain.margin import ASSUMING_MARKET_BUY_PPM
from perpit.domain.numbers import PPM, mul
from perpit.domain.words import BUY, CANCELED, EXPIRED, LIMIT, MARKET, REASON_REDUCE_ONLY
from perpit.engine.account import Exposure, Position
from perpit.engine.book import Order, reaches
from perpit.engine.market import Market


def assumed_price_e8(market: Market, side: i64, order_type: i64, own_e8: int) -> int:
    """The price at which an order's margin is reckoned; 0 when a market order meets an empty side (semantics 1.4).

    `own_e8` is the order's limit price.
    """
    if order_type == MARKET:
        best = market.opposite(side).best
        if best is None:
            return 0
        price_e8 = market.price_e8(best.price_ticks)
        return price_e8 + mul(price_e8, ASSUMING_MARKET_BUY_PPM) // PPM if side == BUY else price_e8
    if side == BUY:
        return own_e8
    price_e8 = market.assumed_sell_e8 if market.assumed_sell_e8 > own_e8 else own_e8
    return market.mark_e8 if market.mark_e8 > price_e8 else price_e8


def enter(order: Order) -> None:
    """The order is open: count the notional that it reserves."""
    order.is_open = True
    if order.is_closing:
        order.position.closing_lots += order.remaining_lots
    else:
        _reserve(order, order.reserved_units)


def rest(order: Order) -> None:
    """The order stays: on the book, and findable by its ids."""
    exposure = order.exposure
    exposure.market.book.rest(order)
    if not order.is_listed:
        order.is_listed = True
        exposure.orders[order.request.client_order_id] = order
        exposure.market.orders.add(order)


def leave(order: Order) -> None:
    """The order is open no more."""
    _release(order)
    order.is_open = False
    if order.is_listed:
        exposure = order.exposure
        order.is_listed = False
        del exposure.orders[order.request.client_order_id]
        exposure.market.orders.remove(order)
    if order.is_tied:
        order.exposure.market.agenda.order_ended(order)


def filled(order: Order, lots: i64) -> None:
    """`lots` of an open order were just taken off `remaining_lots`: what is reserved follows."""
    if order.is_closing:
        order.position.closing_lots -= lots
        return
    if order.assumed_e8 == 0:
        return
    still = 0
    if order.remaining_lots > 0:
        still = order.exposure.market.instrument.value_at_e8(order.assumed_e8, order.remaining_lots)
    _reserve(order, still - order.reserved_units)
    order.reserved_units = still


def readmit(order: Order, price_ticks: int, qty_lots: int) -> None:
    """An amended order takes its new price and total quantity, and reserves anew."""
    executed_lots = order.qty_lots - order.remaining_lots
    _release(order)
    order.price_ticks = price_ticks
    order.qty_lots = qty_lots
    order.remaining_lots = order.qty_lots - executed_lots
    if not order.is_closing:
        market = order.exposure.market
        order.assumed_e8 = assumed_price_e8(market, order.side, LIMIT, market.price_e8(price_ticks))
        order.reserved_units = market.instrument.value_at_e8(order.assumed_e8, order.remaining_lots)
    enter(order)


def by_age(exposure: Exposure) -> list[Order]:
    """The resting orders, the oldest first. One that waited for a price rests later than its id tells."""
    return sorted(exposure.orders.values(), key=lambda order: order.order_id)


def _release(order: Order) -> None:
    if order.is_closing:
        order.position.closing_lots -= order.remaining_lots
    elif order.reserved_units != 0:
        _reserve(order, -order.reserved_units)
        order.reserved_units = 0


def _reserve(order: Order, units: int) -> None:
    if order.side == BUY:
        order.exposure.add_bids(units)
    else:
        order.exposure.add_asks(units)


def close(order: Order, status: i64, reason: i64, time_ms: i64, events: list[Event]) -> None:
    """End an open order otherwise than by filling it, wherever it stands, and tell of it."""
    exposure = order.exposure
    if order.level is not None:
        exposure.market.book.remove(order)
    leave(order)
    if order.request.is_grid:
        exposure.market.agenda.grid_order_lost(order, reason)
    events.append(
        OrderClosed(
            time_ms,
            order.order_id,
            order.request,
            order.price_ticks,
            order.qty_lots,
            order.qty_lots - order.remaining_lots,
            order.filled_value,
            status,
            exposure.bid_units,
            exposure.ask_units,
            reason,
        )
    )


def cancel(order: Order, time_ms: i64, events: list[Event]) -> None:
    close(order, CANCELED, 0, time_ms, events)


def shed_closing(position: Position, time_ms: i64, events: list[Event]) -> None:
    """Expire resting orders that can only close until the rest cannot flip the position (semantics 4.5.3).

    Worst price first, newest first within a price; every one of them when the position is flat or has flipped.
    """
    exposure = position.exposure
    while position.closing_lots > 0:
        worst: Order | None = None
        lots: i64 = 0
        for order in exposure.orders.values():
            if order.position is not position or not order.is_closing or order.level is None:
                continue
            lots += order.remaining_lots
            if worst is None or goes_before(order, worst):
                worst = order
        if worst is None:
            return
        held = position.qty_lots
        if lots <= (-held if worst.side == BUY else held):
            return
        close(worst, EXPIRED, REASON_REDUCE_ONLY, time_ms, events)


def expire_closing(position: Position, time_ms: i64, events: list[Event]) -> None:
    """A closing market order knocks out the resting ones that would close the same position (semantics 4.5.2)."""
    for order in by_age(position.exposure):
        if order.position is position and order.is_closing:
            close(order, EXPIRED, REASON_REDUCE_ONLY, time_ms, events)


def goes_before(order: Order, other: Order) -> bool:
    """Of two orders of a side, whether the first has the worse price, or stands behind in the same queue."""
    if order.price_ticks != other.price_ticks:
        return reaches(order.side, other.price_ticks, order.price_ticks)
    behind = other.behind
    while behind is not None and behind is not order:
        behind = behind.behind
    return behind is order
