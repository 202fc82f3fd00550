"""Public trades of one instrument, one by one and aggregated.

Trades of the insurance fund and of deleveraging are not among them (semantics 2.6.3); the world leaves them out.
"""

from bisect import bisect_left

from perpit.domain.events import TradePrinted
from perpit.views.tail import Tail

AGGREGATE_MS = 100


class PublicTrade:
    """One trade. `taker_side` is BUY or SELL; the buyer was the maker when it is SELL."""

    __slots__ = ("id", "kind", "price_ticks", "qty_lots", "taker_side", "time_ms")

    def __init__(
        self, id: int, price_ticks: int, qty_lots: int, time_ms: int, taker_side: int, kind: int
    ) -> None:
        self.id = id
        self.price_ticks = price_ticks
        self.qty_lots = qty_lots
        self.time_ms = time_ms
        self.taker_side = taker_side
        self.kind = kind


class AggTrade:
    """Consecutive trades of one price and one taker side whose times lie in [time_ms, time_ms + 100).

    `time_ms` is that of the first trade (semantics 8.1.2); ids are consecutive from 1. It still grows until another
    trade begins the next one or the venue's time reaches time_ms + 100.
    """

    __slots__ = ("first_id", "id", "last_id", "price_ticks", "qty_lots", "taker_side", "time_ms")

    def __init__(self, id: int, trade: PublicTrade) -> None:
        self.id = id
        self.price_ticks = trade.price_ticks
        self.qty_lots = trade.qty_lots
        self.first_id = trade.id
        self.last_id = trade.id
        self.time_ms = trade.time_ms
        self.taker_side = trade.taker_side


class TradesView:
    """The newest trades and aggregated trades, oldest first; the limits are constructor arguments."""

    __slots__ = ("_aggregates", "_trades", "last_aggregate", "last_trade")

    def __init__(self, trades_max: int, aggregates_max: int) -> None:
        self._trades: Tail[PublicTrade] = Tail(trades_max)
        self._aggregates: Tail[AggTrade] = Tail(aggregates_max)
        self.last_trade: PublicTrade | None = None
        self.last_aggregate: AggTrade | None = None

    def fold(self, event: TradePrinted) -> PublicTrade:
        trade = PublicTrade(
            event.trade_id,
            event.price_ticks,
            event.qty_lots,
            event.time_ms,
            event.taker_side,
            event.kind,
        )
        self.last_trade = trade
        self._trades.append(trade)
        last = self.last_aggregate
        if (
            last is not None
            and last.price_ticks == trade.price_ticks
            and last.taker_side == trade.taker_side
            and trade.time_ms - last.time_ms < AGGREGATE_MS
        ):
            last.qty_lots += trade.qty_lots
            last.last_id = trade.id
            return trade
        last = AggTrade(1 if last is None else last.id + 1, trade)
        self.last_aggregate = last
        self._aggregates.append(last)
        return trade

    def recent(self, limit: int) -> list[PublicTrade]:
        """The newest `limit` > 0 trades, oldest first."""
        return self._trades.rows[-limit:]

    def from_id(self, from_id: int, limit: int) -> list[PublicTrade]:
        """The first `limit` trades whose id is `from_id` or more."""
        rows = self._trades.rows
        start = bisect_left(rows, from_id, key=_trade_id)
        return rows[start : start + limit]

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


def _trade_id(trade: PublicTrade) -> int:
    return trade.id


def _aggregate_id(aggregate: AggTrade) -> int:
    return aggregate.id


def _aggregate_ms(aggregate: AggTrade) -> int:
    return aggregate.time_ms
