"""Seeded chance, the same on every machine.

Only the random bits of the Mersenne Twister are used, and integers after that: no float, no libm. A text seeds the
generator through SHA-512, so that neighbouring seeds and symbols have nothing in common.
"""

from random import Random
from typing import Final

# Standard deviation of `normal()`: four times a uniform number of 16 bits.
NORMAL_SCALE: Final = 37_837


class Chance:
    """A stream of random numbers."""

    def __init__(self, seed: str) -> None:
        self._bits = Random(seed).getrandbits

    def below(self, limit: int) -> int:
        """Uniform, 0 ≤ n < limit ≤ 2^31."""
        return self._bits(32) * limit >> 32

    def once_in(self, times: int) -> bool:
        """True about once in so many calls."""
        return self._bits(32) * times >> 32 == 0

    def sign(self) -> int:
        """1 or -1."""
        return 1 if self._bits(1) else -1

    def doublings(self, limit: int) -> int:
        """How often a coin shows heads in a row, at most `limit`: as an exponent it gives a heavy tail."""
        count = 0
        while count < limit and self._bits(1):
            count += 1
        return count

    def normal(self) -> int:
        """About normally distributed around 0, with a standard deviation of NORMAL_SCALE."""
        bits = self._bits(64)
        return (bits & 65535) + (bits >> 16 & 65535) + (bits >> 32 & 65535) + (bits >> 48) - 131_070
