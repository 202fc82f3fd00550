"""The HTTP protocol: uvicorn's on httptools, with limits on what a client may leave unfinished and a short way out.

Made by uvicorn for each connection. Limits:
- request line and headers together 32 KiB, else 431 and the connection is closed;
- a request must be whole 20 s after the connection was made or its own first byte came, else the connection is
  closed; between requests uvicorn's keep-alive timeout counts.
The body's size is limited by the application.

The short way: the application finds the request's cycle in `scope["extensions"]["perpit.cycle"]` and gives the whole
answer to `write_answer`: one write, and none of the checks that ASGI's `send` makes of each header of our own.
"""

import asyncio
from asyncio import TimerHandle
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

CYCLE_EXTENSION: Final = "perpit.cycle"
MAX_HEAD_BYTES: Final = 32 * 1024
REQUEST_SECONDS: Final = 20.0
HEAD_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)


class BoundedHttpProtocol(HttpToolsProtocol):
    """One HTTP connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._in_head = True
        self._head_bytes = 0
        self._whole = False
        self._late_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._late_timer = self.loop.call_later(REQUEST_SECONDS, self._is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(HEAD_TOO_LARGE)
                self.transport.close()
        if not self._whole and self._late_timer is None and not self.transport.is_closing():
            self._late_timer = self.loop.call_later(REQUEST_SECONDS, self._is_late)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._whole = False
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._whole = True
        self._is_in_time()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._whole = True
        self._is_in_time()
        super().handle_websocket_upgrade()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope: dict[str, Any] = cycle.scope  # type: ignore[assignment]
        scope["extensions"] = {CYCLE_EXTENSION: cycle}
        super()._start_asgi_task(cycle, app)

    def _is_in_time(self) -> None:
        if self._late_timer is not None:
            self._late_timer.cancel()
            self._late_timer = None

    def _is_late(self) -> None:
        self._late_timer = None
        self.transport.close()


async def write_answer(
    cycle: RequestResponseCycle, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Answer a request whole, as `send` would: after what is waiting to be written, on the same conditions.

    `headers` are the application's own and trusted; Content-Length and Connection are added here.
    """
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    cycle.response_started = True
    cycle.waiting_for_100_continue = False
    parts = [STATUS_LINE[status]]
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    if not cycle.keep_alive:
        parts.append(b"connection: close\r\n")
    parts.append(b"content-length: %d\r\n\r\n" % len(body))
    if cycle.scope["method"] != "HEAD":
        parts.append(body)
    cycle.transport.write(b"".join(parts))
    cycle.response_complete = True
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
