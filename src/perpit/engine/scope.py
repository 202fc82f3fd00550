"""A scope: positions that are liquidated together, and the money that stands for them (semantics 2.1.3).

All cross positions of one wallet are one scope; every isolated position is one of its own. In multi-assets mode all
USDⓈ-M positions of an account are one, which `joint` has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perpit.domain.margin import maintenance_margin_units, unrealised_units
from perpit.domain.words import CROSS
from perpit.engine.rules import MARGIN_CALL_PERCENT

if TYPE_CHECKING:
    from perpit.engine.account import Account, Exposure, Position, Wallet

Key = tuple[int, int, str, int, int]


class Scope:
    """`position` is None for the cross positions of the wallet. `key` gives scopes their canonical order."""

    def __init__(self, account: Account, wallet: Wallet, position: Position | None) -> None:
        self.account = account
        self.wallet = wallet
        self.position = position
        symbol_id = side = -1
        if position is not None:
            symbol_id = position.exposure.market.instrument.symbol_id
            side = position.position_side
        self.key: Key = (account.account_id, wallet.market, wallet.asset, symbol_id, side)
        self.is_touched = False  # something changed since its edges were set, see `risk`
        self.is_queued = False
        self.is_warned = False
        self.is_joint = False  # of several wallets: a `JointScope`

    def exposures(self) -> list[Exposure]:
        """Those whose orders end with it."""
        if self.position is not None:
            return [self.position.exposure]
        return list(self.wallet.exposures)

    def positions(self) -> list[Position]:
        """What is open in it, in the order of the instruments, long before short."""
        if self.position is not None:
            return [self.position] if self.position.qty_lots != 0 else []
        found: list[Position] = []
        for exposure in self.wallet.exposures:
            if exposure.margin_type == CROSS:
                found += [position for position in exposure.positions() if position.qty_lots != 0]
        return found

    def collateral_units(self) -> int:
        """The money without unrealised profit: cross wallet, or isolated wallet."""
        if self.position is not None:
            return self.position.isolated_units
        return self.wallet.cross_wallet_units()

    def balance_units(self) -> int:
        """Margin balance: collateral and unrealised profit at the mark prices (semantics 1.5.1)."""
        balance = self.collateral_units()
        for position in self.positions():
            balance += profit_units(position)
        return balance

    def collateral_for(self, position: Position) -> int:
        """What stands behind one of its positions: the collateral and the profit of the others (semantics 2.4.2)."""
        collateral = self.collateral_units()
        for other in self.positions():
            if other is not position:
                collateral += profit_units(other)
        return collateral

    def left_units(self, wallet: Wallet) -> int:
        """What its margin balance leaves to be taken from a wallet."""
        return self.balance_units()

    def maintenance_units(self) -> int:
        """Maintenance margin of all its positions, each by its own bracket."""
        total = 0
        for position in self.positions():
            total += position_maintenance_units(position)
        return total

    def is_unhealthy(self) -> bool:
        """Margin balance below maintenance margin: it is liquidated (semantics 2.1.2)."""
        maintenance = self.maintenance_units()
        return maintenance > 0 and self.balance_units() < maintenance

    def weight_units(self, position: Position) -> int:
        """What a position asks of the maintenance margin of all."""
        return position_maintenance_units(position)

    def is_to_exchange(self) -> bool:
        """Whether a debt has grown so large that it is paid out of other assets; never with one wallet alone."""
        return False

    def is_in_debt(self) -> bool:
        """Nothing is held and the wallet is below nothing: the fund makes it good (semantics 2.5.7, 2.5.10)."""
        return self.position is None and self.wallet.cross_wallet_units() < 0 and not self.positions()

    def is_near(self) -> bool:
        """So near to it that its owner is warned (semantics 2.8.4)."""
        maintenance = self.maintenance_units()
        return maintenance > 0 and maintenance * 100 >= self.balance_units() * MARGIN_CALL_PERCENT


def profit_units(position: Position) -> int:
    """Unrealised profit of a position at the mark price."""
    market = position.exposure.market
    return unrealised_units(market.instrument, position.qty_lots, position.entry_value, market.mark_e8)


def position_maintenance_units(position: Position) -> int:
    """Maintenance margin of a position at the mark price."""
    market = position.exposure.market
    return maintenance_margin_units(market.instrument, position.qty_lots, market.mark_e8)
