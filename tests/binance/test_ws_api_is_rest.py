"""The WebSocket API is REST by another way in: the same answers, the same refusals, the same state behind them."""

import random
from typing import Any

import pytest

from perpit.binance.ws_methods import METHODS, PATHS, methods_of
from perpit.domain.words import USDS_M
from tests.binance.caller import Caller
from tests.binance.test_refusals import ORDER_FAULTS, REQUEST_FAULTS
from tests.binance.ws_caller import ORDER, WsCaller

METHOD_OF = {(route.method, route.path): name for name, route in methods_of(USDS_M).items()}
SHARED_FAULTS = [row for row in REQUEST_FAULTS if row[:2] in METHOD_OF]
FAULTY_ORDERS = [
    # a parameter that is None is left out over REST, too
    {name: value for name, value in {**ORDER, **fault}.items() if value is not None}
    for fault, _code, _text in ORDER_FAULTS
]


@pytest.mark.parametrize("order", FAULTY_ORDERS)
async def test_a_bad_order_is_refused_as_over_rest(order: dict[str, Any]) -> None:
    ws = WsCaller()
    ws.caller.depth()
    assert (await ws.order(newClientOrderId="taken"))["status"] == 200
    before = ws.caller.state()
    reply = await ws.signed("order.place", **order)
    over_rest = await ws.caller.signed("POST", "/fapi/v1/order", **order)
    assert (reply["status"], reply["error"]) == (over_rest.status, over_rest.json)
    assert ws.caller.state() == before


@pytest.mark.parametrize(("method", "path", "params", "code"), SHARED_FAULTS)
async def test_a_bad_request_is_refused_as_over_rest(
    method: str, path: str, params: dict[str, Any], code: int
) -> None:
    ws = WsCaller()
    reply = await ws.signed(METHOD_OF[method, path], **params)
    over_rest = await ws.caller.signed(method, path, **params)
    assert (reply["status"], reply["error"]) == (over_rest.status, over_rest.json)
    assert over_rest.code == code


def test_every_method_is_served_by_a_route_of_its_product() -> None:
    for product in PATHS.values():
        routes = methods_of(product.market)
        assert routes.keys() == {method.name for method in METHODS[product.market]}
        assert all(route.product is product for route in routes.values())
    assert len(SHARED_FAULTS) > 10


@pytest.mark.parametrize("seed", range(5))
async def test_the_same_flow_over_either_way_leaves_the_same_state(seed: int) -> None:
    """Orders at random places, amended and cancelled by their client ids: every answer and the state are equal."""
    chance = random.Random(seed)
    ws, rest = WsCaller(Caller(limits=False)), Caller(limits=False)
    for caller in (ws.caller, rest):
        caller.depth()
    routes = methods_of(USDS_M)
    for number in range(120):
        name = chance.choice(("order.place", "order.place", "order.modify", "order.cancel", "order.status"))
        symbol = chance.choice(("BTCUSDT", "ETHUSDT"))
        side, price = (
            chance.choice(("BUY", "SELL")),
            chance.choice((59_000, 59_999.9, 60_000.1, 3_000, 2_990.5)),
        )
        quantity = chance.choice(("0.010", "0.5", "2", "0"))
        params: dict[str, Any] = {"symbol": symbol, "side": side, "quantity": quantity, "price": price}
        if name == "order.place":
            params |= {"type": "LIMIT", "timeInForce": chance.choice(("GTC", "IOC", "GTX", "FOK"))}
            params |= {"newClientOrderId": f"n{number}", "newOrderRespType": chance.choice(("ACK", "RESULT"))}
        else:
            params |= {"origClientOrderId": f"n{chance.randrange(number + 1)}"}
        for caller in (ws.caller, rest):
            caller.now_ms += 10
        reply = await ws.signed(name, **params)
        over_rest = await rest.signed(routes[name].method, routes[name].path, **params)
        answer = reply["result"] if reply["status"] == 200 else reply["error"]
        assert (reply["status"], answer) == (over_rest.status, over_rest.json), (name, params)
    assert ws.caller.state() == rest.state()
    for method in ("v2/account.status", "v2/account.position", "account.balance"):
        route = routes[method]
        assert (await ws.signed(method))["result"] == (await rest.signed(route.method, route.path)).json
