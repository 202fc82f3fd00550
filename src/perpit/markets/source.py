"""What a market source is, and how to take one without a clock."""

from collections.abc import Iterator
from typing import Final, Protocol

from perpit.domain.commands import Command

# A source hands out about so many commands at a time; the runner waits for them before it asks again.
BATCH_LIMIT: Final = 256
# The index is told once a second, this long before the whole second at which the engine computes the mark price.
INDEX_INTERVAL_MS: Final = 1_000
INDEX_LEAD_MS: Final = 100


class MarketSource(Protocol):
    """Commands in venue time. A source never looks at a clock: it is told the time."""

    def due_ms(self) -> int | None:
        """Venue time of the next commands; None when there will be none ever again."""

    def commands(self, now_ms: int) -> list[Command]:
        """The next commands that are due at `now_ms`, in order, at most about BATCH_LIMIT of them.

        `due_ms()` tells afterwards whether more are due. When nothing is due the answer is empty.
        """


def next_index_ms(now_ms: int) -> int:
    """When the index is told next after `now_ms`."""
    return ((now_ms + INDEX_LEAD_MS) // INDEX_INTERVAL_MS + 1) * INDEX_INTERVAL_MS - INDEX_LEAD_MS


def steps(source: MarketSource) -> Iterator[tuple[int, list[Command]]]:
    """All of a source as fast as it can be taken: (venue time, commands) until it ends.

    For research in process: stamp the commands with the time and apply them.
    """
    while (due_ms := source.due_ms()) is not None:
        yield due_ms, source.commands(due_ms)
