"""Clients that want an environment of their own, Python's or Node's, made for one test.

What each does stands in `visitors/`; it is told where the venue is and prints, at its end, one JSON object with what
it saw. One that cannot be installed here skips its test with the reason.
"""

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.clients.page import SNIPPETS, pointed
from tests.clients.venue import Scene

VISITORS = Path(__file__).parent / "visitors"
INSTALL_SECONDS = 600
STAY_SECONDS = 60
SUFFIXES = {"python": "py", "javascript": "mjs"}
long_only = pytest.mark.skipif(
    not os.environ.get("PERPIT_LONG"), reason="installs other clients; PERPIT_LONG=1 runs it"
)
Visit = subprocess.Popen[str]


class Visitor:
    """A Python client: a virtual environment with what `requirements` name."""

    def __init__(self, home: Path, *requirements: str) -> None:
        venv.create(home, with_pip=True)
        self.home = home
        self.runner = home / "bin" / "python"
        pip = [self.runner, "-m", "pip", "--no-input", "--disable-pip-version-check", "install"]
        _install([*pip, *requirements], home)

    def place(self, script: str) -> Path:
        """Where the script is started from."""
        return VISITORS / script

    def follow(self, client: str, scene: Scene) -> None:
        """Execute what docs/CLIENTS.md shows for the client, as it stands there."""
        shown = self.home / f"shown.{SUFFIXES[SNIPPETS[client].language]}"
        shown.write_text(pointed(client, scene.rest, scene.trader))
        visit = self._run(shown, {})
        printed, complained = visit.communicate(timeout=STAY_SECONDS)
        assert visit.returncode == 0, f"{client}\n{printed}\n{complained}"

    def start(self, script: str, scene: Scene, **more: str) -> Visit:
        """The script at work, told where the venue is."""
        told = {
            "REST": scene.rest,
            "WS": scene.ws,
            "KEY": scene.trader.api_key,
            "SECRET": scene.trader.api_secret,
        }
        return self._run(self.place(script), {**told, **more})

    def _run(self, script: Path, told: dict[str, str]) -> Visit:
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [self.runner, script],
            cwd=self.home,
            env={**own, **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


class NodeVisitor(Visitor):
    """A JavaScript client: a folder of modules, to which the script is copied, because Node looks beside it."""

    def __init__(self, home: Path, *requirements: str) -> None:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            pytest.skip("there is no Node here")
        self.home = home
        self.runner = Path(node)
        install = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", home]
        _install([*install, *requirements], home)

    def place(self, script: str) -> Path:
        return Path(shutil.copy(VISITORS / script, self.home))


def saw(visit: Visit) -> dict[str, Any]:
    """What a visitor printed at its end."""
    printed, complained = visit.communicate(timeout=STAY_SECONDS)
    assert visit.returncode == 0, f"{printed[-2_000:]}\n{complained[-4_000:]}"
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return result


def _install(command: Sequence[str | Path], home: Path) -> None:
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False, cwd=home
    )
    if ended.returncode != 0:
        pytest.skip(f"cannot be installed here: {ended.stderr.strip().splitlines()[-1:]}")
