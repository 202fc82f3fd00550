"""How many journaled commands a second a start of the venue brings back.

The flow of `bench.engine` (1,000 accounts, 20,000 orders resting at the start; then half rest, four in ten cancel, one
in ten takes) is encoded in records of eight commands, which is what sixteen connections make. Then the same journal
is replayed three ways: decode only; decode and apply, which is what the design sets a floor for (300,000 commands/s
with the compiled engine); decode, apply and fold into the views, which is what a start does. Each the best of three,
in CPU time, because a replay never waits. The replayed engine must have the state hash of the one that ran.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from bench.engine_flow import Flow, is_compiled
from perpit.domain.commands import Command
from perpit.domain.events import Event
from perpit.engine import engine as engine_module
from perpit.engine.engine import Engine
from perpit.journal.codec import encode
from perpit.journal.log import FileLog
from perpit.journal.recovery import read, recover
from perpit.journal.segment import frame, segment_paths
from perpit.views.world import World

COMMANDS = 200_000
COMMANDS_QUICK = 20_000
RECORD = 8
REPEATS = 3


def records(commands: list[Command]) -> list[bytes]:
    return [
        frame(start + 1, len(commands[start : start + RECORD]), encode(commands[start : start + RECORD]))
        for start in range(0, len(commands), RECORD)
    ]


def keep(directory: Path, commands: list[Command]) -> None:
    log = FileLog(directory, "os")
    for index, record in enumerate(records(commands), 1):
        log.write(record, min(index * RECORD, len(commands)))
    log.close()


def pass_over(_command: Command, _events: list[Event]) -> None:
    return


def decode(directory: Path) -> None:
    for _commands in read(directory):
        pass


def apply(directory: Path) -> None:
    recover(directory, Engine(), pass_over)


def fold(directory: Path) -> None:
    recover(directory, Engine(), World().fold)


def best(run: Callable[[Any], object], subject: Any) -> float:
    spent = []
    for _ in range(REPEATS):
        started = process_time()
        run(subject)
        spent.append(process_time() - started)
    return min(spent)


def run(quick: bool) -> dict[str, Any]:
    """Commands a second for each way, and their ratio to decoding alone."""
    flow = Flow(seed=1)
    commands = flow.opening() + flow.mixed(COMMANDS_QUICK if quick else COMMANDS)
    count = len(commands)
    expected = flow.engine.state_hash()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        keep(directory, commands)
        size = sum(path.stat().st_size for path in segment_paths(directory))
        encode_s = best(records, commands)
        del commands, flow
        replayed = Engine()
        recover(directory, replayed, pass_over)
        assert replayed.state_hash() == expected, "the replayed engine is another one"
        seconds = {way: best(way, directory) for way in (decode, apply, fold)}
    return {
        "engine compiled": is_compiled(engine_module.__file__),
        "commands": count,
        "bytes/command": round(size / count),
        "encode commands/s": round(count / encode_s),
        "decode commands/s": round(count / seconds[decode]),
        "decode and apply commands/s": round(count / seconds[apply]),
        "decode, apply and fold commands/s": round(count / seconds[fold]),
        "apply ÷ decode only": round(seconds[decode] / seconds[apply], 2),
        "fold ÷ decode only": round(seconds[decode] / seconds[fold], 2),
    }
