"""What each parameter means, in a line with its unit, for who meets it: by name, and by call where that differs.

A row's own description (`schema.Param`) says what is particular to it and is added: when it is mandatory, what it is
when it is not sent. A parameter that is new needs a line in `MEANS`; a test asks for it.
"""

from typing import Final

from perpit.binance import security
from perpit.binance.products import COIN, USDS, Product
from perpit.binance.schema import Param
from perpit.domain.words import COIN_M, USDS_M

# What prices and quantities are counted in, and how symbols look, by market.
UNITS: Final[dict[int, dict[str, str]]] = {
    USDS_M: {
        "price": "in the quote asset (USDT for BTCUSDT)",
        "quantity": "in the base asset (0.010 of BTCUSDT is 0.010 BTC)",
        "amount": "in the margin asset (USDT for BTCUSDT)",
        "symbol": "BTCUSDT",
        "pair": "BTCUSDT",
        "time": f"{USDS.prefix}/v1/time",
    },
    COIN_M: {
        "price": "in USD",
        "quantity": "in contracts, a whole number (1 of BTCUSD_PERP is worth 100 USD)",
        "amount": "in the margin coin (BTC for BTCUSD_PERP)",
        "symbol": "BTCUSD_PERP",
        "pair": "BTCUSD",
        "time": f"{COIN.prefix}/v1/time",
    },
}
_SINCE_1970: Final = "in milliseconds since 1970 (UTC)"
MEANS: Final[dict[str, str]] = {
    # what is asked about
    "symbol": "The contract, for example {symbol}; capitals or not.",
    "pair": "What a perpetual and its quarters have in common, for example {pair}.",
    "contractType": "The kind of contract: perpetual, or the quarter that it is delivered in.",
    "asset": "The asset, for example USDT.",
    "marginAsset": "The coin that contracts are margined in, for example BTC.",
    "interval": "The width of a candle: m is minutes, h hours, d days, w weeks, M months, s seconds.",
    "period": "The width of a row: m is minutes, h hours, d days.",
    "startTime": f"The beginning of the span, inclusive, {_SINCE_1970}.",
    "endTime": f"The end of the span, inclusive, {_SINCE_1970}.",
    "limit": "How many rows are answered, at most.",
    "page": "Which page of the answer, counted from 1; each has `limit` rows.",
    "fromId": "The id of a trade: those from it on are answered, oldest first.",
    "incomeType": "The kind of income; every kind when not sent.",
    "autoCloseType": "How the position was closed: liquidation or auto-deleveraging.",
    # orders
    "side": "Whether it buys or sells.",
    "type": "The kind of order; LIMIT and MARKET act at once, the others wait for a price.",
    "positionSide": "The position that it is about: LONG or SHORT in hedge mode.",
    "timeInForce": "How long it stays: GTC until cancelled, IOC and FOK not at all, GTX only as maker, GTD until "
    "`goodTillDate`, GTE_GTC as long as there is a position.",
    "quantity": "How much, {quantity}; a multiple of the symbol's stepSize.",
    "price": "The limit price, {price}; a multiple of the symbol's tickSize.",
    "stopPrice": "The price that fires a conditional order, {price}; `workingType` says which price is watched.",
    "triggerPrice": "The price that fires the order, {price}; `workingType` says which price is watched.",
    "activationPrice": "Where a trailing stop begins to follow, {price}; at once when not sent.",
    "activatePrice": "Where a trailing stop begins to follow, {price}; at once when not sent.",
    "callbackRate": "How far the price turns back before a trailing stop fires, in percent: 1 is 1 %.",
    "workingType": "Which price fires the order: that of the last trade, or the mark price.",
    "priceProtect": "true: the order fires only while last and mark price are near each other.",
    "closePosition": "true: when it fires, the whole position is closed. Goes without quantity.",
    "reduceOnly": "true: the order may make a position smaller, never larger or turn it.",
    "priceMatch": "Takes the price from the book instead of `price`: OPPONENT is the best of the other side, QUEUE of "
    "the own one; a number is the level.",
    "selfTradePreventionMode": "Which order ends when two of the same account would trade with each other.",
    "goodTillDate": f"When a GTD order ends, {_SINCE_1970}; more than 600 s from now.",
    "newOrderRespType": "ACK answers the order as accepted, RESULT as it stands after matching.",
    "newClientOrderId": "A name of your own for the order, unique among those that are open.",
    "orderId": "The order, by the number that the venue gave it.",
    "origClientOrderId": "The order, by the name that you gave it; `orderId` goes first when both are sent.",
    "modifyId": "A number of your own for the amendment; comes back in answers and events.",
    "batchOrders": "The orders, each an object with the parameters of one.",
    "orderIdList": "The orders, by the numbers that the venue gave them.",
    "origClientOrderIdList": "The orders, by the names that you gave them.",
    "algoType": "The kind of order of the Algo service: one that waits for a price.",
    "algoId": "The order, by the number that the Algo service gave it.",
    "clientAlgoId": "A name of your own for the order.",
    "countdownTime": "The wait until the open orders are cancelled:",
    # the account
    "leverage": "The initial leverage, a whole number: 20 is 20×.",
    "marginType": "ISOLATED gives each position its own margin, CROSSED shares the wallet.",
    "amount": "How much margin, {amount}.",
    "dualSidePosition": "true: hedge mode, with a LONG and a SHORT position of each symbol; false: one-way mode.",
    "multiAssetsMargin": "true: all assets are margin together; false: each contract has its own margin asset.",
    "feeBurn": "true: commissions are paid in BNB, for less; false: in the margin asset.",
    # what is signed
    "recvWindow": "For how many milliseconds after its timestamp the request may arrive, at most "
    f"{security.LONGEST_RECV_WINDOW_MS}.",
    "timestamp": f"When the request was made, {_SINCE_1970}; GET {{time}} tells the venue's.",
    "signature": "HMAC-SHA256 of everything before it, with the key's secret, in hexadecimal; of RSA and Ed25519 keys "
    "their signature in base64. Stands last.",
    "apiKey": "The key that the request is made with.",
    "returnRateLimits": "Whether answers carry rateLimits.",
    # products that are not here
    "fromAsset": "The asset that would be given, for example USDT.",
    "toAsset": "The asset that would be taken, for example BTC.",
    "fromAmount": "How much would be given, in `fromAsset`.",
    "toAmount": "How much would be taken, in `toAsset`.",
    "validTime": "For how long a quote would hold, for example 10s.",
    "quoteId": "The quote, by its id.",
    "downloadId": "The report, by its id.",
}
_FROM_ORDER: Final = "The number of an order: those from it on are answered, oldest first."
_NAMED: Final = "The order, by the name that you gave it."
_KIND_OF_CHANGE: Final = "1 adds margin, 2 takes it away."
# Where a name means something else: by method and path behind the product's prefix, and name.
AT: Final[dict[tuple[str, str], str]] = {
    ("GET/v1/allOrders", "orderId"): _FROM_ORDER,
    ("GET/v1/userTrades", "orderId"): "Only the fills of this order.",
    ("GET/v1/allAlgoOrders", "algoId"): _FROM_ORDER,
    ("GET/v1/openAlgoOrders", "algoId"): "Only the order with this number.",
    ("GET/v1/algoOrder", "clientAlgoId"): _NAMED,
    ("DELETE/v1/algoOrder", "clientAlgoId"): _NAMED,
    ("GET/v1/depth", "limit"): "How many levels of each side.",
    ("GET/v1/rpiDepth", "limit"): "How many levels of each side.",
    ("GET/v1/fundingRate", "limit"): "How many rows are answered, at most; when it is not sent:",
    ("GET/v1/assetIndex", "symbol"): "The index of a margin asset: its name and USD, for example BTCUSD.",
    ("GET/v1/constituents", "symbol"): "The index that is asked for:",
    ("PUT/v1/order", "reduceOnly"): "true: a reduce-only order is meant; one that is not is refused.",
    ("POST/v1/positionMargin", "type"): _KIND_OF_CHANGE,
    ("GET/v1/positionMargin/history", "type"): "Only changes of this kind; both when not sent:",
    ("GET/v1/convert/orderStatus", "orderId"): "The conversion, by its id.",
}


def means(param: Param, product: Product, place: str = "") -> str:
    """What a parameter is for at a call, `place` being its method and path behind the product's prefix."""
    general = AT.get((place, param.name)) or MEANS.get(param.name, "")
    said = general.format(**UNITS[product.market])
    more = param.description
    if not more:
        return said
    ending = "" if more.endswith(".") else "."
    return f"{said} {more if said.endswith(':') else more[0].upper() + more[1:]}{ending}".strip()
