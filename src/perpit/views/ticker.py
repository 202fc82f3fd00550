"""Rolling 24-hour statistics of one instrument, read off its minute candles (semantics 8.3).

The window begins 24 hours before the running minute and ends now. Finished minutes change only when one is added or
leaves the window, so their sum is kept until then and a reading costs one merge with the running minute.
"""

from bisect import bisect_left

from perpit.domain.instrument import Instrument
from perpit.domain.margin import entry_price_e8
from perpit.views.candles import Candle, CandlesView
from perpit.views.intervals import DAY_MS, MINUTE
from perpit.views.series import Clock
from perpit.views.trades import TradesView


class TickerStatistics:
    """Prices in ticks, volume in lots and in 1e-8 of the margin asset, `weighted_average_e8` in 1e-8 of the quote.

    `change_percent_e3` is in thousandths of a percent, half away from zero. `close_ms` is the time of the last trade.
    When nothing traded within the window the four prices are the last one and the ids −1; all zero before the first
    trade.
    """

    __slots__ = (
        "change_percent_e3",
        "change_ticks",
        "close_ms",
        "count",
        "first_id",
        "high_ticks",
        "last_id",
        "last_price_ticks",
        "last_qty_lots",
        "low_ticks",
        "open_ms",
        "open_ticks",
        "qty_lots",
        "value_units",
        "weighted_average_e8",
    )

    def __init__(self, instrument: Instrument, window: Candle, last_qty_lots: int, close_ms: int) -> None:
        self.last_price_ticks = window.close_ticks
        self.last_qty_lots = last_qty_lots
        self.open_ticks = window.open_ticks
        self.high_ticks = window.high_ticks
        self.low_ticks = window.low_ticks
        self.qty_lots = window.qty_lots
        self.value_units = window.value_units
        self.count = window.count
        self.first_id = window.first_trade_id
        self.last_id = window.last_trade_id
        self.open_ms = window.open_ms
        self.close_ms = close_ms
        self.change_ticks = window.close_ticks - window.open_ticks
        self.change_percent_e3 = _percent_e3(self.change_ticks, window.open_ticks)
        value = window.value_units * instrument.value_scale
        self.weighted_average_e8 = entry_price_e8(instrument, window.qty_lots, value) if value else 0


class TickerView:
    """Reads the minutes of `candles`, which keeps at least those of a day."""

    __slots__ = ("_candles", "_clock", "_finished", "_instrument", "_last_minute_ms", "_trades")

    def __init__(
        self, clock: Clock, instrument: Instrument, candles: CandlesView, trades: TradesView
    ) -> None:
        assert candles.minutes.closed.limit * MINUTE.length_ms >= DAY_MS
        self._clock = clock
        self._instrument = instrument
        self._candles = candles
        self._trades = trades
        self._finished = Candle(0, 0, 0)
        self._last_minute_ms = -1

    def statistics(self) -> TickerStatistics:
        """The window that ends at the venue's present."""
        open_ms = MINUTE.open_of(self._clock.time_ms) - DAY_MS
        last_trade = self._trades.last_trade
        if last_trade is None:
            return TickerStatistics(
                self._instrument, Candle(open_ms, self._clock.time_ms, 0), 0, self._clock.time_ms
            )
        window = Candle(open_ms, self._clock.time_ms, last_trade.price_ticks)
        finished = self._finished_minutes(open_ms)
        if finished.count:
            window.merge(finished)
        running = self._candles.running
        if running is not None and running.open_ms >= open_ms:
            window.merge(running)
        return TickerStatistics(self._instrument, window, last_trade.qty_lots, last_trade.time_ms)

    def _finished_minutes(self, open_ms: int) -> Candle:
        """Sum of the finished minutes from `open_ms` on."""
        minutes = self._candles.minutes.closed.rows
        last_minute_ms = minutes[-1].open_ms if minutes else -1
        if self._finished.open_ms != open_ms or self._last_minute_ms != last_minute_ms:
            finished = Candle(open_ms, open_ms, 0)
            for minute in minutes[bisect_left(minutes, open_ms, key=_open_ms) :]:
                finished.merge(minute)
            self._finished = finished
            self._last_minute_ms = last_minute_ms
        return self._finished


def _percent_e3(change: int, base: int) -> int:
    """change ÷ base in thousandths of a percent, half away from zero; 0 without a base."""
    if base == 0:
        return 0
    size = (2 * abs(change) * 100_000 + base) // (2 * base)
    return size if change >= 0 else -size


def _open_ms(candle: Candle) -> int:
    return candle.open_ms
