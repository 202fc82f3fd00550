"""The status machine of orders as one table (semantics 5.1): every move that there is, and what the wire calls it.

`MOVES` is walked by the dialect, which learns the execution type of an ending from it, and by the tests, which hold
every event of every generated flow against it. A refused order has no status: it never was.
"""

from typing import Final

from perpit.domain.words import (
    CANCELED,
    EXPIRED,
    EXPIRED_IN_MATCH,
    FILLED,
    NEW,
    PARTIALLY_FILLED,
    REASON_DELISTED,
    REASON_FOK,
    REASON_GTE_CONDITION,
    REASON_GTX,
    REASON_IOC_REMAINDER,
    REASON_IOC_SELF_TRADE,
    REASON_LIQUIDATED,
    REASON_MARKET_REMAINDER,
    REASON_NONE,
    REASON_REDUCE_ONLY,
    REASON_SELF_TRADE,
    REASON_TRIGGERED,
)

NOTHING: Final = 0  # before it is accepted, an order has no status
OPEN: Final = (NEW, PARTIALLY_FILLED)

# Execution types, as the user data stream has them.
X_NEW: Final = "NEW"
X_TRADE: Final = "TRADE"
X_AMENDMENT: Final = "AMENDMENT"
X_CANCELED: Final = "CANCELED"
X_EXPIRED: Final = "EXPIRED"
X_CALCULATED: Final = "CALCULATED"

# from, to, execution type, reason; beside it what happened
MOVES: Final[tuple[tuple[tuple[int, ...], int, str, int], ...]] = (
    ((NOTHING,), NEW, X_NEW, REASON_NONE),  # accepted on the book, about to match, or waiting for a price
    (OPEN, PARTIALLY_FILLED, X_TRADE, REASON_NONE),  # a fill, something remains
    (OPEN, FILLED, X_TRADE, REASON_NONE),  # a fill, nothing remains
    (OPEN, PARTIALLY_FILLED, X_CALCULATED, REASON_NONE),  # takeover or deleveraging, something remains
    (OPEN, FILLED, X_CALCULATED, REASON_NONE),
    ((NEW,), NEW, X_AMENDMENT, REASON_NONE),  # amended
    ((PARTIALLY_FILLED,), PARTIALLY_FILLED, X_AMENDMENT, REASON_NONE),
    (
        OPEN,
        CANCELED,
        X_CANCELED,
        REASON_NONE,
    ),  # cancelled, by countdown too; amended below its fills; a year old
    (OPEN, CANCELED, X_CANCELED, REASON_GTX),  # post-only, amended into a price that takes
    (OPEN, EXPIRED, X_EXPIRED, REASON_NONE),  # its date is reached
    (OPEN, EXPIRED, X_EXPIRED, REASON_IOC_REMAINDER),
    (OPEN, EXPIRED, X_EXPIRED, REASON_IOC_SELF_TRADE),
    (OPEN, EXPIRED, X_EXPIRED, REASON_MARKET_REMAINDER),  # no liquidity, or none within the bound
    (OPEN, EXPIRED, X_EXPIRED, REASON_REDUCE_ONLY),  # knocked out
    (OPEN, EXPIRED, X_EXPIRED, REASON_LIQUIDATED),
    (OPEN, EXPIRED, X_EXPIRED, REASON_GTE_CONDITION),  # the position that it was attached to is gone
    (OPEN, EXPIRED, X_EXPIRED, REASON_DELISTED),
    (OPEN, CANCELED, X_CANCELED, REASON_DELISTED),
    (OPEN, EXPIRED_IN_MATCH, X_EXPIRED, REASON_SELF_TRADE),
    ((NEW,), EXPIRED, X_EXPIRED, REASON_TRIGGERED),  # fired; what it became was refused, or follows as NEW
    ((EXPIRED,), NEW, X_NEW, REASON_NONE),  # what a fired order became, with the same id (semantics 5.9.12)
    ((EXPIRED,), EXPIRED, X_EXPIRED, REASON_TRIGGERED),  # fired, and refused then
    ((NEW,), EXPIRED, X_EXPIRED, REASON_FOK),  # of the CM list; ours are refused before they are accepted
)

_ENDINGS: Final = {
    (to, reason): execution for _before, to, execution, reason in MOVES if to not in (NEW, FILLED)
}


def execution_of_ending(status: int, reason: int) -> str:
    """The execution type of an order that ended otherwise than by being filled."""
    return _ENDINGS[(status, reason)]
