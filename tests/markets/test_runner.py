"""The runner: every kind of clock, exact stamps on a manual one, bounded batches that wait for each other."""

import asyncio
from collections.abc import Callable

import pytest

from perpit.catalogue import load_instrument
from perpit.domain.commands import Advance, Command
from perpit.domain.events import Event, Refused
from perpit.markets.none import NoMarket
from perpit.markets.recording import RecordingError
from perpit.markets.runner import MarketRunner
from perpit.markets.source import BATCH_LIMIT
from perpit.markets.synthetic import SyntheticSource

START_MS = 1_700_000_000_000


class Full(Exception):
    """The queue is full."""


class ToyClock:
    """A clock of any mode that only moves when told to; `seconds_until` makes a wait as short as can be."""

    def __init__(self, mode: str = "manual") -> None:
        self.listeners: list[Callable[[], None]] = []
        self.mode = mode
        self.now = START_MS

    def now_ms(self) -> int:
        return self.now

    def seconds_until(self, time_ms: int) -> float:
        self.now = max(self.now, time_ms)
        return 0.0

    def advance(self, ms: int) -> None:
        self.now += ms
        for listener in self.listeners:
            listener()


class ToySequencer:
    """Stamps at submission, answers a turn of the loop later, and remembers how many waited at most."""

    def __init__(self, clock: ToyClock) -> None:
        self.clock = clock
        self.stamps: list[tuple[int, Command]] = []
        self.waiting = self.most = 0
        self.full_for = 0
        self.answer: Callable[[Command], list[Event]] = lambda command: []

    def submit_many(self, commands: list[Command]) -> list[asyncio.Future[list[Event]]]:
        if self.full_for > 0:
            self.full_for -= 1
            raise Full
        loop = asyncio.get_running_loop()
        self.waiting += len(commands)
        self.most = max(self.most, self.waiting)
        return [self._queue(command, loop) for command in commands]

    def _queue(self, command: Command, loop: asyncio.AbstractEventLoop) -> asyncio.Future[list[Event]]:
        answer: asyncio.Future[list[Event]] = loop.create_future()
        self.stamps.append((self.clock.now, command))

        def apply() -> None:
            self.waiting -= 1
            answer.set_result(self.answer(command))

        loop.call_soon(apply)
        return answer


class Steps:
    """A source with commands at given times."""

    def __init__(self, *times: int, each: int = 1, fails_at: int = -1) -> None:
        self.times = list(times)
        self.each = each
        self.fails_at = fails_at

    def due_ms(self) -> int | None:
        return START_MS + self.times[0] if self.times else None

    def commands(self, now_ms: int) -> list[Command]:
        if self.times[0] == self.fails_at:
            raise RecordingError("tape: line 7: broken")
        self.times.pop(0)
        return [Advance() for _ in range(self.each)]


def venue(
    source: Steps | SyntheticSource | NoMarket, mode: str = "manual"
) -> tuple[MarketRunner, ToySequencer]:
    sequencer = ToySequencer(ToyClock(mode))
    return MarketRunner(source, sequencer.submit_many, sequencer.clock, busy=Full), sequencer


def offsets(sequencer: ToySequencer) -> list[int]:
    return [time_ms - START_MS for time_ms, _ in sequencer.stamps]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("mode", ["wall", "scaled"])
async def test_a_running_clock_plays_every_step_when_it_is_due(mode: str) -> None:
    runner, sequencer = venue(Steps(0, 5, 5, 40), mode)
    await runner.run()
    assert offsets(sequencer) == [0, 5, 5, 40]
    assert sequencer.clock.listeners == []


async def test_a_manual_clock_plays_what_is_due_at_the_start_and_then_stands_still() -> None:
    runner, sequencer = venue(Steps(0, 0, 700, 900))
    task = asyncio.create_task(runner.run())
    await settle()
    assert offsets(sequencer) == [0, 0]
    sequencer.clock.advance(700)
    await settle()
    assert offsets(sequencer) == [0, 0, 700]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sequencer.clock.listeners == []


async def test_a_manual_clock_is_walked_from_step_to_step() -> None:
    runner, sequencer = venue(Steps(0, 5, 5, 40, 41))
    task = asyncio.create_task(runner.run())
    await runner.run_until(START_MS + 40)
    assert offsets(sequencer) == [0, 5, 5, 40]
    assert sequencer.clock.now == START_MS + 40
    assert sequencer.waiting == 0
    task.cancel()


async def test_two_advances_give_the_same_stamps_as_one() -> None:
    bitcoin = load_instrument("BTCUSDT", 0)
    at_once, parts = (venue(SyntheticSource([bitcoin], 9, START_MS)) for _ in range(2))
    await at_once[0].run_until(START_MS + 3_000)
    for until in (1, 777, 778, 2_500, 3_000):
        await parts[0].run_until(START_MS + until)
    assert offsets(at_once[1]) == offsets(parts[1])
    assert len(offsets(parts[1])) > 50


async def test_a_batch_waits_for_the_one_before() -> None:
    runner, sequencer = venue(Steps(*range(40), each=BATCH_LIMIT // 4))
    await runner.run_until(START_MS + 40)
    assert len(sequencer.stamps) == 40 * (BATCH_LIMIT // 4)
    assert sequencer.most == BATCH_LIMIT


async def test_a_full_queue_is_tried_again_and_nothing_is_lost() -> None:
    runner, sequencer = venue(Steps(0, 1), "wall")
    sequencer.full_for = 3
    await runner.run()
    assert offsets(sequencer) == [0, 1]


async def test_a_broken_tape_ends_the_run_with_its_error_after_what_came_before() -> None:
    runner, sequencer = venue(Steps(0, 1, fails_at=1), "wall")
    with pytest.raises(RecordingError, match="line 7"):
        await runner.run()
    assert offsets(sequencer) == [0]
    assert sequencer.clock.listeners == []


async def test_refused_commands_are_counted_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    runner, sequencer = venue(Steps(0, 1, 2), "wall")
    sequencer.answer = lambda command: [Refused(START_MS, command, 2)]
    await runner.run()
    assert runner.refused == 3
    assert caplog.text.count("the market's Advance was refused: 2") == 1


async def test_no_market_ends_at_once() -> None:
    runner, sequencer = venue(NoMarket())
    await runner.run()
    await runner.run_until(START_MS + 1_000)
    assert sequencer.stamps == []
