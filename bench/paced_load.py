"""The load of `bench.latency` and `bench.fairness`: signed orders at a fixed rate, and bad clients beside it.

    python -m bench.paced_load HOST PORT KEY SECRET RATE SECONDS CORE [BESIDE]

Order number n is due n ÷ RATE seconds after the start and leaves on a connection that has none under way; when all
have, it waits. Its latency counts from when it was due, so a server that stalls pays for everything that waited
meanwhile. The loop asks its sockets without ever sleeping: a timer would be later than what is measured.

BESIDE names a client of `bench.bad_clients` that is in the same loop: another process would take the core from this one
in slices of milliseconds. Prints one line of JSON; latencies in milliseconds.
"""

import contextlib
import gc
import json
import os
import select
import socket
import sys
import time
from collections import deque
from typing import Any

from bench.bad_clients import BAD_CLIENTS, NoClient
from bench.http_load import signed_orders

CONNECTIONS = 16
SHARES = {"50 %": 0.5, "99 %": 0.99, "99.9 %": 0.999}
WARM_UP = 0.1  # of the orders are not counted
PATIENCE_SECONDS = 20.0


class Connection:
    """One keep-alive connection with at most one order under way."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.due = 0.0
        self.waiting = b""

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        assert self.socket.send(request) == len(request)  # the buffer is empty: the answer before was read

    def answer(self) -> bytes | None:
        """The whole answer, or None when more has to come."""
        data = self.waiting + self.socket.recv(65536)
        head_end = data.find(b"\r\n\r\n")
        start = data.find(b"ontent-length: ") + 15
        if head_end < 0 or len(data) < head_end + 4 + int(data[start : data.index(b"\r", start)]):
            self.waiting = data
            return None
        self.waiting = b""
        return data


class Run:
    """Sends the requests when they are due and notes how long each took."""

    def __init__(self, host: str, port: int, requests: list[bytes], rate: float) -> None:
        self.requests = requests
        self.interval = 1 / rate
        self.free = deque(Connection(host, port) for _ in range(CONNECTIONS))
        self.poll = select.epoll()
        self.by_file = {connection.socket.fileno(): connection for connection in self.free}
        for file in self.by_file:
            self.poll.register(file, select.EPOLLIN)
        self.latencies: list[float] = []
        self.refusal = ""
        self.refused = 0
        self.late: list[float] = []  # how much too late an order left although a connection was free

    def go(self, beside: NoClient) -> None:
        clock = time.perf_counter
        sent, count = 0, len(self.requests)
        began = clock()
        patience = began + count * self.interval + PATIENCE_SECONDS
        had_to_wait = False
        while len(self.latencies) < count:
            now = clock()
            if now > patience:
                raise RuntimeError(f"{count - len(self.latencies)} orders were not answered")
            due = began + sent * self.interval
            while sent < count and due <= now and self.free:
                if not had_to_wait:
                    self.late.append(now - due)
                self.free.popleft().send(self.requests[sent], due)
                sent += 1
                due = began + sent * self.interval
            had_to_wait = due <= now
            for file, _event in self.poll.poll(0):
                self.take(self.by_file[file])
            beside.turn()

    def take(self, connection: Connection) -> None:
        answer = connection.answer()
        if answer is not None:
            self.latencies.append(time.perf_counter() - connection.due)
            self.free.append(connection)
            if answer[9:12] != b"200":
                self.refused += 1
                self.refusal = self.refusal or answer.decode()

    def told(self) -> dict[str, Any]:
        counted = sorted(self.latencies[int(len(self.latencies) * WARM_UP) :])
        late = sorted(self.late)
        return {
            "requests": len(self.latencies),
            "not_200": self.refused,
            "refusal": self.refusal,
            "latency_ms": {
                name: round(counted[int(len(counted) * share)] * 1000, 3) for name, share in SHARES.items()
            },
            "late_ms_99": round(late[int(len(late) * 0.99)] * 1000, 3),
        }


def main() -> None:
    host, port, key, secret, rate, seconds, core, *names = sys.argv[1:]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {int(core)})
    requests = signed_orders(f"{host}:{port}", key, secret, 0, int(float(rate) * float(seconds)))
    gc.disable()  # this process is short, and a collection would be measured
    beside = BAD_CLIENTS[names[0]](host, int(port), key, secret) if names else NoClient()
    run = Run(host, int(port), requests, float(rate))
    run.go(beside)
    print(json.dumps({**run.told(), "beside": beside.told()}))


if __name__ == "__main__":
    main()
