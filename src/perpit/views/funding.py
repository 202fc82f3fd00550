"""Settled funding rates of one instrument, as anybody may read them (semantics 3.5.3)."""

from perpit.domain.events import FundingSettled
from perpit.views.tail import Tail
from perpit.views.tails import rows_within


class FundingView:
    """The newest settlements, oldest first, and the hours until the next one (0 where none is charged).

    A settlement is kept as the event that told of it.
    """

    __slots__ = ("_settlements", "interval_hours")

    def __init__(self, interval_hours: int, settlements_max: int) -> None:
        self.interval_hours = interval_hours
        self._settlements: Tail[FundingSettled] = Tail(settlements_max)

    def fold(self, event: FundingSettled) -> None:
        self.interval_hours = event.interval_hours
        self._settlements.append(event)

    def settlements(self, start_ms: int | None = None, end_ms: int | None = None) -> list[FundingSettled]:
        """Those within [start_ms, end_ms]."""
        return rows_within(self._settlements.rows, start_ms, end_ms)
