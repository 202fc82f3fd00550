"""Rules are broken two at a time: the one that stands first in the table answers (`perpit.domain.refusal_order`).

A fault is a way to break one rule: fields of the command, and what must be so in the venue. Two faults go together when
they need no field both, and no two things that cannot be both. The naive reference is asked the same.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.events import Refused
from perpit.domain.refusal_order import AMENDMENT, CONDITIONAL, PLACEMENT, Rule
from tests.instruments import btcusdt
from tests.scenarios.venue import Venue, e8

SOURCE = Path(__file__).parents[2] / "src" / "perpit" / "engine"
RICH, POOR = 1, 2
PRICE = 600_000  # ticks: 60,000
NAMES = {value: name for name, value in vars(no).items() if name.isupper()}


@dataclass
class Fault:
    refusal: int
    fields: dict[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()  # "group:what", and of one group only one thing can be

    def goes_with(self, other: "Fault") -> bool:
        groups = [
            need.partition(":")[0] for need in self.needs | other.needs
        ]  # of a union: what is the same, once
        same = {
            name for name in self.fields if name in other.fields and self.fields[name] != other.fields[name]
        }
        return not same and len(groups) == len(set(groups))


def fault(refusal: int, *needs: str, **fields: Any) -> Fault:
    return Fault(refusal, fields, frozenset(needs))


MARKET = {"order_type": w.MARKET, "price_ticks": 0}

PLACING = [
    fault(no.UNKNOWN_ACCOUNT, account_id=9),
    fault(no.UNKNOWN_SYMBOL, "market:none", symbol_id=9),
    fault(no.TIME_IN_FORCE_INVALID, "kind:limit", time_in_force=77),
    fault(no.GOOD_TILL_DATE_INVALID, good_till_ms=1),
    fault(no.CLOSE_POSITION_NOT_ALLOWED, close_position=True),
    fault(no.TRIGGER_FIELD_NOT_ALLOWED, stop_price_ticks=PRICE),
    fault(no.PRICE_MATCH_INVALID, price_match=99),
    fault(no.PRICE_MATCH_NOT_ALLOWED, "kind:market", **MARKET, price_match=w.MATCH_QUEUE_20),
    fault(no.PRICE_MATCH_WITH_PRICE, "kind:limit", "price:sent", price_match=w.MATCH_QUEUE_20),
    fault(no.NOT_SUPPORTED, is_algo=True),
    fault(no.INVALID_VALUE, stp_mode=77),
    fault(no.POSITION_SIDE_MISMATCH, "mode:one-way", position_side=w.LONG),
    fault(no.REDUCE_ONLY_IN_HEDGE_MODE, "mode:hedge", "closing:yes", reduce_only=True),
    fault(no.ACCOUNT_ONLY_REDUCES, "standing:1", "closing:no"),
    fault(no.ACCOUNT_MAY_NOT_ORDER, "standing:2"),
    fault(no.AGREEMENT_NOT_SIGNED, "market:agreed", "closing:no"),
    fault(no.NO_PRICE, "market:unpriced"),
    fault(no.PRICE_MATCH_NO_LEVEL, "kind:limit", "price:none", price_ticks=0, price_match=w.MATCH_QUEUE_20),
    fault(no.QTY_NOT_POSITIVE, qty_lots=0),
    fault(no.QTY_BELOW_MIN, "market:min 2", qty_lots=1),
    fault(no.QTY_ABOVE_MAX, qty_lots=1_000_001),
    fault(no.PRICE_NOT_POSITIVE, "kind:limit", "price:none", price_ticks=0),
    fault(no.PRICE_BELOW_MIN, "kind:limit", price_ticks=1),
    fault(no.PRICE_ABOVE_MAX, "kind:limit", price_ticks=45_297_641),
    fault(no.PRICE_ABOVE_BAND, "kind:limit", price_ticks=630_001),
    fault(no.PRICE_BELOW_BAND, "kind:limit", side=w.SELL, price_ticks=569_999),
    fault(no.NOTIONAL_BELOW_MIN, "kind:limit", "closing:no", qty_lots=1, price_ticks=499_999),
    fault(no.MARKET_PRICE_OUTSIDE_BAND, "kind:market", "asks:630_001", **MARKET),
    fault(no.DUPLICATE_CLIENT_ORDER_ID, client_order_id="taken"),
    fault(no.TOO_MANY_OPEN_ORDERS, "market:max 1", "kind:limit"),
    fault(no.LEVERAGE_BRACKET_EXCEEDED, "leverage:150", "closing:no", qty_lots=5_001),
    fault(no.INSUFFICIENT_MARGIN, "closing:no", account_id=POOR),
    fault(no.REDUCE_ONLY_REJECTED, "closing:yes", reduce_only=True),
    fault(no.FOK_NOT_FILLABLE, "kind:limit", time_in_force=w.FOK),
    fault(no.POST_ONLY_WOULD_TAKE, "kind:limit", "asks:600_000", time_in_force=w.GTX),
]
STOP_MARKET = {"order_type": w.STOP_MARKET, "price_ticks": 0}
CLOSING = {**STOP_MARKET, "close_position": True, "qty_lots": 0}
TRAILING = {
    **{"order_type": w.TRAILING_STOP_MARKET, "price_ticks": 0, "stop_price_ticks": 0},
    "callback_ppm": 1_000,
}
WAITING = [
    fault(no.UNKNOWN_ACCOUNT, account_id=9),
    fault(no.UNKNOWN_SYMBOL, "market:none", symbol_id=9),
    fault(no.NOT_SUPPORTED, order_type=77),
    fault(no.TIME_IN_FORCE_INVALID, "kind:limit", time_in_force=77),
    fault(no.WORKING_TYPE_INVALID, working_type=77),
    fault(no.GOOD_TILL_DATE_INVALID, good_till_ms=1),
    fault(no.CLOSE_POSITION_NOT_ALLOWED, "kind:limit", "closing:yes", close_position=True),
    fault(
        no.CLOSE_POSITION_WITH_QTY,
        "kind:market",
        "closing:yes",
        **STOP_MARKET,
        close_position=True,
        qty_lots=10,
    ),
    fault(no.CLOSE_POSITION_WITH_REDUCE_ONLY, "kind:market", "closing:yes", **CLOSING, reduce_only=True),
    fault(no.CALLBACK_RATE_INVALID, "kind:market", **{**TRAILING, "callback_ppm": 1}),
    fault(no.TRIGGER_FIELD_NOT_ALLOWED, "kind:limit", callback_ppm=1_000),
    fault(no.PRICE_MATCH_NOT_ALLOWED, "kind:market", **STOP_MARKET, price_match=w.MATCH_QUEUE_20),
    fault(no.ACTIVATION_PRICE_INVALID, "kind:market", **TRAILING, activation_price_ticks=45_297_641),
    fault(no.PRICE_MATCH_INVALID, price_match=99),
    fault(no.PRICE_MATCH_WITH_PRICE, "kind:limit", "price:sent", price_match=w.MATCH_QUEUE_20),
    fault(no.INVALID_VALUE, stp_mode=77),
    fault(no.POSITION_SIDE_MISMATCH, "kind:limit", "mode:one-way", position_side=w.LONG),
    fault(no.REDUCE_ONLY_IN_HEDGE_MODE, "kind:limit", "mode:hedge", "closing:yes", reduce_only=True),
    fault(no.ACCOUNT_ONLY_REDUCES, "standing:1", "closing:no"),
    fault(no.ACCOUNT_MAY_NOT_ORDER, "standing:2"),
    fault(no.AGREEMENT_NOT_SIGNED, "market:agreed", "closing:no"),
    fault(no.NO_PRICE, "market:unpriced"),
    fault(no.QTY_NOT_POSITIVE, "kind:limit", qty_lots=0),
    fault(no.QTY_BELOW_MIN, "market:min 2", qty_lots=1),
    fault(no.QTY_ABOVE_MAX, qty_lots=1_000_001),
    fault(no.PRICE_NOT_POSITIVE, "kind:limit", "price:none", price_ticks=0),
    fault(no.PRICE_BELOW_MIN, "kind:limit", price_ticks=1),
    fault(no.PRICE_ABOVE_MAX, "kind:limit", price_ticks=45_297_641),
    fault(no.STOP_PRICE_NOT_POSITIVE, stop_price_ticks=0),
    fault(no.STOP_PRICE_ABOVE_MAX, stop_price_ticks=45_297_641),
    fault(no.STOP_PRICE_ABOVE_BAND, stop_price_ticks=6_000_001),
    fault(no.STOP_PRICE_BELOW_BAND, "kind:limit", price_ticks=50_000, stop_price_ticks=59_999),
    fault(no.PRICE_ABOVE_STOP_BAND, "kind:limit", price_ticks=631_051, stop_price_ticks=601_000),
    fault(no.PRICE_BELOW_STOP_BAND, "kind:limit", side=w.SELL, stop_price_ticks=590_000, price_ticks=560_000),
    fault(no.NOTIONAL_BELOW_MIN, "kind:limit", "closing:no", qty_lots=1, price_ticks=499_999),
    fault(no.DUPLICATE_CLIENT_ORDER_ID, client_order_id="taken"),
    fault(no.TOO_MANY_OPEN_ORDERS, "market:max 1"),
    fault(no.CLOSE_POSITION_EXISTS, "kind:market", "closing:yes", "waiting:close", **CLOSING),
    fault(no.POSITION_REQUIRED, time_in_force=w.GTE_GTC),
    fault(no.WOULD_TRIGGER, stop_price_ticks=PRICE),
    fault(no.REDUCE_ONLY_REJECTED, "kind:limit", "closing:yes", reduce_only=True),
    fault(no.LEVERAGE_BRACKET_EXCEEDED, "leverage:150", "closing:no", qty_lots=5_001),
    fault(no.INSUFFICIENT_MARGIN, "closing:no", account_id=POOR),
]
AMENDING = [
    fault(no.UNKNOWN_ACCOUNT, account_id=9),
    fault(no.UNKNOWN_SYMBOL, "market:none", symbol_id=9),
    fault(no.UNKNOWN_ORDER, order_id=99),
    fault(no.AMEND_NOT_LIMIT, "order:stop", order_id=2),
    fault(no.AMEND_SIDE_MISMATCH, side=w.SELL),
    fault(no.AMEND_NO_CHANGE, qty_lots=10, price_ticks=590_000),
    fault(no.AMEND_TOO_OFTEN, "market:never"),
    fault(no.ACCOUNT_ONLY_REDUCES, "standing:1", "closing:no"),
    fault(no.ACCOUNT_MAY_NOT_ORDER, "standing:2"),
    fault(no.QTY_NOT_POSITIVE, qty_lots=0),
    fault(no.QTY_BELOW_MIN, "market:min 2", qty_lots=1),
    fault(no.QTY_ABOVE_MAX, qty_lots=1_000_001),
    fault(no.PRICE_NOT_POSITIVE, price_ticks=0),
    fault(no.PRICE_BELOW_MIN, price_ticks=1),
    fault(no.PRICE_ABOVE_MAX, price_ticks=45_297_641),
    fault(no.PRICE_ABOVE_BAND, price_ticks=630_001),
    fault(no.AMEND_NOTIONAL_BELOW_MIN, qty_lots=1, price_ticks=499_999),
    fault(no.LEVERAGE_BRACKET_EXCEEDED, "leverage:150", qty_lots=5_100),
    fault(no.INSUFFICIENT_MARGIN, qty_lots=900_000),
]


def venue_for(needs: frozenset[str]) -> Venue:
    """BTCUSDT at 60,000; account 1 rich, account 2 poor, both with an open order named "taken"."""
    venue = Venue()
    venue.list_instrument(btcusdt(**terms_for(needs)))
    venue.open_account("rich", "1000000", "USDT")
    venue.open_account("poor", "60", "USDT")
    if "mode:hedge" in needs:
        for account_id in (RICH, POOR):
            venue.apply(c.SetPositionMode(account_id, w.USDS_M, True))
    if "market:unpriced" in needs:
        restrict(venue, needs)
        return venue
    venue.apply(c.SetIndexPrice(0, e8("60000")))
    for account_id in (RICH, POOR):
        furnish(venue, account_id, needs)
    for need in needs:
        if need.startswith("asks:"):
            venue.apply(c.HouseDepth(0, [], [], [int(need.partition(":")[2])], [100]))
    restrict(venue, needs)
    return venue


def restrict(venue: Venue, needs: frozenset[str]) -> None:
    for need in needs:
        if need.startswith("standing:"):
            for account_id in (RICH, POOR):
                venue.apply(c.SetStanding(account_id, int(need.partition(":")[2])))


def terms_for(needs: frozenset[str]) -> dict[str, Any]:
    if "market:agreed" in needs:
        return {"needs_agreement": True}
    if "market:min 2" in needs:
        return {"min_qty_lots": 2, "market_min_qty_lots": 2}
    if "market:max 1" in needs:
        return {"max_open_orders": 1}
    return {"max_amendments": 0} if "market:never" in needs else {}


def furnish(venue: Venue, account_id: int, needs: frozenset[str]) -> None:
    """Leverage and open orders of an account."""
    if "leverage:150" in needs:
        venue.apply(c.SetLeverage(account_id, 0, 150))
    side = w.LONG if "mode:hedge" in needs else w.BOTH
    venue.place(
        c.PlaceOrder(account_id, 0, "taken", w.BUY, w.LIMIT, w.GTC, 10, 590_000, position_side=side), None
    )
    for name in ("order:stop", "waiting:close"):
        if name in needs:
            closes = name == "waiting:close"
            stop = c.PlaceOrder(account_id, 0, name, w.BUY, w.STOP_MARKET, w.GTC, 0 if closes else 10, 0)
            stop.stop_price_ticks, stop.close_position = 601_000, closes
            venue.place(stop, None)


def refused(command: c.Command, changes: dict[str, Any], needs: frozenset[str]) -> int:
    for name, value in changes.items():
        assert hasattr(command, name), name
        setattr(command, name, value)
    event = venue_for(needs).apply(command)[0]
    return event.refusal if isinstance(event, Refused) else 0


def commands() -> dict[str, c.Command]:
    plain = c.PlaceOrder(RICH, 0, "mine", w.BUY, w.LIMIT, w.GTC, 2_000, PRICE)
    stop = c.PlaceOrder(RICH, 0, "mine", w.BUY, w.STOP, w.GTC, 2_000, PRICE)
    stop.stop_price_ticks = 601_000
    amend = c.AmendOrder(RICH, 0, 1, "", w.BUY, 20, 590_000)
    return {"placement": plain, "conditional": stop, "amendment": amend}


# Refusals that are tried elsewhere, alone: what they need is long to build, or cannot be built here.
ALONE = {
    "placement": {no.SYMBOL_CLOSED, no.SYMBOL_NOT_TRADING, no.REDUCE_ONLY_MARGIN_SHORT},
    "conditional": {no.SYMBOL_CLOSED, no.SYMBOL_NOT_TRADING, no.TOO_MANY_ALGO_ORDERS},
    "amendment": {
        no.SYMBOL_CLOSED,
        no.SYMBOL_NOT_TRADING,
        no.NO_PRICE,
        no.PRICE_BELOW_BAND,
        no.REDUCE_ONLY_REJECTED,
        no.REDUCE_ONLY_MARGIN_SHORT,
    },
}
TABLES: dict[str, tuple[tuple[Rule, ...], list[Fault]]] = {
    "placement": (PLACEMENT, PLACING),
    "conditional": (CONDITIONAL, WAITING),
    "amendment": (AMENDMENT, AMENDING),
}


def places(table: tuple[Rule, ...]) -> dict[int, int]:
    """Refusal → its place in the order."""
    return {
        refusal: place
        for place, refusal in enumerate(refusal for _number, _text, refusals in table for refusal in refusals)
    }


def singles() -> Iterator[Any]:
    for kind, (_table, faults) in TABLES.items():
        for one in faults:
            yield pytest.param(kind, one, id=f"{kind}-{NAMES[one.refusal]}")


@pytest.mark.parametrize(("kind", "one"), list(singles()))
def test_each_fault_alone_breaks_its_rule(kind: str, one: Fault) -> None:
    assert NAMES[refused(commands()[kind], one.fields, one.needs)] == NAMES[one.refusal]


@pytest.mark.semantics("5.10 order")
@pytest.mark.parametrize("kind", list(TABLES))
def test_of_two_broken_rules_the_first_in_the_table_answers(kind: str) -> None:
    table, faults = TABLES[kind]
    place = places(table)
    wrong, tried = [], 0
    for one, other in combinations(faults, 2):
        if not one.goes_with(other):
            continue
        tried += 1
        first = min(one, other, key=lambda each: place[each.refusal])
        answer = refused(commands()[kind], {**one.fields, **other.fields}, one.needs | other.needs)
        if answer != first.refusal:
            wrong.append((NAMES[one.refusal], NAMES[other.refusal], NAMES.get(answer, "accepted")))
    assert wrong == []
    assert tried > 60


@pytest.mark.parametrize(("module", "table"), [("checks", PLACEMENT), ("conditional_checks", CONDITIONAL)])
def test_every_refusal_of_the_checks_stands_in_the_table(module: str, table: tuple[Rule, ...]) -> None:
    tree = ast.parse((SOURCE / f"{module}.py").read_text())
    named = {
        getattr(no, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "no"
    }
    assert named <= set(places(table)), [NAMES[refusal] for refusal in named - set(places(table))]


@pytest.mark.parametrize("kind", list(TABLES))
def test_every_refusal_of_a_table_is_tried(kind: str) -> None:
    table, faults = TABLES[kind]
    tried = {one.refusal for one in faults} | ALONE[kind]
    assert [NAMES[refusal] for refusal in places(table) if refusal not in tried] == []


@pytest.mark.parametrize("table", [PLACEMENT, CONDITIONAL, AMENDMENT])
def test_a_refusal_has_one_place(table: tuple[Rule, ...]) -> None:
    every = [refusal for _number, _text, refusals in table for refusal in refusals]
    assert len(every) == len(set(every))
    assert [number for number, _text, _refusals in table] == sorted(
        number for number, _text, _refusals in table
    )
