"""The order book."""

from typing import Any, Final

from perpit.binance import schema
from perpit.binance.call import Call
from perpit.binance.market import BOTH, SYMBOL
from perpit.binance.products import shaped
from perpit.binance.render import digits
from perpit.binance.route import Route, by_limit, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE
from perpit.views.rpi_book import AnyBook


def depth(call: Call, book: AnyBook | None = None) -> dict[str, Any]:
    """The best `limit` levels of both sides, of another book than what everybody sees if one is given."""
    instrument = call.values["symbol"]
    book = book or call.world.books[instrument.symbol_id]
    bids, asks = book.top(call.values["limit"])
    form = digits(instrument)
    row = {
        "lastUpdateId": book.update_id,
        "E": call.now_ms,
        "T": book.transact_ms,
        "bids": [[form.price(ticks), form.qty(lots)] for ticks, lots in bids],
        "asks": [[form.price(ticks), form.qty(lots)] for ticks, lots in asks],
    }
    return shaped("depth", row, instrument)


BY_DEPTH: Final = by_limit(((50, 2), (100, 5), (500, 10), (1000, 20)), 500)
DEPTH_LIMIT: Final[Param] = Param("limit", schema.depth_limit, default=500)

ROUTES: Final[tuple[Route, ...]] = routes_of(
    BOTH,
    Route("GET", "/v1/depth", NONE, BY_DEPTH, depth, (SYMBOL, DEPTH_LIMIT), returns="The book."),
)
