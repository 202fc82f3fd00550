"""A book kept from diffs is REST's book at the same update id, through an hour of a market at sixty times the speed.

`@depth@0ms` tells every change, so that each answer of REST falls on one of its events: those books are compared all
the time. `@depth@100ms` and `@depth@500ms` gather changes; they are compared when an answer happens to fall on an
event, and at the end, when the clock is stopped on a boundary. An hour takes a minute of machine time and runs with
PERPIT_LONG=1; the ordinary suite plays three minutes of market.
"""

import asyncio
import json
import os
from collections import deque
from contextlib import AsyncExitStack
from typing import Any, Self

import httpx
import websockets

from perpit.testing import ServedVenue
from tests.clients.local_book import LocalBook, depth_path
from tests.clients.venue import COIN_SYMBOLS, Operator

MARKET_MINUTES = 60 if os.environ.get("PERPIT_LONG") else 3
SPEED = 60
PATIENCE_S = 30
SYMBOLS = ("BTCUSDT", *COIN_SYMBOLS)
FULL = 1_000  # levels that REST shows of a side; a book with more of them could not be compared


class Follower:
    """One symbol's book, kept from one stream as a client keeps it."""

    def __init__(self, rest: httpx.AsyncClient, ws: str, symbol: str, speed: str) -> None:
        self.symbol = symbol
        self.speed = speed
        self.compared = 0
        self._rest = rest
        self._url = f"{ws}/ws/{symbol.lower()}@depth@{speed}"
        self._events: deque[dict[str, Any]] = deque()
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._socket = await websockets.connect(self._url)
        self._reader = asyncio.create_task(self._read())
        self._reader.add_done_callback(lambda _: self._news.set())
        await self._until_there_is_one()
        self.book = LocalBook(await self.answer())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await self._socket.close()

    async def answer(self) -> dict[str, Any]:
        """REST's book; the stream is read meanwhile."""
        answer: dict[str, Any] = (await self._rest.get(depth_path(self.symbol))).json()
        assert max(len(answer["bids"]), len(answer["asks"])) < FULL
        return answer

    async def compare(self, answer: dict[str, Any]) -> bool:
        """Follow the stream up to an answer's id; whether an event ends there, and then the books are alike."""
        while self.book.update_id < answer["lastUpdateId"]:
            await self._until_there_is_one()
            self.book.apply(self._events.popleft())
        if self.book.update_id != answer["lastUpdateId"]:
            return False
        self.book.assert_like(answer)
        self.compared += 1
        return True

    async def _read(self) -> None:
        async for message in self._socket:
            self._events.append(json.loads(message))
            self._news.set()

    async def _until_there_is_one(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not self._events:
                assert not self._reader.done(), f"{self._url} was closed: {self._reader}"
                self._news.clear()
                await self._news.wait()


async def compare_until(end_ms: int, operator: Operator, follower: Follower) -> None:
    """Compare again and again while the market moves."""
    while await asyncio.to_thread(operator.now_ms) < end_ms:
        on_an_event = await follower.compare(await follower.answer())
        assert on_an_event or follower.speed != "0ms"


async def compare_stopped(operator: Operator, follower: Follower) -> None:
    """Compare on a boundary of a stopped clock: there a stream that gathers has told everything.

    Unless the market moved twice within that very millisecond, before and after the stream told; then on the next one.
    """
    for _ in range(20):
        operator.advance(500 - operator.now_ms() % 500)
        answer = await follower.answer()
        try:
            if await follower.compare(answer):
                return
        except TimeoutError:
            continue
    raise AssertionError(f"{follower.symbol}@{follower.speed} tells less than REST, boundary after boundary")


async def test_a_local_book_is_the_venues_book_through_an_hour_of_market() -> None:
    served = ServedVenue(
        "--market", "synthetic", "--seed", "11", "--clock", f"scaled:{SPEED}", "--no-limits",
        "--symbols", ",".join(SYMBOLS),
    )  # fmt: skip
    with served as venue, Operator(venue.ready) as operator:
        end_ms = operator.now_ms() + MARKET_MINUTES * 60_000
        async with AsyncExitStack() as stack:
            rest = await stack.enter_async_context(httpx.AsyncClient(base_url=operator.rest))
            followers = [
                await stack.enter_async_context(Follower(rest, operator.ws, symbol, speed))
                for symbol in SYMBOLS
                for speed in ("0ms", "100ms", "500ms")
            ]
            async with asyncio.TaskGroup() as all_at_once:
                for follower in followers:
                    all_at_once.create_task(compare_until(end_ms, operator, follower))
            operator.call("PUT", "/clock", {"mode": "manual"})
            for follower in followers:
                await compare_stopped(operator, follower)
        assert operator.invariants() == "ok"
    for follower in followers:
        least = MARKET_MINUTES // 3 if follower.speed == "0ms" else 1  # a busy machine compares less often
        assert follower.compared >= least, (follower.symbol, follower.speed, follower.compared)
