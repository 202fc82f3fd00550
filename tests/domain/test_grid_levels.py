"""The prices of grids."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from perpit.domain.grid_levels import GRIDS_MAX, are_distinct, grid_levels, root_floor
from perpit.domain.words import ARITHMETIC, GEOMETRIC


def test_arithmetic_levels_differ_by_the_same_amount_and_are_cut_to_ticks() -> None:
    assert grid_levels(590_000, 610_000, 4, ARITHMETIC) == [590_000, 595_000, 600_000, 605_000, 610_000]
    assert grid_levels(10, 20, 3, ARITHMETIC) == [10, 13, 16, 20]


def test_geometric_levels_differ_by_the_same_factor_and_are_cut_to_ticks() -> None:
    assert grid_levels(100, 1_600, 4, GEOMETRIC) == [100, 200, 400, 800, 1_600]
    assert grid_levels(10, 20, 2, GEOMETRIC) == [10, 14, 20]


@given(st.integers(1, 10**8), st.integers(1, 10**8), st.integers(2, GRIDS_MAX))
def test_each_geometric_level_is_the_largest_tick_that_is_not_above_it(
    lower: int, span: int, grids: int
) -> None:
    levels = grid_levels(lower, lower + span, grids, GEOMETRIC)
    assert (levels[0], levels[-1]) == (lower, lower + span)
    ratio = Fraction(lower + span, lower)
    for step in (1, grids // 2, grids - 1):
        exact = lower**grids * ratio**step
        assert levels[step] ** grids <= exact < (levels[step] + 1) ** grids


@given(st.integers(0, 10**30), st.integers(1, 12))
def test_a_root_is_cut_down(power: int, degree: int) -> None:
    root = root_floor(power, degree, power)
    assert root**degree <= power < (root + 1) ** degree


def test_levels_on_the_same_tick_are_found() -> None:
    assert are_distinct(grid_levels(100, 102, 2, ARITHMETIC))
    assert not are_distinct(grid_levels(100, 102, 3, ARITHMETIC))
