"""Candles of every kind as anybody may read them: of trades, by symbol and by pair and contract type; of prices.

Which candles of a span are answered is the product's (`Product.candle_days`): USDⓈ-M goes on from a start time, COIN-M
goes back from the end time, and no further than 200 days.
"""

from collections.abc import Callable
from typing import Any, Final

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.market import BOTH, SPAN, SYMBOL, check_span
from perpit.binance.products import COIN, USDS, Product
from perpit.binance.render import digits, units
from perpit.binance.route import Route, by_limit, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE
from perpit.catalogue.quarters import CURRENT_QUARTER, NEXT_QUARTER
from perpit.domain.instrument import Instrument
from perpit.views.candles import Candle
from perpit.views.pairs import PairView
from perpit.views.price_candles import PriceCandle
from perpit.views.seconds import SECOND, SecondsView
from perpit.views.series import C, Shown
from perpit.views.world import World

Row = list[Any]
DAY_MS: Final = 86_400_000
PERPETUAL: Final = "PERPETUAL"
TRADIFI_PERPETUAL: Final = "TRADIFI_PERPETUAL"
# Places of the series that quarters carry, among `PairView.quarters`.
PLACES: Final = {CURRENT_QUARTER: 0, NEXT_QUARTER: 1}


def carried(
    world: World, pair: PairView, contract_type: str, interval: str
) -> tuple[Shown[Candle], Instrument] | None:
    """The candles of a pair's contract type, and the contract that carries them now; None when there never was one.

    Seconds are those of that contract only, since it carries the series.
    """
    place = PLACES.get(contract_type)
    if place is None:
        contract = pair.perpetual(contract_type)
        if contract is None:
            return None
        instrument, since_ms = contract.instrument, 0
        view = world.candles[instrument.symbol_id]
    else:
        relay = pair.quarters[place]
        if relay.instrument is None:
            return None
        instrument, since_ms = relay.instrument, relay.since_ms
        view = relay.candles
    if interval == SECOND.name:
        return SecondsView(view.clock, instrument, world.trades[instrument.symbol_id], since_ms), instrument
    return view, instrument


def asked(call: Call, view: Shown[C], days_max: int) -> list[C]:
    """The candles that a call asks for: the first `limit` from a start time on, else the newest.

    With `days_max` always the newest within the span: it is that long when not both times are sent, and not longer.
    """
    values = call.values
    start_ms, end_ms, limit = values["startTime"], values["endTime"], values["limit"]
    check_span(start_ms, end_ms)
    now_ms = max(call.now_ms, call.world.time_ms)
    if start_ms is not None and start_ms > now_ms:
        return []
    if not days_max:
        end_ms = None if end_ms is None else min(end_ms, now_ms)
        return view.candles(values["interval"], start_ms, end_ms, limit)
    span_ms = days_max * DAY_MS
    if start_ms is not None and end_ms is not None and end_ms - start_ms > span_ms:
        raise errors.INTERVAL_TOO_LONG(days_max)
    if end_ms is None:
        end_ms = now_ms if start_ms is None else start_ms + span_ms
    earliest_ms = end_ms - span_ms if start_ms is None else start_ms
    rows = view.candles(values["interval"], None, min(end_ms, now_ms), limit)
    return [row for row in rows if row.open_ms >= earliest_ms]


def trade_row(row: Candle, instrument: Instrument) -> Row:
    """Twelve columns: volume and turnover are lots and quote, of COIN-M contracts and coin (semantics 8.2.1)."""
    form = digits(instrument)
    price, qty, value = form.price, form.qty, form.turnover
    return [
        row.open_ms,
        price(row.open_ticks),
        price(row.high_ticks),
        price(row.low_ticks),
        price(row.close_ticks),
        qty(row.qty_lots),
        row.close_ms,
        value(row.value_units),
        row.count,
        qty(row.taker_buy_lots),
        value(row.taker_buy_value_units),
        "0",
    ]


def price_row(row: PriceCandle) -> Row:
    """The same columns; nothing is traded, and the count is that of samples (semantics 8.2.6)."""
    prices = [units(price_e8) for price_e8 in (row.open_e8, row.high_e8, row.low_e8, row.close_e8)]
    return [row.open_ms, *prices, "0", row.close_ms, "0", row.count, "0", "0", "0"]


def klines(call: Call) -> list[Row]:
    """Candles of a contract's trades."""
    instrument = call.values["symbol"]
    rows = asked(call, call.world.candles[instrument.symbol_id], call.product.candle_days)
    return [trade_row(row, instrument) for row in rows]


def continuous_klines(call: Call) -> list[Row]:
    """Candles of whichever contract is the pair's of that type; none while there never was one (semantics 8.2.7)."""
    values = call.values
    found = carried(call.world, pair_of(call), values["contractType"], values["interval"])
    if found is None:
        check_span(values["startTime"], values["endTime"])
        return []
    view, instrument = found
    return [trade_row(row, instrument) for row in asked(call, view, call.product.candle_days)]


def pair_of(call: Call) -> PairView:
    return call.world.pairs[(call.product.market, call.values["pair"])]


def index_price_klines(call: Call) -> list[Row]:
    """Candles of the index price that a pair's contracts share."""
    return [price_row(row) for row in asked(call, pair_of(call).index, call.product.candle_days)]


def mark_price_klines(call: Call) -> list[Row]:
    """Candles of a contract's mark price."""
    view = call.world.mark_candles[call.values["symbol"].symbol_id]
    return [price_row(row) for row in asked(call, view, call.product.candle_days)]


def premium_index_klines(call: Call) -> list[Row]:
    """Candles of a perpetual's premium index; a quarter has none. No span is too long for them in either product."""
    view = call.world.premium_candles[call.values["symbol"].symbol_id]
    return [price_row(row) for row in asked(call, view, 0)]


def contract_types(*words: str) -> Param:
    table = {word: word for word in words}
    return Param("contractType", schema.one_of(table, errors.BAD_CONTRACT_TYPE), True)


BY_LIMIT: Final = by_limit(((99, 1), (499, 2), (1000, 5), (1500, 10)), 500)
PAIR: Final[Param] = Param("pair", schema.pair, True)
LIMIT: Final[Param] = Param("limit", schema.between(1, 1500), default=500)
WINDOW: Final = (Param("interval", schema.interval, True), *SPAN, LIMIT)
SECONDS: Final[Param] = Param("interval", schema.interval_or_second, True)
OF_QUARTERS: Final = (PERPETUAL, CURRENT_QUARTER, NEXT_QUARTER)


def candle_route(path: str, handler: Callable[[Call], list[Row]], *named: Param, returns: str) -> Route:
    return Route("GET", path, NONE, BY_LIMIT, handler, (*named, *WINDOW), returns=returns)


def continuous_route(product: Product, *types: str) -> tuple[Route, ...]:
    interval = SECONDS if product.has_seconds else WINDOW[0]
    route = Route(
        "GET",
        "/v1/continuousKlines",
        NONE,
        BY_LIMIT,
        continuous_klines,
        (PAIR, contract_types(*types), interval, *WINDOW[1:]),
        returns="Candles of a pair's contract of a type, whichever it is at the time; oldest first.",
    )
    return routes_of((product,), route)


ROUTES: Final[tuple[Route, ...]] = (
    *routes_of(
        BOTH,
        candle_route("/v1/klines", klines, SYMBOL, returns="Candles, oldest first."),
        candle_route(
            "/v1/indexPriceKlines",
            index_price_klines,
            PAIR,
            returns="Candles of a pair's index price, oldest first.",
        ),
        candle_route(
            "/v1/markPriceKlines",
            mark_price_klines,
            SYMBOL,
            returns="Candles of the mark price, oldest first.",
        ),
        candle_route(
            "/v1/premiumIndexKlines",
            premium_index_klines,
            SYMBOL,
            returns="Candles of the premium index, oldest first.",
        ),
    ),
    *continuous_route(USDS, *OF_QUARTERS, TRADIFI_PERPETUAL),
    *continuous_route(COIN, *OF_QUARTERS),
)
