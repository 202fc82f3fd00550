"""cryptofeed at work, which speaks TLS only: market and user data of USDⓈ-M, market data of COIN-M; started by
`test_other_clients.py` in its own venv. Prints one JSON object: which of its callbacks were called, once all were.
"""

import asyncio
import dataclasses
import json
import os

from cryptofeed import FeedHandler
from cryptofeed.defines import BALANCES, CANDLES, FUNDING, L2_BOOK, ORDER_INFO, POSITIONS, TICKER, TRADES
from cryptofeed.exchanges import BinanceDelivery, BinanceFutures

rest, ws, key, secret = (os.environ[name] for name in ("REST", "WS", "KEY", "SECRET"))
wanted = {
    "l2",
    "trades",
    "ticker",
    "funding",
    "candles",
    "order",
    "balances",
    "positions",
    "coin l2",
    "coin trades",
}
seen: set = set()


def at(endpoints: list, address: str) -> list:
    return [dataclasses.replace(endpoint, address=address) for endpoint in endpoints]


class Linear(BinanceFutures):
    websocket_endpoints = at(BinanceFutures.websocket_endpoints, ws)
    rest_endpoints = at(BinanceFutures.rest_endpoints, rest)


class Inverse(BinanceDelivery):
    websocket_endpoints = at(BinanceDelivery.websocket_endpoints, ws)
    rest_endpoints = at(BinanceDelivery.rest_endpoints, rest)


def note(name: str) -> object:
    async def called(*_: object) -> None:
        seen.add(name)
        if seen >= wanted:
            print(json.dumps(sorted(seen)), flush=True)
            os._exit(0)

    return called


handler = FeedHandler()
asyncio.set_event_loop(asyncio.new_event_loop())
market = {L2_BOOK: note("l2"), TRADES: note("trades"), TICKER: note("ticker")}
market |= {FUNDING: note("funding"), CANDLES: note("candles")}
handler.add_feed(Linear(symbols=["BTC-USDT-PERP"], channels=list(market), callbacks=market))
inverse = {L2_BOOK: note("coin l2"), TRADES: note("coin trades")}
handler.add_feed(Inverse(symbols=["BTC-USD-PERP"], channels=list(inverse), callbacks=inverse))
user = {ORDER_INFO: note("order"), BALANCES: note("balances"), POSITIONS: note("positions")}
keys = {"binance_futures": {"key_id": key, "key_secret": secret}}
handler.add_feed(Linear(config=keys, symbols=["BTC-USDT-PERP"], channels=list(user), callbacks=user))
handler.run()
