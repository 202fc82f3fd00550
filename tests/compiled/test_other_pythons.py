"""The same journal on other Python versions: the same events and the same hashes. `make pythons` sets them up.

Each environment `.venv-3.NN` beside the project is a Python that replays what this one has written. Without any, there
is nothing to compare and the tests skip.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.compiled.replay import replay
from tests.compiled.test_both_builds import ROOT, journal

OTHERS = sorted(ROOT.glob(".venv-3.*/bin/python"))


@pytest.mark.skipif(not OTHERS, reason="no other Python is set up: make pythons")
@pytest.mark.parametrize("python", OTHERS, ids=lambda path: path.parts[-3])
@pytest.mark.parametrize("seed", [4, 5])
def test_a_journal_gives_the_same_events_and_hashes_on_another_python(
    python: Path, seed: int, tmp_path: Path
) -> None:
    journal(tmp_path, seed)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [str(python), "-m", "tests.compiled.replay", str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    here, there = replay(tmp_path), json.loads(done.stdout)
    assert (there["hashes"], there["events"]) == (here["hashes"], here["events"])
