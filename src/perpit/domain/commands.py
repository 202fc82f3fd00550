"""Commands: everything that can be asked of the venue, each a plain class with its fields in journal order.

A command is made at the edge without `seq` and `time_ms`; the sequencer stamps both before it is journaled and
applied. `FIELDS` names the constructor's arguments in order: the journal codec writes and reads exactly those.
Those of margin assets are defined in `asset_commands`, of grids in `grid_commands`, what all have in `command`; this is
the place to import from.
"""

from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from perpit.domain.asset_commands import ListAsset, SetAssetIndex, SetFeeBurn, SetFeeTier, SetMultiAssets
from perpit.domain.command import AccountCommand, Command, ExposureCommand
from perpit.domain.grid_commands import StartGrid, StopGrid
from perpit.domain.instrument import Instrument
from perpit.domain.key_commands import CreateKey, EditKey, RevokeKey

__all__ = [
    "AccountCommand",
    "AdjustMargin",
    "Advance",
    "AmendOrder",
    "CancelAlgoOrder",
    "CancelAllAlgoOrders",
    "CancelAllOrders",
    "CancelOrder",
    "Command",
    "CreateAccount",
    "CreateKey",
    "EditKey",
    "ExposureCommand",
    "HouseDepth",
    "HouseTrade",
    "ListAsset",
    "ListInstrument",
    "PinMarkPrice",
    "PlaceOrder",
    "RevokeKey",
    "SetAssetIndex",
    "SetBasketPrices",
    "SetCountdown",
    "SetFeeBurn",
    "SetFeeTier",
    "SetIndexPrice",
    "SetLeverage",
    "SetMarginType",
    "SetMultiAssets",
    "SetPositionMode",
    "SetStanding",
    "SignAgreement",
    "StartGrid",
    "StopGrid",
    "Transfer",
]


@mypyc_attr(acyclic=True)
class ListInstrument(Command):
    """Start trading an instrument. Its `symbol_id` must be the next free one."""

    FIELDS: ClassVar[tuple[str, ...]] = ("instrument",)

    def __init__(self, instrument: Instrument) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.instrument = instrument


@mypyc_attr(acyclic=True)
class CreateAccount(Command):
    """Open an account; the engine gives it the next id. Names are unique."""

    FIELDS: ClassVar[tuple[str, ...]] = ("name",)

    def __init__(self, name: str) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.name = name


@mypyc_attr(acyclic=True)
class Transfer(Command):
    """Deposit (amount > 0) or withdraw (amount < 0) units of 1e-8 of an asset, to or from one market's wallet.

    The account is a customer, or `INSURANCE_FUND`.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "market", "asset", "amount_units")

    def __init__(self, account_id: i64, market: int, asset: str, amount_units: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.market = market
        self.asset = asset
        self.amount_units = amount_units


@mypyc_attr(acyclic=True)
class SetLeverage(ExposureCommand):
    """Choose the initial leverage of an account in an instrument."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "symbol_id", "leverage")

    def __init__(self, account_id: i64, symbol_id: i64, leverage: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.leverage = leverage


@mypyc_attr(acyclic=True)
class SetPositionMode(AccountCommand):
    """One position in each instrument of a market, or a long and a short side that never net (semantics 4.4).

    EVERY_MARKET means all of them at once, or none (semantics 1.7.6).
    """

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "market", "is_hedged")

    def __init__(self, account_id: i64, market: int, is_hedged: bool) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.market = market
        self.is_hedged = is_hedged


@mypyc_attr(acyclic=True)
class SignAgreement(AccountCommand):
    """Agree, once for all, to the terms of contracts on stocks, metals and currencies, which then take its orders."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id",)

    def __init__(self, account_id: i64) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id


@mypyc_attr(acyclic=True)
class SetStanding(AccountCommand):
    """What an account may do from now on: GOOD_STANDING to INACTIVE."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "standing")

    def __init__(self, account_id: i64, standing: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.standing = standing


@mypyc_attr(acyclic=True)
class SetMarginType(ExposureCommand):
    """CROSS or ISOLATED margin of an account in an instrument (semantics 1.7.4)."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "symbol_id", "margin_type")

    def __init__(self, account_id: i64, symbol_id: i64, margin_type: i64) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.margin_type: i64 = margin_type


@mypyc_attr(acyclic=True)
class AdjustMargin(ExposureCommand):
    """Add to an isolated position's own margin (amount > 0), or take from it (semantics 1.7.5)."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "symbol_id", "position_side", "amount_units")

    def __init__(self, account_id: i64, symbol_id: i64, position_side: i64, amount_units: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.position_side: i64 = position_side
        self.amount_units = amount_units


@mypyc_attr(acyclic=True)
class PlaceOrder(ExposureCommand):
    """A new order. Immutable once stamped: the resting order and its events refer to it.

    price_ticks: 0 for a market order, and with `price_match`, which takes the price from the book. Defaults of the
    fields after `reduce_only` mean "not used". `client_order_id` must not be empty: the edge makes one when the client
    sent none. `is_algo` makes a conditional order one of the Algo service, with ids of its own (semantics 5.9); else
    it is an ordinary order that waits (5.9.12).

    A conditional order that fires is placed as another `PlaceOrder`, made by the engine: LIMIT or MARKET, with what it
    was before in `original_type`. Likewise those of a grid, with `is_grid`.
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "symbol_id",
        "client_order_id",
        "side",
        "order_type",
        "time_in_force",
        "qty_lots",
        "price_ticks",
        "reduce_only",
        "stp_mode",
        "position_side",
        "close_position",
        "stop_price_ticks",
        "working_type",
        "price_protect",
        "activation_price_ticks",
        "callback_ppm",
        "good_till_ms",
        "price_match",
        "is_algo",
    )

    def __init__(
        self,
        account_id: i64,
        symbol_id: i64,
        client_order_id: str,
        side: i64,
        order_type: i64,
        time_in_force: i64,
        qty_lots: int,
        price_ticks: int,
        reduce_only: bool = False,
        stp_mode: i64 = 0,
        position_side: i64 = 0,
        close_position: bool = False,
        stop_price_ticks: int = 0,
        working_type: i64 = 0,
        price_protect: bool = False,
        activation_price_ticks: int = 0,
        callback_ppm: int = 0,
        good_till_ms: int = 0,
        price_match: i64 = 0,
        is_algo: bool = False,
    ) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.client_order_id = client_order_id
        self.side: i64 = side
        self.order_type: i64 = order_type
        self.time_in_force: i64 = time_in_force
        self.qty_lots = qty_lots
        self.price_ticks = price_ticks
        self.reduce_only = reduce_only  # the five of one byte side by side: an order is kept a million times
        self.close_position = close_position
        self.price_protect = price_protect
        self.is_algo = is_algo
        self.is_grid = False
        self.stp_mode: i64 = stp_mode
        self.position_side: i64 = position_side
        self.stop_price_ticks = stop_price_ticks
        self.working_type: i64 = working_type
        self.activation_price_ticks = activation_price_ticks
        self.callback_ppm = callback_ppm
        self.good_till_ms = good_till_ms
        self.price_match: i64 = price_match
        self.original_type: i64 = order_type


@mypyc_attr(acyclic=True)
class AmendOrder(ExposureCommand):
    """Change price and total quantity of a resting limit order; it loses its place in the queue (semantics 5.6).

    The order is named by `order_id`, or by `client_order_id` when `order_id` is 0. With `price_match` price_ticks is 0,
    and the new price is taken from the book. `keeps`: KEEPS_QTY and KEEPS_PRICE, what the order then has is kept, and
    what stands here of it counts for nothing (semantics 5.6.1).
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "symbol_id",
        "order_id",
        "client_order_id",
        "side",
        "qty_lots",
        "price_ticks",
        "modify_id",
        "price_match",
        "keeps",
    )

    def __init__(
        self,
        account_id: i64,
        symbol_id: i64,
        order_id: i64,
        client_order_id: str,
        side: i64,
        qty_lots: int,
        price_ticks: int,
        modify_id: int = 0,
        price_match: i64 = 0,
        keeps: i64 = 0,
    ) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.order_id: i64 = order_id
        self.client_order_id = client_order_id
        self.side: i64 = side
        self.qty_lots = qty_lots
        self.price_ticks = price_ticks
        self.modify_id = modify_id
        self.price_match: i64 = price_match
        self.keeps: i64 = keeps


@mypyc_attr(acyclic=True)
class CancelOrder(ExposureCommand):
    """Cancel one open order, named by `order_id`, or by `client_order_id` when `order_id` is 0."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "symbol_id", "order_id", "client_order_id")

    def __init__(self, account_id: i64, symbol_id: i64, order_id: i64, client_order_id: str) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.order_id: i64 = order_id
        self.client_order_id = client_order_id


@mypyc_attr(acyclic=True)
class CancelAllOrders(ExposureCommand):
    """Cancel every open order of an account in an instrument."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "symbol_id")

    def __init__(self, account_id: i64, symbol_id: i64) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id


@mypyc_attr(acyclic=True)
class CancelAlgoOrder(AccountCommand):
    """Cancel one waiting order of the Algo service, by `algo_id`, or by `client_algo_id` when that is 0."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "algo_id", "client_algo_id")

    def __init__(self, account_id: i64, algo_id: i64, client_algo_id: str) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.algo_id: i64 = algo_id
        self.client_algo_id = client_algo_id


@mypyc_attr(acyclic=True)
class CancelAllAlgoOrders(ExposureCommand):
    """Cancel every waiting order of the Algo service that an account has in an instrument."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "symbol_id")

    def __init__(self, account_id: i64, symbol_id: i64) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id


@mypyc_attr(acyclic=True)
class SetCountdown(ExposureCommand):
    """Cancel all open orders of an account in an instrument after `countdown_ms`, unless set again; 0 stops it."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "symbol_id", "countdown_ms")

    def __init__(self, account_id: i64, symbol_id: i64, countdown_ms: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.countdown_ms = countdown_ms


@mypyc_attr(acyclic=True)
class SetIndexPrice(Command):
    """The price index of an instrument's underlying, in 1e-8 of the quote, > 0."""

    FIELDS: ClassVar[tuple[str, ...]] = ("symbol_id", "price_e8")

    def __init__(self, symbol_id: i64, price_e8: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.symbol_id: i64 = symbol_id
        self.price_e8 = price_e8


@mypyc_attr(acyclic=True)
class SetBasketPrices(Command):
    """What the parts of a composite index cost, each > 0, in the order of the instrument's basket.

    In 1e-8 of their quotes; the index price follows from them (`basket.basket_index_e8`).
    """

    FIELDS: ClassVar[tuple[str, ...]] = ("symbol_id", "prices_e8")

    def __init__(self, symbol_id: i64, prices_e8: list[int]) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.symbol_id: i64 = symbol_id
        self.prices_e8 = prices_e8


@mypyc_attr(acyclic=True)
class ScheduleDelivery(Command):
    """Deliver, or delist, a contract at a whole second of the future; 0 takes back what was scheduled."""

    FIELDS: ClassVar[tuple[str, ...]] = ("symbol_id", "delivery_ms")

    def __init__(self, symbol_id: i64, delivery_ms: i64) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.symbol_id: i64 = symbol_id
        self.delivery_ms: i64 = delivery_ms


@mypyc_attr(acyclic=True)
class PinMarkPrice(Command):
    """Hold the mark price at `price_e8`; 0 lets it be computed again."""

    FIELDS: ClassVar[tuple[str, ...]] = ("symbol_id", "price_e8")

    def __init__(self, symbol_id: i64, price_e8: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.symbol_id: i64 = symbol_id
        self.price_e8 = price_e8


@mypyc_attr(acyclic=True)
class HouseDepth(Command):
    """The house's liquidity at some price levels, as absolute quantities; 0 takes a level away.

    Applied as one step: removals and reductions first (newest house orders of a level go first, so nobody's place
    in the queue gets better than it was), then additions, which join the back of the level's queue. A level that
    crosses the house's own opposite levels replaces them; where it crosses an order of a user, it trades with it.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ("symbol_id", "bid_ticks", "bid_lots", "ask_ticks", "ask_lots")

    def __init__(
        self,
        symbol_id: i64,
        bid_ticks: list[int],
        bid_lots: list[int],
        ask_ticks: list[int],
        ask_lots: list[int],
    ) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.symbol_id: i64 = symbol_id
        self.bid_ticks = bid_ticks
        self.bid_lots = bid_lots
        self.ask_ticks = ask_ticks
        self.ask_lots = ask_lots


@mypyc_attr(acyclic=True)
class HouseTrade(Command):
    """A trade of the tape: `qty_lots` at `price_ticks`, taken by the side `taker_side`.

    House liquidity at better prices is stale and goes; users' orders there and in the queue of the level are filled
    by the tape in their turn; the rest trades house against house. Prints sum to `qty_lots`.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ("symbol_id", "taker_side", "price_ticks", "qty_lots")

    def __init__(self, symbol_id: i64, taker_side: int, price_ticks: int, qty_lots: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.symbol_id: i64 = symbol_id
        self.taker_side = taker_side
        self.price_ticks = price_ticks
        self.qty_lots = qty_lots


@mypyc_attr(acyclic=True)
class Advance(Command):
    """Time passes: due timers run."""

    FIELDS: ClassVar[tuple[str, ...]] = ()
