"""pybotters at work, whose stores of orders, positions and a book follow a socket; started by `test_bots.py`
in its own venv. Prints one JSON object: what the stores showed.
"""

import asyncio
import json
import os

import pybotters
from pybotters.auth import Auth, Hosts, Item

rest, ws, key, secret = (os.environ[name] for name in ("REST", "WS", "KEY", "SECRET"))
Hosts.items[rest.split("/")[2].split(":")[0]] = Item("binance", Auth.binance)
limit = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.05"}


async def main() -> dict:
    store = pybotters.BinanceUSDSMDataStore()
    saw: dict = {}

    async def until(found: object) -> None:
        async with asyncio.timeout(15):
            while not found():
                await store.wait()

    async with pybotters.Client(apis={"binance": [key, secret]}, base_url=rest) as client:

        async def call(method: str, path: str, **data: str) -> object:
            return await (await client.request(method, path, data=data)).json()

        await store.initialize(
            client.post("/fapi/v1/listenKey"),
            client.get("/fapi/v1/openOrders"),
            client.get("/fapi/v2/balance"),
            client.get("/fapi/v2/positionRisk"),
            client.get("/fapi/v1/klines", params={"symbol": "BTCUSDT", "interval": "1m"}),
        )
        params = ["btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@markPrice@1s", store.listenkey]
        subscribe = {"method": "SUBSCRIBE", "params": params, "id": 1}
        await client.ws_connect(f"{ws}/ws", send_json=subscribe, hdlr_json=store.onmessage)
        await store.initialize(client.get("/fapi/v1/depth", params={"symbol": "BTCUSDT", "limit": 1000}))
        await until(lambda: store.markprice.find())
        placed = await call("POST", "/fapi/v1/order", **limit, price="59995")
        name = {"symbol": "BTCUSDT", "orderId": str(placed["orderId"])}
        await until(lambda: store.order.find())
        await until(lambda: store.orderbook.sorted()["b"][1:])
        saw["order"] = [row["p"] for row in store.order.find()]
        saw["book"] = [row["p"] for row in store.orderbook.sorted()["b"]]
        saw["ticker"] = store.bookticker.find()[0]["s"]
        amended = await call("PUT", "/fapi/v1/order", **name, side="BUY", quantity="0.06", price="59996")
        saw["amended"] = amended["price"]
        saw["cancelled"] = (await call("DELETE", "/fapi/v1/order", **name))["status"]
        await until(lambda: not store.order.find())
        stop = {"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET"}
        placed = await call("POST", "/fapi/v1/algoOrder", **stop, quantity="0.05", triggerPrice="55000")
        saw["stop"] = placed["algoStatus"]
        saw["gone"] = (await call("DELETE", "/fapi/v1/algoOrder", algoId=str(placed["algoId"])))["msg"]
        await call("POST", "/fapi/v1/positionSide/dual", dualSidePosition="true")
        market = {"symbol": "BTCUSDT", "type": "MARKET"}
        await call("POST", "/fapi/v1/order", **market, side="BUY", positionSide="LONG", quantity="0.03")
        await call("POST", "/fapi/v1/order", **market, side="SELL", positionSide="SHORT", quantity="0.02")
        await until(lambda: [row["pa"] for row in store.position.find({"ps": "SHORT"})] == ["-0.020"])
        held = store.position.find({"s": "BTCUSDT"})
        saw["hedge"] = sorted([row["ps"], row["pa"]] for row in held if float(row["pa"]))
        saw["balance"] = store.balance.find({"a": "USDT"})[0]["wb"]
    return saw


print(json.dumps(asyncio.run(main())))
