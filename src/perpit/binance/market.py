"""Market data: what anybody may read. Handlers and their rows of the table of routes."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from perpit import catalogue
from perpit.binance import errors, limits, schema
from perpit.binance.assets import info_rows
from perpit.binance.call import Call
from perpit.binance.products import COIN, PRODUCTS, USDS, Product, shaped, shaped_for
from perpit.binance.profiles import UNION, Profile
from perpit.binance.render import ORDER_TYPE, TIME_IN_FORCE, digits, units
from perpit.binance.route import Route, Weight, by_limit, one_or_all, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import MARKET_DATA, NONE
from perpit.catalogue.quarters import CURRENT_QUARTER, NEXT_QUARTER
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_scaled, format_shortest
from perpit.domain.words import (
    DELIVERED,
    LIMIT,
    MARKET,
    PRE_DELIVERING,
    SELL,
    STOP,
    STOP_MARKET,
    TAKE_PROFIT,
    TAKE_PROFIT_MARKET,
    TRADING,
    TRAILING_STOP_MARKET,
)
from perpit.views.contracts import ContractView
from perpit.views.rpi_book import AnyBook
from perpit.views.trades import PublicTrade

HOUR_MS: Final = 3_600_000
# Shown of a contract that the catalogue does not have (semantics 5.10.3).
EQUAL_QTY_PRECISION: Final = 4
FORMER_ALGO_ORDERS: Final = 10  # of USDⓈ-M, while it had the filter (semantics 5.9.4)
# Of contracts that are settled, and of those that are delivered (semantics 3.6.5).
SETTLED: Final = {TRADING: "TRADING", PRE_DELIVERING: "PRE_SETTLE", DELIVERED: "CLOSE"}
DELIVERY: Final = {TRADING: "TRADING", PRE_DELIVERING: "PRE_DELIVERING", DELIVERED: "DELIVERED"}
# Of both products, those that are placed at the algo endpoints, too: clients look here for what they may place.
ORDER_TYPES: Final = [
    ORDER_TYPE[kind]
    for kind in (LIMIT, MARKET, STOP, STOP_MARKET, TAKE_PROFIT, TAKE_PROFIT_MARKET, TRAILING_STOP_MARKET)
]


def instruments(call: Call) -> list[Instrument]:
    """The instruments of the product whose API is called."""
    return list(call.world.catalog.symbols_of(call.product.market).values())


def named(call: Call) -> list[Instrument]:
    """The instruments that a call with an optional symbol, or an optional pair, is about."""
    instrument, pair = call.values["symbol"], call.values.get("pair")
    if instrument is not None:
        if pair is not None:
            raise errors.BAD_COMBINATION()
        return [instrument]
    return [each for each in instruments(call) if pair in (None, each.pair)]


def one_or_each(noun: str, row: Callable[[Call, Instrument], dict[str, Any]]) -> Callable[[Call], Any]:
    """A handler that answers a row for each symbol; for one that is sent, only its row where the product does so."""

    def handler(call: Call) -> Any:
        rows = [shaped(noun, row(call, each), each) for each in named(call)]
        if call.values["symbol"] is not None and not call.product.lists_one:
            return rows[0]
        return rows

    handler.__doc__ = row.__doc__
    return handler


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

    facts = catalogue.find(instrument.symbol)
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
        {
            "filterType": "MAX_NUM_ALGO_ORDERS",
            "limit": (facts and facts.max_algo_orders) or FORMER_ALGO_ORDERS,
        },
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


def depth(call: Call, book: AnyBook | None = None) -> dict[str, Any]:
    """The best `limit` levels of both sides, of another book than what everybody sees if one is given."""
    instrument = call.values["symbol"]
    book = book or call.world.books[instrument.symbol_id]
    bids, asks = book.top(call.values["limit"])
    form = digits(instrument)
    row = {
        "lastUpdateId": book.update_id,
        "E": call.now_ms,
        "T": book.transact_ms,
        "bids": [[form.price(ticks), form.qty(lots)] for ticks, lots in bids],
        "asks": [[form.price(ticks), form.qty(lots)] for ticks, lots in asks],
    }
    return shaped("depth", row, instrument)


def trade_rows(instrument: Instrument, rows: list[PublicTrade]) -> list[dict[str, Any]]:
    form = digits(instrument)
    return [
        shaped(
            "trade",
            {
                "id": row.id,
                "price": form.price(row.price_ticks),
                "qty": form.qty(row.qty_lots),
                "quoteQty": form.turnover(instrument.value_units(row.price_ticks, row.qty_lots)),
                "time": row.time_ms,
                "isBuyerMaker": row.taker_side == SELL,
                "isRPITrade": row.is_rpi,
            },
            instrument,
        )
        for row in rows
    ]


def trades(call: Call) -> list[dict[str, Any]]:
    instrument = call.values["symbol"]
    return trade_rows(instrument, call.world.trades[instrument.symbol_id].recent(call.values["limit"]))


def historical_trades(call: Call) -> list[dict[str, Any]]:
    """Trades from an id on; the newest without one. As far back as the venue keeps them, or the exchange answers."""
    values = call.values
    kept_days = call.desk.profile.trades_kept_days
    since_ms = call.now_ms - kept_days * 24 * HOUR_MS if kept_days else 0
    instrument = values["symbol"]
    view = call.world.trades[instrument.symbol_id]
    from_id = values["fromId"]
    rows = (
        view.recent(values["limit"]) if from_id is None else view.from_id(from_id, values["limit"], since_ms)
    )
    return trade_rows(instrument, [row for row in rows if row.time_ms >= since_ms])


def agg_trades(call: Call) -> list[dict[str, Any]]:
    """Aggregated trades; a span of both times is at most an hour (semantics 6.8)."""
    values = call.values
    instrument = values["symbol"]
    start_ms, end_ms = values["startTime"], values["endTime"]
    check_span(start_ms, end_ms)
    if start_ms is not None and end_ms is not None and end_ms - start_ms > HOUR_MS:
        raise errors.LOOKUP_TOO_LONG(1)
    profile, from_id = call.desk.profile, values["fromId"]
    kept_hours = profile.aggregates_kept_hours
    since_ms = call.now_ms - kept_hours * HOUR_MS if kept_hours else 0
    if start_ms is not None or from_id is not None:
        start_ms = max(start_ms or 0, since_ms)
    noun = "aggregate" if profile.hidden_quantities else "former aggregate"
    rows = call.world.trades[instrument.symbol_id].aggregates(from_id, start_ms, end_ms, values["limit"])
    form = digits(instrument)
    return [
        shaped(
            noun,
            {
                "a": row.id,
                "p": form.price(row.price_ticks),
                "q": form.qty(row.qty_lots),
                "nq": form.qty(row.shown_lots),
                "f": row.first_id,
                "l": row.last_id,
                "T": row.time_ms,
                "m": row.taker_side == SELL,
            },
            instrument,
        )
        for row in rows
        if row.time_ms >= since_ms
    ]


def check_span(start_ms: int | None, end_ms: int | None) -> None:
    if start_ms is not None and end_ms is not None and start_ms > end_ms:
        raise errors.START_AFTER_END()


def premium_row(call: Call, instrument: Instrument) -> dict[str, Any]:
    """Mark and index price of a symbol, or of each; a quarter has no funding (semantics 3.3.3)."""
    prices = call.world.prices[instrument.symbol_id]
    return {
        "symbol": instrument.symbol,
        "markPrice": units(prices.mark_e8),
        "indexPrice": units(prices.index_e8),
        "estimatedSettlePrice": units(prices.settlement_e8),
        "lastFundingRate": units(prices.funding_rate_e8) if instrument.is_perpetual else "",
        "interestRate": units(instrument.interest_e8) if instrument.is_perpetual else "",
        "nextFundingTime": prices.next_funding_ms,
        "time": prices.time_ms,
    }


def price_row(call: Call, instrument: Instrument) -> dict[str, Any]:
    """Price of the last trade of a symbol, or of each."""
    prices = call.world.prices[instrument.symbol_id]
    return {
        "symbol": instrument.symbol,
        "price": digits(instrument).price(prices.last_price_ticks),
        "time": prices.last_price_ms,
    }


def book_row(call: Call, instrument: Instrument) -> dict[str, Any]:
    """Best bid and ask of a symbol, or of each; zeros for a side that is empty."""
    book = call.world.books[instrument.symbol_id]
    bid_ticks, bid_lots = book.best_bid() or (0, 0)
    ask_ticks, ask_lots = book.best_ask() or (0, 0)
    form = digits(instrument)
    return {
        "lastUpdateId": book.update_id,
        "symbol": instrument.symbol,
        "bidPrice": form.price(bid_ticks),
        "bidQty": form.qty(bid_lots),
        "askPrice": form.price(ask_ticks),
        "askQty": form.qty(ask_lots),
        "time": book.transact_ms,
    }


def day_row(call: Call, instrument: Instrument) -> dict[str, Any]:
    """Statistics of the last 24 hours of a symbol, or of each (semantics 8.3)."""
    day = call.world.tickers[instrument.symbol_id].statistics()
    form = digits(instrument)
    price = form.price
    return {
        "symbol": instrument.symbol,
        "priceChange": price(day.change_ticks),
        "priceChangePercent": format_scaled(day.change_percent_e3, 3),
        "weightedAvgPrice": form.average(day.weighted_average_e8),
        "lastPrice": price(day.last_price_ticks),
        "lastQty": form.qty(day.last_qty_lots),
        "openPrice": price(day.open_ticks),
        "highPrice": price(day.high_ticks),
        "lowPrice": price(day.low_ticks),
        "volume": form.qty(day.qty_lots),
        "quoteVolume": form.turnover(day.value_units),
        "openTime": day.open_ms,
        "closeTime": day.close_ms,
        "firstId": day.first_id,
        "lastId": day.last_id,
        "count": day.count,
    }


def bracket_rows(instrument: Instrument) -> list[dict[str, Any]]:
    """The leverage table of a contract; COIN-M measures it in coins (semantics 1.1.2)."""
    return [
        shaped(
            "bracket",
            {
                "bracket": number,
                "initialLeverage": bracket.max_leverage,
                "notionalCap": _number(bracket.cap_units, 8),
                "notionalFloor": _number(bracket.floor_units, 8),
                "maintMarginRatio": _number(bracket.maint_ppm, 6),
                "cum": _number(bracket.cum_units, 8),
            },
            instrument,
        )
        for number, bracket in enumerate(instrument.brackets, start=1)
    ]


def _number(value: int, decimals: int) -> msgspec.Raw:
    """An exact decimal as a JSON number."""
    return msgspec.Raw(format_shortest(value, decimals).encode())


SYMBOL: Final[Param] = Param("symbol", schema.symbol, True)
PAIR: Final[Param] = Param(
    "pair", schema.pair, description="all contracts of a pair; not together with symbol"
)
ANY_SYMBOL: Final[Param] = Param("symbol", schema.symbol, description="all symbols when not sent")
SPAN: Final = (Param("startTime", schema.time_ms), Param("endTime", schema.time_ms))
FROM_ID: Final[Param] = Param("fromId", schema.not_negative)


def _limit(default: int, highest: int) -> Param:
    return Param("limit", schema.between(1, highest), default=default)


BY_DEPTH: Final = by_limit(((50, 2), (100, 5), (500, 10), (1000, 20)), 500)
DEPTH_LIMIT: Final[Param] = Param("limit", schema.depth_limit, default=500)

BOTH: Final = (USDS, COIN)


def ticker_routes(product: Product, params: tuple[Param, ...], premium_weight: Weight) -> tuple[Route, ...]:
    """The calls that answer a row for each symbol; COIN-M's can also be asked for a pair."""
    by_noun = (
        ("/v1/premiumIndex", premium_weight, "premium", premium_row, "Mark and index price."),
        ("/v1/ticker/price", one_or_all(1, 2), "price", price_row, "Price of the last trade."),
        ("/v1/ticker/bookTicker", one_or_all(2, 5), "book", book_row, "Best bid and ask."),
        ("/v1/ticker/24hr", one_or_all(1, 40), "day", day_row, "Statistics of the last 24 hours."),
    )
    return routes_of(
        (product,),
        *(
            Route("GET", path, NONE, weight, one_or_each(noun, row), params, returns=returns)
            for path, weight, noun, row, returns in by_noun
        ),
    )


ROUTES: Final[tuple[Route, ...]] = (
    *routes_of(
        BOTH,
        Route("GET", "/v1/ping", NONE, 1, ping, returns="Nothing."),
        Route("GET", "/v1/time", NONE, 1, time, returns="The venue's time."),
        Route("GET", "/v1/exchangeInfo", NONE, 1, exchange_info, returns="Symbols, filters and limits."),
        Route("GET", "/v1/depth", NONE, BY_DEPTH, depth, (SYMBOL, DEPTH_LIMIT), returns="The book."),
        Route("GET", "/v1/trades", NONE, 5, trades, (SYMBOL, _limit(500, 1000)), returns="Newest trades."),
        Route(
            "GET",
            "/v1/historicalTrades",
            MARKET_DATA,
            200,
            historical_trades,
            (SYMBOL, _limit(100, 500), FROM_ID),
            returns="Trades from an id on.",
        ),
        Route(
            "GET",
            "/v1/aggTrades",
            NONE,
            20,
            agg_trades,
            (SYMBOL, FROM_ID, *SPAN, _limit(500, 1000)),
            returns="Trades of one price and taker side within 100 ms, together.",
        ),
    ),
    *ticker_routes(USDS, (ANY_SYMBOL,), premium_weight=one_or_all(1, 10)),
    *ticker_routes(COIN, (ANY_SYMBOL, PAIR), premium_weight=10),
    *routes_of(
        (USDS,),
        Route(
            "GET",
            "/v2/ticker/price",
            NONE,
            one_or_all(1, 2),
            one_or_each("price", price_row),
            (ANY_SYMBOL,),
            returns="Price of the last trade.",
        ),
    ),
)
