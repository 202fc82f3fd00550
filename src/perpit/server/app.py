"""The application: HTTP goes to dialect, venue control or pages, WebSockets to the stream hub or the WebSocket API.

Requests come from `http.HttpConnection`, WebSockets and the lifespan from uvicorn by ASGI. No framework and no
middleware: one prefix test chooses the room, the room's own table does the rest, the refusal of a body above the limit
included. Sockets are found in the extensions of their ASGI scope.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol

from perpit.binance import errors
from perpit.binance.doorkeeper import Doorkeeper
from perpit.binance.streams import StreamHub
from perpit.binance.streams_url import NOTHING_HERE, parse_stream_url
from perpit.binance.ws_api import WsApi
from perpit.server.http import Answer, Headers
from perpit.server.websocket import SOCKET_EXTENSION, TOO_MANY_MESSAGES

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY_BYTES: Final = 64 * 1024
TICK_SECONDS: Final = 0.02
DOCS_PREFIX: Final = "/docs"
BROWSERS_READ: Final = b"text/html"
OTHER_ROOMS: Final = ("/venue/", "/health", "/metrics", DOCS_PREFIX)


class HttpRoom(Protocol):
    """A room that answers HTTP: the dialect, or venue control."""

    def http(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, client_ip: str
    ) -> Coroutine[Any, Any, Answer]: ...


class Application:
    """`now_ms` is the venue's clock; `control` answers `/venue/...`, `/health` and `/metrics`, `pages` answers `/docs`,
    `ws_api` its sockets.

    `doorkeeper` is asked at every handshake of a WebSocket; without one everybody is let in.
    """

    def __init__(
        self,
        dialect: HttpRoom,
        control: HttpRoom | None,
        hub: StreamHub,
        now_ms: Callable[[], int],
        max_body_bytes: int = MAX_BODY_BYTES,
        ws_api: WsApi | None = None,
        doorkeeper: Doorkeeper | None = None,
        pages: HttpRoom | None = None,
    ) -> None:
        self._dialect = dialect
        self._pages = pages
        self._control = control
        self._hub = hub
        self._ws_api = ws_api
        self._doorkeeper = doorkeeper
        self._now_ms = now_ms
        self.max_body_bytes = max_body_bytes

    def respond(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, client_ip: str
    ) -> Coroutine[Any, Any, Answer]:
        """The coroutine that answers a request; calls of venue control wait for anything and are tasks."""
        if path.startswith(OTHER_ROOMS):
            if path.startswith(DOCS_PREFIX):
                if self._pages is not None:
                    return self._pages.http(method, path, query, headers, body, client_ip)
            elif self._control is not None:
                return _in_a_task(self._control.http(method, path, query, headers, body, client_ip))
        elif path == "/" and self._pages is not None and _is_browser(headers):
            return self._pages.http(method, path, query, headers, body, client_ip)
        return self._dialect.http(method, path, query, headers, body, client_ip)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._lifespan(receive, send)

    async def _websocket(self, scope: Message, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        client = scope["client"]
        client_ip = str(client[0]) if client else ""
        refusal = None if self._doorkeeper is None else self._doorkeeper.refuses(client_ip)
        if refusal is not None:
            await _answer_refusal(send, refusal)
        elif self._ws_api is not None and self._ws_api.knows(scope["path"]):
            await self._conversation(self._ws_api, scope, receive, send, client_ip)
        else:
            await self._stream(scope, receive, send, client_ip)

    async def _stream(self, scope: Message, receive: Receive, send: Send, client_ip: str) -> None:
        target = parse_stream_url(scope["path"], scope["query_string"].decode("latin-1"))
        if target is None or not self._hub.has_path(target):
            await _refuse_handshake(send, 404, NOTHING_HERE)
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
                    self._ended(message, client_ip)
                    return
                text = message.get("text")
                session.receive(text if text is not None else message["bytes"].decode("utf-8", "replace"))
        finally:
            self._hub.disconnect(session)

    def _ended(self, disconnect: Message, client_ip: str) -> None:
        """A connection is over; whose fault it was."""
        if self._doorkeeper is not None and disconnect.get("reason") == TOO_MANY_MESSAGES:
            self._doorkeeper.cut_off(client_ip)

    async def _conversation(
        self, ws_api: WsApi, scope: Message, receive: Receive, send: Send, client_ip: str
    ) -> None:
        """A connection of the WebSocket API: its messages do not come by here, only its end does."""
        refusal = ws_api.refuses(scope["path"], client_ip)
        if refusal is not None:
            await _answer_refusal(send, refusal)
            return
        await send({"type": "websocket.accept"})
        socket = scope["extensions"][SOCKET_EXTENSION]
        session = ws_api.connect(socket, scope["path"], scope["query_string"].decode("latin-1"), client_ip)
        socket.converse(session)
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                pass
            self._ended(message, client_ip)
        finally:
            ws_api.disconnect(session)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Keeps clock-driven streams going while no command comes, and lets sockets be flushed once a turn."""
        await receive()
        self._hub.write_later(asyncio.get_running_loop().call_soon)
        ticking = asyncio.ensure_future(self._tick())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        ticking.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _tick(self) -> None:
        while True:
            self._hub.tick(self._now_ms())
            await asyncio.sleep(TICK_SECONDS)


def _is_browser(headers: Headers) -> bool:
    """Whether a request asks for a page; clients of the API take anything, or JSON."""
    return any(name == b"accept" and BROWSERS_READ in value for name, value in headers)


async def _in_a_task(answering: Coroutine[Any, Any, Answer]) -> Answer:
    return await asyncio.create_task(answering)


async def _refuse_handshake(send: Send, status: int, reason: str) -> None:
    await _answer_handshake(send, status, [(b"content-type", b"text/plain; charset=utf-8")], reason.encode())


async def _answer_refusal(send: Send, refusal: errors.WireError) -> None:
    retry = [(b"retry-after", b"%d" % refusal.retry_after_s)] if refusal.retry_after_s else []
    body = json.dumps(refusal.body()).encode()
    await _answer_handshake(send, refusal.status, [(b"content-type", b"application/json"), *retry], body)


async def _answer_handshake(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
