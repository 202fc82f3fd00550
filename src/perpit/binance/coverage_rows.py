"""Which row of the conformance tests backs a line of the coverage page.

The rows are tables of the tests (`tests/conformance/rows/*.json`): how each call is made through the official SDK. The
page is written where the tests are, at the root of the repository; elsewhere its column stays empty.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

ROWS: Final = Path("tests/conformance/rows")
BY_HAND: Final = "by hand"
# What may stand in the places of a stream's name.
PLACES: Final = {"symbol": "[a-z0-9]+(usdt|usd_perp)", "pair": "[a-z0-9]+", "assetSymbol": "[a-z]+"}


class Row(msgspec.Struct, frozen=True):
    """As much of a row as the page tells: what it calls, how, and the name of a stream."""

    call: str
    sdk: str | None
    name: str = ""


@cache
def rows_of(table: str) -> tuple[Row, ...]:
    """The rows of a table like `usds_m.rest`; none where there are no tests."""
    file = ROWS / f"{table}.json"
    return msgspec.json.decode(file.read_bytes(), type=tuple[Row, ...]) if file.exists() else ()


def backing(table: str, call: str) -> str:
    """The rows that make a call, or hear an event, as a cell of the page: the method of the SDK, and how often."""
    return _cell([row for row in rows_of(table) if row.call == call])


def backing_stream(table: str, stream: str) -> str:
    """The rows that subscribe to a name of streams like `<symbol>@aggTrade`."""
    parts = re.split(r"<(\w+)>", stream)
    pattern = "".join(
        PLACES.get(part, "[^@]+") if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )
    return _cell([row for row in rows_of(table) if re.fullmatch(pattern, row.name)])


def _cell(rows: list[Row]) -> str:
    if not rows:
        return ""
    name = BY_HAND if rows[0].sdk is None else f"`{rows[0].sdk}`"
    return name if len(rows) == 1 else f"{name} ×{len(rows)}"
