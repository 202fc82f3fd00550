"""A caller for wire tests: the dialect over a real engine and world, requests signed as a client signs them."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from perpit.binance.call import Answer
from perpit.binance.dialect import Dialect
from perpit.binance.profiles import UNION, Profile
from perpit.domain.commands import (
    Command,
    CreateAccount,
    CreateKey,
    HouseDepth,
    ListInstrument,
    PlaceOrder,
    SetIndexPrice,
    Transfer,
)
from perpit.domain.events import Event
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, PERMIT_FUTURES, PERMIT_READ, USDS_M
from perpit.engine.engine import Engine
from perpit.views.world import World
from tests.instruments import btcusd_perp, btcusdt, ethusdt

START_MS = 1_700_000_040_000
BTC, ETH, COIN = 0, 1, 2
PRICE = 600_000  # BTCUSDT ticks of 0.1: 60,000.0
SECRET = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"
KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
IP = "127.0.0.1"


class Settings:
    def __init__(self, limits: bool = True) -> None:
        self.limits = limits


class Reply:
    """An answer as a client sees it."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        lines = answer.head.decode().removesuffix("\r\n").split("\r\n")
        self.headers = dict(line.split(": ", 1) for line in lines)
        self.json: Any = json.loads(answer.body)

    @property
    def code(self) -> int | None:
        return self.json.get("code") if isinstance(self.json, dict) else None


class Caller:
    """Account 1 ("alice") has `KEY` with all permissions, 100,000 USDT and 10 BTC; account 2 ("bob") has money only."""

    def __init__(self, limits: bool = True, profile: Profile = UNION) -> None:
        self.engine = Engine()
        self.world = World()
        self.now_ms = START_MS
        self.batches: list[int] = []
        self._seq = 0
        for command in (
            ListInstrument(btcusdt()),
            ListInstrument(ethusdt()),
            ListInstrument(btcusd_perp()),
            CreateAccount("alice"),
            CreateAccount("bob"),
            CreateKey(1, KEY, SECRET, 0, "test", PERMIT_READ | PERMIT_FUTURES, []),
            Transfer(1, USDS_M, "USDT", 100_000 * UNIT),
            Transfer(2, USDS_M, "USDT", 100_000 * UNIT),
            SetIndexPrice(BTC, 60_000 * UNIT),
            Transfer(1, COIN_M, "BTC", 10 * UNIT),
            Transfer(2, COIN_M, "BTC", 10 * UNIT),
            SetIndexPrice(ETH, 3_000 * UNIT),
            SetIndexPrice(COIN, 60_000 * UNIT),
        ):
            self.apply(command)
        self.dialect = Dialect(
            self.world,
            self.submit,
            self.submit_many,
            self.judge,
            lambda: self.now_ms,
            Settings(limits),
            profile=profile,
        )

    def apply(self, command: Command) -> list[Event]:
        self._seq += 1
        command.seq = self._seq
        command.time_ms = self.now_ms
        events = self.engine.apply(command)
        self.world.fold(command, events)
        return events

    def state(self) -> list[object]:
        """The engine's whole state."""
        return self.engine.state()

    def submit(self, command: Command) -> asyncio.Future[list[Event]]:
        future: asyncio.Future[list[Event]] = asyncio.get_running_loop().create_future()
        future.set_result(self.apply(command))
        return future

    def judge(self, order: PlaceOrder) -> tuple[int, int]:
        order.time_ms = self.now_ms
        return self.engine.judge(order)

    def submit_many(self, commands: Sequence[Command]) -> list[asyncio.Future[list[Event]]]:
        self.batches.append(len(commands))
        return [self.submit(command) for command in commands]

    def depth(self, lots: int = 1_000) -> None:
        """House liquidity: bids at 59,999.9 and 59,999.8, asks at 60,000.0 and 60,000.1."""
        self.apply(HouseDepth(BTC, [PRICE - 1, PRICE - 2], [lots, lots], [PRICE, PRICE + 1], [lots, lots]))

    def coin_depth(self, contracts: int = 1_000) -> None:
        """House liquidity in BTCUSD_PERP at the same prices."""
        levels = [contracts, contracts]
        self.apply(HouseDepth(COIN, [PRICE - 1, PRICE - 2], levels, [PRICE, PRICE + 1], levels))

    async def raw(
        self,
        method: str,
        path: str,
        query: bytes = b"",
        body: bytes = b"",
        headers: list[tuple[bytes, bytes]] | None = None,
        ip: str = IP,
    ) -> Reply:
        given = [(b"x-mbx-apikey", KEY.encode())] if headers is None else headers
        return Reply(await self.dialect.http(method, path, query, given, body, ip))

    async def public(self, path: str, **params: Any) -> Reply:
        return await self.raw("GET", path, urlencode(params).encode(), headers=[])

    async def signed(self, method: str, path: str, **params: Any) -> Reply:
        """A signed request with everything in the query, as the official SDKs send it."""
        params.setdefault("timestamp", self.now_ms)
        query = urlencode(params)
        return await self.raw(method, path, f"{query}&signature={sign(query)}".encode())

    async def order(self, **params: Any) -> Reply:
        """POST order: a resting BTCUSDT bid unless told otherwise; None leaves a parameter out."""
        order: dict[str, Any] = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.010",
            "price": "59000",
            **params,
        }
        sent = {name: value for name, value in order.items() if value is not None}
        return await self.signed("POST", "/fapi/v1/order", **sent)

    async def coin_order(self, **params: Any) -> Reply:
        """POST order of COIN-M: a resting bid of one contract unless told otherwise; None leaves a parameter out."""
        order: dict[str, Any] = {
            "symbol": "BTCUSD_PERP",
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "1",
            "price": "59000",
            **params,
        }
        sent = {name: value for name, value in order.items() if value is not None}
        return await self.signed("POST", "/dapi/v1/order", **sent)


def sign(text: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
