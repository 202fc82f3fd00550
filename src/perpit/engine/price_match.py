"""Price match: a limit price taken from a price level of the book (semantics 5.4).

The level is one of the book as it stands: the order that is amended is still part of it [inferred].
"""

from typing import Final

from mypy_extensions import i64

from perpit.domain.commands import AmendOrder, PlaceOrder
from perpit.domain.words import (
    MATCH_OPPONENT,
    MATCH_OPPONENT_5,
    MATCH_OPPONENT_10,
    MATCH_OPPONENT_20,
    MATCH_QUEUE,
    MATCH_QUEUE_5,
    MATCH_QUEUE_10,
    MATCH_QUEUE_20,
)
from perpit.engine.book import Book

# Mode: (whether the level is of the opposite side, which one, counted from the best).
LEVELS: Final[dict[int, tuple[bool, int]]] = {
    MATCH_OPPONENT: (True, 1),
    MATCH_OPPONENT_5: (True, 5),
    MATCH_OPPONENT_10: (True, 10),
    MATCH_OPPONENT_20: (True, 20),
    MATCH_QUEUE: (False, 1),
    MATCH_QUEUE_5: (False, 5),
    MATCH_QUEUE_10: (False, 10),
    MATCH_QUEUE_20: (False, 20),
}


def matched_price_ticks(book: Book, side: i64, mode: i64) -> int:
    """The price of the level that a mode means for an order of this side; 0 when the book has no such level."""
    is_opposite, place = LEVELS[mode]
    ladder = book.ladder(-side if is_opposite else side, False)
    keys = ladder.keys
    if place > len(keys):
        return 0
    return abs(keys[len(keys) - place])


def matched(command: PlaceOrder, price_ticks: int) -> PlaceOrder:
    """The same order with the price that was found; it remembers the mode."""
    return _copy(command, price_ticks, command.price_match)


def with_mode(request: PlaceOrder, price_match: i64) -> PlaceOrder:
    """The same order with another mode: that by which its price was found last (semantics 5.4.4)."""
    return _copy(request, request.price_ticks, price_match)


def amendment_with(command: AmendOrder, qty_lots: int, price_ticks: int) -> AmendOrder:
    """The same amendment with quantity and price found: the price of a level, or what the order has."""
    found = AmendOrder(
        command.account_id,
        command.symbol_id,
        command.order_id,
        command.client_order_id,
        command.side,
        qty_lots,
        price_ticks,
        command.modify_id,
        command.price_match,
    )
    found.seq = command.seq
    found.time_ms = command.time_ms
    return found


def _copy(command: PlaceOrder, price_ticks: int, price_match: i64) -> PlaceOrder:
    copied = PlaceOrder(
        command.account_id,
        command.symbol_id,
        command.client_order_id,
        command.side,
        command.order_type,
        command.time_in_force,
        command.qty_lots,
        price_ticks,
        command.reduce_only,
        command.stp_mode,
        command.position_side,
        command.close_position,
        command.stop_price_ticks,
        command.working_type,
        command.price_protect,
        command.activation_price_ticks,
        command.callback_ppm,
        command.good_till_ms,
        price_match,
        command.is_algo,
    )
    copied.original_type = command.original_type
    copied.seq = command.seq
    copied.time_ms = command.time_ms
    return copied
