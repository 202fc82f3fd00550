"""Waiting orders of one market, found by the price that fires them (semantics 5.8).

Theory: a `Watch` belongs to a market once something waits there. While a command trades or marks prices, the watch only
notes them, one after the other, so that none inside the command is missed; when the command is done, `examine` takes
the prices in their order and says which orders each of them fires, the oldest first. Stops and take-profits stand in
heaps by trigger price, one for each working price and direction; trailing stops wait in such a heap for their
activation and then in a trail (`trails`). So neither a trade nor a mark looks at orders that it does not concern.

Price protection (5.8.6) holds for all protected orders of a market alike: they stand apart, and while mark and last
price are too far from each other nobody looks at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import i64

from perpit.domain.commands import PlaceOrder
from perpit.domain.numbers import PPM
from perpit.domain.words import BUY, CONTRACT_PRICE, MARK_PRICE, STOP, STOP_MARKET, TRAILING_STOP_MARKET
from perpit.engine.heap import Heap
from perpit.engine.trails import Stage, Trail, TrailItem

if TYPE_CHECKING:
    from perpit.engine.account import Position
    from perpit.engine.agenda import Agenda
    from perpit.engine.timers import Timer

# Which of its heaps an order waits in: four of each, by working price and direction.
PLAIN: Final = 0
PROTECTED: Final = 4
ACTIVATION: Final = 8


class Conditional(TrailItem):
    """An order that waits for a price. `order_id` is its own, or its algo id when it is one of the Algo service."""

    def __init__(self, number: i64, order_id: i64, request: PlaceOrder, position: Position) -> None:
        self.number: i64 = number
        self.key: i64 = 0
        self.slot: i64 = -1
        self.trail: Trail | None = None
        self.leads: Stage | None = None
        self.ahead: TrailItem | None = None
        self.behind: TrailItem | None = None
        self.order_id: i64 = order_id
        self.request = request
        self.position = position
        self.is_open = True
        self.is_activated = False  # of trailing stops: the extreme is tracked
        self.triggered_ms: i64 = 0
        self.child_id: i64 = 0  # the order that it became
        self.child_type: i64 = 0
        self.timer: Timer | None = None


def is_trailing(request: PlaceOrder) -> bool:
    return request.order_type == TRAILING_STOP_MARKET


def is_rising(request: PlaceOrder) -> bool:
    """Whether the order waits for a price to rise to its trigger: else to fall (semantics 5.8.2, 5.8.7)."""
    is_stop = request.order_type == STOP or request.order_type == STOP_MARKET
    return (request.side == BUY) == is_stop


def trigger_ticks(request: PlaceOrder) -> int:
    """The price that it waits for; of a trailing stop its activation price, 0 when that is the present one."""
    return request.activation_price_ticks if is_trailing(request) else request.stop_price_ticks


def is_reached(rising: bool, trigger: int, price_ticks: int) -> bool:
    return price_ticks >= trigger if rising else price_ticks <= trigger


class Watch:
    """All orders that wait for prices of one market, and the prices that they have not seen yet."""

    def __init__(self, agenda: Agenda, tick_e8: int, protect_ppm: int, last_ticks: i64, mark_e8: int) -> None:
        self.agenda = agenda
        self.tick_e8 = tick_e8
        self.protect_ppm = protect_ppm
        self.last_ticks: i64 = last_ticks  # as seen by those that wait; 0 before the first trade
        self.mark_e8 = mark_e8
        self.count: i64 = 0
        self.heaps: list[Heap] = [Heap() for _ in range(12)]
        self.trails: list[list[Trail]] = [[] for _ in range(4)]  # by working price, unprotected ones first
        self.noted: list[int] = []  # prices in their order: last prices in ticks, marks in 1e-8 below zero

    def note_trade(self, price_ticks: i64) -> None:
        """The last price changed."""
        if self.count == 0 and not self.noted:
            self.last_ticks = price_ticks
            return
        self.noted.append(price_ticks)
        self.agenda.look_at(self)

    def note_mark(self, mark_e8: int) -> None:
        """The mark price was set."""
        if self.count == 0 and not self.noted:
            self.mark_e8 = mark_e8
            return
        self.noted.append(-mark_e8)
        self.agenda.look_at(self)

    def working_ticks(self, working_type: i64) -> i64:
        """The price that a working type means: the last one, or the mark cut to the tick (semantics 5.8.4).

        Before the first trade the mark stands in for the last price.
        """
        if working_type == CONTRACT_PRICE and self.last_ticks != 0:
            return self.last_ticks
        return self.mark_e8 // self.tick_e8

    def add(self, waiting: Conditional) -> None:
        """Let an order wait; a trailing stop without an activation price is active at once."""
        request = waiting.request
        self.count += 1
        trigger = trigger_ticks(request)
        if trigger == 0:
            self._activate(waiting)
        else:
            key: i64 = trigger
            self._heap(request).add(waiting, key if is_rising(request) else -key)

    def drop(self, waiting: Conditional) -> None:
        """The order waits no more; nothing happens when it does not."""
        trail = waiting.trail
        if trail is not None:
            trail.remove(waiting)
            if trail.front is None:
                self._trails_of(waiting.request).remove(trail)
            self.count -= 1
        elif waiting.slot >= 0:
            self._heap(waiting.request).remove(waiting)
            self.count -= 1

    def examine(self, fired: list[Conditional], activated: list[Conditional]) -> None:
        """Show the noted prices to those that wait, and gather which fire and which become active, in order."""
        noted = self.noted
        self.noted = []
        for price in noted:
            if price > 0:
                self.last_ticks = price
                self._show(CONTRACT_PRICE, fired, activated)
            else:
                self.mark_e8 = -price
                self._show(MARK_PRICE, fired, activated)

    def is_held(self) -> bool:
        """Whether mark and last price are too far apart for protected orders (semantics 5.8.6)."""
        if self.last_ticks == 0:
            return False
        last: int = self.last_ticks
        gap = self.mark_e8 - last * self.tick_e8
        if gap < 0:
            gap = -gap
        return gap * PPM > self.protect_ppm * self.mark_e8

    def _show(self, working_type: i64, fired: list[Conditional], activated: list[Conditional]) -> None:
        """One price: extremes first, then those it fires, the oldest first, then those it activates."""
        price = self.working_ticks(working_type)
        for protected in (0, 2):
            for trail in self.trails[protected + working_type]:
                trail.note(price)
        found: list[Conditional] = []
        self._gather(PLAIN, 0, working_type, found)
        if not self.is_held():
            # the other price may have held them back until now
            self._gather(PROTECTED, 2, CONTRACT_PRICE, found)
            self._gather(PROTECTED, 2, MARK_PRICE, found)
        if len(found) > 1:
            found.sort(key=_age)
        fired.extend(found)
        active: list[Conditional] = []
        self._gather_heaps(ACTIVATION, working_type, price, active)
        if len(active) > 1:
            active.sort(key=_age)
        for waiting in active:
            self.count += 1
            self._activate(waiting)
            activated.append(waiting)

    def _gather(self, kind: i64, protected: i64, working_type: i64, found: list[Conditional]) -> None:
        price = self.working_ticks(working_type)
        self._gather_heaps(kind, working_type, price, found)
        trails = self.trails[protected + working_type]
        is_empty = False
        for trail in trails:
            item = trail.fired(price)
            while item is not None:
                assert isinstance(item, Conditional)
                trail.remove(item)
                self.count -= 1
                found.append(item)
                item = trail.fired(price)
            is_empty = is_empty or trail.front is None
        if is_empty:
            self.trails[protected + working_type] = [trail for trail in trails if trail.front is not None]

    def _gather_heaps(self, kind: i64, working_type: i64, price: i64, found: list[Conditional]) -> None:
        """Take out of the two heaps of a kind what a price reaches."""
        for rising in range(2):
            heap = self.heaps[kind + 2 * working_type + rising]
            limit: i64 = price if rising == 1 else -price
            item = heap.first()
            while item is not None and item.key <= limit:
                assert isinstance(item, Conditional)
                heap.remove(item)
                self.count -= 1
                found.append(item)
                item = heap.first()

    def _heap(self, request: PlaceOrder) -> Heap:
        kind: i64 = PLAIN
        if is_trailing(request):
            kind = ACTIVATION
        elif request.price_protect:
            kind = PROTECTED
        return self.heaps[kind + 2 * request.working_type + (1 if is_rising(request) else 0)]

    def _trails_of(self, request: PlaceOrder) -> list[Trail]:
        return self.trails[(2 if request.price_protect else 0) + request.working_type]

    def _activate(self, waiting: Conditional) -> None:
        """From now on the extreme is tracked, beginning with the present price."""
        request = waiting.request
        waiting.is_activated = True
        price = self.working_ticks(request.working_type)
        trails = self._trails_of(request)
        for trail in trails:
            if trail.side == request.side and trail.callback_ppm == request.callback_ppm:
                trail.join(waiting, price)
                return
        trail = Trail(request.side, request.callback_ppm)
        trails.append(trail)
        trail.join(waiting, price)


def _age(waiting: Conditional) -> i64:
    return waiting.number
