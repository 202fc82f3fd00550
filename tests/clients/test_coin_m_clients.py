"""COIN-M through unmodified clients: ccxt's `binancecoinm`, ccxt.pro, and the official SDK for COIN-M."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import ccxt
import ccxt.async_support
import ccxt.pro
import pytest
from binance_common.configuration import ConfigurationWebSocketStreams
from binance_common.errors import BadRequestError
from binance_sdk_derivatives_trading_coin_futures import DerivativesTradingCoinFutures
from binance_sdk_derivatives_trading_coin_futures.rest_api import DerivativesTradingCoinFuturesRestAPI

from tests.clients.asking import ask
from tests.clients.endpoints import binance_client, ccxt_options, coin_sdk_rest
from tests.clients.inbox import PATIENCE_S, Inbox
from tests.clients.venue import Operator, Scene

PERP = "BTCUSD_PERP"
BITCOIN = "BTC/USD:BTC"
FACES = {"sync": ccxt.binancecoinm, "async": ccxt.async_support.binancecoinm}


@pytest.fixture(params=FACES)
async def exchange(request: pytest.FixtureRequest, scene: Scene) -> AsyncIterator[Any]:
    made = FACES[request.param](ccxt_options(scene.rest, scene.ws, scene.trader))
    yield made
    if isinstance(made, ccxt.async_support.Exchange):
        await made.close()


@pytest.fixture
def api(scene: Scene) -> DerivativesTradingCoinFuturesRestAPI:
    return coin_sdk_rest(scene.rest, scene.trader)


# ccxt


async def test_ccxt_reads_markets_and_market_data(exchange: Any, scene: Scene) -> None:
    markets = await ask(exchange.load_markets())
    assert list(markets) == [BITCOIN]
    bitcoin = markets[BITCOIN]
    assert (bitcoin["active"], bitcoin["inverse"], bitcoin["contractSize"]) == (True, True, 100.0)
    assert (bitcoin["settle"], bitcoin["precision"]["price"], bitcoin["precision"]["amount"]) == (
        "BTC",
        0.1,
        1.0,
    )
    scene.lay_coin_book()
    await ask(exchange.create_order(BITCOIN, "market", "buy", 40))
    book = await ask(exchange.fetch_order_book(BITCOIN, 5))
    assert (book["bids"], book["asks"]) == ([[59990.0, 100.0]], [[60010.0, 60.0]])
    assert (await ask(exchange.fetch_trades(BITCOIN, limit=1)))[0]["amount"] == 40
    assert (await ask(exchange.fetch_ticker(BITCOIN)))["last"] == 60010.0
    assert (await ask(exchange.fetch_mark_price(BITCOIN)))["markPrice"] == 60000.0
    assert (await ask(exchange.fetch_funding_rate(BITCOIN)))["indexPrice"] == 60000.0
    assert (await ask(exchange.fetch_ohlcv(BITCOIN, "1m")))[-1][4] == 60010.0
    touch = (await ask(exchange.fetch_bids_asks([BITCOIN])))[BITCOIN]
    assert (touch["bid"], touch["ask"]) == (59990.0, 60010.0)
    tiers = await ask(exchange.fetch_market_leverage_tiers(BITCOIN))
    assert [tier["maxLeverage"] for tier in tiers[:3]] == [125.0, 100.0, 50.0]


async def test_ccxt_reads_income_in_coin(exchange: Any, scene: Scene) -> None:
    scene.lay_coin_book()
    await ask(exchange.create_order(BITCOIN, "market", "buy", 60))
    ledger = await ask(exchange.fetch_ledger("BTC", params={"type": "delivery"}))
    assert [(row["type"], row["direction"], row["amount"]) for row in ledger] == [
        ("transfer", "in", 1.0),
        ("commission", "out", 0.00004999),
    ]
    assert await ask(exchange.fetch_funding_history(BITCOIN)) == []


async def test_ccxt_trades_and_sees_its_position_in_coin(exchange: Any, scene: Scene) -> None:
    scene.lay_coin_book()
    bought = await ask(exchange.create_order(BITCOIN, "market", "buy", 60))
    assert (bought["status"], bought["filled"], bought["average"]) == ("closed", 60.0, 60010.0)
    position = (await ask(exchange.fetch_positions([BITCOIN])))[0]
    assert (position["side"], position["contracts"], position["contractSize"]) == ("long", 60.0, 100.0)
    assert position["entryPrice"] == pytest.approx(60010, abs=1e-5)
    assert position["notional"] == 0.1
    # less 0.05 % of 6,000 USD at 60,010, and the loss against the mark of 60,000, which ccxt counts in
    assert (await ask(exchange.fetch_balance()))["BTC"]["total"] == 0.99993335
    (fill,) = await ask(exchange.fetch_my_trades(BITCOIN))
    assert (fill["amount"], fill["fee"]["cost"], fill["fee"]["currency"]) == (60.0, 0.00004999, "BTC")
    assert (await ask(exchange.set_leverage(50, BITCOIN)))["maxQty"] == "20"


async def test_ccxt_edits_and_cancels(exchange: Any) -> None:
    placed = await ask(exchange.create_order(BITCOIN, "limit", "buy", 5, 59900))
    edited = await ask(exchange.edit_order(placed["id"], BITCOIN, "limit", "buy", 6, 59910))
    assert (edited["id"], edited["price"], edited["amount"]) == (placed["id"], 59910.0, 6.0)
    assert [order["id"] for order in await ask(exchange.fetch_open_orders(BITCOIN))] == [placed["id"]]
    assert (await ask(exchange.cancel_order(placed["id"], BITCOIN)))["status"] == "canceled"
    waiting = await ask(exchange.create_order(BITCOIN, "stop_market", "sell", 5, None, {"stopPrice": 55000}))
    assert (await ask(exchange.fetch_open_orders(BITCOIN, params={"trigger": True})))[0]["id"] == waiting[
        "id"
    ]
    await ask(exchange.cancel_all_orders(BITCOIN, params={"trigger": True}))
    assert await ask(exchange.fetch_open_orders(BITCOIN, params={"trigger": True})) == []


async def test_ccxt_pro_watches_orders_balance_and_market(scene: Scene) -> None:
    async with ccxt.pro.binancecoinm(ccxt_options(scene.rest, scene.ws, scene.trader)) as exchange:
        await exchange.load_markets()
        scene.lay_coin_book()
        watches = [
            asyncio.create_task(watch)
            for watch in (
                exchange.watch_orders(BITCOIN),
                exchange.watch_my_trades(BITCOIN),
                exchange.watch_balance(),
                exchange.watch_trades(BITCOIN),
            )
        ]
        async with asyncio.timeout(PATIENCE_S):
            while not all(watch.done() for watch in watches):  # until every socket is subscribed
                await exchange.create_order(BITCOIN, "market", "buy", 1)
                await asyncio.wait(watches, timeout=0.2)
        orders, fills, balance, trades = [watch.result() for watch in watches]
        assert orders[-1]["symbol"] == fills[-1]["symbol"] == trades[-1]["symbol"] == BITCOIN
        assert fills[-1]["fee"]["currency"] == "BTC"
        assert balance["BTC"]["total"] < 1


# The official SDK


@pytest.mark.usefixtures("no_complaints")
def test_the_sdk_reads_rules_and_market_data(api: DerivativesTradingCoinFuturesRestAPI, scene: Scene) -> None:
    api.test_connectivity()
    (row,) = api.exchange_information().data().symbols
    assert (row.symbol, row.contract_status, row.contract_size) == (PERP, "TRADING", 100)
    assert (row.filters[0].filter_type, row.filters[0].tick_size) == ("PRICE_FILTER", "0.1")
    scene.lay_coin_book()
    api.new_order(symbol=PERP, side="BUY", type="MARKET", quantity=40)
    book = api.order_book(symbol=PERP, limit=5).data()
    assert (book.pair, book.bids, book.asks) == ("BTCUSD", [["59990.0", "100"]], [["60010.0", "60"]])
    assert api.kline_candlestick_data(symbol=PERP, interval="1m").data()[-1][4] == "60010.0"
    series = {"pair": "BTCUSD", "interval": "1m"}
    found = api.continuous_contract_kline_candlestick_data(contract_type="PERPETUAL", **series).data()
    assert found[-1][4] == "60010.0"
    assert api.index_price_kline_candlestick_data(**series).data()[-1][4] == "60000.00000000"
    marks = api.mark_price_kline_candlestick_data(symbol=PERP, interval="1m").data()
    assert marks[0][1] == "60000.00000000"
    premiums = api.premium_index_kline_data(symbol=PERP, interval="1m").data()
    assert all(0 < row[8] <= 12 for row in premiums)
    assert api.index_price_and_mark_price(symbol=PERP).data()[0].mark_price == "60000.00000000"
    assert api.symbol_price_ticker(pair="BTCUSD").data()[0].price == "60010.0"
    assert api.symbol_order_book_ticker(symbol=PERP).data()[0].ask_qty == "60"
    assert api.ticker24hr_price_change_statistics(pair="BTCUSD").data()[0].pair == "BTCUSD"
    assert api.compressed_aggregate_trades_list(symbol=PERP).data()[-1].q == "40"
    (by_pair,) = api.notional_bracket_for_pair().data()
    (by_symbol,) = api.notional_bracket_for_symbol().data()
    assert by_pair.brackets[1].qtyl_floor == by_symbol.brackets[1].qtyl_floor == 5


@pytest.mark.usefixtures("no_complaints")
def test_the_sdk_trades_and_reads_the_account(
    api: DerivativesTradingCoinFuturesRestAPI, scene: Scene
) -> None:
    placed = api.new_order(
        symbol=PERP, side="BUY", type="LIMIT", time_in_force="GTC", quantity=5, price=59900.0
    ).data()
    assert (placed.status, placed.orig_qty, placed.pair) == ("NEW", "5", "BTCUSD")
    amended = api.modify_order(
        symbol=PERP, side="BUY", quantity=6, price=59910.0, order_id=placed.order_id
    ).data()
    assert (amended.price, amended.orig_qty) == ("59910.0", "6")
    assert [row.order_id for row in api.current_all_open_orders().data()] == [placed.order_id]
    assert api.cancel_order(symbol=PERP, order_id=placed.order_id).data().status == "CANCELED"
    scene.lay_coin_book()
    filled = api.new_order(
        symbol=PERP, side="SELL", type="MARKET", quantity=60, new_order_resp_type="RESULT"
    ).data()
    assert (filled.status, filled.executed_qty) == ("FILLED", "60")
    (position,) = api.position_information(pair="BTCUSD").data()
    assert (position.position_amt, position.entry_price, position.max_qty) == ("-60", "59990", "50")
    (balance,) = api.futures_account_balance().data()
    assert (balance.asset, balance.balance) == ("BTC", "0.99995000")
    account = api.account_information().data()
    assert (account.assets[0].wallet_balance, account.positions[0].position_amt) == ("0.99995000", "-60")
    (fill,) = api.account_trade_list(pair="BTCUSD").data()
    assert (fill.base_qty, fill.commission, fill.margin_asset) == ("0.10001666", "0.00005000", "BTC")
    assert api.user_commission_rate(symbol=PERP).data().maker_commission_rate == "0.000100"
    assert api.change_initial_leverage(symbol=PERP, leverage=50).data().max_qty == "20"
    assert api.get_current_position_mode().data().dual_side_position is False
    with pytest.raises(BadRequestError) as refused:
        api.new_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=1)
    assert refused.value.status_code == -1121


@contextlib.asynccontextmanager
async def opened(ws: str) -> AsyncIterator[Any]:
    configuration = ConfigurationWebSocketStreams(stream_url=ws)
    streams = DerivativesTradingCoinFutures(config_ws_streams=configuration).websocket_streams
    await streams.create_connection()
    try:
        yield streams
    finally:
        await streams.close_connection(close_session=True)


async def subscribed(request: Any) -> Inbox[Any]:
    inbox: Inbox[Any] = Inbox()
    (await request).on("message", inbox.put)
    return inbox


@pytest.mark.usefixtures("no_complaints")
async def test_every_market_stream_of_the_sdk_delivers_what_its_model_describes(lively: Operator) -> None:
    async with opened(f"{lively.ws}/dstream/stream") as streams:
        perp = {"symbol": "btcusd_perp"}
        requests = {
            "aggTrade": streams.aggregate_trade_streams(**perp),
            "markPriceUpdate": streams.mark_price_stream(**perp, update_speed="1s"),
            "indexPriceUpdate": streams.index_price_stream(pair="btcusd", update_speed="1s"),
            "kline": streams.kline_candlestick_streams(**perp, interval="1m"),
            "continuous_kline": streams.continuous_contract_kline_candlestick_streams(
                pair="btcusd", contract_type="perpetual", interval="1m"
            ),
            "indexPrice_kline": streams.index_kline_candlestick_streams(pair="btcusd", interval="1m"),
            "markPrice_kline": streams.mark_price_kline_candlestick_streams(**perp, interval="1m"),
            "24hrMiniTicker": streams.individual_symbol_mini_ticker_stream(**perp),
            "24hrTicker": streams.individual_symbol_ticker_streams(**perp),
            "bookTicker": streams.individual_symbol_book_ticker_streams(**perp),
            "depthUpdate": streams.partial_book_depth_streams(**perp, levels="5", update_speed="100ms"),
        }
        inboxes = {event: await subscribed(request) for event, request in requests.items()}
        pair = await subscribed(streams.mark_price_of_all_symbols_of_a_pair(pair="btcusd", update_speed="1s"))
        every = await subscribed(streams.all_market_mini_tickers_stream())
        for event, inbox in inboxes.items():
            message = await inbox.first()
            assert message.e == event
        assert [row.s for row in await pair.first()] == [PERP]
        assert [row.s for row in await every.first()] == [PERP]


@pytest.mark.usefixtures("no_complaints")
async def test_the_sdk_hears_orders_fills_and_coin_on_its_listen_key(
    api: DerivativesTradingCoinFuturesRestAPI, scene: Scene
) -> None:
    scene.lay_coin_book()
    async with opened(scene.ws) as streams:
        key = api.start_user_data_stream().data().listen_key
        events = await subscribed(streams.user_data(key))
        api.new_order(symbol=PERP, side="BUY", type="MARKET", quantity=60)
        api.change_initial_leverage(symbol=PERP, leverage=10)
        await events.until(lambda told: len(told) >= 5)
    heard = [event.actual_instance for event in events.all]
    # COIN-M has TRADE_LITE since its integration, and the SDK no model of it
    assert [event["e"] for event in heard if isinstance(event, dict)] == ["TRADE_LITE"]
    told = [event for event in heard if not isinstance(event, dict)]
    assert [type(event).__name__ for event in told] == [
        *("OrderTradeUpdate", "AccountUpdate", "OrderTradeUpdate", "AccountConfigUpdate")
    ]
    fill, account = told[2].o, told[1].a
    assert (fill.X, fill.L, fill.n, fill.ma) == ("FILLED", "60010.0", "0.00004999", "BTC")
    assert (account.B[0].a, account.B[0].wb, account.P[0].pa) == ("BTC", "0.99995001", "60")


# python-binance


async def test_python_binance_trades_coin_m(scene: Scene) -> None:
    client = binance_client(scene.rest, scene.trader)
    scene.lay_coin_book()
    bought = client.futures_coin_create_order(symbol=PERP, side="BUY", type="MARKET", quantity=60)
    assert bought["status"] in ("NEW", "FILLED")
    (position,) = client.futures_coin_position_information(pair="BTCUSD")
    assert position["positionAmt"] == "60"
    assert client.futures_coin_account_balance()[0]["balance"] == "0.99995001"
    client.close_connection()
