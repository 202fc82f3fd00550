"""Commands of grid trading: start a grid, stop it."""

from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from perpit.domain.command import AccountCommand, ExposureCommand


@mypyc_attr(acyclic=True)
class StartGrid(ExposureCommand):
    """Trade an instrument on a grid of `grids` + 1 prices from `lower_ticks` to `upper_ticks` (`domain.grid_levels`).

    `spacing`: ARITHMETIC or GEOMETRIC. `direction`: NEUTRAL buys below the price and sells above it, GRID_LONG buys
    everywhere first, GRID_SHORT sells everywhere first. Every order is of `qty_lots`.
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "symbol_id",
        "direction",
        "spacing",
        "lower_ticks",
        "upper_ticks",
        "grids",
        "qty_lots",
    )

    def __init__(
        self,
        account_id: i64,
        symbol_id: i64,
        direction: i64,
        spacing: i64,
        lower_ticks: int,
        upper_ticks: int,
        grids: int,
        qty_lots: int,
    ) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.direction: i64 = direction
        self.spacing: i64 = spacing
        self.lower_ticks = lower_ticks
        self.upper_ticks = upper_ticks
        self.grids = grids
        self.qty_lots = qty_lots


@mypyc_attr(acyclic=True)
class StopGrid(AccountCommand):
    """Cancel the orders of a grid and end it; the position that it has built stays."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "grid_id")

    def __init__(self, account_id: i64, grid_id: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.grid_id = grid_id
