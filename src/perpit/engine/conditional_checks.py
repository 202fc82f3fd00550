"""Every rule that can refuse an order that would wait for a price, in order (semantics 4.5.6, 5.8, 5.9).

The order, with the numbers that the functions here name, is `domain.refusal_order.CONDITIONAL`.
"""

from perpit.domain import refusals as no
from perpit.domain.commands import PlaceOrder
from perpit.domain.numbers import PPM, div_ceil
from perpit.domain.words import (
    BOTH,
    BUY,
    CALLBACK_PPM_MAX,
    CONTRACT_PRICE,
    FOK,
    GTC,
    GTD,
    GTE_GTC,
    GTX,
    IOC,
    LIMIT,
    MARK_PRICE,
    MARKET,
    STOP,
    STOP_MARKET,
    TAKE_PROFIT,
    TAKE_PROFIT_MARKET,
    TRAILING_STOP_MARKET,
)
from perpit.engine import checks, open_orders
from perpit.engine.account import Exposure, Position
from perpit.engine.checks import OK
from perpit.engine.market import Market
from perpit.engine.rules import (
    CALLBACK_PPM_MIN,
    CALLBACK_PPM_STEP,
    OPEN_ALGO_ORDERS_MAX,
    STOP_PRICE_TIMES_MAX,
)
from perpit.engine.triggers import is_reached, is_rising, is_trailing, trigger_ticks


def check_conditional(exposure: Exposure, command: PlaceOrder) -> int:
    """The first rule that refuses the order, or 0."""
    market = exposure.market
    is_limit = command.order_type == STOP or command.order_type == TAKE_PROFIT
    is_closing = checks.can_only_close(command)
    refusal = _check_kind(exposure, command, is_limit)
    if refusal == OK:
        refusal = checks.check_market(market, is_closing)
    if refusal == OK and not command.close_position:
        refusal = checks.check_qty(market, LIMIT if is_limit else MARKET, command.qty_lots)
    if refusal == OK and is_limit and command.price_match == 0:
        refusal = _check_price(market, command.price_ticks)
    if refusal == OK:
        refusal = _check_trigger(market, command)
    if refusal == OK and is_limit and command.price_match == 0:
        refusal = _check_stop_band(market, command)
    if refusal == OK and not is_closing:
        refusal = checks.check_notional(market, _own_value(market, command))
    if refusal == OK:
        refusal = _check_open(exposure, command)
    position = exposure.both
    if refusal == OK:
        position = exposure.position(command.position_side)
        if command.time_in_force == GTE_GTC and not position.is_closed_by(command.side):
            refusal = no.POSITION_REQUIRED
    if refusal == OK:
        refusal = _check_waits(market, command)
    if refusal == OK and not command.is_algo and not command.close_position:
        refusal = _check_means(position, command, is_closing, is_limit)
    return refusal


def _check_kind(exposure: Exposure, command: PlaceOrder, is_limit: bool) -> int:
    """Rules 1 to 4."""
    refusal = _check_time_in_force(command, is_limit)
    if refusal == OK and command.close_position:
        refusal = _check_close_position(command)
    if refusal == OK:
        refusal = _check_trigger_fields(command)
    if refusal == OK and command.price_match != 0:
        refusal = checks.check_price_match(command)
    if refusal == OK and not is_limit and command.price_ticks != 0:
        refusal = no.INVALID_VALUE
    if refusal == OK:
        refusal = checks.check_words(command, exposure.is_hedged)
    return refusal if refusal != OK else checks.check_account(exposure, command)


def _check_time_in_force(command: PlaceOrder, is_limit: bool) -> int:
    """Rule 1."""
    if command.order_type > TRAILING_STOP_MARKET:
        return no.NOT_SUPPORTED
    tif = command.time_in_force
    if is_limit:
        if tif not in (GTC, IOC, FOK, GTX, GTD, GTE_GTC):
            return no.TIME_IN_FORCE_INVALID
    elif tif != GTC and tif != GTE_GTC:
        return no.TIME_IN_FORCE_INVALID
    if command.working_type != CONTRACT_PRICE and command.working_type != MARK_PRICE:
        return no.WORKING_TYPE_INVALID
    if command.good_till_ms != 0 or tif == GTD:
        return checks.check_good_till(command)
    return OK


def _check_trigger_fields(command: PlaceOrder) -> int:
    """Rule 3."""
    if is_trailing(command):
        rate = command.callback_ppm
        if not CALLBACK_PPM_MIN <= rate <= CALLBACK_PPM_MAX or rate % CALLBACK_PPM_STEP != 0:
            return no.CALLBACK_RATE_INVALID
        return no.TRIGGER_FIELD_NOT_ALLOWED if command.stop_price_ticks != 0 else OK
    if command.callback_ppm != 0 or command.activation_price_ticks != 0:
        return no.TRIGGER_FIELD_NOT_ALLOWED
    return OK


def _check_close_position(command: PlaceOrder) -> int:
    """Rule 2 (semantics 4.5.6)."""
    if command.order_type != STOP_MARKET and command.order_type != TAKE_PROFIT_MARKET:
        return no.CLOSE_POSITION_NOT_ALLOWED
    if command.qty_lots != 0:
        return no.CLOSE_POSITION_WITH_QTY
    if command.reduce_only:
        return no.CLOSE_POSITION_WITH_REDUCE_ONLY
    return (
        OK
        if command.position_side == BOTH or checks.is_closing_side(command)
        else no.CLOSE_POSITION_NOT_ALLOWED
    )


def _check_price(market: Market, price_ticks: int) -> int:
    """Rule 7."""
    if price_ticks <= 0:
        return no.PRICE_NOT_POSITIVE
    if price_ticks < market.instrument.min_price_ticks:
        return no.PRICE_BELOW_MIN
    return no.PRICE_ABOVE_MAX if price_ticks > market.instrument.max_price_ticks else OK


def _check_trigger(market: Market, command: PlaceOrder) -> int:
    """Rule 8."""
    price = trigger_ticks(command)
    highest = market.instrument.max_price_ticks
    if is_trailing(command):
        return no.ACTIVATION_PRICE_INVALID if not 0 <= price <= highest else OK
    if price <= 0:
        return no.STOP_PRICE_NOT_POSITIVE
    if price > highest:
        return no.STOP_PRICE_ABOVE_MAX
    present: int = market.working_ticks(command.working_type)
    if price > present * STOP_PRICE_TIMES_MAX:
        return no.STOP_PRICE_ABOVE_BAND
    return no.STOP_PRICE_BELOW_BAND if price * STOP_PRICE_TIMES_MAX < present else OK


def _check_stop_band(market: Market, command: PlaceOrder) -> int:
    """Rule 9: one-sided like PERCENT_PRICE, whose multipliers it takes (semantics 5.8.8)."""
    instrument = market.instrument
    stop, price = command.stop_price_ticks, command.price_ticks
    if command.side == BUY:
        return no.PRICE_ABOVE_STOP_BAND if price > stop * instrument.percent_up_ppm // PPM else OK
    floor = div_ceil(stop * instrument.percent_down_ppm, PPM)
    return no.PRICE_BELOW_STOP_BAND if price < floor else OK


def _own_ticks(market: Market, command: PlaceOrder) -> int:
    """The price at which the order is valued while it waits: limit, trigger, or present price."""
    price = command.price_ticks
    if price == 0:
        price = trigger_ticks(command)
    if price == 0:
        price = market.working_ticks(command.working_type)
    return price


def _own_value(market: Market, command: PlaceOrder) -> int:
    return market.instrument.value_units(_own_ticks(market, command), command.qty_lots)


def _check_open(exposure: Exposure, command: PlaceOrder) -> int:
    """Rule 11, and for orders that close a position rule 12."""
    client_order_id = command.client_order_id
    instrument = exposure.market.instrument
    if command.is_algo:
        if client_order_id in exposure.account.algos:
            return no.DUPLICATE_CLIENT_ORDER_ID
        if len(exposure.account.algos) >= OPEN_ALGO_ORDERS_MAX:
            return no.TOO_MANY_ALGO_ORDERS
    elif client_order_id in exposure.orders or client_order_id in exposure.conditionals:
        return no.DUPLICATE_CLIENT_ORDER_ID
    if instrument.max_algo_orders != 0 and exposure.waiting_orders() >= instrument.max_algo_orders:
        return no.TOO_MANY_ALGO_ORDERS
    if not command.is_algo:
        count = len(exposure.orders) + len(exposure.conditionals)
        if count >= instrument.max_open_orders:
            return no.TOO_MANY_OPEN_ORDERS
    return _check_alone(exposure, command) if command.close_position else OK


def _check_alone(exposure: Exposure, command: PlaceOrder) -> int:
    """Rule 12."""
    for waiting in exposure.conditionals.values():
        if _closes_alike(waiting.request, command):
            return no.CLOSE_POSITION_EXISTS
    for waiting in exposure.account.algos.values():
        if waiting.position.exposure is exposure and _closes_alike(waiting.request, command):
            return no.CLOSE_POSITION_EXISTS
    return OK


def _closes_alike(request: PlaceOrder, command: PlaceOrder) -> bool:
    return (
        request.close_position
        and request.side == command.side
        and request.position_side == command.position_side
        and request.order_type == command.order_type
    )


def _check_waits(market: Market, command: PlaceOrder) -> int:
    """Rule 14. A trailing stop without an activation price begins with the present one."""
    price = trigger_ticks(command)
    if price == 0:
        return OK
    present: int = market.working_ticks(command.working_type)
    return no.WOULD_TRIGGER if is_reached(is_rising(command), price, present) else OK


def _check_means(position: Position, command: PlaceOrder, is_closing: bool, is_limit: bool) -> int:
    """Rule 15. What the order would cost at its own price; nothing is reserved while it waits."""
    if is_closing:
        return OK if position.is_closed_by(command.side) else no.REDUCE_ONLY_REJECTED
    market = position.exposure.market
    own_e8 = market.price_e8(_own_ticks(market, command))
    assumed_e8 = own_e8
    if is_limit:
        assumed_e8 = open_orders.assumed_price_e8(market, command.side, LIMIT, own_e8)
    added = market.instrument.value_at_e8(assumed_e8, command.qty_lots)
    return checks.check_margin(position, command.side, command.qty_lots, added, own_e8)
