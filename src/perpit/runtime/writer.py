"""The writer thread: puts records on the disk while the event loop goes on."""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from perpit.journal.log import Log


class Writer:
    """Writes one record after another. After each, `written(error or None)` is called on the event loop."""

    def __init__(
        self, log: Log, loop: asyncio.AbstractEventLoop, written: Callable[[Exception | None], None]
    ) -> None:
        self._log = log
        self._loop = loop
        self._written = written
        self._records: SimpleQueue[tuple[bytes, int] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="perpit-journal", daemon=True)
        self._thread.start()

    def write(self, record: bytes, last_seq: int) -> None:
        self._records.put((record, last_seq))

    def stop(self) -> None:
        """Return when everything handed over has been written."""
        self._records.put(None)
        self._thread.join()

    def _run(self) -> None:
        take = self._records.get
        write = self._log.write
        report = self._loop.call_soon_threadsafe
        while (item := take()) is not None:
            error: Exception | None = None
            try:
                write(*item)
            except Exception as failure:
                error = failure
            report(self._written, error)
