"""The HTTP protocol: uvicorn's on httptools, with limits on what a client may leave unfinished and a short way out.

Made by uvicorn for each connection. Limits:
- request line and headers together 32 KiB, else 431 and the connection is closed;
- a request must be whole 20 s after the connection was made or its own first byte came, and the next one must begin
  75 s after an answer, else the connection is closed. One slow timer for each connection looks after both: a timer for
  each request, as uvicorn has it, would be one of the dearer parts of an answer.
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
KEEP_ALIVE_SECONDS: Final = 75.0
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
        self._since = 0.0  # when the unfinished request began, or the last answer was complete
        self._patrol: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        self._patrol = self.loop.call_later(REQUEST_SECONDS / 4, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_patrol()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(HEAD_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._whole = False
        self._head_bytes = 0
        self._since = self.loop.time()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._whole = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """uvicorn's own, without the keep-alive timer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self._since = self.loop.time()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)

    def handle_websocket_upgrade(self) -> None:
        self._end_patrol()
        super().handle_websocket_upgrade()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope: dict[str, Any] = cycle.scope  # type: ignore[assignment]
        scope["extensions"] = {CYCLE_EXTENSION: cycle}
        super()._start_asgi_task(cycle, app)

    def _look_after(self) -> None:
        """Close what has waited too long for its client; a request that is being answered may take its time."""
        self._patrol = None
        allowed = KEEP_ALIVE_SECONDS if self._whole else REQUEST_SECONDS
        answering = self._whole and self.cycle is not None and not self.cycle.response_complete
        if not answering and self.loop.time() - self._since >= allowed:
            self.transport.close()
        else:
            self._patrol = self.loop.call_later(REQUEST_SECONDS / 4, self._look_after)

    def _end_patrol(self) -> None:
        if self._patrol is not None:
            self._patrol.cancel()
            self._patrol = None


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
