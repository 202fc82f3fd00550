"""The WebSocket API on real sockets: frames, limits, and clients that do not keep to them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
import websockets

from perpit.binance.ws_api import MAX_IN_FLIGHT, WsApi
from perpit.domain.commands import Command
from perpit.server.app import Application
from perpit.server.serve import Server
from perpit.server.websocket import SocketLimits, StreamSocketProtocol
from tests.binance.caller import KEY, Caller, sign
from tests.binance.floor import Floor
from tests.binance.ws_caller import ORDER, signed_text
from tests.server.served import EchoRoom
from tests.server.test_messages import text
from tests.server.test_websocket import closed_with, raw_socket

STATUS = '{"id":%d,"method":"session.status"}'
STATUS_1 = (STATUS % 1).encode()


class Venue(NamedTuple):
    caller: Caller
    api: WsApi
    server: Server

    def url(self, query: str = "") -> str:
        return f"ws://127.0.0.1:{self.server.port}/ws-fapi/v1{query}"


@contextlib.asynccontextmanager
async def venue(
    limits: SocketLimits | None = None, enforced: bool = True, max_sessions: int = 8
) -> AsyncIterator[Venue]:
    """A caller's dialect behind a real server."""
    caller = Caller(limits=enforced)
    caller.depth()
    api = WsApi(caller.dialect, caller.world, max_sessions)
    floor = Floor(None)
    application = Application(EchoRoom("dialect"), None, floor.hub, lambda: floor.now_ms, ws_api=api)
    server = Server(application, limits=limits)
    await server.start()
    try:
        yield Venue(caller, api, server)
    finally:
        await server.stop()


def order(caller: Caller, number: int) -> str:
    sent = {**ORDER, "apiKey": KEY, "timestamp": caller.now_ms, "newClientOrderId": f"o-{number}"}
    return json.dumps(
        {"id": number, "method": "order.place", "params": sent | {"signature": sign(signed_text(sent))}}
    )


async def test_requests_are_answered_on_their_connection() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:
        await client.send(order(at.caller, 1))
        reply = json.loads(await client.recv())
        assert (reply["id"], reply["status"], reply["result"]["clientOrderId"]) == (1, 200, "o-1")
        assert [row["count"] for row in reply["rateLimits"]] == [1, 1, 5], "the handshake counts 5"


async def test_a_message_in_fragments_is_put_together_and_a_ping_between_them_answered() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:

        async def pieces() -> AsyncIterator[str]:
            yield '{"id":7,'
            await asyncio.wait_for(await client.ping(b"payload"), 5)
            yield '"method":"session.status"}'

        await client.send(pieces())
        assert json.loads(await client.recv())["id"] == 7


async def test_a_binary_message_and_text_that_is_none_are_refused_and_the_connection_goes_on() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:
        await client.send(b"\xff\xfe")
        assert json.loads(await client.recv())["error"]["code"] == -1000
        await client.send(b"\xff\xfe", text=True)
        assert json.loads(await client.recv())["error"]["code"] == -1000
        await client.send(STATUS % 1)
        assert json.loads(await client.recv())["status"] == 200


async def test_an_oversized_message_closes_the_connection() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:
        await client.send("x" * 70_000)
        assert await closed_with(client) == 1009


async def test_messages_have_no_rate_but_a_weight() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:
        for number in range(100):
            await client.send(STATUS % number)
        assert [json.loads(await client.recv())["id"] for _ in range(100)] == list(range(100))


async def test_more_than_five_pings_a_second_close_the_connection() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:
        for number in range(12):
            await client.ping(str(number))
        assert await closed_with(client) == 1008


async def test_a_handshake_counts_and_is_refused_beyond_the_limit() -> None:
    async with venue() as at:
        at.api.gate.weights.charge("127.0.0.1", 2_396, at.caller.now_ms)
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(at.url())
        answer = refusal.value.response
        assert (answer.status_code, json.loads(answer.body or b"")["code"]) == (429, -1003)
        assert answer.headers["retry-after"] == "60"


async def test_a_banned_client_is_told_and_cut_off() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:
        at.api.gate.weights.charge("127.0.0.1", 2_400, at.caller.now_ms)
        for number in range(12):
            await client.send(STATUS % number)
        statuses = [json.loads(await client.recv())["status"] for _ in range(11)]
        assert statuses == [429] * 10 + [418]
        assert await closed_with(client) == 1008


@pytest.mark.parametrize(
    ("last", "code"),
    [(b"\x88\x82\0\0\0\0\x03\xe8", 1000), (b"\x83\x80\0\0\0\0", 1002)],
    ids=["close", "garbage"],
)
async def test_what_was_asked_right_before_the_end_is_answered_before_it(last: bytes, code: int) -> None:
    async with venue() as at:
        reader, writer = await raw_socket(at.server.port, "/ws-fapi/v1")
        writer.write(text(STATUS_1) + last)
        answered = await asyncio.wait_for(reader.read(-1), 5)
        reply = answered[4 : 4 + int.from_bytes(answered[2:4], "big")]
        assert json.loads(reply)["id"] == 1
        end = answered[4 + len(reply) :]
        assert (end[0], int.from_bytes(end[2:4], "big")) == (0x88, code)
        writer.close()


@pytest.mark.parametrize(
    ("soft_limit", "pieces"),
    [(64 * 1024, [5]), (1, [1, 1, 1, 1, 1])],
    ids=["together", "what would congest the socket at once"],
)
async def test_answers_of_one_turn_are_written_together(
    soft_limit: int, pieces: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    write_frame = StreamSocketProtocol.write_frame

    def write(self: StreamSocketProtocol, frame: bytes) -> None:
        written.append(frame)
        write_frame(self, frame)

    monkeypatch.setattr(StreamSocketProtocol, "write_frame", write)
    async with venue(SocketLimits(soft_buffer_bytes=soft_limit)) as at:
        reader, writer = await raw_socket(at.server.port, "/ws-fapi/v1")
        writer.write(5 * text(STATUS_1))
        await reader.readexactly(1)
        writer.close()
    assert [piece.count(b'"status":200') for piece in written] == pieces


async def test_connections_are_limited_and_forgotten_when_they_end() -> None:
    async with venue(max_sessions=1) as at:
        async with websockets.connect(at.url()):
            with pytest.raises(websockets.InvalidStatus) as refusal:
                await websockets.connect(at.url())
            assert refusal.value.response.status_code == 503
        async with asyncio.timeout(5):
            while at.api.refuses("/ws-fapi/v1", "10.0.0.1") is not None:
                await asyncio.sleep(0)


async def test_so_many_requests_are_under_way_and_the_others_wait_their_turn() -> None:
    async with venue(enforced=False) as at, websockets.connect(at.url()) as client:
        waiting: list[tuple[Command, asyncio.Future[Any]]] = []

        def submit(command: Command) -> asyncio.Future[Any]:
            future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            waiting.append((command, future))
            return future

        at.caller.dialect.desk.submit = submit
        total = MAX_IN_FLIGHT + 50
        for number in range(total):
            await client.send(order(at.caller, number))
        async with asyncio.timeout(10):
            while len(waiting) < MAX_IN_FLIGHT:
                await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(waiting) == MAX_IN_FLIGHT
        for done in range(total):
            async with asyncio.timeout(10):
                while done >= len(waiting):
                    await asyncio.sleep(0)
            command, future = waiting[done]
            future.set_result(at.caller.apply(command))
        assert [json.loads(await client.recv())["id"] for _ in range(total)] == list(range(total))


async def test_a_client_that_does_not_read_gets_no_more_requests_begun_and_all_answers_later() -> None:
    limits = SocketLimits(soft_buffer_bytes=16 * 1024)
    async with venue(limits, enforced=False) as at:
        client = await websockets.connect(at.url(), max_queue=1, max_size=None)
        client.transport.pause_reading()  # type: ignore[attr-defined]

        def begun() -> int:
            return at.api.gate.weights.used("127.0.0.1", at.caller.now_ms) // 5

        total = 2_000
        padding = "x" * 10_000  # which comes back: more than the kernel keeps for a connection
        request = '{"id":"%d-' + padding + '","method":"account.status"}'

        async def ask() -> None:
            for number in range(total):
                await client.send(request % number)

        asking = asyncio.create_task(ask())
        before = -1
        while before != begun():
            before = begun()
            for _ in range(200):
                await asyncio.sleep(0)
            await asyncio.sleep(0.05)
        assert 0 < begun() < total
        client.transport.resume_reading()  # type: ignore[attr-defined]
        for number in range(total):
            reply = json.loads(await asyncio.wait_for(client.recv(), 10))
            assert reply["id"] == f"{number}-{padding}"
        await asking
        await client.close()


async def test_a_client_that_goes_away_amid_its_requests_leaves_nothing() -> None:
    async with venue(max_sessions=1) as at:
        client = await websockets.connect(at.url())
        futures: list[asyncio.Future[Any]] = []

        def submit(command: Command) -> asyncio.Future[Any]:
            futures.append(asyncio.get_running_loop().create_future())
            futures[-1].set_result(at.caller.apply(command))
            return futures[-1]

        at.caller.dialect.desk.submit = submit
        await client.send(order(at.caller, 1))
        await client.send(order(at.caller, 2))
        client.transport.abort()
        async with asyncio.timeout(5):
            while at.api.refuses("/ws-fapi/v1", "10.0.0.1") is not None:
                await asyncio.sleep(0)


async def test_stopping_closes_connections() -> None:
    async with venue() as at:
        client = await websockets.connect(at.url())
        await at.server.stop()
        assert await closed_with(client) == 1012
