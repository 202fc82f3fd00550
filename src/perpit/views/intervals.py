"""The candle intervals and where on the UTC time line they begin (semantics 8.2.2, 8.2.3)."""

from datetime import UTC, datetime

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Interval:
    """A fixed length counted from an origin; the month, whose length differs, is `Month`."""

    __slots__ = ("length_ms", "name", "origin_ms")

    def __init__(self, name: str, length_ms: int, origin_ms: int = 0) -> None:
        self.name = name
        self.length_ms = length_ms
        self.origin_ms = origin_ms

    def open_of(self, time_ms: int) -> int:
        """Beginning of the interval that holds `time_ms`."""
        return time_ms - (time_ms - self.origin_ms) % self.length_ms

    def step(self, open_ms: int, count: int) -> int:
        """Beginning of the interval `count` after the one that begins at `open_ms`; before it when negative."""
        return open_ms + count * self.length_ms


class Month(Interval):
    """Calendar months in UTC."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("1M", 0)

    def open_of(self, time_ms: int) -> int:
        moment = datetime.fromtimestamp(time_ms // 1000, UTC)
        return _month_ms(moment.year * 12 + moment.month - 1)

    def step(self, open_ms: int, count: int) -> int:
        moment = datetime.fromtimestamp(open_ms // 1000, UTC)
        return _month_ms(moment.year * 12 + moment.month - 1 + count)


def _month_ms(month: int) -> int:
    """Beginning of a month counted from January of year 0."""
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000


MINUTE = Interval("1m", MINUTE_MS)
INTERVALS: dict[str, Interval] = {
    interval.name: interval
    for interval in (
        MINUTE,
        Interval("3m", 3 * MINUTE_MS),
        Interval("5m", 5 * MINUTE_MS),
        Interval("15m", 15 * MINUTE_MS),
        Interval("30m", 30 * MINUTE_MS),
        Interval("1h", HOUR_MS),
        Interval("2h", 2 * HOUR_MS),
        Interval("4h", 4 * HOUR_MS),
        Interval("6h", 6 * HOUR_MS),
        Interval("8h", 8 * HOUR_MS),
        Interval("12h", 12 * HOUR_MS),
        Interval("1d", DAY_MS),
        Interval("3d", 3 * DAY_MS),
        Interval("1w", 7 * DAY_MS, 4 * DAY_MS),  # the epoch was a Thursday, 1970-01-05 a Monday
        Month(),
    )
}


def window(
    grid: Interval, first_ms: int, last_ms: int, start_ms: int | None, end_ms: int | None, limit: int
) -> tuple[int, int] | None:
    """From where to where intervals are asked for, when there are some from `first_ms` to `last_ms`; None: nowhere.

    Those that begin in [start_ms, end_ms]: the first `limit` of them; without a start time the newest.
    """
    if end_ms is not None and end_ms < last_ms:
        if end_ms < first_ms:
            return None
        last_ms = grid.open_of(end_ms)
    if start_ms is None:
        return max(first_ms, grid.step(last_ms, 1 - limit)), last_ms
    if start_ms > last_ms:
        return None
    if start_ms > first_ms:
        first_ms = grid.open_of(start_ms)
        if first_ms < start_ms:
            first_ms = grid.step(first_ms, 1)
    return first_ms, min(last_ms, grid.step(first_ms, limit - 1))
