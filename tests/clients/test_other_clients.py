"""Python clients that want an environment of their own; they are installed and run only with PERPIT_LONG=1.

- binance-futures-connector, the older official client: its import name is that of python-binance;
- unicorn-binance-websocket-api: many streams over managed sockets; unicorn-binance-rest-api and its local depth cache;
- nautilus_trader: a live trading node with its Binance adapter;
- cryptofeed: market and user data over TLS.
"""

import contextlib
import json
import subprocess
from pathlib import Path

import pytest

from perpit.testing import ServedVenue
from tests.clients.signing import read
from tests.clients.venue import Operator, Scene
from tests.clients.visitor import Visitor, long_only, saw

pytestmark = long_only


def test_the_older_official_client_trades(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = Visitor(tmp_path, "binance-futures-connector>=4.1,<5")
    visitor.follow("binance-futures-connector", scene)
    seen = saw(visitor.start("old_connector.py", scene))
    assert int(seen.pop("weight")) > 0
    assert seen == {
        "symbols": ["BTCUSDT", "ETHUSDT"],
        "bid": "59990.00",
        "mark": "60000.00000000",
        "depth": "59990.00",
        "told": "NEW",
        "modified": "59910.00",
        "cancelled": "CANCELED",
        "batch": ["NEW", "NEW"],
        "open": [],
        "position": ["60010"],
        "wallet": "99998.79980000",
        "fees": ["1.20020000"],
        "leverage": 10,
        "refused": [400, -2019],
        "unknown": [400, -2011],
    }


def test_unicorn_hears_the_market_and_the_user(tmp_path: Path, scene: Scene) -> None:
    visitor = Visitor(tmp_path, "unicorn-binance-websocket-api>=2.16,<3")
    visitor.follow("unicorn-binance-websocket-api", scene)
    listen_key = read(scene.by_hand.http.post("/fapi/v1/listenKey"))["listenKey"]
    visit = visitor.start("unicorn.py", scene, LISTEN_KEY=listen_key)
    prices = iter(range(59_500, 59_990))
    while visit.poll() is None:
        scene.by_hand.rest_order("BUY", "0.001", str(next(prices)))
        try:
            visit.wait(0.25)
        except subprocess.TimeoutExpired:
            continue
    seen = saw(visit)
    assert seen["ticker"][0] == "BTCUSDT"
    assert seen["told"][0] == "NEW"
    assert 59_500 <= float(seen["told"][1]) < 59_990


def test_the_older_official_client_trades_coin_m_and_both_sides_of_a_hedge(
    tmp_path: Path, scene: Scene
) -> None:
    scene.lay_book()
    scene.lay_coin_book()
    visitor = Visitor(tmp_path, "binance-futures-connector>=4.1,<5")
    assert saw(visitor.start("old_connector_coin.py", scene)) == {
        "symbols": ["BTCUSD_PERP"],
        "bid": ["59990.0", "100"],
        "mark": "60000.00000000",
        "depth": "59990.0",
        "told": "NEW",
        "modified": ["59890.0", "2"],
        "cancelled": "CANCELED",
        "stop": ["STOP_MARKET", "55000.0"],
        "stop cancelled": "CANCELED",
        "account": ["ORDER", "3"],
        "position": [["BOTH", "3"]],
        "income": ["COMMISSION", "COMMISSION", "REALIZED_PNL", "TRANSFER"],
        "leverage": 9,
        "hedge": [["LONG", "3"], ["SHORT", "-1"]],
        "linear hedge": [["LONG", "0.020"], ["SHORT", "-0.010"]],
        "linear stops": [["STOP_MARKET", "55000.00", True], ["TAKE_PROFIT", "65000.00", False]],
        "linear open": [],
    }


def test_unicorn_trades_over_rest_and_keeps_a_depth_cache(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = Visitor(
        tmp_path,
        "unicorn-binance-rest-api>=2.12,<3",
        "unicorn-binance-websocket-api>=2.16,<3",
        "unicorn-binance-local-depth-cache>=2.14,<3",
    )
    seen = saw(visitor.start("unicorn_rest.py", scene))
    assert seen.pop("weight") > 0
    assert seen == {
        "mark": "60000.00000000",
        "asked": "59900.00",
        "cancelled": "CANCELED",
        "batch": ["NEW"],
        "stop": "STOP_MARKET",
        "open": ["LIMIT", "STOP_MARKET"],
        "position": [["60010", "0.040"]],
        "wallet": "99998.79980000",
        "fees": ["1.20020000"],
        "leverage": 10,
        "coin": "BTCUSD_PERP",
        "coin open": 1,
        "cache": True,
    }


def test_a_live_node_of_nautilus_trades(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = Visitor(tmp_path, "nautilus_trader>=1.221,<2")
    visitor.follow("nautilus_trader", scene)
    assert saw(visitor.start("nautilus.py", scene)) == {
        "happened": [
            "limit Accepted", "limit Updated", "limit Canceled",
            "market Accepted", "market Filled", "stop Accepted", "stop Canceled",
        ],
        "position": "0.040",
        "balance": "99998.79980000 USDT",
        "book": "59990.00",
    }  # fmt: skip


def test_cryptofeed_hears_the_market_and_the_user_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes `wss:` only; the certificate that the venue made for itself is trusted by a setting of the machine."""
    visitor = Visitor(tmp_path / "visitor", "cryptofeed>=2.4,<3")
    arguments = ("--market", "synthetic", "--seed", "7", "--no-limits", "--tls", "self-signed")
    home, symbols = str(tmp_path / "home"), "BTCUSDT,BTCUSD_PERP"
    with ServedVenue(*arguments, "--symbols", symbols, "--data", home) as venue:
        trusted = str(tmp_path / "home" / "tls_cert.pem")
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.setenv(name, trusted)
        with Operator(venue.ready) as operator:
            scene = Scene(operator)
            visitor.follow("cryptofeed", scene)
            visit = visitor.start("feed.py", scene)
            while visit.poll() is None:
                scene.by_hand.take("BUY", "0.001")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    visit.wait(0.5)
            printed, complained = visit.communicate()
            assert visit.returncode == 0, complained
            scene.by_hand.close()
            scene.maker.close()
    assert json.loads(printed.splitlines()[-1]) == [
        "balances", "candles", "coin l2", "coin trades", "funding", "l2", "order", "positions", "ticker", "trades",
    ]  # fmt: skip
