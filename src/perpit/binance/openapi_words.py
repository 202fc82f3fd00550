"""What each call does, in a sentence for a reader who looks for it: by method and path behind the product's prefix.

A row is for every version of a call ("/v2/balance" finds "/balance"). A call without one is told by what it returns.
"""

import re
from typing import Final

from perpit.binance.route import Route

VERSION: Final = re.compile(r"/v\d")
DOES: Final = {
    "GET/ping": "Find out whether the venue answers.",
    "GET/time": "Read the venue's clock.",
    "GET/exchangeInfo": "Read every symbol with its filters, and the limits. A symbol that is sent changes nothing.",
    "GET/depth": "Read the book of a symbol.",
    "GET/trades": "Read the newest trades of a symbol.",
    "GET/historicalTrades": "Read trades from an id on, or the newest, as far back as the venue keeps them.",
    "GET/aggTrades": "Read trades put together by price and side; a span of both times is at most an hour.",
    "GET/klines": "Read candles of a symbol, twelve columns each.",
    "GET/continuousKlines": "Read candles of a pair's contract of a type, whichever it is at the time.",
    "GET/indexPriceKlines": "Read candles of a pair's index price.",
    "GET/markPriceKlines": "Read candles of a symbol's mark price.",
    "GET/premiumIndexKlines": "Read candles of a symbol's premium index.",
    "GET/rpiDepth": "Read the book of a symbol with retail price improvement orders in it.",
    "GET/openInterest": "Read how much of a symbol is held: the sum of all long positions.",
    "GET/stock/contract": "Read whether the account has signed the agreement for contracts on stocks and metals.",
    "POST/stock/contract": "Sign the agreement for contracts on stocks and metals.",
    "GET/tradingSchedule": "Read a week of sessions of every market that is not always open.",
    "GET/premiumIndex": "Read mark price, index price and funding of a symbol, or of each.",
    "GET/ticker/price": "Read the price of the last trade of a symbol, or of each.",
    "GET/ticker/bookTicker": "Read best bid and ask of a symbol, or of each; zeros for a side that is empty.",
    "GET/ticker/24hr": "Read the statistics of the last 24 hours of a symbol, or of each.",
    "GET/fundingRate": "Read settled funding rates: the first from a start time on, or the newest.",
    "GET/fundingInfo": "Read the funding terms of contracts whose bounds or interval are not the usual ones.",
    "GET/assetIndex": "Read index price, buffers and rates of margin assets.",
    "GET/symbolAdlRisk": "Read how likely deleveraging is in a symbol, or in each.",
    "GET/insuranceBalance": "Read what the insurance fund has, by the symbols that share it.",
    "POST/order": "Place an order. ACK answers it as accepted, RESULT as it stands after matching.",
    "POST/order/test": "Try an order: it is judged as it would be now, and not placed.",
    "PUT/order": "Change price and total quantity of a resting limit order; it loses its place in the queue.",
    "DELETE/order": "Cancel an order.",
    "GET/order": "Read one order, open or finished.",
    "POST/batchOrders": "Place up to five orders, each answered in its place with an order or an error.",
    "PUT/batchOrders": "Change up to five orders, each answered in its place with an order or an error.",
    "DELETE/batchOrders": "Cancel up to ten orders of a symbol, by order ids or client order ids.",
    "DELETE/allOpenOrders": "Cancel every open order of a symbol.",
    "GET/openOrder": "Read one order that is open.",
    "GET/openOrders": "Read every open order of a symbol, or of all.",
    "GET/allOrders": "Read orders from an id on, or within at most seven days.",
    "GET/userTrades": "Read the account's fills from a trade id on, or within at most seven days.",
    "GET/orderAmendment": "Read the amendments of a symbol's orders, or of one order.",
    "GET/forceOrders": "Read the account's liquidation and deleveraging orders.",
    "GET/rateLimit/order": "Read the order limits of the account and what is used of them.",
    "POST/algoOrder": "Place a conditional order; what it becomes when it fires is an ordinary one.",
    "DELETE/algoOrder": "Cancel a conditional order. The code of the answer is a string.",
    "GET/algoOrder": "Read one conditional order, waiting or not.",
    "GET/openAlgoOrders": "Read every waiting conditional order of a symbol, or of all.",
    "GET/allAlgoOrders": "Read conditional orders from an id on, or within at most seven days.",
    "DELETE/algoOpenOrders": "Cancel every waiting conditional order of a symbol.",
    "POST/countdownCancelAll": "Cancel all open orders of a symbol after a time, unless called again; 0 stops it.",
    "GET/balance": "Read every asset of the account, and what is free of it.",
    "GET/account": "Read the account: settings, totals, assets and positions.",
    "GET/positionRisk": "Read positions with their margin, profit and liquidation price.",
    "GET/accountConfig": "Read the settings of the account.",
    "GET/symbolConfig": "Read margin type and leverage of a symbol, or of each.",
    "GET/leverageBracket": "Read leverage tables: how much may be held at which leverage.",
    "GET/commissionRate": "Read the fee rates of a symbol.",
    "GET/adlQuantile": "Read how soon the account's positions give way to deleveraging, 0 to 4.",
    "GET/income": "Read what came into the account's wallets and left them: profit, funding, fees, transfers.",
    "GET/positionMargin/history": "Read what was given to isolated positions of a symbol, and taken from them.",
    "POST/leverage": "Set the initial leverage of a symbol.",
    "POST/marginType": "Choose cross or isolated margin for a symbol.",
    "POST/positionMargin": "Add margin to an isolated position (type 1), or take it away (type 2).",
    "GET/positionSide/dual": "Read whether the account is in hedge mode.",
    "POST/positionSide/dual": "Choose one-way or hedge mode for every symbol.",
    "GET/multiAssetsMargin": "Read whether the account is in multi-assets mode.",
    "POST/multiAssetsMargin": "Choose multi-assets or single-asset mode.",
    "GET/feeBurn": "Read whether commissions are paid in BNB.",
    "POST/feeBurn": "Pay commissions in BNB while there is enough, or not.",
    "POST/listenKey": "Open the account's user data stream for 60 minutes.",
    "PUT/listenKey": "Keep the account's user data stream open for 60 more minutes.",
    "DELETE/listenKey": "Close the account's user data stream.",
}


def does(route: Route) -> str:
    """What a call does."""
    return DOES.get(VERSION.sub("", route.place, count=1), route.returns)
