"""A real server for tests: uvicorn on a free port in the test's own loop, on top of the trading floor."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import NamedTuple

from perpit.binance.streams import HubLimits
from perpit.server.app import Application
from perpit.server.serve import MAX_CONNECTIONS, Server, Tls
from perpit.server.websocket import SocketLimits
from tests.binance.floor import Floor


class EchoAnswer(NamedTuple):
    status: int
    head: bytes
    body: bytes


class EchoRoom:
    """Answers with what it was asked, to show what the application hands over.

    A path that ends with "late" is answered after other requests had their turn, one that ends with "bug" raises.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[str] = []

    async def http(
        self,
        method: str,
        path: str,
        query: bytes,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
        client_ip: str,
    ) -> EchoAnswer:
        self.asked.append(path)
        if path.endswith("late"):
            await asyncio.sleep(0.5 if path.endswith("very-late") else 0.02)
        if path.endswith("bug"):
            raise RuntimeError("a bug")
        text = f"{self.name}|{method}|{path}|{query.decode()}|{len(body)}|{client_ip}".encode()
        return EchoAnswer(200, b"content-type: application/json\r\n", text)


class Served(NamedTuple):
    """`asked` are the paths that the dialect was asked for, in that order."""

    floor: Floor
    server: Server
    asked: list[str]

    def http(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.port}{path}"

    def ws(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.server.port}{path}"


@contextlib.asynccontextmanager
async def served(
    limits: SocketLimits | None = None,
    hub_limits: HubLimits | None = None,
    tls: Tls | None = None,
    max_connections: int = MAX_CONNECTIONS,
) -> AsyncIterator[Served]:
    """Start, hand over, stop."""
    floor = Floor(hub_limits)
    dialect = EchoRoom("dialect")
    application = Application(dialect, EchoRoom("control"), floor.hub, lambda: floor.now_ms)
    server = Server(application, limits=limits, tls=tls, max_connections=max_connections)
    await server.start()
    try:
        yield Served(floor, server, dialect.asked)
    finally:
        await server.stop()
