"""On what terms an account trades: leverage, margin type, an isolated position's own margin, position mode, fees,
the agreement that some contracts need, and whether it may trade at all."""

from perpit.domain import refusals as no
from perpit.domain.commands import (
    AdjustMargin,
    SetFeeTier,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
    SetStanding,
    SignAgreement,
)
from perpit.domain.events import (
    AgreementSigned,
    Event,
    FeeTierChanged,
    LeverageChanged,
    MarginTypeChanged,
    PositionModeChanged,
    StandingChanged,
)
from perpit.domain.margin import initial_margin_units, maintenance_margin_units, unrealised_units
from perpit.domain.words import (
    BOTH,
    BUY,
    CAUSE_MARGIN_TRANSFER,
    COIN_M,
    CROSS,
    EVERY_MARKET,
    GOOD_STANDING,
    INACTIVE,
    ISOLATED,
    LONG,
    SELL,
    SHORT,
    USDS_M,
)
from perpit.engine.account import Account, Exposure, Position, Wallet
from perpit.engine.ledger import move_isolated, position_changed
from perpit.engine.rules import FEE_PPM_MAX, FEE_TIER_MAX


def set_leverage(exposure: Exposure, command: SetLeverage, events: list[Event]) -> int:
    """Change the leverage of an exposure, if bracket and margin allow what it holds (semantics 1.7.2, 1.7.3)."""
    instrument = exposure.market.instrument
    leverage: int = command.leverage
    if not 1 <= leverage <= instrument.brackets[0].max_leverage:
        return no.LEVERAGE_OUT_OF_RANGE
    before, max_before = exposure.leverage, exposure.max_notional_units
    if leverage < before and exposure.margin_type != CROSS and exposure.has_position():
        return no.LEVERAGE_OF_ISOLATED_LOWERED
    max_notional_units = instrument.max_notional_units(leverage)
    exposure.assess()
    if leverage > before and _largest_units(exposure) > max_notional_units:
        return no.LEVERAGE_BRACKET_EXCEEDED
    margin_before = exposure.margin_units
    exposure.set_leverage(leverage, max_notional_units)
    exposure.assess()
    if exposure.margin_units > margin_before and exposure.wallet.free_units() < 0:
        exposure.set_leverage(before, max_before)
        return no.LEVERAGE_MARGIN_SHORT
    events.append(
        LeverageChanged(command.time_ms, command.account_id, command.symbol_id, leverage, max_notional_units)
    )
    return 0


def _largest_units(exposure: Exposure) -> int:
    """The notional that the leverage bracket looks at: in hedge mode that of the larger side."""
    if not exposure.is_hedged:
        return exposure.present_units
    return max(exposure.side_units(BUY), exposure.side_units(SELL))


def set_margin_type(exposure: Exposure, command: SetMarginType, events: list[Event]) -> int:
    """Cross or isolated, while nothing is held and nothing is open (semantics 1.7.4)."""
    if command.margin_type != CROSS and command.margin_type != ISOLATED:
        return no.INVALID_VALUE
    if command.margin_type == exposure.margin_type:
        return no.MARGIN_TYPE_UNCHANGED
    if exposure.wallet.joint is not None:
        return no.ISOLATED_IN_MULTI_ASSETS
    if exposure.has_orders():
        return no.MARGIN_TYPE_WITH_ORDERS
    if exposure.has_position():
        return no.MARGIN_TYPE_WITH_POSITION
    exposure.set_margin_type(command.margin_type)
    events.append(
        MarginTypeChanged(command.time_ms, command.account_id, command.symbol_id, command.margin_type)
    )
    return 0


def adjust_margin(exposure: Exposure, command: AdjustMargin, events: list[Event]) -> int:
    """Add to the margin of an isolated position, or take what it can spare (semantics 1.5.7, 1.7.5)."""
    if command.position_side not in ((LONG, SHORT) if exposure.is_hedged else (BOTH,)):
        return no.POSITION_SIDE_MISMATCH
    if exposure.margin_type == CROSS:
        return no.NOT_ISOLATED
    amount = command.amount_units
    if amount == 0:
        return no.AMOUNT_NOT_POSITIVE
    position = exposure.position(command.position_side)
    if position.qty_lots == 0:
        return no.NO_POSITION
    if amount > 0 and amount > addable_units(exposure.wallet):
        return no.CROSS_BALANCE_SHORT
    if amount < 0 and -amount > removable_units(position):
        return no.ISOLATED_BALANCE_SHORT
    move_isolated(position, amount)
    risk = exposure.market.risk
    risk.touch(exposure.scope_of(position))
    risk.touch(exposure.wallet.scope)
    position_changed(position, CAUSE_MARGIN_TRANSFER, command.time_ms, events)
    return 0


def addable_units(wallet: Wallet) -> int:
    """The most that an isolated position may be given: neither margin nor unrealised profit (semantics 1.5.7)."""
    isolated_orders = 0
    for exposure in wallet.exposures:
        exposure.assess()
        if exposure.margin_type != CROSS:
            isolated_orders += exposure.margin_units
    spare = wallet.cross_wallet_units() - isolated_orders - wallet.maintenance_units()
    return max(0, min(spare, wallet.free_units()))


def removable_units(position: Position) -> int:
    """The most that may be taken from an isolated position (semantics 1.5.7)."""
    exposure = position.exposure
    instrument, mark_e8 = exposure.market.instrument, exposure.market.mark_e8
    value = abs(instrument.value_at_e8(mark_e8, position.qty_lots))
    profit = unrealised_units(instrument, position.qty_lots, position.entry_value, mark_e8)
    maintenance = maintenance_margin_units(instrument, position.qty_lots, mark_e8)
    initial = initial_margin_units(value, exposure.leverage)
    own = position.isolated_units
    return max(0, min(own - maintenance, own + profit - initial))


def set_position_mode(account: Account, command: SetPositionMode, events: list[Event]) -> int:
    """One-way or hedge mode in a whole market, while nothing is held and nothing is open (semantics 1.7.6).

    In every market at once it changes those that are in the other mode, or none.
    """
    market = command.market
    if market != USDS_M and market != COIN_M and market != EVERY_MARKET:
        return no.INVALID_VALUE
    wanted = [USDS_M, COIN_M] if market == EVERY_MARKET else [market]
    changed = [each for each in wanted if command.is_hedged != (each in account.hedged)]
    if not changed:
        return no.POSITION_MODE_UNCHANGED
    for each in changed:
        refusal = _blocks_mode(account, each)
        if refusal != 0:
            return no.POSITION_MODE_OF_OTHER_MARKET if each != wanted[0] else refusal
    for each in changed:
        if command.is_hedged:
            account.hedged.append(each)
        else:
            account.hedged.remove(each)
        for exposure in _exposures_in(account, each):
            exposure.set_hedged(command.is_hedged)
        events.append(PositionModeChanged(command.time_ms, command.account_id, each, command.is_hedged))
    return 0


def _exposures_in(account: Account, market: int) -> list[Exposure]:
    return [one for one in account.exposures.values() if one.market.instrument.market == market]


def _blocks_mode(account: Account, market: int) -> int:
    """Why the position mode of a market cannot change now, or 0."""
    exposures = _exposures_in(account, market)
    if any(exposure.has_orders() for exposure in exposures):
        return no.POSITION_MODE_WITH_ORDERS
    if any(exposure.has_position() for exposure in exposures):
        return no.POSITION_MODE_WITH_POSITION
    return 0


def set_fee_tier(account: Account, command: SetFeeTier, events: list[Event]) -> int:
    """Other rates for all contracts of a market, from the next fill on; asking for what is so changes nothing."""
    if not _is_tier(command):
        return no.INVALID_VALUE
    market = command.market
    before = account.fee_tiers.get(market)
    tier = command if command.tier != 0 else None
    if _pays_alike(before, tier):
        return 0
    if tier is None:
        del account.fee_tiers[market]
    else:
        account.fee_tiers[market] = tier
    for exposure in account.exposures.values():
        if exposure.market.instrument.market == market:
            exposure.set_fees(tier)
    maker_ppm = 0 if tier is None else tier.maker_fee_ppm
    taker_ppm = 0 if tier is None else tier.taker_fee_ppm
    events.append(
        FeeTierChanged(command.time_ms, command.account_id, market, command.tier, maker_ppm, taker_ppm)
    )
    return 0


def _is_tier(command: SetFeeTier) -> bool:
    if command.market != USDS_M and command.market != COIN_M:
        return False
    if command.tier == 0:
        return True
    maker_ppm, taker_ppm = command.maker_fee_ppm, command.taker_fee_ppm
    # a rebate above what the taker brings would pay for trading with oneself
    in_bounds = -taker_ppm <= maker_ppm <= FEE_PPM_MAX and 0 <= taker_ppm <= FEE_PPM_MAX
    return 0 < command.tier <= FEE_TIER_MAX and in_bounds


def _pays_alike(one: SetFeeTier | None, other: SetFeeTier | None) -> bool:
    if one is None or other is None:
        return one is other
    return (
        one.tier == other.tier
        and one.maker_fee_ppm == other.maker_fee_ppm
        and one.taker_fee_ppm == other.taker_fee_ppm
    )


def sign_agreement(account: Account, command: SignAgreement, events: list[Event]) -> int:
    """Open the contracts that need it; a second time changes nothing."""
    if not account.has_signed:
        account.has_signed = True
        events.append(AgreementSigned(command.time_ms, command.account_id))
    return 0


def set_standing(account: Account, command: SetStanding, events: list[Event]) -> int:
    """Restrict an account, or let it go; asking for what is so changes nothing."""
    if not GOOD_STANDING <= command.standing <= INACTIVE:
        return no.INVALID_VALUE
    if command.standing != account.standing:
        account.standing = command.standing
        events.append(StandingChanged(command.time_ms, command.account_id, account.standing))
    return 0
