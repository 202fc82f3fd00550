"""The newest rows of something that only grows. Trades, aggregates, candles and fills keep theirs in one of these."""

from typing import Generic, TypeVar

Row = TypeVar("Row")


class Tail(Generic[Row]):
    """A list that forgets its oldest rows.

    Once there were `limit` rows, at least that many are kept and at most an eighth more: rows are dropped in blocks,
    so that appending stays O(1) and `rows` stays a plain list that can be searched by bisection. Who shares a `Quota`
    has rows expire before that.
    """

    __slots__ = ("_expired", "_full", "dropped", "limit", "rows")

    def __init__(self, limit: int) -> None:
        assert limit > 0, limit
        self.limit = limit
        self._full = limit + limit // 8
        self.rows: list[Row] = []
        self.dropped = 0  # rows that are gone, of all that ever came
        self._expired = 0  # rows that must be gone

    def append(self, row: Row) -> None:
        rows = self.rows
        rows.append(row)
        if len(rows) > self._full:
            self._drop(len(rows) - self.limit)

    def expire(self, count: int) -> None:
        """Keep the next `count` rows, of all that ever came, no longer."""
        self._expired += count
        if self._expired > self.dropped:
            self._drop(self._expired - self.dropped)

    def _drop(self, count: int) -> None:
        del self.rows[:count]
        self.dropped += count
