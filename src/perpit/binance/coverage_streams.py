"""How many of the exchange's streams are there: their part of the coverage page.

The facts (`facts/*.streams.json`) list what the exchange publishes, one line for each name of a market stream with the
routed path that carries it and the values that a name can hold, and one for each event of user data. What is there is
asked of the tables of the streams themselves.
"""

import itertools
from functools import cache
from typing import Final

import msgspec

from perpit.binance.coverage_rows import backing, backing_stream
from perpit.binance.products import PRODUCTS, Product
from perpit.binance.streams_make import makes
from perpit.binance.streams_names import parse_stream_name
from perpit.binance.userdata import TOLD_EVENTS
from perpit.binance.wire_facts import FACTS
from perpit.domain.words import COIN_M, USDS_M

FILES: Final = {USDS_M: "usds_m.streams.json", COIN_M: "coin_m.streams.json"}
# What stands for the places of a name that no list of values fills, by market.
SAMPLES: Final = {
    USDS_M: {"symbol": "btcusdt", "pair": "btcusdt", "assetSymbol": "btcusd"},
    COIN_M: {"symbol": "btcusd_perp", "pair": "btcusd"},
}
# What is told in full, of what a venue has (decision 70).
NOTES: Final = {"compositeIndex": "of contracts that follow a basket: BTCDOMUSDT"}
USER_DATA: Final = "user_data"
UNLISTED: Final = (
    ("`<symbol>@trade`", "every trade, as many clients ask for it"),
    ("`<symbol>@depth@0ms`", "every change of the book"),
    ("`<symbol>@depth@250ms`", "the default speed by its name"),
)


class StreamFact(msgspec.Struct, frozen=True):
    """A name of a market stream, or an event of user data. `values` are those of a place in the name."""

    stream: str
    kind: str
    route: str
    event: str
    values: dict[str, list[str]] = {}


@cache
def stream_facts_of(market: int) -> list[StreamFact]:
    """The facts of one product, in the order of the file."""
    return msgspec.json.decode((FACTS / FILES[market]).read_bytes(), type=list[StreamFact])


def names_of(fact: StreamFact, market: int) -> dict[str, str]:
    """Every name that the fact stands for, with the values in it: "perpetual, 1m"."""
    names: dict[str, str] = {}
    for chosen in itertools.product(*fact.values.values()):
        name = fact.stream
        for place, value in zip(fact.values, chosen, strict=True):
            name = name.replace(f"<{place}>", value)
        for place, sample in SAMPLES[market].items():
            name = name.replace(f"<{place}>", sample)
        names[name] = ", ".join(chosen)
    return names


def is_there(name: str, market: int) -> bool:
    """Whether a name of the product is understood, and something is sent under it."""
    spec = parse_stream_name(name)
    return spec is not None and makes(spec, market)


def sections() -> list[str]:
    """Market streams and user data of both products, as lines of the page."""
    lines: list[str] = []
    for product in PRODUCTS.values():
        facts = stream_facts_of(product.market)
        lines += _market_streams(product, [fact for fact in facts if fact.kind != USER_DATA])
        lines += _user_data(product, [fact for fact in facts if fact.kind == USER_DATA])
    lines += [
        "## Streams beside the list",
        "",
        "In no list of the exchange, and in wide use.",
        "",
        "| stream | sends |",
        "|---|---|",
    ]
    return [*lines, *(f"| {name} | {what} |" for name, what in UNLISTED), ""]


def _market_streams(product: Product, facts: list[StreamFact]) -> list[str]:
    rows = []
    there = 0
    for fact in facts:
        names = names_of(fact, product.market)
        lacking = [values for name, values in names.items() if not is_there(name, product.market)]
        there += not lacking
        state = "done" if not lacking else "missing" if len(lacking) == len(names) else "partial"
        note = _gaps(fact, names, lacking) if state == "partial" else NOTES.get(fact.event, "")
        path = f"`/{fact.route}`, " if fact.route else ""
        row = backing_stream(FILES[product.market].removesuffix(".json"), fact.stream)
        rows.append(
            f"| `{fact.stream}` | `{fact.event}` | {path}`/ws`, `/stream` | {state} | {row} | {note} |"
        )
    return [
        f"## {product.title}, market streams: {there} of {len(facts)}",
        "",
        "| stream | event | path | state | conformance | note |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
    ]


def _gaps(fact: StreamFact, names: dict[str, str], lacking: list[str]) -> str:
    """What a name may not hold: values that always lack, or else the names that do."""
    places = [
        f"{place} {value}"
        for place, values in fact.values.items()
        for value in values
        if all(chosen in lacking for chosen in names.values() if value in chosen.split(", "))
    ]
    return f"without {', '.join(places) or '; '.join(lacking)}"


def _user_data(product: Product, facts: list[StreamFact]) -> list[str]:
    rows = []
    there = 0
    table = FILES[product.market].removesuffix(".json")
    for fact in facts:
        done = product.market in TOLD_EVENTS.get(fact.event, ())
        there += done
        state = "done" if done else "missing"
        rows.append(f"| `{fact.event}` | {state} | {backing(table, fact.event)} |  |")
    listed = {fact.event for fact in facts}
    more = [event for event, of in TOLD_EVENTS.items() if product.market in of and event not in listed]
    rows += [f"| `{event}` | done | {backing(table, event)} | beside the list |" for event in more]
    return [
        f"## {product.title}, user data: {there} of {len(facts)}",
        "",
        "| event | state | conformance | note |",
        "|---|---|---|---|",
        *rows,
        "",
    ]
