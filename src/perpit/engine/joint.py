"""All USDⓈ-M wallets of an account in multi-assets mode as one scope (semantics 1.6).

Every wallet counts in USD, with what its asset's positions have won or lost: credit at the bid rate, debit at the ask
rate (1.6.3). Initial and maintenance margin are amounts of the asset that a contract is margined in, and count at its
index price. All positions are cross. A wallet may be below nothing while the others stand for it (1.6.6).

An account in this mode is looked at at every move of the marks and of an asset's price (`risk`): what it has above its
thresholds depends on the prices of all its assets, so it has no edges.
"""

from __future__ import annotations

from perpit.domain.collateral import joint_withdrawable_units, least_balance_units, usd_units
from perpit.domain.numbers import UNIT
from perpit.domain.words import USDS_M
from perpit.engine.account import Account, Exposure, Position, Wallet
from perpit.engine.assets import Assets
from perpit.engine.scope import Scope, position_maintenance_units, profit_units


class JointScope(Scope):
    """Its own `wallet` has no asset and is always empty: it only gives the scope its place in the order of all."""

    def __init__(self, account: Account, assets: Assets) -> None:
        super().__init__(account, Wallet(account, USDS_M, ""), None)
        self.is_joint = True
        self.assets = assets

    def wallets(self) -> list[Wallet]:
        """In the order of their assets' names."""
        return [
            wallet
            for _key, wallet in sorted(self.account.wallets.items(), key=_by_key)
            if wallet.market == USDS_M
        ]

    def exposures(self) -> list[Exposure]:
        """In the order of the instruments."""
        return [
            exposure
            for _symbol_id, exposure in sorted(self.account.exposures.items(), key=_by_symbol)
            if exposure.wallet.market == USDS_M
        ]

    def positions(self) -> list[Position]:
        found: list[Position] = []
        for exposure in self.exposures():
            found += [position for position in exposure.positions() if position.qty_lots != 0]
        return found

    # -- in USD -----------------------------------------------------------------------------------------------------

    def collateral_units(self) -> int:
        """The worth of the wallets, without unrealised profit."""
        total = 0
        for wallet in self.wallets():
            total += self.assets.worth_units(wallet.asset, wallet.wallet_units)
        return total

    def balance_units(self) -> int:
        """Margin balance: wallets with unrealised profit."""
        return self._balance_without(None)

    def maintenance_units(self) -> int:
        total = 0
        for wallet in self.wallets():
            if wallet.exposures:
                total += usd_units(wallet.maintenance_units(), self.assets.index_e8(wallet.asset))
        return total

    def initial_units(self) -> int:
        """Initial margin of positions and open orders."""
        total = 0
        for wallet in self.wallets():
            if wallet.exposures:
                total += usd_units(initial_units(wallet), self.assets.index_e8(wallet.asset))
        return total

    def _balance_without(self, left_out: Wallet | None) -> int:
        total = 0
        for wallet in self.wallets():
            if wallet is not left_out:
                total += self.assets.worth_units(wallet.asset, margin_balance_units(wallet))
        return total

    # -- in the asset of a wallet -----------------------------------------------------------------------------------

    def free_units(self, wallet: Wallet) -> int:
        """What more may be tied up in an asset; negative when the account is short, or the asset has no price."""
        index_e8 = self.assets.index_e8(wallet.asset)
        if index_e8 == 0:
            return -1
        return (self.balance_units() - self.initial_units()) * UNIT // index_e8

    def withdrawable_units(self, wallet: Wallet) -> int:
        """The most that may leave a wallet."""
        own = wallet.wallet_units
        asset = self.assets.priced(wallet.asset)
        if asset is None or own <= 0:
            return max(0, own)
        others = self.collateral_units() - self.assets.worth_units(wallet.asset, own)
        return joint_withdrawable_units(
            own,
            margin_balance_units(wallet),
            asset.bid_e8(),
            asset.ask_e8(),
            self.maintenance_units() - others,
            self.initial_units() - self._balance_without(wallet),
        )

    def collateral_in(self, wallet: Wallet) -> int:
        """The worth of all wallets at the index price of one's asset; 0 without a price."""
        index_e8 = self.assets.index_e8(wallet.asset)
        return 0 if index_e8 == 0 else self.collateral_units() * UNIT // index_e8

    def left_units(self, wallet: Wallet) -> int:
        """What may be taken from a wallet before the whole margin balance is nothing."""
        asset = self.assets.priced(wallet.asset)
        if asset is None:
            return 0
        least = least_balance_units(-self._balance_without(wallet), asset.bid_e8(), asset.ask_e8())
        return margin_balance_units(wallet) - least

    def collateral_for(self, position: Position) -> int:
        """In the asset of the position."""
        wallet = position.exposure.wallet
        return self.left_units(wallet) - profit_units(position)

    def weight_units(self, position: Position) -> int:
        index_e8 = self.assets.index_e8(position.exposure.wallet.asset)
        return usd_units(position_maintenance_units(position), index_e8)

    # -- states -----------------------------------------------------------------------------------------------------

    def is_idle(self) -> bool:
        """Nothing is held and nothing owed: no price can bring it into danger."""
        for wallet in self.account.wallets.values():
            if wallet.wallet_units < 0 and wallet.market == USDS_M:
                return False
        for exposure in self.account.exposures.values():
            if exposure.wallet.market == USDS_M and exposure.has_position():
                return False
        return True

    def is_unhealthy(self) -> bool:
        """Maintenance margin reaches the margin balance (semantics 1.6.8)."""
        maintenance = self.maintenance_units()
        return maintenance > 0 and maintenance >= self.balance_units()

    def is_to_exchange(self) -> bool:
        """Some wallet is below the threshold of its asset, and another could pay (semantics 1.6.7 a)."""
        pays = owes = False
        for wallet in self.wallets():
            asset = self.assets.priced(wallet.asset)
            if asset is None:
                continue
            if wallet.wallet_units < asset.terms.exchange_units:
                owes = True
            if wallet.wallet_units > 0 and usd_units(wallet.wallet_units, asset.exchange_bid_e8()) > 0:
                pays = True
        return pays and owes

    def is_in_debt(self) -> bool:
        """No positions, no orders, and what is owed is at least what is there (semantics 1.6.7 c)."""
        if self.balance_units() > 0:
            return False
        owes = False
        for wallet in self.wallets():
            if wallet.wallet_units < 0 and self.assets.priced(wallet.asset) is not None:
                owes = True
        if not owes:
            return False
        for exposure in self.exposures():
            if exposure.has_position() or exposure.has_orders():
                return False
        return True


def margin_balance_units(wallet: Wallet) -> int:
    """A wallet with what the positions of its asset have won or lost."""
    total = wallet.wallet_units
    for exposure in wallet.exposures:
        exposure.assess()
        total += exposure.profit_units
    return total


def initial_units(wallet: Wallet) -> int:
    """Initial margin of what a wallet collateralises."""
    total = 0
    for exposure in wallet.exposures:
        exposure.assess()
        total += exposure.margin_units
    return total


def _by_key(item: tuple[tuple[int, str], Wallet]) -> tuple[int, str]:
    return item[0]


def _by_symbol(item: tuple[int, Exposure]) -> int:
    return item[0]
