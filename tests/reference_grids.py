"""Grid trading for the reference: every fill is remembered, and all figures are counted again from the fills.

A grid's order is answered when the command that filled it is done. What a grid may be is asked in `_grid_start_faults`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.instrument import LARGEST_ON_GRID, Instrument
from tests import reference_formulas as formulas
from tests.reference_triggers import Triggers

FEWEST, MOST = 2, 169
SLACK = Fraction(5, 10_000)  # what a market buy is reckoned with beyond the best offer (semantics 1.4.3)
WHY = {
    no.SYMBOL_CLOSED: w.GRID_BECAUSE_MARKET,
    no.SYMBOL_NOT_TRADING: w.GRID_BECAUSE_MARKET,
    no.ACCOUNT_ONLY_REDUCES: w.GRID_BECAUSE_MARKET,
    no.ACCOUNT_MAY_NOT_ORDER: w.GRID_BECAUSE_MARKET,
    no.TOO_MANY_OPEN_ORDERS: w.GRID_BECAUSE_TOO_MANY_ORDERS,
    no.LEVERAGE_BRACKET_EXCEEDED: w.GRID_BECAUSE_BRACKET,
    no.INSUFFICIENT_MARGIN: w.GRID_BECAUSE_NO_MARGIN,
}
Faults = Iterator[tuple[bool, int]]


@dataclass
class Tally:
    """What fills between two levels came to: what is open, what pairs gained (in booked units), and fees."""

    lots: int = 0
    value: int = 0
    fees: int = 0
    gained: int = 0
    spent: int = 0


@dataclass
class Step:
    buy: int
    sell: int
    side: int
    order_id: int = 0
    fills: list[tuple[int, int, int, int]] = field(default_factory=list)  # side, lots, value, fee

    def price(self) -> int:
        return self.buy if self.side == w.BUY else self.sell

    def tally(self) -> Tally:
        sum_ = Tally()
        for side, lots, value, fee in self.fills:
            if sum_.lots * side >= 0:
                sum_ = replace(
                    sum_, lots=sum_.lots + side * lots, value=sum_.value + side * value, fees=sum_.fees + fee
                )
                continue
            share = Fraction(lots, abs(sum_.lots))
            released, fees = formulas.cut(sum_.value * share), formulas.cut(sum_.fees * share)
            sum_ = Tally(
                lots=sum_.lots + side * lots,
                value=sum_.value - released,
                fees=sum_.fees - fees,
                gained=sum_.gained - side * value - released,
                spent=sum_.spent + fees + fee,
            )
        return sum_


@dataclass
class NaiveGrid:
    grid_id: int
    request: c.StartGrid
    steps: list[Step]

    def __deepcopy__(self, _memo: object) -> "NaiveGrid":
        """For a trial, which answers nothing."""
        return self


def levels_of(command: c.StartGrid) -> list[int]:
    """Equal steps or equal ratios, each cut down to a tick."""
    lower, upper, count = command.lower_ticks, command.upper_ticks, command.grids
    if command.spacing == w.ARITHMETIC:
        return [lower + (upper - lower) * step // count for step in range(count + 1)]
    levels = []
    for step in range(count + 1):
        exact = lower ** (count - step) * upper**step
        ticks = int(lower * (upper / lower) ** (step / count))
        while ticks**count > exact:
            ticks -= 1
        while (ticks + 1) ** count <= exact:
            ticks += 1
        levels.append(ticks)
    return levels


class Grids(Triggers):
    def __init__(self) -> None:
        super().__init__()
        self.next_grid_id = 1
        self.grids: list[NaiveGrid] = []

    def _PlaceOrder(self, command: c.PlaceOrder) -> int:
        raise NotImplementedError

    # -- starting and stopping --------------------------------------------------------------------------------------

    def _StartGrid(self, command: c.StartGrid) -> int:
        refusal = self._first_fault(self._grid_start_faults(command))
        if refusal:
            return refusal
        grid = NaiveGrid(self.next_grid_id, command, self._steps(command))
        prices = [self._first_price(command.symbol_id, step) for step in grid.steps]
        self.next_grid_id += 1
        self.grids.append(grid)
        self._tell("GridChanged", grid.grid_id, w.GRID_NEW, w.GRID_BECAUSE_STARTED)
        for step, price in zip(grid.steps, prices, strict=True):
            if not self._place_of_grid(grid, step, price):
                return 0
        self._tell("GridChanged", grid.grid_id, w.GRID_WORKING, w.GRID_BECAUSE_STARTED)
        return 0

    def _StopGrid(self, command: c.StopGrid) -> int:
        if self.account(command.account_id) is None:
            return no.UNKNOWN_ACCOUNT
        for grid in self.grids:
            if grid.grid_id == command.grid_id and grid.request.account_id == command.account_id:
                self._end_grid(grid, w.GRID_CANCELLED, w.GRID_BECAUSE_STOPPED)
                return 0
        return no.UNKNOWN_GRID

    def _grid_start_faults(self, command: c.StartGrid) -> Faults:
        account_id, symbol_id = command.account_id, command.symbol_id
        yield from self._place_faults(account_id, symbol_id)
        yield command.direction not in (w.NEUTRAL, w.GRID_LONG, w.GRID_SHORT), no.INVALID_VALUE
        yield command.spacing not in (w.ARITHMETIC, w.GEOMETRIC), no.INVALID_VALUE
        lower, upper = command.lower_ticks, command.upper_ticks
        yield not 0 < lower < upper <= LARGEST_ON_GRID, no.GRID_BOUNDS_INVALID
        yield not FEWEST <= command.grids <= MOST, no.GRID_COUNT_INVALID
        instrument = self.instruments[symbol_id]
        yield instrument.market in self.accounts[account_id].hedged, no.GRID_IN_HEDGE_MODE
        mine = [(grid.request.account_id, grid.request.symbol_id) for grid in self.grids]
        yield (account_id, symbol_id) in mine, no.GRID_EXISTS
        yield self.status[symbol_id] == w.DELIVERED, no.SYMBOL_CLOSED
        yield self.status[symbol_id] != w.TRADING, no.SYMBOL_NOT_TRADING
        yield self.index_e8[symbol_id] == 0, no.NO_PRICE
        around = self._around(symbol_id)
        yield not lower * instrument.tick_e8 < around < upper * instrument.tick_e8, no.GRID_PRICE_OUTSIDE
        yield lower < instrument.min_price_ticks, no.PRICE_BELOW_MIN
        yield upper > instrument.max_price_ticks, no.PRICE_ABOVE_MAX
        levels = levels_of(command)
        yield len(set(levels)) < len(levels), no.GRID_TOO_DENSE
        yield from self._lot_faults(instrument, command.qty_lots, market=False)
        values = [self._value_of(instrument, ticks, command.qty_lots) for ticks in levels]
        yield min(values) < instrument.min_notional_units, no.NOTIONAL_BELOW_MIN
        yield from self._first_order_faults(command)

    def _first_order_faults(self, command: c.StartGrid) -> Faults:
        """All first orders together."""
        account_id, symbol_id = command.account_id, command.symbol_id
        instrument = self.instruments[symbol_id]
        steps = self._steps(command)
        open_ = len(self.open_orders(account_id, symbol_id)) + len(self.ordinary(account_id, symbol_id))
        yield open_ + len(steps) > instrument.max_open_orders, no.TOO_MANY_OPEN_ORDERS
        unsigned = instrument.needs_agreement and not self.accounts[account_id].has_signed
        yield unsigned, no.AGREEMENT_NOT_SIGNED
        more = {w.BUY: 0, w.SELL: 0}
        cost = 0
        for step in steps:
            ticks = self._first_price(symbol_id, step)
            yield from self._band_faults(symbol_id, step.side, ticks)
            order = self._order_of_grid(0, command, step, ticks)
            units = formulas.value_at(instrument, self._assuming_e8(order, ticks), command.qty_lots)
            more[step.side] += units
            price, lots = formulas.price_e8(instrument, ticks), command.qty_lots
            cost += formulas.open_loss(instrument, step.side, price, lots, self.mark_e8[symbol_id])
            best = self.best(symbol_id, -step.side)
            if best is not None and self._crosses(step.side, ticks, best):
                _maker, taker = self.accounts[account_id].rates_ppm(instrument)
                cost += formulas.fee(instrument, units * formulas.booked_per_unit(instrument), taker)
        before = self.present(account_id, symbol_id)[w.BUY]
        after = max(self.present(account_id, symbol_id, side, units)[side] for side, units in more.items())
        leverage = self.exposure(account_id, symbol_id).leverage
        cap = formulas.leverage_cap(instrument, leverage)
        yield after > cap and after > before, no.LEVERAGE_BRACKET_EXCEEDED
        cost += formulas.initial_margin(after, leverage) - formulas.initial_margin(before, leverage)
        available = max(0, self.free_margin(account_id, self.wallet_key(symbol_id)))
        yield cost > available, no.INSUFFICIENT_MARGIN

    def _value_of(self, instrument: Instrument, ticks: int, lots: int) -> int:
        return formulas.value_at(instrument, formulas.price_e8(instrument, ticks), lots)

    def _around(self, symbol_id: int) -> int:
        return self._last_e8(symbol_id) or self.mark_e8[symbol_id]

    def _steps(self, command: c.StartGrid) -> list[Step]:
        """Neutral: buys below the price, sells above it, and the level next to the price stays free."""
        levels, tick = levels_of(command), self.instruments[command.symbol_id].tick_e8
        around = self._around(command.symbol_id)
        steps = []
        for lower, upper in pairwise(levels):
            side = w.BUY if around >= Fraction((lower + upper) * tick, 2) else w.SELL
            side = {w.GRID_LONG: w.BUY, w.GRID_SHORT: w.SELL}.get(command.direction, side)
            steps.append(Step(lower, upper, side))
        return steps

    def _first_price(self, symbol_id: int, step: Step) -> int:
        best = self.best(symbol_id, -step.side)
        if best is None or not self._crosses(step.side, step.price(), best):
            return step.price()
        reach = best.price_ticks + step.side * int(best.price_ticks * SLACK)
        return min(step.price(), reach) if step.side == w.BUY else max(step.price(), reach)

    # -- living -----------------------------------------------------------------------------------------------------

    def answer_grids(self) -> None:
        """What has happened to orders of grids since the last time, in its order."""
        notes, self.grid_notes = self.grid_notes, []
        lost = [order.order_id for order, fill, _reason in notes if fill is None]
        ending = [grid for grid in self.grids if any(step.order_id in lost for step in grid.steps)]
        for order, fill, reason in notes:
            found = [
                (grid, step) for grid in self.grids for step in grid.steps if step.order_id == order.order_id
            ]
            if not found:
                continue
            self.levels_before = {}
            grid, step = found[0]
            if fill is None:
                self._lose(grid, step, reason)
            else:
                self._count(grid, step, fill, answers=grid not in ending)
            self._tell_levels()

    def _count(self, grid: NaiveGrid, step: Step, fill: tuple[int, int, int, bool], answers: bool) -> None:
        lots, value, fee, done = fill
        step.fills.append((step.side, lots, value, fee))
        instrument = self.instruments[grid.request.symbol_id]
        tallies = [one.tally() for one in grid.steps]
        gained = sum(tally.gained for tally in tallies)
        gained = -gained if instrument.contract_kind == w.INVERSE else gained
        matched = formulas.cut(Fraction(gained, formulas.booked_per_unit(instrument)))
        matched -= sum(tally.spent for tally in tallies)
        open_ = [sum(getattr(tally, name) for tally in tallies) for name in ("lots", "value", "fees")]
        self._tell("GridFilled", grid.grid_id, matched, *open_)
        if done:
            step.side = -step.side
            step.order_id = 0
            if answers:
                self._place_of_grid(grid, step, step.price())

    def _lose(self, grid: NaiveGrid, step: Step, reason: int) -> None:
        step.order_id = 0
        if reason == w.REASON_LIQUIDATED:
            self._end_grid(grid, w.GRID_EXPIRED, w.GRID_BECAUSE_LIQUIDATED)
        elif reason == w.REASON_DELISTED:
            self._end_grid(grid, w.GRID_EXPIRED, w.GRID_BECAUSE_MARKET)
        else:
            self._end_grid(grid, w.GRID_CANCELLED, w.GRID_BECAUSE_TOUCHED)

    def _place_of_grid(self, grid: NaiveGrid, step: Step, ticks: int) -> bool:
        step.order_id = 0
        order_id = self.next_order_id
        refusal = self._PlaceOrder(self._order_of_grid(grid.grid_id, grid.request, step, ticks))
        if refusal:
            self._end_grid(grid, w.GRID_EXPIRED, WHY.get(refusal, w.GRID_BECAUSE_PRICE))
            return False
        step.order_id = order_id
        return True

    def _order_of_grid(self, grid_id: int, request: c.StartGrid, step: Step, ticks: int) -> c.PlaceOrder:
        name = f"grid_{grid_id}_{self.next_order_id}"
        where = (request.account_id, request.symbol_id)
        order = c.PlaceOrder(*where, name, step.side, w.LIMIT, w.GTC, request.qty_lots, ticks)
        order.stp_mode = w.STP_EXPIRE_MAKER
        order.is_grid = True
        order.time_ms = self.time_ms
        return order

    def _end_grid(self, grid: NaiveGrid, status: int, because: int) -> None:
        self.grids.remove(grid)
        symbol_id = grid.request.symbol_id
        for step in grid.steps:
            for order in self.open_orders(grid.request.account_id, symbol_id):
                if step.order_id == order.order_id:
                    self._close(symbol_id, order, w.CANCELED, w.REASON_NONE)
        self._tell("GridChanged", grid.grid_id, status, because)

    # -- state ------------------------------------------------------------------------------------------------------

    def grids_state(self) -> list[object]:
        rows: list[object] = []
        for grid in self.grids:
            terms = [getattr(grid.request, name) for name in c.StartGrid.FIELDS]
            inverse = self.instruments[grid.request.symbol_id].contract_kind == w.INVERSE
            tallies = [step.tally() for step in grid.steps]
            gained = sum(tally.gained for tally in tallies) * (-1 if inverse else 1)
            pairs = [
                [step.order_id, step.side, tally.lots, tally.value, tally.fees]
                for step, tally in zip(grid.steps, tallies, strict=True)
            ]
            rows.append([grid.grid_id, *terms, gained, sum(tally.spent for tally in tallies), pairs])
        return [self.next_grid_id, rows]
