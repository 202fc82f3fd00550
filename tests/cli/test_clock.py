"""`perpit clock advance` when it takes its time."""

import io
import socket
import threading
from typing import Any

import pytest

from perpit.cli import clock, main
from perpit.cli.failure import Failure
from perpit.cli.remote import Remote


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class WalkingVenue:
    """Its clock goes on by a tenth of the way each time that it is looked at; the first look of a bar fails."""

    def __init__(self) -> None:
        self.looks = 0
        self.arrived = threading.Event()
        self.patience_s: float | None = 0.0

    def call(
        self, method: str, path: str, body: Any = None, patience_s: float | None = 1.0
    ) -> dict[str, Any]:
        if method == "POST":
            self.patience_s = patience_s
            return {"time_ms": 6_000, "mode": "manual", "speed": 1.0}
        assert (method, path) == ("GET", "/clock")
        self.looks += 1
        if self.looks == 2:
            raise Failure("busy")
        if self.looks > 11:
            self.arrived.set()
        return {"time_ms": 5_000 + 100 * (self.looks - 1)}


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(clock, "PROGRESS_SECONDS", 0.001)
    monkeypatch.setenv("TERM", "xterm")
    return screen


def test_a_terminal_shows_how_far_the_clock_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    venue = WalkingVenue()
    with clock.progress(venue, 1_000):  # type: ignore[arg-type]
        assert venue.arrived.wait(10)
    assert "venue time" in terminal.getvalue()
    assert "100%" in terminal.getvalue()


def test_what_is_no_terminal_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())
    venue = WalkingVenue()
    with clock.progress(venue, 1_000):  # type: ignore[arg-type]
        assert venue.looks == 0


def test_an_advance_is_waited_for_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    venue = WalkingVenue()
    monkeypatch.setattr("perpit.cli.remote.find", lambda *_which: venue)
    assert main(["clock", "advance", "1d", "--json"]) == 0
    assert venue.patience_s is None


def test_a_venue_that_does_not_answer_in_time_is_no_venue_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        remote = Remote(f"http://127.0.0.1:{listening.getsockname()[1]}", "token")
        with pytest.raises(Failure, match=r"has not answered for 0\.05 s; it is busy, and may yet do it"):
            remote.call("GET", "/clock", patience_s=0.05)
