"""What the contracts of one pair have together: its index price, and series that one quarter after the other carries.

A pair's quarters stand in the order of their deliveries. The series of the first of them is that of the current
quarter, the second's that of the next one; at a delivery each quarter moves up and the series go on (semantics 3.6.2).
"""

from typing import Final

from perpit.domain.events import MarkPriceChanged
from perpit.domain.instrument import Instrument
from perpit.views.candles import CandlesView
from perpit.views.contracts import ContractView
from perpit.views.price_candles import PriceCandlesView
from perpit.views.series import Clock

SERIES: Final = 2  # of quarters: the current one and the next
SAMPLE_MS: Final = 1_000


class Relay:
    """A series that contracts carry, one after the other. `contract` is the one that does, None while there is none.

    It is the clock of its candles: without a contract they stand still. They are counted in ticks and lots, so a
    contract with another grid begins them anew.
    """

    __slots__ = ("_candles_max", "_clock", "_paused_ms", "candles", "contract", "instrument", "since_ms")

    def __init__(self, clock: Clock, candles_max: int) -> None:
        self._clock = clock
        self._candles_max = candles_max
        self._paused_ms = 0
        self.since_ms = 0  # when `instrument` took it over
        self.contract: ContractView | None = None
        self.instrument: Instrument | None = None  # the last that carried it
        self.candles = CandlesView(self, candles_max)

    @property
    def time_ms(self) -> int:
        return self._clock.time_ms if self.contract is not None else self._paused_ms

    def hand_over(self, contract: ContractView | None, time_ms: int) -> None:
        """From now on this contract carries the series."""
        self.contract = contract
        if contract is None:
            self._paused_ms = time_ms
            return
        if self.instrument is not None and _grid(self.instrument) != _grid(contract.instrument):
            self.candles = CandlesView(self, self._candles_max)
        self.instrument, self.since_ms = contract.instrument, time_ms


class PairView:
    """One pair of one market. `contracts` stand in the order of their listing, `quarters` in that of their delivery.

    `index` has one sample a second, of the first contract that is traded: the venue's contracts of a pair can have
    index prices that differ, and a pair has one.
    """

    __slots__ = ("_speaker", "contracts", "index", "quarters")

    def __init__(self, clock: Clock, candles_max: int) -> None:
        self._speaker: ContractView | None = None
        self.contracts: list[ContractView] = []
        self.index = PriceCandlesView(clock, candles_max)
        self.quarters = [Relay(clock, candles_max) for _ in range(SERIES)]

    def list_contract(self, contract: ContractView, time_ms: int) -> None:
        self.contracts.append(contract)
        self.arrange(time_ms)

    def arrange(self, time_ms: int) -> None:
        """A contract was listed or has ended: hand over the series that another one carries now."""
        live = [each for each in self.contracts if not each.instrument.is_perpetual and not each.has_ended]
        live.sort(key=_delivery_ms)
        for place, relay in enumerate(self.quarters):
            contract = live[place] if place < len(live) else None
            if contract is not relay.contract:
                relay.hand_over(contract, time_ms)

    def perpetual(self, contract_type: str) -> ContractView | None:
        """The perpetual of a type: the one that is traded, else the last that was."""
        found = None
        for contract in self.contracts:
            if contract.instrument.contract_type == contract_type and (found is None or found.has_ended):
                found = contract
        return found

    def fold(self, event: MarkPriceChanged) -> None:
        """Take a sample of the index price, of the contract that speaks for the pair."""
        speaker = self._speaker
        speaks = speaker is not None and speaker.instrument.symbol_id == event.symbol_id
        if not (speaks or self._speaks_now(event.symbol_id)):
            return
        running = self.index.running
        if running is None or event.time_ms // SAMPLE_MS != running.last_ms // SAMPLE_MS:
            self.index.fold(event.time_ms, event.index_e8)

    def _speaks_now(self, symbol_id: int) -> bool:
        """Whether this contract takes over: it was listed before the one that spoke, or that has ended."""
        speaker = self._speaker
        if speaker is not None and not speaker.has_ended and speaker.instrument.symbol_id < symbol_id:
            return False
        self._speaker = next(each for each in self.contracts if each.instrument.symbol_id == symbol_id)
        return True


def _delivery_ms(contract: ContractView) -> int:
    return contract.delivery_ms


def _grid(instrument: Instrument) -> tuple[int, int]:
    return instrument.tick_e8, instrument.lot_e8
