"""Serving: uvicorn, configured once and run inside a loop that somebody else owns. Used by the composition root.

Limits: `backlog` connections wait in the kernel to be accepted; at `max_connections` open connections every further
request is answered 503 until some close; at shutdown open requests get 3 s. `server/http.py` and `server/websocket.py`
say what one connection may do.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from typing import Any, Final

import uvicorn

from perpit.server.http import HttpConnection
from perpit.server.websocket import SocketLimits, with_limits

PING_SECONDS: Final = 180.0
PONG_SECONDS: Final = 600.0
MAX_MESSAGE_BYTES: Final = 64 * 1024
BACKLOG: Final = 2048
MAX_CONNECTIONS: Final = 8192
GRACE_SECONDS: Final = 3
SPARE_FILES: Final = 256


class PortUnavailable(Exception):
    """The address cannot be listened on; the text is one line that says why and what to do."""


class Tls:
    """Certificate and key files in PEM form; `password` opens an encrypted key."""

    def __init__(self, cert_file: str, key_file: str, password: str | None = None) -> None:
        self.cert_file = cert_file
        self.key_file = key_file
        self.password = password


class Server:
    """One listening port. `start` returns when it answers, `stop` when it is closed and its connections are gone."""

    def __init__(
        self,
        application: Any,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: Tls | None = None,
        limits: SocketLimits | None = None,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self.host = host
        self.port = port
        self._tls = tls
        self._max_connections = max_connections
        config = uvicorn.Config(
            application,
            host=host,
            http=HttpConnection,  # type: ignore[arg-type]  # it has the methods and not the base class
            ws=with_limits(limits or SocketLimits()),
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PONG_SECONDS,
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,  # the rooms send the venue's date
            limit_concurrency=max_connections,
            backlog=BACKLOG,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_certfile=tls.cert_file if tls else None,
            ssl_keyfile=tls.key_file if tls else None,
            ssl_keyfile_password=tls.password if tls else None,
        )
        self._uvicorn = _Uvicorn(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def scheme_suffix(self) -> str:
        """ "s" under TLS: `http` + suffix, `ws` + suffix."""
        return "s" if self._tls else ""

    @property
    def connections(self) -> int:
        """Open connections, HTTP and WebSocket."""
        return len(self._uvicorn.server_state.connections)

    async def start(self) -> None:
        """Bind, start and wait until requests are answered; `port` is then the real one.

        Raises PortUnavailable. An exception of the application's start is raised here, too.
        """
        _allow_open_files(self._max_connections + SPARE_FILES)
        listener = _listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._uvicorn.serve(sockets=[listener]), name="perpit-server")
        await self._answers(self._task)
        if self._task.done():
            listener.close()
            task, self._task = self._task, None
            await task
            raise RuntimeError("the server ended while it started")

    async def wait(self) -> None:
        """Until the server ends by itself, which it does only after `stop` or an error."""
        assert self._task is not None
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Close the port, then the connections; requests under way get a moment to finish. Also amid a `start`."""
        if self._task is not None:
            await self._answers(self._task)  # told earlier, uvicorn would leave the application running
            self._uvicorn.should_exit = True
            await self._task
            self._task = None

    async def _answers(self, serving: asyncio.Task[None]) -> None:
        """Until requests are answered, or never will be."""
        answering = asyncio.create_task(self._uvicorn.answering.wait())
        try:
            await asyncio.wait({serving, answering}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answering.cancel()


class _Uvicorn(uvicorn.Server):
    """uvicorn that leaves signals to its owner and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.answering.set()


def _allow_open_files(wanted: int) -> None:
    """Every connection is an open file: raise this process's soft limit as far as `wanted` and the system allow."""
    try:
        import resource
    except ImportError:  # no such limit on this system
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket. The host may be a name or an address of either family."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortUnavailable(f"cannot listen on host {host!r}: {error.strerror}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortUnavailable(
                f"port {port} on {host} is in use: stop what runs there, or choose another with --port"
            ) from error
        raise PortUnavailable(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener
