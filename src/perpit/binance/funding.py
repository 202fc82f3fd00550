"""Funding rates that anybody may read: what was settled, and on which terms. Handlers and their rows of the table."""

from typing import Any, Final

from perpit.binance import schema
from perpit.binance.call import Call
from perpit.binance.limits import FUNDING_POOL
from perpit.binance.market import ANY_SYMBOL, SPAN, SYMBOL, check_span, instruments, named
from perpit.binance.products import COIN, USDS, shaped
from perpit.binance.render import units
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE

# What a contract has that nobody adjusted (semantics 3.4.8).
USUAL_BOUND_E8: Final = 2_000_000
USUAL_HOURS: Final = 8
# How many rates: with times or a limit, and with neither (semantics 3.5.4).
RATES: Final = 100
NEWEST_RATES: Final = 200


def funding_rates(call: Call) -> list[dict[str, Any]]:
    """Settled rates, oldest first: the first from a start time on, or else the newest."""
    values = call.values
    start_ms, end_ms, limit = values["startTime"], values["endTime"], values["limit"]
    check_span(start_ms, end_ms)
    if limit is None:
        limit = NEWEST_RATES if start_ms is None and end_ms is None else RATES
    found = [
        (settled, instrument)
        for instrument in named(call)
        for settled in call.world.funding[instrument.symbol_id].settlements(start_ms, end_ms)
    ]
    noun = "funding" if call.desk.profile.rate_types else "former funding"
    found.sort(key=lambda pair: pair[0].time_ms)
    return [
        shaped(
            noun,
            {
                "symbol": instrument.symbol,
                "fundingTime": settled.time_ms,
                "fundingRate": units(settled.rate_e8),
                "markPrice": units(settled.mark_e8),
                "rateType": "Regular",
            },
            instrument,
        )
        for settled, instrument in (found[-limit:] if start_ms is None else found[:limit])
    ]


def funding_info(call: Call) -> list[dict[str, Any]]:
    """The terms of contracts whose bounds or interval are not the usual ones (semantics 3.4.9)."""
    rows = []
    for instrument in instruments(call):
        hours = call.world.funding[instrument.symbol_id].interval_hours
        if hours == 0:
            continue
        cap_e8, floor_e8 = instrument.funding_cap_e8, instrument.funding_floor_e8
        if (cap_e8, floor_e8, hours) != (USUAL_BOUND_E8, -USUAL_BOUND_E8, USUAL_HOURS):
            rows.append(
                {
                    "symbol": instrument.symbol,
                    "adjustedFundingRateCap": units(cap_e8),
                    "adjustedFundingRateFloor": units(floor_e8),
                    "fundingIntervalHours": hours,
                    "disclaimer": False,
                }
            )
    return rows


LIMIT: Final[Param] = Param(
    "limit", schema.between(1, 1000), description=f"{RATES}; {NEWEST_RATES} when no time is sent either"
)
RETURNS: Final = "Settled funding rates, oldest first."
TERMS: Final = "Bounds and intervals that are not the usual ones."

ROUTES: Final[tuple[Route, ...]] = (
    *routes_of(
        (USDS,),
        Route(
            "GET",
            "/v1/fundingRate",
            NONE,
            0,
            funding_rates,
            (ANY_SYMBOL, *SPAN, LIMIT),
            returns=RETURNS,
            pool=FUNDING_POOL,
        ),
        Route("GET", "/v1/fundingInfo", NONE, 0, funding_info, returns=TERMS, pool=FUNDING_POOL),
    ),
    *routes_of(
        (COIN,),
        Route("GET", "/v1/fundingRate", NONE, 1, funding_rates, (SYMBOL, *SPAN, LIMIT), returns=RETURNS),
        Route("GET", "/v1/fundingInfo", NONE, 1, funding_info, returns=TERMS),
    ),
)
