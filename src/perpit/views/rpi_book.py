"""RPI orders of one instrument by price level: what `BookView` leaves out, for who asks for both together.

An RPI order rests in ladders of its own and may stand across shown orders that cannot trade with it (semantics 5.3);
levels that are crossed so are not shown. Bounded by the open RPI orders of all accounts.
"""

from perpit.domain.events import OrderAccepted, OrderAmended, OrderClosed, OrderTraded
from perpit.domain.words import BUY
from perpit.views.book import BookView, Level

Levels = dict[int, int]


class RpiBookView:
    """`bids` and `asks` map price_ticks → lots of RPI orders alone, not sorted.

    `changes` counts what was folded and never falls: with the book's `update_id` it numbers the states of both.
    """

    __slots__ = ("_resting", "asks", "bids", "changes", "transact_ms")

    def __init__(self) -> None:
        self.bids: Levels = {}
        self.asks: Levels = {}
        self.changes = 0
        self.transact_ms = 0
        self._resting: dict[int, tuple[int, int, int]] = {}  # order id → side, price_ticks, lots

    def accept(self, event: OrderAccepted) -> None:
        self._put(event.order_id, event.request.side, event.price_ticks, event.qty_lots)
        self.transact_ms = event.time_ms

    def trade(self, event: OrderTraded) -> None:
        side, price_ticks, lots = self._take(event.order_id)
        self._put(event.order_id, side, price_ticks, lots - event.fill_lots)
        self.transact_ms = event.time_ms

    def amend(self, event: OrderAmended) -> None:
        side, _price_ticks, _lots = self._take(event.order_id)
        self._put(event.order_id, side, event.price_ticks, event.qty_lots - event.filled_lots)
        self.transact_ms = event.time_ms

    def close(self, event: OrderClosed) -> None:
        if event.order_id in self._resting:
            self._take(event.order_id)
            self.transact_ms = event.time_ms

    def _put(self, order_id: int, side: int, price_ticks: int, lots: int) -> None:
        self.changes += 1
        if lots <= 0:
            return
        self._resting[order_id] = (side, price_ticks, lots)
        levels = self.bids if side == BUY else self.asks
        levels[price_ticks] = levels.get(price_ticks, 0) + lots

    def _take(self, order_id: int) -> tuple[int, int, int]:
        side, price_ticks, lots = self._resting.pop(order_id)
        self.changes += 1
        levels = self.bids if side == BUY else self.asks
        left = levels[price_ticks] - lots
        if left:
            levels[price_ticks] = left
        else:
            del levels[price_ticks]
        return side, price_ticks, lots

    def uncrossed(self, book: BookView) -> tuple[Levels, Levels]:
        """Bids and asks that cross nothing of the other side, neither shown nor RPI."""
        if not self._resting:
            return {}, {}
        best_bid, best_ask = book.best_bid(), book.best_ask()
        highest_bid = max([*self.bids, *([best_bid[0]] if best_bid else [])], default=0)
        lowest_ask = min([*self.asks, *([best_ask[0]] if best_ask else [])], default=0)
        bids = {ticks: lots for ticks, lots in self.bids.items() if not lowest_ask or ticks < lowest_ask}
        return bids, {ticks: lots for ticks, lots in self.asks.items() if ticks > highest_bid}


class WholeBook:
    """Shown orders and RPI orders of one instrument together."""

    __slots__ = ("book", "rpi")

    def __init__(self, book: BookView, rpi: RpiBookView) -> None:
        self.book = book
        self.rpi = rpi

    @property
    def update_id(self) -> int:
        """Grows with every change of either, and only then."""
        return self.book.update_id + self.rpi.changes

    @property
    def transact_ms(self) -> int:
        return max(self.book.transact_ms, self.rpi.transact_ms)

    def top(self, side_count: int) -> tuple[list[Level], list[Level]]:
        """The best `side_count` levels of each side, bids then asks, best first."""
        shown_bids, shown_asks = self.book.top(side_count)
        rpi_bids, rpi_asks = self.rpi.uncrossed(self.book)
        bids = sorted(_summed(shown_bids, rpi_bids).items(), reverse=True)
        asks = sorted(_summed(shown_asks, rpi_asks).items())
        return bids[:side_count], asks[:side_count]


AnyBook = BookView | WholeBook


def _summed(shown: list[Level], rpi: Levels) -> Levels:
    levels = dict(shown)
    for ticks, lots in rpi.items():
        levels[ticks] = levels.get(ticks, 0) + lots
    return levels
