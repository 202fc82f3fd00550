"""Whether the answers to all rows of one call are what the exchange publishes of it, and what the SDK makes of them.

What may differ stands in `allowed.py`.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel

from perpit.binance.asyncapi_streams import LISTEN_KEY, MessageFact, listed
from perpit.binance.wire_facts import PRODUCTS, WS_PRODUCTS, Fact, facts_of, ws_facts_of
from perpit.binance.ws_methods import methods_of
from perpit.domain.words import COIN_M, USDS_M
from tests.conformance.allowed import (
    BEYOND,
    FILTERS,
    LIKE,
    NEVER,
    NULLABLE,
    SIGNED,
    SOMETIMES,
    UNKNOWN_TO_SDK,
    UNREAD,
    WITH_ALIAS,
)
from tests.conformance.callers import Answer
from tests.conformance.shapes import ANY_NAME, Difference, differences, values

MARKET_IDS = {"usds_m": USDS_M, "coin_m": COIN_M}

LARGEST_EXACT = 2**53

WORDS = Path(__file__).parent / "words.json"


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
    if call.endswith("/apiTradingStatus"):
        of_symbol = fields["indicators"]["BTCUSDT"]
        fields = {**fields, "indicators": {ANY_NAME: of_symbol, "ACCOUNT": fields["indicators"]["ACCOUNT"]}}
    return fact.shape, fields


def ws_expected(market: str, call: str) -> tuple[str, Any]:
    """Shape and fields of the result of a method of the WebSocket API."""
    product = next(product for product, (file, _market) in WS_PRODUCTS.items() if file.startswith(market))
    fact = next(fact for fact in ws_facts_of(product) if fact.method == call)
    fields = {} if "<key>" in fact.fields else fact.fields
    return fact.shape, fields


SPEED = (
    "@<updateSpeed>"  # a parameter of the SDK's methods; written out in the facts, all with the same fields
)


@cache
def stream_facts(market: str) -> dict[str, MessageFact]:
    """What the exchange publishes of a market's streams, by each of their names."""
    return {name: fact for fact in listed(MARKET_IDS[market]) for name in fact.names if name != LISTEN_KEY}


def stream_fact(market: str, call: str) -> MessageFact:
    """What the exchange publishes of the stream that a row calls."""
    return stream_facts(market)[call.removesuffix(SPEED)]


@cache
def event_facts(market: str) -> dict[str, MessageFact]:
    """What the exchange publishes of a market's user data, by event."""
    return {fact.event: fact for fact in listed(MARKET_IDS[market]) if fact.names == [LISTEN_KEY]}


def user_facts(market: str) -> dict[str, MessageFact]:
    """What a venue tells of user data, by event: what the exchange publishes, and what a market's list lacks."""
    facts = dict(event_facts(market))
    for event in UNKNOWN_TO_SDK.get(market, ()):
        like = event_facts("usds_m")[event]
        alias = {"i": "string"} if event in WITH_ALIAS else {}
        facts[event] = msgspec.structs.replace(like, fields={**like.fields, **alias})
    return facts


def verdict(market: str, call: str, answers: list[Answer]) -> dict[str, list[str]]:
    """What is wrong with the answers to a call over REST; nothing when all is well."""
    return judged((market, call), *expected(market, call), answers)


def ws_verdict(market: str, call: str, answers: list[Answer]) -> dict[str, list[str]]:
    """What is wrong with the results of a method of the WebSocket API; nothing when all is well.

    A method answers what its REST call answers: what that has beyond the list of the method may be there.
    """
    wrong = judged((market, call), *ws_expected(market, call), answers)
    route = methods_of(MARKET_IDS[market]).get(call)
    if route is not None:
        rest = f"{route.method} {route.path}"
        known = {*published(expected(market, rest)[1]), *BEYOND.get((market, rest), ())}
        wrong["unknown"] = [place for place in wrong.get("unknown", ()) if place not in known]
    return {what: lines for what, lines in wrong.items() if lines}


def published(fields: Any, place: str = "") -> Iterator[str]:
    """The place of every published field."""
    if isinstance(fields, list):
        for kind in fields:
            yield from published(kind, place)
    elif isinstance(fields, dict) and "tuple" not in fields:
        for name, inner in fields.items():
            where = f"{place}.{name}" if place else name
            yield where
            yield from published(inner, where)


def judged(
    call: tuple[str, str], shape: str | None, fields: Any, answers: list[Answer]
) -> dict[str, list[str]]:
    """The answers to all rows of a call, against its fields and what may differ."""
    found = [found for answer in answers for found in against(fields, shape, answer.raw)]
    there = [pair for answer in answers for pair in values(answer.raw)]
    shown = {place for place, _value in there}
    unknown = {difference.place for difference in found if difference.kind == "unknown"}
    allowed = set(BEYOND.get(call, ()))
    unread = {place for answer in answers for place in forgotten(answer.model)}
    missing = {place for kind, place, _ in found if kind == "missing" and not may_miss(place, shown)}
    wrong = {
        "missing": sorted(missing),
        "unknown": sorted(unknown - allowed),
        "listed as unknown, and not there": sorted(allowed - unknown),
        "of another type": [
            f"{place}: {text}" for kind, place, text in found if kind == "type" and place not in NULLABLE
        ],
        "no word of the lists": sorted(
            {f"{place}: {value}" for place, value in there if not is_word(call[1], place, value)}
        ),
        "no integer to every client": sorted(
            {f"{place}: {value}" for place, value in there if not is_read_everywhere(place, value)}
        ),
        "not read by the SDK": sorted(place for place in unread - unknown if not is_unread(call, place)),
    }
    return {what: lines for what, lines in wrong.items() if lines}


def against(fields: Any, shape: str | None, answer: Any) -> Iterator[Difference]:
    """The differences of one answer; some calls answer one object or an array of them."""
    if isinstance(fields, dict) and "oneOf" in fields:
        fields = fields["oneOf"][isinstance(answer, list)]
    elif shape == "object|array" and isinstance(answer, list) != isinstance(fields, list):
        fields = [fields] if isinstance(answer, list) else fields[0]
    yield from differences(fields, answer)


@cache
def words() -> dict[str, list[str]]:
    """The words that the exchange's lists have for a field, by its place, or by call and place."""
    return msgspec.json.decode(WORDS.read_bytes(), type=dict[str, list[str]])


def is_word(call: str, place: str, value: Any) -> bool:
    """Whether a text is one of the words of its field, where there is a list; an empty one is no word."""
    listed = words().get(f"{call} {place}") or words().get(place)
    return listed is None or not isinstance(value, str) or value == "" or value in listed


def is_read_everywhere(place: str, value: Any) -> bool:
    """Whether an integer fits the types of every client: unsigned (Rust), exact as a double (JavaScript)."""
    if not isinstance(value, int):
        return True
    return abs(value) <= LARGEST_EXACT and (value >= 0 or place in SIGNED)


def is_unread(call: tuple[str, str], place: str) -> bool:
    """Whether the SDK is known not to read a place; `name.*` is everything in it."""
    known = UNREAD.get(call, ())
    return place in known or f"{place.rpartition('.')[0]}.*" in known


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
