"""The formulas of the reference, recomputed with fractions so that they judge `perpit.domain.margin` and the engine.

Shares no arithmetic with the engine: an instrument is read for its terms only (tick, lot, rates, brackets), a value is
a `Fraction` until the one cut that the rules name (semantics 1.2.3: amounts are cut, never rounded).
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from math import floor

from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.words import LINEAR

E8 = 10**8
MILLION = 10**6

# What the text leaves open, each a named choice (the same names stand in the engine's rules).
SELL_LIMIT_ASSUMING = Fraction(1_001_500, MILLION)  # semantics 1.4.2: last + 0.15 %
BUY_MARKET_ASSUMING = Fraction(1_000_500, MILLION)  # semantics 1.4.3: best ask + 0.05 %
BASIS_WINDOW = 30  # semantics 3.2.3: one point a second
INVERSE_DECIMALS = 13  # semantics 4.1.2 allows cut or half up: cut
MARK_AVERAGE_WINDOW = 30  # semantics 3.2.6 leaves it open

# The reference asks the same again and again, of everybody after every price: fractions are slow, answers are not.
asked_again = lru_cache(maxsize=4096)


def cut(amount: Fraction) -> int:
    """Cut toward zero."""
    return floor(amount) if amount >= 0 else -floor(-amount)


def base_quantity(instrument: Instrument, lots: int) -> Fraction:
    """Quantity in the base asset."""
    return Fraction(lots * instrument.lot_e8, E8)


def price_e8(instrument: Instrument, ticks: int) -> int:
    return ticks * instrument.tick_e8


def value_exactly(instrument: Instrument, price: int, lots: int) -> Fraction:
    """Value of lots at a price in 1e-8 of the quote, in units of the margin asset; the sign is that of the lots.

    Linear: price × quantity. Inverse: contracts × contract size ÷ price. Without a price there is no value.
    """
    if instrument.contract_kind == LINEAR:
        return price * base_quantity(instrument, lots)
    return Fraction(lots * instrument.contract_size * E8 * E8, price) if price else Fraction(0)


@asked_again
def value_at(instrument: Instrument, price: int, lots: int) -> int:
    """The same as an amount, cut toward zero."""
    return cut(value_exactly(instrument, price, lots))


def booked_per_unit(instrument: Instrument) -> int:
    """How finely positions and fills are booked: an inverse value has 13 decimals (semantics 4.1.2)."""
    return 1 if instrument.contract_kind == LINEAR else 10 ** (INVERSE_DECIMALS - 8)


def trade_value(instrument: Instrument, ticks: int, lots: int) -> int:
    """Value of lots traded at a price on the book, as it is booked: exact when linear, an inverse one is cut."""
    exact = value_exactly(instrument, price_e8(instrument, ticks), lots) * booked_per_unit(instrument)
    is_whole = exact.denominator == 1
    assert is_whole or instrument.contract_kind != LINEAR, f"{instrument.symbol}: not a whole unit"
    return cut(exact)


def fee(instrument: Instrument, value: int, fee_ppm: int) -> int:
    """Commission on a booked value, cut: the payer keeps the dust (semantics 4.3.1)."""
    return cut(Fraction(value * fee_ppm, MILLION * booked_per_unit(instrument)))


def kept_fee(instrument: Instrument, value: int, fee_ppm: int) -> int:
    """The same as a position keeps it, in booked units: of an inverse contract half up (semantics 4.2.1, A13)."""
    if instrument.contract_kind == LINEAR:
        return fee(instrument, value, fee_ppm)
    return floor(Fraction(value * fee_ppm, MILLION) + Fraction(1, 2))


def gain(instrument: Instrument, entry: Fraction | int, exit_value: Fraction | int) -> Fraction:
    """What a signed booked value that was entered and left has won, in units (semantics 4.1.4, 4.1.5)."""
    won = exit_value - entry if instrument.contract_kind == LINEAR else entry - exit_value
    return Fraction(won) / booked_per_unit(instrument)


@asked_again
def unrealised(instrument: Instrument, lots: int, entry_value: int, mark_e8: int) -> int:
    """Unrealised profit of a signed position, cut once (semantics 4.1.4, 1.2.4)."""
    if lots == 0:
        return 0
    present = value_exactly(instrument, mark_e8, lots) * booked_per_unit(instrument)
    return cut(gain(instrument, entry_value, present))


def set_apart(instrument: Instrument, value: int, leverage: int) -> int:
    """Initial margin of a booked value, which an isolated position keeps for itself (semantics 1.2.1, 1.2.2)."""
    return cut(Fraction(value, booked_per_unit(instrument) * leverage))


def present_notional(position_units: int, bid_units: int, ask_units: int) -> int:
    """Semantics 1.3.2."""
    return max(abs(position_units + bid_units), abs(position_units - ask_units))


@asked_again
def initial_margin(notional_units: int, leverage: int) -> int:
    """Semantics 1.3.3, cut."""
    return cut(Fraction(notional_units, leverage))


def bracket_of(brackets: Iterable[Bracket], notional: Fraction) -> Bracket:
    """The row that holds a notional: floor < N ≤ cap (semantics 1.1.8)."""
    row = None
    for row in brackets:
        if notional <= row.cap_units:
            return row
    assert row is not None, "an instrument has at least one bracket"
    return row


@asked_again
def maintenance_margin(instrument: Instrument, lots: int, mark_e8: int) -> int:
    """N·MMR − cum at the mark price, cut (semantics 1.2.1)."""
    if lots == 0:
        return 0
    notional = value_exactly(instrument, mark_e8, abs(lots))
    row = bracket_of(instrument.brackets, Fraction(cut(notional)))
    return cut(notional * Fraction(row.maint_ppm, MILLION) - row.cum_units)


def leverage_cap(instrument: Instrument, leverage: int) -> int:
    """Cap of the last row that allows the leverage (semantics 1.4.8, 1.7.1); 0 when none does."""
    return max([row.cap_units for row in instrument.brackets if row.max_leverage >= leverage], default=0)


def open_loss(instrument: Instrument, side: int, order_price_e8: int, lots: int, mark_e8: int) -> int:
    """What an order loses at once if it fills at its price (semantics 1.4.5, 1.4.6); both values are amounts, cut."""
    if side * order_price_e8 <= side * mark_e8:
        return 0
    return abs(value_at(instrument, mark_e8, lots) - value_at(instrument, order_price_e8, lots))


def median(a: int, b: int, c: int) -> int:
    return sorted([a, b, c])[1]


def mean_floor(samples: list[int]) -> int:
    return floor(Fraction(sum(samples), len(samples)))
