"""`perpit verify`: what it says of a journal that a crash, or somebody, has cut short."""

import json
from pathlib import Path

import pytest

from perpit.cli import main
from perpit.domain.commands import Command, CreateAccount
from perpit.journal.codec import encode
from perpit.journal.log import FileLog
from perpit.journal.segment import HEADER_BYTES, frame, segment_paths


def journal(directory: Path, *names: str, segment_bytes: int = 1 << 20) -> Path:
    """A journal in which each account is a record of its own; its last segment."""
    log = FileLog(directory / "journal", "os", segment_bytes)
    for seq, name in enumerate(names, 1):
        command: Command = CreateAccount(name)
        command.time_ms = 1_700_000_000_000
        log.write(frame(seq, 1, encode([command])), seq)
    log.close()
    return segment_paths(directory / "journal")[-1]


def cut(path: Path, length: int) -> None:
    """Leave `length` bytes of a file; a negative length takes as many from its end."""
    path.write_bytes(path.read_bytes()[:length])


def verified(directory: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    """The exit code and what was printed."""
    code = main(["verify", "--data", str(directory), *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_whole_journal_has_no_torn_tail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal(tmp_path, "alice", "bob")
    code, out, _ = verified(tmp_path, capsys)
    assert code == 0
    assert "torn" not in out
    assert json.loads(verified(tmp_path, capsys, "--json")[1])["torn_tail"] is None


def test_a_torn_tail_is_told_in_one_line_and_breaks_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = journal(tmp_path, "alice")
    whole = path.stat().st_size
    path.unlink()
    cut(journal(tmp_path, "alice", "bob"), whole + 7)
    code, out, _ = verified(tmp_path, capsys)
    assert code == 0
    lines = [line for line in out.splitlines() if line.startswith("torn tail: ")]
    assert len(lines) == 1
    assert f"7 bytes of no whole record at the end of {path}" in lines[0]
    found = json.loads(verified(tmp_path, capsys, "--json")[1])
    assert (found["sequence"], found["torn_tail"]) == (1, {"file": str(path), "bytes": 7})


@pytest.mark.parametrize("length", [0, 2, HEADER_BYTES - 1])
def test_a_last_segment_without_a_whole_header_is_a_torn_tail(
    length: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = journal(tmp_path, "alice", "bob", segment_bytes=HEADER_BYTES + 1)
    cut(path, length)
    code, out, _ = verified(tmp_path, capsys, "--json")
    assert code == 0
    assert json.loads(out)["torn_tail"] == {"file": str(path), "bytes": length}


@pytest.mark.parametrize("length", [0, 2, HEADER_BYTES - 1])
def test_an_only_segment_without_a_whole_header_is_not_passed_as_sound(
    length: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = journal(tmp_path, "alice")
    cut(path, length)
    code, out, err = verified(tmp_path, capsys)
    assert (code, out) == (1, "")
    assert f"{path} is the whole journal and has no whole header ({length} bytes)" in err
    assert err.count("\n") == 1


def test_commands_missing_before_a_last_segment_without_a_header_are_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = journal(tmp_path, "alice", "bob", "carol", segment_bytes=HEADER_BYTES + 1)
    cut(path, 2)
    segment_paths(tmp_path / "journal")[1].unlink()
    code, _, err = verified(tmp_path, capsys)
    assert code == 1
    assert f"{path} is damaged at byte 0" in err


def test_a_journal_without_segments_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal(tmp_path, "alice").unlink()
    code, _, err = verified(tmp_path, capsys)
    assert code == 2
    assert "there is no journal in" in err
