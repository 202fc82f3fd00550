"""Conditional orders on the wire: the Algo service, the same at /order, countdowns, and what the account hears."""

from typing import Any

import pytest

from perpit.domain import words as w
from perpit.domain.commands import Advance, HouseDepth, HouseTrade, PlaceOrder
from tests.binance.caller import BTC, Caller
from tests.binance.floor import Floor
from tests.binance.test_routes import ALGO
from tests.binance.test_userdata import ear

LAST = 600_000  # ticks
FIRST = 2_000_000_000_000_001  # id of the Algo service


def tape(caller: Caller, ticks: int) -> None:
    caller.apply(HouseTrade(BTC, w.BUY, ticks, 1))


@pytest.mark.semantics("5.2.6", "5.9.1", "5.9.2", "5.9.9")
async def test_an_algo_order_is_placed_read_and_cancelled() -> None:
    caller = Caller()
    placed = (await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO, clientAlgoId="mine")).json
    assert (placed["algoId"], placed["clientAlgoId"], placed["algoStatus"]) == (FIRST, "mine", "NEW")
    assert (placed["orderType"], placed["triggerPrice"], placed["quantity"]) == (
        "STOP_MARKET",
        "61000.00",
        "0.010",
    )
    assert placed["actualOrderId"] == ""
    assert placed["selfTradePreventionMode"] == "NONE"
    by_name = (await caller.signed("GET", "/fapi/v1/algoOrder", clientAlgoId="mine")).json
    assert by_name == (await caller.signed("GET", "/fapi/v1/algoOrder", algoId=FIRST)).json == placed
    assert (await caller.signed("GET", "/fapi/v1/openAlgoOrders", symbol="ETHUSDT")).json == []
    assert (await caller.signed("GET", "/fapi/v1/openAlgoOrders")).json == [placed]
    cancelled = (await caller.signed("DELETE", "/fapi/v1/algoOrder", algoId=FIRST)).json
    assert cancelled == {"algoId": FIRST, "clientAlgoId": "mine", "code": "200", "msg": "success"}
    assert (await caller.signed("GET", "/fapi/v1/openAlgoOrders")).json == []
    (row,) = (await caller.signed("GET", "/fapi/v1/allAlgoOrders", symbol="BTCUSDT")).json
    assert (row["algoId"], row["algoStatus"]) == (FIRST, "CANCELED")


@pytest.mark.semantics("5.9.6")
async def test_a_fired_algo_order_names_the_order_that_it_became() -> None:
    caller = Caller()
    caller.depth()
    await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO, clientAlgoId="mine")
    tape(caller, 610_000)
    fired = (await caller.signed("GET", "/fapi/v1/algoOrder", clientAlgoId="mine")).json
    assert fired["algoStatus"] == "FINISHED"
    assert fired["actualType"] == "MARKET"
    order = (await caller.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId="mine")).json
    assert str(order["orderId"]) == fired["actualOrderId"]
    assert (order["type"], order["origType"], order["stopPrice"]) == ("MARKET", "STOP_MARKET", "61000.00")


@pytest.mark.parametrize("rate", ["0.12345", "0.123456789", "0.1234567890123456789012345678901234567"])
async def test_a_callback_rate_has_four_decimals_at_most(rate: str) -> None:
    caller = Caller()
    trailing = {**ALGO, "type": "TRAILING_STOP_MARKET", "triggerPrice": None, "callbackRate": rate}
    sent = {name: value for name, value in trailing.items() if value is not None}
    reply = await caller.signed("POST", "/fapi/v1/algoOrder", **sent)
    assert (reply.status, reply.code) == (400, -1130)


@pytest.mark.semantics("5.8.1")
async def test_order_takes_conditional_kinds_too() -> None:
    caller = Caller()
    caller.depth()
    sent: dict[str, Any] = {"type": "STOP", "stopPrice": "61000", "price": "61100", "timeInForce": None}
    placed = (await caller.order(side="BUY", newClientOrderId="stop", **sent)).json
    assert (placed["type"], placed["stopPrice"], placed["status"]) == ("STOP", "61000.00", "NEW")
    (listed,) = (await caller.signed("GET", "/fapi/v1/openOrders")).json
    assert (listed["orderId"], listed["type"]) == (placed["orderId"], "STOP")
    tape(caller, 610_000)
    row = (await caller.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=placed["orderId"])).json
    assert (row["type"], row["origType"], row["time"]) == ("LIMIT", "STOP", placed["updateTime"])


async def test_a_trailing_stop_shows_its_rate() -> None:
    caller = Caller()
    sent: dict[str, Any] = {"type": "TRAILING_STOP_MARKET", "price": None, "timeInForce": None}
    placed = (await caller.order(side="BUY", callbackRate="0.5", activationPrice="59000", **sent)).json
    assert (placed["priceRate"], placed["activatePrice"]) == ("0.5", "59000.00")
    trailing = {**ALGO, "type": "TRAILING_STOP_MARKET", "callbackRate": "1"}
    del trailing["triggerPrice"]
    algo = (await caller.signed("POST", "/fapi/v1/algoOrder", **trailing)).json
    assert (algo["callbackRate"], algo["algoStatus"]) == ("1.0", "NEW")


@pytest.mark.semantics("4.5.6")
async def test_close_position_shows_no_quantity_and_reduces_only() -> None:
    caller = Caller()
    sent: dict[str, Any] = {"type": "STOP_MARKET", "price": None, "timeInForce": None, "quantity": None}
    placed = (await caller.order(side="BUY", stopPrice="61000", closePosition="true", **sent)).json
    assert (placed["closePosition"], placed["reduceOnly"], placed["origQty"]) == (True, True, "0.000")
    again = await caller.order(side="BUY", stopPrice="62000", closePosition="true", **sent)
    assert again.code == -4130


@pytest.mark.semantics("5.4.4")
async def test_a_matched_price_is_the_price_of_the_order() -> None:
    caller = Caller()
    caller.depth()
    placed = (await caller.order(side="BUY", price=None, priceMatch="QUEUE")).json
    assert (placed["price"], placed["priceMatch"]) == ("59999.90", "QUEUE")
    sent = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    tested = (await caller.signed("POST", "/fapi/v1/order/test", **sent, priceMatch="QUEUE")).json
    assert tested["price"] == "59999.90"


@pytest.mark.semantics("5.3 gtd")
async def test_a_good_till_date_keeps_whole_seconds() -> None:
    caller = Caller()
    date_ms = caller.now_ms + 700_123
    placed = (await caller.order(timeInForce="GTD", goodTillDate=date_ms)).json
    assert (placed["timeInForce"], placed["goodTillDate"]) == ("GTD", date_ms // 1000 * 1000)


@pytest.mark.semantics("5.7.7")
async def test_a_countdown_cancels_the_orders_of_a_symbol() -> None:
    caller = Caller()
    await caller.order()
    reply = await caller.signed(
        "POST", "/fapi/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=120_000
    )
    assert reply.json == {"symbol": "BTCUSDT", "countdownTime": "120000"}
    assert reply.headers["x-mbx-used-weight"] == "10"
    caller.now_ms += 120_000
    caller.apply(Advance())
    assert (await caller.signed("GET", "/fapi/v1/openOrders")).json == []


def heard(listener: Any) -> list[str]:
    words = []
    for message in listener.messages():
        order = message.get("o", {})
        kind = {"ALGO_UPDATE": "ALGO", "ORDER_TRADE_UPDATE": "OTU"}.get(message["e"], message["e"])
        words.append(f"{kind} {order['X']}" if order else kind)
    return words


@pytest.mark.semantics("C16", "5.9.8")
def test_c16_a_stop_market_of_the_algo_service_tells_its_life() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    account_id = floor.world.account_ids["alice"]
    floor.do(HouseDepth(BTC, [], [], [LAST + 100, LAST + 110], [100, 100]))
    floor.do(
        PlaceOrder(
            account_id,
            BTC,
            "stop",
            w.BUY,
            w.STOP_MARKET,
            w.GTC,
            10,
            0,
            stop_price_ticks=LAST + 100,
            is_algo=True,
        )
    )
    floor.do(HouseTrade(BTC, w.BUY, LAST + 100, 1))
    assert heard(alice) == [
        "ALGO NEW",
        "ALGO TRIGGERING",
        "ALGO TRIGGERED",
        "OTU NEW",
        "TRADE_LITE",
        "ACCOUNT_UPDATE",
        "OTU FILLED",
        "ALGO FINISHED",
    ]


@pytest.mark.semantics("C20", "5.1 triggered", "5.9.12", "5.1.1")
def test_c20_an_ordinary_stop_expires_with_reason_8_and_is_new_again() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    account_id = floor.world.account_ids["alice"]
    stop = LAST + 100
    floor.do(PlaceOrder(account_id, BTC, "s", w.BUY, w.STOP, w.GTC, 10, LAST, stop_price_ticks=stop))
    floor.do(HouseTrade(BTC, w.BUY, stop, 1))
    orders = [message["o"] for message in alice.messages()]
    assert [(order["x"], order["X"], order["er"], order["o"], order["ot"]) for order in orders] == [
        ("NEW", "NEW", "0", "STOP", "STOP"),
        ("EXPIRED", "EXPIRED", "8", "STOP", "STOP"),
        ("NEW", "NEW", "0", "LIMIT", "STOP"),
    ]
    assert len({order["i"] for order in orders}) == 1


@pytest.mark.semantics("C19")
def test_c19_a_trailing_stop_tells_when_it_becomes_active() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    account_id = floor.world.account_ids["alice"]
    floor.do(
        PlaceOrder(
            account_id,
            BTC,
            "t",
            w.SELL,
            w.TRAILING_STOP_MARKET,
            w.GTC,
            10,
            0,
            activation_price_ticks=LAST + 100,
            callback_ppm=10_000,
            is_algo=True,
        )
    )
    floor.do(HouseTrade(BTC, w.BUY, LAST + 100, 1))
    updates = [message["o"] for message in alice.messages()]
    assert [(update["X"], update["ia"]) for update in updates] == [("NEW", False), ("NEW", True)]


@pytest.mark.semantics("C17", "5.9.5")
def test_c17_a_rejected_algo_order_says_why() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    account_id = floor.world.account_ids["alice"]
    stop = LAST + 100
    floor.do(
        PlaceOrder(
            account_id,
            BTC,
            "s",
            w.BUY,
            w.STOP_MARKET,
            w.GTC,
            10,
            0,
            True,
            stop_price_ticks=stop,
            is_algo=True,
        )
    )
    floor.do(HouseTrade(BTC, w.BUY, stop, 1))
    last = alice.messages()[-1]["o"]
    assert (last["X"], last["rm"]) == ("REJECTED", "ReduceOnly Order is rejected.")


async def test_no_order_of_a_symbol_has_the_id_of_another_that_waits() -> None:
    caller = Caller()
    waiting = (await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO)).json["algoId"]
    order = (await caller.order()).json["orderId"]
    assert order < 10**15 < waiting < 2**53, "bots keep both by symbol and id"
    assert (await caller.signed("GET", "/fapi/v1/algoOrder", algoId=order)).code == -2013
    assert (await caller.signed("DELETE", "/fapi/v1/algoOrder", algoId=order)).code == -2011
    assert (await caller.signed("DELETE", "/fapi/v1/algoOrder", algoId=0)).code == -1102
    rows = (await caller.signed("GET", "/fapi/v1/allAlgoOrders", symbol="BTCUSDT", algoId=1)).json
    assert [row["algoId"] for row in rows] == [waiting]
