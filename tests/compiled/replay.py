"""Replay a journal and print what it gives as JSON: `python -m tests.compiled.replay DIRECTORY`.

Run in a process of its own with the build in question on the path; `test_both_builds` compares the answers.
"""

import json
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

from perpit.domain.commands import Command
from perpit.domain.events import Event
from perpit.engine import engine as engine_module
from perpit.engine.engine import Engine
from perpit.journal.recovery import recover
from tests.reference_events import as_rows

CHECKPOINT = 100


def is_compiled() -> bool:
    """Whether this process runs the compiled engine."""
    return str(engine_module.__file__).endswith((".so", ".pyd"))


def replay(directory: Path) -> dict[str, Any]:
    """State hashes at checkpoints, and a digest of every event."""
    engine = Engine()
    hashes: list[str] = []
    events_digest = blake2b(digest_size=16)

    def publish(command: Command, events: list[Event]) -> None:
        events_digest.update(repr(as_rows(events)).encode())
        if command.seq % CHECKPOINT == 0:
            hashes.append(engine.state_hash())

    recover(directory, engine, publish)
    hashes.append(engine.state_hash())
    return {"compiled": is_compiled(), "hashes": hashes, "events": events_digest.hexdigest()}


if __name__ == "__main__":
    print(json.dumps(replay(Path(sys.argv[1]))))
