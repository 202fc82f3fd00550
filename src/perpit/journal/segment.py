"""The file format of the journal: one segment, its header, its records, and what a crash can do to its end.

A journal is a directory of segments, `<first sequence, 20 digits>.journal`, each continuing the sequence of
the one before. Numbers are little-endian. A segment starts with a header of 24 bytes:

    magic         8 bytes  "PERPITJ\\n"
    version       u32      format version, 1
    checksum      u32      crc32 of the eight bytes that follow
    first_seq     u64      sequence number of the first record

and goes on with records, nothing between them:

    length        u32      bytes of the payload, ≥ 1
    checksum      u32      crc32 of everything that follows in this record
    seq           u64      one more than the record before
    batch_index   u32      place of the record in the batch it was written with, from 0
    payload       length bytes, see `codec`

A batch is written with one write and synced before the next one is begun. So a crash, even a power cut that
brings the pages of a write to disk in any order, can spoil the last batch of the last segment and nothing
else. That is the rule by which a reader tells a torn tail from damage: at the first record that does not
check, whatever valid record can still be found behind it must belong to the same batch. Then nobody ever
heard of the spoiled records, and the tail is cut. Anything else is damage and is refused with its place
named.
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
MAX_PAYLOAD_BYTES: Final = 1 << 20
MAX_BATCH_BYTES: Final = 4 << 20  # a batch is closed when it has reached this
MAX_TORN_BYTES: Final = MAX_BATCH_BYTES + MAX_PAYLOAD_BYTES + (1 << 10)

_HEADER: Final = struct.Struct("<8sIIQ")
_RECORD: Final = struct.Struct("<IIQI")
_OUTER: Final = struct.Struct("<II")
_INNER: Final = struct.Struct("<QI")
HEADER_BYTES: Final = _HEADER.size
RECORD_BYTES: Final = _RECORD.size

_pack_outer = _OUTER.pack
_pack_inner = _INNER.pack


def segment_path(directory: Path, first_seq: int) -> Path:
    return directory / f"{first_seq:020d}.journal"


def segment_paths(directory: Path) -> list[Path]:
    """All segments of a journal, oldest first."""
    return sorted(directory.glob("[0-9]" * 20 + ".journal"))


def header(first_seq: int) -> bytes:
    return _HEADER.pack(MAGIC, VERSION, crc32(first_seq.to_bytes(8, "little")), first_seq)


def frame(seq: int, batch_index: int, payload: bytes) -> bytes:
    """One record. The payload is not empty and at most MAX_PAYLOAD_BYTES long."""
    length = len(payload)
    if not 0 < length <= MAX_PAYLOAD_BYTES:
        raise JournalError(f"command {seq} has {length} bytes, the journal takes 1 to {MAX_PAYLOAD_BYTES}")
    body = _pack_inner(seq, batch_index) + payload
    return _pack_outer(length, crc32(body)) + body


class Segment:
    """One segment, read into memory.

    `is_last` allows a torn tail. After `records()` has been run to its end, `end` is the offset behind the
    last good record and `next_seq` the sequence number that should come next; what follows `end` is torn.
    """

    def __init__(self, path: Path, expected_seq: int, is_last: bool) -> None:
        self.path = path
        self.is_last = is_last
        self.next_seq = expected_seq
        self.end = 0
        self._bytes = path.read_bytes()
        self._check_header()

    def records(self) -> Iterator[tuple[int, memoryview]]:
        """Number and payload of each record up to the end or the torn tail. Raises JournalDamaged."""
        view = memoryview(self._bytes)
        size = len(view)
        position = self.end
        expected = self.next_seq
        unpack = _RECORD.unpack_from
        while HEADER_BYTES <= position <= size - RECORD_BYTES:
            length, checksum, seq, _index = unpack(view, position)
            behind = position + RECORD_BYTES + length
            if seq != expected or behind > size or crc32(view[position + 8 : behind]) != checksum:
                break
            self.end = position = behind
            self.next_seq = expected = seq + 1
            yield seq, view[behind - length : behind]
        if position < size:
            self._check_tail()

    def _check_header(self) -> None:
        data = self._bytes
        if self.is_last and (len(data) < HEADER_BYTES or not any(data)):
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
        if len(self._bytes) - self.end > MAX_TORN_BYTES:
            raise self._damage("more follows than one batch")
        for seq, batch_index in self._survivors():
            if seq - batch_index > self.next_seq:
                raise self._damage(f"command {seq} of a later batch follows")

    def _survivors(self) -> Iterator[tuple[int, int]]:
        """Sequence number and batch index of every valid record behind `end`, found at any offset."""
        data = self._bytes
        # What can follow is close in sequence: its six high bytes are those of the next number, or one more.
        near = self.next_seq >> 16
        highs = b"|".join(re.escape(high.to_bytes(6, "little")) for high in (near, near + 1))
        pattern = re.compile(b"(?=(?!\\0{4}).{10}(?:" + highs + b"))", re.DOTALL)
        for match in pattern.finditer(data, self.end):
            offset = match.start()
            if offset + RECORD_BYTES > len(data):
                return
            length, checksum, seq, batch_index = _RECORD.unpack_from(data, offset)
            behind = offset + RECORD_BYTES + length
            if length > MAX_PAYLOAD_BYTES or behind > len(data) or seq <= self.next_seq:
                continue
            if crc32(data[offset + 8 : behind]) == checksum:
                yield seq, batch_index

    def _damage(self, what: str) -> JournalDamaged:
        return JournalDamaged(self.path, self.end, self.next_seq, what)
