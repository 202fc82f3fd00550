"""Conditional orders, dates and countdowns of the reference: every price is shown to every waiting order.

Reading order: how an order begins to wait, `_settle` (what happens when a command is done), `_fires`, `_fire`, the
timers. There is no index: who fires, who is due and who has ended is looked for each time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from tests import reference_formulas as formulas
from tests.reference_kinds import CONDITIONAL, LIMIT_KINDS, Waiting, reached, trigger_of
from tests.reference_ledger import Order, can_only_close
from tests.reference_rules import Faults, Rules

DAY_MS = 24 * 3_600_000
YEAR_MS = 365 * DAY_MS


@dataclass
class Timer:
    due_ms: int
    account_id: int
    symbol_id: int
    order_id: int = 0
    waiting: Waiting | None = None


def clone(command: c.PlaceOrder, **changes: object) -> c.PlaceOrder:
    fields = {name: getattr(command, name) for name in c.PlaceOrder.FIELDS}
    copied = c.PlaceOrder(**{**fields, **changes})
    copied.original_type, copied.seq, copied.time_ms = command.original_type, command.seq, command.time_ms
    return copied


class Triggers(Rules):
    def __init__(self) -> None:
        super().__init__()
        self.seq = 0
        self.next_order_id = 1
        self.next_algo_id = 1
        self.next_number = 1
        self.children: dict[int, Waiting] = {}  # open orders that orders of the Algo service became
        self.timers: list[Timer] = []  # in the order in which they were set
        self.year_ms = 1 << 62
        self.seen_last: dict[int, int] = {}  # prices as far as they have been shown to those that wait
        self.seen_mark: dict[int, int] = {}

    def _run(self, symbol_id: int, order: Order) -> None:
        raise NotImplementedError

    def _accept(self, command: c.PlaceOrder, order_id: int) -> int:
        raise NotImplementedError

    def answer_grids(self) -> None:
        raise NotImplementedError

    # -- placing and cancelling -------------------------------------------------------------------------------------

    def _place_conditional(self, command: c.PlaceOrder) -> int:
        refusal = self._first_fault(self._conditional_faults(command))
        if refusal:
            return refusal
        if command.is_algo:
            order_id, self.next_algo_id = self.next_algo_id, self.next_algo_id + 1
        else:
            order_id, self.next_order_id = self.next_order_id, self.next_order_id + 1
        waiting = Waiting(order_id, command, self.next_number)
        self.next_number += 1
        if trigger_of(command) == 0:
            waiting.active = True
            waiting.extreme = self.working(command.symbol_id, command.working_type)
        self.waiting.append(waiting)
        if command.is_algo:
            self._tell_algo(waiting, w.ALGO_NEW)
        else:
            self._tell("OrderAccepted", *self._waiting_fields(waiting, w.NEW))
        if command.time_in_force == w.GTD:
            due_ms = command.good_till_ms // 1000 * 1000
            self.timers.append(Timer(due_ms, command.account_id, command.symbol_id, waiting=waiting))
        return 0

    def _conditional_faults(self, command: c.PlaceOrder) -> Faults:
        """Every rule in documented order; prices, money and position as they are now."""
        yield from self._place_faults(command.account_id, command.symbol_id)
        symbol_id, instrument = command.symbol_id, self.instruments[command.symbol_id]
        yield from self._conditional_kind_faults(command)
        yield from self._market_faults(command)
        limit = command.order_type in LIMIT_KINDS
        if not command.close_position:
            yield from self._lot_faults(instrument, command.qty_lots, market=not limit)
        yield from self._trigger_faults(command)
        closing = can_only_close(command) or command.close_position
        yield (
            not closing and self._own_value(command) < instrument.min_notional_units,
            no.NOTIONAL_BELOW_MIN,
        )
        yield from self._open_conditional_faults(command)
        held = self.position(command.account_id, symbol_id, command.position_side).qty_lots
        idle = held * command.side >= 0
        yield command.time_in_force == w.GTE_GTC and idle, no.POSITION_REQUIRED
        present = self.working(symbol_id, command.working_type)
        yield trigger_of(command) != 0 and reached(command, present), no.WOULD_TRIGGER
        if command.is_algo or command.close_position:
            return
        yield closing and idle, no.REDUCE_ONLY_REJECTED
        if not closing:
            own = self.own_ticks(command)
            as_limit = clone(command, order_type=w.LIMIT)
            price = formulas.price_e8(instrument, own)
            assuming = self._assuming_e8(as_limit, own) if limit else price
            yield from self._cost_faults(as_limit, command.qty_lots, assuming, price, None)

    def _cancel_waiting(self, account_id: int, symbol_id: int) -> int:
        orders = self.ordinary(account_id, symbol_id)
        for waiting in orders:
            self._end(waiting, w.CANCELED, w.REASON_NONE)
        return len(orders)

    def _find_waiting(self, command: c.CancelOrder | c.AmendOrder) -> Waiting | None:
        for waiting in self.ordinary(command.account_id, command.symbol_id):
            name = waiting.request.client_order_id
            if command.order_id == waiting.order_id if command.order_id else command.client_order_id == name:
                return waiting
        return None

    def _CancelAlgoOrder(self, command: c.CancelAlgoOrder) -> int:
        if self.account(command.account_id) is None:
            return no.UNKNOWN_ACCOUNT
        for waiting in self.waiting_of(command.account_id):
            by_id, by_name = waiting.order_id, waiting.request.client_order_id
            meant = by_id == command.algo_id if command.algo_id else by_name == command.client_algo_id
            if waiting.request.is_algo and meant:
                self._end(waiting, w.CANCELED, w.REASON_NONE)
                return 0
        return no.UNKNOWN_ALGO_ORDER

    def _CancelAllAlgoOrders(self, command: c.CancelAllAlgoOrders) -> int:
        refusal = self._first_fault(self._place_faults(command.account_id, command.symbol_id))
        if refusal:
            return refusal
        mine = self.waiting_of(command.account_id, command.symbol_id)
        algos = [waiting for waiting in mine if waiting.request.is_algo]
        for waiting in algos:
            self._end(waiting, w.CANCELED, w.REASON_NONE)
        self._tell("AllAlgoOrdersCancelled", command.account_id, command.symbol_id, len(algos))
        return 0

    def _end(self, waiting: Waiting, status: int, reason: int) -> None:
        self.waiting.remove(waiting)
        if waiting.request.is_algo:
            self._tell_algo(waiting, w.ALGO_CANCELED if status == w.CANCELED else w.ALGO_EXPIRED)
        else:
            self._tell("OrderClosed", *self._waiting_fields(waiting, status), reason, 0)

    # -- when a command is done -------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Tell ends, show prices, place what fired: one after the other, until nothing is left to do."""
        queue: list[Waiting] = []
        while self.noted or self.ended or self.gone or self.grid_notes or queue:
            if self.noted or self.ended or self.gone or self.grid_notes:
                self._tell_ends()
                self._expire_attached()
                self.answer_grids()
                noted, self.noted = self.noted, []
                for symbol_id, working_type, price in noted:
                    queue += self._show(symbol_id, working_type, price)
                continue
            waiting = queue.pop(0)
            if waiting in self.waiting:
                self._fire(waiting)

    def _tell_ends(self) -> None:
        ended, self.ended = self.ended, []
        for order in ended:
            waiting = self.children.pop(order.order_id, None)
            if waiting is not None:
                child = (order.order_id, order.placed().order_type)
                filled = (order.filled_lots, order.filled_value)
                self._tell_algo(waiting, w.ALGO_FINISHED, child, filled)

    def _expire_attached(self) -> None:
        """Semantics 4.5.8."""
        gone, self.gone = self.gone, []
        for account_id, symbol_id, position_side in gone:
            for waiting in self.waiting_of(account_id, symbol_id):
                request = waiting.request
                if request.time_in_force == w.GTE_GTC and request.position_side == position_side:
                    self._end(waiting, w.EXPIRED, w.REASON_GTE_CONDITION)

    def _show(self, symbol_id: int, working_type: int, price: int) -> list[Waiting]:
        """One price to everybody in the market; those that it fires, the oldest first."""
        (self.seen_last if working_type == w.CONTRACT_PRICE else self.seen_mark)[symbol_id] = price
        here = [one for one in self.waiting if one.request.symbol_id == symbol_id and not one.fired]
        seen = self._seen(symbol_id, working_type)
        for waiting in here:
            if waiting.active and waiting.request.working_type == working_type:
                further = max if waiting.request.side == w.SELL else min
                waiting.extreme = further(waiting.extreme, seen)
        fired = [one for one in here if self._fires(one, working_type)]
        for waiting in fired:
            waiting.fired = True
        for waiting in here:
            request = waiting.request
            asleep = waiting.trailing and not waiting.active and request.working_type == working_type
            if asleep and reached(request, seen):
                waiting.active, waiting.extreme = True, seen
                if request.is_algo:
                    self._tell_algo(waiting, w.ALGO_NEW)
        return fired

    def _seen(self, symbol_id: int, working_type: int) -> int:
        last = self.seen_last.get(symbol_id, self.last_ticks[symbol_id])
        if working_type == w.CONTRACT_PRICE and last:
            return last
        mark = self.seen_mark.get(symbol_id, self.mark_e8[symbol_id])
        return mark // self.instruments[symbol_id].tick_e8

    def _fires(self, waiting: Waiting, working_type: int) -> bool:
        request = waiting.request
        symbol_id = request.symbol_id
        if request.price_protect:
            if self._is_held(symbol_id):
                return False
        elif request.working_type != working_type:
            return False
        price = self._seen(symbol_id, request.working_type)
        if not waiting.trailing:
            return reached(request, price)
        if not waiting.active:
            return False
        rate = Fraction(request.callback_ppm, 10**6)
        if request.side == w.BUY:
            return price >= waiting.extreme * (1 + rate)
        return price <= waiting.extreme * (1 - rate)

    def _is_held(self, symbol_id: int) -> bool:
        """Semantics 5.8.6."""
        instrument = self.instruments[symbol_id]
        last = self.seen_last.get(symbol_id, self.last_ticks[symbol_id]) * instrument.tick_e8
        mark = self.seen_mark.get(symbol_id, self.mark_e8[symbol_id])
        return last != 0 and abs(mark - last) > mark * Fraction(instrument.trigger_protect_ppm, 10**6)

    def _fire(self, waiting: Waiting) -> None:
        """Semantics 5.9.5, 5.9.12."""
        self.waiting.remove(waiting)
        request = waiting.request
        waiting.triggered_ms = self.time_ms
        child = self._child(request)
        self.levels_before = {}
        if request.is_algo:
            self._tell_algo(waiting, w.ALGO_TRIGGERING)
            place, order_id = len(self.rows), self.next_order_id
            refusal = self._place_fired(child, 0)
            if refusal:
                self._tell_algo(waiting, w.ALGO_REJECTED, refusal=refusal)
            else:
                self.children[order_id] = waiting
                self._tell_algo(waiting, w.ALGO_TRIGGERED, (order_id, child.order_type))
                self.rows.insert(place, self.rows.pop())
        else:
            self._tell("OrderTriggered", *self._waiting_fields(waiting, w.EXPIRED))
            refusal = self._place_fired(child, waiting.order_id)
            if refusal:
                self._tell(
                    "OrderClosed", *self._waiting_fields(waiting, w.EXPIRED), w.REASON_TRIGGERED, refusal
                )
        self._tell_levels()

    def _child(self, request: c.PlaceOrder) -> c.PlaceOrder:
        limit = request.order_type in LIMIT_KINDS
        changes: dict[str, object] = {"order_type": w.LIMIT if limit else w.MARKET}
        if not limit or request.time_in_force == w.GTE_GTC:
            changes["time_in_force"] = w.GTC
        if request.close_position:  # semantics 4.5.6
            side = request.position_side
            held = self.position(request.account_id, request.symbol_id, side)
            changes["qty_lots"] = abs(held.qty_lots)
            changes["reduce_only"] = side == w.BOTH
        child = clone(request, **changes)
        child.seq, child.time_ms = self.seq, self.time_ms
        return child

    def _place_fired(self, child: c.PlaceOrder, order_id: int) -> int:
        if child.price_match:
            refusal = self._first_fault(self._market_faults(child))
            price = self.matched_ticks(child)
            if refusal or price is None:
                return refusal or no.PRICE_MATCH_NO_LEVEL
            child = clone(child, price_ticks=price)
        return self._first_fault(self._placement_faults(child)) or self._accept(child, order_id)

    # -- timers -----------------------------------------------------------------------------------------------------

    def _SetCountdown(self, command: c.SetCountdown) -> int:
        refusal = self._first_fault(self._place_faults(command.account_id, command.symbol_id))
        if refusal:
            return refusal
        if not 0 <= command.countdown_ms <= 1 << 52:
            return no.INVALID_VALUE
        mine = (command.account_id, command.symbol_id, 0, None)
        self.timers = [t for t in self.timers if (t.account_id, t.symbol_id, t.order_id, t.waiting) != mine]
        due_ms = self.time_ms + command.countdown_ms if command.countdown_ms else 0
        if due_ms:
            self.timers.append(Timer(due_ms, command.account_id, command.symbol_id))
        self._tell("CountdownSet", command.account_id, command.symbol_id, due_ms)
        return 0

    def living_timers(self) -> list[Timer]:
        """Those of orders that are still open, and countdowns: the next first."""
        alive = []
        for timer in self.timers:
            orders = [order.order_id for order in self.open_orders(timer.account_id, timer.symbol_id)]
            of_waiting = timer.waiting is not None and timer.waiting in self.waiting
            countdown = timer.waiting is None and timer.order_id == 0
            if of_waiting or countdown or timer.order_id in orders:
                alive.append(timer)
        return sorted(alive, key=lambda timer: timer.due_ms)

    def _set_date(self, symbol_id: int, order: Order) -> None:
        """An order good till a date rests; when it was amended it keeps its timer."""
        known = [timer.order_id for timer in self.living_timers()]
        if order.placed().time_in_force == w.GTD and order.order_id not in known:
            due_ms = order.placed().good_till_ms // 1000 * 1000
            self.timers.append(Timer(due_ms, order.account_id, symbol_id, order.order_id))

    def _run_timers(self, until_ms: int) -> None:
        """Dates, countdowns and the year's end in the order of their time, marks before them."""
        while True:
            timers = self.living_timers()
            due_ms = min([self.year_ms, *(timer.due_ms for timer in timers)])
            if due_ms > until_ms:
                break
            self._run_marks(due_ms)
            self.time_ms = due_ms
            self.levels_before = {}
            timers = self.living_timers()
            if timers and timers[0].due_ms <= due_ms:
                self.timers.remove(timers[0])
                self._ring(timers[0])
            elif self.year_ms <= due_ms:
                self._end_year()
            self._tell_levels()
            self._settle()
        self._run_marks(until_ms)

    def _run_marks(self, until_ms: int) -> None:
        raise NotImplementedError

    def forget_countdowns(self, symbol_id: int) -> None:
        self.timers = [
            timer
            for timer in self.timers
            if timer.symbol_id != symbol_id or timer.waiting is not None or timer.order_id != 0
        ]

    def _ring(self, timer: Timer) -> None:
        account_id, symbol_id = timer.account_id, timer.symbol_id
        if timer.waiting is not None:
            self._end(timer.waiting, w.EXPIRED, w.REASON_NONE)
            return
        orders = sorted(self.open_orders(account_id, symbol_id), key=lambda order: order.order_id)
        if timer.order_id == 0:
            self._cancel_waiting(account_id, symbol_id)
        for order in orders:
            if timer.order_id == 0:
                self._close(symbol_id, order, w.CANCELED, w.REASON_NONE)
            elif timer.order_id == order.order_id:
                self._close(symbol_id, order, w.EXPIRED, w.REASON_NONE)

    def _end_year(self) -> None:
        """Semantics 5.3: GTC orders that have rested untouched for a year."""
        left = [self.time_ms]
        for account in self.accounts[1:]:
            for symbol_id in range(len(self.instruments)):
                mine = self.open_orders(account.account_id, symbol_id)
                for order in sorted(mine, key=lambda order: order.order_id):
                    placed = order.placed()
                    if placed.time_in_force != w.GTC or order.filled_lots:
                        continue
                    if placed.time_ms + YEAR_MS <= self.time_ms:
                        self._close(symbol_id, order, w.CANCELED, w.REASON_NONE)
                    else:
                        left.append(placed.time_ms)
                self._tell_levels()
        self.year_ms = -(-(min(left) + YEAR_MS) // DAY_MS) * DAY_MS

    # -- telling ----------------------------------------------------------------------------------------------------

    def _tell_levels(self) -> None:
        levels, self.levels_before = self.levels_before, {}
        for (symbol_id, side, ticks), before in sorted(levels.items(), key=lambda one: one[0][0]):
            now = self._level(symbol_id, side, ticks)
            if now != before:
                self._tell("BookChanged", symbol_id, side, ticks, now)

    def _waiting_fields(self, waiting: Waiting, status: int) -> tuple[object, ...]:
        request = waiting.request
        notionals = [
            self.side_notional(request.account_id, request.symbol_id, side) for side in (w.BUY, w.SELL)
        ]
        name, price, lots = request.client_order_id, request.price_ticks, request.qty_lots
        return (waiting.order_id, name, price, lots, 0, 0, status, *notionals)

    def _tell_algo(
        self,
        waiting: Waiting,
        status: int,
        child: tuple[int, int] = (0, 0),
        filled: tuple[int, int] = (0, 0),
        refusal: int = 0,
    ) -> None:
        about = (waiting.order_id, waiting.request.client_order_id, status, waiting.active)
        self._tell("AlgoOrderChanged", *about, waiting.triggered_ms, *child, *filled, refusal)

    # -- state ------------------------------------------------------------------------------------------------------

    def waiting_state(self) -> list[object]:
        timers: list[object] = [
            [
                timer.due_ms,
                timer.account_id,
                timer.symbol_id,
                timer.order_id,
                timer.waiting.order_id if timer.waiting else 0,
                int(timer.waiting.request.is_algo) if timer.waiting else 0,
            ]
            for timer in self.living_timers()
        ]
        fired = [[order_id, waiting.order_id] for order_id, waiting in sorted(self.children.items())]
        return [
            self.next_algo_id,
            [self._waiting_row(waiting) for waiting in self.waiting],
            fired,
            timers,
            self.year_ms,
            list(self._hidden_rows()),
        ]

    def _waiting_row(self, waiting: Waiting) -> list[object]:
        request = waiting.request
        about = [waiting.order_id, int(request.is_algo), request.account_id, request.symbol_id]
        return [*about, request.client_order_id, int(waiting.active), waiting.extreme]

    def _hidden_rows(self) -> Iterator[list[object]]:
        for symbol_id in range(len(self.instruments)):
            sides: list[object] = []
            for side in (w.BUY, w.SELL):
                queue = self.hidden_queue(symbol_id, side)
                levels: dict[int, list[list[int]]] = {}
                for order in queue:
                    row = [order.order_id, order.account_id, order.remaining]
                    levels.setdefault(order.price_ticks, []).append(row)
                sides.append([[ticks, rows] for ticks, rows in levels.items()])
            if sides != [[], []]:
                yield [symbol_id, *sides]


assert set(CONDITIONAL) == set(range(w.STOP, w.TRAILING_STOP_MARKET + 1))
