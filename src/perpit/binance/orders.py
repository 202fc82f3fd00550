"""From parameters to commands of orders: the edge's own rules, before the engine sees anything.

The trade handlers, batches and `order/test` share these. What is checked here is shape (which parameters belong to
which order type) and grid (tick and step); limits, bands, margin are the engine's (semantics 5.10).
"""

import secrets
from itertools import count
from typing import Any, Final

from perpit.binance import errors, schema
from perpit.binance.schema import Decimal, Param
from perpit.domain.commands import AmendOrder, CancelOrder, PlaceOrder
from perpit.domain.instrument import Instrument
from perpit.domain.words import (
    CONTRACT_PRICE,
    GTC,
    KEEPS_PRICE,
    KEEPS_QTY,
    LIMIT,
    MARKET,
    STOP,
    STP_EXPIRE_MAKER,
    STP_NONE,
    TAKE_PROFIT,
    TRAILING_STOP_MARKET,
    USDS_M,
)

BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS: Final = [first + second for first in BASE62 for second in BASE62]
_PREFIX: Final = "".join(secrets.choice(BASE62) for _ in range(14))  # another one each time the venue starts
_NUMBERS: Final = count(secrets.randbelow(62**7))
_POWERS: Final[list[int]] = [10**exponent for exponent in range(9)]

_PLACE: Final = (
    Param("symbol", schema.symbol, True),
    Param("side", schema.side, True),
    Param("type", schema.order_type, True),
    Param("positionSide", schema.position_side, default=0, description="BOTH in one-way mode"),
    Param("timeInForce", schema.time_in_force, description="mandatory for LIMIT"),
    Param("quantity", schema.decimal),
    Param("reduceOnly", schema.boolean, default=False),
    Param("price", schema.decimal, description="mandatory for LIMIT"),
    Param("newClientOrderId", schema.client_order_id, description="made by the venue when not sent"),
    Param("stopPrice", schema.decimal),
    Param("closePosition", schema.boolean, default=False),
    Param("activationPrice", schema.decimal),
    Param("callbackRate", schema.decimal),
    Param("workingType", schema.working_type, default=CONTRACT_PRICE),
    Param("priceProtect", schema.boolean, default=False),
    Param("newOrderRespType", schema.response_type, default="ACK"),
    Param("priceMatch", schema.price_match, default=0),
)
PLACE: Final = (
    *_PLACE,
    Param("selfTradePreventionMode", schema.stp_mode, default=STP_EXPIRE_MAKER),  # semantics 5.2.6
    Param("goodTillDate", schema.not_negative),
)
PLACE_IN_BATCH: Final = (
    *_PLACE,
    Param("selfTradePreventionMode", schema.stp_mode, default=STP_NONE),
    Param("goodTillDate", schema.not_negative),
)
AMEND: Final = (
    Param("symbol", schema.symbol, True),
    Param("side", schema.side, True),
    Param("quantity", schema.decimal, True, description="the new total quantity"),
    Param("price", schema.decimal, description="mandatory unless priceMatch is sent"),
    Param("orderId", schema.not_negative),
    Param("origClientOrderId", schema.any_order_id),
    Param("priceMatch", schema.price_match, default=0),
    Param("modifyId", schema.not_negative, default=0),
    Param("reduceOnly", schema.boolean, default=False),
)
# Of conditional orders only: an order that ignored them would trade at once where its sender meant it to wait.
CONDITIONAL: Final = ("stopPrice", "activationPrice", "callbackRate")
NAME_ORDER: Final = (
    Param("symbol", schema.symbol, True),
    Param("orderId", schema.not_negative),
    Param("origClientOrderId", schema.any_order_id),
)


def made_client_order_id() -> str:
    """An id for an order whose sender gave none: 22 letters and digits, never the same twice (semantics 5.1.4)."""
    number = next(_NUMBERS)
    number, last = divmod(number, 3844)
    number, third = divmod(number, 3844)
    first, second = divmod(number, 3844)
    return _PREFIX + _PAIRS[first % 3844] + _PAIRS[second] + _PAIRS[third] + _PAIRS[last]


def place(values: dict[str, Any], account_id: int) -> PlaceOrder:
    """The command of a new order (semantics 5.2.1)."""
    instrument: Instrument = values["symbol"]
    order_type = values["type"]
    time_in_force = values["timeInForce"]
    price = values["price"]
    quantity = values["quantity"]
    if order_type == LIMIT:
        if time_in_force is None:
            raise errors.MANDATORY("timeInForce")
        if quantity is None:
            raise errors.MANDATORY("quantity")
        price_ticks = _limit_price(price, values["priceMatch"], instrument)
    elif order_type == MARKET:
        if quantity is None:
            raise errors.MANDATORY("quantity")
        if price is not None:
            raise errors.NOT_REQUIRED("price")
        if time_in_force is not None:
            raise errors.NOT_REQUIRED("timeInForce")
        if values["priceMatch"]:
            raise errors.PRICE_MATCH_TYPE()
        price_ticks = 0
        time_in_force = GTC
    else:
        # The exchange takes these five types at the algo endpoints only since 2025-12-09 (semantics 5.9.1); the
        # union profile takes them at both.
        return _conditional(values, account_id, values["stopPrice"], "stopPrice", values["activationPrice"])
    for name in CONDITIONAL:
        if values[name] is not None:
            raise errors.NOT_REQUIRED(name)
    return PlaceOrder(
        account_id,
        instrument.symbol_id,
        values["newClientOrderId"] or made_client_order_id(),
        values["side"],
        order_type,
        time_in_force,
        lots(quantity, instrument),
        price_ticks,
        values["reduceOnly"],
        values["selfTradePreventionMode"],
        values["positionSide"],
        values["closePosition"],
        price_match=values["priceMatch"],
        good_till_ms=_whole_seconds(values["goodTillDate"]),
    )


def place_algo(values: dict[str, Any], account_id: int) -> PlaceOrder:
    """The command of a new order of the Algo service, which has names of its own for the same (semantics 5.9.2)."""
    if values["type"] in (LIMIT, MARKET):
        raise errors.BAD_ORDER_TYPE()
    named = {**values, "newClientOrderId": values["clientAlgoId"]}
    command = _conditional(named, account_id, values["triggerPrice"], "triggerPrice", values["activatePrice"])
    command.is_algo = True
    return command


def _conditional(
    values: dict[str, Any], account_id: int, trigger: Decimal | None, name: str, activation: Decimal | None
) -> PlaceOrder:
    """A conditional order of either form; `name` is what its trigger price is called there (semantics 5.8)."""
    instrument: Instrument = values["symbol"]
    order_type, price, quantity = values["type"], values["price"], values["quantity"]
    is_limit = order_type in (STOP, TAKE_PROFIT)
    is_trailing = order_type == TRAILING_STOP_MARKET
    if quantity is None and not values["closePosition"]:
        raise errors.MANDATORY("quantity")
    if is_trailing and values["closePosition"] and instrument.market == USDS_M:
        raise errors.TRAILING_CLOSES_POSITION()  # COIN-M's list has no code for it
    if trigger is None and not is_trailing:
        raise errors.MANDATORY(name)
    if values["callbackRate"] is None and is_trailing:
        raise errors.MANDATORY("callbackRate")
    for field, sent, fits in (
        ("price", price, is_limit),
        (name, trigger, not is_trailing),
        ("callbackRate", values["callbackRate"], is_trailing),
        ("reduceOnly", values["reduceOnly"] or None, not values["closePosition"]),
    ):
        if sent is not None and not fits:
            raise errors.NOT_REQUIRED(field)
    price_ticks = 0
    if is_limit:
        price_ticks = _limit_price(price, values["priceMatch"], instrument)
    return PlaceOrder(
        account_id,
        instrument.symbol_id,
        values["newClientOrderId"] or made_client_order_id(),
        values["side"],
        order_type,
        GTC if values["timeInForce"] is None else values["timeInForce"],
        0 if quantity is None else lots(quantity, instrument),
        price_ticks,
        values["reduceOnly"],
        values["selfTradePreventionMode"],
        values["positionSide"],
        values["closePosition"],
        0 if trigger is None else stop_ticks(trigger, instrument),
        values["workingType"],
        values["priceProtect"],
        0 if activation is None else ticks(activation, instrument),
        _callback_ppm(values["callbackRate"]),
        _whole_seconds(values["goodTillDate"]),
        values["priceMatch"],
    )


def stop_ticks(price: Decimal, instrument: Instrument) -> int:
    """A trigger price on the instrument's grid."""
    if price[0] <= 0:
        raise errors.STOP_PRICE_NOT_POSITIVE()
    return ticks(price, instrument)


def _callback_ppm(rate: Decimal | None) -> int:
    """A rate in percent as parts per million; four decimals are a whole number of them, a fifth is not."""
    if rate is None:
        return 0
    mantissa, decimals = rate
    if decimals > 4:
        raise errors.BAD_PARAMETER("callbackRate")
    return mantissa * _POWERS[4 - decimals]


def _whole_seconds(good_till_ms: int | None) -> int:
    """semantics 5.3: whole seconds of a date are kept."""
    return (good_till_ms or 0) // 1000 * 1000


def amend(values: dict[str, Any], account_id: int, may_be_partial: bool = False) -> AmendOrder:
    """The command of an amendment; what was not sent the order may keep, if the product lets it (semantics 5.6.1)."""
    instrument: Instrument = values["symbol"]
    order_id, client_order_id = named(values)
    quantity, price, price_match = values["quantity"], values["price"], values["priceMatch"]
    keeps = qty_lots = price_ticks = 0
    if may_be_partial and quantity is None:
        keeps |= KEEPS_QTY
    else:
        qty_lots = lots(quantity, instrument)
    if may_be_partial and price is None and not price_match:
        keeps |= KEEPS_PRICE
    else:
        price_ticks = _limit_price(price, price_match, instrument)
    return AmendOrder(
        account_id,
        instrument.symbol_id,
        order_id,
        client_order_id,
        values["side"],
        qty_lots,
        price_ticks,
        values.get("modifyId", 0),
        values["priceMatch"],
        keeps,
    )


def cancel(values: dict[str, Any], account_id: int) -> CancelOrder:
    """The command of a cancellation."""
    order_id, client_order_id = named(values)
    return CancelOrder(account_id, values["symbol"].symbol_id, order_id, client_order_id)


def named(values: dict[str, Any]) -> tuple[int, str]:
    """Which order is meant; the order id wins when both are sent (semantics 5.7.6)."""
    order_id = values["orderId"]
    if order_id:
        return order_id, ""
    client_order_id = values["origClientOrderId"]
    if client_order_id is None:
        if order_id is None:
            raise errors.EITHER_MANDATORY("origClientOrderId", "orderId")
        raise errors.MANDATORY("orderId")
    return 0, client_order_id


def _limit_price(price: Decimal | None, price_match: int, instrument: Instrument) -> int:
    if price_match:
        if price is not None:
            raise errors.NOT_REQUIRED("price")
        return 0
    if price is None:
        raise errors.MANDATORY("price")
    return ticks(price, instrument)


def lots(quantity: Decimal, instrument: Instrument) -> int:
    """A quantity on the instrument's grid."""
    mantissa, decimals = quantity
    if mantissa <= 0:
        raise errors.QTY_NOT_POSITIVE()
    if decimals > instrument.qty_decimals:
        raise errors.BAD_PRECISION()
    qty_lots, rest = divmod(mantissa * _POWERS[8 - decimals], instrument.lot_e8)
    if rest:
        raise errors.OFF_STEP()
    return qty_lots


def ticks(price: Decimal, instrument: Instrument) -> int:
    """A price on the instrument's grid."""
    mantissa, decimals = price
    if mantissa <= 0:
        raise errors.PRICE_NOT_POSITIVE()
    if decimals > instrument.price_decimals:
        raise errors.BAD_PRECISION()
    price_ticks, rest = divmod(mantissa * _POWERS[8 - decimals], instrument.tick_e8)
    if rest:
        raise errors.OFF_TICK()
    return price_ticks
