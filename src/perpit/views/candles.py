"""Candles of one instrument in all fifteen intervals.

Theory: a trade touches one candle only, that of the running minute. When a trade opens a later minute, the finished
one is merged into the running candle of each longer interval; `current` adds the running minute to those on demand.
Only intervals with trades are stored; the flat ones between them (semantics 8.2.4) are made when they are asked for,
so a quiet year costs nothing. Kept are the newest `candles_max` candles with trades of each interval.
"""

from bisect import bisect_left
from typing import Protocol

from perpit.domain.events import TradePrinted
from perpit.domain.words import BUY
from perpit.views.intervals import INTERVALS, MINUTE, Interval
from perpit.views.tail import Tail


class Clock(Protocol):
    """Whoever knows the venue's time: the world."""

    time_ms: int


class Candle:
    """Prices in ticks, volume in lots and in 1e-8 of the margin asset; `close_ms` is the interval's last millisecond.

    Trade ids are −1 when nothing traded (semantics 8.2.5).
    """

    __slots__ = (
        "close_ms",
        "close_ticks",
        "count",
        "first_trade_id",
        "high_ticks",
        "last_trade_id",
        "low_ticks",
        "open_ms",
        "open_ticks",
        "qty_lots",
        "taker_buy_lots",
        "taker_buy_value_units",
        "value_units",
    )

    def __init__(self, open_ms: int, close_ms: int, price_ticks: int) -> None:
        self.open_ms = open_ms
        self.close_ms = close_ms
        self.open_ticks = price_ticks
        self.high_ticks = price_ticks
        self.low_ticks = price_ticks
        self.close_ticks = price_ticks
        self.qty_lots = 0
        self.value_units = 0
        self.count = 0
        self.taker_buy_lots = 0
        self.taker_buy_value_units = 0
        self.first_trade_id = -1
        self.last_trade_id = -1

    def add(self, event: TradePrinted, value_units: int) -> None:
        """Take in a trade, later than all before it."""
        price_ticks = event.price_ticks
        qty_lots = event.qty_lots
        if price_ticks > self.high_ticks:
            self.high_ticks = price_ticks
        elif price_ticks < self.low_ticks:
            self.low_ticks = price_ticks
        self.close_ticks = price_ticks
        self.qty_lots += qty_lots
        self.value_units += value_units
        self.count += 1
        self.last_trade_id = event.trade_id
        if event.taker_side == BUY:
            self.taker_buy_lots += qty_lots
            self.taker_buy_value_units += value_units

    def merge(self, later: "Candle") -> None:
        """Take in a candle with trades, later than all before it."""
        if self.count == 0:
            self.open_ticks = later.open_ticks
            self.high_ticks = later.high_ticks
            self.low_ticks = later.low_ticks
            self.first_trade_id = later.first_trade_id
        else:
            self.high_ticks = max(self.high_ticks, later.high_ticks)
            self.low_ticks = min(self.low_ticks, later.low_ticks)
        self.close_ticks = later.close_ticks
        self.qty_lots += later.qty_lots
        self.value_units += later.value_units
        self.count += later.count
        self.taker_buy_lots += later.taker_buy_lots
        self.taker_buy_value_units += later.taker_buy_value_units
        self.last_trade_id = later.last_trade_id


class Series:
    """Candles with trades of one interval. `closed` are final; `partial` lacks what the running minute holds."""

    __slots__ = ("closed", "interval", "partial")

    def __init__(self, interval: Interval, candles_max: int) -> None:
        self.interval = interval
        self.closed: Tail[Candle] = Tail(candles_max)
        self.partial: Candle | None = None

    def add_minute(self, minute: Candle) -> None:
        """Take in a finished minute."""
        partial = self.partial
        if partial is None or minute.open_ms > partial.close_ms:
            if partial is not None:
                self.closed.append(partial)
            partial = self.flat(self.interval.open_of(minute.open_ms), 0)
            self.partial = partial
        partial.merge(minute)

    def unfinished(self, running: Candle | None) -> list[Candle]:
        """What follows `closed`, oldest first: `partial` and the running minute, merged where they belong together."""
        rows: list[Candle] = []
        for part in (self.partial, running):
            if part is None:
                continue
            if not rows or part.open_ms > rows[-1].close_ms:
                rows.append(self.flat(self.interval.open_of(part.open_ms), 0))
            rows[-1].merge(part)
        return rows

    def flat(self, open_ms: int, price_ticks: int) -> Candle:
        return Candle(open_ms, self.interval.step(open_ms, 1) - 1, price_ticks)


class CandlesView:
    """All intervals of one instrument. `running` is the minute of the last trade, None before the first."""

    __slots__ = ("_clock", "longer", "_running_end_ms", "_series", "minutes", "running")

    def __init__(self, clock: Clock, candles_max: int) -> None:
        self._clock = clock
        self.minutes = Series(MINUTE, candles_max)
        self.longer = [
            Series(interval, candles_max) for interval in INTERVALS.values() if interval is not MINUTE
        ]
        self._series = {series.interval.name: series for series in (self.minutes, *self.longer)}
        self.running: Candle | None = None
        self._running_end_ms = 0

    def fold(self, event: TradePrinted, value_units: int) -> None:
        running = self.running
        if event.time_ms >= self._running_end_ms or running is None:
            running = self._open_minute(event)
        running.add(event, value_units)

    def _open_minute(self, event: TradePrinted) -> Candle:
        finished = self.running
        if finished is not None:
            self.minutes.closed.append(finished)
            for series in self.longer:
                series.add_minute(finished)
        running = self.minutes.flat(MINUTE.open_of(event.time_ms), event.price_ticks)
        running.first_trade_id = event.trade_id
        self.running = running
        self._running_end_ms = running.close_ms + 1
        return running

    def current(self, interval: str) -> Candle | None:
        """The candle that holds the venue's present, as it stands; None before the first trade."""
        series = self._series[interval]
        rows = series.unfinished(self.running)
        if not rows:
            return None
        last = rows[-1]
        now_ms = self._clock.time_ms
        if now_ms <= last.close_ms:
            return last
        return series.flat(series.interval.open_of(now_ms), last.close_ticks)

    def at(self, interval: str, open_ms: int) -> Candle | None:
        """The candle that opens at `open_ms`, as it stands; None outside of what is kept."""
        rows = self.candles(interval, open_ms, open_ms, 1)
        return rows[0] if rows else None

    def candles(
        self, interval: str, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """Candles that open in [start_ms, end_ms], oldest first, the running one included.

        The first `limit` from `start_ms` on; without it the newest `limit` up to `end_ms` or to the present. There
        is none before the first trade, or before the oldest candle kept.
        """
        series = self._series[interval]
        unfinished = series.unfinished(self.running)
        if not unfinished:
            return []
        grid = series.interval
        closed = series.closed.rows
        first_ms = closed[0].open_ms if closed else unfinished[0].open_ms
        last_ms = grid.open_of(max(self._clock.time_ms, unfinished[-1].open_ms))
        if end_ms is not None and end_ms < last_ms:
            if end_ms < first_ms:
                return []
            last_ms = grid.open_of(end_ms)
        if start_ms is not None:
            if start_ms > last_ms:
                return []
            if start_ms > first_ms:
                first_ms = grid.open_of(start_ms)
                if first_ms < start_ms:
                    first_ms = grid.step(first_ms, 1)
            last_ms = min(last_ms, grid.step(first_ms, limit - 1))
        else:
            first_ms = max(first_ms, grid.step(last_ms, 1 - limit))
        return _without_gaps(series, unfinished, first_ms, last_ms)


def _without_gaps(series: Series, unfinished: list[Candle], first_ms: int, last_ms: int) -> list[Candle]:
    """Every candle that opens from `first_ms` to `last_ms`, flat ones made where nothing traded.

    Something traded at or before `first_ms`.
    """
    closed = series.closed.rows
    index = bisect_left(closed, first_ms, key=_open_ms)
    stored = closed[max(0, index - 1) :] + unfinished if closed else unfinished
    position = bisect_left(stored, first_ms, key=_open_ms)
    price_ticks = stored[position - 1].close_ticks if position > 0 else 0
    rows: list[Candle] = []
    open_ms = first_ms
    while open_ms <= last_ms:
        if position < len(stored) and stored[position].open_ms == open_ms:
            row = stored[position]
            position += 1
            price_ticks = row.close_ticks
        else:
            row = series.flat(open_ms, price_ticks)
        rows.append(row)
        open_ms = row.close_ms + 1
    return rows


def _open_ms(candle: Candle) -> int:
    return candle.open_ms
