"""The alarm: rings when the engine's next timer is due, so that a quiet venue is told that time passes.

Owned by the sequencer. It asks the event loop to be called at the due time; nothing polls. A manual clock
rings nothing: whoever owns it advances it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from perpit.runtime.clock import MANUAL, Clock

# The event loop counts in milliseconds at best; a shorter wait would only turn in place.
_SHORTEST_WAIT_S: Final = 0.001


class Alarm:
    """`ring()` is called once for each due time that `next_timer_ms()` gives (0: none)."""

    def __init__(self, clock: Clock, next_timer_ms: Callable[[], int], ring: Callable[[], None]) -> None:
        self._clock = clock
        self._next_timer_ms = next_timer_ms
        self._ring = ring
        self._due_ms = 0
        self._handle: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._clock.listeners.append(self._reset)
        self.set()

    def stop(self) -> None:
        if self._loop is None:
            return
        self._loop = None
        self._clock.listeners.remove(self._reset)
        self._cancel()

    def set(self) -> None:
        """Take note of the engine's next due time; called after every batch, cheap when nothing changed."""
        due_ms = self._next_timer_ms()
        if due_ms != self._due_ms:
            self._due_ms = due_ms
            self._arm()

    def _reset(self) -> None:
        """The clock changed: the wait is another one, or none."""
        self._due_ms = self._next_timer_ms()
        self._arm()

    def _arm(self) -> None:
        self._cancel()
        if self._loop is None or self._due_ms == 0 or self._clock.mode == MANUAL:
            return
        wait = max(_SHORTEST_WAIT_S, self._clock.seconds_until(self._due_ms))
        self._handle = self._loop.call_later(wait, self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._clock.now_ms() < self._due_ms:
            self._arm()
        else:
            self._ring()

    def _cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
