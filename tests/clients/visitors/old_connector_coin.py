"""binance-futures-connector on COIN-M, and both products in hedge mode; started by `test_other_clients.py`.

Prints one JSON object: what it saw.
"""

import json
import os
import queue
import sys

from binance.cm_futures import CMFutures
from binance.um_futures import UMFutures
from binance.websocket.cm_futures.websocket_client import CMFuturesWebsocketClient

rest, ws, key, secret = (os.environ[name] for name in ("REST", "WS", "KEY", "SECRET"))
coin = CMFutures(key=key, secret=secret, base_url=rest)
arrived: "queue.Queue[str]" = queue.Queue()
PERPETUAL = "BTCUSD_PERP"


def until(event: str) -> dict:
    while True:
        message = json.loads(arrived.get(timeout=15))
        if message.get("e") == event:
            return message


def held(client: object) -> list:
    rows = [row for row in client.get_position_risk() if float(row["positionAmt"])]
    return sorted([row["positionSide"], row["positionAmt"]] for row in rows)


saw: dict = {
    "symbols": [row["symbol"] for row in coin.exchange_info()["symbols"]],
    "bid": coin.depth(PERPETUAL, limit=5)["bids"][0],
    "mark": coin.mark_price(PERPETUAL)[0]["markPrice"],
}
streams = CMFuturesWebsocketClient(stream_url=ws, on_message=lambda _, message: arrived.put(message))
streams.user_data(listen_key=coin.new_listen_key()["listenKey"])
streams.partial_book_depth(symbol=PERPETUAL, level=5, speed=100)
saw["depth"] = until("depthUpdate")["b"][0][0]

limit = {"symbol": PERPETUAL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
placed = coin.new_order(**limit, quantity=1, price=59900)
saw["told"] = until("ORDER_TRADE_UPDATE")["o"]["x"]
name = {"symbol": PERPETUAL, "orderId": placed["orderId"]}
amended = coin.modify_order(**name, side="BUY", quantity=2, price=59890)
saw["modified"] = [amended["price"], amended["origQty"]]
saw["cancelled"] = coin.cancel_order(**name)["status"]
stop = coin.new_order(symbol=PERPETUAL, side="SELL", type="STOP_MARKET", stopPrice=55000, quantity=1)
saw["stop"] = [stop["type"], coin.get_orders(symbol=PERPETUAL)[0]["stopPrice"]]
saw["stop cancelled"] = coin.cancel_order(symbol=PERPETUAL, orderId=stop["orderId"])["status"]

coin.new_order(symbol=PERPETUAL, side="BUY", type="MARKET", quantity=3)
account = until("ACCOUNT_UPDATE")["a"]
saw["account"] = [account["m"], account["P"][0]["pa"]]
saw["position"] = held(coin)
coin.new_order(symbol=PERPETUAL, side="SELL", type="MARKET", quantity=3, reduceOnly="true")
saw["income"] = sorted(row["incomeType"] for row in coin.get_income_history())
saw["leverage"] = coin.change_leverage(symbol=PERPETUAL, leverage=9)["leverage"]

coin.change_position_mode(dualSidePosition="true")
coin.new_order(symbol=PERPETUAL, side="BUY", positionSide="LONG", type="MARKET", quantity=3)
coin.new_order(symbol=PERPETUAL, side="SELL", positionSide="SHORT", type="MARKET", quantity=1)
saw["hedge"] = held(coin)

linear = UMFutures(key=key, secret=secret, base_url=rest)
if not linear.get_position_mode()["dualSidePosition"]:  # it may be one for both products
    linear.change_position_mode(dualSidePosition="true")
linear.new_order(symbol="BTCUSDT", side="BUY", positionSide="LONG", type="MARKET", quantity=0.02)
linear.new_order(symbol="BTCUSDT", side="SELL", positionSide="SHORT", type="MARKET", quantity=0.01)
saw["linear hedge"] = held(linear)
closing = {"symbol": "BTCUSDT", "side": "SELL", "positionSide": "LONG"}
linear.new_order(**closing, type="STOP_MARKET", stopPrice=55000, closePosition="true")
linear.new_order(
    **closing, type="TAKE_PROFIT", timeInForce="GTC", stopPrice=65000, price=65000, quantity=0.01
)
waiting = linear.get_orders(symbol="BTCUSDT")
saw["linear stops"] = sorted([order["type"], order["stopPrice"], order["closePosition"]] for order in waiting)
linear.cancel_open_orders(symbol="BTCUSDT")
saw["linear open"] = linear.get_orders(symbol="BTCUSDT")
streams.stop()
json.dump(saw, sys.stdout)
