"""apiTradingStatus: how an account trades, in ratios of the last ten minutes."""

from typing import Any

from tests.binance.caller import Caller


async def indicators(caller: Caller, **params: Any) -> dict[str, dict[str, float]]:
    reply = await caller.signed("GET", "/fapi/v1/apiTradingStatus", **params)
    assert reply.status == 200, reply.json
    assert reply.json["updateTime"] == caller.now_ms
    rows = reply.json["indicators"]
    assert all(row["isLocked"] is False for symbol in rows.values() for row in symbol)
    return {symbol: {row["indicator"]: row["value"] for row in of} for symbol, of in rows.items()}


async def test_an_account_that_placed_nothing_has_only_its_own_indicator() -> None:
    assert await indicators(Caller()) == {"ACCOUNT": {"TMV": 0}}


async def test_the_ratios_are_of_value_and_of_orders() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(type="MARKET", price=None, timeInForce=None, quantity="0.030")  # 1800 of 1800
    order = await caller.order(quantity="0.020", price="59000")  # 0 of 1180, cancelled at once
    await caller.signed("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order.json["orderId"])
    late = await caller.order(quantity="0.020", price="59000")  # 0 of 1180, cancelled later
    caller.now_ms += 2_000
    await caller.signed("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=late.json["orderId"])
    await caller.order(timeInForce="IOC", quantity="0.010", price="59000")  # expires: 0 of 590
    await caller.order(timeInForce="IOC", quantity="0.010", price="60000")  # 600 of 600
    found = (await indicators(caller))["BTCUSDT"]
    assert found["UFR"] == int((1 - 2400 / 5350) * 1e6) / 1e6
    assert found["IFER"] == 0.5
    assert found["DR"] == 0
    # the market order is GTC, too
    assert found["GCR"] == 0.333333


async def test_what_is_older_than_ten_minutes_does_not_count() -> None:
    caller = Caller()
    await caller.order()
    caller.now_ms += 10 * 60_000
    assert "BTCUSDT" in await indicators(caller)
    caller.now_ms += 1
    assert await indicators(caller) == {"ACCOUNT": {"TMV": 0}}


async def test_one_symbol_can_be_asked_for() -> None:
    caller = Caller()
    await caller.order()
    await caller.order(symbol="ETHUSDT", price="2900", quantity="0.1")
    assert set(await indicators(caller)) == {"BTCUSDT", "ETHUSDT", "ACCOUNT"}
    assert set(await indicators(caller, symbol="ETHUSDT")) == {"ETHUSDT", "ACCOUNT"}
