"""The engine against the naive reference: every event of every command, and the state hash at checkpoints.

PERPIT_LONG=1 runs 760,000 commands; its neighbours (`test_*_agree.py`) add 256,000 with conditional orders, deliveries
and pooled assets. A failure prints the seed, the index of the first command on which the two differ, and the first
differing rows.
"""

import os
from itertools import islice, zip_longest

import pytest

from perpit.domain.commands import Command, ListInstrument
from perpit.engine.engine import Engine
from tests.flows import Flow
from tests.reference import Reference
from tests.reference_events import Row, as_rows, named

LONG = os.environ.get("PERPIT_LONG", "") not in ("", "0")
SEEDS = range(760) if LONG else range(10)
COMMANDS = 1000 if LONG else 600
CHECKPOINT = 50


def told(command: Command) -> str:
    fields = {name: getattr(command, name) for name in type(command).FIELDS}
    return f"{type(command).__name__} {fields} at {command.time_ms}"


def first_difference(got: list[Row], expected: list[Row]) -> str:
    for row, other in zip_longest(got, expected):
        if row != other:
            return f"engine    {row and named(row)}\nreference {other and named(other)}"
    return "no row differs"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_tells_what_the_reference_tells_and_ends_in_the_same_state(seed: int) -> None:
    engine, reference = Engine(), Reference()
    for index, command in enumerate(islice(Flow(seed), COMMANDS)):
        where = f"seed {seed}, command {index}: {told(command)}"
        got, expected = as_rows(engine.apply(command)), reference.apply(command)
        assert got == expected, f"{where}\n{first_difference(got, expected)}"
        if index % CHECKPOINT == 0 or index == COMMANDS - 1:
            assert engine.check_invariants() == [], where
            assert reference.unbalanced() == {}, where
            assert engine.state() == reference.state(), where
            assert engine.state_hash() == reference.state_hash(), where


def test_a_flow_is_a_function_of_its_seed() -> None:
    def drawn(seed: int) -> list[str]:
        return [
            told(command) for command in islice(Flow(seed), 300) if not isinstance(command, ListInstrument)
        ]

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
