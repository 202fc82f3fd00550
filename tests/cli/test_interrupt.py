"""Ctrl-C in the first moments of a verb, while its code is being loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

# The signal comes exactly while a module is being loaded, which no clock could hit.
INTERRUPTED_WHILE_LOADING = """
import importlib.metadata, os, signal, sys

class Interrupts:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == MODULE:
            sys.meta_path.remove(Interrupts)
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell is started deaf to it
sys.meta_path.insert(0, Interrupts)
sys.argv = ["perpit", "serve", "--memory", "--port", "0"]
(script,) = importlib.metadata.entry_points(group="console_scripts", name="perpit")
sys.exit(script.load()())
"""


# The signal comes exactly when the venue has said that it answers, and not a moment later.
INTERRUPTED_WHEN_READY = """
import os, signal, sys
import perpit.venue.venue as venue
from perpit.cli import main

write_ready = venue.write_ready

def ready(*said):
    write_ready(*said)
    os.kill(os.getpid(), signal.SIGINT)

venue.write_ready = ready
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(["serve", "--memory", "--port", "0", "--ready-file", sys.argv[1]]))
"""


def test_a_venue_that_has_said_that_it_answers_is_stopped_and_not_broken_off(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHEN_READY, str(tmp_path / "ready.json")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "127.0.0.1" in ended.stdout


@pytest.mark.parametrize(
    "module",
    ["perpit.cli", "typer", "perpit.settings", "perpit.cli.running", "perpit.engine.engine", "uvloop"],
)
def test_it_ends_quietly(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", f"MODULE = {module!r}\n{INTERRUPTED_WHILE_LOADING}"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
