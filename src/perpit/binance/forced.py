"""What is seen of liquidation and deleveraging: forced orders, the ranking, the fund. Handlers and their routes."""

from typing import Any, Final

import msgspec

from perpit.binance import render, schema
from perpit.binance.account import exposures
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, SPAN, check_span, instruments, named
from perpit.binance.products import COIN, USDS, shaped
from perpit.binance.render import units
from perpit.binance.route import Route, one_or_all, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE, USER_DATA
from perpit.binance.tickers import one_or_each
from perpit.domain.instrument import Instrument
from perpit.domain.words import BOTH, CROSS, LONG, SHORT
from perpit.views.accounts import ExposureView
from perpit.views.deleveraging import HIGH, LOW, MEDIUM

Body = dict[str, Any]
DAY_MS: Final = 24 * 3_600_000
SHOWN_MS: Final = 7 * DAY_MS
KEPT_MS: Final = 90 * DAY_MS
RISK: Final = {LOW: "low", MEDIUM: "medium", HIGH: "high"}


def force_orders(call: Call) -> list[Body]:
    """The account's liquidation and deleveraging orders, oldest first: the newest `limit` of the span (2.8.3).

    Without a start the span is the seven days before its end; none is older than 90 days.
    """
    values = call.values
    start_ms, end_ms = values["startTime"], values["endTime"]
    check_span(start_ms, end_ms)
    if start_ms is None:
        start_ms = (call.now_ms if end_ms is None else end_ms) - SHOWN_MS
    start_ms = max(start_ms, call.now_ms - KEPT_MS)
    instrument = values["symbol"]
    found = call.world.orders.forced_orders(
        call.account_id,
        instrument.symbol_id if instrument else None,
        values["autoCloseType"],
        start_ms,
        end_ms,
        values["limit"],
        frozenset(each.symbol_id for each in named(call)),
    )
    by_id = call.world.catalog.by_id
    noun = "forced order" if call.desk.profile.queries_tell_both else "former forced order"
    rows = []
    for order in found:
        listed = by_id[order.request.symbol_id]
        row = msgspec.json.decode(render.queried_order(order, listed, call.desk.profile))
        # unlike other orders, these tell their value in the other asset, too
        row[call.product.executed_field[1]] = render.digits(listed).nominal(order.filled_lots)
        rows.append(shaped(noun, row, listed))
    return rows


def adl_quantile(call: Call) -> list[Body]:
    """How soon the account's positions give way, 0 to 4 (semantics 2.7.4), for each symbol with a position."""
    return [
        {"symbol": exposure.instrument.symbol, "adlQuantile": _quantiles(call, exposure)}
        for exposure in exposures(call, call.values["symbol"])
        if exposure.position.qty_lots or any(side.qty_lots for side in exposure.sides.values())
    ]


def _quantiles(call: Call, exposure: ExposureView) -> dict[str, int]:
    """By position side; a cross hedge has HEDGE, which says nothing but that, in the place of BOTH."""
    now_ms = max(call.now_ms, call.world.time_ms)
    symbol_id = exposure.instrument.symbol_id
    long, short, both = (
        call.world.deleveraging.quantile(call.account_id, symbol_id, side, now_ms)
        for side in (LONG, SHORT, BOTH)
    )
    if exposure.is_hedged and exposure.margin_type == CROSS:
        return {"LONG": long, "SHORT": short, "HEDGE": 0}
    return {"LONG": long, "SHORT": short, "BOTH": both}


def adl_risk_row(call: Call, instrument: Instrument) -> Body:
    """How likely deleveraging is in a symbol, or in each."""
    risk = call.world.deleveraging.risk(instrument, max(call.now_ms, call.world.time_ms))
    return {"symbol": instrument.symbol, "adlRisk": RISK[risk.level], "updateTime": risk.updated_ms}


def insurance_balance(call: Call) -> Any:
    """What the insurance fund has, by the symbols that share it; for a symbol that is sent, only its group.

    The venue has one fund. It pays in the asset in which a loss is made and never exchanges one for another, so the
    symbols of one margin asset share what it has of that asset (semantics 2.6.1), without the profit of what it holds.
    """
    world, market = call.world, call.product.market
    groups: dict[str, list[str]] = {}
    for instrument in instruments(call):
        groups.setdefault(instrument.margin_asset, []).append(instrument.symbol)
    rows = {
        asset: {
            "symbols": sorted(symbols),
            "assets": [
                {
                    "asset": asset,
                    "marginBalance": units(world.insurance_units.get((market, asset), 0)),
                    "updateTime": world.insurance_ms.get((market, asset), 0),
                }
            ],
        }
        for asset, symbols in groups.items()
    }
    instrument = call.values["symbol"]
    return list(rows.values()) if instrument is None else rows[instrument.margin_asset]


ROUTES: Final[tuple[Route, ...]] = (
    *routes_of(
        (USDS, COIN),
        Route(
            "GET",
            "/v1/adlQuantile",
            USER_DATA,
            5,
            adl_quantile,
            (ANY_SYMBOL,),
            returns="How soon positions give way, 0 to 4.",
        ),
        Route(
            "GET",
            "/v1/forceOrders",
            USER_DATA,
            one_or_all(20, 50),
            force_orders,
            (
                ANY_SYMBOL,
                Param("autoCloseType", schema.auto_close_type, description="both when not sent"),
                *SPAN,
                Param("limit", schema.between(1, 100), default=50),
            ),
            returns="Liquidation and deleveraging orders, oldest first.",
        ),
    ),
    *routes_of(
        (USDS,),
        Route(
            "GET",
            "/v1/symbolAdlRisk",
            NONE,
            1,
            one_or_each("adl risk", adl_risk_row),
            (ANY_SYMBOL,),
            returns="How likely deleveraging is.",
        ),
        Route(
            "GET",
            "/v1/insuranceBalance",
            NONE,
            1,
            insurance_balance,
            (ANY_SYMBOL,),
            returns="The insurance fund, by the symbols that share it.",
        ),
    ),
)
