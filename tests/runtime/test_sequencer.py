"""The sequencer: one order of commands, nobody hears before the disk has, and a broken venue stops."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from perpit.domain.commands import Advance, Command, CreateAccount, CreateKey
from perpit.domain.events import AccountCreated, Event
from perpit.journal import recovery, segment
from perpit.journal.errors import JournalError
from perpit.journal.log import FileLog, Log, NullLog
from perpit.journal.recovery import read
from perpit.runtime.clock import Clock
from perpit.runtime.errors import OutcomeUnknown, Overloaded, VenueStopped
from perpit.runtime.sequencer import Sequencer, describe
from tests.runtime.toys import HeldLog, ToyEngine


def account(name: object) -> CreateAccount:
    return CreateAccount(f"{name}")


class Parts:
    """A sequencer with a toy engine; `heard` is what was published, with the number of commands applied by then."""

    def __init__(self, log: Log, queue_limit: int = 100, batch_limit: int = 10) -> None:
        self.log = log
        self.engine = ToyEngine()
        self.clock = Clock("manual", time_ms=1_000)
        self.heard: list[tuple[int, int]] = []
        self.failures: list[BaseException] = []
        self.sequencer = Sequencer(
            self.engine,
            log,
            self.clock,
            self.publish,
            queue_limit=queue_limit,
            batch_limit=batch_limit,
            on_failure=self.failures.append,
        )
        self.submit = self.sequencer.submit

    def publish(self, command: Command, events: list[Event]) -> None:
        assert isinstance(events[0], AccountCreated)
        if command.seq == 666:
            raise LookupError("a bug in a view")
        self.heard.append((command.seq, len(self.engine.applied)))


@pytest.fixture(params=["none", "os", "fsync"])
async def parts(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Parts]:
    """A running sequencer at each level of durability."""
    log = NullLog() if request.param == "none" else FileLog(tmp_path, request.param)
    parts = Parts(log)
    await parts.sequencer.start()
    yield parts
    await parts.sequencer.stop()


@pytest.fixture
async def held() -> AsyncIterator[Parts]:
    """A running sequencer whose disk is in the test's hand."""
    parts = Parts(HeldLog())
    await parts.sequencer.start()
    yield parts
    for _ in range(50):
        disk(parts).complete()
    await parts.sequencer.stop()


def disk(parts: Parts) -> HeldLog:
    assert isinstance(parts.log, HeldLog)
    return parts.log


# In order


async def test_a_command_is_stamped_applied_published_and_answered(parts: Parts) -> None:
    command = account("alice")
    events = await parts.submit(command)
    assert (command.seq, command.time_ms) == (1, 1_000)
    assert isinstance(events[0], AccountCreated)
    assert parts.heard == [(1, 1)]
    assert parts.sequencer.last_seq == 1


async def test_commands_keep_the_order_in_which_they_were_submitted(parts: Parts) -> None:
    answers = [parts.submit(account(index)) for index in range(57)]
    assert not parts.engine.applied
    await asyncio.gather(*answers)
    assert parts.engine.names() == [str(index) for index in range(57)]
    assert parts.heard == [(seq, seq) for seq in range(1, 58)]


async def test_commands_given_together_stand_together(parts: Parts) -> None:
    first = parts.submit(account("before"))
    many = parts.sequencer.submit_many(account(index) for index in range(3))
    last = parts.submit(account("behind"))
    await asyncio.gather(first, *many, last)
    assert parts.engine.names() == ["before", "0", "1", "2", "behind"]


async def test_the_answer_comes_after_the_world_has_heard(parts: Parts) -> None:
    answers: list[tuple[int, int]] = []
    for seq in range(1, 6):
        parts.submit(account(seq)).add_done_callback(
            lambda _answer, seq=seq: answers.append((seq, len(parts.heard)))
        )
    await parts.submit(account("last"))
    assert [seq for seq, _heard in answers] == [1, 2, 3, 4, 5]
    assert all(heard >= seq for seq, heard in answers)


async def test_a_command_submitted_while_publishing_comes_later(parts: Parts) -> None:
    later: list[asyncio.Future[list[Event]]] = []
    publish = parts.sequencer._publish

    def publish_and_submit(command: Command, events: list[Event]) -> None:
        publish(command, events)
        if len(later) < 3:
            later.append(parts.submit(account(f"later {len(later)}")))

    parts.sequencer._publish = publish_and_submit
    first, second = parts.submit(account("first")), parts.submit(account("second"))
    await asyncio.gather(first, second)
    while not all(answer.done() for answer in later):
        await asyncio.gather(*later)
    assert parts.engine.names()[:2] == ["first", "second"]
    assert sorted(parts.engine.names()[2:]) == ["later 0", "later 1", "later 2"]


async def test_a_caller_that_went_away_changes_nothing(parts: Parts) -> None:
    gone = parts.submit(account("gone"))
    gone.cancel()
    await parts.submit(account("stays"))
    assert parts.engine.names() == ["gone", "stays"]


async def test_a_command_that_cannot_be_journaled_fails_alone(tmp_path: Path) -> None:
    parts = Parts(FileLog(tmp_path))
    await parts.sequencer.start()
    good, bad, also_good = (parts.submit(account(name)) for name in ("a", "\ud800", "b"))
    await asyncio.gather(good, also_good)
    with pytest.raises(JournalError, match="CreateAccount cannot be journaled"):
        await bad
    with pytest.raises(JournalError):
        await parts.submit(account("\ud800"))
    await parts.sequencer.stop()
    assert parts.engine.names() == ["a", "b"]
    assert [command.seq for record in read(tmp_path) for command in record] == [1, 2]


async def test_odd_commands_among_many_are_found_and_the_order_of_the_others_is_kept(tmp_path: Path) -> None:
    parts = Parts(FileLog(tmp_path, "os"))
    await parts.sequencer.start()
    names = [f"\ud800 {index}" if index in (3, 4, 17, 39) else f"{index}" for index in range(40)]
    answers = [parts.submit(account(name)) for name in names]
    results = await asyncio.gather(*answers, return_exceptions=True)
    await parts.sequencer.stop()
    assert [index for index, result in enumerate(results) if isinstance(result, JournalError)] == [
        3,
        4,
        17,
        39,
    ]
    assert parts.engine.names() == [name for name in names if name.isascii()]
    assert len([command for record in read(tmp_path) for command in record]) == 36


async def test_commands_too_long_for_one_record_are_journaled_in_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "MAX_PAYLOAD_BYTES", 1_000)
    monkeypatch.setattr(recovery, "AT_ONCE", 1)
    parts = Parts(FileLog(tmp_path))
    await parts.sequencer.start()
    names = [f"{index}" * 350 for index in range(8)]
    names.insert(2, "x" * 1_000)
    results = await asyncio.gather(*[parts.submit(account(name)) for name in names], return_exceptions=True)
    await parts.sequencer.stop()
    assert [index for index, result in enumerate(results) if isinstance(result, JournalError)] == [2]
    records = list(read(tmp_path))
    assert max(len(record) for record in records) == 2
    assert sum(len(record) for record in records) == 8
    assert parts.engine.names() == names[:2] + names[3:]


# Durable before heard


async def test_nobody_hears_of_a_command_before_it_is_durable(held: Parts) -> None:
    answer = held.submit(account("alice"))
    assert await disk(held).begun() == 1
    assert (held.engine.applied, held.heard, answer.done()) == ([], [], False)
    disk(held).complete()
    await answer
    assert held.heard == [(1, 1)]
    assert len(disk(held).durable) == 1


async def test_what_arrives_while_the_disk_works_is_the_next_batch(held: Parts) -> None:
    first = held.submit(account("first"))
    assert await disk(held).begun() == 1
    others = [held.submit(account(index)) for index in range(4)]
    disk(held).complete()
    await first
    assert await disk(held).begun() == 5
    assert held.engine.names() == ["first"]
    assert not any(other.done() for other in others)
    disk(held).complete()
    await asyncio.gather(*others)
    assert held.engine.names() == ["first", "0", "1", "2", "3"]


async def test_a_batch_is_applied_before_the_disk_gets_the_next_one(held: Parts) -> None:
    seen: list[int] = []
    publish = held.sequencer._publish

    def publish_and_look(command: Command, events: list[Event]) -> None:
        publish(command, events)
        seen.append(held.sequencer.last_seq)

    held.sequencer._publish = publish_and_look
    first = held.submit(account("first"))
    await disk(held).begun()
    second = held.submit(account("second"))
    disk(held).complete()
    disk(held).complete()
    await asyncio.gather(first, second)
    assert seen == [1, 2]


async def test_a_batch_has_a_limit(held: Parts) -> None:
    answers = [held.submit(account(index)) for index in range(25)]
    assert await disk(held).begun() == 10
    disk(held).complete()
    assert await disk(held).begun() == 20
    disk(held).complete()
    assert await disk(held).begun() == 25
    disk(held).complete()
    await asyncio.gather(*answers)


# Limits


async def test_a_full_queue_refuses_and_takes_again_when_there_is_room(held: Parts) -> None:
    first = held.submit(account("with the disk"))
    await disk(held).begun()
    waiting = held.sequencer.submit_many([account(index) for index in range(100)])
    with pytest.raises(Overloaded, match="100 commands wait"):
        held.submit(account("too much"))
    with pytest.raises(Overloaded):
        held.sequencer.submit_many([account("too much")])
    disk(held).complete()
    await first
    await disk(held).begun()
    room = held.submit(account("now there is room"))
    for _ in range(12):
        disk(held).complete()
    await asyncio.gather(*waiting, room)
    assert "too much" not in held.engine.names()


async def test_commands_given_together_are_taken_all_or_none(parts: Parts) -> None:
    with pytest.raises(Overloaded, match="0 commands wait, 101 more"):
        parts.sequencer.submit_many([account(index) for index in range(101)])
    await parts.submit(account("alone"))
    assert parts.engine.names() == ["alone"]


# The end


async def test_stop_finishes_what_waits_and_takes_no_more(parts: Parts) -> None:
    answers = [parts.submit(account(index)) for index in range(35)]
    await parts.sequencer.stop()
    assert all(answer.done() and len(answer.result()) == 1 for answer in answers)
    with pytest.raises(VenueStopped, match="not running"):
        parts.submit(account("late"))


async def test_stop_waits_for_the_disk(held: Parts) -> None:
    answer = held.submit(account("alice"))
    stopping = asyncio.ensure_future(held.sequencer.stop())
    await disk(held).begun()
    assert not stopping.done()
    disk(held).complete()
    await stopping
    assert answer.done()
    assert disk(held).closed


async def test_a_sequencer_that_was_not_started_takes_nothing() -> None:
    parts = Parts(NullLog())
    with pytest.raises(VenueStopped, match="not running"):
        parts.submit(account("early"))
    await parts.sequencer.stop()


async def test_a_sequencer_starts_once(parts: Parts) -> None:
    with pytest.raises(RuntimeError, match="starts once"):
        await parts.sequencer.start()


async def test_the_log_and_the_engine_must_end_at_the_same_command(tmp_path: Path) -> None:
    log = FileLog(tmp_path)
    with pytest.raises(ValueError, match="ends with command 0, the engine has applied 3"):
        Sequencer(ToyEngine(), log, Clock(), lambda _command, _events: None, last_seq=3)
    log.close()


async def test_an_exception_in_the_engine_stops_the_venue(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["good", "bug", "behind it", "far behind"]
    answers = [parts.submit(account(name)) for name in names]
    with caplog.at_level(logging.CRITICAL, "perpit.sequencer"):
        results = await asyncio.gather(*answers, return_exceptions=True)
    assert [type(result) for result in results] == [list, OutcomeUnknown, OutcomeUnknown, OutcomeUnknown]
    assert "ZeroDivisionError" in str(results[1])
    assert parts.engine.names() == ["good"]
    assert parts.heard == [(1, 1)]
    with pytest.raises(VenueStopped, match="ZeroDivisionError"):
        parts.submit(account("later"))
    assert "the venue stops at command 2 at 1000: CreateAccount{'name': 'bug'}" in caplog.text
    assert parts.failures == [parts.sequencer.failure]


async def test_an_exception_in_a_view_stops_the_venue(parts: Parts) -> None:
    def fail(_command: Command, _events: list[Event]) -> None:
        raise LookupError("a bug in a view")

    parts.sequencer._publish = fail
    with pytest.raises(VenueStopped, match="LookupError"):
        await parts.submit(account("alice"))


async def test_an_engine_that_fails_takes_what_waits_with_it(held: Parts) -> None:
    bug = held.submit(account("bug"))
    await disk(held).begun()
    behind = held.submit(account("behind it"))
    disk(held).complete()
    waiting = held.submit
    results = await asyncio.gather(bug, behind, return_exceptions=True)
    assert [type(result) for result in results] == [OutcomeUnknown, VenueStopped]
    await held.sequencer.stop()
    assert held.engine.names() == []
    with pytest.raises(VenueStopped):
        waiting(account("later"))


async def test_a_disk_that_fails_stops_the_venue_with_nothing_applied(held: Parts) -> None:
    first = held.submit(account("first"))
    await disk(held).begun()
    waiting = held.submit(account("waiting"))
    disk(held).spoil(OSError(28, "No space left on device"))
    results = await asyncio.gather(first, waiting, return_exceptions=True)
    assert [type(result) for result in results] == [OutcomeUnknown, VenueStopped]
    assert "No space left on device" in str(results[0])
    assert held.engine.applied == []


async def test_an_inline_disk_that_fails_stops_the_venue_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(FileLog(tmp_path, "os"))
    await parts.sequencer.start()

    def fail(_records: bytes, _last_seq: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts.log, "write", fail)
    with pytest.raises(VenueStopped, match="No space left on device"):
        await parts.submit(account("alice"))
    await parts.sequencer.stop()
    assert parts.engine.applied == []


def test_secrets_are_not_logged() -> None:
    assert "hunter2" not in describe(CreateKey(1, "key", "hunter2", 0, "label", 3, []))


# Time


async def test_a_command_carries_the_time_of_its_arrival(held: Parts) -> None:
    early = account("early")
    late = account("late")
    first = held.submit(early)
    await disk(held).begun()
    held.clock.advance(500)
    second = held.submit(late)
    held.clock.advance(500)
    disk(held).complete()
    disk(held).complete()
    await asyncio.gather(first, second)
    assert (early.time_ms, late.time_ms) == (1_000, 1_500)


async def test_a_manual_clock_is_advanced_with_a_command(parts: Parts) -> None:
    before = account("before")
    answer = parts.submit(before)
    await parts.sequencer.advance_to(9_000)
    assert answer.done()
    assert before.time_ms == 1_000
    advance = parts.engine.applied[-1]
    assert isinstance(advance, Advance)
    assert (advance.time_ms, parts.clock.now_ms()) == (9_000, 9_000)


async def test_a_manual_clock_is_never_advanced_back(parts: Parts) -> None:
    with pytest.raises(ValueError, match="time does not go back"):
        await parts.sequencer.advance_to(999)
    assert parts.engine.applied == []
