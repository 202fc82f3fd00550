"""Weights, order counts, their headers, and what happens beyond them (semantics 6.6)."""

import pytest

from perpit.binance import errors
from perpit.binance.limits import (
    FIRST_BAN_MS,
    LONGEST_BAN_MS,
    STATISTICS_POOL,
    WEIGHT_PER_MINUTE,
    OrderLimiter,
    WeightLimiter,
)
from perpit.binance.routes import ROUTES
from tests.binance.caller import IP, KEY, START_MS, Caller, sign

MINUTE = 60_000


async def test_every_answer_carries_weight_date_and_json() -> None:
    caller = Caller()
    good = await caller.public("/fapi/v1/time")
    bad = await caller.public("/fapi/v1/depth", symbol="NOPE")
    lost = await caller.public("/fapi/v1/lost")
    for reply, used in ((good, "1"), (bad, "11"), (lost, "12")):
        assert reply.headers["x-mbx-used-weight"] == reply.headers["x-mbx-used-weight-1m"] == used
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["date"] == "Tue, 14 Nov 2023 22:14:00 GMT"


async def test_order_routes_carry_the_order_counts() -> None:
    caller = Caller()
    reply = await caller.order()
    assert (reply.headers["x-mbx-order-count-10s"], reply.headers["x-mbx-order-count-1m"]) == ("1", "1")
    assert "x-mbx-used-weight" in reply.headers
    reply = await caller.order(side="NOPE")
    assert reply.headers["x-mbx-order-count-10s"] == "2"
    reply = await caller.signed("GET", "/fapi/v1/openOrders")
    assert "x-mbx-order-count-10s" not in reply.headers


async def test_weights_follow_the_parameters() -> None:
    caller = Caller(limits=False)
    spent = 0
    for path, params, weight in (
        ("/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": 5}, 2),
        ("/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": 100}, 5),
        ("/fapi/v1/depth", {"symbol": "BTCUSDT"}, 10),
        ("/fapi/v1/depth", {"symbol": "BTCUSDT", "limit": 1000}, 20),
        ("/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 99}, 1),
        ("/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 499}, 2),
        ("/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m"}, 5),
        ("/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 1500}, 10),
        ("/fapi/v1/ticker/24hr", {}, 40),
        ("/fapi/v1/ticker/24hr", {"symbol": "BTCUSDT"}, 1),
        ("/fapi/v1/ticker/price", {}, 2),
        ("/fapi/v1/premiumIndex", {}, 10),
    ):
        spent += weight
        reply = await caller.public(path, **params)
        assert reply.headers["x-mbx-used-weight-1m"] == str(spent), (path, params)


async def test_too_much_weight_is_429_then_418_and_passes_with_the_minute() -> None:
    caller = Caller()
    for _ in range(WEIGHT_PER_MINUTE // 40):
        assert (await caller.public("/fapi/v1/ticker/24hr")).status == 200
    reply = await caller.public("/fapi/v1/time")
    assert (reply.status, reply.code) == (429, -1003)
    assert reply.headers["retry-after"] == "60"
    assert reply.json["msg"].startswith("Too many requests; current limit is 2400 requests per minute.")
    for _ in range(9):
        assert (await caller.public("/fapi/v1/time")).status == 429
    reply = await caller.public("/fapi/v1/time")
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (418, -1003, "120")
    assert f"IP banned until {START_MS + FIRST_BAN_MS}." in reply.json["msg"]
    caller.now_ms += MINUTE
    assert (await caller.public("/fapi/v1/time")).status == 418
    caller.now_ms += FIRST_BAN_MS - MINUTE
    assert (await caller.public("/fapi/v1/time")).status == 200


async def test_another_address_is_not_affected() -> None:
    caller = Caller()
    for _ in range(80):
        await caller.public("/fapi/v1/ticker/24hr")
    assert (await caller.raw("GET", "/fapi/v1/time", headers=[], ip="10.0.0.1")).status == 200


def test_bans_double_up_to_three_days() -> None:
    limiter = WeightLimiter()
    now_ms, bans = 0, []
    for _ in range(15):
        limiter.charge(IP, WEIGHT_PER_MINUTE + 1, now_ms)
        refusals = [limiter.exceeded(IP, now_ms) for _ in range(11)]
        assert [refusal.status for refusal in refusals] == [429] * 10 + [418]
        bans.append(refusals[-1].retry_after_s * 1000)
        now_ms += bans[-1]
    assert bans[:3] == [FIRST_BAN_MS, 2 * FIRST_BAN_MS, 4 * FIRST_BAN_MS]
    assert bans[-1] == LONGEST_BAN_MS == max(bans)


def test_the_table_of_addresses_stays_bounded_and_forgets_the_idle_first() -> None:
    limiter = WeightLimiter(max_ips=100)
    limiter.charge("banned", WEIGHT_PER_MINUTE + 1, 0)
    for _ in range(11):
        limiter.exceeded("banned", 0)
    for number in range(1_000):
        limiter.charge(f"ip{number}", 1, MINUTE + number)
        assert len(limiter._visitors) <= 100
    for number in range(90):
        limiter.charge(f"new{number}", 1, 3 * MINUTE)
    assert limiter.used("ip999", 3 * MINUTE) == 0


async def test_too_many_orders_are_429_until_the_window_ends() -> None:
    caller = Caller()
    for _ in range(300):
        await caller.order(side="NOPE")
    reply = await caller.order()
    assert (reply.status, reply.code) == (429, -1015)
    assert reply.json["msg"] == "Too many new orders; current limit is 300 orders per 10 SECOND."
    assert reply.headers["retry-after"] == "10"
    assert reply.headers["x-mbx-order-count-10s"] == "300"
    caller.now_ms += 10_000
    assert (await caller.order()).status == 200


async def test_the_minute_has_its_own_order_limit() -> None:
    caller = Caller()
    for _ in range(4):
        for _ in range(300):
            await caller.order(side="NOPE")
        caller.now_ms += 10_000
    reply = await caller.order()
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (429, -1015, "20")
    rows = (await caller.signed("GET", "/fapi/v1/rateLimit/order")).json
    assert [(row["intervalNum"], row["limit"], row["count"]) for row in rows] == [
        (10, 300, 0),
        (1, 1200, 1200),
    ]


@pytest.mark.semantics("5.7.3")
async def test_a_batch_counts_five_and_one() -> None:
    caller = Caller()
    reply = await caller.signed("POST", "/fapi/v1/batchOrders", batchOrders="[{}]")
    assert (reply.headers["x-mbx-order-count-10s"], reply.headers["x-mbx-order-count-1m"]) == ("5", "1")


async def test_without_limits_everything_is_counted_and_nothing_refused() -> None:
    caller = Caller(limits=False)
    for _ in range(400):
        reply = await caller.order(side="NOPE")
        assert reply.status == 400
    assert reply.headers["x-mbx-order-count-10s"] == "400"
    for _ in range(80):
        reply = await caller.public("/fapi/v1/ticker/24hr")
    assert reply.status == 200
    assert reply.headers["x-mbx-used-weight-1m"] == "3200"


def test_the_refusal_of_weight_is_a_wire_error() -> None:
    limiter = WeightLimiter()
    limiter.charge(IP, 1, 59_999)
    refusal = limiter.exceeded(IP, 59_999)
    assert isinstance(refusal, errors.WireError)
    assert refusal.retry_after_s == 1


def test_on_a_clock_that_stands_windows_and_bans_pass_with_real_time() -> None:
    idle_ms = 0
    limiter = WeightLimiter(idle_ms=lambda: idle_ms)
    orders = OrderLimiter(idle_ms=lambda: idle_ms)
    assert limiter.charge(IP, WEIGHT_PER_MINUTE + 1, START_MS) > WEIGHT_PER_MINUTE
    assert orders.charge(1, 300, 300, START_MS)[1] is None
    assert orders.charge(1, 1, 1, START_MS)[1] is not None
    for _ in range(11):
        refusal = limiter.exceeded(IP, START_MS)
    assert refusal.status == 418
    assert str(START_MS + FIRST_BAN_MS) in refusal.body()["msg"]
    idle_ms = MINUTE
    assert limiter.used(IP, START_MS) == 0
    assert orders.used(1, START_MS) == (0, 0)
    with pytest.raises(errors.WireError, match=str(START_MS + FIRST_BAN_MS - MINUTE)):
        limiter.check_ban(IP, START_MS)
    idle_ms = FIRST_BAN_MS
    limiter.check_ban(IP, START_MS)


def test_everything_under_futures_data_is_counted_in_the_pool_of_statistics() -> None:
    statistics = [route for route in ROUTES if route.path.startswith("/futures/data/")]
    assert statistics
    assert {route.pool for route in statistics} == {STATISTICS_POOL}


async def test_statistics_have_a_thousand_requests_in_five_minutes_beside_the_weight() -> None:
    caller = Caller()
    for _ in range(STATISTICS_POOL.requests):
        assert (await caller.public("/futures/data/delivery-price", pair="BTCUSD")).status == 200
    reply = await caller.public("/futures/data/delivery-price", pair="BTCUSD")
    left_s = (300_000 - caller.now_ms % 300_000) // 1000
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (429, -1003, str(left_s))
    assert (await caller.public("/fapi/v1/time")).headers["x-mbx-used-weight-1m"] == "1"
    caller.now_ms += 300_000
    assert (await caller.public("/futures/data/delivery-price", pair="BTCUSD")).status == 200


async def test_who_goes_on_after_a_full_pool_is_banned_from_everything() -> None:
    caller = Caller()
    for _ in range(STATISTICS_POOL.requests):
        await caller.public("/futures/data/delivery-price", pair="BTCUSD")
    statuses = [
        (await caller.public("/futures/data/delivery-price", pair="BTCUSD")).status for _ in range(11)
    ]
    assert statuses == [429] * 10 + [418]
    assert (await caller.public("/fapi/v1/time")).status == 418


async def test_both_products_use_up_one_weight_and_one_order_count() -> None:
    caller = Caller()
    await caller.public("/fapi/v1/time")
    reply = await caller.public("/dapi/v1/time")
    assert reply.headers["x-mbx-used-weight-1m"] == "2"
    await caller.order()
    reply = await caller.coin_order()
    assert (reply.headers["x-mbx-order-count-10s"], reply.headers["x-mbx-order-count-1m"]) == ("2", "2")


async def test_weight_belongs_to_the_address_and_orders_to_the_account() -> None:
    caller = Caller()
    text = f"symbol=BTCUSDT&side=NOPE&type=LIMIT&timestamp={START_MS}"
    query = f"{text}&signature={sign(text)}".encode()
    key = [(b"x-mbx-apikey", KEY.encode())]
    await caller.raw("POST", "/fapi/v1/order/test", query, headers=key)
    reply = await caller.raw("POST", "/fapi/v1/order/test", query, headers=key, ip="10.0.0.1")
    assert reply.headers["x-mbx-used-weight-1m"] == "1"
    assert reply.headers["x-mbx-order-count-1m"] == "2"


async def test_too_many_orders_do_not_ban_the_address() -> None:
    """An order count is the account's; who lives at the same address is not punished for it."""
    caller = Caller()
    for _ in range(300):
        await caller.order(side="NOPE")
    assert {(await caller.order()).status for _ in range(40)} == {429}
    assert (await caller.public("/fapi/v1/time")).status == 200
