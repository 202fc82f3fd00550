"""The fair price of a synthetic market: a random walk whose volatility comes in clusters, with rare jumps.

Theory: `heat` is the volatility in thousandths of the calm one. It flares up now and then and dies down over half a
minute. Jumps move the price at once and heat it. A weak pull toward the price at which the market began keeps weeks
of walking within some ten percent. All of it is integer arithmetic; the price carries 16 more bits than 1e-8, so that
rounding does not drift.
"""

from typing import Final

from perpit.domain.numbers import div_trunc
from perpit.markets.chance import NORMAL_SCALE, Chance

CALM: Final = 1_000
HOTTEST: Final = 8_000
# Standard deviation of a calm step (100 ms) in 1e-9 of the price: about 2 % in a day.
CALM_VOLATILITY_PPB: Final = 12_000
FLARE_ONCE_IN: Final = 600
JUMP_ONCE_IN: Final = 3_000
PULL_BITS: Final = 21
_FINE_BITS: Final = 16


class FairPrice:
    """`price_e8` is the price now, `heat` how wild the market is."""

    def __init__(self, chance: Chance, price_e8: int) -> None:
        self.price_e8 = price_e8
        self.heat = CALM
        self._chance = chance
        self._anchor = price_e8 << _FINE_BITS
        self._fine = self._anchor

    def step(self) -> None:
        """One step of about 100 ms."""
        chance = self._chance
        self.heat -= (self.heat - CALM) // 256 + 1 if self.heat > CALM else 0
        if chance.once_in(FLARE_ONCE_IN):
            self.heat += chance.below(3_000)
        fine = self._fine
        fine += div_trunc(
            fine * CALM_VOLATILITY_PPB * self.heat * chance.normal(), CALM * NORMAL_SCALE * 10**9
        )
        if chance.once_in(JUMP_ONCE_IN):
            fine += chance.sign() * fine * (300 + chance.below(1_500)) // 10**6
            self.heat += 3_000
        fine += div_trunc(self._anchor - fine, 1 << PULL_BITS)
        self.heat = min(self.heat, HOTTEST)
        self._fine = min(max(fine, self._anchor // 4), self._anchor * 4)
        self.price_e8 = self._fine >> _FINE_BITS
