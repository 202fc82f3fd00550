"""ccxt of years ago at work, with its stops as orders among others; started by `test_bots.py` in its own venv.

Prints one JSON object: what it saw of each product.
"""

import json
import os
import re

import ccxt

rest, key, secret = (os.environ[name] for name in ("REST", "KEY", "SECRET"))


def pointed(urls: object) -> object:
    if isinstance(urls, dict):
        return {name: pointed(url) for name, url in urls.items()}
    return re.sub("^https?://[^/]+", rest, urls)


def made(kind: type) -> ccxt.Exchange:
    settings = {"apiKey": key, "secret": secret, "options": {"fetchCurrencies": False}}
    return kind({**settings, "urls": {"api": pointed(kind().urls["api"])}})


def held(exchange: ccxt.Exchange, symbol: str) -> list:
    rows = exchange.fetch_positions([symbol])
    return [[row["side"], row["contracts"]] for row in rows if row["contracts"]]


def trade(exchange: ccxt.Exchange, symbol: str, amount: float) -> list:
    placed = exchange.create_order(symbol, "limit", "buy", amount, 59900)
    seen = [placed["status"], exchange.cancel_order(placed["id"], symbol)["status"]]
    exchange.create_order(symbol, "market", "buy", amount)
    exchange.create_order(
        symbol, "STOP_MARKET", "sell", amount, None, {"stopPrice": 55000, "reduceOnly": True}
    )
    exchange.create_order(symbol, "TAKE_PROFIT_MARKET", "sell", amount, None, {"stopPrice": 65000})
    seen.append([order["type"] for order in exchange.fetch_open_orders(symbol)])
    exchange.cancel_all_orders(symbol)
    seen.append(exchange.fetch_open_orders(symbol))
    seen += held(exchange, symbol)
    closed = exchange.create_order(symbol, "market", "sell", amount, None, {"reduceOnly": True})
    return [*seen, closed["status"]]


def refusal(ask: object) -> str:
    try:
        ask()
    except ccxt.BaseError as refused:
        return type(refused).__name__
    return "none"


linear, inverse = made(ccxt.binanceusdm), made(ccxt.binancecoinm)
perp = "BTC/USDT:USDT"
saw = {"linear": trade(linear, perp, 0.01), "inverse": trade(inverse, "BTC/USD:BTC", 1)}
saw["refused"] = [
    refusal(lambda: linear.cancel_order("77777", perp)),
    refusal(lambda: linear.create_order(perp, "limit", "buy", 900, 59000)),
]
linear.set_position_mode(True)
for side, name in (("buy", "LONG"), ("sell", "SHORT")):
    linear.create_order(perp, "market", side, 0.01, None, {"positionSide": name})
saw["hedge"] = sorted(side for side, _ in held(linear, perp))
print(json.dumps(saw))
