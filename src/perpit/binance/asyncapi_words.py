"""What each kind of stream pushes and each method of a session does, in a sentence for a reader who looks for it."""

from typing import Final

from perpit.binance.ws_methods import LOGON, LOGOUT, STATUS

PUSHES: Final = {
    "aggTrade": "Trades, put together by price and the taker's side, every 100 ms.",
    "trade": "Every trade, as it happens.",
    "depth": "What changed in the book: every 250 ms, or at the speed in the name.",
    "partial": "The best levels of the book, whole: every 250 ms, or at the speed in the name.",
    "rpiDepth": "What changed in the book with retail price improvement orders in it, every 500 ms.",
    "bookTicker": "Best bid and ask of a symbol, at every change.",
    "!bookTicker": "Best bid and ask of every symbol that changed, every five seconds.",
    "markPrice": "Mark price, index price and funding rate: every three seconds, or every second.",
    "!markPrice": "Mark price, index price and funding rate of every symbol: every three seconds, or every second.",
    "indexPrice": "The index price of a pair: every three seconds, or every second.",
    "kline": "The candle of a symbol that is forming, every 250 ms while there are trades.",
    "continuousKline": "The candle that is forming of a pair's contract of a type, whichever it is at the time.",
    "indexPriceKline": "The candle of a pair's index price that is forming, every 250 ms.",
    "markPriceKline": "The candle of a symbol's mark price that is forming, every 250 ms.",
    "ticker": "The statistics of the last 24 hours of a symbol.",
    "miniTicker": "Open, high, low, close and volume of the last 24 hours of a symbol.",
    "!ticker": "The statistics of the last 24 hours of every symbol that changed, every second.",
    "!miniTicker": "Open, high, low, close and volume of every symbol that changed, every second.",
    "assetIndex": "Index price, buffers and rates of a margin asset, every second.",
    "!assetIndex": "Index price, buffers and rates of every margin asset, every second.",
    "!contractInfo": "That a contract is listed, or that its terms or its status changed.",
    "forceOrder": "Liquidations of a symbol, at most one a second.",
    "!forceOrder": "Liquidations of every symbol, of each at most one a second.",
    "compositeIndex": "What a composite index is made of, every second.",
    "tradingSession": "Which session each market is in that is not always open, every second.",
}
USER_DATA: Final = "What happens to an account: its orders, positions, balances and settings."
SESSION: Final = {
    LOGON: "Log on with an Ed25519 key: what comes after on this connection needs no signature.",
    STATUS: "Read who is logged on on this connection.",
    LOGOUT: "Log off: what comes after is signed again, each request by itself.",
}
