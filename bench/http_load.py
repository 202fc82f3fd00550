"""The load of `bench.http`: 16 keep-alive connections that post ready-made signed orders, as cheaply as Python can.

    python -m bench.http_load HOST PORT KEY SECRET CONNECTIONS REQUESTS CORE

Every request is signed and rendered before the clock starts. A connection sends its next request when the answer to
the one before is complete; answers are told complete by their Content-Length and kept as counts only. Prints one line
of JSON: requests per second, how many were not answered 200, the latencies, and how busy this process was: the numbers
mean something as long as that stays clearly below 1.
"""

import asyncio
import contextlib
import functools
import hashlib
import hmac
import json
import os
import sys
import time
from collections import Counter

PRICE = "60000.00"


def signed_orders(host: str, key: str, secret: str, connection: int, count: int) -> list[bytes]:
    """Buys and sells of 0.001 at one price in turn: every other order rests, the next one takes it."""
    sides = ("BUY", "SELL") if connection % 2 == 0 else ("SELL", "BUY")
    now_ms = int(time.time() * 1000)
    head = f"Host: {host}\r\nX-MBX-APIKEY: {key}\r\nUser-Agent: bench\r\nAccept: */*\r\nContent-Length: 0\r\n\r\n"
    requests = []
    for number in range(count):
        query = (
            f"symbol=BTCUSDT&side={sides[number % 2]}&type=LIMIT&timeInForce=GTC&quantity=0.001&price={PRICE}"
            f"&newClientOrderId=b{connection}-{number}&selfTradePreventionMode=NONE&recvWindow=60000"
            f"&timestamp={now_ms}"
        )
        signature = hmac.new(secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        requests.append(f"POST /fapi/v1/order?{query}&signature={signature} HTTP/1.1\r\n{head}".encode())
    return requests


class Connection(asyncio.Protocol):
    """Sends `requests` one after the other; `done` is set after the last answer."""

    def __init__(self, requests: list[bytes], tally: "Tally") -> None:
        self.requests = iter(requests)
        self.tally = tally
        self.done = asyncio.get_running_loop().create_future()
        self.waiting = b""
        self.sent_at = 0.0
        self.write = print

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = transport.write  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self.waiting:
            data = self.waiting + data
        head_end = data.find(b"\r\n\r\n")
        if head_end < 0:
            self.waiting = data
            return
        start = data.find(b"ontent-length: ") + 15
        if start < 15:
            start = data.index(b"ontent-Length: ") + 15
        size = int(data[start : data.index(b"\r", start)])
        if len(data) < head_end + 4 + size:
            self.waiting = data
            return
        self.waiting = b""
        self.tally.took(data, time.perf_counter() - self.sent_at)
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.done.set_result(None)
            return
        self.sent_at = time.perf_counter()
        self.write(request)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


class Tally:
    """What came back. One answer that is not 200 is kept to be shown."""

    def __init__(self) -> None:
        self.statuses: Counter[bytes] = Counter()
        self.latencies: list[float] = []
        self.example = ""
        self.refusal = ""

    def took(self, answer: bytes, seconds: float) -> None:
        self.statuses[answer[9:12]] += 1
        self.latencies.append(seconds)
        if not self.example:
            self.example = answer.decode()
        if answer[9:12] != b"200" and not self.refusal:
            self.refusal = answer.decode()


async def measure(
    host: str, port: int, key: str, secret: str, connections: int, requests: int
) -> dict[str, object]:
    each = requests // connections
    tally = Tally()
    loop = asyncio.get_running_loop()
    clients = []
    for number in range(connections):
        orders = signed_orders(f"{host}:{port}", key, secret, number, each)
        client = (await loop.create_connection(functools.partial(Connection, orders, tally), host, port))[1]
        clients.append(client)
    began, began_busy = time.perf_counter(), time.process_time()
    for client in clients:
        client.send()
    await asyncio.gather(*(client.done for client in clients))
    seconds, busy = time.perf_counter() - began, time.process_time() - began_busy
    latencies = sorted(tally.latencies)
    return {
        "requests": len(latencies),
        "per_second": round(len(latencies) / seconds),
        "not_200": len(latencies) - tally.statuses[b"200"],
        "refusal": tally.refusal,
        "answer_bytes": len(tally.example),
        "latency_ms": [round(latencies[int(len(latencies) * share)] * 1000, 2) for share in (0.5, 0.99)],
        "load_busy": round(busy / seconds, 2),
    }


def main() -> None:
    host, port, key, secret, connections, requests, core = sys.argv[1:]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {int(core)})
    with contextlib.suppress(ImportError):
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            print(
                json.dumps(runner.run(measure(host, int(port), key, secret, int(connections), int(requests))))
            )
        return
    print(json.dumps(asyncio.run(measure(host, int(port), key, secret, int(connections), int(requests)))))


if __name__ == "__main__":
    main()
