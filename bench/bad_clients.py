"""Clients that nobody likes, as `bench.paced_load` runs them beside its orders: one call of `turn` after the other.

Each is one connection with its own rhythm, and never waits. A flood keeps the connection full: whatever the server
takes, more is sent, and answers are thrown away. A slow client subscribes to everything of a symbol that is traded and
reads nothing.
"""

import contextlib
import socket
from collections.abc import Callable

from bench.http_load import signed_orders as orders_over_http
from bench.streams_load import opened
from bench.ws_load import framed
from bench.ws_load import signed_orders as orders_over_ws

PIECE_BYTES = 64 * 1024
ORDERS = 20_000
STREAMS = "/stream?streams=btcusdt@trade/btcusdt@aggTrade/btcusdt@depth@100ms/btcusdt@bookTicker"


class NoClient:
    """Nobody beside: what the others are compared with."""

    def turn(self) -> None:
        """Do what can be done without waiting."""

    def told(self) -> dict[str, int]:
        """What it did, for the record."""
        return {}


class SlowReader(NoClient):
    """Subscribes to busy streams and reads nothing."""

    def __init__(self, host: str, port: int, key: str, secret: str) -> None:
        self.socket = opened(host, port, STREAMS)


class Flood(NoClient):
    """Sends its pieces, over and over, as fast as the server takes them."""

    def __init__(self, connection: socket.socket, pieces: list[bytes]) -> None:
        connection.setblocking(False)
        self.socket = connection
        self.pieces = pieces
        self.next = 0
        self.left = memoryview(b"")
        self.sent_bytes = 0
        self.read_bytes = 0
        self.buffer = bytearray(256 * 1024)

    def turn(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self.read_bytes += self.socket.recv_into(self.buffer)
        if not self.left:
            self.left = memoryview(self.pieces[self.next % len(self.pieces)])
            self.next += 1
        if self.left:
            with contextlib.suppress(BlockingIOError):
                sent = self.socket.send(self.left)
                self.sent_bytes += sent
                self.left = self.left[sent:]

    def told(self) -> dict[str, int]:
        return {"sent bytes": self.sent_bytes, "read bytes": self.read_bytes}


def pieces_of(requests: list[bytes]) -> list[bytes]:
    """The requests in pieces of PIECE_BYTES or more."""
    pieces, piece = [], b""
    for request in requests:
        piece += request
        if len(piece) >= PIECE_BYTES:
            pieces.append(piece)
            piece = b""
    return [*pieces, piece] if piece else pieces


def reads_over_http(host: str, port: int, _key: str, _secret: str) -> NoClient:
    """Asks for the order book, again and again, without waiting for the answers."""
    request = f"GET /fapi/v1/depth?symbol=BTCUSDT&limit=100 HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    return Flood(socket.create_connection((host, port)), pieces_of([request] * 1000))


def orders_flood_http(host: str, port: int, key: str, secret: str) -> NoClient:
    """Places orders without waiting for the answers."""
    requests = orders_over_http(f"{host}:{port}", key, secret, 1, ORDERS)
    return Flood(socket.create_connection((host, port)), pieces_of(requests))


def reads_over_ws(host: str, port: int, _key: str, _secret: str) -> NoClient:
    """Asks for the order book over the WebSocket API."""
    payload = b'{"id":1,"method":"depth","params":{"symbol":"BTCUSDT","limit":100},"pad":"%b"}' % (b"x" * 80)
    return Flood(opened(host, port, "/ws-fapi/v1"), pieces_of([framed(payload)] * 1000))


def orders_flood_ws(host: str, port: int, key: str, secret: str) -> NoClient:
    """Places orders over the WebSocket API without waiting for the answers."""
    frames = orders_over_ws(key, secret, 1, ORDERS)
    return Flood(opened(host, port, "/ws-fapi/v1"), pieces_of(frames))


BAD_CLIENTS: dict[str, Callable[[str, int, str, str], NoClient]] = {
    "slow reader of streams": SlowReader,
    "flood of reads, HTTP": reads_over_http,
    "flood of orders, HTTP": orders_flood_http,
    "flood of reads, WebSocket API": reads_over_ws,
    "flood of orders, WebSocket API": orders_flood_ws,
}
