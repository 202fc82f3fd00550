"""The funding rate of one market, from samples of its premium index (semantics 3.4).

Theory: a rate weighs the samples of one interval, later ones heavier. Two sums over the sliding window give the mean at
any time without looking at the samples again: when every weight falls by one, the weighted sum falls by the plain one.
"""

from typing import Final

from mypy_extensions import i64

from perpit.domain.instrument import Instrument
from perpit.domain.numbers import div_trunc
from perpit.domain.words import USDS_M
from perpit.engine.rules import (
    FUNDING_CALM_CYCLES,
    FUNDING_CALM_RATE_E8,
    FUNDING_DAMPING_E8,
    HOUR_MS,
    PREMIUM_INTERVAL_MS,
)

BASE_HOURS: Final = 8  # interest and rates are quoted for eight hours


class FundingRate:
    """The funding of one market. `rate_e8` is the running estimate for the next settlement (semantics 3.4.12)."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.interval_hours = instrument.funding_interval_hours  # 0: none is charged
        self.samples: list[int] = []  # premium index in 1e-8, one interval of them at most, oldest first
        self.total = 0
        self.weighted = 0  # Σ k × sample, k = 1 for the oldest
        self.repeated = 0  # how many of the newest samples are the same
        self.rate_e8 = 0
        self.calm_cycles = 0

    def next_ms(self, time_ms: i64) -> i64:
        """The next settlement strictly after a time; 0 where none is charged (semantics 3.5.1)."""
        interval: i64 = self.interval_hours * HOUR_MS
        if interval == 0:
            return 0
        return (time_ms // interval + 1) * interval

    def is_due(self, time_ms: i64) -> bool:
        """Whether a settlement falls on this time."""
        interval: i64 = self.interval_hours * HOUR_MS
        return interval != 0 and time_ms % interval == 0

    def sample(self, premium_e8: int) -> None:
        """Take one more sample of the premium index; the oldest goes when an interval is full."""
        size = self.interval_hours * HOUR_MS // PREMIUM_INTERVAL_MS
        samples = self.samples
        if len(samples) >= size:
            # every weight falls by one, and with it the oldest sample out of the sum
            self.weighted -= self.total
            self.total -= samples[0]
            del samples[0]
        self.repeated = self.repeated + 1 if samples and samples[-1] == premium_e8 else 1
        samples.append(premium_e8)
        self.total += premium_e8
        self.weighted += len(samples) * premium_e8
        self.rate_e8 = self._rate_e8()

    def sample_repeatedly(self, premium_e8: int, times: int) -> None:
        """The same sample over and over; more often than an interval has room for makes no difference."""
        size = self.interval_hours * HOUR_MS // PREMIUM_INTERVAL_MS
        if self.repeated >= size and premium_e8 == self.samples[-1]:
            return
        for _ in range(min(times, size)):
            self.sample(premium_e8)

    def mean_e8(self) -> int:
        """Mean premium: weighted by age, on an hourly interval plain (semantics 3.4.4). Cut toward zero."""
        count = len(self.samples)
        if count == 0:
            return 0
        if self.interval_hours == 1:
            return div_trunc(self.total, count)
        return div_trunc(self.weighted, count * (count + 1) // 2)

    def _rate_e8(self) -> int:
        """[P + clamp(I − P, ±0.05 %)] ÷ (8 / hours), within the contract's bounds (semantics 3.4.5, 3.4.8)."""
        premium = self.mean_e8()
        pull = self.instrument.interest_e8 - premium
        damped = premium + max(-FUNDING_DAMPING_E8, min(FUNDING_DAMPING_E8, pull))
        rate = div_trunc(damped * self.interval_hours, BASE_HOURS)
        return max(self.instrument.funding_floor_e8, min(self.instrument.funding_cap_e8, rate))

    def settled(self, rate_e8: int) -> None:
        """A settlement at a bound makes the interval hourly; calm ones bring back four hours (semantics 3.4.10)."""
        instrument = self.instrument
        if instrument.market != USDS_M:
            return
        at_bound = not instrument.funding_floor_e8 < rate_e8 < instrument.funding_cap_e8
        if at_bound and self.interval_hours != 1:
            self._set_interval(1)
        elif self.interval_hours == 1 and instrument.funding_interval_hours != 1:
            self.calm_cycles = self.calm_cycles + 1 if abs(rate_e8) <= FUNDING_CALM_RATE_E8 else 0
            if self.calm_cycles == FUNDING_CALM_CYCLES:
                self._set_interval(min(4, instrument.funding_interval_hours))

    def _set_interval(self, hours: int) -> None:
        self.interval_hours = hours
        self.calm_cycles = 0
        kept = self.samples[-(hours * HOUR_MS // PREMIUM_INTERVAL_MS) :]
        self.samples = []
        self.total = self.weighted = self.repeated = 0
        for premium_e8 in kept:
            self.sample(premium_e8)
