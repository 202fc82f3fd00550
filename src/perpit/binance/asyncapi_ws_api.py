"""The WebSocket API as AsyncAPI describes it: a request and an answer for each method, from the table of methods.

Parameters and answers are those of the REST call that serves a method; here they are JSON.
"""

from typing import Any, Final

from perpit.binance import asyncapi_words, errors, limits, schema, security
from perpit.binance.asyncapi_streams import IDS, Described
from perpit.binance.openapi_answers import answer_of, shape_of
from perpit.binance.openapi_errors import refused_with
from perpit.binance.openapi_params import SIGNATURE, object_of
from perpit.binance.openapi_words import does
from perpit.binance.products import Product
from perpit.binance.route import Route
from perpit.binance.schema import Param
from perpit.binance.ws_methods import LOGON, PATHS, SESSION_METHODS, SESSION_WEIGHT, methods_of

Json = dict[str, Any]

ID: Final[Json] = {"type": ["string", "integer", "null"], "description": "comes back as it was sent"}
API_KEY: Final = Param("apiKey", schema.any_order_id, description="not needed after session.logon")
SHOWS_LIMITS: Final = Param("returnRateLimits", schema.boolean)
RATE_LIMITS: Final[Json] = {
    "type": "array",
    "description": f"the address's weight of {limits.WEIGHT_PER_MINUTE} a minute, and the account's orders",
    "items": shape_of(
        {
            **{"rateLimitType": "string", "interval": "string"},
            **{"intervalNum": "integer", "limit": "integer", "count": "integer"},
        }
    ),
}
SESSION: Final[Json] = {
    "type": "object",
    "required": ["apiKey", "authorizedSince", "connectedSince", "returnRateLimits", "serverTime"],
    "properties": {
        "apiKey": {"type": ["string", "null"], "description": "who is logged on"},
        "authorizedSince": {"type": ["integer", "null"]},
        "connectedSince": {"type": "integer"},
        "returnRateLimits": {"type": "boolean"},
        "serverTime": {"type": "integer"},
    },
}
REFUSED_LOGON: Final = (errors.BAD_KEY_TYPE, errors.BAD_SIGNATURE, errors.MANDATORY, errors.STALE_TIMESTAMP)


def described(product: Product, routes: tuple[Route, ...]) -> Described:
    """The channel, the operations and the messages of a product's WebSocket API; `routes` are those of the profile."""
    market = IDS[product.market]
    channel_id = f"{market}_api"
    path = next(path for path, of in PATHS.items() if of is product)
    served = methods_of(product.market, routes)
    messages: Json = {f"{market}_refusal": refusal()}
    operations: Json = {}
    for method in (*served, *SESSION_METHODS):
        name = f"{market}_{method.replace('.', '_').replace('/', '_')}"
        route = served.get(method)
        messages[f"{name}_request"] = request(method, route, product)
        messages[f"{name}_answer"] = answered(method, SESSION if route is None else answer_of(route))
        operations[name] = operation(channel_id, name, method, route, market)
    channel = {
        "address": path,
        "summary": f"{product.title}: requests as messages",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "x-market": product.title,
    }
    return {channel_id: channel}, operations, messages


def request(method: str, route: Route | None, product: Product) -> Json:
    """The message that asks for a method."""
    params = (SHOWS_LIMITS,) if route is None else (*route.params, SHOWS_LIMITS)
    signed = route is None and method == LOGON
    if route is not None and route.security != security.NONE:
        params = (*params, API_KEY)
        signed = route.security in security.SIGNED
    elif method == LOGON:
        params = (*params, API_KEY._replace(required=True, description="an Ed25519 key"))
    if signed:
        params += SIGNATURE
    shape = object_of(params, product, "" if route is None else route.place)
    if route is not None and signed:  # a connection that is logged on does not sign
        shape["required"] = [name for name in shape["required"] if name != "signature"]
    return {
        "title": method,
        "payload": {
            "type": "object",
            "required": ["id", "method"],
            "properties": {"id": ID, "method": {"const": method}, "params": shape},
        },
    }


def answered(method: str, result: Json) -> Json:
    """The message that answers it."""
    return {
        "title": f"The answer to {method}",
        "payload": {
            "type": "object",
            "required": ["id", "status", "result"],
            "properties": {"id": ID, "status": {"const": 200}, "result": result, "rateLimits": RATE_LIMITS},
        },
    }


def refusal() -> Json:
    """The message that refuses a request, whatever its method; statuses and codes are those of REST."""
    return {
        "title": "What was wrong",
        "payload": {
            "type": "object",
            "required": ["id", "status", "error"],
            "properties": {
                "id": ID,
                "status": {"type": "integer", "minimum": 400},
                "error": {"$ref": "#/components/schemas/Error"},
                "rateLimits": RATE_LIMITS,
            },
        },
    }


def operation(channel: str, name: str, method: str, route: Route | None, market: str) -> Json:
    """One method: a request, and an answer or a refusal."""
    refused = REFUSED_LOGON if route is None else refused_with(route)
    here = f"#/channels/{channel}"
    described: Json = {
        "action": "receive",
        "title": method,
        "summary": asyncapi_words.SESSION[method] if route is None else does(route),
        "channel": {"$ref": here},
        "messages": [{"$ref": f"{here}/messages/{name}_request"}],
        "reply": {
            "channel": {"$ref": here},
            "messages": [
                {"$ref": f"{here}/messages/{name}_answer"},
                {"$ref": f"{here}/messages/{market}_refusal"},
            ],
        },
        "x-codes": sorted({kind.code for kind in refused}, reverse=True),
        "x-weight": SESSION_WEIGHT,
    }
    if route is not None:
        described["x-served-by"] = f"{route.method} {route.path}"
        described["x-permission"] = route.security
        described["x-weight"] = route.weight if isinstance(route.weight, int) else route.weight.__doc__
    return described
