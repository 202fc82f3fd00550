"""Recovery: the journal replayed gives the state that was."""

import itertools
from pathlib import Path

import pytest

from perpit import catalogue
from perpit.domain.commands import (
    Advance,
    Command,
    CreateAccount,
    HouseDepth,
    ListInstrument,
    PlaceOrder,
    SetIndexPrice,
    Transfer,
)
from perpit.domain.events import Event
from perpit.domain.words import BUY, GTC, LIMIT, USDS_M
from perpit.engine.engine import Engine
from perpit.journal import recovery
from perpit.journal.codec import encode
from perpit.journal.errors import JournalError
from perpit.journal.log import FileLog
from perpit.journal.recovery import Recovered, recover
from perpit.journal.segment import frame, segment_paths


def ignore(_command: Command, _events: list[Event]) -> None:
    return


def keep(directory: Path, commands: list[Command], segment_bytes: int = 1 << 20) -> None:
    """Stamp and journal commands, ten milliseconds apart, in records of 1, 2, 3, 4, 1, 2 … commands."""
    log = FileLog(directory, "os", segment_bytes)
    for seq, command in enumerate(commands, 1):
        command.seq = seq
        command.time_ms = 1_723_075_200_000 + 10 * seq
    sizes = itertools.cycle([1, 2, 3, 4])
    while log.last_seq < len(commands):
        batch = commands[log.last_seq : log.last_seq + next(sizes)]
        log.write(frame(batch[0].seq, len(batch), encode(batch)), batch[-1].seq)
    log.close()


def session() -> list[Command]:
    """A small venue: an instrument, a customer, a book, and orders of which some trade."""
    instrument = catalogue.load_instrument("BTCUSDT", 0)
    price = 60_000 * 10**8 // instrument.tick_e8
    orders = [
        PlaceOrder(1, 0, f"order-{index}", BUY, LIMIT, GTC, 3, price - 3 + index % 5) for index in range(40)
    ]
    return [
        ListInstrument(instrument),
        CreateAccount("alice"),
        Transfer(1, USDS_M, "USDT", 10**15),
        SetIndexPrice(0, 60_000 * 10**8),
        HouseDepth(0, [price - 1], [50], [price + 1], [50]),
        *orders,
        Advance(),
    ]


def test_the_replayed_engine_has_the_state_of_the_one_that_ran(tmp_path: Path) -> None:
    commands = session()
    keep(tmp_path, commands, segment_bytes=500)
    lived = Engine()
    told = [len(lived.apply(command)) for command in commands]
    replayed = Engine()
    heard: list[int] = []
    last = recover(tmp_path, replayed, lambda _command, events: heard.append(len(events)))
    assert last == Recovered(len(commands), commands[-1].time_ms)
    assert replayed.state_hash() == lived.state_hash()
    assert replayed.check_invariants() == []
    assert heard == told
    assert len(segment_paths(tmp_path)) > 2


def test_an_empty_or_absent_journal_is_a_new_venue(tmp_path: Path) -> None:
    assert recover(tmp_path / "nothing here", Engine(), ignore) == Recovered(0, 0)
    FileLog(tmp_path).close()
    assert recover(tmp_path, Engine(), ignore) == Recovered(0, 0)


def test_replay_only_reads_and_passes_over_a_torn_tail(tmp_path: Path) -> None:
    keep(tmp_path, session())
    path = segment_paths(tmp_path)[0]
    torn = path.read_bytes()[:-1]
    path.write_bytes(torn)
    assert len(session()) == 46
    assert recover(tmp_path, Engine(), ignore).last_seq == 43
    assert path.read_bytes() == torn


def test_progress_is_told_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "PROGRESS_STEP", 20)
    monkeypatch.setattr(recovery, "AT_ONCE", 1)
    keep(tmp_path, session())
    heard: list[int] = []
    recover(tmp_path, Engine(), ignore, heard.append)
    assert heard == [20, 40]  # both are ends of records


def test_a_command_on_which_the_replay_fails_is_named(tmp_path: Path) -> None:
    keep(tmp_path, session())

    def fail(command: Command, _events: list[Event]) -> None:
        if command.seq == 9:
            raise RuntimeError("a view is broken")

    with pytest.raises(JournalError, match=r"command 9, PlaceOrder: RuntimeError\('a view is broken'\)"):
        recover(tmp_path, Engine(), fail)
