"""Grids by venue control."""

from typing import Any

import pytest

from perpit.catalogue import load_instrument
from perpit.domain.commands import ListInstrument, SetIndexPrice
from perpit.domain.numbers import UNIT
from tests.control.conftest import START_MS, SmallVenue

GRID = {"symbol": "BTCUSDT", "lower": "59000", "upper": "61000", "grids": 4, "quantity": "0.01"}


@pytest.fixture
async def rich(venue: SmallVenue) -> SmallVenue:
    """Alice has money, and BTCUSDT a price."""
    if "BTCUSDT" not in venue.world.catalog.by_symbol:
        await venue.submit(ListInstrument(load_instrument("BTCUSDT", len(venue.world.catalog.by_id))))
    await venue.submit(SetIndexPrice(venue.world.catalog.by_symbol["BTCUSDT"].symbol_id, 60_000 * UNIT))
    await venue.call("POST", "/accounts", {"name": "alice"})
    await venue.call("POST", "/accounts/alice/deposits", {"asset": "USDT", "amount": "10000"})
    return venue


async def test_a_grid_is_started_shown_and_stopped(rich: SmallVenue) -> None:
    status, begun = await rich.call("POST", "/accounts/alice/grids", GRID)
    assert (status, begun) == (
        201,
        {
            "id": 1,
            "symbol": "BTCUSDT",
            "status": "working",
            "because": "it was started",
            "direction": "neutral",
            "spacing": "arithmetic",
            "lower": "59000",
            "upper": "61000",
            "grids": 4,
            "quantity": "0.01",
            "realized_pnl": "0",
            "matched_pnl": "0",
            "unmatched_quantity": "0",
            "unmatched_price": "0",
            "unmatched_fee": "0",
            "started_ms": START_MS,
            "updated_ms": START_MS,
        },
    )
    assert await rich.call("GET", "/accounts/alice/grids") == (200, {"grids": [begun]})
    assert await rich.call("GET", "/accounts/alice/grids/1") == (200, begun)
    ended = {**begun, "status": "cancelled", "because": "it was stopped"}
    assert await rich.call("DELETE", "/accounts/alice/grids/1") == (200, ended)
    assert await rich.call("GET", "/accounts/alice/grids") == (200, {"grids": [ended]})
    status, answer = await rich.call("DELETE", "/accounts/alice/grids/1")
    assert (status, answer["error"]) == (409, "the grid has already ended")


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"symbol": "NOUSDT"}, 404, "there is no symbol 'NOUSDT'"),
        ({"lower": "61000"}, 400, "lower: must be above 0 and below upper"),
        ({"lower": "0"}, 400, "lower: must be above 0 and below upper"),
        ({"lower": "59000.05"}, 400, "lower: 59000.05 is no multiple of the contract's tick, 0.1"),
        (
            {"upper": "61000.000000001"},
            400,
            "upper: 61000.000000001 is no multiple of the contract's tick, 0.1",
        ),
        ({"quantity": "0.0005"}, 400, "no multiple of the contract's step of quantities, 0.001"),
        ({"quantity": "0"}, 400, "quantity: must be above 0"),
        ({"quantity": "0.001", "lower": "45000"}, 400, "worth less than the contract's minimum"),
        ({"quantity": "1001"}, 400, "quantity: is above the contract's largest"),
        ({"grids": 1}, 400, "at `$.grids`"),
        ({"grids": 170}, 400, "at `$.grids`"),
        ({"grids": "4"}, 400, "at `$.grids`"),
        ({"lower": "59999.9", "upper": "60000.1", "grids": 9}, 400, "two levels have the same price"),
        ({"lower": "60000"}, 409, "the present price must lie between lower and upper"),
        ({"lower": "1"}, 400, "lower: is below the contract's lowest price"),
        ({"upper": "99999999"}, 400, "upper: is above the contract's highest price"),
        ({"quantity": "1000"}, 409, "lower the leverage or the quantity"),
        ({"quantity": "5"}, 409, "lacks the margin for all orders of the grid"),
        ({"direction": "up"}, 400, "choose one of neutral, long, short"),
        ({"spacing": "random"}, 400, "choose one of arithmetic, geometric"),
        ({"price": "60000"}, 400, "unknown field `price`"),
    ],
)
async def test_what_is_wrong_with_a_grid_is_said_and_nothing_happens(
    rich: SmallVenue, changes: dict[str, Any], status: int, says: str
) -> None:
    before = rich.engine.state_hash()
    got, answer = await rich.call("POST", "/accounts/alice/grids", {**GRID, **changes})
    assert (got, says in answer["error"]) == (status, True), answer
    assert rich.engine.state_hash() == before
    assert await rich.call("GET", "/accounts/alice/grids") == (200, {"grids": []})


async def test_one_grid_at_a_time_in_a_symbol(rich: SmallVenue) -> None:
    await rich.call("POST", "/accounts/alice/grids", GRID)
    status, answer = await rich.call("POST", "/accounts/alice/grids", GRID)
    assert (status, answer["error"]) == (
        409,
        "a grid of the account already runs in this symbol; stop it first",
    )


@pytest.mark.parametrize("grid", ["2", "0", "x", "-1", "1e3", "٣"])
async def test_a_grid_that_is_not_there_is_named(rich: SmallVenue, grid: str) -> None:
    await rich.call("POST", "/accounts/alice/grids", GRID)
    for method in ("GET", "DELETE"):
        status, answer = await rich.call(method, f"/accounts/alice/grids/{grid}")
        assert status == 404
        assert "alice has no grid" in answer["error"]


async def test_accounts_see_their_own_grids_only(rich: SmallVenue) -> None:
    await rich.call("POST", "/accounts/alice/grids", GRID)
    await rich.call("POST", "/accounts", {"name": "bob"})
    assert await rich.call("GET", "/accounts/bob/grids") == (200, {"grids": []})
    assert (await rich.call("DELETE", "/accounts/bob/grids/1"))[0] == 404
    assert (await rich.call("GET", "/accounts/nobody/grids"))[0] == 404
    assert (await rich.call("POST", "/accounts/nobody/grids", GRID))[0] == 404
