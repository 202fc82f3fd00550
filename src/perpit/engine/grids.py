"""Grid trading: limit orders on a grid of prices, each answered, when it is filled, by its opposite one level on.

A grid is started and stopped by commands; everything between follows from fills. Whoever fills or ends an order of a
grid leaves a note in the `agenda`, and `react` works the notes off when the command is done, in their order. So an
account without grids pays one comparison for a fill, and the same commands give the same grids.

A grid ends when it is stopped, when somebody else ends or amends one of its orders (an amended one is the trader's from
then on), when it is liquidated, when the contract ends, or when its next order is refused. Its other orders are
cancelled then, and the position stays. One grid at a time for an account and an instrument, in one-way mode.
"""

from typing import Final

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import PlaceOrder
from perpit.domain.events import Event, GridChanged, GridFilled
from perpit.domain.grid_commands import StartGrid, StopGrid
from perpit.domain.grid_levels import are_distinct, grid_levels
from perpit.domain.words import (
    BOTH,
    GRID_BECAUSE_BRACKET,
    GRID_BECAUSE_LIQUIDATED,
    GRID_BECAUSE_MARKET,
    GRID_BECAUSE_NO_MARGIN,
    GRID_BECAUSE_PRICE,
    GRID_BECAUSE_STARTED,
    GRID_BECAUSE_STOPPED,
    GRID_BECAUSE_TOO_MANY_ORDERS,
    GRID_BECAUSE_TOUCHED,
    GRID_CANCELLED,
    GRID_EXPIRED,
    GRID_WORKING,
    GTC,
    LIMIT,
    REASON_DELISTED,
    REASON_LIQUIDATED,
    STP_EXPIRE_MAKER,
)
from perpit.engine import grid_checks, open_orders
from perpit.engine.account import Account, Exposure
from perpit.engine.agenda import Agenda, GridNote
from perpit.engine.grid import Grid, Pair
from perpit.engine.market import tell_book
from perpit.engine.trading import Trading

# Why a grid ends whose next order is refused; a rule that is not here is one of prices.
BECAUSE: Final = {
    no.SYMBOL_CLOSED: GRID_BECAUSE_MARKET,
    no.SYMBOL_NOT_TRADING: GRID_BECAUSE_MARKET,
    no.ACCOUNT_ONLY_REDUCES: GRID_BECAUSE_MARKET,
    no.ACCOUNT_MAY_NOT_ORDER: GRID_BECAUSE_MARKET,
    no.TOO_MANY_OPEN_ORDERS: GRID_BECAUSE_TOO_MANY_ORDERS,
    no.LEVERAGE_BRACKET_EXCEEDED: GRID_BECAUSE_BRACKET,
    no.INSUFFICIENT_MARGIN: GRID_BECAUSE_NO_MARGIN,
}


class Grids:
    """All grids that run, by id, and whose order is which."""

    def __init__(self, trading: Trading, agenda: Agenda) -> None:
        self.trading = trading
        self.agenda = agenda
        self.next_grid_id: i64 = 1
        self.running: dict[int, Grid] = {}
        self.orders: dict[int, tuple[Grid, Pair]] = {}

    def start(self, exposure: Exposure, command: StartGrid, events: list[Event]) -> int:
        """Lay a grid around the present price and place its first orders, or refuse it and change nothing."""
        refusal = grid_checks.check_terms(exposure, command)
        if refusal != 0:
            return refusal
        levels = grid_levels(command.lower_ticks, command.upper_ticks, command.grids, command.spacing)
        if not are_distinct(levels):
            return no.GRID_TOO_DENSE
        refusal = grid_checks.check_levels(exposure, levels, command.qty_lots)
        if refusal != 0:
            return refusal
        grid = Grid(self.next_grid_id, command, exposure, levels)
        prices = [
            grid_checks.marketable_ticks(exposure, pair.side, pair.price_ticks()) for pair in grid.pairs
        ]
        seq, time_ms = command.seq, command.time_ms
        requests = [
            self._request(grid, pair, price_ticks, seq, time_ms)
            for pair, price_ticks in zip(grid.pairs, prices, strict=True)
        ]
        refusal = grid_checks.check_orders(exposure, requests)
        if refusal != 0:
            return refusal
        self.next_grid_id += 1
        self.running[grid.grid_id] = grid
        exposure.grid = grid
        events.append(GridChanged(time_ms, grid.grid_id, command, grid.status, GRID_BECAUSE_STARTED))
        for pair, price_ticks in zip(grid.pairs, prices, strict=True):
            if not self._place(grid, pair, price_ticks, seq, time_ms, events):
                return 0
        grid.status = GRID_WORKING
        events.append(GridChanged(time_ms, grid.grid_id, command, grid.status, GRID_BECAUSE_STARTED))
        return 0

    def stop(self, account: Account, command: StopGrid, events: list[Event]) -> int:
        """End a grid at its owner's wish."""
        grid = self.running.get(command.grid_id)
        if grid is None or grid.exposure.account is not account:
            return no.UNKNOWN_GRID
        self._end(grid, GRID_CANCELLED, GRID_BECAUSE_STOPPED, command.time_ms, events)
        tell_book(grid.exposure.market, command.time_ms, events)
        return 0

    def react(self, notes: list[GridNote], seq: i64, time_ms: i64, events: list[Event]) -> None:
        """Answer what has happened to orders of grids. Notes of grids that have ended count for nothing.

        One that has lost an order answers no fill before it: who was liquidated after it shall not trade again.
        """
        for note in notes:
            if note.lots == 0 and note.order_id in self.orders:
                self.orders[note.order_id][0].is_ending = True
        for note in notes:
            found = self.orders.get(note.order_id)
            if found is None:
                continue
            grid, pair = found
            if note.lots != 0:
                self._filled(grid, pair, note, seq, time_ms, events)
            else:
                self._lost(grid, pair, note.reason, time_ms, events)
            tell_book(grid.exposure.market, time_ms, events)

    def _filled(
        self, grid: Grid, pair: Pair, note: GridNote, seq: i64, time_ms: i64, events: list[Event]
    ) -> None:
        """Count the fill, and when nothing remains of the order, place the opposite one."""
        grid.book(pair, note.lots, note.fill_value, note.fee_units)
        events.append(
            GridFilled(
                time_ms,
                grid.grid_id,
                grid.request,
                grid.matched_units(),
                grid.open_lots(),
                grid.open_value(),
                grid.open_fee_units(),
            )
        )
        if not note.is_done:
            return
        del self.orders[note.order_id]
        pair.order_id = 0
        pair.side = -pair.side
        if not grid.is_ending:
            self._place(grid, pair, pair.price_ticks(), seq, time_ms, events)

    def _lost(self, grid: Grid, pair: Pair, reason: i64, time_ms: i64, events: list[Event]) -> None:
        """Somebody else has ended an order of the grid, or taken it over."""
        del self.orders[pair.order_id]
        pair.order_id = 0
        if reason == REASON_LIQUIDATED:
            self._end(grid, GRID_EXPIRED, GRID_BECAUSE_LIQUIDATED, time_ms, events)
        elif reason == REASON_DELISTED:
            self._end(grid, GRID_EXPIRED, GRID_BECAUSE_MARKET, time_ms, events)
        else:
            self._end(grid, GRID_CANCELLED, GRID_BECAUSE_TOUCHED, time_ms, events)

    def _place(
        self, grid: Grid, pair: Pair, price_ticks: i64, seq: i64, time_ms: i64, events: list[Event]
    ) -> bool:
        """Place the order that belongs to a pair now; when it is refused, the grid ends and the answer is no."""
        order_id = self.trading.next_order_id
        request = self._request(grid, pair, price_ticks, seq, time_ms)
        refusal = self.trading.place(grid.exposure, request, events)
        if refusal != 0:
            self._end(grid, GRID_EXPIRED, BECAUSE.get(refusal, GRID_BECAUSE_PRICE), time_ms, events)
            return False
        pair.order_id = order_id
        self.orders[order_id] = (grid, pair)
        return True

    def _request(self, grid: Grid, pair: Pair, price_ticks: i64, seq: i64, time_ms: i64) -> PlaceOrder:
        request = PlaceOrder(
            grid.request.account_id,
            grid.request.symbol_id,
            f"grid_{grid.grid_id}_{self.trading.next_order_id}",
            pair.side,
            LIMIT,
            GTC,
            grid.request.qty_lots,
            price_ticks,
            False,
            STP_EXPIRE_MAKER,
            BOTH,
        )
        request.is_grid = True
        request.seq = seq
        request.time_ms = time_ms
        return request

    def _end(self, grid: Grid, status: i64, because: i64, time_ms: i64, events: list[Event]) -> None:
        """The grid is over: what it still has on the book is cancelled."""
        grid.status = status
        grid.exposure.grid = None
        del self.running[grid.grid_id]
        for pair in grid.pairs:
            if pair.order_id == 0:
                continue
            del self.orders[pair.order_id]
            order = grid.exposure.market.orders.find(pair.order_id)
            if order is not None:  # else it was filled just now
                open_orders.cancel(order, time_ms, events)
        events.append(GridChanged(time_ms, grid.grid_id, grid.request, status, because))
