"""The description of the API as OpenAPI 3.1, made from the profile's table of routes and the wire facts.

`Dialect` serves it as `/openapi.json`; venue control adds its own calls to it. Parameters are described in
`openapi_params`, answers in `openapi_answers`, refusals in `openapi_errors`.
"""

from typing import Any, Final

from perpit.binance import openapi_errors as refused
from perpit.binance import security, wire_facts
from perpit.binance.call import Elements
from perpit.binance.openapi_answers import answer_of
from perpit.binance.openapi_params import parameters_of
from perpit.binance.openapi_words import does, foreign_product
from perpit.binance.products import PRODUCTS, USDS
from perpit.binance.profile_routes import elements_of_profile, routes_of_profile
from perpit.binance.profiles import Profile, in_words
from perpit.binance.route import Route

Described = tuple[dict[str, Any], dict[str, Any]]

DESCRIPTION: Final = """\
A futures exchange that you run yourself and that speaks the Binance Futures API, USDⓈ-M and COIN-M.

**Profile** {profile}. `perpit serve --profile` chooses another; what is described here is what this one serves.

**Signed calls** carry `timestamp` and, as their last parameter, `signature`: the HMAC-SHA256 of query and body with the
key's secret, in hexadecimal; keys of type RSA or Ed25519 sign the same text. The key stands in the header
`X-MBX-APIKEY`. Parameters stand in the query or, for POST, PUT and DELETE, in a form body.

**Refusals** are `{"code": -1121, "msg": "Invalid symbol."}` with the status that the exchange uses: 400, 401 for keys,
429 beyond a limit, 418 for who goes on after that, 5xx when the venue cannot. 403, the exchange's web application
firewall, is not answered here. A path that is not listed answers 404 with code -5000.

**Limits**: every answer says in `X-MBX-USED-WEIGHT-1M` how much of the address's request weight of this minute is used,
and orders in `X-MBX-ORDER-COUNT-10S` and `-1M` how many the account has sent.

Streams and the WebSocket API are described in `/asyncapi.json`.
"""
KEY_SCHEMES: Final[dict[str, Any]] = {
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-MBX-APIKEY",
        "description": "A key of an account. Calls with x-signed need a timestamp and a signature as well.",
    },
    "adminToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The operator's token; it stands in the ready-file.",
    },
}
_INTEGER: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}
HEADERS: Final[dict[str, Any]] = {
    "UsedWeight": {"description": "Request weight of the address in this minute.", "schema": _INTEGER},
    "OrderCount": {"description": "Orders of the account in this window.", "schema": _INTEGER},
    "RetryAfter": {"description": "Seconds to wait.", "schema": _INTEGER},
}
# Beside the table, because its answer is a page: `pages.Pages` gives it.
DOCS: Final[dict[str, Any]] = {
    "operationId": "docs",
    "summary": "Read this description as a page.",
    "tags": ["beside the futures API"],
    "parameters": [],
    "security": [],
    "responses": {
        "200": {"description": "A page.", "content": {"text/html": {"schema": {"type": "string"}}}}
    },
}
WEIGHT_HEADERS: Final = ("X-MBX-USED-WEIGHT", "X-MBX-USED-WEIGHT-1M")
ORDER_HEADERS: Final = ("X-MBX-ORDER-COUNT-10S", "X-MBX-ORDER-COUNT-1M")

MARKET_DATA: Final = "market data"
ORDERS: Final = "orders"
ACCOUNT: Final = "account"
USER_STREAMS: Final = "user data streams"
BESIDE: Final = "beside the futures API"
NOT_HERE: Final = "products that are not here"
AREAS: Final = {
    MARKET_DATA: "What anybody may read.",
    ORDERS: "Placing, amending, cancelling and reading orders.",
    ACCOUNT: "Balances, positions, settings and histories.",
    USER_STREAMS: "The keys that user data streams are opened with.",
}
NOT_HERE_BECAUSE: Final = (
    "No account of a venue has this product: %s. The call is weighed, its key and signature are checked and its "
    "parameters are read as on the exchange, and then it is answered as to an account that lacks the product."
)
OF_ORDERS: Final = ("order", "userTrades", "countdown")


def document(profile: Profile, version: str, more: Described = ({}, {})) -> dict[str, Any]:
    """The whole description of a venue of a profile; `more` holds paths and schemas of others."""
    elements = elements_of_profile(profile)
    paths: dict[str, Any] = {}
    for route in routes_of_profile(profile):
        described = operation(route, elements[route.product.market])
        of_path = paths.setdefault(route.path, {})
        known = of_path.get(route.method.lower())
        of_path[route.method.lower()] = described if known is None else either(known, described, route)
    more_paths, more_schemas = more
    return {
        "openapi": "3.1.0",
        "info": info("Perpit", DESCRIPTION, profile, version),
        "servers": [{"url": "/"}],
        "tags": tags(),
        "paths": {**paths, "/docs": {"get": DOCS}, **more_paths},
        "components": {
            "schemas": {"Error": refused.ERROR, **more_schemas},
            "responses": refused.shared_responses(),
            "examples": refused.examples(),
            "headers": HEADERS,
            "securitySchemes": KEY_SCHEMES,
        },
    }


def info(title: str, description: str, profile: Profile, version: str) -> dict[str, str]:
    """What a description is of: the version of Perpit, and the exchange that this venue is."""
    words = f"`{profile.name}`: {in_words(profile)}"
    return {
        "title": title,
        "version": version,
        "description": description.replace("{profile}", words),
        "x-profile": profile.name,
    }


def tags() -> list[dict[str, str]]:
    """The groups of calls, in reading order."""
    of_products = [
        {"name": f"{product.title} {area}", "description": says}
        for product in PRODUCTS.values()
        for area, says in AREAS.items()
    ]
    beside = {"name": BESIDE, "description": "Descriptions, and what clients ask for at start."}
    control = {"name": "venue control", "description": "For whoever runs the venue."}
    not_here = {
        "name": NOT_HERE,
        "description": "Convert, portfolio margin and others: always refused, or answered with an empty list.",
    }
    return [*of_products, control, beside, not_here]


def tags_of(route: Route) -> list[str]:
    """The groups that a call stands in; one of both products in a group of each."""
    if foreign_product(route):
        return [NOT_HERE]
    if route.path.startswith(f"{route.product.prefix}/"):
        return [f"{route.product.title} {area_of(route)}"]
    listed = [title for title in wire_facts.PRODUCTS if is_listed(route, title)]
    return [f"{title} {area_of(route)}" for title in listed] or [BESIDE]


def is_listed(route: Route, title: str) -> bool:
    """Whether a product's list of calls has this one."""
    return any((fact.method, fact.path) == (route.method, route.path) for fact in wire_facts.facts_of(title))


def area_of(route: Route) -> str:
    """What a call is about."""
    if route.path.startswith("/futures/"):
        return MARKET_DATA
    if route.security in (security.NONE, security.MARKET_DATA):
        return MARKET_DATA
    if route.security == security.USER_STREAM:
        return USER_STREAMS
    noun = route.path.lower()
    return ORDERS if any(word.lower() in noun for word in OF_ORDERS) else ACCOUNT


def operation(route: Route, elements: Elements) -> dict[str, Any]:
    """One route as an operation; `elements` are those of batches in its market."""
    name = "".join(part.capitalize() for part in route.path.replace("-", "/").split("/"))
    headers = {name: {"$ref": "#/components/headers/UsedWeight"} for name in WEIGHT_HEADERS}
    if route.orders[0]:
        headers |= {name: {"$ref": "#/components/headers/OrderCount"} for name in ORDER_HEADERS}
    described: dict[str, Any] = {
        "operationId": route.method.lower() + name,
        "summary": does(route),
        "tags": tags_of(route),
        "parameters": parameters_of(route, elements),
        "responses": {
            "200": {
                "description": route.returns,
                "headers": headers,
                "content": {"application/json": {"schema": answer_of(route)}},
            },
            **refused.responses_of(route),
        },
        "x-weight": route.weight if isinstance(route.weight, int) else route.weight.__doc__,
    }
    if route.pool is not None:
        described["x-pool"] = route.pool._asdict()
    if route.orders[0]:
        described["x-order-count"] = {"10S": route.orders[0], "1M": route.orders[1]}
    if route.security == security.NONE:
        described["security"] = []
    else:
        described["security"] = [{"apiKey": []}]
        described["x-signed"] = route.security in security.SIGNED
        described["x-permission"] = route.security
    if route.partial:
        described["description"] = f"Not there yet: {route.partial}."
    if product := foreign_product(route):
        described["description"] = NOT_HERE_BECAUSE % product
        if route.place in refused.FOREIGN:
            del described["responses"]["200"]
    return described


def either(known: dict[str, Any], other: dict[str, Any], route: Route) -> dict[str, Any]:
    """One operation for a path that both products share: each sends its own of the parameters that differ.

    `route` is that of the other one, which has the parameter by which it is known. `x-products` has what each product
    says otherwise: its parameters by name and whether they are mandatory, its weight, and who is asked for a key.
    """
    ours = {param["name"]: param for param in known["parameters"]}
    theirs = {param["name"]: param for param in other["parameters"]}
    shared = [name for name in ours if name in theirs]
    apart = [{**param, "required": False} for name, param in {**theirs, **ours}.items() if name not in shared]
    responses = {**other["responses"], **known["responses"]}
    for status in ("200", "400"):
        responses[status] = either_answer(known["responses"][status], other["responses"][status])
    return {
        **known,
        "description": f"A call with `{route.only_with}` is {route.product.title}'s, any other {USDS.title}'s.",
        "parameters": [*(ours[name] for name in shared), *apart],
        "responses": responses,
        "security": known["security"] if known["security"] == other["security"] else [*known["security"], {}],
        "x-products": {USDS.title: peculiar(known), route.product.title: peculiar(other)},
    }


def peculiar(call: dict[str, Any]) -> dict[str, Any]:
    """What a product says otherwise of a call that both share."""
    return {
        "security": call["security"],
        "x-weight": call["x-weight"],
        "x-permission": call.get("x-permission", security.NONE),
        "x-parameters": {param["name"]: param.get("required", False) for param in call["parameters"]},
    }


def either_answer(known: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The answer of a path that both products share: in the shape of the one or of the other."""
    ours, theirs = known["content"]["application/json"], other["content"]["application/json"]
    shapes = [ours["schema"]] if ours["schema"] == theirs["schema"] else [ours["schema"], theirs["schema"]]
    content = {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}
    examples = {**ours.get("examples", {}), **theirs.get("examples", {})}
    if examples:
        content["examples"] = examples
    return {**known, "content": {"application/json": content}}
