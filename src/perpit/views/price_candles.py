"""Candles of a number that is sampled: mark price, index price, premium index (semantics 8.2.6).

Every minute has samples, in every instrument, so there are many of them: closed ones are packed, 72 bytes each.
"""

from array import array
from collections.abc import MutableSequence, Sequence
from typing import Final, overload

from perpit.views.series import Clock, SeriesView

WIDTH: Final = 9  # numbers of a packed candle


class PriceCandle:
    """Numbers in 1e-8, signed. `count` samples were taken, from `first_ms` to `last_ms`; both are −1 without any."""

    __slots__ = (
        "close_e8",
        "close_ms",
        "count",
        "first_ms",
        "high_e8",
        "last_ms",
        "low_e8",
        "open_e8",
        "open_ms",
    )

    def __init__(self, open_ms: int, close_ms: int, price_e8: int) -> None:
        self.open_ms = open_ms
        self.close_ms = close_ms
        self.open_e8 = price_e8
        self.high_e8 = price_e8
        self.low_e8 = price_e8
        self.close_e8 = price_e8
        self.count = 0
        self.first_ms = -1
        self.last_ms = -1

    def add(self, time_ms: int, price_e8: int) -> None:
        """Take in a sample, later than all before it."""
        if price_e8 > self.high_e8:
            self.high_e8 = price_e8
        elif price_e8 < self.low_e8:
            self.low_e8 = price_e8
        self.close_e8 = price_e8
        self.count += 1
        self.last_ms = time_ms

    def merge(self, later: "PriceCandle") -> None:
        """Take in a candle with samples, later than all before it."""
        if self.count == 0:
            self.open_e8 = later.open_e8
            self.high_e8 = later.high_e8
            self.low_e8 = later.low_e8
            self.first_ms = later.first_ms
        else:
            self.high_e8 = max(self.high_e8, later.high_e8)
            self.low_e8 = min(self.low_e8, later.low_e8)
        self.close_e8 = later.close_e8
        self.count += later.count
        self.last_ms = later.last_ms

    def closing(self) -> int:
        return self.close_e8


class PackedCandles(Sequence[PriceCandle]):
    """Closed candles of one interval, `WIDTH` numbers each in one array; unpacked when they are read.

    Like a `Tail` it keeps at least `limit` of them and at most an eighth more. Machine words hold what real markets
    know; where a number does not fit, a list takes the array's place and everything stays exact.
    """

    def __init__(self, limit: int) -> None:
        assert limit > 0, limit
        self.limit = limit
        self._full = limit + limit // 8
        self.numbers: MutableSequence[int] = array("q")

    @property
    def rows(self) -> Sequence[PriceCandle]:
        return self

    def append(self, candle: PriceCandle) -> None:
        packed = (
            candle.open_ms,
            candle.close_ms,
            candle.open_e8,
            candle.high_e8,
            candle.low_e8,
            candle.close_e8,
            candle.count,
            candle.first_ms,
            candle.last_ms,
        )
        try:
            self.numbers.extend(packed)
        except OverflowError:
            kept = len(self.numbers) // WIDTH * WIDTH
            self.numbers = [*self.numbers[:kept], *packed]
        if len(self) > self._full:
            del self.numbers[: (len(self) - self.limit) * WIDTH]

    def __len__(self) -> int:
        return len(self.numbers) // WIDTH

    @overload
    def __getitem__(self, index: int) -> PriceCandle: ...

    @overload
    def __getitem__(self, index: slice) -> list[PriceCandle]: ...

    def __getitem__(self, index: int | slice) -> PriceCandle | list[PriceCandle]:
        if isinstance(index, slice):
            return [self._unpacked(each) for each in range(*index.indices(len(self)))]
        return self._unpacked(range(len(self))[index])

    def _unpacked(self, index: int) -> PriceCandle:
        numbers = self.numbers[index * WIDTH : (index + 1) * WIDTH]
        candle = PriceCandle(numbers[0], numbers[1], numbers[2])
        candle.high_e8, candle.low_e8, candle.close_e8 = numbers[3], numbers[4], numbers[5]
        candle.count, candle.first_ms, candle.last_ms = numbers[6], numbers[7], numbers[8]
        return candle


class PriceCandlesView(SeriesView[PriceCandle]):
    """All intervals; kept are the newest `candles_max` candles with samples of each."""

    __slots__ = ()

    def __init__(self, clock: Clock, candles_max: int) -> None:
        super().__init__(clock, lambda: PackedCandles(candles_max), PriceCandle)

    def fold(self, time_ms: int, price_e8: int) -> None:
        """Take in a sample, not earlier than those before it."""
        running = self.running
        if time_ms >= self.running_end_ms or running is None:
            running = self.open_minute(time_ms, price_e8)
            running.first_ms = time_ms
        running.add(time_ms, price_e8)
