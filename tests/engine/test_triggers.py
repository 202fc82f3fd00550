"""What tables cannot say of orders that wait: the indexes by themselves, hedge mode, timers."""

from collections.abc import Iterator
from random import Random

import pytest

from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.commands import (
    Advance,
    Command,
    CreateAccount,
    HouseDepth,
    HouseTrade,
    ListInstrument,
    PlaceOrder,
    SetCountdown,
    SetIndexPrice,
    SetPositionMode,
    Transfer,
)
from perpit.domain.events import AlgoOrderChanged, Event, Refused
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.engine.heap import Heap, HeapItem
from perpit.engine.trails import Trail, TrailItem, callback_ticks
from tests.instruments import btcusdt

START_MS = 1_700_000_000_000
PRICE = 600_000


class Venue:
    """One account with money, prices at 60,000 and depth around them."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.time_ms = START_MS
        for command in (
            ListInstrument(btcusdt()),
            CreateAccount("alice"),
            Transfer(1, w.USDS_M, "USDT", 10_000_000 * UNIT),
            SetIndexPrice(0, 60_000 * UNIT),
            HouseDepth(0, [PRICE - 10], [10_000], [PRICE], [10_000]),
            HouseTrade(0, w.BUY, PRICE, 1),
        ):
            self.apply(command)

    def apply(self, command: Command) -> list[Event]:
        command.seq, command.time_ms = self.engine.seq + 1, self.time_ms
        events = self.engine.apply(command)
        assert self.engine.check_invariants() == []
        return events

    def stop(self, name: str, side: int, ticks: int, **more: object) -> list[Event]:
        order = PlaceOrder(
            1, 0, name, side, w.STOP_MARKET, w.GTC, 10, 0, stop_price_ticks=ticks, is_algo=True
        )
        for field, value in more.items():
            setattr(order, field, value)
        return self.apply(order)


def refusal(events: list[Event]) -> int:
    last = events[-1]
    return last.refusal if isinstance(last, Refused) else 0


def test_a_heap_gives_the_least_first_and_the_oldest_of_equals() -> None:
    random, heap, alive = Random(5), Heap(), {}
    for number in range(2_000):
        item = HeapItem(number)
        heap.add(item, random.randint(0, 50))
        alive[number] = item
        if random.random() < 0.4:
            heap.remove(alive.pop(random.choice(list(alive))))
    left = sorted(alive.values(), key=lambda item: (item.key, item.number))
    for wanted in left:
        first = heap.first()
        assert first is wanted
        heap.remove(first)
    assert heap.first() is None


def naive_trail(
    side: int, rate: int, steps: Iterator[tuple[str, int]]
) -> Iterator[tuple[Trail, dict[int, int], int]]:
    """A trail beside a dictionary of what every stop has seen."""
    trail, seen, items = Trail(side, rate), {}, {}
    for number, (what, value) in enumerate(steps):
        if what == "join":
            trail.note(value)
            seen = {
                known: (max if side == w.SELL else min)(extreme, value) for known, extreme in seen.items()
            }
            items[number] = TrailItem(number)
            trail.join(items[number], value)
            seen[number] = value
        elif what == "drop" and seen:
            known = sorted(seen)[value % len(seen)]
            trail.remove(items[known])
            del seen[known]
        elif what == "price":
            trail.note(value)
            seen = {
                known: (max if side == w.SELL else min)(extreme, value) for known, extreme in seen.items()
            }
        yield trail, seen, value


def test_a_trail_fires_what_a_scan_of_all_stops_would_fire() -> None:
    for seed, side in ((1, w.SELL), (2, w.BUY), (3, w.SELL), (4, w.BUY)):
        random = Random(seed)
        kinds = ["join", "join", "drop", "price", "price", "price"]
        steps = ((random.choice(kinds), random.randint(9_000, 10_000)) for _ in range(400))
        for trail, seen, price in naive_trail(side, 50_000, steps):
            due = [
                number
                for number, extreme in sorted(seen.items())
                if (price - callback_ticks(side, extreme, 50_000)) * side >= 0
            ]
            first = trail.fired(price)
            assert (first is not None) == bool(due)
            if first is not None:
                assert first.number in due


@pytest.mark.semantics("4.5.6")
def test_in_hedge_mode_close_position_closes_its_side_only() -> None:
    venue = Venue()
    venue.apply(SetPositionMode(1, w.USDS_M, True))
    for side, position_side in ((w.BUY, w.LONG), (w.SELL, w.SHORT)):
        order = PlaceOrder(1, 0, f"open-{side}", side, w.MARKET, w.GTC, 20, 0, position_side=position_side)
        assert refusal(venue.apply(order)) == 0
    wrong = venue.stop("x", w.BUY, PRICE + 100, position_side=w.LONG, close_position=True, qty_lots=0)
    assert refusal(wrong) == no.CLOSE_POSITION_NOT_ALLOWED
    for name, side in (("long", w.LONG), ("short", w.SHORT)):
        closing = w.SELL if side == w.LONG else w.BUY
        ticks = PRICE - 100 if side == w.LONG else PRICE + 100
        venue.stop(name, closing, ticks, position_side=side, close_position=True, qty_lots=0)
    venue.apply(HouseDepth(0, [], [], [PRICE + 100], [10_000]))
    events = venue.apply(HouseTrade(0, w.BUY, PRICE + 100, 1))
    long, short = venue.engine.accounts[1].exposure(venue.engine.markets[0]).sides
    states = [event.status for event in events if isinstance(event, AlgoOrderChanged)]
    assert states == [w.ALGO_TRIGGERING, w.ALGO_TRIGGERED, w.ALGO_FINISHED]
    assert (long.qty_lots, short.qty_lots) == (20, 0)


def test_in_hedge_mode_an_order_attached_to_one_side_outlives_the_other() -> None:
    venue = Venue()
    venue.apply(SetPositionMode(1, w.USDS_M, True))
    for side, position_side in ((w.BUY, w.LONG), (w.SELL, w.SHORT)):
        venue.apply(PlaceOrder(1, 0, f"o{side}", side, w.MARKET, w.GTC, 20, 0, position_side=position_side))
    venue.stop("long", w.SELL, PRICE - 100, position_side=w.LONG, time_in_force=w.GTE_GTC)
    venue.stop("short", w.BUY, PRICE + 100, position_side=w.SHORT, time_in_force=w.GTE_GTC)
    events = venue.apply(PlaceOrder(1, 0, "close", w.SELL, w.MARKET, w.GTC, 20, 0, position_side=w.LONG))
    ended = [event for event in events if isinstance(event, AlgoOrderChanged)]
    assert [(event.request.client_order_id, event.status) for event in ended] == [("long", w.ALGO_EXPIRED)]


def test_a_position_mode_does_not_change_while_an_order_waits() -> None:
    venue = Venue()
    venue.stop("s", w.BUY, PRICE + 100)
    assert refusal(venue.apply(SetPositionMode(1, w.USDS_M, True))) == no.POSITION_MODE_WITH_ORDERS


def test_the_next_timer_is_the_first_of_marks_dates_and_countdowns() -> None:
    venue = Venue()
    assert venue.engine.next_timer_ms() == START_MS + 1_000
    venue.apply(SetCountdown(1, 0, 250))
    assert venue.engine.next_timer_ms() == START_MS + 250
    venue.apply(SetCountdown(1, 0, 0))
    assert venue.engine.next_timer_ms() == START_MS + 1_000


def test_a_timer_that_ends_orders_tells_its_own_time() -> None:
    venue = Venue()
    venue.apply(PlaceOrder(1, 0, "a", w.BUY, w.LIMIT, w.GTC, 10, PRICE - 100))
    venue.apply(SetCountdown(1, 0, 250))
    venue.time_ms += 900
    first, *_rest = venue.apply(Advance())
    assert first.time_ms == START_MS + 250
