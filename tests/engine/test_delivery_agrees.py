"""The engine against the naive reference on flows in which contracts end; and what must hold when they have."""

from collections import Counter
from itertools import islice

import pytest

from perpit.domain import words as w
from perpit.domain.events import ContractStatusChanged, OrderCalculated, OrderClosed, Refused
from perpit.engine.engine import Engine
from tests.engine.test_reference_agrees import CHECKPOINT, LONG, first_difference, told
from tests.flows_delivery import DeliveryFlow
from tests.reference import Reference
from tests.reference_events import as_rows

SEEDS = range(16) if LONG else range(8)
COMMANDS = 900 if LONG else 500


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_tells_what_the_reference_tells_of_contracts_that_end(seed: int) -> None:
    engine, reference = Engine(), Reference()
    for index, command in enumerate(islice(DeliveryFlow(seed), COMMANDS)):
        where = f"seed {seed}, command {index}: {told(command)}"
        got, expected = as_rows(engine.apply(command)), reference.apply(command)
        assert got == expected, f"{where}\n{first_difference(got, expected)}"
        if index % CHECKPOINT == 0 or index == COMMANDS - 1:
            assert engine.check_invariants() == [], where
            assert reference.unbalanced() == {}, where
            assert engine.state() == reference.state(), where


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_delivery_nothing_is_left_of_it(seed: int) -> None:
    engine = Engine()
    for command in islice(DeliveryFlow(seed), COMMANDS):
        for event in engine.apply(command):
            if isinstance(event, ContractStatusChanged) and event.status == w.DELIVERED:
                market = engine.markets[event.symbol_id]
                exposures = market.exposures
                assert not any(exposure.has_position() or exposure.has_orders() for exposure in exposures)
                assert (market.book.bids.best, market.book.asks.best) == (None, None)
                assert engine.check_invariants() == []


def test_the_flows_reach_what_they_are_for() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS[:8]:
        engine = Engine()
        for command in islice(DeliveryFlow(seed), 500):
            for event in engine.apply(command):
                if isinstance(event, ContractStatusChanged):
                    seen[f"status {event.status} of {min(event.symbol_id, 3)}"] += 1
                elif isinstance(event, OrderCalculated) and event.kind == w.TRADE_DELIVERY:
                    seen["closed"] += 1
                    seen["closed a hedge"] += event.request.position_side != w.BOTH
                elif isinstance(event, OrderClosed) and event.reason == w.REASON_DELISTED:
                    seen["orders ended"] += 1
                elif isinstance(event, Refused):
                    seen[f"refused {event.refusal}"] += 1
    for name in ("status 2 of 1", "status 3 of 0", "status 3 of 1", "status 3 of 2"):
        assert seen[name] > 0, (name, seen)
    for name in ("closed", "closed a hedge", "orders ended", "refused 20", "refused 34"):
        assert seen[name] > 0, (name, seen)
