"""The exchange's error codes, texts and HTTP statuses, and which refusal of the domain becomes which of them.

The only place in the house that knows a code. Everybody in the dialect who must say no raises `WireError`, made by
calling one of the kinds below; `Dialect.http` catches it in one place. A refused command becomes one through
`from_refusal`. Codes and texts follow the exchange's published list (`facts/errors.json`; a test compares them).
"""

from typing import Final, NamedTuple

from perpit.domain import refusals
from perpit.domain.commands import AmendOrder, CancelOrder, Command
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_shortest
from perpit.domain.words import COIN_M, USDS_M


class WireError(Exception):
    """An answer that says no: HTTP status, code, text; `retry_after_s` > 0 adds the Retry-After header."""

    def __init__(self, code: int, message: str, status: int, retry_after_s: int = 0) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, object]:
        """The error as the exchange writes it (semantics 6.5.3)."""
        return {"code": self.code, "msg": self.message}


class Kind(NamedTuple):
    """One code with one of its texts; `%s` in the text stands for what the call fills in."""

    code: int
    text: str
    status: int = 400

    def __call__(self, *fill: object, retry_after_s: int = 0) -> WireError:
        text = self.text % fill if fill else self.text
        return WireError(self.code, text, self.status, retry_after_s)


# What went wrong inside, or around, a request (semantics 6.7).
UNKNOWN: Final[Kind] = Kind(-1000, "An unknown error occured while processing the request.", 500)
BAD_MESSAGE: Final[Kind] = Kind(-1000, "An unknown error occured while processing the request.")
STOPPED: Final[Kind] = Kind(-1001, "Internal error; unable to process your request. Please try again.", 503)
OUTCOME_UNKNOWN: Final[Kind] = Kind(
    -1000, "Unknown error, please check your request or try again later.", 503
)
OVERLOADED: Final[Kind] = Kind(
    -1008, "Server is currently overloaded with other requests. Please try again in a few minutes.", 503
)
NO_SUCH_PATH: Final[Kind] = Kind(-5000, "Path %s, Method %s is invalid", 404)  # seen on the wire, in no list
BODY_TOO_LARGE: Final[Kind] = Kind(-1101, "Too many parameters sent for this endpoint.", 413)
QUERY_TOO_LONG: Final[Kind] = Kind(-1101, "Too many parameters sent for this endpoint.", 414)
UNSUPPORTED: Final[Kind] = Kind(-1020, "This operation is not supported.")

# Products that no account has (`other_products`).
NOT_AUTHORIZED: Final[Kind] = Kind(-1002, "You are not authorized to execute this request.", 401)
NOT_FOUND: Final[Kind] = Kind(-1099, "Not found, unauthenticated, or unauthorized.")
ASSET_NOT_SUPPORTED: Final[Kind] = Kind(-1126, "This asset is not supported.")

# Limits (semantics 6.6.6).
TOO_MUCH_WEIGHT: Final[Kind] = Kind(
    -1003,
    "Too many requests; current limit is %s requests per minute. "
    "Please use the websocket for live updates to avoid polling the API.",
    429,
)
# The published text speaks of minutes only; this limit is of another window.
TOO_MANY_REQUESTS: Final[Kind] = Kind(
    -1003,
    "Too many requests; current limit is %s requests per 5 minutes. "
    "Please use the websocket for live updates to avoid polling the API.",
    429,
)
IP_BANNED: Final[Kind] = Kind(
    -1003,
    "Way too many requests; IP banned until %s. Please use the websocket for live updates to avoid bans.",
    418,
)
TOO_MANY_ORDERS: Final[Kind] = Kind(-1015, "Too many new orders; current limit is %s orders per %s.", 429)

# Key, signature and time (semantics 6.3, 6.4).
STALE_TIMESTAMP: Final[Kind] = Kind(-1021, "Timestamp for this request is outside of the recvWindow.")
EARLY_TIMESTAMP: Final[Kind] = Kind(
    -1021, "Timestamp for this request was 1000ms ahead of the server's time."
)
BAD_SIGNATURE: Final[Kind] = Kind(-1022, "Signature for this request is not valid.")
BAD_KEY_FORMAT: Final[Kind] = Kind(-2014, "API-key format invalid.", 401)
BAD_KEY_TYPE: Final[Kind] = Kind(-4056, "Invalid api key type.")
KEYS_LOCKED: Final[Kind] = Kind(-2017, "API Keys are locked on this account.")
INACTIVE_ACCOUNT: Final[Kind] = Kind(-4109, "Inactive account")
KEY_REJECTED: Final[Kind] = Kind(-2015, "Invalid API-key, IP, or permissions for action.", 401)
BAD_LISTEN_KEY: Final[Kind] = Kind(
    -1125,
    "This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate `listenKey`",
)

# Parameters (semantics 6.5.1).
START_AFTER_END: Final[Kind] = Kind(-1023, "Start time is greater than end time.")
ILLEGAL_CHARS: Final[Kind] = Kind(-1100, "Illegal characters found in a parameter.")
ILLEGAL_CHARS_IN: Final[Kind] = Kind(
    -1100, "Illegal characters found in parameter '%s'; legal range is '%s'."
)
TOO_MANY_PARAMETERS: Final[Kind] = Kind(-1101, "Too many parameters sent for this endpoint.")
DUPLICATE_PARAMETER: Final[Kind] = Kind(-1101, "Duplicate values for a parameter detected.")
MANDATORY: Final[Kind] = Kind(-1102, "Mandatory parameter '%s' was not sent, was empty/null, or malformed.")
EITHER_MANDATORY: Final[Kind] = Kind(-1102, "Param '%s' or '%s' must be sent, but both were empty/null!")
EMPTY: Final[Kind] = Kind(-1105, "Parameter '%s' was empty.")
NOT_REQUIRED: Final[Kind] = Kind(-1106, "Parameter '%s' sent when not required.")
BAD_PRECISION: Final[Kind] = Kind(-1111, "Precision is over the maximum defined for this asset.")
BAD_TIME_IN_FORCE: Final[Kind] = Kind(-1115, "Invalid timeInForce.")
BAD_ORDER_TYPE: Final[Kind] = Kind(-1116, "Invalid orderType.")
INVALID_DATA: Final[Kind] = Kind(-1130, "Invalid data sent for a parameter.")
BAD_INCOME_TYPE: Final[Kind] = Kind(-1130, "Invalid data sent for a parameter.")
BAD_ALGO_TYPE: Final[Kind] = Kind(-1130, "Invalid data sent for a parameter.")
BAD_SIDE: Final[Kind] = Kind(-1117, "Invalid side.")
BAD_INTERVAL: Final[Kind] = Kind(-1120, "Invalid interval.")
BAD_SYMBOL: Final[Kind] = Kind(-1121, "Invalid symbol.")
LOOKUP_TOO_LONG: Final[Kind] = Kind(-1127, "More than %s hours between startTime and endTime.")
BAD_CONTRACT_TYPE: Final[Kind] = Kind(-4104, "Invalid contract type")
BAD_PAIR: Final[Kind] = Kind(-4144, "Invalid pair")
BAD_COMBINATION: Final[Kind] = Kind(-1128, "Combination of optional parameters invalid.")
INTERVAL_TOO_LONG: Final[Kind] = Kind(-4165, "Maximum time interval is %s days")
BAD_PARAMETER: Final[Kind] = Kind(-1130, "Data sent for parameter '%s' is not valid.")
# Of the statistics, seen on the wire in a text of their own (decision 44).
BAD_PERIOD: Final[Kind] = Kind(-1130, "parameter 'period' is invalid.")
BAD_STATISTICS_TYPE: Final[Kind] = Kind(-1130, "parameter 'contractType' is invalid.")
BEFORE_STATISTICS: Final[Kind] = Kind(-1130, "parameter 'startTime' is invalid.")
BAD_RESPONSE_TYPE: Final[Kind] = Kind(-1136, "Invalid newOrderRespType.")
BAD_CLIENT_ORDER_ID: Final[Kind] = Kind(-4015, "Client order id length should not be more than 36 chars")
BAD_DEPTH_LIMIT: Final[Kind] = Kind(-4021, "'%s' is not valid depth limit.")
BAD_WORKING_TYPE: Final[Kind] = Kind(-4031, "Invalid parameter working type: `%s`")
TOO_MANY_CANCELS: Final[Kind] = Kind(-4032, "Exceed maximum cancel order size.")
BAD_POSITION_SIDE: Final[Kind] = Kind(-4060, "Invalid position side.")
BAD_MARGIN_TYPE: Final[Kind] = Kind(-1130, "Data sent for parameter 'marginType' is not valid.")
BAD_BATCH_SIZE: Final[Kind] = Kind(-4082, "Invalid number of batch place orders: %s")
NOT_REQUIRED_HERE: Final[Kind] = Kind(-1106, "A parameter was sent when not required.")
BAD_PRICE_MATCH: Final[Kind] = Kind(-5037, "Invalid price match")
PRICE_MATCH_TYPE: Final[Kind] = Kind(
    -5038, "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT"
)
BAD_STP_MODE: Final[Kind] = Kind(-5039, "Invalid self trade prevention mode")
NOT_REDUCE_ONLY: Final[Kind] = Kind(-5047, "The original order is not a reduce-only order.")

# Orders and accounts (semantics 1.7, 5).
NO_SUCH_ORDER: Final[Kind] = Kind(-2013, "Order does not exist.")
UNKNOWN_ORDER: Final[Kind] = Kind(-2011, "Unknown order sent.")
PRICE_NOT_POSITIVE: Final[Kind] = Kind(-4001, "Price less than 0.")
QTY_NOT_POSITIVE: Final[Kind] = Kind(-4003, "Quantity less than zero.")
STOP_PRICE_NOT_POSITIVE: Final[Kind] = Kind(-4006, "Stop price less than zero.")
OFF_TICK: Final[Kind] = Kind(-4014, "Price not increased by tick size.")
OFF_STEP: Final[Kind] = Kind(-4023, "Qty not increased by step size.")
TOO_MANY_ALGO_ORDERS: Final[Kind] = Kind(-4045, "Reach max stop order limit.")
USE_ALGO_SERVICE: Final[Kind] = Kind(
    -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
)
POSITION_MODE_DIFFERS: Final[Kind] = Kind(
    -4220,
    "The operation is rejected because the CM dual-side is not allowed to be different from UM dual-side.",
)
POSITION_MODE_SET: Final[Kind] = Kind(-4059, "No need to change position side.")
MARGIN_TYPE_SET: Final[Kind] = Kind(-4046, "No need to change margin type.")
NOTIONAL_BELOW_MIN: Final[Kind] = Kind(
    -4164, "Order's notional must be no smaller than %s (unless you choose reduce only)"
)
COIN_NOTIONAL_BELOW_MIN: Final[Kind] = Kind(
    -4178, "Order's notional must be no smaller than %s (unless you choose reduce only)"
)
AMENDED_NOTIONAL_BELOW_MIN: Final[Kind] = Kind(-5029, "Order's notional must be no smaller than %s")
TRAILING_CLOSES_POSITION: Final[Kind] = Kind(
    -4136, "Target strategy invalid for orderType TRAILING_STOP_MARKET,closePosition true"
)
BAD_LEVERAGE: Final[Kind] = Kind(-4028, "Leverage %s is not valid")

# Which refusal of the engine is which code (semantics 5.10, 1.7).
BY_REFUSAL: Final[dict[int, Kind]] = {
    refusals.UNKNOWN_ACCOUNT: Kind(-1109, "Invalid account."),
    refusals.UNKNOWN_SYMBOL: BAD_SYMBOL,
    refusals.DUPLICATE_NAME: INVALID_DATA,
    refusals.INVALID_VALUE: INVALID_DATA,
    refusals.NOT_SUPPORTED: UNSUPPORTED,
    refusals.NO_PRICE: Kind(-4140, "Invalid symbol status for opening position"),
    refusals.UNKNOWN_KEY: KEY_REJECTED,
    refusals.ALREADY_LISTED: INVALID_DATA,
    refusals.SYMBOL_NOT_TRADING: Kind(-4140, "Invalid symbol status for opening position"),
    refusals.SYMBOL_CLOSED: Kind(-4141, "Symbol is closed"),
    refusals.QTY_NOT_POSITIVE: QTY_NOT_POSITIVE,
    refusals.QTY_BELOW_MIN: Kind(-4004, "Quantity less than min quantity."),
    refusals.QTY_ABOVE_MAX: Kind(-4005, "Quantity greater than max quantity."),
    refusals.PRICE_NOT_POSITIVE: PRICE_NOT_POSITIVE,
    refusals.PRICE_BELOW_MIN: Kind(-4013, "Price less than min price."),
    refusals.PRICE_ABOVE_MAX: Kind(-4002, "Price greater than max price."),
    refusals.PRICE_ABOVE_BAND: Kind(-4016, "Price is higher than mark price multiplier cap."),
    refusals.PRICE_BELOW_BAND: Kind(-4024, "Price is lower than mark price multiplier floor."),
    refusals.NOTIONAL_BELOW_MIN: NOTIONAL_BELOW_MIN,
    refusals.MARKET_PRICE_OUTSIDE_BAND: Kind(
        -4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit"
    ),
    refusals.TOO_MANY_OPEN_ORDERS: Kind(-2025, "Reach max open order limit."),
    refusals.DUPLICATE_CLIENT_ORDER_ID: Kind(-4116, "clientOrderId is duplicated"),
    refusals.POSITION_SIDE_MISMATCH: Kind(-4061, "Order's position side does not match user's setting."),
    refusals.LEVERAGE_BRACKET_EXCEEDED: Kind(
        -2027, "Exceeded the maximum allowable position at current leverage."
    ),
    refusals.INSUFFICIENT_MARGIN: Kind(-2019, "Margin is insufficient."),
    refusals.REDUCE_ONLY_REJECTED: Kind(-2022, "ReduceOnly Order is rejected."),
    refusals.REDUCE_ONLY_MARGIN_SHORT: Kind(
        -4118, "ReduceOnly Order Failed. Please check your existing position and open orders"
    ),
    refusals.LEVERAGE_OUT_OF_RANGE: BAD_LEVERAGE,
    refusals.LEVERAGE_MARGIN_SHORT: Kind(
        -2028, "Leverage is smaller than permitted: insufficient margin balance."
    ),
    refusals.BALANCE_TOO_SMALL: Kind(-2018, "Balance is insufficient."),
    refusals.FOK_NOT_FILLABLE: Kind(
        -5021, "Due to the order could not be filled immediately, the FOK order has been rejected."
    ),
    refusals.POST_ONLY_WOULD_TAKE: Kind(
        -5022, "Due to the order could not be executed as maker, the Post Only order will be rejected."
    ),
    refusals.MARGIN_TYPE_UNCHANGED: MARGIN_TYPE_SET,
    refusals.MARGIN_TYPE_WITH_ORDERS: Kind(
        -4047, "Margin type cannot be changed if there exists open orders."
    ),
    refusals.MARGIN_TYPE_WITH_POSITION: Kind(
        -4048, "Margin type cannot be changed if there exists position."
    ),
    refusals.NOT_ISOLATED: Kind(-4049, "Add margin only support for isolated position."),
    refusals.CROSS_BALANCE_SHORT: Kind(-4050, "Cross balance insufficient."),
    refusals.ISOLATED_BALANCE_SHORT: Kind(-4051, "Isolated balance insufficient."),
    refusals.NO_POSITION: Kind(-4054, "Cannot add position margin: position is 0."),
    refusals.AMOUNT_NOT_POSITIVE: Kind(-4055, "Amount must be positive."),
    refusals.POSITION_MODE_UNCHANGED: POSITION_MODE_SET,
    refusals.POSITION_MODE_WITH_ORDERS: Kind(
        -4067, "Position side cannot be changed if there exists open orders."
    ),
    refusals.POSITION_MODE_WITH_POSITION: Kind(
        -4068, "Position side cannot be changed if there exists position."
    ),
    # semantics 1.7.6: both products change together, and it is COIN-M that cannot
    refusals.POSITION_MODE_OF_OTHER_MARKET: Kind(
        -4531,
        "Position mode change requires syncing UM and CM. Please close any open positions or orders in CM and try "
        "again.",
    ),
    refusals.LEVERAGE_OF_ISOLATED_LOWERED: Kind(
        -4161, "Leverage reduction is not supported in Isolated Margin Mode with open positions"
    ),
    refusals.REDUCE_ONLY_IN_HEDGE_MODE: NOT_REQUIRED,
    refusals.ACCOUNT_ONLY_REDUCES: Kind(-4087, "User can only place reduce only order"),
    refusals.ACCOUNT_MAY_NOT_ORDER: Kind(-4088, "User can not place order currently"),
    # seen on the wire, in no list
    refusals.AGREEMENT_NOT_SIGNED: Kind(-4411, "Please sign TradFi-Perps agreement contract fapi."),
    # semantics 1.6.2
    refusals.MULTI_ASSETS_WITH_ISOLATED: Kind(
        -4167,
        "Unable to adjust to Multi-Assets mode with symbols of USDⓈ-M Futures under isolated-margin mode.",
    ),
    refusals.ISOLATED_IN_MULTI_ASSETS: Kind(
        -4168, "Unable to adjust to isolated-margin mode under the Multi-Assets mode."
    ),
    refusals.MULTI_ASSETS_MARGIN_SHORT: Kind(
        -4169, "Unable to adjust Multi-Assets Mode with insufficient margin balance in USDⓈ-M Futures."
    ),
    refusals.MULTI_ASSETS_WITH_ORDERS: Kind(
        -4170, "Unable to adjust Multi-Assets Mode with open orders in USDⓈ-M Futures."
    ),
    refusals.MULTI_ASSETS_UNCHANGED: Kind(
        -4171, "Adjusted asset mode is currently set and does not need to be adjusted repeatedly."
    ),
    refusals.MULTI_ASSETS_WITH_DEBT: Kind(
        -4172,
        "Unable to adjust Multi-Assets Mode with a negative wallet balance of margin available asset in USDⓈ-M "
        "Futures account.",
    ),
    refusals.UNKNOWN_ASSET: BAD_SYMBOL,
    # no call of the exchange starts a grid
    refusals.UNKNOWN_GRID: INVALID_DATA,
    refusals.GRID_EXISTS: INVALID_DATA,
    refusals.GRID_IN_HEDGE_MODE: INVALID_DATA,
    refusals.GRID_BOUNDS_INVALID: INVALID_DATA,
    refusals.GRID_COUNT_INVALID: INVALID_DATA,
    refusals.GRID_TOO_DENSE: INVALID_DATA,
    refusals.GRID_PRICE_OUTSIDE: INVALID_DATA,
    refusals.PRICE_MATCH_INVALID: BAD_PRICE_MATCH,
    refusals.PRICE_MATCH_NOT_ALLOWED: PRICE_MATCH_TYPE,
    refusals.PRICE_MATCH_WITH_PRICE: NOT_REQUIRED_HERE,
    refusals.PRICE_MATCH_NO_LEVEL: Kind(-5041, "No depth matches this BBO order"),
    refusals.GOOD_TILL_DATE_INVALID: Kind(
        -5040,
        "The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than "
        "253402300799000 (UTC 9999-12-31 23:59:59)",
    ),
    refusals.TIME_IN_FORCE_INVALID: BAD_TIME_IN_FORCE,
    refusals.CLOSE_POSITION_NOT_ALLOWED: NOT_REQUIRED_HERE,
    refusals.CLOSE_POSITION_WITH_QTY: Kind(-4137, "Quantity must be zero with closePosition equals true"),
    # semantics 4.5.6: in the lists of older years
    refusals.CLOSE_POSITION_EXISTS: Kind(
        -4130, "An open stop or take profit order with GTE and closePosition in the direction is existing."
    ),
    refusals.CLOSE_POSITION_WITH_REDUCE_ONLY: NOT_REQUIRED_HERE,
    refusals.TRIGGER_FIELD_NOT_ALLOWED: NOT_REQUIRED_HERE,
    refusals.WORKING_TYPE_INVALID: Kind(-4031, "Invalid parameter working type"),
    refusals.STOP_PRICE_NOT_POSITIVE: STOP_PRICE_NOT_POSITIVE,
    refusals.STOP_PRICE_ABOVE_MAX: Kind(-4007, "Stop price greater than max price."),
    refusals.STOP_PRICE_ABOVE_BAND: Kind(-4210, "Stop price is higher than price multiplier cap."),
    refusals.STOP_PRICE_BELOW_BAND: Kind(-4211, "Stop price is lower than price multiplier floor."),
    refusals.PRICE_ABOVE_STOP_BAND: Kind(-4183, "Price is higher than stop price multiplier cap."),
    refusals.PRICE_BELOW_STOP_BAND: Kind(-4184, "Price is lower than stop price multiplier floor."),
    refusals.CALLBACK_RATE_INVALID: INVALID_DATA,
    refusals.ACTIVATION_PRICE_INVALID: Kind(-4135, "Invalid activation price"),
    refusals.WOULD_TRIGGER: Kind(-2021, "Order would immediately trigger."),
    refusals.TOO_MANY_ALGO_ORDERS: TOO_MANY_ALGO_ORDERS,
    # GTE_GTC without a position (semantics 4.5.8); the lists have no code of its own
    refusals.POSITION_REQUIRED: Kind(-2022, "ReduceOnly Order is rejected."),
    refusals.UNKNOWN_ALGO_ORDER: UNKNOWN_ORDER,
    refusals.UNKNOWN_ORDER: NO_SUCH_ORDER,
    refusals.AMEND_NOT_LIMIT: Kind(-5025, "Only limit order is supported."),
    refusals.AMEND_NO_CHANGE: Kind(-5027, "No need to modify the order."),
    refusals.AMEND_TOO_OFTEN: Kind(-5026, "Exceed maximum modify order limit."),
    refusals.AMEND_SIDE_MISMATCH: BAD_SIDE,
    refusals.AMEND_NOTIONAL_BELOW_MIN: AMENDED_NOTIONAL_BELOW_MIN,
}

# Where COIN-M has a code of its own (semantics 9).
BY_REFUSAL_IN: Final[dict[int, dict[int, Kind]]] = {
    COIN_M: {
        refusals.NOTIONAL_BELOW_MIN: COIN_NOTIONAL_BELOW_MIN,
        refusals.MARKET_PRICE_OUTSIDE_BAND: Kind(
            -4113, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."
        ),
        refusals.REDUCE_ONLY_MARGIN_SHORT: Kind(
            -4112, "ReduceOnly Order Failed. Please check your existing position and open orders."
        ),
        refusals.ACCOUNT_ONLY_REDUCES: Kind(-4089, "User can only place reduce only order."),
        refusals.ACCOUNT_MAY_NOT_ORDER: Kind(-4090, "User can not place order currently."),
        refusals.LEVERAGE_OF_ISOLATED_LOWERED: Kind(
            -4150, "Leverage reduction is not supported in Isolated Margin Mode with open positions."
        ),
        refusals.STOP_PRICE_ABOVE_BAND: Kind(-4154, "Stop price is higher than price multiplier cap."),
        refusals.STOP_PRICE_BELOW_BAND: Kind(-4155, "PStop price is lower than price multiplier floor."),
        refusals.PRICE_ABOVE_STOP_BAND: Kind(-4151, "Price is higher than stop price multiplier cap."),
        refusals.PRICE_BELOW_STOP_BAND: Kind(-4152, "Price is lower than stop price multiplier floor."),
        refusals.AMEND_NOT_LIMIT: Kind(-4196, "Only limit order is supported."),
        refusals.AMEND_NO_CHANGE: Kind(-4197, "No need to modify the order."),
        refusals.AMEND_TOO_OFTEN: Kind(-4198, "Exceed maximum modify order limit."),
        refusals.AMEND_NOTIONAL_BELOW_MIN: COIN_NOTIONAL_BELOW_MIN,
    }
}

# Where the same refusal has another code for another command.
BY_COMMAND: Final[dict[tuple[type[Command], int], Kind]] = {
    (CancelOrder, refusals.UNKNOWN_ORDER): UNKNOWN_ORDER,  # semantics 5.7.5
    (AmendOrder, refusals.SYMBOL_NOT_TRADING): Kind(
        -5024, "Symbol is not in trading status. Order amendment is not permitted."
    ),
}
BY_COMMAND_IN: Final[dict[int, dict[tuple[type[Command], int], Kind]]] = {
    COIN_M: {
        (AmendOrder, refusals.SYMBOL_NOT_TRADING): Kind(
            -4199, "Symbol is not in trading status. Order amendment is not permitted."
        ),
    }
}


def from_refusal(command: Command, refusal: int, instrument: Instrument | None = None) -> WireError:
    """The error that answers a refused command; `instrument` fills in the numbers that some texts carry."""
    kind = kind_of(type(command), refusal, USDS_M if instrument is None else instrument.market)
    if kind is NOT_REQUIRED:
        return kind("reduceOnly")  # semantics 4.4.2
    if kind is BAD_LEVERAGE:
        return kind(getattr(command, "leverage", ""))
    if kind in (NOTIONAL_BELOW_MIN, AMENDED_NOTIONAL_BELOW_MIN, COIN_NOTIONAL_BELOW_MIN):
        return kind(format_shortest(instrument.min_notional_units, 8) if instrument else "5.0")
    return kind()


def kind_of(command: type[Command], refusal: int, market: int) -> Kind:
    """What the market says of it, or else what both say; to the command in question first."""
    named = (command, refusal)
    return (
        BY_COMMAND_IN.get(market, {}).get(named)
        or BY_COMMAND.get(named)
        or BY_REFUSAL_IN.get(market, {}).get(refusal)
        or BY_REFUSAL.get(refusal, UNKNOWN)
    )
