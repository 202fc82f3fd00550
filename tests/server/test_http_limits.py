"""What a client may leave unfinished, and how answers leave the server, byte by byte."""

import asyncio
import contextlib

import pytest

from perpit.server import http
from tests.server.served import Served, served


async def exchange(at: Served, *parts: bytes) -> bytes:
    """Send the parts on one connection; what came back until the server closed it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", at.server.port)
    with contextlib.suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
    answer = b""
    with contextlib.suppress(ConnectionError):
        answer = await asyncio.wait_for(reader.read(-1), 10)
    writer.close()
    return answer


async def test_an_answer_carries_its_length_and_pipelined_requests_are_answered_in_order() -> None:
    async with served() as at:
        requests = [b"GET /fapi/v1/%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(3)]
        last = b"HEAD /fapi/v1/3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = await exchange(at, *requests, last)
    heads = answer.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert len(heads) == 4
    for number, head in enumerate(heads[:3]):
        body = head.partition(b"\r\n\r\n")[2]
        assert f"/fapi/v1/{number}|".encode() in body
        assert b"content-length: %d\r\n" % len(body) in head
    assert heads[3].endswith(b"\r\n\r\n"), "HEAD has no body"
    assert b"connection: close" in heads[3]


async def test_an_old_client_is_answered_and_its_connection_closed() -> None:
    async with served() as at:
        answer = await exchange(at, b"GET /fapi/v1/ping HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close\r\n" in answer


@pytest.mark.parametrize(
    "request_line",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
    ],
)
async def test_garbage_is_answered_400_and_closed(request_line: bytes) -> None:
    async with served() as at:
        assert (await exchange(at, request_line)).startswith(b"HTTP/1.1 400 ")
        assert (await exchange(at, b"GET / HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


async def test_a_head_without_end_is_cut_off() -> None:
    async with served() as at:
        answer = await exchange(at, b"GET / HTTP/1.1\r\n", *[b"X-Filler: " + b"x" * 8_000 + b"\r\n"] * 10)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
        answer = await exchange(at, b"GET /" + b"x" * 40_000)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")


async def test_a_request_that_does_not_become_whole_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.05)
    async with served() as at:
        nothing = exchange(at)
        half_a_head = exchange(at, b"GET / HTTP/1.1\r\nHos")
        half_a_body = exchange(at, b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345")
        second_half = exchange(at, b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /sec")
        answers = await asyncio.gather(nothing, half_a_head, half_a_body, second_half)
    assert answers[:3] == [b"", b"", b""]
    assert b"/first|" in answers[3]
    assert b"/sec" not in answers[3]


async def test_an_idle_connection_is_closed_some_time_after_its_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.05)
    monkeypatch.setattr(http, "KEEP_ALIVE_SECONDS", 0.1)
    async with served() as at:
        answer = await exchange(at, b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"/first|" in answer
    assert b"connection: close" not in answer
