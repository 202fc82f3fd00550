"""Decimal text onto an instrument's grid, exactly: a price to ticks, a quantity to lots.

A recording says the same prices again and again, so answers are remembered, up to a limit.
"""

from typing import Final

from perpit.domain.numbers import format_shortest, parse_scaled

REMEMBERED_MAX: Final = 50_000


class Grid(dict[str, int]):
    """Text → whole steps. `grid[text]` raises ValueError for what is no number, too small, or between two steps."""

    def __init__(self, noun: str, step_e8: int, least: int = 0) -> None:
        super().__init__()
        self._least = least
        self._noun = noun
        self._step_e8 = step_e8

    def __missing__(self, text: str) -> int:
        try:
            steps, rest = divmod(parse_scaled(text, 8), self._step_e8)
        except ValueError as error:
            raise ValueError(f"{self._noun}: {error}") from None
        if rest != 0:
            raise ValueError(f"{self._noun} {text} is not a multiple of {format_shortest(self._step_e8, 8)}")
        if steps < self._least:
            raise ValueError(f"{self._noun} {text} is too small")
        if len(self) >= REMEMBERED_MAX:
            self.clear()
        self[text] = steps
        return steps
