"""Open interest and `/futures/data`: what the calls answer, from trades that were made on the venue (semantics 8.4)."""

from typing import Any

import pytest

from perpit.domain.commands import (
    Advance,
    CreateAccount,
    HouseDepth,
    HouseTrade,
    ListInstrument,
    PinMarkPrice,
    PlaceOrder,
    SetIndexPrice,
    SetLeverage,
    SetMultiAssets,
    SetPositionMode,
    Transfer,
)
from perpit.domain.events import OrderTraded
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import (
    BOTH,
    BUY,
    COIN_M,
    GTC,
    IOC,
    LIMIT,
    LONG,
    MARKET,
    SELL,
    SHORT,
    STP_NONE,
    USDS_M,
)
from perpit.views.census import StatisticsTerms
from tests.binance.caller import BTC, COIN, PRICE, START_MS, Caller
from tests.binance.test_asset_mode import with_assets
from tests.instruments import btcusd_perp, btcusdt

GRID_MS = 5 * 60_000
HOUR_MS = 12 * GRID_MS
DAY_MS = 24 * HOUR_MS
FIRST_MS = START_MS // GRID_MS * GRID_MS + GRID_MS  # the first point of the grid
ALICE, BOB = 1, 2
DATA = "/futures/data/"
FIVE = {"symbol": "BTCUSDT", "period": "5m"}
COIN_FIVE = {"pair": "BTCUSD", "period": "5m"}
RATIOS = ("globalLongShortAccountRatio", "topLongShortAccountRatio", "topLongShortPositionRatio")


class Floor(Caller):
    """A caller whose accounts trade against the house, and that asks."""

    def account(self, name: str, usdt: int = 100_000, btc: int = 10) -> int:
        self.apply(CreateAccount(name))
        account_id = self.world.account_ids[name]
        for market, asset, amount in ((USDS_M, "USDT", usdt), (COIN_M, "BTC", btc)):
            if amount:
                self.apply(Transfer(account_id, market, asset, amount * UNIT))
        return account_id

    def trade(self, account_id: int, lots: int, symbol_id: int = BTC, position_side: int = BOTH) -> None:
        """A market order for so many lots, a sale if negative, all filled."""
        side = BUY if lots > 0 else SELL
        order = PlaceOrder(
            account_id, symbol_id, f"t{self._seq}", side, MARKET, IOC, abs(lots), 0, False, STP_NONE
        )
        order.position_side = position_side
        filled = [event.fill_lots for event in self.apply(order) if isinstance(event, OrderTraded)]
        assert sum(filled) == abs(lots)

    def reach(self, time_ms: int) -> None:
        self.now_ms = time_ms
        self.apply(Advance())

    async def ask(self, name: str, **params: Any) -> Any:
        reply = await self.raw("GET", DATA + name, _query(params))
        assert reply.status == 200, reply.json
        return reply.json

    async def code(self, name: str, **params: Any) -> tuple[int | None, str]:
        reply = await self.raw("GET", DATA + name, _query(params))
        return reply.code, reply.json["msg"] if isinstance(reply.json, dict) else ""


def _query(params: dict[str, Any]) -> bytes:
    return "&".join(f"{name}={value}" for name, value in params.items()).encode()


def opened() -> Floor:
    """Alice has 0.3 BTC and 7 contracts long, bob 0.1 BTC short; the house is on the other side of each."""
    floor = Floor()
    floor.depth(100_000)
    floor.coin_depth(100_000)
    floor.trade(ALICE, 300)
    floor.trade(BOB, -100)
    floor.trade(ALICE, 7, COIN)
    return floor


def quarter(symbol_id: int, delivery_ms: int, name: str) -> Instrument:
    make, pair = (btcusd_perp, "BTCUSD") if symbol_id >= 5 else (btcusdt, "BTCUSDT")
    return make(
        symbol_id,
        symbol=f"{pair}_{name}",
        contract_type="CURRENT_QUARTER",
        delivery_ms=delivery_ms,
        funding_interval_hours=0,
    )


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
            "CMCCirculatingSupply": "0.00000000",
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


async def test_top_ratios_of_usds_m_want_a_key_and_no_signature() -> None:
    floor = opened()
    floor.reach(FIRST_MS)
    for name in RATIOS:
        wanted = -2014 if name.startswith("top") else None
        assert (await floor.public(DATA + name, **FIVE)).code == wanted
        assert (await floor.public(DATA + name, **COIN_FIVE)).code is None
        assert len(await floor.ask(name, **FIVE)) == 1


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


# -- takers ----------------------------------------------------------------------------------------------------------


async def test_taker_volumes_are_those_of_a_finished_period_under_the_time_at_which_it_began() -> None:
    floor = Floor()
    floor.depth(100_000)
    floor.now_ms = FIRST_MS
    floor.trade(ALICE, 300)
    floor.trade(BOB, -70)
    floor.now_ms += GRID_MS
    floor.trade(ALICE, -20)
    assert await floor.ask("takerlongshortRatio", **FIVE, startTime=FIRST_MS) == [
        {"buySellRatio": "4.2857", "buyVol": "0.3000", "sellVol": "0.0700", "timestamp": FIRST_MS}
    ]
    floor.reach(FIRST_MS + HOUR_MS)
    assert [
        (row["buyVol"], row["sellVol"], row["buySellRatio"])
        for row in await floor.ask("takerlongshortRatio", **FIVE, startTime=FIRST_MS, limit=3)
    ] == [("0.3000", "0.0700", "4.2857"), ("0.0000", "0.0200", "0.0050"), ("0.0000", "0.0000", "1.0000")]
    floor.reach(FIRST_MS + 2 * HOUR_MS)
    hour_ms = FIRST_MS // HOUR_MS * HOUR_MS
    (row, *_later) = await floor.ask("takerlongshortRatio", symbol="BTCUSDT", period="1h")
    assert (row["timestamp"], row["buyVol"], row["sellVol"]) == (hour_ms, "0.3000", "0.0900")


async def test_taker_volumes_of_coin_m_are_contracts_and_coin() -> None:
    floor = Floor()
    floor.coin_depth(100_000)
    floor.now_ms = FIRST_MS
    floor.trade(ALICE, 600, COIN)
    floor.trade(BOB, -40, COIN)
    floor.reach(FIRST_MS + GRID_MS)
    for kind in ("PERPETUAL", "ALL"):
        assert await floor.ask("takerBuySellVol", **COIN_FIVE, contractType=kind, startTime=FIRST_MS) == [
            {
                "pair": "BTCUSD",
                "contractType": kind,
                "takerBuyVol": "600",
                "takerSellVol": "40",
                "takerBuyVolValue": "1.0000",
                "takerSellVolValue": "0.0666",
                "timestamp": FIRST_MS,
            }
        ]


# -- basis -----------------------------------------------------------------------------------------------------------


async def test_the_basis_of_a_perpetual_is_no_rate_of_a_year() -> None:
    floor = Floor()
    asked = {"pair": "BTCUSDT", "contractType": "PERPETUAL", "period": "5m"}
    floor.apply(SetIndexPrice(BTC, 60_000 * UNIT))
    floor.reach(FIRST_MS)
    assert await floor.ask("basis", **asked) == []  # nothing was traded
    floor.apply(SetIndexPrice(BTC, 59_986_05945055))
    floor.apply(HouseTrade(BTC, BUY, PRICE, 1))
    floor.reach(FIRST_MS + GRID_MS)
    assert await floor.ask("basis", **asked) == [
        {
            "pair": "BTCUSDT",
            "contractType": "PERPETUAL",
            "indexPrice": "59986.05945055",
            "futuresPrice": "60000.00",
            "basis": "13.94054945",
            "basisRate": "0.0002",
            "annualizedBasisRate": "",
            "timestamp": FIRST_MS + GRID_MS,
        }
    ]


async def test_the_recorded_basis_of_a_quarter() -> None:
    """A row of 2022-05-24 08:40, a month before the delivery (semantics 8.4.5)."""
    time_ms, delivery_ms = 1_653_381_600_000, 1_656_057_600_000
    floor = Floor()
    contract = quarter(5, START_MS // GRID_MS * GRID_MS + GRID_MS + delivery_ms - time_ms, "220624")
    for symbol_id in (3, 4):
        floor.apply(ListInstrument(btcusdt(symbol_id, symbol=f"X{symbol_id}", pair=f"X{symbol_id}")))
    floor.apply(ListInstrument(contract))
    floor.apply(SetIndexPrice(5, 29_269_93972727))
    floor.apply(HouseTrade(5, BUY, 293_413, 1))
    floor.reach(FIRST_MS)
    (row,) = await floor.ask("basis", **COIN_FIVE, contractType="CURRENT_QUARTER")
    assert {
        name: row[name]
        for name in ("indexPrice", "futuresPrice", "basis", "basisRate", "annualizedBasisRate")
    } == {
        "indexPrice": "29269.93972727",
        "futuresPrice": "29341.3",
        "basis": "71.36027273",
        "basisRate": "0.0024",
        "annualizedBasisRate": "0.0283",
    }


async def test_rows_of_a_quarter_are_those_of_the_contract_that_was_called_so_then() -> None:
    floor = Floor()
    first_end_ms, second_end_ms = FIRST_MS + 2 * GRID_MS, FIRST_MS + DAY_MS
    for symbol_id, end_ms, price in ((3, first_end_ms, 60_000), (4, second_end_ms, 61_000)):
        floor.apply(ListInstrument(quarter(symbol_id, end_ms, f"Q{symbol_id}")))
        floor.apply(SetIndexPrice(symbol_id, price * UNIT))
        floor.apply(HouseTrade(symbol_id, BUY, price * 10, 1))
    floor.reach(FIRST_MS + 4 * GRID_MS)

    async def prices(kind: str) -> list[tuple[int, str]]:
        rows = await floor.ask("basis", pair="BTCUSDT", period="5m", contractType=kind)
        return [((row["timestamp"] - FIRST_MS) // GRID_MS, row["futuresPrice"]) for row in rows]

    assert await prices("CURRENT_QUARTER") == [
        *((point, "60000.00") for point in (0, 1)),
        *((point, "61000.00") for point in (2, 3, 4)),
    ]
    assert await prices("NEXT_QUARTER") == [(point, "61000.00") for point in (0, 1)]


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


async def test_a_resting_order_is_no_open_interest() -> None:
    floor = Floor()
    order = PlaceOrder(ALICE, BTC, "rests", BUY, LIMIT, GTC, 10, PRICE - 100, False, STP_NONE)
    floor.apply(order)
    assert (await floor.public("/fapi/v1/openInterest", symbol="BTCUSDT")).json["openInterest"] == "0.000"
