"""What clients that misbehave cost everybody else: the latency of orders at half load, beside one of them and alone.

The orders are those of `bench.latency`: at even distances, half as many as the venue takes at most, durable, over 16
connections. Beside them there is nobody, or one client of `bench.bad_clients`: a slow one, which subscribes to all
streams of the symbol and reads nothing, or a flood, one connection that is always full of requests (reads or orders,
over HTTP or the WebSocket API). Rate limits are off, so nothing of a flood is refused: that is the worst case.

All is measured on one venue, in many short rounds; in each, every bad client has a stretch and a stretch with nobody
beside right before it, so that what the machine does in the meantime meets both. What is reported is the median of the
rounds, and for each client the median of the ratios of its 99 % to that of the stretch before. The bad client is in the
same process and loop as the load, which costs the load a little time at each turn: `the load was late` tells how much.
The aim is 1.2.
"""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench.bad_clients import BAD_CLIENTS
from bench.http import REQUESTS, REQUESTS_QUICK, load, running_venue
from bench.latency import paced

SECONDS = 1.0
ROUNDS, ROUNDS_QUICK = 15, 1


def run(quick: bool) -> dict[str, Any]:
    """For each bad client: the 99 % of everybody else, and its ratio to that without it."""
    requests = REQUESTS_QUICK if quick else REQUESTS
    alone: dict[str, list[dict[str, Any]]] = {name: [] for name in BAD_CLIENTS}
    beside: dict[str, list[dict[str, Any]]] = {name: [] for name in BAD_CLIENTS}
    with tempfile.TemporaryDirectory() as name, running_venue(Path(name), "fsync") as ready:
        load(ready, requests // 10)
        most = load(ready, requests)["per_second"]
        for _ in range(ROUNDS_QUICK if quick else ROUNDS):
            for client in BAD_CLIENTS:
                alone[client].append(paced(ready, most / 2, SECONDS))
                beside[client].append(paced(ready, most / 2, SECONDS, client))
    nobody = [one for rounds in alone.values() for one in rounds]
    answer: dict[str, Any] = {
        "orders/s at half load": round(most / 2),
        "alone": {"latency ms": middle(nobody), "the load was late, ms at 99 %": late(nobody)},
    }
    for client, rounds in beside.items():
        answer[client] = {
            "latency ms": middle(rounds),
            "the load was late, ms at 99 %": late(rounds),
            "99 % ÷ alone": round(statistics.median(ratios(rounds, alone[client])), 2),
        }
    return answer


def ratios(beside: list[dict[str, Any]], alone: list[dict[str, Any]]) -> list[float]:
    """Of the 99 % of each stretch to that of the stretch right before it."""
    share = "99 %"
    return [
        one["latency_ms"][share] / other["latency_ms"][share]
        for one, other in zip(beside, alone, strict=True)
    ]


def middle(rounds: list[dict[str, Any]]) -> dict[str, float]:
    """The median of the rounds, of each share."""
    return {
        share: round(statistics.median(one["latency_ms"][share] for one in rounds), 3)
        for share in rounds[0]["latency_ms"]
    }


def late(rounds: list[dict[str, Any]]) -> float:
    return float(statistics.median(one["late_ms_99"] for one in rounds))
