"""Every rule that can refuse an order, in the documented order (semantics 5.10).

The order, with the numbers that the functions here name, is `domain.refusal_order.PLACEMENT`. Rules 1 and 2 are those
of the order as it was asked for, the others hold for what a conditional order becomes, too. Those of conditional orders
while they wait stand in `conditional_checks`.
"""

from typing import Final

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import AmendOrder, PlaceOrder
from perpit.domain.margin import initial_margin_units, open_loss_units, present_notional_units
from perpit.domain.words import (
    BOTH,
    BUY,
    DELIVERED,
    FOK,
    GOOD_STANDING,
    GTC,
    GTD,
    GTX,
    IOC,
    LIMIT,
    LONG,
    MARKET,
    MATCH_NONE,
    MATCH_QUEUE_20,
    MAY_NOT_ORDER,
    ONLY_REDUCES,
    PRE_DELIVERING,
    RPI,
    SELL,
    SHORT,
    STOP,
    STOP_MARKET,
    STP_EXPIRE_BOTH,
    TAKE_PROFIT,
    TAKE_PROFIT_MARKET,
    TRADING,
)
from perpit.engine.account import Account, Exposure, Position
from perpit.engine.book import reaches
from perpit.engine.fillable import fillable_lots
from perpit.engine.market import Market
from perpit.engine.rules import GOOD_TILL_AHEAD_MS, GOOD_TILL_END_MS

OK: Final = 0


def check_placement(
    position: Position,
    command: PlaceOrder,
    own_e8: int,
    assumed_e8: int,
    reserved_units: int,
    is_closing: bool,
) -> int:
    """The first rule that refuses the order, or 0.

    `own_e8` is its limit price off the grid, `reserved_units` what it would reserve at the price `assumed_e8`.
    """
    exposure = position.exposure
    market = exposure.market
    is_limit = command.order_type == LIMIT
    refusal = check_market(market, is_closing)
    if refusal == OK and not command.close_position:
        refusal = check_qty(market, command.order_type, command.qty_lots)
    if refusal == OK and is_limit:
        refusal = check_price(market, command.side, command.price_ticks)
    if refusal == OK and not is_closing:
        if is_limit and own_e8 == assumed_e8:
            refusal = check_notional(market, reserved_units)
        else:
            refusal = check_notional(market, notional_units(market, command))
    if refusal == OK and not is_limit:
        refusal = check_market_band(market, command.side)
    if refusal == OK:
        refusal = check_open_orders(exposure, command)
    if refusal == OK:
        if is_closing:
            refusal = check_closing(position, command)
        else:
            loss_e8 = own_e8 if is_limit else assumed_e8
            refusal = check_margin(position, command.side, command.qty_lots, reserved_units, loss_e8)
    if refusal == OK and is_limit:
        refusal = check_liquidity(market, command)
    return refusal


def check_kind(command: PlaceOrder, is_hedged: bool) -> int:
    """Rules 1 and 2."""
    tif = command.time_in_force
    if command.order_type == LIMIT:
        if tif != GTC and tif != IOC and tif != FOK and tif != GTX and tif != GTD and tif != RPI:
            return no.TIME_IN_FORCE_INVALID
    elif command.order_type != MARKET:
        return no.NOT_SUPPORTED
    if command.good_till_ms != 0 or tif == GTD:
        refusal = check_good_till(command)
        if refusal != OK:
            return refusal
    if command.close_position:
        return no.CLOSE_POSITION_NOT_ALLOWED
    if command.stop_price_ticks != 0 or command.activation_price_ticks != 0 or command.callback_ppm != 0:
        return no.TRIGGER_FIELD_NOT_ALLOWED
    if command.price_match != 0:
        refusal = check_price_match(command)
        if refusal != OK:
            return refusal
    if command.is_algo:
        return no.NOT_SUPPORTED
    return check_words(command, is_hedged)


def check_good_till(command: PlaceOrder) -> int:
    """A date belongs to GTD, and lies neither too near nor beyond the calendar (semantics 5.3)."""
    if command.time_in_force != GTD or command.order_type in (MARKET, STOP_MARKET, TAKE_PROFIT_MARKET):
        return no.GOOD_TILL_DATE_INVALID
    date_ms = command.good_till_ms
    now_ms: int = command.time_ms
    if date_ms <= now_ms + GOOD_TILL_AHEAD_MS or date_ms >= GOOD_TILL_END_MS:
        return no.GOOD_TILL_DATE_INVALID
    return OK


def check_price_match(command: PlaceOrder) -> int:
    """A mode that there is, for a kind with a limit price, instead of a price (semantics 5.4.1)."""
    if not MATCH_NONE <= command.price_match <= MATCH_QUEUE_20:
        return no.PRICE_MATCH_INVALID
    if command.order_type not in (LIMIT, STOP, TAKE_PROFIT):
        return no.PRICE_MATCH_NOT_ALLOWED
    return no.PRICE_MATCH_WITH_PRICE if command.price_ticks != 0 else OK


def check_amended_match(command: AmendOrder) -> int:
    """The same for an amendment, which is of a limit order always."""
    if not MATCH_NONE <= command.price_match <= MATCH_QUEUE_20:
        return no.PRICE_MATCH_INVALID
    return no.PRICE_MATCH_WITH_PRICE if command.price_ticks != 0 else OK


def check_words(command: PlaceOrder, is_hedged: bool) -> int:
    """The end of rule 1, and rule 2."""
    if command.side != 1 and command.side != -1:
        return no.INVALID_VALUE
    if not 0 <= command.stp_mode <= STP_EXPIRE_BOTH or command.client_order_id == "":
        return no.INVALID_VALUE
    if is_hedged:
        if command.reduce_only:
            return no.REDUCE_ONLY_IN_HEDGE_MODE
        return OK if command.position_side in (LONG, SHORT) else no.POSITION_SIDE_MISMATCH
    return no.POSITION_SIDE_MISMATCH if command.position_side != BOTH else OK


def check_standing(account: Account, is_closing: bool) -> int:
    """Rule 2: whether the account may place such an order now (semantics 5.10)."""
    if account.standing == ONLY_REDUCES and not is_closing:
        return no.ACCOUNT_ONLY_REDUCES
    return no.ACCOUNT_MAY_NOT_ORDER if account.standing == MAY_NOT_ORDER else OK


def check_account(exposure: Exposure, command: PlaceOrder) -> int:
    """The end of rule 2: its standing, and the agreement. What an account has from before that rule it may leave."""
    if exposure.account.standing != GOOD_STANDING:
        refusal = check_standing(exposure.account, can_only_close(command))
        if refusal != OK:
            return refusal
    if exposure.market.instrument.needs_agreement and not exposure.account.has_signed:
        return OK if can_only_close(command) else no.AGREEMENT_NOT_SIGNED
    return OK


def check_market(market: Market, is_closing: bool) -> int:
    """Rule 3. Near its delivery a contract is only left, and while it is settled not even that (semantics 3.6.7)."""
    if market.status == DELIVERED:
        return no.SYMBOL_CLOSED
    if market.status != TRADING and not (is_closing and market.status == PRE_DELIVERING):
        return no.SYMBOL_NOT_TRADING
    return no.NO_PRICE if market.mark_e8 == 0 else OK


def is_closing_side(command: PlaceOrder) -> bool:
    """In hedge mode: whether the order's side closes its position side."""
    return (command.side == SELL) == (command.position_side == LONG)


def can_only_close(command: PlaceOrder) -> bool:
    """Whether the order can do nothing but make its position smaller (semantics 4.4.3, 4.5)."""
    if command.reduce_only or command.close_position:
        return True
    return command.position_side != BOTH and is_closing_side(command)


def check_qty(market: Market, order_type: i64, qty_lots: int) -> int:
    """Rule 4."""
    instrument = market.instrument
    if qty_lots <= 0:
        return no.QTY_NOT_POSITIVE
    if order_type == MARKET:
        if qty_lots < instrument.market_min_qty_lots:
            return no.QTY_BELOW_MIN
        return no.QTY_ABOVE_MAX if qty_lots > instrument.market_max_qty_lots else OK
    if qty_lots < instrument.min_qty_lots:
        return no.QTY_BELOW_MIN
    return no.QTY_ABOVE_MAX if qty_lots > instrument.max_qty_lots else OK


def check_price(market: Market, side: i64, price_ticks: int) -> int:
    """Rule 5. The band is one-sided: buys are capped above, sells below (semantics 5.10.1)."""
    instrument = market.instrument
    if price_ticks <= 0:
        return no.PRICE_NOT_POSITIVE
    if price_ticks < instrument.min_price_ticks:
        return no.PRICE_BELOW_MIN
    if price_ticks > instrument.max_price_ticks:
        return no.PRICE_ABOVE_MAX
    if side == BUY:
        return no.PRICE_ABOVE_BAND if price_ticks > market.buy_cap_ticks else OK
    return no.PRICE_BELOW_BAND if price_ticks < market.sell_floor_ticks else OK


def notional_units(market: Market, command: PlaceOrder) -> int:
    """What MIN_NOTIONAL looks at: a limit order's value at its price, a market order's at the mark price."""
    if command.order_type == MARKET:
        return market.instrument.value_at_e8(market.mark_e8, command.qty_lots)
    return market.instrument.value_units(command.price_ticks, command.qty_lots)


def check_notional(market: Market, value_units: int) -> int:
    """Rule 6."""
    return no.NOTIONAL_BELOW_MIN if value_units < market.instrument.min_notional_units else OK


def check_market_band(market: Market, side: i64) -> int:
    """Rule 7. An empty side refuses nothing: the order will expire unfilled (semantics 5.11.2)."""
    best = market.opposite(side).best
    if best is None:
        return OK
    if side == BUY:
        outside = best.price_ticks > market.buy_cap_ticks
    else:
        outside = best.price_ticks < market.sell_floor_ticks
    return no.MARKET_PRICE_OUTSIDE_BAND if outside else OK


def check_open_orders(exposure: Exposure, command: PlaceOrder) -> int:
    """Rules 8 and 9."""
    if command.client_order_id in exposure.orders:
        return no.DUPLICATE_CLIENT_ORDER_ID
    count = len(exposure.orders)
    waiting = exposure.conditionals
    if waiting:  # semantics 5.10: those of the Algo service are not counted since 2025-12
        if command.client_order_id in waiting:
            return no.DUPLICATE_CLIENT_ORDER_ID
        count += len(waiting)
    if command.order_type == LIMIT and count >= exposure.market.instrument.max_open_orders:
        return no.TOO_MANY_OPEN_ORDERS
    return OK


def check_margin(position: Position, side: i64, qty_lots: int, added_units: int, loss_e8: int) -> int:
    """Rules 10 and 11: what the order adds to the present notional, against bracket and available balance.

    `added_units` is the notional that it reserves, less what it reserves already when it is amended. `loss_e8` is
    the price of the open loss, which counts only for the lots that would open or add to a position; a market order
    that finds nobody to trade with has none and 0 here (semantics 1.3.5, 1.4.1, 1.4.5).
    """
    if loss_e8 == 0:
        return OK
    exposure = position.exposure
    market = exposure.market
    exposure.assess()
    before = exposure.present_units
    if exposure.is_hedged:
        before = exposure.side_units(side)
        after = before + added_units
    elif side == BUY:
        after = present_notional_units(
            exposure.value_units, exposure.bid_units + added_units, exposure.ask_units
        )
    else:
        after = present_notional_units(
            exposure.value_units, exposure.bid_units, exposure.ask_units + added_units
        )
    if after > before and after > exposure.max_notional_units:
        return no.LEVERAGE_BRACKET_EXCEEDED
    leverage = exposure.leverage
    cost = initial_margin_units(after, leverage) - initial_margin_units(before, leverage)
    if cost < 0:
        cost = 0
    if side == BUY:
        loses = loss_e8 > market.mark_e8
    else:
        loses = loss_e8 < market.mark_e8
    if loses:
        held: int = position.qty_lots
        opening_lots = qty_lots
        if held > 0 and side == SELL:
            opening_lots -= held
        elif held < 0 and side == BUY:
            opening_lots += held
        if opening_lots > 0:
            cost += open_loss_units(market.instrument, side, loss_e8, opening_lots, market.mark_e8)
    if cost > 0 and cost > exposure.wallet.free_units():
        return no.INSUFFICIENT_MARGIN
    return OK


def check_closing(position: Position, command: PlaceOrder) -> int:
    """Rule 12 (semantics 4.5.1, 4.5.2, 4.4.3).

    A market order at least as large as the position takes precedence over everything else; a reduce-only one will be
    trimmed to it, in hedge mode a larger one is refused.
    """
    if not position.is_closed_by(command.side):
        return no.REDUCE_ONLY_REJECTED
    if command.order_type == MARKET:
        size: int = position.size_lots()
        return no.REDUCE_ONLY_REJECTED if not command.reduce_only and command.qty_lots > size else OK
    return check_closing_queue(position, command.side, command.price_ticks, command.qty_lots, 0)


def check_closing_queue(position: Position, side: i64, price_ticks: i64, qty_lots: i64, own_id: i64) -> int:
    """A closing limit order must fit into what other orders leave of the position, and not rob them of their margin.

    In one-way mode those count that trade before it, of whatever kind (semantics 4.5.1); in hedge mode all that would
    close the same side (semantics 4.4.3).
    """
    exposure = position.exposure
    other_lots: i64 = 0
    closing_lots = qty_lots
    for order in exposure.orders.values():
        if order.position is not position or order.side != side or order.order_id == own_id:
            continue
        if exposure.is_hedged or reaches(side, order.price_ticks, price_ticks):
            other_lots += order.remaining_lots
        if order.is_closing:
            closing_lots += order.remaining_lots
    if other_lots + qty_lots > position.size_lots():
        return no.REDUCE_ONLY_REJECTED
    return OK if exposure.is_hedged else _check_reversal(position, side, closing_lots)


def _check_reversal(position: Position, side: i64, closing_lots: i64) -> int:
    """When all that can only close has closed, margin must do for the other orders of the side (semantics 4.5.4).

    They cost nothing as far as the position covers them; without it they would open one on the other side.
    """
    exposure = position.exposure
    if (exposure.bid_units if side == BUY else exposure.ask_units) == 0:
        return OK
    exposure.assess()
    market = exposure.market
    left_lots = position.size_lots() - closing_lots
    left_units = 0
    if left_lots > 0:
        left_units = market.instrument.value_at_e8(market.mark_e8, left_lots if side == SELL else -left_lots)
    after = present_notional_units(left_units, exposure.bid_units, exposure.ask_units)
    leverage = exposure.leverage
    cost = initial_margin_units(after, leverage) - initial_margin_units(exposure.present_units, leverage)
    return no.REDUCE_ONLY_MARGIN_SHORT if cost > 0 and cost > exposure.wallet.free_units() else OK


def check_liquidity(market: Market, command: PlaceOrder) -> int:
    """Rules 13 and 14."""
    ladder = market.opposite(command.side)
    if command.time_in_force == FOK:
        if fillable_lots(ladder, command) < command.qty_lots:
            return no.FOK_NOT_FILLABLE
    elif command.time_in_force in (GTX, RPI) and would_take(market, command.side, command.price_ticks):
        return no.POST_ONLY_WOULD_TAKE
    return OK


def would_take(market: Market, side: i64, price_ticks: i64) -> bool:
    """Whether an order at this price would trade at once."""
    best = market.opposite(side).best
    return best is not None and reaches(side, price_ticks, best.price_ticks)
