"""What an answer may have beyond, or short of, what the exchange's list has of a call today. Each line with its reason.

`OLDER` is exact: what is found must be what stands here, so that no line outlives its reason.
"""

from typing import Final

# Fields of the published lists that not every answer has: the answers to all rows of a call together must have them.
SOMETIMES: Final = frozenset(
    {
        *("activatePrice", "priceRate"),  # orders that trail
        *(
            "adlQuantile.LONG",
            "adlQuantile.SHORT",
            "adlQuantile.HEDGE",
            "adlQuantile.BOTH",
        ),  # by position mode
        *("ac", "ai"),  # ACCOUNT_CONFIG_UPDATE of a leverage, of the asset mode
        "a.S",  # ACCOUNT_UPDATE of funding
        "cw",  # MARGIN_CALL of a cross position
        *("o.AP", "o.cr", "o.ia"),  # orders that trail
        "o.M",  # amendments that were given a number
    }
)
# Fields that no account of this venue can see.
NEVER: Final = {
    "notionalCoef": "of accounts whose brackets are scaled (semantics 1.1.4)",
    "bks": "told when brackets change, which they do not here",
}
# Published as a string, null in the examples of the same pages.
NULLABLE: Final = frozenset({"icebergQuantity"})

# Integers that can be below zero: typed clients read all others as unsigned.
SIGNED: Final = frozenset(
    {
        "tradeGroupId",  # -1: of no group
        "code",  # of an error, in a batch
        *("firstId", "lastId"),  # -1 where nothing was traded in 24 hours
    }
)

# Calls that the lists name without fields, and the call that has the same.
LIKE: Final = {
    ("usds_m", "GET /fapi/v1/account"): ("usds_m", "GET /fapi/v2/account"),
    ("usds_m", "GET /fapi/v1/balance"): ("usds_m", "GET /fapi/v2/balance"),
    ("usds_m", "GET /fapi/v1/positionRisk"): ("usds_m", "GET /fapi/v2/positionRisk"),
    ("coin_m", "GET /futures/data/delivery-price"): ("usds_m", "GET /futures/data/delivery-price"),
}

# A list of filters has one of each kind (the published fields are those of all kinds together).
FILTERS: Final = {
    "PRICE_FILTER": ("maxPrice", "minPrice", "tickSize"),
    "LOT_SIZE": ("maxQty", "minQty", "stepSize"),
    "MARKET_LOT_SIZE": ("maxQty", "minQty", "stepSize"),
    "MAX_NUM_ORDERS": ("limit",),
    "MAX_NUM_ALGO_ORDERS": ("limit",),  # removed on 2025-12-29
    "PERCENT_PRICE": ("multiplierUp", "multiplierDown", "multiplierDecimal"),
    "MIN_NOTIONAL": ("notional",),
    "POSITION_RISK_CONTROL": ("positionControlSide",),  # semantics 5.10, recorded in 2026
}

# An order is one text in all answers of a market (`binance/render.py`), an algo order another: an answer has the
# fields of its whole family, old and new. What the list of today has not, call by call.
EXECUTED: Final = ("avgPrice", "cumQuote")  # in the lists until 2026-07-15 (semantics 5.2.4)
COIN_EXECUTED: Final = ("avgPrice", "cumBase", "goodTillDate")
QUERIED: Final = ("cumQty", "pair", "cumBase")  # in allOrders since 2026-08 (semantics 5.2.5)
COIN_QUERIED: Final = ("cumQty", "goodTillDate", "cumQuote")
ACCOUNT_POSITIONS: Final = ("positions.breakEvenPrice", "positions.notional", "positions.isolatedWallet")
ALGO_LISTED: Final = ("actualType", "actualQty", "activatePrice", "callbackRate")
ALGO_TAKE_PROFIT: Final = ("tpTriggerPrice", "tpPrice", "slTriggerPrice", "slPrice")
ALGO_PLACED: Final = (
    "actualOrderId",
    "actualPrice",
    "actualType",
    "actualQty",
    "tpOrderType",
    *ALGO_TAKE_PROFIT,
)
RECORDED_RULES: Final = ("symbols.maxMoveOrderLimit", "symbols.permissionSets")  # recorded in 2025 and 2026

BEYOND: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("usds_m", "GET /fapi/v1/exchangeInfo"): (*RECORDED_RULES, "futuresType"),
    ("usds_m", "GET /fapi/v1/ticker/bookTicker"): ("lastUpdateId",),  # semantics 7.4.6
    ("usds_m", "GET /fapi/v1/allOrders"): ("cumQty",),
    ("usds_m", "GET /fapi/v1/openOrders"): QUERIED,
    ("usds_m", "GET /fapi/v1/openOrder"): QUERIED,
    ("usds_m", "GET /fapi/v1/order"): QUERIED,
    ("usds_m", "DELETE /fapi/v1/batchOrders"): ("avgPrice",),
    ("usds_m", "PUT /fapi/v1/batchOrders"): ("cumQuote",),
    ("usds_m", "PUT /fapi/v1/order"): ("cumQuote",),
    ("usds_m", "POST /fapi/v1/algoOrder"): ALGO_PLACED,
    ("usds_m", "GET /fapi/v1/algoOrder"): ("activatePrice", "callbackRate"),
    ("usds_m", "GET /fapi/v1/openAlgoOrders"): ALGO_LISTED,
    ("usds_m", "GET /fapi/v1/allAlgoOrders"): ALGO_LISTED,
    ("usds_m", "GET /fapi/v1/stock/contract"): ("signed",),  # named without fields
    # recorded in 2025
    ("usds_m", "GET /fapi/v2/positionRisk"): ("isolated", "adlQuantile"),
    ("usds_m", "GET /fapi/v1/positionRisk"): ("isolated", "adlQuantile"),
    ("usds_m", "GET /fapi/v2/account"): ACCOUNT_POSITIONS,
    ("usds_m", "GET /fapi/v1/account"): ACCOUNT_POSITIONS,
    ("usds_m", "GET /fapi/v3/account"): ("assets.marginAvailable",),
    ("usds_m", "GET /fapi/v1/rateLimit/order"): (
        "count",
    ),  # as the rows of the same name over the WebSocket API
    ("coin_m", "GET /dapi/v1/exchangeInfo"): RECORDED_RULES,
    ("coin_m", "GET /dapi/v1/allOrders"): ("cumQty",),
    ("coin_m", "GET /dapi/v1/openOrders"): COIN_QUERIED,
    ("coin_m", "GET /dapi/v1/openOrder"): COIN_QUERIED,
    ("coin_m", "GET /dapi/v1/order"): COIN_QUERIED,
    ("coin_m", "POST /dapi/v1/order"): COIN_EXECUTED,
    ("coin_m", "POST /dapi/v1/batchOrders"): COIN_EXECUTED,
    ("coin_m", "DELETE /dapi/v1/order"): COIN_EXECUTED,
    ("coin_m", "DELETE /dapi/v1/batchOrders"): COIN_EXECUTED,
    ("coin_m", "PUT /dapi/v1/order"): (*COIN_EXECUTED, "cumQuote"),
    ("coin_m", "PUT /dapi/v1/batchOrders"): (*COIN_EXECUTED, "cumQuote"),
    ("coin_m", "POST /dapi/v1/algoOrder"): ALGO_PLACED,
    ("coin_m", "GET /dapi/v1/algoOrder"): (*ALGO_TAKE_PROFIT, "activatePrice", "callbackRate"),
    ("coin_m", "GET /dapi/v1/openAlgoOrders"): ALGO_LISTED,
    ("coin_m", "GET /dapi/v1/allAlgoOrders"): ALGO_LISTED,
    ("coin_m", "GET /dapi/v1/positionRisk"): ("notionalValue", "isolatedWallet"),
    ("coin_m", "GET /dapi/v1/account"): ("positions.isolatedWallet",),
    ("coin_m", "GET /dapi/v1/leverageBracket"): ("brackets.qtyFloor",),  # beside the pages' qtylFloor
    ("coin_m", "GET /dapi/v2/leverageBracket"): ("brackets.qtyFloor",),
    ("coin_m", "ORDER_TRADE_UPDATE"): ("o.gtd", "o.si", "o.ss"),  # one text for both markets
}

# Fields that the facts have from the documents and the models of the SDK have not.
UNREAD: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("usds_m", "DELETE /fapi/v1/order"): EXECUTED,
    ("usds_m", "POST /fapi/v1/order"): EXECUTED,
    ("usds_m", "PUT /fapi/v1/order"): ("avgPrice", "cumBase"),
    ("usds_m", "GET /fapi/v1/algoOrder"): ALGO_TAKE_PROFIT,
    ("usds_m", "GET /fapi/v1/exchangeInfo"): ("symbols.filters.positionControlSide",),
    ("usds_m", "GET /fapi/v1/apiTradingStatus"): ("indicators.*",),  # it knows two symbols by name
    ("usds_m", "depth"): ("asks", "bids"),
}

# What those documents still have and the exchange no longer answers since 2026-07-15 (semantics 5.2.4).
GONE: Final = frozenset(("avgPrice", "cumQuote", "cumBase"))
# What orders show that trail, which since 2025-12-09 are placed at the Algo service only.
TRAILING: Final = frozenset(("activatePrice", "priceRate"))
OF_TRAILING: Final = {"o.AP", "o.cr"}  # the same in ORDER_TRADE_UPDATE

# Events that are told and stand in no list of the market: the lists have neither algo orders nor fills alone of COIN-M.
# The fields are those of USDⓈ-M, and in ALGO_UPDATE the account's alias as in all its events.
UNKNOWN_TO_SDK: Final = {"coin_m": ("ALGO_UPDATE", "TRADE_LITE")}
WITH_ALIAS: Final = ("ALGO_UPDATE",)

# Events that the exchange of today tells no more.
RETIRED: Final = ("CONDITIONAL_ORDER_TRIGGER_REJECT",)
