"""What a command leaves to be done when it is done itself: prices to look at, ends to tell of, positions that are gone,
fills and ends of grids' orders.

One list of each, and one flag that the engine reads after every command. Everybody in a command may write here;
`conditionals` alone works it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import i64

if TYPE_CHECKING:
    from perpit.engine.account import Position
    from perpit.engine.book import Order
    from perpit.engine.triggers import Watch


class Ended:
    """An order is no longer open for which a timer or an order of the Algo service waits."""

    def __init__(self, order_id: i64, filled_lots: i64, filled_value: int) -> None:
        self.order_id: i64 = order_id
        self.filled_lots: i64 = filled_lots
        self.filled_value = filled_value


class GridNote:
    """A fill of a grid's order, of `lots` > 0, the last one when `is_done`; with 0 its end otherwise, by a REASON_*."""

    def __init__(
        self, order_id: i64, lots: i64, fill_value: int, fee_units: int, is_done: bool, reason: i64
    ) -> None:
        self.order_id: i64 = order_id
        self.lots: i64 = lots
        self.fill_value = fill_value
        self.fee_units = fee_units
        self.is_done = is_done
        self.reason: i64 = reason


class Agenda:
    """`waits` says that one of the lists is not empty."""

    def __init__(self) -> None:
        self.waits = False
        self.watches: list[Watch] = []
        self.ended: list[Ended] = []
        self.gone: list[Position] = []
        self.grid_notes: list[GridNote] = []

    def look_at(self, watch: Watch) -> None:
        """The watch has noted a price."""
        if len(watch.noted) == 1:
            self.watches.append(watch)
            self.waits = True

    def order_ended(self, order: Order) -> None:
        self.ended.append(Ended(order.order_id, order.qty_lots - order.remaining_lots, order.filled_value))
        self.waits = True

    def position_gone(self, position: Position) -> None:
        """A position to which orders are attached is closed, or has turned over."""
        self.gone.append(position)
        self.waits = True

    def grid_filled(self, order: Order, lots: i64, fill_value: int, fee_units: int) -> None:
        """`fee_units` is what the wallet of the position has paid for it."""
        is_done = order.remaining_lots == 0
        self.grid_notes.append(GridNote(order.order_id, lots, fill_value, fee_units, is_done, 0))
        self.waits = True

    def grid_order_lost(self, order: Order, reason: i64) -> None:
        """An order of a grid has ended unfilled, or its owner has amended it."""
        self.grid_notes.append(GridNote(order.order_id, 0, 0, 0, False, reason))
        self.waits = True
