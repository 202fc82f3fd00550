"""Memory that an idle connection keeps in the venue: 5,000 stream sockets, and 5,000 HTTP connections.

The venue is `perpit serve` without a market, so nothing is sent. The connections are held by another process
(`bench.streams_load`, or `bench.idle_load` for HTTP: each asked `GET /fapi/v1/ping` once). Every stream socket has
subscribed to the trades of one symbol. What is reported is the growth of the venue's resident set from before the first
to after the last, divided by their number, after 200 connections that came and went; and by how much it grows further
when all have gone and as many come again: Python keeps what was freed for that. Buffers of the kernel are not in it.

Each connection is an open file on both sides. A process may raise its own limit as far as the machine's hard limit;
where that does not suffice, the bench says so and takes as many as it may.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.http import LOAD_CORE, ROOT, running_venue

CONNECTIONS, CONNECTIONS_QUICK = 5_000, 500
BEFORE = 200
SPARE_FILES = 64
STREAM = "/ws/btcusdt@trade"
CLOSED_SECONDS = 30.0


def most_files() -> int:
    """How many files a process may open when it has raised its own limit."""
    try:
        import resource
    except ImportError:
        return CONNECTIONS + SPARE_FILES
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return 1 << 30 if hard == resource.RLIM_INFINITY else hard


def resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the system does not tell the resident set")


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@contextmanager
def held(ready: dict[str, Any], module: str, path: str, count: int) -> Iterator[None]:
    """So many connections, open as long as the block."""
    address = urlsplit(ready["rest"])
    command = [sys.executable, "-m", module, str(address.hostname), str(address.port), path]
    command += [str(count), str(LOAD_CORE)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline() != b"ready\n":
            raise RuntimeError("the connections could not be opened")
        yield
        holder.communicate()


def measure(ready: dict[str, Any], module: str, path: str, count: int) -> dict[str, Any]:
    pid = int(ready["pid"])
    files = open_files(pid)
    with held(ready, module, path, BEFORE):
        pass
    until_closed(pid, files)
    sizes = [resident_bytes(pid)]
    for _ in range(2):
        with held(ready, module, path, count):
            sizes.append(resident_bytes(pid))
        until_closed(pid, files)
    return {
        "bytes a connection": round((sizes[1] - sizes[0]) / count),
        "bytes more, when as many come a second time": round((sizes[2] - sizes[1]) / count),
    }


def until_closed(pid: int, files: int) -> None:
    """Wait until the venue has noticed that its clients have gone."""
    deadline = time.monotonic() + CLOSED_SECONDS
    while open_files(pid) > files:
        if time.monotonic() > deadline:
            raise RuntimeError("connections of clients that have gone are still open")
        time.sleep(0.05)


def run(quick: bool) -> dict[str, Any]:
    """Bytes for an idle stream socket and for an idle HTTP connection."""
    wanted = CONNECTIONS_QUICK if quick else CONNECTIONS
    count = min(wanted, most_files() - SPARE_FILES - 256)
    answer: dict[str, Any] = {"connections": count}
    if count < wanted:
        answer["wanted, but the machine allows no more open files"] = wanted
    for name, module, path in (
        ("stream sockets", "bench.streams_load", STREAM),
        ("HTTP connections", "bench.idle_load", "/fapi/v1/ping"),
    ):
        with tempfile.TemporaryDirectory() as directory, running_venue(Path(directory), "os") as ready:
            answer[name] = measure(ready, module, path, count)
    return answer
