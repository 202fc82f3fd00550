"""Liquidation and bankruptcy prices against their meaning: there the balance is the maintenance margin, or nothing.

Margin balance and maintenance margin are those of the naive reference, in fractions (semantics 2.1.2, 2.2, 2.3, 2.4.1).
"""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpit.domain.instrument import Instrument
from perpit.domain.margin import Leg, bankruptcy_price_e8, liquidation_price_e8
from perpit.domain.numbers import UNIT
from tests import reference_formulas as formulas
from tests.flows import venue_instruments

LINEAR, _ETHUSDT, INVERSE = venue_instruments()  # with brackets that are soon full
sizes = st.integers(1, 20_000)
prices = st.integers(20_000 * UNIT, 120_000 * UNIT)
instruments = st.sampled_from([LINEAR, INVERSE])


def balance(instrument: Instrument, legs: list[Leg], collateral: int, price_e8: int) -> Fraction:
    total = Fraction(collateral)
    for leg in legs:
        worth = formulas.value_exactly(instrument, price_e8, leg.qty_lots)
        total += formulas.gain(instrument, leg.entry_value, worth * formulas.booked_per_unit(instrument))
    return total


def maintenance(instrument: Instrument, legs: list[Leg], price_e8: int) -> Fraction:
    total = Fraction(0)
    for leg in legs:
        notional = abs(formulas.value_exactly(instrument, price_e8, leg.qty_lots))
        row = formulas.bracket_of(instrument.brackets, notional)
        total += notional * Fraction(row.maint_ppm, 10**6) - row.cum_units
    return total


def spare(instrument: Instrument, legs: list[Leg], collateral: int, price_e8: int) -> Fraction:
    return balance(instrument, legs, collateral, price_e8) - maintenance(instrument, legs, price_e8)


def leg(instrument: Instrument, lots: int, entry_e8: int) -> Leg:
    value = instrument.fill_value_at_e8(entry_e8, abs(lots))
    return Leg(lots, value if lots > 0 else -value)


@given(instruments, sizes, st.sampled_from([1, -1]), prices, st.integers(1, 200))
@settings(max_examples=120, deadline=None)
@pytest.mark.semantics("2.2.4", "2.2.5", "2.3.2")
def test_at_the_liquidation_price_of_a_position_nothing_is_to_spare(
    instrument: Instrument, size: int, sign: int, entry_e8: int, percent: int
) -> None:
    legs = [leg(instrument, sign * size, entry_e8)]
    collateral = instrument.value_at_e8(entry_e8, size) * percent // 100
    price = liquidation_price_e8(instrument, legs, collateral)
    if price == 0:  # a short that its own coin covers, or a long that is paid in full
        least = 1 if sign > 0 else 10**9 * UNIT
        assert spare(instrument, legs, collateral, least) >= 0
        return
    around = [spare(instrument, legs, collateral, price + step) for step in (0, 1)]
    assert min(around) <= 0 <= max(around)


@given(instruments, sizes, sizes, prices, prices, st.integers(1, 200))
@settings(max_examples=120, deadline=None)
@pytest.mark.semantics("2.2.1", "2.3.1")
def test_at_the_liquidation_price_of_a_hedge_nothing_is_to_spare(
    instrument: Instrument, bought: int, sold: int, long_e8: int, short_e8: int, percent: int
) -> None:
    legs = [leg(instrument, bought, long_e8), leg(instrument, -sold, short_e8)]
    collateral = instrument.value_at_e8(long_e8, max(bought, sold)) * percent // 100
    price = liquidation_price_e8(instrument, legs, collateral)
    if price > 0:
        around = [spare(instrument, legs, collateral, price + step) for step in (0, 1)]
        assert min(around) <= 0 <= max(around)


@given(instruments, sizes, st.sampled_from([1, -1]), prices, st.integers(1, 90))
@settings(max_examples=80, deadline=None)
@pytest.mark.semantics("2.4.1")
def test_at_the_bankruptcy_price_nothing_is_left(
    instrument: Instrument, size: int, sign: int, entry_e8: int, percent: int
) -> None:
    legs = [leg(instrument, sign * size, entry_e8)]
    collateral = instrument.value_at_e8(entry_e8, size) * percent // 100
    price = bankruptcy_price_e8(instrument, legs, collateral)
    assert price > 0
    around = [balance(instrument, legs, collateral, price + step) for step in (0, 1)]
    assert min(around) <= 0 <= max(around)
