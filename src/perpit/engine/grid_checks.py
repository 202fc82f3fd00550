"""Every rule that can refuse a grid, in order: its terms, the account, each order by itself, then all of them together.

A grid is refused whole or accepted whole. Margin is asked for as if every order of one side were to open at once
(semantics 1.3.2), with the open loss of those whose price is beyond the mark (1.3.5) and the fee of those that take.
"""

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import PlaceOrder
from perpit.domain.grid_commands import StartGrid
from perpit.domain.grid_levels import GRIDS_MAX, GRIDS_MIN
from perpit.domain.instrument import LARGEST_ON_GRID
from perpit.domain.margin import (
    ASSUMING_MARKET_BUY_PPM,
    initial_margin_units,
    open_loss_units,
    present_notional_units,
)
from perpit.domain.numbers import PPM
from perpit.domain.words import ARITHMETIC, BUY, GEOMETRIC, GRID_SHORT, LIMIT, NEUTRAL
from perpit.engine import checks, open_orders
from perpit.engine.account import Exposure
from perpit.engine.grid import reference_e8, tick_of


def check_terms(exposure: Exposure, command: StartGrid) -> int:
    """What the command says for itself, and who may have a grid; 0 when nothing is wrong."""
    if not NEUTRAL <= command.direction <= GRID_SHORT or not ARITHMETIC <= command.spacing <= GEOMETRIC:
        return no.INVALID_VALUE
    if not 0 < command.lower_ticks < command.upper_ticks <= LARGEST_ON_GRID:
        return no.GRID_BOUNDS_INVALID
    if not GRIDS_MIN <= command.grids <= GRIDS_MAX:
        return no.GRID_COUNT_INVALID
    if exposure.is_hedged:
        return no.GRID_IN_HEDGE_MODE
    if exposure.grid is not None:
        return no.GRID_EXISTS
    refusal = checks.check_market(exposure.market, False)
    if refusal != 0:
        return refusal
    price_e8 = reference_e8(exposure)
    tick_e8 = tick_of(exposure)
    if not command.lower_ticks * tick_e8 < price_e8 < command.upper_ticks * tick_e8:
        return no.GRID_PRICE_OUTSIDE
    instrument = (
        exposure.market.instrument
    )  # before any level is reckoned, which takes long between wild bounds
    if command.lower_ticks < instrument.min_price_ticks:
        return no.PRICE_BELOW_MIN
    if command.upper_ticks > instrument.max_price_ticks:
        return no.PRICE_ABOVE_MAX
    return 0


def check_levels(exposure: Exposure, levels: list[int], qty_lots: int) -> int:
    """What every order that the grid will ever place must be: of a size and at a price that the contract takes."""
    market = exposure.market
    instrument = market.instrument
    refusal = checks.check_qty(market, LIMIT, qty_lots)
    if refusal != 0:
        return refusal
    cheapest = instrument.value_units(levels[0], qty_lots)
    dearest = instrument.value_units(levels[len(levels) - 1], qty_lots)
    return checks.check_notional(market, cheapest if cheapest < dearest else dearest)


def check_orders(exposure: Exposure, orders: list[PlaceOrder]) -> int:
    """Whether the first orders can all be placed, one after the other, as things stand."""
    count = len(exposure.orders) + len(exposure.conditionals) + len(orders)
    if count > exposure.market.instrument.max_open_orders:
        return no.TOO_MANY_OPEN_ORDERS
    for order in orders:
        refusal = checks.check_account(exposure, order)
        if refusal == 0:
            refusal = checks.check_price(exposure.market, order.side, order.price_ticks)
        if refusal != 0:
            return refusal
    return _check_margin(exposure, orders)


def _check_margin(exposure: Exposure, orders: list[PlaceOrder]) -> int:
    """Bracket and margin of all orders together (semantics 1.3, 1.4)."""
    market = exposure.market
    instrument = market.instrument
    bids = asks = cost = 0
    for order in orders:
        own_e8 = market.price_e8(order.price_ticks)
        assumed_e8 = open_orders.assumed_price_e8(market, order.side, LIMIT, own_e8)
        units = instrument.value_at_e8(assumed_e8, order.qty_lots)
        if order.side == BUY:
            bids += units
            loses = own_e8 > market.mark_e8
        else:
            asks += units
            loses = own_e8 < market.mark_e8
        if loses:
            cost += open_loss_units(instrument, order.side, own_e8, order.qty_lots, market.mark_e8)
        if checks.would_take(market, order.side, order.price_ticks):
            cost += instrument.fee_units(units * instrument.value_scale, exposure.taker_fee_ppm)
    exposure.assess()
    before = exposure.present_units
    after = present_notional_units(exposure.value_units, exposure.bid_units + bids, exposure.ask_units + asks)
    if after > before and after > exposure.max_notional_units:
        return no.LEVERAGE_BRACKET_EXCEEDED
    leverage = exposure.leverage
    cost += initial_margin_units(after, leverage) - initial_margin_units(before, leverage)
    return no.INSUFFICIENT_MARGIN if cost > 0 and cost > exposure.wallet.free_units() else 0


def marketable_ticks(exposure: Exposure, side: i64, price_ticks: i64) -> i64:
    """A first order's price: its level, or, where that would take, no worse than a market order is reckoned at.

    The level itself may be far beyond the market, and so beyond PERCENT_PRICE (semantics 1.4, 5.10).
    """
    market = exposure.market
    if not checks.would_take(market, side, price_ticks):
        return price_ticks
    best = market.opposite(side).best
    assert best is not None
    slack: i64 = best.price_ticks * ASSUMING_MARKET_BUY_PPM // PPM
    if side == BUY:
        reach = best.price_ticks + slack
        return price_ticks if price_ticks < reach else reach
    reach = best.price_ticks - slack
    return price_ticks if price_ticks > reach else reach
