"""The load of `bench.ws_api`: connections that place ready-made orders with `order.place`, as cheaply as Python can.

    python -m bench.ws_load HOST PORT KEY SECRET CONNECTIONS IN_FLIGHT REQUESTS CORE

The orders are those of `bench.http_load`, signed and framed before the clock starts. A connection has IN_FLIGHT
requests under way and sends the next when an answer is complete. Prints one line of JSON as `bench.http_load` does.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import os
import sys
import time
from collections import Counter, deque

from bench.http_load import PRICE

MASK = b"\0\0\0\0"  # a masked frame all the same: the server has to unmask it


def framed(payload: bytes) -> bytes:
    """A client's text frame."""
    size = len(payload)
    assert 126 <= size < 65536
    return bytes((0x81, 0xFE, size >> 8, size & 255)) + MASK + payload


def signed_orders(key: str, secret: str, connection: int, count: int) -> list[bytes]:
    """Buys and sells of 0.001 at one price in turn: every other order rests, the next one takes it."""
    sides = ("BUY", "SELL") if connection % 2 == 0 else ("SELL", "BUY")
    now_ms = int(time.time() * 1000)
    frames = []
    for number in range(count):
        params: dict[str, object] = {
            "apiKey": key,
            "newClientOrderId": f"b{connection}-{number}",
            "price": PRICE,
            "quantity": "0.001",
            "recvWindow": 60000,
            "selfTradePreventionMode": "NONE",
            "side": sides[number % 2],
            "symbol": "BTCUSDT",
            "timeInForce": "GTC",
            "timestamp": now_ms,
            "type": "LIMIT",
        }
        text = "&".join(f"{name}={value}" for name, value in params.items())
        params["signature"] = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        request = {"id": number, "method": "order.place", "params": params}
        frames.append(framed(json.dumps(request, separators=(",", ":")).encode()))
    return frames


class Connection(asyncio.Protocol):
    """Keeps `in_flight` of its requests under way; `open` is set after the handshake, `done` after the last answer."""

    def __init__(self, host: str, frames: list[bytes], in_flight: int, tally: "Tally") -> None:
        loop = asyncio.get_running_loop()
        self.host = host
        self.frames = iter(frames)
        self.left = len(frames)
        self.in_flight = in_flight
        self.tally = tally
        self.open = loop.create_future()
        self.done = loop.create_future()
        self.waiting = b""
        self.sent_at: deque[float] = deque()
        self.write = print

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = transport.write  # type: ignore[attr-defined]
        key = base64.b64encode(os.urandom(16)).decode()
        self.write(
            f"GET /ws-fapi/v1 HTTP/1.1\r\nHost: {self.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()  # type: ignore[arg-type]
        )

    def data_received(self, data: bytes) -> None:
        if self.waiting:
            data = self.waiting + data
        if not self.open.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.waiting = head
                return
            assert b" 101 " in head, head
            self.open.set_result(None)
        position, size, answered = 0, len(data), 0
        while position + 4 <= size:
            assert data[position : position + 2] == b"\x81\x7e", data[position : position + 200]
            end = position + 4 + (data[position + 2] << 8) + data[position + 3]
            if end > size:
                break
            self.tally.took(data[position + 4 : end], time.perf_counter() - self.sent_at.popleft())
            answered += 1
            position = end
        self.waiting = data[position:]
        self.left -= answered
        if self.left == 0 and not self.done.done():
            self.done.set_result(None)
        self.send(answered)

    def send(self, count: int) -> None:
        ready = [frame for _ in range(count) if (frame := next(self.frames, None)) is not None]
        if ready:
            now = time.perf_counter()
            self.sent_at.extend([now] * len(ready))
            self.write(b"".join(ready))  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        for waiting in (self.open, self.done):
            if not waiting.done():
                waiting.set_exception(exc or ConnectionError("the server closed the connection"))


class Tally:
    """What came back. One answer that is not 200 is kept to be shown."""

    def __init__(self) -> None:
        self.statuses: Counter[bool] = Counter()
        self.latencies: list[float] = []
        self.example = ""
        self.refusal = ""

    def took(self, answer: bytes, seconds: float) -> None:
        good = b'"status":200,' in answer[:48]
        self.statuses[good] += 1
        self.latencies.append(seconds)
        if not self.example:
            self.example = answer.decode()
        if not good and not self.refusal:
            self.refusal = answer.decode()


async def measure(
    host: str, port: int, key: str, secret: str, connections: int, in_flight: int, requests: int
) -> dict[str, object]:
    each = requests // connections
    tally = Tally()
    loop = asyncio.get_running_loop()
    clients = []
    for number in range(connections):
        frames = signed_orders(key, secret, number, each)
        client = Connection(f"{host}:{port}", frames, in_flight, tally)
        await loop.create_connection(lambda made=client: made, host, port)  # type: ignore[misc]
        clients.append(client)
    await asyncio.gather(*(client.open for client in clients))
    began, began_busy = time.perf_counter(), time.process_time()
    for client in clients:
        client.send(in_flight)
    await asyncio.gather(*(client.done for client in clients))
    seconds, busy = time.perf_counter() - began, time.process_time() - began_busy
    latencies = sorted(tally.latencies)
    return {
        "requests": len(latencies),
        "per_second": round(len(latencies) / seconds),
        "not_200": tally.statuses[False],
        "refusal": tally.refusal,
        "answer_bytes": len(tally.example),
        "latency_ms": [round(latencies[int(len(latencies) * share)] * 1000, 2) for share in (0.5, 0.99)],
        "load_busy": round(busy / seconds, 2),
    }


def main() -> None:
    host, port, key, secret, connections, in_flight, requests, core = sys.argv[1:]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {int(core)})
    try:
        import uvloop

        make_loop = uvloop.new_event_loop
    except ImportError:
        make_loop = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=make_loop) as runner:
        answer = runner.run(
            measure(host, int(port), key, secret, int(connections), int(in_flight), int(requests))
        )
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
