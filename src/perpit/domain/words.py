"""The enumerated words of the domain, as integers that compile to constants.

Owned by everybody: commands, events and the engine speak in these. They are written to the journal, so a value
once given is never given another meaning.
"""

from typing import Final

# Side of an order or a trade; the sign of the quantity it adds to a one-way position.
BUY: Final = 1
SELL: Final = -1

# Which position of an account in an instrument: the only one (one-way mode), or one of two (hedge mode).
BOTH: Final = 0
LONG: Final = 1
SHORT: Final = 2

# Order types. The last five wait for a price and then become a LIMIT or a MARKET order (semantics 5.8.1).
LIMIT: Final = 1
MARKET: Final = 2
STOP: Final = 3
STOP_MARKET: Final = 4
TAKE_PROFIT: Final = 5
TAKE_PROFIT_MARKET: Final = 6
TRAILING_STOP_MARKET: Final = 7

# Time in force.
GTC: Final = 1
IOC: Final = 2
FOK: Final = 3
GTX: Final = 4  # post only
GTD: Final = 5
RPI: Final = 6  # post only, shown to nobody, met by takers of the house only
GTE_GTC: Final = 7  # of conditional orders: until the position is gone (semantics 4.5.8)

# Price match: the limit price is that of a price level when the order is placed (semantics 5.4).
MATCH_NONE: Final = 0
MATCH_OPPONENT: Final = 1
MATCH_OPPONENT_5: Final = 2
MATCH_OPPONENT_10: Final = 3
MATCH_OPPONENT_20: Final = 4
MATCH_QUEUE: Final = 5
MATCH_QUEUE_5: Final = 6
MATCH_QUEUE_10: Final = 7
MATCH_QUEUE_20: Final = 8

# Self-trade prevention: what expires when an order meets another of its own account (semantics 5.5).
STP_NONE: Final = 0
STP_EXPIRE_TAKER: Final = 1
STP_EXPIRE_MAKER: Final = 2
STP_EXPIRE_BOTH: Final = 3

# Order status (semantics 5.1).
NEW: Final = 1
PARTIALLY_FILLED: Final = 2
FILLED: Final = 3
CANCELED: Final = 4
EXPIRED: Final = 5
EXPIRED_IN_MATCH: Final = 6

# Status of an order of the Algo service (semantics 5.9.5).
ALGO_NEW: Final = 1
ALGO_TRIGGERING: Final = 2
ALGO_TRIGGERED: Final = 3
ALGO_FINISHED: Final = 4
ALGO_CANCELED: Final = 5
ALGO_EXPIRED: Final = 6
ALGO_REJECTED: Final = 7

# Why an order ended otherwise than by being filled; the numbers are those of semantics 5.1 ("er").
REASON_NONE: Final = 0
REASON_SELF_TRADE: Final = 1
REASON_IOC_REMAINDER: Final = 2
REASON_IOC_SELF_TRADE: Final = 3
REASON_REDUCE_ONLY: Final = 4
REASON_LIQUIDATED: Final = 5
REASON_GTE_CONDITION: Final = 6
REASON_DELISTED: Final = 7
REASON_TRIGGERED: Final = 8
REASON_MARKET_REMAINDER: Final = 9
REASON_FOK: Final = 10
REASON_GTX: Final = 11

# Kind of contract: value = price × quantity, or quantity × contract size ÷ price.
LINEAR: Final = 0
INVERSE: Final = 1

# Market: which family of wallets collateralises the instrument.
USDS_M: Final = 0
COIN_M: Final = 1
EVERY_MARKET: Final = -1

# Trading status of an instrument. Near its end, positions are only closed; then nothing is traded any more, and soon
# after all is settled.
TRADING: Final = 1
PRE_DELIVERING: Final = 2
DELIVERED: Final = 3
DELIVERING: Final = 4

# What an account may do (semantics 5.10, 6.4): everything; only reduce; everything but place orders; nothing, because
# its keys are locked, or because it is inactive until the next deposit.
GOOD_STANDING: Final = 0
ONLY_REDUCES: Final = 1
MAY_NOT_ORDER: Final = 2
KEYS_LOCKED: Final = 3
INACTIVE: Final = 4
# As the operator says and reads them.
STANDINGS: Final = {
    "good": GOOD_STANDING,
    "only reduces": ONLY_REDUCES,
    "may not order": MAY_NOT_ORDER,
    "keys locked": KEYS_LOCKED,
    "inactive": INACTIVE,
}

# Margin type of an account in an instrument.
CROSS: Final = 0
ISOLATED: Final = 1

# Price a trigger watches.
CONTRACT_PRICE: Final = 0
MARK_PRICE: Final = 1

# Why a balance or a position changed.
CAUSE_ORDER: Final = 1
CAUSE_DEPOSIT: Final = 2
CAUSE_WITHDRAW: Final = 3
CAUSE_FUNDING: Final = 4
CAUSE_MARGIN_TRANSFER: Final = 5
CAUSE_MARGIN_TYPE: Final = 6
CAUSE_INSURANCE: Final = 7
CAUSE_AUTO_EXCHANGE: Final = 10
CAUSE_COMMISSION: Final = 11  # a fee that another wallet than that of the position paid

# Kind of a public trade.
TRADE_MARKET: Final = 0
TRADE_INSURANCE_FUND: Final = 1
TRADE_ADL: Final = 2
TRADE_DELIVERY: Final = 3

# Kind of an API key.
KEY_HMAC: Final = 0
KEY_RSA: Final = 1
KEY_ED25519: Final = 2

# What an API key may do: bits of `permissions`.
PERMIT_READ: Final = 1
PERMIT_FUTURES: Final = 2

# The account that market sources trade through: exempt from margin and fees, never liquidated.
HOUSE: Final = 0

# The venue's own account that collects liquidation fees and takes over positions; what it has and holds is told.
INSURANCE_FUND: Final = -1

# The asset in which commissions are paid with a discount (semantics 4.3.5).
FEE_ASSET: Final = "BNB"

# Grid trading: where it begins, and how its prices lie.
NEUTRAL: Final = 0
GRID_LONG: Final = 1
GRID_SHORT: Final = 2
ARITHMETIC: Final = 0
GEOMETRIC: Final = 1

# How a grid stands.
GRID_NEW: Final = 1
GRID_WORKING: Final = 2
GRID_CANCELLED: Final = 3
GRID_EXPIRED: Final = 4

# Why a grid stands as it does.
GRID_BECAUSE_STARTED: Final = 1
GRID_BECAUSE_STOPPED: Final = 2
GRID_BECAUSE_TOUCHED: Final = 3  # somebody else cancelled or amended an order of it
GRID_BECAUSE_LIQUIDATED: Final = 4
GRID_BECAUSE_TOO_MANY_ORDERS: Final = 5
GRID_BECAUSE_NO_MARGIN: Final = 6
GRID_BECAUSE_PRICE: Final = 7  # its next price is not one that the market takes now
GRID_BECAUSE_MARKET: Final = 8  # the contract is not traded any more, or can only be left
GRID_BECAUSE_BRACKET: Final = 9

# What an amendment leaves as it is.
KEEPS_QTY: Final = 1
KEEPS_PRICE: Final = 2

# The highest callback rate of a trailing stop (semantics 5.8.7).
CALLBACK_PPM_MAX: Final = 200_000
