"""Unmodified clients against served venues of each profile: what a migration did to a bot, over the wire.

Clients of today stand for themselves. What they sent in 2025 is sent through them where they still can: stops at the
order call by python-binance, streams at `/ws` and `/stream`.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import ccxt
import pytest
import websockets
from binance.exceptions import BinanceAPIException
from binance_common.configuration import ConfigurationWebSocketStreams
from binance_sdk_derivatives_trading_usds_futures import DerivativesTradingUsdsFutures

from perpit.testing import ServedVenue
from tests.clients.endpoints import binance_client, ccxt_options, coin_sdk_rest, sdk_rest
from tests.clients.inbox import Inbox
from tests.clients.venue import Operator, Scene

DATED = ("2025-11", "2025-12-09", "2026-04-23", "2026-06-30")
NO_CONDITIONAL_ORDERS, NO_SUCH_PATH = -4120, -5000
STOP = {"symbol": "BTCUSDT", "side": "BUY", "type": "STOP_MARKET", "quantity": "0.01", "stopPrice": "61000"}


@pytest.fixture(scope="module", params=[*DATED, "union"])
def profile(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def served(profile: str) -> Iterator[tuple[ServedVenue, Operator]]:
    arguments = ("--market", "none", "--no-limits", "--symbols", "BTCUSDT,ETHUSDT,BTCUSD_PERP")
    with (
        ServedVenue(*arguments, environ={"PERPIT_PROFILE": profile}) as venue,
        Operator(venue.ready) as operator,
    ):
        for symbol in ("BTCUSDT", "BTCUSD_PERP"):
            operator.pin(symbol, "60000")
        operator.pin("ETHUSDT", "2600")
        yield venue, operator


@pytest.fixture
def scene(served: tuple[ServedVenue, Operator]) -> Iterator[Scene]:
    scene = Scene(served[1])
    yield scene
    scene.clear()


def code_of(refused: BinanceAPIException) -> int:
    code: int = refused.code
    return code


def test_the_venue_says_which_exchange_it_is(served: tuple[ServedVenue, Operator], profile: str) -> None:
    venue, operator = served
    assert operator.call("GET", "/status")["profile"] == profile
    assert f"Profile      {profile}: " in venue.output


async def test_a_bot_of_2025_places_its_stop_at_the_order_call(scene: Scene, profile: str) -> None:
    """python-binance sent STOP_MARKET to /order then; today it sends it to /algoOrder by itself."""
    client = binance_client(scene.rest, scene.trader)

    async def code(send: Any) -> int:
        try:
            send()
        except BinanceAPIException as refused:
            return code_of(refused)
        return 0

    old = await code(lambda: client._request_futures_api("post", "order", True, data=dict(STOP)))
    new = await code(lambda: client.futures_create_order(**STOP))
    assert (old, new) == {
        "2025-11": (0, NO_SUCH_PATH),
        "2025-12-09": (NO_CONDITIONAL_ORDERS, 0),
        "2026-04-23": (NO_CONDITIONAL_ORDERS, 0),
        "2026-06-30": (NO_CONDITIONAL_ORDERS, 0),
        "union": (0, 0),
    }[profile]
    client.close_connection()


def test_ccxt_reads_the_average_price_of_an_answer_until_2026_07_15(scene: Scene, profile: str) -> None:
    """A bot that books its fill from the answer to its order books nothing any more; it has to ask."""
    scene.lay_book()
    exchange = ccxt.binanceusdm(ccxt_options(scene.rest, scene.ws, scene.trader))
    exchange.options["fetchCurrencies"] = False
    placed = exchange.create_order("BTC/USDT:USDT", "market", "buy", 0.01)
    assert placed["filled"] == 0.01
    assert placed["average"] == (None if profile == "2026-06-30" else 60_010.0)
    assert exchange.fetch_order(placed["id"], "BTC/USDT:USDT")["average"] == 60_010.0


def test_the_sdk_of_today_reads_every_answer_and_an_older_one_misses_the_price(
    scene: Scene, profile: str
) -> None:
    """What the models of today know is there in every profile; avgPrice, which those of 2025 read, is not."""
    scene.lay_book()
    rest = sdk_rest(scene.rest, scene.trader)
    placed = rest.new_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.01).data()
    assert placed.orig_qty == "0.010"
    raw = scene.by_hand.post(
        "/fapi/v1/order",
        symbol="BTCUSDT",
        side="SELL",
        type="MARKET",
        quantity="0.01",
        newOrderRespType="RESULT",
    )
    assert ({"avgPrice", "cumQuote"} <= set(raw)) is (profile != "2026-06-30")
    assert rest.query_order(symbol="BTCUSDT", order_id=placed.order_id).data().avg_price == "60010.00000"


def test_hedge_mode_by_the_sdk_of_either_product(scene: Scene, profile: str) -> None:
    usds, coin = sdk_rest(scene.rest, scene.trader), coin_sdk_rest(scene.rest, scene.trader)
    usds.change_position_mode(dual_side_position="true")
    shown = [
        usds.get_current_position_mode().data().dual_side_position,
        coin.get_current_position_mode().data().dual_side_position,
    ]
    assert shown == [True, profile == "2026-06-30"]
    usds.change_position_mode(dual_side_position="false")


async def heard(url: str, names: list[str], scene: Scene) -> set[str]:
    """The event types that come to a socket which asks for names, a book ticker the last of them."""
    async with websockets.connect(url) as socket:
        await socket.send(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
        assert json.loads(await socket.recv()) == {"result": None, "id": 1}
        scene.lay_book()
        for side in ("BUY", "SELL"):  # the second trade ends the first one's aggregate
            scene.by_hand.take(side, "0.01")
        scene.maker.rest_order("BUY", "0.02", "59991")
        kinds: set[str] = set()
        newest: Any = {}
        while (newest.get("e"), newest.get("B")) != ("bookTicker", "0.020"):
            newest = json.loads(await socket.recv())
            kinds.add(newest["e"])
        return kinds


async def test_a_bot_of_2025_hears_trades_at_ws_until_2026_04_23(scene: Scene, profile: str) -> None:
    names = ["btcusdt@aggTrade", "btcusdt@bookTicker"]
    kinds = await heard(f"{scene.ws}/ws", names, scene)
    strict = profile in ("2026-04-23", "2026-06-30")
    assert ("aggTrade" in kinds) is not strict


async def test_routed_paths_are_refused_before_they_exist(scene: Scene, profile: str) -> None:
    url = f"{scene.ws}/public/stream"
    if profile in ("2025-11", "2025-12-09"):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(url)
        assert refused.value.response.status_code == 404
    else:
        async with websockets.connect(url) as socket:
            await socket.ping()


@contextlib.asynccontextmanager
async def sdk_streams(ws: str) -> AsyncIterator[Any]:
    configuration = ConfigurationWebSocketStreams(stream_url=ws)
    streams = DerivativesTradingUsdsFutures(config_ws_streams=configuration).websocket_streams
    await streams.create_connection()
    try:
        yield streams
    finally:
        await streams.close_connection(close_session=True)


async def test_the_sdk_of_today_hears_everything_on_its_three_sockets(scene: Scene, profile: str) -> None:
    if profile in ("2025-11", "2025-12-09"):
        pytest.skip("the SDK of today opens paths that are not there yet")
    key = sdk_rest(scene.rest, scene.trader).start_user_data_stream().data().listen_key
    async with sdk_streams(scene.ws) as streams:
        inbox: Inbox[Any] = Inbox()
        for request in (
            streams.aggregate_trade_streams(symbol="btcusdt"),
            streams.individual_symbol_book_ticker_streams(symbol="btcusdt"),
            streams.user_data(key),
        ):
            (await request).on("message", inbox.put)
        scene.lay_book()
        scene.by_hand.take("BUY", "0.01")
        await inbox.until(
            lambda messages: {"aggTrade", "bookTicker", "OrderTradeUpdate"} <= {kind(row) for row in messages}
        )


def kind(message: Any) -> str:
    """The event type of one of the SDK's models; those of user data are wrapped, and called like it."""
    inner = getattr(message, "actual_instance", None) or message
    return getattr(inner, "e", None) or type(inner).__name__
