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
        keys, key = self._keys, self.side * price_ticks
        if not keys or keys[-1] <= key:
            return []
        return [self.side * better for better in reversed(keys[bisect_right(keys, key) :])]

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

    def lay(self, levels: Iterable[Level]) -> tuple[list[int], list[int], list[int]]:
        """Change levels: prices and quantities of those that are news, and prices of those that grew.

        To take away what is not there is no news; to repeat a quantity is, for a user may have taken it.
        """
        lots_at = self.lots
        ticks: list[int] = []
        lots: list[int] = []
        grown: list[int] = []
        for price_ticks, wanted in levels:
            had = lots_at.get(price_ticks, 0)
            if wanted == 0 and had == 0:
                continue
            ticks.append(price_ticks)
            lots.append(wanted)
            if wanted > had:
                grown.append(price_ticks)
            if wanted == 0 or had == 0:
                self.put(price_ticks, wanted)
            else:
                lots_at[price_ticks] = wanted
        return ticks, lots, grown


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
        bid_ticks, bid_lots, grown_bids = self.bids.lay(bids)
        ask_ticks, ask_lots, grown_asks = self.asks.lay(asks)
        if not bid_ticks and not ask_ticks:
            return None
        if self.bids.lots and self.asks.lots and self.bids.best() >= self.asks.best():
            self._uncross(grown_bids, grown_asks)
        return HouseDepth(self.symbol_id, bid_ticks, bid_lots, ask_ticks, ask_lots)

    def _uncross(self, grown_bids: list[int], grown_asks: list[int]) -> None:
        """The engine lets bids grow first, then asks; who grows replaces what he crosses."""
        if grown_bids:
            for ticks in self.asks.better_than(max(grown_bids) + 1):
                if ticks not in grown_asks:
                    self.asks.put(ticks, 0)
        if grown_asks:
            for ticks in self.bids.better_than(min(grown_asks) - 1):
                self.bids.put(ticks, 0)

    def traded(self, taker_side: int, price_ticks: int, lots: int) -> None:
        """A trade of the tape took `lots` at a price; better levels are gone, as with `HouseTrade`."""
        side = self.asks if taker_side == BUY else self.bids
        for better in side.better_than(price_ticks):
            side.put(better, 0)
        side.put(price_ticks, max(0, side.lots.get(price_ticks, 0) - lots))


def withdrawal(symbol_id: int, bid_ticks: Iterable[int], ask_ticks: Iterable[int]) -> HouseDepth:
    """Takes the house's liquidity at these prices away: after recovery, before a new source begins."""
    bids, asks = list(bid_ticks), list(ask_ticks)
    return HouseDepth(symbol_id, bids, [0] * len(bids), asks, [0] * len(asks))
