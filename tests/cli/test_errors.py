"""What a user does wrong ends in one line that says what to do, and in the right exit code."""

import signal
import socket
from pathlib import Path

import pytest

from perpit.cli import main
from perpit.domain.commands import Command
from perpit.domain.events import Event
from perpit.journal.log import open_log
from perpit.views.world import World


@pytest.fixture(autouse=True)
def an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("PERPIT_URL", "PERPIT_TOKEN", "PERPIT_DATA"):
        monkeypatch.delenv(name, raising=False)


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and the only line of the standard error."""
    code = main(arguments)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("perpit: ")
    assert printed.err.count("\n") == 1
    return code, printed.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serv"], "No such command 'serv'"),
        (["serve", "--prt", "1"], "No such option: --prt"),
        (["serve", "--port"], "--port"),
        (["serve", "--port", "x"], "--port: 'x' is not a whole number"),
        (["serve", "now"], "unexpected extra argument"),
        (["accounts"], "Missing command"),
        (["accounts", "list", "--url", "127.0.0.1:8000"], "write it like http://127.0.0.1:8000"),
        (["accounts", "create"], "NAME"),
        (["deposit", "alice"], "AMOUNT"),
        (["clock", "advance", "soon"], "'soon' is not a duration; write 250ms, 1s, 5m, 8h or 1d"),
        (["clock", "set", "scaled:x"], "'x' is not a speed"),
        (["keys", "create", "alice", "--public-key", "gone.pem"], "--public-key: cannot read gone.pem"),
        (["verify", "--data", "gone"], "there is no journal in gone"),
        (["serve", "--memory", "--symbols", "FOOUSDT"], "unknown symbol 'FOOUSDT'; known are BTCUSDT"),
        (
            ["serve", "--memory", "--market", "none", "--symbols", "ETHUSD_200327"],
            "ETHUSD_200327 is not traded now; the quarters that are: ETHUSD_",
        ),
        (
            ["serve", "--memory", "--symbols", "BTCUSDT_261224"],
            "not a delivery day; that quarter's is 261225",
        ),
        (["serve", "--config", "gone.toml"], "there is no file at gone.toml"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = complaint(capsys, *arguments)
    assert says.lower() in line.lower()
    assert code == 2


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, line = complaint(capsys, "serve", "--memory", "--port", port)
    assert code == 1
    assert f"port {port} on 127.0.0.1 is in use" in line
    assert "--port" in line


def test_a_journal_that_another_venue_uses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = open_log(tmp_path / "journal", "os")
    try:
        code, line = complaint(capsys, "serve", "--data", str(tmp_path), "--port", "0")
    finally:
        other.close()
    assert code == 1
    assert "is in use by another venue" in line


def test_a_journal_of_a_newer_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = open_log(tmp_path / "journal", "os")
    log.close()
    segment = next((tmp_path / "journal").glob("*.journal"))
    content = bytearray(segment.read_bytes())
    content[8:12] = (99).to_bytes(4, "little")
    segment.write_bytes(content)
    for verb in ("serve", "verify"):
        code, line = complaint(capsys, verb, "--data", str(tmp_path))
        assert code == 1
        assert "has journal format 99" in line
        assert "upgrade Perpit" in line


def test_an_unreadable_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "noise.gz").write_bytes(b"\x1f\x8b noise")
    for content in (b"\x1f\x8b noise", b"", b"hello\n"):
        (tmp_path / "noise.gz").write_bytes(content)
        code, line = complaint(capsys, "serve", "--memory", "--port", "0", "--market", "recorded:noise.gz")
        assert code == 1
        assert "noise.gz" in line
        assert "--market recorded:PATH" in line


def test_a_certificate_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "noise.pem").write_text("noise")
    files = ("--tls-cert", "noise.pem", "--tls-key", "noise.pem")
    code, line = complaint(capsys, "serve", "--memory", "--port", "0", *files)
    assert code == 1
    assert "cannot use --tls-cert with --tls-key" in line


def test_a_data_directory_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    code, line = complaint(capsys, "serve", "--data", str(tmp_path / "file" / "data"))
    assert code == 1
    assert "choose another with --data" in line


def test_a_token_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "admin_token").mkdir()
    code, line = complaint(capsys, "serve", "--data", str(tmp_path), "--port", "0")
    assert code == 1
    assert "admin_token" in line


def test_a_ready_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ready = str(tmp_path / "gone" / "ready.json")
    code, line = complaint(capsys, "serve", "--memory", "--port", "0", "--ready-file", ready)
    assert code == 1
    assert "cannot write the ready-file" in line


def test_a_venue_that_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for where, says in (
        (["--data", str(tmp_path)], "no venue runs in"),
        (["--ready-file", "gone.json"], "there is no ready-file at gone.json"),
        (["--url", "http://127.0.0.1:1", "--token", "x"], "no venue answers at http://127.0.0.1:1"),
    ):
        code, line = complaint(capsys, "accounts", "list", *where)
        assert code == 1
        assert says in line


def test_an_address_without_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERPIT_DATA", str(tmp_path))
    code, line = complaint(capsys, "accounts", "list", "--url", "http://127.0.0.1:1")
    assert code == 2
    assert "give --token, or --ready-file" in line


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_breaks_a_long_recovery_off(
    stop_signal: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object) -> None:
        signal.raise_signal(stop_signal)
        pytest.fail("the recovery went on")

    monkeypatch.setattr("perpit.venue.venue.recover", endless)
    broken_off(stop_signal, tmp_path)


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_first_commands_are_applied_breaks_the_start_off(
    stop_signal: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = World.fold

    def interrupted(world: World, command: Command, events: list[Event]) -> None:
        if command.seq == 2:
            signal.raise_signal(stop_signal)
        fold(world, command, events)

    monkeypatch.setattr(World, "fold", interrupted)
    broken_off(stop_signal, tmp_path)


def broken_off(stop_signal: signal.Signals, tmp_path: Path) -> None:
    """A start that the signal ends, in the usual way and leaving nothing behind."""
    handler = signal.getsignal(stop_signal)
    assert main(["serve", "--data", str(tmp_path), "--port", "0"]) == 130
    assert signal.getsignal(stop_signal) is handler
    open_log(tmp_path / "journal", "os").close()  # nobody holds it any more
