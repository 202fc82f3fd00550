"""The margin formulas, one function each. The engine decides with them, the views show with them.

Units: money in 1e-8 of the margin asset, mark prices in 1e-8 of the quote. Rounding: shown amounts are cut toward
zero, so nested cuts give the same digits as one cut (semantics 1.2.3).
"""

from typing import Final

from perpit.domain.instrument import Instrument
from perpit.domain.numbers import PPM, UNIT, div_ceil, div_half_up, div_trunc, mul
from perpit.domain.words import BUY, LINEAR

# Assuming price of a limit SELL: at least the last price and this much (semantics 1.4.2).
ASSUMING_LIMIT_SELL_PPM: Final = 1_500
# Assuming price of a market BUY: the best ask and this much (semantics 1.4.3).
ASSUMING_MARKET_BUY_PPM: Final = 500


def unrealised_units(instrument: Instrument, qty_lots: int, entry_value_units: int, mark_e8: int) -> int:
    """Unrealised profit of a signed position at the mark price, cut toward zero (semantics 4.1.4).

    `entry_value_units` carries the sign of the position, in value units of the instrument.
    """
    if qty_lots == 0:
        return 0
    if instrument.contract_kind == LINEAR:
        den = instrument.qty_den
        return div_trunc(mul(mark_e8, mul(qty_lots, instrument.qty_num)) - mul(entry_value_units, den), den)
    # entry less present value, one division at the end (semantics 1.2.4)
    scaled = instrument.value_scale * mark_e8
    present = qty_lots * instrument.contract_size * (UNIT * UNIT * instrument.value_scale)
    return div_trunc(entry_value_units * mark_e8 - present, scaled)


def funding_units(instrument: Instrument, qty_lots: int, mark_e8: int, rate_e8: int) -> int:
    """What a signed position pays at a funding rate, cut toward zero; negative: it receives (semantics 3.5.2)."""
    if instrument.contract_kind == LINEAR:
        return div_trunc(qty_lots * instrument.qty_num * mark_e8 * rate_e8, instrument.qty_den * UNIT)
    return div_trunc(qty_lots * instrument.contract_size * UNIT * rate_e8, mark_e8)


def present_notional_units(position_units: int, bid_units: int, ask_units: int) -> int:
    """Larger exposure after all buys, or after all sells, of the open orders fill (semantics 1.3.2).

    `position_units` is the signed value of the position at the mark price; the others are ≥ 0.
    """
    bought = position_units + bid_units
    sold = position_units - ask_units
    if bought < 0:
        bought = -bought
    if sold < 0:
        sold = -sold
    return bought if bought > sold else sold


def initial_margin_units(notional_units: int, leverage: int) -> int:
    """Initial margin of a notional ≥ 0, cut (semantics 1.2.1, 1.3.3)."""
    return notional_units // leverage


def maintenance_margin_units(instrument: Instrument, qty_lots: int, mark_e8: int) -> int:
    """Maintenance margin of a position at the mark price, cut once at the end (semantics 1.2.1)."""
    size = abs(qty_lots)
    if size == 0:
        return 0
    bracket = instrument.bracket_for(instrument.value_at_e8(mark_e8, size))
    if instrument.contract_kind == LINEAR:
        den = instrument.qty_den * PPM
        numerator = mark_e8 * size * instrument.qty_num * bracket.maint_ppm
    else:
        den = mark_e8 * PPM
        numerator = size * instrument.contract_size * UNIT * UNIT * bracket.maint_ppm
    return (numerator - bracket.cum_units * den) // den


def open_loss_units(instrument: Instrument, side: int, price_e8: int, qty_lots: int, mark_e8: int) -> int:
    """Loss that an order would carry at once if filled at its assuming price (semantics 1.4.5)."""
    better = price_e8 <= mark_e8 if side == BUY else price_e8 >= mark_e8
    if better:
        return 0
    loss = instrument.value_at_e8(mark_e8, qty_lots) - instrument.value_at_e8(price_e8, qty_lots)
    return -loss if loss < 0 else loss


def available_units(cross_wallet_units: int, cross_unrealised_units: int, initial_units: int) -> int:
    """What new orders may use: never below zero (semantics 1.5.3)."""
    available = cross_wallet_units + cross_unrealised_units - initial_units
    return available if available > 0 else 0


def max_withdraw_units(
    wallet_units: int,
    cross_wallet_units: int,
    cross_unrealised_units: int,
    initial_units: int,
    maint_units: int,
) -> int:
    """What may be taken out; unrealised profit never leaves (semantics 1.5.5, 1.5.6)."""
    free = min(
        wallet_units - maint_units,
        cross_wallet_units - maint_units,
        cross_wallet_units + cross_unrealised_units - initial_units,
    )
    return free if free > 0 else 0


def entry_price_e8(instrument: Instrument, qty_lots: int, entry_value_units: int) -> int:
    """Average entry price of a position, for display, half up at 1e-8; 0 when flat (semantics 4.1.1)."""
    size = abs(qty_lots)
    if size == 0:
        return 0
    value = abs(entry_value_units)
    if instrument.contract_kind == LINEAR:
        numerator, denominator = value * instrument.qty_den, size * instrument.qty_num
    else:
        numerator = size * instrument.contract_size * (UNIT * UNIT * instrument.value_scale)
        denominator = value
    return div_half_up(numerator, denominator)


def bankruptcy_price_e8(
    instrument: Instrument, qty_lots: int, entry_value_units: int, collateral_units: int
) -> int:
    """Price at which a position has used up its collateral; 0 when there is none (semantics 2.4).

    Rounded in favour of the collateral, to 1e-8: a long up, a short down.
    """
    size = abs(qty_lots)
    own = collateral_units * instrument.value_scale
    if instrument.contract_kind == LINEAR:
        left = entry_value_units - own  # of a short the entry value is negative, and so is this
        numerator, denominator = abs(left) * instrument.qty_den, size * instrument.qty_num
        if (left > 0) != (qty_lots > 0):
            return 0
    else:
        numerator = size * instrument.contract_size * (UNIT * UNIT * instrument.value_scale)
        denominator = abs(entry_value_units) + (own if qty_lots > 0 else -own)
        if denominator <= 0:
            return 0
    return div_ceil(numerator, denominator) if qty_lots > 0 else numerator // denominator


def liquidation_price_e8(
    instrument: Instrument,
    qty_lots: int,
    entry_value_units: int,
    wallet_units: int,
    other_maint_units: int,
    other_unrealised_units: int,
) -> int:
    """Mark price at which a linear one-way cross position is liquidated, cut at 1e-8; 0 when there is none.

    Maintenance rate and `cum` are those of the bracket of the notional at that price: the rows are tried from the
    first upward until the notional fits (semantics 2.2.4, 2.2.5).
    """
    if qty_lots == 0 or instrument.contract_kind != LINEAR:
        return 0
    sign = 1 if qty_lots > 0 else -1
    size = abs(qty_lots)
    free = wallet_units - other_maint_units + other_unrealised_units
    price_e8 = 0
    for bracket in instrument.brackets:
        numerator = (free + bracket.cum_units - entry_value_units) * instrument.qty_den * PPM
        denominator = size * instrument.qty_num * (bracket.maint_ppm - sign * PPM)
        if denominator < 0:
            numerator, denominator = -numerator, -denominator
        price_e8 = numerator // denominator
        if price_e8 <= 0:
            return 0
        if instrument.value_at_e8(price_e8, size) <= bracket.cap_units:
            return price_e8
    return price_e8
