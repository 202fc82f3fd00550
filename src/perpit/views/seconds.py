"""Candles of one second, made of the newest trades when somebody asks for them; until then they cost nothing.

They go as far back as trades are kept (`world`). Nobody folds into them, so they are on no path.
"""

from bisect import bisect_left
from typing import Final

from perpit.domain.events import TradePrinted
from perpit.domain.instrument import Instrument
from perpit.views.candles import Candle
from perpit.views.intervals import Interval, window
from perpit.views.series import Clock, Series, without_gaps
from perpit.views.tail import Tail
from perpit.views.trades import TradesView

SECOND: Final = Interval("1s", 1_000)


class SecondsView:
    """The candles of an instrument's trades at `since_ms` and later; answers like a `SeriesView` of one interval."""

    def __init__(self, clock: Clock, instrument: Instrument, trades: TradesView, since_ms: int = 0) -> None:
        self._clock = clock
        self._instrument = instrument
        self._trades = trades
        self._since_ms = since_ms
        self._series: Series[Candle] = Series(SECOND, Tail(1), Candle)

    def current(self, interval: str) -> Candle | None:
        """The candle of the present second; None before the first trade."""
        rows = self.candles(interval, limit=1)
        return rows[0] if rows else None

    def candles(
        self, interval: str, start_ms: int | None = None, end_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        """As `SeriesView.candles`. Of a second whose first trades are forgotten there is none."""
        assert interval == SECOND.name, interval
        trades = self._trades.kept
        begin = bisect_left(trades, self._since_ms, key=_time_ms)
        if begin == len(trades):
            return []
        first_ms = SECOND.open_of(trades[begin].time_ms)
        if begin == 0 and self._trades.has_forgotten:
            first_ms += SECOND.length_ms
        last_ms = SECOND.open_of(max(self._clock.time_ms, trades[-1].time_ms))
        span = window(SECOND, first_ms, last_ms, start_ms, end_ms, limit)
        if span is None:
            return []
        first_ms, last_ms = span
        within = bisect_left(trades, first_ms, key=_time_ms)
        stored: list[Candle] = []
        if within > begin:
            before = trades[within - 1]  # has the price of flat ones
            stored.append(self._series.flat(SECOND.open_of(before.time_ms), before.price_ticks))
        for trade in trades[
            max(begin, within) : bisect_left(trades, last_ms + SECOND.length_ms, key=_time_ms)
        ]:
            self._add(stored, trade)
        return without_gaps(self._series, stored, first_ms, last_ms)

    def _add(self, stored: list[Candle], trade: TradePrinted) -> None:
        if not stored or trade.time_ms > stored[-1].close_ms:
            candle = self._series.flat(SECOND.open_of(trade.time_ms), trade.price_ticks)
            candle.first_trade_id = trade.trade_id
            stored.append(candle)
        stored[-1].add(trade, self._instrument.value_units(trade.price_ticks, trade.qty_lots))


def _time_ms(trade: TradePrinted) -> int:
    return trade.time_ms
