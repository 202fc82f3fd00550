"""Due times: one structure for everything that happens at a time of its own (design.md, Time).

Orders good till a date, countdowns, and the yearly end of orders good till cancelled. Mark prices have their own
second. The engine runs what is due before the command that is later than it (`deadlines`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import i64

from perpit.engine.heap import Heap, HeapItem

if TYPE_CHECKING:
    from perpit.engine.account import Exposure
    from perpit.engine.triggers import Conditional

NEVER: Final = 1 << 62


class Timer(HeapItem):
    """The end of an order (`order_id`), of a waiting one (`waiting`), or else of a countdown."""

    def __init__(self, number: i64, exposure: Exposure, order_id: i64, waiting: Conditional | None) -> None:
        self.number: i64 = number
        self.key: i64 = 0
        self.slot: i64 = -1
        self.exposure = exposure
        self.order_id: i64 = order_id
        self.waiting = waiting


class Timers:
    """Timers by due time, and by what they are for. `first_ms` is when the next one is due, NEVER without any."""

    def __init__(self) -> None:
        self.heap = Heap()
        self.first_ms: i64 = NEVER
        self.year_ms: i64 = NEVER  # when orders are looked at that are a year old
        self.next_number: i64 = 1
        self.of_orders: dict[int, Timer] = {}
        self.countdowns: dict[tuple[int, int], Timer] = {}

    def end_order(self, exposure: Exposure, order_id: i64, due_ms: i64) -> None:
        """End an open order at a time; asked again, its first time stands."""
        if order_id not in self.of_orders:
            timer = Timer(self._number(), exposure, order_id, None)
            self.of_orders[order_id] = timer
            self._add(timer, due_ms)

    def end_waiting(self, exposure: Exposure, waiting: Conditional, due_ms: i64) -> None:
        """End a waiting order at a time."""
        waiting.timer = Timer(self._number(), exposure, 0, waiting)
        self._add(waiting.timer, due_ms)

    def set_countdown(self, account_id: i64, symbol_id: i64, exposure: Exposure, due_ms: i64) -> None:
        """Replace the countdown of an exposure; 0 stops it (semantics 5.7.7)."""
        timer = self.countdowns.pop((account_id, symbol_id), None)
        if timer is not None:
            self.remove(timer)
        if due_ms != 0:
            timer = Timer(self._number(), exposure, 0, None)
            self.countdowns[(account_id, symbol_id)] = timer
            self._add(timer, due_ms)

    def forget_order(self, order_id: i64) -> None:
        """The order has ended; nothing happens when it had no time."""
        timer = self.of_orders.pop(order_id, None)
        if timer is not None:
            self.remove(timer)

    def due(self, time_ms: i64) -> Timer | None:
        """The first timer that is due, taken out."""
        item = self.heap.first()
        if item is None or item.key > time_ms:
            return None
        assert isinstance(item, Timer)
        self.remove(item)
        if item.order_id != 0:
            del self.of_orders[item.order_id]
        elif item.waiting is None:
            exposure = item.exposure
            del self.countdowns[(exposure.account.account_id, exposure.market.instrument.symbol_id)]
        return item

    def set_year(self, year_ms: i64) -> None:
        self.year_ms = year_ms
        self._find_first()

    def remove(self, timer: Timer) -> None:
        """Take a timer out; nothing happens when it is out already."""
        if timer.slot >= 0:
            self.heap.remove(timer)
            self._find_first()

    def _add(self, timer: Timer, due_ms: i64) -> None:
        self.heap.add(timer, due_ms)
        self._find_first()

    def _find_first(self) -> None:
        first = self.heap.first()
        self.first_ms = self.year_ms
        if first is not None and first.key < self.first_ms:
            self.first_ms = first.key

    def _number(self) -> i64:
        number = self.next_number
        self.next_number = number + 1
        return number
