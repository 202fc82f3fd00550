"""The official SDK's WebSocket streams, unmodified: `ConfigurationWebSocketStreams(stream_url=...)`.

It opens `/market/stream`, `/public/stream` and `/private/stream` at once, subscribes with UUIDs as ids, and reads every
payload into a strict model; what does not fit is logged, so an empty log is part of each test.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from binance_common.configuration import ConfigurationWebSocketStreams
from binance_sdk_derivatives_trading_usds_futures import DerivativesTradingUsdsFutures
from binance_sdk_derivatives_trading_usds_futures.websocket_streams import (
    DerivativesTradingUsdsFuturesWebSocketStreams as Streams,
)

from tests.clients.endpoints import sdk_rest
from tests.clients.inbox import Inbox
from tests.clients.local_book import LocalBook, caught_up, rest_book
from tests.clients.venue import Operator, Scene

pytestmark = pytest.mark.usefixtures("no_complaints")


@contextlib.asynccontextmanager
async def opened(ws: str) -> AsyncIterator[Streams]:
    """The three sockets, open."""
    configuration = ConfigurationWebSocketStreams(stream_url=ws)
    streams = DerivativesTradingUsdsFutures(config_ws_streams=configuration).websocket_streams
    await streams.create_connection()
    assert [connection.url_path for connection in streams.connections] == ["market", "public", "private"]
    try:
        yield streams
    finally:
        await streams.close_connection(close_session=True)


async def subscribed(request: Any) -> Inbox[Any]:
    """What a stream delivers from now on."""
    inbox: Inbox[Any] = Inbox()
    (await request).on("message", inbox.put)
    return inbox


async def test_every_market_stream_delivers_what_its_model_describes(lively: Operator) -> None:
    async with opened(lively.ws) as streams:
        bitcoin = {"symbol": "btcusdt"}
        minute = {"interval": "1m"}
        requests = {
            "aggTrade": streams.aggregate_trade_streams(**bitcoin),
            "markPriceUpdate": streams.mark_price_stream(**bitcoin, update_speed="1s"),
            "kline": streams.kline_candlestick_streams(**bitcoin, **minute),
            "continuous_kline": streams.continuous_contract_kline_candlestick_streams(
                pair="btcusdt", contract_type="perpetual", **minute
            ),
            "24hrMiniTicker": streams.individual_symbol_mini_ticker_stream(**bitcoin),
            "24hrTicker": streams.individual_symbol_ticker_streams(**bitcoin),
            "bookTicker": streams.individual_symbol_book_ticker_streams(**bitcoin),
            "depthUpdate": streams.partial_book_depth_streams(**bitcoin, levels="5", update_speed="100ms"),
        }
        inboxes = {event: await subscribed(request) for event, request in requests.items()}
        for event, inbox in inboxes.items():
            message = await inbox.first()
            assert message.e == event
            assert message.additional_properties == {}
        assert len(inboxes["depthUpdate"].all[0].b) == 5


async def test_all_market_streams_deliver_every_symbol(lively: Operator) -> None:
    async with opened(lively.ws) as streams:
        requests = (
            streams.mark_price_stream_for_all_market(update_speed="1s"),
            streams.all_market_mini_tickers_stream(),
            streams.all_market_tickers_streams(),
        )
        for inbox in [await subscribed(request) for request in requests]:
            assert {row.s for row in await inbox.first()} <= {"BTCUSDT", "ETHUSDT"}
        touch = await subscribed(streams.all_book_tickers_stream())
        await touch.until(lambda messages: {message.s for message in messages} == {"BTCUSDT", "ETHUSDT"})


async def test_a_subscription_is_listed_and_ended(lively: Operator) -> None:
    async with opened(lively.ws) as streams:
        handle = await streams.aggregate_trade_streams(symbol="btcusdt")
        assert (await streams.list_subscribe())["result"] == ["btcusdt@aggTrade"]
        await handle.unsubscribe()
        assert (await streams.list_subscribe())["result"] == []


async def test_a_local_book_follows_the_diffs(still: Operator) -> None:
    async with opened(still.ws) as streams:
        diffs = await subscribed(streams.diff_book_depth_streams(symbol="btcusdt", update_speed="100ms"))
        still.advance(1_000)
        await diffs.first()
        book = LocalBook(rest_book(still.rest))
        still.advance(10_000)
        answer = await caught_up(
            still, lambda update_id: diffs.until(lambda events: events[-1].u >= update_id)
        )
        for event in diffs.all:
            book.apply(event.model_dump())
        assert book.applied > 20
        book.assert_like(answer)


async def test_orders_and_fills_are_told_on_the_listen_key(scene: Scene) -> None:
    api = sdk_rest(scene.rest, scene.trader)
    scene.lay_book()
    async with opened(scene.ws) as streams:
        key = api.start_user_data_stream().data().listen_key
        events = await subscribed(streams.user_data(key))
        placed = api.new_order(
            symbol="BTCUSDT", side="BUY", type="LIMIT", time_in_force="GTC", quantity=0.05, price=59900.0
        ).data()
        api.cancel_order(symbol="BTCUSDT", order_id=placed.order_id)
        api.new_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.04)
        api.change_initial_leverage(symbol="BTCUSDT", leverage=10)
        await events.until(lambda told: len(told) >= 7)
    told = [event.actual_instance for event in events.all]
    assert [type(event).__name__ for event in told] == [
        "OrderTradeUpdate",
        "OrderTradeUpdate",
        "OrderTradeUpdate",
        "TradeLite",
        "AccountUpdate",
        "OrderTradeUpdate",
        "AccountConfigUpdate",
    ]
    orders = [event.o for event in (told[0], told[1], told[2], told[5])]
    assert [order.x for order in orders] == ["NEW", "CANCELED", "NEW", "TRADE"]
    assert (orders[3].X, orders[3].L, orders[3].n, orders[3].N) == ("FILLED", "60010.00", "1.2002", "USDT")
    account = told[4].a
    assert (account.m, account.B[0].wb, account.P[0].pa, account.P[0].ep) == (
        "ORDER", "99998.7998", "0.040", "60010",
    )  # fmt: skip
    assert (told[6].ac.s, told[6].ac.l) == ("BTCUSDT", 10)
