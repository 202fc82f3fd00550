"""Depth of one instrument as the public sees it: whole quantities per price level.

Folded from `BookChanged` on every order, so a change is a dict write and, for a level that is new or gone, one
bisection. The levels are those of the engine's book and bounded by what bounds it: the open orders of all accounts.
"""

from bisect import bisect_left, insort

from perpit.domain.events import BookChanged
from perpit.domain.words import BUY

Level = tuple[int, int]


class BookView:
    """`bids` and `asks` map price_ticks → lots and are not sorted; `top` and `best_*` are.

    `update_id` counts the `BookChanged` of this instrument from 1 and is never reused; the same journal gives the
    same ids. When listeners are called it stands at the last change of the command: a command with n changes has
    the ids update_id − n + 1 … update_id. `transact_ms` is the time of the last change.
    """

    __slots__ = ("_ask_ticks", "_bid_ticks", "asks", "bids", "transact_ms", "update_id")

    def __init__(self) -> None:
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}
        self._bid_ticks: list[int] = []  # both ascending: the best bid stands last, the best ask first
        self._ask_ticks: list[int] = []
        self.update_id = 0
        self.transact_ms = 0

    def fold(self, event: BookChanged) -> None:
        if event.side == BUY:
            levels, ladder = self.bids, self._bid_ticks
        else:
            levels, ladder = self.asks, self._ask_ticks
        price_ticks = event.price_ticks
        qty_lots = event.qty_lots
        if qty_lots:
            if price_ticks not in levels:
                insort(ladder, price_ticks)
            levels[price_ticks] = qty_lots
        elif price_ticks in levels:
            del levels[price_ticks]
            del ladder[bisect_left(ladder, price_ticks)]
        self.update_id += 1
        self.transact_ms = event.time_ms

    def best_bid(self) -> Level | None:
        """(price_ticks, lots) of the highest bid."""
        if not self._bid_ticks:
            return None
        price_ticks = self._bid_ticks[-1]
        return price_ticks, self.bids[price_ticks]

    def best_ask(self) -> Level | None:
        """(price_ticks, lots) of the lowest ask."""
        if not self._ask_ticks:
            return None
        price_ticks = self._ask_ticks[0]
        return price_ticks, self.asks[price_ticks]

    def top(self, side_count: int) -> tuple[list[Level], list[Level]]:
        """The best `side_count` levels of each side, bids then asks, best first."""
        bids, asks = self.bids, self.asks
        return (
            [(ticks, bids[ticks]) for ticks in self._bid_ticks[: -side_count - 1 : -1]],
            [(ticks, asks[ticks]) for ticks in self._ask_ticks[:side_count]],
        )
