"""What a market source remembers of the liquidity it laid on a book, so that it can say what must change.

It is kept as the engine keeps the house's liquidity when no user trades with it. Where a user did, the engine has
less than is remembered, until the source states the level again: quantities in `HouseDepth` are absolute.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

from perpit.domain.commands import HouseDepth
from perpit.domain.words import BUY, SELL

Level = tuple[int, int]  # price in ticks, lots


class HouseSide:
    """One side of the house's liquidity. Quantities by price; prices in order."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.lots: dict[int, int] = {}
        self._keys: list[int] = []  # side × price, ascending: the best price stands last

    def __len__(self) -> int:
        return len(self._keys)

    def best(self) -> int:
        """The best price; 0 when there is none."""
        return self.side * self._keys[-1] if self._keys else 0

    def worst(self) -> int:
        """The worst price; 0 when there is none."""
        return self.side * self._keys[0] if self._keys else 0

    def at(self, rank: int) -> int:
        """The price of a rank: 0 is the best. `rank` < len."""
        return self.side * self._keys[-1 - rank]

    def better_than(self, price_ticks: int) -> list[int]:
        """Prices strictly better than one, the best first."""
        start = bisect_right(self._keys, self.side * price_ticks)
        return [self.side * key for key in reversed(self._keys[start:])]

    def worst_levels(self, count: int) -> list[int]:
        """The `count` prices farthest from the touch; none when count ≤ 0."""
        return [self.side * key for key in self._keys[: max(0, count)]]

    def put(self, price_ticks: int, lots: int) -> None:
        """Offer `lots` at a price; 0 takes the level away."""
        key = self.side * price_ticks
        if lots > 0:
            if price_ticks not in self.lots:
                if not self._keys or key > self._keys[-1]:
                    self._keys.append(key)
                else:
                    insort(self._keys, key)
            self.lots[price_ticks] = lots
        elif self.lots.pop(price_ticks, 0):
            del self._keys[bisect_left(self._keys, key)]


class HouseBook:
    """Both sides of the house's liquidity in one instrument; never crossed."""

    def __init__(self, symbol_id: int) -> None:
        self.symbol_id = symbol_id
        self.bids = HouseSide(BUY)
        self.asks = HouseSide(SELL)

    def depth(self, bids: Iterable[Level], asks: Iterable[Level]) -> HouseDepth | None:
        """Change levels and give the command that does the same; None when there is nothing to say.

        Levels that cross the other side replace what stands there, as the engine does it.
        """
        bids = [(ticks, lots) for ticks, lots in bids if lots > 0 or ticks in self.bids.lots]
        asks = [(ticks, lots) for ticks, lots in asks if lots > 0 or ticks in self.asks.lots]
        if not bids and not asks:
            return None
        self._shrink(self.bids, bids)
        self._shrink(self.asks, asks)
        self._grow(self.bids, self.asks, bids)
        self._grow(self.asks, self.bids, asks)
        return HouseDepth(
            self.symbol_id,
            [ticks for ticks, _ in bids],
            [lots for _, lots in bids],
            [ticks for ticks, _ in asks],
            [lots for _, lots in asks],
        )

    def traded(self, taker_side: int, price_ticks: int, lots: int) -> None:
        """A trade of the tape took `lots` at a price; better levels are gone, as with `HouseTrade`."""
        side = self.asks if taker_side == BUY else self.bids
        for better in side.better_than(price_ticks):
            side.put(better, 0)
        side.put(price_ticks, max(0, side.lots.get(price_ticks, 0) - lots))

    @staticmethod
    def _shrink(side: HouseSide, levels: list[Level]) -> None:
        for ticks, lots in levels:
            if lots < side.lots.get(ticks, 0):
                side.put(ticks, lots)

    @staticmethod
    def _grow(side: HouseSide, opposite: HouseSide, levels: list[Level]) -> None:
        for ticks, lots in levels:
            if lots > side.lots.get(ticks, 0):
                if opposite.lots and side.side * (ticks - opposite.best()) >= 0:
                    for crossed in opposite.better_than(ticks + side.side):
                        opposite.put(crossed, 0)
                side.put(ticks, lots)


def withdrawal(symbol_id: int, bid_ticks: Iterable[int], ask_ticks: Iterable[int]) -> HouseDepth:
    """Takes the house's liquidity at these prices away: after recovery, before a new source begins."""
    bids, asks = list(bid_ticks), list(ask_ticks)
    return HouseDepth(symbol_id, bids, [0] * len(bids), asks, [0] * len(asks))
