"""Auto-exchange: debts of one asset are paid out of other assets of the account (semantics 1.6.7).

The venue's till is the counterpart: it buys at the exchange bid rate what is sold, and sells at the ask rate what is
owed. Every wallet that pays gives the same part of what it has; the dust of the division is the till's.
"""

from mypy_extensions import i64

from perpit.domain.collateral import usd_units
from perpit.domain.events import Event, WalletChanged
from perpit.domain.numbers import UNIT, div_ceil
from perpit.domain.words import CAUSE_AUTO_EXCHANGE
from perpit.engine.account import Wallet
from perpit.engine.joint import JointScope
from perpit.engine.treasury import Treasury


class Exchange:
    """What an account would pay for which debts: each list in the order of the assets' names."""

    def __init__(self, scope: JointScope, pays_all: bool) -> None:
        self.scope = scope
        self.owers: list[Wallet] = []
        self.payers: list[Wallet] = []
        self.owed_units = 0  # in USD, rounded up
        self.paid_units = 0  # in USD, rounded down
        for wallet in scope.wallets():
            asset = scope.assets.priced(wallet.asset)
            units = wallet.wallet_units
            if asset is None or units == 0:
                continue
            if units > 0:
                self.payers.append(wallet)
                self.paid_units += usd_units(units, asset.exchange_bid_e8())
            elif pays_all or units < asset.terms.exchange_units:
                self.owers.append(wallet)
                self.owed_units += div_ceil(-units * asset.exchange_ask_e8(), UNIT)

    def run(self, treasury: Treasury, time_ms: i64, events: list[Event]) -> None:
        """Pay all debts, or as much of each as everything that is there pays for."""
        owed, paid = self.owed_units, self.paid_units
        if owed == 0 or paid == 0:
            return
        for wallet in self.scope.wallets():
            units = wallet.wallet_units
            change = 0
            if wallet in self.payers:
                change = -units if paid < owed else -div_ceil(units * owed, paid)
            elif wallet in self.owers:
                change = -units if paid >= owed else -units * paid // owed
            if change != 0:
                _book(self.scope, wallet, change, treasury, time_ms, events)


def _book(
    scope: JointScope, wallet: Wallet, change: int, treasury: Treasury, time_ms: i64, events: list[Event]
) -> None:
    wallet.wallet_units += change
    treasury.till(wallet.market, wallet.asset).exchanged_units -= change
    events.append(
        WalletChanged(
            time_ms,
            scope.account.account_id,
            wallet.market,
            wallet.asset,
            wallet.wallet_units,
            wallet.cross_wallet_units(),
            change,
            CAUSE_AUTO_EXCHANGE,
        )
    )
