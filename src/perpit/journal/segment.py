"""The file format of the journal: one segment, its header, its records, and what a crash can do to its end.

A journal is a directory of segments, `<first sequence, 20 digits>.journal`, each continuing the sequence of
the one before. Numbers are little-endian. A segment starts with a header of 24 bytes:

    magic         8 bytes  "PERPITJ\\n"
    version       u32      format version, 1
    checksum      u32      crc32 of the eight bytes that follow
    first_seq     u64      sequence number of the first record

and goes on with records, nothing between them. A record is a batch of commands, 1 to many:

    length        u32      bytes of the payload
    checksum      u32      crc32 of everything that follows in this record
    first_seq     u64      sequence number of the first command; the record before ends with the one before
    count         u32      commands in the payload
    payload       length bytes, see `codec`

A record is written with one write and synced before the next one is begun. So a crash, even a power cut that
brings the pages of a write to disk in any order, can spoil the last record of the last segment and nothing
else. That is how a reader tells a torn tail from damage: behind the first record that does not check no valid
record is found, and no more bytes than one record can have. Then nobody ever heard of the commands in it, and
the tail is cut. Anything else is damage and is refused with its place named.

Zeros to the end behind the last record are room that was reserved and not used: no record begins with them.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zlib import crc32

from perpit.journal.errors import JournalDamaged, JournalError, JournalTooNew

MAGIC: Final = b"PERPITJ\n"
VERSION: Final = 1
MAX_PAYLOAD_BYTES: Final = 16 << 20

_HEADER: Final = struct.Struct("<8sIIQ")
_RECORD: Final = struct.Struct("<IIQI")
HEADER_BYTES: Final = _HEADER.size
RECORD_BYTES: Final = _RECORD.size

_pack_outer = struct.Struct("<II").pack
_pack_inner = struct.Struct("<QI").pack


def segment_path(directory: Path, first_seq: int) -> Path:
    return directory / f"{first_seq:020d}.journal"


def segment_paths(directory: Path) -> list[Path]:
    """All segments of a journal, oldest first."""
    return sorted(directory.glob("[0-9]" * 20 + ".journal"))


def header(first_seq: int) -> bytes:
    return _HEADER.pack(MAGIC, VERSION, crc32(first_seq.to_bytes(8, "little")), first_seq)


def frame(first_seq: int, count: int, payload: bytes) -> bytes:
    """One record of `count` ≥ 1 commands. Raises JournalError when it is longer than MAX_PAYLOAD_BYTES."""
    length = len(payload)
    if length > MAX_PAYLOAD_BYTES:
        raise JournalError(f"command {first_seq} has {length} bytes, the journal takes {MAX_PAYLOAD_BYTES}")
    body = _pack_inner(first_seq, count) + payload
    return _pack_outer(length, crc32(body)) + body


class Segment:
    """One segment, read into memory.

    `is_last` allows a torn tail. After `records()` has been run to its end, `end` is the offset behind the
    last good record and `next_seq` the sequence number that should come next; what follows `end` is torn, but for
    zeros up to the file's end.
    """

    def __init__(self, path: Path, expected_seq: int, is_last: bool) -> None:
        self.path = path
        self.is_last = is_last
        self.next_seq = expected_seq
        self.end = 0
        self._bytes = path.read_bytes()
        self._check_header()

    def records(self) -> Iterator[tuple[int, int, memoryview]]:
        """First sequence number, count and payload of each record up to the end or the torn tail.

        Raises JournalDamaged.
        """
        view = memoryview(self._bytes)
        while HEADER_BYTES <= self.end < len(view):
            record = self._record_at(self.end)
            if record is None or record[0] != self.next_seq:
                break
            first_seq, count, behind = record
            payload = view[self.end + RECORD_BYTES : behind]
            self.end = behind
            self.next_seq = first_seq + count
            yield first_seq, count, payload
        if self.torn_bytes:
            self._check_tail()

    @property
    def torn_bytes(self) -> int:
        """How many bytes of no whole record follow the last good one; after `records()` has been run to its end."""
        rest = self._bytes[self.end :]
        return len(rest.rstrip(b"\0")) if self.end >= HEADER_BYTES else len(rest)

    def _record_at(self, offset: int) -> tuple[int, int, int] | None:
        """First sequence number, count and end of the record at an offset, None when there is no valid one."""
        data = self._bytes
        if offset + RECORD_BYTES > len(data):
            return None
        length, checksum, first_seq, count = _RECORD.unpack_from(data, offset)
        behind = offset + RECORD_BYTES + length
        if length > MAX_PAYLOAD_BYTES or behind > len(data) or count == 0:
            return None
        return (first_seq, count, behind) if crc32(data[offset + 8 : behind]) == checksum else None

    def _check_header(self) -> None:
        data = self._bytes
        if self.is_last and (len(data) < HEADER_BYTES or not data.rstrip(b"\0")):
            if int(self.path.stem) != self.next_seq:
                raise self._damage(f"the name of the segment says command {int(self.path.stem)}")
            return  # the crash came while the segment was made: all of it is a torn tail
        if len(data) < HEADER_BYTES or data[:8] != MAGIC:
            raise JournalError(f"{self.path} is no journal of Perpit: choose another data directory")
        _magic, version, checksum, first_seq = _HEADER.unpack_from(data)
        if version > VERSION:
            raise JournalTooNew(self.path, version, VERSION)
        if crc32(data[16:24]) != checksum:
            raise JournalDamaged(self.path, 0, self.next_seq, "the segment's header does not check")
        if first_seq != self.next_seq:
            raise JournalDamaged(self.path, 0, self.next_seq, f"the segment starts with command {first_seq}")
        self.end = HEADER_BYTES

    def _check_tail(self) -> None:
        """Accept what follows `end` as torn, or raise JournalDamaged."""
        if not self.is_last:
            raise self._damage("a later segment follows")
        if self.end < HEADER_BYTES:
            return
        if self.torn_bytes > RECORD_BYTES + MAX_PAYLOAD_BYTES:
            raise self._damage("more follows than one record can have")
        # A valid record behind is close in sequence: its six high bytes are those of the next number, or one more.
        near = self.next_seq >> 16
        highs = b"|".join(re.escape(high.to_bytes(6, "little")) for high in (near, near + 1))
        pattern = re.compile(b"(?=(?!\\0{4}).{10}(?:" + highs + b"))", re.DOTALL)
        for match in pattern.finditer(self._bytes, self.end):
            record = self._record_at(match.start())
            if record is not None:
                raise self._damage(f"command {record[0]} follows at byte {match.start()}")

    def _damage(self, what: str) -> JournalDamaged:
        return JournalDamaged(self.path, self.end, self.next_seq, what)
