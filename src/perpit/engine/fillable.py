"""What a fill-or-kill order would take, found out before anything is touched (semantics 5.3).

Not all that rests: fills shrink the makers' positions, and then reduce-only orders leave the queue before they are
reached (semantics 4.5.3). Trades of the account with itself shrink nothing, and the sides of a hedge are closed only by
what fits them.
"""

from mypy_extensions import i64

from perpit.domain.commands import PlaceOrder
from perpit.domain.words import BUY, HOUSE
from perpit.engine.account import Position
from perpit.engine.book import Ladder, Order
from perpit.engine.open_orders import goes_before


class Maker:
    """A position, and the resting orders that can only close it, as the fills of a trial shrink them."""

    def __init__(self, position: Position, side: i64) -> None:
        held = position.qty_lots
        self.held: i64 = -held if side == BUY else held  # what the makers' side closes
        self.closing_lots: i64 = 0
        self.closing: list[Order] = []
        self.left: dict[int, int] = {}  # by order id; an order that has gone is not in it
        for order in position.exposure.orders.values():
            if order.position is position and order.is_closing and order.side == side:
                self.closing.append(order)
                self.closing_lots += order.remaining_lots
                self.left[order.order_id] = order.remaining_lots

    def gives(self, order: Order, wanted: i64) -> i64:
        """Fill one of its orders as far as it goes: the lots, none when it has left the queue."""
        lots: i64 = order.remaining_lots
        if order.is_closing and order.order_id not in self.left:
            return 0
        if lots > wanted:
            lots = wanted
        self.held -= lots
        if order.is_closing:
            self.closing_lots -= lots
            left: i64 = self.left[order.order_id]
            if left > lots:
                self.left[order.order_id] = left - lots
            else:
                del self.left[order.order_id]
        while self.closing_lots > 0 and self.closing_lots > self.held:
            self._shed_worst()
        return lots

    def _shed_worst(self) -> None:
        worst: Order | None = None
        for order in self.closing:
            if order.order_id in self.left and (worst is None or goes_before(order, worst)):
                worst = order
        assert worst is not None, "lots that close, and no order that has them"
        gone: i64 = self.left.pop(worst.order_id)
        self.closing_lots -= gone


def fillable_lots(ladder: Ladder, command: PlaceOrder) -> i64:
    """What the order can take, counted until it is enough."""
    total: i64 = 0
    wanted: i64 = command.qty_lots
    makers: dict[int, Maker] = {}  # by account: those who have orders that can only close
    for level in ladder.better_than(command.price_ticks + command.side):
        order = level.head
        while order is not None and total < wanted:
            lots = order.remaining_lots
            if order.account_id != HOUSE and order.account_id != command.account_id:
                position = order.position
                if position.closing_lots > 0 and not order.exposure.is_hedged:
                    maker = makers.get(order.account_id)
                    if maker is None:
                        maker = makers[order.account_id] = Maker(position, order.side)
                    lots = maker.gives(order, wanted - total)
            total += lots
            order = order.behind
        if total >= wanted:
            break
    return total
