"""The venue goes away and comes back at the same address, with its data: clients reconnect by themselves and go on.

They use the listen key that they had, and nothing of their account is lost in between.
"""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ccxt
import ccxt.pro
import pytest

from perpit.testing import ServedVenue
from tests.clients.endpoints import binance_async_client, binance_sockets, ccxt_options
from tests.clients.inbox import PATIENCE_S
from tests.clients.local_book import rest_book
from tests.clients.venue import Counterparty, Operator

BITCOIN = "BTC/USDT:USDT"
RECONNECT_S = 30  # python-binance waits longer with each attempt


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[ServedVenue]:
    """A venue with a data directory, at a port that it keeps."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ("--market", "none", "--no-limits", "--port", str(port), "--data", str(tmp_path))
    with ServedVenue(*arguments) as venue:
        yield venue


@pytest.fixture
def operator(lasting: ServedVenue) -> Iterator[Operator]:
    with Operator(lasting.ready) as operator:
        operator.pin("BTCUSDT", "60000")
        yield operator


def come_back(lasting: ServedVenue, how: str) -> None:
    """The venue is gone, and there again."""
    if how == "stopped":
        lasting.stop()
    else:
        lasting.kill()
    lasting.start()


def by_hand(operator: Operator) -> Counterparty:
    """The demo account without the client under test."""
    return Counterparty(operator.rest, operator.demo.api_key, operator.demo.api_secret)


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_ccxt_pro_goes_on_watching_orders_and_the_book(
    lasting: ServedVenue, operator: Operator, how: str
) -> None:
    hand = by_hand(operator)
    prices = itertools.count(59_000)

    def bid() -> Any:
        return hand.rest_order("BUY", "0.010", str(next(prices)))

    async with ccxt.pro.binanceusdm(ccxt_options(operator.rest, operator.ws, operator.demo)) as exchange:
        for _ in range(2):
            begun = hand.rest_order("BUY", "0.010", str(next(prices)))["orderId"]
            await watched(
                exchange.watch_orders, bid, lambda orders, begun=begun: int(orders[-1]["id"]) > begun
            )
            await watched(exchange.watch_order_book, bid, lambda book: book["bids"][0][0] == best(operator))
            key = exchange.options["linear"]["listenKey"]
            await asyncio.sleep(1.1 if how == "killed" else 0)  # a key is kept within a second
            come_back(lasting, how)
        assert exchange.options["linear"]["listenKey"] == key
    hand.close()


async def test_python_binance_goes_on_hearing_of_its_orders(lasting: ServedVenue, operator: Operator) -> None:
    hand = by_hand(operator)
    client = await binance_async_client(operator.rest, operator.demo)
    try:
        async with binance_sockets(operator.ws, client).futures_user_socket() as user:
            hand.rest_order("BUY", "0.010", "59000")
            assert (await heard(user))["p"] == "59000.00"
            come_back(lasting, "stopped")
            hearing = asyncio.create_task(heard(user))
            price = 59_100
            while not hearing.done():
                await asyncio.to_thread(hand.rest_order, "BUY", "0.010", str(price))
                price += 1
                await asyncio.wait([hearing], timeout=0.5)
            assert float((await hearing)["p"]) >= 59_100
    finally:
        await client.close_connection()
        hand.close()


def best(operator: Operator) -> float:
    """The best bid, as REST tells it."""
    return float(rest_book(operator.rest)["bids"][0][0])


async def watched(watch: Any, stir: Callable[[], Any], wanted: Callable[[Any], bool]) -> None:
    """Watch as a bot does, again when the connection was lost, until what is wanted comes; `stir` makes news."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            watching = asyncio.ensure_future(watch(BITCOIN))
            while not watching.done():
                await asyncio.to_thread(stir)
                await asyncio.wait([watching], timeout=0.3)
            with contextlib.suppress(ccxt.NetworkError):
                if wanted(watching.result()):
                    return


async def heard(user: Any) -> Any:
    """The order of the next order event; errors of the connection are skipped, as a bot skips them."""
    async with asyncio.timeout(RECONNECT_S):
        while True:
            message = await user.recv()
            if message and message.get("e") == "ORDER_TRADE_UPDATE":
                return message["o"]
