"""The venue's clock: wall, scaled or manual. The sequencer stamps commands with it, the edge checks requests
by it.

Whatever the mode, the clock never goes back: not when the machine's time is set back, not when the mode
changes. A wall clock that would have to go back (the venue was driven ahead of real time before) goes on from
where the venue stands, at the pace of real time.
"""

import time
from collections.abc import Callable
from typing import Final

from perpit.runtime.errors import ClockError

WALL: Final = "wall"
SCALED: Final = "scaled"
MANUAL: Final = "manual"
MODES: Final = (WALL, SCALED, MANUAL)


class Clock:
    """`mode` and `speed` tell how it runs (speed is 1.0 unless scaled); `listeners` are called after every
    change.

    `time_ms` is the time to start with: needed for manual, optional for scaled (default: wall time), not for
    wall.
    """

    def __init__(
        self,
        mode: str = WALL,
        speed: float | None = None,
        time_ms: int | None = None,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.mode = MANUAL
        self.speed = 1.0
        self.listeners: list[Callable[[], None]] = []
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._made_ns = monotonic_ns()
        self._last_ms = 0  # the latest time shown
        self._ahead_ms = 0  # wall: how far the venue is ahead of the machine
        self._base_ms = 0  # scaled: the venue's time at _base_ns
        self._base_ns = 0
        self.set(mode, speed, time_ms)

    def now_ms(self) -> int:
        """The venue's time in milliseconds since 1970; never less than before."""
        mode = self.mode
        if mode == WALL:
            now = self._wall_ns() // 1_000_000 + self._ahead_ms
        elif mode == SCALED:
            now = self._base_ms + int((self._monotonic_ns() - self._base_ns) * self.speed) // 1_000_000
        else:
            return self._last_ms
        if now > self._last_ms:
            self._last_ms = now
        return self._last_ms

    def idle_ms(self) -> int:
        """Real time since the clock was made, while it shows another one; 0 on a wall clock."""
        return 0 if self.mode == WALL else (self._monotonic_ns() - self._made_ns) // 1_000_000

    def set(self, mode: str, speed: float | None = None, time_ms: int | None = None) -> None:
        """Change the mode. Raises ClockError, changing nothing, on odd arguments or when time would go back."""
        if mode not in MODES:
            raise ClockError(f"clock mode is one of {', '.join(MODES)}, not {mode!r}")
        if mode == WALL and time_ms is not None:
            raise ClockError("a wall clock takes no time")
        if mode != SCALED and speed is not None:
            raise ClockError("only a scaled clock takes a speed")
        if mode == SCALED and (speed is None or not 0 < speed <= 1_000_000):
            raise ClockError(f"a scaled clock needs a speed above 0 and up to 1000000, not {speed}")
        now = self.now_ms()
        if time_ms is not None and time_ms < now:
            raise ClockError(f"time does not go back: {time_ms} is before {now}")
        machine_ms = self._wall_ns() // 1_000_000
        start = time_ms if time_ms is not None else now
        if start == 0:
            start = machine_ms
        self.mode = mode
        self.speed = speed if speed is not None else 1.0
        self._rebase(start, machine_ms)

    def advance(self, ms: int) -> None:
        """Let a manual clock go on by `ms` ≥ 0; raises ClockError in another mode."""
        if self.mode != MANUAL:
            raise ClockError(f"only a manual clock can be advanced, this one is {self.mode}")
        if ms < 0:
            raise ClockError(f"time does not go back: {ms}")
        self._last_ms += ms
        self._changed()

    def not_before(self, time_ms: int) -> None:
        """Go on from `time_ms` if the clock is behind it: the journal's last time, after recovery."""
        if self.now_ms() < time_ms:
            self._rebase(time_ms, self._wall_ns() // 1_000_000)

    def seconds_until(self, time_ms: int) -> float:
        """Real seconds until the clock shows `time_ms`; 0 when it is past. Not for a manual clock."""
        return max(0.0, (time_ms - self.now_ms()) / (1000.0 * self.speed))

    def _rebase(self, start_ms: int, machine_ms: int) -> None:
        self._last_ms = start_ms
        self._base_ms = start_ms
        self._base_ns = self._monotonic_ns()
        self._ahead_ms = max(0, start_ms - machine_ms)
        self._changed()

    def _changed(self) -> None:
        for listener in self.listeners:
            listener()
