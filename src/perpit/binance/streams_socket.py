"""What the streams need of a socket, and what happens to one that is too slow. Implemented by the server.

Backpressure, per socket, by the bytes waiting in its write buffer (numbers in `perpit.server.websocket`):
- up to the soft limit everything is sent;
- over it the socket is `congested`: frames that a newer one replaces (partial depth, tickers, book tickers) are held
  back, the newest of each stream only, and sent when the buffer has drained; everything else is still sent, because
  a diff, a trade or an order update that is left out would be a silent gap;
- over the hard limit the socket is cut off. It never slows the engine or the other sockets. A clock
  that can say in a second what an hour has to say is not held against it (`HubLimits`, decision 74).
"""

from collections.abc import Callable
from typing import Protocol

POLICY_VIOLATION = 1008


class Socket(Protocol):
    """An open server side WebSocket. All calls are made on the event loop's thread and never block."""

    congested: bool
    on_drained: Callable[[], None] | None
    on_lost: Callable[[], None] | None
    on_shutdown: Callable[[], None] | None

    def write_frame(self, frame: bytes) -> None:
        """Write a prebuilt frame, or several as one piece; nothing, once the socket is closing."""

    def buffered(self) -> int:
        """Bytes waiting to be taken by the kernel."""

    def close(self, code: int, reason: str) -> None:
        """Send a close frame and close."""

    def abort(self) -> None:
        """Drop the connection and what waits to be written."""
