"""Every event of an order is a move of the table of semantics 5.1, in generated flows of all kinds of orders."""

from itertools import islice

import pytest

from perpit.domain import status
from perpit.domain import words as w
from perpit.domain.events import (
    OrderAccepted,
    OrderAmended,
    OrderCalculated,
    OrderClosed,
    OrderEvent,
    OrderTraded,
    OrderTriggered,
)
from perpit.engine.engine import Engine
from tests.flows_triggers import TriggerFlow

EXECUTION = {
    OrderAccepted: status.X_NEW,
    OrderTraded: status.X_TRADE,
    OrderAmended: status.X_AMENDMENT,
    OrderTriggered: status.X_EXPIRED,
    OrderCalculated: status.X_CALCULATED,
}


def how(event: OrderEvent) -> tuple[str, int]:
    """Execution type and reason, as the wire has them."""
    if isinstance(event, OrderClosed):
        return status.execution_of_ending(event.status, event.reason), event.reason
    return EXECUTION[type(event)], w.REASON_TRIGGERED if isinstance(event, OrderTriggered) else w.REASON_NONE


def is_move(before: int, after: int, execution: str, reason: int) -> bool:
    """Whether an order of status `before` may get `after` this way."""
    return any(
        before in froms and (to, how, why) == (after, execution, reason)
        for froms, to, how, why in status.MOVES
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.semantics("5.1 accepted", "5.1 partial fill", "5.1 last fill")
def test_every_event_is_a_move_of_the_table(seed: int) -> None:
    engine = Engine()
    known: dict[int, int] = {}
    for command in islice(TriggerFlow(seed), 800):
        for event in engine.apply(command):
            if not isinstance(event, OrderEvent):
                continue
            before = known.get(event.order_id, status.NOTHING)
            move = (before, event.status, *how(event))
            assert is_move(*move), (event.order_id, move)
            known[event.order_id] = event.status


@pytest.mark.parametrize(
    "move",
    [
        (w.FILLED, w.CANCELED, status.X_CANCELED, w.REASON_NONE),
        (w.NEW, w.EXPIRED, status.X_TRADE, w.REASON_NONE),
        (w.CANCELED, w.NEW, status.X_NEW, w.REASON_NONE),
        (w.NEW, w.CANCELED, status.X_CANCELED, w.REASON_LIQUIDATED),
    ],
)
def test_there_are_no_other_moves(move: tuple[int, int, str, int]) -> None:
    assert not is_move(*move)
