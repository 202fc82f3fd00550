"""Orders that the venue places for an account to close its position: liquidation, deleveraging, delivery."""

from mypy_extensions import i64

from perpit.domain.commands import PlaceOrder
from perpit.domain.events import Event, OrderAccepted
from perpit.domain.numbers import div_ceil
from perpit.domain.words import BUY, LIMIT, NEW, SELL, STP_NONE
from perpit.engine import open_orders
from perpit.engine.account import Position
from perpit.engine.book import Order
from perpit.engine.market import Market


def place_forced(
    position: Position,
    order_id: i64,
    client_order_id: str,
    time_in_force: i64,
    lots: i64,
    limit_ticks: i64,
    time_ms: i64,
    events: list[Event],
) -> Order:
    """Enter the order and tell of it; filling or ending it is the caller's. It pays no commission on the book."""
    exposure = position.exposure
    request = PlaceOrder(
        exposure.account.account_id,
        exposure.market.instrument.symbol_id,
        client_order_id,
        closing_side(position),
        LIMIT,
        time_in_force,
        lots,
        limit_ticks,
        False,
        STP_NONE,
        position.position_side,
    )
    request.time_ms = time_ms
    order = Order(order_id, request, position, lots, 0, 0, True)
    order.is_forced = True
    open_orders.enter(order)
    events.append(
        OrderAccepted(
            time_ms,
            order_id,
            request,
            limit_ticks,
            lots,
            0,
            0,
            NEW,
            exposure.bid_units,
            exposure.ask_units,
        )
    )
    return order


def closing_side(position: Position) -> i64:
    """The side of an order that makes an open position smaller."""
    return SELL if position.qty_lots > 0 else BUY


def limit_ticks_of(market: Market, position: Position, price_e8: int) -> i64:
    """A price off the grid as the limit of an order that closes the position: on the grid, and never worse."""
    tick_e8 = market.instrument.tick_e8
    ticks = div_ceil(price_e8, tick_e8) if position.qty_lots > 0 else price_e8 // tick_e8
    return max(1, ticks)
