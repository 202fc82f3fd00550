"""The way of a call: token, route, body; and that a bad one changes nothing."""

from collections.abc import Callable

import msgspec
import pytest

from perpit.control.answers import ANSWERS
from perpit.control.describe import openapi
from perpit.control.routes import ROUTES
from tests.control.conftest import SmallVenue

OPEN = {"/health", "/metrics"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_call_needs_the_token_unless_it_is_open(route, venue: SmallVenue) -> None:
    for token in (None, "wrong", ""):
        answer = await venue.raw(route.method, route.path, b"", token)
        assert answer.status == (200 if route.path in OPEN else 401), token
    if route.path not in OPEN:
        assert b"www-authenticate: Bearer\r\n" in answer.head


async def test_without_a_token_nobody_learns_what_paths_there_are(venue: SmallVenue) -> None:
    assert (await venue.raw("GET", "/venue/v1/nowhere", token=None)).status == 401
    assert (await venue.raw("GET", "/venue/v1/nowhere")).status == 404


async def test_a_wrong_method_is_told_which_are_right(venue: SmallVenue) -> None:
    answer = await venue.raw("DELETE", "/venue/v1/accounts")
    assert answer.status == 405
    assert b"allow: GET, POST\r\n" in answer.head
    assert msgspec.json.decode(answer.body) == {"error": "DELETE is not possible here; GET and POST are"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "missing required field `name`"),
        (b"{", "the body is not JSON"),
        (b"\xff", "the body is not JSON"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"name": 7}', "Expected `str`, got `int` - at `$.name`"),
        (b'{"name": ""}', "at `$.name`"),
        (b'{"name": "a/b"}', "at `$.name`"),
        (b'{"name": "alice", "age": 4}', "unknown field `age`"),
    ],
)
async def test_a_bad_body_is_told_what_is_wrong_and_changes_nothing(
    body: bytes, says: str, venue: SmallVenue, unchanged: Callable[[], bool]
) -> None:
    answer = await venue.raw("POST", "/venue/v1/accounts", body)
    assert answer.status == 400
    assert says in msgspec.json.decode(answer.body)["error"]
    assert unchanged()


async def test_a_body_beyond_the_limit_is_refused(venue: SmallVenue, unchanged: Callable[[], bool]) -> None:
    answer = await venue.raw("POST", "/venue/v1/accounts", b'{"name": "' + b"a" * 70_000 + b'"}')
    assert answer.status == 413
    assert unchanged()


async def test_every_answer_is_json(venue: SmallVenue) -> None:
    for method, path in (("GET", "/venue/v1/status"), ("GET", "/venue/v1/nowhere"), ("GET", "/health")):
        answer = await venue.raw(method, path)
        assert b"content-type: application/json\r\n" in answer.head
        assert isinstance(msgspec.json.decode(answer.body), dict)


async def test_a_bug_is_answered_and_logged(
    venue: SmallVenue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(venue.world, "catalog", None)
    status, answer = await venue.call("GET", "/status")
    assert (status, answer["error"]) == (500, "internal error; the venue's log says more")
    assert "GET /venue/v1/status" in caplog.text


async def test_the_status_says_what_runs(venue: SmallVenue) -> None:
    status, answer = await venue.call("GET", "/status")
    assert status == 200
    assert answer == {
        "version": "1",
        "profile": "union",
        "sequence": 2,
        "time_ms": 1_700_000_000_000,
        "clock": {"mode": "manual", "speed": 1.0},
        "symbols": ["BTCUSDT"],
        "uptime_ms": 1500,
    }


async def test_the_state_is_that_of_the_engine(venue: SmallVenue) -> None:
    _, answer = await venue.call("GET", "/state")
    assert answer == {"sequence": 2, "state_hash": venue.engine.state_hash(), "invariants": "ok"}


async def test_metrics_can_be_scraped_without_a_token(venue: SmallVenue) -> None:
    await venue.call("GET", "/nowhere")
    answer = await venue.raw("GET", "/metrics", token=None)
    lines = answer.body.decode().splitlines()
    assert answer.status == 200
    assert "perpit_commands_total 2.0" in lines
    assert "perpit_connections 3.0" in lines
    assert 'perpit_control_requests_total{method="GET",status="404"} 1.0' in lines


def test_every_call_is_described() -> None:
    paths, schemas = openapi()
    for route in ROUTES:
        operation = paths[route.path][route.method.lower()]
        assert operation["summary"].endswith(".")
        assert str(route.status) in operation["responses"]
        assert route.handler in ANSWERS, "what it answers belongs into control/answers.py"
        if route.body is not None:
            assert route.body.__name__ in schemas


def test_what_needs_no_token_is_described_as_such() -> None:
    paths, _ = openapi()
    described = {path for path, methods in paths.items() if methods.get("get", {}).get("security") == []}
    assert described == OPEN
    assert list(paths["/metrics"]["get"]["responses"]["200"]["content"]) == ["text/plain"]
