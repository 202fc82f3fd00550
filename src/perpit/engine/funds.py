"""Money in and out."""

from perpit.domain import refusals as no
from perpit.domain.commands import Transfer
from perpit.domain.events import Event, StandingChanged, WalletChanged
from perpit.domain.margin import max_withdraw_units
from perpit.domain.words import CAUSE_DEPOSIT, CAUSE_WITHDRAW, COIN_M, CROSS, GOOD_STANDING, INACTIVE, USDS_M
from perpit.engine.account import Account, Wallet
from perpit.engine.risk import Risk
from perpit.engine.treasury import Treasury


def transfer(account: Account, treasury: Treasury, risk: Risk, command: Transfer, events: list[Event]) -> int:
    """Deposit any amount; withdraw what is neither margin nor unrealised profit (semantics 1.5.5)."""
    amount = command.amount_units
    if amount == 0 or command.asset == "" or (command.market != USDS_M and command.market != COIN_M):
        return no.INVALID_VALUE
    if amount < 0 and -amount > withdrawable_units(account.wallets.get((command.market, command.asset))):
        return no.BALANCE_TOO_SMALL
    wallet = account.wallet(command.market, command.asset)
    wallet.wallet_units += amount
    risk.touch(wallet.scope)
    treasury.till(command.market, command.asset).net_deposits_units += amount
    events.append(
        WalletChanged(
            command.time_ms,
            account.account_id,
            wallet.market,
            wallet.asset,
            wallet.wallet_units,
            wallet.cross_wallet_units(),
            amount,
            CAUSE_DEPOSIT if amount > 0 else CAUSE_WITHDRAW,
        )
    )
    if amount > 0 and account.standing == INACTIVE:  # -4109: "Transfer any amount of asset to future wallet"
        account.standing = GOOD_STANDING
        events.append(StandingChanged(command.time_ms, account.account_id, GOOD_STANDING))
    return 0


def withdrawable_units(wallet: Wallet | None) -> int:
    """The most that may leave a wallet."""
    if wallet is None:
        return 0
    joint = wallet.joint
    if joint is not None:
        return joint.withdrawable_units(wallet)
    unrealised = initial = isolated_orders = 0
    for exposure in wallet.exposures:
        exposure.assess()
        unrealised += exposure.profit_units
        initial += exposure.margin_units
        if exposure.margin_type != CROSS:
            isolated_orders += exposure.margin_units
    return max_withdraw_units(
        wallet.wallet_units,
        wallet.cross_wallet_units(),
        unrealised,
        initial,
        wallet.maintenance_units() + isolated_orders,
    )
