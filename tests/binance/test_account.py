"""Balances and positions as their owner reads them."""

from typing import Any

import pytest

from perpit.catalogue import load_instrument
from perpit.domain.commands import (
    CreateAccount,
    CreateKey,
    ListInstrument,
    PinMarkPrice,
    SetFeeTier,
    Transfer,
)
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, PERMIT_FUTURES, PERMIT_READ, USDS_M
from tests.binance.caller import BTC, IP, SECRET, START_MS, Caller, sign


async def trader() -> Caller:
    """Alice is long 1 BTC at 60,000.0 and bids for 1 more at 59,000; the mark is 61,000."""
    caller = Caller()
    caller.depth()
    await caller.order(type="MARKET", price=None, timeInForce=None, quantity="1")
    await caller.order(quantity="1")
    caller.apply(PinMarkPrice(BTC, 61_000 * UNIT))
    return caller


@pytest.mark.semantics("1.5.4")
async def test_balance_shows_wallet_profit_and_what_is_free() -> None:
    caller = await trader()
    # wallet 100,000 − 30 fee; profit 1,000; margin (61,000 + 59,000) / 20
    expected = {
        "asset": "USDT",
        "balance": "99970.00000000",
        "crossWalletBalance": "99970.00000000",
        "crossUnPnl": "1000.00000000",
        "availableBalance": "94970.00000000",
        "maxWithdrawAmount": "94970.00000000",
        "marginAvailable": True,
        "updateTime": START_MS,
    }
    for version in ("v1", "v2", "v3"):
        (row,) = (await caller.signed("GET", f"/fapi/{version}/balance")).json
        assert {name: row[name] for name in expected} == expected
        assert len(row["accountAlias"]) == 4


@pytest.mark.semantics("1.3.1", "4.1.3", "4.2.3", "4.4.4")
async def test_position_risk_v3_lists_what_is_in_use_and_v2_everything() -> None:
    caller = await trader()
    (row,) = (await caller.signed("GET", "/fapi/v3/positionRisk")).json
    assert row == {
        "symbol": "BTCUSDT",
        "positionSide": "BOTH",
        "positionAmt": "1.000",
        "entryPrice": "60000",
        "breakEvenPrice": "60030",
        "markPrice": "61000.00000000",
        "unRealizedProfit": "1000.00000000",
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": "61000.00000000",
        "marginAsset": "USDT",
        "isolatedWallet": "0",
        "initialMargin": "6000.00000000",
        "maintMargin": "244.00000000",
        "positionInitialMargin": "3050.00000000",
        "openOrderInitialMargin": "2950.00000000",
        "adl": 4,  # the only one who is long
        "bidNotional": "59000.00000000",
        "askNotional": "0",
        "updateTime": START_MS,
    }
    rows = (await caller.signed("GET", "/fapi/v2/positionRisk")).json
    assert [(row["symbol"], row["positionAmt"], row["entryPrice"]) for row in rows] == [
        ("BTCUSDT", "1.000", "60000"),
        ("ETHUSDT", "0.000", "0.0"),
    ]
    assert (await caller.signed("GET", "/fapi/v3/positionRisk", symbol="ETHUSDT")).json == []
    (flat,) = (await caller.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT")).json
    assert (flat["notional"], flat["leverage"], flat["marginType"]) == ("0", "20", "cross")


@pytest.mark.semantics("4.4.4")
async def test_a_symbol_with_an_open_order_only_is_in_use() -> None:
    caller = Caller()
    assert (await caller.signed("GET", "/fapi/v3/positionRisk")).json == []
    await caller.order()
    (row,) = (await caller.signed("GET", "/fapi/v3/positionRisk")).json
    assert (row["positionAmt"], row["entryPrice"], row["bidNotional"]) == ("0.000", "0.0", "590.00000000")
    account = (await caller.signed("GET", "/fapi/v3/account")).json
    assert [position["symbol"] for position in account["positions"]] == ["BTCUSDT"]


@pytest.mark.semantics("1.2.5")
async def test_a_short_position_has_negative_amount_and_notional() -> None:
    caller = Caller()
    caller.depth()
    await caller.order(side="SELL", type="MARKET", price=None, timeInForce=None, quantity="0.5")
    (row,) = (await caller.signed("GET", "/fapi/v3/positionRisk")).json
    assert (row["positionAmt"], row["notional"]) == ("-0.500", "-30000.00000000")
    assert row["unRealizedProfit"] == "-0.05000000"


@pytest.mark.semantics("1.5.1")
async def test_account_totals_agree_with_the_asset() -> None:
    caller = await trader()
    for version in ("v1", "v2", "v3"):
        account = (await caller.signed("GET", f"/fapi/{version}/account")).json
        (asset,) = account["assets"]
        for total, part in (
            ("totalWalletBalance", "walletBalance"),
            ("totalUnrealizedProfit", "unrealizedProfit"),
            ("totalMarginBalance", "marginBalance"),
            ("totalInitialMargin", "initialMargin"),
            ("totalMaintMargin", "maintMargin"),
            ("totalPositionInitialMargin", "positionInitialMargin"),
            ("totalOpenOrderInitialMargin", "openOrderInitialMargin"),
            ("availableBalance", "availableBalance"),
            ("maxWithdrawAmount", "maxWithdrawAmount"),
        ):
            assert account[total] == asset[part], total
        assert asset["marginBalance"] == "100970.00000000"
    assert len((await caller.signed("GET", "/fapi/v2/account")).json["positions"]) == 2


@pytest.mark.semantics("1.5.8")
async def test_account_totals_are_those_of_usdt_alone() -> None:
    caller = await trader()
    before = (await caller.signed("GET", "/fapi/v2/account")).json
    caller.apply(Transfer(1, USDS_M, "USDC", 5_000 * UNIT))
    after = (await caller.signed("GET", "/fapi/v2/account")).json
    assert [asset["asset"] for asset in after["assets"]] == ["USDT", "USDC"]
    totals = [name for name in after if name.startswith("total")] + ["availableBalance", "maxWithdrawAmount"]
    assert {name: after[name] for name in totals} == {name: before[name] for name in totals}


@pytest.mark.semantics("1.2.7", "1.7.1")
async def test_leverage_changes_what_may_be_held() -> None:
    caller = Caller()
    reply = await caller.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=100)
    assert reply.json == {"symbol": "BTCUSDT", "leverage": 100, "maxNotionalValue": "800000"}
    (row,) = (await caller.signed("GET", "/fapi/v1/symbolConfig", symbol="BTCUSDT")).json
    assert (row["leverage"], row["maxNotionalValue"], row["marginType"]) == (100, "800000", "CROSSED")
    assert (await caller.signed("GET", "/fapi/v1/symbolConfig")).json[1]["leverage"] == 20


@pytest.mark.semantics("1.7.3")
async def test_a_leverage_below_what_the_position_needs_is_refused() -> None:
    caller = Caller()
    caller.depth(10_000)
    await caller.order(type="MARKET", price=None, timeInForce=None, quantity="10")
    reply = await caller.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=2)
    assert reply.code == -2028
    reply = await caller.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=125)
    assert reply.code == -2027


async def test_an_account_without_money_has_an_empty_wallet() -> None:
    caller = Caller()
    caller.apply(CreateAccount("carol"))
    caller.apply(CreateKey(3, "carolskey", SECRET, 0, "", PERMIT_READ, []))
    query = f"timestamp={caller.now_ms}"
    headers = [(b"x-mbx-apikey", b"carolskey")]

    async def get(path: str) -> Any:
        signed = f"{query}&signature={sign(query)}".encode()
        return (await caller.raw("GET", path, signed, headers=headers)).json

    (row,) = await get("/fapi/v3/balance")
    assert (row["asset"], row["balance"], row["availableBalance"]) == ("USDT", "0.00000000", "0.00000000")
    assert (await get("/fapi/v3/account"))["positions"] == []
    assert len((await get("/fapi/v2/account"))["positions"]) == 2
    assert await get("/fapi/v1/openOrders") == []


@pytest.mark.semantics("4.3.8")
async def test_modes_and_rates_are_those_of_this_release() -> None:
    caller = Caller()
    assert (await caller.signed("GET", "/fapi/v1/positionSide/dual")).json == {"dualSidePosition": False}
    assert (await caller.signed("GET", "/fapi/v1/multiAssetsMargin")).json == {"multiAssetsMargin": False}
    config = (await caller.signed("GET", "/fapi/v1/accountConfig")).json
    assert (config["canTrade"], config["dualSidePosition"], config["tradeGroupId"]) == (True, False, -1)
    rates = (await caller.signed("GET", "/fapi/v1/commissionRate", symbol="BTCUSDT")).json
    assert rates == {
        "symbol": "BTCUSDT",
        "makerCommissionRate": "0.000200",
        "takerCommissionRate": "0.000500",
        "rpiCommissionRate": "0.000200",
    }
    caller.apply(ListInstrument(load_instrument("SOLUSDT", 3)))
    rates = (await caller.signed("GET", "/fapi/v1/commissionRate", symbol="SOLUSDT")).json
    assert rates["rpiCommissionRate"] == "0.000050"


@pytest.mark.semantics("4.3.3", "4.3.4", "4.3.8")
async def test_a_tier_of_fees_is_shown_where_it_holds() -> None:
    caller = Caller()
    caller.apply(SetFeeTier(1, COIN_M, 5, -50, 240))
    coin = (await caller.signed("GET", "/dapi/v1/commissionRate", symbol="BTCUSD_PERP")).json
    assert (coin["makerCommissionRate"], coin["takerCommissionRate"]) == ("-0.000050", "0.000240")
    usd = (await caller.signed("GET", "/fapi/v1/commissionRate", symbol="BTCUSDT")).json
    assert (usd["makerCommissionRate"], usd["takerCommissionRate"]) == ("0.000200", "0.000500")
    assert (await caller.signed("GET", "/fapi/v1/accountConfig")).json["feeTier"] == 0
    assert (await caller.signed("GET", "/dapi/v1/account")).json["feeTier"] == 5


@pytest.mark.semantics("1.1.1", "1.1.3")
async def test_brackets_come_as_numbers() -> None:
    caller = Caller()
    rows = (await caller.signed("GET", "/fapi/v1/leverageBracket")).json
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ETHUSDT"]
    assert rows[0]["brackets"][1] == {
        "bracket": 2,
        "initialLeverage": 100,
        "notionalCap": 800_000,
        "notionalFloor": 300_000,
        "maintMarginRatio": 0.005,
        "cum": 300,
    }
    (row,) = (await caller.signed("GET", "/fapi/v1/leverageBracket", symbol="ETHUSDT")).json
    assert row["symbol"] == "ETHUSDT"


async def test_what_clients_ask_at_start_is_answered() -> None:
    caller = Caller()
    assert (await caller.public("/api/v3/ping")).json == {}
    assert (await caller.public("/api/v3/time")).json == {"serverTime": START_MS}
    assert (await caller.signed("GET", "/dapi/v1/symbolConfig")).json == []
    assert (await caller.signed("GET", "/sapi/v1/capital/config/getall")).json == []
    assert (await caller.signed("GET", "/sapi/v1/asset/tradeFee")).json == [], (
        "ccxt asks for COIN-M's fees, too"
    )
    assert (await caller.public("/sapi/v1/system/status")).json == {"status": 0, "msg": "normal"}


@pytest.mark.parametrize(
    ("permissions", "futures"), [(PERMIT_READ, False), (PERMIT_READ | PERMIT_FUTURES, True)]
)
async def test_a_key_is_told_what_it_may_do(permissions: int, futures: bool) -> None:
    caller = Caller()
    caller.apply(CreateKey(1, "second", SECRET, 0, "second", permissions, [IP]))
    caller.now_ms += 1_000
    query = f"timestamp={caller.now_ms}"
    signed = f"{query}&signature={sign(query)}".encode()
    headers = [(b"x-mbx-apikey", b"second")]
    told = (await caller.raw("GET", "/sapi/v1/account/apiRestrictions", signed, headers=headers)).json
    assert (told["enableReading"], told["enableFutures"]) == (True, futures)
    assert (told["ipRestrict"], told["createTime"]) == (True, START_MS)
