"""The ASGI application: HTTP goes to the dialect or to venue control, WebSockets go to the stream hub.

Called by uvicorn. No framework and no middleware: one prefix test chooses the room, the room's own table does the
rest, the refusal of a body above the limit included. Per request it costs one `receive` (none without a body) and one
write. It runs under the protocol classes of this room only, and finds them in the scope's extensions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from perpit.binance.streams import StreamHub
from perpit.binance.streams_url import parse_stream_url, why_refused
from perpit.server.http import CYCLE_EXTENSION, write_answer
from perpit.server.websocket import SOCKET_EXTENSION

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MAX_BODY_BYTES: Final = 64 * 1024
MAX_DISCARDED_BYTES: Final = 1024 * 1024
TICK_SECONDS: Final = 0.02
CONTROL_PREFIXES: Final = ("/venue/", "/health", "/metrics")


class Answer(Protocol):
    """What a room answers: status, headers and the whole body."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Headers: ...

    @property
    def body(self) -> bytes: ...


class HttpRoom(Protocol):
    """A room that answers HTTP: the dialect, or venue control."""

    async def http(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, client_ip: str
    ) -> Answer: ...


class Application:
    """`now_ms` is the venue's clock; `control` answers `/venue/...`, `/health` and `/metrics`."""

    def __init__(
        self,
        dialect: HttpRoom,
        control: HttpRoom | None,
        hub: StreamHub,
        now_ms: Callable[[], int],
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._dialect = dialect
        self._control = control
        self._hub = hub
        self._now_ms = now_ms
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._lifespan(receive, send)

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        headers: Headers = scope["headers"]
        body = await _read_body(receive, self._max_body_bytes) if _has_body(headers) else b""
        path = scope["path"]
        room = self._dialect
        if self._control is not None and path.startswith(CONTROL_PREFIXES):
            room = self._control
        client = scope["client"]
        answer = await room.http(
            scope["method"], path, scope["query_string"], headers, body, client[0] if client else ""
        )
        cycle = scope["extensions"][CYCLE_EXTENSION]
        if len(body) > self._max_body_bytes:
            cycle.keep_alive = False  # the rest of the body was not read
        await write_answer(cycle, answer.status, answer.headers, answer.body)

    async def _websocket(self, scope: Message, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        target = parse_stream_url(scope["path"], scope["query_string"].decode("latin-1"))
        if target is None:
            await _refuse_handshake(send, *why_refused(scope["path"]))
            return
        if self._hub.is_full():
            await _refuse_handshake(send, 503, "As many sockets are open as the venue takes.")
            return
        await send({"type": "websocket.accept"})
        session = self._hub.connect(scope["extensions"][SOCKET_EXTENSION], target)
        try:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                session.receive(text if text is not None else message["bytes"].decode("utf-8", "replace"))
        finally:
            self._hub.disconnect(session)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Keeps clock-driven streams going while no command comes, and lets sockets be flushed once a turn."""
        await receive()
        self._hub.defer = asyncio.get_running_loop().call_soon
        ticking = asyncio.ensure_future(self._tick())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        ticking.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _tick(self) -> None:
        while True:
            self._hub.tick(self._now_ms())
            await asyncio.sleep(TICK_SECONDS)


def _has_body(headers: Headers) -> bool:
    """Header names are lower case in ASGI."""
    for name, value in headers:
        if name == b"content-length":
            return value != b"0"
        if name == b"transfer-encoding":
            return True
    return False


async def _read_body(receive: Receive, limit: int) -> bytes:
    """The body; of one above `limit` its beginning, more than `limit`, so that the room refuses its size.

    What is above the limit is read and forgotten, up to `MAX_DISCARDED_BYTES`: a client that is still sending when the
    connection closes would not see the answer.
    """
    message = await receive()
    body: bytes = message.get("body", b"")
    size = len(body)
    while message.get("more_body", False) and size <= limit + MAX_DISCARDED_BYTES:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if len(body) <= limit:
            body += chunk
    return body


async def _refuse_handshake(send: Send, status: int, reason: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": reason.encode()})
