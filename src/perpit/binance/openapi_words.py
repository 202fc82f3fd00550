"""What each call does, in a sentence for a reader who looks for it: by method and path behind the product's prefix.

A row is for every version of a call ("/v2/balance" finds "/balance"). Calls of products that no account of a venue has
say so, and what always answers them; which they are follows from the wire facts.
"""

import re
from typing import Final

from perpit.binance.openapi_answers import fact_of
from perpit.binance.openapi_errors import FOREIGN
from perpit.binance.route import Route
from perpit.binance.wire_facts import FOREIGN_SCOPES

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
    "GET/constituents": "Read the sources of an index, with their weights and prices.",
    "GET/indexInfo": "Read which assets composite indexes are made of, and in which parts.",
    "GET/apiTradingStatus": "Read how an account's orders stand against the exchange's rules of good trading.",
    # statistics
    "GET/futures/data/openInterestHist": "Read how much was held, and what it was worth, period by period.",
    "GET/futures/data/topLongShortPositionRatio": "Read what top traders held long against short, period by period.",
    "GET/futures/data/topLongShortAccountRatio": "Read how many top traders were long against short, period by period.",
    "GET/futures/data/globalLongShortAccountRatio": "Read how many accounts were long against short, period by period.",
    "GET/futures/data/takerlongshortRatio": "Read what takers bought against what they sold, period by period.",
    "GET/futures/data/takerBuySellVol": "Read what takers bought and sold, in contracts and in coin, period by period.",
    "GET/futures/data/basis": "Read how far futures prices were from the index price, period by period.",
    "GET/futures/data/delivery-price": "Read what the delivered quarters of a pair were settled at.",
    # beside the futures API
    "GET/openapi.json": "Read this description of the calls, as OpenAPI 3.1.",
    "GET/asyncapi.json": "Read the description of streams and WebSocket API, as AsyncAPI 3.0.",
    "GET/api/ping": "Find out whether the venue answers, as clients of the spot API do.",
    "GET/api/time": "Read the venue's clock, as clients of the spot API do.",
    "GET/api/exchangeInfo": "Read the spot symbols: there are none.",
    "GET/dapi/symbolConfig": "Read an empty list: the exchange has no such call of COIN-M, and clients make it.",
    "GET/sapi/system/status": "Find out whether the exchange is under maintenance: it never is.",
    "GET/sapi/account/apiRestrictions": "Read what the key may do.",
    "GET/sapi/capital/config/getall": "Read the coins of the spot wallet: there are none.",
    "GET/sapi/asset/tradeFee": "Read the fees of spot pairs: there are none.",
    "GET/sapi/margin/allPairs": "Read the pairs of cross margin trading: there are none.",
    "GET/sapi/margin/isolated/allPairs": "Read the pairs of isolated margin trading: there are none.",
    # products that are not here
    "GET/convert/exchangeInfo": "List what can be converted.",
    "POST/convert/getQuote": "Ask for a quote of one asset in another.",
    "POST/convert/acceptQuote": "Take a quote.",
    "GET/convert/orderStatus": "Read how a conversion stands.",
    "GET/pmAccountInfo": "Read the figures of a portfolio margin account.",
    "GET/pmExchangeInfo": "Read the symbols of portfolio margin.",
    "GET/income/asyn": "Order a report of income.",
    "GET/order/asyn": "Order a report of orders.",
    "GET/trade/asyn": "Order a report of fills.",
    "GET/income/asyn/id": "Fetch the link of a report of income.",
    "GET/order/asyn/id": "Fetch the link of a report of orders.",
    "GET/trade/asyn/id": "Fetch the link of a report of fills.",
    "GET/apiReferral/customization": "Read the ids that a partner gave its customers.",
    "POST/apiReferral/customization": "Give a customer of a partner an id.",
    "GET/apiReferral/userCustomization": "Read the id that a partner gave you.",
    "POST/apiReferral/userCustomization": "Take an id as the customer of a partner.",
    "GET/apiReferral/ifNewUser": "Find out whether an account is new to a partner.",
    "GET/apiReferral/overview": "Read a partner's rebates at a glance.",
    "GET/apiReferral/rebateVol": "Read a partner's rebates, day by day.",
    "GET/apiReferral/tradeVol": "Read what a partner's customers traded, day by day.",
    "GET/apiReferral/traderNum": "Read how many customers a partner has.",
    "GET/apiReferral/traderSummary": "Read what each customer of a partner traded.",
    "GET/lvtKlines": "Read candles of a leveraged token's net asset value.",
}


def does(route: Route) -> str:
    """What a call does; of a product that is not here, and what always answers it."""
    said = DOES[VERSION.sub("", route.place, count=1)]
    product = foreign_product(route)
    if not product:
        return said
    refusal = FOREIGN.get(route.place)
    answer = "Always an empty list." if refusal is None else f"Always refused with {refusal.code}."
    return f"Not here ({product}): {said[0].lower()}{said[1:]} {answer}"


def foreign_product(route: Route) -> str:
    """Which product a call belongs to that no account of a venue has; empty for all others."""
    fact = fact_of(route)
    return "" if fact is None else FOREIGN_SCOPES.get(fact.scope, "")
