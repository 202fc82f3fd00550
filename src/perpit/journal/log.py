"""The append-only log the sequencer writes to: one directory, one writer, three levels of durability.

`fsync`  a record is on the disk when `write` returns; it takes time: the writer thread calls it
`os`     a record is with the operating system when `write` returns: it survives the process, no power cut
`none`   `NullLog`: nothing is kept

A log that waits for the disk reserves the whole segment when it starts one: a write into room that the file already
has waits for its own bytes only. One that makes the file longer waits for the file system's journal, and so for
whatever any other program writes at the time: 4 ms instead of 0.4 in the worst hundredth on a busy disk, and half as
much processor time again. What is not used is given back when the segment ends or the log is closed; after a crash it
is zeros behind the last record.

The file format and the rule for torn tails stand in `segment`.
"""

import contextlib
import fcntl
import logging
import os
from pathlib import Path
from typing import Final, Protocol

from perpit.journal.errors import JournalError, JournalInUse
from perpit.journal.segment import HEADER_BYTES, Segment, header, segment_path, segment_paths

FSYNC: Final = "fsync"
OS: Final = "os"
NONE: Final = "none"
SEGMENT_BYTES: Final = 16 << 20

_log = logging.getLogger("perpit.journal")

# A file that is opened with it has on the disk what `write` returned for: one system call, one wait without the
# interpreter's lock, where a sync after the write would be two.
_DURABLE: Final = os.O_DSYNC


class Log(Protocol):
    """What the sequencer needs of a log. `waits`: `write` waits for the disk. `keeps`: it keeps records."""

    waits: bool
    keeps: bool
    last_seq: int

    def write(self, record: bytes, last_seq: int) -> None:
        """Append one framed record that ends with `last_seq`, as durably as the level promises."""

    def close(self) -> None:
        """Write nothing more."""


class NullLog:
    """The log of a venue in memory: keeps nothing."""

    def __init__(self) -> None:
        self.waits = False
        self.keeps = False
        self.last_seq = 0

    def write(self, record: bytes, last_seq: int) -> None:
        self.last_seq = last_seq

    def close(self) -> None:
        return


class FileLog:
    """The log in a directory, locked for this process, its torn tail cut, ready to be appended to.

    `last_seq` is that of the last record, `torn_bytes` what was cut on opening.
    Raises JournalError and its kinds, OSError.
    """

    def __init__(self, directory: Path, durability: str = FSYNC, segment_bytes: int = SEGMENT_BYTES) -> None:
        if durability not in (FSYNC, OS):
            raise ValueError(f"durability of a file log is {FSYNC!r} or {OS!r}, not {durability!r}")
        self.directory = directory
        self.waits = durability == FSYNC
        self.keeps = True
        self.torn_bytes = 0
        self.last_seq = 0
        self._segment_bytes = segment_bytes
        self._flags = os.O_RDWR | os.O_CLOEXEC | (_DURABLE if self.waits else 0)
        self._size = 0  # without the room behind
        self._file = -1
        self._path = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(directory)
        try:
            self._open_last_segment()
        except BaseException:
            self.close()
            raise

    def write(self, record: bytes, last_seq: int) -> None:
        if self._size >= self._segment_bytes:
            self._start_segment(self.last_seq + 1)
        self._append(record)
        self.last_seq = last_seq

    def close(self) -> None:
        """Close the segment and release the directory. May be called twice."""
        if self._file >= 0:
            with contextlib.suppress(OSError):  # of a broken disk: room behind the last record harms nobody
                os.ftruncate(self._file, self._size)
        for descriptor in (self._file, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._lock = -1

    def _open_last_segment(self) -> None:
        paths = segment_paths(self.directory)
        if not paths:
            self._start_segment(1)
            if self.waits:
                _sync_ancestors(self.directory)
            return
        path = paths[-1]
        segment = Segment(path, int(path.stem), is_last=True)
        for _record in segment.records():
            pass
        self.last_seq = segment.next_seq - 1
        self._path, self._file = path, os.open(path, self._flags)
        self._size = segment.end
        self.torn_bytes = segment.torn_bytes
        if self.torn_bytes or segment.end < HEADER_BYTES:
            _log.warning("%s: %d torn bytes behind command %d are cut", path, self.torn_bytes, self.last_seq)
            self._cut(segment.end)
        if self.waits:
            self._reserve()
            # what was replayed may be in the page cache only, and what follows builds on it
            os.fsync(self._file)

    def _cut(self, end: int) -> None:
        os.ftruncate(self._file, end)
        self._size = end
        if end < HEADER_BYTES:
            self._append(header(self.last_seq + 1))
        os.fsync(self._file)

    def _start_segment(self, first_seq: int) -> None:
        if self._file >= 0:
            os.ftruncate(self._file, self._size)
            os.fsync(self._file)  # what is not the last segment must have no hole, and nothing behind
            os.close(self._file)
            self._file = -1  # its number may be another file's now
        path = segment_path(self.directory, first_seq)
        self._path, self._file = path, os.open(path, self._flags | os.O_CREAT | os.O_EXCL, 0o600)
        self._size = 0
        self._append(header(first_seq))
        if self.waits:
            self._reserve()
        os.fsync(self._file)
        _sync_directory(self.directory)

    def _reserve(self) -> None:
        """Room for the rest of the segment, where system and disk have it; else a write makes its own."""
        room = self._segment_bytes - self._size
        if room > 0:
            with contextlib.suppress(OSError, AttributeError):
                # not through the durable descriptor: where the file system cannot reserve, the system library writes
                # a byte to every block, each of which would wait for the disk
                plain = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
                try:
                    os.posix_fallocate(plain, self._size, room)
                finally:
                    os.close(plain)

    def _append(self, data: bytes) -> None:
        written = os.pwrite(self._file, data, self._size)
        while written < len(data):
            written += os.pwrite(self._file, data[written:], self._size + written)
        self._size += written


def open_log(directory: Path | None, durability: str) -> Log:
    """The log for a durability level; `none` needs no directory."""
    if durability == NONE:
        return NullLog()
    if directory is None:
        raise JournalError(f"durability {durability} needs a data directory")
    return FileLog(directory, durability)


def _lock(directory: Path) -> int:
    """Lock the directory for this process; the lock goes with the process, however it ends."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise JournalInUse(directory, owner) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def _sync_ancestors(directory: Path) -> None:
    """The directories above a new journal may be as new as it is: without their entries a power cut takes it all."""
    for above in directory.resolve().parents:
        with contextlib.suppress(OSError):  # not ours to read, so not made by us
            _sync_directory(above)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
