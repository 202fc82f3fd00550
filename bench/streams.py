"""Fan-out: one stream to 1,000 sockets in bursts of 10 frames, against one ASGI `send` per socket and frame.

Both ways run in one process under the venue's own server (uvicorn, uvloop, its WebSocket protocol without
compression), pinned to one core; 1,000 connections that count bytes are held by another process on another core. A
burst is 10 `trade` messages of one symbol; the next burst begins when the readers have got every byte of the one
before. The hub encodes a message once, as JSON and as frame, and writes the same bytes to every socket; the other way
is what an ASGI application does: the same JSON text, given to `send` of every connection. What is timed is the whole
burst, from the first event to the last byte read. Three rounds of each in turn, the best of each; a second figure
leaves the readers out and times the server's own work.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from perpit import catalogue
from perpit.binance.listen_keys import ListenKeys
from perpit.binance.streams import StreamHub
from perpit.domain.commands import Advance, ListInstrument
from perpit.domain.events import Event, InstrumentListed, TradePrinted
from perpit.domain.words import BUY, SELL, TRADE_MARKET
from perpit.server.app import Application
from perpit.server.serve import Server
from perpit.views.world import World

ROOT = Path(__file__).resolve().parent.parent
SOCKETS, SOCKETS_QUICK = 1_000, 200
BURST = 10
BURSTS, BURSTS_QUICK = 100, 30
ROUNDS, ROUNDS_QUICK = 3, 2
SERVER_CORE, LOAD_CORE = 0, 1
STREAM = "btcusdt@trade"
NOW_MS = 1_723_161_256_299


class NoHttp:
    """The server of this bench answers no HTTP."""

    async def http(self, *_request: Any) -> Any:
        raise NotImplementedError


class Market:
    """A world with one instrument whose trades are made up here; the hub listens to it as in a venue."""

    def __init__(self) -> None:
        self.world = World()
        self.hub = StreamHub(self.world, ListenKeys(), lambda: NOW_MS)
        instrument = catalogue.load_instrument("BTCUSDT", 0)
        self.fold(ListInstrument(instrument), [InstrumentListed(NOW_MS, instrument)])
        self.trade_id = 0

    def fold(self, command: Any, events: list[Event]) -> None:
        command.time_ms = NOW_MS
        self.world.fold(command, events)

    def trade(self) -> TradePrinted:
        self.trade_id += 1
        side = BUY if self.trade_id % 2 else SELL
        return TradePrinted(
            NOW_MS, 0, 10**9 + self.trade_id, 618_003 + self.trade_id % 9, 14, side, TRADE_MARKET
        )


class AsgiSends:
    """The other way: an application that keeps its connections' `send` and calls each of them for each message."""

    def __init__(self) -> None:
        self.sends: list[Callable[[dict[str, Any]], Awaitable[None]]] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for answer in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{answer}.complete"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        self.sends.append(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def tell(self, payload: str) -> None:
        for send in self.sends:
            await send({"type": "websocket.send", "text": payload})


class Readers:
    """The process that holds the connections."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def open(cls, port: int, path: str, sockets: int) -> "Readers":
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.streams_load", "127.0.0.1", str(port), path, str(sockets)),
            str(LOAD_CORE),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError("the readers could not connect")
        return cls(process)

    async def have(self, size: int) -> int:
        """Wait until `size` bytes were read in all."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"count %d\n" % size)
        return int(await self.process.stdout.readline())

    async def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()


async def timed(
    burst: Callable[[], Awaitable[int]], readers: Readers, read: int, bursts: int
) -> tuple[float, float, int]:
    """Seconds of the bursts with and without the readers' part, and the bytes read after them."""
    began, own = time.perf_counter(), 0.0
    for _ in range(bursts):
        start = time.perf_counter()
        read += await burst()
        await asyncio.sleep(0)  # what the loop writes at the end of its turn belongs to the burst
        own += time.perf_counter() - start
        got = await readers.have(read)
        assert got == read, (got, read)
    return time.perf_counter() - began, own, read


async def measure_hub(sockets: int, bursts: int) -> tuple[float, float]:
    """Frames per second of the hub: whole, and the server's work alone."""
    market = Market()
    server = Server(Application(NoHttp(), None, market.hub, lambda: NOW_MS))
    await server.start()
    readers = await Readers.open(server.port, f"/ws/{STREAM}", sockets)
    sample = market.hub.connect(Sample(), market_target()).socket

    async def burst() -> int:
        assert isinstance(sample, Sample)
        before = sample.bytes
        for _ in range(BURST):
            market.fold(Advance(), [market.trade()])
        return (sample.bytes - before) * sockets

    _, _, read = await timed(burst, readers, 0, 3)
    seconds, own, _ = await timed(burst, readers, read, bursts)
    await readers.close()
    await server.stop()
    return BURST * bursts * sockets / seconds, BURST * bursts * sockets / own


async def measure_sends(sockets: int, bursts: int) -> tuple[float, float]:
    """The same of one ASGI `send` per socket and frame, of the same messages."""
    market = Market()
    sample = Sample()
    market.hub.connect(sample, market_target())
    application = AsgiSends()
    server = Server(application)
    await server.start()
    readers = await Readers.open(server.port, "/", sockets)

    async def burst() -> int:
        before = sample.bytes
        for _ in range(BURST):
            market.fold(Advance(), [market.trade()])
            await application.tell(sample.text)
        return (sample.bytes - before) * sockets

    _, _, read = await timed(burst, readers, 0, 3)
    seconds, own, _ = await timed(burst, readers, read, bursts)
    await readers.close()
    await server.stop()
    return BURST * bursts * sockets / seconds, BURST * bursts * sockets / own


class Sample:
    """A subscriber inside the process: says how long frames are and what is in the newest."""

    def __init__(self) -> None:
        self.congested = False
        self.on_drained: Callable[[], None] | None = None
        self.on_lost: Callable[[], None] | None = None
        self.bytes = 0
        self.text = ""
        self.send_frame = self.take

    def take(self, frame: bytes) -> None:
        self.bytes += len(frame)
        self.text = frame[4 if frame[1] == 126 else 2 :].decode()

    def buffered(self) -> int:
        return 0

    def close(self, code: int, reason: str) -> None: ...

    def abort(self) -> None: ...


def market_target() -> Any:
    from perpit.binance.streams_url import parse_stream_url

    return parse_stream_url(f"/ws/{STREAM}", "")


async def both(sockets: int, bursts: int, rounds: int) -> dict[str, Any]:
    hub, sends = [], []
    for _ in range(rounds):
        sends.append(await measure_sends(sockets, bursts))
        hub.append(await measure_hub(sockets, bursts))
    hub_whole, hub_own = max(row[0] for row in hub), max(row[1] for row in hub)
    sends_whole, sends_own = max(row[0] for row in sends), max(row[1] for row in sends)
    return {
        "sockets": sockets,
        "frames in a burst": BURST,
        "ASGI send, frames/s": round(sends_whole),
        "hub, frames/s": round(hub_whole),
        "hub ÷ ASGI send": round(hub_whole / sends_whole, 2),
        "ASGI send, server alone": round(sends_own),
        "hub, server alone": round(hub_own),
        "hub ÷ ASGI send, server alone": round(hub_own / sends_own, 2),
    }


def run(quick: bool) -> dict[str, Any]:
    """Frames per second both ways and their ratios."""
    cores: set[int] = set()
    with contextlib.suppress(OSError, AttributeError):
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {SERVER_CORE})
    factory = None
    with contextlib.suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    sizes = (SOCKETS_QUICK, BURSTS_QUICK, ROUNDS_QUICK) if quick else (SOCKETS, BURSTS, ROUNDS)
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(both(*sizes))
    finally:
        if cores:
            os.sched_setaffinity(0, cores)


if __name__ == "__main__":
    print(json.dumps(run("--quick" in sys.argv[1:]), ensure_ascii=False))
