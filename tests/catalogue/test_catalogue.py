"""The catalogue: every row loads onto its grid, and whoever asks for something else is told what there is."""

from itertools import pairwise

import pytest

from perpit import catalogue
from perpit.domain.numbers import UNIT
from perpit.domain.words import LINEAR, USDS_M


@pytest.mark.parametrize("symbol", catalogue.symbols())
def test_every_contract_loads_and_its_limits_make_sense(symbol: str) -> None:
    instrument = catalogue.load_instrument(symbol, 3)
    row = catalogue.facts(symbol)
    assert (instrument.symbol_id, instrument.symbol) == (3, symbol)
    assert (instrument.market, instrument.contract_kind) == (USDS_M, LINEAR)
    assert 0 < instrument.min_price_ticks < instrument.max_price_ticks
    assert 0 < instrument.min_qty_lots <= instrument.market_max_qty_lots <= instrument.max_qty_lots
    assert row.initial_price_e8 % instrument.tick_e8 == 0
    start_ticks = row.initial_price_e8 // instrument.tick_e8
    assert instrument.min_price_ticks < start_ticks < instrument.max_price_ticks
    assert (instrument.maker_fee_ppm, instrument.taker_fee_ppm) == (200, 500)
    assert instrument.default_leverage <= instrument.brackets[0].max_leverage


@pytest.mark.parametrize("symbol", catalogue.symbols())
def test_maintenance_margin_is_continuous_where_brackets_meet(symbol: str) -> None:
    brackets = catalogue.load_instrument(symbol, 0).brackets
    assert brackets[0].floor_units == 0
    assert brackets[0].cum_units == 0
    for lower, upper in pairwise(brackets):
        edge = lower.cap_units
        assert upper.floor_units == edge
        assert upper.max_leverage < lower.max_leverage
        below = edge * lower.maint_ppm - lower.cum_units * 1_000_000
        above = edge * upper.maint_ppm - upper.cum_units * 1_000_000
        assert below == above


def test_bitcoin_stands_on_the_recorded_terms() -> None:
    bitcoin = catalogue.load_instrument("BTCUSDT", 0)
    assert (bitcoin.tick_e8, bitcoin.lot_e8, bitcoin.value_per_tick_lot) == (UNIT // 10, UNIT // 1000, 10_000)
    assert (bitcoin.price_decimals, bitcoin.qty_decimals) == (2, 3)
    assert (bitcoin.min_price_ticks, bitcoin.max_price_ticks) == (5_568, 45_297_640)
    assert (bitcoin.max_qty_lots, bitcoin.market_max_qty_lots) == (1_000_000, 120_000)
    assert bitcoin.min_notional_units == 50 * UNIT
    assert (bitcoin.percent_up_ppm, bitcoin.percent_down_ppm) == (1_050_000, 950_000)
    assert bitcoin.liquidation_fee_ppm == 12_500
    rows = [(row.max_leverage, row.maint_ppm, row.cum_units // UNIT) for row in bitcoin.brackets]
    assert rows[:5] == [
        (150, 4_000, 0),
        (100, 5_000, 300),
        (75, 6_500, 1_500),
        (50, 10_000, 12_000),
        (25, 20_000, 132_000),
    ]
    assert rows[-1] == (1, 500_000, 421_482_000)


def test_an_unknown_symbol_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        catalogue.UnknownSymbol, match="unknown symbol 'BTCUSTD'; known are BTCUSDT, ETHUSDT, "
    ):
        catalogue.load_instrument("BTCUSTD", 0)


def test_a_coin_m_symbol_is_known_but_not_available() -> None:
    with pytest.raises(
        catalogue.UnknownSymbol, match="BTCUSD_PERP: COIN-M instruments are not available in this release"
    ):
        catalogue.facts("BTCUSD_PERP")


def test_collateral_assets_are_listed() -> None:
    assert [row.asset for row in catalogue.assets()][:2] == ["USDT", "BTC"]
