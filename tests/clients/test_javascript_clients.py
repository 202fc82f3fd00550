"""Clients of the JavaScript world, unmodified but for their URLs; installed and run only with PERPIT_LONG=1.

- npm `binance` (tiagosiebler): many typed calls, its own reconnecting sockets, the WebSocket API;
- the official `@binance/derivatives-trading-usds-futures`, and the older official `@binance/futures-connector`;
- `node-binance-api` and `binance-api-node`, which send stops to the algo endpoints by themselves;
- `ccxt`.
"""

from pathlib import Path

from tests.clients.venue import Scene
from tests.clients.visitor import NodeVisitor, long_only, saw

pytestmark = long_only


def test_the_client_named_binance_trades_both_products_and_hears_of_it(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    scene.lay_coin_book()
    visitor = NodeVisitor(tmp_path, "binance@^3.6")
    visitor.follow("npm binance", scene)
    assert saw(visitor.start("tiagosiebler.js", scene)) == {
        "symbols": ["BTCUSDT", "ETHUSDT"],
        "bid": "59990.00",
        "streamed": ["BTCUSDT", "BTCUSDT", "BTCUSDT"],
        "told": "NEW",
        "amended": "59910.00",
        "cancelled": "CANCELED",
        "batch": ["NEW", "NEW"],
        "open": [],
        "refused": -2019,
        "olderStop": ["STOP_MARKET"],
        "stopTold": "NEW",
        "stops": ["55000.00"],
        "stopCancelled": "200",
        "hedge": [["LONG", "0.030"], ["SHORT", "-0.020"]],
        "account": "ORDER",
        "coinAmended": "59890.0",
        "coinCancelled": "CANCELED",
        "coinHeld": ["3"],
        "socket": ["NEW", "CANCELED"],
        "socketBid": "59990.00",
        "trades": 2,
    }


def test_the_official_sdk_for_javascript_trades_and_hears_of_it(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = NodeVisitor(tmp_path, "@binance/derivatives-trading-usds-futures@>=38 <39")
    visitor.follow("npm @binance/derivatives-trading-usds-futures", scene)
    seen = saw(visitor.start("official.js", scene))
    assert seen == {
        "mark": "60000.00000000",
        "told": "NEW",
        "depth": "59900.00",
        "amended": "59910.00",
        "cancelled": "CANCELED",
        "batch": ["NEW"],
        "stop": "NEW",
        "stopCancelled": "success",
        "stopTold": "NEW",
        "bought": ["FILLED", "60010.00000"],
        "hedge": [["LONG", "0.030"], ["SHORT", "-0.020"]],
        "refused": "Order's position side does not match user's setting.",
        "socket": ["NEW", "CANCELED", ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]],
        "wallet": "99998.49995000",
    }


def test_the_older_official_client_for_javascript_trades_both_products(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    scene.lay_coin_book()
    visitor = NodeVisitor(tmp_path, "@binance/futures-connector@^0.1")
    visitor.follow("npm @binance/futures-connector", scene)
    assert saw(visitor.start("older_official.js", scene)) == {
        "mark": "60000.00000000",
        "told": "NEW",
        "depth": "BTCUSDT",
        "amended": "59910.00",
        "cancelled": "CANCELED",
        "batch": ["NEW"],
        "stop": "STOP_MARKET",
        "open": ["LIMIT", "STOP_MARKET"],
        "coin": ["NEW", "CANCELED", "3"],
        "hedge": [["LONG", "0.030"], ["SHORT", "-0.020"]],
        "wallet": "99998.49995000",
        "refused": -4061,
    }


def test_node_binance_api_trades_and_places_stops(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = NodeVisitor(tmp_path, "node-binance-api@^1.0")
    visitor.follow("npm node-binance-api", scene)
    assert saw(visitor.start("node_binance_api.mjs", scene)) == {
        "symbols": ["BTCUSDT", "ETHUSDT"],
        "bid": "59990.00",
        "quote": ["BTCUSDT"],
        "mark": "60000.00000000",
        "asked": "59900.00",
        "cancelled": "CANCELED",
        "stops": ["55000.00"],
        "stopCancelled": "success",
        "trail": "TRAILING_STOP_MARKET",
        "bought": "60010.00000",
        "position": [["BOTH", "0.040"]],
        "wallet": "99998.79980000",
        "leverage": 15,
        "dual": True,
        "hedge": [["LONG", "0.010"], ["SHORT", "-0.010"]],
        "coin": ["BTCUSD_PERP"],
        "coinMark": "60000.00000000",
    }


def test_binance_api_node_trades_and_hears_of_it(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = NodeVisitor(tmp_path, "binance-api-node@^0.13")
    visitor.follow("npm binance-api-node", scene)
    assert saw(visitor.start("binance_api_node.js", scene)) == {
        "bid": "59990.00",
        "told": "BTCUSDT",
        "depth": "BTCUSDT",
        "amended": "59910.00",
        "cancelled": "CANCELED",
        "stop": "NEW",
        "stops": 1,
        "modes": [-4067, True],
        "hedge": [["LONG", "0.030"], ["SHORT", "-0.020"]],
        "wallet": "99998.49995000",
        "coin": [["BTC", "1.00000000"]],
    }


def test_ccxt_for_javascript_trades_both_products(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    scene.lay_coin_book()
    visitor = NodeVisitor(tmp_path, "ccxt@^4.5")
    visitor.follow("ccxt for JavaScript", scene)
    assert saw(visitor.start("ccxt.mjs", scene)) == {
        "symbols": ["BTC/USDT:USDT", "ETH/USDT:USDT"],
        "linear": ["open", 59890, 0.02, "canceled", [55000], [["long", 0.01]]],
        "socket": ["open", "canceled"],
        "total": 99999.59995,
        "inverse": ["open", 59890, 2, "canceled", [55000], [["long", 1]]],
    }
