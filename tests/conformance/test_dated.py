"""What only a dated profile tells, each on a served venue of that profile."""

import json
from typing import Any

from websockets.sync.client import ClientConnection

from tests.conformance.callers import Answer
from tests.conformance.judge import event_facts, judged
from tests.conformance.world import COIN_M, USDS_M, founded


def heard(socket: ClientConnection, event: str) -> Any:
    """The next message of an event."""
    while True:
        message = json.loads(socket.recv(10))
        if message["e"] == event:
            return message


def test_a_stop_that_could_not_be_placed_was_told_by_an_event_of_its_own() -> None:
    event = "CONDITIONAL_ORDER_TRIGGER_REJECT"
    with founded("--profile", "2025-11") as world:
        poor = world.account({"usds_m": {"USDT": "12"}})
        symbol = USDS_M.liquidated
        order = {"symbol": symbol, "side": "BUY", "type": "STOP_MARKET", "quantity": "1"}
        poor.post("/fapi/v1/order", **order, stopPrice="152", workingType="MARK_PRICE")
        body = {"asset": "USDT", "amount": "11"}
        world.operator.call("POST", f"/accounts/{poor.account.name}/withdrawals", body)
        with world.listen(USDS_M, poor, "/ws") as socket:
            world.mark(symbol, "153")
            told = heard(socket, event)
    fact = event_facts("usds_m")[event]
    assert judged(("usds_m", event), fact.shape, fact.fields, [Answer(told, None)]) == {}


def test_since_the_integration_coin_m_tells_fills_alone() -> None:
    with founded("--profile", "2026-06-30") as world, world.listen(COIN_M, world.trader) as socket:
        world.trader.order(COIN_M, COIN_M.main, "BUY", COIN_M.qty)
        told = heard(socket, "TRADE_LITE")
    fact = event_facts("usds_m")["TRADE_LITE"]
    assert judged(("coin_m", "TRADE_LITE"), fact.shape, fact.fields, [Answer(told, None)]) == {}
