"""The collector's timetable: when Python's cycle collector looks at everything, which stops the venue meanwhile.

Left to itself it does so whenever what it has not yet looked at is a quarter of the rest: 20 ms for 40,000 orders, and
more for more, in the middle of trading. Almost all of what a venue keeps (orders, positions, history) is in no cycle
and lives on. So the young generations are collected as always, which takes a millisecond at most and finds what a
request leaves; everything is looked at only after a rest of PACE times as long as the last time took. That is one
request in PACE that meets it, and what lies in old cycles (of closed connections, say) is freed some minutes later.

Process-wide, so whoever owns the process decides: `perpit serve` uses it, a venue inside another program does not.
"""

import asyncio
import gc
import time
from typing import Final

PACE: Final = 5_000
SHORTEST_REST_S: Final = 60.0
NEVER: Final = 1_000_000_000


class Collector:
    """Takes over Python's cycle collector between `start` and `stop`."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, in the running event loop: what is there now has been built to stay and is never looked at again."""
        self._loop = asyncio.get_running_loop()
        self._before = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*self._before[:2], NEVER)
        self._rest(0.0)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
        gc.set_threshold(*self._before)
        gc.unfreeze()

    def collect(self) -> float:
        """Look at everything now; the seconds it took."""
        began = time.perf_counter()
        gc.collect()
        return time.perf_counter() - began

    def _rest(self, took: float) -> None:
        assert self._loop is not None
        self._next = self._loop.call_later(rest_after(took), self._again)

    def _again(self) -> None:
        self._rest(self.collect())


def rest_after(took: float) -> float:
    """Seconds until everything is looked at again, when it took so many."""
    return max(SHORTEST_REST_S, took * PACE)
