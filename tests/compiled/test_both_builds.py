"""The same journal, interpreted and compiled: the same events and the same hashes.

This process replays with the build that it imports, a child with the other one: `src` for the interpreted build, the
installed package for the compiled one. PERPIT_EXPECT_COMPILED=1 says that there must be a compiled one.
"""

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from perpit.journal.codec import encode
from perpit.journal.log import FileLog
from perpit.journal.segment import frame
from tests.compiled.replay import is_compiled, replay
from tests.flows import Flow
from tests.flows_grids import GridFlow

ROOT = Path(__file__).resolve().parents[2]
EXPECT_COMPILED = os.environ.get("PERPIT_EXPECT_COMPILED", "") not in ("", "0")
COMMANDS = 4_000
BATCH = 37


def journal(directory: Path, seed: int, kind: type[Flow] = Flow) -> None:
    """A generated flow, as the sequencer would have kept it."""
    log = FileLog(directory, "os")
    flow = iter(kind(seed, accounts=8))
    for _ in range(COMMANDS // BATCH):
        batch = list(islice(flow, BATCH))
        log.write(frame(batch[0].seq, len(batch), encode(batch)), batch[-1].seq)
    log.close()


def replay_in_the_other_build(directory: Path) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if is_compiled():
        environment["PYTHONPATH"] = str(ROOT / "src")
    command = [sys.executable, "-m", "tests.compiled.replay", str(directory)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        return {"compiled": is_compiled(), "why": done.stderr.strip().splitlines()[-1:]}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_build_under_test_is_the_one_that_was_asked_for() -> None:
    if not EXPECT_COMPILED:
        pytest.skip("PERPIT_EXPECT_COMPILED is not set: any build will do")
    assert is_compiled(), "a compiled engine was expected, but perpit.engine is interpreted"


@pytest.mark.parametrize(("seed", "kind"), [(1, Flow), (2, Flow), (1, GridFlow)])
def test_a_journal_gives_the_same_events_and_hashes_interpreted_and_compiled(
    seed: int, kind: type[Flow], tmp_path: Path
) -> None:
    journal(tmp_path, seed, kind)
    here = replay(tmp_path)
    there = replay_in_the_other_build(tmp_path)
    if there["compiled"] == here["compiled"]:
        assert not EXPECT_COMPILED, f"there is no other build: {there.get('why', 'both are the same')}"
        pytest.skip("only one build is installed: make compiled tests both")
    assert there["hashes"] == here["hashes"]
    assert there["events"] == here["events"]


def test_a_journal_gives_the_same_events_and_hashes_twice(tmp_path: Path) -> None:
    journal(tmp_path, 3)
    assert replay(tmp_path) == replay(tmp_path)
