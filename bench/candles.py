"""What candles cost: a trade, a second of prices of many instruments, the second that opens a minute, a reading.

A venue of 21 instruments in 11 pairs: a second brings each instrument a mark price and each pair an index price, every
fifth one a premium index. The events go through the world, as an order meets them that happens to be the first command
of a second. A minute is opened by the second after it, which merges each finished minute into fourteen longer candles.
CPU time, the best of three. Memory is that of the closed candles of a mark price after a week, packed.
"""

import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from bench.engine_flow import is_compiled
from perpit.catalogue import load_instrument
from perpit.domain.commands import Advance
from perpit.domain.events import Event, InstrumentListed, MarkPriceChanged, PremiumSampled, TradePrinted
from perpit.domain.numbers import UNIT
from perpit.domain.words import BUY, TRADE_MARKET
from perpit.views import series
from perpit.views.candles import CandlesView
from perpit.views.price_candles import PackedCandles, PriceCandlesView
from perpit.views.world import World

INSTRUMENTS = 21
START_MS = 1_700_000_000_000 // 60_000 * 60_000
MINUTES = 60
MINUTES_QUICK = 10
SECONDS_OF_A_WEEK = 7 * 24 * 3600
READ = 1_500
REPEATS = 3


class Clock:
    time_ms = START_MS


def listed() -> World:
    """A world that knows the instruments: two to a pair."""
    world = World()
    for symbol_id in range(INSTRUMENTS):
        instrument = load_instrument("BTCUSDT", symbol_id)
        instrument.symbol, instrument.pair = f"S{symbol_id}", f"P{symbol_id // 2}"
        fold(world, START_MS, [InstrumentListed(START_MS, instrument)])
    return world


def fold(world: World, time_ms: int, events: list[Event]) -> float:
    """One command with its events; the seconds that the world took."""
    command = Advance()
    command.seq, command.time_ms = world.seq + 1, time_ms
    began = process_time()
    world.fold(command, events)
    return process_time() - began


def second(time_ms: int) -> list[Event]:
    price = 60_000 * UNIT + time_ms % 977
    events: list[Event] = []
    for symbol_id in range(INSTRUMENTS):
        if time_ms % 5_000 == 0:
            events.append(PremiumSampled(time_ms, symbol_id, time_ms % 313 - 150))
        events.append(MarkPriceChanged(time_ms, symbol_id, price, price + 5, price, 0, 0))
    return events


def seconds_of_prices(minutes: int) -> tuple[float, float]:
    """CPU seconds that a second takes in the middle of a minute, and one that opens a minute."""
    world = listed()
    within = opening = 0.0
    for number in range(minutes * 60):
        time_ms = START_MS + number * 1_000
        spent = fold(world, time_ms, second(time_ms))
        if number % 60 == 0:
            opening += spent
        else:
            within += spent
    return within / (minutes * 59), opening / minutes


def trades(count: int) -> float:
    """CPU seconds that a trade takes in the candles of its instrument, minutes included."""
    view = CandlesView(Clock(), 2_000)
    events = [
        TradePrinted(START_MS + number * 100, 0, number + 1, 600_000 + number % 7, 5, BUY, TRADE_MARKET)
        for number in range(count)
    ]
    return each(lambda: [view.fold(event, 1_000) for event in events], count)


def each(what: Callable[[], object], count: int) -> float:
    began = process_time()
    what()
    return (process_time() - began) / count


def week() -> tuple[Clock, PriceCandlesView]:
    """The candles of a mark price after a week, one sample a minute: nothing else of it is kept."""
    clock = Clock()
    view = PriceCandlesView(clock, 2_000)
    for number in range(0, SECONDS_OF_A_WEEK, 60):
        clock.time_ms = START_MS + number * 1_000
        view.fold(clock.time_ms, 60_000 * UNIT + number)
    return clock, view


def packed_bytes(view: PriceCandlesView) -> tuple[int, int]:
    """Closed candles of all intervals, and the bytes of the arrays that hold them."""
    held = [each.closed for each in (view.minutes, *view.longer)]
    packed = [one for one in held if isinstance(one, PackedCandles)]
    assert len(packed) == len(held)
    return sum(len(one) for one in packed), sum(sys.getsizeof(one.numbers) for one in packed)


def run(quick: bool) -> dict[str, Any]:
    minutes = MINUTES_QUICK if quick else MINUTES
    prices = [seconds_of_prices(minutes) for _ in range(REPEATS)]
    _clock, view = week()
    candles, size = packed_bytes(view)
    count = minutes * 1_000
    return {
        "views compiled": is_compiled(series.__file__),
        "instruments": INSTRUMENTS,
        "a trade, µs": round(min(trades(count) for _ in range(REPEATS)) * 1e6, 2),
        "a second of prices, µs": round(min(within for within, _opening in prices) * 1e6, 1),
        "the second that opens a minute, µs": round(min(opening for _within, opening in prices) * 1e6, 1),
        "a reading of 1,500 minutes, ms": round(
            min(each(lambda: view.candles("1m", limit=READ), 1) for _ in range(REPEATS)) * 1e3, 2
        ),
        "the running week, as a stream looks at it, µs": round(
            min(each(lambda: view.current("1w"), 1) for _ in range(REPEATS)) * 1e6, 1
        ),
        "closed candles after a week": candles,
        "bytes of one": round(size / candles),
    }
