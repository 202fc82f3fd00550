"""The description of the API as OpenAPI 3.1, made from the table of routes and the wire facts.

`Dialect` serves it as `/openapi.json`; venue control adds its own calls to it.
"""

from collections.abc import Callable
from typing import Any, Final

from perpit.binance import coverage, schema, security
from perpit.binance.assets import asset_symbol
from perpit.binance.route import Route
from perpit.binance.schema import Param

Described = tuple[dict[str, Any], dict[str, Any]]

ERROR: Final = {
    "type": "object",
    "required": ["code", "msg"],
    "properties": {"code": {"type": "integer"}, "msg": {"type": "string"}},
}
SIGNATURE: Final = (
    Param("recvWindow", schema.between(1, security.LONGEST_RECV_WINDOW_MS), default=5000),
    Param("timestamp", schema.time_ms, True),
    Param("signature", schema.any_order_id, True, description="the last parameter of query or form body"),
)
TYPES: Final[dict[Callable[..., Any], dict[str, Any]]] = {
    schema.symbol: {"type": "string", "examples": ["BTCUSDT"]},
    schema.any_asset: {"type": "string", "examples": ["BTC"]},
    schema.any_pair: {"type": "string", "examples": ["BTCUSDT", "BTCUSD"]},
    schema.pair: {"type": "string", "examples": ["BTCUSD"]},
    schema.integer: {"type": "integer"},
    schema.not_negative: {"type": "integer", "minimum": 0},
    schema.time_ms: {"type": "integer", "minimum": 0, "maximum": schema.LATEST_MS},
    schema.depth_limit: {"type": "integer", "enum": [5, 10, 20, 50, 100, 500, 1000]},
    schema.decimal: {"type": "string", "format": "decimal", "examples": ["0.010"]},
    schema.boolean: {"type": "string", "enum": ["true", "false"]},
    schema.client_order_id: {"type": "string", "pattern": schema.ID_PATTERN},
    schema.any_order_id: {"type": "string"},
    asset_symbol: {"type": "string", "examples": ["BTCUSD"]},
    schema.working_type: {"type": "string", "enum": list(schema.WORKING_TYPES)},
    schema.auto_close_type: {"type": "string", "enum": list(schema.AUTO_CLOSE_TYPES)},
    schema.json_list: {"type": "string", "contentMediaType": "application/json"},
}
KEY_SCHEMES: Final[dict[str, Any]] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-MBX-APIKEY"},
    "adminToken": {"type": "http", "scheme": "bearer"},
}


def document(routes: tuple[Route, ...], version: str, more: Described = ({}, {})) -> dict[str, Any]:
    """The whole description; `more` holds paths and schemas of others."""
    paths: dict[str, Any] = {}
    for route in routes:
        of_path = paths.setdefault(route.path, {})
        known = of_path.get(route.method.lower())
        of_path[route.method.lower()] = operation(route) if known is None else either(known, operation(route))
    more_paths, more_schemas = more
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Perpit",
            "version": version,
            "description": "A self-hosted futures exchange that speaks the Binance Futures API.",
        },
        "paths": {**paths, **more_paths},
        "components": {"schemas": {"Error": ERROR, **more_schemas}, "securitySchemes": KEY_SCHEMES},
    }


def operation(route: Route) -> dict[str, Any]:
    """One route as an operation."""
    signed = route.security in security.SIGNED
    params = route.params + (SIGNATURE if signed else ())
    name = "".join(part.capitalize() for part in route.path.replace("-", "/").split("/"))
    described: dict[str, Any] = {
        "operationId": route.method.lower() + name,
        "summary": route.returns,
        "tags": [route.path.split("/")[1]],
        "parameters": [parameter(param) for param in params],
        "responses": {
            "200": {
                "description": route.returns,
                "content": {"application/json": {"schema": answer(route)}},
            },
            "default": {
                "description": "What was wrong.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
        "x-weight": route.weight if isinstance(route.weight, int) else route.weight.__doc__,
    }
    if route.pool is not None:
        described["x-pool"] = route.pool._asdict()
    if route.orders[0]:
        described["x-order-count"] = {"10S": route.orders[0], "1M": route.orders[1]}
    if route.security != security.NONE:
        described["security"] = [{"apiKey": []}]
        described["x-signed"] = signed
    return described


def either(known: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """One operation for a path that both products share: each sends its own of the parameters that differ."""
    ours = {param["name"]: param for param in known["parameters"]}
    theirs = {param["name"]: param for param in other["parameters"]}
    shared = [name for name in ours if name in theirs]
    apart = [{**param, "required": False} for name, param in {**theirs, **ours}.items() if name not in shared]
    return {**known, "parameters": [*(ours[name] for name in shared), *apart]}


def parameter(param: Param) -> dict[str, Any]:
    """One parameter, as a query parameter; a form body may carry it, too."""
    described: dict[str, Any] = {"name": param.name, "in": "query", "schema": type_of(param.read)}
    if param.required:
        described["required"] = True
    if param.description:
        described["description"] = param.description
    return described


def type_of(read: schema.Read) -> dict[str, Any]:
    """What a reader accepts."""
    known = TYPES.get(read)
    if known is not None:
        return known
    if getattr(read, "is_decimal", False):
        return TYPES[schema.decimal]
    bounds = getattr(read, "bounds", None)
    if bounds is not None:
        return {"type": "integer", "minimum": bounds[0], "maximum": bounds[1]}
    return {"type": "string", "enum": list(getattr(read, "words", ()))}


def answer(route: Route) -> dict[str, Any]:
    """The answer's shape, as the wire facts list it; any JSON for a call that they do not know."""
    fact = coverage.fact(route.method, route.path)
    if fact is None or fact.shape is None:
        return {}
    shape = shape_of(fact.fields)
    return shape if "|" not in fact.shape else {"oneOf": [shape, {"type": "array", "items": shape}]}


def shape_of(fields: Any) -> dict[str, Any]:
    """Fields of the facts as a JSON schema; no field is promised, because profiles differ."""
    if isinstance(fields, str):
        return {"type": fields}
    if isinstance(fields, list):
        return {"type": "array", "items": shape_of(fields[0])} if fields else {"type": "array"}
    if set(fields) == {"tuple"}:
        columns = [entry.rpartition(":")[2] for entry in fields["tuple"]]
        return {"type": "array", "prefixItems": [{"type": column} for column in columns]}
    return {"type": "object", "properties": {name: shape_of(value) for name, value in fields.items()}}
