"""Composite indexes of the catalogue: what they are made of, where they start, and what their assets cost."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit import catalogue
from perpit.catalogue.baskets import (
    Follower,
    asset_prices_e8,
    assets_of,
    contract_of,
    part_prices_e8,
    start_e8,
)
from perpit.domain.basket import BasketPart, basket_index_e8
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, USDS_M
from tests.instruments import btcdomusdt

EVERY = [*catalogue.symbols(USDS_M), *catalogue.symbols(COIN_M)]
COMPOSITE = [symbol for symbol in EVERY if catalogue.facts(symbol).basket]
SUPPLIES = {row.asset: row for row in catalogue.supplies()}
DOMINANCE = catalogue.load_instrument("BTCDOMUSDT", 0)


def test_there_is_one_and_it_says_what_it_is() -> None:
    assert COMPOSITE == ["BTCDOMUSDT"]
    indexes = [symbol for symbol in EVERY if catalogue.facts(symbol).underlying_type == "INDEX"]
    assert indexes == COMPOSITE


@pytest.mark.parametrize("symbol", COMPOSITE)
def test_a_composite_index_starts_at_its_initial_price(symbol: str) -> None:
    """Within 1e-4, which is what eight decimals of a weight are worth; every asset has a contract in the catalogue."""
    parts = catalogue.load_instrument(symbol, 0).basket
    prices_e8 = part_prices_e8(parts, asset_prices_e8(parts, [], {}))
    start = catalogue.facts(symbol).initial_price_e8
    assert abs(basket_index_e8(parts, prices_e8) - start) * 10_000 < start


def test_the_weights_of_bitcoins_dominance_follow_market_capitalisation() -> None:
    """As the exchange makes this index: shares by capitalisation, of 1000 points at the initial prices."""
    caps = {
        part.quote_asset: Fraction(SUPPLIES[part.quote_asset].units * start_e8(part.quote_asset), UNIT)
        for part in DOMINANCE.basket
    }
    for part in DOMINANCE.basket:
        price = Fraction(start_e8("BTC"), start_e8(part.quote_asset))
        exact = Fraction(1000) * caps[part.quote_asset] / sum(caps.values()) / price * UNIT
        assert part.base_asset == "BTC"
        assert abs(part.weight_e8 - exact) <= Fraction(1, 2)
    assert [part.quote_asset for part in DOMINANCE.basket] == sorted(caps, key=lambda a: -caps[a])


@given(st.sets(st.sampled_from(assets_of(DOMINANCE.basket))))
def test_what_is_not_listed_follows_from_the_last_prices_of_the_parts(listed: set[str]) -> None:
    """A restart does not move the index, whatever of its assets a venue lists."""
    assets_e8 = {asset: start_e8(asset) * 11 // 9 + 12_345 for asset in assets_of(DOMINANCE.basket)}
    assets_e8["BTC"] *= 2
    before = part_prices_e8(DOMINANCE.basket, {"USDT": UNIT, **assets_e8})
    listed_e8 = {contract_of(asset): assets_e8[asset] for asset in listed}
    after = part_prices_e8(DOMINANCE.basket, asset_prices_e8(DOMINANCE.basket, before, listed_e8))
    index_e8 = basket_index_e8(DOMINANCE.basket, before)
    assert abs(basket_index_e8(DOMINANCE.basket, after) - index_e8) * 10**6 < index_e8


def test_an_asset_priced_in_dollars_is_worth_its_part() -> None:
    parts = [BasketPart("LINK", "USDT", UNIT), BasketPart("ETH", "LINK", UNIT)]
    assets_e8 = asset_prices_e8(parts, [11 * UNIT, 250 * UNIT], {})
    assert assets_e8 == {"USDT": UNIT, "LINK": 11 * UNIT, "ETH": 2_750 * UNIT}


def test_a_follower_hears_what_its_basket_is_made_of_and_nothing_else() -> None:
    basket = btcdomusdt(3)
    prices = {"USDT": UNIT, "BTC": 60_000 * UNIT, "ETH": 2_400 * UNIT, "SOL": 150 * UNIT}
    follower = Follower(basket, prices)
    assert follower.command().prices_e8 == [25 * UNIT, 400 * UNIT]
    assert follower.hear("XRPUSDT", UNIT) is None
    assert follower.hear("BTCUSD_PERP", UNIT) is None
    told = follower.hear("SOLUSDT", 120 * UNIT)
    assert told is not None
    assert (told.symbol_id, told.prices_e8) == (3, [25 * UNIT, 500 * UNIT])
    told = follower.hear("BTCUSDT", 48_000 * UNIT)
    assert told is not None
    assert told.prices_e8 == [20 * UNIT, 400 * UNIT], "it remembers what it heard"


def test_every_supply_says_of_when_it_is_and_who_says_so() -> None:
    bases = {catalogue.facts(symbol).base_asset for symbol in EVERY}
    assert set(SUPPLIES) == bases - {"XAU", "BTCDOM"}, "what is a coin, and only that"
    for row in SUPPLIES.values():
        assert row.units > 0
        assert row.as_of[:2] == "20"
        assert row.source
    assert SUPPLIES["BTC"].supply == "165880.538"
