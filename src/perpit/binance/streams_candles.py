"""Candle streams: the running candle at most every 250 ms while trades change it, and each candle once at its close.

The last message of a candle has x = true; it is sent for candles without trades, too (semantics 8.2.4). After a jump
of the clock over many intervals the newest `CATCH_UP` of them are sent.
"""

from typing import Final

from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.streams_names import StreamSpec
from perpit.binance.streams_text import Texts
from perpit.binance.streams_trades import JSON_BOOL
from perpit.domain.events import TradePrinted
from perpit.views.candles import Candle, CandlesView

CATCH_UP: Final = 20


class Candles(Channel):
    """`<symbol>@kline_<interval>` and `<pair>_<type>@continuousKline_<interval>`; they differ in the envelope."""

    watches_trades = True

    def __init__(
        self, name: str, spec: StreamSpec, outbox: Outbox, candles: CandlesView, texts: Texts
    ) -> None:
        super().__init__(name, spec.period_ms, outbox)
        self._candles = candles
        self._texts = texts
        self._interval = spec.interval
        self._contract_type = spec.contract_type
        self._changed = False
        self._open_ms = self._current_open_ms()

    def on_trade(self, trade: TradePrinted) -> None:
        self._changed = True
        if self._open_ms < 0:
            self._open_ms = self._current_open_ms()

    def flush(self, now_ms: int) -> None:
        current = self._candles.current(self._interval)
        if current is None:
            return
        if current.open_ms > self._open_ms:
            self._close_until(current.open_ms, now_ms)
        if self._changed and current.count:
            self.publish(self._payload(current, now_ms, False))
        self._changed = False

    def _current_open_ms(self) -> int:
        """Beginning of the running candle, -1 before the first trade."""
        current = self._candles.current(self._interval)
        return -1 if current is None else current.open_ms

    def _close_until(self, open_ms: int, now_ms: int) -> None:
        """Every candle from the one last shown to the one before `open_ms`, as closed."""
        closed = self._candles.candles(self._interval, None, open_ms - 1, CATCH_UP)
        for candle in closed:
            if self._open_ms <= candle.open_ms < open_ms:
                self.publish(self._payload(candle, now_ms, True))
        self._open_ms = open_ms

    def _payload(self, candle: Candle, now_ms: int, closed: bool) -> str:
        texts = self._texts
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
