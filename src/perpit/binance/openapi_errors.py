"""Refusals as OpenAPI describes them: which statuses and which of the exchange's codes a call may be answered with.

A route does not list its refusals; they follow from what it is: everybody passes the limits, callers with a key the
checks of key and signature, every parameter is read by its reader (`READERS`) and may make the call ask for something
that is not there (`BY_PARAM`), and what is submitted to the venue can be refused by it (`BY_PATH`). `tests/conformance`
holds the venue to it: an answer with a code that is not described fails.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Final

from perpit.binance import assets, errors, other_products, rpi_depth, schema, security
from perpit.binance.errors import Kind
from perpit.binance.route import Route
from perpit.domain import refusals
from perpit.domain.commands import (
    AdjustMargin,
    AmendOrder,
    CancelAlgoOrder,
    CancelOrder,
    Command,
    PlaceOrder,
    SetCountdown,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
)
from perpit.domain.refusal_order import AMENDMENT, CONDITIONAL, PLACEMENT, Rule
from perpit.domain.words import USDS_M

Json = dict[str, Any]

ERROR: Final = {
    "type": "object",
    "description": "What the exchange says when it says no.",
    "required": ["code", "msg"],
    "properties": {
        "code": {
            "type": "integer",
            "description": "negative; the same on both markets unless described otherwise",
        },
        "msg": {"type": "string"},
    },
}
# Answers that many calls share, by name.
SHARED: Final[dict[str, tuple[Kind, ...]]] = {
    "Unauthorized": (errors.BAD_KEY_FORMAT, errors.KEY_REJECTED),
    "NotAuthorized": (errors.BAD_KEY_FORMAT, errors.KEY_REJECTED, errors.NOT_AUTHORIZED),
    "BodyTooLarge": (errors.BODY_TOO_LARGE,),
    "QueryTooLong": (errors.QUERY_TOO_LONG,),
    "Banned": (errors.IP_BANNED,),
    "TooManyRequests": (errors.TOO_MUCH_WEIGHT,),
    "TooManyRequestsOfPool": (errors.TOO_MUCH_WEIGHT, errors.TOO_MANY_REQUESTS),
    "TooManyOrders": (errors.TOO_MUCH_WEIGHT, errors.TOO_MANY_ORDERS),
    "Failed": (errors.UNKNOWN,),
    "Unavailable": (errors.STOPPED, errors.OVERLOADED, errors.OUTCOME_UNKNOWN),
}
MEANING: Final = {
    400: "The request is refused. Nothing was changed.",
    401: "The key is not known, may not be used from this address, or may not do this.",
    413: "The body is too large.",
    414: "The query is too long.",
    418: "The address is banned, because it went on after 429. Retry-After says for how many seconds.",
    429: "A limit is used up. Retry-After says for how many seconds.",
    500: "The venue failed at this request; its log says more.",
    503: "The venue is overloaded or stopped. Whether an order was placed is open if the text says unknown.",
}
RETRY_LATER: Final = frozenset((418, 429))

EVERYBODY: Final = (errors.ILLEGAL_CHARS, errors.DUPLICATE_PARAMETER, errors.TOO_MANY_PARAMETERS)
# What the standing of an account keeps it from (decision 72).
SHUT_OUT: Final = (errors.KEYS_LOCKED, errors.INACTIVE_ACCOUNT)
SIGNED: Final = (
    errors.MANDATORY,
    errors.STALE_TIMESTAMP,
    errors.EARLY_TIMESTAMP,
    errors.BAD_SIGNATURE,
    errors.BAD_PARAMETER,
)
# What a reader says beside -1102 and -1105. Readers of words carry their own refusal.
READERS: Final[dict[Callable[..., Any], tuple[Kind, ...]]] = {
    schema.symbol: (errors.BAD_SYMBOL,),
    schema.pair: (errors.BAD_PAIR,),
    schema.any_pair: (errors.BAD_PAIR,),
    assets.asset_symbol: (errors.BAD_SYMBOL,),
    schema.time_ms: (errors.BAD_PARAMETER,),
    schema.boolean: (errors.BAD_PARAMETER,),
    schema.depth_limit: (errors.BAD_DEPTH_LIMIT,),
    rpi_depth.only_limit: (errors.BAD_DEPTH_LIMIT,),
    schema.client_order_id: (errors.BAD_CLIENT_ORDER_ID, errors.ILLEGAL_CHARS_IN),
    schema.working_type: (errors.BAD_WORKING_TYPE,),
    schema.auto_close_type: (errors.BAD_PARAMETER,),
}
# What a parameter can ask for in vain.
BY_PARAM: Final[dict[str, tuple[Kind, ...]]] = {
    "startTime": (
        errors.START_AFTER_END,
        errors.INTERVAL_TOO_LONG,
        errors.LOOKUP_TOO_LONG,
        errors.BEFORE_STATISTICS,
    ),
    "fromId": (errors.BAD_COMBINATION,),
    "pair": (errors.BAD_COMBINATION,),
    "origClientOrderId": (errors.EITHER_MANDATORY, errors.NO_SUCH_ORDER, errors.UNKNOWN_ORDER),
    "clientAlgoId": (errors.EITHER_MANDATORY, errors.NO_SUCH_ORDER, errors.UNKNOWN_ORDER),
    "batchOrders": (errors.BAD_BATCH_SIZE,),
    "orderIdList": (errors.EITHER_MANDATORY, errors.TOO_MANY_CANCELS),
}
# What the edge says of an order's form.
FORM_OF_ORDER: Final = (
    errors.NOT_REQUIRED,
    errors.BAD_PRECISION,
    errors.OFF_STEP,
    errors.OFF_TICK,
    errors.QTY_NOT_POSITIVE,
    errors.PRICE_NOT_POSITIVE,
    errors.STOP_PRICE_NOT_POSITIVE,
    errors.PRICE_MATCH_TYPE,
    errors.BAD_ORDER_TYPE,
    errors.BAD_PARAMETER,
)

Refusals = tuple[type[Command], tuple[int, ...]]


def _all_of(*tables: tuple[Rule, ...]) -> tuple[int, ...]:
    return tuple(refusal for table in tables for _number, _rule, refused in table for refusal in refused)


_PLACED: Final[Refusals] = (PlaceOrder, _all_of(PLACEMENT, CONDITIONAL))
_MATCHED: Final = (refusals.PRICE_MATCH_INVALID, refusals.PRICE_MATCH_NO_LEVEL)
_ENDED: Final = (refusals.SYMBOL_CLOSED, refusals.SYMBOL_NOT_TRADING)
# What the venue can refuse, by HTTP method and path behind the product's prefix.
BY_PATH: Final[dict[str, Refusals]] = {
    "POST/v1/order": _PLACED,
    "POST/v1/order/test": _PLACED,
    "PUT/v1/order": (AmendOrder, (*_all_of(AMENDMENT), *_MATCHED)),
    "DELETE/v1/order": (CancelOrder, (refusals.UNKNOWN_ORDER,)),
    "POST/v1/algoOrder": (PlaceOrder, _all_of(CONDITIONAL)),
    "DELETE/v1/algoOrder": (CancelAlgoOrder, (refusals.UNKNOWN_ALGO_ORDER,)),
    "POST/v1/leverage": (
        SetLeverage,
        (
            refusals.LEVERAGE_OUT_OF_RANGE,
            refusals.LEVERAGE_MARGIN_SHORT,
            refusals.LEVERAGE_BRACKET_EXCEEDED,
            refusals.LEVERAGE_OF_ISOLATED_LOWERED,
            *_ENDED,
        ),
    ),
    "POST/v1/marginType": (
        SetMarginType,
        (
            refusals.MARGIN_TYPE_UNCHANGED,
            refusals.MARGIN_TYPE_WITH_ORDERS,
            refusals.MARGIN_TYPE_WITH_POSITION,
            refusals.ISOLATED_IN_MULTI_ASSETS,
            refusals.INVALID_VALUE,
            *_ENDED,
        ),
    ),
    "POST/v1/positionMargin": (
        AdjustMargin,
        (
            refusals.NOT_ISOLATED,
            refusals.CROSS_BALANCE_SHORT,
            refusals.ISOLATED_BALANCE_SHORT,
            refusals.NO_POSITION,
            refusals.AMOUNT_NOT_POSITIVE,
            refusals.POSITION_SIDE_MISMATCH,
            refusals.INSUFFICIENT_MARGIN,
            *_ENDED,
        ),
    ),
    "POST/v1/positionSide/dual": (
        SetPositionMode,
        (
            refusals.POSITION_MODE_UNCHANGED,
            refusals.POSITION_MODE_WITH_ORDERS,
            refusals.POSITION_MODE_WITH_POSITION,
        ),
    ),
    "POST/v1/countdownCancelAll": (SetCountdown, (refusals.INVALID_VALUE, *_ENDED)),
    "POST/v1/multiAssetsMargin": (
        Command,
        (
            refusals.MULTI_ASSETS_WITH_ISOLATED,
            refusals.MULTI_ASSETS_MARGIN_SHORT,
            refusals.MULTI_ASSETS_WITH_ORDERS,
            refusals.MULTI_ASSETS_UNCHANGED,
            refusals.MULTI_ASSETS_WITH_DEBT,
            refusals.NO_PRICE,
        ),
    ),
}
# What the edge says at some paths, beside that.
SAID_AT: Final[dict[str, tuple[Kind, ...]]] = {
    "POST/v1/order": FORM_OF_ORDER,
    "POST/v1/order/test": FORM_OF_ORDER,
    "PUT/v1/order": (*FORM_OF_ORDER, errors.NOT_REDUCE_ONLY, errors.NO_SUCH_ORDER),
    "POST/v1/algoOrder": FORM_OF_ORDER,
    "GET/v1/constituents": (errors.BAD_SYMBOL,),
    "PUT/v1/listenKey": (errors.BAD_LISTEN_KEY,),
    "DELETE/v1/listenKey": (errors.BAD_LISTEN_KEY,),
}


# The same, of one product only.
SAID_IN: Final[dict[int, dict[str, tuple[Kind, ...]]]] = {
    USDS_M: dict.fromkeys(
        ("POST/v1/order", "POST/v1/order/test", "POST/v1/algoOrder"), (errors.TRAILING_CLOSES_POSITION,)
    )
}

# What answers every call of a product that no account has.
FOREIGN: Final[dict[str, Kind]] = {
    row.method + row.path: row.refusal for row in other_products.TABLE if row.refusal is not None
}


def refused_with(route: Route) -> list[Kind]:
    """What a call can be refused with because of what it says: the kinds of status 400, by code."""
    place = route.place
    kinds = [*EVERYBODY]
    if route.security in security.SIGNED:
        kinds += SIGNED
    if route.security not in (security.NONE, security.MARKET_DATA):
        kinds += SHUT_OUT
    if route.params:
        kinds += (errors.MANDATORY, errors.EMPTY)
    for param in route.params:
        kinds += READERS.get(param.read, ())
        kinds += BY_PARAM.get(param.name, ())
        if hasattr(param.read, "bounds"):
            kinds.append(errors.BAD_PARAMETER)
        if hasattr(param.read, "refusal"):
            kinds.append(param.read.refusal)
    kinds += SAID_AT.get(place, ())
    kinds += SAID_IN.get(route.product.market, {}).get(place, ())
    if place in FOREIGN:
        kinds.append(FOREIGN[place])
    if place in BY_PATH:
        command, refused = BY_PATH[place]
        kinds += (errors.kind_of(command, refusal, route.product.market) for refusal in refused)
    wanted = {kind: None for kind in kinds if kind.status == 400}
    return sorted(wanted, key=lambda kind: (-kind.code, kind.text))


def responses_of(route: Route) -> Json:
    """The answers to a call that is refused, by status."""
    shared = ["BodyTooLarge", "QueryTooLong", "Banned", "Failed"]
    if route.security != security.NONE:
        foreign = FOREIGN.get(route.place)
        shared.append("NotAuthorized" if foreign is errors.NOT_AUTHORIZED else "Unauthorized")
    if route.orders[0]:
        shared.append("TooManyOrders")
    else:
        shared.append("TooManyRequests" if route.pool is None else "TooManyRequestsOfPool")
    if inspect.iscoroutinefunction(route.handler):
        shared.append("Unavailable")
    answers = {str(SHARED[name][0].status): {"$ref": f"#/components/responses/{name}"} for name in shared}
    return dict(sorted({"400": response(refused_with(route)), **answers}.items()))


def response(kinds: Iterable[Kind]) -> Json:
    """An answer that carries one of some errors; all of them have the same status."""
    listed = list(kinds)
    status = listed[0].status
    codes = list(dict.fromkeys(kind.code for kind in listed))
    of_these = {"allOf": [{"$ref": "#/components/schemas/Error"}, {"properties": {"code": {"enum": codes}}}]}
    examples = {
        example_name(kind): {"$ref": f"#/components/examples/{example_name(kind)}"} for kind in listed
    }
    described: Json = {
        "description": MEANING[status],
        "content": {"application/json": {"schema": of_these, "examples": examples}},
    }
    if status in RETRY_LATER:
        described["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return described


def example_name(kind: Kind) -> str:
    """The name of a kind's example: its code, and for texts after the first of a code a number."""
    texts = _TEXTS[kind.code]
    number = texts.index(kind.text)
    return f"{kind.code}" if not number else f"{kind.code}.{number + 1}"


def _every_kind() -> list[Kind]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, Kind)]
    tables: list[dict[Any, Kind]] = [errors.BY_REFUSAL, errors.BY_COMMAND]
    tables += [*errors.BY_REFUSAL_IN.values(), *errors.BY_COMMAND_IN.values()]
    for table in tables:
        kinds += table.values()
    return sorted(dict.fromkeys(kinds), key=lambda kind: (-kind.code, kind.text))


_TEXTS: Final[dict[int, list[str]]] = {}
for _kind in _every_kind():
    _said = _TEXTS.setdefault(_kind.code, [])
    if _kind.text not in _said:
        _said.append(_kind.text)


def examples() -> Json:
    """Every code with each of its texts, as examples; … stands where a text names what was sent."""
    return {
        example_name(kind): {"value": {"code": kind.code, "msg": kind.text.replace("%s", "…")}}
        for kind in _every_kind()
    }


def shared_responses() -> Json:
    """The answers that calls refer to."""
    return {name: response(kinds) for name, kinds in SHARED.items()}
