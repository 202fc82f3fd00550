"""`perpit grids` on a served venue, and what a grid is after a restart."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perpit.cli import main
from perpit.testing import ServedVenue
from tests.clients.signing import SignedRest
from tests.clients.venue import Operator

SERVED = ("--market", "none", "--clock", "manual:1700000000000", "--symbols", "BTCUSDT")
GRID = ("BTCUSDT", "59000", "61000", "--grids", "4", "--quantity", "0.01")
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A verb on the venue of `tmp_path`: its JSON, its text, or its complaint."""

    def call(*arguments: str, as_json: bool = True) -> Any:
        code = main([*arguments, "--data", str(tmp_path), *(["--json"] if as_json else [])])
        printed = capsys.readouterr()
        if code:
            return printed.err
        return json.loads(printed.out) if as_json else printed.out

    return call


def trades(operator: Operator, side: str, price: str) -> None:
    """The demo account fills what rests at a price."""
    demo = SignedRest(operator.rest, operator.demo.api_key, operator.demo.api_secret)
    terms = {"symbol": "BTCUSDT", "side": side, "type": "LIMIT", "timeInForce": "IOC"}
    assert demo.post("/fapi/v1/order", **terms, quantity="0.01", price=price)["orderId"]
    demo.close()


def test_a_grid_is_started_listed_and_stopped_and_survives_a_restart(tmp_path: Path, run: Run) -> None:
    with ServedVenue("--data", str(tmp_path), *SERVED) as venue, Operator(venue.ready) as operator:
        run("accounts", "create", "alice")
        run("deposit", "alice", "1000")
        operator.pin("BTCUSDT", "50000")
        assert "the present price must lie between lower and upper" in run("grids", "start", "alice", *GRID)
        operator.pin("BTCUSDT", "60000")
        begun = run("grids", "start", "alice", *GRID)
        assert (begun["id"], begun["status"]) == (1, "working")
        trades(operator, "SELL", "59500")
        told = run("grids", "list", "alice")
        assert told["grids"][0]["unmatched_quantity"] == "0.01"
        state = operator.call("GET", "/state")
    with ServedVenue("--data", str(tmp_path), *SERVED) as venue, Operator(venue.ready) as operator:
        assert operator.call("GET", "/state")["state_hash"] == state["state_hash"]
        assert run("grids", "list", "alice") == told
        trades(operator, "BUY", "60000")
        grid = run("grids", "list", "alice")["grids"][0]
        assert (grid["matched_pnl"], grid["unmatched_quantity"]) == ("4.761", "0")
        assert run("grids", "stop", "alice", "1")["status"] == "cancelled"
        assert "has already ended" in run("grids", "stop", "alice", "1")
        assert operator.invariants() == "ok"
    assert run("verify")["invariants"] == "ok"


def test_people_can_read_it(tmp_path: Path, run: Run) -> None:
    with ServedVenue("--data", str(tmp_path), *SERVED) as venue, Operator(venue.ready) as operator:
        operator.pin("BTCUSDT", "60000")
        begun = run("grids", "start", "demo", *GRID, "--direction", "SHORT", as_json=False)
        assert begun == "Grid 1 works. To end it: perpit grids stop demo 1\n"
        lines = run("grids", "list", "demo", as_json=False).splitlines()
        assert lines[0].split() == [
            "ID",
            "SYMBOL",
            "STATUS",
            "BOUNDS",
            "GRIDS",
            "QUANTITY",
            "REALIZED",
            "OPEN",
        ]
        assert lines[1].split() == [
            "1",
            "BTCUSDT",
            "working",
            "59000",
            "to",
            "61000",
            "4",
            "0.01",
            "0",
            "nothing",
        ]
        ended = run("grids", "stop", "demo", "1", as_json=False)
        assert ended == "Grid 1 has ended. It realized 0, open is nothing\n"
        assert "perpit: demo has no grid '7'" in run("grids", "stop", "demo", "7")
        assert "lower: must be above 0 and below upper" in run(
            *("grids", "start", "demo", "BTCUSDT", "61000", "59000", "--quantity", "0.01")
        )
