"""The prices of a grid: equal steps, or equal ratios, between its bounds. Integers only, the same on every machine."""

from typing import Final

from mypy_extensions import i64

from perpit.domain.words import ARITHMETIC

# The most and the fewest pairs of neighbouring levels.
GRIDS_MIN: Final = 2
GRIDS_MAX: Final = 169


def grid_levels(lower_ticks: int, upper_ticks: int, grids: int, spacing: i64) -> list[int]:
    """`grids` + 1 prices in ticks, ascending, both bounds included; what lies between two ticks is cut down.

    Arithmetic levels differ by the same amount, geometric ones by the same factor. 0 < lower < upper, `grids` > 0.
    """
    if spacing == ARITHMETIC:
        span = upper_ticks - lower_ticks
        return [lower_ticks + span * step // grids for step in range(grids + 1)]
    levels = [lower_ticks]
    power = lower_ticks**grids
    for step in range(1, grids):
        power = power // lower_ticks * upper_ticks  # a product of both bounds, so it divides
        if step == 1:
            guess = root_floor(power, grids, upper_ticks)
        else:
            guess = levels[step - 1] * levels[step - 1] // levels[step - 2]
        levels.append(nearest_root(power, grids, guess))
    levels.append(upper_ticks)
    return levels


def root_floor(power: int, degree: int, at_most: int) -> int:
    """The largest whole number, not above `at_most`, whose power of this degree is not above `power` ≥ 0."""
    low, high = 0, at_most
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= power:
            low = middle
        else:
            high = middle - 1
    return low


def nearest_root(power: int, degree: int, guess: int) -> int:
    """The same without a bound, sought step by step from a guess that is hardly off."""
    root = guess
    while root**degree > power:
        root -= 1
    while (root + 1) ** degree <= power:
        root += 1
    return root


def are_distinct(levels: list[int]) -> bool:
    """Whether every level is above the one before it."""
    return all(levels[step] < levels[step + 1] for step in range(len(levels) - 1))
