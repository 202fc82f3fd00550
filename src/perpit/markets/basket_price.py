"""The fair price of a contract that follows a basket, in a synthetic market: what the basket's parts are worth.

Assets whose contracts have a market here are worth these contracts' fair prices. Others walk unseen, each with the
chance that its market would have, a step every 100 ms of venue time: so the whole basket moves whatever a venue lists.
"""

from collections.abc import Callable
from typing import Final

from perpit.catalogue.baskets import DOLLAR, assets_of, part_prices_e8
from perpit.domain.basket import BasketPart, basket_index_e8
from perpit.domain.numbers import UNIT
from perpit.markets.fair_price import CALM, FairPrice

STEP_MS: Final = 100
# What slept for longer does not make up for it.
STEPS_MAX: Final = 100


class UntradedPrice:
    """The price of a contract that has no market here: it walks up to the time at which it is asked for."""

    def __init__(self, fair: FairPrice, time_ms: int) -> None:
        self._fair = fair
        self._time_ms = time_ms

    def at(self, time_ms: int) -> int:
        """The price in 1e-8 at a time; at one that it is past already, the price now."""
        steps = max(0, (time_ms - self._time_ms) // STEP_MS)
        self._time_ms += steps * STEP_MS
        for _ in range(min(steps, STEPS_MAX)):
            self._fair.step()
        return self._fair.price_e8


class BasketPrice:
    """`price_e8` is what the basket is worth, `part_prices_e8` what its parts cost; `heat` is calm, as its parts move.

    `price_of` gives the price of an asset in dollars at a time.
    """

    def __init__(self, parts: list[BasketPart], price_of: Callable[[str, int], int], time_ms: int) -> None:
        self.heat = CALM
        self._parts = parts
        self._price_of = price_of
        self.part_prices_e8: list[int] = []
        self.price_e8 = 0
        self.follow(time_ms)

    def follow(self, time_ms: int) -> None:
        """Take over what the parts cost at a time."""
        assets_e8 = {asset: self._price_of(asset, time_ms) for asset in assets_of(self._parts)}
        self.part_prices_e8 = part_prices_e8(self._parts, {DOLLAR: UNIT, **assets_e8})
        self.price_e8 = basket_index_e8(self._parts, self.part_prices_e8)
