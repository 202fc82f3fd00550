"""ccxt.pro, unmodified: what `watch_…` gives over `/public/ws/N`, `/market/ws/N` and `/private/ws?listenKey=`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import ccxt.pro
import pytest

from tests.clients.endpoints import ccxt_options
from tests.clients.inbox import PATIENCE_S, eventually
from tests.clients.local_book import caught_up
from tests.clients.venue import Operator, Scene

BITCOIN = "BTC/USDT:USDT"


@pytest.fixture
async def exchange(scene: Scene) -> AsyncIterator[Any]:
    """On the quiet venue, with the trader's key."""
    async with ccxt.pro.binanceusdm(ccxt_options(scene.rest, scene.ws, scene.trader)) as made:
        yield made


@pytest.fixture
async def watcher(lively: Operator) -> AsyncIterator[Any]:
    """On the lively venue, where only public data is watched."""
    async with ccxt.pro.binanceusdm(ccxt_options(lively.rest, lively.ws, lively.demo)) as made:
        yield made


async def soon(watched: Any) -> Any:
    """What a watch gives, if it gives it in time."""
    async with asyncio.timeout(PATIENCE_S):
        return await watched


async def test_trades_tickers_and_candles_are_watched(watcher: Any) -> None:
    trades = await soon(watcher.watch_trades(BITCOIN))
    assert trades[-1]["symbol"] == BITCOIN
    assert trades[-1]["amount"] > 0
    ticker = await soon(watcher.watch_ticker(BITCOIN))
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    candles = await soon(watcher.watch_ohlcv(BITCOIN, "1m"))
    assert candles[-1][3] <= candles[-1][4] <= candles[-1][2]
    mark = await soon(watcher.watch_mark_price(BITCOIN))
    assert mark["markPrice"] > 0
    touch = (await soon(watcher.watch_bids_asks([BITCOIN])))[BITCOIN]
    assert touch["bid"] < touch["ask"]


async def test_the_order_book_is_kept_from_diffs(still: Operator) -> None:
    async with ccxt.pro.binanceusdm(ccxt_options(still.rest, still.ws, still.demo)) as exchange:
        watching = asyncio.create_task(exchange.watch_order_book(BITCOIN))
        while not watching.done():  # its first diff makes it ask for the snapshot
            still.advance(100)
            await asyncio.wait([watching], timeout=0.05)
        book = await watching
        still.advance(10_000)

        async def follow(update_id: int) -> None:
            while book["nonce"] < update_id:  # ccxt updates the one book that it gave
                await exchange.watch_order_book(BITCOIN)

        answer = await caught_up(still, follow)
        for side in ("bids", "asks"):
            assert [list(level[:2]) for level in book[side]] == [
                [float(price), float(quantity)] for price, quantity in answer[side]
            ]


async def test_orders_fills_balance_and_position_are_watched(exchange: Any, scene: Scene) -> None:
    await exchange.load_markets()
    scene.lay_book()
    watches = {
        "orders": exchange.watch_orders(BITCOIN),
        "fills": exchange.watch_my_trades(BITCOIN),
        "balance": exchange.watch_balance(),
        "positions": exchange.watch_positions([BITCOIN]),
    }
    told = {name: asyncio.create_task(watch) for name, watch in watches.items()}
    await until_connected(exchange)
    await exchange.create_order(BITCOIN, "market", "buy", 0.04)
    order = (await soon(told["orders"]))[-1]
    while order["status"] != "closed":
        order = (await soon(exchange.watch_orders(BITCOIN)))[-1]
    assert (order["filled"], order["average"], order["fee"]) == (
        0.04, 60010.0, {"currency": "USDT", "cost": 1.2002},
    )  # fmt: skip
    fill = (await soon(told["fills"]))[-1]
    assert (fill["price"], fill["amount"], fill["takerOrMaker"]) == (60010.0, 0.04, "taker")
    assert (await soon(told["balance"]))["USDT"]["total"] == 99998.7998
    position = (await soon(told["positions"]))[-1]
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 0.04, 60010.0)


async def until_connected(exchange: Any) -> None:
    """The user-data socket is open: only then does the venue tell this client what happens."""
    await eventually(
        lambda: any("listenKey" in url and made.connected.done() for url, made in exchange.clients.items())
    )


async def test_a_resting_order_is_watched_from_placement_to_its_fill(exchange: Any, scene: Scene) -> None:
    await exchange.load_markets()
    watching = asyncio.create_task(exchange.watch_orders(BITCOIN))
    await until_connected(exchange)
    placed = await exchange.create_order(BITCOIN, "limit", "buy", 0.04, 59990)
    order = (await soon(watching))[-1]
    assert (order["id"], order["status"], order["filled"]) == (placed["id"], "open", 0.0)
    scene.maker.take("SELL", "0.01")
    order = (await soon(exchange.watch_orders(BITCOIN)))[-1]
    assert (order["status"], order["filled"], order["remaining"]) == ("open", 0.01, 0.03)
    scene.maker.take("SELL", "0.03")
    order = (await soon(exchange.watch_orders(BITCOIN)))[-1]
    assert (order["status"], order["filled"], order["average"]) == ("closed", 0.04, 59990.0)
