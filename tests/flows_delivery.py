"""Flows over contracts that end: two quarters, linear and inverse, and perpetuals that are delisted.

Two quarters are delivered within the first half hour; a third is there to the end. Time leaps into the last minutes now
and then, and sometimes over them, so that positions are only closed, and settled, in all states of orders and margin.
"""

from collections.abc import Callable

from perpit.domain import commands as c
from perpit.domain.instrument import Instrument
from tests.flows import START_MS
from tests.flows_triggers import TriggerFlow

MINUTE_MS = 60_000
BASE_MS = START_MS // 1_000 * 1_000  # deliveries are at whole seconds


def quarter(instrument: Instrument, symbol_id: int, minutes: int) -> Instrument:
    """The terms of a perpetual as those of a quarter that ends so many minutes after the start."""
    terms = {name: getattr(instrument, name) for name in Instrument.FIELDS}
    terms |= {
        "symbol_id": symbol_id,
        "symbol": f"{instrument.pair}_{minutes}",
        "contract_type": "CURRENT_QUARTER",
        "delivery_ms": BASE_MS + minutes * MINUTE_MS,
        "funding_interval_hours": 0,
    }
    return Instrument(**terms)


class DeliveryFlow(TriggerFlow):
    def __init__(self, seed: int, accounts: int = 5) -> None:
        super().__init__(seed, accounts)
        linear, other, inverse = self.instruments
        first, second = self.random.choice([(3, 17), (12, 26), (20, 21)])
        self.instruments = [
            linear,
            quarter(other, 1, first),
            quarter(inverse, 2, second),
            quarter(linear, 3, 2_000),
        ]
        self.middle_ticks = [*self.middle_ticks, self.middle_ticks[0]]
        self.busy = (1, 4, 4, 1)
        self.weights += [(1, self.schedule), (2, self.draw_nearer)]

    def schedule(self) -> c.Command:
        """A delisting, soon; or taken back, or of nonsense."""
        seconds = self.random.choice([20, 120, 1_900, 2_500])
        due_ms = (self.time_ms // 1_000 + seconds) * 1_000
        due_ms = self.random.choice([due_ms, due_ms, due_ms, 0, due_ms + 1, self.time_ms - 1_000])
        return c.ScheduleDelivery(self.random.choice([0, 0, 0, 1, 9]), due_ms)

    def draw_nearer(self) -> c.Command:
        """Minutes pass; with an index that moves meanwhile when the next command sets it."""
        self.time_ms += self.random.choice([5_000, 30_000, 90_000, 240_000])
        make: Callable[[], c.Command] = self.random.choice([self.index, self.advance])
        return make()
