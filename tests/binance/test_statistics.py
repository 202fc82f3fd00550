"""Open interest and long/short ratios: what the calls answer, from trades made on the venue (semantics 8.4)."""

from typing import Any

import pytest

from perpit.binance.dialect import Dialect
from perpit.domain.commands import (
    HouseDepth,
    ListInstrument,
    PinMarkPrice,
    PlaceOrder,
    SetIndexPrice,
    SetLeverage,
    SetMultiAssets,
    SetPositionMode,
    Transfer,
)
from perpit.domain.numbers import UNIT
from perpit.domain.words import (
    BUY,
    GTC,
    LIMIT,
    LONG,
    SHORT,
    STP_NONE,
    USDS_M,
)
from perpit.views.census import StatisticsTerms
from tests.binance.caller import BTC, COIN, PRICE, START_MS, Settings
from tests.binance.statistics_floor import (
    ALICE,
    BOB,
    COIN_FIVE,
    DATA,
    DAY_MS,
    FIRST_MS,
    FIVE,
    GRID_MS,
    HOUR_MS,
    RATIOS,
    Floor,
    opened,
    quarter,
)
from tests.binance.test_asset_mode import with_assets
from tests.instruments import btcusd_perp, linear

# -- open interest ---------------------------------------------------------------------------------------------------


async def test_open_interest_is_what_one_side_holds_now() -> None:
    floor = opened()
    reply = (await floor.public("/fapi/v1/openInterest", symbol="BTCUSDT")).json
    assert reply == {"symbol": "BTCUSDT", "openInterest": "0.300", "time": floor.now_ms}
    floor.trade(ALICE, -250)
    assert (await floor.public("/fapi/v1/openInterest", symbol="BTCUSDT")).json["openInterest"] == "0.100"


async def test_open_interest_of_coin_m_is_in_contracts() -> None:
    floor = opened()
    assert (await floor.public("/dapi/v1/openInterest", symbol="BTCUSD_PERP")).json == {
        "symbol": "BTCUSD_PERP",
        "pair": "BTCUSD",
        "openInterest": "7",
        "contractType": "PERPETUAL",
        "time": floor.now_ms,
    }
    assert (await floor.public("/dapi/v1/openInterest", symbol="BTCUSDT")).code == -1121


async def test_the_history_of_open_interest_is_valued_at_the_mark() -> None:
    floor = opened()
    floor.apply(PinMarkPrice(BTC, 61_000 * UNIT))
    floor.apply(PinMarkPrice(COIN, 50_000 * UNIT))
    floor.reach(FIRST_MS)
    assert await floor.ask("openInterestHist", **FIVE) == [
        {
            "symbol": "BTCUSDT",
            "sumOpenInterest": "0.30000000",
            "sumOpenInterestValue": "18300.00000000",
            "CMCCirculatingSupply": "165880.538",  # the published example
            "timestamp": FIRST_MS,
        }
    ]
    row = {
        "pair": "BTCUSD",
        "sumOpenInterest": "7.00000000",
        "sumOpenInterestValue": "0.01400000",  # 7 × 100 USD at 50,000
        "timestamp": FIRST_MS,
    }
    assert await floor.ask("openInterestHist", **COIN_FIVE) == [{**row, "contractType": "ALL"}]
    for kind in ("ALL", "PERPETUAL"):
        assert await floor.ask("openInterestHist", **COIN_FIVE, contractType=kind) == [
            {**row, "contractType": kind}
        ]
    assert await floor.ask("openInterestHist", **COIN_FIVE, contractType="NEXT_QUARTER") == []


async def test_the_supply_of_a_coin_is_the_operators_or_the_catalogues_and_nothing_is_no_coin() -> None:
    floor = opened()
    floor.apply(ListInstrument(linear(3, "XAU")))
    floor.reach(FIRST_MS)

    async def supply(symbol: str) -> str:
        rows = await floor.ask("openInterestHist", symbol=symbol, period="5m")
        return str(rows[0]["CMCCirculatingSupply"])

    assert [await supply(symbol) for symbol in ("ETHUSDT", "XAUUSDT")] == ["120690000", "0"]
    own = {"BTC": 19_950_000 * UNIT + UNIT // 2}
    ways = floor.submit, floor.submit_many, floor.judge, lambda: floor.now_ms, Settings()
    floor.dialect = Dialect(floor.world, *ways, supplies=own)
    assert [await supply(symbol) for symbol in ("BTCUSDT", "ETHUSDT")] == ["19950000.5", "120690000"]


async def test_a_row_tells_what_was_before_its_time_and_not_what_came_then() -> None:
    floor = opened()
    floor.now_ms = FIRST_MS
    floor.trade(ALICE, 200)
    floor.now_ms = FIRST_MS + GRID_MS - 1
    floor.trade(ALICE, 100)
    floor.reach(FIRST_MS + GRID_MS)
    rows = await floor.ask("openInterestHist", **FIVE)
    assert [(row["timestamp"], row["sumOpenInterest"]) for row in rows] == [
        (FIRST_MS, "0.30000000"),
        (FIRST_MS + GRID_MS, "0.60000000"),
    ]


async def test_advancing_by_hours_gives_every_point_in_between() -> None:
    floor = opened()
    floor.reach(FIRST_MS + 3 * HOUR_MS)
    for period, length_ms in (("5m", GRID_MS), ("15m", 3 * GRID_MS), ("30m", 6 * GRID_MS), ("1h", HOUR_MS)):
        expected = [
            time_ms
            for time_ms in range(FIRST_MS, FIRST_MS + 3 * HOUR_MS + 1, GRID_MS)
            if time_ms % length_ms == 0
        ]
        asked = {"symbol": "BTCUSDT", "period": period, "limit": 500}
        for name in ("openInterestHist", *RATIOS):
            assert [row["timestamp"] for row in await floor.ask(name, **asked)] == expected, (name, period)
        basis = {"pair": "BTCUSDT", "contractType": "PERPETUAL", "period": period, "limit": 500}
        assert [row["timestamp"] for row in await floor.ask("basis", **basis)] == expected


# -- which rows ------------------------------------------------------------------------------------------------------


async def test_without_times_the_newest_thirty_come_oldest_first() -> None:
    floor = opened()
    last_ms = FIRST_MS + 5 * HOUR_MS
    floor.reach(last_ms + 60_000)

    async def times(**params: Any) -> list[int]:
        return [row["timestamp"] for row in await floor.ask("openInterestHist", **FIVE, **params)]

    assert await times() == [last_ms - back * GRID_MS for back in reversed(range(30))]
    assert await times(limit=2) == [last_ms - GRID_MS, last_ms]
    end_ms = last_ms - HOUR_MS
    assert await times(endTime=end_ms + 1, limit=2) == [end_ms - GRID_MS, end_ms]
    start_ms = FIRST_MS + HOUR_MS
    assert await times(startTime=start_ms, limit=2) == [start_ms, start_ms + GRID_MS]
    assert await times(startTime=start_ms + 1, limit=1) == [start_ms + GRID_MS]
    assert await times(startTime=start_ms, endTime=start_ms) == [start_ms]
    assert await times(startTime=start_ms + 1, endTime=start_ms + 2) == []
    assert len(await times(limit=500)) == 5 * 12 + 1
    assert await times(startTime=last_ms + DAY_MS) == []


async def test_thirty_days_are_kept_and_no_more_are_asked_for() -> None:
    floor = opened()
    floor.reach(FIRST_MS + 40 * DAY_MS)
    rows = await floor.ask("openInterestHist", symbol="BTCUSDT", period="4h", limit=500)
    assert len(rows) == 180
    assert rows[0]["timestamp"] >= floor.now_ms - 30 * DAY_MS
    rows = await floor.ask("openInterestHist", **FIVE, startTime=floor.now_ms - 30 * DAY_MS, limit=1)
    assert rows[0]["timestamp"] == floor.now_ms - 30 * DAY_MS
    for days in (31, 400):
        start_ms = floor.now_ms - days * DAY_MS
        assert await floor.code("openInterestHist", **FIVE, startTime=start_ms) == (
            -1130,
            "parameter 'startTime' is invalid.",
        )
    assert await floor.ask("openInterestHist", **FIVE, endTime=floor.now_ms - 31 * DAY_MS) == []


async def test_what_is_sent_wrong_is_named() -> None:
    floor = opened()
    ask = floor.code
    assert await ask("openInterestHist", symbol="NOPE", period="3m") == (
        -1130,
        "parameter 'period' is invalid.",
    )
    assert (await ask("openInterestHist", symbol="NOPE", period="5m"))[0] == -1121
    assert (await ask("openInterestHist", symbol="BTCUSD_PERP", period="5m"))[0] == -1121
    assert (await ask("openInterestHist", pair="BTCUSDT", period="5m"))[0] == -4144
    assert (await ask("openInterestHist", period="5m")) == (
        -1102,
        "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    )
    assert (await ask("openInterestHist", symbol="BTCUSDT"))[0] == -1102
    for limit in (0, 501):
        assert (await ask("openInterestHist", **FIVE, limit=limit))[0] == -1130
    assert (await ask("openInterestHist", **FIVE, startTime=START_MS + 1, endTime=START_MS))[0] == -1023
    assert await ask("basis", pair="BTCUSDT", period="5m", contractType="ALL") == (
        -1130,
        "parameter 'contractType' is invalid.",
    )
    assert (await ask("basis", pair="NOUSDT", period="5m", contractType="PERPETUAL"))[0] == -4144
    assert (await ask("takerBuySellVol", **COIN_FIVE))[0] == -1102
    assert (await ask("takerBuySellVol", pair="BTCUSDT", period="5m", contractType="ALL"))[0] == -4144


async def test_ratios_want_no_key_and_no_signature() -> None:
    floor = opened()
    floor.reach(FIRST_MS)
    for name in RATIOS:
        for asked in (FIVE, COIN_FIVE):
            assert len((await floor.public(DATA + name, **asked)).json) == 1


async def test_all_calls_share_a_pool_of_a_thousand_requests() -> None:
    floor = opened()
    floor.reach(FIRST_MS)
    for _ in range(333):
        assert (await floor.public(f"{DATA}openInterestHist", **FIVE)).status == 200
        assert (await floor.public(f"{DATA}takerlongshortRatio", **FIVE)).status == 200
        assert (await floor.public(f"{DATA}delivery-price", pair="BTCUSDT")).status == 200
    assert (await floor.public(f"{DATA}openInterestHist", **COIN_FIVE)).status == 200
    refused = await floor.public(f"{DATA}basis", pair="BTCUSDT", period="5m", contractType="PERPETUAL")
    assert (refused.status, refused.code) == (429, -1003)
    assert int(refused.headers["x-mbx-used-weight-1m"]) < 10
    floor.now_ms += GRID_MS
    assert (await floor.public(f"{DATA}openInterestHist", **FIVE)).status == 200


# -- long and short --------------------------------------------------------------------------------------------------


async def test_every_account_counts_once_and_the_house_does_not() -> None:
    floor = opened()
    floor.trade(floor.account("carol"), 1)
    floor.account("dave")
    floor.reach(FIRST_MS)
    assert await floor.ask("globalLongShortAccountRatio", **FIVE) == [
        {
            "symbol": "BTCUSDT",
            "longShortRatio": "2.0000",
            "longAccount": "0.6667",
            "shortAccount": "0.3333",
            "timestamp": FIRST_MS,
        }
    ]


async def test_a_side_that_nobody_takes_counts_as_the_least_that_shows() -> None:
    floor = Floor()
    floor.depth()
    floor.trade(ALICE, 5)
    floor.reach(FIRST_MS)
    (row,) = await floor.ask("globalLongShortAccountRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"], row["longShortRatio"]) == (
        "1.0000",
        "0.0000",
        "10000.0000",
    )
    floor.trade(ALICE, -10)
    floor.reach(FIRST_MS + GRID_MS)
    row = (await floor.ask("globalLongShortAccountRatio", **FIVE))[-1]
    assert (row["longAccount"], row["shortAccount"], row["longShortRatio"]) == ("0.0000", "1.0000", "0.0001")
    floor.trade(ALICE, 5)
    floor.reach(FIRST_MS + 2 * GRID_MS)
    row = (await floor.ask("globalLongShortAccountRatio", **FIVE))[-1]
    assert (row["longAccount"], row["shortAccount"], row["longShortRatio"]) == ("0.0000", "0.0000", "1.0000")


async def test_top_traders_are_the_fifth_with_the_most_margin() -> None:
    floor = Floor()
    floor.depth(100_000)
    rich = [floor.account(f"rich-{number}", 1_000_000 + number) for number in range(2)]
    poor = [floor.account(f"poor-{number}", 50_000) for number in range(6)]  # with alice and bob ten
    floor.trade(rich[0], 700)
    floor.trade(rich[1], -300)
    for account_id in poor:
        floor.trade(account_id, -10)
    floor.reach(FIRST_MS)
    (row,) = await floor.ask("topLongShortAccountRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"], row["longShortRatio"]) == ("0.5000", "0.5000", "1.0000")
    (row,) = await floor.ask("topLongShortPositionRatio", **FIVE)
    assert row == {
        "symbol": "BTCUSDT",
        "longAccount": "0.7000",
        "shortAccount": "0.3000",
        "longShortRatio": "2.3333",
        "timestamp": FIRST_MS,
    }
    (row,) = await floor.ask("globalLongShortAccountRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"], row["longShortRatio"]) == ("0.1250", "0.8750", "0.1428")


async def test_profit_that_is_not_realised_makes_a_top_trader() -> None:
    floor = Floor()
    floor.depth(100_000)
    lucky = floor.account("lucky", 99_000)
    floor.trade(lucky, 1_000)
    floor.trade(ALICE, -1)
    floor.trade(BOB, -1)
    floor.apply(PinMarkPrice(BTC, 70_000 * UNIT))
    floor.reach(FIRST_MS)
    (row,) = await floor.ask("topLongShortAccountRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"]) == ("1.0000", "0.0000")


async def test_in_multi_assets_mode_all_wallets_make_a_top_trader() -> None:
    floor = Floor()
    with_assets(floor.apply)
    floor.depth(100_000)
    floor.apply(Transfer(ALICE, USDS_M, "USDT", -99_000 * UNIT))
    floor.apply(Transfer(ALICE, USDS_M, "BTC", 100 * UNIT))
    floor.trade(ALICE, 1)
    floor.trade(BOB, -1)

    async def top() -> str:
        row = (await floor.ask("topLongShortAccountRatio", **FIVE))[-1]
        return str(row["longAccount"])

    floor.reach(FIRST_MS)
    assert await top() == "0.0000"  # 1,000 USDT against 100,000
    floor.apply(SetMultiAssets(ALICE, True))
    floor.reach(FIRST_MS + GRID_MS)
    assert await top() == "1.0000"


async def test_coin_m_names_positions_and_counts_over_all_contracts_of_a_pair() -> None:
    floor = opened()
    floor.apply(
        ListInstrument(quarter(3, START_MS // 1000 * 1000 + DAY_MS, "Q"))
    )  # of BTCUSDT, not of this pair
    floor.apply(ListInstrument(btcusd_perp(4, symbol="ETHUSD_PERP", pair="ETHUSD")))
    floor.apply(ListInstrument(quarter(5, START_MS // 1000 * 1000 + DAY_MS, "Q")))
    floor.apply(SetIndexPrice(5, 60_000 * UNIT))
    levels = [1_000, 1_000]
    floor.apply(HouseDepth(5, [PRICE - 1, PRICE - 2], levels, [PRICE, PRICE + 1], levels))
    floor.trade(ALICE, -10, 5)  # 7 long of the perpetual: 3 short together
    floor.trade(BOB, 4, 5)
    floor.reach(FIRST_MS)

    async def shares(name: str, **kind: str) -> tuple[str, str]:
        (row,) = await floor.ask(name, **COIN_FIVE, **kind)
        assert row["pair"] == "BTCUSD"
        return row.get("longAccount") or row["longPosition"], row.get("shortAccount") or row["shortPosition"]

    accounts, positions = "globalLongShortAccountRatio", "topLongShortPositionRatio"
    assert await shares(accounts) == ("0.5000", "0.5000")
    assert await shares(accounts, contractType="PERPETUAL") == ("1.0000", "0.0000")
    assert await shares(accounts, contractType="CURRENT_QUARTER") == ("0.5000", "0.5000")
    (top,) = await floor.ask(positions, **COIN_FIVE)
    assert {"longPosition", "shortPosition"} < set(top)
    assert "longAccount" not in top
    (row,) = await floor.ask("openInterestHist", **COIN_FIVE)
    assert row["sumOpenInterest"] == "17.00000000"  # 7 and 10


async def test_both_sides_of_a_hedge_are_positions_and_their_sum_is_the_account() -> None:
    floor = Floor()
    floor.depth(100_000)
    floor.apply(SetPositionMode(ALICE, USDS_M, True))
    floor.apply(SetLeverage(ALICE, BTC, 50))
    floor.apply(Transfer(ALICE, USDS_M, "USDT", 1_000_000 * UNIT))
    floor.trade(ALICE, 300, position_side=LONG)
    floor.trade(ALICE, -100, position_side=SHORT)
    floor.reach(FIRST_MS)
    (row,) = await floor.ask("topLongShortPositionRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"], row["longShortRatio"]) == ("0.7500", "0.2500", "3.0000")
    (row,) = await floor.ask("topLongShortAccountRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"]) == ("1.0000", "0.0000")
    assert (await floor.public("/fapi/v1/openInterest", symbol="BTCUSDT")).json["openInterest"] == "0.300"


# -- terms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("omits", "times"), [(False, [0, 1, 2]), (True, [1])])
async def test_periods_without_a_trade_can_be_left_out(omits: bool, times: list[int]) -> None:
    floor = Floor()
    floor.world.statistics.terms = StatisticsTerms(omits_quiet=omits)
    floor.depth()
    floor.now_ms = FIRST_MS
    floor.trade(ALICE, 5)
    floor.reach(FIRST_MS + 2 * GRID_MS)
    rows = await floor.ask("openInterestHist", **FIVE)
    assert [(row["timestamp"] - FIRST_MS) // GRID_MS for row in rows] == times


async def test_the_house_can_be_counted_as_an_account() -> None:
    floor = Floor()
    floor.world.statistics.terms = StatisticsTerms(counts_house=True)
    floor.depth()
    floor.trade(ALICE, 5)
    floor.reach(FIRST_MS)
    (row,) = await floor.ask("globalLongShortAccountRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"]) == ("0.5000", "0.5000")


async def test_what_an_empty_side_counts_is_a_term() -> None:
    floor = Floor()
    floor.world.statistics.terms = StatisticsTerms(empty_side_e4=100)
    floor.depth()
    floor.trade(ALICE, 5)
    floor.reach(FIRST_MS + GRID_MS)
    (row, _later) = await floor.ask("globalLongShortAccountRatio", **FIVE)
    assert (row["longAccount"], row["shortAccount"], row["longShortRatio"]) == (
        *("1.0000", "0.0000", "100.0000"),
    )
    row = (await floor.ask("takerlongshortRatio", **FIVE))[0]
    assert (row["buyVol"], row["sellVol"], row["buySellRatio"]) == ("0.0050", "0.0000", "0.5000")


async def test_a_resting_order_is_no_open_interest() -> None:
    floor = Floor()
    order = PlaceOrder(ALICE, BTC, "rests", BUY, LIMIT, GTC, 10, PRICE - 100, False, STP_NONE)
    floor.apply(order)
    assert (await floor.public("/fapi/v1/openInterest", symbol="BTCUSDT")).json["openInterest"] == "0.000"
