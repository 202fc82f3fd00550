"""An account in multi-assets mode as its owner sees it: totals in USD over all its USDⓈ-M wallets (semantics 1.6.5).

The engine decides with the same formulas (`engine/joint.py`). Read at the moment of asking; the cost is one pass over
the account's exposures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perpit.domain.collateral import joint_withdrawable_units, least_balance_units, usd_units
from perpit.domain.numbers import UNIT
from perpit.domain.words import USDS_M
from perpit.views.assets import AssetsView
from perpit.views.margin import ExposureMargin, WalletMargin, exposure_margin
from perpit.views.prices import PriceView

if TYPE_CHECKING:
    from perpit.views.accounts import AccountView, ExposureView, WalletView


class JointView:
    """What the wallets of one account have in common."""

    def __init__(self, account: AccountView, assets: AssetsView, prices: Sequence[PriceView]) -> None:
        self.account = account
        self.assets = assets
        self.prices = prices

    def margin(self) -> JointMargin:
        """All totals as they are now."""
        return JointMargin(self)

    def wallets(self) -> list[WalletView]:
        return [wallet for (market, _asset), wallet in self.account.wallets.items() if market == USDS_M]


class JointMargin:
    """Totals in 1e-8 USD; `margins` are those of each wallet, as it would stand alone, by asset."""

    def __init__(self, joint: JointView) -> None:
        self._assets = joint.assets
        self._wallets = joint.wallets()
        self.margins = {wallet.asset: _alone(joint.prices, wallet) for wallet in self._wallets}
        self.wallet_units = self.unrealised_units = self.balance_units = 0
        self.initial_units = self.position_initial_units = self.maintenance_units = 0
        for asset, margin in self.margins.items():
            index_e8 = joint.assets.index_e8(asset)
            self.wallet_units += joint.assets.worth_units(asset, margin.wallet_units)
            self.unrealised_units += joint.assets.worth_units(asset, margin.unrealised_units)
            self.balance_units += joint.assets.worth_units(asset, margin.margin_balance_units)
            self.initial_units += usd_units(margin.initial_units, index_e8)
            self.position_initial_units += usd_units(margin.position_initial_units, index_e8)
            self.maintenance_units += usd_units(margin.maintenance_units, index_e8)
        self.available_units = max(0, self.balance_units - self.initial_units)
        self.max_withdraw_units = max(
            0, min(self.wallet_units - self.maintenance_units, self.balance_units - self.initial_units)
        )

    def available_in(self, asset: str) -> int:
        """What is free, in units of an asset at its index price."""
        index_e8 = self._assets.index_e8(asset)
        return self.available_units * UNIT // index_e8 if index_e8 else 0

    def withdrawable_units(self, asset: str) -> int:
        """The most that may leave the wallet of an asset."""
        margin = self.margins[asset]
        own = margin.wallet_units
        if self._assets.index_e8(asset) == 0 or own <= 0:
            return max(0, own)
        worth, balance = self._worths(asset)
        return joint_withdrawable_units(
            own,
            margin.margin_balance_units,
            *self._assets.rates_e8(asset),
            self.maintenance_units - (self.wallet_units - worth),
            self.initial_units - (self.balance_units - balance),
        )

    def beside_units(self, exposure: ExposureView, own: ExposureMargin, reserves_margin: bool) -> int:
        """What stands behind an exposure, in its margin asset: all but its own profit.

        With `reserves_margin` less the maintenance margin of all other exposures.
        """
        asset = exposure.wallet.asset
        index_e8 = self._assets.index_e8(asset)
        margin = self.margins[asset]
        beside = margin.margin_balance_units - own.unrealised_units
        if index_e8 == 0:
            return beside
        others = self.balance_units - self._worths(asset)[1]
        if reserves_margin:
            others -= self.maintenance_units - usd_units(own.maintenance_units, index_e8)
        return beside - least_balance_units(-others, *self._assets.rates_e8(asset))

    def _worths(self, asset: str) -> tuple[int, int]:
        """What one wallet counts for, without and with its unrealised profit."""
        margin, worth = self.margins[asset], self._assets.worth_units
        return worth(asset, margin.wallet_units), worth(asset, margin.margin_balance_units)


def _alone(prices: Sequence[PriceView], wallet: WalletView) -> WalletMargin:
    return WalletMargin(wallet, [exposure_margin(prices, exposure) for exposure in wallet.exposures])
