"""Whether the answers to all rows of one call are what the exchange publishes of it, and what the SDK makes of them.

What may differ stands in `allowed.py`.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from perpit.binance.coverage import PRODUCTS, Fact, facts_of
from tests.conformance.allowed import (
    BEYOND,
    FILTERS,
    LIKE,
    NEVER,
    NULLABLE,
    SOMETIMES,
    UNREAD,
)
from tests.conformance.callers import Answer
from tests.conformance.shapes import Difference, differences, places


@cache
def facts(market: str) -> dict[str, Fact]:
    """What the exchange publishes of a market's calls, by method and path."""
    product = next(product for product, file in PRODUCTS.items() if file.startswith(market))
    return {f"{fact.method} {fact.path}": fact for fact in facts_of(product)}


def expected(market: str, call: str) -> tuple[str | None, Any]:
    """Shape and fields of a call's answer."""
    fact = facts(market)[call]
    if (market, call) in LIKE:
        fact = facts(LIKE[market, call][0])[LIKE[market, call][1]]
    fields = fact.fields
    if call.endswith("/batchOrders"):  # each element is an order or an error
        order = {name: kind for name, kind in fields[0].items() if name not in ("code", "msg")}
        fields = [order, {"code": "integer", "msg": "string"}]
    if call.endswith("/exchangeInfo"):
        kinds = [
            {"filterType": "string", **{name: "integer" if name == "limit" else "string" for name in names}}
            for names in dict.fromkeys(FILTERS.values())
        ]
        fields = {**fields, "symbols": [{**fields["symbols"][0], "filters": kinds}]}
    return fact.shape, fields


def verdict(market: str, call: str, answers: list[Answer]) -> dict[str, list[str]]:
    """What is wrong with the answers to a call; nothing when all is well."""
    shape, fields = expected(market, call)
    found = [found for answer in answers for found in against(fields, shape, answer.raw)]
    shown = {place for answer in answers for place in places(answer.raw)}
    unknown = {difference.place for difference in found if difference.kind == "unknown"}
    allowed = set(BEYOND.get((market, call), ()))
    unread = {place for answer in answers for place in forgotten(answer.model)}
    wrong = {
        "missing": sorted(
            {place for kind, place, _ in found if kind == "missing" and not may_miss(place, shown)}
        ),
        "unknown": sorted(unknown - allowed),
        "listed as unknown, and not there": sorted(allowed - unknown),
        "of another type": [
            f"{place}: {text}" for kind, place, text in found if kind == "type" and place not in NULLABLE
        ],
        "not read by the SDK": sorted(unread - unknown - set(UNREAD.get((market, call), ()))),
    }
    return {what: lines for what, lines in wrong.items() if lines}


def against(fields: Any, shape: str | None, answer: Any) -> Iterator[Difference]:
    """The differences of one answer; some calls answer one object or an array of them."""
    if shape == "object|array" and isinstance(answer, list) != isinstance(fields, list):
        fields = [fields] if isinstance(answer, list) else fields[0]
    yield from differences(fields, answer)


def may_miss(place: str, shown: set[str]) -> bool:
    """Whether a field may be missing from an answer: it can never be there, or another answer has it."""
    return place in NEVER or (place in SOMETIMES and place in shown)


def forgotten(model: Any, place: str = "") -> Iterator[str]:
    """The fields that a model of the SDK has no name for, wherever they stand in it."""
    if isinstance(model, list):
        for element in model:
            yield from forgotten(element, place)
    elif isinstance(model, BaseModel):
        inner = getattr(model, "actual_instance", None)
        if inner is not None:
            yield from forgotten(inner, place)
            return
        for name in getattr(model, "additional_properties", None) or {}:
            yield f"{place}.{name}".lstrip(".")
        for name in type(model).model_fields:
            if name != "additional_properties":
                yield from forgotten(getattr(model, name), f"{place}.{name}".lstrip("."))
