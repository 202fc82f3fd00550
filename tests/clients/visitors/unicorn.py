"""unicorn-binance-websocket-api at work; started by `test_other_clients.py` in its own venv.

Prints one JSON object: a market message and what was told on the listen key.
"""

import json
import os
import sys
import time

from unicorn_binance_websocket_api import BinanceWebSocketApiManager

ws, listen_key = os.environ["WS"], os.environ["LISTEN_KEY"]
manager = BinanceWebSocketApiManager(
    exchange="binance.com-futures",
    websocket_base_uri=f"{ws}/",
    warn_on_update=False,
    output_default="dict",
)


def until(stream: str, event: str) -> dict:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        message = manager.pop_stream_data_from_stream_buffer(stream)
        if message and message.get("data", message).get("e") == event:
            return message.get("data", message)
        if not message:
            time.sleep(0.01)
    raise SystemExit(f"no {event} on {stream}")


manager.create_stream(["bookTicker"], ["btcusdt"], stream_buffer_name="market")
ticker = until("market", "bookTicker")
manager.create_stream("arr", "!userData", listen_key=listen_key, stream_buffer_name="user")
print("ready", flush=True)
told = until("user", "ORDER_TRADE_UPDATE")
manager.stop_manager()
json.dump({"ticker": [ticker["s"], ticker["b"]], "told": [told["o"]["x"], told["o"]["p"]]}, sys.stdout)
