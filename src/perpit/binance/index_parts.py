"""What price indexes consist of. Handlers and their rows of the table.

The index of a contract has one source here: its market, or who set it by venue control. That is its one constituent,
with the whole weight. A composite index consists of the parts of its basket: what they cost, their weights in quantity,
and what share of the index each of them is now. An index that nobody has set yet has no constituents.
"""

from typing import Any, Final, NamedTuple

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL
from perpit.binance.products import COIN, USDS
from perpit.binance.render import units
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE
from perpit.binance.tradfi import is_tradfi
from perpit.domain.basket import basket_shares_e8
from perpit.domain.instrument import Instrument
from perpit.views.prices import PriceView

Body = dict[str, Any]

SOURCE: Final = "perpit"  # stands where the exchange names another exchange
WHOLE: Final = "1.00000000"
NOT_SHOWN: Final = "-1"  # prices of stocks and metals are not for everybody (semantics 3.1.1)


def constituents(call: Call) -> Body:
    """The sources of an index, named by a pair, or by a contract that follows it (semantics 3.1.1)."""
    instrument = _follower(call)
    prices = call.world.prices[instrument.symbol_id]
    if instrument.basket:
        rows = [
            {
                "exchange": SOURCE,
                "symbol": f"{part.base}{part.quote}",
                "price": units(part.price_e8),
                "weight": units(part.share_e8),
            }
            for part in shown_parts(instrument, prices)
        ]
        return {"symbol": instrument.pair, "time": call.now_ms, "constituents": rows}
    price_e8 = prices.index_e8
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


class ShownPart(NamedTuple):
    """A part of a composite index now. `weight_e8` is its weight in quantity, `share_e8` what of the index it is."""

    base: str
    quote: str
    weight_e8: int
    share_e8: int
    price_e8: int


def shown_parts(instrument: Instrument, prices: PriceView) -> list[ShownPart]:
    """The parts of a contract's basket at their last prices; none without a basket, or before the first price."""
    parts, prices_e8 = instrument.basket, prices.part_prices_e8
    if not prices_e8:
        return []
    rows = zip(parts, basket_shares_e8(parts, prices_e8), prices_e8, strict=True)
    return [
        ShownPart(part.base_asset, part.quote_asset, part.weight_e8, share_e8, price_e8)
        for part, share_e8, price_e8 in rows
    ]


def component(instrument: Instrument) -> str:
    """Which side of the pairs tells the parts of a basket apart: assets priced in one, or one priced in assets."""
    bases = {part.base_asset for part in instrument.basket}
    return "baseAsset" if len(bases) == len(instrument.basket) else "quoteAsset"


def composite_indexes(call: Call) -> list[Body]:
    """Every contract that follows a basket, with its parts; with a symbol that one, or none where it follows none."""
    wanted = call.values["symbol"]
    listed = call.world.catalog.symbols_of(call.product.market).values() if wanted is None else [wanted]
    return [
        {
            "symbol": instrument.symbol,
            "time": call.now_ms,
            "component": component(instrument),
            "baseAssetList": [
                {
                    "baseAsset": part.base,
                    "quoteAsset": part.quote,
                    "weightInQuantity": units(part.weight_e8),
                    "weightInPercentage": units(part.share_e8),
                }
                for part in shown_parts(instrument, call.world.prices[instrument.symbol_id])
            ],
        }
        for instrument in listed
        if instrument.basket
    ]


INDEX: Final[Param] = Param("symbol", schema.any_pair, True, description="a pair, or a symbol of it")


def _constituents(weight: int) -> Route:
    return Route(
        "GET", "/v1/constituents", NONE, weight, constituents, (INDEX,), returns="Sources of an index."
    )


ROUTES: Final[tuple[Route, ...]] = (
    *routes_of((USDS,), _constituents(weight=2)),
    *routes_of((COIN,), _constituents(weight=1)),
    Route(
        "GET",
        "/fapi/v1/indexInfo",
        NONE,
        1,
        composite_indexes,
        (ANY_SYMBOL,),
        returns="Composite indexes and their parts.",
    ),
)
