"""One series of candles in all fifteen intervals, whatever it is made of: trades (`candles`), prices (`price_candles`).

Theory: what happens touches one candle only, that of the running minute. When a later minute opens, the finished one is
merged into the running candle of each longer interval; `current` adds the running minute to those on demand.
Only intervals in which something happened are stored; the flat ones between them (semantics 8.2.4) are made when they
are asked for, so a quiet year costs nothing. Kept are the newest `candles_max` stored candles of each interval.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from mypy_extensions import mypyc_attr

from perpit.views.intervals import INTERVALS, MINUTE, Interval, window


class Clock(Protocol):
    """Whoever knows the time until which a series goes: the world, or what stands still when a contract has ended."""

    @property
    def time_ms(self) -> int: ...


class Bar(Protocol):
    """A candle of any kind. `close_ms` is the last millisecond of its interval; `count` is 0 when nothing happened."""

    open_ms: int
    close_ms: int
    count: int

    def merge(self, later: Any) -> None:
        """Take in a candle of the same kind, later than all before it, in which something happened."""

    def closing(self) -> int:
        """The price at its end."""


C = TypeVar("C", bound=Bar)
Make = Callable[[int, int, int], C]  # a flat one: beginning, last millisecond, price


class Shown(Protocol[C]):
    """A series that can be read: `SeriesView` has the meaning of both."""

    def current(self, interval: str) -> C | None: ...

    def candles(
        self, interval: str, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[C]: ...


class Closed(Protocol[C]):
    """The closed candles of one interval, in the order of their time; at least `limit` are kept (`tail`)."""

    limit: int

    @property
    def rows(self) -> Sequence[C]: ...

    def append(self, row: C) -> None: ...


class Series(Generic[C]):
    """The stored candles of one interval. `closed` are final; `partial` lacks what the running minute holds."""

    __slots__ = ("_make", "closed", "interval", "partial")

    def __init__(self, interval: Interval, closed: Closed[C], make: Make[C]) -> None:
        self.interval = interval
        self.closed = closed
        self.partial: C | None = None
        self._make = make

    def add_minute(self, minute: C) -> None:
        """Take in a finished minute."""
        partial = self.partial
        if partial is None or minute.open_ms > partial.close_ms:
            if partial is not None:
                self.closed.append(partial)
            partial = self.flat(self.interval.open_of(minute.open_ms), 0)
            self.partial = partial
        partial.merge(minute)

    def unfinished(self, running: C | None) -> list[C]:
        """What follows `closed`, oldest first: `partial` and the running minute, merged where they belong together."""
        rows: list[C] = []
        for part in (self.partial, running):
            if part is None:
                continue
            if not rows or part.open_ms > rows[-1].close_ms:
                rows.append(self.flat(self.interval.open_of(part.open_ms), 0))
            rows[-1].merge(part)
        return rows

    def flat(self, open_ms: int, price: int) -> C:
        return self._make(open_ms, self.interval.step(open_ms, 1) - 1, price)


@mypyc_attr(allow_interpreted_subclasses=True)
class SeriesView(Generic[C]):
    """All intervals of one series. `running` is the minute of what happened last, None before anything did.

    Whoever folds asks for `open_minute` when something happens at `running_end_ms` or later.
    """

    __slots__ = ("_by_name", "clock", "longer", "minutes", "running", "running_end_ms")

    def __init__(self, clock: Clock, closed: Callable[[], Closed[C]], make: Make[C]) -> None:
        self.clock = clock
        self.minutes: Series[C] = Series(MINUTE, closed(), make)
        self.longer: list[Series[C]] = [
            Series(interval, closed(), make) for interval in INTERVALS.values() if interval is not MINUTE
        ]
        self._by_name: dict[str, Series[C]] = {
            series.interval.name: series for series in (self.minutes, *self.longer)
        }
        self.running: C | None = None
        self.running_end_ms = 0

    def open_minute(self, time_ms: int, price: int) -> C:
        """Store the running minute, which is over, and open that of a time; nothing has happened in it yet."""
        finished = self.running
        if finished is not None:
            self.minutes.closed.append(finished)
            for series in self.longer:
                series.add_minute(finished)
        running = self.minutes.flat(MINUTE.open_of(time_ms), price)
        self.running = running
        self.running_end_ms = running.close_ms + 1
        return running

    def current(self, interval: str) -> C | None:
        """The candle that holds the present, as it stands; None before the first."""
        series = self._by_name[interval]
        rows = series.unfinished(self.running)
        if not rows:
            return None
        last = rows[-1]
        now_ms = self.clock.time_ms
        if now_ms <= last.close_ms:
            return last
        return series.flat(series.interval.open_of(now_ms), last.closing())

    def at(self, interval: str, open_ms: int) -> C | None:
        """The candle that opens at `open_ms`, as it stands; None outside of what is kept."""
        rows = self.candles(interval, open_ms, open_ms, 1)
        return rows[0] if rows else None

    def candles(
        self, interval: str, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[C]:
        """Candles that open in [start_ms, end_ms], oldest first, the running one included.

        The first `limit` from `start_ms` on; without it the newest `limit` up to `end_ms` or to the present. There
        is none before the first that ever was, or before the oldest candle kept.
        """
        series = self._by_name[interval]
        unfinished = series.unfinished(self.running)
        if not unfinished:
            return []
        grid = series.interval
        closed = series.closed.rows
        first_ms = closed[0].open_ms if closed else unfinished[0].open_ms
        last_ms = grid.open_of(max(self.clock.time_ms, unfinished[-1].open_ms))
        span = window(grid, first_ms, last_ms, start_ms, end_ms, limit)
        return [] if span is None else without_gaps(series, unfinished, span[0], span[1])


def without_gaps(series: Series[C], unfinished: list[C], first_ms: int, last_ms: int) -> list[C]:
    """Every candle that opens from `first_ms` to `last_ms`, flat ones made where nothing happened.

    Something happened at or before `first_ms`.
    """
    closed = series.closed.rows
    begin = bisect_left(closed, first_ms, key=_open_ms)
    end = bisect_left(closed, last_ms + 1, key=_open_ms)
    stored = [*closed[max(0, begin - 1) : end], *unfinished]
    position = bisect_left(stored, first_ms, key=_open_ms)
    price = stored[position - 1].closing() if position > 0 else 0
    rows: list[C] = []
    open_ms = first_ms
    while open_ms <= last_ms:
        if position < len(stored) and stored[position].open_ms == open_ms:
            row = stored[position]
            position += 1
            price = row.closing()
        else:
            row = series.flat(open_ms, price)
        rows.append(row)
        open_ms = row.close_ms + 1
    return rows


def _open_ms(candle: Bar) -> int:
    return candle.open_ms
