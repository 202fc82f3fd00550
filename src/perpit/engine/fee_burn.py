"""Commissions in BNB: a part off for who has chosen it and holds enough (semantics 4.3.5, 4.3.6). USDⓈ-M only."""

from mypy_extensions import i64

from perpit.domain.events import Event, WalletChanged
from perpit.domain.numbers import PPM
from perpit.domain.words import CAUSE_COMMISSION, FEE_ASSET, USDS_M
from perpit.engine.account import Exposure
from perpit.engine.assets import Assets
from perpit.engine.rules import FEE_BURN_DISCOUNT_PPM
from perpit.engine.treasury import Treasury


class FeeBurn:
    """Says what a fee costs in BNB, and takes it."""

    def __init__(self, assets: Assets, treasury: Treasury) -> None:
        self.assets = assets
        self.treasury = treasury

    def price_units(self, exposure: Exposure, fee_units: int) -> int:
        """A fee in the margin asset as units of BNB, less the discount, cut; -1 when it is not paid in BNB.

        Both assets need an index price, and the wallet must hold enough: there is no paying in part.
        """
        if fee_units <= 0 or exposure.wallet.market != USDS_M:
            return -1
        wallet = exposure.account.wallets.get((USDS_M, FEE_ASSET))
        fee_asset_e8 = self.assets.index_e8(FEE_ASSET)
        margin_asset_e8 = self.assets.index_e8(exposure.wallet.asset)
        if wallet is None or fee_asset_e8 == 0 or margin_asset_e8 == 0:
            return -1
        kept_ppm = PPM - FEE_BURN_DISCOUNT_PPM
        units = fee_units * margin_asset_e8 * kept_ppm // (fee_asset_e8 * PPM)
        return units if units <= wallet.wallet_units else -1

    def take(self, exposure: Exposure, units: int, time_ms: i64, events: list[Event]) -> None:
        """Units of BNB leave the wallet for the venue's fees."""
        account = exposure.account
        wallet = account.wallet(USDS_M, FEE_ASSET)
        wallet.wallet_units -= units
        exposure.market.risk.touch(wallet.scope)  # it may stand for positions, too
        self.treasury.till(USDS_M, FEE_ASSET).fees_units += units
        events.append(
            WalletChanged(
                time_ms,
                account.account_id,
                wallet.market,
                wallet.asset,
                wallet.wallet_units,
                wallet.cross_wallet_units(),
                -units,
                CAUSE_COMMISSION,
            )
        )


def discounted_units(fee_units: int) -> int:
    """What such a fee is worth in the margin asset, cut: it counts for the break-even price (semantics 4.2.1)."""
    return fee_units * (PPM - FEE_BURN_DISCOUNT_PPM) // PPM
