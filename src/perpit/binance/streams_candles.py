"""Candle streams: the running candle at most every 250 ms while it changes, and each candle once at its close.

The last message of a candle has x = true; it is sent for candles in which nothing happened, too (semantics 8.2.4).
After a jump of the clock over many intervals the newest `CATCH_UP` of them are sent. Nothing is done when a trade or a
price comes: every 250 ms a channel looks whether its candle has become another, so a stream costs an order nothing.
"""

from collections.abc import Callable
from typing import Final, Generic

from perpit.binance.render import units
from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.streams_names import StreamSpec
from perpit.binance.streams_text import Texts
from perpit.binance.streams_trades import JSON_BOOL
from perpit.domain.instrument import Instrument
from perpit.views.candles import Candle
from perpit.views.price_candles import PriceCandle, PriceCandlesView
from perpit.views.series import C, Shown

CATCH_UP: Final = 20
Carrier = Callable[[], tuple[Shown[Candle], Instrument] | None]


class CandleChannel(Channel, Generic[C]):
    """What candle streams have in common: when which candle is told. `series` is where they come from by now."""

    def __init__(self, name: str, spec: StreamSpec, outbox: Outbox) -> None:
        super().__init__(name, spec.period_ms, outbox)
        self._interval = spec.interval
        self._open_ms = (
            -1
        )  # of the candle told last, or that ran when the channel was made; -1: there was none
        self._count = 0  # what it held
        series = self.series()
        current = None if series is None else series.current(self._interval)
        if current is not None:
            self._open_ms, self._count = current.open_ms, current.count

    def series(self) -> Shown[C] | None:
        """None while there is none."""
        raise NotImplementedError

    def payload(self, candle: C, now_ms: int, closed: bool) -> str:
        """One message."""
        raise NotImplementedError

    def flush(self, now_ms: int) -> None:
        series = self.series()
        current = None if series is None else series.current(self._interval)
        if series is None or current is None:
            return
        if current.open_ms > self._open_ms:
            self._close_until(series, current.open_ms, now_ms)
        if current.count != self._count:
            self._count = current.count
            self.publish(self.payload(current, now_ms, False))

    def _close_until(self, series: Shown[C], open_ms: int, now_ms: int) -> None:
        """Every candle from the one told last to the one before `open_ms`, as closed."""
        for candle in series.candles(self._interval, None, open_ms - 1, CATCH_UP):
            if candle.open_ms >= self._open_ms:
                self.publish(self.payload(candle, now_ms, True))
        self._open_ms, self._count = open_ms, 0


class Candles(CandleChannel[Candle]):
    """`<symbol>@kline_<interval>` and `<pair>_<type>@continuousKline_<interval>`; they differ in the envelope.

    The contract that carries the series may become another one; `carrier` says which.
    """

    def __init__(self, name: str, spec: StreamSpec, outbox: Outbox, carrier: Carrier) -> None:
        self._carrier = carrier
        self._contract_type = spec.contract_type
        self._texts: Texts | None = None
        self._instrument: Instrument | None = None
        super().__init__(name, spec, outbox)

    def series(self) -> Shown[Candle] | None:
        found = self._carrier()
        if found is None:
            return None
        view, instrument = found
        if instrument is not self._instrument:
            self._instrument, self._texts = instrument, Texts(instrument)
        return view

    def payload(self, candle: Candle, now_ms: int, closed: bool) -> str:
        texts = self._texts
        assert texts is not None, self.name
        if self._contract_type:
            head = (
                f'{{"e":"continuous_kline","E":{now_ms},"ps":"{texts.pair}","ct":"{self._contract_type}",'
                f'"k":{{"t":{candle.open_ms},"T":{candle.close_ms}'
            )
        else:
            head = (
                f'{{"e":"kline","E":{now_ms},"s":"{texts.symbol}",'
                f'"k":{{"t":{candle.open_ms},"T":{candle.close_ms},"s":"{texts.symbol}"'
            )
        return (
            f'{head},"i":"{self._interval}","f":{candle.first_trade_id},"L":{candle.last_trade_id},'
            f'"o":"{texts.price(candle.open_ticks)}","c":"{texts.price(candle.close_ticks)}",'
            f'"h":"{texts.price(candle.high_ticks)}","l":"{texts.price(candle.low_ticks)}",'
            f'"v":"{texts.qty(candle.qty_lots)}","n":{candle.count},"x":{JSON_BOOL[closed]},'
            f'"q":"{texts.turnover(candle.value_units)}","V":"{texts.qty(candle.taker_buy_lots)}",'
            f'"Q":"{texts.turnover(candle.taker_buy_value_units)}","B":"0"}}}}'
        )


class PriceCandles(CandleChannel[PriceCandle]):
    """COIN-M's `<pair>@indexPriceKline_<interval>` and `<symbol>@markPriceKline_<interval>`.

    First and last "trade id" are the times of the first and the last sample; an index has "0" for its symbol.
    """

    def __init__(
        self,
        name: str,
        spec: StreamSpec,
        outbox: Outbox,
        view: PriceCandlesView,
        pair: str,
        event: str,
        symbol: str,
    ) -> None:
        self._view = view
        self._head = f'{{"e":"{event}","E":%d,"ps":"{pair}","k":{{"t":%d,"T":%d,"s":"{symbol}"'
        super().__init__(name, spec, outbox)

    def series(self) -> PriceCandlesView:
        return self._view

    def payload(self, candle: PriceCandle, now_ms: int, closed: bool) -> str:
        head = self._head % (now_ms, candle.open_ms, candle.close_ms)
        return (
            f'{head},"i":"{self._interval}","f":{candle.first_ms},"L":{candle.last_ms},'
            f'"o":"{units(candle.open_e8)}","c":"{units(candle.close_e8)}",'
            f'"h":"{units(candle.high_e8)}","l":"{units(candle.low_e8)}",'
            f'"v":"0","n":{candle.count},"x":{JSON_BOOL[closed]},"q":"0","V":"0","Q":"0","B":"0"}}}}'
        )
