"""The order in which the rules refuse an order, as one table for each kind of command (semantics 5.10).

Who breaks several rules is told of the first. `engine.checks` and `engine.conditional_checks` ask in this order,
written out because every order passes there; the tests break the rules two at a time and hold the answers against the
tables, and docs/SEMANTICS.md shows them beside the exchange's codes. Within a row the refusals stand in order, too.
"""

from typing import Final

from perpit.domain import refusals as no

# number of the rule, what must hold, its refusals
Rule = tuple[int, str, tuple[int, ...]]

WHO_AND_WHERE: Final[Rule] = (0, "account and symbol are known", (no.UNKNOWN_ACCOUNT, no.UNKNOWN_SYMBOL))

PLACEMENT: Final[tuple[Rule, ...]] = (
    WHO_AND_WHERE,
    (1, "the time in force is known", (no.TIME_IN_FORCE_INVALID,)),
    (1, "a date belongs to it, and lies ahead", (no.GOOD_TILL_DATE_INVALID,)),
    (
        1,
        "closePosition and trigger fields are of other kinds",
        (no.CLOSE_POSITION_NOT_ALLOWED, no.TRIGGER_FIELD_NOT_ALLOWED),
    ),
    (
        1,
        "priceMatch is known, of a limit order, instead of a price",
        (no.PRICE_MATCH_INVALID, no.PRICE_MATCH_NOT_ALLOWED, no.PRICE_MATCH_WITH_PRICE),
    ),
    (1, "the kind is known at this place", (no.NOT_SUPPORTED,)),
    (1, "side, self-trade prevention and client id are words", (no.INVALID_VALUE,)),
    (
        2,
        "the position side belongs to the account's mode, in hedge mode without reduceOnly",
        (no.REDUCE_ONLY_IN_HEDGE_MODE, no.POSITION_SIDE_MISMATCH),
    ),
    (
        2,
        "the account may place orders, or such that can only close",
        (no.ACCOUNT_ONLY_REDUCES, no.ACCOUNT_MAY_NOT_ORDER),
    ),
    (
        2,
        "the account has signed the agreement that the instrument needs, unless it can only close",
        (no.AGREEMENT_NOT_SIGNED,),
    ),
    (3, "the instrument trades, and has a price", (no.SYMBOL_CLOSED, no.SYMBOL_NOT_TRADING, no.NO_PRICE)),
    (3, "priceMatch finds its level", (no.PRICE_MATCH_NO_LEVEL,)),
    (
        4,
        "LOT_SIZE, of market orders MARKET_LOT_SIZE",
        (no.QTY_NOT_POSITIVE, no.QTY_BELOW_MIN, no.QTY_ABOVE_MAX),
    ),
    (5, "PRICE_FILTER", (no.PRICE_NOT_POSITIVE, no.PRICE_BELOW_MIN, no.PRICE_ABOVE_MAX)),
    (5, "PERCENT_PRICE", (no.PRICE_ABOVE_BAND, no.PRICE_BELOW_BAND)),
    (6, "MIN_NOTIONAL, unless it can only close", (no.NOTIONAL_BELOW_MIN,)),
    (7, "market orders: the best opposite price is inside PERCENT_PRICE", (no.MARKET_PRICE_OUTSIDE_BAND,)),
    (8, "the client id is not that of an open order", (no.DUPLICATE_CLIENT_ORDER_ID,)),
    (9, "MAX_NUM_ORDERS, of limit orders", (no.TOO_MANY_OPEN_ORDERS,)),
    (10, "the bracket of the leverage, unless it can only close", (no.LEVERAGE_BRACKET_EXCEEDED,)),
    (11, "margin and open loss are available, unless it can only close", (no.INSUFFICIENT_MARGIN,)),
    (12, "what can only close finds something to close", (no.REDUCE_ONLY_REJECTED,)),
    (
        12,
        "one-way limit orders: what they close leaves margin for the other orders of their side",
        (no.REDUCE_ONLY_MARGIN_SHORT,),
    ),
    (13, "fill-or-kill can be filled", (no.FOK_NOT_FILLABLE,)),
    (14, "post-only does not take", (no.POST_ONLY_WOULD_TAKE,)),
)

CONDITIONAL: Final[tuple[Rule, ...]] = (
    WHO_AND_WHERE,
    (1, "the kind is known", (no.NOT_SUPPORTED,)),
    (
        1,
        "time in force, working type and date belong to it",
        (no.TIME_IN_FORCE_INVALID, no.WORKING_TYPE_INVALID, no.GOOD_TILL_DATE_INVALID),
    ),
    (
        2,
        "closePosition: of market kinds, without quantity and reduceOnly",
        (no.CLOSE_POSITION_NOT_ALLOWED, no.CLOSE_POSITION_WITH_QTY, no.CLOSE_POSITION_WITH_REDUCE_ONLY),
    ),
    (
        3,
        "callback rate in range, no trigger field of another kind",
        (no.CALLBACK_RATE_INVALID, no.TRIGGER_FIELD_NOT_ALLOWED),
    ),
    (
        4,
        "priceMatch as above",
        (no.PRICE_MATCH_INVALID, no.PRICE_MATCH_NOT_ALLOWED, no.PRICE_MATCH_WITH_PRICE),
    ),
    (
        4,
        "side, self-trade prevention and client id are words, market kinds have no price",
        (no.INVALID_VALUE,),
    ),
    (
        4,
        "the position side belongs to the account's mode, in hedge mode without reduceOnly",
        (no.REDUCE_ONLY_IN_HEDGE_MODE, no.POSITION_SIDE_MISMATCH),
    ),
    (
        4,
        "the account may place orders, or such that can only close",
        (no.ACCOUNT_ONLY_REDUCES, no.ACCOUNT_MAY_NOT_ORDER),
    ),
    (
        4,
        "the account has signed the agreement that the instrument needs, unless it can only close",
        (no.AGREEMENT_NOT_SIGNED,),
    ),
    (5, "the instrument trades, and has a price", (no.SYMBOL_CLOSED, no.SYMBOL_NOT_TRADING, no.NO_PRICE)),
    (
        6,
        "LOT_SIZE, of market kinds MARKET_LOT_SIZE",
        (no.QTY_NOT_POSITIVE, no.QTY_BELOW_MIN, no.QTY_ABOVE_MAX),
    ),
    (7, "limit price: PRICE_FILTER", (no.PRICE_NOT_POSITIVE, no.PRICE_BELOW_MIN, no.PRICE_ABOVE_MAX)),
    (
        8,
        "trigger or activation price: positive, within PRICE_FILTER, not too far away",
        (
            no.ACTIVATION_PRICE_INVALID,
            no.STOP_PRICE_NOT_POSITIVE,
            no.STOP_PRICE_ABOVE_MAX,
            no.STOP_PRICE_ABOVE_BAND,
            no.STOP_PRICE_BELOW_BAND,
        ),
    ),
    (
        9,
        "limit price inside PERCENT_PRICE around the trigger price",
        (no.PRICE_ABOVE_STOP_BAND, no.PRICE_BELOW_STOP_BAND),
    ),
    (10, "MIN_NOTIONAL, unless it can only close", (no.NOTIONAL_BELOW_MIN,)),
    (11, "the client id is not in use", (no.DUPLICATE_CLIENT_ORDER_ID,)),
    (11, "not too many wait or are open", (no.TOO_MANY_ALGO_ORDERS, no.TOO_MANY_OPEN_ORDERS)),
    (12, "one closePosition order for each side and kind", (no.CLOSE_POSITION_EXISTS,)),
    (13, "GTE_GTC has a position to close", (no.POSITION_REQUIRED,)),
    (14, "its price is not reached already", (no.WOULD_TRIGGER,)),
    (15, "ordinary ones: what can only close finds something to close", (no.REDUCE_ONLY_REJECTED,)),
    (
        15,
        "ordinary ones: bracket and margin at their own price",
        (no.LEVERAGE_BRACKET_EXCEEDED, no.INSUFFICIENT_MARGIN),
    ),
)

AMENDMENT: Final[tuple[Rule, ...]] = (
    WHO_AND_WHERE,
    (1, "the order is open", (no.UNKNOWN_ORDER,)),
    (2, "it is a limit order", (no.AMEND_NOT_LIMIT,)),
    (3, "the side is its own", (no.AMEND_SIDE_MISMATCH,)),
    (4, "something changes", (no.AMEND_NO_CHANGE,)),
    (5, "not amended too often", (no.AMEND_TOO_OFTEN,)),
    (
        6,
        "the account may place orders, or such that can only close",
        (no.ACCOUNT_ONLY_REDUCES, no.ACCOUNT_MAY_NOT_ORDER),
    ),
    (6, "the instrument trades, and has a price", (no.SYMBOL_CLOSED, no.SYMBOL_NOT_TRADING, no.NO_PRICE)),
    (7, "LOT_SIZE", (no.QTY_NOT_POSITIVE, no.QTY_BELOW_MIN, no.QTY_ABOVE_MAX)),
    (8, "PRICE_FILTER", (no.PRICE_NOT_POSITIVE, no.PRICE_BELOW_MIN, no.PRICE_ABOVE_MAX)),
    (8, "PERCENT_PRICE", (no.PRICE_ABOVE_BAND, no.PRICE_BELOW_BAND)),
    (
        9,
        "what can only close still fits and leaves margin, and nothing more is asked of it",
        (no.REDUCE_ONLY_REJECTED, no.REDUCE_ONLY_MARGIN_SHORT),
    ),
    (10, "MIN_NOTIONAL", (no.AMEND_NOTIONAL_BELOW_MIN,)),
    (11, "bracket and margin for what is added", (no.LEVERAGE_BRACKET_EXCEEDED, no.INSUFFICIENT_MARGIN)),
)
