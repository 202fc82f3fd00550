"""A venue to be killed: appends under load and writes every acknowledged command to standard output.

Run by `test_kill` as a process of its own: `python killed_child.py DIRECTORY DURABILITY`. One line for each
acknowledgement: `<seq> <name>`, written at once, in one system call.
"""

import asyncio
import os
import sys
from pathlib import Path

from perpit.domain.commands import CreateAccount
from perpit.journal.log import FileLog
from perpit.journal.recovery import recover
from perpit.runtime.clock import Clock
from perpit.runtime.sequencer import Sequencer

SUBMITTERS = 24


class Counter:
    """The smallest engine: counts."""

    def __init__(self) -> None:
        self.seq = 0

    def apply(self, command: object) -> list:
        self.seq += 1
        return []

    def next_timer_ms(self) -> int:
        return 0


async def main(directory: Path, durability: str) -> None:
    engine = Counter()
    log = FileLog(directory, durability, segment_bytes=20_000)
    last_seq = recover(directory, engine, lambda _command, _events: None).last_seq
    sequencer = Sequencer(engine, log, Clock(), lambda _command, _events: None, last_seq=last_seq)
    await sequencer.start()

    async def submit_for_ever(submitter: int) -> None:
        for count in range(1_000_000):
            command = CreateAccount(f"{os.getpid()}/{submitter}/{count}")
            await sequencer.submit(command)
            os.write(1, f"{command.seq} {command.name}\n".encode())

    await asyncio.gather(*(submit_for_ever(submitter) for submitter in range(SUBMITTERS)))


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
