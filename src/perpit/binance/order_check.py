"""The dry run behind `order/test`: would this order be accepted, as far as the views can tell?

The engine alone decides; this repeats its rules in its order (semantics 5.10) on what the world shows: limits, bands,
notional, client order id, number of orders, bracket, margin with open loss, reduce-only, fill-or-kill and post-only.
Not checked, because no view shows it: whether the symbol is halted, reduce-only orders that would leave the queue
before a fill-or-kill order reaches them, and marks that will be computed between this answer and a real order. Nothing
is placed and nothing is journaled.
"""

from typing import TYPE_CHECKING, Final

from perpit.domain import refusals as no
from perpit.domain.commands import PlaceOrder
from perpit.domain.instrument import Instrument
from perpit.domain.margin import (
    ASSUMING_LIMIT_SELL_PPM,
    ASSUMING_MARKET_BUY_PPM,
    initial_margin_units,
    open_loss_units,
    present_notional_units,
)
from perpit.domain.numbers import PPM, div_ceil
from perpit.domain.words import (
    BOTH,
    BUY,
    CONTRACT_PRICE,
    FOK,
    GTD,
    GTX,
    LIMIT,
    LONG,
    MARKET,
    MATCH_OPPONENT,
    MATCH_OPPONENT_20,
    NEW,
    RPI,
    SELL,
    SHORT,
    STOP,
    STOP_MARKET,
    TAKE_PROFIT,
)
from perpit.views.accounts import ExposureView
from perpit.views.margin import PositionMargin, exposure_margin, wallet_margin

if TYPE_CHECKING:
    from perpit.views.world import World

GOOD_TILL_AHEAD_MS: Final = 600_000  # semantics 5.3
GOOD_TILL_END_MS: Final = 253_402_300_799_000
LEVELS: Final = (1, 5, 10, 20)  # of price match, in the order of its modes


# Which side of an order makes a side of the hedge smaller.
CLOSING_SIDE: Final = {LONG: SELL, SHORT: BUY}


class Imagined:
    """An order as it would stand right after its acceptance; its id is 0."""

    def __init__(self, request: PlaceOrder) -> None:
        self.order_id = 0
        self.request = request
        self.price_ticks = request.price_ticks
        self.qty_lots = request.qty_lots
        self.filled_lots = 0
        self.filled_value_units = 0
        self.status = NEW


def match_price(world: "World", command: PlaceOrder) -> int:
    """Give an order with price match the price that the book has for it now, or refuse it (semantics 5.4.2)."""
    if command.order_type != LIMIT or not command.price_match:
        return 0
    book = world.books[command.symbol_id]
    is_bid = (command.side == BUY) == (command.price_match > MATCH_OPPONENT_20)
    levels = sorted(book.bids, reverse=True) if is_bid else sorted(book.asks)
    place = LEVELS[(command.price_match - MATCH_OPPONENT) % len(LEVELS)]
    if place > len(levels):
        return no.PRICE_MATCH_NO_LEVEL
    command.price_ticks = levels[place - 1]
    return 0


def dry_run(world: "World", command: PlaceOrder) -> int:
    """The refusal that the order would meet, or 0."""
    instrument = world.catalog.by_id[command.symbol_id]
    if command.order_type not in (LIMIT, MARKET):
        return _waiting(world, instrument, command)
    if command.good_till_ms or command.time_in_force == GTD:
        ahead = command.good_till_ms > world.time_ms + GOOD_TILL_AHEAD_MS
        if command.time_in_force != GTD or not ahead or command.good_till_ms >= GOOD_TILL_END_MS:
            return no.GOOD_TILL_DATE_INVALID
    if command.close_position:
        return no.CLOSE_POSITION_NOT_ALLOWED
    if world.prices[command.symbol_id].mark_e8 == 0:
        return no.NO_PRICE
    exposure = world.accounts[command.account_id].exposure(instrument)
    if exposure.is_hedged and command.reduce_only:
        return no.REDUCE_ONLY_IN_HEDGE_MODE
    if exposure.is_hedged == (command.position_side == BOTH):
        return no.POSITION_SIDE_MISMATCH
    closes = command.reduce_only or command.side == CLOSING_SIDE.get(command.position_side)
    return (
        _quantity(instrument, command)
        or (_price(world, instrument, command) if command.order_type == LIMIT else 0)
        or (0 if closes else _notional(world, instrument, command))
        or (_market_band(world, instrument, command) if command.order_type == MARKET else 0)
        or _open_orders(world, instrument, command)
        or (_closing(world, exposure, command) if closes else _margin(world, exposure, command))
        or _liquidity(world, command)
    )


def _waiting(world: "World", instrument: Instrument, command: PlaceOrder) -> int:
    """Of a conditional order: price, quantity, and that it does not fire at once. The rest the engine tells."""
    prices = world.prices[command.symbol_id]
    if prices.mark_e8 == 0:
        return no.NO_PRICE
    present = prices.mark_e8 // instrument.tick_e8
    if command.working_type == CONTRACT_PRICE and prices.last_price_ticks:
        present = prices.last_price_ticks
    trigger = command.stop_price_ticks or command.activation_price_ticks
    rises = (command.side == BUY) == (command.order_type in (STOP, STOP_MARKET))
    if trigger and (present >= trigger if rises else present <= trigger):
        return no.WOULD_TRIGGER
    return 0 if command.close_position else _quantity(instrument, command)


def _quantity(instrument: Instrument, command: PlaceOrder) -> int:
    if command.order_type not in (LIMIT, STOP, TAKE_PROFIT):
        lowest, highest = instrument.market_min_qty_lots, instrument.market_max_qty_lots
    else:
        lowest, highest = instrument.min_qty_lots, instrument.max_qty_lots
    if command.qty_lots < lowest:
        return no.QTY_BELOW_MIN
    return no.QTY_ABOVE_MAX if command.qty_lots > highest else 0


def _bands(world: "World", instrument: Instrument) -> tuple[int, int]:
    """Floor for sells and cap for buys around the mark, in ticks."""
    mark_e8 = world.prices[instrument.symbol_id].mark_e8
    unit = PPM * instrument.tick_e8
    return div_ceil(mark_e8 * instrument.percent_down_ppm, unit), mark_e8 * instrument.percent_up_ppm // unit


def _price(world: "World", instrument: Instrument, command: PlaceOrder) -> int:
    price_ticks = command.price_ticks
    floor_ticks, cap_ticks = _bands(world, instrument)
    if price_ticks < instrument.min_price_ticks:
        return no.PRICE_BELOW_MIN
    if price_ticks > instrument.max_price_ticks:
        return no.PRICE_ABOVE_MAX
    if command.side == BUY:
        return no.PRICE_ABOVE_BAND if price_ticks > cap_ticks else 0
    return no.PRICE_BELOW_BAND if price_ticks < floor_ticks else 0


def _notional(world: "World", instrument: Instrument, command: PlaceOrder) -> int:
    if command.order_type == MARKET:
        value_units = instrument.value_at_e8(world.prices[command.symbol_id].mark_e8, command.qty_lots)
    else:
        value_units = instrument.value_units(command.price_ticks, command.qty_lots)
    return no.NOTIONAL_BELOW_MIN if value_units < instrument.min_notional_units else 0


def _best_opposite(world: "World", command: PlaceOrder) -> int:
    """Price of the best order that this one could take, in ticks; 0 when there is none."""
    book = world.books[command.symbol_id]
    best = book.best_ask() if command.side == BUY else book.best_bid()
    return 0 if best is None else best[0]


def _market_band(world: "World", instrument: Instrument, command: PlaceOrder) -> int:
    best_ticks = _best_opposite(world, command)
    floor_ticks, cap_ticks = _bands(world, instrument)
    outside = best_ticks > cap_ticks if command.side == BUY else best_ticks < floor_ticks
    return no.MARKET_PRICE_OUTSIDE_BAND if best_ticks and outside else 0


def _open_orders(world: "World", instrument: Instrument, command: PlaceOrder) -> int:
    symbol_id = command.symbol_id
    if world.orders.find_open(command.account_id, symbol_id, client_order_id=command.client_order_id):
        return no.DUPLICATE_CLIENT_ORDER_ID
    if command.order_type == LIMIT:
        count = len(world.orders.open_orders(command.account_id, symbol_id))
        return no.TOO_MANY_OPEN_ORDERS if count >= instrument.max_open_orders else 0
    return 0


def _assumed_e8(world: "World", instrument: Instrument, command: PlaceOrder) -> int:
    """The price at which the order reserves margin (semantics 1.4.2, 1.4.3); 0 when nobody stands opposite."""
    if command.order_type == MARKET:
        best_e8 = _best_opposite(world, command) * instrument.tick_e8
        return best_e8 * (PPM + ASSUMING_MARKET_BUY_PPM) // PPM if command.side == BUY else best_e8
    price_e8 = command.price_ticks * instrument.tick_e8
    if command.side == BUY:
        return price_e8
    prices = world.prices[command.symbol_id]
    last_e8 = prices.last_price_ticks * instrument.tick_e8
    return max(last_e8 * (PPM + ASSUMING_LIMIT_SELL_PPM) // PPM, prices.mark_e8, price_e8)


def _margin(world: "World", exposure: ExposureView, command: PlaceOrder) -> int:
    instrument = exposure.instrument
    assumed_e8 = _assumed_e8(world, instrument, command)
    if assumed_e8 == 0:
        return 0
    added_units = instrument.value_at_e8(assumed_e8, command.qty_lots)
    margin = exposure_margin(world.prices, exposure)
    bid_units, ask_units = exposure.bid_units, exposure.ask_units
    before = present_notional_units(margin.notional_units, bid_units, ask_units)
    if command.side == BUY:
        bid_units += added_units
    else:
        ask_units += added_units
    after = present_notional_units(margin.notional_units, bid_units, ask_units)
    if exposure.is_hedged:  # semantics 1.3.8: the side by itself
        mark_e8 = world.prices[command.symbol_id].mark_e8
        side = PositionMargin(exposure, exposure.side(command.position_side), mark_e8)
        opening = exposure.bid_units if command.side == BUY else exposure.ask_units
        before = abs(side.notional_units) + opening
        after = before + added_units
    if after > before and after > exposure.max_notional_units:
        return no.LEVERAGE_BRACKET_EXCEEDED
    cost = initial_margin_units(after, exposure.leverage) - initial_margin_units(before, exposure.leverage)
    cost = max(cost, 0)
    held = exposure.side(command.position_side).qty_lots
    opening_lots = command.qty_lots - abs(held) if held * command.side < 0 else command.qty_lots
    if opening_lots > 0:
        market = command.order_type == MARKET
        loss_e8 = assumed_e8 if market else command.price_ticks * instrument.tick_e8
        mark_e8 = world.prices[command.symbol_id].mark_e8
        cost += open_loss_units(instrument, command.side, loss_e8, opening_lots, mark_e8)
    available = wallet_margin(world.prices, exposure.wallet).available_units
    return no.INSUFFICIENT_MARGIN if cost > available else 0


def _closing(world: "World", exposure: ExposureView, command: PlaceOrder) -> int:
    """One-way: what trades sooner must leave room for it; hedge: every other closing order (semantics 4.4.3, 4.5.1)."""
    held = exposure.side(command.position_side).qty_lots
    if held * command.side >= 0:
        return no.REDUCE_ONLY_REJECTED
    if command.order_type == MARKET:
        return no.REDUCE_ONLY_REJECTED if exposure.is_hedged and command.qty_lots > abs(held) else 0
    sooner_lots = command.qty_lots
    for order in world.orders.open_orders(command.account_id, command.symbol_id):
        request = order.request
        better = (order.price_ticks - command.price_ticks) * command.side
        same = request.side == command.side and request.position_side == command.position_side
        if same and (exposure.is_hedged or better >= 0):
            sooner_lots += order.qty_lots - order.filled_lots
    return no.REDUCE_ONLY_REJECTED if sooner_lots > abs(held) else 0


def _liquidity(world: "World", command: PlaceOrder) -> int:
    price_ticks = command.price_ticks
    book = world.books[command.symbol_id]
    if command.time_in_force == FOK:
        if command.side == BUY:
            lots = sum(lots for ticks, lots in book.asks.items() if ticks <= price_ticks)
        else:
            lots = sum(lots for ticks, lots in book.bids.items() if ticks >= price_ticks)
        return no.FOK_NOT_FILLABLE if lots < command.qty_lots else 0
    if command.time_in_force in (GTX, RPI):
        best_ticks = _best_opposite(world, command)
        takes = best_ticks >= price_ticks if command.side == SELL else 0 < best_ticks <= price_ticks
        return no.POST_ONLY_WOULD_TAKE if takes else 0
    return 0
