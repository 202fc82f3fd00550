"""ccxt, unmodified: `binanceusdm` with its URLs pointed at the venue; every test runs on both of its faces."""

from collections.abc import AsyncIterator
from typing import Any

import ccxt
import ccxt.async_support
import pytest

from tests.clients.asking import ask
from tests.clients.endpoints import ccxt_options
from tests.clients.refusals import REFUSALS, Refusal
from tests.clients.venue import Account, Operator, Scene

BITCOIN = "BTC/USDT:USDT"
FACES = {"sync": ccxt.binanceusdm, "async": ccxt.async_support.binanceusdm}
# What ccxt makes of a code at a host that it does not know.
AT_ANY_HOST = {
    -2019: ccxt.ExchangeError,
    -1121: ccxt.BadSymbol,
    -1111: ccxt.BadRequest,
    -4164: ccxt.ExchangeError,
    -4014: ccxt.BadRequest,
    -4016: ccxt.BadRequest,
    -5022: ccxt.InvalidOrder,
    -5021: ccxt.InvalidOrder,
    -2022: ccxt.ExchangeError,
}
# What it makes of it with its table for linear futures, which it otherwise keeps for the official hosts.
WITH_LINEAR_TABLE = AT_ANY_HOST | {
    -2019: ccxt.InsufficientFunds,
    -4164: ccxt.InvalidOrder,
    -5022: ccxt.OrderNotFillable,
    -5021: ccxt.OrderNotFillable,
    -2022: ccxt.InvalidOrder,
}


@pytest.fixture(params=FACES)
def face(request: pytest.FixtureRequest) -> Any:
    return FACES[request.param]


@pytest.fixture
async def exchange(face: Any, scene: Scene) -> AsyncIterator[Any]:
    made = face(ccxt_options(scene.rest, scene.ws, scene.trader))
    yield made
    await close(made)


async def close(exchange: Any) -> None:
    """The asynchronous exchange wants to be closed; the synchronous one has nothing to close."""
    if isinstance(exchange, ccxt.async_support.Exchange):
        await exchange.close()


async def test_it_reads_markets_and_time(exchange: Any, scene: Scene) -> None:
    markets = await ask(exchange.load_markets())
    assert list(markets) == [BITCOIN, "ETH/USDT:USDT"]
    bitcoin = markets[BITCOIN]
    assert (bitcoin["active"], bitcoin["linear"], bitcoin["precision"]["price"]) == (True, True, 0.1)
    assert (bitcoin["limits"]["amount"]["min"], bitcoin["limits"]["cost"]["min"]) == (0.001, 50.0)
    assert abs(await ask(exchange.fetch_time()) - scene.operator.now_ms()) < 1_000
    assert (await ask(exchange.fetch_status()))["status"] == "ok"


async def test_it_reads_market_data(exchange: Any, scene: Scene) -> None:
    scene.lay_book()
    await ask(exchange.create_order(BITCOIN, "market", "buy", 0.04))
    book = await ask(exchange.fetch_order_book(BITCOIN, 5))
    assert (book["bids"], book["asks"]) == ([[59990.0, 0.1]], [[60010.0, 0.06]])
    trade = (await ask(exchange.fetch_trades(BITCOIN, limit=1)))[0]
    assert (trade["side"], trade["price"], trade["amount"]) == ("buy", 60010.0, 0.04)
    candle = (await ask(exchange.fetch_ohlcv(BITCOIN, "1m")))[-1]
    assert candle[4] == 60010.0
    marks = await ask(exchange.fetch_mark_ohlcv(BITCOIN, "1m"))
    indexes = await ask(exchange.fetch_index_ohlcv(BITCOIN, "1m"))
    assert (marks[0][1], indexes[-1][4]) == (60000.0, 60000.0)
    assert all(row[5] is not None for row in await ask(exchange.fetch_premium_index_ohlcv(BITCOIN, "1m")))
    assert (await ask(exchange.fetch_ticker(BITCOIN)))["last"] == 60010.0
    assert (await ask(exchange.fetch_mark_price(BITCOIN)))["markPrice"] == 60000.0
    assert (await ask(exchange.fetch_funding_rate(BITCOIN)))["indexPrice"] == 60000.0
    touch = (await ask(exchange.fetch_bids_asks([BITCOIN])))[BITCOIN]
    assert (touch["bid"], touch["ask"]) == (59990.0, 60010.0)
    tiers = await ask(exchange.fetch_market_leverage_tiers(BITCOIN))
    assert [tier["maxLeverage"] for tier in tiers[:3]] == [150.0, 100.0, 75.0]


async def test_an_order_is_placed_edited_asked_for_and_cancelled(exchange: Any) -> None:
    placed = await ask(exchange.create_order(BITCOIN, "limit", "buy", 0.05, 59900))
    assert (placed["status"], placed["remaining"]) == ("open", 0.05)
    edited = await ask(exchange.edit_order(placed["id"], BITCOIN, "limit", "buy", 0.06, 59910))
    assert (edited["id"], edited["price"], edited["amount"]) == (placed["id"], 59910.0, 0.06)
    assert (await ask(exchange.fetch_order(placed["id"], BITCOIN)))["price"] == 59910.0
    assert [order["id"] for order in await ask(exchange.fetch_open_orders(BITCOIN))] == [placed["id"]]
    assert (await ask(exchange.cancel_order(placed["id"], BITCOIN)))["status"] == "canceled"
    assert await ask(exchange.fetch_open_orders(BITCOIN)) == []
    assert [order["status"] for order in await ask(exchange.fetch_orders(BITCOIN))] == ["canceled"]


async def test_orders_are_placed_and_cancelled_in_batches(exchange: Any) -> None:
    wanted = [
        {"symbol": BITCOIN, "type": "limit", "side": "buy", "amount": 0.01, "price": price}
        for price in (59800, 59700, 59600)
    ]
    placed = await ask(exchange.create_orders(wanted))
    assert [order["price"] for order in placed] == [59800.0, 59700.0, 59600.0]
    cancelled = await ask(exchange.cancel_orders([order["id"] for order in placed[:2]], BITCOIN))
    assert [order["status"] for order in cancelled] == ["canceled", "canceled"]
    await ask(exchange.cancel_all_orders(BITCOIN))
    assert await ask(exchange.fetch_open_orders(BITCOIN)) == []


async def test_a_market_order_takes_and_a_resting_order_is_taken_to_the_last_digit(
    exchange: Any, scene: Scene
) -> None:
    scene.lay_book()
    bought = await ask(exchange.create_order(BITCOIN, "market", "buy", 0.04))
    assert (bought["status"], bought["filled"], bought["average"]) == ("closed", 0.04, 60010.0)
    position = (await ask(exchange.fetch_positions([BITCOIN])))[0]
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 0.04, 60010.0)
    assert (position["unrealizedPnl"], position["initialMargin"], position["maintenanceMargin"]) == (
        -0.4, 120.0, 9.6,
    )  # fmt: skip
    balance = (await ask(exchange.fetch_balance()))["USDT"]
    assert (balance["free"], balance["total"]) == (99878.3998, 99998.3998)

    scene.maker.leave()
    resting = await ask(exchange.create_order(BITCOIN, "limit", "sell", 0.04, 60020, {"postOnly": True}))
    scene.maker.take("BUY", "0.04")
    assert (await ask(exchange.fetch_order(resting["id"], BITCOIN)))["status"] == "closed"
    taken, given = await ask(exchange.fetch_my_trades(BITCOIN))
    assert (taken["takerOrMaker"], taken["fee"]) == ("taker", {"currency": "USDT", "cost": 1.2002})
    assert (given["takerOrMaker"], given["fee"]) == ("maker", {"currency": "USDT", "cost": 0.48016})
    assert await ask(exchange.fetch_positions([BITCOIN])) == []
    account = await ask(exchange.fapiPrivateV3GetAccount())
    assert account["totalWalletBalance"] == "99998.71964000"


async def test_a_position_is_closed_with_a_reduce_only_order(exchange: Any, scene: Scene) -> None:
    scene.lay_book()
    await ask(exchange.create_order(BITCOIN, "market", "sell", 0.04))
    assert (await ask(exchange.fetch_positions([BITCOIN])))[0]["side"] == "short"
    closed = await ask(exchange.create_order(BITCOIN, "market", "buy", 0.04, None, {"reduceOnly": True}))
    assert (closed["status"], closed["reduceOnly"]) == ("closed", True)
    assert await ask(exchange.fetch_positions([BITCOIN])) == []


async def test_what_happened_to_money_and_margin_is_read(exchange: Any, scene: Scene) -> None:
    scene.lay_book()
    await ask(exchange.set_margin_mode("isolated", BITCOIN))
    await ask(exchange.create_order(BITCOIN, "market", "buy", 0.04))
    await ask(exchange.add_margin(BITCOIN, 1.5))
    ledger = await ask(exchange.fetch_ledger("USDT", params={"type": "future"}))
    assert [(row["type"], row["direction"], row["amount"]) for row in ledger] == [
        ("transfer", "in", 100000.0),
        ("commission", "out", 1.2002),
    ]
    (change,) = await ask(exchange.fetch_margin_adjustment_history(BITCOIN))
    assert (change["type"], change["amount"]) == ("add", 1.5)
    assert await ask(exchange.fetch_funding_history(BITCOIN)) == []
    assert await ask(exchange.fetch_funding_rate_history(BITCOIN, limit=3)) is not None
    assert (await ask(exchange.fetch_funding_interval(BITCOIN)))["interval"] == "8h"
    assert (await ask(exchange.fetch_trading_fee(BITCOIN)))["maker"] == 0.0002


async def test_leverage_and_account_settings(exchange: Any) -> None:
    assert (await ask(exchange.set_leverage(10, BITCOIN)))["maxNotionalValue"] == "230000000"
    assert (await ask(exchange.fetch_leverage(BITCOIN)))["longLeverage"] == 10
    assert (await ask(exchange.fetch_margin_mode(BITCOIN)))["marginMode"] == "cross"
    assert (await ask(exchange.fetch_position_mode()))["hedged"] is False
    with pytest.raises(ccxt.MarginModeAlreadySet):
        await ask(exchange.set_margin_mode("cross", BITCOIN))
    with pytest.raises(ccxt.OperationRejected, match="-4059"):
        await ask(exchange.set_position_mode(False))


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
async def test_a_refused_order_raises_the_class_of_its_code(
    exchange: Any, scene: Scene, refusal: Refusal
) -> None:
    scene.lay_book()
    with pytest.raises(ccxt.ExchangeError, match=str(refusal.code)) as refused:
        await ask(exchange.fapiPrivatePostOrder(dict(refusal.order)))
    assert type(refused.value) is AT_ANY_HOST[refusal.code]
    exchange.exceptions["exact"] |= exchange.exceptions["linear"]["exact"]
    with pytest.raises(ccxt.ExchangeError, match=str(refusal.code)) as refused:
        await ask(exchange.fapiPrivatePostOrder(dict(refusal.order)))
    assert type(refused.value) is WITH_LINEAR_TABLE[refusal.code]


async def test_an_order_nobody_knows_is_not_found(exchange: Any) -> None:
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        await ask(exchange.cancel_order("999999999", BITCOIN))
    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        await ask(exchange.fetch_order("999999999", BITCOIN))


async def test_a_wrong_key_or_secret_is_refused(face: Any, scene: Scene) -> None:
    trader = scene.trader
    wrong = {
        "-2014": trader._replace(api_key="no key"),
        "-2015": trader._replace(api_key="A" * 64),
        "-1022": trader._replace(api_secret="B" * 64),
    }
    for code, account in wrong.items():
        exchange = face(ccxt_options(scene.rest, scene.ws, account))
        with pytest.raises(ccxt.AuthenticationError, match=code):
            await ask(exchange.fapiPrivateV3GetBalance())
        await close(exchange)


async def test_a_clock_that_is_off_is_refused_until_it_is_synchronised(face: Any, tomorrow: Operator) -> None:
    account: Account = tomorrow.account()
    exchange = face(ccxt_options(tomorrow.rest, tomorrow.ws, account))
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        await ask(exchange.fapiPrivateV3GetBalance())
    exchange.options["adjustForTimeDifference"] = True
    await ask(exchange.load_time_difference())
    assert (await ask(exchange.fapiPrivateV3GetBalance()))[0]["balance"] == "100000.00000000"
    await close(exchange)


async def test_the_exchange_for_all_markets_trades_futures_too(scene: Scene) -> None:
    """`ccxt.binance`, as many bots use it: it also asks the spot, margin and COIN-M paths as it starts."""
    scene.lay_book()
    options = {**ccxt_options(scene.rest, scene.ws, scene.trader), "options": {"defaultType": "swap"}}
    exchange = ccxt.binance(options)
    assert list(exchange.load_markets()) == [BITCOIN, "ETH/USDT:USDT", "BTC/USD:BTC"]
    assert exchange.create_order(BITCOIN, "market", "buy", 0.04)["status"] == "closed"
    scene.lay_coin_book()
    assert exchange.create_order("BTC/USD:BTC", "market", "buy", 60)["status"] == "closed"
    assert exchange.fetch_balance()["USDT"]["total"] == 99998.3998


async def test_stops_of_each_kind_are_placed_listed_asked_for_and_cancelled(exchange: Any) -> None:
    """It asks exchangeInfo which types a symbol takes before it sends one to the algo endpoints."""
    assert (await ask(exchange.load_markets()))[BITCOIN]["info"]["timeInForce"][-1] == "GTD"
    for kind, amount, params in (
        ("market", 0.05, {"stopLossPrice": 55000}),
        ("market", 0.05, {"takeProfitPrice": 65000}),
        ("market", 0.05, {"trailingPercent": 1}),
    ):
        placed = await ask(exchange.create_order(BITCOIN, kind, "sell", amount, None, params))
        assert placed["status"] == "open", params
        waiting = await ask(exchange.fetch_open_orders(BITCOIN, params={"trigger": True}))
        assert [order["id"] for order in waiting] == [placed["id"]]
        asked = await ask(exchange.fetch_order(placed["id"], BITCOIN, {"trigger": True}))
        assert asked["amount"] == amount
        await ask(exchange.cancel_order(placed["id"], BITCOIN, {"trigger": True}))
        assert await ask(exchange.fetch_open_orders(BITCOIN, params={"trigger": True})) == []


async def test_both_sides_of_a_hedge_are_opened_and_closed(exchange: Any, scene: Scene) -> None:
    scene.lay_book()
    await ask(exchange.load_markets())
    await ask(exchange.set_position_mode(True, BITCOIN))
    assert (await ask(exchange.fetch_position_mode(BITCOIN)))["hedged"] is True
    await ask(exchange.create_order(BITCOIN, "market", "buy", 0.03, None, {"positionSide": "LONG"}))
    await ask(exchange.create_order(BITCOIN, "market", "sell", 0.02, None, {"positionSide": "SHORT"}))
    held = await ask(exchange.fetch_positions([BITCOIN]))
    assert sorted((position["side"], position["contracts"]) for position in held) == [
        ("long", 0.03),
        ("short", 0.02),
    ]
    await ask(exchange.create_order(BITCOIN, "market", "sell", 0.03, None, {"positionSide": "LONG"}))
    await ask(exchange.create_order(BITCOIN, "market", "buy", 0.02, None, {"positionSide": "SHORT"}))
    assert [position["contracts"] for position in await ask(exchange.fetch_positions([BITCOIN]))] == []
