"""What a command leaves to be done when it is done itself: prices to look at, ends to tell of, positions that are gone.

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


class Agenda:
    """`waits` says that one of the lists is not empty."""

    def __init__(self) -> None:
        self.waits = False
        self.watches: list[Watch] = []
        self.ended: list[Ended] = []
        self.gone: list[Position] = []

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
