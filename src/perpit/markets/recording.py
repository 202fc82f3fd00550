"""Raw stream recordings: one message a line, `<local receive time in ns> <combined-stream JSON>`, gzipped or plain.

Read by `recorded.py` and lazily: one line at a time, never the whole file. Three kinds of message matter (depth
diffs, book tickers, trades), and the snapshot of a book that some recorders put between them without a stream
name. Every other message is passed over.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

# A longer line is broken; the longest of the recorded ones, a snapshot of 2,000 levels, has 60 kB.
LINE_BYTES_MAX: Final = 4 * 1024 * 1024
# Lines that are read to find out which symbols a recording holds.
PEEK_LINES: Final = 1_000
GZIP_MAGIC: Final = b"\x1f\x8b"


class RecordingError(Exception):
    """A recording cannot be played (any further). The message is one line that names file, line and reason."""


class DepthDiff(msgspec.Struct, tag_field="e", tag="depthUpdate"):
    """Levels that changed between the update ids before `u` and `u`; quantities are absolute."""

    s: str
    u: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]


class BookTicker(msgspec.Struct, tag_field="e", tag="bookTicker"):
    """The best levels at update id `u`."""

    s: str
    u: int
    b: str
    B: str
    a: str
    A: str


class Trade(msgspec.Struct, tag_field="e", tag="trade"):
    """A fill. `m`: the buyer was the maker. `X` tells fills of the book (MARKET) from those beside it."""

    s: str
    p: str
    q: str
    m: bool
    X: str = "MARKET"


class Snapshot(msgspec.Struct):
    """A whole book, as far as it reaches, at an update id. USDⓈ-M snapshots do not name their symbol."""

    lastUpdateId: int
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]
    symbol: str = ""


Message = DepthDiff | BookTicker | Trade | Snapshot


class _Frame(msgspec.Struct):
    data: DepthDiff | BookTicker | Trade


class _AnyData(msgspec.Struct):
    e: str = ""


class _AnyFrame(msgspec.Struct):
    stream: str = ""
    data: _AnyData | list[_AnyData] | None = None
    lastUpdateId: int | None = None


_decode_frame = msgspec.json.Decoder(_Frame).decode
_decode_any = msgspec.json.Decoder(_AnyFrame).decode
_decode_snapshot = msgspec.json.Decoder(Snapshot).decode
_KNOWN: Final = ("depthUpdate", "bookTicker", "trade")


def parse_line(line: bytes) -> tuple[int, Message | None]:
    """Receive time in ns and the message; None for one of another kind. Raises ValueError when it is broken."""
    space = line.find(b" ")
    if space <= 0:
        raise ValueError("not of the form '<time in ns> <message>'")
    stamp = line[:space]
    if not stamp.isdigit() or space > 19:
        raise ValueError(f"{stamp[:40]!r} is not a time in ns")
    try:
        return int(stamp), _decode_frame(line[space + 1 :]).data
    except msgspec.MsgspecError as error:
        return int(stamp), _parse_other(line[space + 1 :], error)


def _parse_other(body: bytes, error: msgspec.MsgspecError) -> Message | None:
    """A snapshot, a message of another kind, or a broken one."""
    frame = _decode_any(body)
    if frame.lastUpdateId is not None:
        return _decode_snapshot(body)
    if isinstance(frame.data, _AnyData) and frame.data.e in _KNOWN:
        raise error
    return None


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a recording, unzipped if need be. Raises RecordingError when it cannot be read."""
    try:
        with open(path, "rb") as plain:
            zipped = plain.read(2) == GZIP_MAGIC
            plain.seek(0)
            yield from _lines(gzip.GzipFile(fileobj=plain) if zipped else plain)
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"{path}: the compressed data is broken: {error}") from None
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from None


def _lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    while line := stream.readline(LINE_BYTES_MAX):
        yield line


def peek_symbols(path: Path) -> list[str]:
    """The symbols in the first lines of a recording, in order of appearance.

    Raises RecordingError when the file cannot be read or none of these lines is a market message.
    """
    found: dict[str, None] = {}
    count = 0
    for count, line in enumerate(read_lines(path), start=1):
        try:
            message = parse_line(line)[1]
        except ValueError:
            continue
        if message is not None and not isinstance(message, Snapshot):
            found[message.s] = None
        if count == PEEK_LINES:
            break
    if count == 0:
        raise RecordingError(f"{path}: is empty")
    if not found:
        raise RecordingError(f"{path}: no recorded market message in its first {count} lines")
    return list(found)
