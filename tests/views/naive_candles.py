"""Candles the slow and obvious way: from the list of all trades, with calendar arithmetic."""

from datetime import UTC, datetime, timedelta

from perpit.domain.words import BUY
from perpit.views.candles import Candle

UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
Trade = tuple[int, int, int, int]  # time_ms, price_ticks, qty_lots, taker_side; its id is its place from 1
VALUE_PER_TICK_LOT = 10_000  # of BTCUSDT: tick 0.1 × lot 0.001


def open_of(interval: str, time_ms: int) -> int:
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0)
    if interval == "1M":
        return int(midnight.replace(day=1).timestamp()) * 1000
    if interval == "1w":
        return int((midnight - timedelta(days=midnight.weekday())).timestamp()) * 1000
    length_ms = int(interval[:-1]) * UNITS[interval[-1]]
    return time_ms // length_ms * length_ms


def next_open(interval: str, open_ms: int) -> int:
    if interval == "1M":
        return open_of("1M", open_ms + 32 * UNITS["d"])
    days_7 = 7 * UNITS["d"]
    return open_ms + (days_7 if interval == "1w" else int(interval[:-1]) * UNITS[interval[-1]])


def naive_candles(
    interval: str, trades: list[Trade], start_ms: int, now_ms: int, limit: int
) -> list[tuple[int, ...]]:
    """The first `limit` candles that open at `start_ms` or later, flat ones included, until the present."""
    rows: list[tuple[int, ...]] = []
    if not trades:
        return rows
    open_ms = open_of(interval, max(start_ms, trades[0][0]))
    if open_ms < start_ms:
        open_ms = next_open(interval, open_ms)
    while open_ms <= now_ms and len(rows) < limit:
        end_ms = next_open(interval, open_ms)
        rows.append(_candle(trades, open_ms, end_ms))
        open_ms = end_ms
    return rows


def _candle(trades: list[Trade], open_ms: int, end_ms: int) -> tuple[int, ...]:
    within = [(number, *trade) for number, trade in enumerate(trades, 1) if open_ms <= trade[0] < end_ms]
    if not within:
        price = [trade[1] for trade in trades if trade[0] < open_ms][-1]
        return (open_ms, end_ms - 1, price, price, price, price, 0, 0, 0, 0, 0, -1, -1)
    prices = [trade[2] for trade in within]
    bought = [trade for trade in within if trade[4] == BUY]
    return (
        open_ms,
        end_ms - 1,
        prices[0],
        max(prices),
        min(prices),
        prices[-1],
        sum(trade[3] for trade in within),
        sum(trade[2] * trade[3] * VALUE_PER_TICK_LOT for trade in within),
        len(within),
        sum(trade[3] for trade in bought),
        sum(trade[2] * trade[3] * VALUE_PER_TICK_LOT for trade in bought),
        within[0][0],
        within[-1][0],
    )


def shown(candle: Candle) -> tuple[int, ...]:
    return (
        candle.open_ms,
        candle.close_ms,
        candle.open_ticks,
        candle.high_ticks,
        candle.low_ticks,
        candle.close_ticks,
        candle.qty_lots,
        candle.value_units,
        candle.count,
        candle.taker_buy_lots,
        candle.taker_buy_value_units,
        candle.first_trade_id,
        candle.last_trade_id,
    )
