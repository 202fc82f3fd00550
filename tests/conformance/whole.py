"""A whole venue without a port: engine, views, dialect, venue control and streams, on a clock that stands.

Every test case gets a new one, so that a case that fails fails again by itself. There is something of everything to
be asked for: a book, trades, positions, open and waiting orders, funding, a second account in hedge mode, and somebody
who listens to the user data. Commands go through the journal's codec, as they would on a disk.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from perpit.binance.dialect import Dialect
from perpit.binance.listen_keys import ListenKeys
from perpit.binance.pages import Pages
from perpit.binance.profiles import UNION, Profile
from perpit.binance.streams import StreamHub
from perpit.binance.streams_url import StreamTarget
from perpit.control import Control, Ports
from perpit.control.describe import openapi
from perpit.domain import words as w
from perpit.domain.commands import (
    Advance,
    Command,
    CreateAccount,
    CreateKey,
    HouseDepth,
    HouseTrade,
    ListAsset,
    ListInstrument,
    PlaceOrder,
    SetIndexPrice,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
    Transfer,
)
from perpit.domain.events import Event, Refused
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.journal import codec
from perpit.runtime.clock import Clock
from perpit.server.app import Application
from perpit.views.world import World
from tests.binance.caller import IP, SECRET
from tests.binance.floor import FakeSocket
from tests.instruments import btcusd_perp, btcusdt, ethusdt

FUNDING_MS = 59_028 * 28_800_000  # a time at which funding is settled
START_MS = FUNDING_MS - 2_000
TOKEN = "token-of-the-test"
TRADER, HEDGER, MAKER = 1, 2, 3
BTC, ETH, COIN = 0, 1, 2
BTC_TICKS, ETH_TICKS = 600_000, 300_000  # 60,000.0 and 3,000.00
KEYS = {"trader": "t" * 64, "hedger": "h" * 64, "reader": "r" * 64}


class Answered(NamedTuple):
    """An answer in its parts."""

    status: int
    headers: dict[str, str]
    body: bytes


class WholeVenue:
    """Accounts `trader`, `hedger` and `maker`; `KEYS` belong to the first two, "reader" may only read."""

    def __init__(self, profile: Profile = UNION) -> None:
        self.profile = profile
        self.engine = Engine()
        self.world = World()
        self.clock = Clock("manual", time_ms=START_MS)
        self.commands = 0
        listen_keys = ListenKeys()
        self.dialect = Dialect(
            self.world,
            self.submit,
            self.submit_many,
            self.judge,
            self.clock.now_ms,
            Limits(),
            listen_keys,
            described=openapi(),
            profile=profile,
        )
        self.hub = StreamHub(self.world, listen_keys, self.clock.now_ms, profile=profile)
        control = Control(self._ports(), TOKEN)
        pages = Pages(self.clock.now_ms)
        self.application = Application(self.dialect, control, self.hub, self.clock.now_ms, pages=pages)
        self.furnish()
        for market in (w.USDS_M, w.COIN_M):
            key = listen_keys.open(TRADER, self.clock.now_ms(), market)
            self.hub.connect(FakeSocket(), StreamTarget("", False, [], [(key, frozenset())]))

    def _ports(self) -> Ports:
        return Ports(
            world=self.world,
            submit=self.submit,
            clock=self.clock,
            advance_to=self.advance_to,
            state_hash=self.engine.state_hash,
            invariants=self.engine.check_invariants,
            connections=lambda: 1,
            uptime_ms=lambda: 1_000,
            about={"version": "1", "profile": self.profile.name, "market": "none", "durability": "none"},
        )

    def apply(self, command: Command) -> list[Event]:
        """Stamp a command, send it through the journal's codec, apply it and tell everybody."""
        self.commands += 1
        command.seq, command.time_ms = self.commands, self.clock.now_ms()
        codec.decode(command.seq, 1, codec.encode([command]))
        events = self.engine.apply(command)
        self.world.fold(command, events)
        return events

    def submit(self, command: Command) -> "asyncio.Future[list[Event]]":
        future: asyncio.Future[list[Event]] = asyncio.get_running_loop().create_future()
        future.set_result(self.apply(command))
        return future

    def submit_many(self, commands: Sequence[Command]) -> "list[asyncio.Future[list[Event]]]":
        return [self.submit(command) for command in commands]

    def judge(self, order: PlaceOrder) -> tuple[int, int]:
        order.time_ms = self.clock.now_ms()
        return self.engine.judge(order)

    async def advance_to(self, time_ms: int) -> None:
        self.clock.advance(time_ms - self.clock.now_ms())
        self.apply(Advance())

    async def call(
        self, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> Answered:
        """One HTTP request, as the server hands it to the application."""
        answer = await self.application.respond(method, path, query, headers, body, IP)
        lines = bytes(answer.head).decode().removesuffix("\r\n").split("\r\n")
        return Answered(answer.status, dict(line.split(": ", 1) for line in lines), bytes(answer.body))

    def furnish(self) -> None:
        """Everything that there is to be asked for."""
        for command in (*beginning(), *trading()):
            events = self.apply(command)
            assert not isinstance(events[-1], Refused), (type(command), events[-1].refusal)
        self.clock.advance(3_000)
        self.apply(Advance())


class Limits:
    """The settings that the dialect reads."""

    limits = False


def beginning() -> list[Command]:
    """Contracts, accounts, keys, money and prices."""
    both = w.PERMIT_READ | w.PERMIT_FUTURES
    setup: list[Command] = [
        ListInstrument(btcusdt()),
        ListInstrument(ethusdt()),
        ListInstrument(btcusd_perp()),
        ListAsset("USDT", 0, 0, 0, 0, -(10**9) * UNIT, -1),
        ListAsset("BTC", 50_000, 50_000, 50_000, 50_000, 0, BTC),
        SetIndexPrice(BTC, 60_000 * UNIT),
        SetIndexPrice(ETH, 3_000 * UNIT),
        SetIndexPrice(COIN, 60_000 * UNIT),
        *(CreateAccount(name) for name in ("trader", "hedger", "maker")),
        CreateKey(TRADER, KEYS["trader"], SECRET, w.KEY_HMAC, "all", both, []),
        CreateKey(HEDGER, KEYS["hedger"], SECRET, w.KEY_HMAC, "all", both, []),
        CreateKey(TRADER, KEYS["reader"], SECRET, w.KEY_HMAC, "reads", w.PERMIT_READ, []),
    ]
    for account in (TRADER, HEDGER, MAKER):
        setup += [
            Transfer(account, w.USDS_M, "USDT", 100_000 * UNIT),
            Transfer(account, w.COIN_M, "BTC", 10 * UNIT),
        ]
    return setup


def trading() -> list[Command]:
    """A book, positions of the trader (cross and isolated) and of the hedger, open and waiting orders, a trade."""

    def order(
        account: int, symbol: int, name: str, side: int, lots: int, ticks: int, **terms: Any
    ) -> PlaceOrder:
        kind, life = terms.pop("kind", w.LIMIT), terms.pop("life", w.GTC)
        return PlaceOrder(account, symbol, name, side, kind, life, lots, ticks, **terms)

    near, far = BTC_TICKS - 10, BTC_TICKS + 10
    return [
        SetMarginType(TRADER, ETH, w.ISOLATED),
        SetLeverage(TRADER, ETH, 10),
        SetPositionMode(HEDGER, w.USDS_M, True),
        HouseDepth(BTC, [near, near - 1], [1_000, 1_000], [far, far + 1], [1_000, 1_000]),
        HouseDepth(COIN, [near, near - 1], [1_000, 1_000], [far, far + 1], [1_000, 1_000]),
        order(MAKER, BTC, "m1", w.SELL, 200, BTC_TICKS),
        order(TRADER, BTC, "t1", w.BUY, 50, BTC_TICKS),
        order(HEDGER, BTC, "h1", w.BUY, 20, BTC_TICKS, position_side=w.LONG),
        order(MAKER, ETH, "m2", w.BUY, 2_000, ETH_TICKS),
        order(TRADER, ETH, "t2", w.SELL, 100, ETH_TICKS),
        order(MAKER, COIN, "m3", w.SELL, 20, BTC_TICKS),
        order(TRADER, COIN, "t3", w.BUY, 5, BTC_TICKS),
        order(TRADER, BTC, "t4", w.BUY, 30, BTC_TICKS - 5_000),
        order(TRADER, COIN, "t5", w.BUY, 3, BTC_TICKS - 5_000),
        order(
            TRADER,
            BTC,
            "t6",
            w.SELL,
            10,
            0,
            kind=w.STOP_MARKET,
            stop_price_ticks=BTC_TICKS - 9_000,
            is_algo=True,
        ),
        HouseTrade(BTC, w.SELL, BTC_TICKS - 10, 5),
    ]
