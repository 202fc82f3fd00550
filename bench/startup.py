"""From the start of the process to its first answer: an empty venue, and one with 100,000 open orders in its journal.

`perpit serve` is started with a port that is known beforehand, and asked `GET /fapi/v1/ping` every two milliseconds
until it answers 200. The empty venue has a data directory that does not exist yet and no market; an already founded one
is started a second time on the directory that the first start left behind. The large one recovers a journal, as
`bench.recovery` writes it: 1,000 accounts in one instrument that place 100,000 limit orders, none of which trades, in
records of eight commands. After the answer it is asked how many orders the accounts have open, so that the start cannot
leave anything out.

Beside the venue stands what Python takes by itself to import what `perpit serve` imports. The files are in the page
cache. Each the median of several starts; the large one once in a quick run.
"""

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.engine_flow import Flow
from bench.http import ROOT, SERVER_CORE, START_SECONDS, pinned
from bench.recovery import keep
from perpit.engine.rules import MARK_INTERVAL_MS

ORDERS, ORDERS_QUICK = 100_000, 10_000
STARTS, STARTS_QUICK = 5, 2
PATIENCE_SECONDS = 120.0
ASK_AGAIN_SECONDS = 0.002
PING = b"GET /fapi/v1/ping HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
IMPORTS = "import perpit.cli.serve, perpit.venue, perpit.venue.venue, uvicorn, uvloop"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the venue answers a ping now."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as connection:
            connection.sendall(PING)
            return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def seconds_to_answer(data: Path) -> float:
    """Start a venue on a data directory, wait for its first answer, and stop it."""
    port = free_port()
    command = [sys.executable, "-m", "perpit", "serve", "--port", str(port), "--market", "none"]
    command += ["--data", str(data)]
    began = time.perf_counter()
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=pinned(SERVER_CORE)
    )
    try:
        while not answers(port):
            assert server.stderr is not None
            if server.poll() is not None:
                raise RuntimeError(server.stderr.read().decode().strip())
            if time.perf_counter() - began > PATIENCE_SECONDS:
                raise RuntimeError("the venue did not answer")
            time.sleep(ASK_AGAIN_SECONDS)
        return time.perf_counter() - began
    finally:
        server.terminate()
        server.communicate(timeout=60)


def seconds_to_import() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, check=True, preexec_fn=pinned(SERVER_CORE))
    return time.perf_counter() - began


def write_journal(data: Path, orders: int) -> int:
    """A journal that ends now, with so many open orders; how many commands it has.

    Of an old one the venue would make up for a year of funding, and end every order that is a year old.
    """
    commands = Flow(seed=1).opening(orders)
    age_ms = int(time.time() * 1000) // MARK_INTERVAL_MS * MARK_INTERVAL_MS - commands[-1].time_ms
    for command in commands:
        command.time_ms += age_ms
    keep(data / "journal", commands)
    return len(commands)


def run(quick: bool) -> dict[str, Any]:
    """Seconds to the first answer."""
    orders, starts = (ORDERS_QUICK, STARTS_QUICK) if quick else (ORDERS, STARTS)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        seconds_to_answer(directory / "warm")
        imports = statistics.median(seconds_to_import() for _ in range(starts))
        empty = statistics.median(seconds_to_answer(directory / f"empty-{turn}") for turn in range(starts))
        again = statistics.median(seconds_to_answer(directory / "warm") for _ in range(starts))
        commands = write_journal(directory / "large", orders)
        large = statistics.median(seconds_to_answer(directory / "large") for _ in range(starts))
    return {
        "imports alone, s": round(imports, 3),
        "empty, s": round(empty, 3),
        "founded before, s": round(again, 3),
        "open orders": orders,
        "commands in the journal": commands,
        "with the open orders, s": round(large, 3),
        "commands recovered a second": round(commands / (large - again)),
    }
