"""python-binance's BinanceSocketManager, unmodified: futures sockets over `/public`, `/market` and `/private`."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from typing import Any

from binance import BinanceSocketManager, FuturesDepthCacheManager

from tests.clients.endpoints import binance_async_client, binance_sockets
from tests.clients.inbox import PATIENCE_S
from tests.clients.local_book import LocalBook, caught_up, rest_book
from tests.clients.venue import Account, Operator, Scene


@contextlib.asynccontextmanager
async def manager(rest: str, ws: str, account: Account) -> AsyncIterator[BinanceSocketManager]:
    client = await binance_async_client(rest, account)
    try:
        yield binance_sockets(ws, client)
    finally:
        await client.close_connection()


@contextlib.asynccontextmanager
async def opened(socket: Any, stir: Callable[[], Any]) -> AsyncIterator[Any]:
    """A socket that is closed at once: python-binance waits for one more message, or ten seconds; `stir` makes one."""
    await socket.__aenter__()
    try:
        yield socket
    finally:
        closing = asyncio.create_task(socket.__aexit__(None, None, None))
        while not closing.done():
            stir()
            await asyncio.wait([closing], timeout=0.1)


async def told(socket: Any, wanted: Callable[[Any], bool] = lambda message: True) -> Any:
    """The next message of a kind."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = await socket.recv()
            assert message.get("e") != "error", message
            if wanted(message):
                return message


async def test_market_sockets_deliver(lively: Operator) -> None:
    async with manager(lively.rest, lively.ws, lively.demo) as sockets:
        openings = {
            "continuous_kline": sockets.kline_futures_socket("BTCUSDT"),
            "depthUpdate": sockets.futures_depth_socket("BTCUSDT", depth="5"),
            "aggTrade": sockets.aggtrade_futures_socket("BTCUSDT"),
            "markPriceUpdate": sockets.symbol_mark_price_socket("BTCUSDT"),
            "24hrTicker": sockets.individual_symbol_ticker_futures_socket("BTCUSDT"),
        }

        async def first_of(opening: Any) -> str:
            async with opening as socket:
                message = await told(socket)
                event: str = message.get("data", message)["e"]
                return event

        assert await asyncio.gather(*map(first_of, openings.values())) == list(openings)


async def test_a_multiplexed_socket_wraps_each_stream_in_its_name(lively: Operator) -> None:
    names = {"btcusdt@bookTicker", "ethusdt@bookTicker"}
    async with (
        manager(lively.rest, lively.ws, lively.demo) as sockets,
        sockets.futures_multiplex_socket(sorted(names), category="public") as socket,
    ):
        for name in names:
            message = await told(socket, lambda message, name=name: message["stream"] == name)
            assert message["data"]["s"] == name.partition("@")[0].upper()


async def test_a_local_book_follows_the_diffs(still: Operator) -> None:
    async with manager(still.rest, still.ws, still.demo) as sockets:
        opening = sockets.futures_multiplex_socket(["btcusdt@depth@100ms"], category="public")
        async with opened(opening, lambda: still.advance(100)) as socket:
            still.advance(1_000)
            events = [(await told(socket))["data"]]
            book = LocalBook(rest_book(still.rest))
            still.advance(5_000)

            async def follow(update_id: int) -> None:
                while events[-1]["u"] < update_id:
                    events.append((await told(socket))["data"])

            answer = await caught_up(still, follow)
            for event in events:
                book.apply(event)
            book.assert_like(answer)


async def test_the_depth_cache_shows_the_venues_best_levels(still: Operator) -> None:
    async with manager(still.rest, still.ws, still.demo) as sockets:
        cache = FuturesDepthCacheManager(sockets._client, "BTCUSDT", bm=sockets)
        async with opened(cache, lambda: still.advance(500)) as depth:
            shown: list[Any] = []

            async def follow(update_id: int) -> None:
                best = rest_book(still.rest)["bids"][:10]
                shown[:] = [[float(price), float(quantity)] for price, quantity in best]
                while (await depth.recv()).get_bids() != shown:
                    pass

            await caught_up(still, follow)
            assert len(shown) == 10


async def test_orders_and_fills_are_told_on_the_user_socket(scene: Scene) -> None:
    scene.lay_book()
    async with manager(scene.rest, scene.ws, scene.trader) as sockets:
        client = sockets._client
        stir = functools.partial(scene.by_hand.rest_order, "BUY", "0.001", "59000")
        async with opened(sockets.futures_user_socket(), stir) as socket:
            limit = {"symbol": "BTCUSDT", "type": "LIMIT", "timeInForce": "GTC"}
            placed = await client.futures_create_order(**limit, side="BUY", quantity="0.05", price="59900")
            await client.futures_cancel_order(symbol="BTCUSDT", orderId=placed["orderId"])
            await client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.04")
            events = [await told(socket) for _ in range(6)]
    kinds = [event["o"]["x"] if event["e"] == "ORDER_TRADE_UPDATE" else event["e"] for event in events]
    assert kinds == ["NEW", "CANCELED", "NEW", "TRADE_LITE", "ACCOUNT_UPDATE", "TRADE"]
    update, trade = events[4]["a"], events[5]["o"]
    assert (update["B"][0]["wb"], update["P"][0]["pa"], update["P"][0]["ep"]) == (
        "99998.7998",
        "0.040",
        "60010",
    )
    assert (trade["X"], trade["i"], trade["L"], trade["n"]) == (
        "FILLED",
        placed["orderId"] + 1,
        "60010.00",
        "1.2002",
    )
