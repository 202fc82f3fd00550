"""A venue in its own process, as a context manager, for tests and benches that come over the wire.

    with ServedVenue("--market", "none", "--clock", "manual") as venue:
        httpx.get(venue.ready["rest"] + "/fapi/v1/ping")

Nothing is guessed and nothing sleeps: the venue is there when its ready-file is.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

START_SECONDS = 30.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.005


class VenueDied(Exception):
    """The venue ended, or did not answer in time; the message ends with what it printed."""


class ServedVenue:
    """`perpit serve` with these arguments; in memory and on a free port unless they say otherwise.

    `ready` is the parsed ready-file: `rest`, `ws`, `ws_api`, `admin`, `admin_token`, `accounts`.
    """

    def __init__(self, *arguments: str, environ: Mapping[str, str] | None = None) -> None:
        self.arguments = arguments
        self.ready: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self._environ = {name: value for name, value in os.environ.items() if not name.startswith("PERPIT_")}
        self._environ.update(environ or {})
        self._folder = tempfile.TemporaryDirectory(prefix="perpit-served-")

    @property
    def output(self) -> str:
        """What the venue has printed so far."""
        printed = Path(self._folder.name, "output")
        return printed.read_text(errors="replace") if printed.exists() else ""

    def start(self) -> Self:
        """Start it and wait until it answers; raises VenueDied."""
        ready_file = Path(self._folder.name, "ready.json")
        ready_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "perpit", "serve", "--ready-file", str(ready_file), *self._placed()]
        with open(Path(self._folder.name, "output"), "wb") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environ,
            )
        self._await(ready_file)
        self.ready = json.loads(ready_file.read_bytes())
        return self

    def stop(self) -> int:
        """Stop it as Ctrl-C does; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise VenueDied(f"the venue did not stop within {STOP_SECONDS:g} s:\n{self.output}") from None

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self._folder.cleanup()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._folder.cleanup()

    def _placed(self) -> list[str]:
        """The arguments, with memory and a free port where they do not say otherwise."""
        placed = list(self.arguments)
        if "--data" not in placed and "--memory" not in placed:
            placed.append("--memory")
        if "--port" not in placed:
            placed += ["--port", "0"]
        return placed

    def _await(self, ready_file: Path) -> None:
        """Until the ready-file is there; waiting for the process is what paces the looking."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while not ready_file.exists():
            try:
                code = self.process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                code = None
            if code is not None and not ready_file.exists():
                raise VenueDied(f"the venue ended with code {code}:\n{self.output}")
            if time.monotonic() > deadline:
                self.kill()
                raise VenueDied(f"the venue did not answer within {START_SECONDS:g} s:\n{self.output}")
