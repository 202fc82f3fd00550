"""Orders and fills that were: one order, those that are open, the histories."""

from collections.abc import Callable
from typing import Final

from perpit.binance import errors, orders, render, schema
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, BOTH, PAIR, SPAN, SYMBOL, named
from perpit.binance.products import COIN, USDS
from perpit.binance.route import Route, one_or_all, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import USER_DATA
from perpit.binance.trade import Body, Values
from perpit.domain.instrument import Instrument
from perpit.domain.words import NEW, PARTIALLY_FILLED
from perpit.views.orders import OrderView

DAY_MS: Final = 24 * 3_600_000
LONGEST_SPAN_MS: Final = 7 * DAY_MS
KEPT_MS: Final = 90 * DAY_MS
UNFILLED_KEPT_MS: Final = 3 * DAY_MS


def query(call: Call) -> Body:
    """One order, open or finished."""
    return _found(call, call.world.orders.find)


def query_open(call: Call) -> Body:
    """One order that is open."""
    return _found(call, call.world.orders.find_open)


def _found(call: Call, find: Callable[..., OrderView | None]) -> Body:
    order_id, client_order_id = orders.named(call.values)
    instrument: Instrument = call.values["symbol"]
    order = find(call.account_id, instrument.symbol_id, order_id or None, client_order_id)
    if order is None or not _still_kept(order, call.now_ms):
        raise errors.NO_SUCH_ORDER()
    return render.queried_order(order, instrument, call.desk.profile)


def _still_kept(order: OrderView, now_ms: int) -> bool:
    """Whether the exchange still answers for an order of this age (semantics 5.1.3)."""
    if order.status == NEW or order.status == PARTIALLY_FILLED:
        return True
    return order.created_ms + (KEPT_MS if order.filled_lots else UNFILLED_KEPT_MS) >= now_ms


def _wanted(call: Call) -> tuple[int | None, frozenset[int]]:
    """The symbol that is sent; and all that are meant without one: those of the product, or of its pair."""
    instrument: Instrument | None = call.values["symbol"]
    found = named(call)
    return (instrument.symbol_id if instrument else None), frozenset(each.symbol_id for each in found)


def open_orders(call: Call) -> list[Body]:
    """Every open order of a symbol, or of all."""
    symbol_id, among = _wanted(call)
    found = call.world.orders.open_orders(call.account_id, symbol_id, among)
    by_id = call.world.catalog.by_id
    profile = call.desk.profile
    return [render.queried_order(order, by_id[order.request.symbol_id], profile) for order in found]


def all_orders(call: Call) -> list[Body]:
    """Orders of a symbol, or of all: from an id on, or within at most seven days (semantics 6.8)."""
    values = call.values
    start_ms, end_ms = span(values, call.now_ms)
    symbol_id, among = _wanted(call)
    from_id = values["orderId"]
    found = call.world.orders.all_orders(
        call.account_id,
        symbol_id,
        from_id,
        None if from_id is not None else start_ms,
        None if from_id is not None else end_ms,
        values["limit"],
        among,
        lambda order: _still_kept(order, call.now_ms),
    )
    if start_ms is None and from_id is None:
        earliest_ms = (end_ms if end_ms is not None else call.now_ms) - LONGEST_SPAN_MS
        found = [order for order in found if order.created_ms >= earliest_ms]
    by_id = call.world.catalog.by_id
    profile = call.desk.profile
    return [render.queried_order(order, by_id[order.request.symbol_id], profile) for order in found]


def user_trades(call: Call) -> list[Body]:
    """The account's fills in a symbol, or in all: from a trade id on, or within at most seven days (semantics 6.8)."""
    values = call.values
    start_ms, end_ms = span(values, call.now_ms)
    symbol_id, among = _wanted(call)
    from_id = values["fromId"]
    if from_id is not None and (start_ms is not None or end_ms is not None):
        raise errors.BAD_COMBINATION()
    found = call.world.orders.fills(
        call.account_id,
        symbol_id,
        from_id,
        start_ms,
        end_ms,
        values["orderId"],
        values["limit"],
        among,
        call.now_ms - call.desk.profile.fills_kept_days * DAY_MS,
    )
    if start_ms is None and from_id is None and values["orderId"] is None:
        earliest_ms = (end_ms if end_ms is not None else call.now_ms) - LONGEST_SPAN_MS
        found = [row for row in found if row.time_ms >= earliest_ms]
    by_id = call.world.catalog.by_id
    profile = call.desk.profile
    return [render.fill(row, by_id[row.symbol_id], profile) for row in found]


def span(values: Values, now_ms: int) -> tuple[int | None, int | None]:
    """startTime and endTime, at most seven days apart; a start alone means the seven days after it."""
    start_ms: int | None = values["startTime"]
    end_ms: int | None = values["endTime"]
    if start_ms is None:
        return start_ms, end_ms
    if end_ms is None:
        return start_ms, start_ms + LONGEST_SPAN_MS
    if start_ms > end_ms:
        raise errors.START_AFTER_END()
    if end_ms - start_ms > LONGEST_SPAN_MS:
        raise errors.INTERVAL_TOO_LONG(7)
    return start_ms, end_ms


COIN_SYMBOLS: Final[tuple[Param, ...]] = (ANY_SYMBOL, PAIR)
ORDER_ID: Final[Param] = Param("orderId", schema.not_negative)
LIMIT: Final[Param] = Param("limit", schema.between(1, 1000), default=500)
COIN_ORDERS_LIMIT: Final[Param] = Param("limit", schema.between(1, 100), default=50)
COIN_FILLS_LIMIT: Final[Param] = Param("limit", schema.between(1, 1000), default=50)


def list_routes(
    which: tuple[Param, ...], orders_limit: Param, trades_of: tuple[Param, ...], fills_limit: Param
) -> tuple[Route, ...]:
    """Lists of orders and fills; `which` and `trades_of` say how a product lets one choose symbols."""
    spans = (ORDER_ID, *SPAN)
    fills = (*trades_of, *spans, Param("fromId", schema.not_negative), fills_limit)
    return (
        Route(
            "GET", "/v1/openOrders", USER_DATA, one_or_all(1, 40), open_orders, which, returns="Open orders."
        ),
        Route(
            "GET",
            "/v1/allOrders",
            USER_DATA,
            5,
            all_orders,
            (*which, *spans, orders_limit),
            returns="Orders, oldest first.",
        ),
        Route("GET", "/v1/userTrades", USER_DATA, 5, user_trades, fills, returns="Fills, oldest first."),
    )


ROUTES: Final[tuple[Route, ...]] = (
    *routes_of(
        BOTH,
        Route("GET", "/v1/order", USER_DATA, 1, query, orders.NAME_ORDER, returns="The order."),
        Route("GET", "/v1/openOrder", USER_DATA, 1, query_open, orders.NAME_ORDER, returns="The open order."),
    ),
    *routes_of((USDS,), *list_routes((ANY_SYMBOL,), LIMIT, (SYMBOL,), LIMIT)),
    *routes_of((COIN,), *list_routes(COIN_SYMBOLS, COIN_ORDERS_LIMIT, COIN_SYMBOLS, COIN_FILLS_LIMIT)),
)
