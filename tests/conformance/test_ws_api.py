"""Every method of both WebSocket APIs through the official SDK: answered in full, with nothing that nobody published.

In `union`, and under the newest dated profile. The rows stand in `rows/*.wsapi.json`, what the exchange publishes in
`perpit/binance/facts`, what may differ in `allowed.py`.
"""

import logging
from itertools import groupby
from typing import Any

import pytest

from tests.conformance.allowed import TRAILING
from tests.conformance.callers import Answer
from tests.conformance.callers_ws import ask, session
from tests.conformance.judge import ws_expected, ws_verdict
from tests.conformance.shapes import differences, is_empty
from tests.conformance.table import Row, rows
from tests.conformance.world import MARKETS, World

# the official SDKs still give aiohttp a timeout in its older form
pytestmark = pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float' is deprecated")

METHODS = [
    pytest.param(name, call, list(found), id=f"{name} {call}")
    for name in MARKETS
    for call, found in groupby(rows(f"{name}.wsapi"), key=lambda row: row.call)
    if not call.startswith("session.")
]
LIMIT = {
    **dict.fromkeys(("rateLimitType", "interval"), "string"),
    **dict.fromkeys(("intervalNum", "limit", "count"), "integer"),
}


def results(answers: list[Answer]) -> list[Answer]:
    """What stands inside the envelopes, which must be whole."""
    for answer in answers:
        envelope: dict[str, Any] = {name: answer.raw[name] for name in answer.raw if name != "result"}
        fields = {"id": "string", "status": "integer", "rateLimits": [LIMIT]}
        assert list(differences(fields, envelope)) == []
        assert (envelope["status"], bool(envelope["rateLimits"])) == (200, True)
    return [Answer(answer.raw["result"], result_of(answer.model)) for answer in answers]


def result_of(model: Any) -> Any:
    """The SDK's model of a result."""
    return getattr(getattr(model, "actual_instance", None) or model, "result", None)


@pytest.mark.parametrize(("market", "call", "ways"), METHODS)
async def test_a_method_is_answered_as_published(
    each_world: World, market: str, call: str, ways: list[Row], caplog: pytest.LogCaptureFixture
) -> None:
    answers = results([await ask(each_world, MARKETS[market], row) for row in ways])
    wrong = ws_verdict(market, call, answers)
    if not each_world.takes_stops and set(wrong.get("missing", ())) <= TRAILING:
        wrong.pop("missing", None)
    assert wrong == {}
    logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert logged == [], "the SDK could not read an answer"
    if ws_expected(market, call)[1]:
        assert not any(is_empty(answer.raw) for answer in answers)


@pytest.mark.parametrize("market", MARKETS)
async def test_a_session_is_logged_on_asked_for_and_ended(each_world: World, market: str) -> None:
    answers = await session(each_world, MARKETS[market])
    for call, raw in answers.items():
        assert ws_verdict(market, call, results([Answer(raw, None)])) == {}, call
