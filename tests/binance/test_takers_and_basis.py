"""Volumes of takers, and the basis of perpetuals and quarters (semantics 8.4.4, 8.4.5)."""

from perpit.domain.commands import (
    HouseTrade,
    ListInstrument,
    SetIndexPrice,
)
from perpit.domain.numbers import UNIT
from perpit.domain.words import (
    BUY,
)
from tests.binance.caller import BTC, COIN, PRICE, START_MS
from tests.binance.statistics_floor import (
    ALICE,
    BOB,
    COIN_FIVE,
    DAY_MS,
    FIRST_MS,
    FIVE,
    GRID_MS,
    HOUR_MS,
    Floor,
    quarter,
)
from tests.instruments import btcusdt

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
