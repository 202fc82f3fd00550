"""`perpit verify`: replay a journal with a fresh engine and say whether everything adds up."""

import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from perpit.cli.failure import Failure
from perpit.cli.output import print_json
from perpit.cli.remote import Json
from perpit.home import default_directory


def verify(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="The data directory; the default one when left out."),
    ] = None,
    json: Json = False,
) -> None:
    """Replay a journal and check it: every record, every invariant.

    Needs no venue and changes nothing. Exit code 1 when something is broken; a
    tail that a crash has torn is told of and breaks nothing. The state hash is
    that of a venue which stands at the same command: the same journal gives the
    same hash on every machine.

    [bold]Examples[/bold]
    \b
      perpit verify
      perpit verify --data /var/lib/perpit --json
    """
    directory = data or Path(os.environ.get("PERPIT_DATA") or default_directory()).expanduser()
    found = replay(directory)
    if json:
        print_json(found)
    else:
        report(directory, found)
    if found["invariants"] != "ok":
        raise typer.Exit(1)


def replay(directory: Path) -> dict[str, Any]:
    """What a fresh engine makes of a journal."""
    # here, so that other verbs do not wait for the engine's code
    from perpit.engine.engine import Engine
    from perpit.journal.errors import JournalError
    from perpit.journal.recovery import recover, torn_tail
    from perpit.journal.segment import segment_paths

    journal = directory / "journal"
    if not segment_paths(journal):
        raise Failure(f"there is no journal in {directory}; name the data directory with --data", 2)
    engine = Engine()
    begun = time.perf_counter()
    try:
        recovered = recover(journal, engine, pass_over)
        seconds = time.perf_counter() - begun
        torn = torn_tail(journal)
    except JournalError as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"cannot read {error.filename or journal}: {error.strerror}") from None
    if torn is not None and torn.is_all and not torn.has_header:
        raise Failure(
            f"{torn.path} is the whole journal and has no whole header ({torn.torn_bytes} bytes): no command is in it. "
            "A crash while a venue started for the first time leaves that, and the next start begins anew; "
            "if there was more, restore the file from a backup first"
        )
    return {
        "sequence": recovered.last_seq,
        "time_ms": recovered.time_ms,
        "state_hash": engine.state_hash(),
        "invariants": engine.check_invariants() or "ok",
        "torn_tail": None if torn is None else {"file": str(torn.path), "bytes": torn.torn_bytes},
        "commands_per_second": int(recovered.last_seq / seconds) if recovered.last_seq else 0,
    }


def pass_over(command: object, events: list[Any]) -> None:
    """Nobody looks at the events of a verification."""


def report(directory: Path, found: dict[str, Any]) -> None:
    """Print the findings for people."""
    print(f"{directory}: {found['sequence']:,} commands, {found['commands_per_second']:,} a second")
    torn = found["torn_tail"]
    if torn is not None:
        left = f"{torn['bytes']:,} bytes of no whole record at the end of {torn['file']}"
        print(f"torn tail: a crash left {left}; the next start cuts them off")
    print(f"state hash {found['state_hash']}")
    if found["invariants"] == "ok":
        print("everything adds up")
    for broken in found["invariants"] if found["invariants"] != "ok" else []:
        print(f"BROKEN: {broken}")
