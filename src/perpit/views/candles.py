"""Candles of trades, in all fifteen intervals (`series` has the theory): of one instrument, or of those that carry a
series one after the other (`pairs`)."""

from perpit.domain.events import TradePrinted
from perpit.domain.words import BUY
from perpit.views.series import Clock, SeriesView
from perpit.views.tail import Tail


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

    def closing(self) -> int:
        return self.close_ticks


class CandlesView(SeriesView[Candle]):
    """All intervals; kept are the newest `candles_max` candles with trades of each."""

    __slots__ = ()

    def __init__(self, clock: Clock, candles_max: int) -> None:
        super().__init__(clock, lambda: Tail(candles_max), Candle)

    def fold(self, event: TradePrinted, value_units: int) -> None:
        running = self.running
        if event.time_ms >= self.running_end_ms or running is None:
            running = self.open_minute(event.time_ms, event.price_ticks)
            running.first_trade_id = event.trade_id
        running.add(event, value_units)
