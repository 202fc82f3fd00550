"""What can be traded, and by which rules: exchangeInfo, and the two calls that every client begins with."""

from collections.abc import Sequence
from typing import Any, Final

from perpit import catalogue
from perpit.binance import algo_filter, limits
from perpit.binance.assets import info_rows
from perpit.binance.call import Call
from perpit.binance.market import BOTH, instruments
from perpit.binance.products import PRODUCTS, shaped, shaped_for
from perpit.binance.profiles import UNION, Profile
from perpit.binance.render import ORDER_TYPE, TIME_IN_FORCE, digits
from perpit.binance.route import Route, routes_of
from perpit.binance.security import NONE
from perpit.catalogue.quarters import CURRENT_QUARTER, NEXT_QUARTER
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_scaled, format_shortest
from perpit.domain.words import (
    DELIVERED,
    DELIVERING,
    LIMIT,
    MARKET,
    PRE_DELIVERING,
    STOP,
    STOP_MARKET,
    TAKE_PROFIT,
    TAKE_PROFIT_MARKET,
    TRADING,
    TRAILING_STOP_MARKET,
)
from perpit.views.contracts import ContractView

# Shown of a contract that the catalogue does not have (semantics 5.10.3).
EQUAL_QTY_PRECISION: Final = 4
# Of contracts that are settled, and of those that are delivered (semantics 3.6.5).
SETTLED: Final = {
    TRADING: "TRADING",
    PRE_DELIVERING: "PRE_SETTLE",
    DELIVERING: "SETTLING",
    DELIVERED: "CLOSE",
}
DELIVERY: Final = {
    TRADING: "TRADING",
    PRE_DELIVERING: "PRE_DELIVERING",
    DELIVERING: "DELIVERING",
    DELIVERED: "DELIVERED",
}
# Of both products, those that are placed at the algo endpoints, too: clients look here for what they may place.
ORDER_TYPES: Final = [
    ORDER_TYPE[kind]
    for kind in (LIMIT, MARKET, STOP, STOP_MARKET, TAKE_PROFIT, TAKE_PROFIT_MARKET, TRAILING_STOP_MARKET)
]


def ping(call: Call) -> dict[str, Any]:
    return {}


def time(call: Call) -> dict[str, int]:
    return {"serverTime": call.now_ms}


def exchange_info(call: Call) -> dict[str, Any]:
    """Every symbol, with its filters; a symbol parameter changes nothing (semantics 6.5.4)."""
    listed = instruments(call)
    info = {
        "timezone": "UTC",
        "serverTime": call.now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": limits.published(call.desk.order_limiters[call.product.market]),
        "exchangeFilters": [],
        "assets": info_rows(call),
        "symbols": [symbol_row(each, call.world.contracts, call.desk.profile) for each in listed],
    }
    return shaped_for(call.product, "exchange", info)


def symbol_row(
    instrument: Instrument, contracts: Sequence[ContractView] = (), profile: Profile = UNION
) -> dict[str, Any]:
    """One symbol of exchangeInfo; `contracts` are the venue's, by symbol id.

    The two margin percents are dummies there as well (semantics 5.10.5). What no order depends on stands in the
    catalogue only, and not at all for a contract that it does not have.
    """
    facts = catalogue.find(instrument.symbol)
    contract = contracts[instrument.symbol_id] if contracts else ContractView(instrument)
    row = {
        "symbol": instrument.symbol,
        "pair": instrument.pair,
        "contractType": contract_type(instrument, contracts),
        "deliveryDate": contract.delivery_ms,
        "onboardDate": instrument.onboard_ms,
        "status": contract_status(instrument, contract.status),
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": instrument.base_asset,
        "quoteAsset": instrument.quote_asset,
        "marginAsset": instrument.margin_asset,
        "pricePrecision": instrument.price_decimals,
        "quantityPrecision": instrument.qty_decimals,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": facts.underlying_type if facts else "COIN",
        "underlyingSubType": facts.underlying_subtypes if facts else [],
        "settlePlan": 0,
        "triggerProtect": format_scaled(instrument.trigger_protect_ppm // 100, 4),
        "liquidationFee": format_scaled(instrument.liquidation_fee_ppm, 6),
        "marketTakeBound": format_scaled(instrument.market_bound_ppm // 10_000, 2),
        "maxMoveOrderLimit": instrument.max_amendments,
        "contractSize": instrument.contract_size,
        "equalQtyPrecision": facts.equal_qty_precision if facts else EQUAL_QTY_PRECISION,
        "filters": symbol_filters(instrument, profile),
        "orderTypes": ORDER_TYPES,
        "timeInForce": [TIME_IN_FORCE[tif] for tif in PRODUCTS[instrument.market].times_in_force],
        "permissionSets": facts.permission_sets if facts else [],
    }
    return shaped("symbol", row, instrument)


def contract_type(instrument: Instrument, contracts: Sequence[ContractView]) -> str:
    """A quarter is the next one until the one before it is delivered (semantics 3.6.2)."""
    if instrument.is_perpetual:
        return instrument.contract_type
    quarters = [
        contract.delivery_ms
        for contract in contracts
        if contract.instrument.pair == instrument.pair
        and contract.instrument.market == instrument.market
        and not contract.instrument.is_perpetual
        and not contract.is_delivered
    ]
    is_first = instrument.delivery_ms <= min(quarters, default=instrument.delivery_ms)
    return CURRENT_QUARTER if is_first else NEXT_QUARTER


def contract_status(instrument: Instrument, status: int) -> str:
    """The word for where a contract is on the way to its end; only USDⓈ-M has words for a perpetual's."""
    is_settled = instrument.is_perpetual and PRODUCTS[instrument.market].settles_perpetuals
    return SETTLED[status] if is_settled else DELIVERY[status]


def symbol_filters(instrument: Instrument, profile: Profile) -> list[dict[str, Any]]:
    """The filters that the product has; PRICE_FILTER comes first, because clients take `filters[0]`."""

    def price(price_ticks: int) -> str:
        return format_shortest(price_ticks * instrument.tick_e8, 8)

    def qty(qty_lots: int) -> str:
        return format_shortest(qty_lots * instrument.lot_e8, 8)

    rows: list[dict[str, Any]] = [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": price(instrument.min_price_ticks),
            "maxPrice": price(instrument.max_price_ticks),
            "tickSize": digits(instrument).price(1),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": qty(instrument.min_qty_lots),
            "maxQty": qty(instrument.max_qty_lots),
            "stepSize": qty(1),
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": qty(instrument.market_min_qty_lots),
            "maxQty": qty(instrument.market_max_qty_lots),
            "stepSize": qty(1),
        },
        {"filterType": "MAX_NUM_ORDERS", "limit": instrument.max_open_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": algo_filter.limit_of(instrument)},
        {"filterType": "MIN_NOTIONAL", "notional": format_shortest(instrument.min_notional_units, 8)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": format_scaled(instrument.percent_up_ppm // 100, 4),
            "multiplierDown": format_scaled(instrument.percent_down_ppm // 100, 4),
            "multiplierDecimal": "4",
        },
        {"filterType": "POSITION_RISK_CONTROL", "positionControlSide": "NONE"},
    ]
    product = PRODUCTS[instrument.market]
    shown = (*product.filters, *product.former_filters) if profile.algo_filter else product.filters
    return [row for row in rows if row["filterType"] in shown]


ROUTES: Final[tuple[Route, ...]] = routes_of(
    BOTH,
    Route("GET", "/v1/ping", NONE, 1, ping, returns="Nothing."),
    Route("GET", "/v1/time", NONE, 1, time, returns="The venue's time."),
    Route("GET", "/v1/exchangeInfo", NONE, 1, exchange_info, returns="Symbols, filters and limits."),
)
