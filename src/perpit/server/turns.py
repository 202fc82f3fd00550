"""How long a connection that sends without waiting for its answers waits for its next turn (decision 51)."""

from typing import Final

SHORTEST_SECONDS: Final = 0.001
LONGEST_SECONDS: Final = 0.008


class Turns:
    """The turns of one connection: each is twice as long in coming as the last, until it has been caught up with."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds = SHORTEST_SECONDS

    def next(self) -> float:
        """Seconds until the next turn, when more than one turn's worth is waiting."""
        seconds = self._seconds
        self._seconds = min(2 * seconds, LONGEST_SECONDS)
        return seconds

    def caught_up(self) -> None:
        """Nothing is waiting any more: a later rush begins anew."""
        self._seconds = SHORTEST_SECONDS
