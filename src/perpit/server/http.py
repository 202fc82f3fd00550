"""The HTTP protocol: bytes to requests, requests to rooms, answers to bytes; with limits on what a client may leave
unfinished.

Made by uvicorn for each connection, and the shortest way through it: httptools parses, the application's `respond`
makes a coroutine of each request, the answer is one write. No ASGI scope, no messages and no task stand between, which
together would cost as much as all the rest of an order (decision 22). Sockets leave for uvicorn's WebSocket protocol
with their upgrade.

A request that waits for nothing is answered at once. One that waits is gone on with by the future it waits for: its
coroutine is stepped here, so whatever needs a task of its own makes one.

Limits:
- request line and headers together 32 KiB, else 431 and the connection is closed;
- of a body the room gets no more than what is needed to refuse its size, and up to 1 MiB more is read and forgotten: a
  client that is still sending when the connection closes would not see the answer;
- a request must be whole 20 s after the connection was made or its own first byte came, and the next one must begin
  75 s after an answer, else the connection is closed. One slow timer for each connection looks after both;
- requests of one connection are answered one after the other; one that was sent before the last was answered waits its
  turn (`turns`), and what was read is parsed in slices of 2 KiB, so that a client that sends many at once leaves
  time to everybody else (decision 51). While something waits its turn, or the client does not read its answers, nothing
  more is read: at most one read of the transport is kept.
"""

import asyncio
import logging
from asyncio import TimerHandle
from collections import deque
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.server import ServerState

from perpit.server.turns import Turns

Headers = list[tuple[bytes, bytes]]

MAX_HEAD_BYTES: Final = 32 * 1024
MAX_DISCARDED_BYTES: Final = 1024 * 1024
SLICE_BYTES: Final = 2048  # most requests are shorter
REQUEST_SECONDS = 20.0  # not Final: tests are less patient, in the compiled build too
KEEP_ALIVE_SECONDS = 75.0
STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
PLAIN_TEXT: Final = b"content-type: text/plain; charset=utf-8\r\n"
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

_log = logging.getLogger("perpit.server")


class Answer(Protocol):
    """What a room answers: status, header lines (each with its line end), and the whole body."""

    @property
    def status(self) -> int: ...

    @property
    def head(self) -> bytes: ...

    @property
    def body(self) -> bytes: ...


class Plain(NamedTuple):
    """An answer of the server itself."""

    status: int
    body: bytes
    head: bytes = PLAIN_TEXT


class Responder(Protocol):
    """Who answers. Bodies above `max_body_bytes` are given only as far as is needed to refuse them."""

    max_body_bytes: int

    def respond(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, client_ip: str
    ) -> Coroutine[Any, Any, Answer]: ...


class Request:
    """A whole request. Header names are in lower case; `keep_alive`: another one may follow."""

    __slots__ = ("body", "headers", "keep_alive", "method", "path", "query")

    def __init__(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, keep_alive: bool
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.keep_alive = keep_alive


class HttpConnection:
    """One HTTP connection: an `asyncio.Protocol` for its transport, the callbacks of its parser."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config = config
        self._server_state = server_state
        self._app_state = app_state
        self._loop = _loop or asyncio.get_running_loop()
        responder: Responder = config.app  # type: ignore[assignment]
        self._respond = responder.respond
        self._max_body_bytes = responder.max_body_bytes
        self._connections = server_state.connections
        self._max_connections = config.limit_concurrency or 1 << 62
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._client_ip = ""

        # the request that is being read
        self._url = b""
        self._headers: Headers = []
        self._body = b""
        self._body_bytes = 0
        self._keep_alive = True
        self._expects_continue = False
        self._upgrading = False
        self._in_head = True
        self._head_bytes = 0
        self._deaf = False  # what comes after the last request is not read
        self._refusal: tuple[int, bytes] | None = None  # of what came after it, once it is answered

        # the requests that are whole
        self._unread = b""  # was read and has not been parsed
        self._requests: deque[Request] = deque()
        self._answering: Request | None = None
        self._coroutine: Coroutine[Any, Any, Answer]
        self._reading_paused = False
        self._writing_paused = False
        self._turns = Turns()
        self._has_had_its_turn = False  # the next one is begun when it is its turn

        self._partial = True  # a request has begun, or the first one is waited for
        self._since = 0.0  # when the unfinished request began, or the last answer was complete
        self._patrol: TimerHandle | None = None

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._connections.add(self)  # type: ignore[arg-type]
        peer = transport.get_extra_info("peername")
        self._client_ip = str(peer[0]) if isinstance(peer, (list, tuple)) else ""
        self._since = self._loop.time()
        self._patrol = self._loop.call_later(REQUEST_SECONDS / 4, self._look_after)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_patrol()
        self._connections.discard(self)
        self._stop_reading()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        if self._unread or len(data) > SLICE_BYTES:
            self._unread += data
            self._read_on()
        else:
            self._parse(data)
        if self._requests or self._unread:
            self._next()

    def _read_on(self) -> None:
        """Parse what was read, as far as the next request."""
        while self._unread and not self._requests and self._answering is None:
            piece = self._unread[:SLICE_BYTES]
            self._unread = self._unread[SLICE_BYTES:]
            self._parse(piece)

    def _parse(self, data: bytes) -> None:
        whole = len(self._requests)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._after_upgrade()
        except httptools.HttpParserError:
            self._refuse(400, b"Invalid HTTP request received.")
            return
        if self._in_head and len(self._requests) == whole:  # else some of the data was of the requests before
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(431, b"")

    def eof_received(self) -> None:
        """The client sends no more; the connection closes."""

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False
        self._next()

    def shutdown(self) -> None:
        """Called by uvicorn when the server stops: close, after the answer that is being made."""
        self._stop_reading()
        if self._answering is None:
            self._transport.close()

    def _stop_reading(self) -> None:
        """Nothing that comes, or came and was not begun, is answered any more."""
        self._deaf = True
        self._requests.clear()
        self._unread = b""

    # What the parser calls

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers = []
        self._body = b""
        self._body_bytes = 0
        self._expects_continue = False
        self._in_head = True
        self._head_bytes = 0
        self._partial = True
        self._since = self._loop.time()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"expect":
            self._expects_continue = value.lower() == b"100-continue"
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        parser = self._parser
        self._keep_alive = parser.should_keep_alive() and parser.get_http_version() != "1.0"
        if parser.should_upgrade():
            self._upgrading = _wants_websocket(self._headers)
            self._keep_alive = False
        elif self._expects_continue and self._answering is None and not self._requests:
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if len(self._body) <= self._max_body_bytes:
            self._body += body
        elif self._body_bytes > self._max_body_bytes + MAX_DISCARDED_BYTES and not self._deaf:
            self.on_message_complete()
            self._deaf = True

    def on_message_complete(self) -> None:
        self._partial = False
        if self._upgrading or self._deaf:
            return
        path, query = _target(self._url)
        body = self._body
        keep_alive = self._keep_alive and len(body) <= self._max_body_bytes
        method = self._parser.get_method().decode("ascii")
        self._requests.append(Request(method, path, query, self._headers, body, keep_alive))

    # Requests and their answers

    def _next(self) -> None:
        """Begin to answer one request that is whole, and read no more while others must wait."""
        requests = self._requests
        if requests and self._answering is None and not (self._writing_paused or self._has_had_its_turn):
            self._begin(requests.popleft())
        waiting = bool(requests or self._unread)
        if waiting and self._answering is None and not (self._writing_paused or self._has_had_its_turn):
            self._has_had_its_turn = True
            self._loop.call_later(self._turns.next(), self._next_turn)
        elif not waiting:
            self._turns.caught_up()
        wait = waiting or self._writing_paused
        if wait != self._reading_paused and not self._transport.is_closing():
            self._reading_paused = wait
            if wait:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _next_turn(self) -> None:
        self._has_had_its_turn = False
        self._read_on()
        self._next()

    def _begin(self, request: Request) -> None:
        self._answering = request
        if len(self._connections) >= self._max_connections:
            request.keep_alive = False
            self._write(Plain(503, b"Service Unavailable"))
            return
        self._coroutine = self._respond(
            request.method, request.path, request.query, request.headers, request.body, self._client_ip
        )
        self._go_on()

    def _go_on(self, _awaited: object = None) -> None:
        """Run the coroutine of the request up to the next future it waits for, or to its answer."""
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as end:
            self._write(end.value)
        except Exception as error:
            request = self._answering
            assert request is not None
            _log.error("a request failed: %s %s", request.method, request.path, exc_info=error)
            request.keep_alive = False
            self._write(Plain(500, b"Internal Server Error"))
        else:
            awaited.add_done_callback(self._finish)

    def _finish(self, awaited: object) -> None:
        """What the request waited for is there."""
        self._go_on()
        if self._requests or self._unread or self._reading_paused or self._writing_paused:
            self._next()

    def _write(self, answer: Answer) -> None:
        """Answer the request, whole and at once."""
        request = self._answering
        assert request is not None
        self._answering = None
        transport = self._transport
        if transport.is_closing():
            return
        keep_alive = request.keep_alive and (self._refusal is not None or not self._deaf)
        connection = b"" if keep_alive else b"connection: close\r\n"
        body = answer.body
        shown = body if request.method != "HEAD" else b""
        status_line = STATUS_LINES[answer.status]
        transport.write(
            b"%b%b%bcontent-length: %d\r\n\r\n%b" % (status_line, answer.head, connection, len(body), shown)
        )
        self._since = self._loop.time()
        if not keep_alive:
            self._stop_reading()
            transport.close()
        elif self._refusal is not None and not self._requests:
            self._write_refusal()

    def _refuse(self, status: int, body: bytes) -> None:
        """Answer what is no request, after the requests that came before it, and close."""
        self._deaf = True
        self._unread = b""
        self._refusal = (status, body)
        if self._answering is None and not self._requests:
            self._write_refusal()

    def _write_refusal(self) -> None:
        assert self._refusal is not None
        status, body = self._refusal
        self._stop_reading()
        if not self._transport.is_closing():
            head = STATUS_LINES[status] + PLAIN_TEXT
            self._transport.write(
                b"%bconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (head, len(body), body)
            )
            self._transport.close()

    # Upgrades

    def _after_upgrade(self) -> None:
        """The parser stops at an upgrade: to WebSocket it is made, any other is a request like all."""
        if not self._upgrading:
            self._deaf = True
        elif self._answering is not None or self._requests:
            self._refuse(400, b"Invalid HTTP request received.")
        else:
            self._become_websocket()

    def _become_websocket(self) -> None:
        """Give the connection to uvicorn's WebSocket protocol, which wants to read the request itself."""
        self._end_patrol()
        self._stop_reading()
        self._connections.discard(self)
        lines = [self._parser.get_method(), b" ", self._url, b" HTTP/1.1\r\n"]
        for name, value in self._headers:
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"\r\n")
        make: Any = self._config.ws_protocol_class
        protocol = make(
            config=self._config, server_state=self._server_state, app_state=self._app_state, _loop=self._loop
        )
        protocol.connection_made(self._transport)
        protocol.data_received(b"".join(lines))
        self._transport.set_protocol(protocol)
        if self._reading_paused:
            self._transport.resume_reading()

    # Patience

    def _look_after(self) -> None:
        """Close what has waited too long for its client; a request that is being answered may take its time."""
        self._patrol = None
        allowed = REQUEST_SECONDS if self._partial else KEEP_ALIVE_SECONDS
        answering = self._answering is not None or self._writing_paused
        if not answering and self._loop.time() - self._since >= allowed:
            self._transport.close()
        else:
            self._patrol = self._loop.call_later(REQUEST_SECONDS / 4, self._look_after)

    def _end_patrol(self) -> None:
        if self._patrol is not None:
            self._patrol.cancel()
            self._patrol = None


def _target(url: bytes) -> tuple[str, bytes]:
    """Path and query of a request line. Raises what the parser answers with 400 when it is no URL."""
    if url.startswith(b"/") and url.find(b"#") < 0:  # `in` takes four times as long
        raw_path, _, query = url.partition(b"?")
    else:
        parsed = httptools.parse_url(url)
        raw_path, query = parsed.path or b"", parsed.query or b""
    path = raw_path.decode("ascii")
    return unquote(path) if "%" in path else path, query


def _wants_websocket(headers: Headers) -> bool:
    wanted = b""
    tokens: list[bytes] = []
    for name, value in headers:
        if name == b"connection":
            tokens = [token.lower().strip() for token in value.split(b",")]
        elif name == b"upgrade":
            wanted = value.lower()
    return b"upgrade" in tokens and wanted == b"websocket"
