"""The section of floors follows from the measured tables."""

from bench import floors
from bench.__main__ import RESULTS

PAGE = """# Results

## engine

| what | value |
|---|---|
| compiled commands/s | {} |
| compiled ÷ interpreted | 3.00 |
"""


def test_a_floor_holds_at_its_bound_and_a_miss_says_by_how_much() -> None:
    assert "| ≥ 1,000,000 | 1,000,000 | holds |" in floors.table(PAGE.format("1,000,000"))
    missed = floors.table(PAGE.format("800,000"))
    assert "| ≥ 1,000,000 | 800,000 | missed, by a factor of 1.25 |" in missed
    assert "| ≥ 0.45 | not measured |" in missed


def test_the_committed_section_is_that_of_the_committed_tables() -> None:
    text = RESULTS.read_text()
    assert floors.put(text) == text


def test_every_floor_is_measured() -> None:
    assert "not measured" not in floors.table(RESULTS.read_text())
