"""An answer against its published fields: what is missing, what nobody published, what has another type. Pure.

Published fields are written as in `perpit/binance/facts`: a dict of names, a list with one element for "each of them",
or with several for "each is one of these", a `tuple` of `name:type` columns, or the name of a JSON type. A place is
written with dots, list elements left out: `positions.leverage`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
    "object": dict,
    "array": list,
    "null": type(None),
}

ANY_NAME = "<symbol>"  # in place of a name: of every name that is there


class Difference(NamedTuple):
    """One difference: `kind` is missing, unknown or type."""

    kind: str
    place: str
    shown: str = ""


def differences(fields: Any, answer: Any, place: str = "") -> Iterator[Difference]:
    """Every difference between published fields and an answer, element by element."""
    if isinstance(fields, str):
        yield from _of_value(fields, answer, place)
    elif isinstance(fields, list):
        yield from _of_elements(fields, answer, place)
    elif "tuple" in fields:
        yield from _of_columns(fields["tuple"], answer, place)
    elif not isinstance(answer, dict):
        yield Difference("type", place, f"{answer!r} is no object")
    else:
        yield from _of_object(fields, answer, place)


def _of_elements(kinds: list[Any], answer: Any, place: str) -> Iterator[Difference]:
    """Each element against the kind that it differs least from."""
    if not isinstance(answer, list):
        yield Difference("type", place, f"{answer!r} is no array")
        return
    for element in answer if kinds else ():
        yield from min((list(differences(kind, element, place)) for kind in kinds), key=len)


def _of_object(fields: dict[str, Any], answer: dict[str, Any], place: str) -> Iterator[Difference]:
    if ANY_NAME in fields:
        fields = {**dict.fromkeys(answer, fields[ANY_NAME]), **fields}
        del fields[ANY_NAME]
    for name, inner in fields.items():
        where = f"{place}.{name}" if place else name
        if name not in answer:
            yield Difference("missing", where)
        else:
            yield from differences(inner, answer[name], where)
    for name, value in answer.items():
        if name not in fields:
            yield Difference("unknown", f"{place}.{name}" if place else name, repr(value)[:60])


def _of_columns(columns: list[str], answer: Any, place: str) -> Iterator[Difference]:
    if not isinstance(answer, list) or len(answer) != len(columns):
        yield Difference("type", place, f"{answer!r} has not the columns {columns}")
        return
    for column, value in zip(columns, answer, strict=True):
        name, _colon, kind = column.rpartition(":")
        yield from _of_value(kind, value, f"{place}.{name}")


def _of_value(kind: str, value: Any, place: str) -> Iterator[Difference]:
    if kind == "any":
        return
    names = kind.split("|")
    if isinstance(value, bool):  # an int to Python, not to JSON
        fits = "boolean" in names
    else:
        fits = any(isinstance(value, KINDS[name]) for name in names)
    if not fits:
        yield Difference("type", place, f"{value!r} is no {kind}")


def places(answer: Any, place: str = "") -> Iterator[str]:
    """The place of every field in an answer."""
    if isinstance(answer, dict):
        for name, inner in answer.items():
            where = f"{place}.{name}" if place else name
            yield where
            yield from places(inner, where)
    elif isinstance(answer, list):
        for element in answer:
            yield from places(element, place)


def is_empty(answer: Any) -> bool:
    """Whether an answer proves no field: nothing in it, or only empty lists."""
    if isinstance(answer, dict):
        return all(isinstance(value, list) and not value for value in answer.values())
    return isinstance(answer, list) and not answer
