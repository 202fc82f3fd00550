"""The server as a whole: HTTP and WebSocket through uvicorn on a real port."""

import asyncio
import json
import socket

import httpx
import pytest
import websockets

from perpit.server.app import Application
from perpit.server.serve import PortUnavailable, Server
from tests.binance.floor import Floor
from tests.server.served import EchoRoom, served


async def test_http_goes_to_the_dialect_and_venue_control_to_control() -> None:
    async with served() as at, httpx.AsyncClient() as client:
        answer = await client.get(at.http("/fapi/v1/ping?a=1&b=%20"))
        assert answer.text == "dialect|GET|/fapi/v1/ping|a=1&b=%20|0|127.0.0.1"
        assert answer.headers["content-length"] == str(len(answer.content))
        assert "server" not in answer.headers
        for path in ("/venue/v1/status", "/health", "/metrics"):
            assert (await client.get(at.http(path))).text.startswith("control|GET|" + path)
        assert (await client.post(at.http("/fapi/v1/order"), content=b"x" * 1000)).text.endswith(
            "|1000|127.0.0.1"
        )
        assert (
            await client.delete(at.http("/fapi/v1/order?x=1"))
        ).text == "dialect|DELETE|/fapi/v1/order|x=1|0|127.0.0.1"


async def test_of_a_body_over_the_limit_the_room_gets_enough_to_refuse_it() -> None:
    async with served() as at, httpx.AsyncClient() as client:
        for size in (65_537, 300_000, 1_000_000):
            answer = await client.post(at.http("/fapi/v1/order"), content=b"x" * size)
            handed_over = int(answer.text.split("|")[4])
            assert 65_536 < handed_over < 400_000, (
                "more than the limit, so that the room refuses, but not all"
            )
            assert answer.headers["connection"] == "close"
        assert (await client.get(at.http("/fapi/v1/ping"))).status_code == 200


async def test_streams_answer_control_messages_and_push() -> None:
    async with served() as at, websockets.connect(at.ws("/stream?streams=btcusdt@trade")) as client:
        await client.send('{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":"a-1"}')
        assert json.loads(await client.recv()) == {"result": None, "id": "a-1"}
        at.floor.trade()
        assert json.loads(await client.recv())["stream"] == "btcusdt@bookTicker"
        trade = json.loads(await client.recv())
        assert (trade["stream"], trade["data"]["p"]) == ("btcusdt@trade", "60000.00")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nowhere", 404, "There is no stream at this path; streams are at /ws, /ws/<name> and /stream"),
        ("/", 404, "There is no stream at this path"),
        ("/ws-fapi/v2", 404, "the WebSocket API is at /ws-fapi/v1 and /ws-dapi/v1."),
    ],
)
async def test_a_path_that_is_no_stream_is_refused_with_a_sentence(path: str, status: int, says: str) -> None:
    async with served() as at:
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(at.ws(path))
        answer = refusal.value.response
        assert answer.status_code == status
        assert says in (answer.body or b"").decode()


async def test_a_port_in_use_is_one_line_that_says_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortUnavailable, match=f"port {port} on 127.0.0.1 is in use.*--port"):
            await Server(EchoRoom("x"), port=port).start()


async def test_stopping_closes_sockets_with_going_away() -> None:
    async with served() as at:
        client = await websockets.connect(at.ws("/ws/btcusdt@trade"))
        await at.server.stop()
        assert "serverShutdown" in await client.recv()
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012


async def test_the_server_may_open_as_many_files_as_it_takes_connections() -> None:
    resource = pytest.importorskip("resource")
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        async with served():
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 1_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


async def test_a_start_that_is_broken_off_is_stopped_in_order(caplog: pytest.LogCaptureFixture) -> None:
    floor = Floor()
    server = Server(Application(EchoRoom("dialect"), None, floor.hub, lambda: floor.now_ms))
    starting = asyncio.create_task(server.start())
    await asyncio.sleep(0)  # it has begun
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await server.stop()
    assert len(asyncio.all_tasks()) == 1, "the test, and nothing of the server"
    assert caplog.text == ""
