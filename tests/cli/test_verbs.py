"""The verbs, each against a venue that is served in its own process."""

import json
import os
import signal
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from perpit.cli import main
from perpit.testing import ServedVenue, VenueDied

QUIET = ("--market", "none", "--clock", "manual")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verbs") / "data"


@pytest.fixture(scope="module")
def venue(data: Path) -> Iterator[ServedVenue]:
    with ServedVenue("--data", str(data), *QUIET) as served:
        yield served


@pytest.fixture
def perpit(data: Path, venue: ServedVenue, capsys: pytest.CaptureFixture[str]):
    """Run a verb on the venue in its data directory; what it prints as JSON, or its complaint."""

    def run(*arguments: str) -> Any:
        code = main([*arguments, "--data", str(data), "--json"])
        printed = capsys.readouterr()
        return json.loads(printed.out) if code == 0 else printed.err

    return run


def test_the_ready_file_has_exactly_what_is_promised(venue: ServedVenue) -> None:
    ready = venue.ready
    assert list(ready) == ["rest", "ws", "ws_api", "admin", "admin_token", "accounts"]
    place = ready["rest"].removeprefix("http://")
    assert ready["ws"] == f"ws://{place}"
    assert ready["ws_api"] == f"ws://{place}/ws-fapi/v1"
    assert ready["admin"] == f"http://{place}/venue/v1"
    assert [list(account) for account in ready["accounts"]] == [["name", "api_key", "api_secret"]]
    assert httpx.get(ready["rest"] + "/fapi/v1/ping").json() == {}


def test_the_demo_account_has_funds_and_a_key_that_trades(perpit: Any, venue: ServedVenue) -> None:
    demo = next(one for one in perpit("accounts", "list")["accounts"] if one["name"] == "demo")
    assert demo["wallets"] == [
        {"market": "usds_m", "asset": "USDT", "balance": "100000"},
        {"market": "coin_m", "asset": "BTC", "balance": "1.6"},
    ]
    key = perpit("keys", "list", "demo")["keys"][0]
    assert key["api_key"] == venue.ready["accounts"][0]["api_key"]
    assert key["futures"] is True


def test_an_account_is_opened_funded_and_given_a_key(perpit: Any) -> None:
    assert perpit("accounts", "create", "alice")["name"] == "alice"
    assert "already an account 'alice'" in perpit("accounts", "create", "alice")
    assert perpit("deposit", "alice", "12.5")["wallets"][0]["balance"] == "12.5"
    assert perpit("deposit", "alice", "0.25", "bnb")["wallets"][1]["asset"] == "BNB"
    assert "no contract listed in usds_m uses XRP" in perpit("deposit", "alice", "0.25", "xrp")
    assert perpit("withdraw", "alice", "2.5")["wallets"][0]["balance"] == "10"
    assert perpit("accounts", "fee-tier", "alice", "9", "--market", "coin_m")["fee_tiers"]["coin_m"] == 9
    assert perpit("accounts", "standing", "alice", "only-reduces")["standing"] == "only reduces"
    assert perpit("accounts", "standing", "alice", "good")["standing"] == "good"
    assert "'bad' is no standing; it is one of good, only-reduces, " in perpit(
        "accounts", "standing", "alice", "bad"
    )
    assert "Expected a decimal number like 1250.50 - at `$.amount`" in perpit("deposit", "alice", "lots")
    key = perpit("keys", "create", "alice", "--futures", "--label", "bot", "--ip", "127.0.0.1")
    assert (key["futures"], key["label"], key["ips"]) == (True, "bot", ["127.0.0.1"])
    edited = perpit("keys", "edit", "alice", key["api_key"], "--no-futures", "--anywhere")
    assert (edited["futures"], edited["label"], edited["ips"]) == (False, "bot", [])
    edited = perpit("keys", "edit", "alice", key["api_key"], "--futures", "--label", "", "--ip", "10.0.0.7")
    assert (edited["futures"], edited["label"], edited["ips"]) == (True, "", ["10.0.0.7"])
    assert "nothing is to be changed" in perpit("keys", "edit", "alice", key["api_key"])
    assert "exclude each other" in perpit(
        "keys", "edit", "alice", key["api_key"], "--anywhere", "--ip", "::1"
    )
    assert perpit("keys", "revoke", "alice", key["api_key"]) == {"revoked": key["api_key"]}
    assert perpit("keys", "list", "alice") == {"keys": []}


def test_the_clock_is_shown_and_moved(perpit: Any) -> None:
    before = perpit("clock", "show")
    assert before["mode"] == "manual"
    assert perpit("clock", "advance", "90s")["time_ms"] == before["time_ms"] + 90_000
    assert perpit("clock", "set", "scaled:100")["speed"] == 100
    assert "the clock is scaled" in perpit("clock", "advance", "1s")
    assert perpit("clock", "set", "manual")["mode"] == "manual"


def test_without_json_people_can_read_it(
    venue: ServedVenue, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["accounts", "list", "--data", str(data)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ACCOUNT", "BALANCES"]
    assert "demo     100000 USDT (usds_m), 1.6 BTC (coin_m)" in lines
    assert main(["clock", "show", "--data", str(data)]) == 0
    assert "manual clock" in capsys.readouterr().out


@pytest.mark.parametrize(
    "verb",
    [
        "serve",
        "accounts list",
        "keys create",
        "deposit",
        "grids start",
        "grids stop",
        "clock advance",
        "verify",
    ],
)
def test_help_teaches_with_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*verb.split(), "--help"]) == 0
    help_text = capsys.readouterr().out
    assert "Example" in help_text
    assert f"perpit {verb}" in help_text


def test_help_shows_the_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--help"]) == 0
    help_text = capsys.readouterr().out
    for name, default in (("--market", "synthetic"), ("--clock", "wall"), ("--durability", "fsync")):
        assert f"[{default}]" in help_text, name


def test_a_wrong_token_is_told_as_such(venue: ServedVenue, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "list", "--url", venue.ready["rest"], "--token", "x"]) == 1
    assert "has another admin token" in capsys.readouterr().err


def test_the_token_is_the_owners_only(venue: ServedVenue, data: Path) -> None:
    for name in ("admin_token", "venue.json"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600
    assert (data / "admin_token").read_text().strip() == venue.ready["admin_token"]


def test_a_restart_keeps_accounts_keys_and_token_and_adds_symbols(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    with ServedVenue(*data, *QUIET, "--symbols", "BTCUSDT", "--demo-balance", "500") as venue:
        first = venue.ready
    with ServedVenue(*data, *QUIET, "--symbols", "SOLUSDT") as venue:
        second = venue.ready
        headers = {"Authorization": f"Bearer {second['admin_token']}"}
        status = httpx.get(second["admin"] + "/status", headers=headers).json()
        accounts = httpx.get(second["admin"] + "/accounts", headers=headers).json()["accounts"]
    assert second["accounts"] == first["accounts"]
    assert second["admin_token"] == first["admin_token"]
    assert status["symbols"] == ["BTCUSDT", "SOLUSDT"]
    assert [one["wallets"][0]["balance"] for one in accounts] == ["500"]


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(stop_signal: signal.Signals, tmp_path: Path) -> None:
    with ServedVenue("--data", str(tmp_path)) as venue:
        assert venue.process is not None
        venue.process.send_signal(stop_signal)
        assert venue.process.wait(20) == 0
        assert "Traceback" not in venue.output
        assert not (tmp_path / "venue.json").exists()
    assert main(["verify", "--data", str(tmp_path), "--json"]) == 0


def test_verify_finds_the_state_that_the_venue_had(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ServedVenue("--data", str(tmp_path), "--clock", "manual") as venue:
        headers = {"Authorization": f"Bearer {venue.ready['admin_token']}"}
        httpx.post(venue.ready["admin"] + "/clock/advance", headers=headers, json={"ms": 5000})
        state = httpx.get(venue.ready["admin"] + "/state", headers=headers).json()
    assert main(["verify", "--data", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert state["sequence"] > 100
    assert {name: found[name] for name in state} == state


def test_the_same_seed_and_the_same_steps_make_the_same_market() -> None:
    hashes = []
    for _ in range(2):
        with ServedVenue("--clock", "manual:1700000000000", "--seed", "7") as venue:
            headers = {"Authorization": f"Bearer {venue.ready['admin_token']}"}
            httpx.post(venue.ready["admin"] + "/clock/advance", headers=headers, json={"ms": 3000})
            hashes.append(httpx.get(venue.ready["rest"] + "/fapi/v1/depth?symbol=BTCUSDT").json())
    assert hashes[0] == hashes[1]
    assert len(hashes[0]["bids"]) >= 50


def test_serve_can_say_it_in_json(venue: ServedVenue) -> None:
    with ServedVenue("--json", *QUIET) as other:
        assert other.stop() == 0
        said = json.loads(other.output)
    assert {name: said.get(name) for name in other.ready} == other.ready
    assert (said["market"], said["clock"], said["data"]) == ("none", "manual", None)


def test_tls_with_a_certificate_of_its_own_that_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for _ in range(2):
        with ServedVenue("--data", str(data), "--tls", "self-signed", *QUIET) as venue:
            trusted = ssl.create_default_context(cafile=str(data / "tls_cert.pem"))
            assert venue.ready["rest"].startswith("https://127.0.0.1:")
            assert venue.ready["ws"].startswith("wss://")
            assert httpx.get(venue.ready["rest"] + "/fapi/v1/ping", verify=trusted).json() == {}
            assert main(["accounts", "list", "--data", str(data)]) == 0
            first = (data / "tls_cert.pem").read_bytes()
    assert (data / "tls_cert.pem").read_bytes() == first


def test_a_venue_that_cannot_start_is_told_to_the_test() -> None:
    with pytest.raises(VenueDied, match="--port: 'x' is not a whole number"), ServedVenue("--port", "x"):
        raise AssertionError("it cannot have started")


def test_the_environment_of_the_test_does_not_leak_into_the_venue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERPIT_MARKET", "nonsense")
    with ServedVenue(*QUIET) as venue:
        assert os.environ["PERPIT_MARKET"] == "nonsense"
        assert venue.ready["rest"]
