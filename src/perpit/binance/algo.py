"""The Algo service: conditional orders with ids of their own (semantics 5.9). Handlers and their rows of the table."""

from typing import Any, Final

from perpit.binance import algo_filter, algo_ids, errors, orders, render, schema
from perpit.binance.call import Call
from perpit.binance.market import SPAN, SYMBOL, instruments
from perpit.binance.order_queries import KEPT_MS, LONGEST_SPAN_MS, UNFILLED_KEPT_MS, span
from perpit.binance.products import COIN, USDS
from perpit.binance.route import Route, one_or_all, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import TRADE, USER_DATA
from perpit.binance.trade import ONE, refused
from perpit.domain.commands import CancelAlgoOrder, CancelAllAlgoOrders, SetCountdown
from perpit.domain.events import AlgoOrderChanged, AllAlgoOrdersCancelled, CountdownSet
from perpit.domain.instrument import Instrument
from perpit.domain.words import ALGO_CANCELED, CONTRACT_PRICE, GTC, STP_NONE
from perpit.views.algo_orders import LIVING, AlgoOrderView

Body = dict[str, Any]


async def place(call: Call) -> Body:
    """A conditional order; what it becomes when it fires is an ordinary one."""
    values = call.values
    instrument: Instrument = values["symbol"]
    command = orders.place_algo(values, call.account_id)
    algo_filter.check(call, command)
    events = await call.desk.submit(command)
    for event in events:
        if type(event) is AlgoOrderChanged and event.request is command:
            return render.algo_order(AlgoOrderView(event), instrument)
    raise refused(events, command, instrument)


async def cancel(call: Call) -> Body:
    """The end of a waiting order. Its code is a string (semantics 5.9.9)."""
    algo_id, client_algo_id = _named(call.values)
    order = call.world.algo_orders.find(call.account_id, algo_id, client_algo_id)
    if order is not None and not _is_of_product(call, order):
        raise errors.UNKNOWN_ORDER()
    command = CancelAlgoOrder(call.account_id, algo_id or 0, client_algo_id or "")
    events = await call.desk.submit(command)
    for event in reversed(events):  # timers that were due stand before it
        if type(event) is AlgoOrderChanged and event.status == ALGO_CANCELED:
            client_id = event.request.client_order_id
            shown = algo_ids.shown(event.algo_id)
            return {"algoId": shown, "clientAlgoId": client_id, "code": "200", "msg": "success"}
    raise refused(events, command)


async def cancel_all(call: Call) -> Body:
    """The end of every waiting order of a symbol."""
    instrument: Instrument = call.values["symbol"]
    command = CancelAllAlgoOrders(call.account_id, instrument.symbol_id)
    events = await call.desk.submit(command)
    if not any(type(event) is AllAlgoOrdersCancelled for event in events):
        raise refused(events, command, instrument)
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


async def countdown(call: Call) -> Body:
    """Cancel all open orders of a symbol after a time, unless called again; 0 stops it (semantics 5.7.7)."""
    instrument: Instrument = call.values["symbol"]
    wait_ms = call.values["countdownTime"]
    command = SetCountdown(call.account_id, instrument.symbol_id, wait_ms)
    events = await call.desk.submit(command)
    if not any(type(event) is CountdownSet for event in events):
        raise refused(events, command, instrument)
    return {"symbol": instrument.symbol, "countdownTime": str(wait_ms)}


def query(call: Call) -> Body:
    """One order, waiting or not."""
    algo_id, client_algo_id = _named(call.values)
    order = call.world.algo_orders.find(call.account_id, algo_id, client_algo_id)
    if order is None or not _is_of_product(call, order) or not _still_kept(order, call.now_ms):
        raise errors.NO_SUCH_ORDER()
    return _rendered(call, order)


def open_orders(call: Call) -> list[Body]:
    """Every waiting order of a symbol, or of all."""
    instrument, algo_id = call.values["symbol"], call.values["algoId"]
    symbol_id = instrument.symbol_id if instrument else None
    among = frozenset(each.symbol_id for each in instruments(call))
    found = call.world.algo_orders.open_orders(call.account_id, symbol_id, among)
    return [_rendered(call, order) for order in found if algo_id in (None, order.algo_id)]


def all_orders(call: Call) -> list[Body]:
    """Orders of a symbol: from an id on, or within at most seven days (semantics 6.8).

    Pages are counted from 1, as income's: onward from what a start or an id names, else back from the newest.
    """
    values = call.values
    start_ms, end_ms = span(values, call.now_ms)
    from_id, limit, page = values["algoId"], values["limit"], values.get("page", 1)
    if from_id is not None:
        start_ms = end_ms = None
    found = call.world.algo_orders.all_orders(
        call.account_id, values["symbol"].symbol_id, from_id, start_ms, end_ms, limit * page
    )
    goes_on = from_id is not None or start_ms is not None
    skipped = (page - 1) * limit
    found = found[skipped:] if goes_on else found[: max(0, len(found) - skipped)][-limit:]
    if start_ms is None and from_id is None:
        earliest_ms = (end_ms if end_ms is not None else call.now_ms) - LONGEST_SPAN_MS
        found = [order for order in found if order.created_ms >= earliest_ms]
    return [_rendered(call, order) for order in found if _still_kept(order, call.now_ms)]


def _named(values: dict[str, Any]) -> tuple[int | None, str | None]:
    """Which order is meant; the algo id wins when both are sent."""
    algo_id, client_algo_id = values["algoId"], values["clientAlgoId"]
    if algo_id == algo_ids.NOT_SENT:
        algo_id = None
    if algo_id is None and client_algo_id is None:
        raise errors.EITHER_MANDATORY("algoId", "clientAlgoId")
    return algo_id, client_algo_id


def _is_of_product(call: Call, order: AlgoOrderView) -> bool:
    """Ids of the Algo service count for both products; each answers for its own orders."""
    return call.world.catalog.by_id[order.request.symbol_id].market == call.product.market


def _still_kept(order: AlgoOrderView, now_ms: int) -> bool:
    """As ordinary orders are (semantics 5.1.3, 6.8)."""
    if order.status in LIVING:
        return True
    return order.created_ms + (KEPT_MS if order.filled_lots else UNFILLED_KEPT_MS) >= now_ms


def _rendered(call: Call, order: AlgoOrderView) -> Body:
    instrument = call.world.catalog.by_id[order.request.symbol_id]
    return render.algo_order(order, instrument)


ALGO_ID: Final[Param] = Param("algoId", algo_ids.read)
CLIENT_ALGO_ID: Final[Param] = Param("clientAlgoId", schema.any_order_id)
NAME: Final = (ALGO_ID, CLIENT_ALGO_ID)
ALGO_TYPE: Final = schema.one_of({"CONDITIONAL": "CONDITIONAL"}, errors.BAD_ALGO_TYPE)
PLACE: Final = (
    Param("algoType", ALGO_TYPE, True),
    Param("symbol", schema.symbol, True),
    Param("side", schema.side, True),
    Param("type", schema.order_type, True),
    Param("positionSide", schema.position_side, default=0, description="BOTH in one-way mode"),
    Param("timeInForce", schema.time_in_force, default=GTC),
    Param("quantity", schema.decimal, description="mandatory unless closePosition is true"),
    Param("price", schema.decimal, description="mandatory for STOP and TAKE_PROFIT, or priceMatch"),
    Param("triggerPrice", schema.decimal, description="mandatory except for TRAILING_STOP_MARKET"),
    Param("workingType", schema.working_type, default=CONTRACT_PRICE),
    Param("priceMatch", schema.price_match, default=0),
    Param("closePosition", schema.boolean, default=False),
    Param("priceProtect", schema.boolean, default=False),
    Param("reduceOnly", schema.boolean, default=False),
    Param("activatePrice", schema.decimal),
    Param("callbackRate", schema.decimal, description="mandatory for TRAILING_STOP_MARKET, in percent"),
    Param("clientAlgoId", schema.client_order_id, description="made by the venue when not sent"),
    Param("newOrderRespType", schema.response_type, default="ACK"),
    Param("selfTradePreventionMode", schema.stp_mode, default=STP_NONE),  # semantics 5.2.6
    Param("goodTillDate", schema.not_negative),
)
LAST_PAGE: Final = 1_000_000
ALGO_ORDER: Final = "/v1/algoOrder"
COUNTDOWN: Final[Param] = Param(
    "countdownTime", schema.not_negative, True, description="milliseconds; 0 stops it"
)

ROUTES: Final[tuple[Route, ...]] = (
    *routes_of((USDS,), Route("POST", ALGO_ORDER, TRADE, 0, place, PLACE, ONE, "The waiting order.")),
    *routes_of((COIN,), Route("POST", ALGO_ORDER, TRADE, 1, place, PLACE, ONE, "The waiting order.")),
    *routes_of(
        (USDS, COIN),
        Route("DELETE", ALGO_ORDER, TRADE, 1, cancel, NAME, returns="That it is cancelled."),
        Route("GET", ALGO_ORDER, USER_DATA, 1, query, NAME, returns="The order."),
        Route(
            "GET",
            "/v1/openAlgoOrders",
            USER_DATA,
            one_or_all(1, 40),
            open_orders,
            (
                Param("algoType", ALGO_TYPE),
                Param("symbol", schema.symbol, description="all symbols when not sent"),
                ALGO_ID,
            ),
            returns="Waiting orders.",
        ),
        Route(
            "GET",
            "/v1/allAlgoOrders",
            USER_DATA,
            5,
            all_orders,
            (
                SYMBOL,
                ALGO_ID,
                *SPAN,
                Param("page", schema.between(1, LAST_PAGE), default=1),
                Param("limit", schema.between(1, 1000), default=500),
            ),
            returns="Orders, oldest first.",
        ),
        Route("DELETE", "/v1/algoOpenOrders", TRADE, 1, cancel_all, (SYMBOL,), returns="That it is done."),
        Route(
            "POST",
            "/v1/countdownCancelAll",
            TRADE,
            10,
            countdown,
            (SYMBOL, COUNTDOWN),
            returns="The countdown.",
        ),
    ),
)
