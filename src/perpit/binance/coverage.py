"""How much of the exchange's API is there: the coverage page, made from the wire facts and the table of routes.

`python -m perpit.binance.coverage` prints the page, `--write FILE` writes it; `docs/API_COVERAGE.md` is its output and
a test compares the two.
"""

import itertools
import sys
from pathlib import Path
from typing import Final

from perpit.binance import coverage_streams, errors, other_products
from perpit.binance.coverage_rows import backing
from perpit.binance.route import Route
from perpit.binance.routes import ROUTES
from perpit.binance.unanswered import UNANSWERED
from perpit.binance.wire_facts import (
    FOREIGN_SCOPES,
    PRODUCTS,
    WS_PRODUCTS,
    Fact,
    facts,
    facts_of,
    ws_facts_of,
)
from perpit.binance.ws_methods import PATHS, SESSION_METHODS, methods_of
from perpit.domain import refusals

SCOPES: Final = {"venue": "the venue", "venue_statistics": "statistics"}
# Calls that are answered in full from what a venue of its own has (decisions 46, 70): by the path behind the product's
# prefix, or by the route's target where there is none.
NOTES: Final = {
    "apiTradingStatus": "measured; nobody is locked",
    "constituents": "the venue's one source, or the parts of a basket",
    "indexInfo": "of contracts that follow a basket: BTCDOMUSDT",
    "GET/futures/data/openInterestHist": "CMCCirculatingSupply is the catalogue's, or --circulating-supply",
    "tradingSchedule": "every day one session, of markets that have a contract",
}

# Refusals that no request of the exchange's API can meet: of venue control's commands, or of what the schema lets by.
UNASKED: Final = (refusals.UNKNOWN_ACCOUNT, refusals.NOT_SUPPORTED, refusals.BALANCE_TOO_SMALL)

HEAD: Final = """\
# API coverage

Which calls of the exchange's USDⓈ-M and COIN-M REST and WebSocket APIs Perpit answers, and which of its streams it has,
measured against the exchange's own lists. Generated from the tables of routes (`src/perpit/binance/routes.py`), methods
(`ws_methods.py`), streams (`streams_names.py`, `streams_make.py`) and user data (`userdata.py`) and the wire facts
(`src/perpit/binance/facts/`) by
`python -m perpit.binance.coverage --write docs/API_COVERAGE.md`; not written by hand.

Calls of products that no account of a venue has (conversion, portfolio margin, broker programmes, leveraged tokens,
report downloads) stand in a part of their own: they are answered as to an account that lacks the product.

The column "conformance" names the rows of `tests/conformance/rows` that call a line through the official SDK, or by
hand where the SDK has no method for it, and compare the answer's fields and types with the published ones.
"""


def page() -> str:
    """The coverage page."""
    done = {route.target: route for route in ROUTES}
    lines = [HEAD]
    for product, (scope, title) in itertools.product(PRODUCTS, SCOPES.items()):
        entries = [entry for entry in facts_of(product) if entry.scope == scope]
        there = sum(_route_of(entry, done) is not None for entry in entries)
        lines += [
            f"## {product}, {title}: {there} of {len(entries)}",
            "",
            "| call | security | state | conformance | note |",
        ]
        lines.append("|---|---|---|---|---|")
        for entry in entries:
            route = _route_of(entry, done)
            missing = ""
            if route is not None:
                read = {param.name for param in route.params} | {"recvWindow"}
                missing = ", ".join(name for name in map(_bare, entry.params) if name not in read)
                missing = "; ".join(filter(None, (route.partial, missing and f"parameters {missing}")))
            state = "missing" if route is None else "partial" if missing else "done"
            name = entry.path.partition("/v1/")[2] or (route.target if route is not None else "")
            note = missing or NOTES.get(name, "")
            call = f"{entry.method} {entry.path}"
            row = backing(PRODUCTS[product].removesuffix(".json"), call)
            lines.append(f"| `{call}` | {entry.security} | {state} | {row} | {note} |")
        lines.append("")
    return "\n".join(
        [*lines, *_ws_methods(), *coverage_streams.sections(), *_foreign(), *_extras(), *_codes()]
    )


def _route_of(entry: Fact, done: dict[str, Route]) -> Route | None:
    """The row that answers a call: of a path that both products share, the one that wants what it must send."""
    target = entry.method + entry.path
    own = (done.get(f"{target}?{name}") for name in entry.params)
    return next(filter(None, own), done.get(target))


def _ws_methods() -> list[str]:
    """The methods of both WebSocket APIs, with the REST calls that serve them."""
    lines = []
    for product, (file, market) in WS_PRODUCTS.items():
        entries = ws_facts_of(product)
        routes = methods_of(market)
        path = next(path for path, of in PATHS.items() if of.market == market)
        there = sum(entry.method in routes or entry.method in SESSION_METHODS for entry in entries)
        lines += [
            f"## {product}, the WebSocket API at `{path}`: {there} of {len(entries)}",
            "",
            "| method | security | state | conformance | served by |",
            "|---|---|---|---|---|",
        ]
        for entry in entries:
            by, state = "the connection", "done"
            if entry.method not in SESSION_METHODS:
                route = routes.get(entry.method)
                by = "" if route is None else f"`{route.method} {route.path}`"
                state = "missing" if route is None else "partial" if route.partial else "done"
            row = backing(file.removesuffix(".json"), entry.method)
            lines.append(f"| `{entry.method}` | {entry.security} | {state} | {row} | {by} |")
        lines.append("")
    return lines


def _foreign() -> list[str]:
    """Calls of products that no account has, with what they are answered."""
    entries = [entry for entry in facts() if entry.scope in FOREIGN_SCOPES]
    refusals = {
        (row.method, product.prefix + row.path): row.refusal
        for row in other_products.TABLE
        for product in row.products
    }
    there = sum((entry.method, entry.path) in refusals for entry in entries)
    lines = [
        f"## Products that no account has: {there} of {len(entries)}",
        "",
        "| call | security | product | answered with |",
        "|---|---|---|---|",
    ]
    for entry in entries:
        said = "missing"
        if (entry.method, entry.path) in refusals:
            refusal = refusals[entry.method, entry.path]
            said = "an empty list" if refusal is None else f"{refusal.code} {refusal.text}"
        product = FOREIGN_SCOPES[entry.scope]
        lines.append(f"| `{entry.method} {entry.path}` | {entry.security} | {product} | {said} |")
    return [*lines, ""]


def _bare(name: str) -> str:
    return name.rstrip("?")


def _extras() -> list[str]:
    """Calls that are answered and stand in no list of the futures API."""
    listed = {(entry.method, entry.path) for entry in facts()}
    lines = [
        "## Beside the list",
        "",
        "For clients that ask for them at start.",
        "",
        "| call | answers |",
        "|---|---|",
    ]
    rows = [
        f"| `{route.method} {route.path}` | {route.returns} |"
        for route in ROUTES
        if (route.method, route.path) not in listed
    ]
    return [*lines, *rows, ""]


def codes() -> list[int]:
    """Error codes that an answer can carry, from -1000 down."""
    kinds = [value for value in vars(errors).values() if isinstance(value, errors.Kind)]
    for by_refusal in (errors.BY_REFUSAL, *errors.BY_REFUSAL_IN.values()):
        kinds += [kind for refusal, kind in by_refusal.items() if refusal not in UNASKED]
    for by_command in (errors.BY_COMMAND, *errors.BY_COMMAND_IN.values()):
        kinds += by_command.values()
    return sorted({kind.code for kind in kinds}, reverse=True)


def _codes() -> list[str]:
    counted = codes()
    return [
        "## Error codes",
        "",
        f"{len(counted)} codes can be answered: {', '.join(map(str, counted))}.",
        "",
        "The exchange's list has more. Why no request is answered with them:",
        "",
        "| why | codes |",
        "|---|---|",
        *(f"| {why} | {', '.join(map(str, those))} |" for why, those in UNANSWERED),
        "",
    ]


def main(arguments: list[str]) -> None:
    """Print the page, or write it to the file after `--write`."""
    if arguments[:1] == ["--write"] and len(arguments) == 2:
        Path(arguments[1]).write_text(page(), encoding="utf-8")
    elif arguments:
        raise SystemExit("usage: python -m perpit.binance.coverage [--write FILE]")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main(sys.argv[1:])
