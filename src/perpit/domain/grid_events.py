"""Events of grid trading: how a grid stands, and what its fills have made of it."""

from mypy_extensions import i64, mypyc_attr

from perpit.domain.event import Event
from perpit.domain.grid_commands import StartGrid
from perpit.domain.instrument import Instrument
from perpit.domain.margin import entry_price_e8


@mypyc_attr(acyclic=True)
class GridChanged(Event):
    """A grid began, works, or has ended: its status and why, a GRID_BECAUSE_* word. `request` is what started it."""

    def __init__(self, time_ms: i64, grid_id: i64, request: StartGrid, status: i64, because: i64) -> None:
        self.time_ms: i64 = time_ms
        self.grid_id: i64 = grid_id
        self.request = request
        self.status: i64 = status
        self.because: i64 = because


@mypyc_attr(acyclic=True)
class GridFilled(Event):
    """An order of a grid was filled, whole or in part; the figures are those of the grid after it.

    `matched_units` is what pairs of a buy and a sell have earned, less their fees. Of what still waits for its other
    half: `unmatched_lots`, negative when it was sold first; `unmatched_value`, what it cost, in value units with the
    sign of the lots; and `unmatched_fee_units`, what was paid for trading it. Money is in 1e-8 of the margin asset.
    """

    def __init__(
        self,
        time_ms: i64,
        grid_id: i64,
        request: StartGrid,
        matched_units: int,
        unmatched_lots: int,
        unmatched_value: int,
        unmatched_fee_units: int,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.grid_id: i64 = grid_id
        self.request = request
        self.matched_units = matched_units
        self.unmatched_lots = unmatched_lots
        self.unmatched_value = unmatched_value
        self.unmatched_fee_units = unmatched_fee_units


def unmatched_price_e8(instrument: Instrument, lots: int, value: int) -> int:
    """The average price of what waits for its other half, half up at 1e-8; 0 where there is none.

    A grid that is long in one pair and short in another, by parts of orders, may have lots whose cost is nothing or of
    the other sign: no price says that.
    """
    return entry_price_e8(instrument, lots, value) if lots * value > 0 else 0
