"""A quiet venue is told that time passes, exactly when something is due, at every speed."""

import asyncio

from perpit.domain.commands import Advance, Command, CreateAccount
from perpit.domain.events import Event
from perpit.journal.log import NullLog
from perpit.runtime.clock import Clock
from perpit.runtime.sequencer import Sequencer
from tests.runtime.toys import Machine, TimelessLoop, ToyEngine

NOON = 1_723_075_200_000


class Quiet:
    """A venue that a test lets alone, in a loop that never waits; its engine has something to do every second."""

    def __init__(self, mode: str, speed: float | None = None, period_ms: int = 1_000) -> None:
        self.machine = Machine(NOON + 300)
        self.loop = TimelessLoop(self.machine)
        self.clock: Clock = self.machine.clock(mode, speed)
        self.engine = ToyEngine(period_ms)
        self.sequencer = Sequencer(self.engine, NullLog(), self.clock, self.hear)
        self.enough = self.loop.create_future()
        self.count = 0

    def hear(self, _command: Command, _events: list[Event]) -> None:
        self.count -= 1
        if self.count == 0:
            self.enough.set_result(None)

    def run(self, count: int) -> list[int]:
        """Start with one command; the times of the `count` commands from then on."""
        self.count = count

        async def life() -> None:
            await self.sequencer.start()
            self.sequencer.submit(CreateAccount("first"))
            await self.enough
            await self.sequencer.stop()

        try:
            self.loop.run_until_complete(life())
        finally:
            self.loop.close()
        assert all(isinstance(command, Advance) for command in self.engine.applied[1:])
        return [command.time_ms - NOON for command in self.engine.applied]


def test_a_quiet_venue_gets_an_advance_when_the_next_timer_is_due() -> None:
    assert Quiet("wall").run(5) == [300, 1_000, 2_000, 3_000, 4_000]


def test_a_scaled_venue_gets_it_as_many_times_sooner() -> None:
    venue = Quiet("scaled", 10)
    assert venue.run(4) == [300, 1_000, 2_000, 3_000]
    assert venue.machine.wall_ms - NOON == 300 + 270


def test_a_very_fast_venue_is_not_called_more_often_than_each_millisecond() -> None:
    venue = Quiet("scaled", 1_000_000)
    venue.run(5)
    assert venue.machine.wall_ms - NOON >= 300 + 4


def test_a_machine_set_back_delays_the_advance() -> None:
    venue = Quiet("wall")
    venue.loop.call_at(0.1, lambda: setattr(venue.loop, "_start_wall_ms", NOON - 4_700))
    assert venue.run(3) == [300, 1_000, 2_000]
    assert venue.loop.time() >= 6.0


def test_a_change_of_speed_moves_the_alarm() -> None:
    venue = Quiet("wall", period_ms=60_000)
    venue.loop.call_at(0.7, lambda: venue.clock.set("scaled", 59))
    assert venue.run(2) == [300, 60_000]
    assert 1.6 < venue.loop.time() < 1.8


def test_a_manual_venue_gets_nothing_until_it_is_set_free() -> None:
    venue = Quiet("manual")
    venue.loop.call_at(1_000.0, lambda: venue.clock.set("wall"))
    assert venue.run(2) == [300, 1_000_301]  # the alarm waits a millisecond at least


def test_a_venue_without_timers_is_left_alone() -> None:
    venue = Quiet("wall", period_ms=0)
    venue.loop.call_at(10_000.0, lambda: venue.enough.set_result(None))
    assert venue.run(-1) == [300]


def test_a_timer_due_before_the_start_runs_at_once() -> None:
    venue = Quiet("wall")
    venue.engine.next_ms = NOON - 1
    venue.count = 1

    async def life() -> None:
        await venue.sequencer.start()
        await venue.enough
        await venue.sequencer.stop()

    venue.loop.run_until_complete(asyncio.wait_for(life(), 5))
    venue.loop.close()
    assert [command.time_ms - NOON for command in venue.engine.applied] == [301]
