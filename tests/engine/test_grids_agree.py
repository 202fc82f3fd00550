"""The engine against the naive reference on flows with grids, and what must hold of grids whatever is traded."""

from collections import Counter
from itertools import islice

import pytest

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.events import Event, GridChanged, GridFilled, OrderTraded, Refused
from perpit.engine.engine import Engine
from tests.engine.test_reference_agrees import CHECKPOINT, LONG, first_difference, told
from tests.flows_grids import GridFlow
from tests.reference import Reference
from tests.reference_events import as_rows

SEEDS = range(20) if LONG else range(6)
COMMANDS = 900 if LONG else 400
REACHED = (
    w.GRID_BECAUSE_STARTED,
    w.GRID_BECAUSE_STOPPED,
    w.GRID_BECAUSE_TOUCHED,
    w.GRID_BECAUSE_LIQUIDATED,
    w.GRID_BECAUSE_PRICE,
)
REFUSED = [value for name, value in vars(no).items() if name.startswith("GRID_")]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_tells_what_the_reference_tells_of_grids(seed: int) -> None:
    engine, reference = Engine(), Reference()
    for index, command in enumerate(islice(GridFlow(seed), COMMANDS)):
        where = f"seed {seed}, command {index}: {told(command)}"
        got, expected = as_rows(engine.apply(command)), reference.apply(command)
        assert got == expected, f"{where}\n{first_difference(got, expected)}"
        if index % CHECKPOINT == 0 or index == COMMANDS - 1:
            assert engine.check_invariants() == [], where
            assert engine.state() == reference.state(), where


def test_the_flows_reach_what_they_are_for() -> None:
    """A flow in which no grid is filled, or refused, would agree with everything."""
    seen: Counter[int] = Counter()
    refused: Counter[int] = Counter()
    matched = 0
    for seed in range(14):
        engine = Engine()
        for command in islice(GridFlow(seed), 400):
            for event in engine.apply(command):
                if isinstance(event, GridChanged):
                    seen[event.because] += 1
                elif isinstance(event, GridFilled):
                    matched += event.matched_units != 0
                elif isinstance(event, Refused) and isinstance(command, (c.StartGrid, c.StopGrid)):
                    refused[event.refusal] += 1
    assert matched > 100
    assert [because for because in REACHED if seen[because] == 0] == [], seen
    assert [refusal for refusal in REFUSED if refused[refusal] == 0] == [], refused


class Book:
    """What the fills of a grid's orders came to: lots and cash, from the events of orders alone."""

    def __init__(self, start: c.StartGrid) -> None:
        self.start = start
        self.lots = 0
        self.cash_value = 0
        self.fee_units = 0
        self.told: GridFilled | None = None

    def fill(self, event: OrderTraded) -> None:
        side = event.request.side
        self.lots += side * event.fill_lots
        self.cash_value -= side * event.fill_value_units
        self.fee_units += 0 if event.fee_asset else event.fee_units

    def check(self, engine: Engine) -> None:
        """Cash, what is open, what was matched and the fees add up; a unit of an inverse contract may be cut."""
        told = self.told
        if told is None:
            assert self.lots == 0
            return
        instrument = engine.markets[self.start.symbol_id].instrument
        sign = 1 if instrument.contract_kind == w.LINEAR else -1
        assert told.unmatched_lots == self.lots
        assert abs(self.lots) <= self.start.qty_lots * self.start.grids
        paid = sign * (self.cash_value + told.unmatched_value)
        matched = (told.matched_units + self.fee_units - told.unmatched_fee_units) * instrument.value_scale
        assert abs(paid - matched) < instrument.value_scale


@pytest.mark.parametrize("seed", range(100, 200) if LONG else range(100, 106))
def test_orders_position_and_profit_of_a_grid_add_up_whatever_is_traded(seed: int) -> None:
    engine = Engine()
    books: dict[str, Book] = {}
    ended: set[str] = set()
    for command in islice(GridFlow(seed), 700):
        for event in engine.apply(command):
            watch(event, books, ended)
        for name, book in books.items():
            if name not in ended:
                book.check(engine)
        assert engine.check_invariants() == []
    assert books


def watch(event: Event, books: dict[str, Book], ended: set[str]) -> None:
    """By the name of a grid in its orders, `grid_7`; what an order does that has left its grid counts for nothing."""
    if isinstance(event, GridChanged):
        books.setdefault(f"grid_{event.grid_id}", Book(event.request))
        if event.status in (w.GRID_CANCELLED, w.GRID_EXPIRED):
            ended.add(f"grid_{event.grid_id}")
    elif isinstance(event, GridFilled):
        books[f"grid_{event.grid_id}"].told = event
    elif isinstance(event, OrderTraded) and event.request.is_grid:
        books[event.request.client_order_id.rpartition("_")[0]].fill(event)
