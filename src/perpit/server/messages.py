"""From the bytes of a connection to the messages of a conversation: the way in of the WebSocket API.

A text message in one frame, which is nearly every one, is taken out here (RFC 6455, 5.2). Every other frame, and what
is no frame, goes to the parser of `websockets`, which knows the whole protocol; it gets whole frames only, so that it
always stands at the beginning of one. Why: decision 24.

While the conversation is full, what was read waits here, and nothing more is read from the connection: at most one
read of the transport, and the beginning of a frame of at most `max_bytes`, are kept. `MAX_AT_ONCE` messages are handed
out at once, and as many as the conversation has room for. What is there already then waits its turn, even when there is
room before, which leaves time to everybody else (decision 51).
"""

from collections.abc import Callable
from typing import Final, Protocol

try:
    from websockets.speedups import apply_mask
except ImportError:  # built without a C compiler
    from websockets.utils import apply_mask

from perpit.server.turns import Turns

TEXT_IN_ONE_FRAME: Final = 0x81
MASKED: Final = 0x80
FINAL: Final = 0x80
FIRST_CONTROL_OPCODE: Final = 8
MAX_AT_ONCE: Final = 8


class Conversation(Protocol):
    """Who answers the messages of one connection."""

    def is_full(self) -> bool:
        """Whether the next message has to wait until `Messages.read_on` is called."""

    def receive(self, message: bytes) -> None:
        """One text message. Its bytes may not be UTF-8."""

    def receive_binary(self) -> None:
        """One binary message."""


class Messages:
    """Hands out the messages of one connection, each when the conversation has room for it.

    `parse` takes frames that are not taken here, `is_closing` says that a close frame was sent, `pause` and `resume`
    stop and start reading from the connection, `later` calls back after so many seconds.
    """

    def __init__(
        self,
        conversation: Conversation,
        parse: Callable[[bytes], None],
        is_closing: Callable[[], bool],
        pause: Callable[[], None],
        resume: Callable[[], None],
        later: Callable[[float, Callable[[], None]], object],
        max_bytes: int,
    ) -> None:
        self._receive = conversation.receive
        self._is_full = conversation.is_full
        self._parse = parse
        self._is_closing = is_closing
        self._pause = pause
        self._resume = resume
        self._later = later
        self._max_bytes = max_bytes
        self._unread = b""
        self._paused = False
        self._handing_out = False
        self._turns = Turns()
        self._has_had_its_turn = False
        self._in_fragments = False

    def feed(self, data: bytes) -> None:
        """Bytes from the connection."""
        self._unread = self._unread + data if self._unread else data
        self.read_on()

    def read_on(self) -> None:
        """Hand out what is whole until the conversation is full; then read no more until it is not."""
        if self._handing_out or self._has_had_its_turn:
            return
        if self._unread:
            self._handing_out = True
            try:
                position = self._hand_out(self._unread)
            finally:
                self._handing_out = False
            self._unread = self._unread[position:]
        full = (self._is_full() or self._has_had_its_turn) and not self._is_closing()
        if full != self._paused:
            self._paused = full
            if full:
                self._pause()
            else:
                self._resume()

    def end(self) -> None:
        """The connection is lost: what was not handed out never will be."""
        self._unread = b""

    def _next_turn(self) -> None:
        self._has_had_its_turn = False
        self.read_on()

    def _hand_out(self, unread: bytes) -> int:
        """Hand out whole frames; how many bytes they were. What is against the protocol is left to the parser."""
        position, size, left = 0, len(unread), MAX_AT_ONCE
        while position + 2 <= size and not self._is_full() and not self._is_closing():
            first, second = unread[position], unread[position + 1]
            start, length = position + 2, second & 127
            if length >= 126:
                start += 2 if length == 126 else 8
                if start > size:
                    return position
                length = int.from_bytes(unread[position + 2 : start], "big")
            if not second & MASKED or length > self._max_bytes:
                self._parse(unread[position:])
                return size
            start += 4
            end = start + length
            if end > size:
                return position
            if first == TEXT_IN_ONE_FRAME and not self._in_fragments:
                self._receive(apply_mask(unread[start:end], unread[start - 4 : start]))
            else:
                if first & 15 < FIRST_CONTROL_OPCODE:
                    self._in_fragments = not first & FINAL
                self._parse(unread[position:end])
            position = end
            left -= 1
            if left == 0:
                break
        if position == size:
            self._turns.caught_up()
        elif self._is_closing():  # the parser waits for the other side's close
            self._parse(unread[position:])
            return size
        elif left == 0 or self._is_full():
            self._has_had_its_turn = True
            self._later(self._turns.next(), self._next_turn)
        return position
