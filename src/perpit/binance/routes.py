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
    depth,
    exchange_info,
    forced,
    funding,
    histories,
    index_parts,
    listen_key_calls,
    order_batches,
    order_queries,
    other_products,
    position_settings,
    public_trades,
    rpi_depth,
    statistics,
    stubs,
    tickers,
    trade,
    tradfi,
    trading_rules,
)
from perpit.binance.route import Route

ROUTES: Final[tuple[Route, ...]] = (
    *exchange_info.ROUTES,
    *depth.ROUTES,
    *public_trades.ROUTES,
    *tickers.ROUTES,
    *candles.ROUTES,
    *trade.ROUTES,
    *order_batches.ROUTES,
    *order_queries.ROUTES,
    *algo.ROUTES,
    *account.ROUTES,
    *position_settings.ROUTES,
    *listen_key_calls.ROUTES,
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
