"""Candles of every kind over the wire, of both products."""

from typing import Any

import pytest

from perpit.binance.wire_facts import fact
from perpit.domain.commands import (
    Advance,
    HouseDepth,
    HouseTrade,
    ListInstrument,
    PinMarkPrice,
    ScheduleDelivery,
    SetIndexPrice,
)
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import BUY, SELL
from perpit.views.intervals import INTERVALS
from tests.binance.caller import BTC, COIN, PRICE, START_MS, Caller
from tests.instruments import btcusd_perp, btcusdt

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
KINDS: list[tuple[str, dict[str, str]]] = [
    ("/fapi/v1/klines", {"symbol": "BTCUSDT"}),
    ("/fapi/v1/continuousKlines", {"pair": "BTCUSDT", "contractType": "PERPETUAL"}),
    ("/fapi/v1/indexPriceKlines", {"pair": "BTCUSDT"}),
    ("/fapi/v1/markPriceKlines", {"symbol": "BTCUSDT"}),
    ("/fapi/v1/premiumIndexKlines", {"symbol": "BTCUSDT"}),
    ("/dapi/v1/klines", {"symbol": "BTCUSD_PERP"}),
    ("/dapi/v1/continuousKlines", {"pair": "BTCUSD", "contractType": "PERPETUAL"}),
    ("/dapi/v1/indexPriceKlines", {"pair": "BTCUSD"}),
    ("/dapi/v1/markPriceKlines", {"symbol": "BTCUSD_PERP"}),
    ("/dapi/v1/premiumIndexKlines", {"symbol": "BTCUSD_PERP"}),
]
CONTINUOUS = [kind for kind in KINDS if kind[0].endswith("continuousKlines")]
LIMITED = [path for path, _about in KINDS if path.startswith("/dapi") and "premium" not in path]
OPEN_ENDED = [path for path, _about in KINDS if path not in LIMITED]
ABOUT = dict(KINDS)


def wait(caller: Caller, ms: int) -> None:
    caller.now_ms += ms
    caller.apply(Advance())


async def rows(caller: Caller, path: str, **params: Any) -> list[list[Any]]:
    reply = await caller.public(path, **{"interval": "1m", **ABOUT[path], **params})
    assert reply.status == 200, reply.json
    answer: list[list[Any]] = reply.json
    return answer


def lived(days: int = 0) -> Caller:
    """Trades and prices in the first minute and in the third one, and so many quiet days after them."""
    caller = Caller(limits=False)
    caller.depth(50_000)
    caller.coin_depth(50_000)
    for symbol_id in (BTC, COIN):
        caller.apply(HouseTrade(symbol_id, BUY, PRICE, 100))
    wait(caller, 2 * MINUTE_MS)
    for symbol_id in (BTC, COIN):
        caller.apply(HouseTrade(symbol_id, SELL, PRICE - 1, 300))
    wait(caller, 10_000 + days * DAY_MS)
    return caller


async def test_candles_have_twelve_columns() -> None:
    caller = Caller()
    caller.depth()
    caller.apply(HouseTrade(BTC, BUY, PRICE, 100))
    caller.now_ms += 99
    caller.apply(HouseTrade(BTC, BUY, PRICE, 200))
    caller.now_ms += 60_000
    caller.apply(HouseTrade(BTC, SELL, PRICE - 1, 300))
    found = await rows(caller, "/fapi/v1/klines")
    assert found == [
        [
            START_MS,
            "60000.00",
            "60000.00",
            "60000.00",
            "60000.00",
            "0.300",
            START_MS + 59_999,
            "18000.00000",
            2,
            "0.300",
            "18000.00000",
            "0",
        ],
        [
            START_MS + 60_000,
            "59999.90",
            "59999.90",
            "59999.90",
            "59999.90",
            "0.300",
            START_MS + 119_999,
            "17999.97000",
            1,
            "0.000",
            "0.00000",
            "0",
        ],
    ]
    one = (await caller.public("/fapi/v1/klines", symbol="BTCUSDT", interval="1m", limit=1)).json
    assert one == found[1:]
    ahead = {"interval": "1M", "startTime": 10**14, "symbol": "BTCUSDT"}
    assert (await caller.public("/fapi/v1/klines", **ahead)).json == []
    until = (await caller.public("/fapi/v1/klines", symbol="BTCUSDT", interval="1M", endTime=10**14)).json
    assert len(until) == 1
    assert (await caller.public("/fapi/v1/klines", symbol="ETHUSDT", interval="1m")).json == []


async def test_price_candles_have_the_columns_of_candles_with_nothing_traded() -> None:
    caller = Caller()
    caller.apply(PinMarkPrice(BTC, 59_000 * UNIT + 1))
    wait(caller, 30_000)
    caller.apply(PinMarkPrice(BTC, 61_000 * UNIT))
    caller.apply(SetIndexPrice(BTC, 60_500 * UNIT))
    wait(caller, 29_000)
    (mark,) = await rows(caller, "/fapi/v1/markPriceKlines")
    assert mark == [
        START_MS,
        "60000.00000000",
        "61000.00000000",
        "59000.00000001",
        "61000.00000000",
        "0",
        START_MS + 59_999,
        "0",
        62,  # 59 seconds, the first price, two pins
        "0",
        "0",
        "0",
    ]
    (index,) = await rows(caller, "/fapi/v1/indexPriceKlines")
    assert index[1:9] == [
        "60000.00000000",
        "60500.00000000",
        "60000.00000000",
        "60500.00000000",
        "0",
        START_MS + 59_999,
        "0",
        60,
    ]


async def test_premium_candles_are_signed_and_count_twelve_samples_a_minute() -> None:
    caller = Caller()
    caller.apply(SetIndexPrice(BTC, 59_000 * UNIT))
    caller.depth(50_000)
    wait(caller, 30_000)
    caller.apply(SetIndexPrice(BTC, 61_000 * UNIT))
    wait(caller, 90_000)
    # the book's impact prices are its best ones: (59,999.9 - 59,000) / 59,000 and (60,000 - 61,000) / 61,000, cut
    first, second, _last = await rows(caller, "/fapi/v1/premiumIndexKlines")
    assert first[1:6] == ["0.01694745", "0.01694745", "-0.01639344", "-0.01639344", "0"]
    assert second[8] == 12


@pytest.mark.parametrize(("path", "about"), KINDS)
@pytest.mark.parametrize("interval", INTERVALS)
async def test_every_kind_has_every_interval(path: str, about: dict[str, str], interval: str) -> None:
    caller = lived()
    found = await rows(caller, path, interval=interval)
    grid = INTERVALS[interval]
    assert found
    for row, following in zip(found, [*found[1:], None], strict=True):
        assert len(row) == 12
        assert row[0] == grid.open_of(row[0])
        assert row[6] == grid.step(row[0], 1) - 1
        assert float(row[3]) <= min(float(row[1]), float(row[4])) <= float(row[2])
        assert following is None or following[0] == row[6] + 1
    assert found[-1][0] == grid.open_of(caller.now_ms)


@pytest.mark.parametrize(("path", "about"), KINDS)
async def test_candles_are_chosen_by_start_end_and_limit_oldest_first(
    path: str, about: dict[str, str]
) -> None:
    caller = lived()
    every = await rows(caller, path)
    assert len(every) == 3
    assert await rows(caller, path, limit=2) == every[1:]
    assert await rows(caller, path, endTime=every[1][0]) == every[:2]
    assert await rows(caller, path, startTime=every[0][0] + 1) == every[1:]
    assert await rows(caller, path, startTime=every[1][0], endTime=every[1][6]) == every[1:2]
    assert await rows(caller, path, startTime=caller.now_ms + 1) == []
    assert await rows(caller, path, endTime=START_MS - 1) == []


@pytest.mark.parametrize("path", OPEN_ENDED)
async def test_usds_m_goes_on_from_the_start_time_however_far_the_end(path: str) -> None:
    caller = lived(days=300)
    days = await rows(caller, path, interval="1d")
    assert len(days) == 301
    assert await rows(caller, path, interval="1d", startTime=0, endTime=caller.now_ms, limit=5) == days[:5]
    assert await rows(caller, path, interval="1d", startTime=days[2][0], limit=5) == days[2:7]


@pytest.mark.parametrize("path", LIMITED)
async def test_coin_m_looks_at_200_days_and_goes_back_from_their_end(path: str) -> None:
    caller = lived(days=300)
    days = await rows(caller, path, interval="1d")
    assert len(days) == 200, "200 days until now"
    now_ms = caller.now_ms
    assert await rows(caller, path, interval="1d", startTime=now_ms - 100 * DAY_MS, limit=5) == days[-5:]
    first = (START_MS // DAY_MS + 1) * DAY_MS
    oldest = await rows(caller, path, interval="1d", startTime=first)
    assert [row[0] for row in oldest] == [first + number * DAY_MS for number in range(201)]
    assert (
        await rows(caller, path, interval="1d", startTime=first, endTime=first + 9 * DAY_MS, limit=3)
        == (oldest[7:10])
    )
    span = {"startTime": now_ms - 200 * DAY_MS, "endTime": now_ms}
    assert len(await rows(caller, path, interval="1d", **span)) == 200
    wider = await caller.public(path, **ABOUT[path], interval="1d", startTime=0, endTime=now_ms)
    assert (wider.code, wider.json["msg"]) == (-4165, "Maximum time interval is 200 days")


@pytest.mark.parametrize(("path", "about"), KINDS)
async def test_what_is_wrong_has_its_own_code(path: str, about: dict[str, str]) -> None:
    caller = Caller(limits=False)
    asked = {"interval": "1m", **about}

    async def code(**changes: Any) -> int | None:
        sent = {name: value for name, value in {**asked, **changes}.items() if value is not None}
        return (await caller.public(path, **sent)).code

    assert await code(interval="2m") == -1120
    assert await code(interval=None) == -1102
    assert await code(startTime=2, endTime=1) == -1023
    assert await code(limit=1501) == await code(limit=0) == -1130
    assert await code(limit="x") == await code(startTime="x") == -1102
    for name in about:
        assert await code(**{name: None}) == -1102
    if "symbol" in about:
        assert await code(symbol="NOUSDT") == -1121
    else:
        assert await code(pair="NOUSDT") == -4144
    if "contractType" in about:
        assert await code(contractType="WEEKLY") == -4104


@pytest.mark.parametrize(("path", "about"), KINDS)
async def test_weights_grow_with_the_limit_as_published(path: str, about: dict[str, str]) -> None:
    published = fact("GET", path)
    assert published is not None
    for limit, weight in ((1, 1), (99, 1), (100, 2), (499, 2), (500, 5), (1000, 5), (1001, 10), (1500, 10)):
        caller = Caller()
        reply = await caller.public(path, **about, interval="1m", limit=limit)
        assert reply.headers["x-mbx-used-weight-1m"] == str(weight)
        assert _published_weight(published.weight, limit) == weight
    reply = await Caller().public(path, **about, interval="1m")
    assert reply.headers["x-mbx-used-weight-1m"] == "5", "500 rows by default"


def _published_weight(steps: list[dict[str, Any]], limit: int) -> int:
    for step in steps:
        inside = step.get("gte", 0) <= limit and limit > step.get("gt", 0)
        if inside and limit < step.get("lt", 10**9) and limit <= step.get("lte", 10**9):
            return int(step["weight"])
    raise AssertionError(limit)


def quarter(symbol_id: int, caller: Caller, minutes: int, market: str) -> Instrument:
    make, pair = (btcusdt, "BTCUSDT") if market == "/fapi" else (btcusd_perp, "BTCUSD")
    due_ms = caller.now_ms // 1_000 * 1_000 + minutes * MINUTE_MS
    return make(
        symbol_id,
        symbol=f"{pair}_Q{symbol_id}",
        contract_type=f"Q{symbol_id}",
        delivery_ms=due_ms,
        funding_interval_hours=0,
    )


def trade(caller: Caller, symbol_id: int, price_ticks: int) -> None:
    caller.apply(HouseDepth(symbol_id, [], [], [price_ticks], [100]))
    caller.apply(HouseTrade(symbol_id, BUY, price_ticks, 100))


@pytest.mark.semantics("3.6.2")
@pytest.mark.parametrize(("path", "about"), CONTINUOUS)
async def test_continuous_candles_follow_the_quarter_that_has_the_type(
    path: str, about: dict[str, str]
) -> None:
    caller = Caller()
    prefix = path[:5]
    current, following, third = 3, 4, 5
    for symbol_id, minutes in ((current, 30), (following, 60)):
        caller.apply(ListInstrument(quarter(symbol_id, caller, minutes, prefix)))
        caller.apply(SetIndexPrice(symbol_id, 60_000 * UNIT))
    trade(caller, current, PRICE)
    trade(caller, following, PRICE + 5)
    wait(caller, 30 * MINUTE_MS)
    caller.apply(ListInstrument(quarter(third, caller, 60, prefix)))
    caller.apply(SetIndexPrice(third, 60_000 * UNIT))
    trade(caller, following, PRICE + 6)
    trade(caller, third, PRICE + 7)

    async def day(contract_type: str) -> list[Any]:
        asked = {**about, "contractType": contract_type, "interval": "1d"}
        (row,) = (await caller.public(path, **asked)).json
        return [float(row[1]), float(row[4]), row[8]]

    assert await day("CURRENT_QUARTER") == [60_000.0, 60_000.6, 2]
    assert await day("NEXT_QUARTER") == [60_000.5, 60_000.7, 2]
    minutes = (
        await caller.public(path, **{**about, "contractType": "CURRENT_QUARTER", "interval": "1m"})
    ).json
    assert [float(row[4]) for row in minutes] == [60_000.0] * 30 + [60_000.6]
    assert (await caller.public(path, **about, interval="1d")).json == [], "the perpetual did not trade"


async def test_a_type_that_a_pair_never_had_has_no_candles() -> None:
    caller = Caller()
    for contract_type in ("CURRENT_QUARTER", "NEXT_QUARTER", "TRADIFI_PERPETUAL"):
        asked = {"pair": "BTCUSDT", "contractType": contract_type, "interval": "1d"}
        assert (await caller.public("/fapi/v1/continuousKlines", **asked)).json == []
        wrong = await caller.public("/fapi/v1/continuousKlines", **asked, startTime=2, endTime=1)
        assert wrong.code == -1023
    coin = {"pair": "BTCUSD", "contractType": "TRADIFI_PERPETUAL", "interval": "1d"}
    assert (await caller.public("/dapi/v1/continuousKlines", **coin)).code == -4104


async def test_a_tradifi_perpetual_is_found_by_its_type() -> None:
    caller = Caller()
    gold = btcusdt(3, symbol="XAUUSDT", pair="XAUUSDT", contract_type="TRADIFI_PERPETUAL")
    caller.apply(ListInstrument(gold))
    caller.apply(SetIndexPrice(3, 60_000 * UNIT))
    trade(caller, 3, PRICE)
    asked = {"pair": "XAUUSDT", "interval": "1m"}
    path = "/fapi/v1/continuousKlines"
    assert len((await caller.public(path, **asked, contractType="TRADIFI_PERPETUAL")).json) == 1
    assert (await caller.public(path, **asked, contractType="PERPETUAL")).json == []


async def test_candles_of_a_delisted_contract_end_with_it() -> None:
    caller = lived()
    due_ms = caller.now_ms // MINUTE_MS * MINUTE_MS + 5 * MINUTE_MS
    caller.apply(ScheduleDelivery(BTC, due_ms))
    wait(caller, HOUR_MS)
    for path in ("/fapi/v1/klines", "/fapi/v1/continuousKlines", "/fapi/v1/markPriceKlines"):
        assert (await rows(caller, path))[-1][0] == due_ms
    assert (await rows(caller, "/fapi/v1/premiumIndexKlines"))[-1][0] <= due_ms


@pytest.mark.parametrize("quiet_s", [0, 3])
async def test_continuous_candles_of_usds_m_come_in_seconds_too(quiet_s: int) -> None:
    caller = lived()
    wait(caller, 900)
    caller.apply(HouseTrade(BTC, BUY, PRICE, 200))
    wait(caller, 50)
    caller.apply(HouseTrade(BTC, BUY, PRICE, 300))
    wait(caller, quiet_s * 1_000)
    path = "/fapi/v1/continuousKlines"
    found = await rows(caller, path, interval="1s", limit=quiet_s + 2)
    assert [(row[4], row[5], row[8]) for row in found] == [
        ("59999.90", "0.000", 0),
        ("60000.00", "0.500", 2),
        *[("60000.00", "0.000", 0)] * quiet_s,
    ]
    assert found[1][0] % 1_000 == 0
    assert found[1][6] == found[1][0] + 999
    whole = await rows(caller, path, interval="1s", startTime=START_MS, limit=1_500)
    assert len(whole) == (caller.now_ms - START_MS) // 1_000 + 1


async def test_nothing_else_comes_in_seconds() -> None:
    caller = Caller()
    for path, about in KINDS:
        if path != "/fapi/v1/continuousKlines":
            assert (await caller.public(path, **about, interval="1s")).code == -1120
