"""What the description promises of an answer, and what is wrong with one that breaks the promise.

The served description leaves objects open, as the exchange may add fields at any time. Here they are closed: the venue
answers with nothing that it does not describe.
"""

from typing import Any

import jsonschema_rs

Json = dict[str, Any]
NO_SUCH_PATH = {"type": "object", "properties": {"code": {"const": -5000}, "msg": {"type": "string"}}}
NO_SUCH_CALL = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}


class Description:
    """A document with a validator for each answer that it describes."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._validators: dict[tuple[str, str, int], Any] = {}
        self._elsewhere = {
            is_control: jsonschema_rs.Draft202012Validator(closed(shape))
            for is_control, shape in ((False, NO_SUCH_PATH), (True, NO_SUCH_CALL))
        }

    def operation(self, method: str, path: str) -> Json | None:
        """The operation at a path as the document writes it."""
        found: Json | None = self.document["paths"].get(path, {}).get(method.lower())
        return found

    def problem(self, method: str, path: str, status: int, answer: Any) -> str | None:
        """What is wrong with an answer; None when it is as described."""
        validator = self._validator(method, path, status)
        if validator is None:
            return f"status {status} is not described"
        for error in validator.iter_errors(answer):
            return f"status {status}: {error.message[:300]} at {error.instance_path} by {error.schema_path}"
        return None

    def _validator(self, method: str, path: str, status: int) -> Any:
        place = method, path, status
        if place not in self._validators:
            operation = self.operation(method, path)
            if operation is None:
                wrong = status == 404 or (status == 405 and path.startswith("/venue/"))
                self._validators[place] = self._elsewhere[path.startswith("/venue/")] if wrong else None
            else:
                self._validators[place] = self._made(operation["responses"].get(str(status)))
        return self._validators[place]

    def _made(self, response: Json | None) -> Any:
        if response is None:
            return None
        if "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        described = next(iter(response["content"].values()))["schema"]
        schemas = {name: closed(shape) for name, shape in self.document["components"]["schemas"].items()}
        return jsonschema_rs.Draft202012Validator({**closed(described), "components": {"schemas": schemas}})


def closed(shape: Any) -> Any:
    """A schema whose objects have no other fields than those that it lists."""
    if isinstance(shape, list):
        return [closed(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    inner = {
        name: value if name in ("enum", "examples", "default") else closed(value)
        for name, value in shape.items()
    }
    if inner.get("type") == "object" and "properties" in inner:
        inner.setdefault("additionalProperties", False)
    return inner
