"""unicorn-binance-rest-api and its local depth cache at work; started by `test_other_clients.py` in their own venv.

Prints one JSON object: what they saw. The cache is asked until it shows the bid that the last order made.
"""

import json
import os
import sys
import time

from unicorn_binance_local_depth_cache import BinanceLocalDepthCacheManager, DepthCacheOutOfSync
from unicorn_binance_rest_api import BinanceRestApiManager

rest, ws, key, secret = (os.environ[name] for name in ("REST", "WS", "KEY", "SECRET"))


def at(url: str) -> property:
    """The client sets its URLs as it is made, and asks for the time at once."""
    return property(lambda self: url, lambda self, official: None)


class VenueRest(BinanceRestApiManager):
    API_URL, MARGIN_API_URL = at(f"{rest}/api"), at(f"{rest}/sapi")
    FUTURES_URL, FUTURES_DATA_URL = at(f"{rest}/fapi"), at(f"{rest}/futures/data")
    FUTURES_COIN_URL = at(f"{rest}/dapi")


def made(**more: str) -> VenueRest:
    return VenueRest(exchange="binance.com-futures", warn_on_update=False, disable_colorama=True, **more)


client = made(api_key=key, api_secret=secret)
limit = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
saw: dict = {
    "mark": client.futures_mark_price(symbol="BTCUSDT")["markPrice"],
    "weight": client.get_used_weight()["weight"],
}
placed = client.futures_create_order(**limit, quantity=0.05, price=59900)
name = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
saw["asked"] = client.futures_get_order(**name)["price"]
saw["cancelled"] = client.futures_cancel_order(**name)["status"]
batch = json.dumps([{**limit, "quantity": "0.05", "price": "59800"}])
saw["batch"] = [row["status"] for row in client.futures_place_batch_order(batchOrders=batch)]
stop = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "stopPrice": 55000, "quantity": 0.05}
saw["stop"] = client.futures_create_order(**stop)["type"]
saw["open"] = [row["type"] for row in client.futures_get_open_orders(symbol="BTCUSDT")]
client.futures_cancel_all_open_orders(symbol="BTCUSDT")
client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.04)
rows = client.futures_position_information(symbol="BTCUSDT")
saw["position"] = [[row["entryPrice"], row["positionAmt"]] for row in rows]
saw["wallet"] = client.futures_account()["totalWalletBalance"]
saw["fees"] = [row["commission"] for row in client.futures_account_trades(symbol="BTCUSDT")]
saw["leverage"] = client.futures_change_leverage(symbol="BTCUSDT", leverage=10)["leverage"]
coin = {**limit, "symbol": "BTCUSD_PERP", "quantity": 1, "price": 59900}
saw["coin"] = client.futures_coin_create_order(**coin)["symbol"]
saw["coin open"] = len(client.futures_coin_get_open_orders(symbol="BTCUSD_PERP"))

cache = BinanceLocalDepthCacheManager(
    exchange="binance.com-futures", init_interval=0.1, ubra_manager=made(), warn_on_update=False
)
cache.ubwa.websocket_base_uri = f"{ws}/"
cache.create_depthcache(markets=["BTCUSDT"])
deadline, price, bids = time.monotonic() + 30, 59_500, []
while (not bids or bids[0][0] < 59_900) and time.monotonic() < deadline:
    client.futures_create_order(**limit, quantity=0.001, price=price)  # the cache begins with a diff
    price += 20
    time.sleep(0.25)
    try:
        bids = cache.get_bids("BTCUSDT", limit_count=5)
    except DepthCacheOutOfSync:
        continue
told = client.futures_order_book(symbol="BTCUSDT", limit=5)["bids"]
saw["cache"] = cache.get_bids("BTCUSDT", limit_count=5) == [[float(each) for each in row] for row in told]
print(json.dumps(saw))
sys.stdout.flush()
os._exit(0)  # its threads would wait for the end of the stream
