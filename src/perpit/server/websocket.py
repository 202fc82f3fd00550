"""The WebSocket protocol: uvicorn's sans-I/O one, opened up so that whole frames are written to the transport.

Made by uvicorn for each upgraded connection. It puts itself into `scope["extensions"]["perpit.socket"]`, where the
application finds it and hands it to the stream hub (`perpit.binance.streams_socket.Socket` says what that needs) or to
a session of the WebSocket API. Handshake, pings, pongs, fragments and closing stay with uvicorn and `websockets`.

A session gets its messages straight from the bytes (`perpit.server.messages`).

Limits (semantics 7.1.6), each settable by `SocketLimits`:
- incoming messages (pings and pongs count) 10 a second: the 11th closes with 1008. In the WebSocket API, whose requests
  have weights, pings and pongs 5 a second (semantics 7.6.1);
- an incoming message above 64 KiB closes with 1009;
- a connection lives 24 h, then closes with 1001;
- a ping goes out every 3 min; when no pong with the payload of one has come within 10 min of the first, 1011. A pong
  that nobody asked for is allowed and proves nothing;
- the write buffer: soft limit 64 KiB, hard limit 1 MiB (`streams_socket` says what happens at each).
"""

import asyncio
import random
import struct
from asyncio import TimerHandle
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame

from perpit.server.messages import Conversation, Messages

SOCKET_EXTENSION: Final = "perpit.socket"
SOFT_BUFFER_BYTES: Final = 64 * 1024
POLICY_VIOLATION: Final = 1008
GOING_AWAY: Final = 1001
TOO_MANY_MESSAGES: Final = "Too many messages"  # the reason of a close that counts against the IP


class SocketLimits:
    """Limits of one socket; `messages_per_second` and `pings_per_second` 0 mean unlimited."""

    def __init__(
        self,
        messages_per_second: int = 10,
        pings_per_second: int = 5,
        life_seconds: float = 24 * 3600.0,
        soft_buffer_bytes: int = SOFT_BUFFER_BYTES,
    ) -> None:
        self.messages_per_second = messages_per_second
        self.pings_per_second = pings_per_second
        self.life_seconds = life_seconds
        self.soft_buffer_bytes = soft_buffer_bytes


class StreamSocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection. Use `with_limits` to get the class that uvicorn is configured with."""

    limits = SocketLimits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.congested = False
        self.on_drained: Callable[[], None] | None = None
        self.on_lost: Callable[[], None] | None = None
        self.on_shutdown: Callable[[], None] | None = None
        self._life_timer: TimerHandle | None = None
        self._unanswered: list[bytes] = []  # payloads of pings: as many as go out until the pong is overdue
        self._second = 0
        self._messages = 0
        self._conversation: Conversation | None = None
        self._incoming: Messages | None = None
        self._answers = b""  # frames that wait for the end of the turn

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=self.limits.soft_buffer_bytes)
        self._life_timer = self.loop.call_later(self.limits.life_seconds, self._life_is_over)

    def connection_lost(self, exc: Exception | None) -> None:
        self._detach()
        if self._incoming is not None:
            self._incoming.end()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self.congested = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self.congested = False
        super().resume_writing()
        if self.on_drained is not None:
            self.on_drained()
        self.read_on()

    def shutdown(self) -> None:
        """Server shutdown: the client is told; one that does not read is not waited for."""
        self._write_answers()
        congested = self.congested
        if self.on_shutdown is not None:
            self.on_shutdown()
        self._detach()
        super().shutdown()
        if congested:
            self.transport.abort()

    def buffered(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return int(self.transport.get_write_buffer_size())

    def write_frame(self, frame: bytes) -> None:
        """Write a frame, or several as one piece, unless the connection is closing."""
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)

    def write_soon(self, frame: bytes) -> None:
        """Write a frame when the event loop's turn is over, as one piece with the others of that turn: a system call
        for each costs more than to make it. What would congest the socket goes out at once, so that it does.
        """
        if not self._answers:
            self.loop.call_soon(self._write_answers)
        self._answers += frame
        if len(self._answers) >= self.limits.soft_buffer_bytes:
            self._write_answers()

    def _write_answers(self) -> None:
        answers, self._answers = self._answers, b""
        if answers:
            self.write_frame(answers)

    # What a conversation is given

    def converse(self, conversation: Conversation) -> None:
        """From now on messages go to `conversation`, and no longer to the application's `receive`."""
        self._conversation = conversation
        self._incoming = Messages(
            conversation,
            self._parse,
            self._is_closing,
            self._pause_reading,
            self._resume_reading,
            self.loop.call_later,
            self.config.ws_max_size,
        )

    def data_received(self, data: bytes) -> None:
        if self._incoming is None:
            super().data_received(data)
        else:
            self._incoming.feed(data)

    def _parse(self, data: bytes) -> None:
        """What is no plain message may end the conversation, so answers go out before it is read."""
        self._write_answers()
        super().data_received(data)

    def read_on(self) -> None:
        """There is room for messages that were held back, if there are any."""
        if self._incoming is not None:
            self._incoming.read_on()

    def _is_closing(self) -> bool:
        return self.close_sent

    def _pause_reading(self) -> None:
        if not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def _resume_reading(self) -> None:
        self.read_paused = False
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def send_receive_event_to_app(self) -> None:
        """A message that the parser put together, or a binary one."""
        conversation = self._conversation
        if conversation is None:
            super().send_receive_event_to_app()
            return
        message = b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "text":
            conversation.receive(message)
        else:
            conversation.receive_binary()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame and stop; the application's `receive` gets the disconnect."""
        self._write_answers()
        self._detach()
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    def abort(self) -> None:
        """Drop the connection at once, with everything that waits to be written."""
        self._detach()
        self.close_sent = True
        self.transport.abort()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[SOCKET_EXTENSION] = self

    def handle_ping(self) -> None:
        if self._within_rate():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._within_rate() and bytes(event.data) in self._unanswered:
            self._unanswered.clear()
            if self.pong_timer is not None:
                self.pong_timer.cancel()
                self.pong_timer = None

    def send_keepalive_ping(self) -> None:
        """uvicorn's waits for the pong before it sends the next; the exchange goes on (semantics 7.1.6)."""
        self.ping_timer = None
        if self.close_sent or self.transport.is_closing():
            return
        payload = struct.pack("!I", random.getrandbits(32))
        self._unanswered.append(payload)
        self.conn.send_ping(payload)
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.pong_timer is None and self.ping_timeout is not None:
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)
        self.schedule_ping()

    def keepalive_timeout(self) -> None:
        """No pong came in time: what was answered until now is still written."""
        self._write_answers()
        super().keepalive_timeout()

    def handle_text(self, event: Frame) -> None:
        if self._conversation is not None or self._within_rate():
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        if self._conversation is not None or self._within_rate():
            super().handle_bytes(event)

    def _within_rate(self) -> bool:
        """Count one incoming message; the one over the limit closes the connection, later ones are ignored."""
        limits = self.limits
        limit = limits.messages_per_second if self._conversation is None else limits.pings_per_second
        if limit == 0:
            return True
        second = int(self.loop.time())
        if second != self._second:
            self._second = second
            self._messages = 0
        self._messages += 1
        if self._messages <= limit:
            return True
        self.close(POLICY_VIOLATION, TOO_MANY_MESSAGES)
        return False

    def _life_is_over(self) -> None:
        self.close(GOING_AWAY, "Connection is 24 hours old")

    def _detach(self) -> None:
        """Tell the hub, once, that nothing more can be written here."""
        if self._life_timer is not None:
            self._life_timer.cancel()
            self._life_timer = None
        on_lost, self.on_lost = self.on_lost, None
        self.on_drained = None
        self.on_shutdown = None
        if on_lost is not None:
            on_lost()


def with_limits(limits: SocketLimits) -> type[StreamSocketProtocol]:
    """The protocol class with these limits, as uvicorn wants it: a class."""
    return type("StreamSocketProtocol", (StreamSocketProtocol,), {"limits": limits})
