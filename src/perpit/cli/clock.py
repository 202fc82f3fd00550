"""`perpit clock`: the venue's time."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Annotated, Any, Final

import typer

from perpit.cli.failure import Failure
from perpit.cli.output import print_json
from perpit.cli.remote import Json, Remote, Which, of_a_venue

app = typer.Typer(help="The time of a running venue: show it, choose how it runs, move it.")
UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
PROGRESS_SECONDS: Final = 0.5


@app.command("show")
@of_a_venue
def show_clock(venue: Which, json: Json = False) -> None:
    """Show the venue's time and how it runs.

    [bold]Example[/bold]
    \b
      perpit clock show
    """
    report(venue().call("GET", "/clock"), json)


@app.command("set")
@of_a_venue
def set_clock(
    venue: Which,
    mode: Annotated[str, typer.Argument(help="wall, manual, or scaled:N for N times as fast.")],
    time_ms: Annotated[
        int | None, typer.Option("--time-ms", metavar="MS", help="Go there first; time never goes back.")
    ] = None,
    json: Json = False,
) -> None:
    """Choose how time runs from now on.

    [bold]Examples[/bold]
    \b
      perpit clock set manual
      perpit clock set scaled:60        a minute each second
      perpit clock set wall
    """
    name, _colon, speed = mode.partition(":")
    body: dict[str, Any] = {"mode": name}
    if speed:
        try:
            body["speed"] = float(speed)
        except ValueError:
            raise Failure(f"{speed!r} is not a speed; say scaled:10 for ten times as fast", 2) from None
    if time_ms is not None:
        body["time_ms"] = time_ms
    report(venue().call("PUT", "/clock", body), json)


@app.command("advance")
@of_a_venue
def advance_clock(
    venue: Which,
    duration: Annotated[str, typer.Argument(help="How far: 250ms, 1s, 90s, 5m, 8h or 1d.")],
    json: Json = False,
) -> None:
    """Move a manual clock; everything that falls due until then happens.

    The answer comes when it has happened: a day of a synthetic market takes
    minutes, one without a market a moment. Ctrl-C stops the waiting, not the
    clock; [bold]perpit clock set wall[/bold] stops that.

    [bold]Examples[/bold]
    \b
      perpit clock advance 1s
      perpit clock advance 8h
    """
    written = re.fullmatch(r"(\d{1,12})(ms|s|m|h|d)", duration.strip())
    if written is None:
        raise Failure(f"{duration!r} is not a duration; write 250ms, 1s, 5m, 8h or 1d", 2)
    ms = int(written[1]) * UNITS_MS[written[2]]
    with progress(found := venue(), ms):
        clock = found.call("POST", "/clock/advance", {"ms": ms}, patience_s=None)
    report(clock, json)


@contextmanager
def progress(venue: Remote, ms: int) -> Iterator[None]:
    """Tell whoever waits at a terminal how far the clock has come: a day of a lively market takes minutes."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress

    start_ms = venue.call("GET", "/clock")["time_ms"]
    arrived = Event()

    def watch() -> None:
        while not arrived.wait(PROGRESS_SECONDS):
            try:
                now_ms = venue.call("GET", "/clock", patience_s=PROGRESS_SECONDS)["time_ms"]
            except Failure:
                continue  # what is wrong is said by the call that is waited for
            bar.update(task, completed=now_ms - start_ms)

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("venue time", total=ms)
        Thread(target=watch, daemon=True).start()
        try:
            yield
        finally:
            arrived.set()


def report(clock: dict[str, Any], as_json: bool) -> None:
    """Print a clock."""
    if as_json:
        print_json(clock)
        return
    moment = datetime.fromtimestamp(clock["time_ms"] / 1000, UTC).isoformat(timespec="milliseconds")
    speed = f" at {clock['speed']:g} times the speed" if clock["mode"] == "scaled" else ""
    print(f"{moment} ({clock['time_ms']}), {clock['mode']} clock{speed}")
