"""Throttled streams on a manual clock: what happens until a moment has been told when the clock has come there."""

import asyncio
import json

import pytest
import websockets

from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue
from tests.clients.inbox import PATIENCE_S
from tests.clients.local_book import rest_book


async def test_no_diff_waits_for_a_boundary_that_the_clock_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server's timer, here at every turn of the loop, finds the clock ahead of commands that are on their way."""
    monkeypatch.setattr("perpit.server.app.TICK_SECONDS", 0)
    settings = Settings(market=MarketSetting("synthetic"), seed=7, clock=ClockSetting("manual"), port=0)
    async with (
        Venue(settings) as venue,
        websockets.connect(f"{venue.ready.ws}/ws/btcusdt@depth@100ms") as socket,
    ):
        boundary = venue.clock.now_ms() // 100 * 100
        for _ in range(20):
            boundary += 500
            await venue.advance_to(boundary)
            answer = await asyncio.to_thread(rest_book, venue.ready.rest)
            async with asyncio.timeout(PATIENCE_S):
                while json.loads(await socket.recv())["u"] < answer["lastUpdateId"]:
                    pass
