"""The living listen keys on disk, so that a client that reconnects after a restart is heard (decision 66).

Keys are no part of the sequence of commands: nothing that the engine knows depends on them. They are written when they
have changed, at most once in `KEEP_SECONDS` and when the venue stops, off the event loop. What a crash loses is at most
the last second: a key that was made in it is unknown then, and a client that was deaf for so long asks for a new one
when it renews it.

The file is as large as the venue has accounts that listen; one that cannot be read is left out of account with a
warning, because a venue without it serves as well.
"""

import asyncio
import contextlib
import logging
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from perpit.binance.listen_keys import Kept, ListenKeys
from perpit.home import write_atomically

KEEP_SECONDS: Final = 1.0

_log = logging.getLogger("perpit.venue")


class KeptKeys:
    """Keeps the keys of a registry in a file while it is entered."""

    def __init__(self, file: Path, keys: ListenKeys) -> None:
        self._file = file
        self._keys = keys
        self._failing = False
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None]

    def load(self, account_ids: Collection[int]) -> None:
        """Take over what an earlier venue of this directory kept of these accounts."""
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=list[Kept])
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("listen keys of the last run are lost: cannot read %s: %s", self._file, error)
            return
        self._keys.restore(row for row in kept if row[1] in account_ids)

    async def __aenter__(self) -> Self:
        self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        await self._keeping

    async def _keep(self) -> None:
        """Write what has changed, now and then; the last time after everybody else has stopped."""
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), KEEP_SECONDS)
            if self._keys.changed:
                self._keys.changed = False
                if not await asyncio.to_thread(self._write, self._keys.living()):
                    self._keys.changed = True  # the next time, or at the stop, the disk may be well again

    def _write(self, living: list[Kept]) -> bool:
        """Whether it was written; of a disk that refuses again and again is told once."""
        try:
            write_atomically(self._file, msgspec.json.encode(living))
        except OSError as error:
            if not self._failing:
                _log.warning("listen keys are not kept: cannot write %s: %s", self._file, error)
            self._failing = True
            return False
        self._failing = False
        return True
