"""An order book kept by the exchange's published procedure, and the venue's own answer to compare it with.

Buffer the diffs; take a snapshot; drop what is older; the first event kept must span the snapshot's id, and every
later one must continue its predecessor (`pu` is the `u` before). semantics 7.4.2.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Any

import httpx

from tests.clients.venue import COIN_SYMBOLS, Operator

Levels = dict[Decimal, Decimal]


class LocalBook:
    """One symbol's book; `events` are the payloads of `@depth` in order."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.update_id: int = snapshot["lastUpdateId"]
        self.bids = levels(snapshot["bids"])
        self.asks = levels(snapshot["asks"])
        self.applied = 0

    def apply(self, event: dict[str, Any]) -> None:
        """Fold one diff; asserts that none is missing."""
        if event["u"] < self.update_id:
            return
        if self.applied == 0:
            assert event["U"] <= self.update_id <= event["u"], (event["U"], self.update_id, event["u"])
        else:
            assert event["pu"] == self.update_id, (event["pu"], self.update_id)
        for side, changes in ((self.bids, event["b"]), (self.asks, event["a"])):
            for price, quantity in levels(changes).items():
                if quantity:
                    side[price] = quantity
                else:
                    side.pop(price, None)
        self.update_id = event["u"]
        self.applied += 1

    def assert_like(self, answer: dict[str, Any]) -> None:
        """The same book as a REST answer that is as new."""
        assert self.update_id == answer["lastUpdateId"]
        assert (self.bids, self.asks) == (levels(answer["bids"]), levels(answer["asks"]))


async def caught_up(operator: Operator, follow: Callable[[int], Awaitable[None]]) -> dict[str, Any]:
    """REST's book, as new as what a throttled stream has told; `follow` reads the stream up to an update id.

    When the clock stands on a boundary both are, unless the market moved twice within that very millisecond, before
    and after the stream was flushed: then the next boundary will do.
    """
    for _ in range(20):
        operator.advance(500 - operator.now_ms() % 500)
        answer = rest_book(operator.rest)
        try:
            async with asyncio.timeout(2):
                await follow(answer["lastUpdateId"])
        except TimeoutError:
            continue
        return answer
    raise AssertionError("the stream tells less than REST, boundary after boundary")


def levels(rows: Iterable[Iterable[str]]) -> Levels:
    """Price and quantity as numbers."""
    return {Decimal(price): Decimal(quantity) for price, quantity in rows}


def depth_path(symbol: str) -> str:
    """Where REST tells a whole book."""
    prefix = "dapi" if symbol in COIN_SYMBOLS else "fapi"
    return f"/{prefix}/v1/depth?symbol={symbol}&limit=1000"


def rest_book(rest: str, symbol: str = "BTCUSDT") -> dict[str, Any]:
    """The whole book as REST tells it."""
    answer: dict[str, Any] = httpx.get(rest + depth_path(symbol)).json()
    return answer
