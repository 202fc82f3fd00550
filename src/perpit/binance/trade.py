"""Orders: placing, amending, cancelling and reading them. Handlers and their rows of the table of routes."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Raw

from perpit.binance import errors, market, orders, render, schema
from perpit.binance.call import Call
from perpit.binance.products import COIN, USDS
from perpit.binance.profiles import Profile
from perpit.binance.route import Route, one_or_all, routes_of
from perpit.binance.schema import Param, Schema
from perpit.binance.security import TRADE, USER_DATA
from perpit.domain.commands import AmendOrder, CancelAllOrders, CancelOrder, Command, PlaceOrder
from perpit.domain.events import (
    Event,
    OrderAccepted,
    OrderEvent,
    Refused,
)
from perpit.domain.instrument import Instrument
from perpit.domain.words import NEW, PARTIALLY_FILLED
from perpit.views.orders import OrderView

DAY_MS: Final = 24 * 3_600_000
LONGEST_SPAN_MS: Final = 7 * DAY_MS
KEPT_MS: Final = 90 * DAY_MS
UNFILLED_KEPT_MS: Final = 3 * DAY_MS
LARGEST_BATCH: Final = 5
LARGEST_CANCEL_BATCH: Final = 10

Values = dict[str, Any]
Body = dict[str, Any] | Raw


async def place(call: Call) -> Body:
    """A new order. ACK answers it as accepted, RESULT as it stands after matching (semantics 5.2.3)."""
    values = call.values
    command = orders.place(values, call.account_id)
    events = await call.desk.submit(command)
    return placed(call.desk.profile, events, command, values)


def placed(profile: Profile, events: list[Event], command: PlaceOrder, values: Values) -> Body:
    """The answer to a `PlaceOrder`; raises the error of its refusal."""
    instrument: Instrument = values["symbol"]
    accepted: OrderEvent | None = None
    for event in events:
        if type(event) is OrderAccepted and _is_placed_by(event.request, command):
            accepted = event
            break
    if accepted is None:
        raise refused(events, command, instrument)
    if values["newOrderRespType"] == "RESULT":
        accepted = last_state(events, accepted.order_id) or accepted
    return render.order(accepted, instrument, accepted.time_ms, profile)


def _is_placed_by(request: PlaceOrder, command: PlaceOrder) -> bool:
    """Whether an order is the one that a command asked for. Price match places it with another price."""
    if request is command:
        return True
    return request.seq == command.seq and request.client_order_id == command.client_order_id


def refused(events: list[Event], command: Command, instrument: Instrument | None = None) -> errors.WireError:
    """Why a command changed nothing; an answer that is neither refusal nor success is a bug."""
    for event in events:
        if type(event) is Refused and event.command is command:
            return errors.from_refusal(command, event.refusal, instrument)
    raise AssertionError(f"no answer to {type(command).__name__} among {len(events)} events")


def last_state(events: list[Event], order_id: int) -> OrderEvent | None:
    """The last that was said of an order."""
    for event in reversed(events):
        if isinstance(event, OrderEvent) and event.order_id == order_id:
            return event
    return None


async def amend(call: Call) -> Body:
    """A new price and total quantity for a resting order (semantics 5.6)."""
    values = call.values
    command = _amendment(call, values)
    return amended(call.desk.profile, await call.desk.submit(command), command, values)


def _amendment(call: Call, values: Values) -> AmendOrder:
    """The command; what an amendment may leave out stays as it is (semantics 5.6.1)."""
    leaves_out = call.product.market in call.desk.profile.partial_amendments and _is_partial(values)
    if not leaves_out and not values.get("reduceOnly"):
        return orders.amend(values, call.account_id)
    if values.get("reduceOnly"):
        instrument: Instrument = values["symbol"]
        order_id, client_order_id = orders.named(values)
        order = call.world.orders.find(
            call.account_id, instrument.symbol_id, order_id or None, client_order_id
        )
        if order is not None and not order.request.reduce_only:
            raise errors.NOT_REDUCE_ONLY()  # semantics 5.6.7
    return orders.amend(values, call.account_id, leaves_out)


def _is_partial(values: Values) -> bool:
    """Whether price or quantity is missing; -1102 when both are."""
    has_price = values["price"] is not None or values["priceMatch"] != 0
    if values["quantity"] is None and not has_price:
        raise errors.EITHER_MANDATORY("quantity", "price")
    return values["quantity"] is None or not has_price


def amended(profile: Profile, events: list[Event], command: AmendOrder, values: Values) -> Body:
    """The answer to an `AmendOrder`."""
    state = _own_state(events, command)
    if state is None:
        raise refused(events, command, values["symbol"])
    return render.amended_order(state, values["symbol"], state.time_ms, command.modify_id, profile)


async def cancel(call: Call) -> Body:
    """The end of an open order."""
    values = call.values
    command = orders.cancel(values, call.account_id)
    return cancelled(call.desk.profile, await call.desk.submit(command), command, values["symbol"])


def cancelled(profile: Profile, events: list[Event], command: CancelOrder, instrument: Instrument) -> Body:
    """The answer to a `CancelOrder`."""
    state = _own_state(events, command)
    if state is None:
        raise refused(events, command, instrument)
    return render.order(state, instrument, state.time_ms, profile)


def _own_state(events: list[Event], command: AmendOrder | CancelOrder) -> OrderEvent | None:
    """What a command made of the order that it named; None when it was refused.

    Timers that were due come first and may have ended that order: their event is no answer to the command. Behind them
    stands what the command did, a refusal as the very last event; so the last of the order is the command's own.
    """
    if _is_refusal(events[-1], command):
        return None
    for event in reversed(events):
        if isinstance(event, OrderEvent) and _is_named(event, command):
            return event
    return None


def _is_named(event: OrderEvent, command: AmendOrder | CancelOrder) -> bool:
    """Whether a command means this order: by its id, or else by the client's."""
    if command.order_id:
        return event.order_id == command.order_id
    request = event.request
    return (
        request.client_order_id == command.client_order_id
        and request.account_id == command.account_id
        and request.symbol_id == command.symbol_id
    )


def _is_refusal(event: Event, command: Command) -> bool:
    return type(event) is Refused and event.command is command


async def cancel_all(call: Call) -> Body:
    """The end of every open order of a symbol (semantics 5.7.4)."""
    instrument = call.values["symbol"]
    command = CancelAllOrders(call.account_id, instrument.symbol_id)
    events = await call.desk.submit(command)
    if _is_refusal(events[-1], command):
        raise refused(events, command, instrument)
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


async def place_batch(call: Call) -> list[Body]:
    """Up to five new orders, each answered in its place with an order or an error (semantics 5.7)."""
    place_one = call.desk.elements[call.product.market].place
    return await _batch(call, place_one, lambda values: orders.place(values, call.account_id), placed)


async def amend_batch(call: Call) -> list[Body]:
    """Up to five amendments, each answered in its place."""
    amend_one = call.desk.elements[call.product.market].amend
    return await _batch(call, amend_one, lambda values: _amendment(call, values), amended)


async def _batch(
    call: Call,
    params: Schema,
    make: Callable[[Values], Command],
    answer: Callable[[Profile, list[Event], Any, Values], Body],
) -> list[Body]:
    elements = call.values["batchOrders"]
    if not 1 <= len(elements) <= LARGEST_BATCH:
        raise errors.BAD_BATCH_SIZE(len(elements))
    symbols = call.world.catalog.symbols_of(call.product.market)
    prepared: list[tuple[Command, Values] | errors.WireError] = []
    for element in elements:
        try:
            values = params.read(_as_sent(element), symbols)
            prepared.append((make(values), values))
        except errors.WireError as error:
            prepared.append(error)
    futures = iter(_submit(call, [entry[0] for entry in prepared if isinstance(entry, tuple)]))
    rows: list[Body] = []
    for entry in prepared:
        try:
            if isinstance(entry, errors.WireError):
                raise entry
            rows.append(answer(call.desk.profile, await next(futures), entry[0], entry[1]))
        except errors.WireError as error:
            rows.append(error.body())
    return rows


def _submit(call: Call, commands: Sequence[Command]) -> Sequence[Any]:
    return call.desk.submit_many(commands) if commands else ()


def _as_sent(element: Any) -> dict[str, str]:
    """The parameters of one order of a batch as the text they would be in a query."""
    if not isinstance(element, dict):
        raise errors.MANDATORY("batchOrders")
    return {name: _text(value) for name, value in element.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise errors.MANDATORY("batchOrders")


async def cancel_batch(call: Call) -> list[Body]:
    """Up to ten cancellations by order id or client order id, each answered in its place."""
    values = call.values
    instrument = values["symbol"]
    ids, client_ids = values["orderIdList"], values["origClientOrderIdList"]
    if ids is None and client_ids is None:
        raise errors.EITHER_MANDATORY("orderIdList", "origClientOrderIdList")
    listed = client_ids if ids is None else ids
    wanted = str if ids is None else int
    name = "origClientOrderIdList" if ids is None else "orderIdList"
    if not listed or any(type(entry) is not wanted for entry in listed):
        raise errors.MANDATORY(name)
    if ids is not None and any(abs(entry) > schema.LARGEST_INTEGER for entry in ids):
        raise errors.MANDATORY(name)
    if len(listed) > LARGEST_CANCEL_BATCH:
        raise errors.TOO_MANY_CANCELS()
    commands = [
        CancelOrder(
            call.account_id,
            instrument.symbol_id,
            entry if ids is not None else 0,
            entry[: schema.LONGEST_ID + 1] if ids is None else "",
        )
        for entry in listed
    ]
    rows: list[Body] = []
    for command, future in zip(commands, _submit(call, commands), strict=True):
        try:
            rows.append(cancelled(call.desk.profile, await future, command, instrument))
        except errors.WireError as error:
            rows.append(error.body())
    return rows


class Imagined:
    """An order as it would stand right after its acceptance; its id is 0."""

    def __init__(self, request: PlaceOrder, price_ticks: int) -> None:
        self.order_id = 0
        self.request = request
        self.price_ticks = price_ticks
        self.qty_lots = request.qty_lots
        self.filled_lots = 0
        self.filled_value = 0
        self.status = NEW


def test(call: Call) -> Body:
    """An order that is judged as it would be now, and not placed."""
    command = orders.place(call.values, call.account_id)
    instrument: Instrument = call.values["symbol"]
    refusal, price_ticks = call.desk.judge(command)
    if refusal:
        raise errors.from_refusal(command, refusal, instrument)
    return render.order(Imagined(command, price_ticks), instrument, call.now_ms, call.desk.profile)


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
    found = market.named(call)
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


SYMBOL: Final[Param] = Param("symbol", schema.symbol, True)
ANY_SYMBOL: Final[Param] = Param("symbol", schema.symbol, description="all symbols when not sent")
COIN_SYMBOLS: Final[tuple[Param, ...]] = (ANY_SYMBOL, market.PAIR)
SPAN: Final = (Param("startTime", schema.time_ms), Param("endTime", schema.time_ms))
ORDER_ID: Final[Param] = Param("orderId", schema.not_negative)
LIMIT: Final[Param] = Param("limit", schema.between(1, 1000), default=500)
COIN_ORDERS_LIMIT: Final[Param] = Param("limit", schema.between(1, 100), default=50)
COIN_FILLS_LIMIT: Final[Param] = Param("limit", schema.between(1, 1000), default=50)
BATCH: Final[Param] = Param(
    "batchOrders", schema.json_list, True, description="JSON list of at most five orders"
)
ID_LISTS: Final = (
    Param("orderIdList", schema.json_list, description="JSON list of at most ten ids"),
    Param("origClientOrderIdList", schema.json_list, description="JSON list of at most ten client ids"),
)
ONE: Final = (1, 1)
SEVERAL: Final = (5, 1)  # semantics 5.7.3
EACH: Final = "An order or an error for each."
BOTH: Final = (USDS, COIN)


def order_routes() -> tuple[Route, ...]:
    """Writing and reading single orders and batches: the same for both products."""
    order, batches, name = "/v1/order", "/v1/batchOrders", orders.NAME_ORDER
    return (
        Route("POST", order, TRADE, 0, place, orders.PLACE, ONE, "The order, as accepted or as matched."),
        Route("DELETE", order, TRADE, 1, cancel, name, returns="The cancelled order."),
        Route("GET", order, USER_DATA, 1, query, name, returns="The order."),
        Route("POST", batches, TRADE, 5, place_batch, (BATCH,), SEVERAL, EACH),
        Route("PUT", batches, TRADE, 5, amend_batch, (BATCH,), SEVERAL, EACH),
        Route("DELETE", batches, TRADE, 1, cancel_batch, (SYMBOL, *ID_LISTS), returns=EACH),
        Route("DELETE", "/v1/allOpenOrders", TRADE, 1, cancel_all, (SYMBOL,), returns="That it is done."),
        Route("GET", "/v1/openOrder", USER_DATA, 1, query_open, name, returns="The open order."),
    )


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
    *routes_of(BOTH, *order_routes()),
    *routes_of((USDS,), *list_routes((ANY_SYMBOL,), LIMIT, (SYMBOL,), LIMIT)),
    *routes_of((COIN,), *list_routes(COIN_SYMBOLS, COIN_ORDERS_LIMIT, COIN_SYMBOLS, COIN_FILLS_LIMIT)),
    *routes_of(
        (USDS,),
        Route("PUT", "/v1/order", TRADE, 0, amend, orders.AMEND, ONE, "The amended order."),
        Route("POST", "/v1/order/test", TRADE, 1, test, orders.PLACE, ONE, "The order it would be."),
    ),
    *routes_of(
        (COIN,),
        Route("PUT", "/v1/order", TRADE, 1, amend, orders.AMEND, ONE, "The amended order."),
    ),
)
