"""What an account chooses for all its assets: multi-assets mode (semantics 1.6.2), and fees in BNB (4.3.5)."""

from perpit.domain import refusals as no
from perpit.domain.commands import SetFeeBurn, SetMultiAssets
from perpit.domain.events import Event, FeeBurnChanged, MultiAssetsChanged
from perpit.domain.words import CROSS, USDS_M
from perpit.engine.account import Account, Exposure
from perpit.engine.assets import Assets
from perpit.engine.joint import JointScope
from perpit.engine.risk import Risk


def set_multi_assets(
    account: Account, assets: Assets, risk: Risk, command: SetMultiAssets, events: list[Event]
) -> int:
    """Let the wallets stand for each other, or no longer; every rule that can refuse it, in order."""
    if command.is_on == (account.joint is not None):
        return no.MULTI_ASSETS_UNCHANGED
    exposures = [one for one in account.exposures.values() if one.wallet.market == USDS_M]
    if any(exposure.margin_type != CROSS for exposure in exposures):
        return no.MULTI_ASSETS_WITH_ISOLATED
    if any(exposure.has_orders() for exposure in exposures):
        return no.MULTI_ASSETS_WITH_ORDERS
    refusal = _check_on(account, assets, exposures) if command.is_on else _check_off(account)
    if refusal != 0:
        return refusal
    if command.is_on:
        account.join(JointScope(account, assets), risk)
    else:
        account.part(risk)
    events.append(MultiAssetsChanged(command.time_ms, command.account_id, command.is_on))
    return 0


def _check_on(account: Account, assets: Assets, exposures: list[Exposure]) -> int:
    """Whatever is held counts, and all together carries it."""
    for exposure in exposures:
        if exposure.has_position() and assets.priced(exposure.wallet.asset) is None:
            return no.NO_PRICE
    trial = JointScope(account, assets)
    return no.MULTI_ASSETS_MARGIN_SHORT if trial.balance_units() < trial.initial_units() else 0


def _check_off(account: Account) -> int:
    """Every wallet carries what it is to stand for alone."""
    wallets = [wallet for wallet in account.wallets.values() if wallet.market == USDS_M]
    if any(wallet.wallet_units < 0 for wallet in wallets):
        return no.MULTI_ASSETS_WITH_DEBT
    if any(wallet.own_free_units() < 0 for wallet in wallets):
        return no.MULTI_ASSETS_MARGIN_SHORT
    return 0


def set_fee_burn(account: Account, command: SetFeeBurn, events: list[Event]) -> int:
    """Pay fees in BNB while there is enough, or not; asking for what is already so changes nothing."""
    if account.burns_fees != command.is_on:
        account.burns_fees = command.is_on
        events.append(FeeBurnChanged(command.time_ms, command.account_id, command.is_on))
    return 0
