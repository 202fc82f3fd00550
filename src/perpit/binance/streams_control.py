"""Control messages of stream sockets: parse one text frame into a request or the exchange's error. Pure.

Errors carry the codes and texts of semantics 7.2.3; their line and column count as the exchange's JSON parser does.
Ids: unsigned integers as documented; strings too, because SDKs send UUIDs (clients.md). An id comes back as sent.
"""

import json
from typing import Final, NamedTuple

import msgspec

METHODS: Final = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
MAX_ID_TEXT: Final = 36

RequestId = int | str


class ControlRequest(NamedTuple):
    """A well-formed message. `params` holds names for (UN)SUBSCRIBE and the value for SET_PROPERTY."""

    method: str
    request_id: RequestId
    names: list[str]
    combined: bool


class ControlError(NamedTuple):
    """An error and whether it ends the connection (invalid JSON only, semantics 7.2.4)."""

    code: int
    message: str
    request_id: RequestId | None
    fatal: bool

    def body(self) -> bytes:
        """The answer's JSON; the id is there when the client sent a usable one."""
        error: dict[str, object] = {"error": {"code": self.code, "msg": self.message}}
        if self.request_id is not None:
            error["id"] = self.request_id
        return msgspec.json.encode(error)


def parse_control(text: str) -> ControlRequest | ControlError:
    """One message, checked in the exchange's order: JSON, method, id, parameters."""
    try:
        message = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return ControlError(3, _json_error(text), None, True)
    column = len(text)
    if not isinstance(message, dict):
        return _invalid(f"invalid type: expected struct Request at line 1 column {column}", None)
    request_id = _request_id(message)
    if "method" not in message:
        return _invalid(f"missing field `method` at line 1 column {column}", request_id)
    method = message["method"]
    if method not in METHODS:
        return _invalid(_unknown_variant(text, method), request_id)
    if request_id is None:
        return _invalid("request ID must be an unsigned integer", None)
    params = message.get("params", [])
    if not isinstance(params, list):
        return _invalid(f"invalid type: expected a sequence at line 1 column {column}", request_id)
    return _PARSERS[method](method, request_id, params)


def _request_id(message: dict[str, object]) -> RequestId | None:
    value = message.get("id")
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str):
        return value if len(value) <= MAX_ID_TEXT else None
    return None


def _names(method: str, request_id: RequestId, params: list[object]) -> ControlRequest | ControlError:
    names: list[str] = []
    for param in params:
        if not isinstance(param, str):
            return _invalid("invalid type: expected a string", request_id)
        names.append(param)
    return ControlRequest(method, request_id, names, False)


def _no_params(method: str, request_id: RequestId, params: list[object]) -> ControlRequest | ControlError:
    if params:
        return _invalid("too many parameters", request_id)
    return ControlRequest(method, request_id, [], False)


def _property(method: str, request_id: RequestId, params: list[object]) -> ControlRequest | ControlError:
    wanted = 2 if method == "SET_PROPERTY" else 1
    if len(params) > wanted:
        return _invalid("too many parameters", request_id)
    if not params or not isinstance(params[0], str):
        return _invalid("property name must be a string", request_id)
    if params[0] != "combined":
        return ControlError(0, "Unknown property", request_id, False)
    if wanted == 1:
        return ControlRequest(method, request_id, [], False)
    value = params[1] if len(params) == 2 else None
    if not isinstance(value, bool):
        return ControlError(1, "Invalid value type: expected Boolean", request_id, False)
    return ControlRequest(method, request_id, [], value)


_PARSERS: Final = {
    "SUBSCRIBE": _names,
    "UNSUBSCRIBE": _names,
    "LIST_SUBSCRIPTIONS": _no_params,
    "SET_PROPERTY": _property,
    "GET_PROPERTY": _property,
}


def _invalid(reason: str, request_id: RequestId | None) -> ControlError:
    return ControlError(2, f"Invalid request: {reason}", request_id, False)


def _unknown_variant(text: str, method: object) -> str:
    """The column is that of the closing quote of the method's value."""
    shown = method if isinstance(method, str) else json.dumps(method)
    value_at = text.find(json.dumps(shown, ensure_ascii=False), text.find('"method"') + 8)
    column = value_at + len(shown) + 2 if value_at >= 0 else len(text)
    expected = ", ".join(f"`{name}`" for name in METHODS)
    return f"unknown variant `{shown}`, expected one of {expected} at line 1 column {column}"


def _json_error(text: str) -> str:
    line, column = 1, 1
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
    except RecursionError:
        column = len(text)
    return f"Invalid JSON: expected value at line {line} column {column}"
