"""The catalogue: every row loads onto its grid, and whoever asks for something else is told what there is."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit import catalogue
from perpit.catalogue import quarters
from perpit.domain.instrument import LARGEST_ON_GRID, Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, INVERSE, LINEAR, USDS_M
from tests.instruments import BTC_BRACKETS, ETH_BRACKETS

DAY = "261225"
PERPETUALS = [*catalogue.symbols(USDS_M), *catalogue.symbols(COIN_M)]
QUARTERS = [f"{pair}_{DAY}" for market in (USDS_M, COIN_M) for pair in catalogue.quarter_pairs(market)]
INSTRUMENTS = {symbol: catalogue.load_instrument(symbol, 3) for symbol in [*PERPETUALS, *QUARTERS]}
of_any_contract = pytest.mark.parametrize("symbol", INSTRUMENTS)
any_instrument = st.sampled_from(list(INSTRUMENTS.values()))
linear = st.sampled_from([each for each in INSTRUMENTS.values() if each.contract_kind == LINEAR])
inverse = st.sampled_from([each for each in INSTRUMENTS.values() if each.contract_kind == INVERSE])


def test_there_are_so_many_contracts() -> None:
    assert len(catalogue.symbols(USDS_M)) >= 14
    assert len(catalogue.symbols(COIN_M)) >= 7
    assert {INSTRUMENTS[symbol].margin_asset for symbol in catalogue.symbols(USDS_M)} == {"USDT", "USDC"}
    assert catalogue.quarter_pairs(USDS_M) == ["BTCUSDT", "ETHUSDT"]
    assert catalogue.quarter_pairs(COIN_M) == ["BTCUSD", "ETHUSD"]
    assert len({(row.symbol, row.market) for row in map(catalogue.facts, INSTRUMENTS)}) == len(INSTRUMENTS)


@of_any_contract
def test_every_contract_loads_and_its_limits_make_sense(symbol: str) -> None:
    instrument = INSTRUMENTS[symbol]
    row = catalogue.facts(symbol)
    assert (instrument.symbol_id, instrument.symbol, instrument.pair) == (3, symbol, row.pair)
    assert 0 < instrument.min_price_ticks < instrument.max_price_ticks <= LARGEST_ON_GRID
    assert 0 < instrument.min_qty_lots <= instrument.market_max_qty_lots <= instrument.max_qty_lots
    assert instrument.min_qty_lots <= instrument.market_min_qty_lots
    assert instrument.largest_qty_lots() <= LARGEST_ON_GRID
    assert instrument.percent_down_ppm < 1_000_000 < instrument.percent_up_ppm
    assert 0 < instrument.market_bound_ppm < 1_000_000
    assert 0 < instrument.liquidation_fee_ppm < 100_000
    assert instrument.default_leverage <= instrument.brackets[0].max_leverage


@of_any_contract
def test_a_market_starts_on_its_grid_and_within_its_limits(symbol: str) -> None:
    instrument = INSTRUMENTS[symbol]
    start_ticks, rest = divmod(catalogue.facts(symbol).initial_price_e8, instrument.tick_e8)
    assert rest == 0
    assert instrument.min_price_ticks < start_ticks < instrument.max_price_ticks
    assert start_ticks >= 1_000, "a tick is at most a thousandth of the price"


@of_any_contract
def test_precisions_show_every_tick_and_every_lot(symbol: str) -> None:
    instrument = INSTRUMENTS[symbol]
    assert instrument.tick_e8 * 10**instrument.price_decimals % UNIT == 0
    assert instrument.lot_e8 * 10**instrument.qty_decimals % UNIT == 0


@of_any_contract
@pytest.mark.semantics("1.1.5", "1.1.6")
def test_maintenance_margin_is_continuous_where_brackets_meet(symbol: str) -> None:
    brackets = INSTRUMENTS[symbol].brackets
    assert brackets[0].floor_units == 0
    assert brackets[0].cum_units == 0
    assert brackets[-1].max_leverage == 1
    for lower, upper in pairwise(brackets):
        edge = lower.cap_units
        assert upper.floor_units == edge < upper.cap_units
        assert upper.max_leverage < lower.max_leverage
        assert upper.maint_ppm > lower.maint_ppm
        growth_ppm = edge * (upper.maint_ppm - lower.maint_ppm)
        assert (upper.cum_units - lower.cum_units) * 1_000_000 == growth_ppm


@of_any_contract
def test_each_bracket_asks_for_less_maintenance_than_initial_margin(symbol: str) -> None:
    for bracket in INSTRUMENTS[symbol].brackets:
        assert bracket.maint_ppm * bracket.max_leverage < 1_000_000


@given(linear, st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_linear_value_is_exact(instrument: Instrument, price_ticks: int, qty_lots: int) -> None:
    price = Fraction(price_ticks * instrument.tick_e8, UNIT)
    quantity = Fraction(qty_lots * instrument.lot_e8, UNIT)
    assert instrument.value_units(price_ticks, qty_lots) == price * quantity * UNIT


@given(inverse, st.integers(1, 10**9), st.integers(1, 10**6))
def test_an_inverse_value_is_in_coins_and_cut(instrument: Instrument, ticks: int, contracts: int) -> None:
    exact = Fraction(contracts * instrument.contract_size * UNIT * UNIT, ticks * instrument.tick_e8)
    assert instrument.value_units(ticks, contracts) == exact.numerator // exact.denominator


@pytest.mark.semantics("4.3.2")
def test_the_two_markets_differ_as_the_exchange_says() -> None:
    """Semantics 9: unit of quantity, margin asset, notional; 4.3.2: fees."""
    for symbol in catalogue.symbols(USDS_M):
        usds_m = INSTRUMENTS[symbol]
        assert (usds_m.market, usds_m.contract_kind, usds_m.contract_size) == (USDS_M, LINEAR, 0)
        assert usds_m.margin_asset == usds_m.quote_asset
        assert (usds_m.maker_fee_ppm, usds_m.taker_fee_ppm, usds_m.rpi_fee_ppm) == (200, 500, 50)
        assert usds_m.min_notional_units >= 5 * UNIT
    for symbol in catalogue.symbols(COIN_M):
        coin_m = INSTRUMENTS[symbol]
        assert (coin_m.market, coin_m.contract_kind, coin_m.lot_e8) == (COIN_M, INVERSE, UNIT)
        assert (coin_m.margin_asset, coin_m.quote_asset) == (coin_m.base_asset, "USD")
        assert coin_m.contract_size == (100 if coin_m.base_asset == "BTC" else 10)
        assert (coin_m.maker_fee_ppm, coin_m.taker_fee_ppm, coin_m.rpi_fee_ppm) == (100, 500, 100)
        assert coin_m.min_notional_units == 0, "there is no such filter"


@pytest.mark.parametrize("symbol", PERPETUALS)
@pytest.mark.semantics("3.4.6", "3.4.8", "3.6.8")
def test_perpetuals_pay_funding_within_their_bounds(symbol: str) -> None:
    """Semantics 3.4.6, 3.4.8: ±0.3 % for bitcoin and ether, ±0.05 % for gold, ±2 % for all others."""
    instrument = INSTRUMENTS[symbol]
    cap_e8 = {"BTC": 300_000, "ETH": 300_000, "XAU": 50_000}.get(instrument.base_asset, 2_000_000)
    assert (instrument.funding_cap_e8, instrument.funding_floor_e8) == (cap_e8, -cap_e8)
    assert (instrument.funding_interval_hours, instrument.interest_e8) == (8, 10_000)
    assert instrument.delivery_ms == 4_133_404_800_000
    assert instrument.onboard_ms < instrument.delivery_ms


@pytest.mark.parametrize("symbol", QUARTERS)
def test_quarters_are_delivered_on_their_day_and_pay_no_funding(symbol: str) -> None:
    instrument = INSTRUMENTS[symbol]
    assert (instrument.onboard_ms, instrument.delivery_ms) == (1_782_460_800_000, 1_798_185_600_000)
    assert instrument.contract_type == quarters.CURRENT_QUARTER
    assert f"{instrument.pair}_{DAY}" == symbol
    terms = (instrument.funding_interval_hours, instrument.funding_cap_e8, instrument.funding_floor_e8)
    assert (*terms, instrument.interest_e8) == (0, 0, 0, 0)


@given(st.integers(1_577_836_800_000, 4_070_000_000_000), st.sampled_from(["BTCUSDT", "ETHUSD"]))
def test_the_quarters_of_any_day_load(time_ms: int, pair: str) -> None:
    current, following = (
        catalogue.load_instrument(symbol, index, time_ms)
        for index, symbol in enumerate(quarters.symbols(pair, time_ms))
    )
    assert (current.contract_type, following.contract_type) == ("CURRENT_QUARTER", "NEXT_QUARTER")
    assert current.onboard_ms <= time_ms < current.delivery_ms < following.delivery_ms
    assert following.onboard_ms <= time_ms


def test_a_quarter_that_is_not_traded_at_a_time_does_not_load_for_it() -> None:
    with pytest.raises(ValueError, match="the quarter 261225 is not traded at 1798185600000"):
        catalogue.load_instrument("BTCUSDT_261225", 0, 1_798_185_600_000)


@pytest.mark.semantics("5.10.4")
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


@pytest.mark.semantics("1.1.9", "1.1.10")
@pytest.mark.parametrize(("symbol", "recorded"), [("BTCUSDT", BTC_BRACKETS), ("ETHUSDT", ETH_BRACKETS)])
def test_the_leverage_tables_of_bitcoin_and_ether_are_the_recorded_ones(
    symbol: str, recorded: tuple[tuple[int, ...], ...]
) -> None:
    rows = catalogue.load_instrument(symbol, 0).brackets
    assert [
        (
            row.max_leverage,
            row.floor_units // UNIT,
            row.cap_units // UNIT,
            row.maint_ppm,
            row.cum_units // UNIT,
        )
        for row in rows
    ] == list(recorded)


@pytest.mark.semantics("1.1.11", "5.10.3")
def test_bitcoin_in_coins_stands_on_its_table_of_2021() -> None:
    """Semantics 1.1.11, 5.10.3."""
    bitcoin = catalogue.load_instrument("BTCUSD_PERP", 0)
    assert (bitcoin.min_price_ticks, bitcoin.max_price_ticks) == (10_000, 45_209_580)
    assert (bitcoin.max_qty_lots, bitcoin.market_max_qty_lots) == (1_000_000, 60_000)
    rows = [(row.max_leverage, row.cap_units, row.cum_units) for row in bitcoin.brackets]
    assert rows[:4] == [
        (125, 5 * UNIT, 0),
        (100, 10 * UNIT, 500_000),
        (50, 20 * UNIT, 5_500_000),
        (20, 50 * UNIT, 35_500_000),
    ]
    assert rows[-1][2] == 49_660_500_000
    quarter = catalogue.load_instrument("BTCUSD_261225", 0)
    assert [(row.cap_units, row.cum_units) for row in quarter.brackets] == [row[1:] for row in rows]


def two_digits(value: Fraction) -> int:
    """A number cut to its first two digits: 1538.4 → 1500."""
    whole = value.numerator // value.denominator
    step = 10 ** max(0, len(str(whole)) - 2)
    return whole // step * step


@pytest.mark.parametrize(
    "symbol", [symbol for symbol in catalogue.symbols(COIN_M) if symbol != "BTCUSD_PERP"]
)
def test_a_leverage_table_without_a_record_is_derived_as_its_decision_says(symbol: str) -> None:
    """docs/decisions/0030: who changes an initial price or a USDⓈ-M table derives these tables anew."""
    coin, bitcoin = catalogue.facts(symbol), catalogue.facts("BTCUSD_PERP")
    own, bitcoins = (catalogue.facts(f"{row.base_asset}USDT").brackets for row in (coin, bitcoin))
    ratio = Fraction(own[-1].cap * bitcoin.initial_price_e8, bitcoins[-1].cap * coin.initial_price_e8)
    expected = [
        (row.max_leverage, two_digits(row.cap * ratio), row.maint_rate)
        for row in bitcoin.brackets
        if 1 < row.max_leverage <= own[0].max_leverage
    ]
    rows = [(row.max_leverage, row.cap, row.maint_rate) for row in coin.brackets]
    assert rows == [*expected, (1, 10_000_000_000, "0.5")]


def test_the_data_says_what_is_derived() -> None:
    assert "EVERY OTHER TABLE IS DERIVED" in catalogue.origin(COIN_M)
    assert "XAUUSDT" in catalogue.origin(USDS_M)


def test_an_unknown_symbol_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        catalogue.UnknownSymbol,
        match=r"unknown symbol 'BTCUSTD'; known are BTCUSDT, ETHUSDT, .*, and quarters of BTCUSDT, ",
    ):
        catalogue.load_instrument("BTCUSTD", 0)
    assert catalogue.find("BTCUSTD") is None


@pytest.mark.parametrize(
    "symbol", ["BTCUSDT_261224", "BTCUSD_261125", "SOLUSDT_261225", "BTCUSDT_", "_261225"]
)
def test_a_quarter_that_there_cannot_be_is_unknown(symbol: str) -> None:
    with pytest.raises(catalogue.UnknownSymbol, match=f"unknown symbol '{symbol}'"):
        catalogue.facts(symbol)


def test_collateral_assets_are_listed() -> None:
    assert [row.asset for row in catalogue.assets()][:2] == ["USDT", "BTC"]
