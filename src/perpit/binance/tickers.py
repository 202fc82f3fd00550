"""A row for each symbol: mark and index price, last price, best bid and ask, the last 24 hours."""

from collections.abc import Callable
from typing import Any, Final

from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, PAIR, named
from perpit.binance.products import COIN, USDS, Product, shaped
from perpit.binance.render import digits, units
from perpit.binance.route import Route, Weight, one_or_all, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_scaled


def one_or_each(noun: str, row: Callable[[Call, Instrument], dict[str, Any]]) -> Callable[[Call], Any]:
    """A handler that answers a row for each symbol; for one that is sent, only its row where the product does so."""

    def handler(call: Call) -> Any:
        rows = [shaped(noun, row(call, each), each) for each in named(call)]
        if call.values["symbol"] is not None and not call.product.lists_one:
            return rows[0]
        return rows

    handler.__doc__ = row.__doc__
    return handler


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
