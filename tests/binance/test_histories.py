"""Income, amendments and changes of isolated margin, as their owner reads them."""

from typing import Any

import pytest

from perpit.domain.commands import Advance, PinMarkPrice, PlaceOrder, Transfer
from perpit.domain.numbers import UNIT
from perpit.domain.words import BUY, COIN_M, GTC, LIMIT, SELL, USDS_M
from tests.binance.caller import BTC, COIN, PRICE, START_MS, Caller

DAY = 24 * 3_600_000
INCOME = "/fapi/v1/income"
BTCUSDT = {"symbol": "BTCUSDT"}
PERP = {"symbol": "BTCUSD_PERP"}
MARKET = {"type": "MARKET", "price": None, "timeInForce": None}


def brief(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["incomeType"], row["income"]) for row in rows]


@pytest.mark.semantics("4.6.1", "4.6.3", "4.6.5")
async def test_income_says_what_came_and_went_oldest_first() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(**MARKET, quantity="0.5")
    await caller.order(**MARKET, quantity="0.5", side="SELL")
    caller.apply(Transfer(1, USDS_M, "USDT", -5 * UNIT))
    rows = (await caller.signed("GET", INCOME)).json
    assert brief(rows) == [
        ("TRANSFER", "100000.00000000"),
        ("COMMISSION", "-15.00000000"),
        ("COMMISSION", "-14.99997500"),
        ("REALIZED_PNL", "-0.05000000"),
        ("TRANSFER", "-5.00000000"),
    ]
    trade = (await caller.signed("GET", "/fapi/v1/userTrades", **BTCUSDT)).json[1]
    assert rows[3] == {
        "symbol": "BTCUSDT",
        "incomeType": "REALIZED_PNL",
        "income": "-0.05000000",
        "asset": "USDT",
        "info": str(trade["id"]),
        "time": START_MS,
        "tranId": rows[3]["tranId"],
        "tradeId": str(trade["id"]),
    }
    assert (rows[4]["symbol"], rows[4]["info"], rows[4]["tradeId"]) == ("", "TRANSFER", "")
    assert len({row["tranId"] for row in rows}) == len(rows)


@pytest.mark.semantics("4.6.1")
async def test_income_of_one_kind_and_of_one_symbol() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(**MARKET)
    (fee,) = (await caller.signed("GET", INCOME, incomeType="COMMISSION")).json
    assert (await caller.signed("GET", INCOME, **BTCUSDT)).json == [fee]
    assert (await caller.signed("GET", INCOME, symbol="ETHUSDT")).json == []
    assert (await caller.signed("GET", INCOME, incomeType="WELCOME_BONUS")).json == []
    assert (await caller.signed("GET", INCOME, incomeType="GIFT")).code == -1130
    assert (await caller.signed("GET", "/dapi/v1/income", incomeType="AUTO_EXCHANGE")).code == -1130


async def test_both_sides_of_a_trade_with_oneself_are_income() -> None:
    caller = Caller()
    await caller.order(quantity="1", price="60000")
    await caller.order(quantity="1", price="60000", side="SELL", selfTradePreventionMode="NONE")
    rows = (await caller.signed("GET", INCOME, **BTCUSDT)).json
    assert brief(rows)[:2] == [("COMMISSION", "-12.00000000"), ("COMMISSION", "-30.00000000")]
    assert rows[0]["tradeId"] == rows[1]["tradeId"]
    assert rows[0]["tranId"] != rows[1]["tranId"]


@pytest.mark.semantics("3.5.6")
async def test_funding_is_income_of_its_symbol() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(**MARKET, quantity="2")
    caller.now_ms += 8 * 3_600_000
    caller.apply(Advance())
    (row,) = (await caller.signed("GET", INCOME, incomeType="FUNDING_FEE")).json
    paid = (await caller.public("/fapi/v1/fundingRate", **BTCUSDT)).json[-1]
    assert float(row["income"]) == -round(2 * float(paid["markPrice"]) * float(paid["fundingRate"]), 8)
    assert (row["symbol"], row["info"], row["tradeId"]) == ("BTCUSDT", "FUNDING_FEE", "")
    assert row["time"] == paid["fundingTime"]


async def test_a_liquidation_pays_its_fee_to_the_insurance_fund() -> None:
    caller = Caller()
    caller.depth(20_000)
    await caller.signed("POST", "/fapi/v1/leverage", **BTCUSDT, leverage=100)
    await caller.signed("POST", "/fapi/v1/marginType", **BTCUSDT, marginType="ISOLATED")
    await caller.order(**MARKET, quantity="1")
    caller.apply(PinMarkPrice(BTC, 59_500 * UNIT))
    rows = (await caller.signed("GET", INCOME, incomeType="INSURANCE_CLEAR")).json
    assert rows
    assert all(float(row["income"]) < 0 and row["info"] == "INSURANCE_CLEAR" for row in rows)
    everything = (await caller.signed("GET", INCOME)).json
    (balance,) = (await caller.signed("GET", "/fapi/v2/balance")).json
    assert round(sum(float(row["income"]) for row in everything), 8) == float(balance["balance"])


async def test_pages_go_forward_from_a_start_and_back_from_the_newest() -> None:
    caller = Caller()
    for cents in range(1, 8):
        caller.now_ms += 1
        caller.apply(Transfer(1, USDS_M, "USDT", cents * UNIT))

    async def units(**params: Any) -> list[int]:
        reply = await caller.signed("GET", INCOME, limit=3, **params)
        return [int(float(row["income"])) for row in reply.json]

    first_ms = START_MS + 1
    assert await units(startTime=first_ms) == await units(startTime=first_ms, page=1) == [1, 2, 3]
    assert await units(startTime=first_ms, page=3) == [7]
    assert await units(startTime=first_ms, page=4) == []
    assert await units() == await units(page=1) == [5, 6, 7]
    assert await units(page=2) == [2, 3, 4]
    assert await units(page=3) == [100_000, 1]
    assert await units(page=4) == []
    assert await units(endTime=first_ms + 4) == [3, 4, 5]
    assert await units(startTime=first_ms + 1, endTime=first_ms + 2) == [2, 3]
    assert (await caller.signed("GET", INCOME, limit=1001)).code == -1130
    assert (await caller.signed("GET", INCOME, startTime=2, endTime=1)).code == -1023


@pytest.mark.semantics("4.6.4")
async def test_income_looks_back_seven_days_unless_told_and_three_months_at_most() -> None:
    caller = Caller()
    caller.now_ms += 7 * DAY
    assert len((await caller.signed("GET", INCOME)).json) == 1
    caller.now_ms += 1
    assert (await caller.signed("GET", INCOME)).json == []
    assert len((await caller.signed("GET", INCOME, startTime=START_MS)).json) == 1
    assert len((await caller.signed("GET", INCOME, endTime=caller.now_ms)).json) == 1
    caller.now_ms += 83 * DAY
    assert (await caller.signed("GET", INCOME, startTime=START_MS)).json == []


@pytest.mark.semantics("4.6.2")
async def test_coin_m_has_its_own_income_in_coin() -> None:
    caller = Caller()
    caller.depth()
    caller.coin_depth()
    await caller.order(**MARKET)
    await caller.coin_order(**MARKET, quantity="300")
    await caller.coin_order(**MARKET, quantity="300", side="SELL")
    caller.apply(Transfer(1, COIN_M, "BTC", -UNIT))
    rows = (await caller.signed("GET", "/dapi/v1/income")).json
    assert brief(rows) == [
        ("TRANSFER", "10.00000000"),
        ("COMMISSION", "-0.00025000"),
        ("COMMISSION", "-0.00025000"),
        ("REALIZED_PNL", "-0.00000083"),
        ("TRANSFER", "-1.00000000"),
    ]
    assert [rows[number]["info"] for number in (0, 4)] == ["DEPOSIT", "WITHDRAW"]
    assert (rows[1]["asset"], rows[1]["symbol"]) == ("BTC", "BTCUSD_PERP")
    assert all(isinstance(row["tranId"], str) for row in rows)
    span = {"startTime": caller.now_ms - 365 * DAY, "endTime": caller.now_ms}
    assert (await caller.signed("GET", "/dapi/v1/income", **span)).status == 200
    span["startTime"] -= 1
    assert (await caller.signed("GET", "/dapi/v1/income", **span)).code == -4165
    assert (await caller.signed("GET", INCOME, **span)).status == 200


@pytest.mark.semantics("5.6.8")
async def test_amendments_are_listed_newest_first_with_what_was_before() -> None:
    caller = Caller()
    await caller.order(newClientOrderId="one")
    await caller.order(newClientOrderId="two", price="58000")
    for number, price in ((1, "58999.9"), (2, "58000.1"), (1, "58999.8")):
        caller.now_ms += 1
        change = {"side": "BUY", "quantity": "0.020", "price": price, "orderId": number, "modifyId": 7}
        assert (await caller.signed("PUT", "/fapi/v1/order", **BTCUSDT, **change)).status == 200
    path = "/fapi/v1/orderAmendment"
    rows = (await caller.signed("GET", path, **BTCUSDT)).json
    assert [(row["orderId"], row["amendment"]["count"]) for row in rows] == [(1, 2), (2, 1), (1, 1)]
    assert rows[0] == {
        "amendmentId": 3,
        "symbol": "BTCUSDT",
        "pair": "BTCUSDT",
        "orderId": 1,
        "clientOrderId": "one",
        "time": caller.now_ms,
        "amendment": {
            "price": {"before": "58999.90", "after": "58999.80"},
            "origQty": {"before": "0.020", "after": "0.020"},
            "count": 2,
            "modifyId": 7,
        },
    }
    assert rows[2]["amendment"]["origQty"] == {"before": "0.010", "after": "0.020"}

    async def found(**params: Any) -> list[int]:
        reply = await caller.signed("GET", path, **{**BTCUSDT, **params})
        return [row["amendmentId"] for row in reply.json]

    assert await found(orderId=1) == await found(origClientOrderId="one") == [3, 1]
    assert await found(orderId=1, origClientOrderId="two") == [3, 1]
    assert await found(startTime=START_MS + 2) == [3, 2]
    assert await found(endTime=START_MS + 2) == [2, 1]
    assert await found(limit=1) == [3]
    assert await found(symbol="ETHUSDT") == []
    assert (await caller.signed("GET", path, **BTCUSDT, limit=101)).code == -1130
    await caller.signed("DELETE", "/fapi/v1/allOpenOrders", **BTCUSDT)
    assert await found() == [3, 2, 1]
    caller.now_ms += 90 * DAY
    assert await found() == [3]


async def test_changes_of_isolated_margin_are_listed_with_their_kind() -> None:
    caller = Caller()
    caller.depth()
    await caller.signed("POST", "/fapi/v1/marginType", **BTCUSDT, marginType="ISOLATED")
    await caller.order(**MARKET, quantity="1")
    for amount, kind in (("30.5", 1), ("20", 1), ("7.25", 2)):
        caller.now_ms += 1
        change = {**BTCUSDT, "amount": amount, "type": kind}
        assert (await caller.signed("POST", "/fapi/v1/positionMargin", **change)).status == 200
    path = "/fapi/v1/positionMargin/history"
    rows = (await caller.signed("GET", path, **BTCUSDT)).json
    assert [(row["type"], row["amount"]) for row in rows] == [
        (1, "30.50000000"),
        (1, "20.00000000"),
        (2, "7.25000000"),
    ]
    assert rows[2] == {
        "symbol": "BTCUSDT",
        "type": 2,
        "deltaType": "USER_ADJUST",
        "amount": "7.25000000",
        "asset": "USDT",
        "time": caller.now_ms,
        "positionSide": "BOTH",
    }
    assert (await caller.signed("GET", path, **BTCUSDT, type=2)).json == rows[2:]
    assert (await caller.signed("GET", path, **BTCUSDT, limit=1)).json == rows[2:]
    since = {"startTime": START_MS + 1, "limit": 2}
    assert (await caller.signed("GET", path, **BTCUSDT, **since)).json == rows[:2]
    assert (await caller.signed("GET", path, **BTCUSDT, type=3)).code == -1130
    assert (await caller.signed("GET", path)).code == -1102
    caller.now_ms += 30 * DAY + 1
    assert (await caller.signed("GET", path, **BTCUSDT)).json == []


async def test_coin_m_tells_changes_of_margin_in_coin() -> None:
    caller = Caller()
    caller.coin_depth()
    await caller.signed("POST", "/dapi/v1/marginType", **PERP, marginType="ISOLATED")
    await caller.coin_order(**MARKET, quantity="600")
    await caller.signed("POST", "/dapi/v1/positionMargin", **PERP, amount="0.01", type=1)
    (row,) = (await caller.signed("GET", "/dapi/v1/positionMargin/history", **PERP)).json
    assert (row["asset"], row["amount"], "deltaType" in row) == ("BTC", "0.01000000", False)


async def test_fills_and_orders_of_coin_m_have_their_own_limits() -> None:
    caller = Caller()
    caller.coin_depth()
    for _ in range(51):
        await caller.coin_order(**MARKET)
    for path in ("allOrders", "userTrades"):
        assert len((await caller.signed("GET", f"/dapi/v1/{path}", **PERP)).json) == 50
    assert (await caller.signed("GET", "/dapi/v1/allOrders", **PERP, limit=101)).code == -1130
    assert len((await caller.signed("GET", "/dapi/v1/userTrades", **PERP, limit=1000)).json) == 51


async def test_fills_are_kept_three_months() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(**MARKET)
    path = "/fapi/v1/userTrades"
    caller.now_ms += 90 * DAY
    assert len((await caller.signed("GET", path, **BTCUSDT, fromId=1)).json) == 1
    caller.apply(PlaceOrder(2, BTC, "other", SELL, LIMIT, GTC, 10, PRICE))
    await caller.order(price="60000")
    caller.now_ms += 1
    (row,) = (await caller.signed("GET", path, **BTCUSDT, fromId=1, limit=1)).json
    assert row["time"] == caller.now_ms - 1
    assert (await caller.signed("GET", path, **BTCUSDT, startTime=START_MS)).json == []


async def test_orders_that_are_kept_no_longer_do_not_count_for_the_limit() -> None:
    caller = Caller()
    await caller.order()
    await caller.signed("DELETE", "/fapi/v1/order", **BTCUSDT, orderId=1)
    await caller.order()
    caller.now_ms += 4 * DAY
    path = "/fapi/v1/allOrders"
    for since in ({"startTime": START_MS}, {"orderId": 1}):
        rows = (await caller.signed("GET", path, **BTCUSDT, **since, limit=1)).json
        assert [row["orderId"] for row in rows] == [2]


async def test_an_amendment_takes_its_price_from_the_book_and_says_so() -> None:
    caller = Caller()
    caller.depth()
    caller.apply(PlaceOrder(2, COIN, "other", BUY, LIMIT, GTC, 10, PRICE - 5))
    await caller.order()
    await caller.coin_order()
    path, change = "/fapi/v1/order", {**BTCUSDT, "side": "BUY", "quantity": "0.020", "orderId": 2}
    amended = (await caller.signed("PUT", path, **change, priceMatch="QUEUE")).json
    assert (amended["price"], amended["priceMatch"], amended["origQty"]) == ("59999.90", "QUEUE", "0.020")
    assert (await caller.signed("GET", path, **BTCUSDT, orderId=2)).json["priceMatch"] == "QUEUE"
    again = (await caller.signed("PUT", path, **change, price="59998")).json
    assert (again["price"], again["priceMatch"]) == ("59998.00", "NONE")
    coin = {**PERP, "side": "BUY", "quantity": "2", "orderId": 3}
    answer = (await caller.signed("PUT", "/dapi/v1/order", **coin, priceMatch="QUEUE")).json
    assert (answer["price"], answer["priceMatch"]) == ("59999.5", "QUEUE")
    batch = '[{"symbol":"BTCUSDT","side":"BUY","quantity":"0.03","orderId":2,"priceMatch":"QUEUE"}]'
    (row,) = (await caller.signed("PUT", "/fapi/v1/batchOrders", batchOrders=batch)).json
    assert (row["price"], row["origQty"]) == ("59999.90", "0.030")
    for wrong, code in (
        ({"priceMatch": "QUEUE", "price": "59000"}, -1106),
        ({"priceMatch": "OPPONENT_20"}, -5041),
        ({"priceMatch": "BEST"}, -5037),
        ({}, -1102),
    ):
        assert (await caller.signed("PUT", path, **change, **wrong)).code == code
