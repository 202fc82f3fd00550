"""Whether an instrument is traded, and when it ends."""

from perpit.domain.events import ContractStatusChanged
from perpit.domain.instrument import Instrument
from perpit.domain.words import DELIVERED, TRADING


class ContractView:
    """`delivery_ms` is that of its terms unless it was delisted; `settled_e8` its last price of all, 0 until then."""

    __slots__ = ("delivery_ms", "instrument", "settled_e8", "status")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.status = TRADING
        self.delivery_ms = instrument.delivery_ms
        self.settled_e8 = 0

    @property
    def is_delivered(self) -> bool:
        return self.status == DELIVERED

    def fold(self, event: ContractStatusChanged) -> None:
        self.status = event.status
        self.delivery_ms = event.delivery_ms or self.instrument.delivery_ms
        self.settled_e8 = event.settlement_e8
