"""What happened to the caller's money and orders, long after: income, amendments, changes of isolated margin.

Handlers and their rows of the table. How far back they answer follows the exchange (semantics 6.8); a venue that is
asked for much may have forgotten sooner (`views/world`).
"""

from typing import Any, Final

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, SPAN, SYMBOL, check_span
from perpit.binance.position_settings import ADD_MARGIN, REDUCE_MARGIN
from perpit.binance.products import COIN, USDS, shaped, shaped_for
from perpit.binance.render import POSITION_SIDE, digits, units
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import TRADE, USER_DATA
from perpit.domain.instrument import Instrument
from perpit.views import income
from perpit.views.income import IncomeRow

DAY_MS: Final = 24 * 3_600_000
INCOME_WINDOW_MS: Final = 7 * DAY_MS
INCOME_KEPT_MS: Final = 90 * DAY_MS
AMENDMENTS_KEPT_MS: Final = 90 * DAY_MS
MARGIN_CHANGES_KEPT_MS: Final = 30 * DAY_MS

# Kinds of income and their names; 0 are kinds that the exchange has and a venue has not (semantics 4.6.1).
INCOME_TYPES: Final[dict[str, int]] = {
    "TRANSFER": income.TRANSFER,
    "WELCOME_BONUS": 0,
    "REALIZED_PNL": income.REALIZED_PROFIT,
    "FUNDING_FEE": income.FUNDING,
    "COMMISSION": income.COMMISSION,
    "INSURANCE_CLEAR": income.INSURANCE,
    "REFERRAL_KICKBACK": 0,
    "COMMISSION_REBATE": 0,
    "API_REBATE": 0,
    "CONTEST_REWARD": 0,
    "CROSS_COLLATERAL_TRANSFER": 0,
    "OPTIONS_PREMIUM_FEE": 0,
    "OPTIONS_SETTLE_PROFIT": 0,
    "INTERNAL_TRANSFER": 0,
    "AUTO_EXCHANGE": income.AUTO_EXCHANGE,
    "DELIVERED_SETTELMENT": income.DELIVERY,
    "COIN_SWAP_DEPOSIT": 0,
    "COIN_SWAP_WITHDRAW": 0,
    "POSITION_LIMIT_INCREASE_FEE": 0,
    "STRATEGY_UMFUTURES_TRANSFER": 0,
    "FEE_RETURN": 0,
    "BFUSD_REWARD": 0,
    "SPECIAL_FUNDING_FEE": 0,
}
COIN_INCOME_TYPES: Final = (
    "TRANSFER",
    "WELCOME_BONUS",
    "FUNDING_FEE",
    "REALIZED_PNL",
    "COMMISSION",
    "INSURANCE_CLEAR",
    "DELIVERED_SETTELMENT",
)
INCOME_TYPE: Final = {kind: name for name, kind in INCOME_TYPES.items() if kind}

Body = dict[str, Any]


def income_rows(call: Call) -> list[Body]:
    """Income of the account, oldest first (semantics 4.6.4).

    With a start time page 1 holds the first rows and the next pages go on from there; without one it holds the newest
    rows, and the next pages go back from there [inferred]. Without any time, those of the last seven days.
    """
    values = call.values
    start_ms, end_ms, limit, page = (
        values["startTime"],
        values["endTime"],
        values["limit"],
        values.get("page", 1),
    )
    check_span(start_ms, end_ms)
    longest_days = call.product.income_days
    if longest_days and None not in (start_ms, end_ms) and end_ms - start_ms > longest_days * DAY_MS:
        raise errors.INTERVAL_TOO_LONG(longest_days)
    earliest_ms = call.now_ms - (INCOME_WINDOW_MS if start_ms is None and end_ms is None else INCOME_KEPT_MS)
    instrument: Instrument | None = values["symbol"]
    found = call.world.income.rows(
        call.account_id,
        call.product.market,
        max(earliest_ms, start_ms or 0),
        end_ms,
        values["incomeType"],
        None if instrument is None else instrument.symbol_id,
    )
    skipped = (page - 1) * limit
    if start_ms is not None:
        found = found[skipped : skipped + limit]
    else:
        end = max(0, len(found) - skipped)
        found = found[max(0, end - limit) : end]
    return [_income_row(call, row) for row in found]


def _income_row(call: Call, row: IncomeRow) -> Body:
    name = INCOME_TYPE[row.kind]
    trade_id = str(row.trade_id) if row.trade_id else ""
    if row.kind == income.TRANSFER:
        came_in, went_out = call.product.transfer_notes
        note = came_in if row.amount_units > 0 else went_out
    else:
        note = trade_id or name  # semantics 4.6.3
    return shaped_for(
        call.product,
        "income",
        {
            "symbol": "" if row.symbol_id < 0 else call.world.catalog.by_id[row.symbol_id].symbol,
            "incomeType": name,
            "income": units(row.amount_units),
            "asset": row.asset,
            "info": note,
            "time": row.time_ms,
            "tranId": row.income_id,
            "tradeId": trade_id,
        },
    )


def amendments(call: Call) -> list[Body]:
    """Amendments of a symbol, or of one order, the newest first (semantics 5.6.8)."""
    values = call.values
    instrument: Instrument = values["symbol"]
    start_ms = _since(call, AMENDMENTS_KEPT_MS)
    found = call.world.amendments.rows(
        call.account_id,
        instrument.symbol_id,
        start_ms,
        values["endTime"],
        values["orderId"],
        values["origClientOrderId"],
    )
    form, tells_modify_id = digits(instrument), call.desk.profile.modify_ids
    return [
        {
            "amendmentId": row.amendment_id,
            "symbol": instrument.symbol,
            "pair": instrument.pair,
            "orderId": row.order_id,
            "clientOrderId": row.client_order_id,
            "time": row.time_ms,
            "amendment": {
                "price": {"before": form.price(row.price_ticks_before), "after": form.price(row.price_ticks)},
                "origQty": {"before": form.qty(row.qty_lots_before), "after": form.qty(row.qty_lots)},
                "count": row.count,
                **({"modifyId": row.modify_id} if tells_modify_id else {}),
            },
        }
        for row in found[: -values["limit"] - 1 : -1]
    ]


def margin_changes(call: Call) -> list[Body]:
    """What the owner gave to the isolated positions of a symbol, and took, oldest first (semantics 6.8)."""
    values = call.values
    instrument: Instrument = values["symbol"]
    limit = values["limit"]
    found = call.world.margin_changes.rows(
        call.account_id, instrument.symbol_id, _since(call, MARGIN_CHANGES_KEPT_MS), values["endTime"]
    )
    rows = [
        shaped(
            "margin change",
            {
                "symbol": instrument.symbol,
                "type": ADD_MARGIN if change.amount_units > 0 else REDUCE_MARGIN,
                "deltaType": "USER_ADJUST",
                "amount": units(abs(change.amount_units)),
                "asset": instrument.margin_asset,
                "time": change.time_ms,
                "positionSide": POSITION_SIDE[change.position_side],
            },
            instrument,
        )
        for change in found
    ]
    rows = [row for row in rows if values["type"] in (None, row["type"])]
    return rows[-limit:] if values["startTime"] is None else rows[:limit]


def _since(call: Call, kept_ms: int) -> int:
    """From when on a history is answered: the start time that was sent, but not before what is kept."""
    start_ms: int | None = call.values["startTime"]
    check_span(start_ms, call.values["endTime"])
    return max(start_ms or 0, call.now_ms - kept_ms)


def _income_route(weight: int, types: tuple[str, ...]) -> Route:
    kinds = schema.one_of({name: INCOME_TYPES[name] for name in types}, errors.BAD_INCOME_TYPE)
    params = (
        ANY_SYMBOL,
        Param("incomeType", kinds),
        *SPAN,
        Param("page", schema.between(1, LAST_PAGE), default=1),
        Param("limit", schema.between(1, 1000), default=100),
    )
    return Route("GET", "/v1/income", USER_DATA, weight, income_rows, params, returns="Income, oldest first.")


def _margin_route(default_limit: int) -> Route:
    params = (
        SYMBOL,
        Param("type", schema.between(ADD_MARGIN, REDUCE_MARGIN), description="1 added, 2 taken away"),
        *SPAN,
        Param("limit", schema.between(1, 500), default=default_limit),
    )
    returns = "Changes of isolated margin."
    return Route("GET", "/v1/positionMargin/history", TRADE, 1, margin_changes, params, returns=returns)


LAST_PAGE: Final = 1_000_000
AMENDMENTS: Final = Route(
    "GET",
    "/v1/orderAmendment",
    USER_DATA,
    1,
    amendments,
    (
        SYMBOL,
        Param("orderId", schema.not_negative),
        Param("origClientOrderId", schema.any_order_id),
        *SPAN,
        Param("limit", schema.between(1, 100), default=50),
    ),
    returns="Amendments, newest first.",
)

ROUTES: Final[tuple[Route, ...]] = (
    *routes_of((USDS, COIN), AMENDMENTS),
    *routes_of((USDS,), _income_route(30, tuple(INCOME_TYPES)), _margin_route(500)),
    *routes_of((COIN,), _income_route(20, COIN_INCOME_TYPES), _margin_route(50)),
)
