"""Whether an instrument is traded, and when it ends."""

from perpit.domain.events import ContractStatusChanged
from perpit.domain.instrument import Instrument
from perpit.domain.words import DELIVERED, DELIVERING, TRADING
from perpit.views.series import Clock


class ContractView:
    """`delivery_ms` is that of its terms unless it was delisted; `settled_e8` its last price of all, 0 until then.

    `ended_ms` is when it was traded last, 0 until then.
    """

    __slots__ = ("delivery_ms", "ended_ms", "instrument", "settled_e8", "status")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.status = TRADING
        self.delivery_ms = instrument.delivery_ms
        self.settled_e8 = 0
        self.ended_ms = 0

    @property
    def has_ended(self) -> bool:
        """Nothing is traded any more: it is settled, or soon will be."""
        return self.ended_ms != 0

    @property
    def is_delivered(self) -> bool:
        return self.status == DELIVERED

    def fold(self, event: ContractStatusChanged) -> None:
        self.status = event.status
        self.delivery_ms = event.delivery_ms or self.instrument.delivery_ms
        self.settled_e8 = event.settlement_e8
        if event.status == DELIVERING:
            self.ended_ms = event.time_ms


class ContractClock:
    """The venue's time, until a contract ends: its candles end with the one that holds that moment."""

    __slots__ = ("_clock", "_contract")

    def __init__(self, clock: Clock, contract: ContractView) -> None:
        self._clock = clock
        self._contract = contract

    @property
    def time_ms(self) -> int:
        return self._contract.ended_ms or self._clock.time_ms
