"""Waiting orders, timers and hidden orders in canonical form, and what must hold of them. See `state`, `invariants`.

[next_algo_id, waiting, fired, timers, year_ms, hidden]
waiting = [order_id, is_algo, account_id, symbol_id, client_order_id, is_activated, extreme_ticks], oldest first
fired   = [order_id, algo_id] of open orders that orders of the Algo service became, by order id
timer   = [due_ms, account_id, symbol_id, order_id, waiting order's id, whether that is an algo id]
hidden  = [symbol_id, bids, asks], levels as in a market's; only markets where there are any
"""

from perpit.domain.words import GTD, GTE_GTC
from perpit.engine.account import Account
from perpit.engine.conditionals import Conditionals
from perpit.engine.heap import Heap
from perpit.engine.market import Market
from perpit.engine.state import ladder_state
from perpit.engine.timers import Timer, Timers
from perpit.engine.trails import TrailItem
from perpit.engine.triggers import Conditional


def waiting_state(conditionals: Conditionals, timers: Timers, markets: list[Market]) -> list[object]:
    """See the module's docstring for the shape."""
    extremes = _extremes(markets)
    waiting: list[object] = [_waiting(one, extremes) for one in _all(conditionals)]
    fired: list[object] = [
        [order_id, algo.order_id] for order_id, algo in sorted(conditionals.children.items())
    ]
    hidden: list[object] = [
        [
            market.instrument.symbol_id,
            ladder_state(market.book.hidden_bids),
            ladder_state(market.book.hidden_asks),
        ]
        for market in markets
        if market.book.hidden_bids.keys or market.book.hidden_asks.keys
    ]
    rows: list[object] = [_timer(timer) for timer in _sorted_timers(timers)]
    return [conditionals.next_algo_id, waiting, fired, rows, timers.year_ms, hidden]


def broken_waiting(
    conditionals: Conditionals, timers: Timers, markets: list[Market], accounts: list[Account]
) -> list[str]:
    """Every broken rule in words."""
    broken: list[str] = []
    watched = sum(_check_watch(market, broken) for market in markets)
    _check_heap(timers.heap, broken)
    listed = 0
    for account in accounts:
        listed += len(account.algos)
        for exposure in account.exposures.values():
            listed += len(exposure.conditionals)
    known = _all(conditionals)
    if not watched == listed == len(known):
        broken.append(f"{watched} orders wait for a price, {listed} are listed, {len(known)} known")
    dated = len(timers.of_orders) + len(timers.countdowns) + _check_waiting(known, broken)
    if dated != len(timers.heap.items):
        broken.append(f"{len(timers.heap.items)} timers run, there should be {dated}")
    ended = [
        order_id
        for order_id in conditionals.children
        if not any(market.orders.find(order_id) is not None for market in markets)
    ]
    if ended:
        broken.append(f"orders {ended} of the Algo service have ended and nobody told")
    return broken


def _check_watch(market: Market, broken: list[str]) -> int:
    """How many orders wait in a market."""
    watch = market.watch
    if watch is None:
        return 0
    seen = sum(len(heap.items) for heap in watch.heaps) + len(_extremes([market]))
    if seen != watch.count or watch.noted:
        broken.append(f"{market.instrument.symbol}: {seen} orders wait, {watch.count} are counted")
    if (watch.last_ticks, watch.mark_e8) != (market.last_price_ticks, market.mark_e8):
        broken.append(f"{market.instrument.symbol}: those that wait have not seen the present prices")
    for heap in watch.heaps:
        _check_heap(heap, broken)
    return seen


def _check_waiting(known: list[Conditional], broken: list[str]) -> int:
    """How many of them have a date."""
    dated = 0
    for one in known:
        if not one.is_open or (one.slot < 0 and one.trail is None):
            broken.append(f"waiting order {one.order_id} waits for nothing")
        if one.request.time_in_force == GTE_GTC:
            same = [
                other
                for other in known
                if other.position is one.position and other.request.time_in_force == GTE_GTC
            ]
            if one.position.attached != len(same) or one.position.qty_lots == 0:
                broken.append(f"waiting order {one.order_id} is attached to no position")
        dated += one.request.time_in_force == GTD
    return dated


def _all(conditionals: Conditionals) -> list[Conditional]:
    both = [*conditionals.orders.values(), *conditionals.algos.values()]
    return sorted(both, key=lambda waiting: waiting.number)


def _extremes(markets: list[Market]) -> dict[int, int]:
    """What each active trailing stop has seen, by its number."""
    found: dict[int, int] = {}
    for market in markets:
        if market.watch is None:
            continue
        for trails in market.watch.trails:
            for trail in trails:
                extreme = 0
                item: TrailItem | None = None if trail.front is None else trail.front.first
                while item is not None:
                    if item.leads is not None:
                        extreme = item.leads.extreme_ticks
                    found[item.number] = extreme
                    item = item.behind
    return found


def _waiting(one: Conditional, extremes: dict[int, int]) -> list[object]:
    request = one.request
    return [
        one.order_id,
        int(request.is_algo),
        request.account_id,
        request.symbol_id,
        request.client_order_id,
        int(one.is_activated),
        extremes.get(one.number, 0),
    ]


def _sorted_timers(timers: Timers) -> list[Timer]:
    found: list[Timer] = []
    for item in timers.heap.items:
        assert isinstance(item, Timer)
        found.append(item)
    found.sort(key=lambda timer: (timer.key, timer.number))
    return found


def _timer(timer: Timer) -> list[object]:
    waiting = timer.waiting
    return [
        timer.key,
        timer.exposure.account.account_id,
        timer.exposure.market.instrument.symbol_id,
        timer.order_id,
        waiting.order_id if waiting is not None else 0,
        int(waiting.request.is_algo) if waiting is not None else 0,
    ]


def _check_heap(heap: Heap, broken: list[str]) -> None:
    items = heap.items
    for slot in range(len(items)):
        item = items[slot]
        above = items[(slot - 1) // 2] if slot > 0 else item
        if item.slot != slot or (above.key, above.number) > (item.key, item.number):
            broken.append(f"a heap is out of order at {slot} of {len(items)}")
            return
