"""The log: what was written is there, a torn tail is cut, damage is refused with its place named."""

import errno
import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit.journal import log as log_module
from perpit.journal.errors import JournalDamaged, JournalError, JournalInUse, JournalTooNew
from perpit.journal.log import FileLog, NullLog, open_log
from perpit.journal.segment import (
    HEADER_BYTES,
    MAX_PAYLOAD_BYTES,
    RECORD_BYTES,
    Segment,
    frame,
    segment_path,
    segment_paths,
)


def payload(seq: int) -> bytes:
    return f"<command {seq}>".encode() * (1 + seq % 3)


def write(log: FileLog, count: int) -> None:
    """Append a record of `count` commands."""
    first = log.last_seq + 1
    log.write(frame(first, count, payload(first)), first + count - 1)


def journal(directory: Path, *counts: int, segment_bytes: int = 1 << 20) -> Path:
    """A journal with records of so many commands each, closed; its last segment."""
    log = FileLog(directory, "os", segment_bytes)
    for count in counts:
        write(log, count)
    log.close()
    return segment_paths(directory)[-1]


def contents(directory: Path) -> list[int]:
    """How many commands each record of a whole journal has; every payload is checked."""
    counts: list[int] = []
    paths = segment_paths(directory)
    for path in paths:
        for first_seq, count, body in Segment(path, sum(counts) + 1, path is paths[-1]).records():
            assert first_seq == sum(counts) + 1
            assert body == payload(first_seq)
            counts.append(count)
    return counts


def reopen(directory: Path) -> int:
    log = FileLog(directory, "os")
    log.close()
    return log.last_seq


def starts(path: Path) -> list[int]:
    """Where each record of a one-segment journal starts, and where the last one ends."""
    offsets = [HEADER_BYTES]
    for _first_seq, _count, body in Segment(path, 1, is_last=True).records():
        offsets.append(offsets[-1] + RECORD_BYTES + len(body))
    return offsets


@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_what_was_written_is_there_after_reopening(tmp_path: Path, durability: str) -> None:
    log = open_log(tmp_path, durability)
    assert isinstance(log, FileLog)
    write(log, 3)
    write(log, 1)
    log.close()
    again = FileLog(tmp_path)
    assert (again.last_seq, again.torn_bytes) == (4, 0)
    write(again, 2)
    again.close()
    assert contents(tmp_path) == [3, 1, 2]


@pytest.mark.parametrize(("durability", "durable"), [("fsync", True), ("os", False)])
def test_a_write_waits_for_the_disk_only_when_asked_in_old_and_new_segments(
    tmp_path: Path, durability: str, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_write = os.pwrite
    written: list[tuple[bool, int]] = []

    def watched(file: int, data: bytes, offset: int) -> int:
        written.append((bool(fcntl.fcntl(file, fcntl.F_GETFL) & os.O_DSYNC), len(data)))
        return whole_write(file, data, offset)

    monkeypatch.setattr(log_module.os, "pwrite", watched)
    for _ in range(2):
        log = FileLog(tmp_path, durability, segment_bytes=200)
        for _ in range(6):
            write(log, 5)
        log.close()
    records = [size for _durable, size in written if size != HEADER_BYTES]
    assert len(records) == 12
    assert len(segment_paths(tmp_path)) > 2
    assert {is_durable for is_durable, _size in written} == {durable}


def test_a_log_without_durability_makes_no_files(tmp_path: Path) -> None:
    log = open_log(None, "none")
    assert isinstance(log, NullLog)
    log.write(b"", 7)
    assert (log.last_seq, log.keeps, log.waits) == (7, False, False)
    log.close()
    assert list(tmp_path.iterdir()) == []


def test_a_durable_log_needs_a_directory_and_a_known_level(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="needs a data directory"):
        open_log(None, "fsync")
    with pytest.raises(ValueError, match="'sometimes'"):
        FileLog(tmp_path, "sometimes")


def test_segments_are_rotated_by_size_and_read_in_order(tmp_path: Path) -> None:
    journal(tmp_path, *[2] * 20, segment_bytes=100)
    assert len(segment_paths(tmp_path)) > 5
    assert contents(tmp_path) == [2] * 20
    assert reopen(tmp_path) == 40


def test_a_write_that_the_system_takes_in_pieces_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_write = os.pwrite
    monkeypatch.setattr(log_module.os, "pwrite", lambda file, data, at: whole_write(file, data[:7], at))
    journal(tmp_path, 3, 2)
    assert contents(tmp_path) == [3, 2]


# Room behind the last record


def test_a_durable_log_has_room_for_a_segment_and_gives_back_what_it_did_not_use(tmp_path: Path) -> None:
    log = FileLog(tmp_path, "fsync", segment_bytes=250)
    for _ in range(9):
        write(log, 3)
    last = segment_paths(tmp_path)[-1]
    assert last.stat().st_size >= 250
    log.close()
    assert len(segment_paths(tmp_path)) == 2
    for path in segment_paths(tmp_path):
        assert not path.read_bytes().endswith(b"\0")
    assert contents(tmp_path) == [3] * 9


def test_room_that_a_crash_left_is_no_torn_tail(tmp_path: Path) -> None:
    path = journal(tmp_path, 1, 2, 1)
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(5000))
    log = FileLog(tmp_path)
    assert (log.last_seq, log.torn_bytes) == (4, 0)
    write(log, 2)
    log.close()
    assert contents(tmp_path) == [1, 2, 1, 2]
    assert path.read_bytes().startswith(whole)


def test_a_tail_torn_within_the_room_is_cut(tmp_path: Path) -> None:
    path = journal(tmp_path, 1, 2, 1)
    whole = path.read_bytes()
    start, end = starts(path)[-2:]
    for cut in range(start + 1, end):
        path.write_bytes(whole[:cut] + bytes(end - cut + 300))
        assert reopen(tmp_path) == 3
        assert path.read_bytes() == whole[:start]
    # a power cut may bring the later of two pages only
    path.write_bytes(whole[:start] + bytes(end - start - 3) + whole[end - 3 : end] + bytes(300))
    assert reopen(tmp_path) == 3


def test_a_record_within_the_room_is_damage(tmp_path: Path) -> None:
    path = journal(tmp_path, 1, 2, 1)
    whole = path.read_bytes()
    start, end = starts(path)[-3:-1]
    path.write_bytes(whole[:start] + bytes(end - start) + whole[end:] + bytes(300))
    with pytest.raises(JournalDamaged, match="command 4 follows"):
        FileLog(tmp_path)


def test_a_log_does_without_room_where_the_system_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, offset: int, length: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(log_module.os, "posix_fallocate", full)
    log = FileLog(tmp_path, "fsync", segment_bytes=250)
    for _ in range(9):
        write(log, 3)
    log.close()
    assert contents(tmp_path) == [3] * 9


# A torn tail


def test_a_tail_torn_at_any_byte_of_the_last_record_is_cut(tmp_path: Path) -> None:
    path = journal(tmp_path, 1, 2, 1)
    whole = path.read_bytes()
    start, end = starts(path)[-2:]
    for cut in range(start, end):
        path.write_bytes(whole[:cut])
        assert reopen(tmp_path) == 3
        assert path.read_bytes() == whole[:start]


def test_a_spoiled_byte_anywhere_in_the_last_record_cuts_it(tmp_path: Path) -> None:
    path = journal(tmp_path, 1, 2, 1)
    whole = path.read_bytes()
    start, end = starts(path)[-2:]
    for place in range(start, end):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])
        assert reopen(tmp_path) == 3
        assert path.read_bytes() == whole[:start]


@given(st.data())
def test_pages_of_the_last_record_that_never_reached_the_disk_cut_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    directory = tmp_path_factory.mktemp("journal")
    path = journal(directory, 2, 3, 6)
    whole = path.read_bytes()
    start, end = starts(path)[-2:]
    lost_from = data.draw(st.integers(start, end - 1))
    lost_to = data.draw(st.integers(lost_from + 1, end))
    spoiled = whole[:lost_from] + bytes(lost_to - lost_from) + whole[lost_to:]
    path.write_bytes(spoiled)
    assert reopen(directory) == (11 if spoiled == whole else 5)
    assert contents(directory) == ([2, 3, 6] if spoiled == whole else [2, 3])


def test_zeros_behind_the_last_record_are_cut(tmp_path: Path) -> None:
    path = journal(tmp_path, 3)
    path.write_bytes(path.read_bytes() + bytes(100_000))
    assert reopen(tmp_path) == 3


def test_after_a_cut_the_log_goes_on_from_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = journal(tmp_path, 1, 2, 1)
    path.write_bytes(path.read_bytes()[:-1])
    log = FileLog(tmp_path)
    assert f"{path}: {log.torn_bytes} torn bytes behind command 3 are cut" in caplog.text
    assert (log.last_seq, log.torn_bytes) == (3, RECORD_BYTES + len(payload(4)) - 1)
    write(log, 2)
    log.close()
    assert contents(tmp_path) == [1, 2, 2]


@pytest.mark.parametrize("zeros", [0, HEADER_BYTES])
@pytest.mark.parametrize("length", [*range(HEADER_BYTES)])
def test_a_segment_torn_in_its_header_starts_again(tmp_path: Path, length: int, zeros: int) -> None:
    path = journal(tmp_path, 2, 2, 1, segment_bytes=50)
    assert int(path.stem) > 1
    first = int(path.stem)
    before = contents(tmp_path)[:-1]
    path.write_bytes(path.read_bytes()[:length] if zeros == 0 else bytes(zeros + length))
    assert contents(tmp_path) == before
    log = FileLog(tmp_path)
    assert log.last_seq == first - 1
    write(log, 7)
    log.close()
    assert contents(tmp_path) == [*before, 7]


# Damage


@given(st.data())
def test_damage_before_the_last_record_is_refused_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    directory = tmp_path_factory.mktemp("journal")
    path = journal(directory, 2, 3, 1, 2)
    whole = path.read_bytes()
    offsets = starts(path)
    place = data.draw(st.integers(HEADER_BYTES, offsets[3] - 1))
    spoiled = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    path.write_bytes(spoiled)
    record = next(index for index in range(3) if place < offsets[index + 1])
    with pytest.raises(JournalDamaged) as refused:
        FileLog(directory)
    assert (refused.value.path, refused.value.offset) == (path, offsets[record])
    assert refused.value.seq == [1, 3, 6][record]
    assert path.read_bytes() == spoiled
    place_named = f"{path} is damaged at byte {offsets[record]}, where command {refused.value.seq}"
    assert place_named in str(refused.value)


def test_a_record_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    path = journal(tmp_path, 1, 1)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[starts(path)[1] :])
    with pytest.raises(JournalDamaged, match=f"at byte {len(whole)}, where command 3 .*command 2 follows"):
        FileLog(tmp_path)


def test_records_cut_out_of_the_middle_are_refused(tmp_path: Path) -> None:
    path = journal(tmp_path, 1, 1, 1)
    whole = path.read_bytes()
    offsets = starts(path)
    path.write_bytes(whole[: offsets[1]] + whole[offsets[2] :])
    with pytest.raises(JournalDamaged, match=f"at byte {offsets[1]}, where command 2 should stand"):
        FileLog(tmp_path)


def test_damage_at_the_end_of_a_segment_that_is_not_the_last_is_refused(tmp_path: Path) -> None:
    journal(tmp_path, *[1] * 4, segment_bytes=50)
    path = segment_paths(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(JournalDamaged, match="a later segment follows"):
        contents(tmp_path)


def test_more_spoiled_bytes_than_a_record_can_have_are_refused(tmp_path: Path) -> None:
    path = journal(tmp_path, 1)
    path.write_bytes(path.read_bytes() + b"\xff" * (RECORD_BYTES + MAX_PAYLOAD_BYTES + 1))
    with pytest.raises(JournalDamaged, match="more follows than one record"):
        FileLog(tmp_path)


def test_a_missing_segment_is_refused(tmp_path: Path) -> None:
    journal(tmp_path, *[1] * 6, segment_bytes=50)
    paths = segment_paths(tmp_path)
    paths[1].unlink()
    first = int(paths[1].stem)
    with pytest.raises(JournalDamaged, match=f"where command {first} should stand"):
        contents(tmp_path)


def test_a_spoiled_header_is_refused(tmp_path: Path) -> None:
    path = journal(tmp_path, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[:17] + b"?" + whole[18:])
    with pytest.raises(JournalDamaged, match="header does not check"):
        FileLog(tmp_path)


def test_a_journal_of_a_newer_version_is_refused_in_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    path = journal(tmp_path, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[:8] + (2).to_bytes(4, "little") + whole[12:])
    with pytest.raises(JournalTooNew, match=r"has journal format 2, .* upgrade Perpit") as refused:
        FileLog(tmp_path)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    segment_path(tmp_path, 1).write_bytes(b"something else entirely, not ours")
    with pytest.raises(JournalError, match="is no journal of Perpit"):
        FileLog(tmp_path)


def test_a_refused_journal_is_not_left_locked(tmp_path: Path) -> None:
    path = journal(tmp_path, 1)
    whole = path.read_bytes()
    path.write_bytes(b"?" + whole[1:])
    with pytest.raises(JournalError):
        FileLog(tmp_path)
    path.write_bytes(whole)
    assert reopen(tmp_path) == 1


def test_a_payload_that_is_too_long_is_refused() -> None:
    with pytest.raises(JournalError, match=f"command 9 has {MAX_PAYLOAD_BYTES + 1} bytes"):
        frame(9, 1, bytes(MAX_PAYLOAD_BYTES + 1))


# The lock


def test_two_venues_never_share_a_directory(tmp_path: Path) -> None:
    log = FileLog(tmp_path)
    with pytest.raises(JournalInUse, match=rf"is in use by another venue \(process {os.getpid()}\)"):
        FileLog(tmp_path)
    log.close()
    log.close()
    assert reopen(tmp_path) == 0


def test_a_new_journal_and_every_directory_above_it_are_on_the_disk_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(log_module, "_sync_directory", synced.append)
    directory = tmp_path / "new" / "journal"
    FileLog(directory).close()
    assert {directory, tmp_path / "new", tmp_path} <= set(synced)
    synced.clear()
    FileLog(directory).close()
    assert synced == []
