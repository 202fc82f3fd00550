"""One row of the table of routes, and what its weight may depend on.

The rows stand beside their handlers, in a `ROUTES` of each file that has some (`depth.py`, `trade.py`, …); `routes.py`
joins them. A row of a product has the path behind the product's prefix, and `routes_of` writes it out for one product
or for both.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from perpit.binance.call import Call
from perpit.binance.limits import Pool
from perpit.binance.products import USDS, Product
from perpit.binance.schema import Param

Weight = int | Callable[[dict[str, str]], int]


class Route(NamedTuple):
    """Everything the dialect knows about one method of one path.

    `handler` takes a `Call` and returns what is rendered as JSON, or is a coroutine function that does. `orders` are
    the counts that a request adds to the account's ten-second and minute windows. `returns` says in one line what
    comes back; its fields stand in the wire facts. `partial` names what of the call is not there yet. Symbols are those
    of the `product`. `pool` is the pool of requests that it is counted in, beside its weight. `only_with` names the
    parameter by which a call of a path that both products share is this product's; the other one's row has none.
    """

    method: str
    path: str
    security: str
    weight: Weight
    handler: Callable[[Call], Any]
    params: tuple[Param, ...] = ()
    orders: tuple[int, int] = (0, 0)
    returns: str = ""
    partial: str = ""
    product: Product = USDS
    pool: Pool | None = None
    only_with: str = ""

    @property
    def target(self) -> str:
        """What a call is looked up by: "GET/fapi/v1/ping", or "GET/futures/data/basis?pair" with such a parameter."""
        return f"{self.method}{self.path}?{self.only_with}" if self.only_with else self.method + self.path

    @property
    def tail(self) -> str:
        """The path behind the product's prefix: "/v1/order"; the path of others as it is."""
        return self.path.removeprefix(self.product.prefix)

    @property
    def place(self) -> str:
        """Method and that, as tables name a call of both products: "POST/v1/order"."""
        return self.method + self.tail


def routes_of(products: tuple[Product, ...], *rows: Route) -> tuple[Route, ...]:
    """Rows whose paths begin behind the prefix ("/v1/order"), for each of the products."""
    return tuple(
        row._replace(path=product.prefix + row.path, product=product) for row in rows for product in products
    )


def one_or_all(one: int, all_symbols: int) -> Weight:
    """A weight that depends on whether a symbol is sent."""

    def weight(sent: dict[str, str]) -> int:
        return one if sent.get("symbol") else all_symbols

    weight.__doc__ = f"{one} with symbol, {all_symbols} without."
    return weight


def by_limit(steps: tuple[tuple[int, int], ...], default: int) -> Weight:
    """A weight that grows with `limit`: rows of (highest limit, weight), ascending."""

    def weight(sent: dict[str, str]) -> int:
        text = sent.get("limit", "")
        limit = int(text) if text.isdigit() and text.isascii() and len(text) < 9 else default
        for highest, cost in steps:
            if limit <= highest:
                return cost
        return steps[-1][1]

    weight.__doc__ = ", ".join(f"{cost} up to limit {highest}" for highest, cost in steps) + "."
    return weight
