"""The loads of the benches of latency and fairness do what they say. No test here asserts a time."""

import socket

import pytest

from bench.bad_clients import PIECE_BYTES, Flood, pieces_of
from bench.paced_load import Connection, Run


def test_requests_are_put_together_in_order_and_none_is_cut() -> None:
    requests = [b"%d|" % number * 1000 for number in range(100)]
    pieces = pieces_of(requests)
    assert b"".join(pieces) == b"".join(requests)
    assert all(len(piece) >= PIECE_BYTES for piece in pieces[:-1])
    assert all(piece.endswith(b"|") for piece in pieces)


def test_a_flood_sends_whatever_is_taken_and_goes_on_where_it_was() -> None:
    here, there = socket.socketpair()
    with here, there:
        flood = Flood(here, [b"a" * 300_000, b"b" * 300_000])
        for _ in range(20):
            flood.turn()
        stuck = flood.sent_bytes
        got = b""
        while len(got) < 700_000:
            got += there.recv(1 << 20)
            flood.turn()
    assert 0 < stuck < 600_000, "nobody read, so it could not send all"
    assert got[:700_000] == b"a" * 300_000 + b"b" * 300_000 + b"a" * 100_000


def test_an_answer_in_parts_is_one_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = Connection("127.0.0.1", server.getsockname()[1])
        there, _address = server.accept()
    with there, connection.socket:
        connection.socket.setblocking(True)
        there.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
        assert connection.answer() is None
        there.sendall(b"cde")
        assert connection.answer() == b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde"


def test_the_first_orders_warm_up_and_are_not_counted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        run = Run("127.0.0.1", server.getsockname()[1], [], rate=10)
    run.latencies = [9.0] * 10 + [0.001] * 89 + [0.002]
    run.late = [0.0]
    told = run.told()["latency_ms"]
    assert told == {"50 %": 1.0, "99 %": 2.0, "99.9 %": 2.0}
    for connection in run.free:
        connection.socket.close()


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_send_is_no_piece(count: int) -> None:
    assert pieces_of([b"x"] * count) == [b"x"] * count
