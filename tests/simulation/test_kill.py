"""A venue is killed under load, again and again on the same journal; what it acknowledged is there afterwards.

PERPIT_LONG=1 kills it 20 times instead of 3. PERPIT_SEED chooses other moments; a failure names its seed.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

from perpit.testing import ServedVenue
from tests.simulation.trader import SYMBOL, Admin, Ledger, Trader, Wire

ROUNDS = 20 if os.environ.get("PERPIT_LONG") else 3
SEED = os.environ.get("PERPIT_SEED", "1")
START_UNITS = 100_000 * 10**8
ENDED = ("FILLED", "CANCELED", "EXPIRED")


def serve(data: Path, clock: str) -> ServedVenue:
    return ServedVenue(
        "--data", str(data), "--durability", "fsync", "--market", "none", "--clock", clock, "--no-limits",
        "--symbols", SYMBOL,
    )  # fmt: skip


def open_accounts(ready: dict[str, Any]) -> list[Ledger]:
    """The demo account and a second one for it to trade with."""
    demo = ready["accounts"][0]
    admin = Admin(ready)
    admin.call("POST", "/accounts", {"name": "second"})
    key = admin.call("POST", "/accounts/second/keys", {"futures": True})
    admin.call("POST", "/accounts/second/deposits", {"asset": "USDT", "amount": "100000"})
    return [
        Ledger("demo", demo["api_key"], demo["api_secret"]),
        Ledger("second", key["api_key"], key["api_secret"]),
    ]


def trade_until_killed(data: Path, ledgers: list[Ledger], seed: str, clock: str = "wall") -> None:
    """Two connections for each account, all at once; the venue dies at a random acknowledgement."""
    lot = random.Random(seed)
    kill_after, counted, reached = lot.randrange(60, 400), 0, threading.Event()
    lock = threading.Lock()

    def acknowledged() -> None:
        nonlocal counted
        with lock:
            counted += 1
            if counted >= kill_after:
                reached.set()

    with serve(data, clock) as venue:
        traders = [
            Trader(ledger, venue.ready, f"{seed}/{ledger.name}/{number}", acknowledged)
            for ledger in ledgers
            for number in range(2)
        ]
        for trader in traders:
            trader.start()
        in_time = reached.wait(60)
        venue.kill()
        for trader in traders:
            trader.join(20)
            assert trader.failure is None, trader.failure
        assert in_time, venue.output


def check_order(told: dict[str, Any], found: dict[str, Any], cancelled: bool) -> None:
    """An order is at least as far as its owner was told, and is the same order."""
    for field in ("orderId", "clientOrderId", "symbol", "side", "type", "price", "origQty", "timeInForce"):
        assert found[field] == told[field], field
    assert Decimal(found["executedQty"]) >= Decimal(told["executedQty"])
    if told["status"] in ENDED:
        assert found["status"] == told["status"]
        assert found["executedQty"] == told["executedQty"]
    if cancelled:
        assert found["status"] == "CANCELED"


def fills_of(wire: Wire) -> list[dict[str, Any]]:
    """Every fill of an account."""
    fills: list[dict[str, Any]] = []
    while True:
        first = fills[-1]["id"] + 1 if fills else 0
        page = wire.signed("GET", "/fapi/v1/userTrades", symbol=SYMBOL, fromId=first, limit=1000)
        if not page:
            return fills
        fills += page


def check_account(wire: Wire, ledger: Ledger) -> None:
    """Orders, fills and money of one account are what was acknowledged, and agree with each other."""
    fills = fills_of(wire)
    filled: dict[int, Decimal] = {}
    for fill in fills:
        filled[fill["orderId"]] = filled.get(fill["orderId"], Decimal(0)) + Decimal(fill["qty"])
    for order_id, told in ledger.orders.items():
        found = wire.signed("GET", "/fapi/v1/order", symbol=SYMBOL, orderId=order_id)
        check_order(told, found, order_id in ledger.cancelled)
        assert filled.get(order_id, Decimal(0)) == Decimal(found["executedQty"])
    earned = sum((Decimal(fill["realizedPnl"]) - Decimal(fill["commission"]) for fill in fills), Decimal(0))
    balances = wire.signed("GET", "/fapi/v2/balance")
    wallet = next(Decimal(row["balance"]) for row in balances if row["asset"] == "USDT")
    excess = int((wallet - earned).scaleb(8)) - START_UNITS - ledger.deposits
    assert ledger.settle(excess), f"{ledger.name} has {excess} units that nobody brought"


def check_replay(data: Path, copy: Path, state: dict[str, Any]) -> None:
    """A fresh engine makes the same state of a copy of the journal."""
    shutil.copytree(data / "journal", copy / "journal")
    command = [sys.executable, "-m", "perpit", "verify", "--data", str(copy), "--json"]
    verified = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=120).stdout)
    assert verified["invariants"] == "ok"
    for field in ("sequence", "state_hash"):
        assert verified[field] == state[field], field


def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serve(data, "wall") as venue:
        ledgers = open_accounts(venue.ready)
    for number in range(ROUNDS):
        seed = f"{SEED}/{number}"
        try:
            trade_until_killed(data, ledgers, seed)
            with serve(data, "manual") as venue:
                state = Admin(venue.ready).call("GET", "/state")
                assert state["invariants"] == "ok"
                for ledger in ledgers:
                    with ledger.wire(venue.ready["rest"]) as wire:
                        check_account(wire, ledger)
                check_replay(data, tmp_path / f"copy-{number}", state)
        except AssertionError as error:
            raise AssertionError(f"PERPIT_SEED={SEED}, round {number}: {error}") from error
    assert sum(len(ledger.orders) for ledger in ledgers) > 20 * ROUNDS
