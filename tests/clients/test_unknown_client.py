"""A client that nobody has heard of: an HTTP library, a WebSocket library, and the exchange's documentation.

`signing.py` signs as the documentation says; here are the ways to send what is signed, the URL forms of streams, books
and candles.
"""

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.clients.inbox import PATIENCE_S
from tests.clients.local_book import LocalBook, caught_up, rest_book
from tests.clients.signing import ApiError, SignedRest, read
from tests.clients.venue import Account, Operator, Scene

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "59000",
}


def stamped(parameters: dict[str, Any]) -> str:
    return urlencode({**parameters, "timestamp": int(time.time() * 1000)})


def test_parameters_may_come_in_the_query_the_body_or_both(scene: Scene) -> None:
    rest, path = scene.by_hand, "/fapi/v1/order"
    text = stamped(ORDER)
    query, body = text.split("&price=")[0], "price=" + text.split("&price=")[1]
    ways = (
        {"url": f"{path}?{text}&signature={rest.sign(text)}"},
        {"url": path, "content": f"{text}&signature={rest.sign(text)}", "headers": FORM},
        {
            "url": f"{path}?{query}",
            "content": f"{body}&signature={rest.sign(query + body)}",
            "headers": FORM,
        },
    )
    for way in ways:
        answer = rest.http.request("POST", **way)  # type: ignore[arg-type]
        assert read(answer)["price"] == "59000.00"
    assert len(rest.get("/fapi/v1/openOrders")) == 3


def test_every_answer_is_json_with_its_date_and_the_used_weight(scene: Scene) -> None:
    for path in ("/fapi/v1/ping", "/fapi/v1/depth?symbol=NOSUCH", "/fapi/v1/account", "/fapi/v9/nothing"):
        answer = scene.by_hand.http.get(path)
        assert answer.headers["content-type"].startswith("application/json"), path
        assert int(answer.headers["x-mbx-used-weight-1m"]) == int(answer.headers["x-mbx-used-weight"])
        assert answer.headers["date"].endswith("GMT")
        if not answer.is_success:
            assert set(answer.json()) == {"code", "msg"}


def test_a_parameter_in_lower_case_is_read_and_named_when_it_is_wrong(scene: Scene) -> None:
    placed = scene.by_hand.post("/fapi/v1/order", **ORDER)
    name = {"path": "/fapi/v1/batchOrders", "symbol": "BTCUSDT"}
    rows = scene.by_hand.delete(**name, orderidlist=f"[{placed['orderId']}]")
    assert [row["status"] for row in rows] == ["CANCELED"]
    with pytest.raises(ApiError) as refused:
        scene.by_hand.delete(**name, orderidlist="nonsense")
    assert refused.value.code == -1102


async def told(socket: ClientConnection, event: str) -> dict[str, Any]:
    """The next message of a type, wrapped or not."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = json.loads(await socket.recv())
            if message.get("data", message).get("e") == event:
                return message


@pytest.mark.parametrize("prefix", ["", "/public", "/market", "/private", "/fstream"])
async def test_a_stream_answers_on_every_form_of_its_url(lively: Operator, prefix: str) -> None:
    wrapped = {
        f"{prefix}/ws/btcusdt@bookTicker": False,
        f"{prefix}/stream?streams=btcusdt@bookTicker/ethusdt@bookTicker": True,
    }
    for url, combined in wrapped.items():
        async with websockets.connect(lively.ws + url) as socket:
            message = await told(socket, "bookTicker")
            assert ("stream" in message) is combined


@pytest.mark.parametrize(
    "form", ["/ws/{}", "/private/ws?listenKey={}", "/private/stream?listenKey={}", "/stream?streams={}", ""]
)
async def test_the_listen_key_works_in_five_places(scene: Scene, form: str) -> None:
    key = read(scene.by_hand.http.post("/fapi/v1/listenKey"))["listenKey"]
    async with websockets.connect(scene.ws + (form.format(key) or "/private/stream")) as socket:
        if not form:
            await socket.send(json.dumps({"method": "SUBSCRIBE", "params": [key], "id": 1}))
            assert json.loads(await socket.recv()) == {"result": None, "id": 1}
        placed = scene.by_hand.post("/fapi/v1/order", **ORDER)
        message = await told(socket, "ORDER_TRADE_UPDATE")
        if "stream" in form or not form:
            assert message["stream"] == key
            message = message["data"]
        assert (message["o"]["x"], message["o"]["i"]) == ("NEW", placed["orderId"])


async def test_request_ids_come_back_as_they_were_sent(scene: Scene) -> None:
    async with websockets.connect(f"{scene.ws}/ws") as socket:
        for request_id in (0, 7, "0c8fd8c2-1b7a-4a9b-9d0e-000000000001"):
            params = ["btcusdt@depth"]
            await socket.send(json.dumps({"method": "SUBSCRIBE", "params": params, "id": request_id}))
            assert json.loads(await socket.recv()) == {"result": None, "id": request_id}
        await socket.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 8}))
        assert json.loads(await socket.recv()) == {"result": ["btcusdt@depth"], "id": 8}


@pytest.mark.parametrize("speed", ["", "@100ms", "@500ms", "@0ms"])
async def test_a_local_book_follows_the_diffs_at_every_speed(still: Operator, speed: str) -> None:
    async with websockets.connect(f"{still.ws}/public/ws/btcusdt@depth{speed}") as socket:
        still.advance(1_000)
        events = [await told(socket, "depthUpdate")]
        book = LocalBook(rest_book(still.rest))
        still.advance(5_000)

        async def follow(update_id: int) -> None:
            while events[-1]["u"] < update_id:
                events.append(await told(socket, "depthUpdate"))

        answer = await caught_up(still, follow)
        for event in events:
            book.apply(event)
        book.assert_like(answer)


def test_candles_hold_exactly_the_trades_of_their_minute(tomorrow: Operator) -> None:
    """On a clock that the test owns: two trades in one minute, none in the next, one in the third."""
    trader, maker = (signed(tomorrow, tomorrow.account()) for _ in range(2))
    tomorrow.pin("ETHUSDT", "2600")
    minute = tomorrow.now_ms() // 60_000 * 60_000 + 60_000
    for offset_ms, price, quantity in (
        (1_000, "2601", "0.1"),
        (59_999, "2599", "0.2"),
        (125_000, "2602", "0.4"),
    ):
        tomorrow.advance_to(minute + offset_ms)
        for party in (trader, maker):
            party.offset_ms = tomorrow.now_ms() - int(time.time() * 1000)
        order = {
            "symbol": "ETHUSDT",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "price": price,
            "quantity": quantity,
        }
        maker.post("/fapi/v1/order", **order, side="SELL")
        trader.post("/fapi/v1/order", **order, side="BUY")
    rows = read(httpx.get(f"{tomorrow.rest}/fapi/v1/klines?symbol=ETHUSDT&interval=1m&startTime={minute}"))
    assert [row[:6] + row[8:10] for row in rows] == [
        [minute, "2601.00", "2601.00", "2599.00", "2599.00", "0.300", 2, "0.300"],
        [minute + 60_000, "2599.00", "2599.00", "2599.00", "2599.00", "0.000", 0, "0.000"],
        [minute + 120_000, "2602.00", "2602.00", "2602.00", "2602.00", "0.400", 1, "0.400"],
    ]
    trader.close()
    maker.close()


def signed(operator: Operator, account: Account) -> SignedRest:
    return SignedRest(operator.rest, account.api_key, account.api_secret)
