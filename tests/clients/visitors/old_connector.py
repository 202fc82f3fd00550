"""binance-futures-connector, the older official client, at work; started by `test_other_clients.py` in its own venv.

Prints one JSON object: what it saw.
"""

import json
import os
import queue
import sys

from binance.error import ClientError
from binance.um_futures import UMFutures
from binance.websocket.um_futures.websocket_client import UMFuturesWebsocketClient

rest, ws, key, secret = (os.environ[name] for name in ("REST", "WS", "KEY", "SECRET"))
client = UMFutures(key=key, secret=secret, base_url=rest, show_limit_usage=True)
arrived: "queue.Queue[str]" = queue.Queue()


def until(event: str) -> dict:
    while True:
        message = json.loads(arrived.get(timeout=15))
        if message.get("e") == event:
            return message


def code_of(call: object, **parameters: object) -> list:
    try:
        call(**parameters)
    except ClientError as refused:
        return [refused.status_code, refused.error_code]
    return []


saw: dict = {"weight": client.time()["limit_usage"]["x-mbx-used-weight-1m"]}
client.show_limit_usage = False
saw["symbols"] = [row["symbol"] for row in client.exchange_info()["symbols"]]
saw["bid"] = client.depth("BTCUSDT", limit=5)["bids"][0][0]
saw["mark"] = client.mark_price("BTCUSDT")["markPrice"]

streams = UMFuturesWebsocketClient(stream_url=ws, on_message=lambda _, message: arrived.put(message))
streams.user_data(listen_key=client.new_listen_key()["listenKey"])
streams.partial_book_depth(symbol="BTCUSDT", level=5, speed=100)
saw["depth"] = until("depthUpdate")["b"][0][0]

limit = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
placed = client.new_order(**limit, quantity=0.05, price=59900.0)
saw["told"] = until("ORDER_TRADE_UPDATE")["o"]["x"]
name = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
saw["modified"] = client.modify_order(**name, side="BUY", quantity=0.06, price=59910.0)["price"]
saw["cancelled"] = client.cancel_order(**name)["status"]
batch = [{**limit, "quantity": "0.01", "price": price} for price in ("59800", "59700")]
saw["batch"] = [row["status"] for row in client.new_batch_order(batch)]
client.cancel_open_orders(symbol="BTCUSDT")
saw["open"] = client.get_orders()
client.new_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.04)
saw["position"] = [row["entryPrice"] for row in client.get_position_risk(symbol="BTCUSDT")]
saw["wallet"] = client.account()["totalWalletBalance"]
saw["fees"] = [row["commission"] for row in client.get_account_trades(symbol="BTCUSDT")]
saw["leverage"] = client.change_leverage(symbol="BTCUSDT", leverage=10)["leverage"]
saw["refused"] = code_of(client.new_order, **limit, quantity=100, price=60000)
saw["unknown"] = code_of(client.cancel_order, symbol="BTCUSDT", orderId=999_999_999)
streams.stop()
json.dump(saw, sys.stdout)
