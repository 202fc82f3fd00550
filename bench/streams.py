"""Fan-out: one stream to 1,000 sockets in bursts of 10 frames, against one ASGI `send` per socket and frame.

Both ways run in one process under the venue's own server (uvicorn, uvloop, its WebSocket protocol without
compression), pinned to one core; 1,000 connections that count bytes are held by another process on another core. A
burst is 10 `trade` messages of one symbol; up to 4 bursts are on their way before the readers have got every byte of
the first. The hub encodes a message once, as JSON and as frame, and gives the same bytes to every socket; the other way
is what an ASGI application does: the same JSON text, given to `send` of every connection. Frames per second are
counted from the first event to the last byte read; beside them the CPU time that the serving process took for each
frame. Three rounds of each in turn, the best of each.

A third way is what the kernel asks for by itself: the ten frames, made beforehand as one piece, given once to every
transport. No server can be cheaper, so it says how much of the hub's time is the hub's own.
"""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from perpit import catalogue
from perpit.binance.listen_keys import ListenKeys
from perpit.binance.streams import StreamHub
from perpit.binance.streams_url import parse_stream_url
from perpit.domain.commands import Advance, ListInstrument
from perpit.domain.events import Event, InstrumentListed, TradePrinted
from perpit.domain.words import BUY, SELL, TRADE_MARKET
from perpit.server.app import Application
from perpit.server.serve import Server
from perpit.views.world import World

ROOT = Path(__file__).resolve().parent.parent
SOCKETS, SOCKETS_QUICK = 1_000, 200
BURST = 10
BURSTS_ON_THE_WAY = 4
BURSTS, BURSTS_QUICK = 100, 30
ROUNDS, ROUNDS_QUICK = 3, 2
SERVER_CORE, LOAD_CORE = 0, 1
PATIENCE_SECONDS = 60.0  # for bytes that should come within a second
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

    max_body_bytes = 0

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

    def respond(self, *request: Any) -> Any:
        """What `server.http` asks for requests; there are none here."""
        return NoHttp().http(*request)

    async def tell(self, payload: str) -> None:
        for send in self.sends:
            await send({"type": "websocket.send", "text": payload})


class BareWrites(AsgiSends):
    """The least that can be done: the transports of the connections, and one write of a piece to each."""

    def __init__(self) -> None:
        super().__init__()
        self.transports: list[asyncio.WriteTransport] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            self.transports.append(send.__self__.transport)
        await super().__call__(scope, receive, send)

    def write(self, piece: bytes) -> None:
        for transport in self.transports:
            transport.write(piece)


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

    async def have(self, size: int) -> None:
        """Wait until at least `size` bytes were read in all."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"%d\n" % size)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.process.stdout.readline()

    async def close(self) -> float:
        """The CPU seconds that the readers took."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        seconds = float(await self.process.stdout.readline())
        await self.process.wait()
        return seconds


class Figures(NamedTuple):
    """Frames per second, and CPU microseconds of the server and of the readers for each frame."""

    per_second: float
    server_us: float
    readers_us: float


async def timed(
    burst: Callable[[], Awaitable[int]], port: int, path: str, sockets: int, bursts: int
) -> Figures:
    """Send the bursts to fresh readers; `burst` sends one and returns how many bytes it was to all."""
    readers = await Readers.open(port, path, sockets)
    ends = [0]
    began, began_busy = time.perf_counter(), time.process_time()
    for _ in range(bursts):
        ends.append(ends[-1] + await burst())
        if len(ends) > BURSTS_ON_THE_WAY:
            await readers.have(ends[-BURSTS_ON_THE_WAY])
    await readers.have(ends[-1])
    seconds, busy = time.perf_counter() - began, time.process_time() - began_busy
    frames = BURST * bursts * sockets
    readers_busy = await readers.close()
    return Figures(frames / seconds, busy / frames * 1e6, readers_busy / frames * 1e6)


async def measure_hub(sockets: int, bursts: int) -> Figures:
    market = Market()
    server = Server(Application(NoHttp(), None, market.hub, lambda: NOW_MS))
    await server.start()
    sample = Sample()
    market.hub.connect(sample, market_target())

    async def burst() -> int:
        before = sample.bytes
        for _ in range(BURST):
            market.fold(Advance(), [market.trade()])
        await asyncio.sleep(0)  # the hub writes at the end of the loop's turn
        return (sample.bytes - before) * sockets

    figures = await timed(burst, server.port, f"/ws/{STREAM}", sockets, bursts)
    await server.stop()
    return figures


async def measure_sends(sockets: int, bursts: int) -> Figures:
    """The same of one ASGI `send` per socket and frame, of the same messages."""
    market = Market()
    sample = Sample()
    market.hub.connect(sample, market_target())
    application = AsgiSends()
    server = Server(application)
    await server.start()

    async def burst() -> int:
        before = sample.bytes
        for _ in range(BURST):
            market.fold(Advance(), [market.trade()])
            await application.tell(sample.text)
        return (sample.bytes - before) * sockets

    figures = await timed(burst, server.port, "/", sockets, bursts)
    await server.stop()
    return figures


async def measure_writes(sockets: int, bursts: int) -> Figures:
    """One write of ten frames to every transport."""
    market = Market()
    sample = Sample()
    market.hub.connect(sample, market_target())
    application = BareWrites()
    server = Server(application)
    await server.start()
    frames: list[bytes] = []
    for _ in range(BURST):
        market.fold(Advance(), [market.trade()])
        frames.append(sample.frame)
    piece = b"".join(frames)

    async def burst() -> int:
        application.write(piece)
        return len(piece) * sockets

    figures = await timed(burst, server.port, "/", sockets, bursts)
    await server.stop()
    return figures


class Sample:
    """A subscriber inside the process: says how long frames are and what is in the newest."""

    def __init__(self) -> None:
        self.congested = False
        self.on_drained: Callable[[], None] | None = None
        self.on_lost: Callable[[], None] | None = None
        self.on_shutdown: Callable[[], None] | None = None
        self.bytes = 0
        self.frame = b""

    def write_frame(self, frame: bytes) -> None:
        self.bytes += len(frame)
        self.frame = frame

    @property
    def text(self) -> str:
        return self.frame[4 if self.frame[1] == 126 else 2 :].decode()

    def buffered(self) -> int:
        return 0

    def close(self, code: int, reason: str) -> None: ...

    def abort(self) -> None: ...


def market_target() -> Any:
    return parse_stream_url(f"/ws/{STREAM}", "")


async def all_ways(sockets: int, bursts: int, rounds: int) -> dict[str, Any]:
    hubs, sends, writes = [], [], []
    for _ in range(rounds):
        sends.append(await measure_sends(sockets, bursts))
        hubs.append(await measure_hub(sockets, bursts))
        writes.append(await measure_writes(sockets, bursts))
    hub, send, write = max(hubs), max(sends), max(writes)
    return {
        "sockets": sockets,
        "frames in a burst": BURST,
        "ASGI send frames/s": round(send.per_second),
        "hub frames/s": round(hub.per_second),
        "bare writes frames/s": round(write.per_second),
        "hub ÷ ASGI send": round(hub.per_second / send.per_second, 2),
        "bare writes ÷ ASGI send": round(write.per_second / send.per_second, 2),
        "server CPU µs a frame, ASGI send, hub and bare writes": [
            round(one.server_us, 2) for one in (send, hub, write)
        ],
        "readers' CPU µs a frame, ASGI send and hub": [round(send.readers_us, 2), round(hub.readers_us, 2)],
    }


def run(quick: bool) -> dict[str, Any]:
    """Frames per second each way and their ratios."""
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
            return runner.run(all_ways(*sizes))
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
