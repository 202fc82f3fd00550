"""The HTTP protocol, byte by byte: turns, waiting, upgrades, and what a room may do wrong."""

import asyncio

import pytest

from perpit.server.http import SLICE_BYTES
from tests.server.served import served
from tests.server.test_http_limits import exchange

LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def bodies(answer: bytes) -> list[bytes]:
    """The bodies of 200 answers, in the order in which they came."""
    return [head.partition(b"\r\n\r\n")[2] for head in answer.split(b"HTTP/1.1 200 OK\r\n")[1:]]


async def test_a_request_that_waits_keeps_those_behind_it_waiting() -> None:
    async with served() as at:
        requests = [
            b"GET /%d/%s HTTP/1.1\r\nHost: x\r\n\r\n" % (n, b"late" if n % 3 == 0 else b"x")
            for n in range(12)
        ]
        in_one = bodies(await exchange(at, b"".join(requests) + LAST))
        one_by_one = bodies(await exchange(at, *requests, LAST))
    for answered in (in_one, one_by_one):
        paths = [body.split(b"|")[2] for body in answered]
        assert paths == [request.split(b" ")[1] for request in requests] + [b"/last"]


async def test_many_requests_at_once_are_all_answered() -> None:
    async with served() as at:
        request = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
        answered = bodies(await exchange(at, request * 200 + LAST))
    assert len(answered) == 201


async def test_a_client_that_reads_late_gets_every_answer() -> None:
    """More answers than all buffers hold: the server stops reading until the client takes them."""
    async with served() as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.server.port)
        request = b"GET /x?" + b"y" * 30_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        sending = asyncio.ensure_future(_send(writer, request * 500 + LAST))
        await asyncio.sleep(0.1)
        assert not sending.done()
        answer = await asyncio.wait_for(reader.read(-1), 20)
        await sending
        writer.close()
    assert len(bodies(answer)) == 501


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def test_a_client_that_asks_first_is_told_to_send_its_body() -> None:
    head = b"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    async with served() as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.server.port)
        writer.write(head)
        assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5) == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"12345")
        assert bodies(await asyncio.wait_for(reader.read(-1), 5)) == [b"dialect|POST|/x||5|127.0.0.1"]
        writer.close()


@pytest.mark.parametrize("chunks", [[b"5\r\nhello\r\n", b"6\r\n world\r\n0\r\n\r\n"]])
async def test_a_body_may_come_in_chunks(chunks: list[bytes]) -> None:
    head = b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    async with served() as at:
        assert bodies(await exchange(at, head, *chunks)) == [b"dialect|POST|/x||11|127.0.0.1"]


async def test_an_upgrade_to_anything_but_websocket_is_answered_as_if_it_were_none() -> None:
    request = b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    async with served() as at:
        answer = await exchange(at, request)
    assert bodies(answer) == [b"dialect|GET|/x||0|127.0.0.1"]
    assert b"connection: close\r\n" in answer


@pytest.mark.parametrize(
    ("target", "path"),
    [(b"/a%20b?c=%20", b"/a b"), (b"http://x:1/abs?c=%20", b"/abs"), (b"/a?c=%20#f", b"/a")],
)
async def test_path_and_query_are_found_in_every_form_of_target(target: bytes, path: bytes) -> None:
    request = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with served() as at:
        assert bodies(await exchange(at, request)) == [b"dialect|GET|" + path + b"|c=%20|0|127.0.0.1"]


async def test_a_bug_in_a_room_is_answered_500_and_the_server_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with served() as at:
        for path in (b"/bug", b"/venue/bug"):
            answer = await exchange(at, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 500 ")
        assert len(bodies(await exchange(at, LAST))) == 1
    assert "a bug" in caplog.text


async def test_beyond_the_most_connections_a_request_is_answered_503() -> None:
    async with served(max_connections=2) as at:
        _reader, writer = await asyncio.open_connection("127.0.0.1", at.server.port)
        assert (await exchange(at, LAST)).startswith(b"HTTP/1.1 503 ")
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.05)
        assert (await exchange(at, LAST)).startswith(b"HTTP/1.1 200 ")


async def test_stopping_waits_for_the_answer_that_is_being_made() -> None:
    async with served() as at:
        asking = asyncio.ensure_future(exchange(at, b"GET /very-late HTTP/1.1\r\nHost: x\r\n\r\n"))
        await asyncio.sleep(0.05)
        await at.server.stop()
        answer = await asking
    assert len(bodies(answer)) == 1
    assert b"connection: close\r\n" in answer


async def test_a_client_that_sends_many_requests_at_once_takes_turns_with_everybody_else() -> None:
    async with served() as at:
        _reader, flood = await asyncio.open_connection("127.0.0.1", at.server.port)
        reader, writer = await asyncio.open_connection("127.0.0.1", at.server.port)
        before = len(at.asked)
        flood.write(b"GET /flood HTTP/1.1\r\nHost: x\r\n\r\n" * 1_000)
        writer.write(b"GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await asyncio.wait_for(reader.read(-1), 10)
        assert at.asked[before:].index("/other") < 20
        flood.close()
        writer.close()


async def test_a_request_longer_than_a_slice_is_read_whole_in_one_turn() -> None:
    body = b"x" * (5 * SLICE_BYTES)
    request = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
    async with served() as at:
        answer = await exchange(at, request % (len(body), body))
    assert b"|%d|" % len(body) in answer


@pytest.mark.parametrize("target", [b"/late", b"/x"])
@pytest.mark.parametrize(
    ("junk", "status"), [(b"garbage\r\n\r\n", b"400"), (b"GET /x HTTP/1.1\r\nX: " + b"y" * 70_000, b"431")]
)
async def test_junk_behind_requests_does_not_take_their_answers(
    target: bytes, junk: bytes, status: bytes
) -> None:
    """A wrong Content-Length makes such a client: it must not read that its order was refused."""
    request = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target
    async with served() as at:
        answer = await exchange(at, request * 3 + junk)
    assert len(bodies(answer)) == 3
    assert answer.count(b"HTTP/1.1 ") == 4
    assert b"HTTP/1.1 " + status in answer.rpartition(b"|127.0.0.1")[2]
