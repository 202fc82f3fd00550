"""The engine against the naive reference on flows with conditional orders, dates, countdowns, price match and RPI."""

from collections import Counter
from itertools import islice

import pytest

from perpit.domain import words as w
from perpit.domain.events import AlgoOrderChanged, OrderClosed, OrderTriggered
from perpit.engine.engine import Engine
from tests.engine.test_reference_agrees import CHECKPOINT, LONG, first_difference, told
from tests.flows_triggers import TriggerFlow
from tests.reference import Reference
from tests.reference_events import as_rows

SEEDS = range(16) if LONG else range(8)
COMMANDS = 1000 if LONG else 500


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_tells_what_the_reference_tells_of_conditional_orders(seed: int) -> None:
    engine, reference = Engine(), Reference()
    for index, command in enumerate(islice(TriggerFlow(seed), COMMANDS)):
        where = f"seed {seed}, command {index}: {told(command)}"
        got, expected = as_rows(engine.apply(command)), reference.apply(command)
        assert got == expected, f"{where}\n{first_difference(got, expected)}"
        if index % CHECKPOINT == 0 or index == COMMANDS - 1:
            assert engine.check_invariants() == [], where
            assert engine.state() == reference.state(), where


def test_the_flows_reach_what_they_are_for() -> None:
    """A flow in which nothing fires would agree with everything."""
    seen: Counter[str] = Counter()
    for seed in range(6):
        engine = Engine()
        for command in islice(TriggerFlow(seed), 600):
            for event in engine.apply(command):
                if isinstance(event, AlgoOrderChanged):
                    seen[f"algo {event.status}"] += 1
                    seen["activated"] += event.is_activated
                elif isinstance(event, OrderTriggered):
                    seen["classic"] += 1
                elif isinstance(event, OrderClosed):
                    seen[f"ended {event.reason}"] += 1
    wanted = [f"algo {status}" for status in range(w.ALGO_NEW, w.ALGO_REJECTED + 1)]
    wanted += ["activated", "classic", f"ended {w.REASON_GTE_CONDITION}", f"ended {w.REASON_TRIGGERED}"]
    assert [name for name in wanted if seen[name] == 0] == [], seen
