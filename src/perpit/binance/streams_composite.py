"""The composite index stream, every second: the index, its parts, their weights and prices (semantics 7.3)."""

from perpit.binance.index_parts import component, shown_parts
from perpit.binance.render import units
from perpit.binance.streams_channel import Channel, Outbox
from perpit.domain.instrument import Instrument
from perpit.views.prices import PriceView


class CompositeIndex(Channel):
    """`<symbol>@compositeIndex`; silent before the first prices of the parts."""

    replaceable = True

    def __init__(
        self, name: str, period_ms: int, outbox: Outbox, instrument: Instrument, prices: PriceView
    ) -> None:
        super().__init__(name, period_ms, outbox)
        self._instrument = instrument
        self._prices = prices
        self._component = component(instrument)

    def flush(self, now_ms: int) -> None:
        parts = ",".join(
            f'{{"b":"{part.base}","q":"{part.quote}","w":"{units(part.weight_e8)}","W":"{units(part.share_e8)}",'
            f'"i":"{units(part.price_e8)}"}}'
            for part in shown_parts(self._instrument, self._prices)
        )
        if parts:
            index = units(self._prices.index_e8)
            self.publish(
                f'{{"e":"compositeIndex","E":{now_ms},"s":"{self._instrument.symbol}","p":"{index}",'
                f'"C":"{self._component}","c":[{parts}]}}'
            )
