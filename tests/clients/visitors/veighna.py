"""VeighNa's gateways for both products (vnpy_binance) at work; started by `test_bots.py` in their own venv.

They place and cancel over the WebSocket API and hear of it on a listen key. Prints one JSON object: what they heard.
"""

import json
import os
import time
from collections import defaultdict

from vnpy.event import EventEngine
from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.event import (
    EVENT_ACCOUNT,
    EVENT_CONTRACT,
    EVENT_ORDER,
    EVENT_POSITION,
    EVENT_TICK,
    EVENT_TRADE,
)
from vnpy.trader.object import OrderRequest, SubscribeRequest
from vnpy_binance import BinanceInverseGateway, BinanceLinearGateway, inverse_gateway, linear_gateway

rest, ws, key, secret = (os.environ[name] for name in ("REST", "WS", "KEY", "SECRET"))
for module, trade in ((linear_gateway, "/ws-fapi/v1"), (inverse_gateway, "/ws-dapi/v1")):
    module.REAL_REST_HOST = rest
    module.REAL_TRADE_HOST = ws + trade
    for name, path in (("USER", "/private/ws"), ("PUBLIC", "/public/stream"), ("MARKET", "/market/stream")):
        setattr(module, f"REAL_{name}_HOST", ws + path)
inverse_gateway.REAL_USER_HOST = f"{ws}/ws/"
inverse_gateway.REAL_DATA_HOST = f"{ws}/stream"

heard: defaultdict = defaultdict(list)
engine = EventEngine()
for kind in (EVENT_ACCOUNT, EVENT_CONTRACT, EVENT_ORDER, EVENT_POSITION, EVENT_TICK, EVENT_TRADE):
    engine.register(kind, lambda event: heard[event.type].append(event.data))
engine.start()


def until(found: object) -> None:
    deadline = time.monotonic() + 25
    while not found():
        if time.monotonic() > deadline:
            raise SystemExit(f"not heard: {dict(heard)}"[:3_000])
        time.sleep(0.02)


def play(gateway: object, symbol: str, volume: float) -> dict:
    heard.clear()
    setting = {"API Key": key, "API Secret": secret, "Server": "REAL"}
    gateway.connect({**setting, "Kline Stream": "False", "Proxy Host": "", "Proxy Port": 0})
    until(lambda: heard[EVENT_CONTRACT] and heard[EVENT_ACCOUNT])
    gateway.subscribe(SubscribeRequest(symbol=symbol, exchange=Exchange.GLOBAL))

    def send(kind: OrderType, price: float) -> str:
        named = {"symbol": symbol, "exchange": Exchange.GLOBAL, "direction": Direction.LONG}
        return gateway.send_order(OrderRequest(**named, type=kind, volume=volume, price=price))

    def statuses(order: str) -> list:
        return [each.status.name for each in heard[EVENT_ORDER] if each.vt_orderid == order]

    sent: list = []

    def resting() -> list:
        return [
            each for each in heard[EVENT_ORDER] if each.vt_orderid in sent and each.status.name == "NOTTRADED"
        ]

    def tried() -> bool:
        """Its sockets open when they do; what was sent before is lost."""
        sent.append(send(OrderType.LIMIT, 59_900))
        time.sleep(0.3)
        return bool(resting())

    until(tried)
    early = resting()[0].vt_orderid
    gateway.cancel_order(resting()[0].create_cancel_request())
    until(lambda: "CANCELLED" in statuses(early))
    bought = send(OrderType.MARKET, 0)
    until(lambda: "ALLTRADED" in statuses(bought) and heard[EVENT_TRADE])
    until(lambda: any(each.symbol == symbol and each.volume for each in heard[EVENT_POSITION]))
    until(lambda: any(each.bid_price_1 for each in heard[EVENT_TICK]))
    return {
        "limit": statuses(early)[-1],
        "fills": [[each.price, each.volume] for each in heard[EVENT_TRADE]],
        "position": heard[EVENT_POSITION][-1].volume,
        "bid": heard[EVENT_TICK][-1].bid_price_1,
    }


saw = {"linear": play(BinanceLinearGateway(engine, "LINEAR"), "BTCUSDT_SWAP_BINANCE", 0.02)}
saw["inverse"] = play(BinanceInverseGateway(engine, "INVERSE"), "BTCUSD_SWAP_BINANCE", 2)
print(json.dumps(saw), flush=True)
os._exit(0)  # its threads would go on
