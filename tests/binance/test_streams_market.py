"""Trades, candles, tickers and mark prices as streams, on venue time."""

from typing import Any

import pytest

from perpit.domain import words as w
from perpit.domain.commands import PinMarkPrice, SetIndexPrice
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, PRICE, START_MS, Floor

DAY_MS = 86_400_000


def test_a_trade_is_told_at_once_with_the_fields_of_the_recording() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@trade")
    floor.trade(14, taker_side=w.SELL)
    assert socket.messages() == [
        {
            "e": "trade",
            "E": START_MS,
            "T": START_MS,
            "s": "BTCUSDT",
            "t": 1,
            "p": "60000.00",
            "q": "0.014",
            "X": "MARKET",
            "m": True,
        }
    ]


def test_fills_of_one_price_and_side_within_100_ms_are_one_aggregate() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@aggTrade")
    floor.place("alice", w.SELL, 100, PRICE)
    floor.place("alice", w.SELL, 200, PRICE)
    floor.place("alice", w.SELL, 300, PRICE + 10)
    floor.place("bob", w.BUY, 600, PRICE + 10)
    (first,) = socket.messages()
    assert first == {
        "e": "aggTrade",
        "E": START_MS,
        "a": 1,
        "s": "BTCUSDT",
        "p": "60000.00",
        "q": "0.300",
        "nq": "0.300",
        "f": 1,
        "l": 2,
        "T": START_MS,
        "m": False,
        "st": 1,
    }
    floor.advance(99)
    assert socket.messages() == [], "the second may still grow"
    floor.advance(1)
    assert [(row["a"], row["q"], row["f"], row["l"]) for row in socket.messages()] == [(2, "0.300", 3, 3)]
    floor.advance(1000)
    assert socket.messages() == []


def test_aggregates_of_the_stream_are_those_of_the_query() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@aggTrade")
    for step in range(60):
        floor.trade(1 + step % 3, PRICE + 10 * (step // 4 % 3), w.BUY if step % 7 else w.SELL)
        floor.advance(step * 7 % 120)
    floor.advance(1000)
    sent = [(row["a"], row["f"], row["l"], row["T"], row["q"]) for row in socket.messages()]
    rows = floor.world.trades[BTC].aggregates()
    assert sent == [(r.id, r.first_id, r.last_id, r.time_ms, f"{r.qty_lots / 1000:.3f}") for r in rows]
    assert sum(r.last_id - r.first_id + 1 for r in rows) == 60


def candles(rows: list[Any]) -> list[tuple[int, str, str, int, bool]]:
    return [(r["k"]["t"], r["k"]["c"], r["k"]["v"], r["k"]["n"], r["k"]["x"]) for r in rows]


def test_a_candle_is_told_while_it_changes_and_once_when_it_closes() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@kline_1m")
    minute = START_MS - START_MS % 60_000
    floor.trade(10)
    floor.trade(5, PRICE + 10)
    assert socket.messages() == [], "throttled to 250 ms"
    floor.advance(250)
    assert candles(socket.messages()) == [(minute, "60001.00", "0.015", 2, False)]
    floor.advance(250)
    assert socket.messages() == [], "nothing changed"
    floor.trade(1, PRICE - 10)
    floor.advance(minute + 60_000 - floor.now_ms)
    assert candles(socket.messages()) == [(minute, "59999.00", "0.016", 3, True)]
    floor.advance(60_000)
    assert candles(socket.messages()) == [(minute + 60_000, "59999.00", "0.000", 0, True)], (
        "a flat one closes, too"
    )
    floor.trade(2)
    floor.advance(250)
    assert candles(socket.messages()) == [(minute + 120_000, "60000.00", "0.002", 1, False)]


def test_a_jump_over_a_day_sends_the_newest_candles_and_marks_only() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@kline_1m/btcusdt@markPrice@1s/!markPrice@arr@1s")
    floor.trade()
    floor.advance(DAY_MS)
    messages = socket.messages()
    closed = [row["k"] for row in messages if isinstance(row, dict) and row["e"] == "kline"]
    assert len(closed) == 20
    assert closed[-1]["T"] < floor.now_ms <= closed[-1]["T"] + 60_000
    assert len(messages) == 20 + 60 + 60


def test_a_continuous_candle_names_pair_and_contract_type() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt_perpetual@continuousKline_5m")
    floor.trade()
    floor.advance(250)
    (event,) = socket.messages()
    assert {name: event[name] for name in ("e", "ps", "ct")} == {
        "e": "continuous_kline",
        "ps": "BTCUSDT",
        "ct": "PERPETUAL",
    }
    assert "s" not in event
    assert "s" not in event["k"]
    assert event["k"]["i"] == "5m"


def test_tickers_come_every_two_seconds_when_something_traded() -> None:
    floor = Floor()
    full, mini = floor.listen("/ws/btcusdt@ticker"), floor.listen("/ws/btcusdt@miniTicker")
    floor.advance(4000)
    assert full.messages() == mini.messages() == []
    floor.trade(10)
    floor.trade(30, PRICE + 600)
    floor.advance(1999)
    assert full.messages() == []
    floor.advance(1)
    (ticker,) = full.messages()
    assert {name: ticker[name] for name in "psc"} == {"p": "60.00", "s": "BTCUSDT", "c": "60060.00"}
    assert (ticker["P"], ticker["w"], ticker["Q"]) == ("0.100", "60045.00", "0.030")
    assert (ticker["v"], ticker["q"]) == ("0.040", "2401.80000")
    assert (ticker["F"], ticker["L"], ticker["n"]) == (1, 2, 2)
    assert ticker["E"] == floor.now_ms
    assert ticker["O"] <= floor.now_ms - DAY_MS + 60_000
    (small,) = mini.messages()
    assert set(small) == {"e", "E", "s", "ps", "c", "o", "h", "l", "v", "q", "st"}
    assert [small[name] for name in "ohlc"] == ["60000.00", "60060.00", "60000.00", "60060.00"]
    floor.advance(10_000)
    assert full.messages() == mini.messages() == []


def test_ticker_arrays_hold_the_symbols_that_changed() -> None:
    floor = Floor()
    socket = floor.listen("/ws/!miniTicker@arr")
    floor.trade()
    floor.advance(1000)
    floor.place("alice", w.BUY, 100, 300_000, symbol_id=1)
    floor.place("bob", w.SELL, 100, 300_000, symbol_id=1)
    floor.advance(1000)
    assert [[row["s"] for row in rows] for rows in socket.messages()] == [["BTCUSDT"], ["ETHUSDT"]]


@pytest.mark.semantics("3.2.5")
def test_mark_prices_come_each_second_or_every_third() -> None:
    floor = Floor()
    each = floor.listen("/ws/btcusdt@markPrice@1s")
    third = floor.listen("/ws/btcusdt@markPrice")
    arrays = floor.listen("/ws/!markPrice@arr@1s")
    for _ in range(9):
        floor.advance(1000)
    assert [row["E"] - START_MS for row in each.messages()] == [1000 * n for n in range(1, 10)]
    assert len(third.messages()) in (3, 4)
    rows = arrays.messages()
    assert [[row["s"] for row in array] for array in rows] == [["BTCUSDT", "ETHUSDT"]] * 9


@pytest.mark.semantics("3.2.6", "3.4.12")
def test_a_mark_price_carries_index_average_funding_rate_and_next_funding_time() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@markPrice@1s")
    floor.do(SetIndexPrice(BTC, 60_010 * UNIT + 5))
    floor.do(PinMarkPrice(BTC, 60_500 * UNIT))
    floor.advance(1000)
    event = socket.messages()[-1]
    assert set(event) == {"e", "E", "s", "p", "ap", "P", "i", "r", "T", "st"}
    assert (event["p"], event["i"]) == ("60500.00000000", "60010.00000005")
    assert event["T"] % (8 * 3_600_000) == 0
    assert 0 < event["T"] - event["E"] <= 8 * 3_600_000
    floor.advance(4000)  # the first premium is sampled, and is nothing
    assert socket.messages()[-1]["r"] == "0.00010000"
