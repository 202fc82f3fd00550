"""Single orders: placing, amending, cancelling them. Handlers and their rows of the table of routes."""

from typing import Any, Final

from msgspec import Raw

from perpit.binance import algo_filter, errors, orders, render
from perpit.binance.call import Call
from perpit.binance.market import SYMBOL
from perpit.binance.products import COIN, USDS
from perpit.binance.profiles import Profile
from perpit.binance.route import Route, routes_of
from perpit.binance.security import TRADE
from perpit.domain.commands import AmendOrder, CancelAllOrders, CancelOrder, Command, PlaceOrder
from perpit.domain.events import (
    Event,
    OrderAccepted,
    OrderEvent,
    Refused,
)
from perpit.domain.instrument import Instrument
from perpit.domain.words import NEW

Values = dict[str, Any]


Body = dict[str, Any] | Raw


async def place(call: Call) -> Body:
    """A new order. ACK answers it as accepted, RESULT as it stands after matching (semantics 5.2.3)."""
    values = call.values
    command = orders.place(values, call.account_id)
    algo_filter.check(call, command)
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
    command = amendment(call, values)
    return amended(call.desk.profile, await call.desk.submit(command), command, values)


def amendment(call: Call, values: Values) -> AmendOrder:
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
    algo_filter.check(call, command)
    instrument: Instrument = call.values["symbol"]
    refusal, price_ticks = call.desk.judge(command)
    if refusal:
        raise errors.from_refusal(command, refusal, instrument)
    return render.order(Imagined(command, price_ticks), instrument, call.now_ms, call.desk.profile)


ONE: Final = (1, 1)
ORDER: Final = "/v1/order"

ROUTES: Final[tuple[Route, ...]] = (
    *routes_of(
        (USDS, COIN),
        Route("POST", ORDER, TRADE, 0, place, orders.PLACE, ONE, "The order, as accepted or as matched."),
        Route("DELETE", ORDER, TRADE, 1, cancel, orders.NAME_ORDER, returns="The cancelled order."),
        Route("DELETE", "/v1/allOpenOrders", TRADE, 1, cancel_all, (SYMBOL,), returns="That it is done."),
    ),
    *routes_of(
        (USDS,),
        Route("PUT", ORDER, TRADE, 0, amend, orders.AMEND, ONE, "The amended order."),
        Route("POST", "/v1/order/test", TRADE, 1, test, orders.PLACE, ONE, "The order it would be."),
    ),
    *routes_of(
        (COIN,),
        Route("PUT", ORDER, TRADE, 1, amend, orders.AMEND, ONE, "The amended order."),
    ),
)
