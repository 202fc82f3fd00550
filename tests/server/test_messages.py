"""Whole messages out of any pieces of a connection's bytes."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from perpit.server.messages import MAX_AT_ONCE, Messages

MAX_BYTES = 64 * 1024


class Line:
    """A conversation that remembers, room for `room` messages, and what went to the parser."""

    def __init__(self, room: int = 10**6) -> None:
        self.room = room
        self.heard: list[bytes] = []
        self.parsed: list[bytes] = []
        self.closing = False
        self.paused = False
        self.later: list[Callable[[], None]] = []
        self.waits: list[float] = []
        self.messages = Messages(
            self,
            self.parsed.append,
            lambda: self.closing,
            self.pause,
            self.resume,
            self.put_off,
            MAX_BYTES,
        )

    def put_off(self, seconds: float, go_on: Callable[[], None]) -> None:
        self.waits.append(seconds)
        self.later.append(go_on)

    def turn(self) -> None:
        """What was put off until the next turn of the loop."""
        put_off, self.later = self.later, []
        for go_on in put_off:
            go_on()

    def is_full(self) -> bool:
        return len(self.heard) >= self.room

    def receive(self, message: bytes) -> None:
        self.heard.append(message)

    def receive_binary(self) -> None:
        raise AssertionError("binary messages come from the parser")

    def pause(self) -> None:
        assert not self.paused
        self.paused = True

    def resume(self) -> None:
        assert self.paused
        self.paused = False


def frame(opcode: Opcode, payload: bytes, fin: bool = True) -> bytes:
    return bytes(Frame(opcode, payload, fin).serialize(mask=True))


def text(payload: bytes) -> bytes:
    return frame(Opcode.TEXT, payload)


@given(
    payloads=st.lists(st.binary(max_size=200) | st.just(b"x" * 65_000)),
    cuts=st.lists(st.integers(min_value=1, max_value=400), min_size=1),
)
def test_messages_come_whole_however_the_bytes_are_cut(payloads: list[bytes], cuts: list[int]) -> None:
    line = Line()
    stream = b"".join(text(payload) for payload in payloads)
    position, turn = 0, 0
    while position < len(stream):
        size = cuts[turn % len(cuts)] * (1 + turn)
        line.messages.feed(stream[position : position + size])
        position, turn = position + size, turn + 1
        while line.later:
            line.turn()
    assert line.heard == payloads
    assert line.parsed == []


def test_other_frames_go_to_the_parser_whole_and_in_their_order() -> None:
    line = Line()
    frames = [
        frame(Opcode.PING, b"1"),
        frame(Opcode.TEXT, b"a", fin=False),
        frame(Opcode.PONG, b"2"),
        frame(Opcode.CONT, b"b"),
        frame(Opcode.BINARY, b"c"),
    ]
    for byte in text(b"first") + b"".join(frames) + text(b"last"):
        line.messages.feed(bytes([byte]))
    assert line.heard == [b"first", b"last"]
    assert line.parsed == frames


def test_a_text_frame_among_fragments_is_for_the_parser_to_refuse() -> None:
    line = Line()
    begun, amid = frame(Opcode.TEXT, b"a", fin=False), text(b"b")
    line.messages.feed(begun + amid)
    assert line.heard == []
    assert line.parsed == [begun, amid]


def test_what_is_not_masked_or_too_long_goes_to_the_parser_with_all_behind_it() -> None:
    for wrong in (b"\x81\x02hi", b"\x81\xff\x00\x00\x00\x00\x00\x01\x00\x01", b"\x81\xff" + b"\xff" * 8):
        line = Line()
        behind = text(b"b")
        line.messages.feed(text(b"a") + wrong + behind)
        assert line.heard == [b"a"]
        assert line.parsed == [wrong + behind]


def test_nothing_is_handed_out_or_read_while_the_conversation_is_full() -> None:
    line = Line(room=2)
    line.messages.feed(b"".join(text(b"%d" % number) for number in range(4)))
    assert (line.heard, line.paused) == ([b"0", b"1"], True)
    line.messages.read_on()
    assert line.paused
    line.room = 3
    line.turn()
    assert (line.heard, line.paused) == ([b"0", b"1", b"2"], True)
    line.room = 9
    line.turn()
    assert (line.heard, line.paused) == ([b"0", b"1", b"2", b"3"], False)


def test_who_sent_more_than_there_is_room_for_waits_a_turn_even_if_there_is_room_before() -> None:
    line = Line(room=2)
    line.messages.feed(b"".join(text(b"%d" % number) for number in range(3)))
    line.room = 9
    line.messages.read_on()
    assert (line.heard, line.paused) == ([b"0", b"1"], True)
    line.turn()
    assert (line.heard, line.paused) == ([b"0", b"1", b"2"], False)


def test_who_waits_for_room_before_sending_more_never_waits_a_turn() -> None:
    line = Line(room=2)
    for number in range(0, 20, 2):
        line.messages.feed(text(b"%d" % number) + text(b"%d" % (number + 1)))
        assert line.paused
        line.room += 2
        line.messages.read_on()
    assert (len(line.heard), line.waits) == (20, [])


def test_turns_get_longer_while_there_is_always_more_and_are_short_again_afterwards() -> None:
    line = Line()
    line.messages.feed(text(b"a") * (9 * MAX_AT_ONCE + 1))
    while line.later:
        line.turn()
    assert line.waits == [0.001, 0.002, 0.004] + [0.008] * 6
    line.messages.feed(text(b"a") * (MAX_AT_ONCE + 1))
    assert line.waits[9:] == [0.001]


def test_a_large_read_is_handed_out_in_turns_with_everybody_else() -> None:
    line = Line()
    payloads = [b"%d" % number for number in range(2 * MAX_AT_ONCE + 1)]
    line.messages.feed(b"".join(map(text, payloads)))
    assert (line.heard, line.paused) == (payloads[:MAX_AT_ONCE], True)
    line.messages.read_on()
    assert len(line.heard) == MAX_AT_ONCE
    line.later.pop()()
    assert (line.heard, line.paused) == (payloads[: 2 * MAX_AT_ONCE], True)
    line.turn()
    assert (line.heard, line.paused) == (payloads, False)


def test_of_a_lost_connection_nothing_more_is_handed_out() -> None:
    line = Line()
    line.messages.feed(text(b"a") * (MAX_AT_ONCE + 1))
    line.messages.end()
    line.turn()
    assert len(line.heard) == MAX_AT_ONCE


def test_after_a_close_only_the_parser_is_given_anything() -> None:
    line = Line()
    line.closing = True
    late = text(b"a")
    line.messages.feed(late)
    assert (line.heard, line.parsed) == ([], [late])
