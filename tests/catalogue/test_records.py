"""The catalogue against the records that it was made from, where they are at hand; they are no part of the project."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from perpit import catalogue
from perpit.binance.algo_filter import FORMER_ALGO_ORDERS
from perpit.catalogue.rows import BracketRow, Facts
from perpit.domain.words import COIN_M, USDS_M

RECORDS = Path(__file__).parents[3] / "shared" / "reference" / "data"
RECORDED_QUARTERS = {"BTCUSDT_260925", "ETHUSDT_260925", "BTCUSD_261225", "ETHUSD_260327"}
# Of the composite index only the leverage table is recorded: docs/decisions/0070.
UNRECORDED = {"BTCDOMUSDT"}
# No record: docs/decisions/0030.
UNRECORDED_BRACKETS = {"TRXUSDT", "XAUUSDT"}


def record(name: str) -> Any:
    path = RECORDS / name
    if not path.is_file():
        pytest.skip(f"the record {name} is not beside this checkout")
    return json.loads(path.read_text())


def filters(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["filterType"]: each for each in row["filters"]}


@pytest.mark.parametrize(("market", "key"), [(USDS_M, "um"), (COIN_M, "cm")])
def test_every_recorded_perpetual_is_there_with_its_terms(market: int, key: str) -> None:
    rows = record("instruments.json")[key]
    perpetuals = [symbol for symbol, row in rows.items() if "PERPETUAL" in row["contractType"]]
    assert [symbol for symbol in catalogue.symbols(market) if symbol not in UNRECORDED] == perpetuals
    for symbol in [*perpetuals, *sorted(RECORDED_QUARTERS & set(rows))]:
        check_terms(catalogue.facts(symbol), rows[symbol])


def check_terms(facts: Facts, row: dict[str, Any]) -> None:
    """A row of exchangeInfo, field for field and as it is written; filters by their names."""
    assert (facts.symbol, facts.pair) == (row["symbol"], row["pair"])
    if not facts.is_quarter:  # which quarter it was depends on the day of the record
        assert facts.contract_type == row["contractType"]
    assert (facts.onboard_ms, facts.delivery_ms) == (row["onboardDate"], row["deliveryDate"])
    assert facts.status == row.get("status", row.get("contractStatus"))
    assert (facts.underlying_type, facts.underlying_subtypes) == (
        row["underlyingType"],
        row["underlyingSubType"],
    )
    assert facts.permission_sets == row.get("permissionSets", ["GRID"])
    assets = (facts.base_asset, facts.quote_asset, facts.margin_asset)
    assert assets == (row["baseAsset"], row["quoteAsset"], row["marginAsset"])
    assert (facts.contract_size, facts.equal_qty_precision) == (
        row.get("contractSize", 0),
        row.get("equalQtyPrecision", 0),
    )
    assert (facts.price_precision, facts.quantity_precision) == (
        row["pricePrecision"],
        row["quantityPrecision"],
    )
    assert (facts.market_take_bound, facts.trigger_protect) == (
        row["marketTakeBound"],
        row["triggerProtect"],
    )
    assert facts.liquidation_fee == row["liquidationFee"]
    assert facts.max_amendments == row["maxMoveOrderLimit"]
    assert (facts.order_types, facts.time_in_force) == (row["orderTypes"], row["timeInForce"])
    check_filters(facts, filters(row))


def check_filters(facts: Facts, recorded: dict[str, dict[str, Any]]) -> None:
    price, lot, market_lot = (recorded[name] for name in ("PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE"))
    percent = recorded["PERCENT_PRICE"]
    assert (facts.tick_size, facts.min_price, facts.max_price) == (
        price["tickSize"],
        price["minPrice"],
        price["maxPrice"],
    )
    assert (facts.step_size, facts.min_qty, facts.max_qty) == (lot["stepSize"], lot["minQty"], lot["maxQty"])
    assert (facts.market_min_qty, facts.market_max_qty) == (market_lot["minQty"], market_lot["maxQty"])
    assert facts.step_size == market_lot["stepSize"]
    assert (facts.multiplier_up, facts.multiplier_down) == (
        percent["multiplierUp"],
        percent["multiplierDown"],
    )
    assert facts.max_orders == recorded["MAX_NUM_ORDERS"]["limit"]
    assert facts.max_algo_orders == recorded.get("MAX_NUM_ALGO_ORDERS", {"limit": 0})["limit"]
    assert facts.min_notional == recorded.get("MIN_NOTIONAL", {"notional": "0"})["notional"]
    control = recorded.get("POSITION_RISK_CONTROL", {"positionControlSide": ""})
    assert facts.position_control_side == control["positionControlSide"]


@pytest.mark.semantics("5.9.4")
def test_the_former_filter_of_usds_m_has_the_limit_of_the_records() -> None:
    """No row of those days is among the records, but a note says what stood in them."""
    notes = " ".join(record("instruments.json")["notes"])
    recorded = re.search(r"UM filter MAX_NUM_ALGO_ORDERS \(limit (\d+)\) stood in 2025-08 rows", notes)
    assert recorded is not None
    assert int(recorded[1]) == FORMER_ALGO_ORDERS


def shape(brackets: list[BracketRow]) -> list[tuple[int, int, Fraction]]:
    return [(row.max_leverage, row.cap, Fraction(row.maint_rate)) for row in brackets]


@pytest.mark.semantics("1.1.5", "1.1.9", "1.1.10")
def test_every_recorded_leverage_table_is_there() -> None:
    """`cum` as recorded, too: it follows from the rows (semantics 1.1.5)."""
    tables = {row["symbol"]: row["brackets"] for row in record("leverage_brackets_um.json")["data"]}
    named = {*catalogue.symbols(USDS_M), "BTCUSDT_261225", "ETHUSDT_261225"} - UNRECORDED_BRACKETS
    assert named <= set(tables)
    for symbol in sorted(named):
        assert shape(catalogue.facts(symbol).brackets) == [
            (row["initialLeverage"], row["notionalCap"], Fraction(repr(row["maintMarginRatio"])))
            for row in tables[symbol]
        ]
        loaded = catalogue.load_instrument(symbol, 0).brackets
        assert [row.cum_units for row in loaded] == [round(row["cum"] * 10**8) for row in tables[symbol]]


def test_bitcoins_recorded_coin_m_table_is_there() -> None:
    table = record("leverage_brackets_cm.json")["tables"]["BTCUSD_2021_07"]["brackets"]
    for symbol in ("BTCUSD_PERP", "BTCUSD_261225"):
        assert shape(catalogue.facts(symbol).brackets) == [
            (row["initialLeverage"], row["qtyCap"], Fraction(repr(row["maintMarginRatio"]))) for row in table
        ]
        loaded = catalogue.load_instrument(symbol, 0).brackets
        assert [row.cum_units for row in loaded] == [round(row["cum"] * 10**8) for row in table]


def test_fees_are_those_of_the_lowest_tier() -> None:
    tiers = record("fee_tiers.json")
    for market, key in ((USDS_M, "um"), (COIN_M, "cm")):
        for symbol in catalogue.symbols(market):
            facts = catalogue.facts(symbol)
            assert {"maker": facts.maker_fee, "taker": facts.taker_fee} == tiers[key]["default"]


def test_collateral_assets_are_as_recorded() -> None:
    assert [
        {
            "asset": row.asset,
            "marginAvailable": row.margin_available,
            "autoAssetExchange": row.auto_asset_exchange,
        }
        for row in catalogue.assets()
    ] == record("instruments.json")["assets"]
