"""How an account trades, measured by the exchange's quantitative rules: apiTradingStatus. USDⓈ-M only.

| indicator | what it is, of the orders that an account placed in a symbol within ten minutes |
|---|---|
| UFR | value that was not filled, of the value of all |
| GCR | GTC orders cancelled unfilled within two seconds, of all GTC orders |
| IFER | IOC and FOK orders that expired unfilled, of all IOC and FOK orders |
| DR | orders worth less than 10 of the quote asset, of all |
| TMV | times that the account was locked within a day |

The exchange locks who exceeds a trigger value with thousands of orders. Perpit measures and locks nobody: `isLocked` is
false, TMV is 0. A symbol without an order within the time has no indicators.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, named
from perpit.binance.route import Route, one_or_all
from perpit.binance.security import USER_DATA
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import PPM, UNIT, format_shortest
from perpit.domain.words import CANCELED, EXPIRED, FOK, GTC, IOC
from perpit.views.orders import OrderView

Body = dict[str, Any]

WINDOW_MS: Final = 10 * 60_000
AT_ONCE_MS: Final = 2_000
DUST_UNITS: Final = 10 * UNIT
ORDERS_MAX: Final = 12_000  # of a symbol: what the order limit lets through in the window
TRIGGER_PPM: Final = {"UFR": 995_000, "GCR": 990_000, "IFER": 990_000, "DR": 990_000}
LOCKS_A_DAY: Final = 10


def trading_status(call: Call) -> Body:
    """The indicators of one symbol, or of all, and those of the account."""
    since_ms = call.now_ms - WINDOW_MS
    indicators: Body = {}
    for instrument in named(call):
        orders = call.world.orders.all_orders(
            call.account_id, instrument.symbol_id, start_ms=since_ms, limit=ORDERS_MAX
        )
        if orders:
            ratios = ratios_ppm(instrument, orders)
            indicators[instrument.symbol] = [
                _row(name, _number(ratios[name]), _number(trigger)) for name, trigger in TRIGGER_PPM.items()
            ]
    indicators["ACCOUNT"] = [_row("TMV", 0, LOCKS_A_DAY)]
    return {"indicators": indicators, "updateTime": call.now_ms}


def ratios_ppm(instrument: Instrument, orders: Sequence[OrderView]) -> dict[str, int]:
    """The four ratios of orders of a linear contract, in ppm, cut; 0 where there is nothing to divide by."""
    placed = filled = dust = gtc = dropped = immediate = expired = 0
    for order in orders:
        value = max(instrument.value_units(order.price_ticks, order.qty_lots), order.filled_value)
        placed += value
        filled += order.filled_value
        dust += value < DUST_UNITS
        tif, unfilled = order.request.time_in_force, order.filled_lots == 0
        if tif == GTC:
            gtc += 1
            at_once = order.updated_ms - order.created_ms < AT_ONCE_MS
            dropped += order.status == CANCELED and unfilled and at_once
        elif tif in (IOC, FOK):
            immediate += 1
            expired += order.status == EXPIRED and unfilled
    return {
        "UFR": _part_ppm(placed - filled, placed),
        "GCR": _part_ppm(dropped, gtc),
        "IFER": _part_ppm(expired, immediate),
        "DR": _part_ppm(dust, len(orders)),
    }


def _part_ppm(part: int, whole: int) -> int:
    return part * PPM // whole if whole else 0


def _number(ppm: int) -> msgspec.Raw:
    return msgspec.Raw(format_shortest(ppm, 6).encode())


def _row(name: str, value: object, trigger: object) -> Body:
    return {
        "isLocked": False,
        "plannedRecoverTime": 0,
        "indicator": name,
        "value": value,
        "triggerValue": trigger,
    }


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/fapi/v1/apiTradingStatus",
        USER_DATA,
        one_or_all(1, 10),
        trading_status,
        (ANY_SYMBOL,),
        returns="How the account trades.",
    ),
)
