"""Kill -9 under load, again and again: every command that was acknowledged is in the journal.

PERPIT_LONG=1 kills 20 times instead of 3, PERPIT_SEED chooses other moments; a failure names its seed.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from perpit.domain.commands import CreateAccount
from perpit.journal.log import FileLog
from perpit.journal.recovery import read

CHILD = Path(__file__).parent / "killed_child.py"
KILLS = 20 if os.environ.get("PERPIT_LONG") else 3
SEED = os.environ.get("PERPIT_SEED", "1")


def killed_after(directory: Path, durability: str, acknowledgements: int) -> dict[int, str]:
    """Run the child, kill it after so many acknowledgements; all those it gave."""
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(directory), durability], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(acknowledgements)]
    child.kill()
    lines += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    assert lines[0], "the child did not come up"
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    return {int(seq): name for seq, name in acknowledged}


@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_every_acknowledged_command_is_there_after_kill_9(tmp_path: Path, durability: str) -> None:
    dice = random.Random(SEED)
    acknowledged: dict[int, str] = {}
    for _ in range(KILLS):
        new = killed_after(tmp_path, durability, dice.randrange(1, 2_000))
        assert not acknowledged.keys() & new.keys()
        acknowledged |= new
        log = FileLog(tmp_path, durability)
        log.close()
        commands = [command for record in read(tmp_path) for command in record]
        journaled = {command.seq: command.name for command in commands if isinstance(command, CreateAccount)}
        assert list(journaled) == list(range(1, log.last_seq + 1))
        assert acknowledged.items() <= journaled.items(), f"seed {SEED}"
