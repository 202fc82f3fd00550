"""Candles as streams: series that go on with the next quarter, and COIN-M's candles of index and mark price."""

from typing import Any

import pytest

from perpit.domain.commands import ListInstrument, PinMarkPrice, SetIndexPrice
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, USDS_M
from tests.binance.floor import BTC, COIN, PRICE, START_MS, Floor, watches_anything
from tests.binance.test_deliveries import COIN_QUARTER, CURRENT, NEXT, list_quarters, quarter

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
OPEN_MS = START_MS - START_MS % MINUTE_MS  # 20 s before the start


def told(rows: list[Any]) -> list[tuple[int, str, int, bool]]:
    """Minutes since the start, close, trades or samples, closed."""
    return [
        ((row["k"]["t"] - OPEN_MS) // MINUTE_MS, row["k"]["c"], row["k"]["n"], row["k"]["x"]) for row in rows
    ]


@pytest.mark.semantics("3.6.2")
def test_an_open_subscription_goes_on_with_the_quarter_that_follows() -> None:
    floor = Floor()
    list_quarters(floor)
    floor.do(ListInstrument(quarter(COIN_QUARTER, 4_000, "LATER")))
    current = floor.listen("/ws/btcusdt_current_quarter@continuousKline_1h")
    following = floor.listen("/ws/btcusdt_next_quarter@continuousKline_1h")
    floor.trade(symbol_id=CURRENT)
    floor.trade(price_ticks=PRICE + 50, symbol_id=NEXT)
    floor.advance(250)
    assert [(row["ct"], row["k"]["c"]) for row in current.of("continuous_kline")] == [
        ("CURRENT_QUARTER", "60000.00")
    ]
    assert [row["k"]["c"] for row in following.of("continuous_kline")] == ["60005.00"]

    floor.advance(HOUR_MS)
    for socket in (current, following):
        closed = socket.of("continuous_kline")
        assert [(row["k"]["x"], row["k"]["n"]) for row in closed] == [(True, 1)], "the first hour"
    floor.trade(price_ticks=PRICE + 70, symbol_id=NEXT)
    floor.advance(250)
    (row,) = current.of("continuous_kline")
    assert (row["ps"], row["ct"], row["k"]["c"], row["k"]["n"]) == (
        "BTCUSDT",
        "CURRENT_QUARTER",
        "60007.00",
        1,
    )
    assert following.of("continuous_kline") == [], "nobody is the next quarter until one is listed"
    later = len(floor.world.catalog.by_id)
    floor.do(ListInstrument(quarter(later, 9_000, "FOLLOWING")))
    floor.do(SetIndexPrice(later, 60_000 * UNIT))
    floor.trade(price_ticks=PRICE + 90, symbol_id=later)
    floor.advance(250)
    assert following.of("continuous_kline")[-1]["k"]["c"] == "60009.00"


def test_a_series_can_be_subscribed_before_any_contract_carries_it() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt_current_quarter@continuousKline_1m")
    floor.advance(MINUTE_MS)
    assert socket.messages() == []
    list_quarters(floor)
    floor.trade(symbol_id=CURRENT)
    floor.advance(250)
    assert told(socket.of("continuous_kline")) == [(1, "60000.00", 1, False)]


def test_a_first_trade_that_a_jump_of_the_clock_left_behind_is_told_as_closed() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@kline_1m")
    floor.trade()
    floor.advance(2 * MINUTE_MS)
    assert told(socket.of("kline")) == [(0, "60000.00", 1, True), (1, "60000.00", 0, True)]


def test_a_mark_price_candle_of_coin_m_has_the_published_fields() -> None:
    floor = Floor()
    socket = floor.listen("/dstream/ws/btcusd_perp@markPriceKline_1m")
    floor.advance(18_000)
    (event,) = socket.messages()
    assert event == {
        "e": "markPrice_kline",
        "E": START_MS + 18_000,
        "ps": "BTCUSD",
        "k": {
            "t": OPEN_MS,
            "T": OPEN_MS + 59_999,
            "s": "BTCUSD_PERP",
            "i": "1m",
            "f": START_MS,
            "L": START_MS + 18_000,
            "o": "60000.00000000",
            "c": "60000.00000000",
            "h": "60000.00000000",
            "l": "60000.00000000",
            "v": "0",
            "n": 19,
            "x": False,
            "q": "0",
            "V": "0",
            "Q": "0",
            "B": "0",
        },
    }


def test_price_candles_are_told_when_a_sample_came_and_once_when_they_close() -> None:
    floor = Floor()
    mark, index = (
        floor.listen("/ws/btcusd_perp@markPriceKline_1m"),
        floor.listen("/ws/btcusd@indexPriceKline_1m"),
    )
    floor.advance(250)
    assert mark.messages() == index.messages() == [], "there was no sample"
    floor.do(SetIndexPrice(COIN, 61_000 * UNIT))
    floor.do(PinMarkPrice(COIN, 50_000 * UNIT))
    floor.advance(250)
    assert told(mark.of("markPrice_kline")) == [(0, "50000.00000000", 2, False)]
    assert index.messages() == []
    floor.advance(1_000)
    (row,) = index.of("indexPrice_kline")
    assert (row["ps"], row["k"]["s"], row["k"]["c"], row["k"]["n"]) == ("BTCUSD", "0", "61000.00000000", 2)
    mark.messages()
    floor.advance(MINUTE_MS)
    assert told(mark.of("markPrice_kline"))[-2:] == [
        (0, "50000.00000000", 41, True),
        (1, "50000.00000000", 22, False),
    ]
    assert told(index.of("indexPrice_kline")) == [
        (0, "61000.00000000", 40, True),
        (1, "61000.00000000", 22, False),
    ]


def test_a_jump_of_the_clock_sends_the_newest_price_candles_only() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusd_perp@markPriceKline_1m")
    floor.advance(10 * HOUR_MS)
    rows = [row["k"] for row in socket.of("markPrice_kline")]
    assert [row["x"] for row in rows] == [True] * 20 + [False]
    slept = rows[5]
    assert (slept["n"], slept["f"], slept["L"], slept["o"]) == (0, -1, -1, "60000.00000000")


def test_usds_m_has_no_streams_of_price_candles() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws/btcusdt@markPriceKline_1m/btcusdt@indexPriceKline_1m")
    floor.advance(MINUTE_MS)
    assert socket.messages() == []
    assert not watches_anything(floor.hub)
    floor.hub.disconnect(session)


@pytest.mark.parametrize(
    "name", ["btcusd@markPriceKline_1m", "btcusd_perp@indexPriceKline_1m", "btcusd_perp@markPriceKline_2m"]
)
def test_a_pair_has_no_mark_price_and_a_symbol_no_index_of_its_own(name: str) -> None:
    floor = Floor()
    socket = floor.listen(f"/ws/{name}")
    floor.advance(MINUTE_MS)
    assert socket.messages() == []


def test_candle_streams_are_no_part_of_the_path_of_a_trade() -> None:
    floor = Floor()
    for name in ("btcusdt@kline_1m", "btcusdt_perpetual@continuousKline_1m", "btcusd_perp@markPriceKline_1m"):
        floor.listen(f"/ws/{name}")
    assert not floor.hub._feeds
    assert not floor.hub._marks


def test_a_market_prefix_hears_its_own_pairs_only() -> None:
    floor = Floor()
    usds, coin = (
        floor.listen(f"/{prefix}/ws/btcusd_perpetual@continuousKline_1m") for prefix in ("fstream", "dstream")
    )
    floor.trade(symbol_id=COIN)
    floor.trade(symbol_id=BTC)
    floor.advance(250)
    assert usds.messages() == []
    (row,) = coin.of("continuous_kline")
    assert (row["ps"], row["k"]["v"]) == ("BTCUSD", "10")
    assert [(market, pair) for market, pair in floor.world.pairs] == [
        (USDS_M, "BTCUSDT"),
        (USDS_M, "ETHUSDT"),
        (COIN_M, "BTCUSD"),
    ]


def test_seconds_are_told_while_they_change_and_when_they_close() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt_perpetual@continuousKline_1s")
    coin = floor.listen("/ws/btcusd_perpetual@continuousKline_1s")
    floor.trade(3)
    floor.trade(3, symbol_id=COIN)
    floor.advance(250)
    floor.advance(250)
    floor.advance(500)
    floor.advance(1_000)
    seen = [
        (row["k"]["t"] - START_MS, row["k"]["v"], row["k"]["i"], row["k"]["x"])
        for row in socket.of("continuous_kline")
    ]
    assert seen == [(0, "0.003", "1s", False), (0, "0.003", "1s", True), (1_000, "0.000", "1s", True)]
    assert coin.messages() == [], "COIN-M has no candles of seconds"


def test_seconds_of_a_quarters_series_go_on_with_the_next_quarter() -> None:
    floor = Floor()
    list_quarters(floor)
    floor.trade(symbol_id=NEXT)
    socket = floor.listen("/ws/btcusdt_current_quarter@continuousKline_1s")
    floor.advance(HOUR_MS + 100)
    assert socket.messages() == [], "what it traded as the next quarter is no part of the series"
    floor.trade(price_ticks=PRICE + 50, symbol_id=NEXT)
    floor.advance(250)
    assert [row["k"]["c"] for row in socket.of("continuous_kline")] == ["60005.00"]
