"""Timers: marks are made on whole seconds, before the command that is later, also after a long sleep."""

from collections.abc import Iterator

import pytest

from perpit.domain.commands import (
    Advance,
    Command,
    CreateAccount,
    HouseDepth,
    HouseTrade,
    ListInstrument,
    SetIndexPrice,
)
from perpit.domain.events import AccountCreated, MarkPriceChanged
from perpit.engine.engine import Engine
from tests.instruments import btcusdt, ethusdt
from tests.reference import Reference
from tests.reference_events import as_rows

START_MS = 1_700_000_000_250
HOUR_MS = 3_600_000


def opening() -> Iterator[Command]:
    yield ListInstrument(btcusdt())
    yield ListInstrument(ethusdt())
    yield SetIndexPrice(0, 6_000_000_000_000)
    yield HouseDepth(0, [599_990], [5], [600_020], [5])
    yield HouseTrade(0, 1, 600_020, 1)


def at(engine: Engine, command: Command, time_ms: int) -> Command:
    command.seq, command.time_ms = engine.seq + 1, time_ms
    return command


def opened() -> Engine:
    engine = Engine()
    for command in opening():
        engine.apply(at(engine, command, START_MS))
    return engine


def test_there_is_no_timer_before_the_first_price() -> None:
    engine = Engine()
    engine.apply(at(engine, ListInstrument(btcusdt()), START_MS))
    assert engine.next_timer_ms() == 0


def test_the_first_timer_is_the_whole_second_after_the_first_price() -> None:
    assert opened().next_timer_ms() == START_MS // 1000 * 1000 + 1000


def test_a_price_set_on_a_whole_second_is_followed_by_the_next_one() -> None:
    engine = Engine()
    engine.apply(at(engine, ListInstrument(btcusdt()), 5_000))
    engine.apply(at(engine, SetIndexPrice(0, 6_000_000_000_000), 5_000))
    assert engine.next_timer_ms() == 6_000


def test_a_timer_that_is_due_runs_before_the_command_and_tells_its_own_time() -> None:
    engine = opened()
    due = engine.next_timer_ms()
    first, last = engine.apply(at(engine, CreateAccount("alice"), due + 7))
    assert isinstance(first, MarkPriceChanged)
    assert isinstance(last, AccountCreated)
    assert (first.time_ms, last.time_ms) == (due, due + 7)


def test_a_refused_command_does_not_hold_the_timers_back() -> None:
    engine = opened()
    engine.apply(at(engine, CreateAccount("alice"), START_MS))
    due = engine.next_timer_ms()
    events = engine.apply(at(engine, CreateAccount("alice"), due))
    assert [type(event).__name__ for event in events] == ["MarkPriceChanged", "Refused"]
    assert engine.next_timer_ms() == due + 1000


@pytest.mark.parametrize(
    "slept_ms", [1, 999, 1_000, 59_750, HOUR_MS, HOUR_MS + 749, HOUR_MS + 5_000, 30 * HOUR_MS]
)
def test_a_venue_that_slept_ends_where_the_reference_ends(slept_ms: int) -> None:
    engine, reference = Engine(), Reference()
    time_ms = START_MS
    for command in [*opening(), Advance(), Advance()]:
        time_ms += slept_ms if isinstance(command, Advance) else 0
        at(engine, command, time_ms)
        assert as_rows(engine.apply(command)) == reference.apply(command)
    assert engine.state() == reference.state()
    assert engine.next_timer_ms() > engine.time_ms
