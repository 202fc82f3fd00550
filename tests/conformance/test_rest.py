"""Every REST call of both markets through the official SDK: answered in full, with nothing that nobody published.

The rows stand in `rows/*.rest.json`, what the exchange publishes in `perpit/binance/facts`, what may differ in
`allowed.py`.
"""

import logging
from itertools import groupby

import pytest

from perpit.binance.routes import ROUTES
from tests.conformance.callers import ask
from tests.conformance.judge import expected, verdict
from tests.conformance.shapes import is_empty
from tests.conformance.table import Row, rows
from tests.conformance.world import MARKETS, World

SERVED = {f"{route.method} {route.path}" for route in ROUTES}
CALLS = [
    pytest.param(name, call, list(found), id=f"{name} {call}")
    for name in MARKETS
    for call, found in groupby(rows(f"{name}.rest"), key=lambda row: row.call)
    if call in SERVED
]


@pytest.mark.parametrize(("market", "call", "ways"), CALLS)
def test_a_call_is_answered_as_published(
    world: World, market: str, call: str, ways: list[Row], caplog: pytest.LogCaptureFixture
) -> None:
    answers = [ask(world, MARKETS[market], row) for row in ways]
    assert verdict(market, call, answers) == {}
    logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert logged == [], "the SDK could not read an answer"
    if expected(market, call)[1]:
        for row, answer in zip(ways, answers, strict=True):
            assert is_empty(answer.raw) == bool(row.empty), f"{row}: {row.empty or answer.raw}"
