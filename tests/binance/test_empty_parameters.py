"""Parameters that are sent without a value: refused, but for those that Go clients send with every request."""

import json
from typing import Any

import pytest

from tests.binance.caller import Caller
from tests.binance.ws_caller import WsCaller

BID = {
    **{"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"},
    **{"quantity": "0.01", "price": "59000", "newOrderRespType": ""},
}
STOP = {
    **{"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "BUY", "type": "STOP_MARKET"},
    **{"quantity": "0.01", "triggerPrice": "61000", "newOrderRespType": ""},
}


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/fapi/v1/order", BID, "NEW"),
        ("/dapi/v1/order", {**BID, "symbol": "BTCUSD_PERP", "quantity": "1"}, "NEW"),
        ("/fapi/v1/algoOrder", STOP, None),
    ],
)
async def test_an_order_with_an_empty_response_type_is_acknowledged(
    path: str, sent: dict[str, Any], status: str | None
) -> None:
    reply = await Caller().signed("POST", path, **sent)
    assert (reply.status, reply.json.get("status")) == (200, status)


async def test_an_order_of_a_batch_may_have_an_empty_response_type() -> None:
    caller = Caller()
    (order,) = (await caller.signed("POST", "/fapi/v1/batchOrders", batchOrders=json.dumps([BID]))).json
    assert order["status"] == "NEW"


async def test_an_order_over_the_websocket_api_may_have_an_empty_response_type() -> None:
    assert (await WsCaller().order(newOrderRespType=""))["result"]["status"] == "NEW"


async def test_all_forced_orders_are_listed_for_an_empty_kind() -> None:
    caller = Caller()
    assert (await caller.signed("GET", "/fapi/v1/forceOrders", autoCloseType="")).json == []


@pytest.mark.parametrize("name", ["price", "timeInForce", "newClientOrderId", "stopPrice", "positionSide"])
async def test_any_other_empty_parameter_is_refused(name: str) -> None:
    reply = await Caller().signed("POST", "/fapi/v1/order", **{**BID, name: ""})
    assert reply.json == {"code": -1105, "msg": f"Parameter '{name}' was empty."}


async def test_an_empty_response_type_hides_no_other_fault() -> None:
    caller = Caller()
    assert (await caller.order(newOrderRespType="", symbol="")).code == -1102
    assert (await caller.order(newOrderRespType="", side="UP")).code == -1117
