"""Orders of the Algo service: those that wait, those that fired, and the newest of the finished (semantics 5.9).

Kept per account: all that wait or whose order is still open, the last `closed_max` that ended (the one that ended first
is forgotten first); of all accounts together the last `all_closed_max` (`quota` says how).
"""

from collections import deque
from collections.abc import Container

from perpit.domain.commands import PlaceOrder
from perpit.domain.events import AlgoOrderChanged
from perpit.domain.words import ALGO_NEW, ALGO_TRIGGERED, ALGO_TRIGGERING
from perpit.views.quota import Quota

LIVING = (ALGO_NEW, ALGO_TRIGGERING, ALGO_TRIGGERED)


class AlgoOrderView:
    """State of one order; the fields are those of the last `AlgoOrderChanged`."""

    __slots__ = (
        "algo_id",
        "created_ms",
        "filled_lots",
        "filled_value",
        "is_activated",
        "order_id",
        "order_type",
        "refusal",
        "request",
        "status",
        "triggered_ms",
        "updated_ms",
    )

    def __init__(self, event: AlgoOrderChanged) -> None:
        self.algo_id = event.algo_id
        self.request: PlaceOrder = event.request
        self.created_ms = event.time_ms
        self.fold(event)

    def fold(self, event: AlgoOrderChanged) -> None:
        self.status = event.status
        self.is_activated = event.is_activated
        self.triggered_ms = event.triggered_ms
        self.order_id = event.order_id
        self.order_type = event.order_type
        self.filled_lots = event.filled_lots
        self.filled_value = event.filled_value
        self.refusal = event.refusal
        self.updated_ms = event.time_ms


class AlgoHistory:
    """Orders of one account: `orders` by id and thus by age, `newest` the latest of each client id."""

    __slots__ = ("_closed", "_closed_max", "_expired", "_forgotten", "newest", "open", "orders")

    def __init__(self, closed_max: int) -> None:
        self.orders: dict[int, AlgoOrderView] = {}
        self.open: dict[int, AlgoOrderView] = {}
        self.newest: dict[str, AlgoOrderView] = {}
        self._closed: deque[AlgoOrderView] = deque()
        self._closed_max = closed_max
        self._forgotten = 0  # finished orders that are gone, of all that ever were
        self._expired = 0  # finished orders that must be gone

    def fold(self, event: AlgoOrderChanged) -> bool:
        """Take an event in; whether the order has ended."""
        order = self.orders.get(event.algo_id)
        if order is None:
            order = AlgoOrderView(event)
            self.orders[order.algo_id] = order
            self.open[order.algo_id] = order
            self.newest[order.request.client_order_id] = order
            return False
        order.fold(event)
        if event.status != ALGO_NEW:
            self.open.pop(order.algo_id, None)
        if event.status in LIVING:
            return False
        self._closed.append(order)
        if len(self._closed) > self._closed_max:
            self._forget()
        return True

    def expire(self, count: int) -> None:
        """Keep the next `count` orders, of all that ever ended, no longer."""
        self._expired += count
        while self._forgotten < self._expired:
            self._forget()

    def _forget(self) -> None:
        forgotten = self._closed.popleft()
        self._forgotten += 1
        del self.orders[forgotten.algo_id]
        client_order_id = forgotten.request.client_order_id
        if self.newest.get(client_order_id) is forgotten:
            del self.newest[client_order_id]


class AlgoOrdersView:
    """Orders by account. Lists are oldest first."""

    __slots__ = ("_closed_max", "_histories", "_none", "_quota")

    def __init__(self, closed_max: int, all_closed_max: int) -> None:
        self._closed_max = closed_max
        self._quota = Quota(all_closed_max)
        self._histories: dict[int, AlgoHistory] = {}
        self._none = AlgoHistory(1)

    def fold(self, event: AlgoOrderChanged) -> None:
        account_id = event.request.account_id
        history = self._histories.get(account_id)
        if history is None:
            history = self._histories[account_id] = AlgoHistory(self._closed_max)
        if history.fold(event):
            self._quota.add(history)

    def find(
        self, account_id: int, algo_id: int | None = None, client_algo_id: str | None = None
    ) -> AlgoOrderView | None:
        """One order by its id when given, else the newest with the client id."""
        history = self._histories.get(account_id, self._none)
        if algo_id is not None:
            return history.orders.get(algo_id)
        return history.newest.get(client_algo_id or "")

    def open_orders(
        self, account_id: int, symbol_id: int | None = None, among: Container[int] | None = None
    ) -> list[AlgoOrderView]:
        """Those that wait for their price: of a symbol; without one, of all, or of those `among` which it is asked."""
        waiting = self._histories.get(account_id, self._none).open.values()
        if symbol_id is not None:
            return [order for order in waiting if order.request.symbol_id == symbol_id]
        return [order for order in waiting if among is None or order.request.symbol_id in among]

    def all_orders(
        self,
        account_id: int,
        symbol_id: int | None = None,
        from_algo_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
    ) -> list[AlgoOrderView]:
        """Orders created within [start_ms, end_ms]: the first `limit` from `from_algo_id` or `start_ms` on, or without
        both the newest `limit`."""
        matching = [
            order
            for order in self._histories.get(account_id, self._none).orders.values()
            if symbol_id in (None, order.request.symbol_id)
            and (from_algo_id is None or order.algo_id >= from_algo_id)
            and (start_ms is None or order.created_ms >= start_ms)
            and (end_ms is None or order.created_ms <= end_ms)
        ]
        if from_algo_id is None and start_ms is None:
            return matching[-limit:]
        return matching[:limit]
