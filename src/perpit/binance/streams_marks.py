"""Mark price streams, one symbol or all, every second or every three (semantics 3.2.5, 7.3).

When the clock jumps, one command brings the mark prices of every second it passed; the newest `CATCH_UP` are sent.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from perpit.binance.products import PRODUCTS
from perpit.binance.profiles import Profile
from perpit.binance.render import units
from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.streams_text import product_fields
from perpit.binance.tradfi import is_tradfi
from perpit.domain.events import MarkPriceChanged
from perpit.domain.instrument import Instrument

CATCH_UP: Final = 60


class MarkPrice(Channel):
    """`<symbol>@markPrice[@1s]`: the first mark price of each period."""

    watches_marks = True

    def __init__(self, name: str, period_ms: int, outbox: Outbox, instrument: Instrument) -> None:
        super().__init__(name, 0, outbox)
        self._period_ms = period_ms
        self._instrument = instrument
        self._period = -1
        self._due: deque[MarkPriceChanged] = deque(maxlen=CATCH_UP)

    def on_mark(self, mark: MarkPriceChanged) -> None:
        period = mark.time_ms // self._period_ms
        if period != self._period and self.concerns(mark):
            self._period = period
            self._due.append(mark)

    def concerns(self, mark: MarkPriceChanged) -> bool:
        """Whether the price is one of those that the stream tells of."""
        return mark.symbol_id == self._instrument.symbol_id

    def after_command(self, now_ms: int) -> None:
        while self._due:
            self.publish(self.payload(self._due.popleft()))

    def payload(self, mark: MarkPriceChanged) -> str:
        """The message about one price."""
        return mark_payload(mark, self._instrument, self._outbox.profile)


class AllMarkPrices(Channel):
    """`!markPrice@arr[@1s]`, and COIN-M's `<pair>@markPrice[@1s]`: the mark prices of some instruments that changed at
    the first moment of each period, as one array; contracts on stocks and metals in one of their own (semantics 7.3).
    `wanted` says of which.
    """

    watches_marks = True

    def __init__(
        self,
        name: str,
        period_ms: int,
        outbox: Outbox,
        instruments: list[Instrument],
        wanted: Callable[[Instrument], bool],
    ) -> None:
        super().__init__(name, 0, outbox)
        self._period_ms = period_ms
        self._instruments = instruments  # by symbol id
        self._wanted = wanted
        self._period = -1
        self._time_ms = -1
        self._due: deque[list[MarkPriceChanged]] = deque(maxlen=CATCH_UP)

    def on_mark(self, mark: MarkPriceChanged) -> None:
        if not self._wanted(self._instruments[mark.symbol_id]):
            return
        period = mark.time_ms // self._period_ms
        if period != self._period:
            self._period = period
            self._time_ms = mark.time_ms
            self._due.append([])
        if mark.time_ms == self._time_ms:
            if not self._due:
                self._due.append([])
            self._due[-1].append(mark)

    def after_command(self, now_ms: int) -> None:
        while self._due:
            coins: list[str] = []
            others: list[str] = []
            for mark in self._due.popleft():
                instrument = self._instruments[mark.symbol_id]
                row = mark_payload(mark, instrument, self._outbox.profile)
                (others if is_tradfi(instrument) else coins).append(row)
            for rows in filter(None, (coins, others)):
                self.publish("[" + ",".join(rows) + "]")


class IndexPrice(MarkPrice):
    """COIN-M's `<pair>@indexPrice[@1s]`: the index price that the pair's contracts share, told by whichever is there.

    `instruments` are the venue's, by symbol id; `instrument` is any contract of the pair.
    """

    def __init__(
        self, name: str, period_ms: int, outbox: Outbox, instrument: Instrument, instruments: list[Instrument]
    ) -> None:
        super().__init__(name, period_ms, outbox, instrument)
        self._instruments = instruments

    def concerns(self, mark: MarkPriceChanged) -> bool:
        one = self._instruments[mark.symbol_id]
        return one.pair == self._instrument.pair and one.market == self._instrument.market

    def payload(self, mark: MarkPriceChanged) -> str:
        pair, price = self._instrument.pair, units(mark.index_e8)
        return f'{{"e":"indexPriceUpdate","E":{mark.time_ms},"i":"{pair}","p":"{price}"}}'


def mark_payload(mark: MarkPriceChanged, instrument: Instrument, profile: Profile) -> str:
    """A markPriceUpdate. `P` is the estimated settle price, `T` the next funding time; a quarter has no rate."""
    index = units(mark.index_e8)
    product = PRODUCTS[instrument.market]
    rate = units(mark.funding_rate_e8) if instrument.is_perpetual else ""
    has_average = profile.average_marks and "ap" in product.frame_fields
    average = f',"ap":"{units(mark.average_e8)}"' if has_average else ""
    return (
        f'{{"e":"markPriceUpdate","E":{mark.time_ms},"s":"{instrument.symbol}","p":"{units(mark.mark_e8)}"{average},'
        f'"P":"{units(mark.settlement_e8)}","i":"{index}","r":"{rate}",'
        f'"T":{mark.next_funding_ms}{product_fields(instrument, profile)[1]}}}'
    )
