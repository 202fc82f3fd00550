"""The newest rows of many owners: what each account did, kept for each and limited for all together.

Income, amendments and margin changes are such rows. Every row carries its time, and times never go back; so a span of
time is two bisections.
"""

from bisect import bisect_left
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from perpit.views.quota import Quota
from perpit.views.tail import Tail


class Timed(Protocol):
    """A row that says when it came about."""

    time_ms: int


Row = TypeVar("Row", bound=Timed)
Key = TypeVar("Key", bound=Hashable)


class Tails(Generic[Key, Row]):
    """Rows by owner: of each the newest `each_max`, of all together the newest `all_max` (`tail`, `quota`)."""

    __slots__ = ("_each_max", "_quota", "_tails")

    def __init__(self, each_max: int, all_max: int) -> None:
        self._each_max = each_max
        self._quota = Quota(all_max)
        self._tails: dict[Key, Tail[Row]] = {}

    def append(self, key: Key, row: Row) -> None:
        tail = self._tails.get(key)
        if tail is None:
            tail = self._tails[key] = Tail(self._each_max)
        tail.append(row)
        self._quota.add(tail)

    def within(self, key: Key, start_ms: int | None, end_ms: int | None) -> list[Row]:
        """The rows of an owner within [start_ms, end_ms], oldest first; without a bound, as far as they are kept."""
        tail = self._tails.get(key)
        return [] if tail is None else rows_within(tail.rows, start_ms, end_ms)


def rows_within(rows: list[Row], start_ms: int | None, end_ms: int | None) -> list[Row]:
    """Those of [start_ms, end_ms] among rows that stand in the order of their times."""
    start = 0 if start_ms is None else bisect_left(rows, start_ms, key=_time_ms)
    end = len(rows) if end_ms is None else bisect_left(rows, end_ms + 1, key=_time_ms)
    return rows[start:end]


def _time_ms(row: Timed) -> int:
    return row.time_ms
