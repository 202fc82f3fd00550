"""What an account chooses for its positions: leverage, margin type, isolated margin, position mode."""

from typing import Any, Final

import msgspec

from perpit.binance import errors, schema
from perpit.binance.account import Body, exposures, own, position_mode
from perpit.binance.assets import DONE, accepted
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, SYMBOL, named
from perpit.binance.products import COIN, USDS, shaped
from perpit.binance.profiles import FOLLOWING, SHARED
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import TRADE, USER_DATA
from perpit.domain import refusals
from perpit.domain.commands import (
    AdjustMargin,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
)
from perpit.domain.events import LeverageChanged, Refused
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT, format_shortest
from perpit.domain.words import BOTH, CROSS, EVERY_MARKET, ISOLATED, USDS_M

ADD_MARGIN, REDUCE_MARGIN = 1, 2  # semantics 1.7.5


def symbol_config(call: Call) -> list[Body]:
    """Margin type and leverage per symbol."""
    return [
        {
            "symbol": exposure.instrument.symbol,
            "marginType": "CROSSED" if exposure.margin_type == CROSS else "ISOLATED",
            "isAutoAddMargin": False,
            "leverage": exposure.leverage,
            "maxNotionalValue": format_shortest(exposure.max_notional_units, 8),
        }
        for exposure in exposures(call, call.values["symbol"])
    ]


async def set_leverage(call: Call) -> Body:
    """The initial leverage of a symbol (semantics 1.7.1)."""
    instrument: Instrument = call.values["symbol"]
    command = SetLeverage(call.account_id, instrument.symbol_id, call.values["leverage"])
    for event in await call.desk.submit(command):
        if type(event) is LeverageChanged and event.account_id == call.account_id:
            row = {
                "symbol": instrument.symbol,
                "leverage": event.leverage,
                "maxNotionalValue": format_shortest(event.max_notional_units, 8),
            }
            return shaped("leverage", row, instrument)
        if type(event) is Refused and event.command is command:
            raise errors.from_refusal(command, event.refusal, instrument)
    raise AssertionError("no answer to SetLeverage")


def leverage_brackets(call: Call) -> list[Body]:
    """Leverage tables. With a symbol too the answer is a list, as clients record it (semantics 1.1.3)."""
    return [{"symbol": each.symbol, "brackets": bracket_rows(each)} for each in named(call)]


async def set_position_mode(call: Call) -> Body:
    """One-way or hedge mode for every symbol, of one product or of both (semantics 1.7.6)."""
    market, is_hedged = call.product.market, call.values["dualSidePosition"]
    rule = call.desk.profile.position_mode
    if rule == FOLLOWING and market != USDS_M and is_hedged != (USDS_M in own(call).hedged):
        raise errors.POSITION_MODE_DIFFERS()
    await accepted(
        call, SetPositionMode(call.account_id, EVERY_MARKET if rule == SHARED else market, is_hedged)
    )
    return dict(DONE)


async def set_margin_type(call: Call) -> Body:
    """Cross or isolated margin of a symbol (semantics 1.7.4)."""
    instrument: Instrument = call.values["symbol"]
    command = SetMarginType(call.account_id, instrument.symbol_id, call.values["marginType"])
    await accepted(call, command)
    return dict(DONE)


async def adjust_margin(call: Call) -> Body:
    """Add margin to an isolated position, type 1, or take it away, type 2 (semantics 1.7.5)."""
    instrument: Instrument = call.values["symbol"]
    mantissa, decimals = call.values["amount"]
    amount_units = mantissa * UNIT // 10**decimals
    if amount_units <= 0:
        raise errors.BY_REFUSAL[refusals.AMOUNT_NOT_POSITIVE]()
    signed = amount_units if call.values["type"] == ADD_MARGIN else -amount_units
    command = AdjustMargin(call.account_id, instrument.symbol_id, call.values["positionSide"], signed)
    await accepted(call, command)
    return {
        "amount": amount_units / UNIT,
        "code": 200,
        "msg": "Successfully modify position margin.",
        "type": call.values["type"],
    }


LEVERAGE: Final[Param] = Param("leverage", schema.integer, True)
MARGIN_TYPE: Final[Param] = Param(
    "marginType",
    schema.one_of({"CROSSED": CROSS, "ISOLATED": ISOLATED}, errors.BAD_MARGIN_TYPE),
    True,
)


AMOUNT: Final[Param] = Param("amount", schema.decimal, True)
CHANGE_TYPE: Final[Param] = Param("type", schema.between(ADD_MARGIN, REDUCE_MARGIN), True)
POSITION_SIDE: Final[Param] = Param("positionSide", schema.position_side, default=BOTH)
DUAL: Final[Param] = Param("dualSidePosition", schema.boolean, True)


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


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/fapi/v1/symbolConfig", USER_DATA, 5, symbol_config, (ANY_SYMBOL,), returns="Symbol settings."
    ),
    Route(
        "GET",
        "/fapi/v1/leverageBracket",
        USER_DATA,
        1,
        leverage_brackets,
        (ANY_SYMBOL,),
        returns="Leverage tables.",
    ),
    *routes_of(
        (USDS, COIN),
        Route("POST", "/v1/leverage", TRADE, 1, set_leverage, (SYMBOL, LEVERAGE), returns="The leverage."),
        Route(
            "POST",
            "/v1/marginType",
            TRADE,
            1,
            set_margin_type,
            (SYMBOL, MARGIN_TYPE),
            returns="That it is done.",
        ),
        Route(
            "POST",
            "/v1/positionMargin",
            TRADE,
            1,
            adjust_margin,
            (SYMBOL, AMOUNT, CHANGE_TYPE, POSITION_SIDE),
            returns="The amount.",
        ),
        Route("GET", "/v1/positionSide/dual", USER_DATA, 30, position_mode, returns="The position mode."),
        Route(
            "POST",
            "/v1/positionSide/dual",
            TRADE,
            1,
            set_position_mode,
            (DUAL,),
            returns="That it is done.",
        ),
    ),
)
