"""Hedge mode and isolated margin on the wire (semantics 1.7, 4.4)."""

from typing import Any

import pytest

from tests.binance.caller import Caller

BTC = {"symbol": "BTCUSDT"}


async def order(caller: Caller, **params: str) -> Any:
    about = {**BTC, "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "60000", **params}
    return await caller.signed("POST", "/fapi/v1/order", **about)


async def hedged() -> Caller:
    """Alice in hedge mode, long 1 and short 0.5 at 60,000 against the house."""
    caller = Caller()
    done = await caller.signed("POST", "/fapi/v1/positionSide/dual", dualSidePosition="true")
    assert done.json == {"code": 200, "msg": "success"}
    caller.depth(5_000)
    short = await order(caller, side="SELL", positionSide="SHORT", quantity="0.5", price="59999.9")
    assert short.status == 200
    assert (await order(caller, side="BUY", positionSide="LONG")).status == 200
    return caller


async def test_hedge_mode_shows_both_sides_of_a_symbol() -> None:
    caller = await hedged()
    assert (await caller.signed("GET", "/fapi/v1/positionSide/dual")).json == {"dualSidePosition": True}
    rows = (await caller.signed("GET", "/fapi/v3/positionRisk", **BTC)).json
    assert [(row["positionSide"], row["positionAmt"]) for row in rows] == [
        ("LONG", "1.000"),
        ("SHORT", "-0.500"),
    ]
    assert rows[0]["liquidationPrice"] == rows[1]["liquidationPrice"]  # semantics 2.2.6
    assert [row["initialMargin"] for row in rows] == ["3000.00000000", "1500.00000000"]


@pytest.mark.semantics("4.4.2", "4.4.3")
async def test_in_hedge_mode_an_order_names_its_side_and_cannot_be_reduce_only() -> None:
    caller = await hedged()
    assert (await order(caller, side="BUY")).code == -4061
    assert (await order(caller, side="SELL", positionSide="LONG", reduceOnly="true")).code == -1106
    assert (await order(caller, side="SELL", positionSide="LONG", quantity="1.001")).code == -2022


async def test_the_dry_run_says_the_same_of_hedge_orders() -> None:
    caller = await hedged()
    about = {**BTC, "type": "LIMIT", "timeInForce": "GTC", "price": "60000"}
    for side, position_side, quantity, code in (
        ("SELL", "LONG", "1.001", -2022),
        ("SELL", "BOTH", "1", -4061),
        ("BUY", "LONG", "100", -2019),
        ("SELL", "LONG", "1", None),
        ("SELL", "SHORT", "1", None),
    ):
        params = {**about, "side": side, "positionSide": position_side, "quantity": quantity}
        assert (await caller.signed("POST", "/fapi/v1/order/test", **params)).code == code
        if code is not None:
            assert (await caller.signed("POST", "/fapi/v1/order", **params)).code == code


@pytest.mark.semantics("1.7.6")
async def test_the_position_mode_does_not_change_while_something_is_held_or_open() -> None:
    caller = await hedged()
    change = ("POST", "/fapi/v1/positionSide/dual")
    assert (await caller.signed(*change, dualSidePosition="false")).code == -4068
    assert (await caller.signed(*change, dualSidePosition="true")).code == -4059


@pytest.mark.semantics("1.7.5")
async def test_an_isolated_position_keeps_its_own_margin() -> None:
    caller = Caller()
    done = await caller.signed("POST", "/fapi/v1/marginType", **BTC, marginType="ISOLATED")
    assert done.json == {"code": 200, "msg": "success"}
    caller.depth(5_000)
    assert (await order(caller, side="BUY")).status == 200
    row = (await caller.signed("GET", "/fapi/v2/positionRisk", **BTC)).json[0]
    assert (row["marginType"], row["isolated"]) == ("isolated", True)
    assert (row["isolatedWallet"], row["isolatedMargin"]) == ("3000.00000000", "3000.00000000")
    answer = await caller.signed("POST", "/fapi/v1/positionMargin", **BTC, amount="500.5", type="1")
    assert answer.json == {
        "amount": 500.5,
        "code": 200,
        "msg": "Successfully modify position margin.",
        "type": 1,
    }
    row = (await caller.signed("GET", "/fapi/v3/positionRisk", **BTC)).json[0]
    assert row["isolatedWallet"] == "3500.50000000"
    removal = ("POST", "/fapi/v1/positionMargin")
    assert (await caller.signed(*removal, **BTC, amount="600", type="2")).code == -4051
    assert (await caller.signed(*removal, **BTC, amount="500.5", type="2")).status == 200
    config = (await caller.signed("GET", "/fapi/v1/symbolConfig", **BTC)).json[0]
    assert config["marginType"] == "ISOLATED"


@pytest.mark.semantics("1.7.4")
async def test_the_margin_type_does_not_change_while_something_is_held_or_open() -> None:
    caller = Caller()
    change = ("POST", "/fapi/v1/marginType")
    assert (await order(caller, side="BUY", price="59000")).status == 200
    assert (await caller.signed(*change, **BTC, marginType="ISOLATED")).code == -4047
    caller.depth(5_000)
    assert (await order(caller, side="BUY")).status == 200
    await caller.signed("DELETE", "/fapi/v1/allOpenOrders", **BTC)
    assert (await caller.signed(*change, **BTC, marginType="ISOLATED")).code == -4048
