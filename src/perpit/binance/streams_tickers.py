"""24-hour ticker streams, full and mini, of one symbol (every 2 s, COIN-M 0.5 s) or of all (every 1 s), on a change.

The array streams hold only the symbols that changed since the array before (semantics 7.3).
"""

from collections.abc import Callable
from itertools import islice

from perpit.binance.profiles import Profile
from perpit.binance.streams_channel import Channel, Outbox, instruments_of
from perpit.binance.streams_text import Texts
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_scaled
from perpit.views.ticker import TickerStatistics
from perpit.views.world import World

Body = Callable[[TickerStatistics, Texts], str]


class TickerRow:
    """One symbol's ticker and what of it was last shown."""

    def __init__(self, world: World, instrument: Instrument, body: Body, profile: Profile) -> None:
        self._world = world
        self._ticker = world.tickers[instrument.symbol_id]
        self._trades = world.trades[instrument.symbol_id]
        self._texts = Texts(instrument, profile)
        self._body = body
        self._shown = ""

    def changed(self, now_ms: int) -> str | None:
        """The payload when it differs from the one before in more than its times; None before the first trade."""
        if self._trades.last_trade is None:
            return None
        statistics = self._ticker.statistics()
        body = self._body(statistics, self._texts)
        if body == self._shown:
            return None
        self._shown = body
        return body.replace('"E":0', f'"E":{now_ms}', 1).replace('"O":0', f'"O":{statistics.open_ms}', 1)


class Ticker(Channel):
    """`<symbol>@ticker` and `<symbol>@miniTicker`."""

    replaceable = True

    def __init__(
        self, name: str, period_ms: int, outbox: Outbox, world: World, instrument: Instrument, body: Body
    ) -> None:
        super().__init__(name, period_ms, outbox)
        self._row = TickerRow(world, instrument, body, outbox.profile)

    def flush(self, now_ms: int) -> None:
        payload = self._row.changed(now_ms)
        if payload is not None:
            self.publish(payload)


class AllTickers(Channel):
    """`!ticker@arr` and `!miniTicker@arr`. Not replaceable: a symbol may be in one array and not in the next."""

    def __init__(
        self, name: str, period_ms: int, outbox: Outbox, world: World, market: int, body: Body
    ) -> None:
        super().__init__(name, period_ms, outbox)
        self._world = world
        self._instruments = instruments_of(world, market)
        self._body = body
        self._rows: list[TickerRow] = []

    def flush(self, now_ms: int) -> None:
        for instrument in islice(self._instruments, len(self._rows), None):
            self._rows.append(TickerRow(self._world, instrument, self._body, self._outbox.profile))
        payloads = [payload for row in self._rows if (payload := row.changed(now_ms)) is not None]
        if payloads:
            self.publish("[" + ",".join(payloads) + "]")


def mini_ticker_body(statistics: TickerStatistics, texts: Texts) -> str:
    """A 24hrMiniTicker with the event time left 0."""
    price = texts.price
    return (
        f'{{"e":"24hrMiniTicker","E":0,"s":"{texts.symbol}"{texts.pair_field},'
        f'"c":"{price(statistics.last_price_ticks)}","o":"{price(statistics.open_ticks)}",'
        f'"h":"{price(statistics.high_ticks)}","l":"{price(statistics.low_ticks)}",'
        f'"v":"{texts.qty(statistics.qty_lots)}","q":"{texts.turnover(statistics.value_units)}"{texts.product_field}}}'
    )


def ticker_body(statistics: TickerStatistics, texts: Texts) -> str:
    """A 24hrTicker with the event time and the open time left 0; `C` is the time of the last trade."""
    price = texts.price
    return (
        f'{{"e":"24hrTicker","E":0,"s":"{texts.symbol}"{texts.pair_field},'
        f'"p":"{price(statistics.change_ticks)}","P":"{format_scaled(statistics.change_percent_e3, 3)}",'
        f'"w":"{texts.between_ticks(statistics.weighted_average_e8)}","c":"{price(statistics.last_price_ticks)}",'
        f'"Q":"{texts.qty(statistics.last_qty_lots)}","o":"{price(statistics.open_ticks)}",'
        f'"h":"{price(statistics.high_ticks)}","l":"{price(statistics.low_ticks)}",'
        f'"v":"{texts.qty(statistics.qty_lots)}","q":"{texts.turnover(statistics.value_units)}",'
        f'"O":0,"C":{statistics.close_ms},"F":{statistics.first_id},"L":{statistics.last_id},'
        f'"n":{statistics.count}{texts.product_field}}}'
    )
