"""Events: what a command did, in the order in which it happened. The engine makes them, views fold them.

Events are self-contained values; `request` in order events is the immutable command that placed the order.
Orders of the house account have no order events: its liquidity shows in `BookChanged` and `TradePrinted` only.
"""

from mypy_extensions import i64, mypyc_attr

from perpit.domain.commands import Command, CreateKey, PlaceOrder
from perpit.domain.instrument import Instrument


@mypyc_attr(acyclic=True)
class Event:
    """What every event carries: the venue's time at which it happened."""

    def __init__(self, time_ms: i64) -> None:
        self.time_ms: i64 = time_ms


@mypyc_attr(acyclic=True)
class Refused(Event):
    """The command changed nothing; `refusal` is a value of `perpit.domain.refusals`."""

    def __init__(self, time_ms: i64, command: Command, refusal: i64) -> None:
        self.time_ms: i64 = time_ms
        self.command = command
        self.refusal: i64 = refusal


@mypyc_attr(acyclic=True)
class InstrumentListed(Event):
    def __init__(self, time_ms: i64, instrument: Instrument) -> None:
        self.time_ms: i64 = time_ms
        self.instrument = instrument


@mypyc_attr(acyclic=True)
class AccountCreated(Event):
    def __init__(self, time_ms: i64, account_id: i64, name: str) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.name = name


@mypyc_attr(acyclic=True)
class KeyCreated(Event):
    def __init__(self, time_ms: i64, key: CreateKey) -> None:
        self.time_ms: i64 = time_ms
        self.key = key


@mypyc_attr(acyclic=True)
class KeyRevoked(Event):
    def __init__(self, time_ms: i64, api_key: str, account_id: i64) -> None:
        self.time_ms: i64 = time_ms
        self.api_key = api_key
        self.account_id: i64 = account_id


@mypyc_attr(acyclic=True)
class LeverageChanged(Event):
    """`max_notional_units` is the most that may be held with the new leverage."""

    def __init__(
        self, time_ms: i64, account_id: i64, symbol_id: i64, leverage: int, max_notional_units: int
    ) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.leverage = leverage
        self.max_notional_units = max_notional_units


@mypyc_attr(acyclic=True)
class PositionModeChanged(Event):
    """The account has one position in each instrument of the market, or two sides."""

    def __init__(self, time_ms: i64, account_id: i64, market: i64, is_hedged: bool) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.market: i64 = market
        self.is_hedged = is_hedged


@mypyc_attr(acyclic=True)
class MarginTypeChanged(Event):
    """CROSS or ISOLATED, for all that the account will hold in the instrument."""

    def __init__(self, time_ms: i64, account_id: i64, symbol_id: i64, margin_type: i64) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.margin_type: i64 = margin_type


@mypyc_attr(acyclic=True)
class WalletChanged(Event):
    """A wallet moved without a fill. `change_units` is signed; balances are those after the change."""

    def __init__(
        self,
        time_ms: i64,
        account_id: i64,
        market: i64,
        asset: str,
        wallet_units: int,
        cross_wallet_units: int,
        change_units: int,
        cause: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.market: i64 = market
        self.asset = asset
        self.wallet_units = wallet_units
        self.cross_wallet_units = cross_wallet_units
        self.change_units = change_units
        self.cause: i64 = cause


@mypyc_attr(acyclic=True)
class OrderEvent(Event):
    """State of an order right after something happened to it.

    `filled_value_units` is the sum of the values of its fills. `bid_units` and `ask_units` are the open-order
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
        filled_value_units: int,
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
        self.filled_value_units = filled_value_units
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units


@mypyc_attr(acyclic=True, free_list_len=1)
class OrderAccepted(OrderEvent):
    """The order is on the book or about to match. Status NEW."""


@mypyc_attr(acyclic=True, free_list_len=1)
class OrderTraded(OrderEvent):
    """One fill of the order. `fee_units` and `realized_units` are of this fill; a rebate is a negative fee."""

    def __init__(
        self,
        time_ms: i64,
        order_id: i64,
        request: PlaceOrder,
        price_ticks: i64,
        qty_lots: i64,
        filled_lots: i64,
        filled_value_units: int,
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
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value_units = filled_value_units
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


@mypyc_attr(acyclic=True, free_list_len=1)
class OrderClosed(OrderEvent):
    """The order ended unfilled or partly filled: status CANCELED, EXPIRED or EXPIRED_IN_MATCH, with the reason."""

    def __init__(
        self,
        time_ms: i64,
        order_id: i64,
        request: PlaceOrder,
        price_ticks: i64,
        qty_lots: i64,
        filled_lots: i64,
        filled_value_units: int,
        status: i64,
        bid_units: int,
        ask_units: int,
        reason: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value_units = filled_value_units
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units
        self.reason: i64 = reason


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
        filled_value_units: int,
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
        self.filled_value_units = filled_value_units
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
        filled_value_units: int,
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
        self.filled_value_units = filled_value_units
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
        filled_value_units: int,
        status: i64,
        bid_units: int,
        ask_units: int,
        trade_id: i64,
        fill_price_e8: int,
        fill_lots: i64,
        fill_value_units: int,
        realized_units: int,
        kind: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.order_id: i64 = order_id
        self.request = request
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.filled_lots: i64 = filled_lots
        self.filled_value_units = filled_value_units
        self.status: i64 = status
        self.bid_units = bid_units
        self.ask_units = ask_units
        self.trade_id: i64 = trade_id
        self.fill_price_e8 = fill_price_e8
        self.fill_lots: i64 = fill_lots
        self.fill_value_units = fill_value_units
        self.realized_units = realized_units
        self.kind: i64 = kind


@mypyc_attr(acyclic=True)
class AllOrdersCancelled(Event):
    """Ends the answer to `CancelAllOrders`; `count` orders were closed, each with its own `OrderClosed`."""

    def __init__(self, time_ms: i64, account_id: i64, symbol_id: i64, count: i64) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.count: i64 = count


@mypyc_attr(acyclic=True, free_list_len=1)
class PositionChanged(Event):
    """A position and its wallet as they are now; `cause` says why. It precedes `OrderTraded` (semantics 4.7.6).

    qty_lots and entry_value_units carry the sign of the position. `realized_units` is the realised profit of the
    position since it was first opened, before fees (cr, semantics 4.1.8); `fees_units` the fees of the current open
    episode, and `episode_realized_units` its realised profit (break-even price, semantics 4.2.2). `isolated_units` is
    the margin that an isolated position keeps for itself (its isolated wallet). The wallet is the one that
    collateralises the instrument.
    """

    def __init__(
        self,
        time_ms: i64,
        account_id: i64,
        symbol_id: i64,
        position_side: i64,
        qty_lots: i64,
        entry_value_units: int,
        realized_units: int,
        fees_units: int,
        episode_realized_units: int,
        isolated_units: int,
        wallet_units: int,
        cross_wallet_units: int,
        cause: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.position_side: i64 = position_side
        self.qty_lots: i64 = qty_lots
        self.entry_value_units = entry_value_units
        self.realized_units = realized_units
        self.fees_units = fees_units
        self.episode_realized_units = episode_realized_units
        self.isolated_units = isolated_units
        self.wallet_units = wallet_units
        self.cross_wallet_units = cross_wallet_units
        self.cause: i64 = cause


@mypyc_attr(acyclic=True, free_list_len=1)
class TradePrinted(Event):
    """A trade as the public sees it. `kind` tells ordinary trades from insurance-fund and deleveraging ones."""

    def __init__(
        self,
        time_ms: i64,
        symbol_id: i64,
        trade_id: i64,
        price_ticks: i64,
        qty_lots: i64,
        taker_side: i64,
        kind: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.trade_id: i64 = trade_id
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots
        self.taker_side: i64 = taker_side
        self.kind: i64 = kind


@mypyc_attr(acyclic=True)
class TradeCalculated(Event):
    """A trade off the book, at a price that need not lie on the grid; no part of candles and trade lists (2.6.3)."""

    def __init__(
        self,
        time_ms: i64,
        symbol_id: i64,
        trade_id: i64,
        price_e8: int,
        qty_lots: i64,
        taker_side: i64,
        kind: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.trade_id: i64 = trade_id
        self.price_e8 = price_e8
        self.qty_lots: i64 = qty_lots
        self.taker_side: i64 = taker_side
        self.kind: i64 = kind


@mypyc_attr(acyclic=True)
class InsuranceFundChanged(Event):
    """What the insurance fund has of an asset now, without the profit of what it holds."""

    def __init__(self, time_ms: i64, market: i64, asset: str, wallet_units: int) -> None:
        self.time_ms: i64 = time_ms
        self.market: i64 = market
        self.asset = asset
        self.wallet_units = wallet_units


@mypyc_attr(acyclic=True)
class MarginCalled(Event):
    """A position is among those whose margin ratio has come near liquidation (semantics 2.8.4)."""

    def __init__(
        self,
        time_ms: i64,
        account_id: i64,
        symbol_id: i64,
        position_side: i64,
        qty_lots: i64,
        entry_value_units: int,
        isolated_units: int,
        cross_wallet_units: int,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.position_side: i64 = position_side
        self.qty_lots: i64 = qty_lots
        self.entry_value_units = entry_value_units
        self.isolated_units = isolated_units
        self.cross_wallet_units = cross_wallet_units


@mypyc_attr(acyclic=True, free_list_len=1)
class BookChanged(Event):
    """The whole quantity now resting at a price; 0 when the level is gone. After the trades that caused it."""

    def __init__(self, time_ms: i64, symbol_id: i64, side: i64, price_ticks: i64, qty_lots: i64) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.side: i64 = side
        self.price_ticks: i64 = price_ticks
        self.qty_lots: i64 = qty_lots


@mypyc_attr(acyclic=True)
class IndexPriceChanged(Event):
    """The index price, in 1e-8 of the quote, between two mark prices; the first one comes with a `MarkPriceChanged`."""

    def __init__(self, time_ms: i64, symbol_id: i64, index_e8: int) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.index_e8 = index_e8


@mypyc_attr(acyclic=True)
class MarkPriceChanged(Event):
    """Index and mark price, in 1e-8 of the quote: once a second, at the first index price and at a pin.

    `average_e8` is the moving average of the mark over the basis window. `funding_rate_e8` is the running estimate for
    the settlement at `next_funding_ms`, which is 0 where no funding is charged (semantics 3.4.12).
    """

    def __init__(
        self,
        time_ms: i64,
        symbol_id: i64,
        index_e8: int,
        mark_e8: int,
        average_e8: int,
        funding_rate_e8: int,
        next_funding_ms: i64,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.index_e8 = index_e8
        self.mark_e8 = mark_e8
        self.average_e8 = average_e8
        self.funding_rate_e8 = funding_rate_e8
        self.next_funding_ms: i64 = next_funding_ms


@mypyc_attr(acyclic=True)
class FundingSettled(Event):
    """Funding was charged at a rate and a mark price; the `FundingPaid` of everybody who holds a position follow.

    `interval_hours` is the time until the next settlement: a rate at its bound changes it (semantics 3.4.10).
    """

    def __init__(self, time_ms: i64, symbol_id: i64, rate_e8: int, mark_e8: int, interval_hours: int) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.rate_e8 = rate_e8
        self.mark_e8 = mark_e8
        self.interval_hours = interval_hours


@mypyc_attr(acyclic=True)
class FundingPaid(Event):
    """A position received `change_units`, or paid them if negative; isolated margin and wallet are those after it."""

    def __init__(
        self,
        time_ms: i64,
        account_id: i64,
        symbol_id: i64,
        position_side: i64,
        change_units: int,
        isolated_units: int,
        wallet_units: int,
        cross_wallet_units: int,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.position_side: i64 = position_side
        self.change_units = change_units
        self.isolated_units = isolated_units
        self.wallet_units = wallet_units
        self.cross_wallet_units = cross_wallet_units
