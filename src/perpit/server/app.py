"""The ASGI application: HTTP goes to the dialect or to venue control, WebSockets go to the stream hub.

Called by uvicorn. No framework and no middleware: one prefix test chooses the room, the room's own table does the
rest. Per request it costs one `receive` (none without a body) and two `send`s.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from perpit.binance.streams import StreamHub
from perpit.binance.streams_url import parse_stream_url
from perpit.server.websocket import SOCKET_EXTENSION

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MAX_BODY_BYTES: Final = 256 * 1024
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
        body = b""
        if _has_body(headers):
            whole = await _read_body(receive, self._max_body_bytes)
            if whole is None:
                await _send_plain(
                    send, 413, b'{"code":-1101,"msg":"Too many parameters sent for this endpoint."}'
                )
                return
            body = whole
        path = scope["path"]
        room = self._dialect
        if self._control is not None and path.startswith(CONTROL_PREFIXES):
            room = self._control
        client = scope["client"]
        answer = await room.http(
            scope["method"], path, scope["query_string"], headers, body, client[0] if client else ""
        )
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _websocket(self, scope: Message, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        target = parse_stream_url(scope["path"], scope["query_string"].decode("latin-1"))
        if target is None:
            await _refuse_handshake(send, 404)
            return
        if self._hub.is_full():
            await _refuse_handshake(send, 503)
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
        """Keeps clock-driven streams going while no command comes."""
        await receive()
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


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None when it is larger than `limit` (the connection is then closed by the server)."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body if len(body) <= limit else None
    chunks = [body]
    size = len(body)
    while message.get("more_body", False) and size <= limit:
        message = await receive()
        chunk = message.get("body", b"")
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks) if size <= limit else None


async def _send_plain(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse_handshake(send: Send, status: int) -> None:
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})
