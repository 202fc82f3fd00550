"""Drives a market source in venue time: waits until it has something to say, submits it, waits until it is applied.

Any clock does. A wall or scaled clock passes by itself, and commands are stamped when they are submitted, a little
after they were due. A manual clock stands still until somebody advances it; before he does, `run_until` walks the
clock from one due time to the next, so that every command is stamped with exactly the time at which it was due.

Backpressure: a batch (source.BATCH_LIMIT, a few more at most) is submitted when the one before has been applied. A
source that cannot keep up with the clock falls behind and is stamped later; nothing is dropped here.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

from perpit.domain.commands import Command
from perpit.domain.events import Event, Refused
from perpit.domain.refusals import SYMBOL_CLOSED
from perpit.markets.source import BATCH_LIMIT, MarketSource

MANUAL: Final = "manual"
# What is due within this time is done together.
SHORTEST_WAIT_S: Final = 0.002
# A full queue is tried again after this time.
BUSY_WAIT_S: Final = 0.01

_log = logging.getLogger("perpit.markets")

Answer = asyncio.Future[list[Event]]


class VenueClock(Protocol):
    """The venue's clock, as far as the runner needs it. `listeners` are called when it is set or advanced."""

    listeners: list[Callable[[], None]]

    @property
    def mode(self) -> str: ...

    def now_ms(self) -> int: ...

    def seconds_until(self, time_ms: int) -> float: ...

    def advance(self, ms: int) -> None: ...


class MarketRunner:
    """One source on one clock. `submit_many` queues commands and stamps them with the clock's time; it raises `busy`
    when its queue is full, having queued nothing. `refused` counts commands.
    """

    def __init__(
        self,
        source: MarketSource,
        submit_many: Callable[[list[Command]], list[Answer]],
        clock: VenueClock,
        *,
        busy: type[Exception],
    ) -> None:
        self.refused = 0
        self._source = source
        self._submit_many = submit_many
        self._clock = clock
        self._busy = busy
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Play until the source ends. Raises what the source raises (RecordingError); cancel it to stop."""
        self._clock.listeners.append(self._wake.set)
        try:
            while (due_ms := self._source.due_ms()) is not None:
                await self._wait(due_ms)
                async with self._turn:
                    await self._play(self._clock.now_ms())
        finally:
            self._clock.listeners.remove(self._wake.set)

    async def run_until(self, time_ms: int) -> None:
        """Walk a manual clock up to the last due time ≤ `time_ms`, with everything due on the way applied.

        To be called before the clock is advanced to `time_ms` itself. Raises what the source raises.
        """
        clock, source = self._clock, self._source
        async with self._turn:
            waiting: list[Answer] = []
            while (due_ms := source.due_ms()) is not None and due_ms <= time_ms:
                now_ms = clock.now_ms()
                if due_ms > now_ms:
                    clock.advance(due_ms - now_ms)
                waiting += await self._submit(source.commands(clock.now_ms()))
                if len(waiting) >= BATCH_LIMIT:
                    await self._applied(waiting)
                    waiting = []
            await self._applied(waiting)

    async def _wait(self, due_ms: int) -> None:
        """Return when the time has come, or may have: the clock was changed."""
        self._wake.clear()
        if self._clock.now_ms() >= due_ms:
            return
        if self._clock.mode == MANUAL:
            await self._wake.wait()
            return
        seconds = max(SHORTEST_WAIT_S, self._clock.seconds_until(due_ms))
        alarm = asyncio.get_running_loop().call_later(seconds, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            alarm.cancel()

    async def _play(self, now_ms: int) -> None:
        """Everything that is due now, batch by batch."""
        while (due_ms := self._source.due_ms()) is not None and due_ms <= now_ms:
            await self._applied(await self._submit(self._source.commands(now_ms)))

    async def _submit(self, commands: list[Command]) -> list[Answer]:
        if not commands:
            return []
        while True:
            try:
                return self._submit_many(commands)
            except self._busy:
                await asyncio.sleep(BUSY_WAIT_S)

    async def _applied(self, answers: list[Answer]) -> None:
        """Wait for a batch. The venue refuses a market's command when the contract has just ended, or when the source
        is wrong, which is logged.
        """
        for answer in answers:
            events = await answer
            if events and isinstance(events[-1], Refused) and events[-1].refusal != SYMBOL_CLOSED:
                self.refused += 1
                if self.refused == 1:
                    last = events[-1]
                    _log.error("the market's %s was refused: %d", type(last.command).__name__, last.refusal)
