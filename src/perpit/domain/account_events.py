"""Events of accounts: keys, terms, wallets, positions. The insurance fund is one of them."""

from mypy_extensions import i64, mypyc_attr

from perpit.domain.commands import CreateKey, ListAsset
from perpit.domain.event import Event


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
class KeyEdited(Event):
    """What the key is now; its number and time are still those of its making."""

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


@mypyc_attr(acyclic=True, free_list_len=1)
class PositionChanged(Event):
    """A position and its wallet as they are now; `cause` says why. It precedes `OrderTraded` (semantics 4.7.6).

    qty_lots and entry_value carry the sign of the position. `realized_units` is the realised profit of the
    position since it was first opened, before fees (cr, semantics 4.1.8); `fees_value` the fees of the current open
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
        entry_value: int,
        realized_units: int,
        fees_value: int,
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
        self.entry_value = entry_value
        self.realized_units = realized_units
        self.fees_value = fees_value
        self.episode_realized_units = episode_realized_units
        self.isolated_units = isolated_units
        self.wallet_units = wallet_units
        self.cross_wallet_units = cross_wallet_units
        self.cause: i64 = cause


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
        entry_value: int,
        isolated_units: int,
        cross_wallet_units: int,
    ) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id
        self.position_side: i64 = position_side
        self.qty_lots: i64 = qty_lots
        self.entry_value = entry_value
        self.isolated_units = isolated_units
        self.cross_wallet_units = cross_wallet_units


@mypyc_attr(acyclic=True)
class InsuranceFundChanged(Event):
    """What the insurance fund has of an asset now, without the profit of what it holds."""

    def __init__(self, time_ms: i64, market: i64, asset: str, wallet_units: int) -> None:
        self.time_ms: i64 = time_ms
        self.market: i64 = market
        self.asset = asset
        self.wallet_units = wallet_units


@mypyc_attr(acyclic=True)
class InsurancePositionChanged(Event):
    """What the insurance fund holds of an instrument now; it carries the sign of the position."""

    def __init__(self, time_ms: i64, symbol_id: i64, qty_lots: i64) -> None:
        self.time_ms: i64 = time_ms
        self.symbol_id: i64 = symbol_id
        self.qty_lots: i64 = qty_lots


@mypyc_attr(acyclic=True)
class AssetListed(Event):
    """An asset is collateral in multi-assets mode, on these terms; see `ListAsset`."""

    def __init__(self, time_ms: i64, terms: ListAsset) -> None:
        self.time_ms: i64 = time_ms
        self.terms = terms


@mypyc_attr(acyclic=True)
class AssetIndexChanged(Event):
    """The price of a margin asset in 1e-8 USD was set; 0: it follows its instrument."""

    def __init__(self, time_ms: i64, asset: str, price_e8: int) -> None:
        self.time_ms: i64 = time_ms
        self.asset = asset
        self.price_e8 = price_e8


@mypyc_attr(acyclic=True)
class MultiAssetsChanged(Event):
    """All USDⓈ-M wallets of the account stand for all its positions there, or each for its own."""

    def __init__(self, time_ms: i64, account_id: i64, is_on: bool) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.is_on = is_on


@mypyc_attr(acyclic=True)
class FeeBurnChanged(Event):
    """The account pays commissions in BNB, or does not."""

    def __init__(self, time_ms: i64, account_id: i64, is_on: bool) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.is_on = is_on


@mypyc_attr(acyclic=True)
class FeeTierChanged(Event):
    """What the account pays in a market from now on; tier 0: the rates of each contract."""

    def __init__(
        self, time_ms: i64, account_id: i64, market: i64, tier: i64, maker_fee_ppm: int, taker_fee_ppm: int
    ) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.market: i64 = market
        self.tier: i64 = tier
        self.maker_fee_ppm = maker_fee_ppm
        self.taker_fee_ppm = taker_fee_ppm


@mypyc_attr(acyclic=True)
class AgreementSigned(Event):
    """The account may trade contracts that need the agreement."""

    def __init__(self, time_ms: i64, account_id: i64) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id


@mypyc_attr(acyclic=True)
class StandingChanged(Event):
    """What the account may do from now on; see `SetStanding`."""

    def __init__(self, time_ms: i64, account_id: i64, standing: i64) -> None:
        self.time_ms: i64 = time_ms
        self.account_id: i64 = account_id
        self.standing: i64 = standing
