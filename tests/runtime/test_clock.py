"""The clock never goes back, whatever happens to the machine or the mode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit.runtime.clock import Clock
from tests.runtime.toys import Machine

NOON = 1_723_075_200_000


def test_a_wall_clock_shows_the_time_of_the_machine() -> None:
    machine = Machine(NOON)
    clock = machine.clock()
    assert (clock.mode, clock.speed, clock.now_ms()) == ("wall", 1.0, NOON)
    machine.pass_time(250)
    assert clock.now_ms() == NOON + 250


def test_a_machine_set_back_holds_the_wall_clock_until_it_has_caught_up() -> None:
    machine = Machine(NOON)
    clock = machine.clock()
    assert clock.now_ms() == NOON
    machine.wall_ms -= 5_000
    assert clock.now_ms() == NOON
    machine.wall_ms += 5_001
    assert clock.now_ms() == NOON + 1


def test_a_scaled_clock_runs_as_many_times_faster() -> None:
    machine = Machine(NOON)
    clock = machine.clock("scaled", 60)
    machine.pass_time(1_000)
    assert clock.now_ms() == NOON + 60_000
    assert clock.seconds_until(NOON + 120_000) == 1.0
    assert clock.seconds_until(NOON) == 0.0


def test_a_scaled_clock_can_start_anywhere_and_ignores_the_wall() -> None:
    machine = Machine(NOON)
    clock = machine.clock("scaled", 2.5, 1_000)
    machine.wall_ms += 3_600_000
    machine.monotonic_ms += 10
    assert clock.now_ms() == 1_025


def test_a_manual_clock_stands_until_it_is_advanced() -> None:
    machine = Machine(NOON)
    clock = machine.clock("manual", time_ms=77)
    machine.pass_time(99_999)
    assert clock.now_ms() == 77
    clock.advance(3)
    assert clock.now_ms() == 80


def test_a_manual_clock_without_a_time_starts_now() -> None:
    assert Machine(NOON).clock("manual").now_ms() == NOON


@pytest.mark.parametrize("mode", ["wall", "scaled"])
def test_only_a_manual_clock_can_be_advanced(mode: str) -> None:
    clock = Machine().clock(mode, speed=2 if mode == "scaled" else None)
    with pytest.raises(ValueError, match=f"this one is {mode}"):
        clock.advance(1)


@pytest.mark.parametrize(
    ("mode", "speed", "time_ms", "message"),
    [
        ("solar", None, None, "wall, scaled, manual, not 'solar'"),
        ("wall", None, NOON, "takes no time"),
        ("wall", 2, None, "takes a speed"),
        ("manual", 2, None, "takes a speed"),
        ("scaled", None, None, "needs a speed"),
        ("scaled", 0, None, "needs a speed"),
        ("scaled", -1, None, "needs a speed"),
        ("scaled", float("nan"), None, "needs a speed"),
        ("scaled", float("inf"), None, "needs a speed"),
        ("manual", None, NOON - 1, "time does not go back"),
        ("scaled", 2, NOON - 1, "time does not go back"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(
    mode: str, speed: float | None, time_ms: int | None, message: str
) -> None:
    clock = Machine(NOON).clock("manual", time_ms=NOON)
    heard: list[int] = []
    clock.listeners.append(lambda: heard.append(clock.now_ms()))
    with pytest.raises(ValueError, match=message):
        clock.set(mode, speed, time_ms)
    with pytest.raises(ValueError, match="time does not go back"):
        clock.advance(-1)
    assert (clock.mode, clock.speed, clock.now_ms(), heard) == ("manual", 1.0, NOON, [])


def test_listeners_hear_of_every_change() -> None:
    clock = Machine(NOON).clock("manual", time_ms=5)
    heard: list[tuple[str, int]] = []
    clock.listeners.append(lambda: heard.append((clock.mode, clock.now_ms())))
    clock.advance(5)
    clock.set("scaled", 3)
    clock.not_before(400)
    clock.set("wall")
    assert heard == [("manual", 10), ("scaled", 10), ("scaled", 400), ("wall", NOON)]


def test_a_wall_clock_ahead_of_the_machine_goes_on_at_its_pace() -> None:
    machine = Machine(NOON)
    clock = machine.clock()
    clock.not_before(NOON + 86_400_000)
    assert clock.now_ms() == NOON + 86_400_000
    machine.pass_time(10)
    assert clock.now_ms() == NOON + 86_400_010


def test_a_time_that_is_past_changes_nothing() -> None:
    machine = Machine(NOON)
    clock = machine.clock()
    clock.not_before(NOON - 1)
    assert clock.now_ms() == NOON


def test_the_real_clock_of_the_machine_is_used_by_default() -> None:
    assert Clock().now_ms() > 1_700_000_000_000


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("machine"), st.integers(-10_000, 10_000)),
        st.tuples(st.just("wall"), st.just(0)),
        st.tuples(st.just("scaled"), st.integers(1, 1000)),
        st.tuples(st.just("manual"), st.integers(0, 10_000)),
        st.tuples(st.just("not before"), st.integers(-10_000, 10_000)),
    )
)


@given(STEPS)
def test_time_never_goes_back(steps: list[tuple[str, int]]) -> None:
    machine = Machine(NOON)
    clock = machine.clock()
    last = clock.now_ms()
    for what, amount in steps:
        if what == "machine":
            machine.wall_ms += amount
            machine.monotonic_ms += abs(amount)
        elif what == "wall":
            clock.set("wall")
        elif what == "scaled":
            clock.set("scaled", amount)
        elif what == "manual":
            clock.set("manual", time_ms=last + 100_000_000 if amount > 9_000 else None)
            clock.advance(amount)
        else:
            clock.not_before(last + amount)
        now = clock.now_ms()
        assert now >= last
        last = now


def test_real_time_counts_beside_a_clock_that_shows_another_one_only() -> None:
    machine = Machine(NOON)
    clock = machine.clock("manual", time_ms=NOON)
    machine.pass_time(1_500)
    assert (clock.now_ms(), clock.idle_ms()) == (NOON, 1_500)
    clock.set("wall")
    assert clock.idle_ms() == 0
