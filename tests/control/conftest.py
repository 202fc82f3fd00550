"""Control over a small venue in memory: a real engine, real views, a manual clock, no port."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from perpit.catalogue import load_instrument
from perpit.control import Control, Ports
from perpit.control.ports import Answer
from perpit.domain.commands import Advance, Command, ListInstrument, SetIndexPrice
from perpit.domain.events import Event
from perpit.engine.engine import Engine
from perpit.runtime.clock import Clock
from perpit.views.world import World

START_MS = 1_700_000_000_000
TOKEN = "token-of-the-test"


class SmallVenue:
    """What control is given, and a way to call it."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.world = World()
        self.clock = Clock("manual", time_ms=START_MS)
        ports = Ports(
            world=self.world,
            submit=self.submit,
            clock=self.clock,
            advance_to=self.advance_to,
            state_hash=self.engine.state_hash,
            invariants=self.engine.check_invariants,
            connections=lambda: 3,
            uptime_ms=lambda: 1500,
            about={"version": "1", "profile": "union"},
        )
        self.control = Control(ports, TOKEN)

    async def submit(self, command: Command) -> list[Event]:
        command.seq, command.time_ms = self.engine.seq + 1, self.clock.now_ms()
        events = self.engine.apply(command)
        self.world.fold(command, events)
        return events

    async def advance_to(self, time_ms: int) -> None:
        self.clock.advance(time_ms - self.clock.now_ms())
        await self.submit(Advance())

    async def raw(
        self, method: str, path: str, body: bytes = b"", token: str | None = TOKEN, query: bytes = b""
    ) -> Answer:
        headers = [] if token is None else [(b"authorization", b"Bearer " + token.encode())]
        return await self.control.http(method, path, query, headers, body, "127.0.0.1")

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        sent = b"" if body is None else msgspec.json.encode(body)
        answer = await self.raw(method, f"/venue/v1{path}", sent)
        return answer.status, msgspec.json.decode(answer.body)


@pytest.fixture
async def venue() -> SmallVenue:
    """A venue that trades BTCUSDT, without accounts."""
    small = SmallVenue()
    await small.submit(ListInstrument(load_instrument("BTCUSDT", 0)))
    await small.submit(SetIndexPrice(0, 60_000 * 10**8))
    return small


@pytest.fixture
def unchanged(venue: SmallVenue) -> Callable[[], bool]:
    """Tells whether the engine's state is still what it was at the start of the test."""
    before = venue.engine.state_hash()
    return lambda: venue.engine.state_hash() == before
