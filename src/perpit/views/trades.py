"""Public trades of one instrument, one by one and aggregated.

Trades of the insurance fund and of deleveraging are not among them (semantics 2.6.3); the world leaves them out.
A trade is kept as the event that told of it and becomes a `PublicTrade` when somebody asks: more trade than ask.
"""

from bisect import bisect_left

from perpit.domain.events import TradePrinted
from perpit.views.tail import Tail

AGGREGATE_MS = 100


class PublicTrade:
    """One trade. `taker_side` is BUY or SELL; the buyer was the maker when it is SELL."""

    __slots__ = ("id", "is_rpi", "kind", "price_ticks", "qty_lots", "taker_side", "time_ms")

    def __init__(self, event: TradePrinted) -> None:
        self.id = event.trade_id
        self.price_ticks = event.price_ticks
        self.qty_lots = event.qty_lots
        self.time_ms = event.time_ms
        self.taker_side = event.taker_side
        self.kind = event.kind
        self.is_rpi = event.is_rpi


class AggTrade:
    """Consecutive trades of one price and one taker side whose times lie in [time_ms, time_ms + 100).

    `time_ms` is that of the first trade (semantics 8.1.2); ids are consecutive from 1. It still grows until another
    trade begins the next one or the venue's time reaches time_ms + 100. `shown_lots` are those of makers that stood
    on the book for everybody to see: without RPI orders.
    """

    __slots__ = (
        "first_id",
        "id",
        "last_id",
        "price_ticks",
        "qty_lots",
        "shown_lots",
        "taker_side",
        "time_ms",
    )

    def __init__(self, id: int, event: TradePrinted) -> None:
        self.id = id
        self.price_ticks = event.price_ticks
        self.qty_lots = event.qty_lots
        self.shown_lots = 0 if event.is_rpi else event.qty_lots
        self.first_id = self.last_id = event.trade_id
        self.time_ms = event.time_ms
        self.taker_side = event.taker_side


class TradesView:
    """The newest trades and aggregated trades, oldest first; the limits are constructor arguments."""

    __slots__ = ("_aggregates", "_last_event", "_trades", "last_aggregate")

    def __init__(self, trades_max: int, aggregates_max: int) -> None:
        self._trades: Tail[TradePrinted] = Tail(trades_max)
        self._aggregates: Tail[AggTrade] = Tail(aggregates_max)
        self._last_event: TradePrinted | None = None
        self.last_aggregate: AggTrade | None = None

    def fold(self, event: TradePrinted) -> None:
        self._last_event = event
        self._trades.append(event)
        last = self.last_aggregate
        if (
            last is not None
            and last.price_ticks == event.price_ticks
            and last.taker_side == event.taker_side
            and event.time_ms - last.time_ms < AGGREGATE_MS
        ):
            last.qty_lots += event.qty_lots
            if not event.is_rpi:
                last.shown_lots += event.qty_lots
            last.last_id = event.trade_id
            return
        last = AggTrade(1 if last is None else last.id + 1, event)
        self.last_aggregate = last
        self._aggregates.append(last)

    @property
    def kept(self) -> list[TradePrinted]:
        """The newest trades as the events that told of them, oldest first; not to be changed."""
        return self._trades.rows

    @property
    def has_forgotten(self) -> bool:
        """Whether there were trades that are kept no longer."""
        return self._trades.dropped > 0

    @property
    def last_trade(self) -> PublicTrade | None:
        event = self._last_event
        return None if event is None else PublicTrade(event)

    def recent(self, limit: int) -> list[PublicTrade]:
        """The newest `limit` > 0 trades, oldest first."""
        return [PublicTrade(event) for event in self._trades.rows[-limit:]]

    def from_id(self, from_id: int, limit: int, since_ms: int = 0) -> list[PublicTrade]:
        """The first `limit` trades whose id is `from_id` or more, among those of `since_ms` and later."""
        rows = self._trades.rows
        start = bisect_left(rows, from_id, key=_trade_id)
        if since_ms > 0:
            start = max(start, bisect_left(rows, since_ms, key=_trade_ms))
        return [PublicTrade(event) for event in rows[start : start + limit]]

    def aggregates(
        self,
        from_id: int | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        limit: int = 500,
    ) -> list[AggTrade]:
        """Aggregated trades, oldest first: the newest `limit` up to `end_ms` (inclusive), or the first `limit`
        from `from_id` or from `start_ms` on."""
        rows = self._aggregates.rows
        start = 0
        end = len(rows)
        if from_id is not None:
            start = bisect_left(rows, from_id, key=_aggregate_id)
        if start_ms is not None:
            start = max(start, bisect_left(rows, start_ms, key=_aggregate_ms))
        if end_ms is not None:
            end = bisect_left(rows, end_ms + 1, key=_aggregate_ms)
        if from_id is None and start_ms is None:
            return rows[max(0, end - limit) : end]
        return rows[start : min(end, start + limit)]

    def finished_aggregates(self, after_id: int, now_ms: int) -> list[AggTrade]:
        """Aggregated trades with an id above `after_id` that cannot grow any more at `now_ms`."""
        last = self.last_aggregate
        if last is None or last.id <= after_id:
            return []
        rows = self._aggregates.rows
        start = bisect_left(rows, after_id + 1, key=_aggregate_id)
        end = len(rows) if now_ms - last.time_ms >= AGGREGATE_MS else len(rows) - 1
        return rows[start:end]


def _trade_id(event: TradePrinted) -> int:
    return event.trade_id


def _trade_ms(event: TradePrinted) -> int:
    return event.time_ms


def _aggregate_id(aggregate: AggTrade) -> int:
    return aggregate.id


def _aggregate_ms(aggregate: AggTrade) -> int:
    return aggregate.time_ms
