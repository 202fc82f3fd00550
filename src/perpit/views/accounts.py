"""Accounts as their owners see them: wallets, and per instrument leverage, position and open-order notionals.

What these numbers mean for margin is computed on demand in `perpit.views.margin`. Bounded by the number of accounts,
of assets, and of instruments that an account has touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perpit.domain.events import (
    FeeTierChanged,
    FundingPaid,
    LeverageChanged,
    MarginTypeChanged,
    PositionChanged,
    PositionModeChanged,
    WalletChanged,
)
from perpit.domain.instrument import Instrument
from perpit.domain.words import BOTH, CROSS, GOOD_STANDING, USDS_M

if TYPE_CHECKING:
    from perpit.views.joint import JointView


class WalletView:
    """Money of one asset in one market, in 1e-8; `exposures` are those that it collateralises."""

    __slots__ = ("asset", "cross_wallet_units", "exposures", "joint", "market", "updated_ms", "wallet_units")

    def __init__(self, market: int, asset: str) -> None:
        self.market = market
        self.asset = asset
        self.wallet_units = 0
        self.cross_wallet_units = 0
        self.updated_ms = 0
        self.exposures: list[ExposureView] = []
        self.joint: JointView | None = None  # in multi-assets mode, of USDⓈ-M wallets


class PositionView:
    """A signed position; the fields are those of `PositionChanged`. `updated_ms` is 0 before the first fill."""

    __slots__ = (
        "entry_value",
        "episode_realized_units",
        "fees_value",
        "isolated_units",
        "position_side",
        "qty_lots",
        "realized_units",
        "updated_ms",
    )

    def __init__(self, position_side: int) -> None:
        self.position_side = position_side
        self.qty_lots = 0
        self.entry_value = 0
        self.isolated_units = 0
        self.realized_units = 0
        self.fees_value = 0
        self.episode_realized_units = 0
        self.updated_ms = 0


class ExposureView:
    """What an account has at stake in one instrument."""

    __slots__ = (
        "ask_units",
        "bid_units",
        "instrument",
        "is_hedged",
        "leverage",
        "margin_type",
        "max_notional_units",
        "position",
        "sides",
        "wallet",
    )

    def __init__(self, instrument: Instrument, wallet: WalletView, is_hedged: bool = False) -> None:
        self.instrument = instrument
        self.wallet = wallet
        self.is_hedged = is_hedged
        self.leverage = instrument.default_leverage
        self.max_notional_units = instrument.max_notional_units(self.leverage)
        self.margin_type = CROSS
        self.position = PositionView(BOTH)
        self.sides: dict[int, PositionView] = {}  # LONG and SHORT, from their first fill in hedge mode
        self.bid_units = 0
        self.ask_units = 0

    def side(self, position_side: int) -> PositionView:
        """The one-way position, or a side of the hedge, made empty at first use."""
        if position_side == BOTH:
            return self.position
        side = self.sides.get(position_side)
        if side is None:
            side = self.sides[position_side] = PositionView(position_side)
        return side


class AccountView:
    """One account. Wallets and exposures are there from the first event that speaks of them.

    A reader who wants one that may not be there yet asks `wallet()` or `exposure()`: it is empty, with the default
    leverage, and its being there changes nothing that is shown.
    """

    __slots__ = (
        "account_id",
        "burns_fees",
        "created_ms",
        "exposures",
        "fee_tiers",
        "has_signed",
        "standing",
        "hedged",
        "joint",
        "name",
        "wallets",
    )

    def __init__(self, account_id: int, name: str, created_ms: int) -> None:
        self.account_id = account_id
        self.name = name
        self.created_ms = created_ms
        self.wallets: dict[tuple[int, str], WalletView] = {}
        self.exposures: dict[int, ExposureView] = {}
        self.hedged: set[int] = set()  # the markets in which it is in hedge mode
        self.joint: JointView | None = None  # in multi-assets mode
        self.burns_fees = False
        self.fee_tiers: dict[int, FeeTierChanged] = {}  # by market; one without has its contracts' rates
        self.has_signed = False
        self.standing = GOOD_STANDING

    def wallet(self, market: int, asset: str) -> WalletView:
        """The wallet of an asset in a market, made empty at first use."""
        wallet = self.wallets.get((market, asset))
        if wallet is None:
            wallet = WalletView(market, asset)
            wallet.joint = self.joint if market == USDS_M else None
            self.wallets[(market, asset)] = wallet
        return wallet

    def exposure(self, instrument: Instrument) -> ExposureView:
        """The exposure to an instrument, made at first use with the default leverage."""
        exposure = self.exposures.get(instrument.symbol_id)
        if exposure is None:
            wallet = self.wallet(instrument.market, instrument.margin_asset)
            exposure = ExposureView(instrument, wallet, instrument.market in self.hedged)
            self.exposures[instrument.symbol_id] = exposure
            wallet.exposures.append(exposure)
        return exposure

    def fee_tier(self, market: int) -> int:
        """The number of its tier in a market; 0 is the lowest."""
        tier = self.fee_tiers.get(market)
        return 0 if tier is None else tier.tier

    def fee_rates(self, instrument: Instrument) -> tuple[int, int]:
        """Maker's and taker's rate in a contract, in parts per million (semantics 4.3)."""
        tier = self.fee_tiers.get(instrument.market)
        if tier is None:
            return instrument.maker_fee_ppm, instrument.taker_fee_ppm
        return tier.maker_fee_ppm, tier.taker_fee_ppm

    def fold_fee_tier(self, event: FeeTierChanged) -> None:
        if event.tier == 0:
            self.fee_tiers.pop(event.market, None)
        else:
            self.fee_tiers[event.market] = event

    def fold_position_mode(self, event: PositionModeChanged) -> None:
        if event.is_hedged:
            self.hedged.add(event.market)
        else:
            self.hedged.discard(event.market)
        for exposure in self.exposures.values():
            if exposure.instrument.market == event.market:
                exposure.is_hedged = event.is_hedged

    def set_joint(self, joint: JointView | None) -> None:
        """Multi-assets mode on, or off."""
        self.joint = joint
        for (market, _asset), wallet in self.wallets.items():
            wallet.joint = joint if market == USDS_M else None

    def fold_wallet(self, event: WalletChanged) -> None:
        wallet = self.wallet(event.market, event.asset)
        wallet.wallet_units = event.wallet_units
        wallet.cross_wallet_units = event.cross_wallet_units
        wallet.updated_ms = event.time_ms


def fold_funding(exposure: ExposureView, event: FundingPaid) -> None:
    exposure.side(event.position_side).isolated_units = event.isolated_units
    wallet = exposure.wallet
    wallet.wallet_units = event.wallet_units
    wallet.cross_wallet_units = event.cross_wallet_units
    wallet.updated_ms = event.time_ms


def fold_margin_type(exposure: ExposureView, event: MarginTypeChanged) -> None:
    exposure.margin_type = event.margin_type


def fold_leverage(exposure: ExposureView, event: LeverageChanged) -> None:
    exposure.leverage = event.leverage
    exposure.max_notional_units = event.max_notional_units


def fold_position(exposure: ExposureView, event: PositionChanged) -> None:
    position = exposure.side(event.position_side)
    position.qty_lots = event.qty_lots
    position.entry_value = event.entry_value
    position.isolated_units = event.isolated_units
    position.realized_units = event.realized_units
    position.fees_value = event.fees_value
    position.episode_realized_units = event.episode_realized_units
    position.updated_ms = event.time_ms
    wallet = exposure.wallet
    wallet.wallet_units = event.wallet_units
    wallet.cross_wallet_units = event.cross_wallet_units
    wallet.updated_ms = event.time_ms
