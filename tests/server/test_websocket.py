"""One WebSocket connection: its limits, and what a client that does not read does to the others."""

import asyncio
import json

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from perpit.binance.streams import HubLimits
from perpit.domain import words as w
from perpit.server.websocket import SocketLimits
from tests.binance.floor import PRICE, watches_anything
from tests.server.served import served


async def closed_with(client: ClientConnection) -> int:
    """The code with which the server closed; 1006 when it just dropped the connection."""
    try:
        async with asyncio.timeout(10):
            while True:
                await client.recv()
    except websockets.ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else 1006


async def test_a_ping_is_answered_with_its_own_payload() -> None:
    async with served() as at, websockets.connect(at.ws("/ws")) as client:
        await asyncio.wait_for(await client.ping(b"payload"), 5)


async def test_more_than_ten_messages_a_second_close_the_connection() -> None:
    async with served() as at, websockets.connect(at.ws("/ws")) as client:
        for number in range(25):
            await client.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
        assert await closed_with(client) == 1008


async def test_pings_count_as_messages() -> None:
    async with served() as at, websockets.connect(at.ws("/ws")) as client:
        for number in range(25):
            await client.ping(str(number))
        assert await closed_with(client) == 1008


async def test_without_limits_any_number_of_messages_is_answered() -> None:
    async with served(SocketLimits(messages_per_second=0)) as at, websockets.connect(at.ws("/ws")) as client:
        for number in range(100):
            await client.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
        assert [json.loads(await client.recv())["id"] for _ in range(100)] == list(range(100))


async def test_an_oversized_message_closes_the_connection() -> None:
    async with served() as at, websockets.connect(at.ws("/ws")) as client:
        await client.send("x" * 70_000)
        assert await closed_with(client) == 1009


async def test_invalid_json_is_answered_and_closes_the_connection() -> None:
    async with served() as at, websockets.connect(at.ws("/ws")) as client:
        await client.send("hello")
        assert json.loads(await client.recv())["error"]["code"] == 3
        assert await closed_with(client) == 1008


async def test_bytes_that_are_no_text_are_invalid_json() -> None:
    async with served() as at, websockets.connect(at.ws("/ws")) as client:
        await client.send(b"\xff\xfe")
        assert json.loads(await client.recv())["error"]["code"] == 3


async def test_a_connection_ends_with_its_life() -> None:
    async with served(SocketLimits(life_seconds=0.05)) as at, websockets.connect(at.ws("/ws")) as client:
        assert await closed_with(client) == 1001
        assert not watches_anything(at.floor.hub)


async def test_a_hub_that_is_full_refuses_the_handshake() -> None:
    async with served(hub_limits=HubLimits(max_sockets=1)) as at, websockets.connect(at.ws("/ws")):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(at.ws("/ws"))
        assert refusal.value.response.status_code == 503


async def test_a_client_that_goes_away_without_a_word_is_forgotten() -> None:
    async with served() as at:
        client = await websockets.connect(at.ws("/ws/btcusdt@trade"))
        assert watches_anything(at.floor.hub)
        client.transport.abort()
        async with asyncio.timeout(10):
            while watches_anything(at.floor.hub):
                await asyncio.sleep(0)


async def test_a_client_that_stops_reading_is_cut_off_and_the_others_get_everything() -> None:
    """The stuck client takes nothing from its socket; the kernel's buffers fill, then the server's, then it is out."""
    hub_limits = HubLimits(hard_buffer_bytes=256 * 1024)
    async with served(SocketLimits(soft_buffer_bytes=16 * 1024), hub_limits) as at:
        path = at.ws("/ws/btcusdt@trade/btcusdt@depth@0ms")
        stuck = await websockets.connect(path, max_queue=1)
        stuck.transport.pause_reading()  # type: ignore[attr-defined]
        async with websockets.connect(path) as well:
            told = 0
            for _ in range(1_000):
                at.floor.house({}, {PRICE + 10 * n: 1 + told % 7 for n in range(400)})
                at.floor.house({}, {PRICE + 10 * n: 0 for n in range(400)})
                at.floor.trade()
                for _ in range(5):
                    message = json.loads(await asyncio.wait_for(well.recv(), 10))
                    told += message["e"] == "trade"
                if not at.floor.hub.holds(2):
                    break
            assert not at.floor.hub.holds(2), "the stuck one is gone"
            before = told
            at.floor.trade(1, PRICE, w.SELL)
            while told == before:
                told += json.loads(await asyncio.wait_for(well.recv(), 10))["e"] == "trade"
            assert told == at.floor.world.trades[0].last_trade.id  # type: ignore[union-attr]
        stuck.transport.resume_reading()  # type: ignore[attr-defined]
        assert await closed_with(stuck) == 1006


async def raw_socket(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection past its handshake that answers nothing by itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"permessage-deflate" not in head
    return reader, writer


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x02hi", 1002),  # not masked
        (b"\xf1\x80\x00\x00\x00\x00", 1002),  # reserved bits
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # reserved opcode
        (b"\x80\x80\x00\x00\x00\x00", 1002),  # a continuation of nothing
        (b"\x89\xfe\x00\x7e\x00\x00\x00\x00" + bytes(126), 1002),  # a ping of 126 bytes
        (b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 1009),  # 2^64 bytes announced
    ],
)
async def test_a_frame_that_is_garbage_closes_its_connection_and_no_other(frame: bytes, code: int) -> None:
    async with served() as at, websockets.connect(at.ws("/ws/btcusdt@trade")) as well:
        reader, writer = await raw_socket(at.server.port, "/ws/btcusdt@trade")
        writer.write(frame)
        answer = await asyncio.wait_for(reader.read(-1), 5)
        assert answer[0] == 0x88
        assert int.from_bytes(answer[2:4], "big") == code
        writer.close()
        at.floor.trade()
        assert json.loads(await well.recv())["e"] == "trade"
    assert not watches_anything(at.floor.hub)


async def test_a_message_in_fragments_is_put_together() -> None:
    async with served() as at, websockets.connect(at.ws("/ws")) as client:
        await client.send(['{"method":"LIST_', 'SUBSCRIPTIONS",', '"id":7}'])
        assert json.loads(await client.recv()) == {"result": [], "id": 7}


async def test_connections_that_are_opened_and_abandoned_leave_nothing() -> None:
    async with served() as at:
        for _ in range(100):
            _, writer = await raw_socket(at.server.port, "/stream?streams=btcusdt@depth/btcusdt@trade")
            writer.transport.abort()
        async with asyncio.timeout(10):
            while at.floor.hub.holds(1):
                await asyncio.sleep(0)
        assert not watches_anything(at.floor.hub)


async def test_a_control_answer_comes_after_what_was_published_before_it() -> None:
    async with served() as at, websockets.connect(at.ws("/ws/btcusdt@trade")) as client:
        at.floor.trade()
        await client.send('{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":1}')
        assert json.loads(await client.recv())["e"] == "trade"
        assert json.loads(await client.recv()) == {"result": None, "id": 1}
