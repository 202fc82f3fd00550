"""Bots and frameworks, unmodified but for their URLs; installed and run only with PERPIT_LONG=1.

- freqtrade: a live bot, isolated, with its stops on the exchange;
- VeighNa (vnpy_binance): the gateways of both products, which trade over the WebSocket API;
- pybotters: stores that follow a socket;
- ccxt of years ago, as bots pin it.
"""

import contextlib
import subprocess
from pathlib import Path

import pytest

from tests.clients.page import pointed
from tests.clients.venue import Counterparty, Scene
from tests.clients.visitor import Visitor, long_only, saw

pytestmark = long_only


def test_freqtrade_is_stopped_out_and_told_to_leave(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    other = scene.operator.account()
    seller = Counterparty(scene.rest, other.api_key, other.api_secret)
    visitor = Visitor(tmp_path, "freqtrade>=2026.9,<2028")
    shown = pointed("freqtrade", scene.rest, scene.trader)
    visit = visitor.start("freqtrade_bot.py", scene, SHOWN=shown)
    stops: list[str] = []
    while visit.poll() is None:
        if not stops:
            stops = [row["triggerPrice"] for row in scene.by_hand.get("/fapi/v1/openAlgoOrders")]
            if stops:
                seller.take("SELL", "0.001")  # a print below the stop
        with contextlib.suppress(subprocess.TimeoutExpired):
            visit.wait(0.3)
    seller.close()
    assert stops == ["59992.00"]
    assert saw(visit) == {
        "trades": [[5.0, 59990.0, "stoploss_on_exchange"], [3.0, 60010.0, "force_exit"]],
        "orders": [
            *(["buy", "closed"], ["stoploss", "closed"]),
            *(["sell", "closed"], ["stoploss", "canceled"], ["buy", "closed"]),
        ],
        "tiers": 12,
        "liquidation": True,
        "complaints": [],
    }


def test_the_gateways_of_veighna_trade_both_products(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    scene.lay_coin_book()
    visitor = Visitor(tmp_path, "vnpy>=4.5,<5", "vnpy_binance>=2026.8.5,<2028")
    visitor.follow("VeighNa", scene)
    bought = {"limit": "CANCELLED", "bid": 59990.0}
    assert saw(visitor.start("veighna.py", scene)) == {
        "linear": {**bought, "fills": [[60010.0, 0.02]], "position": 0.02},
        "inverse": {**bought, "fills": [[60010.0, 2.0]], "position": 2},
    }


def test_the_stores_of_pybotters_follow_orders_positions_and_the_book(tmp_path: Path, scene: Scene) -> None:
    scene.lay_book()
    visitor = Visitor(tmp_path, "pybotters>=1.11,<2")
    visitor.follow("pybotters", scene)
    assert saw(visitor.start("pybotters_stores.py", scene)) == {
        "order": ["59995.00"],
        "book": ["59995.00", "59990.00"],
        "ticker": "BTCUSDT",
        "amended": "59996.00",
        "cancelled": "CANCELED",
        "stop": "NEW",
        "gone": "success",
        "hedge": [["LONG", "0.030"], ["SHORT", "-0.020"]],
        "balance": "99998.49995",
    }


@pytest.mark.parametrize(
    ("version", "too_much"),
    [
        ("2.9.16", "InsufficientFunds"),
        ("4.2.100", "ExchangeError"),
    ],  # the latter tells at the official host only
)
def test_ccxt_of_years_ago_trades_both_products(
    tmp_path: Path, scene: Scene, version: str, too_much: str
) -> None:
    scene.lay_book()
    scene.lay_coin_book()
    visitor = Visitor(tmp_path, f"ccxt=={version}", "setuptools<80")
    stops = ["stop_market", "take_profit_market"]
    assert saw(visitor.start("older_ccxt.py", scene)) == {
        "linear": ["open", "canceled", stops, [], ["long", 0.01], "closed"],
        "inverse": ["open", "canceled", stops, [], ["long", 1.0], "closed"],
        "refused": ["OrderNotFound", too_much],
        "hedge": ["long", "short"],
    }
