"""A synthetic market: makers around a fair price, takers against them. Alive from its first command.

Each symbol takes a step about every 100 ms: the fair price moves, takers trade at the touch or walk the levels that
the fair price has left behind, then one `HouseDepth` tells which levels the makers changed. Arrivals of takers excite
each other, so they come in clusters. Once a second the index is set to the fair price and every level is stated
again, which gives back what users took. The fair price of a contract that follows a basket is what its parts are worth.

The same seed gives the same market on every machine: see `chance.py`. About 30 commands a second for each symbol.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from perpit.catalogue import facts
from perpit.catalogue.baskets import contract_of, start_e8
from perpit.domain.commands import Command, HouseTrade, SetBasketPrices, SetIndexPrice
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import BUY, SELL
from perpit.markets.basket_price import BasketPrice, UntradedPrice
from perpit.markets.chance import Chance
from perpit.markets.fair_price import CALM, FairPrice
from perpit.markets.house import HouseBook, HouseSide
from perpit.markets.source import BATCH_LIMIT, next_index_ms

LEVELS_MIN: Final = 60
LEVELS_MAX: Final = 80
# Makers on each side who change the size of their level in a step.
CHANGED_MINDS: Final = 3
# A step every 50 to 150 ms.
STEP_MS: Final = 50
STEP_SPREAD_MS: Final = 101
# A market that was left alone for longer (a machine that slept) does not make up for it.
LATE_MS_MAX: Final = 10_000
# Takers in a step, in thousandths: the calm rate, what each taker adds, and a fifth of the excess fades each step.
TAKERS_CALM: Final = 250
TAKERS_EXCITED: Final = 100
TAKERS_MAX: Final = 8_000
# The most levels that one taker walks through.
WALK_MAX: Final = 4
# The value of the smallest level and of the smallest trade, in whole units of the quote asset.
LEVEL_QUOTE: Final = 2_000
TRADE_QUOTE: Final = 50


class SyntheticSource:
    """A market in every given instrument, beginning at `start_ms`.

    `prices_e8` says where an instrument (by symbol_id) starts, instead of the catalogue's initial price: after a
    restart, the last index price. `assets_e8` says the same of assets that only baskets have.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        seed: int,
        start_ms: int,
        prices_e8: Mapping[int, int] | None = None,
        assets_e8: Mapping[str, int] | None = None,
    ) -> None:
        known = prices_e8 or {}
        self._seed = seed
        self._assets_e8 = assets_e8 or {}
        self._untraded: dict[str, UntradedPrice] = {}  # by symbol
        self.symbols: list[SyntheticSymbol] = []
        for instrument in instruments:
            self.add(instrument, start_ms, known.get(instrument.symbol_id, 0))

    def add(self, instrument: Instrument, start_ms: int, price_e8: int = 0) -> None:
        """Make a market in one more instrument, at a price or, with 0, at the catalogue's initial one."""
        chance = Chance(f"{self._seed}/{instrument.symbol}")
        if instrument.basket:
            basket = BasketPrice(instrument.basket, self._asset_price_e8, start_ms)
            self.symbols.append(SyntheticBasket(instrument, chance, basket, start_ms))
            return
        price_e8 = price_e8 or facts(instrument.symbol).initial_price_e8
        fair = FairPrice(chance, price_e8)
        self.symbols.append(SyntheticSymbol(instrument, chance, fair, start_ms))

    def drop(self, symbol_id: int) -> None:
        """Make none any more in one that has ended; in baskets its price walks on."""
        for symbol in self.symbols:
            if symbol.instrument.symbol_id == symbol_id and isinstance(symbol.fair, FairPrice):
                self._untraded[symbol.instrument.symbol] = UntradedPrice(symbol.fair, symbol.due_ms)
        self.symbols = [symbol for symbol in self.symbols if symbol.instrument.symbol_id != symbol_id]

    def _asset_price_e8(self, asset: str, time_ms: int) -> int:
        """The price of an asset at a time: its contract's fair price, or one that walks unseen."""
        name = contract_of(asset)
        for symbol in self.symbols:
            if symbol.instrument.symbol == name:
                return symbol.fair.price_e8
        untraded = self._untraded.get(name)
        if untraded is None:
            fair = FairPrice(Chance(f"{self._seed}/{name}"), self._assets_e8.get(asset) or start_e8(asset))
            untraded = self._untraded[name] = UntradedPrice(fair, time_ms)
        return untraded.at(time_ms)

    def due_ms(self) -> int | None:
        return min((symbol.due_ms for symbol in self.symbols), default=None)

    def commands(self, now_ms: int) -> list[Command]:
        commands: list[Command] = []
        while self.symbols and len(commands) < BATCH_LIMIT:
            symbol = min(self.symbols, key=_due)
            if symbol.due_ms > now_ms:
                break
            commands += symbol.step(now_ms)
        return commands


def _due(symbol: "SyntheticSymbol") -> int:
    return symbol.due_ms


class SyntheticSymbol:
    """The market in one instrument. `due_ms` is when it takes its next step, `book` the house's liquidity."""

    def __init__(
        self, instrument: Instrument, chance: Chance, fair: FairPrice | BasketPrice, start_ms: int
    ) -> None:
        self.instrument = instrument
        self.due_ms = start_ms
        self.book = HouseBook(instrument.symbol_id)
        self.fair = fair
        self._chance = chance
        self._index_ms = start_ms
        self._takers = TAKERS_CALM

    def step(self, now_ms: int) -> list[Command]:
        """What happens at `due_ms`; then the next step is due."""
        if now_ms - self.due_ms > LATE_MS_MAX:
            self.due_ms = now_ms
        commands: list[Command] = []
        first = len(self.book.bids) == 0
        state_all = first or self.due_ms >= self._index_ms
        if not first:
            self._move()
        if state_all:
            self._index_ms = next_index_ms(self.due_ms)
            commands.append(self._index())
        if not first:
            self._trade(commands)
        self._quote(commands, state_all)
        if first:
            self._takers = 5_000
            self._trade(commands)
            self._quote(commands, False)
        self.due_ms += STEP_MS + self._chance.below(STEP_SPREAD_MS)
        return commands

    # The fair price

    def _move(self) -> None:
        """The fair price takes a step."""
        assert isinstance(self.fair, FairPrice)
        self.fair.step()

    def _index(self) -> Command:
        """What tells the index."""
        return SetIndexPrice(self.instrument.symbol_id, self.fair.price_e8)

    # Takers

    def _trade(self, commands: list[Command]) -> None:
        """Takers who saw the fair price move, then those who come for reasons of their own."""
        fair_ticks = self.fair.price_e8 // self.instrument.tick_e8
        if fair_ticks > self.book.asks.best():
            self._take(BUY, self._trade_lots(TRADE_QUOTE * 20), fair_ticks, commands)
        elif fair_ticks < self.book.bids.best():
            self._take(SELL, self._trade_lots(TRADE_QUOTE * 20), fair_ticks, commands)
        self._takers -= (self._takers - TAKERS_CALM) // 5
        arrivals, rest = divmod(self._takers * self.fair.heat // CALM, 1_000)
        arrivals = min(arrivals + (self._chance.below(1_000) < rest), TAKERS_MAX // 1_000)
        for _ in range(arrivals):
            side = self._chance.sign()
            own = self.book.asks if side == BUY else self.book.bids
            worst = own.at(min(WALK_MAX, len(own)) - 1) if len(own) else 0
            self._take(side, self._trade_lots(TRADE_QUOTE), worst, commands)
        self._takers = min(self._takers + arrivals * TAKERS_EXCITED, TAKERS_MAX)

    def _take(self, side: int, lots: int, limit_ticks: int, commands: list[Command]) -> None:
        """One taker: a trade for each level that it reaches, never beyond the limit."""
        ladder = self.book.asks if side == BUY else self.book.bids
        for _ in range(WALK_MAX):
            price_ticks = ladder.best()
            if lots == 0 or price_ticks == 0 or side * (price_ticks - limit_ticks) > 0:
                return
            part = min(lots, ladder.lots[price_ticks])
            self.book.traded(side, price_ticks, part)
            commands.append(HouseTrade(self.instrument.symbol_id, side, price_ticks, part))
            lots -= part

    def _trade_lots(self, least_quote: int) -> int:
        """A trade's size: mostly small, sometimes a thousand times as large."""
        quote = least_quote * (1 + self._chance.below(4)) << self._chance.doublings(9)
        return min(self._lots(quote), self.instrument.market_max_qty_lots)

    # Makers

    def _quote(self, commands: list[Command], state_all: bool) -> None:
        """Bring the book around the fair price: one command with the levels that changed, or with all of them."""
        spread = 1 + self._chance.below(1 + self.fair.heat // (2 * CALM))
        best_bid = max(1, self.fair.price_e8 // self.instrument.tick_e8 - spread // 2)
        bids = self._changes(self.book.bids, best_bid)
        asks = self._changes(self.book.asks, best_bid + spread)
        if state_all:
            bids = self.book.bids.lots | bids
            asks = self.book.asks.lots | asks
        command = self.book.depth(bids.items(), asks.items())
        assert command is not None, "the touch is always stated"
        commands.append(command)

    def _changes(self, side: HouseSide, best_ticks: int) -> dict[int, int]:
        """How one side changes, as quantities by price, when its best price becomes `best_ticks`."""
        gone = side.better_than(best_ticks)
        changes = dict.fromkeys(gone, 0)
        kept = len(side) - len(gone)
        front = side.at(len(gone)) if kept else 0
        count = kept + self._extend(side, changes, best_ticks, front, LEVELS_MIN)
        for _ in range(min(kept, CHANGED_MINDS)):
            rank = min(self._chance.below(kept), self._chance.below(kept))
            changes[side.at(len(gone) + rank)] = self._level_lots(rank)
        if front:
            changes.setdefault(front, side.lots[front])
            changes.update(dict.fromkeys(side.worst_levels(min(kept - 1, count - LEVELS_MAX)), 0))
            self._extend(side, changes, side.worst() - side.side * self._gap(count), 0, LEVELS_MIN - count)
        return changes

    def _extend(self, side: HouseSide, changes: dict[int, int], ticks: int, until: int, most: int) -> int:
        """New levels from a price away from the touch, before another price is reached (0: none), with gaps."""
        added = 0
        while added < most and ticks > 0 and (until == 0 or side.side * (ticks - until) > 0):
            changes[ticks] = self._level_lots(added)
            added += 1
            ticks -= side.side * self._gap(added)
        return added

    def _gap(self, rank: int) -> int:
        """Ticks from a level to the next: neighbours at the touch, farther apart in the depth."""
        return 1 + self._chance.below(2 + rank // 8)

    def _level_lots(self, rank: int) -> int:
        chance = self._chance
        return self._lots(LEVEL_QUOTE * (1 + chance.below(8)) * (1 + chance.below(8)) * (20 + rank) // 20)

    def _lots(self, quote: int) -> int:
        """A value in whole quote units as lots at the fair price, at least the smallest quantity.

        A lot of an inverse contract is worth its size, whatever the price.
        """
        instrument = self.instrument
        at_price_e8 = self.fair.price_e8 * instrument.qty_num // instrument.qty_den
        return max(instrument.min_qty_lots, quote * UNIT // (instrument.contract_size * UNIT or at_price_e8))


class SyntheticBasket(SyntheticSymbol):
    """The market in a contract that follows a basket: its fair price is not its own."""

    fair: BasketPrice

    def _move(self) -> None:
        self.fair.follow(self.due_ms)

    def _index(self) -> Command:
        return SetBasketPrices(self.instrument.symbol_id, self.fair.part_prices_e8)
