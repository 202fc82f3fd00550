"""Commands of multi-assets mode and of fees: margin assets and their prices, what an account chooses and pays."""

from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from perpit.domain.command import AccountCommand, Command


@mypyc_attr(acyclic=True)
class ListAsset(Command):
    """Let an asset be collateral in multi-assets mode, or give it new terms (semantics 1.6.3, 1.6.7).

    Buffers are parts of the index price, taken off for credit (bid) and put on for debit (ask). A wallet below
    `exchange_units` ≤ 0 is exchanged. `symbol_id`: the linear instrument whose price index the asset follows, -1 for
    none; then its index must be set.
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        "asset",
        "bid_buffer_ppm",
        "ask_buffer_ppm",
        "exchange_bid_buffer_ppm",
        "exchange_ask_buffer_ppm",
        "exchange_units",
        "symbol_id",
    )

    def __init__(
        self,
        asset: str,
        bid_buffer_ppm: int,
        ask_buffer_ppm: int,
        exchange_bid_buffer_ppm: int,
        exchange_ask_buffer_ppm: int,
        exchange_units: int,
        symbol_id: int,
    ) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.asset = asset
        self.bid_buffer_ppm = bid_buffer_ppm
        self.ask_buffer_ppm = ask_buffer_ppm
        self.exchange_bid_buffer_ppm = exchange_bid_buffer_ppm
        self.exchange_ask_buffer_ppm = exchange_ask_buffer_ppm
        self.exchange_units = exchange_units
        self.symbol_id = symbol_id


@mypyc_attr(acyclic=True)
class SetAssetIndex(Command):
    """The price of a margin asset in 1e-8 USD; 0 lets it follow its instrument again."""

    FIELDS: ClassVar[tuple[str, ...]] = ("asset", "price_e8")

    def __init__(self, asset: str, price_e8: int) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.asset = asset
        self.price_e8 = price_e8


@mypyc_attr(acyclic=True)
class SetMultiAssets(AccountCommand):
    """Let all USDⓈ-M wallets of an account stand for all its positions there, or each for its own (semantics 1.6)."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "is_on")

    def __init__(self, account_id: i64, is_on: bool) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.is_on = is_on


@mypyc_attr(acyclic=True)
class SetFeeBurn(AccountCommand):
    """Pay commissions of USDⓈ-M contracts in BNB while there is enough of it, or not (semantics 4.3.5)."""

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "is_on")

    def __init__(self, account_id: i64, is_on: bool) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.is_on = is_on


@mypyc_attr(acyclic=True)
class SetFeeTier(AccountCommand):
    """What an account pays in a market from now on, in place of the rates of its contracts (semantics 4.3.3, 4.3.4).

    Tier 0 are the contracts' own rates; those that are given with it count for nothing. A negative rate is a rebate.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ("account_id", "market", "tier", "maker_fee_ppm", "taker_fee_ppm")

    def __init__(
        self, account_id: i64, market: i64, tier: i64, maker_fee_ppm: int, taker_fee_ppm: int
    ) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.market: i64 = market
        self.tier: i64 = tier
        self.maker_fee_ppm = maker_fee_ppm
        self.taker_fee_ppm = taker_fee_ppm
