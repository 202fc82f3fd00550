"""The measured part of `bench.engine`: the flow of commands, and the clock around it.

Run as a process of its own, `python -m bench.engine_flow COMMANDS`, with the build to be measured on the path.
"""

import gc
import json
import sys
from random import Random
from time import perf_counter
from typing import Any

from perpit.catalogue import load_instrument
from perpit.domain import words
from perpit.domain.commands import (
    CancelOrder,
    Command,
    CreateAccount,
    ListInstrument,
    PlaceOrder,
    SetIndexPrice,
    Transfer,
)
from perpit.domain.events import OrderAccepted, OrderClosed, OrderTraded, Refused
from perpit.domain.numbers import UNIT
from perpit.engine import engine as engine_module
from perpit.engine.engine import Engine

ACCOUNTS = 1_000
RESTING_AT_START = 20_000
LEVELS = 100
REPEATS = 5
MIDDLE_TICKS = 600_000


class Flow:
    """Makes the commands once, by applying them to an engine and following what becomes of the orders."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.engine = Engine()
        self.open_ids: list[int] = []
        self.place_of: dict[int, int] = {}  # order id → index in open_ids
        self.owner: dict[int, int] = {}
        self.names = 0
        self.refused = 0

    def apply(self, command: Command) -> Command:
        command.seq = self.engine.seq + 1
        command.time_ms = 1_700_000_000_000 + command.seq // 100
        for event in self.engine.apply(command):
            if isinstance(event, OrderAccepted):
                self.place_of[event.order_id] = len(self.open_ids)
                self.open_ids.append(event.order_id)
                self.owner[event.order_id] = event.request.account_id
            elif isinstance(event, OrderClosed) or (
                isinstance(event, OrderTraded) and event.status == words.FILLED
            ):
                self.forget(event.order_id)
            elif isinstance(event, Refused):
                self.refused += 1
        return command

    def forget(self, order_id: int) -> None:
        """Take an order out of the open ones, the last of them into its place."""
        index = self.place_of.pop(order_id)
        last = self.open_ids.pop()
        if last != order_id:
            self.open_ids[index] = last
            self.place_of[last] = index

    def opening(self, resting: int = RESTING_AT_START) -> list[Command]:
        made = [self.apply(ListInstrument(load_instrument("BTCUSDT", 0)))]
        for account_id in range(1, ACCOUNTS + 1):
            made.append(self.apply(CreateAccount(f"account-{account_id}")))
            made.append(self.apply(Transfer(account_id, words.USDS_M, "USDT", 10**8 * UNIT)))
        price_e8 = MIDDLE_TICKS * self.engine.markets[0].instrument.tick_e8
        made.append(self.apply(SetIndexPrice(0, price_e8)))
        made += [self.apply(self.rest()) for _ in range(resting)]
        return made

    def order(self, side: int, order_type: int, time_in_force: int, lots: int, ticks: int) -> PlaceOrder:
        self.names += 1
        account_id = self.random.randint(1, ACCOUNTS)
        return PlaceOrder(account_id, 0, f"bench-{self.names}", side, order_type, time_in_force, lots, ticks)

    def rest(self) -> Command:
        side = self.random.choice([words.BUY, words.SELL])
        ticks = MIDDLE_TICKS - side * self.random.randint(1, LEVELS)
        return self.order(side, words.LIMIT, words.GTC, self.random.randint(1, 100), ticks)

    def take(self) -> Command:
        side = self.random.choice([words.BUY, words.SELL])
        lots = self.random.randint(1, 150)
        if self.random.random() < 0.5:
            return self.order(side, words.MARKET, words.GTC, lots, 0)
        return self.order(side, words.LIMIT, words.IOC, lots, MIDDLE_TICKS + side * LEVELS)

    def cancel(self) -> Command:
        order_id = self.random.choice(self.open_ids)
        return CancelOrder(self.owner[order_id], 0, order_id, "")

    def mixed(self, count: int) -> list[Command]:
        makers = self.random.choices([self.rest, self.cancel, self.take], [50, 40, 10], k=count)
        return [self.apply(make()) for make in makers]


def measure(count: int) -> dict[str, Any]:
    """Measure the engine that this process imports."""
    flow = Flow(seed=1)
    opening = flow.opening()
    refused_before = flow.refused
    mixed = flow.mixed(count)
    expected = flow.engine.state_hash()
    assert flow.engine.check_invariants() == []
    seconds = []
    for _ in range(REPEATS):
        engine = Engine()
        for command in opening:
            engine.apply(command)
        gc.collect()
        apply = engine.apply
        started = perf_counter()
        for command in mixed:
            apply(command)
        seconds.append(perf_counter() - started)
        assert engine.state_hash() == expected, "the engine is not a function of its commands"
    return {
        "compiled": is_compiled(engine_module.__file__),
        "commands": count,
        "best_of": REPEATS,
        "refused": flow.refused - refused_before,
        "per_second": round(count / min(seconds)),
        "per_second_each": [round(count / spent) for spent in seconds],
        "state_hash": expected,
    }


def is_compiled(file: str | None) -> bool:
    return file is not None and file.endswith((".so", ".pyd"))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
