"""Parameters as OpenAPI describes them: what each reader of `schema` accepts, and what a default is on the wire.

`openapi` asks for the parameters of a route; a reader that is new needs a row in `TYPES`, or carries its own bounds or
words. Elements of batches are those that the profile serves them with.
"""

from collections.abc import Callable
from typing import Any, Final

from perpit.binance import algo_ids, order_batches, schema, security
from perpit.binance.assets import asset_symbol
from perpit.binance.call import Elements
from perpit.binance.openapi_param_words import means
from perpit.binance.products import Product
from perpit.binance.route import Route
from perpit.binance.schema import Param
from perpit.domain.words import COIN_M, USDS_M

Json = dict[str, Any]

DECIMAL: Final = r"^-?[0-9]+(\.[0-9]*)?$"
SIGNATURE: Final = (
    Param(
        "recvWindow",
        schema.between(1, security.LONGEST_RECV_WINDOW_MS),
        default=security.DEFAULT_RECV_WINDOW_MS,
    ),
    Param("timestamp", schema.time_ms, True),
    Param("signature", schema.any_order_id, True),
)
WHOLE: Final[Json] = {"type": "integer", "minimum": 0, "maximum": schema.LARGEST_INTEGER}
TYPES: Final[dict[Callable[..., Any], Json]] = {
    schema.symbol: {"type": "string"},
    schema.any_asset: {"type": "string", "examples": ["BTC"]},
    schema.any_pair: {"type": "string"},
    schema.pair: {"type": "string"},
    schema.integer: {
        "type": "integer",
        "minimum": -schema.LARGEST_INTEGER,
        "maximum": schema.LARGEST_INTEGER,
    },
    schema.not_negative: WHOLE,
    algo_ids.read: WHOLE,
    schema.time_ms: {"type": "integer", "minimum": 0, "maximum": schema.LATEST_MS},
    schema.depth_limit: {"type": "integer", "enum": list(schema.DEPTH_LIMITS)},
    schema.decimal: {
        "type": "string",
        "format": "decimal",
        "pattern": DECIMAL,
        "maxLength": schema.LONGEST_NUMBER,
    },
    schema.boolean: {"type": "string", "enum": ["true", "false"]},
    schema.client_order_id: {"type": "string", "pattern": schema.ID_PATTERN},
    schema.any_order_id: {"type": "string"},
    asset_symbol: {"type": "string", "examples": ["BTCUSD"]},
    schema.working_type: {"type": "string", "enum": list(schema.WORKING_TYPES)},
    schema.auto_close_type: {"type": "string", "enum": list(schema.AUTO_CLOSE_TYPES)},
}
# The words of readers that carry no table of their own, for defaults.
WORDS: Final[dict[Callable[..., Any], dict[str, Any]]] = {
    schema.working_type: schema.WORKING_TYPES,
    schema.auto_close_type: schema.AUTO_CLOSE_TYPES,
    schema.boolean: {"true": True, "false": False},
}
NAMES: Final = (schema.symbol, schema.pair)
PRICES: Final = ("price", "stopPrice", "triggerPrice", "activationPrice", "activatePrice")
# Names and numbers that a request can be made with, by market and by parameter.
EXAMPLES: Final[dict[int, dict[str, str]]] = {
    USDS_M: {"symbol": "BTCUSDT", "pair": "BTCUSDT", "quantity": "0.010", "amount": "10"},
    COIN_M: {"symbol": "BTCUSD_PERP", "pair": "BTCUSD", "quantity": "1", "amount": "0.01"},
}
FOR_BOTH: Final = {
    **dict.fromkeys(PRICES, "50000"),
    "callbackRate": "1",
    "fromAmount": "100",
    "toAmount": "100",
}
# What stands in the JSON lists of ids, by parameter.
IDS: Final[dict[str, Json]] = {
    "orderIdList": {"type": "integer"},
    "origClientOrderIdList": {"type": "string"},
}


def parameters_of(route: Route, elements: Elements) -> list[Json]:
    """The parameters of a route, those of its signature last; `elements` are those of batches in its market."""
    signed = SIGNATURE if route.security in security.SIGNED else ()
    return [parameter(route, param, elements) for param in route.params + signed]


def parameter(route: Route, param: Param, elements: Elements) -> Json:
    """One parameter, as a query parameter; a form body may carry it, too."""
    described: Json = {"name": param.name, "in": "query"}
    if param.required:
        described["required"] = True
    described["description"] = means(param, route.product, route.place)
    if param.read is schema.json_list:
        described["content"] = {"application/json": {"schema": list_of(route, param, elements)}}
    else:
        described["schema"] = schema_of(param, route.product.market)
    return described


def list_of(route: Route, param: Param, elements: Elements) -> Json:
    """The JSON list that a parameter holds as text."""
    if param.name in IDS:
        longest, items = order_batches.LARGEST_CANCEL_BATCH, IDS[param.name]
    else:
        longest = order_batches.LARGEST_BATCH
        element = {"POST": elements.place, "PUT": elements.amend}[route.method]
        items = object_of(element.params, route.product, f"{route.method}/v1/order")
    return {"type": "array", "minItems": 1, "maxItems": longest, "items": items}


def object_of(params: tuple[Param, ...], product: Product, place: str) -> Json:
    """Parameters as the fields of a JSON object, as in a batch and in messages of the WebSocket API.

    `place` is the call that reads them: method and path behind the product's prefix.
    """
    described: Json = {
        "type": "object",
        "properties": {
            param.name: {**schema_of(param, product.market), "description": means(param, product, place)}
            for param in params
        },
    }
    required = [param.name for param in params if param.required]
    if required:
        described["required"] = required
    return described


def schema_of(param: Param, market: int) -> Json:
    """What a parameter accepts, and what it is when it is not sent."""
    described = dict(type_of(param.read))
    if param.read is schema.any_pair:
        described["examples"] = [each["pair"] for each in EXAMPLES.values()]
    elif param.read in NAMES or described.get("format") == "decimal":
        described["examples"] = [EXAMPLES[market].get(param.name) or FOR_BOTH[param.name]]
    if param.default is not None:
        described["default"] = on_the_wire(param)
    return described


def type_of(read: schema.Read) -> Json:
    """What a reader accepts."""
    known = TYPES.get(read)
    if known is not None:
        return known
    if getattr(read, "is_decimal", False):
        return TYPES[schema.decimal]
    bounds = getattr(read, "bounds", None)
    if bounds is not None:
        return {"type": "integer", "minimum": bounds[0], "maximum": bounds[1]}
    return {"type": "string", "enum": list(words_of(read))}


def words_of(read: schema.Read) -> dict[str, Any]:
    """The words that a reader knows, with what they mean; none for readers of other things."""
    return WORDS.get(read) or getattr(read, "table", {})


def on_the_wire(param: Param) -> Any:
    """A default as a caller would have written it."""
    for word, value in words_of(param.read).items():
        if value == param.default:
            return word
    return param.default
