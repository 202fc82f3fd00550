"""What is seen of liquidation and deleveraging over REST (semantics 2.6–2.8)."""

from typing import Any

import pytest

from perpit.binance.wire_facts import fact
from perpit.domain import words as w
from perpit.domain.commands import CreateAccount, HouseDepth, PinMarkPrice, PlaceOrder, SetLeverage, Transfer
from perpit.domain.numbers import UNIT
from tests.binance.caller import BTC, COIN, PRICE, Caller
from tests.binance.test_routes import check_types, flat

DAY_MS = 86_400_000


def trade(caller: Caller, account_id: int, side: int, lots: int, symbol_id: int = BTC) -> None:
    """A trade with the house at 60,000."""
    ladder = ([PRICE], [lots], [], []) if side == w.SELL else ([], [], [PRICE], [lots])
    caller.apply(HouseDepth(symbol_id, *ladder))
    caller.apply(PlaceOrder(account_id, symbol_id, f"o{account_id}{side}", side, w.LIMIT, w.GTC, lots, PRICE))


def newcomer(caller: Caller, name: str, units: int, market: int = w.USDS_M, asset: str = "USDT") -> int:
    caller.apply(CreateAccount(name))
    account_id = caller.world.account_ids[name]
    caller.apply(Transfer(account_id, market, asset, units))
    return account_id


async def liquidated() -> Caller:
    """Alice is long 10 BTC at 60,000 with 100,000 USDT. The mark falls to 50,000, nobody bids, the fund takes over."""
    caller = Caller()
    trade(caller, 1, w.BUY, 10_000)
    caller.apply(Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", 10_000_000 * UNIT))
    caller.apply(HouseDepth(BTC, [], [], [PRICE], [0]))
    caller.now_ms += 1_000
    caller.apply(PinMarkPrice(BTC, 50_000 * UNIT))
    return caller


async def deleveraged() -> Caller:
    """Bob, long, goes bankrupt; the fund has nothing; alice, short with a profit, gives way."""
    caller = Caller()
    caller.apply(SetLeverage(2, BTC, 50))
    trade(caller, 2, w.BUY, 10_000)
    trade(caller, 1, w.SELL, 10_000)
    caller.now_ms += 1_000
    caller.apply(PinMarkPrice(BTC, 49_000 * UNIT))
    return caller


async def force_orders(caller: Caller, **params: Any) -> Any:
    return (await caller.signed("GET", "/fapi/v1/forceOrders", **params)).json


@pytest.mark.semantics("2.8.3")
async def test_a_liquidation_order_is_a_force_order_with_every_published_field() -> None:
    caller = await liquidated()
    rows = await force_orders(caller, symbol="BTCUSDT")
    last = rows[-1]
    assert last["clientOrderId"].startswith("autoclose-")
    assert (last["status"], last["type"], last["timeInForce"], last["side"]) == (
        "FILLED",
        "LIMIT",
        "IOC",
        "SELL",
    )
    assert (last["executedQty"], last["cumBase"], last["pair"]) == (
        last["origQty"],
        last["origQty"],
        "BTCUSDT",
    )
    assert (last["price"], last["avgPrice"]) == ("50030.00", "50030.00000"), "100,000 less the fee of 300"
    entry = fact("GET", "/fapi/v1/forceOrders")
    assert entry is not None
    assert set(last) == flat(entry.fields)
    check_types(entry, rows)
    assert await force_orders(caller) == rows
    assert await force_orders(caller, autoCloseType="LIQUIDATION") == rows
    assert await force_orders(caller, autoCloseType="ADL") == []
    assert await force_orders(caller, symbol="ETHUSDT") == []


@pytest.mark.semantics("2.7.3", "2.8.3")
async def test_who_gave_way_finds_the_deleveraging_order() -> None:
    caller = await deleveraged()
    (row,) = await force_orders(caller, autoCloseType="ADL")
    assert (row["clientOrderId"], row["side"], row["timeInForce"]) == ("adl_autoclose", "BUY", "GTC")
    assert (row["status"], row["reduceOnly"]) == ("FILLED", False)
    assert await force_orders(caller, autoCloseType="LIQUIDATION") == []


async def test_an_own_order_with_the_name_of_a_forced_one_is_none() -> None:
    caller = Caller()
    caller.depth()
    for name in ("adl_autoclose", "autoclose-1"):
        await caller.order(
            newClientOrderId=name, quantity="0.010", type="MARKET", price=None, timeInForce=None
        )
    assert await force_orders(caller) == []


@pytest.mark.semantics("2.8.3")
async def test_force_orders_are_those_of_a_week_and_at_most_of_ninety_days() -> None:
    caller = await liquidated()
    happened_ms, count = caller.now_ms, len(await force_orders(caller))
    assert count > 0
    caller.now_ms += 8 * DAY_MS
    assert await force_orders(caller) == []
    assert len(await force_orders(caller, startTime=happened_ms)) == count
    assert len(await force_orders(caller, endTime=happened_ms)) == count
    assert await force_orders(caller, startTime=happened_ms + 1) == []
    assert await force_orders(caller, endTime=happened_ms - 1) == []
    assert len(await force_orders(caller, startTime=happened_ms, limit=1)) == 1
    caller.now_ms = happened_ms + 91 * DAY_MS
    assert await force_orders(caller, startTime=happened_ms) == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"autoCloseType": "adl"}, -1130),
        ({"limit": 101}, -1130),
        ({"limit": 0}, -1130),
        ({"startTime": 2, "endTime": 1}, -1023),
        ({"symbol": "BTCUSD_PERP"}, -1121),
    ],
)
async def test_force_orders_refuse_what_they_cannot_mean(params: dict[str, Any], code: int) -> None:
    assert (await force_orders(Caller(), **params))["code"] == code


@pytest.mark.semantics("2.7.4", "2.7.5")
async def test_the_more_leveraged_profit_has_the_higher_quantile() -> None:
    caller = Caller()
    for number in range(4):  # the smaller the wallet, the more each has won on it
        account_id = newcomer(caller, f"short{number}", (20_000 + 20_000 * number) * UNIT)
        trade(caller, account_id, w.SELL, 1_000)
    trade(caller, 1, w.SELL, 1_000)  # with 100,000: the least leveraged
    trade(caller, 2, w.BUY, 1_000)
    assert (await caller.signed("GET", "/fapi/v3/positionRisk")).json[0]["adl"] == 0, "nobody has a profit"
    caller.apply(PinMarkPrice(BTC, 55_000 * UNIT))
    quantile = caller.world.deleveraging.quantile

    def seen() -> list[int]:
        ids = [caller.world.account_ids[f"short{number}"] for number in range(4)]
        return [quantile(account_id, BTC, w.BOTH, caller.now_ms) for account_id in (*ids, 1, 2)]

    assert seen() == [0] * 6, "a ranking stands for 30 s"
    caller.now_ms += 30_000
    assert seen() == [4, 3, 2, 1, 0, 0]
    rows = (await caller.signed("GET", "/fapi/v1/adlQuantile")).json
    assert rows == [{"symbol": "BTCUSDT", "adlQuantile": {"LONG": 0, "SHORT": 0, "BOTH": 0}}]
    assert (await caller.signed("GET", "/fapi/v1/adlQuantile", symbol="ETHUSDT")).json == []


@pytest.mark.semantics("2.7.6")
async def test_the_only_winner_gives_way_first_in_every_answer() -> None:
    caller = Caller()
    trade(caller, 1, w.SELL, 1_000)
    caller.apply(PinMarkPrice(BTC, 55_000 * UNIT))
    rows = (await caller.signed("GET", "/fapi/v1/adlQuantile")).json
    assert rows == [{"symbol": "BTCUSDT", "adlQuantile": {"LONG": 0, "SHORT": 0, "BOTH": 4}}]
    assert (await caller.signed("GET", "/fapi/v3/positionRisk")).json[0]["adl"] == 4
    by_symbol = {row["symbol"]: row for row in (await caller.signed("GET", "/fapi/v2/positionRisk")).json}
    assert (by_symbol["BTCUSDT"]["adlQuantile"], by_symbol["ETHUSDT"]["adlQuantile"]) == (4, 0)


@pytest.mark.semantics("2.7.4")
async def test_both_sides_of_a_cross_hedge_have_the_quantile_of_the_net_profit() -> None:
    caller = Caller()
    await caller.signed("POST", "/fapi/v1/positionSide/dual", dualSidePosition="true")
    caller.depth(5_000)
    for side, where, lots in (("SELL", "SHORT", "0.5"), ("BUY", "LONG", "1")):
        price = "59999.9" if side == "SELL" else "60000"
        await caller.order(side=side, positionSide=where, quantity=lots, price=price)
    caller.apply(PinMarkPrice(BTC, 65_000 * UNIT))
    (row,) = (await caller.signed("GET", "/fapi/v1/adlQuantile", symbol="BTCUSDT")).json
    assert row["adlQuantile"] == {"LONG": 4, "SHORT": 4, "HEDGE": 0}


async def test_an_isolated_hedge_ranks_each_side_by_itself() -> None:
    caller = Caller()
    await caller.signed("POST", "/fapi/v1/positionSide/dual", dualSidePosition="true")
    await caller.signed("POST", "/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    caller.depth(5_000)
    for side, where, lots in (("SELL", "SHORT", "0.5"), ("BUY", "LONG", "1")):
        price = "59999.9" if side == "SELL" else "60000"
        await caller.order(side=side, positionSide=where, quantity=lots, price=price)
    caller.apply(PinMarkPrice(BTC, 61_000 * UNIT))
    (row,) = (await caller.signed("GET", "/fapi/v1/adlQuantile", symbol="BTCUSDT")).json
    assert row["adlQuantile"] == {"LONG": 4, "SHORT": 0, "BOTH": 0}


@pytest.mark.semantics("2.6.1")
async def test_symbols_of_one_margin_asset_share_what_the_fund_has_of_it() -> None:
    caller = Caller()
    caller.apply(Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", 5 * UNIT // 2))
    group = (await caller.public("/fapi/v1/insuranceBalance", symbol="ETHUSDT")).json
    assert group == {
        "symbols": ["BTCUSDT", "ETHUSDT"],
        "assets": [{"asset": "USDT", "marginBalance": "2.50000000", "updateTime": caller.now_ms}],
    }
    assert (await caller.public("/fapi/v1/insuranceBalance")).json == [group]


async def test_what_the_fund_realises_when_it_gives_back_is_seen() -> None:
    caller = await liquidated()
    taken = (await caller.public("/fapi/v1/insuranceBalance", symbol="BTCUSDT")).json["assets"][0]
    caller.apply(PinMarkPrice(BTC, 51_000 * UNIT))
    caller.now_ms += 1_000
    caller.apply(HouseDepth(BTC, [510_000], [10_000], [], []))
    caller.now_ms += 1_000
    caller.apply(HouseDepth(BTC, [510_000], [0], [], []))
    (held,) = (await caller.public("/fapi/v1/insuranceBalance")).json[0]["assets"]
    gained = float(held["marginBalance"]) - float(taken["marginBalance"])
    assert gained == pytest.approx(9_700), "10 BTC from 50,030 to 51,000"
    assert held["updateTime"] > taken["updateTime"]
    assert (
        caller.world.insurance_units[w.USDS_M, "USDT"]
        == caller.engine.fund.account.wallet(w.USDS_M, "USDT").wallet_units
    )


@pytest.mark.semantics("2.7.7")
async def test_the_risk_of_deleveraging_rises_with_what_the_fund_cannot_hold() -> None:
    caller = Caller()
    path = "/fapi/v1/symbolAdlRisk"
    rows = (await caller.public(path)).json
    assert [(row["symbol"], row["adlRisk"]) for row in rows] == [("BTCUSDT", "low"), ("ETHUSDT", "low")]
    trade(caller, 1, w.BUY, 10_000)  # 600,000 USDT
    assert (await caller.public(path, symbol="BTCUSDT")).json["adlRisk"] == "low", "rated each half hour"
    caller.now_ms += 30 * 60_000
    high = (await caller.public(path, symbol="BTCUSDT")).json
    assert high == {"symbol": "BTCUSDT", "adlRisk": "high", "updateTime": caller.now_ms}
    for more, level in ((30_000, "medium"), (120_000, "low")):
        caller.apply(Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", more * UNIT))
        caller.now_ms += 30 * 60_000
        assert (await caller.public(path, symbol="BTCUSDT")).json["adlRisk"] == level


async def test_coin_m_has_its_own_force_orders_and_quantiles() -> None:
    caller = Caller()
    trade(caller, 1, w.BUY, 20_000, COIN)
    assert (await caller.signed("GET", "/dapi/v1/adlQuantile")).json == [
        {"symbol": "BTCUSD_PERP", "adlQuantile": {"LONG": 0, "SHORT": 0, "BOTH": 0}}
    ]
    caller.now_ms += 30_000
    caller.apply(PinMarkPrice(COIN, 61_000 * UNIT))
    assert (await caller.signed("GET", "/dapi/v1/adlQuantile")).json[0]["adlQuantile"]["BOTH"] == 4
    caller.apply(PinMarkPrice(COIN, 40_000 * UNIT))
    rows = (await caller.signed("GET", "/dapi/v1/forceOrders", symbol="BTCUSD_PERP")).json
    last = rows[-1]
    entry = fact("GET", "/dapi/v1/forceOrders")
    assert entry is not None
    assert set(last) == flat(entry.fields)
    check_types(entry, rows)
    assert int(last["cumQuote"]) == 100 * int(last["executedQty"]), "contracts of 100 USD"
    assert await force_orders(caller) == [], "USDⓈ-M has none of them"
