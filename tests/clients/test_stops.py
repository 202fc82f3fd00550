"""Stops that fire, through unmodified clients: at the algo endpoints and in the older form, one-way and hedge mode."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.endpoints import binance_client, coin_sdk_rest, sdk_rest
from tests.clients.venue import Scene

PERP = "BTCUSD_PERP"


@contextlib.contextmanager
def fallen(scene: Scene, symbol: str) -> Iterator[None]:
    """The mark price at 59,890; at 60,000 again afterwards."""
    scene.operator.pin(symbol, "59890")
    try:
        yield
    finally:
        scene.operator.pin(symbol, "60000")


@pytest.mark.parametrize("side", ["BOTH", "LONG"])
def test_a_stop_of_the_official_sdk_fires_and_closes(scene: Scene, side: str) -> None:
    scene.lay_book()
    api = sdk_rest(scene.rest, scene.trader)
    if side == "LONG":
        api.change_position_mode(dual_side_position="true")
    name = {"symbol": "BTCUSDT", "position_side": side}
    api.new_order(**name, side="BUY", type="MARKET", quantity=0.04)
    stop = {"algo_type": "CONDITIONAL", "side": "SELL", "type": "STOP_MARKET", "working_type": "MARK_PRICE"}
    waiting = api.new_algo_order(**stop, **name, trigger_price=59900.0, close_position="true").data()
    assert waiting.algo_status == "NEW"
    with fallen(scene, "BTCUSDT"):
        gone = api.query_algo_order(algo_id=waiting.algo_id).data()
        assert gone.algo_status == "FINISHED"
        closing = api.query_order(symbol="BTCUSDT", order_id=int(gone.actual_order_id)).data()
        assert (closing.status, closing.executed_qty, closing.avg_price) == ("FILLED", "0.040", "59990.00000")
        assert api.position_information_v3(symbol="BTCUSDT").data() == []
        assert api.current_all_algo_open_orders().data() == []


@pytest.mark.parametrize("side", ["BOTH", "LONG"])
def test_a_stop_in_the_older_form_fires_and_closes_on_coin_m(scene: Scene, side: str) -> None:
    scene.lay_coin_book()
    api = coin_sdk_rest(scene.rest, scene.trader)
    if side == "LONG":
        api.change_position_mode(dual_side_position="true")
    name = {"symbol": PERP, "position_side": side}
    api.new_order(**name, side="BUY", type="MARKET", quantity=40)
    stop = {"side": "SELL", "type": "STOP_MARKET", "working_type": "MARK_PRICE", "close_position": "true"}
    waiting = api.new_order(**stop, **name, stop_price=59900.0).data()
    assert (waiting.status, waiting.type, waiting.stop_price) == ("NEW", "STOP_MARKET", "59900.0")
    with fallen(scene, PERP):
        gone = api.query_order(symbol=PERP, order_id=waiting.order_id).data()
        assert (gone.status, gone.orig_type, gone.executed_qty) == ("FILLED", "STOP_MARKET", "40")
        assert [row for row in api.position_information().data() if float(row.position_amt)] == []


async def test_python_binance_sends_stops_to_the_algo_endpoints_and_they_fire(scene: Scene) -> None:
    scene.lay_book()
    client = binance_client(scene.rest, scene.trader)
    client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.04)
    order: dict[str, Any] = {"symbol": "BTCUSDT", "side": "SELL", "workingType": "MARK_PRICE"}
    stop = client.futures_create_order(**order, type="STOP_MARKET", stopPrice=59900, closePosition="true")
    profit = client.futures_create_order(
        **order, type="TAKE_PROFIT", stopPrice=61000, price=61000, quantity=0.04, timeInForce="GTC",
        reduceOnly="true",
    )  # fmt: skip
    trail = client.futures_create_order(
        **order, type="TRAILING_STOP_MARKET", callbackRate=1, quantity=0.04, reduceOnly="true"
    )
    waiting = [each["algoId"] for each in client.futures_get_open_algo_orders(symbol="BTCUSDT")]
    assert waiting == [stop["algoId"], profit["algoId"], trail["algoId"]]
    with fallen(scene, "BTCUSDT"):
        assert client.futures_get_algo_order(algoId=stop["algoId"])["algoStatus"] == "FINISHED"
        assert client.futures_position_information(symbol="BTCUSDT") == []
    client.futures_cancel_all_algo_open_orders(symbol="BTCUSDT")
    assert client.futures_get_open_algo_orders(symbol="BTCUSDT") == []
    client.close_connection()
