"""What happens when a timer is due: an order's date is reached, a countdown runs out, an order is a year old."""

from mypy_extensions import i64

from perpit.domain.events import Event
from perpit.domain.words import CANCELED, EXPIRED, GTC, HOUSE, REASON_NONE
from perpit.engine import open_orders
from perpit.engine.account import Account, Exposure
from perpit.engine.book import Order
from perpit.engine.conditionals import Conditionals
from perpit.engine.market import tell_book
from perpit.engine.rules import GTC_LIFE_MS, GTC_LOOK_MS
from perpit.engine.timers import Timer, Timers


def run_due(
    timers: Timers, conditionals: Conditionals, accounts: list[Account], time_ms: i64, events: list[Event]
) -> None:
    """Run one timer that is due at `time_ms`: a date or a countdown first, then the year's end."""
    timer = timers.due(time_ms)
    if timer is None:
        if timers.year_ms <= time_ms:  # else the mark price of this very time has ended what the date was for
            _end_year(timers, accounts, time_ms, events)
        return
    exposure = timer.exposure
    _ring(timer, conditionals, time_ms, events)
    tell_book(exposure.market, time_ms, events)


def first_year_ms(time_ms: i64) -> i64:
    """The first day on which an order placed from now on can be a year old."""
    return (time_ms + GTC_LIFE_MS + GTC_LOOK_MS - 1) // GTC_LOOK_MS * GTC_LOOK_MS


def _ring(timer: Timer, conditionals: Conditionals, time_ms: i64, events: list[Event]) -> None:
    exposure = timer.exposure
    waiting = timer.waiting
    if waiting is not None:
        conditionals.end(waiting, EXPIRED, REASON_NONE, time_ms, events)
    elif timer.order_id != 0:
        order = exposure.market.orders.find(timer.order_id)
        assert order is not None, "the timer of an order that is not open"
        open_orders.close(order, EXPIRED, REASON_NONE, time_ms, events)
    else:  # semantics 5.7.7, C22
        conditionals.cancel_waiting(exposure, time_ms, events)
        for order in open_orders.by_age(exposure):
            open_orders.cancel(order, time_ms, events)


def _end_year(timers: Timers, accounts: list[Account], time_ms: i64, events: list[Event]) -> None:
    """Cancel what has rested untouched for a year, and find out when the next one will have."""
    oldest_ms = time_ms
    for account in accounts:
        if account.account_id == HOUSE:
            continue
        for symbol_id in sorted(account.exposures):
            exposure = account.exposures[symbol_id]
            oldest = _end_year_of(exposure, time_ms, events)
            if oldest < oldest_ms:
                oldest_ms = oldest
            tell_book(exposure.market, time_ms, events)
    timers.set_year(first_year_ms(oldest_ms))


def _end_year_of(exposure: Exposure, time_ms: i64, events: list[Event]) -> i64:
    """The time of the oldest order that stays and can grow a year old."""
    oldest_ms = time_ms
    for order in open_orders.by_age(exposure):
        placed_ms = order.request.time_ms
        if not _can_age(order):
            continue
        if placed_ms + GTC_LIFE_MS <= time_ms:
            open_orders.close(order, CANCELED, REASON_NONE, time_ms, events)
        elif placed_ms < oldest_ms:
            oldest_ms = placed_ms
    return oldest_ms


def _can_age(order: Order) -> bool:
    return order.request.time_in_force == GTC and order.remaining_lots == order.qty_lots
