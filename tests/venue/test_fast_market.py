"""A market that says in seconds what takes minutes, and a client that reads when it gets to it."""

import asyncio
import json
import socket

import httpx
import pytest
import websockets

from perpit.binance.streams import HARD_BUFFER_BYTES
from perpit.runtime.errors import ClockError
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue

START_MS = 1_700_000_000_000
MINUTES_MS = 300_000
SYMBOLS = ("BTCUSDT", "ETHUSDT", "BTCUSD_PERP")
SYNTHETIC = Settings(
    port=0,
    market=MarketSetting("synthetic"),
    seed=11,
    clock=ClockSetting("manual", time_ms=START_MS),
    symbols=SYMBOLS,
)


def small_pocket(port: int) -> socket.socket:
    """A connection whose own side holds little, so that what is not read waits at the venue."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    connection.connect(("127.0.0.1", port))
    connection.setblocking(False)
    return connection


async def test_whoever_moves_the_clock_and_then_reads_has_every_diff() -> None:
    """As a test does that has one thread: more than the wall's clock would let him leave unread."""
    async with Venue(SYNTHETIC) as venue:
        before = {symbol: book.update_id for symbol, book in zip(SYMBOLS, venue.world.books, strict=True)}
        streams = "/".join(f"{symbol.lower()}@depth@0ms" for symbol in SYMBOLS)
        connection = small_pocket(venue.server.port)
        url = f"{venue.ready.ws}/stream?streams={streams}"
        async with websockets.connect(url, sock=connection, max_queue=1) as client:
            await venue.advance_to(venue.clock.now_ms() + MINUTES_MS)
            assert venue.hub.unread_bytes() > HARD_BUFFER_BYTES, (
                "on the wall's clock it would have been cut off"
            )
            told = dict(before)
            after = [book.update_id for book in venue.world.books]
            async with asyncio.timeout(60):
                while list(told.values()) != after:
                    message = await client.recv()
                    diff = json.loads(message)["data"]
                    assert diff["pu"] == told[diff["s"]], "a diff is missing"
                    told[diff["s"]] = diff["u"]


async def test_one_advance_at_a_time_and_a_change_of_the_clock_breaks_it_off() -> None:
    async with Venue(SYNTHETIC) as venue, httpx.AsyncClient(base_url=venue.ready.admin) as control:
        control.headers["Authorization"] = f"Bearer {venue.ready.admin_token}"
        jump = asyncio.create_task(control.post("/clock/advance", json={"ms": 86_400_000}))
        while venue.clock.now_ms() == START_MS:
            await asyncio.sleep(0)
        second = await control.post("/clock/advance", json={"ms": 1})
        assert second.status_code == 409
        assert f"an advance to {START_MS + 86_400_000} is under way" in second.json()["error"]
        with pytest.raises(ClockError):
            await venue.advance_to(START_MS + 86_400_000)
        assert (await control.put("/clock", json={"mode": "wall"})).status_code == 200
        broken_off = await jump
        assert broken_off.status_code == 409
        assert "this one is wall" in broken_off.json()["error"]
        await control.put("/clock", json={"mode": "manual"})
        before_ms = venue.clock.now_ms()
        assert before_ms > START_MS
        assert (await control.post("/clock/advance", json={"ms": 1})).json()["time_ms"] == before_ms + 1
        assert venue.engine.check_invariants() == []
