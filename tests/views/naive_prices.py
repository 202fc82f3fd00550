"""Candles of sampled prices the slow and obvious way: from the list of all samples, with calendar arithmetic."""

from perpit.views.price_candles import PriceCandle
from tests.views.naive_candles import next_open, open_of

Sample = tuple[int, int]  # time_ms, price_e8
Row = tuple[int, ...]  # open_ms, close_ms, open, high, low, close, count, first_ms, last_ms


def naive_prices(interval: str, samples: list[Sample], start_ms: int, now_ms: int, limit: int) -> list[Row]:
    """The first `limit` candles that open at `start_ms` or later, flat ones included, until the present."""
    rows: list[Row] = []
    if not samples:
        return rows
    open_ms = open_of(interval, max(start_ms, samples[0][0]))
    if open_ms < start_ms:
        open_ms = next_open(interval, open_ms)
    while open_ms <= now_ms and len(rows) < limit:
        end_ms = next_open(interval, open_ms)
        rows.append(_candle(samples, open_ms, end_ms))
        open_ms = end_ms
    return rows


def _candle(samples: list[Sample], open_ms: int, end_ms: int) -> Row:
    within = [sample for sample in samples if open_ms <= sample[0] < end_ms]
    if not within:
        price = [price for time_ms, price in samples if time_ms < open_ms][-1]
        return (open_ms, end_ms - 1, price, price, price, price, 0, -1, -1)
    prices = [price for _time_ms, price in within]
    about = (prices[0], max(prices), min(prices), prices[-1], len(within), within[0][0], within[-1][0])
    return (open_ms, end_ms - 1, *about)


def shown_price(candle: PriceCandle) -> Row:
    return (
        candle.open_ms,
        candle.close_ms,
        candle.open_e8,
        candle.high_e8,
        candle.low_e8,
        candle.close_e8,
        candle.count,
        candle.first_ms,
        candle.last_ms,
    )
