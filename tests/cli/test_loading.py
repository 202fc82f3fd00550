"""What every verb loads before it does anything: nobody waits a quarter of a second for `--help`."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("room", ["control", "engine", "journal", "runtime", "server", "venue", "views"])
def test_the_command_line_is_read_before_the_venue_is_loaded(room: str) -> None:
    program = (
        f"import sys, perpit.cli; print([name for name in sys.modules if name.startswith('perpit.{room}')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
