"""The book with RPI orders in it: `rpiDepth` and `<symbol>@rpiDepth@500ms` (semantics 7.3, 7.4.4). USDⓈ-M only.

Both count states of the two books together, so an event of the stream follows a snapshot as it does for `depth`; the
ids are not those of `depth`.
"""

from typing import Any, Final

from perpit.binance import errors
from perpit.binance.call import Call
from perpit.binance.depth import depth
from perpit.binance.market import SYMBOL
from perpit.binance.route import Route
from perpit.binance.schema import Param, Symbols
from perpit.binance.security import NONE
from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.streams_depth import depth_payload
from perpit.binance.streams_text import Texts
from perpit.domain.events import BookChanged
from perpit.domain.words import BUY
from perpit.views.rpi_book import Levels, WholeBook

ONLY_LIMIT: Final = 1000


def rpi_depth(call: Call) -> dict[str, Any]:
    """The book, RPI orders added to what is shown at their price; levels that cross are left out."""
    instrument = call.values["symbol"]
    world = call.world
    whole = WholeBook(world.books[instrument.symbol_id], world.rpi_books[instrument.symbol_id])
    return depth(call, whole)


def only_limit(text: str, name: str, symbols: Symbols) -> int:
    """1000, the one number of levels that there is."""
    if text != str(ONLY_LIMIT):
        raise errors.BAD_DEPTH_LIMIT(text)
    return ONLY_LIMIT


only_limit.bounds = (ONLY_LIMIT, ONLY_LIMIT)  # type: ignore[attr-defined]


class RpiDiffDepth(Channel):
    """Every level that changed since the stream's last event, with all that stands there."""

    watches_levels = True

    def __init__(self, name: str, period_ms: int, outbox: Outbox, whole: WholeBook, texts: Texts) -> None:
        super().__init__(name, period_ms, outbox)
        self._whole = whole
        self._texts = texts
        self._last_id = whole.update_id
        self._bids: dict[int, None] = {}  # prices whose shown quantity changed
        self._asks: dict[int, None] = {}
        self._rpi_bids, self._rpi_asks = whole.rpi.uncrossed(whole.book)

    def on_level(self, level: BookChanged) -> None:
        (self._bids if level.side == BUY else self._asks)[level.price_ticks] = None

    def flush(self, now_ms: int) -> None:
        whole = self._whole
        if whole.update_id == self._last_id:
            return
        rpi_bids, rpi_asks = whole.rpi.uncrossed(whole.book)
        bids = _changed(self._bids, whole.book.bids, self._rpi_bids, rpi_bids)
        asks = _changed(self._asks, whole.book.asks, self._rpi_asks, rpi_asks)
        self._bids, self._asks = {}, {}
        self._rpi_bids, self._rpi_asks = rpi_bids, rpi_asks
        if not bids and not asks:  # only levels that nobody sees
            return
        payload = depth_payload(self._texts, whole, now_ms, self._last_id, bids, asks)
        self._last_id = whole.update_id
        self.publish(payload)


def _changed(
    touched: dict[int, None], shown: Levels, rpi_before: Levels, rpi: Levels
) -> list[tuple[int, int]]:
    """Levels to tell of, by price: those touched, and those where another quantity of RPI orders is seen."""
    moved = {ticks for ticks in {**rpi_before, **rpi} if rpi_before.get(ticks) != rpi.get(ticks)}
    return [(ticks, shown.get(ticks, 0) + rpi.get(ticks, 0)) for ticks in sorted(moved.union(touched))]


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/fapi/v1/rpiDepth",
        NONE,
        20,
        rpi_depth,
        (
            SYMBOL,
            Param("limit", only_limit, default=ONLY_LIMIT),
        ),
        returns="The book with RPI orders.",
    ),
)
