"""Conditional orders: placed, cancelled, ended, and fired when a price reached them (semantics 5.8, 5.9).

Two forms of one mechanism. An order of the Algo service has an id of its own and is asked for margin only when it
fires (5.9, 1.3.7); an ordinary one has an order id from the start, keeps it when it fires, and must be affordable when
it is placed, though nothing is reserved for it (5.9.12).

`settle` runs when a command is done, and works off what it left (`agenda`): ends are told, grids answer their fills,
prices are shown to those that wait, and what fired is placed, one after the other in the order of firing, each as if it
came then. What it trades is shown to those that still wait before the next one is placed. Nothing new begins to wait
meanwhile, and a grid sells higher than it buys, so it ends.
"""

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import AmendOrder, CancelAlgoOrder, CancelAllAlgoOrders, CancelOrder, PlaceOrder
from perpit.domain.events import (
    AlgoOrderChanged,
    AllAlgoOrdersCancelled,
    Event,
    OrderAccepted,
    OrderClosed,
    OrderTriggered,
)
from perpit.domain.words import (
    ALGO_CANCELED,
    ALGO_EXPIRED,
    ALGO_FINISHED,
    ALGO_NEW,
    ALGO_REJECTED,
    ALGO_TRIGGERED,
    ALGO_TRIGGERING,
    BOTH,
    CANCELED,
    EXPIRED,
    GTC,
    GTD,
    GTE_GTC,
    LIMIT,
    MARKET,
    NEW,
    REASON_GTE_CONDITION,
    REASON_NONE,
    REASON_TRIGGERED,
    STOP,
    TAKE_PROFIT,
)
from perpit.engine import conditional_checks, open_orders
from perpit.engine.account import Account, Exposure, Position
from perpit.engine.agenda import Agenda, Ended
from perpit.engine.grids import Grids
from perpit.engine.market import Market, tell_book
from perpit.engine.timers import Timers
from perpit.engine.trading import Trading
from perpit.engine.triggers import Conditional, Watch


class Conditionals:
    """All waiting orders of the venue by id, and the fired ones of the Algo service until their orders end."""

    def __init__(self, trading: Trading, agenda: Agenda, timers: Timers, grids: Grids) -> None:
        self.trading = trading
        self.grids = grids
        self.agenda = agenda
        self.timers = timers
        self.next_algo_id: i64 = 1
        self.next_number: i64 = 1
        self.orders: dict[int, Conditional] = {}
        self.algos: dict[int, Conditional] = {}
        self.children: dict[int, Conditional] = {}

    def place(self, exposure: Exposure, command: PlaceOrder, events: list[Event]) -> int:
        """Let an order wait for its price, or refuse it and change nothing."""
        market = exposure.market
        refusal = conditional_checks.check_conditional(exposure, command)
        if refusal != 0:
            return refusal
        position = exposure.position(command.position_side)
        watch = self._watch(market)
        waiting = Conditional(self.next_number, self._take_id(command), command, position)
        self.next_number += 1
        watch.add(waiting)
        if command.is_algo:
            self.algos[waiting.order_id] = waiting
            exposure.account.algos[command.client_order_id] = waiting
            _tell_algo(waiting, ALGO_NEW, command.time_ms, events)
        else:
            self.orders[waiting.order_id] = waiting
            exposure.conditionals[command.client_order_id] = waiting
            events.append(
                OrderAccepted(
                    command.time_ms,
                    waiting.order_id,
                    command,
                    command.price_ticks,
                    command.qty_lots,
                    0,
                    0,
                    NEW,
                    exposure.bid_units,
                    exposure.ask_units,
                )
            )
        if command.time_in_force == GTD:
            self.timers.end_waiting(exposure, waiting, command.good_till_ms // 1000 * 1000)
        elif command.time_in_force == GTE_GTC:
            position.attached += 1
        return 0

    def judge(self, exposure: Exposure, command: PlaceOrder) -> int:
        """What `place` would refuse the order with, or 0."""
        return conditional_checks.check_conditional(exposure, command)

    def cancel(self, exposure: Exposure, command: CancelOrder, events: list[Event]) -> int:
        """Cancel one waiting ordinary order."""
        waiting = self.find(exposure, command.order_id, command.client_order_id)
        if waiting is None:
            return no.UNKNOWN_ORDER
        self.end(waiting, CANCELED, REASON_NONE, command.time_ms, events)
        return 0

    def amend(self, exposure: Exposure, command: AmendOrder) -> int:
        """What waits is cancelled and placed again, not amended (semantics 5.6.1, 5.9.3)."""
        if self.find(exposure, command.order_id, command.client_order_id) is None:
            return no.UNKNOWN_ORDER
        return no.AMEND_NOT_LIMIT

    def find(self, exposure: Exposure, order_id: i64, client_order_id: str) -> Conditional | None:
        """A waiting ordinary order by its id, or by its client id when that is 0."""
        if order_id != 0:
            waiting = self.orders.get(order_id)
            return waiting if waiting is not None and waiting.position.exposure is exposure else None
        return exposure.conditionals.get(client_order_id)

    def cancel_waiting(self, exposure: Exposure, time_ms: i64, events: list[Event]) -> int:
        """Cancel every waiting ordinary order of an exposure, the oldest first; how many there were."""
        orders = list(exposure.conditionals.values())
        for waiting in orders:
            self.end(waiting, CANCELED, REASON_NONE, time_ms, events)
        return len(orders)

    def cancel_algo(self, account: Account, command: CancelAlgoOrder, events: list[Event]) -> int:
        """Cancel one waiting order of the Algo service; a fired one is an ordinary order."""
        if command.algo_id != 0:
            waiting = self.algos.get(command.algo_id)
        else:
            waiting = account.algos.get(command.client_algo_id)
        if waiting is None or waiting.position.exposure.account is not account:
            return no.UNKNOWN_ALGO_ORDER
        self.end(waiting, CANCELED, REASON_NONE, command.time_ms, events)
        return 0

    def cancel_all_algos(self, exposure: Exposure, command: CancelAllAlgoOrders, events: list[Event]) -> int:
        """Cancel every waiting order of the Algo service in an instrument, the oldest first."""
        count = 0
        for waiting in list(exposure.account.algos.values()):
            if waiting.position.exposure is exposure:
                self.end(waiting, CANCELED, REASON_NONE, command.time_ms, events)
                count += 1
        events.append(AllAlgoOrdersCancelled(command.time_ms, command.account_id, command.symbol_id, count))
        return 0

    def end(self, waiting: Conditional, status: i64, reason: i64, time_ms: i64, events: list[Event]) -> None:
        """End a waiting order without firing it: CANCELED, or EXPIRED with a reason."""
        self._leave(waiting)
        request = waiting.request
        if request.is_algo:
            _tell_algo(waiting, ALGO_CANCELED if status == CANCELED else ALGO_EXPIRED, time_ms, events)
        else:
            _tell_closed(waiting, status, reason, time_ms, events)

    def end_everything(
        self, exposure: Exposure, status: i64, reason: i64, time_ms: i64, events: list[Event]
    ) -> None:
        """End every order in an instrument: first those that rest, then those that wait, the oldest first."""
        for order in open_orders.by_age(exposure):
            open_orders.close(order, status, reason, time_ms, events)
        for waiting in all_waiting(exposure):
            self.end(waiting, status, reason, time_ms, events)

    def settle_timers(self, last_seq: i64, time_ms: i64, events: list[Event]) -> None:
        """Work off what a timer set off. Orders that it places belong to the last command before it."""
        if self.agenda.waits:
            self.settle(last_seq, time_ms, events)

    def settle(self, seq: i64, time_ms: i64, events: list[Event]) -> None:
        """Work off what a command, or a timer, has left."""
        agenda = self.agenda
        fired: list[Conditional] = []
        turn = 0
        while agenda.waits or turn < len(fired):
            if agenda.waits:
                self._catch_up(fired, seq, time_ms, events)
            else:
                waiting = fired[turn]
                turn += 1
                if waiting.is_open:
                    self._fire(waiting, seq, time_ms, events)

    def _catch_up(self, fired: list[Conditional], seq: i64, time_ms: i64, events: list[Event]) -> None:
        """Ends, then positions that are gone, then grids, then prices."""
        agenda = self.agenda
        agenda.waits = False
        ended, agenda.ended = agenda.ended, []
        for end in ended:
            self._finish(end, time_ms, events)
        gone, agenda.gone = agenda.gone, []
        for position in gone:
            self._expire_attached(position, time_ms, events)
        if agenda.grid_notes:
            notes, agenda.grid_notes = agenda.grid_notes, []
            self.grids.react(notes, seq, time_ms, events)
        watches, agenda.watches = agenda.watches, []
        for watch in watches:
            activated: list[Conditional] = []
            watch.examine(fired, activated)
            for waiting in activated:
                if waiting.request.is_algo:
                    _tell_algo(waiting, ALGO_NEW, time_ms, events)

    def _finish(self, end: Ended, time_ms: i64, events: list[Event]) -> None:
        self.timers.forget_order(end.order_id)
        algo = self.children.pop(end.order_id, None)
        if algo is not None:
            events.append(_algo_event(algo, ALGO_FINISHED, time_ms, end.filled_lots, end.filled_value, 0))

    def _expire_attached(self, position: Position, time_ms: i64, events: list[Event]) -> None:
        """Orders good till the position is gone, the oldest first (semantics 4.5.8)."""
        if position.attached == 0:
            return
        for waiting in all_waiting(position.exposure):
            if waiting.position is position and waiting.request.time_in_force == GTE_GTC:
                self.end(waiting, EXPIRED, REASON_GTE_CONDITION, time_ms, events)

    def _fire(self, waiting: Conditional, seq: i64, time_ms: i64, events: list[Event]) -> None:
        """Its turn has come: it becomes an ordinary LIMIT or MARKET order (semantics 5.9.5, 5.9.12)."""
        self._leave(waiting)
        request = waiting.request
        exposure = waiting.position.exposure
        child = _child(waiting, seq, time_ms)
        waiting.triggered_ms = time_ms
        if request.is_algo:
            _tell_algo(waiting, ALGO_TRIGGERING, time_ms, events)
            place = len(events)
            waiting.child_id = self.trading.next_order_id
            waiting.child_type = child.order_type
            refusal = self.trading.place_fired(exposure, child, 0, events)
            if refusal == 0:
                events.insert(place, _algo_event(waiting, ALGO_TRIGGERED, time_ms, 0, 0, 0))
                self.children[waiting.child_id] = waiting
            else:
                waiting.child_id = 0
                waiting.child_type = 0
                events.append(_algo_event(waiting, ALGO_REJECTED, time_ms, 0, 0, refusal))
        else:
            events.append(
                OrderTriggered(
                    time_ms,
                    waiting.order_id,
                    request,
                    request.price_ticks,
                    request.qty_lots,
                    0,
                    0,
                    EXPIRED,
                    exposure.bid_units,
                    exposure.ask_units,
                )
            )
            refusal = self.trading.place_fired(exposure, child, waiting.order_id, events)
            if refusal != 0:
                _tell_closed(waiting, EXPIRED, REASON_TRIGGERED, time_ms, events, refusal)
        tell_book(exposure.market, time_ms, events)

    def _leave(self, waiting: Conditional) -> None:
        """The order waits no more, wherever it stands."""
        request = waiting.request
        exposure = waiting.position.exposure
        waiting.is_open = False
        watch = exposure.market.watch
        assert watch is not None
        watch.drop(waiting)
        if request.is_algo:
            del self.algos[waiting.order_id]
            del exposure.account.algos[request.client_order_id]
        else:
            del self.orders[waiting.order_id]
            del exposure.conditionals[request.client_order_id]
        timer = waiting.timer
        if timer is not None:
            self.timers.remove(timer)
            waiting.timer = None
        if request.time_in_force == GTE_GTC:
            waiting.position.attached -= 1

    def _take_id(self, command: PlaceOrder) -> i64:
        if command.is_algo:
            algo_id = self.next_algo_id
            self.next_algo_id += 1
            return algo_id
        order_id = self.trading.next_order_id
        self.trading.next_order_id += 1
        return order_id

    def _watch(self, market: Market) -> Watch:
        """The watch of a market, begun with the first order that waits there."""
        watch = market.watch
        if watch is None:
            instrument = market.instrument
            watch = Watch(
                self.agenda,
                instrument.tick_e8,
                instrument.trigger_protect_ppm,
                market.last_price_ticks,
                market.mark_e8,
            )
            market.watch = watch
        return watch


def all_waiting(exposure: Exposure) -> list[Conditional]:
    """Both forms, the oldest first."""
    found = [one for one in exposure.account.algos.values() if one.position.exposure is exposure]
    if not found:
        return list(exposure.conditionals.values())
    found.extend(exposure.conditionals.values())
    found.sort(key=lambda waiting: waiting.number)
    return found


def _child(waiting: Conditional, seq: i64, time_ms: i64) -> PlaceOrder:
    """The order that a fired one becomes. One that closes the position has its present size (semantics 4.5.6)."""
    request = waiting.request
    is_limit = request.order_type == STOP or request.order_type == TAKE_PROFIT
    qty_lots = request.qty_lots
    reduce_only = request.reduce_only
    if request.close_position:
        qty_lots = waiting.position.size_lots()
        reduce_only = request.position_side == BOTH
    time_in_force = request.time_in_force
    if not is_limit or time_in_force == GTE_GTC:
        time_in_force = GTC
    child = PlaceOrder(
        request.account_id,
        request.symbol_id,
        request.client_order_id,
        request.side,
        LIMIT if is_limit else MARKET,
        time_in_force,
        qty_lots,
        request.price_ticks,
        reduce_only,
        request.stp_mode,
        request.position_side,
        request.close_position,
        request.stop_price_ticks,
        request.working_type,
        request.price_protect,
        request.activation_price_ticks,
        request.callback_ppm,
        request.good_till_ms,
        request.price_match,
        request.is_algo,
    )
    child.original_type = request.order_type
    child.seq = seq
    child.time_ms = time_ms
    return child


def _tell_closed(
    waiting: Conditional, status: i64, reason: i64, time_ms: i64, events: list[Event], refusal: i64 = 0
) -> None:
    request = waiting.request
    exposure = waiting.position.exposure
    events.append(
        OrderClosed(
            time_ms,
            waiting.order_id,
            request,
            request.price_ticks,
            request.qty_lots,
            0,
            0,
            status,
            exposure.bid_units,
            exposure.ask_units,
            reason,
            refusal,
        )
    )


def _tell_algo(waiting: Conditional, status: i64, time_ms: i64, events: list[Event]) -> None:
    events.append(_algo_event(waiting, status, time_ms, 0, 0, 0))


def _algo_event(
    waiting: Conditional, status: i64, time_ms: i64, filled_lots: i64, filled_value: int, refusal: i64
) -> AlgoOrderChanged:
    return AlgoOrderChanged(
        time_ms,
        waiting.order_id,
        waiting.request,
        status,
        waiting.is_activated,
        waiting.triggered_ms,
        waiting.child_id,
        waiting.child_type,
        filled_lots,
        filled_value,
        refusal,
    )
