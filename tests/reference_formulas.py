"""The formulas of the reference, recomputed with fractions so that they judge `perpit.domain.margin` and the engine.

Shares no arithmetic with the engine: an instrument is read for its terms only (tick, lot, rates, brackets), a value is
a `Fraction` until the one cut that the rules name (semantics 1.2.3: amounts are cut, never rounded).
"""

from collections.abc import Iterable
from fractions import Fraction
from math import floor

from perpit.domain.instrument import Bracket, Instrument

E8 = 10**8
MILLION = 10**6

# What the text leaves open, each a named choice (the same names stand in the engine's rules).
SELL_LIMIT_ASSUMING = Fraction(1_001_500, MILLION)  # semantics 1.4.2: last + 0.15 %
BUY_MARKET_ASSUMING = Fraction(1_000_500, MILLION)  # semantics 1.4.3: best ask + 0.05 %
BASIS_WINDOW = 30  # semantics 3.2.3: one point a second
MARK_AVERAGE_WINDOW = 30  # semantics 3.2.6 leaves it open


def cut(amount: Fraction) -> int:
    """Cut toward zero."""
    return floor(amount) if amount >= 0 else -floor(-amount)


def base_quantity(instrument: Instrument, lots: int) -> Fraction:
    """Quantity in the base asset."""
    return Fraction(lots * instrument.lot_e8, E8)


def price_e8(instrument: Instrument, ticks: int) -> int:
    return ticks * instrument.tick_e8


def value_at(instrument: Instrument, price: int, lots: int) -> int:
    """Value of lots at a price in 1e-8 of the quote, cut toward zero; the sign is that of the lots."""
    return cut(price * base_quantity(instrument, lots))


def trade_value(instrument: Instrument, ticks: int, lots: int) -> int:
    """Value of lots traded at a price on the book: exact, which the function insists on."""
    exact = price_e8(instrument, ticks) * base_quantity(instrument, lots)
    assert exact.denominator == 1, f"{instrument.symbol}: a traded value is not a whole unit"
    return int(exact)


def fee(value_units: int, fee_ppm: int) -> int:
    """Commission on a traded value, cut: the payer keeps the dust (semantics 4.3.1)."""
    return cut(Fraction(value_units * fee_ppm, MILLION))


def unrealised(instrument: Instrument, lots: int, entry_units: int, mark_e8: int) -> int:
    """Unrealised profit of a signed position, cut once (semantics 4.1.4, 1.2.4)."""
    if lots == 0:
        return 0
    return cut(mark_e8 * base_quantity(instrument, lots) - entry_units)


def present_notional(position_units: int, bid_units: int, ask_units: int) -> int:
    """Semantics 1.3.2."""
    return max(abs(position_units + bid_units), abs(position_units - ask_units))


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


def maintenance_margin(instrument: Instrument, lots: int, mark_e8: int) -> int:
    """N·MMR − cum at the mark price, cut (semantics 1.2.1)."""
    if lots == 0:
        return 0
    notional = mark_e8 * base_quantity(instrument, abs(lots))
    row = bracket_of(instrument.brackets, Fraction(cut(notional)))
    return cut(notional * Fraction(row.maint_ppm, MILLION) - row.cum_units)


def leverage_cap(instrument: Instrument, leverage: int) -> int:
    """Cap of the last row that allows the leverage (semantics 1.4.8, 1.7.1); 0 when none does."""
    return max([row.cap_units for row in instrument.brackets if row.max_leverage >= leverage], default=0)


def open_loss(instrument: Instrument, side: int, order_price_e8: int, lots: int, mark_e8: int) -> int:
    """What an order loses at once if it fills at its price (semantics 1.4.5)."""
    difference = value_at(instrument, mark_e8, lots) - value_at(instrument, order_price_e8, lots)
    return max(0, -side * difference)


def median(a: int, b: int, c: int) -> int:
    return sorted([a, b, c])[1]


def mean_floor(samples: list[int]) -> int:
    return floor(Fraction(sum(samples), len(samples)))
