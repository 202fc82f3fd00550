"""`order.place` over the WebSocket API per second, durable, against signed `POST /fapi/v1/order`, in the same run.

The venue is that of `bench.http`, `perpit serve` with `--durability fsync`, a process of its own on one core; the load
is on another: over HTTP `bench.http_load` with 16 connections, over the WebSocket API `bench.ws_load`, with the same
orders, signed by the same HMAC. Once with one request under way on each of 16 connections, as over HTTP; once with
eight, which a WebSocket allows and HTTP does not: what comes together is read, synced to the disk and written together.
All are measured in turn, three rounds, each on a venue of its own; the best of each is reported. The server's CPU time
for an order stands beside it: it says the same where other work shares the cores.
"""

import tempfile
from pathlib import Path
from typing import Any

from bench.http import (
    CONNECTIONS,
    LOAD_CORE,
    REQUESTS,
    REQUESTS_QUICK,
    cpu_seconds,
    measure_venue,
    measured,
    running_venue,
)

SHAPES = {"one request a connection": (16, 1), "eight requests a connection": (16, 8)}


def load(ready: dict[str, Any], shape: tuple[int, int], requests: int) -> dict[str, Any]:
    """Put the venue under load and say what came of it."""
    began = cpu_seconds(ready["pid"])
    answer = measured("bench.ws_load", ready, *shape, requests, LOAD_CORE)
    answer["server_us"] = round((cpu_seconds(ready["pid"]) - began) / answer["requests"] * 1e6, 1)
    return answer


def measure(directory: Path, shape: tuple[int, int], requests: int) -> dict[str, Any]:
    with running_venue(directory, "fsync") as ready:
        load(ready, shape, requests // 10)
        return load(ready, shape, requests)


def run(quick: bool) -> dict[str, Any]:
    """Orders per second over HTTP and over the WebSocket API, and the ratios of the two."""
    requests = REQUESTS_QUICK if quick else REQUESTS
    over_http = []
    by_shape: dict[str, list[dict[str, Any]]] = {name: [] for name in SHAPES}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(1 if quick else 3):
            over_http.append(measure_venue(Path(directory), requests, "fsync"))
            for name, shape in SHAPES.items():
                by_shape[name].append(measure(Path(directory), shape, requests))
    http = best(over_http)
    answer: dict[str, Any] = {
        "orders": requests,
        "HTTP": {"connections": CONNECTIONS, **told(http)},
    }
    for name, rounds in by_shape.items():
        found = best(rounds)
        ratio = round(found["per_second"] / http["per_second"], 2)
        answer[name] = {"connections": SHAPES[name][0], **told(found), "÷ HTTP": ratio}
    return answer


def best(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return max(rounds, key=lambda answer: int(answer["per_second"]))


def told(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "orders/s": found["per_second"],
        "latency ms, median and 99 %": found["latency_ms"],
        "server CPU µs an order": found["server_us"],
        "load busy": found["load_busy"],
    }
