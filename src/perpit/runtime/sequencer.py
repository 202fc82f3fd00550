"""The sequencer, the one writer: stamp → journal a batch → apply → publish → answer.

The edge submits commands and gets a future for each. Commands are stamped with the time of their arrival and
wait. A batch of them gets sequence numbers, is journaled as one record, and only when that is as durable as
the log promises are its commands applied, published and answered, in order:

    submit ─► waiting ─► batch ─► log.write ─► engine.apply ─► publish ─► future
                          ▲  (writer thread if it waits for the disk)        │
                          └── next batch, a turn of the loop after the answers

With a log that waits for the disk the next batch is handed to the writer when the last one is applied and those
who were answered had a turn of the event loop to ask again. While the disk works, the edge reads and checks what
comes next. Handed over before, writer and engine would fight for the interpreter's lock, and smaller batches would
each pay for a sync: a sixth more CPU time for an order (`bench/http`). Without such a log, everything happens on the
event loop, one batch for each turn of it.

An exception from the engine, a view or the log is a bug or a broken disk. The command is logged, the
sequencer stops, everything that waits fails with VenueStopped (with OutcomeUnknown when it may have been
journaled), and nothing is applied ever after.

Limits: `queue_limit` commands wait, then submit raises Overloaded. `batch_limit` commands make a batch, which
bounds how long the event loop is held.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from perpit.domain.commands import Advance, Command
from perpit.domain.events import Event
from perpit.journal.codec import encode
from perpit.journal.errors import JournalError
from perpit.journal.log import Log
from perpit.journal.segment import frame
from perpit.runtime.alarm import Alarm
from perpit.runtime.clock import Clock
from perpit.runtime.errors import OutcomeUnknown, Overloaded, VenueStopped
from perpit.runtime.writer import Writer

QUEUE_LIMIT: Final = 10_000
BATCH_LIMIT: Final = 256

_log = logging.getLogger("perpit.sequencer")

Answer = asyncio.Future[list[Event]]
Batch = list[tuple[Command, Answer]]


class Engine(Protocol):
    """The engine, as the sequencer sees it."""

    def apply(self, command: Command, /) -> list[Event]:
        """Apply a stamped command."""

    def next_timer_ms(self) -> int:
        """The venue's time at which something is due, 0 if nothing is."""


class Sequencer:
    """Owns the order of commands. Made after recovery, with the journal's last sequence number in `last_seq`.

    `last_seq` counts what was handed to the journal, `failure` is what stopped the sequencer; `on_failure`
    hears of it.
    """

    def __init__(
        self,
        engine: Engine,
        log: Log,
        clock: Clock,
        publish: Callable[[Command, list[Event]], None],
        *,
        last_seq: int = 0,
        queue_limit: int = QUEUE_LIMIT,
        batch_limit: int = BATCH_LIMIT,
        on_failure: Callable[[BaseException], None] | None = None,
    ) -> None:
        if log.keeps and log.last_seq != last_seq:
            raise ValueError(f"the log ends with command {log.last_seq}, the engine has applied {last_seq}")
        self.last_seq = last_seq
        self.failure: BaseException | None = None
        self._apply_command = engine.apply
        self._log = log
        self._clock = clock
        self._publish = publish
        self._queue_limit = queue_limit
        self._batch_limit = batch_limit
        self._on_failure = on_failure
        self._waiting: deque[tuple[Command, Answer]] = deque()
        self._writing: Batch = []  # the batch that is with the writer
        self._busy = True  # a batch is under way, or the sequencer is not running
        self._accepting = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: Writer | None = None
        self._drained: asyncio.Future[None] | None = None
        self._alarm = Alarm(clock, engine.next_timer_ms, self._pass_time)

    # What callers use

    async def start(self) -> None:
        """Take commands, in the running event loop."""
        if self._loop is not None:
            raise RuntimeError("a sequencer starts once")
        self._loop = asyncio.get_running_loop()
        if self._log.waits:
            self._writer = Writer(self._log, self._loop, self._on_written)
        self._busy = False
        self._accepting = True
        self._alarm.start()

    async def stop(self) -> None:
        """Take no more commands, finish those that wait, close the log. Also after a failure."""
        self._accepting = False
        self._alarm.stop()
        if self._loop is not None and self._busy and self.failure is None:
            self._drained = self._loop.create_future()
            await self._drained
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
        self._log.close()

    def submit(self, command: Command) -> Answer:
        """Queue a command; the future gives its events. Raises Overloaded or VenueStopped."""
        if len(self._waiting) >= self._queue_limit:
            raise Overloaded(f"{len(self._waiting)} commands wait")
        return self._enqueue(command)

    def submit_many(self, commands: Iterable[Command]) -> list[Answer]:
        """Queue commands that follow each other without anything between; all of them or none."""
        listed = list(commands)
        if len(self._waiting) + len(listed) > self._queue_limit:
            raise Overloaded(f"{len(self._waiting)} commands wait, {len(listed)} more were given")
        return [self._enqueue(command) for command in listed]

    async def advance_to(self, time_ms: int) -> list[Event]:
        """Bring a manual clock to `time_ms` and run all that is due by then. Raises ClockError as the clock does."""
        self._clock.advance(time_ms - self._clock.now_ms())
        return await self.submit(Advance())

    # The way of a command

    def _enqueue(self, command: Command) -> Answer:
        loop = self._loop
        if loop is None or not self._accepting:
            raise self._stopped()
        command.time_ms = self._clock.now_ms()
        answer: Answer = loop.create_future()
        self._waiting.append((command, answer))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._begin)
        return answer

    def _begin(self) -> None:
        """Bring what waits on its way. Only called when nothing else is under way."""
        if self.failure is not None:
            return
        if self._writer is None:
            self._finish_inline()
        elif not self._hand_over(self._writer):
            self._rest()

    def _hand_over(self, writer: Writer) -> bool:
        """Give the next batch to the writer; False when nothing waits."""
        batch, record = self._take_batch()
        if not batch:
            return False
        self._writing = batch
        writer.write(record, self.last_seq)
        return True

    def _on_written(self, error: Exception | None) -> None:
        """The writer is done with a batch."""
        batch, self._writing = self._writing, []
        if self.failure is not None or self._writer is None:
            return
        if error is not None:
            self._fail(error, batch)
            return
        self._apply(batch)
        assert self._loop is not None
        # answers are written in the loop's next turn, and what they bring is read at its end
        self._loop.call_soon(self._loop.call_soon, self._begin)

    def _finish_inline(self) -> None:
        batch, record = self._take_batch()
        try:
            if batch:
                self._log.write(record, self.last_seq)
        except Exception as error:
            self._fail(error, batch)
            return
        self._apply(batch)
        if self._waiting and self._loop is not None:
            self._loop.call_soon(self._begin)
        else:
            self._rest()

    def _take_batch(self) -> tuple[Batch, bytes]:
        """Number waiting commands, as many as a batch takes, and encode them as one record; empty if none wait."""
        waiting = self._waiting
        while waiting:
            batch = [waiting.popleft() for _ in range(min(len(waiting), self._batch_limit))]
            record = self._encode(batch) if self._log.keeps else b""
            if batch:
                for seq, (command, _answer) in enumerate(batch, self.last_seq + 1):
                    command.seq = seq
                self.last_seq += len(batch)
                return batch, record
        return [], b""

    def _encode(self, batch: Batch) -> bytes:
        """The record of a batch. A command that has none fails alone and is taken out of the batch."""
        try:
            payload = encode([command for command, _answer in batch])
            return frame(self.last_seq + 1, len(batch), payload)
        except JournalError as error:
            if len(batch) == 1:
                _refuse(batch, error)
                batch.clear()
                return b""
        # One of them is odd, or all are too long for one record: put half of them back until that is no more so.
        half = len(batch) // 2
        self._waiting.extendleft(reversed(batch[half:]))
        del batch[half:]
        return self._encode(batch)

    def _apply(self, batch: Batch) -> None:
        """Apply, publish and answer a durable batch."""
        apply = self._apply_command
        publish = self._publish
        for place, (command, answer) in enumerate(batch):
            try:
                events = apply(command)
                publish(command, events)
            except Exception as error:
                self._fail(error, batch[place:])
                return
            if not answer.done():  # the caller may have gone away
                answer.set_result(events)
        self._alarm.set()

    def _pass_time(self) -> None:
        """The alarm rang: a timer of the engine is due."""
        if self._accepting:
            self._enqueue(Advance())

    def _rest(self) -> None:
        self._busy = False
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    # The end

    def _fail(self, error: BaseException, batch: Batch) -> None:
        """Stop for good: `batch` starts with the command at which it happened."""
        self.failure = error
        self._accepting = False
        self._alarm.stop()
        _log.critical("the venue stops at command %s", describe(batch[0][0]), exc_info=error)
        _refuse(batch, OutcomeUnknown(f"the venue has stopped: {error!r}"))
        _refuse(self._waiting, self._stopped())
        self._waiting.clear()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        if self._on_failure is not None:
            self._on_failure(error)

    def _stopped(self) -> VenueStopped:
        if self.failure is not None:
            return VenueStopped(f"the venue has stopped: {self.failure!r}")
        return VenueStopped("the venue is not running")


def _refuse(items: Iterable[tuple[Command, Answer]], error: Exception) -> None:
    for _command, answer in items:
        if not answer.done():
            answer.set_exception(error)
            answer.exception()  # counts as heard: the failure is logged once, where it happened


def describe(command: Command) -> str:
    """A command for the log: sequence number, time, name and fields; secrets are left out."""
    fields: dict[str, Any] = {
        name: getattr(command, name) for name in type(command).FIELDS if name not in ("secret", "instrument")
    }
    return f"{command.seq} at {command.time_ms}: {type(command).__name__}{fields}"
