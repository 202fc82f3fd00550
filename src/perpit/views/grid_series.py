"""Rows of numbers at every point of the five-minute grid: the form in which statistics are kept.

The grid is regular, so a row has no time of its own and is found by counting. Numbers are kept in 64 bits, cut at the
largest that fits; no contract comes near it.
"""

from array import array
from collections.abc import Iterable
from typing import Final

GRID_MS: Final = 5 * 60_000
LARGEST: Final = 2**63 - 1


class GridSeries:
    """The newest rows of `width` numbers, without gaps; once there were `limit`, at most an eighth more.

    `first_ms` and `last_ms` are the times of the oldest and the newest row, 0 while there is none.
    """

    __slots__ = ("_columns", "first_ms", "last_ms", "limit")

    def __init__(self, width: int, limit: int) -> None:
        assert width > 0 and limit > 0, (width, limit)
        self._columns = [array("q") for _ in range(width)]
        self.first_ms = 0
        self.last_ms = 0
        self.limit = limit

    def append(self, time_ms: int, row: Iterable[int], count: int = 1) -> None:
        """Add the row of a point of the grid, later than all before, and of `count` - 1 points after it.

        A gap begins the series anew.
        """
        assert time_ms % GRID_MS == 0 and time_ms > self.last_ms, time_ms
        columns = self._columns
        if self.last_ms == 0 or time_ms != self.last_ms + GRID_MS:
            for column in columns:
                del column[:]
            self.first_ms = time_ms
        for column, value in zip(columns, row, strict=True):
            column.extend(array("q", [min(value, LARGEST)]) * count)
        self.last_ms = time_ms + (count - 1) * GRID_MS
        surplus = len(columns[0]) - self.limit
        if surplus > self.limit // 8:
            for column in columns:
                del column[:surplus]
            self.first_ms += surplus * GRID_MS

    def at(self, time_ms: int) -> tuple[int, ...] | None:
        """The row of a point of the grid; None where there is none."""
        if not self.first_ms <= time_ms <= self.last_ms or self.last_ms == 0:
            return None
        index = (time_ms - self.first_ms) // GRID_MS
        return tuple([column[index] for column in self._columns])

    def sums(self, first: int, columns: int, after_ms: int, until_ms: int) -> list[int] | None:
        """Sums of some neighbouring columns over the points in (after_ms, until_ms]; None when there are none."""
        start = max(0, (after_ms - self.first_ms) // GRID_MS + 1)
        end = (min(until_ms, self.last_ms) - self.first_ms) // GRID_MS + 1
        if self.last_ms == 0 or start >= end:
            return None
        return [sum(column[start:end]) for column in self._columns[first : first + columns]]
