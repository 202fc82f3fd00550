"""Orders and fills of every account: the open ones, and the newest of the finished.

Kept per account and instrument, each with its limit: all open orders, the last `closed_max` that ended (the one that
ended first is forgotten first), the newest `fills_max` fills. Of all accounts together the last `all_closed_max` that
ended and the newest `all_fills_max` fills are kept (`quota` says how): where many trade much, the venue forgets sooner.
How long the exchange would let them be queried (semantics 5.1.3, 6.8) is the dialect's business: every row carries its
times.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Container, Iterator

from perpit.domain.commands import PlaceOrder
from perpit.domain.events import OrderAccepted, OrderAmended, OrderCalculated, OrderClosed, OrderTraded
from perpit.domain.forced import OWN, forced_kind
from perpit.domain.words import FILLED, NEW, REASON_NONE
from perpit.views.quota import Quota
from perpit.views.tail import Tail


class OrderView:
    """State of one order. `request` is the command that placed it; price and quantity are the amended ones.

    `reason` is 0 unless the order ended otherwise than by being filled; `modify_id` is that of the last amendment.
    """

    __slots__ = (
        "amendments",
        "created_ms",
        "filled_lots",
        "filled_value",
        "modify_id",
        "order_id",
        "price_ticks",
        "qty_lots",
        "reason",
        "request",
        "status",
        "updated_ms",
    )

    def __init__(self, event: OrderAccepted) -> None:
        self.order_id = event.order_id
        self.request: PlaceOrder = event.request
        self.price_ticks = event.price_ticks
        self.qty_lots = event.qty_lots
        self.filled_lots = self.filled_value = self.amendments = self.modify_id = 0
        self.status = NEW
        self.reason = REASON_NONE
        self.created_ms = self.updated_ms = event.time_ms

    def become(self, event: OrderAccepted) -> None:
        """A conditional order fired: from now on it is what `event` says."""
        self.request = event.request
        self.price_ticks = event.price_ticks
        self.qty_lots = event.qty_lots
        self.updated_ms = event.time_ms


class FillView:
    """One side of a trade, as the account whose order was filled sees it."""

    __slots__ = (
        "fee_asset",
        "fee_units",
        "is_maker",
        "order_id",
        "position_side",
        "price_e8",
        "price_ticks",
        "qty_lots",
        "realized_units",
        "side",
        "symbol_id",
        "time_ms",
        "trade_id",
        "value_units",
    )

    def __init__(self, event: OrderTraded | OrderCalculated) -> None:
        request = event.request
        self.trade_id = event.trade_id
        self.order_id = event.order_id
        self.symbol_id = request.symbol_id
        self.side = request.side
        self.position_side = request.position_side
        self.qty_lots = event.fill_lots
        self.value_units = event.fill_value_units
        self.realized_units = event.realized_units
        self.time_ms = event.time_ms
        if isinstance(event, OrderTraded):
            self.price_ticks = event.fill_price_ticks
            self.price_e8 = 0
            self.fee_units = event.fee_units
            self.fee_asset = event.fee_asset  # "" is the margin asset
            self.is_maker = event.is_maker
        else:
            self.price_ticks = 0
            self.price_e8 = event.fill_price_e8
            self.fee_units = event.fee_units
            self.fee_asset = ""
            self.is_maker = False


class OrderHistory:
    """Orders and fills of one account in one instrument.

    `orders` holds open and finished ones by id and thus by age, `forced` those of them that the venue placed for the
    account; `newest` the latest order of each client id.
    """

    __slots__ = (
        "_closed",
        "_closed_max",
        "_expired",
        "_forgotten",
        "fills",
        "forced",
        "newest",
        "open",
        "orders",
    )

    def __init__(self, closed_max: int, fills_max: int) -> None:
        self.orders: dict[int, OrderView] = {}
        self.open: dict[int, OrderView] = {}
        self.forced: dict[int, OrderView] = {}
        self.newest: dict[str, OrderView] = {}
        self.fills: Tail[FillView] = Tail(fills_max)
        self._closed: deque[OrderView] = deque()
        self._closed_max = closed_max
        self._forgotten = 0  # finished orders that are gone, of all that ever were
        self._expired = 0  # finished orders that must be gone

    def accept(self, event: OrderAccepted) -> None:
        order_id = event.order_id
        waiting = self.open.get(order_id)
        if waiting is not None:  # it waited for a price, and is now what it was to become (semantics 5.9.12)
            waiting.become(event)
            return
        order = OrderView(event)
        self.orders[order_id] = order
        self.open[order_id] = order
        if order.request.seq == 0 and forced_kind(order.request) != OWN:
            self.forced[order_id] = order
        self.newest[order.request.client_order_id] = order

    def trade(self, event: OrderTraded | OrderCalculated) -> None:
        order = self.open[event.order_id]
        order.filled_lots = event.filled_lots
        order.filled_value = event.filled_value
        order.status = event.status
        order.updated_ms = event.time_ms
        self.fills.append(FillView(event))
        if event.status == FILLED:
            self._finish(order)

    def close(self, event: OrderClosed) -> None:
        order = self.open[event.order_id]
        order.status = event.status
        order.reason = event.reason
        order.updated_ms = event.time_ms
        self._finish(order)

    def amend(self, event: OrderAmended) -> None:
        order = self.open[event.order_id]
        order.request = event.request  # it may say another price match now
        order.price_ticks = event.price_ticks
        order.qty_lots = event.qty_lots
        order.status = event.status
        order.updated_ms = event.time_ms
        order.modify_id = event.modify_id
        order.amendments += 1

    def _finish(self, order: OrderView) -> None:
        del self.open[order.order_id]
        closed = self._closed
        closed.append(order)
        if len(closed) > self._closed_max:
            self._forget()

    def expire(self, count: int) -> None:
        """Keep the next `count` orders, of all that ever ended, no longer."""
        self._expired += count
        while self._forgotten < self._expired:
            self._forget()

    def _forget(self) -> None:
        """The order that ended first is gone."""
        forgotten = self._closed.popleft()
        self._forgotten += 1
        del self.orders[forgotten.order_id]
        self.forced.pop(forgotten.order_id, None)
        client_order_id = forgotten.request.client_order_id
        if self.newest.get(client_order_id) is forgotten:
            del self.newest[client_order_id]


class OrdersView:
    """Orders by account and instrument. Lists are oldest first: ascending order ids, fills by time."""

    __slots__ = ("_closed_max", "_closed_quota", "_fills_max", "_fills_quota", "_histories", "_none")

    def __init__(self, closed_max: int, fills_max: int, all_closed_max: int, all_fills_max: int) -> None:
        self._closed_max = closed_max
        self._fills_max = fills_max
        self._closed_quota = Quota(all_closed_max)
        self._fills_quota = Quota(all_fills_max)
        self._histories: dict[int, dict[int, OrderHistory]] = {}
        self._none = OrderHistory(1, 1)

    def accept(self, event: OrderAccepted) -> None:
        request = event.request
        try:
            history = self._histories[request.account_id][request.symbol_id]
        except KeyError:
            history = OrderHistory(self._closed_max, self._fills_max)
            self._histories.setdefault(request.account_id, {})[request.symbol_id] = history
        history.accept(event)

    def trade(self, event: OrderTraded | OrderCalculated) -> None:
        request = event.request
        history = self._histories[request.account_id][request.symbol_id]
        history.trade(event)
        self._fills_quota.add(history.fills)
        if event.status == FILLED:
            self._closed_quota.add(history)

    def close(self, event: OrderClosed) -> None:
        request = event.request
        history = self._histories[request.account_id][request.symbol_id]
        history.close(event)
        self._closed_quota.add(history)

    def amend(self, event: OrderAmended) -> None:
        request = event.request
        self._histories[request.account_id][request.symbol_id].amend(event)

    def open_orders(
        self, account_id: int, symbol_id: int | None = None, among: Container[int] | None = None
    ) -> list[OrderView]:
        """Those of a symbol; without one, of all, or of those `among` which it is asked."""
        histories = self._of(account_id, symbol_id, among)
        if len(histories) == 1:
            return list(histories[0].open.values())
        orders = [order for history in histories for order in history.open.values()]
        orders.sort(key=_order_id)
        return orders

    def find(
        self, account_id: int, symbol_id: int, order_id: int | None = None, client_order_id: str | None = None
    ) -> OrderView | None:
        """One order, open or finished: by `order_id` when given, else the newest with the client id."""
        history = self._history(account_id, symbol_id)
        if order_id is not None:
            return history.orders.get(order_id)
        return history.newest.get(client_order_id) if client_order_id is not None else None

    def find_open(
        self, account_id: int, symbol_id: int, order_id: int | None = None, client_order_id: str | None = None
    ) -> OrderView | None:
        """Like `find`, among the open ones, where client ids are unique."""
        order = self.find(account_id, symbol_id, order_id, client_order_id)
        if order is None or order.order_id not in self._history(account_id, symbol_id).open:
            return None
        return order

    def all_orders(
        self,
        account_id: int,
        symbol_id: int | None = None,
        from_order_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
        among: Container[int] | None = None,
        is_wanted: Callable[[OrderView], bool] | None = None,
    ) -> list[OrderView]:
        """Orders created within [start_ms, end_ms]: the first `limit` from `from_order_id` or `start_ms` on, or
        without both the newest `limit`; only those that `is_wanted` takes count."""
        newest = from_order_id is None and start_ms is None
        matching: list[OrderView] = []
        for history in self._of(account_id, symbol_id, among):
            within = _orders_within(
                history.orders, from_order_id, start_ms, end_ms, limit if newest else None, is_wanted
            )
            matching += within
        matching.sort(key=_order_id)
        return matching[-limit:] if newest else matching[:limit]

    def forced_orders(
        self,
        account_id: int,
        symbol_id: int | None = None,
        kind: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 50,
        among: Container[int] | None = None,
    ) -> list[OrderView]:
        """Orders that the venue placed for the account within [start_ms, end_ms], of one `kind` of
        `perpit.domain.forced` or of both: the newest `limit`."""
        matching: list[OrderView] = []
        for history in self._of(account_id, symbol_id, among):
            within = _orders_within(history.forced, None, start_ms, end_ms, None, None)
            matching += [order for order in within if kind is None or forced_kind(order.request) == kind]
        matching.sort(key=_order_id)
        return matching[-limit:]

    def fills(
        self,
        account_id: int,
        symbol_id: int | None = None,
        from_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        order_id: int | None = None,
        limit: int = 500,
        among: Container[int] | None = None,
        kept_since_ms: int = 0,
    ) -> list[FillView]:
        """Fills within [start_ms, end_ms]: the first `limit` from trade id `from_id` or `start_ms` on, or without
        both the newest `limit`; none before `kept_since_ms`. Trade ids count per instrument."""
        newest = from_id is None and start_ms is None
        matching: list[FillView] = []
        for history in self._of(account_id, symbol_id, among):
            since_ms = max(kept_since_ms, start_ms or 0)
            within = _fills_within(history.fills.rows, from_id, since_ms, end_ms, order_id)
            matching += within[-limit:] if newest else within[:limit]
        if symbol_id is None:
            matching.sort(key=_fill_ms)
        return matching[-limit:] if newest else matching[:limit]

    def _of(self, account_id: int, symbol_id: int | None, among: Container[int] | None) -> list[OrderHistory]:
        of_account = self._histories.get(account_id, {})
        if symbol_id is None:
            return [history for each, history in of_account.items() if among is None or each in among]
        return [of_account[symbol_id]] if symbol_id in of_account else []

    def _history(self, account_id: int, symbol_id: int) -> OrderHistory:
        return self._histories.get(account_id, {}).get(symbol_id, self._none)


def _orders_within(
    orders: dict[int, OrderView],
    from_order_id: int | None,
    start_ms: int | None,
    end_ms: int | None,
    limit: int | None,
    is_wanted: Callable[[OrderView], bool] | None,
) -> Iterator[OrderView]:
    """Orders, kept by age, from the newest back, until one is too old or `limit` were found."""
    found = 0
    for order in reversed(orders.values()):
        if from_order_id is not None and order.order_id < from_order_id:
            return
        if start_ms is not None and order.created_ms < start_ms:
            return
        if end_ms is not None and order.created_ms > end_ms:
            continue
        if is_wanted is not None and not is_wanted(order):
            continue
        yield order
        found += 1
        if found == limit:
            return


def _fills_within(
    rows: list[FillView], from_id: int | None, since_ms: int, end_ms: int | None, order_id: int | None
) -> list[FillView]:
    start = bisect_left(rows, since_ms, key=_fill_ms)
    if from_id is not None:
        start = max(start, bisect_left(rows, from_id, key=_fill_id))
    end = len(rows) if end_ms is None else bisect_left(rows, end_ms + 1, key=_fill_ms)
    within = rows[start:end]
    return within if order_id is None else [fill for fill in within if fill.order_id == order_id]


def _order_id(order: OrderView) -> int:
    return order.order_id


def _fill_id(fill: FillView) -> int:
    return fill.trade_id


def _fill_ms(fill: FillView) -> int:
    return fill.time_ms
