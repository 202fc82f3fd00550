"""Several orders in one call: each is placed, amended or cancelled by itself and answered in its place."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from perpit.binance import algo_filter, errors, orders, schema
from perpit.binance.call import Call
from perpit.binance.market import BOTH, SYMBOL
from perpit.binance.profiles import Profile
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param, Schema
from perpit.binance.security import TRADE
from perpit.binance.trade import Body, Values, amended, amendment, cancelled, placed
from perpit.domain.commands import CancelOrder, Command, PlaceOrder
from perpit.domain.events import (
    Event,
)

LARGEST_BATCH: Final = 5
LARGEST_CANCEL_BATCH: Final = 10


async def place_batch(call: Call) -> list[Body]:
    """Up to five new orders, each answered in its place with an order or an error (semantics 5.7)."""
    place_one = call.desk.elements[call.product.market].place
    made: list[PlaceOrder] = []

    def make(values: Values) -> PlaceOrder:
        command = orders.place(values, call.account_id)
        algo_filter.check(call, command, made)
        made.append(command)
        return command

    return await _batch(call, place_one, make, placed)


async def amend_batch(call: Call) -> list[Body]:
    """Up to five amendments, each answered in its place."""
    amend_one = call.desk.elements[call.product.market].amend
    return await _batch(call, amend_one, lambda values: amendment(call, values), amended)


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


BATCH: Final[Param] = Param(
    "batchOrders", schema.json_list, True, description="JSON list of at most five orders"
)


ID_LISTS: Final = (
    Param("orderIdList", schema.json_list, description="JSON list of at most ten ids"),
    Param("origClientOrderIdList", schema.json_list, description="JSON list of at most ten client ids"),
)


SEVERAL: Final = (5, 1)  # semantics 5.7.3
EACH: Final = "An order or an error for each."
BATCHES: Final = "/v1/batchOrders"

ROUTES: Final[tuple[Route, ...]] = routes_of(
    BOTH,
    Route("POST", BATCHES, TRADE, 5, place_batch, (BATCH,), SEVERAL, EACH),
    Route("PUT", BATCHES, TRADE, 5, amend_batch, (BATCH,), SEVERAL, EACH),
    Route("DELETE", BATCHES, TRADE, 1, cancel_batch, (SYMBOL, *ID_LISTS), returns=EACH),
)
