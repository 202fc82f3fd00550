"""What price indexes consist of. Handlers and their rows of the table.

The index of a contract has one source here: its market, or who set it by venue control. That is its one constituent,
with the whole weight; an index that nobody has set yet has none. No contract of the catalogue follows a basket of other
assets, so there is no composite index, and `<symbol>@compositeIndex` stays silent.
"""

from typing import Any, Final

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL
from perpit.binance.products import COIN, USDS
from perpit.binance.render import units
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE
from perpit.binance.tradfi import is_tradfi
from perpit.domain.instrument import Instrument

Body = dict[str, Any]

SOURCE: Final = "perpit"  # stands where the exchange names another exchange
WHOLE: Final = "1.00000000"
NOT_SHOWN: Final = "-1"  # prices of stocks and metals are not for everybody (semantics 3.1.1)


def constituents(call: Call) -> Body:
    """The sources of an index, named by a pair, or by a contract that follows it (semantics 3.1.1)."""
    instrument = _follower(call)
    price_e8 = call.world.prices[instrument.symbol_id].index_e8
    row = {
        "exchange": SOURCE,
        "symbol": instrument.pair,
        "price": NOT_SHOWN if is_tradfi(instrument) else units(price_e8),
        "weight": WHOLE,
    }
    return {"symbol": instrument.pair, "time": call.now_ms, "constituents": [row] if price_e8 else []}


def _follower(call: Call) -> Instrument:
    """A contract that follows the index: of that name, or of that pair the first with a price."""
    wanted = call.values["symbol"]
    listed = call.world.catalog.symbols_of(call.product.market)
    if wanted in listed:
        return listed[wanted]
    followers = [each for each in listed.values() if each.pair == wanted]
    if not followers:
        raise errors.BAD_SYMBOL()
    prices = call.world.prices
    return next((each for each in followers if prices[each.symbol_id].index_e8), followers[0])


def composite_indexes(call: Call) -> list[Body]:
    """Baskets and what is in them: none, of no symbol."""
    return []


INDEX: Final[Param] = Param("symbol", schema.any_pair, True, description="a pair, or a symbol of it")


def _constituents(weight: int) -> Route:
    return Route(
        "GET", "/v1/constituents", NONE, weight, constituents, (INDEX,), returns="Sources of an index."
    )


ROUTES: Final[tuple[Route, ...]] = (
    *routes_of((USDS,), _constituents(weight=2)),
    *routes_of((COIN,), _constituents(weight=1)),
    Route(
        "GET", "/fapi/v1/indexInfo", NONE, 1, composite_indexes, (ANY_SYMBOL,), returns="Composite indexes."
    ),
)
