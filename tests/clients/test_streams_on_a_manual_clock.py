"""Throttled streams on a manual clock: what happens before a boundary has been told when the clock has come there."""

import asyncio
import json

import pytest
import websockets

from perpit.domain.commands import HouseDepth
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue
from tests.clients.inbox import PATIENCE_S


async def test_no_diff_waits_for_a_boundary_that_the_clock_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server's timer, here at every turn of the loop, finds the clock ahead of commands that are on their way."""
    monkeypatch.setattr("perpit.server.app.TICK_SECONDS", 0)
    settings = Settings(market=MarketSetting("none"), clock=ClockSetting("manual"), port=0)
    async with (
        Venue(settings) as venue,
        websockets.connect(f"{venue.ready.ws}/ws/btcusdt@depth@100ms") as socket,
    ):
        for lots in range(1, 6):
            laid = venue.submit(HouseDepth(0, [599_000], [lots], [], []))
            await venue.advance_to((venue.clock.now_ms() // 100 + 1) * 100)
            await laid
            async with asyncio.timeout(PATIENCE_S):
                assert json.loads(await socket.recv())["b"] == [["59900.00", f"0.00{lots}"]]
