"""python-binance, unmodified: its URL class attributes are all that a user changes; every test with both clients."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from binance.exceptions import BinanceAPIException

from tests.clients.asking import ask
from tests.clients.endpoints import binance_async_client, binance_client
from tests.clients.refusals import REFUSALS, Refusal
from tests.clients.venue import Account, Operator, Scene

FACES = {"sync": binance_client, "async": binance_async_client}


@pytest.fixture(params=FACES)
def face(request: pytest.FixtureRequest) -> Any:
    return FACES[request.param]


@pytest.fixture
async def client(face: Any, scene: Scene) -> AsyncIterator[Any]:
    made = await ask(face(scene.rest, scene.trader))
    yield made
    await ask(made.close_connection())


def limit(side: str, quantity: str, price: str, **more: Any) -> dict[str, Any]:
    order = {"symbol": "BTCUSDT", "side": side, "type": "LIMIT", "timeInForce": "GTC"}
    return {**order, "quantity": quantity, "price": price, **more}


async def test_it_reads_the_rules_and_the_time(client: Any, scene: Scene) -> None:
    await ask(client.futures_ping())
    assert abs((await ask(client.futures_time()))["serverTime"] - scene.operator.now_ms()) < 1_000
    symbols = (await ask(client.futures_exchange_info()))["symbols"]
    assert [row["symbol"] for row in symbols] == ["BTCUSDT", "ETHUSDT"]
    assert symbols[0]["filters"][0]["tickSize"] == "0.10"
    brackets = (await ask(client.futures_leverage_bracket()))[0]["brackets"]
    assert [row["initialLeverage"] for row in brackets[:3]] == [150, 100, 75]


async def test_it_reads_market_data(client: Any, scene: Scene) -> None:
    scene.lay_book()
    await ask(client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.04"))
    book = await ask(client.futures_order_book(symbol="BTCUSDT", limit=5))
    assert (book["bids"], book["asks"]) == ([["59990.00", "0.100"]], [["60010.00", "0.060"]])
    trade = (await ask(client.futures_recent_trades(symbol="BTCUSDT", limit=1)))[0]
    assert (trade["price"], trade["qty"], trade["isBuyerMaker"]) == ("60010.00", "0.040", False)
    assert (await ask(client.futures_aggregate_trades(symbol="BTCUSDT")))[-1]["l"] == trade["id"]
    assert (await ask(client.futures_klines(symbol="BTCUSDT", interval="1m")))[-1][4] == "60010.00"
    series = {"pair": "BTCUSDT", "interval": "1m"}
    carried = await ask(client.futures_continuous_klines(**series, contractType="PERPETUAL"))
    assert carried[-1][4] == "60010.00"
    assert (await ask(client.futures_index_price_klines(**series)))[-1][4] == "60000.00000000"
    marks = await ask(client.futures_mark_price_klines(symbol="BTCUSDT", interval="1m"))
    assert marks[0][1] == "60000.00000000"
    assert (await ask(client.futures_mark_price(symbol="BTCUSDT")))["markPrice"] == "60000.00000000"
    assert (await ask(client.futures_symbol_ticker(symbol="BTCUSDT")))["price"] == "60010.00"
    assert (await ask(client.futures_ticker(symbol="BTCUSDT")))["lastPrice"] == "60010.00"
    assert (await ask(client.futures_orderbook_ticker(symbol="BTCUSDT")))["askQty"] == "0.060"


async def test_an_order_is_placed_modified_asked_for_and_cancelled(client: Any) -> None:
    placed = await ask(client.futures_create_order(**limit("BUY", "0.05", "59900")))
    assert placed["status"] == "NEW"
    assert placed["clientOrderId"].startswith(client.CONTRACT_ORDER_PREFIX)
    name = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    change = {"side": "BUY", "quantity": "0.06", "price": "59910"}
    assert (await ask(client.futures_modify_order(**name, **change)))["price"] == "59910.00"
    assert (await ask(client.futures_get_order(**name)))["origQty"] == "0.060"
    assert [row["orderId"] for row in await ask(client.futures_get_open_orders())] == [placed["orderId"]]
    assert (await ask(client.futures_cancel_order(**name)))["status"] == "CANCELED"
    assert await ask(client.futures_get_open_orders(symbol="BTCUSDT")) == []
    assert (await ask(client.futures_get_all_orders(symbol="BTCUSDT")))[-1]["status"] == "CANCELED"


async def test_orders_are_placed_and_cancelled_in_batches(client: Any) -> None:
    batch = [limit("BUY", "0.01", price) for price in ("59800", "59800.05", "59700", "59600")]
    first, off_tick, second, third = await ask(client.futures_place_batch_order(batchOrders=batch))
    assert [row.get("status", row.get("code")) for row in (first, off_tick, second)] == ["NEW", -4014, "NEW"]
    some = [first["orderId"], second["orderId"]]
    cancelled = await ask(client.futures_cancel_orders(symbol="BTCUSDT", orderidlist=some))
    assert [row["status"] for row in cancelled] == ["CANCELED", "CANCELED"]
    assert third["orderId"] in [row["orderId"] for row in await ask(client.futures_get_open_orders())]
    assert (await ask(client.futures_cancel_all_open_orders(symbol="BTCUSDT")))["code"] == 200
    assert await ask(client.futures_get_open_orders()) == []


async def test_an_order_can_be_tried_without_being_placed(client: Any) -> None:
    assert (await ask(client.futures_create_test_order(**limit("BUY", "0.05", "59900"))))[
        "origQty"
    ] == "0.050"
    assert await ask(client.futures_get_open_orders()) == []


async def test_a_market_order_takes_and_a_resting_order_is_taken_to_the_last_digit(
    client: Any, scene: Scene
) -> None:
    scene.lay_book()
    market = {"symbol": "BTCUSDT", "type": "MARKET", "newOrderRespType": "RESULT"}
    bought = await ask(client.futures_create_order(**market, side="BUY", quantity="0.04"))
    assert (bought["status"], bought["avgPrice"], bought["cumQuote"]) == (
        "FILLED",
        "60010.00000",
        "2400.40000",
    )
    position = (await ask(client.futures_position_information(symbol="BTCUSDT")))[0]
    assert (position["positionAmt"], position["entryPrice"]) == ("0.040", "60010")
    assert (position["unRealizedProfit"], position["breakEvenPrice"]) == ("-0.40000000", "60040.005")
    balance = (await ask(client.futures_account_balance()))[0]
    assert (balance["balance"], balance["availableBalance"]) == ("99998.79980000", "99878.39980000")

    scene.maker.leave()
    resting = await ask(client.futures_create_order(**limit("SELL", "0.04", "60020", timeInForce="GTX")))
    scene.maker.take("BUY", "0.04")
    filled = await ask(client.futures_get_order(symbol="BTCUSDT", orderId=resting["orderId"]))
    assert (filled["status"], filled["avgPrice"]) == ("FILLED", "60020.00000")
    taken, given = await ask(client.futures_account_trades(symbol="BTCUSDT"))
    assert (taken["maker"], taken["commission"], taken["realizedPnl"]) == (False, "1.20020000", "0")
    assert (given["maker"], given["commission"], given["realizedPnl"]) == (True, "0.48016000", "0.40000000")
    assert (await ask(client.futures_account()))["totalWalletBalance"] == "99998.71964000"
    held = await ask(client.futures_position_information(symbol="BTCUSDT"))
    assert [row["positionAmt"] for row in held if float(row["positionAmt"])] == []


async def test_leverage_and_account_settings(client: Any) -> None:
    changed = await ask(client.futures_change_leverage(symbol="BTCUSDT", leverage=10))
    assert (changed["leverage"], changed["maxNotionalValue"]) == (10, "230000000")
    assert (await ask(client.futures_symbol_config(symbol="BTCUSDT")))[0]["leverage"] == 10
    assert (await ask(client.futures_get_position_mode()))["dualSidePosition"] is False
    assert (await ask(client.futures_get_multi_assets_mode()))["multiAssetsMargin"] is False
    await ask(client.futures_change_multi_assets_mode(multiAssetsMargin=True))
    assert (await ask(client.futures_get_multi_assets_mode()))["multiAssetsMargin"] is True
    await ask(client.futures_change_multi_assets_mode(multiAssetsMargin=False))
    assert (await ask(client.futures_account_config()))["canTrade"] is True
    assert (await ask(client.futures_commission_rate(symbol="BTCUSDT")))["takerCommissionRate"] == "0.000500"
    with pytest.raises(BinanceAPIException) as refused:
        await ask(client.futures_change_margin_type(symbol="BTCUSDT", marginType="CROSSED"))
    assert refused.value.code == -4046


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_a_refused_order_raises_the_exchanges_code(client: Any, scene: Scene, refusal: Refusal) -> None:
    scene.lay_book()
    with pytest.raises(BinanceAPIException) as refused:
        await ask(client.futures_create_order(**refusal.order))
    assert (refused.value.code, refused.value.status_code) == (refusal.code, 400)
    assert await ask(client.futures_get_open_orders()) == []


async def test_an_order_nobody_knows_is_refused(client: Any) -> None:
    calls = {-2011: client.futures_cancel_order, -2013: client.futures_get_order}
    for code, call in calls.items():
        with pytest.raises(BinanceAPIException) as refused:
            await ask(call(symbol="BTCUSDT", orderId=999_999_999))
        assert refused.value.code == code


async def test_a_wrong_key_or_secret_is_refused(face: Any, scene: Scene) -> None:
    trader = scene.trader
    wrong = {
        -2014: (401, trader._replace(api_key="no key")),
        -2015: (401, trader._replace(api_key="A" * 64)),
        -1022: (400, trader._replace(api_secret="B" * 64)),
    }
    for code, (status, account) in wrong.items():
        client = await ask(face(scene.rest, account))
        with pytest.raises(BinanceAPIException) as refused:
            await ask(client.futures_account_balance())
        assert (refused.value.code, refused.value.status_code) == (code, status)
        await ask(client.close_connection())


async def test_a_clock_that_is_off_is_refused_until_it_is_synchronised(tomorrow: Operator) -> None:
    account: Account = tomorrow.account()
    client = binance_client(tomorrow.rest, account)
    with pytest.raises(BinanceAPIException) as refused:
        client.futures_account_balance()
    assert refused.value.code == -1021
    client.close_connection()
    measured = await binance_async_client(tomorrow.rest, account)  # it measures the difference by itself
    assert (await measured.futures_account_balance())[0]["balance"] == "100000.00000000"
    await measured.close_connection()
