"""exchangeInfo shows what the catalogue's rows carry: for every contract the same numbers, whatever their form."""

from decimal import Decimal
from typing import Any

import pytest

from perpit import catalogue
from perpit.binance.exchange_info import symbol_row
from perpit.domain.words import COIN_M, USDS_M
from tests.binance.caller import Caller
from tests.instruments import linear


def numbers(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize("symbol", catalogue.symbols(USDS_M))
@pytest.mark.semantics("5.10.2", "5.10.5")
def test_a_symbol_has_the_terms_of_its_row(symbol: str) -> None:
    facts = catalogue.facts(symbol)
    shown = symbol_row(catalogue.load_instrument(symbol, 0))
    for key, value in {
        "symbol": symbol,
        "pair": facts.pair,
        "contractType": facts.contract_type,
        "deliveryDate": facts.delivery_ms,
        "onboardDate": facts.onboard_ms,
        "status": facts.status,
        "maintMarginPercent": facts.maint_margin_percent,
        "requiredMarginPercent": facts.required_margin_percent,
        "baseAsset": facts.base_asset,
        "quoteAsset": facts.quote_asset,
        "marginAsset": facts.margin_asset,
        "pricePrecision": facts.price_precision,
        "quantityPrecision": facts.quantity_precision,
        "baseAssetPrecision": facts.base_asset_precision,
        "quotePrecision": facts.quote_precision,
        "underlyingType": facts.underlying_type,
        "underlyingSubType": facts.underlying_subtypes,
        "triggerProtect": facts.trigger_protect,
        "liquidationFee": facts.liquidation_fee,
        "marketTakeBound": facts.market_take_bound,
        "maxMoveOrderLimit": facts.max_amendments,
        "orderTypes": facts.order_types,
        "timeInForce": facts.time_in_force,
        "permissionSets": facts.permission_sets,
    }.items():
        assert shown[key] == value, key


@pytest.mark.parametrize("symbol", catalogue.symbols(USDS_M))
def test_a_symbol_has_the_filters_of_its_row(symbol: str) -> None:
    facts = catalogue.facts(symbol)
    rows: list[dict[str, Any]] = symbol_row(catalogue.load_instrument(symbol, 0))["filters"]
    price, lot, market_lot, orders, notional, percent, control = rows
    assert numbers(price["tickSize"], price["minPrice"], price["maxPrice"]) == numbers(
        facts.tick_size, facts.min_price, facts.max_price
    )
    assert numbers(lot["stepSize"], lot["minQty"], lot["maxQty"]) == numbers(
        facts.step_size, facts.min_qty, facts.max_qty
    )
    assert numbers(market_lot["stepSize"], market_lot["minQty"], market_lot["maxQty"]) == numbers(
        facts.step_size, facts.market_min_qty, facts.market_max_qty
    )
    assert orders["limit"] == facts.max_orders
    assert numbers(notional["notional"]) == numbers(facts.min_notional)
    assert (percent["multiplierUp"], percent["multiplierDown"], percent["multiplierDecimal"]) == (
        facts.multiplier_up,
        facts.multiplier_down,
        facts.multiplier_decimal,
    )
    assert control["positionControlSide"] == facts.position_control_side


def test_a_contract_that_the_catalogue_does_not_have_is_shown_too() -> None:
    shown = symbol_row(linear(0, "NEWCOIN"))
    assert (shown["symbol"], shown["underlyingType"], shown["permissionSets"]) == ("NEWCOINUSDT", "COIN", [])


@pytest.mark.parametrize("symbol", catalogue.symbols(COIN_M))
def test_a_coin_m_symbol_has_the_terms_of_its_row_under_its_own_names(symbol: str) -> None:
    facts = catalogue.facts(symbol)
    shown = symbol_row(catalogue.load_instrument(symbol, 0))
    for key, value in {
        "symbol": symbol,
        "pair": facts.pair,
        "contractStatus": facts.status,
        "contractSize": facts.contract_size,
        "equalQtyPrecision": facts.equal_qty_precision,
        "baseAsset": facts.base_asset,
        "quoteAsset": facts.quote_asset,
        "marginAsset": facts.margin_asset,
        "pricePrecision": facts.price_precision,
        "quantityPrecision": 0,
        "triggerProtect": facts.trigger_protect,
        "liquidationFee": facts.liquidation_fee,
        "marketTakeBound": facts.market_take_bound,
        "orderTypes": facts.order_types,
        "timeInForce": facts.time_in_force,
        "permissionSets": facts.permission_sets,
    }.items():
        assert shown[key] == value, key
    assert not {"status", "settlePlan"} & set(shown)
    price, lot, market_lot, orders, algo_orders, percent = shown["filters"]
    assert numbers(price["tickSize"], price["minPrice"], price["maxPrice"]) == numbers(
        facts.tick_size, facts.min_price, facts.max_price
    )
    assert numbers(lot["maxQty"], market_lot["maxQty"]) == numbers(facts.max_qty, facts.market_max_qty)
    assert (orders["limit"], algo_orders["limit"]) == (facts.max_orders, facts.max_algo_orders)
    assert percent["multiplierUp"] == facts.multiplier_up


async def test_collateral_is_exchanged_below_the_catalogues_threshold() -> None:
    info = (await Caller().public("/fapi/v1/exchangeInfo")).json
    assert info["assets"] == [{"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "-10000"}]
