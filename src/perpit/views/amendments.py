"""Amendments of orders: price and quantity before and after, as their owner may read them (semantics 5.6.8)."""

from perpit.domain.events import OrderAmended
from perpit.views.tails import Tails


class AmendmentView:
    """One amendment. `count` is how many the order has had with this one; `amendment_id` is unique in the venue."""

    __slots__ = (
        "amendment_id",
        "client_order_id",
        "count",
        "modify_id",
        "order_id",
        "price_ticks",
        "price_ticks_before",
        "qty_lots",
        "qty_lots_before",
        "time_ms",
    )

    def __init__(self, amendment_id: int, event: OrderAmended) -> None:
        self.amendment_id = amendment_id
        self.order_id = event.order_id
        self.client_order_id = event.request.client_order_id
        self.time_ms = event.time_ms
        self.price_ticks_before = event.old_price_ticks
        self.price_ticks = event.price_ticks
        self.qty_lots_before = event.old_qty_lots
        self.qty_lots = event.qty_lots
        self.count = event.amendments
        self.modify_id = event.modify_id


class AmendmentsView:
    """Amendments by account and instrument, oldest first; those of finished orders, too."""

    __slots__ = ("_next_id", "_tails")

    def __init__(self, each_max: int, all_max: int) -> None:
        self._tails: Tails[tuple[int, int], AmendmentView] = Tails(each_max, all_max)
        self._next_id = 1

    def fold(self, event: OrderAmended) -> None:
        request = event.request
        row = AmendmentView(self._next_id, event)
        self._next_id += 1
        self._tails.append((request.account_id, request.symbol_id), row)

    def rows(
        self,
        account_id: int,
        symbol_id: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        order_id: int | None = None,
        client_order_id: str | None = None,
    ) -> list[AmendmentView]:
        """Those within [start_ms, end_ms]; of one order, by `order_id` if given, else by the client's id."""
        found = self._tails.within((account_id, symbol_id), start_ms, end_ms)
        if order_id is not None:
            return [row for row in found if row.order_id == order_id]
        if client_order_id is not None:
            return [row for row in found if row.client_order_id == client_order_id]
        return found
