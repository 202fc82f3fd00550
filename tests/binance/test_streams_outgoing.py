"""What is published in one turn of the loop is one piece for each socket, in order; the same bytes for alike ones."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.binance.floor import PRICE, FakeSocket, Floor, payload_of


class Turns:
    """A loop whose turn ends when the test says so."""

    def __init__(self, floor: Floor) -> None:
        self.ending: list[Callable[[], None]] = []
        floor.hub.write_later(self.ending.append)

    def end(self) -> None:
        for write in self.ending:
            write()
        self.ending.clear()


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def turns(floor: Floor) -> Turns:
    return Turns(floor)


def frames(piece: bytes) -> list[Any]:
    """The messages of a piece; a combined one is given as its data."""
    found = []
    while piece:
        size, start = piece[1], 2
        if size == 126:
            size, start = int.from_bytes(piece[2:4], "big"), 4
        message = json.loads(payload_of(piece[: start + size]))
        found.append(message.get("data", message))
        piece = piece[start + size :]
    return found


def kinds(socket: FakeSocket) -> list[list[str]]:
    """The event types of each piece that a socket was given."""
    pieces, socket.frames = socket.frames, []
    return [[message["e"] for message in frames(piece)] for piece in pieces]


def test_a_burst_is_one_piece_and_the_same_bytes_for_all(floor: Floor, turns: Turns) -> None:
    sockets = [floor.listen("/ws/btcusdt@trade") for _ in range(3)]
    for _ in range(4):
        floor.trade()
    assert [socket.frames for socket in sockets] == [[], [], []]
    turns.end()
    first = sockets[0].frames[0]
    assert all(socket.frames[0] is first for socket in sockets)
    assert [kinds(socket) for socket in sockets] == [[["trade"] * 4]] * 3


def test_several_streams_come_in_the_order_in_which_they_were_published(floor: Floor, turns: Turns) -> None:
    both = [floor.listen("/ws/btcusdt@trade/btcusdt@bookTicker") for _ in range(2)]
    one = floor.listen("/ws/btcusdt@bookTicker")
    other = floor.listen("/stream", "streams=btcusdt@bookTicker/btcusdt@trade")
    floor.house({PRICE: 1}, {})
    floor.trade(1, PRICE + 50)
    floor.house({PRICE: 2}, {})
    turns.end()
    assert both[0].frames[0] is both[1].frames[0]
    seen = frames(both[0].frames[0])
    numbers = [message["u"] for message in seen if message["e"] == "bookTicker"]
    assert numbers == sorted(numbers)
    order = [message["e"] for message in seen]
    assert order[0] == order[-1] == "bookTicker"
    assert "trade" in order[1:-1]
    assert kinds(both[0]) == kinds(other) == [order]
    assert kinds(one) == [[kind for kind in order if kind == "bookTicker"]]


def test_who_comes_or_goes_within_a_turn_does_so_behind_what_was_published(
    floor: Floor, turns: Turns
) -> None:
    leaving, session = floor.connect("/ws/btcusdt@trade")
    staying = floor.listen("/ws/btcusdt@trade")
    floor.trade()
    session.receive('{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":1}')
    assert [frames(piece) for piece in leaving.frames][1:] == [[{"result": None, "id": 1}]]
    assert kinds(leaving_only_events(leaving)) == [["trade"]]
    floor.trade()
    coming = floor.listen("/ws/btcusdt@trade")
    floor.trade()
    turns.end()
    assert leaving.frames == []
    assert kinds(coming) == [["trade"]]
    assert [kind for piece in kinds(staying) for kind in piece] == ["trade"] * 3


def leaving_only_events(socket: FakeSocket) -> FakeSocket:
    """The socket without the answer to its request."""
    socket.frames = [piece for piece in socket.frames if "e" in frames(piece)[0]]
    return socket


def test_a_change_of_form_within_a_turn_loses_nothing(floor: Floor, turns: Turns) -> None:
    socket, session = floor.connect("/ws/btcusdt@depth@100ms")
    for qty in (1, 2):
        floor.house({PRICE: qty}, {})
        floor.advance(100)
        session.receive(json.dumps({"method": "SET_PROPERTY", "params": ["combined", qty == 1], "id": qty}))
    floor.house({PRICE: 3}, {})
    floor.advance(100)
    turns.end()
    diffs = [message for piece in socket.frames for message in frames(piece) if message.get("e")]
    assert len(diffs) == 3
    assert all(later["pu"] == earlier["u"] for earlier, later in pairwise(diffs))


def test_a_congested_socket_gets_only_what_nothing_newer_replaces(floor: Floor, turns: Turns) -> None:
    slow = floor.listen("/ws/btcusdt@trade/btcusdt@bookTicker")
    slow.congested = True
    floor.house({PRICE: 1}, {})
    floor.trade(1, PRICE + 50)
    turns.end()
    assert kinds(slow) == [["trade"]]
    slow.congested = False
    slow.on_drained()
    assert kinds(slow) == [["bookTicker"]]


def test_a_socket_that_drains_within_a_turn_gets_no_message_twice_and_none_behind_a_newer_one(
    floor: Floor, turns: Turns
) -> None:
    slow = floor.listen("/ws/btcusdt@bookTicker")
    slow.congested = True
    floor.house({PRICE: 1}, {})
    turns.end()
    floor.house({PRICE: 2}, {})
    floor.house({PRICE: 3}, {})
    slow.congested = False
    slow.on_drained()
    turns.end()
    assert [message["B"] for piece in slow.frames for message in frames(piece)] == ["0.002", "0.003"]


def test_a_socket_that_breaks_does_not_silence_its_stream(floor: Floor, turns: Turns) -> None:
    broken = floor.listen("/ws/btcusdt@trade")
    well = floor.listen("/ws/btcusdt@trade")

    def fail(frame: bytes) -> None:
        raise OSError("gone")

    broken.write_frame = fail  # type: ignore[method-assign]
    floor.trade()
    with pytest.raises(OSError, match="gone"):
        turns.end()
    turns.ending.clear()
    broken.on_lost()
    floor.trade()
    turns.end()
    assert kinds(well) == [["trade"]]
