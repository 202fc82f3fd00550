"""The one table of routes, of both products.

`Dialect` looks up in it once per request; the API description and the coverage page are made from it.
"""

from collections.abc import Iterable
from typing import Final

from perpit.binance import (
    account,
    algo,
    assets,
    candles,
    coin_account,
    deliveries,
    forced,
    funding,
    histories,
    index_parts,
    market,
    other_products,
    rpi_depth,
    statistics,
    stubs,
    trade,
    tradfi,
    trading_rules,
)
from perpit.binance.route import Route

ROUTES: Final[tuple[Route, ...]] = (
    *market.ROUTES,
    *candles.ROUTES,
    *trade.ROUTES,
    *algo.ROUTES,
    *account.ROUTES,
    *assets.ROUTES,
    *coin_account.ROUTES,
    *deliveries.ROUTES,
    *forced.ROUTES,
    *funding.ROUTES,
    *histories.ROUTES,
    *index_parts.ROUTES,
    *rpi_depth.ROUTES,
    *statistics.ROUTES,
    *tradfi.ROUTES,
    *trading_rules.ROUTES,
    *other_products.ROUTES,
    *stubs.ROUTES,
)


def by_target(routes: Iterable[Route]) -> dict[str, Route]:
    """The table by what a call is looked up by: method and path, written together."""
    table: dict[str, Route] = {}
    for route in routes:
        assert route.target not in table, route.target
        table[route.target] = route
    return table
