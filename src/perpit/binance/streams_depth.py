"""Order book streams: depth diffs, partial depth, book tickers (semantics 7.4).

Ids: `u` is the book's update id after the event, the same number as `lastUpdateId` of REST depth; `pu` is the `u` of
the stream's event before. `U` repeats `pu`, so that events overlap by one id: a snapshot taken in a quiet moment
has the id of the last event, and the next event still satisfies U <= lastUpdateId <= u (semantics 7.4.2).
"""

from perpit.binance.streams_channel import Channel, Outbox, instruments_of
from perpit.binance.streams_text import Texts
from perpit.domain.events import BookChanged
from perpit.domain.words import BUY
from perpit.views.book import BookView
from perpit.views.rpi_book import AnyBook
from perpit.views.world import World


class DiffDepth(Channel):
    """`<symbol>@depth[@speed]`: every level that changed since the stream's last event, absolute quantities."""

    watches_levels = True

    def __init__(self, name: str, period_ms: int, outbox: Outbox, book: BookView, texts: Texts) -> None:
        super().__init__(name, period_ms, outbox)
        self._book = book
        self._texts = texts
        self._last_id = book.update_id
        self._bids: dict[int, int] = {}
        self._asks: dict[int, int] = {}

    def on_level(self, level: BookChanged) -> None:
        side = self._bids if level.side == BUY else self._asks
        side[level.price_ticks] = level.qty_lots

    def after_command(self, now_ms: int) -> None:
        if self.period_ms == 0:
            self.flush(now_ms)

    def flush(self, now_ms: int) -> None:
        if not self._bids and not self._asks:
            return
        bids = sorted(self._bids.items())
        asks = sorted(self._asks.items())
        self._bids.clear()
        self._asks.clear()
        payload = depth_payload(self._texts, self._book, now_ms, self._last_id, bids, asks)
        self._last_id = self._book.update_id
        self.publish(payload)


class PartialDepth(Channel):
    """`<symbol>@depth<levels>[@speed]`: the best levels, best first, when the book changed."""

    replaceable = True
    watches_levels = True

    def __init__(
        self, name: str, period_ms: int, outbox: Outbox, book: BookView, texts: Texts, count: int
    ) -> None:
        super().__init__(name, period_ms, outbox)
        self._book = book
        self._texts = texts
        self._count = count
        self._last_id = 0

    def after_command(self, now_ms: int) -> None:
        if self.period_ms == 0:
            self.flush(now_ms)

    def flush(self, now_ms: int) -> None:
        if self._book.update_id == self._last_id:
            return
        bids, asks = self._book.top(self._count)
        payload = depth_payload(self._texts, self._book, now_ms, self._last_id, bids, asks)
        self._last_id = self._book.update_id
        self.publish(payload)


class BookTicker(Channel):
    """`<symbol>@bookTicker`: the best price and quantity of both sides, at each change of either."""

    replaceable = True
    watches_levels = True

    def __init__(self, name: str, outbox: Outbox, book: BookView, texts: Texts) -> None:
        super().__init__(name, 0, outbox)
        self._book = book
        self._texts = texts
        self._best = (book.best_bid(), book.best_ask())

    def after_command(self, now_ms: int) -> None:
        best = (self._book.best_bid(), self._book.best_ask())
        if best != self._best:
            self._best = best
            self.publish(book_ticker_payload(self._texts, self._book, now_ms))


class AllBookTickers(Channel):
    """`!bookTicker`: every 5 s, one message for each symbol whose best prices changed."""

    def __init__(self, name: str, period_ms: int, outbox: Outbox, world: World, market: int) -> None:
        super().__init__(name, period_ms, outbox)
        self._world = world
        self._instruments = instruments_of(world, market)
        self._texts: dict[int, Texts] = {}
        self._last_ids: dict[int, int] = {}

    def flush(self, now_ms: int) -> None:
        for instrument in self._instruments:
            symbol_id = instrument.symbol_id
            book = self._world.books[symbol_id]
            if book.update_id != self._last_ids.get(symbol_id, 0):
                self._last_ids[symbol_id] = book.update_id
                texts = self._texts.get(symbol_id)
                if texts is None:
                    texts = self._texts[symbol_id] = Texts(instrument, self._outbox.profile)
                self.publish(book_ticker_payload(texts, book, now_ms))


def depth_payload(
    texts: Texts,
    book: AnyBook,
    now_ms: int,
    last_id: int,
    bids: list[tuple[int, int]],
    asks: list[tuple[int, int]],
) -> str:
    """A depthUpdate; `last_id` is the `u` of the stream's event before."""
    return (
        f'{{"e":"depthUpdate","E":{now_ms},"T":{book.transact_ms},"s":"{texts.symbol}"{texts.pair_field},'
        f'"U":{last_id},"u":{book.update_id},"pu":{last_id},'
        f'"b":{texts.levels(bids)},"a":{texts.levels(asks)}{texts.product_field}}}'
    )


def book_ticker_payload(texts: Texts, book: BookView, now_ms: int) -> str:
    """A bookTicker; an empty side shows zeros."""
    bid_ticks, bid_lots = book.best_bid() or (0, 0)
    ask_ticks, ask_lots = book.best_ask() or (0, 0)
    return (
        f'{{"e":"bookTicker","u":{book.update_id},"s":"{texts.symbol}"{texts.pair_field},'
        f'"b":"{texts.price(bid_ticks)}","B":"{texts.qty(bid_lots)}",'
        f'"a":"{texts.price(ask_ticks)}","A":"{texts.qty(ask_lots)}",'
        f'"T":{book.transact_ms},"E":{now_ms}{texts.product_field}}}'
    )
