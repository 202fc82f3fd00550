"""Clients that want an environment of their own; they are installed and run only with PERPIT_LONG=1.

- binance-futures-connector, the older official client: its import name is that of python-binance.
- unicorn-binance-websocket-api: many streams over managed sockets.

What each does stands in `visitors/`; it is told where the venue is and prints what it saw.
"""

import json
import os
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.clients.signing import read
from tests.clients.venue import Scene

VISITORS = Path(__file__).parent / "visitors"
pytestmark = pytest.mark.skipif(
    not os.environ.get("PERPIT_LONG"), reason="installs other clients; PERPIT_LONG=1 runs it"
)


class Visitor:
    """A client in an environment of its own."""

    def __init__(self, requirement: str, home: Path) -> None:
        venv.create(home, with_pip=True)
        self.python = home / "bin" / "python"
        install = [
            self.python,
            "-m",
            "pip",
            "--no-input",
            "--disable-pip-version-check",
            "install",
            requirement,
        ]
        ended = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
        if ended.returncode != 0:
            pytest.skip(f"{requirement} cannot be installed here: {ended.stderr.strip().splitlines()[-1:]}")

    def start(self, script: str, scene: Scene, **more: str) -> "subprocess.Popen[str]":
        """The script at work, told where the venue is."""
        told = {
            "REST": scene.rest,
            "WS": scene.ws,
            "KEY": scene.trader.api_key,
            "SECRET": scene.trader.api_secret,
        }
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [self.python, VISITORS / script],
            env={**own, **told, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def saw(visit: "subprocess.Popen[str]") -> dict[str, Any]:
    """What a visitor printed at its end."""
    printed, complained = visit.communicate(timeout=60)
    assert visit.returncode == 0, complained
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return result


def test_the_older_official_client_trades(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = Visitor("binance-futures-connector>=4.1,<5", tmp_path)
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
    visitor = Visitor("unicorn-binance-websocket-api>=2.16,<3", tmp_path)
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
