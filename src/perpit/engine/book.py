"""The order book of one instrument: two ladders of price levels, each level a queue in time priority.

Theory: a ladder keeps its prices in a sorted list with the best price last, so that activity near the touch moves
little memory; a level is an intrusive doubly linked list, so that an order leaves its queue in constant time.

Orders, levels and exposures refer to each other in circles. They are taken out of the circles when they leave the
book, so the garbage collector need not look at orders, of which there may be a million; what still rests when an
engine ends is let go by `dissolve`.
"""

from mypy_extensions import i64, mypyc_attr

from perpit.domain.commands import PlaceOrder
from perpit.domain.words import BUY, HOUSE, RPI, SELL
from perpit.engine.account import Position


@mypyc_attr(acyclic=True, free_list_len=1)
class Order:
    """An order that is on a book, or about to match.

    `assumed_e8` is the price at which its margin is reckoned and `reserved_units` the open-order notional that it
    holds for what remains (semantics 1.3.1, 1.4.2); both 0 for house orders and for those that can only close the
    position: reduce-only ones, and in hedge mode those of the other side.
    """

    def __init__(
        self,
        order_id: i64,
        request: PlaceOrder,
        position: Position,
        qty_lots: i64,
        assumed_e8: int,
        reserved_units: int,
        is_closing: bool,
    ) -> None:
        # what a cancellation reads stands together
        self.order_id: i64 = order_id
        self.next_in_index: Order | None = None  # see `order_index`
        self.ahead: Order | None = None
        self.behind: Order | None = None
        self.level: Level | None = None
        self.exposure = position.exposure
        self.request = request
        self.side: i64 = request.side
        self.remaining_lots: i64 = qty_lots
        self.reserved_units = reserved_units
        self.is_closing = is_closing
        self.is_open = False
        self.is_listed = False  # has rested, and is found in the indexes
        self.is_forced = False  # of the venue's making: it pays no commission
        self.is_tied = False  # a timer, or an order of the Algo service, waits for its end
        self.price_ticks: i64 = request.price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_value = 0
        self.account_id: i64 = request.account_id
        self.position = position
        self.assumed_e8 = assumed_e8
        self.amendments: i64 = 0


class Level:
    """The queue at one price: `head` is filled first. `total_lots` is what all its orders still offer."""

    def __init__(self, side: i64, price_ticks: i64, is_hidden: bool) -> None:
        self.side: i64 = side
        self.price_ticks: i64 = price_ticks
        self.total_lots: i64 = 0
        self.head: Order | None = None
        self.tail: Order | None = None
        self.touched = False
        self.lots_before: i64 = 0  # what it offered when the running command first touched it
        self.is_hidden = is_hidden

    def append(self, order: Order) -> None:
        """Join the back of the queue."""
        last = self.tail
        order.level = self
        order.ahead = last
        if last is None:
            self.head = order
        else:
            last.behind = order
        self.tail = order
        self.total_lots += order.remaining_lots

    def unlink(self, order: Order) -> None:
        """Leave the queue, with whatever still remains of the order."""
        assert order.level is self
        ahead = order.ahead
        behind = order.behind
        if ahead is None:
            self.head = behind
        else:
            ahead.behind = behind
            order.ahead = None
        if behind is None:
            self.tail = ahead
        else:
            behind.ahead = ahead
            order.behind = None
        order.level = None
        self.total_lots -= order.remaining_lots

    def house_lots(self) -> i64:
        """What the house offers here, over all its orders in the queue."""
        total: i64 = 0
        order = self.head
        while order is not None:
            if order.account_id == HOUSE:
                total += order.remaining_lots
            order = order.behind
        return total


class Ladder:
    """One side of a book. `best` is the level that trades first, None when the side is empty."""

    def __init__(self, side: i64, is_hidden: bool = False) -> None:
        self.side: i64 = side
        self.is_hidden = is_hidden
        self.levels: dict[int, Level] = {}
        self.keys: list[int] = []  # prices, negated for asks, ascending: the best price stands last
        self.best: Level | None = None
        self.emptied: list[Level] = []  # what the running command dropped

    def key_of(self, price_ticks: i64) -> i64:
        return price_ticks if self.side == BUY else -price_ticks

    def _level_of(self, key: i64) -> Level:
        return self.levels[key if self.side == BUY else -key]

    def level_at(self, price_ticks: i64) -> Level:
        """The level at a price, made if there is none."""
        level = self.levels.get(price_ticks)
        if level is None:
            level = self._emptied_at(price_ticks)
            if level is None:
                level = Level(self.side, price_ticks, self.is_hidden)
            self.levels[price_ticks] = level
            key = self.key_of(price_ticks)
            keys = self.keys
            if not keys or key > keys[-1]:
                keys.append(key)
                self.best = level
            else:
                keys.insert(_position(keys, key), key)
        return level

    def _emptied_at(self, price_ticks: i64) -> Level | None:
        """The level that the running command took away at a price, so that one level has one story."""
        for level in self.emptied:
            if level.price_ticks == price_ticks:
                return level
        return None

    def drop(self, level: Level) -> None:
        """Take an empty level away."""
        assert level.head is None and level.total_lots == 0
        del self.levels[level.price_ticks]
        self.emptied.append(level)
        key = self.key_of(level.price_ticks)
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
            self.best = self._level_of(keys[-1]) if keys else None
        else:
            del keys[_position(keys, key)]

    def best_first(self) -> list[Level]:
        """All levels, best price first."""
        return [self._level_of(key) for key in reversed(self.keys)]

    def better_than(self, price_ticks: i64) -> list[Level]:
        """Levels strictly better than a price, best first."""
        better: list[Level] = []
        limit = self.key_of(price_ticks)
        index = len(self.keys) - 1
        while index >= 0 and self.keys[index] > limit:
            better.append(self._level_of(self.keys[index]))
            index -= 1
        return better

    def lots_within(self, limit_ticks: i64, enough_lots: i64) -> i64:
        """Lots on offer at `limit_ticks` or better, counted until there are `enough_lots`."""
        total: i64 = 0
        limit = self.key_of(limit_ticks)
        index = len(self.keys) - 1
        while index >= 0 and total < enough_lots and self.keys[index] >= limit:
            total += self._level_of(self.keys[index]).total_lots
            index -= 1
        return total


def _position(keys: list[int], key: i64) -> i64:
    """Index of the first key not below `key`: a binary search, as the library's compares boxed integers."""
    low: i64 = 0
    high: i64 = len(keys)
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


class Book:
    """Both sides of an instrument, and the levels that the running command touched.

    RPI orders stand in ladders of their own: nobody sees them, and only takers of the house meet them, behind what is
    shown at the same price (semantics 5.3). They may so stand across shown orders that cannot trade with them.
    """

    def __init__(self) -> None:
        self.bids = Ladder(BUY)
        self.asks = Ladder(SELL)
        self.hidden_bids = Ladder(BUY, True)
        self.hidden_asks = Ladder(SELL, True)
        self.has_hidden = False  # one has rested here
        self.first_touched: Level | None = None  # most commands touch one level: no list for it
        self.more_touched: list[Level] = []

    def touch(self, level: Level) -> None:
        """The level's total is about to change: remember what it was, so that one `BookChanged` tells of it."""
        if level.touched:
            return
        level.touched = True
        level.lots_before = level.total_lots
        if self.first_touched is None:
            self.first_touched = level
        else:
            self.more_touched.append(level)

    def settle(self) -> None:
        """The changes of a command were told: the next one starts afresh."""
        first = self.first_touched
        if first is not None:
            first.touched = False
            self.first_touched = None
        if self.more_touched:
            for level in self.more_touched:
                level.touched = False
            self.more_touched.clear()
        if self.bids.emptied:
            self.bids.emptied.clear()
        if self.asks.emptied:
            self.asks.emptied.clear()
        if self.has_hidden:
            self.hidden_bids.emptied.clear()
            self.hidden_asks.emptied.clear()

    def ladder(self, side: i64, is_hidden: bool) -> Ladder:
        if is_hidden:
            return self.hidden_bids if side == BUY else self.hidden_asks
        return self.bids if side == BUY else self.asks

    def rest(self, order: Order) -> None:
        """Put an order at the back of its level's queue."""
        ladder = self.bids if order.side == BUY else self.asks
        if order.request.time_in_force == RPI:
            self.has_hidden = True
            ladder = self.ladder(order.side, True)
        level = ladder.level_at(order.price_ticks)
        self.touch(level)
        level.append(order)

    def remove(self, order: Order) -> None:
        """Take an order off the book, and its level with it when it was the last."""
        level = order.level
        assert level is not None
        self.touch(level)
        level.unlink(order)
        if level.head is None:
            self.ladder(level.side, level.is_hidden).drop(level)

    def reduce(self, order: Order, lots: i64) -> None:
        """A resting order offers `lots` less, and leaves when nothing remains."""
        level = order.level
        assert level is not None and 0 < lots <= order.remaining_lots
        if lots == order.remaining_lots:
            self.remove(order)
            order.remaining_lots = 0
            return
        self.touch(level)
        order.remaining_lots -= lots
        level.total_lots -= lots

    def dissolve(self) -> None:
        """Let go of everything that rests, without a trace: the venue ends."""
        for ladder in (self.bids, self.asks, self.hidden_bids, self.hidden_asks):
            for level in ladder.levels.values():
                order = level.head
                level.head = level.tail = None
                while order is not None:
                    behind = order.behind
                    order.level = order.ahead = order.behind = order.next_in_index = None
                    order = behind


def reaches(side: i64, limit_ticks: i64, price_ticks: i64) -> bool:
    """Whether an order of this side, limited to `limit_ticks`, may trade at `price_ticks`."""
    return price_ticks <= limit_ticks if side == BUY else price_ticks >= limit_ticks
