"""The WebSocket API through unmodified clients: both official SDKs, python-binance and ccxt.pro."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import ccxt.pro
import pytest
import websockets
from binance import AsyncClient
from binance.exceptions import BinanceAPIException
from binance_common.configuration import ConfigurationWebSocketAPI
from binance_sdk_derivatives_trading_coin_futures import DerivativesTradingCoinFutures
from binance_sdk_derivatives_trading_usds_futures import DerivativesTradingUsdsFutures
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.clients.endpoints import binance_async_client, ccxt_options
from tests.clients.inbox import PATIENCE_S, Inbox
from tests.clients.refusals import REFUSALS, Refusal
from tests.clients.venue import Operator, Scene

# the official SDKs still give aiohttp a timeout in its older form
pytestmark = pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float' is deprecated")

SPELLING = {"timeInForce": "time_in_force", "reduceOnly": "reduce_only"}
LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": 0.01, "price": 59000}
COIN_LIMIT = {**LIMIT, "symbol": "BTCUSD_PERP", "quantity": 1}
SDKS: dict[str, Any] = {
    "/ws-fapi/v1": DerivativesTradingUsdsFutures,
    "/ws-dapi/v1": DerivativesTradingCoinFutures,
}


@contextlib.asynccontextmanager
async def sdk(scene: Scene, path: str = "/ws-fapi/v1", **options: Any) -> AsyncIterator[Any]:
    """An official SDK's WebSocket API client, connected; `stream_url` is all that a user changes."""
    keys = options or {"api_key": scene.trader.api_key, "api_secret": scene.trader.api_secret}
    configuration = ConfigurationWebSocketAPI(stream_url=scene.ws + path, **keys)
    api = SDKS[path](config_ws_api=configuration).websocket_api
    await api.create_connection()
    try:
        yield api
    finally:
        await api.close_connection(close_session=True)


@contextlib.asynccontextmanager
async def user_events(scene: Scene, path: str, listen_key: str) -> AsyncIterator[Inbox[Any]]:
    """The account's user data from now on."""
    inbox: Inbox[Any] = Inbox()

    async def read(socket: websockets.ClientConnection) -> None:
        async for message in socket:
            inbox.put(json.loads(message))

    async with websockets.connect(f"{scene.ws}{path}/{listen_key}") as socket:
        reading = asyncio.create_task(read(socket))
        yield inbox
        reading.cancel()


# The official SDKs


@pytest.mark.usefixtures("no_complaints")
async def test_the_sdk_reads_market_data_and_the_account(scene: Scene) -> None:
    scene.lay_book()
    async with sdk(scene) as api:
        book = (await api.order_book(symbol="BTCUSDT", limit=5)).data().result
        assert book.additional_properties["bids"] == [["59990.00", "0.100"]], "its model forgets them"
        best = (await api.symbol_order_book_ticker(symbol="BTCUSDT")).data()
        assert "60010.00" in best.model_dump_json()
        await api.symbol_price_ticker()
        for ask in (api.futures_account_balance, api.futures_account_balance_v2):
            assert (await ask()).data().result[0].available_balance == "100000.00000000"
        for ask in (api.account_information, api.account_information_v2):
            assert (await ask()).data().result.total_wallet_balance == "100000.00000000"
        assert (await api.position_information(symbol="BTCUSDT")).data().result[0].position_amt == "0.000"
        assert (await api.position_information_v2()).data().result == []


@pytest.mark.usefixtures("no_complaints")
async def test_the_sdk_places_amends_finds_and_cancels_and_the_events_come_on_the_stream(
    scene: Scene,
) -> None:
    async with sdk(scene) as api:
        listen_key = (await api.start_user_data_stream()).data().result.listen_key
        async with user_events(scene, "/private/ws", listen_key) as events:
            placed = await api.new_order(**LIMIT, time_in_force="GTC", new_client_order_id="a:/b")
            order = placed.data().result
            assert (order.status, order.client_order_id, order.price) == ("NEW", "a:/b", "59000.00")
            assert [row.rateLimitType for row in placed.rate_limits] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
            named = {"symbol": "BTCUSDT", "order_id": order.order_id}
            amended = (await api.modify_order(**named, side="BUY", quantity=0.02, price=58000)).data().result
            assert (amended.orig_qty, amended.price) == ("0.020", "58000.00")
            assert (await api.query_order(**named)).data().result.price == "58000.00"
            assert (await api.cancel_order(**named)).data().result.status == "CANCELED"
            kinds = ["NEW", "AMENDMENT", "CANCELED"]
            await events.until(lambda messages: [message["o"]["x"] for message in messages] == kinds)
        await api.keepalive_user_data_stream()
        await api.close_user_data_stream()


@pytest.mark.usefixtures("no_complaints")
async def test_the_sdk_places_and_cancels_a_conditional_order(scene: Scene) -> None:
    async with sdk(scene) as api:
        waiting = await api.new_algo_order(
            algo_type="CONDITIONAL", symbol="BTCUSDT", side="SELL", type="STOP_MARKET", quantity=0.01,
            trigger_price=50000, reduce_only="false",
        )  # fmt: skip
        order = waiting.data().result
        assert order.algo_status == "NEW"
        assert (await api.cancel_algo_order(algo_id=order.algo_id)).data().result.msg == "success"


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_the_sdk_learns_the_code_of_a_refusal(
    scene: Scene, refusal: Refusal, caplog: pytest.LogCaptureFixture
) -> None:
    """It logs what was refused, and raises nothing."""
    scene.lay_book()
    order = {SPELLING.get(name, name): value for name, value in refusal.order.items()}
    async with sdk(scene) as api:
        await api.new_order(**order)
    assert f"{{'code': {refusal.code}, 'msg'" in caplog.text


@pytest.mark.usefixtures("no_complaints")
async def test_the_sdk_trades_coin_m(scene: Scene) -> None:
    async with sdk(scene, "/ws-dapi/v1") as api:
        listen_key = (await api.start_user_data_stream()).data().result.listen_key
        async with user_events(scene, "/dstream/ws", listen_key) as events:
            order = (await api.new_order(**COIN_LIMIT, time_in_force="GTC")).data().result
            assert (order.status, order.pair) == ("NEW", "BTCUSD")
            named = {"symbol": "BTCUSD_PERP", "order_id": order.order_id}
            await api.modify_order(**named, side="BUY", quantity=2, price=58000)
            assert (await api.query_order(**named)).data().result.orig_qty == "2"
            assert (await api.cancel_order(**named)).data().result.status == "CANCELED"
            kinds = ["NEW", "AMENDMENT", "CANCELED"]
            await events.until(lambda messages: [message["o"]["x"] for message in messages] == kinds)
        balances = (await api.futures_account_balance()).data().result
        assert [row.balance for row in balances if row.asset == "BTC"] == ["1.00000000"]
        assert (await api.account_information()).data().result.can_trade is True
        assert (await api.position_information(pair="BTCUSD")).data().result[0].position_amt == "0"


async def test_the_sdk_signs_with_ed25519(scene: Scene, tmp_path: Path) -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    api_key = public_half(scene, private)
    written = tmp_path / "key.pem"
    written.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    async with sdk(scene, api_key=api_key, private_key=str(written)) as api:
        assert (await api.new_order(**LIMIT, time_in_force="GTC")).data().result.status == "NEW"


# python-binance


@pytest.fixture
async def client(scene: Scene, no_complaints: Any) -> AsyncIterator[AsyncClient]:
    made = await binance_async_client(scene.rest, scene.trader, scene.ws)
    yield made
    for task in asyncio.all_tasks():
        if task.get_coro().__qualname__ == "ReconnectingWebsocket._read_loop":  # type: ignore[union-attr]
            task.cancel()  # else it is waited for until one more message comes, or ten seconds
    await made.ws_future.close()
    await made.close_connection()


async def test_python_binance_trades_on_one_socket(client: AsyncClient, scene: Scene) -> None:
    scene.lay_book()
    assert (await client.ws_futures_get_order_book(symbol="BTCUSDT", limit=5))["bids"] == [
        ["59990.00", "0.100"]
    ]
    assert (await client.ws_futures_get_order_book_ticker(symbol="BTCUSDT"))["askPrice"] == "60010.00"
    await client.ws_futures_get_all_tickers()
    order = await client.ws_futures_create_order(**LIMIT, timeInForce="GTC")
    assert order["status"] == "NEW"
    named = {"symbol": "BTCUSDT", "orderId": order["orderId"]}
    amended = await client.ws_futures_edit_order(**named, side="BUY", quantity="0.020", price="58000")
    assert amended["origQty"] == "0.020"
    assert (await client.ws_futures_get_order(**named))["price"] == "58000.00"
    assert (await client.ws_futures_cancel_order(**named))["status"] == "CANCELED"
    stop = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": 0.01}
    waiting = await client.ws_futures_create_order(**stop, triggerPrice=50000)
    assert (await client.ws_futures_cancel_order(algoId=waiting["algoId"]))["msg"] == "success"


async def test_python_binance_reads_the_account(client: AsyncClient) -> None:
    for balance in (client.ws_futures_account_balance, client.ws_futures_v2_account_balance):
        assert (await balance())[0]["availableBalance"] == "100000.00000000"
    for status in (client.ws_futures_account_status, client.ws_futures_v2_account_status):
        assert (await status())["totalWalletBalance"] == "100000.00000000"
    assert (await client.ws_futures_account_position(symbol="BTCUSDT"))[0]["positionAmt"] == "0.000"
    assert await client.ws_futures_v2_account_position() == []


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_python_binance_learns_the_code_of_a_refusal(
    client: AsyncClient, scene: Scene, refusal: Refusal
) -> None:
    scene.lay_book()
    with pytest.raises(BinanceAPIException) as refused:
        await client.ws_futures_create_order(**refusal.order)
    assert (refused.value.code, refused.value.status_code) == (refusal.code, 400)


# ccxt.pro


@pytest.mark.parametrize(
    ("made", "symbol", "amount"),
    [(ccxt.pro.binanceusdm, "BTC/USDT:USDT", 0.01), (ccxt.pro.binancecoinm, "BTC/USD:BTC", 1)],
    ids=["usds_m", "coin_m"],
)
async def test_ccxt_pro_trades_on_the_socket(scene: Scene, made: Any, symbol: str, amount: float) -> None:
    async with made(ccxt_options(scene.rest, scene.ws, scene.trader)) as exchange:
        order = await exchange.create_order_ws(symbol, "limit", "buy", amount, 59000)
        assert (order["status"], order["amount"], order["price"]) == ("open", amount, 59000.0)
        await exchange.edit_order_ws(order["id"], symbol, "limit", "buy", amount, 58000)
        assert (await exchange.fetch_order_ws(order["id"], symbol))["price"] == 58000.0
        assert (await exchange.cancel_order_ws(order["id"], symbol))["status"] == "canceled"
        assert await exchange.fetch_positions_ws() == []
        coin = symbol.rpartition(":")[2]
        assert (await exchange.fetch_balance_ws())[coin]["total"] == {"USDT": 100000.0, "BTC": 1.0}[coin]
        with pytest.raises(ccxt.BadRequest, match="-4003"):
            await exchange.create_order_ws(symbol, "limit", "buy", amount, 59000, {"quantity": "0"})


async def test_ccxt_pro_reads_the_book_on_the_socket(scene: Scene) -> None:
    scene.lay_book()
    async with ccxt.pro.binanceusdm(ccxt_options(scene.rest, scene.ws, scene.trader)) as exchange:
        book = await exchange.fetch_order_book_ws("BTC/USDT:USDT", 5)
        assert (book["bids"], book["asks"]) == ([[59990.0, 0.1]], [[60010.0, 0.1]])
        assert (await exchange.fetch_ticker_ws("BTC/USDT:USDT", {"method": "ticker.book"}))["ask"] == 60010.0


# By hand: what no SDK for futures offers


def public_half(scene: Scene, private: ed25519.Ed25519PrivateKey) -> str:
    """The API key of an Ed25519 key that the trader brings."""
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    body = {"label": "ed", "futures": True, "type": "ED25519", "public_key": pem}
    made = scene.operator.call("POST", f"/accounts/{scene.trader.name}/keys", body)
    return str(made["api_key"])


async def test_a_logged_on_connection_trades_without_signatures_until_its_key_is_revoked(
    scene: Scene,
) -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    api_key = public_half(scene, private)
    order = {**LIMIT, "timeInForce": "GTC"}

    async with websockets.connect(scene.ws + "/ws-fapi/v1?returnRateLimits=false") as socket:

        async def ask(method: str, **params: Any) -> Any:
            await socket.send(json.dumps({"id": method, "method": method, "params": params}))
            return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))

        stamp = {"timestamp": scene.operator.now_ms()}
        signature = private.sign(f"apiKey={api_key}&timestamp={stamp['timestamp']}".encode())
        signed = {"apiKey": api_key, **stamp, "signature": base64.b64encode(signature).decode()}
        assert (await ask("session.logon", **signed))["result"]["apiKey"] == api_key
        placed = await ask("order.place", **order, **stamp)
        assert (placed["status"], placed["result"]["status"]) == (200, "NEW")
        assert "rateLimits" not in placed
        scene.operator.call("DELETE", f"/accounts/{scene.trader.name}/keys/{api_key}")
        refused = await ask("order.place", **order, **stamp)
        assert (refused["id"], refused["status"], refused["error"]["code"]) == (None, 401, -2015)


async def test_both_products_are_where_the_ready_file_says(quiet_operator: Operator) -> None:
    for path in ("/ws-fapi/v1", "/ws-dapi/v1"):
        async with websockets.connect(quiet_operator.ws + path) as socket:
            await socket.send('{"id":"x","method":"session.status"}')
            assert json.loads(await socket.recv())["result"]["apiKey"] is None
