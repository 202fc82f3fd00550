"""Orders over the wire: placing, amending, cancelling, batches, reading them back."""

import json
from asyncio import Future
from typing import Any

import msgspec
import pytest

from perpit.binance import errors, orders, trade
from perpit.binance.profiles import UNION
from perpit.domain.commands import AmendOrder, CancelOrder, Command, HouseTrade, PlaceOrder
from perpit.domain.events import Event
from perpit.domain.words import BUY, GTC, LIMIT, SELL
from tests.binance.caller import BTC, PRICE, Caller
from tests.instruments import btcusdt

ORDER = "/fapi/v1/order"
BATCH = "/fapi/v1/batchOrders"
DAY = 86_400_000


@pytest.mark.semantics("5.2.4", "5.2.6")
async def test_a_resting_order_is_acknowledged_as_new() -> None:
    caller = Caller()
    reply = await caller.order(newClientOrderId="x-mine:1/2.3_4")
    assert reply.json == {
        "orderId": 1,
        "symbol": "BTCUSDT",
        "status": "NEW",
        "clientOrderId": "x-mine:1/2.3_4",
        "price": "59000.00",
        "avgPrice": "0.00000",
        "origQty": "0.010",
        "executedQty": "0.000",
        "cumQty": "0.000",
        "cumQuote": "0.00000",
        "timeInForce": "GTC",
        "type": "LIMIT",
        "reduceOnly": False,
        "closePosition": False,
        "side": "BUY",
        "positionSide": "BOTH",
        "stopPrice": "0.00",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": "LIMIT",
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "updateTime": caller.now_ms,
    }


@pytest.mark.semantics("5.2.3")
async def test_ack_shows_nothing_executed_and_result_shows_the_outcome() -> None:
    caller = Caller()
    caller.depth()
    market = {"type": "MARKET", "price": None, "timeInForce": None, "quantity": "1.5"}
    ack = (await caller.order(**market)).json
    assert (ack["status"], ack["executedQty"], ack["avgPrice"]) == ("NEW", "0.000", "0.00000")
    caller.depth()
    result = (await caller.order(**market, newOrderRespType="RESULT")).json
    assert (result["status"], result["executedQty"]) == ("FILLED", "1.500")
    assert (result["avgPrice"], result["cumQuote"]) == ("60000.03333", "90000.05000")


@pytest.mark.semantics("5.2.3")
async def test_an_unfilled_ioc_order_comes_back_expired() -> None:
    caller = Caller()
    result = (await caller.order(timeInForce="IOC", newOrderRespType="RESULT")).json
    assert (result["status"], result["executedQty"]) == ("EXPIRED", "0.000")


@pytest.mark.semantics("5.1.4")
async def test_an_order_without_a_client_id_gets_one() -> None:
    caller = Caller()
    first, second = [(await caller.order()).json["clientOrderId"] for _ in range(2)]
    assert len(first) == 22
    assert first.isalnum()
    assert first != second
    assert len({orders.made_client_order_id() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("text", ["59000", "59000.0", "59000.10", "059000.1000000000", "59000."])
async def test_a_decimal_may_be_written_in_any_plain_way(text: str) -> None:
    caller = Caller()
    assert (await caller.order(price=text)).json["price"] in ("59000.00", "59000.10")


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
async def test_booleans_come_in_any_case(word: str) -> None:
    caller = Caller()
    caller.depth()
    await caller.order(type="MARKET", price=None, timeInForce=None)
    reply = await caller.order(side="SELL", price="61000", reduceOnly=word)
    assert reply.json["reduceOnly"] is True


@pytest.mark.semantics("5.7.6")
async def test_an_order_is_found_by_either_id_and_the_order_id_wins() -> None:
    caller = Caller()
    await caller.order(newClientOrderId="one")
    await caller.order(newClientOrderId="two", price="58000")
    for params in ({"orderId": 2}, {"origClientOrderId": "two"}, {"orderId": 2, "origClientOrderId": "one"}):
        reply = await caller.signed("GET", ORDER, symbol="BTCUSDT", **params)
        assert reply.json["orderId"] == 2
        assert reply.json["time"] == caller.now_ms
        assert (
            await caller.signed("GET", "/fapi/v1/openOrder", symbol="BTCUSDT", **params)
        ).json == reply.json


@pytest.mark.semantics("5.7.5")
async def test_cancelling_answers_the_cancelled_order_once() -> None:
    caller = Caller()
    await caller.order(newClientOrderId="one")
    await caller.order(newClientOrderId="two")
    reply = await caller.signed("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="one")
    assert (reply.json["orderId"], reply.json["status"]) == (1, "CANCELED")
    reply = await caller.signed("DELETE", ORDER, symbol="BTCUSDT", orderId=1)
    assert reply.json == {"code": -2011, "msg": "Unknown order sent."}
    reply = await caller.signed("DELETE", ORDER, symbol="BTCUSDT", orderId=2)
    assert reply.json["orderId"] == 2
    assert (await caller.signed("GET", ORDER, symbol="BTCUSDT", orderId=2)).json["status"] == "CANCELED"
    assert (await caller.signed("GET", "/fapi/v1/openOrder", symbol="BTCUSDT", orderId=2)).code == -2013


@pytest.mark.semantics("5.6.3", "5.6.7")
async def test_an_amendment_answers_the_new_price_and_quantity() -> None:
    caller = Caller()
    await caller.order(newClientOrderId="one")
    change = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.020", "price": "58999.9"}
    reply = await caller.signed("PUT", ORDER, **change, origClientOrderId="one", modifyId=7)
    assert reply.json["price"] == "58999.90"
    assert (reply.json["origQty"], reply.json["status"], reply.json["modifyId"]) == ("0.020", "NEW", 7)
    assert (await caller.signed("PUT", ORDER, **change, orderId=1)).code == -5027
    assert (await caller.signed("PUT", ORDER, **{**change, "side": "SELL"}, orderId=1)).code == -1117
    assert (await caller.signed("PUT", ORDER, **{**change, "quantity": "0.0001"}, orderId=1)).code == -1111
    assert (await caller.signed("PUT", ORDER, **change, orderId=1, reduceOnly="true")).code == -5047


async def test_an_amendment_that_crosses_answers_what_became_of_the_order() -> None:
    caller = Caller()
    caller.depth()
    await caller.order()
    reply = await caller.signed(
        "PUT", ORDER, symbol="BTCUSDT", side="BUY", quantity="0.01", price="60000", orderId=1
    )
    assert (reply.json["status"], reply.json["executedQty"]) == ("FILLED", "0.010")


async def test_an_order_that_a_timer_ended_is_no_answer_to_the_command_that_comes_after() -> None:
    """The engine gives the events of due timers and those of the command in one list, timers first."""
    caller = Caller()
    await caller.order(newClientOrderId="one")
    ended = caller.apply(CancelOrder(1, BTC, 1, ""))
    for order_id, name in ((1, ""), (0, "one")):
        amend = AmendOrder(1, BTC, order_id, name, BUY, 20, 589_999, 0)
        with pytest.raises(errors.WireError, match="-2013"):
            trade.amended(UNION, ended + caller.apply(amend), amend, {"symbol": btcusdt()})
        cancel = CancelOrder(1, BTC, order_id, name)
        with pytest.raises(errors.WireError, match="-2011"):
            trade.cancelled(UNION, ended + caller.apply(cancel), cancel, btcusdt())


async def test_of_two_orders_of_one_client_id_the_answer_is_the_one_that_the_command_ended() -> None:
    caller = Caller()
    ended = []
    for order_id in (1, 2):
        await caller.order(newClientOrderId="again")
        cancel = CancelOrder(1, BTC, 0, "again")
        ended += caller.apply(cancel)
        answer = msgspec.json.encode(trade.cancelled(UNION, ended, cancel, btcusdt()))
        assert json.loads(answer)["orderId"] == order_id


async def test_what_timers_were_refused_is_no_answer_to_cancel_all() -> None:
    caller = Caller()
    of_a_timer = caller.apply(CancelOrder(1, BTC, 99, ""))
    submit = caller.dialect.desk.submit

    def with_timer(command: Command) -> Future[list[Event]]:
        answer = submit(command)
        answer.result()[:0] = of_a_timer
        return answer

    caller.dialect.desk.submit = with_timer
    reply = await caller.signed("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    assert reply.json["code"] == 200


@pytest.mark.semantics("5.7.4")
async def test_cancel_all_ends_the_orders_of_one_symbol() -> None:
    caller = Caller()
    for price in ("59000", "58000"):
        await caller.order(price=price)
    await caller.order(symbol="ETHUSDT", price="2900")
    reply = await caller.signed("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    assert reply.json == {"code": 200, "msg": "The operation of cancel all open order is done."}
    left = (await caller.signed("GET", "/fapi/v1/openOrders")).json
    assert [order["symbol"] for order in left] == ["ETHUSDT"]
    assert (await caller.signed("GET", "/fapi/v1/openOrders", symbol="BTCUSDT")).json == []


def element(**changes: Any) -> dict[str, Any]:
    order = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": "59000",
    }
    return {**order, **changes}


@pytest.mark.semantics("5.7.2", "5.2.6")
async def test_a_batch_is_submitted_at_once_and_answered_in_order() -> None:
    caller = Caller()
    batch = [
        element(newClientOrderId="a"),
        element(side="NOPE"),
        element(newClientOrderId="b", price=58000.5, quantity=1),
        element(quantity="900"),
        "nonsense",
    ]
    reply = await caller.signed("POST", BATCH, batchOrders=json.dumps(batch, separators=(",", ":")))
    assert reply.status == 200
    assert caller.batches == [3]
    rows = reply.json
    assert (rows[0]["clientOrderId"], rows[0]["selfTradePreventionMode"]) == ("a", "NONE")
    assert rows[1] == {"code": -1117, "msg": "Invalid side."}
    assert (rows[2]["clientOrderId"], rows[2]["price"], rows[2]["origQty"]) == ("b", "58000.50", "1.000")
    assert rows[3] == {"code": -2019, "msg": "Margin is insufficient."}
    assert rows[4]["code"] == -1102


async def test_a_batch_of_errors_only_submits_nothing() -> None:
    caller = Caller()
    reply = await caller.signed("POST", BATCH, batchOrders='[{"symbol":"NOPE"}]')
    assert (reply.json[0]["code"], caller.batches) == (-1121, [])


async def test_a_batch_amends_each_in_its_place() -> None:
    caller = Caller()
    await caller.order(newClientOrderId="one")
    batch = [
        {"symbol": "BTCUSDT", "side": "BUY", "orderId": 99, "quantity": "0.02", "price": "59000"},
        {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "origClientOrderId": "one",
            "quantity": "0.02",
            "price": "59000",
        },
    ]
    reply = await caller.signed("PUT", BATCH, batchOrders=json.dumps(batch))
    assert reply.json[0] == {"code": -2013, "msg": "Order does not exist."}
    assert reply.json[1]["origQty"] == "0.020"


@pytest.mark.parametrize("number", [2**63, -(2**63), 10**30])
async def test_an_id_in_a_list_has_at_most_63_bits_like_one_by_itself(number: int) -> None:
    caller = Caller()
    assert (await caller.signed("DELETE", BATCH, symbol="BTCUSDT", orderIdList=f"[{number}]")).code == -1102
    assert (await caller.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=number)).code == -1102


@pytest.mark.semantics("5.7.1")
async def test_a_batch_cancels_by_either_kind_of_id() -> None:
    caller = Caller()
    for name in "abc":
        await caller.order(newClientOrderId=name)
    reply = await caller.signed("DELETE", BATCH, symbol="BTCUSDT", orderIdList="[1,99]")
    assert [row.get("status", row.get("code")) for row in reply.json] == ["CANCELED", -2011]
    reply = await caller.signed("DELETE", BATCH, symbol="BTCUSDT", origClientOrderIdList='["b","c"]')
    assert [row["orderId"] for row in reply.json] == [2, 3]


async def test_a_client_id_that_is_only_looked_up_is_journaled_no_longer_than_it_can_be_known() -> None:
    caller = Caller()
    asked: list[Command] = []
    caller.world.listeners.append(lambda command, _events: asked.append(command))
    long = "x" * 8_000
    await caller.signed("DELETE", BATCH, symbol="BTCUSDT", origClientOrderIdList=json.dumps([long]))
    await caller.signed("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId=long)
    assert [len(command.client_order_id) for command in asked if isinstance(command, CancelOrder)] == [37, 37]


@pytest.mark.semantics("5.2.7")
async def test_order_test_accepts_without_placing() -> None:
    caller = Caller()
    caller.depth()
    before = caller.state()
    for changes in ({}, {"timeInForce": "FOK", "price": "60000"}, {"timeInForce": "GTX"}):
        sent = {**element(), **changes}
        reply = await caller.signed("POST", f"{ORDER}/test", **sent)
        assert (reply.status, reply.json["orderId"], reply.json["status"]) == (200, 0, "NEW")
    assert caller.state() == before


@pytest.mark.semantics("4.1.6")
async def test_fills_are_listed_with_fee_profit_and_role() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(type="MARKET", price=None, timeInForce=None, quantity="0.5")
    await caller.order(side="SELL", price="60100", quantity="0.5")
    caller.apply(PlaceOrder(2, BTC, "other", 1, LIMIT, GTC, 2_000, 601_000))
    rows = (await caller.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT")).json
    bought, sold = rows
    assert (bought["buyer"], bought["maker"], bought["realizedPnl"]) == (True, False, "0")
    assert (bought["commission"], bought["quoteQty"]) == ("15.00000000", "30000.00000")
    assert (sold["side"], sold["maker"], sold["realizedPnl"]) == ("SELL", True, "50.00000000")
    assert sold["commission"] == "6.01000000"
    only = (await caller.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", orderId=2)).json
    assert only == [sold]
    later = (await caller.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", fromId=sold["id"])).json
    assert later == [sold]


async def test_queries_look_back_seven_days_and_forget_as_the_exchange_does() -> None:
    caller = Caller()
    await caller.order(newClientOrderId="old")
    await caller.signed("DELETE", ORDER, symbol="BTCUSDT", orderId=1)
    await caller.order(newClientOrderId="open")
    assert len((await caller.signed("GET", "/fapi/v1/allOrders")).json) == 2
    caller.now_ms += 3 * DAY + 1
    caller.apply(HouseTrade(BTC, SELL, PRICE, 1))
    assert [row["orderId"] for row in (await caller.signed("GET", "/fapi/v1/allOrders")).json] == [2]
    assert (await caller.signed("GET", ORDER, symbol="BTCUSDT", orderId=1)).code == -2013
    assert (await caller.signed("GET", ORDER, symbol="BTCUSDT", orderId=2)).json["status"] == "NEW"
    caller.now_ms += 5 * DAY
    assert (await caller.signed("GET", "/fapi/v1/allOrders")).json == []
    found = (await caller.signed("GET", "/fapi/v1/allOrders", symbol="BTCUSDT", orderId=2)).json
    assert [row["orderId"] for row in found] == [2]


@pytest.mark.semantics("5.1.3")
async def test_an_order_is_found_until_its_last_day_is_over_and_an_open_one_always() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(type="MARKET", price=None, timeInForce=None)
    await caller.order()
    await caller.signed("DELETE", ORDER, symbol="BTCUSDT", orderId=2)
    await caller.order()
    start_ms = caller.now_ms

    async def found(days: int, more_ms: int) -> list[int]:
        caller.now_ms = start_ms + days * DAY + more_ms
        replies = [
            await caller.signed("GET", ORDER, symbol="BTCUSDT", orderId=number) for number in (1, 2, 3)
        ]
        return [reply.json["orderId"] for reply in replies if reply.status == 200]

    assert await found(3, 0) == [1, 2, 3]
    assert await found(3, 1) == [1, 3]
    assert await found(90, 0) == [1, 3]
    assert await found(90, 1) == [3]


async def test_a_span_of_seven_days_is_the_longest() -> None:
    caller = Caller()
    for path in ("allOrders", "userTrades"):
        for more_ms, code in ((0, None), (1, -4165)):
            span = {"startTime": caller.now_ms - 7 * DAY - more_ms, "endTime": caller.now_ms}
            assert (await caller.signed("GET", f"/fapi/v1/{path}", symbol="BTCUSDT", **span)).code == code


async def test_what_order_test_answers_is_what_the_order_is_answered() -> None:
    """Orders that wait, prices from the book, reduce-only beside a stop: the engine judges, nothing is placed."""
    caller = Caller()
    caller.depth(5_000)
    opened = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1"}
    assert (await caller.signed("POST", "/fapi/v1/order", **opened)).status == 200
    stop = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "1", "reduceOnly": "true"}
    assert (await caller.signed("POST", "/fapi/v1/order", **stop, stopPrice="59000")).status == 200
    limit = {"symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1"}
    trailing = {"symbol": "BTCUSDT", "side": "SELL", "type": "TRAILING_STOP_MARKET", "quantity": "1"}
    for params, code in (
        ({**limit, "price": "61000", "reduceOnly": "true"}, None),
        ({**trailing, "callbackRate": "50"}, -1130),
        ({**stop, "stopPrice": "61000"}, -2021),
        ({**limit, "priceMatch": "QUEUE_20"}, -5041),
        ({**limit, "priceMatch": "QUEUE"}, None),
    ):
        before = caller.state()
        tried = await caller.signed("POST", "/fapi/v1/order/test", **params)
        assert caller.state() == before
        placed = await caller.signed("POST", "/fapi/v1/order", **params)
        assert (tried.code, tried.json.get("price")) == (placed.code, placed.json.get("price")), params
        assert placed.code == code, params
