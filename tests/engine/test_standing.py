"""What an account may do, on flows: the engine against the naive reference."""

from collections import Counter
from itertools import islice

import pytest

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.events import Refused, StandingChanged
from perpit.engine.engine import Engine
from tests.flows_triggers import TriggerFlow
from tests.reference import Reference
from tests.reference_events import as_rows

STANDINGS = (w.GOOD_STANDING, w.ONLY_REDUCES, w.MAY_NOT_ORDER, w.KEYS_LOCKED, w.INACTIVE)


class StandingFlow(TriggerFlow):
    """`TriggerFlow` in which accounts are restricted now and then, and mostly let go again."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.weights.append((12, self.standing))

    def standing(self) -> c.Command:
        who = self.random.choice([*[self.account()] * 9, 0, 99])
        return c.SetStanding(who, self.random.choice([*STANDINGS, w.GOOD_STANDING, w.GOOD_STANDING, 5, -1]))


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_tells_what_the_reference_tells_of_restricted_accounts(seed: int) -> None:
    engine, reference = Engine(), Reference()
    seen: Counter[str] = Counter()
    for command in islice(StandingFlow(seed), 400):
        events = engine.apply(command)
        assert as_rows(events) == reference.apply(command), f"seed {seed}, {type(command).__name__}"
        for event in events:
            if isinstance(event, Refused):
                seen[f"refused {event.refusal}"] += 1
            elif isinstance(event, StandingChanged):
                seen["freed by money" if isinstance(command, c.Transfer) else "changed"] += 1
    assert engine.state() == reference.state()
    for name in (f"refused {no.ACCOUNT_ONLY_REDUCES}", f"refused {no.ACCOUNT_MAY_NOT_ORDER}", "changed"):
        assert seen[name], (name, seen)


def test_a_standing_is_part_of_the_state_and_is_taken_back_without_a_trace() -> None:
    engine = Engine()

    def do(command: c.Command) -> None:
        command.seq = engine.seq + 1
        engine.apply(command)

    do(c.CreateAccount("alice"))
    before = engine.state_hash()
    do(c.SetStanding(1, w.ONLY_REDUCES))
    assert engine.state_hash() != before
    do(c.SetStanding(1, w.GOOD_STANDING))
    assert engine.state_hash() == before
