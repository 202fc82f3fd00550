"""COIN-M on the wire: contracts as quantities, coin as money, and what differs from USDⓈ-M (semantics 9)."""

from typing import Any

import pytest

from perpit.binance.products import PRODUCTS
from perpit.domain.commands import PinMarkPrice
from perpit.domain.numbers import UNIT
from tests.binance.caller import COIN, Caller

PERP = {"symbol": "BTCUSD_PERP"}
MARKET: dict[str, Any] = {"type": "MARKET", "price": None, "timeInForce": None, "newOrderRespType": "RESULT"}


async def test_an_order_is_counted_in_contracts_and_worth_coin() -> None:
    caller = Caller()
    caller.coin_depth()
    filled = (await caller.coin_order(**MARKET, quantity="3")).json
    assert (filled["status"], filled["origQty"], filled["executedQty"]) == ("FILLED", "3", "3")
    # 300 USD at 60,000
    assert (filled["cumBase"], filled["avgPrice"], filled["pair"]) == ("0.00500000", "60000.00000", "BTCUSD")
    assert "cumQuote" not in filled
    shown = (await caller.signed("GET", "/dapi/v1/order", **PERP, orderId=filled["orderId"])).json
    assert (shown["cumBase"], shown["cumQuote"], shown["pair"]) == ("0.00500000", "0", "BTCUSD")
    (trade,) = (await caller.signed("GET", "/dapi/v1/userTrades", **PERP)).json
    assert (trade["qty"], trade["baseQty"], trade["quoteQty"]) == ("3", "0.00500000", "300")
    assert (trade["marginAsset"], trade["commissionAsset"], trade["commission"]) == (
        "BTC",
        "BTC",
        "0.00000250",
    )
    (printed,) = (await caller.public("/dapi/v1/trades", **PERP)).json
    assert (printed["qty"], printed["baseQty"]) == ("3", "0.00500000")
    assert not {"quoteQty", "isRPITrade"} & set(printed)


async def test_a_position_and_its_wallet_are_shown_in_coin() -> None:
    caller = Caller()
    caller.coin_depth()
    await caller.coin_order(**MARKET, quantity="1000")
    caller.apply(PinMarkPrice(COIN, 62_000 * UNIT))
    (row,) = (await caller.signed("GET", "/dapi/v1/positionRisk", pair="BTCUSD")).json
    assert (row["positionAmt"], row["entryPrice"], row["markPrice"]) == ("1000", "60000", "62000.00000000")
    assert (row["unRealizedProfit"], row["notionalValue"], row["maxQty"]) == (
        "0.05376344",
        "1.61290322",
        "50",
    )
    account = (await caller.signed("GET", "/dapi/v1/account")).json
    (asset,) = account["assets"]
    assert (asset["asset"], asset["walletBalance"]) == ("BTC", "9.99916667")
    assert (asset["initialMargin"], asset["maintMargin"]) == ("0.08064516", "0.00645161")
    (position,) = account["positions"]
    assert (position["maxQty"], position["notionalValue"]) == ("50", "1.61290322")
    (balance,) = (await caller.signed("GET", "/dapi/v1/balance")).json
    assert (balance["asset"], balance["balance"], balance["withdrawAvailable"]) == (
        "BTC",
        "9.99916667",
        "9.97228495",
    )


async def test_each_product_has_its_own_money_and_sees_nothing_of_the_other() -> None:
    caller = Caller()
    caller.depth()
    caller.coin_depth()
    await caller.order(newClientOrderId="linear")
    await caller.coin_order(newClientOrderId="inverse")
    for path, name in (("/fapi/v1", "linear"), ("/dapi/v1", "inverse")):
        for listed in ("openOrders", "allOrders"):
            rows = (await caller.signed("GET", f"{path}/{listed}")).json
            assert [row["clientOrderId"] for row in rows] == [name], listed
    assert [row["asset"] for row in (await caller.signed("GET", "/fapi/v2/balance")).json] == ["USDT"]
    assert [row["asset"] for row in (await caller.signed("GET", "/dapi/v1/balance")).json] == ["BTC"]
    infos = [(await caller.public(f"{product.prefix}/v1/exchangeInfo")).json for product in PRODUCTS.values()]
    assert [[row["symbol"] for row in info["symbols"]] for info in infos] == [
        ["BTCUSDT", "ETHUSDT"],
        ["BTCUSD_PERP"],
    ]


WRONG_MARKET: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/dapi/v1/depth", {"symbol": "BTCUSDT"}),
    ("GET", "/dapi/v1/ticker/24hr", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/klines", {**PERP, "interval": "1m"}),
    ("POST", "/dapi/v1/leverage", {"symbol": "BTCUSDT", "leverage": 5}),
    ("POST", "/fapi/v1/leverage", {**PERP, "leverage": 5}),
    ("POST", "/fapi/v1/order", {**PERP, "side": "BUY", "type": "MARKET", "quantity": "1"}),
    ("POST", "/dapi/v1/order", {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1"}),
    ("DELETE", "/fapi/v1/allOpenOrders", PERP),
]


@pytest.mark.parametrize(("method", "path", "params"), WRONG_MARKET)
async def test_a_symbol_of_the_other_product_is_unknown(
    method: str, path: str, params: dict[str, Any]
) -> None:
    assert (await Caller().signed(method, path, **params)).code == -1121


async def test_a_batch_answers_a_symbol_of_the_other_product_in_its_place() -> None:
    orders = (
        '[{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"1"},'
        '{"symbol":"BTCUSD_PERP","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"1","price":"59000"}]'
    )
    wrong, right = (await Caller().signed("POST", "/dapi/v1/batchOrders", batchOrders=orders)).json
    assert (wrong["code"], right["status"]) == (-1121, "NEW")


async def test_tickers_are_lists_and_can_be_asked_for_a_pair() -> None:
    caller = Caller()
    caller.coin_depth()
    await caller.coin_order(**MARKET, quantity="3")
    (day,) = (await caller.public("/dapi/v1/ticker/24hr", **PERP)).json
    assert (day["pair"], day["volume"], day["baseVolume"]) == ("BTCUSD", "3", "0.00500000")
    assert day["weightedAvgPrice"] == "60000.00000"
    (price,) = (await caller.public("/dapi/v1/ticker/price", pair="BTCUSD")).json
    assert price == {"symbol": "BTCUSD_PERP", "ps": "BTCUSD", "price": "60000.0", "time": caller.now_ms}
    (book,) = (await caller.public("/dapi/v1/ticker/bookTicker")).json
    assert (book["pair"], book["bidQty"], book["askQty"]) == ("BTCUSD", "1000", "997")
    (premium,) = (await caller.public("/dapi/v1/premiumIndex", pair="BTCUSD")).json
    assert (premium["pair"], premium["indexPrice"]) == ("BTCUSD", "60000.00000000")
    depth = (await caller.public("/dapi/v1/depth", **PERP, limit=5)).json
    assert (depth["symbol"], depth["pair"], depth["asks"][0]) == ("BTCUSD_PERP", "BTCUSD", ["60000.0", "997"])
    (candle,) = (await caller.public("/dapi/v1/klines", **PERP, interval="1m")).json
    assert (candle[5], candle[7], candle[9], candle[10]) == ("3", "0.00500000", "3", "0.00500000")
    assert (await caller.public("/dapi/v1/premiumIndex", pair="NOSUCHUSD")).code == -4144
    assert (await caller.public("/dapi/v1/premiumIndex", pair="BTCUSD", **PERP)).code == -1128


@pytest.mark.semantics("1.1.2")
async def test_leverage_tables_are_in_coin() -> None:
    caller = Caller()
    (by_pair,) = (await caller.signed("GET", "/dapi/v1/leverageBracket")).json
    (by_symbol,) = (await caller.signed("GET", "/dapi/v2/leverageBracket", **PERP)).json
    assert (by_pair["pair"], by_symbol["symbol"]) == ("BTCUSD", "BTCUSD_PERP")
    assert by_pair["brackets"] == by_symbol["brackets"]
    assert by_pair["brackets"][1] == {
        **{"bracket": 2, "initialLeverage": 100, "qtyCap": 10, "qtylFloor": 5},
        **{"maintMarginRatio": 0.005, "cum": 0.005, "qtyFloor": 5},
    }
    set_to = (await caller.signed("POST", "/dapi/v1/leverage", **PERP, leverage=50)).json
    assert set_to == {"symbol": "BTCUSD_PERP", "leverage": 50, "maxQty": "20"}


async def test_commission_rates_are_those_of_the_contract() -> None:
    rates = (await Caller().signed("GET", "/dapi/v1/commissionRate", **PERP)).json
    assert rates == {
        **{"symbol": "BTCUSD_PERP", "makerCommissionRate": "0.000100", "takerCommissionRate": "0.000500"}
    }


@pytest.mark.semantics("1.7.3")
async def test_refusals_have_coin_ms_own_codes() -> None:
    caller = Caller()
    resting = (await caller.coin_order()).json["orderId"]
    change = {**PERP, "side": "BUY", "orderId": resting, "quantity": "1", "price": "59000"}
    assert (await caller.signed("PUT", "/dapi/v1/order", **change)).code == -4197
    assert (await caller.coin_order(quantity="0.5")).code == -1111
    assert (await caller.coin_order(quantity="100000", price="60000")).code == -2027
    assert (await caller.coin_order(price="63000.1")).code == -4016
    assert (await caller.coin_order(type="STOP", stopPrice="61000", price="64050.1")).code == -4151
    assert (await caller.coin_order(type="STOP", stopPrice="4000000", price="4000000")).code == -4154
    caller.coin_depth()
    caller.apply(PinMarkPrice(COIN, 50_000 * UNIT))
    assert (await caller.coin_order(**MARKET)).code == -4113
    caller.apply(PinMarkPrice(COIN, 0))
    await caller.signed("DELETE", "/dapi/v1/allOpenOrders", **PERP)
    assert (await caller.signed("POST", "/dapi/v1/marginType", **PERP, marginType="ISOLATED")).status == 200
    assert (await caller.coin_order(**MARKET)).status == 200
    assert (await caller.signed("POST", "/dapi/v1/leverage", **PERP, leverage=5)).code == -4150


async def test_a_stop_is_an_ordinary_order_that_fires() -> None:
    caller = Caller()
    caller.coin_depth()
    await caller.coin_order(**MARKET, quantity="2")
    stop = {"type": "STOP_MARKET", "price": None, "timeInForce": None, "side": "SELL", "reduceOnly": "true"}
    placed = (await caller.coin_order(**stop, quantity="2", stopPrice="59000", workingType="MARK_PRICE")).json
    assert (placed["status"], placed["type"], placed["stopPrice"]) == ("NEW", "STOP_MARKET", "59000.0")
    caller.apply(PinMarkPrice(COIN, 58_999 * UNIT))
    fired = (await caller.signed("GET", "/dapi/v1/order", **PERP, orderId=placed["orderId"])).json
    assert (fired["status"], fired["type"], fired["origType"]) == ("FILLED", "MARKET", "STOP_MARKET")
    assert (await caller.signed("GET", "/dapi/v1/positionRisk")).json[0]["positionAmt"] == "0"


async def test_algo_orders_of_the_other_product_are_unknown() -> None:
    caller = Caller()
    about = {"algoType": "CONDITIONAL", "side": "BUY", "type": "STOP_MARKET", "triggerPrice": "61000"}
    mine = await caller.signed("POST", "/dapi/v1/algoOrder", **about, **PERP, quantity="1")
    named = {"algoId": mine.json["algoId"]}
    assert (await caller.signed("GET", "/fapi/v1/algoOrder", **named)).code == -2013
    assert (await caller.signed("DELETE", "/fapi/v1/algoOrder", **named)).code == -2011
    assert (await caller.signed("GET", "/fapi/v1/openAlgoOrders")).json == []
    assert [row["algoId"] for row in (await caller.signed("GET", "/dapi/v1/openAlgoOrders")).json] == [
        named["algoId"]
    ]
    assert (await caller.signed("DELETE", "/dapi/v1/algoOrder", **named)).json["code"] == "200"


@pytest.mark.semantics("4.4.4")
async def test_hedge_mode_is_of_one_product_and_shows_three_rows() -> None:
    caller = Caller()
    caller.coin_depth()
    done = await caller.signed("POST", "/dapi/v1/positionSide/dual", dualSidePosition="true")
    assert done.json == {"code": 200, "msg": "success"}
    assert (await caller.signed("GET", "/dapi/v1/positionSide/dual")).json == {"dualSidePosition": True}
    assert (await caller.signed("GET", "/fapi/v1/positionSide/dual")).json == {"dualSidePosition": False}
    await caller.coin_order(**MARKET, quantity="5", positionSide="LONG")
    await caller.coin_order(**MARKET, quantity="2", positionSide="SHORT", side="SELL")
    rows = (await caller.signed("GET", "/dapi/v1/positionRisk")).json
    assert [(row["positionSide"], row["positionAmt"]) for row in rows] == [
        ("BOTH", "0"),
        ("LONG", "5"),
        ("SHORT", "-2"),
    ]


async def test_isolated_margin_is_added_and_taken_in_coin() -> None:
    caller = Caller()
    caller.coin_depth()
    await caller.signed("POST", "/dapi/v1/marginType", **PERP, marginType="ISOLATED")
    await caller.coin_order(**MARKET, quantity="600")
    added = await caller.signed("POST", "/dapi/v1/positionMargin", **PERP, amount="0.01", type=1)
    assert added.json == {
        **{"amount": 0.01, "code": 200, "msg": "Successfully modify position margin.", "type": 1}
    }
    (row,) = (await caller.signed("GET", "/dapi/v1/positionRisk")).json
    # 600 contracts are 1 BTC at 60,000; a twentieth of it, and what was added
    assert (row["marginType"], row["isolatedWallet"]) == ("isolated", "0.06000000")


async def test_a_listen_key_belongs_to_its_product() -> None:
    caller = Caller()
    keys = [
        (await caller.raw("POST", f"{product.prefix}/v1/listenKey")).json["listenKey"]
        for product in PRODUCTS.values()
    ]
    assert keys[0] != keys[1]
    assert (await caller.raw("PUT", "/dapi/v1/listenKey")).json == {"listenKey": keys[1]}
    assert (await caller.raw("DELETE", "/dapi/v1/listenKey")).json == {}
    assert (await caller.raw("PUT", "/dapi/v1/listenKey")).code == -1125
    assert (await caller.raw("PUT", "/fapi/v1/listenKey")).json == {"listenKey": keys[0]}
