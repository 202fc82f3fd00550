"""Parts of a venue that tests hold in their hands: a toy engine, a disk, a machine, a loop that never waits."""

import asyncio
import selectors
from queue import SimpleQueue
from typing import Any

from perpit.domain.commands import Command, CreateAccount
from perpit.domain.events import AccountCreated, Event
from perpit.runtime.clock import Clock


class ToyEngine:
    """Remembers what was applied; `CreateAccount("bug")` raises; a timer is due every `period_ms`, if that is set."""

    def __init__(self, period_ms: int = 0) -> None:
        self.applied: list[Command] = []
        self.period_ms = period_ms
        self.next_ms = 0

    def apply(self, command: Command) -> list[Event]:
        assert command.seq == len(self.applied) + 1
        assert not self.applied or command.time_ms >= self.applied[-1].time_ms
        if isinstance(command, CreateAccount) and command.name == "bug":
            raise ZeroDivisionError("a bug in the engine")
        self.applied.append(command)
        if self.period_ms:
            self.next_ms = (command.time_ms // self.period_ms + 1) * self.period_ms
        return [AccountCreated(command.time_ms, command.seq, "toy")]

    def next_timer_ms(self) -> int:
        return self.next_ms

    def names(self) -> list[str]:
        return [command.name for command in self.applied if isinstance(command, CreateAccount)]


class HeldLog:
    """A log whose disk is the test: each write lies there until `complete` lets it be done, or `spoil` fail."""

    waits = True
    keeps = True

    def __init__(self) -> None:
        self.last_seq = 0
        self.closed = False
        self.durable: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._begun: asyncio.Queue[int] = asyncio.Queue()
        self._verdicts: SimpleQueue[Exception | None] = SimpleQueue()

    def write(self, records: bytes, last_seq: int) -> None:
        self._loop.call_soon_threadsafe(self._begun.put_nowait, last_seq)
        verdict = self._verdicts.get()
        if verdict is not None:
            raise verdict
        self.durable.append(records)
        self.last_seq = last_seq

    def close(self) -> None:
        self.closed = True

    async def begun(self) -> int:
        """The last sequence number of the next batch that is with the disk."""
        return await self._begun.get()

    def complete(self) -> None:
        self._verdicts.put(None)

    def spoil(self, error: Exception) -> None:
        self._verdicts.put(error)


class Machine:
    """The time of a machine that a test sets."""

    def __init__(self, ms: int = 1_723_075_200_000) -> None:
        self.wall_ms = ms
        self.monotonic_ms = 5_000

    def wall_ns(self) -> int:
        return self.wall_ms * 1_000_000

    def monotonic_ns(self) -> int:
        return self.monotonic_ms * 1_000_000

    def pass_time(self, ms: int) -> None:
        self.wall_ms += ms
        self.monotonic_ms += ms

    def clock(self, mode: str = "wall", speed: float | None = None, time_ms: int | None = None) -> Clock:
        return Clock(mode, speed, time_ms, wall_ns=self.wall_ns, monotonic_ns=self.monotonic_ns)


class _SkippingSelector(selectors.DefaultSelector):
    """Instead of waiting for a timeout it moves the loop's time there."""

    elapsed_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        self.elapsed_s += timeout
        return super().select(0)


class TimelessLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits: when nothing is ready, its time, and the machine's, jump to the next timer."""

    def __init__(self, machine: Machine) -> None:
        self._skipping = _SkippingSelector()
        self._machine = machine
        self._start_wall_ms = machine.wall_ms
        self._start_monotonic_ms = machine.monotonic_ms
        super().__init__(self._skipping)

    def time(self) -> float:
        elapsed_ms = round(self._skipping.elapsed_s * 1000)
        self._machine.wall_ms = self._start_wall_ms + elapsed_ms
        self._machine.monotonic_ms = self._start_monotonic_ms + elapsed_ms
        return self._skipping.elapsed_s
