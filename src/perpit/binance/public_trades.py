"""Trades that anybody may read: the newest, older ones by id, and aggregated."""

from typing import Any, Final

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.market import BOTH, SPAN, SYMBOL, check_span
from perpit.binance.products import shaped
from perpit.binance.render import digits
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import MARKET_DATA, NONE
from perpit.domain.instrument import Instrument
from perpit.domain.words import (
    SELL,
)
from perpit.views.trades import PublicTrade

HOUR_MS: Final = 3_600_000


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


def _limit(default: int, highest: int) -> Param:
    return Param("limit", schema.between(1, highest), default=default)


FROM_ID: Final[Param] = Param("fromId", schema.not_negative)

ROUTES: Final[tuple[Route, ...]] = routes_of(
    BOTH,
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
)
