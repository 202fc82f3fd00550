"""The newest rows of something that only grows. Trades, aggregates, candles and fills keep theirs in one of these."""

from typing import Generic, TypeVar

Row = TypeVar("Row")


class Tail(Generic[Row]):
    """A list that forgets its oldest rows.

    Once there were `limit` rows, at least that many are kept and at most an eighth more: rows are dropped in blocks,
    so that appending stays O(1) and `rows` stays a plain list that can be searched by bisection.
    """

    __slots__ = ("_full", "limit", "rows")

    def __init__(self, limit: int) -> None:
        assert limit > 0, limit
        self.limit = limit
        self._full = limit + limit // 8
        self.rows: list[Row] = []

    def append(self, row: Row) -> None:
        rows = self.rows
        rows.append(row)
        if len(rows) > self._full:
            del rows[: len(rows) - self.limit]
