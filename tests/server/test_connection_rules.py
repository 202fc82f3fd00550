"""How long a WebSocket lives, and what it must answer, on a clock that the test moves (semantics 7.1.6, 7.6.1).

These rules follow the event loop's clock, real time, whatever the venue's clock is; the tests move that one.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import websockets

from perpit.binance.doorkeeper import CUT_OFF_MAX, WINDOW_MS, Doorkeeper
from perpit.server.app import Application
from perpit.server.serve import Server
from tests.binance.floor import Floor, watches_anything
from tests.server.served import EchoRoom, Served, served
from tests.server.test_websocket import closed_with, raw_socket
from tests.server.test_ws_api import venue

MINUTE = 60.0
DAY = 24 * 60 * MINUTE
Move = Callable[[float], Any]


@pytest.fixture
async def move() -> Move:
    """Let seconds pass for the running loop; what is due is done before it returns."""
    loop = asyncio.get_running_loop()
    start, passed = loop.time, 0.0
    loop.time = lambda: start() + passed  # type: ignore[method-assign]

    async def move_by(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        for _turn in range(3):
            await asyncio.sleep(0)

    return move_by


async def frame_of(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next frame: opcode and payload."""
    head = await asyncio.wait_for(reader.readexactly(2), 30)
    return head[0] & 15, await reader.readexactly(head[1])


def pong(payload: bytes) -> bytes:
    return bytes((0x8A, 0x80 | len(payload), 0, 0, 0, 0)) + payload


def quiet(url: str) -> websockets.connect:
    """A client that sends no pings of its own: the clock that is moved is its clock, too."""
    return websockets.connect(url, ping_interval=None, close_timeout=None, open_timeout=None)


async def test_a_ping_goes_out_every_three_minutes_answered_or_not(move: Move) -> None:
    async with served() as at:
        reader, writer = await raw_socket(at.server.port, "/ws/btcusdt@trade")
        seen = set()
        for _ping in range(3):
            await move(3 * MINUTE)
            opcode, payload = await frame_of(reader)
            assert (opcode, len(payload)) == (9, 4)
            seen.add(payload)
        assert len(seen) == 3
        writer.close()


async def test_ten_minutes_without_a_pong_end_the_connection_and_no_other(move: Move) -> None:
    async with served() as at:
        reader, writer = await raw_socket(at.server.port, "/ws/btcusdt@trade")
        well, other = await raw_socket(at.server.port, "/ws/btcusdt@trade")
        for _ping in range(4):
            await move(3 * MINUTE)
            assert (await frame_of(reader))[0] == 9
            other.write(pong((await frame_of(well))[1]))
            await asyncio.sleep(0.01)
        await move(1 * MINUTE)
        opcode, payload = await frame_of(reader)
        assert (opcode, int.from_bytes(payload[:2], "big")) == (8, 1011)
        at.floor.trade()
        opcode, payload = await frame_of(well)
        assert (opcode, json.loads(payload)["e"]) == (1, "trade")
        writer.close()
        other.close()


@pytest.mark.parametrize(("which", "lives"), [(0, True), (1, True), (None, False)])
async def test_a_pong_with_the_payload_of_a_ping_keeps_it_and_any_other_does_not(
    move: Move, which: int | None, lives: bool
) -> None:
    async with served() as at:
        reader, writer = await raw_socket(at.server.port, "/ws/btcusdt@trade")
        pings = []
        for _ping in range(3):
            await move(3 * MINUTE)
            pings.append((await frame_of(reader))[1])
        writer.write(pong(b"" if which is None else pings[which]))
        await asyncio.sleep(0.05)
        await move(4.5 * MINUTE)  # past ten minutes since the first ping, and past the fourth
        opcodes = [(await frame_of(reader))[0]]
        if opcodes[0] == 9 and not lives:
            opcodes.append((await frame_of(reader))[0])
        assert opcodes[-1] == (9 if lives else 8)
        assert at.floor.hub.holds(1) == lives
        writer.close()


async def test_a_stream_connection_ends_after_a_day(move: Move) -> None:
    async with served() as at, quiet(at.ws("/ws/btcusdt@trade")) as client:
        for _step in range(12):  # slowly enough for pings to be answered
            await move(2 * 60 * MINUTE - 20)
            await asyncio.sleep(0.01)
        at.floor.trade()
        assert json.loads(await client.recv())["e"] == "trade"
        await move(12 * 20)
        assert await closed_with(client) == 1001
        assert not watches_anything(at.floor.hub)


async def test_a_connection_of_the_websocket_api_follows_the_same_rules(move: Move) -> None:
    async with venue() as at, quiet(at.url()) as client:
        await move(DAY)
        assert await closed_with(client) in (1001, 1011)


async def test_a_stop_is_told_before_the_connection_closes() -> None:
    async with contextlib.AsyncExitStack() as stack:
        at = await stack.enter_async_context(served())
        socket = await stack.enter_async_context(websockets.connect(at.ws("/ws/btcusdt@trade")))
        combined = await stack.enter_async_context(websockets.connect(at.ws("/stream")))
        await at.server.stop()
        for client in (socket, combined):
            event = json.loads(await client.recv())
            assert event == {"event": {"e": "serverShutdown", "E": at.floor.now_ms}}
            assert await closed_with(client) == 1012


async def test_the_websocket_api_is_told_of_a_stop_too() -> None:
    async with venue() as at, websockets.connect(at.url()) as client:
        await at.server.stop()
        assert json.loads(await client.recv())["event"]["e"] == "serverShutdown"
        assert await closed_with(client) == 1012


@contextlib.asynccontextmanager
async def guarded(attempts_max: int) -> AsyncIterator[Served]:
    """A server with a doorkeeper."""
    floor, room = Floor(), EchoRoom("dialect")
    doorkeeper = Doorkeeper(lambda: floor.now_ms, attempts_max)
    server = Server(Application(room, None, floor.hub, lambda: floor.now_ms, doorkeeper=doorkeeper))
    await server.start()
    try:
        yield Served(floor, server, room.asked)
    finally:
        await server.stop()


async def test_connections_beyond_the_attempts_of_five_minutes_are_refused_until_they_are_over() -> None:
    async with guarded(attempts_max=2) as at:
        for _attempt in range(2):
            await (await websockets.connect(at.ws("/ws"))).close()
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(at.ws("/ws"))
        response = refused.value.response
        assert response.status_code == 429
        assert json.loads(response.body or b"")["code"] == -1003
        left_ms = WINDOW_MS - at.floor.now_ms % WINDOW_MS
        assert response.headers["retry-after"] == str(-(-left_ms // 1000))
        at.floor.now_ms += left_ms
        await (await websockets.connect(at.ws("/ws"))).close()


async def test_an_ip_whose_connections_are_cut_off_again_and_again_is_banned_for_a_while() -> None:
    async with guarded(attempts_max=0) as at:
        for _time in range(CUT_OFF_MAX + 1):
            client = await websockets.connect(at.ws("/ws"))
            for number in range(15):
                await client.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
            assert await closed_with(client) == 1008
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(at.ws("/ws"))
        assert refused.value.response.status_code == 418
        at.floor.now_ms += WINDOW_MS
        await (await websockets.connect(at.ws("/ws"))).close()
