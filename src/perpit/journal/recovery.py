"""Recovery: the journal replayed into an engine. Every start is a recovery; after a crash there is nothing
special.

Called by the composition root before the sequencer starts, and by `perpit verify`. It only reads: a torn
tail, which `log.FileLog` cuts when a venue opens the directory, is passed over here.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from perpit.domain.commands import Command
from perpit.journal.codec import decode
from perpit.journal.errors import JournalError
from perpit.journal.segment import HEADER_BYTES, Segment, segment_paths

PROGRESS_STEP: Final = 50_000
# Decoding a thousand commands and then applying them is a fifth faster than one by one: each keeps the processor's
# caches to itself (bench/recovery).
AT_ONCE: Final = 1_000


class Applies(Protocol):
    """The engine, as recovery sees it."""

    def apply(self, command: Command, /) -> list[Any]: ...


class Recovered(NamedTuple):
    """Sequence number and time of the journal's last command; zeros when it is empty."""

    last_seq: int
    time_ms: int


class TornTail(NamedTuple):
    """The end of a journal that a crash cut short: `torn_bytes` behind the last whole record of the segment `path`.

    `has_header` is False when the segment has not even that; `is_all` when the journal has no segment before it.
    """

    path: Path
    torn_bytes: int
    has_header: bool
    is_all: bool


def torn_tail(directory: Path) -> TornTail | None:
    """What the next start will cut off; None when the journal ends as it should. Raises JournalDamaged."""
    paths = segment_paths(directory)
    if not paths:
        return None
    segment = Segment(paths[-1], int(paths[-1].stem), is_last=True)
    for _record in segment.records():
        pass
    has_header = segment.end >= HEADER_BYTES
    if has_header and segment.torn_bytes == 0:
        return None
    return TornTail(segment.path, segment.torn_bytes, has_header, len(paths) == 1)


def read(directory: Path) -> Iterator[list[Command]]:
    """Every journaled command in sequence, some at a time. Raises JournalError and its kinds."""
    expected = 1
    paths = segment_paths(directory)
    commands: list[Command] = []
    for path in paths:
        segment = Segment(path, expected, is_last=path is paths[-1])
        for first_seq, count, payload in segment.records():
            commands += decode(first_seq, count, payload)
            if len(commands) >= AT_ONCE:
                yield commands
                commands = []
        expected = segment.next_seq
    if commands:
        yield commands


def recover(
    directory: Path,
    engine: Applies,
    publish: Callable[[Command, list[Any]], None],
    progress: Callable[[int], None] | None = None,
) -> Recovered:
    """Apply and publish every journaled command; `progress` hears the sequence number about every
    PROGRESS_STEP commands.

    Raises JournalError naming the command when the engine or a view fails on it.
    """
    last = Recovered(0, 0)
    told = 0
    with _no_collection():
        for commands in read(directory):
            last = _apply(commands, engine, publish)
            if progress is not None and last.last_seq - told >= PROGRESS_STEP:
                told = last.last_seq
                progress(told)
    return last


def _apply(
    commands: list[Command], engine: Applies, publish: Callable[[Command, list[Any]], None]
) -> Recovered:
    apply = engine.apply
    try:
        for command in commands:
            publish(command, apply(command))
    except Exception as error:
        name = type(command).__name__
        raise JournalError(f"replay stopped at command {command.seq}, {name}: {error!r}") from error
    return Recovered(command.seq, command.time_ms)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Replaying makes many objects that stay and no cyclic garbage: the collector would search them in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
