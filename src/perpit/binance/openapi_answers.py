"""Answers as OpenAPI describes them: the exchange's published shapes (`facts/`), and what the venue shows otherwise.

The facts list the fields of each answer. A field that stands in `BESIDE` may be there, or may be missing, because the
exchange's lists have it in one place and clients find it in another, or because profiles differ; every other field
of the facts is promised. A call that the facts do not know, or know without an answer, has its shape in `OWN`.
"""

from typing import Any, Final, NamedTuple

from perpit.binance import schema, wire_facts
from perpit.binance.route import Route

Json = dict[str, Any]

ERROR: Final = {"$ref": "#/components/schemas/Error"}


class Beside(NamedTuple):
    """Fields that an answer may have, at one place in it: "symbols.filters" is each row of that list of that field."""

    paths: tuple[str, ...]  # behind the product's prefix
    place: str
    fields: dict[str, Any]


_ORDERS: Final = ("order", "order/test", "batchOrders", "openOrder", "openOrders", "allOrders")
_ALGO_ORDERS: Final = ("algoOrder", "openAlgoOrders", "allAlgoOrders")
_FILTER: Final = (
    "minPrice", "maxPrice", "tickSize", "minQty", "maxQty", "stepSize", "notional", "multiplierUp", "multiplierDown",
    "multiplierDecimal", "positionControlSide",
)  # fmt: skip
BESIDE: Final = (
    Beside(
        tuple(f"/v1/{name}" for name in _ORDERS),
        "",
        {
            **dict.fromkeys(("pair", "avgPrice", "cumBase", "cumQuote", "cumQty"), "string"),
            **dict.fromkeys(("activatePrice", "priceRate"), "string"),  # of trailing stops
            "goodTillDate": "integer",
        },
    ),
    Beside(
        tuple(f"/v1/{name}" for name in _ALGO_ORDERS),
        "",
        {
            **dict.fromkeys(("activatePrice", "callbackRate", "tpOrderType"), "string"),
            **dict.fromkeys(("tpPrice", "tpTriggerPrice", "slPrice", "slTriggerPrice"), "string"),
            **dict.fromkeys(("actualOrderId", "actualPrice", "actualQty", "actualType"), "string"),
        },
    ),
    Beside(("/v1/exchangeInfo",), "", {"futuresType": "string"}),
    Beside(("/v1/exchangeInfo",), "symbols", {"maxMoveOrderLimit": "integer", "permissionSets": ["string"]}),
    Beside(
        ("/v1/exchangeInfo",), "symbols.filters", {**dict.fromkeys(_FILTER, "string"), "limit": "integer"}
    ),
    Beside(("/v1/leverageBracket", "/v2/leverageBracket"), "", {"notionalCoef": "number"}),
    Beside(("/v1/leverageBracket", "/v2/leverageBracket"), "brackets", {"qtyFloor": "number"}),  # of COIN-M
    Beside(("/v1/ticker/bookTicker",), "", {"lastUpdateId": "integer"}),
    Beside(("/v1/adlQuantile",), "adlQuantile", dict.fromkeys(("LONG", "SHORT", "BOTH", "HEDGE"), "integer")),
    Beside(("/v1/rateLimit/order",), "", {"count": "integer"}),
    Beside(
        ("/v1/account", "/v2/account"),
        "positions",
        dict.fromkeys(("breakEvenPrice", "isolatedWallet", "notional"), "string"),
    ),
    Beside(("/v3/account",), "assets", {"marginAvailable": "boolean"}),
    Beside(
        ("/v1/positionRisk", "/v2/positionRisk"),
        "",
        {
            "adlQuantile": "integer",
            "isolated": "boolean",
            "isolatedWallet": "string",
            "notionalValue": "string",
        },
    ),
)
# Objects whose fields are names that a venue has, symbols among them; the facts show some as an example.
KEYED: Final = {"/v1/apiTradingStatus": "indicators"}
# Fields that can be null.
NULLABLE: Final = frozenset(("icebergQuantity",))
# Fields that hold one of a parameter's words, wherever they stand.
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "side": tuple(schema.SIDES),
    "positionSide": tuple(schema.POSITION_SIDES),
    "workingType": tuple(schema.WORKING_TYPES),
    "priceMatch": tuple(schema.PRICE_MATCHES),
    "selfTradePreventionMode": tuple(schema.STP_MODES),
    "timeInForce": tuple(schema.TIMES_IN_FORCE),
}
# Older versions answer as the version that the facts describe.
SAME_AS: Final = {
    "/fapi/v1/account": "/fapi/v2/account",
    "/fapi/v1/balance": "/fapi/v2/balance",
    "/fapi/v1/positionRisk": "/fapi/v2/positionRisk",
}
_KEY: Final = (
    "ipRestrict", "enableReading", "enableWithdrawals", "enableInternalTransfer", "enableMargin", "enableFutures",
    "permitsUniversalTransfer", "enableVanillaOptions", "enableSpotAndMarginTrading",
)  # fmt: skip
_LIMIT: Final = {
    "rateLimitType": "string",
    "interval": "string",
    "intervalNum": "integer",
    "limit": "integer",
}
_NOTHING: Final[Json] = {"type": "array", "maxItems": 0}
DESCRIPTION: Final[Json] = {"type": "object", "description": "A description in JSON."}


def shape_of(fields: Any) -> Json:
    """Fields as the facts write them as a JSON schema; every one is promised."""
    if isinstance(fields, str):
        return {"type": fields}
    if isinstance(fields, list):
        return {"type": "array", "items": shape_of(fields[0])} if fields else {"type": "array"}
    if set(fields) == {"tuple"}:
        return _row(fields["tuple"])
    return {
        "type": "object",
        "properties": {name: _field(name, value) for name, value in fields.items()},
        "required": list(fields),
    }


def _row(columns: list[str]) -> Json:
    """A row without names, each column written "name:type"."""
    named = [column.rpartition(":") for column in columns]
    items = [{"type": kind, "title": name} for name, _colon, kind in named]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _field(name: str, value: Any) -> Json:
    described = shape_of(value)
    if name in NULLABLE:
        return {"type": [described["type"], "null"]}
    if value == "string" and name in WORDS:
        return {**described, "enum": list(WORDS[name])}
    return described


OWN: Final[dict[str, Json]] = {
    "/openapi.json": DESCRIPTION,
    "/asyncapi.json": DESCRIPTION,
    "/api/v3/ping": shape_of({}),
    "/api/v3/time": shape_of({"serverTime": "integer"}),
    "/api/v3/exchangeInfo": {
        **shape_of({"timezone": "string", "serverTime": "integer", "rateLimits": [_LIMIT]}),
        "description": "As that of the futures API, without symbols.",
    },
    "/dapi/v1/symbolConfig": _NOTHING,
    "/sapi/v1/system/status": shape_of({"status": "integer", "msg": "string"}),
    "/sapi/v1/account/apiRestrictions": shape_of({**dict.fromkeys(_KEY, "boolean"), "createTime": "integer"}),
    "/sapi/v1/capital/config/getall": _NOTHING,
    "/fapi/v1/lvtKlines": _NOTHING,
    "/fapi/v1/stock/contract": shape_of({"signed": "boolean"}),
    "/sapi/v1/asset/tradeFee": _NOTHING,
    "/sapi/v1/margin/allPairs": _NOTHING,
    "/sapi/v1/margin/isolated/allPairs": _NOTHING,
    "/futures/data/delivery-price": shape_of([{"deliveryTime": "integer", "deliveryPrice": "number"}]),
}
OWN["/api/v3/exchangeInfo"]["properties"] |= {"exchangeFilters": _NOTHING, "symbols": _NOTHING}


def answer_of(route: Route) -> Json:
    """The shape of a route's answer; empty, that is any JSON, where nothing is known of it."""
    if route.path in OWN and route.method == "GET":
        return OWN[route.path]
    fact = fact_of(route)
    if fact is None or fact.shape is None:
        return {}
    shape = shape_of(fact.fields)
    tail = route.tail
    for beside in BESIDE:
        if tail in beside.paths:
            _add(_at(shape, beside.place), beside.fields)
    if tail in KEYED:
        keyed = _at(shape, KEYED[tail])
        keyed["additionalProperties"] = next(iter(keyed.pop("properties").values()))
        del keyed["required"]
    if tail == "/v1/batchOrders":
        shape["items"] = _order_or_error(shape["items"])
    return shape if "|" not in fact.shape else {"oneOf": [shape, {"type": "array", "items": shape}]}


def fact_of(route: Route) -> wire_facts.Fact | None:
    """What the exchange publishes of a call; paths that both products share stand in the lists of both."""
    path = SAME_AS.get(route.path, route.path)
    for fact in wire_facts.facts_of(route.product.title):
        if (fact.method, fact.path) == (route.method, path):
            return fact
    return wire_facts.fact(route.method, path)


def _at(shape: Json, place: str) -> Json:
    """The object at a place of a shape; lists are passed through."""
    while shape["type"] == "array":
        shape = shape["items"]
    name, _dot, rest = place.partition(".")
    return _at(shape["properties"][name], rest) if name else shape


def _add(shape: Json, fields: dict[str, Any]) -> None:
    """Fields that may be there and may be missing."""
    shape["properties"] |= {
        name: _field(name, value) for name, value in fields.items() if name not in shape["properties"]
    }
    shape["required"] = [name for name in shape["required"] if name not in fields]


def _order_or_error(order: Json) -> Json:
    """An element of a batch's answer. The facts write order and error as one."""
    for name in ("code", "msg"):
        order["properties"].pop(name, None)
        if name in order["required"]:
            order["required"].remove(name)
    return {"oneOf": [order, ERROR]}
