"""Multi-assets mode, asset indexes and fees in BNB on the wire (semantics 1.6, 4.3.5)."""

from collections.abc import Callable
from typing import Any

from perpit.catalogue import MARGIN_ASSETS
from perpit.domain import words as w
from perpit.domain.commands import Command, PinMarkPrice, SetAssetIndex, SetFeeBurn, SetMultiAssets, Transfer
from perpit.domain.numbers import UNIT
from tests.binance.caller import BTC, ETH, Caller
from tests.binance.floor import Floor
from tests.binance.test_userdata import ear

MODE = "/fapi/v1/multiAssetsMargin"
FOLLOWED = {"BTC": BTC, "ETH": ETH}


def with_assets(apply: Callable[[Command], object]) -> None:
    """The margin assets of a new venue: BTC and ETH follow their contracts, BNB is at 600."""
    for terms in MARGIN_ASSETS:
        symbol_id = FOLLOWED.get(terms.asset, -1)
        apply(terms.listing(symbol_id))
        if symbol_id < 0:
            apply(SetAssetIndex(terms.asset, 600 * UNIT if terms.asset == "BNB" else UNIT))


def pooled() -> Caller:
    """Alice with 1,000 USDT and 0.1 BTC (semantics B12) in multi-assets mode."""
    caller = Caller()
    with_assets(caller.apply)
    caller.apply(Transfer(1, w.USDS_M, "USDT", -99_000 * UNIT))
    caller.apply(Transfer(1, w.USDS_M, "BTC", UNIT // 10))
    caller.apply(SetMultiAssets(1, True))
    return caller


async def switch(caller: Caller, wanted: str) -> int | None:
    return (await caller.signed("POST", MODE, multiAssetsMargin=wanted)).code


async def test_the_mode_is_switched_and_shown() -> None:
    caller = Caller()
    with_assets(caller.apply)
    assert (await caller.signed("GET", MODE)).json == {"multiAssetsMargin": False}
    assert (await caller.signed("POST", MODE, multiAssetsMargin="true")).json == {
        "code": 200,
        "msg": "success",
    }
    assert (await caller.signed("GET", MODE)).json == {"multiAssetsMargin": True}
    assert (await caller.signed("GET", "/fapi/v2/account")).json["multiAssetsMargin"] is True
    assert (await caller.signed("GET", "/fapi/v1/accountConfig")).json["multiAssetsMargin"] is True
    assert await switch(caller, "true") == -4171
    assert await switch(caller, "false") == 200


async def test_every_refusal_of_the_switch_has_its_code() -> None:
    caller = Caller()
    with_assets(caller.apply)
    caller.depth()
    isolated = {"symbol": "ETHUSDT", "marginType": "ISOLATED"}
    await caller.signed("POST", "/fapi/v1/marginType", **isolated)
    assert await switch(caller, "true") == -4167
    await caller.signed("POST", "/fapi/v1/marginType", symbol="ETHUSDT", marginType="CROSSED")
    await caller.order()
    assert await switch(caller, "true") == -4170
    await caller.signed("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    assert await switch(caller, "true") == 200
    assert (await caller.signed("POST", "/fapi/v1/marginType", **isolated)).code == -4168
    caller.apply(Transfer(1, w.USDS_M, "BTC", 10 * UNIT))
    caller.apply(Transfer(1, w.USDS_M, "USDT", -100_000 * UNIT))
    await caller.order(type="MARKET", price=None, timeInForce=None, quantity="0.5")
    assert await switch(caller, "false") == -4172  # the fee made a debt
    caller.apply(Transfer(1, w.USDS_M, "USDT", 1_000 * UNIT))
    assert await switch(caller, "false") == -4169  # 1,500 of margin against less than 1,000


async def test_account_totals_are_in_usd_and_what_is_available_is_so_for_every_asset() -> None:
    """Semantics 1.6.5, B12."""
    caller = pooled()
    account = (await caller.signed("GET", "/fapi/v3/account")).json
    for name in ("totalWalletBalance", "totalMarginBalance", "availableBalance", "totalCrossWalletBalance"):
        assert account[name] == "6699.90000000", name
    rows = {row["asset"]: row for row in account["assets"]}
    assert {row["availableBalance"] for row in account["assets"]} == {"6699.90000000"}
    assert rows["USDT"]["maxWithdrawAmount"] == "1000.00000000"
    assert rows["BTC"]["maxWithdrawAmount"] == "0.10000000"
    assert rows["BTC"]["marginAvailable"] is True
    balances = {row["asset"]: row for row in (await caller.signed("GET", "/fapi/v3/balance")).json}
    assert balances["BTC"]["availableBalance"] == "6699.90000000"
    assert balances["BTC"]["balance"] == "0.10000000"


async def test_an_asset_stands_for_a_contract_that_is_margined_in_another() -> None:
    """One BTC long at 20x: 3,000 of margin, which 1,000 USDT alone would not give."""
    caller = pooled()
    caller.depth(2_000)
    buy: dict[str, Any] = {"type": "MARKET", "price": None, "timeInForce": None, "quantity": "2"}
    assert (await caller.order(**buy)).status == 200
    assert (await caller.order(**buy)).code == -2019
    caller.apply(PinMarkPrice(BTC, 58_000 * UNIT))
    account = (await caller.signed("GET", "/fapi/v2/account")).json
    # 1,000 less 60 of fee less 4,000 of loss is a debt of 3,060, and that costs 0.01 % more; BTC counts at its index
    assert account["totalMarginBalance"] == "2639.69400000"
    assert account["totalWalletBalance"] == "6639.90600000"
    assert account["totalInitialMargin"] == "5800.00000000"
    assert account["availableBalance"] == "0.00000000"
    risk = (await caller.signed("GET", "/fapi/v3/positionRisk", symbol="BTCUSDT")).json[0]
    assert risk["liquidationPrice"].startswith("569")
    caller.apply(PinMarkPrice(BTC, 57_000 * UNIT))
    assert (await caller.signed("GET", "/fapi/v3/positionRisk", symbol="BTCUSDT")).json != []
    caller.apply(PinMarkPrice(BTC, 56_900 * UNIT))
    assert (await caller.signed("GET", "/fapi/v3/positionRisk", symbol="BTCUSDT")).json == []


async def test_asset_indexes_have_the_published_form() -> None:
    """The recorded row of ADA, semantics 1.6.3."""
    caller = Caller()
    with_assets(caller.apply)
    row = (await caller.public("/fapi/v1/assetIndex", symbol="BTCUSD")).json
    assert {name: row[name] for name in ("symbol", "index", "bidBuffer", "bidRate", "askRate")} == {
        "symbol": "BTCUSD",
        "index": "60000.00000000",
        "bidBuffer": "0.05000000",
        "bidRate": "57000.00000000",
        "askRate": "63000.00000000",
    }
    rows = (await caller.public("/fapi/v1/assetIndex")).json
    assert [row["symbol"] for row in rows] == ["USDTUSD", "USDCUSD", "BTCUSD", "ETHUSD", "BNBUSD"]
    assert (await caller.public("/fapi/v1/assetIndex", symbol="ADAUSD")).code == -1121


async def test_exchange_info_names_the_margin_assets_and_their_thresholds() -> None:
    caller = Caller()
    with_assets(caller.apply)
    rows = (await caller.public("/fapi/v1/exchangeInfo")).json["assets"]
    assert {row["asset"]: row["autoAssetExchange"] for row in rows} == {
        "USDT": "-10000",
        "USDC": "-10000",
        "BTC": "-0.10000000",
        "ETH": "0",
        "BNB": "0",
    }


async def test_fees_are_paid_in_bnb_and_say_so() -> None:
    """Semantics 4.3.5, 4.3.6: 600 notional, 0.3 of fee, less a tenth, at 600 a BNB."""
    caller = Caller()
    with_assets(caller.apply)
    caller.depth()
    assert (await caller.signed("GET", "/fapi/v1/feeBurn")).json == {"feeBurn": False}
    assert (await caller.signed("POST", "/fapi/v1/feeBurn", feeBurn="true")).json["code"] == 200
    assert (await caller.signed("GET", "/fapi/v1/feeBurn")).json == {"feeBurn": True}
    caller.apply(Transfer(1, w.USDS_M, "BNB", UNIT // 1_000))
    market: dict[str, Any] = {"type": "MARKET", "price": None, "timeInForce": None}
    for _ in range(3):
        assert (await caller.order(**market)).status == 200
    fills = (await caller.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT")).json
    assert [(fill["commission"], fill["commissionAsset"]) for fill in fills] == [
        ("0.00045000", "BNB"),
        ("0.00045000", "BNB"),
        ("0.30000000", "USDT"),  # 0.0001 BNB is not enough, and there is no paying in part
    ]
    balances = {row["asset"]: row for row in (await caller.signed("GET", "/fapi/v2/balance")).json}
    assert balances["BNB"]["balance"] == "0.00010000"
    assert balances["USDT"]["balance"] == "99999.70000000"


def test_a_fill_whose_fee_is_in_bnb_is_one_account_update_with_both_balances() -> None:
    floor = Floor()
    with_assets(floor.do)
    floor.do(Transfer(1, w.USDS_M, "BNB", UNIT))
    floor.do(SetFeeBurn(1, True))
    socket = ear(floor, "alice")
    floor.trade()
    heard = socket.payloads()
    updates = [row["a"] for row in heard if row["e"] == "ACCOUNT_UPDATE"]
    assert [(row["m"], [balance["a"] for balance in row["B"]]) for row in updates] == [
        ("ORDER", ["USDT", "BNB"])
    ]
    trade = next(row["o"] for row in heard if row["e"] == "ORDER_TRADE_UPDATE" and row["o"]["x"] == "TRADE")
    assert trade["N"] == "BNB"


def test_the_mode_and_an_auto_exchange_are_told() -> None:
    floor = Floor()
    with_assets(floor.do)
    socket = ear(floor, "alice")
    floor.do(SetMultiAssets(1, True))
    (update,) = socket.of("ACCOUNT_CONFIG_UPDATE")
    assert update["ai"] == {"j": True}
    floor.do(Transfer(1, w.USDS_M, "BTC", UNIT))
    floor.do(Transfer(1, w.USDS_M, "USDT", -1_000_000 * UNIT))
    floor.place("alice", w.BUY, 1_000)
    floor.place("bob", w.SELL, 1_000)
    floor.do(PinMarkPrice(BTC, 45_000 * UNIT))
    floor.place("bob", w.BUY, 1_000, 450_000)
    floor.place("alice", w.SELL, 1_000, 450_000)
    socket.messages()
    floor.advance(1_000)
    rows = [row["a"] for row in socket.of("ACCOUNT_UPDATE")]
    told = [(row["m"], balance["a"], balance["wb"], balance["bc"]) for row in rows for balance in row["B"]]
    # 15,034.50 at the ask rate of 1.0001 costs 15,036.00345, which is so much BTC at 57,000
    assert told == [
        ("AUTO_EXCHANGE", "BTC", "0.73621046", "-0.26378954"),
        ("AUTO_EXCHANGE", "USDT", "0", "15034.5"),
    ]


def test_asset_indexes_are_streamed_every_second() -> None:
    floor = Floor()
    with_assets(floor.do)
    socket = floor.listen("/ws/!assetIndex@arr/btcusd@assetIndex/adausd@assetIndex")
    floor.advance(1_000)
    rows, one = socket.messages()
    assert [row["s"] for row in rows] == ["USDTUSD", "USDCUSD", "BTCUSD", "ETHUSD", "BNBUSD"]
    assert (
        one
        == rows[2]
        == {
            **{"e": "assetIndexUpdate", "E": floor.now_ms, "s": "BTCUSD", "i": "60000.00000000"},
            **{"b": "0.05000000", "a": "0.05000000", "B": "57000.00000000", "A": "63000.00000000"},
            **{"q": "0.05000000", "g": "0.05000000", "Q": "57000.00000000", "G": "63000.00000000"},
        }
    )
