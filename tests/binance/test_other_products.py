"""Calls of products that no account has: checked like every other, then refused."""

import pytest

from perpit.binance import wire_facts
from perpit.binance.other_products import ROUTES, TABLE
from perpit.binance.route import Route
from perpit.binance.security import NONE
from tests.binance.caller import START_MS, Caller

VALUES = {"startTime": START_MS - 1000, "endTime": START_MS, "fromAmount": "1"}
REFUSALS = {product.prefix + row.path: row.refusal for row in TABLE for product in row.products}
PRIVATE = [route for route in ROUTES if route.security != NONE]


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def filled(route: Route) -> dict[str, object]:
    return {param.name: VALUES.get(param.name, "USDT") for param in route.params if param.required}


def test_every_published_call_of_other_products_is_in_the_table() -> None:
    published = {
        (entry.method, entry.path) for entry in wire_facts.facts() if entry.scope in wire_facts.FOREIGN_SCOPES
    }
    assert {(route.method, route.path) for route in ROUTES} == published
    assert len(ROUTES) == len(published) == 30


@pytest.mark.parametrize("route", ROUTES, ids=name)
async def test_who_asks_well_is_told_that_there_is_no_such_product(route: Route) -> None:
    caller = Caller()
    before = caller.state()
    reply = await caller.signed(route.method, route.path, **filled(route))
    refusal = REFUSALS[route.path]
    if refusal is None:
        assert (reply.status, reply.json) == (200, [])
    else:
        assert (reply.status, reply.json) == (refusal.status, {"code": refusal.code, "msg": refusal.text})
    assert int(reply.headers["x-mbx-used-weight-1m"]) == route.weight
    assert caller.state() == before


@pytest.mark.parametrize("route", PRIVATE, ids=name)
async def test_who_does_not_sign_gets_no_further(route: Route) -> None:
    caller = Caller()
    assert (await caller.raw(route.method, route.path, headers=[])).code == -2014
    unsigned = await caller.raw(route.method, route.path, b"timestamp=1")
    assert unsigned.code == -1102
    assert "signature" in unsigned.json["msg"]


@pytest.mark.parametrize("route", [each for each in PRIVATE if filled(each)], ids=name)
async def test_a_mandatory_parameter_is_asked_for_first(route: Route) -> None:
    reply = await Caller().signed(route.method, route.path)
    assert (reply.status, reply.code) == (400, -1102)
    assert next(iter(filled(route))) in reply.json["msg"]
