"""Grids: those that run, and the newest of those that have ended.

Kept: every grid that runs, and of the ended ones of the whole venue the last `ended_max`.
"""

from collections import deque

from perpit.domain.events import GridChanged, GridFilled
from perpit.domain.words import GRID_CANCELLED, GRID_EXPIRED


class GridView:
    """A grid as its last events tell: `status` and `because` of `GridChanged`, the figures of `GridFilled`."""

    __slots__ = (
        "because",
        "grid_id",
        "matched_units",
        "request",
        "started_ms",
        "status",
        "unmatched_fee_units",
        "unmatched_lots",
        "unmatched_value",
        "updated_ms",
    )

    def __init__(self, event: GridChanged) -> None:
        self.grid_id = event.grid_id
        self.request = event.request
        self.started_ms = self.updated_ms = event.time_ms
        self.status = event.status
        self.because = event.because
        self.matched_units = 0
        self.unmatched_lots = 0
        self.unmatched_value = 0
        self.unmatched_fee_units = 0


class GridsView:
    """`by_id` in the order in which they began."""

    def __init__(self, ended_max: int) -> None:
        self.by_id: dict[int, GridView] = {}
        self._ended: deque[int] = deque()
        self._ended_max = ended_max

    def fold_changed(self, event: GridChanged) -> None:
        grid = self.by_id.get(event.grid_id)
        if grid is None:
            self.by_id[event.grid_id] = GridView(event)
            return
        grid.status = event.status
        grid.because = event.because
        grid.updated_ms = event.time_ms
        if event.status in (GRID_CANCELLED, GRID_EXPIRED):
            self._ended.append(event.grid_id)
            if len(self._ended) > self._ended_max:
                del self.by_id[self._ended.popleft()]

    def fold_filled(self, event: GridFilled) -> None:
        grid = self.by_id[event.grid_id]
        grid.matched_units = event.matched_units
        grid.unmatched_lots = event.unmatched_lots
        grid.unmatched_value = event.unmatched_value
        grid.unmatched_fee_units = event.unmatched_fee_units
        grid.updated_ms = event.time_ms

    def of_account(self, account_id: int) -> list[GridView]:
        """The grids of an account, the oldest first."""
        return [grid for grid in self.by_id.values() if grid.request.account_id == account_id]
