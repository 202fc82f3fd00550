"""An indexed binary heap: the least key in constant time, in and out in O(log n), out of the middle too.

Used for everything that waits for a number to be reached: trigger prices (`triggers`) and due times (`timers`). Every
item knows its place, so a cancelled one leaves at once and nothing dead is carried along.
"""

from mypy_extensions import i64


class HeapItem:
    """Something that waits. `key` decides, `number` among equals: the first to come stands first."""

    def __init__(self, number: i64) -> None:
        self.number: i64 = number
        self.key: i64 = 0
        self.slot: i64 = -1  # where it stands in its heap; -1 in none


class Heap:
    """Items by key, then by number. An item stands in one heap at most."""

    def __init__(self) -> None:
        self.items: list[HeapItem] = []

    def first(self) -> HeapItem | None:
        return self.items[0] if self.items else None

    def add(self, item: HeapItem, key: i64) -> None:
        assert item.slot < 0, "an item stands in one heap"
        item.key = key
        item.slot = len(self.items)
        self.items.append(item)
        self._rise(item)

    def remove(self, item: HeapItem) -> None:
        """Take an item out, wherever it stands; the last one fills the gap."""
        items = self.items
        slot = item.slot
        assert items[slot] is item, "an item that is not in this heap"
        last = items.pop()
        item.slot = -1
        if last is not item:
            items[slot] = last
            last.slot = slot
            self._rise(last)
            self._sink(last)

    def _rise(self, item: HeapItem) -> None:
        items = self.items
        slot = item.slot
        while slot > 0:
            above: i64 = (slot - 1) >> 1
            other = items[above]
            if not _is_before(item, other):
                break
            items[slot] = other
            other.slot = slot
            slot = above
        items[slot] = item
        item.slot = slot

    def _sink(self, item: HeapItem) -> None:
        items = self.items
        count: i64 = len(items)
        slot = item.slot
        below: i64 = 2 * slot + 1
        while below < count:
            if below + 1 < count and _is_before(items[below + 1], items[below]):
                below += 1
            other = items[below]
            if not _is_before(other, item):
                break
            items[slot] = other
            other.slot = slot
            slot = below
            below = 2 * slot + 1
        items[slot] = item
        item.slot = slot


def _is_before(item: HeapItem, other: HeapItem) -> bool:
    return item.key < other.key or (item.key == other.key and item.number < other.number)
