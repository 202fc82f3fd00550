"""Stream names: from text like `btcusdt@kline_1m` to what has to be sent. Pure, one table; called by the hub.

A name that is not understood, or whose symbol is not listed, is no error: it is accepted and never pushes
(semantics 7.2.5). Names are case-sensitive and symbols lower case (7.1.4).
"""

from typing import Final, NamedTuple

from perpit.binance.profiles import Profile

INTERVALS: Final = (
    "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)  # fmt: skip
CONTRACT_TYPES: Final = ("perpetual", "current_quarter", "next_quarter", "tradifi_perpetual")
REAL_TIME: Final = 0
DEPTH_SPEEDS: Final = {"": 250, "100ms": 100, "250ms": 250, "500ms": 500, "0ms": REAL_TIME}
PARTIAL_LEVELS: Final = (5, 10, 20)
MARK_SPEEDS: Final = {"": 3000, "1s": 1000}

# Kinds of stream, each with the routed path that carries it (semantics 7.1.3).
ROUTE_OF_KIND: Final = {
    "aggTrade": "market",
    "trade": "public",  # undocumented; clients ask for it on /public
    "depth": "public",
    "partial": "public",
    "rpiDepth": "public",
    "bookTicker": "public",
    "!bookTicker": "public",
    "markPrice": "market",
    "!markPrice": "market",
    "indexPrice": "market",  # COIN-M's, which has no routed paths
    "kline": "market",
    "continuousKline": "market",
    "indexPriceKline": "market",  # COIN-M's, and the next one, too
    "markPriceKline": "market",
    "ticker": "market",
    "miniTicker": "market",
    "!ticker": "market",
    "!miniTicker": "market",
    "assetIndex": "market",
    "!assetIndex": "market",
    "!contractInfo": "market",
    "forceOrder": "market",
    "!forceOrder": "market",
    "compositeIndex": "market",
    "tradingSession": "market",
}


# Since both products are one, these tell of both, and those come on either host (`Profile.merged_streams`).
MERGED: Final = frozenset(("!ticker", "!miniTicker", "!bookTicker", "!forceOrder", "!contractInfo"))
CROSSING: Final = frozenset(("kline", "continuousKline", "markPrice", "markPriceKline", "indexPriceKline"))


class StreamSpec(NamedTuple):
    """A stream that can push. `symbol` is upper case, a pair for some kinds, or empty for streams of all symbols."""

    kind: str
    symbol: str
    period_ms: int = REAL_TIME
    levels: int = 0
    interval: str = ""
    contract_type: str = ""


ALL_SYMBOLS: Final = {
    "!bookTicker": StreamSpec("!bookTicker", "", 5000),
    "!markPrice@arr": StreamSpec("!markPrice", "", 3000),
    "!markPrice@arr@1s": StreamSpec("!markPrice", "", 1000),
    "!contractInfo": StreamSpec("!contractInfo", ""),
    "!ticker@arr": StreamSpec("!ticker", "", 1000),
    "!miniTicker@arr": StreamSpec("!miniTicker", "", 1000),
    "!assetIndex@arr": StreamSpec("!assetIndex", "", 1000),
    "!forceOrder@arr": StreamSpec("!forceOrder", "", 1000),
    "tradingSession": StreamSpec("tradingSession", "", 1000),
}


def parse_stream_name(name: str) -> StreamSpec | None:
    """What a name stands for; None when nothing will ever be pushed under it."""
    if name in ALL_SYMBOLS:
        return ALL_SYMBOLS[name]
    symbol, at, rest = name.partition("@")
    if not at or symbol != symbol.lower():
        return None
    channel, _at, speed = rest.partition("@")
    return _symbol_stream(symbol.upper(), channel, speed)


def is_there(spec: StreamSpec, profile: Profile) -> bool:
    """Whether a profile has a stream that came later than others."""
    if spec.interval == "1s":
        return profile.second_candles
    return profile.tradfi or spec.kind != "tradingSession"


def _symbol_stream(symbol: str, channel: str, speed: str) -> StreamSpec | None:
    if channel == "depth":
        return StreamSpec("depth", symbol, DEPTH_SPEEDS[speed]) if speed in DEPTH_SPEEDS else None
    if channel.startswith("depth") and channel[5:] in map(str, PARTIAL_LEVELS):
        if speed not in DEPTH_SPEEDS:
            return None
        return StreamSpec("partial", symbol, DEPTH_SPEEDS[speed], levels=int(channel[5:]))
    if channel in ("markPrice", "indexPrice"):
        return StreamSpec(channel, symbol, MARK_SPEEDS[speed]) if speed in MARK_SPEEDS else None
    if channel == "rpiDepth":
        return StreamSpec("rpiDepth", symbol, 500) if speed == "500ms" else None
    if speed:
        return None
    return _plain_stream(symbol, channel)


def _plain_stream(symbol: str, channel: str) -> StreamSpec | None:
    if channel == "aggTrade":
        return StreamSpec("aggTrade", symbol, 100)
    if channel in ("trade", "bookTicker"):
        return StreamSpec(channel, symbol)
    if channel == "forceOrder":
        return StreamSpec("forceOrder", symbol, 1000)
    if channel in ("ticker", "miniTicker"):
        return StreamSpec(channel, symbol)  # the product has the period
    if channel in ("assetIndex", "compositeIndex"):
        return StreamSpec(channel, symbol, 1000)
    kind, _underscore, interval = channel.partition("_")
    if interval not in INTERVALS and (kind, interval) != ("continuousKline", "1s"):
        return None
    if kind in ("kline", "indexPriceKline", "markPriceKline"):
        return StreamSpec(kind, symbol, 250, interval=interval)
    if kind == "continuousKline":
        pair, _underscore, contract_type = symbol.partition("_")
        if contract_type.lower() in CONTRACT_TYPES:
            return StreamSpec("continuousKline", pair, 250, interval=interval, contract_type=contract_type)
    return None
