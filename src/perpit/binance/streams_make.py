"""From a stream's name to its channel, as a table of makers. Called by the hub for the first subscriber of a name."""

from collections.abc import Callable
from typing import Final

from perpit.binance.assets import QUOTE
from perpit.binance.candles import carried
from perpit.binance.products import PRODUCTS
from perpit.binance.rpi_depth import RpiDiffDepth
from perpit.binance.streams_assets import AllAssetIndexes, AssetIndex
from perpit.binance.streams_candles import Candles, PriceCandles
from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.streams_composite import CompositeIndex
from perpit.binance.streams_contracts import ContractInfo
from perpit.binance.streams_depth import AllBookTickers, BookTicker, DiffDepth, PartialDepth
from perpit.binance.streams_forced import ForceOrders
from perpit.binance.streams_marks import AllMarkPrices, IndexPrice, MarkPrice
from perpit.binance.streams_names import INTERVALS, StreamSpec
from perpit.binance.streams_sessions import TradingSessions
from perpit.binance.streams_text import Texts
from perpit.binance.streams_tickers import AllTickers, Ticker, mini_ticker_body, ticker_body
from perpit.binance.streams_trades import AggTrades, Trades
from perpit.domain.instrument import Instrument
from perpit.domain.words import COIN_M, EVERY_MARKET, USDS_M
from perpit.views.rpi_book import WholeBook
from perpit.views.world import World

Maker = Callable[[str, StreamSpec, World, Outbox, Instrument], Channel | None]


def make_channel(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel | None:
    """The channel of a name; None when its symbol or pair is not listed, so that it never pushes.

    `market` is that of a stream of all symbols.
    """
    if not spec.symbol:
        if not _is_of_market(spec, market):
            return None
        channel = _ALL_SYMBOLS[spec.kind](name, spec, world, outbox, market)
        channel.market = market
        return channel
    if spec.kind == "assetIndex":
        return _asset_index(name, spec, world, outbox)
    instrument, makers = _instrument(spec, world), _ONE_SYMBOL
    if instrument is None:
        instrument, makers = _first_of_pair(spec.symbol, world), _ONE_PAIR
    if instrument is None or spec.kind not in makers or not _is_of_market(spec, instrument.market):
        return None
    made = makers[spec.kind](name, spec, world, outbox, instrument)
    if made is not None:
        made.symbol_id = instrument.symbol_id
    return made


def makes(spec: StreamSpec, market: int) -> bool:
    """Whether a channel of this kind can be made for something of the product."""
    if spec.kind == "assetIndex":
        return market == USDS_M
    made = spec.kind in _ONE_SYMBOL or spec.kind in _ALL_SYMBOLS
    return (made or (market == COIN_M and spec.kind in _ONE_PAIR)) and _is_of_market(spec, market)


def _is_of_market(spec: StreamSpec, market: int) -> bool:
    """Whether the symbol's product has this kind of stream."""
    return market == EVERY_MARKET or market in MARKETS_OF_KIND.get(spec.kind, PRODUCTS)


def _first_of_pair(pair: str, world: World) -> Instrument | None:
    """A contract of COIN-M's pair; in USDⓈ-M a pair is called like its perpetual, and has no streams of its own."""
    for instrument in world.catalog.symbols_of(COIN_M).values():
        if instrument.pair == pair:
            return instrument
    return None


def _instrument(spec: StreamSpec, world: World) -> Instrument | None:
    """The instrument of a symbol; of a pair and a type, any of the pair. No two products have pairs of one name."""
    if not spec.contract_type:
        return world.catalog.by_symbol.get(spec.symbol)
    for (_market, name), pair in world.pairs.items():
        if name == spec.symbol:
            return pair.contracts[0].instrument
    return None


def _asset_index(name: str, spec: StreamSpec, world: World, outbox: Outbox) -> Channel | None:
    """Its symbol is that of an asset's index, not of a contract."""
    asset = spec.symbol.removesuffix(QUOTE)
    if asset == spec.symbol or asset not in world.assets.by_name:
        return None
    return AssetIndex(name, spec.period_ms, outbox, world.assets, asset)


def _all_asset_indexes(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel:
    return AllAssetIndexes(name, spec.period_ms, outbox, world.assets)


def _depth(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    return DiffDepth(
        name, spec.period_ms, outbox, world.books[instrument.symbol_id], Texts(instrument, outbox.profile)
    )


def _partial(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    book = world.books[instrument.symbol_id]
    return PartialDepth(name, spec.period_ms, outbox, book, Texts(instrument, outbox.profile), spec.levels)


def _book_ticker(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel:
    return BookTicker(name, outbox, world.books[instrument.symbol_id], Texts(instrument, outbox.profile))


def _trade(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    return Trades(name, outbox, Texts(instrument, outbox.profile))


def _agg_trade(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    return AggTrades(
        name, spec.period_ms, outbox, world, instrument.symbol_id, Texts(instrument, outbox.profile)
    )


def _kline(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    found = world.candles[instrument.symbol_id], instrument
    return Candles(name, spec, outbox, lambda: found)


def _continuous_kline(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel | None:
    """`instrument` is any of the pair: which one carries the series is asked again and again (semantics 3.6.2)."""
    if spec.interval not in INTERVALS and not PRODUCTS[instrument.market].has_seconds:
        return None
    pair = world.pairs[(instrument.market, instrument.pair)]
    return Candles(name, spec, outbox, lambda: carried(world, pair, spec.contract_type, spec.interval))


def _mark_price_kline(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel | None:
    if not PRODUCTS[instrument.market].streams_price_candles:
        return None
    view = world.mark_candles[instrument.symbol_id]
    return PriceCandles(name, spec, outbox, view, instrument.pair, "markPrice_kline", instrument.symbol)


def _index_price_kline(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel:
    view = world.pairs[(instrument.market, instrument.pair)].index
    return PriceCandles(name, spec, outbox, view, instrument.pair, "indexPrice_kline", "0")


def _ticker(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    body = ticker_body if spec.kind == "ticker" else mini_ticker_body
    period_ms = PRODUCTS[instrument.market].ticker_period_ms
    return Ticker(name, period_ms, outbox, world, instrument, body)


def _mark_price(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    return MarkPrice(name, spec.period_ms, outbox, instrument)


def _index_price(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel:
    return IndexPrice(name, spec.period_ms, outbox, instrument, world.catalog.by_id)


def _pair_mark_prices(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel:
    pair, market = instrument.pair, instrument.market
    return AllMarkPrices(
        name,
        spec.period_ms,
        outbox,
        world.catalog.by_id,
        lambda each: each.pair == pair and each.market == market,
    )


def _force_order(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel:
    return ForceOrders(name, outbox, world.catalog.by_id)


def _all_force_orders(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel:
    return ForceOrders(name, outbox, world.catalog.by_id)


def _all_book_tickers(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel:
    return AllBookTickers(name, spec.period_ms, outbox, world, market)


def _all_mark_prices(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel:
    return AllMarkPrices(
        name, spec.period_ms, outbox, world.catalog.by_id, lambda each: each.market == market
    )


def _all_tickers(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel:
    body = ticker_body if spec.kind == "!ticker" else mini_ticker_body
    return AllTickers(name, spec.period_ms, outbox, world, market, body)


def _contract_info(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel:
    return ContractInfo(name, outbox, world, market)


def _rpi_depth(name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument) -> Channel:
    whole = WholeBook(world.books[instrument.symbol_id], world.rpi_books[instrument.symbol_id])
    return RpiDiffDepth(name, spec.period_ms, outbox, whole, Texts(instrument, outbox.profile))


def _composite_index(
    name: str, spec: StreamSpec, world: World, outbox: Outbox, instrument: Instrument
) -> Channel | None:
    if not instrument.basket:
        return None
    return CompositeIndex(name, spec.period_ms, outbox, instrument, world.prices[instrument.symbol_id])


def _trading_sessions(name: str, spec: StreamSpec, world: World, outbox: Outbox, market: int) -> Channel:
    return TradingSessions(name, spec.period_ms, outbox, world.catalog)


# Kinds that only some products have, by their markets.
MARKETS_OF_KIND: Final = {"rpiDepth": (USDS_M,), "tradingSession": (USDS_M,), "compositeIndex": (USDS_M,)}
_ONE_SYMBOL: Final[dict[str, Maker]] = {
    "depth": _depth,
    "partial": _partial,
    "rpiDepth": _rpi_depth,
    "bookTicker": _book_ticker,
    "trade": _trade,
    "aggTrade": _agg_trade,
    "kline": _kline,
    "continuousKline": _continuous_kline,
    "markPriceKline": _mark_price_kline,
    "ticker": _ticker,
    "miniTicker": _ticker,
    "markPrice": _mark_price,
    "forceOrder": _force_order,
    "compositeIndex": _composite_index,
}
_ONE_PAIR: Final[dict[str, Maker]] = {
    "indexPrice": _index_price,
    "indexPriceKline": _index_price_kline,
    "markPrice": _pair_mark_prices,
}
_ALL_SYMBOLS: Final[dict[str, Callable[[str, StreamSpec, World, Outbox, int], Channel]]] = {
    "!bookTicker": _all_book_tickers,
    "!contractInfo": _contract_info,
    "!markPrice": _all_mark_prices,
    "!ticker": _all_tickers,
    "!miniTicker": _all_tickers,
    "!assetIndex": _all_asset_indexes,
    "!forceOrder": _all_force_orders,
    "tradingSession": _trading_sessions,
}
