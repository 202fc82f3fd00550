"""User data of grids: STRATEGY_UPDATE and GRID_UPDATE, with the fields of the published examples."""

from typing import Any

import pytest

from perpit.binance.profiles import PROFILES
from perpit.domain import words as w
from perpit.domain.commands import PinMarkPrice, StartGrid, StopGrid
from perpit.domain.events import Refused
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, COIN, PRICE, START_MS, FakeSocket, Floor
from tests.binance.test_userdata import summary

STRATEGIES = ("STRATEGY_UPDATE", "GRID_UPDATE")


def start(floor: Floor, symbol_id: int = BTC, qty_lots: int = 10) -> None:
    """Four steps from 59,000 to 61,000 around 60,000, neutral."""
    bounds = (PRICE - 10_000, PRICE + 10_000, 4)
    alice = floor.world.account_ids["alice"]
    events = floor.do(StartGrid(alice, symbol_id, w.NEUTRAL, w.ARITHMETIC, *bounds, qty_lots))
    assert not isinstance(events[0], Refused), events[0]


def ear(floor: Floor, name: str = "alice", market: int = w.USDS_M, events: str = "") -> FakeSocket:
    key = floor.open_key(name, market)
    return floor.listen("/private/ws", f"listenKey={key}" + (f"&events={events}" if events else ""))


def states(messages: list[Any]) -> list[tuple[str, int]]:
    return [(row["su"]["ss"], row["su"]["c"]) for row in messages if row["e"] == "STRATEGY_UPDATE"]


def test_a_grid_that_begins_is_new_and_then_works() -> None:
    floor = Floor()
    alice = ear(floor)
    start(floor)
    messages = alice.messages()
    assert summary(messages) == ["STRATEGY_UPDATE", *["OTU NEW/NEW"] * 4, "STRATEGY_UPDATE"]
    assert messages[0] == {
        "e": "STRATEGY_UPDATE",
        "T": START_MS,
        "E": START_MS,
        "su": {"si": 1, "st": "GRID", "ss": "NEW", "s": "BTCUSDT", "ut": START_MS, "c": 8007},
    }
    assert states(messages) == [("NEW", 8007), ("WORKING", 8007)]


def test_a_fill_tells_what_is_unmatched_and_a_pair_what_it_earned() -> None:
    floor = Floor()
    start(floor)
    alice = ear(floor, events="GRID_UPDATE")
    floor.tape(4, PRICE - 5_000)
    floor.tape(6, PRICE - 5_000)
    floor.tape(10, PRICE, w.BUY)
    floor.tape(10, PRICE + 5_000, w.BUY)
    told = [row["gu"] for row in alice.messages()]
    head = {"si": 1, "st": "GRID", "ss": "WORKING", "s": "BTCUSDT", "ut": START_MS}
    assert told[0] == {**head, "r": "-0.0476", "up": "59500", "uq": "0.004", "uf": "-0.0476", "mp": "0"}
    assert told[1] == {**head, "r": "-0.119", "up": "59500", "uq": "0.010", "uf": "-0.119", "mp": "0"}
    assert told[2] == {**head, "r": "4.761", "up": "0", "uq": "0", "uf": "0", "mp": "4.761"}
    assert told[3] == {**head, "r": "4.64", "up": "60500", "uq": "-0.010", "uf": "-0.121", "mp": "4.761"}


def test_the_update_of_a_fill_follows_its_order_update_and_precedes_the_answer() -> None:
    floor = Floor()
    start(floor)
    alice = ear(floor)
    floor.tape(10, PRICE - 5_000)
    fill = ["TL", "AU ORDER", "OTU TRADE/FILLED"]
    assert summary(alice.messages()) == [*fill, "GRID_UPDATE", "OTU NEW/NEW"]


def ends(floor: Floor, how: str) -> None:
    alice = floor.world.account_ids["alice"]
    if how == "stopped":
        floor.do(StopGrid(alice, 1))
    elif how == "cancelled":
        floor.cancel("alice", 1)
    elif how == "amended":
        floor.amend("alice", 1, 5, PRICE - 9_000)
    elif how == "band":  # the next sell would stand too far below the mark
        floor.do(PinMarkPrice(BTC, 65_000 * UNIT))
        floor.tape(10, PRICE - 5_000)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("stopped", "CANCELLED", 8002),
        ("cancelled", "CANCELLED", 8003),
        ("amended", "CANCELLED", 8003),
        ("band", "EXPIRED", 8009),
    ],
)
def test_a_grid_that_ends_says_why(how: str, status: str, code: int) -> None:
    floor = Floor()
    start(floor)
    alice = ear(floor, events="STRATEGY_UPDATE")
    ends(floor, how)
    assert states(alice.messages()) == [(status, code)]


def test_only_the_chosen_events_are_sent_and_only_to_the_owner() -> None:
    floor = Floor()
    strategies, grids = ear(floor, events="STRATEGY_UPDATE"), ear(floor, events="GRID_UPDATE")
    orders, bob = ear(floor, events="ORDER_TRADE_UPDATE"), ear(floor, "bob")
    start(floor)
    floor.tape(10, PRICE - 5_000)
    assert {row["e"] for row in strategies.messages()} == {"STRATEGY_UPDATE"}
    assert {row["e"] for row in grids.messages()} == {"GRID_UPDATE"}
    assert {row["e"] for row in orders.messages()} == {"ORDER_TRADE_UPDATE"}
    assert bob.messages() == []


def test_each_market_hears_of_its_own_grids() -> None:
    floor = Floor()
    usds, coin = ear(floor), ear(floor, market=w.COIN_M)
    start(floor, COIN, 7)
    assert usds.messages() == []
    floor.place("bob", w.SELL, 7, PRICE - 5_000, symbol_id=COIN)
    floor.place("bob", w.BUY, 7, PRICE, symbol_id=COIN)
    told = [row for row in coin.messages() if row["e"] in STRATEGIES]
    assert [row["e"] for row in told] == ["STRATEGY_UPDATE"] * 2 + ["GRID_UPDATE"] * 2
    assert {row[key]["s"] for row in told for key in ("su", "gu") if key in row} == {"BTCUSD_PERP"}
    # 700 / 59,500 - 700 / 60,000 BTC, cut, less the fees of both
    assert told[-1]["gu"]["mp"] == "0.0000957"
    assert told[-1]["gu"]["uq"] == "0"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_tells_of_grids(profile: Any) -> None:
    floor = Floor(profile=profile)
    alice = ear(floor)
    start(floor)
    floor.tape(10, PRICE - 5_000)
    assert {row["e"] for row in alice.messages()} >= set(STRATEGIES)
