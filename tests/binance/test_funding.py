"""Settled funding rates, and the terms of contracts that differ from the usual (semantics 3.4.9, 3.5.4)."""

import pytest

from perpit.domain.commands import Advance, HouseDepth, ListInstrument, SetIndexPrice
from perpit.domain.numbers import UNIT
from tests.binance.caller import BTC, START_MS, Caller
from tests.instruments import btcusdt

HOUR = 3_600_000
EIGHT_HOURS = 8 * HOUR
FIRST_MS = (START_MS // EIGHT_HOURS + 1) * EIGHT_HOURS
PERP = {"symbol": "BTCUSD_PERP"}


def settled(times: int) -> Caller:
    """Contracts that have charged funding so many times, at the interest rate: the book is empty."""
    caller = Caller()
    caller.now_ms = FIRST_MS + (times - 1) * EIGHT_HOURS
    caller.apply(Advance())
    return caller


@pytest.mark.semantics("3.5.3")
async def test_a_settlement_is_a_row_with_rate_time_and_mark() -> None:
    caller = settled(2)
    first, second = (await caller.public("/fapi/v1/fundingRate", symbol="BTCUSDT")).json
    assert first == {
        "symbol": "BTCUSDT",
        "fundingTime": FIRST_MS,
        "fundingRate": "0.00010000",
        "markPrice": "60000.00000000",
        "rateType": "Regular",
    }
    assert second["fundingTime"] == FIRST_MS + EIGHT_HOURS


async def test_coin_m_tells_neither_mark_nor_kind_and_wants_a_symbol() -> None:
    caller = settled(1)
    assert (await caller.public("/dapi/v1/fundingRate", **PERP)).json == [
        {"symbol": "BTCUSD_PERP", "fundingTime": FIRST_MS, "fundingRate": "0.00010000"}
    ]
    assert (await caller.public("/dapi/v1/fundingRate")).code == -1102
    assert (await caller.public("/dapi/v1/fundingRate", symbol="BTCUSDT")).code == -1121


async def test_without_a_symbol_there_are_the_rates_of_all_in_the_order_of_time() -> None:
    rows = (await settled(2).public("/fapi/v1/fundingRate")).json
    assert [(row["symbol"], row["fundingTime"] - FIRST_MS) for row in rows] == [
        ("BTCUSDT", 0),
        ("ETHUSDT", 0),
        ("BTCUSDT", EIGHT_HOURS),
        ("ETHUSDT", EIGHT_HOURS),
    ]


@pytest.mark.semantics("3.5.4")
async def test_a_start_gives_the_first_rates_and_none_the_newest() -> None:
    caller = settled(300)
    path, about = "/fapi/v1/fundingRate", {"symbol": "BTCUSDT"}
    last_ms = FIRST_MS + 299 * EIGHT_HOURS

    async def times(**params: int) -> list[int]:
        return [row["fundingTime"] for row in (await caller.public(path, **about, **params)).json]

    assert len(await times()) == 200
    assert (await times())[-1] == last_ms
    assert await times(limit=1) == [last_ms]
    assert len(await times(startTime=FIRST_MS)) == 100
    assert await times(startTime=FIRST_MS + 1, limit=1) == [FIRST_MS + EIGHT_HOURS]
    assert await times(endTime=last_ms - 1, limit=1) == [last_ms - EIGHT_HOURS]
    assert await times(startTime=FIRST_MS, endTime=FIRST_MS) == [FIRST_MS]
    assert (await caller.public(path, startTime=2, endTime=1)).code == -1023
    assert (await caller.public(path, limit=1001)).code == -1130


@pytest.mark.semantics("3.4.9")
async def test_only_contracts_with_other_terms_than_the_usual_are_listed() -> None:
    caller = Caller()
    assert (await caller.public("/fapi/v1/fundingInfo")).json == []
    caller.apply(
        ListInstrument(
            btcusdt(3, symbol="XRPUSDT", pair="XRPUSDT", funding_cap_e8=300_000, funding_floor_e8=-300_000)
        )
    )
    assert (await caller.public("/fapi/v1/fundingInfo")).json == [
        {
            "symbol": "XRPUSDT",
            "adjustedFundingRateCap": "0.00300000",
            "adjustedFundingRateFloor": "-0.00300000",
            "fundingIntervalHours": 8,
            "disclaimer": False,
        }
    ]
    assert (await caller.public("/dapi/v1/fundingInfo")).json == []


async def test_an_interval_that_a_rate_at_its_bound_made_hourly_is_listed() -> None:
    caller = Caller()
    caller.apply(HouseDepth(BTC, [620_000], [10_000], [620_001], [10_000]))
    caller.apply(SetIndexPrice(BTC, 60_000 * UNIT))
    caller.now_ms = FIRST_MS
    caller.apply(Advance())
    (row,) = (await caller.public("/fapi/v1/fundingInfo")).json
    assert (row["symbol"], row["fundingIntervalHours"]) == ("BTCUSDT", 1)


@pytest.mark.semantics("3.5.4")
async def test_both_calls_share_a_pool_of_requests_of_their_own() -> None:
    caller = Caller()
    window_ms = 5 * 60_000
    caller.now_ms = (START_MS // window_ms + 1) * window_ms
    for _ in range(250):
        assert (await caller.public("/fapi/v1/fundingInfo")).status == 200
        reply = await caller.public("/fapi/v1/fundingRate")
    assert (reply.status, reply.headers["x-mbx-used-weight-1m"]) == (200, "0")
    for path in ("fundingInfo", "fundingRate"):
        refused = await caller.public(f"/fapi/v1/{path}")
        assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, -1003, "300")
    assert "current limit is 500 requests per 5 minutes" in refused.json["msg"]
    assert (await caller.public("/dapi/v1/fundingInfo")).status == 200
    assert (await caller.raw("GET", "/fapi/v1/fundingInfo", headers=[], ip="10.0.0.1")).status == 200
    for _ in range(9):
        refused = await caller.public("/fapi/v1/fundingInfo")
    assert refused.status == 418
    caller.now_ms += window_ms
    assert (await caller.public("/fapi/v1/fundingInfo")).status == 200
