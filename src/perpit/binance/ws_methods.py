"""The methods of the WebSocket API, each with the REST call that serves it (semantics 7.6.7).

Handler, parameters, security, order counts and errors are those of the REST route; what differs stands in the row. A
method that is new is a row here; the coverage page reads the same table.
"""

from typing import Final, NamedTuple

from perpit.binance.products import COIN, USDS
from perpit.binance.route import Route, Weight
from perpit.binance.routes import ROUTES, by_target
from perpit.domain.words import COIN_M, USDS_M


class Method(NamedTuple):
    """One method: its name with its version, and the HTTP method and path, behind the product's prefix, that serve it.

    `weight` is that of the route unless it stands here.
    """

    name: str
    http_method: str
    path: str
    weight: Weight | None = None


PATHS: Final = {"/ws-fapi/v1": USDS, "/ws-dapi/v1": COIN}
LOGON, STATUS, LOGOUT = "session.logon", "session.status", "session.logout"
SESSION_WEIGHT: Final = 2

_OF_BOTH: Final = (
    Method("order.place", "POST", "/v1/order"),
    Method("order.modify", "PUT", "/v1/order"),
    Method("order.cancel", "DELETE", "/v1/order"),
    Method("order.status", "GET", "/v1/order"),
    Method("userDataStream.start", "POST", "/v1/listenKey"),
    Method("userDataStream.ping", "PUT", "/v1/listenKey"),
    Method("userDataStream.stop", "DELETE", "/v1/listenKey"),
)
METHODS: Final[dict[int, tuple[Method, ...]]] = {
    USDS_M: (
        *_OF_BOTH,
        Method("algoOrder.place", "POST", "/v1/algoOrder"),
        Method("algoOrder.cancel", "DELETE", "/v1/algoOrder"),
        Method("depth", "GET", "/v1/depth"),
        Method("ticker.price", "GET", "/v2/ticker/price"),
        Method("ticker.book", "GET", "/v1/ticker/bookTicker"),
        Method("account.balance", "GET", "/v2/balance"),
        Method("v2/account.balance", "GET", "/v3/balance"),
        Method("account.status", "GET", "/v2/account"),
        Method("v2/account.status", "GET", "/v3/account"),
        Method("account.position", "GET", "/v2/positionRisk"),
        Method("v2/account.position", "GET", "/v3/positionRisk"),
    ),
    COIN_M: (
        *_OF_BOTH,
        Method("account.balance", "GET", "/v1/balance", weight=5),
        Method("account.status", "GET", "/v1/account"),
        Method("account.position", "GET", "/v1/positionRisk", weight=5),
    ),
}
SESSION_METHODS: Final = (LOGON, STATUS, LOGOUT)  # answered by the connection itself, alike for both products


def methods_of(market: int, routes: tuple[Route, ...] = ROUTES) -> dict[str, Route]:
    """The routes of a product by the name of their method, with the weight that the method has.

    A method whose route is not among `routes` is not there.
    """
    targets = by_target(routes)
    prefix = next(product.prefix for product in PATHS.values() if product.market == market)
    found: dict[str, Route] = {}
    for method in METHODS[market]:
        route = targets.get(method.http_method + prefix + method.path)
        if route is None:
            assert routes is not ROUTES, method
            continue
        found[method.name] = route if method.weight is None else route._replace(weight=method.weight)
    return found
