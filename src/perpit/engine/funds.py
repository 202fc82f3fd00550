"""Money in and out, and leverage: what an account may do besides trading."""

from perpit.domain import refusals as no
from perpit.domain.commands import SetLeverage, Transfer
from perpit.domain.events import Event, LeverageChanged, WalletChanged
from perpit.domain.margin import initial_margin_units, max_withdraw_units
from perpit.domain.words import CAUSE_DEPOSIT, CAUSE_WITHDRAW, COIN_M, USDS_M
from perpit.engine.account import Account, Exposure, Wallet
from perpit.engine.treasury import Treasury


def transfer(account: Account, treasury: Treasury, command: Transfer, events: list[Event]) -> int:
    """Deposit any amount; withdraw what is neither margin nor unrealised profit (semantics 1.5.5)."""
    amount = command.amount_units
    if amount == 0 or command.asset == "" or (command.market != USDS_M and command.market != COIN_M):
        return no.INVALID_VALUE
    if amount < 0 and -amount > withdrawable_units(account.wallets.get((command.market, command.asset))):
        return no.BALANCE_TOO_SMALL
    wallet = account.wallet(command.market, command.asset)
    wallet.wallet_units += amount
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
    return 0


def withdrawable_units(wallet: Wallet | None) -> int:
    """The most that may leave a wallet."""
    if wallet is None:
        return 0
    unrealised = 0
    initial = 0
    for exposure in wallet.exposures:
        exposure.assess()
        unrealised += exposure.profit_units
        initial += exposure.margin_units
    return max_withdraw_units(
        wallet.wallet_units, wallet.cross_wallet_units(), unrealised, initial, wallet.maintenance_units()
    )


def set_leverage(exposure: Exposure, command: SetLeverage, events: list[Event]) -> int:
    """Change the leverage of an exposure, if bracket and margin allow what it holds (semantics 1.7.2, 1.7.3)."""
    instrument = exposure.market.instrument
    leverage: int = command.leverage
    if not 1 <= leverage <= instrument.brackets[0].max_leverage:
        return no.LEVERAGE_OUT_OF_RANGE
    max_notional_units = instrument.max_notional_units(leverage)
    exposure.assess()
    notional = exposure.present_units
    if leverage > exposure.leverage and notional > max_notional_units:
        return no.LEVERAGE_BRACKET_EXCEEDED
    more = initial_margin_units(notional, leverage) - exposure.margin_units
    if more > 0 and more > exposure.wallet.free_units():
        return no.LEVERAGE_MARGIN_SHORT
    exposure.set_leverage(leverage, max_notional_units)
    events.append(
        LeverageChanged(command.time_ms, command.account_id, command.symbol_id, leverage, max_notional_units)
    )
    return 0
