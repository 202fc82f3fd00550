"""User data of what moves an account's money: changed terms, funding, margin calls, liquidation, deleveraging."""

from typing import Any

import pytest

from perpit.domain import words as w
from perpit.domain.commands import (
    AdjustMargin,
    CancelAlgoOrder,
    PinMarkPrice,
    PlaceOrder,
    SetCountdown,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
    Transfer,
)
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, PRICE, Floor
from tests.binance.test_userdata import LAST, NEW, PART, ear, summary

FUNDING_IN_MS = 6_400_000  # from the floor's start to the next settlement


def terms(floor: Floor, name: str, leverage: int, margin_type: int = w.CROSS) -> int:
    """Margin type and leverage of an account in BTCUSDT, and a wallet of 300 USDT."""
    account_id = floor.world.account_ids[name]
    if margin_type != w.CROSS:
        floor.do(SetMarginType(account_id, BTC, margin_type))
    floor.do(SetLeverage(account_id, BTC, leverage))
    floor.do(Transfer(account_id, w.USDS_M, "USDT", -999_700 * UNIT))
    return account_id


def pin(floor: Floor, price: int) -> None:
    floor.do(PinMarkPrice(BTC, price * UNIT))


@pytest.mark.semantics("C24", "1.7.7")
def test_c24_a_margin_type_change_names_the_position_and_no_balance() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    floor.do(SetMarginType(floor.world.account_ids["alice"], BTC, w.ISOLATED))
    (update,) = alice.messages()
    assert (update["e"], update["a"]["m"], update["a"]["B"]) == ("ACCOUNT_UPDATE", "MARGIN_TYPE_CHANGE", [])
    (position,) = update["a"]["P"]
    assert (position["s"], position["mt"], position["pa"]) == ("BTCUSDT", "isolated", "0")


@pytest.mark.semantics("C25", "1.7.7", "4.7.3")
def test_c25_margin_that_is_added_leaves_the_cross_wallet_for_the_position() -> None:
    floor = Floor()
    account_id = floor.world.account_ids["alice"]
    floor.do(SetMarginType(account_id, BTC, w.ISOLATED))
    floor.trade(100, taker_side=w.SELL)  # alice buys 0.1 at 60,000: 300 are set apart, 1.2 is the fee
    alice = ear(floor, "alice")
    floor.do(AdjustMargin(account_id, BTC, w.BOTH, 50 * UNIT))
    (update,) = alice.messages()
    assert (update["e"], update["a"]["m"]) == ("ACCOUNT_UPDATE", "MARGIN_TRANSFER")
    assert update["a"]["B"] == [{"a": "USDT", "wb": "999998.8", "cw": "999648.8", "bc": "0"}]
    (position,) = update["a"]["P"]
    assert (position["iw"], position["mt"]) == ("350", "isolated")


@pytest.mark.semantics("C26", "3.5.5")
def test_c26_funding_of_a_cross_position_is_a_balance_only() -> None:
    floor = Floor()
    floor.trade(100)  # alice sells 0.1
    alice = ear(floor, "alice")
    floor.advance(FUNDING_IN_MS)
    (update,) = alice.of("ACCOUNT_UPDATE")
    assert (update["a"]["m"], update["a"]["S"], update["a"]["P"]) == ("FUNDING_FEE", "BTCUSDT", [])
    (balance,) = update["a"]["B"]
    assert (balance["bc"], balance["wb"]) == ("0.6", "999999.4")  # 6,000 at 0.01 %, after the fee of 1.2


@pytest.mark.semantics("C27", "3.5.5")
def test_c27_funding_of_an_isolated_position_names_it_and_is_paid_from_its_own_margin() -> None:
    floor = Floor()
    floor.do(SetMarginType(floor.world.account_ids["alice"], BTC, w.ISOLATED))
    floor.trade(100, taker_side=w.SELL)
    alice = ear(floor, "alice")
    floor.advance(FUNDING_IN_MS)
    (update,) = alice.of("ACCOUNT_UPDATE")
    assert (update["a"]["m"], update["a"]["S"]) == ("FUNDING_FEE", "BTCUSDT")
    assert update["a"]["B"] == [{"a": "USDT", "wb": "999998.2", "cw": "999698.8", "bc": "-0.6"}]
    (position,) = update["a"]["P"]
    assert position["iw"] == "299.4"


@pytest.mark.semantics("C28", "2.8.4")
@pytest.mark.parametrize("margin_type", [w.CROSS, w.ISOLATED])
def test_c28_a_margin_call_shows_the_position_and_of_a_cross_one_the_wallet(margin_type: int) -> None:
    floor = Floor()
    terms(floor, "alice", 100, margin_type)
    floor.house({}, {PRICE: 400})
    floor.place("alice", w.BUY, 400, 0)  # fee 12; isolated it keeps 240 for itself, cross 288 stand behind it
    alice = ear(floor, "alice")
    pin(floor, 59_550 if margin_type == w.CROSS else 59_660)
    (call,) = alice.of("MARGIN_CALL")
    assert ("cw" in call) == (margin_type == w.CROSS)
    (position,) = call["p"]
    assert set(position) == {"s", "ps", "pa", "mt", "iw", "mp", "up", "mm"}
    assert (position["s"], position["ps"], position["pa"]) == ("BTCUSDT", "BOTH", "0.400")
    if margin_type == w.CROSS:
        assert (call["cw"], position["mt"], position["up"], position["mm"]) == (
            "288",
            "CROSSED",
            "-180",
            "95.28",
        )
    else:
        assert (position["iw"], position["mt"], position["up"], position["mm"]) == (
            *("240", "ISOLATED", "-136", "95.456"),
        )


def forced(messages: list[Any]) -> list[dict[str, Any]]:
    return [message["o"] for message in messages if message["e"] == "ORDER_TRADE_UPDATE"]


@pytest.mark.semantics("C29", "2.5.1", "2.5.4", "2.5.9", "5.1 liquidated", "5.1 forced")
def test_c29_a_liquidation_on_the_book_and_its_fee() -> None:
    floor = Floor()
    terms(floor, "alice", 100)
    floor.house({PRICE - 4000: 1000}, {PRICE: 400})
    floor.place("alice", w.BUY, 400, 0)
    floor.place("alice", w.BUY, 1, PRICE - 5000)
    alice = ear(floor, "alice")
    pin(floor, 59_500)  # wallet 288: bankrupt at 59,280
    messages = alice.messages()
    assert summary(messages) == ["OTU EXPIRED/EXPIRED er5", NEW, *LAST, "AU INSURANCE_CLEAR"]
    order = forced(messages)[1]
    assert order["c"].startswith("autoclose-")
    assert order["c"].removeprefix("autoclose-").isdigit()
    assert (order["o"], order["f"], order["R"], order["S"], order["q"]) == (
        "LIMIT",
        "IOC",
        False,
        "SELL",
        "0.400",
    )
    assert (order["p"], forced(messages)[2]["n"]) == ("59280.00", "0")  # its limit is the bankruptcy price
    # sold at 59,600: −160 of 288, and the fee takes the other 128
    assert messages[-1]["a"]["B"] == [{"a": "USDT", "wb": "0", "cw": "0", "bc": "-128"}]


@pytest.mark.semantics("C29", "2.5.7", "2.6.4", "2.4.4", "5.1 forced")
def test_c29_what_nobody_takes_goes_to_the_fund_off_the_grid() -> None:
    floor = Floor()
    floor.do(Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", 100_000 * UNIT))
    terms(floor, "alice", 100)
    floor.do(Transfer(floor.world.account_ids["alice"], w.USDS_M, "USDT", UNIT // 100))
    floor.house({}, {PRICE: 400})
    floor.place("alice", w.BUY, 400, 0)
    alice, tape = ear(floor, "alice"), floor.listen("/ws/btcusdt@trade")
    everybody = floor.listen("/ws/btcusdt@aggTrade")
    pin(floor, 59_500)
    messages = alice.messages()
    assert summary(messages) == [NEW, "OTU EXPIRED/EXPIRED er2", NEW, "AU ORDER", "OTU CALCULATED/FILLED"]
    last = forced(messages)[-1]
    assert (last["L"], last["rp"], last["n"]) == ("59279.975", "-288.01", "0")
    (print_,) = tape.messages()
    assert (print_["X"], print_["p"]) == ("INSURANCE_FUND", "59279.975")
    assert everybody.messages() == []


@pytest.mark.semantics("2.5.5", "2.5.9")
def test_a_fee_that_an_isolated_position_pays_itself_is_seen_in_its_margin() -> None:
    floor = Floor()
    account_id = floor.world.account_ids["alice"]
    floor.do(SetMarginType(account_id, BTC, w.ISOLATED))
    floor.do(SetLeverage(account_id, BTC, 75))
    floor.house({PRICE - 5000: 1}, {PRICE: 15_000})
    floor.place("alice", w.BUY, 15_000, 0)  # 900,000 USDT: third bracket, keeps 12,000
    floor.house({PRICE - 4000: 20_000}, {PRICE: 0})
    pin(floor, 59_520)
    shown = floor.world.accounts[account_id].exposures[BTC].position
    held = floor.engine.accounts[account_id].exposures[BTC].both
    assert (shown.qty_lots, shown.isolated_units) == (held.qty_lots, held.isolated_units)


@pytest.mark.semantics("C30", "2.7.2", "2.7.3", "2.6.4", "5.1 forced")
def test_c30_a_counterpart_is_deleveraged() -> None:
    floor = Floor()
    terms(floor, "alice", 100)
    floor.place("bob", w.SELL, 400)
    floor.place("alice", w.BUY, 400, 0)
    resting = floor.place("bob", w.BUY, 1, PRICE - 9000)
    bob, tape = ear(floor, "bob"), floor.listen("/ws/btcusdt@trade")
    pin(floor, 59_200)
    messages = bob.messages()
    assert summary(messages) == ["OTU CANCELED/CANCELED", NEW, "AU ORDER", "OTU CALCULATED/FILLED"]
    gone, placed, filled = forced(messages)
    assert gone["i"] == resting
    assert (placed["c"], placed["o"], placed["f"], placed["R"], placed["S"]) == (
        *("adl_autoclose", "LIMIT", "GTC", False, "BUY"),
    )
    assert (filled["L"], filled["n"], filled["rp"]) == ("59280", "0", "288")
    assert [row["X"] for row in tape.messages()] == ["ADL"]


@pytest.mark.semantics("C8", "5.11.1", "5.1 market")
def test_c8_a_market_order_leaves_what_is_beyond_the_take_bound() -> None:
    floor = Floor()
    floor.house({}, {PRICE: 4, PRICE * 105 // 100 + 1: 100})
    alice = ear(floor, "alice")
    floor.place("alice", w.BUY, 10, 0)
    messages = alice.messages()
    assert summary(messages) == [NEW, *PART, "OTU EXPIRED/EXPIRED er9"]
    assert messages[-1]["o"]["z"] == "0.004"


@pytest.mark.semantics("C15", "4.5.3", "5.1 reduce-only")
def test_c15_a_reduce_only_order_loses_its_position() -> None:
    floor = Floor()
    floor.trade(10, taker_side=w.SELL)  # alice is long
    floor.place("alice", w.SELL, 10, PRICE + 1000, reduce_only=True)
    floor.place("bob", w.BUY, 10, PRICE)
    alice = ear(floor, "alice")
    floor.place("alice", w.SELL, 10, 0)
    assert summary(alice.messages()) == [NEW, *LAST, "OTU EXPIRED/EXPIRED er4"]


@pytest.mark.semantics("C18", "5.9.5")
def test_c18_a_waiting_order_is_cancelled() -> None:
    floor = Floor()
    account_id = floor.world.account_ids["alice"]
    stop = PlaceOrder(account_id, BTC, "stop", w.BUY, w.STOP_MARKET, w.GTC, 10, 0)
    stop.stop_price_ticks, stop.is_algo = PRICE + 100, True
    floor.do(stop)
    alice = ear(floor, "alice")
    floor.do(CancelAlgoOrder(account_id, 0, "stop"))
    assert [(message["e"], message["o"]["X"]) for message in alice.messages()] == [
        ("ALGO_UPDATE", "CANCELED")
    ]


@pytest.mark.semantics("C21", "5.1 gtd", "5.12.6")
def test_c21_a_date_is_reached() -> None:
    floor = Floor()
    date_ms = floor.now_ms + 700_000
    floor.place("alice", w.BUY, 10, time_in_force=w.GTD, good_till_ms=date_ms)
    alice = ear(floor, "alice")
    floor.advance(700_000)
    (ended,) = alice.messages()
    assert summary([ended]) == ["OTU EXPIRED/EXPIRED"]
    assert (ended["o"]["f"], ended["o"]["gtd"]) == ("GTD", date_ms)


@pytest.mark.semantics("C22", "5.7.7")
def test_c22_a_countdown_is_over() -> None:
    floor = Floor()
    for price_ticks in (PRICE - 10, PRICE - 20):
        floor.place("alice", w.BUY, 10, price_ticks)
    floor.do(SetCountdown(floor.world.account_ids["alice"], BTC, 5_000))
    alice = ear(floor, "alice")
    floor.advance(5_000)
    assert summary(alice.messages()) == ["OTU CANCELED/CANCELED"] * 2


@pytest.mark.semantics("4.7.2")
def test_in_hedge_mode_an_update_names_both_and_the_side_that_changed() -> None:
    assert sides_told(w.CROSS, w.SHORT, w.LONG) == [("BOTH", "0"), ("LONG", "0.010")]


@pytest.mark.semantics("4.7.2")
def test_an_isolated_other_side_that_is_held_is_named_too() -> None:
    assert sides_told(w.ISOLATED, w.LONG) == [("BOTH", "0"), ("LONG", "0.010")]
    assert sides_told(w.ISOLATED, w.SHORT, w.LONG) == [("BOTH", "0"), ("LONG", "0.010"), ("SHORT", "-0.010")]


def sides_told(margin_type: int, *opened: int) -> list[tuple[str, str]]:
    """Sides and amounts in the update of the last of these sides of a hedge that are opened."""
    floor = Floor()
    account_id = floor.world.account_ids["alice"]
    floor.do(SetPositionMode(account_id, w.USDS_M, True))
    floor.do(SetMarginType(account_id, BTC, margin_type))
    floor.house({PRICE - 1: 100}, {PRICE: 100})
    alice = ear(floor, "alice")
    for number, side in enumerate(opened):
        order_side = w.BUY if side == w.LONG else w.SELL
        floor.do(
            PlaceOrder(account_id, BTC, f"{number}", order_side, w.MARKET, w.GTC, 10, 0, position_side=side)
        )
    update = alice.of("ACCOUNT_UPDATE")[-1]
    return [(row["ps"], row["pa"]) for row in update["a"]["P"]]


ALGO_FIELDS = {
    *(
        "caid",
        "aid",
        "at",
        "o",
        "s",
        "S",
        "ps",
        "f",
        "q",
        "X",
        "ai",
        "ap",
        "aq",
        "act",
        "tp",
        "p",
        "V",
        "wt",
        "pm",
    ),
    *("cp", "pP", "R", "tt", "gtd", "rm"),
}


@pytest.mark.semantics("5.9.7", "5.12.3", "5.8.1")
def test_an_algo_update_has_the_documented_fields_and_its_order_both_kinds() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    account_id = floor.world.account_ids["alice"]
    floor.house({}, {PRICE + 100: 100, PRICE + 110: 100})
    stop = PlaceOrder(account_id, BTC, "stop", w.BUY, w.STOP_MARKET, w.GTC, 10, 0)
    stop.stop_price_ticks, stop.is_algo = PRICE + 100, True
    floor.do(stop)
    (placed,) = alice.messages()
    assert set(placed["o"]) == ALGO_FIELDS
    floor.place("bob", w.BUY, 1, 0)
    messages = alice.messages()
    orders = [message["o"] for message in messages if message["e"] == "ORDER_TRADE_UPDATE"]
    assert {(order["o"], order["ot"]) for order in orders} == {("MARKET", "STOP_MARKET")}
    trail = PlaceOrder(account_id, BTC, "trail", w.SELL, w.TRAILING_STOP_MARKET, w.GTC, 10, 0)
    trail.callback_ppm, trail.is_algo = 10_000, True
    floor.do(trail)
    assert set(alice.messages()[0]["o"]) == {*ALGO_FIELDS, "ia"}
