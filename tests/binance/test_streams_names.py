"""Stream names: which ones push, and how often."""

import pytest

from perpit.binance.streams_names import INTERVALS, ROUTE_OF_KIND, parse_stream_name

# name, kind, symbol, period in ms
PUSHING = [
    ("btcusdt@aggTrade", "aggTrade", "BTCUSDT", 100),
    ("btcusdt@trade", "trade", "BTCUSDT", 0),
    ("btcusdt@depth", "depth", "BTCUSDT", 250),
    ("btcusdt@depth@100ms", "depth", "BTCUSDT", 100),
    ("btcusdt@depth@500ms", "depth", "BTCUSDT", 500),
    ("btcusdt@depth@0ms", "depth", "BTCUSDT", 0),
    ("btcusdt@depth5", "partial", "BTCUSDT", 250),
    ("btcusdt@depth10@100ms", "partial", "BTCUSDT", 100),
    ("btcusdt@depth20@500ms", "partial", "BTCUSDT", 500),
    ("btcusdt@bookTicker", "bookTicker", "BTCUSDT", 0),
    ("!bookTicker", "!bookTicker", "", 5000),
    ("btcusdt@markPrice", "markPrice", "BTCUSDT", 3000),
    ("btcusdt@markPrice@1s", "markPrice", "BTCUSDT", 1000),
    ("!markPrice@arr", "!markPrice", "", 3000),
    ("!markPrice@arr@1s", "!markPrice", "", 1000),
    ("btcusdt@ticker", "ticker", "BTCUSDT", 0),
    ("btcusdt@miniTicker", "miniTicker", "BTCUSDT", 0),
    ("!ticker@arr", "!ticker", "", 1000),
    ("!contractInfo", "!contractInfo", "", 0),
    ("!miniTicker@arr", "!miniTicker", "", 1000),
    ("!assetIndex@arr", "!assetIndex", "", 1000),
    ("btcusd@assetIndex", "assetIndex", "BTCUSD", 1000),
    ("btcusdt@rpiDepth@500ms", "rpiDepth", "BTCUSDT", 500),
    ("btcusdt@compositeIndex", "compositeIndex", "BTCUSDT", 1000),
    ("tradingSession", "tradingSession", "", 1000),
    ("btcusdt@forceOrder", "forceOrder", "BTCUSDT", 1000),
    ("!forceOrder@arr", "!forceOrder", "", 1000),
    ("btcusdt@kline_1M", "kline", "BTCUSDT", 250),
    ("btcusdt_perpetual@continuousKline_1m", "continuousKline", "BTCUSDT", 250),
    ("btcusdt_next_quarter@continuousKline_1s", "continuousKline", "BTCUSDT", 250),
    ("btcusd@indexPriceKline_1m", "indexPriceKline", "BTCUSD", 250),
    ("btcusd_perp@markPriceKline_1w", "markPriceKline", "BTCUSD_PERP", 250),
]
SILENT = [
    "",
    "btcusdt",
    "BTCUSDT@trade",
    "btcusdt@Trade",
    "btcusdt@depth@1ms",
    "btcusdt@depth7",
    "btcusdt@kline_2m",
    "btcusdt@kline",
    "btcusdt@kline_1s",
    "btcusd_perp@markPriceKline_1s",
    "btcusd@indexPriceKline",
    "btcusd@premiumIndexKline_1m",
    "btcusdt@markPrice@2s",
    "btcusdt@trade@100ms",
    "btcusdt_weekly@continuousKline_1m",
    "btcusdt@continuousKline_1m",
    "btcusdt@forceOrder@1s",
    "!forceOrder",
    "btcusdt@rpiDepth",
    "btcusdt@rpiDepth@100ms",
    "tradingSession@1s",
    "!nothing",
]


@pytest.mark.parametrize(("name", "kind", "symbol", "period_ms"), PUSHING)
def test_a_known_name_has_a_kind_a_symbol_and_a_speed(
    name: str, kind: str, symbol: str, period_ms: int
) -> None:
    spec = parse_stream_name(name)
    assert spec is not None
    assert (spec.kind, spec.symbol, spec.period_ms) == (kind, symbol, period_ms)
    assert spec.kind in ROUTE_OF_KIND


@pytest.mark.parametrize("name", SILENT)
def test_any_other_name_never_pushes(name: str) -> None:
    assert parse_stream_name(name) is None


def test_there_is_a_candle_stream_for_every_interval() -> None:
    for interval in INTERVALS:
        spec = parse_stream_name(f"ethusdt@kline_{interval}")
        assert spec is not None
        assert spec.interval == interval
