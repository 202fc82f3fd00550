"""The calls of control as OpenAPI 3.1, for `/openapi.json`: from the table of routes, the bodies and the answers."""

from typing import Any

import msgspec

from perpit.control.answers import ANSWERS, Problem
from perpit.control.routes import ROUTES, Route

Json = dict[str, Any]

TAG = "venue control"
REFERENCE = "#/components/schemas/{name}"
PARAMETERS: dict[str, Json] = {
    "name": {"description": "the account", "schema": {"type": "string", "examples": ["demo"]}},
    "id": {"description": "the grid", "schema": {"type": "string", "examples": ["1"]}},
    "api_key": {"description": "the key", "schema": {"type": "string"}},
    "symbol": {"description": "the contract", "schema": {"type": "string", "examples": ["BTCUSDT"]}},
    "asset": {"description": "the margin asset", "schema": {"type": "string", "examples": ["BTC"]}},
}
MEANING = {
    400: "The body does not fit, or the value is not possible.",
    401: "The operator's token is missing or wrong.",
    404: "What the path names does not exist.",
    409: "It is not possible as things stand.",
    413: "The body is too large.",
    500: "The venue failed at this request; its log says more.",
    503: "The venue is overloaded or stopped.",
}
# Beside the table, because its answer is text: `Control.http` gives it.
METRICS: Json = {
    "summary": "What a Prometheus server may watch, in its text format.",
    "tags": [TAG],
    "operationId": "metrics",
    "parameters": [],
    "responses": {
        "200": {"description": "Done", "content": {"text/plain": {"schema": {"type": "string"}}}},
    },
    "security": [],
}


def openapi() -> tuple[Json, Json]:
    """The calls as OpenAPI 3.1 `paths`, and the schemas that they refer to under `#/components/schemas/`."""
    structs: list[type[msgspec.Struct]] = [route.body for route in ROUTES if route.body is not None]
    structs += [Problem, *ANSWERS.values()]
    _, schemas = msgspec.json.schema_components(dict.fromkeys(structs), ref_template=REFERENCE)
    paths: Json = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route)
    paths["/metrics"] = {"get": METRICS}
    return paths, schemas


def operation(route: Route) -> Json:
    """One call as an OpenAPI operation."""
    words = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    described: Json = {
        "summary": route.summary,
        "tags": [TAG],
        "operationId": route.handler.__name__,
        "parameters": [
            {
                "name": word,
                "in": "path",
                "required": True,
                **PARAMETERS.get(word, {"schema": {"type": "string"}}),
            }
            for word in words
        ],
        "responses": {
            str(route.status): {"description": "Done", **carrying(answer_of(route))},
            **{
                str(status): {"description": MEANING[status], **carrying(reference(Problem))}
                for status in problems_of(route, bool(words))
            },
        },
        "security": [] if route.open else [{"adminToken": []}],
    }
    if route.body is not None:
        described["requestBody"] = {"required": True, **carrying(reference(route.body))}
    return described


def problems_of(route: Route, names_something: bool) -> list[int]:
    """The statuses that a call can be refused with."""
    statuses = [413, 500]
    if not route.open:
        statuses.append(401)
    if route.body is not None:
        statuses.append(400)
    if names_something:
        statuses.append(404)
    if route.method != "GET":
        statuses += [409, 503]
    return sorted(statuses)


def answer_of(route: Route) -> Json:
    """The schema of a call's answer; any object for a call whose answer nobody wrote down."""
    answer = ANSWERS.get(route.handler)
    return {"type": "object"} if answer is None else reference(answer)


def reference(struct: type[msgspec.Struct]) -> Json:
    return {"$ref": REFERENCE.format(name=struct.__name__)}


def carrying(shape: Json) -> Json:
    """Content of JSON."""
    return {"content": {"application/json": {"schema": shape}}}
