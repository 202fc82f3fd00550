"""Signed `POST /fapi/v1/order` per second, durable, against a bare ASGI application, in the same run.

The venue is `perpit serve` with `--durability fsync`, without a market and without refusals by rate limits; the floor
is an ASGI application under the same uvicorn that checks the HMAC of the query and answers a constant order
(`bench.http_floor`). Each is a process of its own pinned to one core, the load (`bench.http_load`: 16 keep-alive
connections, requests signed beforehand) to another. Half of the orders rest and half take the one before. Floor and
venue are measured in turn, three rounds; the best of each is reported, and the ratio of the two. The server's CPU time
for an order stands beside it: it says the same where other work shares the cores.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 16
REQUESTS = 32_000
REQUESTS_QUICK = 6_400
START_SECONDS = 30.0
SERVER_CORE, LOAD_CORE = 0, 1


def pinned(core: int) -> Any:
    """For a child process, before it starts: stay on one core, where the system can do that."""

    def pin() -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.sched_setaffinity(0, {core})

    return pin


@contextlib.contextmanager
def running(command: list[str], ready_file: Path) -> Iterator[dict[str, Any]]:
    """A server process, from the moment its ready-file is there; gives the file's content and the process id."""
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=pinned(SERVER_CORE)
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready_file.exists():
            if server.poll() is not None:
                assert server.stderr is not None
                raise RuntimeError(
                    server.stderr.read().decode().strip() or f"exit status {server.returncode}"
                )
            if time.monotonic() > deadline:
                raise RuntimeError(f"{command[2]} did not answer within {START_SECONDS:.0f} s")
            time.sleep(0.02)
        yield {**json.loads(ready_file.read_text()), "pid": server.pid}
    finally:
        server.terminate()
        server.wait(10)
        if server.stderr is not None:
            server.stderr.close()


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used; 0 where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(ready: dict[str, Any], requests: int) -> dict[str, Any]:
    """Put one server under load and say what came of it."""
    began = cpu_seconds(ready["pid"])
    answer = measured("bench.http_load", ready, CONNECTIONS, requests, LOAD_CORE)
    answer["server_us"] = round((cpu_seconds(ready["pid"]) - began) / answer["requests"] * 1e6, 1)
    return answer


def measured(module: str, ready: dict[str, Any], *arguments: object) -> dict[str, Any]:
    """Run a load on the first account of a server; what it found. All of its orders must have been accepted."""
    address = urlsplit(ready["rest"])
    account = ready["accounts"][0]
    command = [sys.executable, "-m", module, str(address.hostname), str(address.port)]
    command += [account["api_key"], account["api_secret"], *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["not_200"]:
        raise RuntimeError(f"{answer['not_200']} orders were not accepted: {answer['refusal']}")
    return answer


@contextlib.contextmanager
def running_floor(directory: Path) -> Iterator[dict[str, Any]]:
    """The bare ASGI application."""
    ready_file = directory / "floor.json"
    ready_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.http_floor", str(ready_file), str(SERVER_CORE)]
    with running(command, ready_file) as ready:
        yield ready


def measure_floor(directory: Path, requests: int) -> dict[str, Any]:
    with running_floor(directory) as ready:
        load(ready, requests // 10)
        return load(ready, requests)


@contextlib.contextmanager
def running_venue(directory: Path, durability: str) -> Iterator[dict[str, Any]]:
    """A venue with an empty journal, no market and no refusals by rate limits."""
    with tempfile.TemporaryDirectory(dir=directory) as fresh:
        ready_file = Path(fresh) / "ready.json"
        command = [sys.executable, "-m", "perpit", "serve", "--port", "0", "--market", "none", "--no-limits"]
        command += ["--data", str(Path(fresh) / "data"), "--durability", durability]
        command += ["--demo-balance", "100000000", "--ready-file", str(ready_file)]
        with running(command, ready_file) as ready:
            yield ready


def measure_venue(directory: Path, requests: int, durability: str) -> dict[str, Any]:
    with running_venue(directory, durability) as ready:
        load(ready, requests // 10)
        return load(ready, requests)


def run(quick: bool) -> dict[str, Any]:
    """Orders per second of floor and venue, their ratio, and how busy the load was in both."""
    requests = REQUESTS_QUICK if quick else REQUESTS
    rounds = 1 if quick else 3
    with tempfile.TemporaryDirectory() as directory:
        floors, venues = [], []
        for _ in range(rounds):
            floors.append(measure_floor(Path(directory), requests))
            venues.append(measure_venue(Path(directory), requests, "fsync"))
    floor = max(floors, key=lambda answer: int(answer["per_second"]))
    venue = max(venues, key=lambda answer: int(answer["per_second"]))
    return {
        "orders": requests,
        "connections": CONNECTIONS,
        "floor orders/s": floor["per_second"],
        "venue orders/s": venue["per_second"],
        "venue ÷ floor": round(venue["per_second"] / floor["per_second"], 3),
        "venue latency ms, median and 99 %": venue["latency_ms"],
        "server CPU µs an order, floor and venue": [floor["server_us"], venue["server_us"]],
        "answer bytes, floor and venue": [floor["answer_bytes"], venue["answer_bytes"]],
        "load busy, floor and venue": [floor["load_busy"], venue["load_busy"]],
    }
