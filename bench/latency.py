"""How long a signed `POST /fapi/v1/order` takes at half load, durable: the median, 99 and 99.9 %.

The venue is that of `bench.http`: `perpit serve` with `--durability fsync`, on one core. First the most that it takes
is measured with 16 connections (`bench.http_load`); then half as many orders a second are sent at even distances
(`bench.paced_load`), whatever the answers do. A latency counts from when the order was due to when its whole answer was
read. Each round has a venue of its own; what is reported is the round with the median 99 %.

Beside it stand the same orders at the same rate without waiting for the disk (`--durability os`), the same orders at
the same rate against the bare ASGI application of `bench.http`, and what the disk asks for by itself: 4,000 appends of
a record to a file that is opened as the journal is, one after the other. The bare application does next to nothing, so
its 99 % is what this machine does to any server: a core that is lent to another machine for milliseconds. How late the
load itself was (99 %) says whether the numbers mean something.
"""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.http import LOAD_CORE, REQUESTS, REQUESTS_QUICK, load, measured, running_floor, running_venue

SECONDS, SECONDS_QUICK = 5.0, 1.0
ROUNDS = 3
RECORD_BYTES = 1000
APPENDS = 4000


def paced(ready: dict[str, Any], rate: float, seconds: float, *beside: str) -> dict[str, Any]:
    """Orders at a fixed rate on a running venue."""
    return measured("bench.paced_load", ready, rate, seconds, LOAD_CORE, *beside)


def disk(directory: Path) -> dict[str, float]:
    """Milliseconds that the disk takes to append one record for good."""
    file = os.open(directory / "appended", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_DSYNC)
    record = bytes(RECORD_BYTES)
    took = []
    for _ in range(APPENDS):
        began = time.perf_counter()
        os.write(file, record)
        took.append(time.perf_counter() - began)
    os.close(file)
    took.sort()
    return {name: round(took[int(APPENDS * share)] * 1000, 3) for name, share in SHARES.items()}


SHARES = {"50 %": 0.5, "99 %": 0.99, "99.9 %": 0.999}


def run(quick: bool) -> dict[str, Any]:
    """Latencies at half load, with and without waiting for the disk, and of the bare application."""
    requests, seconds = (REQUESTS_QUICK, SECONDS_QUICK) if quick else (REQUESTS, SECONDS)
    durable: list[dict[str, Any]] = []
    undurable: list[dict[str, Any]] = []
    floor: list[dict[str, Any]] = []
    most = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for _ in range(1 if quick else ROUNDS):
            with running_venue(directory, "fsync") as ready:
                load(ready, requests // 10)
                most.append(load(ready, requests)["per_second"])
            rate = max(most) / 2
            for server, rounds in (
                (running_venue(directory, "fsync"), durable),
                (running_venue(directory, "os"), undurable),
                (running_floor(directory), floor),
            ):
                with server as ready:
                    load(ready, requests // 10)
                    rounds.append(paced(ready, rate, seconds))
        by_itself = disk(directory)
    fsync, plain, bare = median(durable), median(undurable), median(floor)
    return {
        "most orders/s": max(most),
        "orders/s at half load": round(max(most) / 2),
        "orders": fsync["requests"],
        "latency ms, durable": fsync["latency_ms"],
        "latency ms, not waiting for the disk": plain["latency_ms"],
        "latency ms, the bare application": bare["latency_ms"],
        "the disk by itself, ms": by_itself,
        "99 % ÷ the bare application's": round(fsync["latency_ms"]["99 %"] / bare["latency_ms"]["99 %"], 2),
        "99 % ÷ median": round(fsync["latency_ms"]["99 %"] / fsync["latency_ms"]["50 %"], 2),
        "median ÷ the disk's": round(fsync["latency_ms"]["50 %"] / by_itself["50 %"], 2),
        "the load was late, ms at 99 %": fsync["late_ms_99"],
    }


def median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The round with the median 99 %."""
    return sorted(rounds, key=lambda answer: answer["latency_ms"]["99 %"])[len(rounds) // 2]
