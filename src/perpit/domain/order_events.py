"""Events of orders, waiting or in the book. `request` is the immutable command that placed the order; after an
amendment with another price match, a copy that says so.

Orders of the house account have none: its liquidity shows in `BookChanged` and `TradePrinted` only.
"""

from mypy_extensions import i64, mypyc_attr

from perpit.domain.commands import PlaceOrder
from perpit.domain.event import Event


@mypyc_attr(acyclic=True)
class OrderEvent(Event):
    """State of an order right after something happened to it.

    `filled_value` is the sum of the values of its fills. `bid_units` and `ask_units` are the open-order
    notionals of the account in the instrument after the event (semantics 1.3.1).
    """

    def __init__(
        self,
        time_ms: i64,
        order_id: i64,
        request: PlaceOrder,
        price_ticks: i64,
        qty_lots: i64,
        filled_lots: i64,
        filled_value: int,
        status: i64,
        bid_units: int,
        ask_units: int,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value = filled_value
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units


@mypyc_attr(acyclic=True, free_list_len=1)
class OrderAccepted(OrderEvent):
    """The order is on the book or about to match. Status NEW."""


@mypyc_attr(acyclic=True, free_list_len=1)
class OrderTraded(OrderEvent):
    """One fill of the order. `fee_units` and `realized_units` are of this fill; a rebate is a negative fee.

    `fee_asset` is what the fee was paid in; "" is the margin asset (semantics 4.3.5).
    """

    def __init__(
        self,
        time_ms: i64,
        order_id: i64,
        request: PlaceOrder,
        price_ticks: i64,
        qty_lots: i64,
        filled_lots: i64,
        filled_value: int,
        status: i64,
        bid_units: int,
        ask_units: int,
        trade_id: i64,
        fill_price_ticks: i64,
        fill_lots: i64,
        fill_value_units: int,
        fee_units: int,
        realized_units: int,
        is_maker: bool,
        fee_asset: str = "",
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value = filled_value
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units
        self.trade_id: i64 = trade_id
        self.fill_price_ticks: i64 = fill_price_ticks
        self.fill_lots: i64 = fill_lots
        self.fill_value_units = fill_value_units
        self.fee_units = fee_units
        self.realized_units = realized_units
        self.is_maker = is_maker
        self.fee_asset = fee_asset


@mypyc_attr(acyclic=True, free_list_len=1)
class OrderClosed(OrderEvent):
    """The order ended unfilled or partly filled: status CANCELED, EXPIRED or EXPIRED_IN_MATCH, with the reason.

    `refusal` is why a conditional order that fired could not be placed, 0 of all others.
    """

    def __init__(
        self,
        time_ms: i64,
        order_id: i64,
        request: PlaceOrder,
        price_ticks: i64,
        qty_lots: i64,
        filled_lots: i64,
        filled_value: int,
        status: i64,
        bid_units: int,
        ask_units: int,
        reason: i64,
        refusal: i64 = 0,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value = filled_value
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units
        self.reason: i64 = reason
        self.refusal: i64 = refusal


@mypyc_attr(acyclic=True)
class OrderAmended(OrderEvent):
    """Price and quantity of the order changed; the fields hold the new ones, `old_*` the ones before.

    `amendments` counts this one and those before it (semantics 5.6.8).
    """

    def __init__(
        self,
        time_ms: i64,
        order_id: i64,
        request: PlaceOrder,
        price_ticks: i64,
        qty_lots: i64,
        filled_lots: i64,
        filled_value: int,
        status: i64,
        bid_units: int,
        ask_units: int,
        old_price_ticks: i64,
        old_qty_lots: i64,
        modify_id: int,
        amendments: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value = filled_value
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units
        self.old_price_ticks: i64 = old_price_ticks
        self.old_qty_lots: i64 = old_qty_lots
        self.modify_id = modify_id
        self.amendments: i64 = amendments


@mypyc_attr(acyclic=True)
class OrderTriggered(OrderEvent):
    """A waiting order fired: status EXPIRED. An `OrderAccepted` of the same id follows, as LIMIT or MARKET
    (semantics 5.9.12); when what it became was refused, an `OrderClosed`."""


@mypyc_attr(acyclic=True)
class OrderCalculated(OrderEvent):
    """A fill of an order of the venue's making, off the book: takeover, deleveraging (execution type CALCULATED).

    `fill_price_e8` need not lie on the grid; there is no commission. `kind` is a TRADE_* word.
    """

    def __init__(
        self,
        time_ms: i64,
        order_id: i64,
        request: PlaceOrder,
        price_ticks: i64,
        qty_lots: i64,
        filled_lots: i64,
        filled_value: int,
        status: i64,
        bid_units: int,
        ask_units: int,
        trade_id: i64,
        fill_price_e8: int,
        fill_lots: i64,
        fill_value_units: int,
        realized_units: int,
        kind: i64,
        fee_units: int = 0,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value = filled_value
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units
        self.trade_id: i64 = trade_id
        self.fill_price_e8 = fill_price_e8
        self.fill_lots: i64 = fill_lots
        self.fill_value_units = fill_value_units
        self.realized_units = realized_units
        self.kind: i64 = kind
        self.fee_units = fee_units


@mypyc_attr(acyclic=True)
class AllOrdersCancelled(Event):
    """Ends the answer to `CancelAllOrders`; `count` orders were closed, each with its own `OrderClosed`."""

    def __init__(self, time_ms: i64, account_id: i64, symbol_id: i64, count: i64) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.count: i64 = count


@mypyc_attr(acyclic=True)
class AlgoOrderChanged(Event):
    """State of an order of the Algo service right after something happened to it (semantics 5.9).

    `request` is the command that placed it. `is_activated` speaks of trailing stops only. From TRIGGERED on `order_id`
    and `order_type` are those of the order that it became; `filled_*` are told when it is FINISHED. `refusal` is why
    it was REJECTED.
    """

    def __init__(
        self,
        time_ms: i64,
        algo_id: i64,
        request: PlaceOrder,
        status: i64,
        is_activated: bool,
        triggered_ms: i64,
        order_id: i64,
        order_type: i64,
        filled_lots: i64,
        filled_value: int,
        refusal: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.algo_id: i64 = algo_id
        self.request = request
        self.status: i64 = status
        self.is_activated = is_activated
        self.triggered_ms: i64 = triggered_ms
        self.order_id: i64 = order_id
        self.order_type: i64 = order_type
        self.filled_lots: i64 = filled_lots
        self.filled_value = filled_value
        self.refusal: i64 = refusal


@mypyc_attr(acyclic=True)
class AllAlgoOrdersCancelled(Event):
    """Ends the answer to `CancelAllAlgoOrders`; each of the `count` orders has its own event."""

    def __init__(self, time_ms: i64, account_id: i64, symbol_id: i64, count: i64) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.count: i64 = count


@mypyc_attr(acyclic=True)
class CountdownSet(Event):
    """All open orders of the account in the instrument will be cancelled at `due_ms`; 0: they will not."""

    def __init__(self, time_ms: i64, account_id: i64, symbol_id: i64, due_ms: i64) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.due_ms: i64 = due_ms
