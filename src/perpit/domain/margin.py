"""The margin formulas, one function each. The engine decides with them, the views show with them.

Units: money in 1e-8 of the margin asset, mark prices in 1e-8 of the quote. Rounding: shown amounts are cut toward
zero, so nested cuts give the same digits as one cut (semantics 1.2.3).
"""

from typing import Final

from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.numbers import PPM, UNIT, div_ceil, div_half_up, div_trunc, mul
from perpit.domain.words import BUY, LINEAR

# Assuming price of a limit SELL: at least the last price and this much (semantics 1.4.2).
ASSUMING_LIMIT_SELL_PPM: Final = 1_500
# Assuming price of a market BUY: the best ask and this much (semantics 1.4.3).
ASSUMING_MARKET_BUY_PPM: Final = 500


def unrealised_units(instrument: Instrument, qty_lots: int, entry_value: int, mark_e8: int) -> int:
    """Unrealised profit of a signed position at the mark price, cut toward zero (semantics 4.1.4).

    `entry_value` carries the sign of the position, in value units of the instrument.
    """
    if qty_lots == 0:
        return 0
    if instrument.contract_kind == LINEAR:
        den = instrument.qty_den
        return div_trunc(mul(mark_e8, mul(qty_lots, instrument.qty_num)) - mul(entry_value, den), den)
    # entry less present value, one division at the end (semantics 1.2.4)
    scaled = instrument.value_scale * mark_e8
    present = qty_lots * instrument.contract_size * (UNIT * UNIT * instrument.value_scale)
    return div_trunc(entry_value * mark_e8 - present, scaled)


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


def leverage_profit(profit_units: int, collateral_units: int, maint_units: int) -> int:
    """Profit ÷ wallet × maintenance margin ÷ margin balance, in 1e-16: who has most gives way first (semantics 2.7.1).

    `collateral_units` is the wallet behind the position, cross or isolated; 0 without profit, or without a balance.
    """
    balance_units = collateral_units + profit_units
    if profit_units <= 0 or balance_units <= 0:
        return 0
    profit_share = profit_units * UNIT // max(UNIT, collateral_units)
    return profit_share * (maint_units * UNIT // balance_units)


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


def entry_price_e8(instrument: Instrument, qty_lots: int, entry_value: int) -> int:
    """Average entry price of a position, for display, half up at 1e-8; 0 when flat (semantics 4.1.1)."""
    size = abs(qty_lots)
    if size == 0:
        return 0
    value = abs(entry_value)
    if instrument.contract_kind == LINEAR:
        numerator, denominator = value * instrument.qty_den, size * instrument.qty_num
    else:
        numerator = size * instrument.contract_size * (UNIT * UNIT * instrument.value_scale)
        denominator = value
    return div_half_up(numerator, denominator)


def entry_price_e13(instrument: Instrument, qty_lots: int, entry_value: int) -> int:
    """Entry price as positions show it, in 1e-13 of the quote; 0 when flat.

    Half up at the thirteenth significant digit: the one rule that gives every digit of the recorded rows, those of
    inverse contracts included, whose entry value has 13 decimals (semantics 4.1.2).
    """
    if qty_lots == 0:
        return 0
    return _thirteen_digits(*_entry_price(instrument, abs(qty_lots), abs(entry_value)))


def break_even_price_e13(instrument: Instrument, qty_lots: int, entry_value: int, spent_value: int) -> int:
    """Entry price moved by `spent_value` (fees less realised profit, in value units), against a short downward.

    In 1e-13 of the quote, rounded like the entry price; 0 when flat, negative when the realised profit exceeds the
    cost. The shift is in proportion to the entry value, for inverse contracts too (semantics 4.2.1, 4.2.2).
    """
    if qty_lots == 0:
        return 0
    entry = abs(entry_value)
    shifted = entry + spent_value if qty_lots > 0 else entry - spent_value
    numerator, denominator = _entry_price(instrument, abs(qty_lots), entry)
    price = _thirteen_digits(numerator * abs(shifted), denominator * entry)
    return price if shifted >= 0 else -price


def _entry_price(instrument: Instrument, size_lots: int, entry_value: int) -> tuple[int, int]:
    """The exact quotient, both parts > 0: arithmetic mean of a linear contract, harmonic of an inverse one."""
    if instrument.contract_kind == LINEAR:
        return entry_value * instrument.qty_den, size_lots * instrument.qty_num * UNIT
    return size_lots * instrument.contract_size * (UNIT * instrument.value_scale), entry_value


def _thirteen_digits(numerator: int, denominator: int) -> int:
    """A quotient ≥ 0 in units of 1e-13, half up at its thirteenth significant digit."""
    scaled = numerator * 10**13
    unit = denominator * int(10 ** max(0, len(str(scaled // denominator)) - 13))
    return (2 * scaled + unit) // (2 * unit) * (unit // denominator)


class Leg:
    """One position as the price formulas see it: signed lots and signed entry value (value units)."""

    def __init__(self, qty_lots: int, entry_value: int) -> None:
        self.qty_lots = qty_lots
        self.entry_value = entry_value


def liquidation_price_e8(instrument: Instrument, legs: list[Leg], collateral_units: int) -> int:
    """Mark price at which the margin balance is the maintenance margin, cut at 1e-8; 0 when there is none.

    `legs` are the positions in the instrument that fall together: the one of one-way mode, both sides of a hedge that
    is cross (they show the same price, semantics 2.2.6), one isolated side. `collateral_units` is what stands behind
    them: cross wallet less maintenance margin plus profit of all other cross contracts, or the isolated wallet
    (semantics 2.2.1–2.2.3, 2.3.1).

    Rate and `cum` are those of the bracket of each leg's notional at that very price (semantics 2.2.5), so every range
    of prices in which no leg changes its bracket is solved by itself. A hedge may fall on both ways: then the price
    toward which its larger side loses is the one.
    """
    held = [leg for leg in legs if leg.qty_lots != 0]
    bounds = _bracket_prices_e8(instrument, held)
    found: list[int] = []
    for index, low in enumerate(bounds):
        is_last = index + 1 == len(bounds)
        high = 2 * low + 2 if is_last else bounds[index + 1]
        brackets = [_bracket_at(instrument, leg, (low + high + 1) // 2) for leg in held]
        cum_units = sum(bracket.cum_units for bracket in brackets)
        rates = [bracket.maint_ppm for bracket in brackets]
        price_e8 = _solve(instrument, held, rates, collateral_units + cum_units)
        # at a bound both ranges have the same solution; one unit more, because both are cut
        if price_e8 > 0 and low - 1 <= price_e8 and (is_last or price_e8 <= high + 1):
            found.append(price_e8)
    if not found:
        return 0
    return min(found) if sum(leg.qty_lots for leg in held) > 0 else max(found)


def _bracket_prices_e8(instrument: Instrument, legs: list[Leg]) -> list[int]:
    """Prices, from 0 upward, at which the notional of some leg passes from one bracket to the next."""
    bounds = {0}
    for leg in legs:
        size = abs(leg.qty_lots)
        for bracket in instrument.brackets[:-1]:
            if instrument.contract_kind == LINEAR:
                bounds.add(bracket.cap_units * instrument.qty_den // (size * instrument.qty_num))
            else:
                bounds.add(size * instrument.contract_size * UNIT * UNIT // bracket.cap_units)
    return sorted(bounds)


def _bracket_at(instrument: Instrument, leg: Leg, price_e8: int) -> Bracket:
    return instrument.bracket_for(abs(instrument.value_at_e8(price_e8, leg.qty_lots)))


def bankruptcy_price_e8(instrument: Instrument, legs: list[Leg], collateral_units: int) -> int:
    """Price at which nothing is left of the collateral, cut at 1e-8; 0 when there is none (semantics 2.4.1).

    `collateral_units` here is the cross wallet and the profit of all other cross contracts, whose maintenance margin
    is not reserved (semantics 2.4.2), or the isolated wallet.
    """
    return max(0, _solve(instrument, legs, [0 for _leg in legs], collateral_units))


def takeover_price_e8(instrument: Instrument, leg: Leg, collateral_units: int) -> int:
    """The bankruptcy price of one position, rounded so that nothing is lost by it: of a long up, of a short down."""
    numerator, denominator = _solve_exactly(instrument, [leg], [0], collateral_units)
    if numerator <= 0 or denominator <= 0:
        return 0
    return div_ceil(numerator, denominator) if leg.qty_lots > 0 else numerator // denominator


def _solve(instrument: Instrument, legs: list[Leg], maint_ppms: list[int], collateral_units: int) -> int:
    """Price at which collateral and profit of the legs are the given rates of their notionals, cut; or 0."""
    numerator, denominator = _solve_exactly(instrument, legs, maint_ppms, collateral_units)
    return numerator // denominator if denominator != 0 and numerator > 0 else 0


def _solve_exactly(
    instrument: Instrument, legs: list[Leg], maint_ppms: list[int], collateral_units: int
) -> tuple[int, int]:
    """The same as a quotient with a denominator ≥ 0.

    Linear: collateral + Σ (price·lots − entry) = Σ rate·price·|lots|. Inverse: collateral + Σ (entry − lots/price) =
    Σ rate·|lots|/price.
    """
    entry = sum(leg.entry_value for leg in legs)
    net = sum(leg.qty_lots for leg in legs) * PPM
    kept = sum(abs(leg.qty_lots) * maint_ppms[index] for index, leg in enumerate(legs))
    if instrument.contract_kind == LINEAR:
        numerator = (entry - collateral_units) * instrument.qty_den * PPM
        denominator = (net - kept) * instrument.qty_num
    else:
        scale = instrument.value_scale
        numerator = (net + kept) * instrument.contract_size * (UNIT * UNIT * scale)
        denominator = (collateral_units * scale + entry) * PPM
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return numerator, denominator
