"""Every switch of the profiles in both positions, asked as clients of that time ask: REST and the WebSocket API.

The profiles are the real ones, mostly the last with the old position and the first with the new one. What is seen on
streams has a file of its own (`test_profiles_streams.py`).
"""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from perpit.binance import algo_ids, profiles, routes
from perpit.binance.exchange_info import ping
from perpit.binance.profile_routes import (
    FORMER_COIN_WEIGHTS,
    is_route_there,
    routes_of_profile,
)
from perpit.binance.profiles import (
    APRIL_2026,
    DECEMBER_2025,
    JUNE_2026,
    NOVEMBER_2025,
    PROFILES,
    UNION,
    Profile,
)
from perpit.binance.route import Route
from perpit.binance.security import NONE
from perpit.binance.streams_names import StreamSpec, is_there
from perpit.domain import words as w
from perpit.domain.commands import Advance, HouseDepth, HouseTrade, PinMarkPrice, SetPositionMode, Transfer
from perpit.domain.numbers import UNIT
from perpit.settings import PROFILES as NAMES
from tests.binance.caller import BTC, COIN, PRICE, START_MS, Caller
from tests.binance.switches import proves
from tests.binance.ws_caller import WsCaller

DAY_MS = 86_400_000
STOP = {"type": "STOP_MARKET", "timeInForce": None, "price": None, "stopPrice": "61000"}
ALGO = {
    "algoType": "CONDITIONAL",
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "STOP_MARKET",
    "quantity": "0.01",
    "triggerPrice": "61000",
}
COIN_ALGO = {**ALGO, "symbol": "BTCUSD_PERP", "quantity": "1"}
NO_SUCH_PATH = -5000


# --- the table


def test_a_venue_may_be_told_every_profile_by_its_name() -> None:
    assert tuple(PROFILES) == NAMES
    assert all(profile.name == name for name, profile in PROFILES.items())


def test_every_switch_says_since_when_and_has_a_test() -> None:
    source = Path(profiles.__file__).read_text(encoding="utf-8")
    told = dict(re.findall(r'^    (\w+): [^=\n]+\n    """(.*?)"""', source, re.MULTILINE | re.DOTALL))
    folder = Path(__file__).parent
    tests = "".join((folder / f"test_profiles{part}.py").read_text("utf-8") for part in ("", "_streams"))
    for switch in Profile._fields[1:]:
        assert re.search(r"\b20\d\d-\d\d", told[switch]), switch
        assert f'@proves("{switch}"' in tests, switch


def test_every_dated_profile_differs_from_the_one_before_it_and_union_from_all() -> None:
    dated = (NOVEMBER_2025, DECEMBER_2025, APRIL_2026, JUNE_2026)
    assert [profile.name for profile in dated] == sorted(profile.name for profile in dated)
    for one, other in (*pairwise(dated), *((UNION, profile) for profile in dated)):
        assert one[1:] != other[1:]


def test_the_union_has_every_route_and_no_other_profile_has_one_more() -> None:
    def targets(profile: Profile) -> set[tuple[str, str]]:
        return {(route.method, route.path) for route in routes_of_profile(profile)}

    everything = {(route.method, route.path) for route in routes.ROUTES}
    assert targets(UNION) == everything
    assert all(targets(profile) <= everything for profile in PROFILES.values())


# What a dated profile has and `union` has not, with the reason.
NOT_IN_UNION = {
    "algo_filter": "shown, the filter is counted, and clients of today may have more waiting",
    "strict_routes": "a stream is heard on every path",
    "merged_streams": "on every path means that a path is of one product",
    "crossing_streams": "the same",
    "former_coin_weights": "a call has one weight, that of today",
}


def test_the_union_tells_what_any_dated_profile_tells() -> None:
    dated = [profile for profile in PROFILES.values() if profile is not UNION]
    for switch in Profile._fields[1:]:
        ever, union = [getattr(profile, switch) for profile in dated], getattr(UNION, switch)
        if isinstance(union, bool):
            assert (any(ever) and not union) == (switch in NOT_IN_UNION), switch
        elif isinstance(union, tuple):
            assert set(union) == {market for markets in ever for market in markets}, switch


def test_the_weights_of_former_times_are_those_of_calls_that_are_there() -> None:
    there = {route.method + route.path for route in routes.ROUTES}
    for target in FORMER_COIN_WEIGHTS:
        assert target.replace("/", "/dapi/", 1) in there, target


async def test_the_description_of_a_profile_has_its_routes_only() -> None:
    paths = (await Caller(profile=NOVEMBER_2025).public("/openapi.json")).json["paths"]
    assert "/fapi/v1/order" in paths
    assert "/fapi/v1/algoOrder" not in paths
    (kind,) = (
        param
        for param in (await Caller(profile=JUNE_2026).public("/openapi.json")).json["paths"][
            "/fapi/v1/order"
        ]["post"]["parameters"]
        if param["name"] == "type"
    )
    assert kind["schema"]["enum"] == ["LIMIT", "MARKET"]


# --- orders


@pytest.mark.semantics("5.9.1")
@proves("conditional_orders", NOVEMBER_2025, DECEMBER_2025)
async def test_the_bots_of_2025_placed_their_stops_at_the_order_call(before: Profile, after: Profile) -> None:
    """So did every client until the day: python-binance's futures_create_order, ccxt's createOrder."""
    old, new = Caller(profile=before), Caller(profile=after)
    assert (await old.order(**STOP)).json["origType"] == "STOP_MARKET"
    reply = await new.order(**STOP)
    assert (reply.status, reply.code) == (400, -4120)
    assert reply.json["msg"] == (
        "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
    )
    for kind in ("STOP", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"):
        assert (await new.order(**{**STOP, "type": kind})).code == -4120
    assert (await new.order(type="STOP_LIMIT")).code == -1116
    assert (await new.order()).status == 200
    assert (await new.coin_order(**STOP)).status == 200, "COIN-M came later"


@pytest.mark.semantics("5.9.1")
async def test_each_conditional_order_of_a_batch_and_of_the_websocket_api_is_refused_by_itself() -> None:
    caller = Caller(profile=DECEMBER_2025)
    batch = (
        '[{"symbol":"BTCUSDT","side":"BUY","type":"STOP_MARKET","quantity":"0.01","stopPrice":"61000"},'
        '{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.01","price":"59000"}]'
    )
    stop, limit = (await caller.signed("POST", "/fapi/v1/batchOrders", batchOrders=batch)).json
    assert (stop["code"], limit["status"]) == (-4120, "NEW")
    test = await caller.signed(
        "POST",
        "/fapi/v1/order/test",
        symbol="BTCUSDT",
        side="BUY",
        type="STOP_MARKET",
        quantity="1",
        stopPrice="61000",
    )
    assert test.code == -4120
    sent = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "STOP_MARKET",
        "quantity": "0.01",
        "stopPrice": "61000",
    }
    reply = await WsCaller(caller).signed("order.place", **sent)
    assert (reply["status"], reply["error"]["code"]) == (400, -4120)


@proves("conditional_orders", APRIL_2026, JUNE_2026)
async def test_coin_m_took_stops_at_the_order_call_until_the_integration(
    before: Profile, after: Profile
) -> None:
    assert (await Caller(profile=before).coin_order(**STOP)).status == 200
    assert (await Caller(profile=after).coin_order(**STOP)).code == -4120


@proves("algo_service", NOVEMBER_2025, DECEMBER_2025)
async def test_the_algo_service_is_there_since_its_day(before: Profile, after: Profile) -> None:
    """ccxt and the SDK from 3.0.0 on place at it, over the WebSocket API as well."""
    old, new = Caller(profile=before), Caller(profile=after)
    reply = await old.signed("POST", "/fapi/v1/algoOrder", **ALGO)
    assert (reply.status, reply.code) == (404, NO_SUCH_PATH)
    assert (await old.signed("GET", "/fapi/v1/openAlgoOrders")).status == 404
    assert (await WsCaller(old).signed("algoOrder.place", **ALGO))["error"]["code"] == NO_SUCH_PATH
    assert (await new.signed("POST", "/fapi/v1/algoOrder", **ALGO)).json["algoStatus"] == "NEW"
    assert (await WsCaller(new).signed("algoOrder.place", **ALGO))["status"] == 200
    assert len((await new.signed("GET", "/fapi/v1/openAlgoOrders")).json) == 2


@proves("algo_service", APRIL_2026, JUNE_2026)
async def test_coin_m_has_the_algo_service_since_the_integration(before: Profile, after: Profile) -> None:
    assert (await Caller(profile=before).signed("POST", "/dapi/v1/algoOrder", **COIN_ALGO)).status == 404
    assert (await Caller(profile=after).signed("POST", "/dapi/v1/algoOrder", **COIN_ALGO)).status == 200


@pytest.mark.semantics("5.4.3")
@proves("far_price_matches", UNION, NOVEMBER_2025)
async def test_two_price_matches_are_taken_by_the_union_only(before: Profile, after: Profile) -> None:
    for profile, code in ((before, -5041), (after, -5037)):  # nobody stands so far away, or nobody may ask
        caller = Caller(profile=profile)
        for mode in ("OPPONENT_10", "OPPONENT_20"):
            assert (await caller.order(price=None, priceMatch=mode)).code == code
            batch = (
                f'[{{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.01",'
                f'"priceMatch":"{mode}"}}]'
            )
            (row,) = (await caller.signed("POST", "/fapi/v1/batchOrders", batchOrders=batch)).json
            assert row["code"] == code
        assert (await caller.order(price=None, priceMatch="OPPONENT_5")).code == -5041
    caller = Caller(profile=after)
    await caller.order()
    change = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.02", "orderId": 1}
    assert (await caller.signed("PUT", "/fapi/v1/order", **change, priceMatch="OPPONENT_20")).code == -5037


@pytest.mark.semantics("5.8.7")
@proves("callback_percent", APRIL_2026, JUNE_2026)
async def test_a_trailing_stop_may_trail_by_more_than_ten_percent_since_late_2026(
    before: Profile, after: Profile
) -> None:
    trailing = {**ALGO, "type": "TRAILING_STOP_MARKET", "triggerPrice": None}
    sent = {name: value for name, value in trailing.items() if value is not None}

    async def answer(profile: Profile, percent: str) -> int | None:
        caller = Caller(profile=profile)
        return (await caller.signed("POST", "/fapi/v1/algoOrder", **sent, callbackRate=percent)).code

    assert [await answer(before, percent) for percent in ("10", "10.0", "10.1")] == [None, None, -1130]
    assert [await answer(after, percent) for percent in ("10.1", "20", "20.1")] == [None, None, -1130]


@proves("algo_response_types", DECEMBER_2025, APRIL_2026)
async def test_the_algo_service_reads_the_response_type_since_2026(before: Profile, after: Profile) -> None:
    for profile, code in ((before, None), (after, -1136)):
        caller = Caller(profile=profile)
        assert (
            await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO, newOrderRespType="ALL")
        ).code == code


@proves("algo_pages", DECEMBER_2025, APRIL_2026)
async def test_all_algo_orders_had_pages_at_first(before: Profile, after: Profile) -> None:
    async def ids(profile: Profile, **params: Any) -> list[int]:
        caller = Caller(profile=profile)
        for _ in range(5):
            await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO)
        rows = await caller.signed("GET", "/fapi/v1/allAlgoOrders", symbol="BTCUSDT", limit=2, **params)
        return [row["algoId"] - algo_ids.BEGIN for row in rows.json]

    assert [await ids(before, page=page) for page in (1, 2, 3, 4)] == [[4, 5], [2, 3], [1], []]
    assert [await ids(before, startTime=1, page=page) for page in (1, 3)] == [[], []], "seven days of 1970"
    assert [await ids(before, algoId=algo_ids.shown(1), page=page) for page in (1, 3)] == [[1, 2], [5]]
    assert [await ids(after, page=page) for page in (1, 2, 3)] == [[4, 5]] * 3


@pytest.mark.semantics("5.6.1")
@proves("partial_amendments", APRIL_2026, JUNE_2026)
async def test_an_amendment_of_coin_m_might_leave_out_what_stays(before: Profile, after: Profile) -> None:
    change = {"symbol": "BTCUSD_PERP", "side": "BUY", "orderId": 1}
    old, new = Caller(profile=before), Caller(profile=after)
    await old.coin_order(quantity="3")
    await new.coin_order(quantity="3")

    async def amended(caller: Caller, **params: Any) -> Any:
        reply = await caller.signed("PUT", "/dapi/v1/order", **change, **params)
        return reply.code or (reply.json["price"], reply.json["origQty"])

    assert await amended(old, price="58000") == ("58000.0", "3")
    assert await amended(old, quantity="2") == ("58000.0", "2")
    assert await amended(old) == -1102
    assert await amended(old, quantity="2") == -4197, "nothing changes"
    batch = '[{"symbol":"BTCUSD_PERP","side":"BUY","orderId":1,"price":"57000"}]'
    (row,) = (await old.signed("PUT", "/dapi/v1/batchOrders", batchOrders=batch)).json
    assert (row["price"], row["origQty"]) == ("57000.0", "2")
    assert await amended(new, price="58000") == -1102
    assert await amended(new, quantity="2") == -1102
    assert await amended(new, price="58000", quantity="2") == ("58000.0", "2")
    unknown = {**change, "orderId": 9, "quantity": "1"}
    assert (await old.signed("PUT", "/dapi/v1/order", **unknown)).code == -2013
    usds = {"symbol": "BTCUSDT", "side": "BUY", "orderId": 1, "quantity": "0.02"}
    await old.order()
    assert (await old.signed("PUT", "/fapi/v1/order", **usds)).code == -1102, "USDⓈ-M always wanted both"


@pytest.mark.semantics("5.6.7")
@proves("modify_ids", APRIL_2026, JUNE_2026)
async def test_a_modify_id_is_told_since_it_exists(before: Profile, after: Profile) -> None:
    change = {"symbol": "BTCUSDT", "side": "BUY", "orderId": 1, "quantity": "0.02", "price": "59000"}
    for profile, modify_id in ((before, None), (after, 7)):
        caller = Caller(profile=profile)
        await caller.order()
        reply = await caller.signed("PUT", "/fapi/v1/order", **change, modifyId=7)
        assert reply.json.get("modifyId") == modify_id
        (row,) = (await caller.signed("GET", "/fapi/v1/orderAmendment", symbol="BTCUSDT")).json
        assert row["amendment"].get("modifyId") == modify_id


@pytest.mark.semantics("5.6.7")
@proves("amends_reduce_only", APRIL_2026, JUNE_2026)
async def test_reduce_only_of_an_amendment_was_ignored_before(before: Profile, after: Profile) -> None:
    change = {"symbol": "BTCUSDT", "side": "BUY", "orderId": 1, "quantity": "0.02", "price": "59000"}
    for profile, code in ((before, None), (after, -5047)):
        caller = Caller(profile=profile)
        await caller.order()
        reply = await caller.signed("PUT", "/fapi/v1/order", **change, reduceOnly="true")
        assert reply.code == code


# --- what answers tell


@pytest.mark.semantics("5.2.4")
@proves("writes_tell_value", APRIL_2026, JUNE_2026)
async def test_what_answers_to_orders_tell_of_their_fills(before: Profile, after: Profile) -> None:
    """freqtrade and the SDKs before 14.0.0 read avgPrice and cumQuote of the answer to a market order."""
    gone = {"avgPrice", "cumQuote", "cumBase"}
    market = {"type": "MARKET", "timeInForce": None, "price": None, "newOrderRespType": "RESULT"}
    amend = {"side": "BUY", "orderId": 2}

    async def told(profile: Profile) -> list[set[str]]:
        caller = Caller(profile=profile)
        caller.depth()
        caller.coin_depth()
        rows = [
            await caller.order(**market),
            await caller.order(),
            await caller.signed(
                "PUT", "/fapi/v1/order", symbol="BTCUSDT", quantity="0.02", price="58000", **amend
            ),
            await caller.signed("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=2),
            await caller.coin_order(**market),
            await caller.signed(
                "POST",
                "/fapi/v1/order/test",
                symbol="BTCUSDT",
                side="BUY",
                type="MARKET",
                quantity="0.01",
            ),
        ]
        assert all(row.status == 200 for row in rows), [row.json for row in rows]
        assert rows[0].json["executedQty"] == rows[0].json["cumQty"] == "0.010"
        return [gone & set(row.json) for row in rows]

    usds, coin = {"avgPrice", "cumQuote"}, {"avgPrice", "cumBase"}
    assert await told(before) == [usds, usds, gone, usds, coin, usds]
    assert await told(after) == [set()] * 6
    reply = await WsCaller(Caller(profile=after)).signed(
        "order.place",
        symbol="BTCUSDT",
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="1",
        price="59000",
    )
    assert gone.isdisjoint(reply["result"])


async def test_queries_tell_the_average_price_in_every_profile() -> None:
    """It left the answers to orders only: a bot of the latest exchange asks for it."""
    for profile in PROFILES.values():
        caller = Caller(profile=profile)
        caller.depth()
        await caller.order(type="MARKET", timeInForce=None, price=None)
        row = (await caller.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=1)).json
        assert (row["avgPrice"], row["cumQuote"], row["executedQty"]) == ("60000.00000", "600.00000", "0.010")


@pytest.mark.semantics("5.2.5")
@proves("queries_tell_both", APRIL_2026, JUNE_2026)
async def test_queries_tell_values_in_both_assets_since_august(before: Profile, after: Profile) -> None:
    async def told(profile: Profile) -> list[dict[str, Any]]:
        caller = Caller(profile=profile)
        caller.depth()
        caller.coin_depth()
        market = {"type": "MARKET", "timeInForce": None, "price": None}
        await caller.order(**market, quantity="1.6")
        await caller.coin_order(**market)
        rows = []
        for prefix, symbol in (("/fapi", "BTCUSDT"), ("/dapi", "BTCUSD_PERP")):
            for call in ("allOrders", "userTrades"):
                (row,) = (await caller.signed("GET", f"{prefix}/v1/{call}", symbol=symbol)).json[-1:]
                rows.append(row)
        return rows

    watched = {"cumQuote", "cumBase", "quoteQty", "baseQty", "pair", "marginAsset"}
    assert [watched & set(row) for row in await told(before)] == [
        {"cumQuote"},
        {"quoteQty"},
        {"cumBase", "pair"},
        {"baseQty", "pair", "marginAsset"},
    ]
    both = {"quoteQty", "baseQty", "pair", "marginAsset"}
    assert [watched & set(row) for row in await told(after)] == [
        {"cumQuote", "cumBase", "pair"},
        both,
        {"cumQuote", "cumBase", "pair"},
        both,
    ]


@pytest.mark.semantics("5.2.5")
async def test_force_orders_tell_their_value_in_both_assets_since_august() -> None:
    async def told(profile: Profile) -> set[str]:
        caller = Caller(profile=profile)
        caller.apply(HouseDepth(BTC, [], [], [PRICE], [10_000]))
        await caller.order(quantity="10", price="60000")
        caller.apply(Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", 10_000_000 * UNIT))
        caller.now_ms += 1_000
        caller.apply(PinMarkPrice(BTC, 50_000 * UNIT))
        rows = (await caller.signed("GET", "/fapi/v1/forceOrders")).json
        return {"cumQuote", "cumBase", "pair"} & set(rows[0])

    assert await told(APRIL_2026) == {"cumQuote"}
    assert await told(JUNE_2026) == {"cumQuote", "cumBase", "pair"}


@pytest.mark.semantics("3.5.3")
@proves("rate_types", APRIL_2026, JUNE_2026)
async def test_a_funding_rate_has_a_type_since_july(before: Profile, after: Profile) -> None:
    for profile, has_type in ((before, False), (after, True)):
        caller = Caller(profile=profile)
        caller.now_ms = (START_MS // (DAY_MS // 3) + 1) * (DAY_MS // 3)
        caller.apply(Advance())
        (row,) = (await caller.public("/fapi/v1/fundingRate", symbol="BTCUSDT")).json
        assert ("rateType" in row) is has_type
        assert "markPrice" in row
        (row,) = (await caller.public("/dapi/v1/fundingRate", symbol="BTCUSD_PERP")).json
        assert set(row) == {"symbol", "fundingTime", "fundingRate"}


@proves("hidden_quantities", DECEMBER_2025, APRIL_2026)
async def test_an_aggregate_trade_has_nq_since_the_end_of_2025(before: Profile, after: Profile) -> None:
    for profile, has_nq in ((before, False), (after, True)):
        caller = Caller(profile=profile)
        caller.apply(HouseTrade(BTC, w.BUY, PRICE, 10))
        caller.apply(HouseTrade(COIN, w.BUY, PRICE, 10))
        (row,) = (await caller.public("/fapi/v1/aggTrades", symbol="BTCUSDT")).json
        assert ("nq" in row) is has_nq
        (row,) = (await caller.public("/dapi/v1/aggTrades", symbol="BTCUSD_PERP")).json
        assert "nq" not in row


@pytest.mark.semantics("5.9.4")
@proves("algo_filter", DECEMBER_2025, APRIL_2026)
async def test_the_filter_of_algo_orders_left_usds_m_and_stayed_in_coin_m(
    before: Profile, after: Profile
) -> None:
    async def filters(profile: Profile, prefix: str) -> set[str]:
        info = (await Caller(profile=profile).public(f"{prefix}/v1/exchangeInfo")).json
        rows = info["symbols"][0]["filters"]
        assert rows[0]["filterType"] == "PRICE_FILTER"
        return {row["filterType"] for row in rows}

    name = "MAX_NUM_ALGO_ORDERS"
    assert name in await filters(before, "/fapi")
    assert name not in await filters(after, "/fapi")
    assert name in await filters(before, "/dapi") & await filters(after, "/dapi")


@pytest.mark.semantics("5.9.4", "5.10 algo orders")
@proves("algo_filter", DECEMBER_2025, APRIL_2026)
async def test_with_the_filter_ten_orders_of_a_symbol_wait_and_no_more(
    before: Profile, after: Profile
) -> None:
    rows = (await Caller(profile=before).public("/fapi/v1/exchangeInfo")).json["symbols"][0]["filters"]
    (shown,) = (row["limit"] for row in rows if row["filterType"] == "MAX_NUM_ALGO_ORDERS")
    assert shown == 10, "what is counted is what is shown"
    for profile, code in ((before, -4045), (after, None)):
        caller = Caller(profile=profile)
        for _order in range(shown):
            assert (await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO)).status == 200
        assert (await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO)).code == code
        elsewhere = {**ALGO, "symbol": "ETHUSDT", "triggerPrice": "3100", "quantity": "1"}
        assert (await caller.signed("POST", "/fapi/v1/algoOrder", **elsewhere)).status == 200
        for _order in range(11):
            reply = await caller.coin_order(**STOP)
        assert reply.status == 200, "the filter of COIN-M is a term of the contract"


async def test_the_filter_counts_ordinary_orders_that_wait_and_those_of_a_batch() -> None:
    caller = Caller(profile=NOVEMBER_2025)
    stop = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "STOP_MARKET",
        "quantity": "0.01",
        "stopPrice": "61000",
    }
    for _order in range(8):
        assert (await caller.order(**STOP)).status == 200
    rows = (await caller.signed("POST", "/fapi/v1/batchOrders", batchOrders=json.dumps([stop] * 4))).json
    assert [row.get("code") for row in rows] == [None, None, -4045, -4045]
    assert (await caller.signed("POST", "/fapi/v1/order/test", **stop)).code == -4045
    assert (await caller.order()).status == 200, "an order that does not wait"
    await caller.signed("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
    assert (await caller.order(**STOP)).status == 200


# --- what can be asked, and how far back


@proves("orders_of_all_symbols", APRIL_2026, JUNE_2026)
async def test_all_orders_wanted_a_symbol_until_august(before: Profile, after: Profile) -> None:
    for profile, code in ((before, -1102), (after, None)):
        caller = Caller(profile=profile)
        await caller.order()
        reply = await caller.signed("GET", "/fapi/v1/allOrders")
        assert reply.code == code
        assert len((await caller.signed("GET", "/fapi/v1/allOrders", symbol="BTCUSDT")).json) == 1
        assert (await caller.signed("GET", "/dapi/v1/allOrders")).json == [], "COIN-M never did"


@proves("income_pages", APRIL_2026, JUNE_2026)
async def test_income_had_pages_until_october(before: Profile, after: Profile) -> None:
    for profile, amounts in ((before, ["2.00000000"]), (after, ["3.00000000"])):
        caller = Caller(profile=profile)
        for amount in (2, 3):
            caller.apply(Transfer(1, w.USDS_M, "USDT", amount * UNIT))
        rows = (await caller.signed("GET", "/fapi/v1/income", limit=1, page=2)).json
        assert [row["income"] for row in rows] == amounts


@pytest.mark.semantics("4.6.1")
@proves("special_funding", APRIL_2026, JUNE_2026)
async def test_a_type_of_income_is_unknown_before_there_is_any(before: Profile, after: Profile) -> None:
    for profile, code in ((before, -1130), (after, None)):
        caller = Caller(profile=profile)
        reply = await caller.signed("GET", "/fapi/v1/income", incomeType="SPECIAL_FUNDING_FEE")
        assert reply.code == code
        assert (await caller.signed("GET", "/fapi/v1/income", incomeType="TRANSFER")).status == 200


@proves("second_candles", DECEMBER_2025, APRIL_2026)
async def test_continuous_candles_of_a_second_came_in_spring(before: Profile, after: Profile) -> None:
    for profile, code in ((before, -1120), (after, None)):
        caller = Caller(profile=profile)
        asked = {"pair": "BTCUSDT", "contractType": "PERPETUAL"}
        assert (await caller.public("/fapi/v1/continuousKlines", **asked, interval="1s")).code == code
        assert (await caller.public("/fapi/v1/continuousKlines", **asked, interval="1m")).status == 200


@proves("tradfi", DECEMBER_2025, APRIL_2026)
def test_calls_of_traditional_markets_came_two_days_after_the_algo_service(
    before: Profile, after: Profile
) -> None:
    for path in ("/fapi/v1/tradingSchedule", "/fapi/v1/stock/contract"):
        route = Route("GET", path, NONE, 5, ping)
        assert [is_route_there(route, profile) for profile in (before, after)] == [False, True]
    stream = StreamSpec("tradingSession", "")
    assert [is_there(stream, profile) for profile in (before, after)] == [False, True]


@proves("fills_kept_days", APRIL_2026, JUNE_2026)
async def test_fills_were_told_for_half_a_year_and_now_for_three_months(
    before: Profile, after: Profile
) -> None:
    for profile, days in ((before, 183), (after, 90)):
        caller = Caller(profile=profile)
        caller.depth()
        await caller.order(type="MARKET", timeInForce=None, price=None)
        for past, count in ((days * DAY_MS, 1), (days * DAY_MS + 1, 0)):
            caller.now_ms = START_MS + past
            rows = await caller.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", startTime=START_MS)
            assert len(rows.json) == count, (profile.name, past)


@proves("trades_kept_days", DECEMBER_2025, APRIL_2026)
async def test_historical_trades_are_those_of_a_month(before: Profile, after: Profile) -> None:
    month_ms = 30 * DAY_MS
    for profile, from_first, newest in ((before, [1, 2], [1, 2]), (after, [2], [2])):
        caller = Caller(profile=profile)
        caller.apply(HouseTrade(BTC, w.BUY, PRICE, 10))
        caller.now_ms += 1
        caller.apply(HouseTrade(BTC, w.BUY, PRICE, 10))
        caller.now_ms += month_ms

        async def ids(asked: Caller = caller, **params: Any) -> list[int]:
            sent = "&".join(f"{name}={value}" for name, value in {"symbol": "BTCUSDT", **params}.items())
            rows = await asked.raw("GET", "/fapi/v1/historicalTrades", sent.encode())
            return [row["id"] for row in rows.json]

        assert await ids(fromId=1) == from_first
        assert await ids() == newest
        assert await ids(fromId=1, limit=1) == from_first[:1]


@proves("aggregates_kept_hours", APRIL_2026, JUNE_2026)
async def test_aggregate_trades_are_those_of_two_days(before: Profile, after: Profile) -> None:
    for profile, kept_ms in ((before, 365 * DAY_MS), (after, 2 * DAY_MS)):
        caller = Caller(profile=profile)
        caller.apply(HouseTrade(BTC, w.BUY, PRICE, 10))
        for past, count in ((kept_ms, 1), (kept_ms + 1, 0)):
            caller.now_ms = START_MS + past
            for params in ({}, {"fromId": 1}, {"startTime": START_MS}):
                rows = (await caller.public("/fapi/v1/aggTrades", symbol="BTCUSDT", **params)).json
                assert len(rows) == count, (profile.name, past, params)


# --- limits


@proves("one_pool", APRIL_2026, JUNE_2026)
async def test_the_products_counted_weight_and_orders_by_themselves_until_the_integration(
    before: Profile, after: Profile
) -> None:
    """A bot that trades on both had twice as much: 2 × 2400, as nautilus_trader still counted in 2025."""
    old, new = Caller(profile=before), Caller(profile=after)
    for caller, coin_weight, coin_orders in ((old, "1", "1"), (new, "3", "3")):
        for _ in range(2):
            await caller.order()
            assert (await caller.public("/fapi/v1/time")).status == 200
        assert (await caller.public("/dapi/v1/time")).headers["x-mbx-used-weight-1m"] == coin_weight
        reply = await caller.coin_order()
        assert reply.headers["x-mbx-order-count-1m"] == coin_orders
        assert ("x-mbx-order-count-10s" in reply.headers) is (caller is new)
        info = (await caller.public("/dapi/v1/exchangeInfo")).json
        intervals = [(row["rateLimitType"], row["interval"]) for row in info["rateLimits"]]
        assert (("ORDERS", "SECOND") in intervals) is (caller is new)


async def test_coin_m_had_no_limit_of_ten_seconds_but_one_of_a_minute() -> None:
    old, new = Caller(profile=APRIL_2026), Caller(profile=JUNE_2026)
    for caller, codes in ((old, {-1015: 1}), (new, {-1015: 900})):
        limits = caller.dialect.gate.limits[w.COIN_M].orders
        found: dict[int, int] = {}
        for _ in range(1_201):
            _counts, refusal = limits.charge(1, 1, 1, caller.now_ms)
            if refusal is not None:
                found[refusal.code] = found.get(refusal.code, 0) + 1
        assert found == {code: count + (caller is new) for code, count in codes.items()}
    ws = WsCaller(Caller(profile=APRIL_2026), "/ws-dapi/v1")
    reply = await ws.signed("order.cancel", symbol="BTCUSD_PERP", orderId=1)
    assert [row["rateLimitType"] for row in reply["rateLimits"]] == ["REQUEST_WEIGHT"]
    reply = await ws.signed(
        "order.place",
        symbol="BTCUSD_PERP",
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="1",
        price="59000",
    )
    assert [(row["rateLimitType"], row["interval"]) for row in reply["rateLimits"]] == [
        ("ORDERS", "MINUTE"),
        ("REQUEST_WEIGHT", "MINUTE"),
    ]


async def test_a_ban_from_one_product_spared_the_other() -> None:
    old = Caller(profile=APRIL_2026)
    for _ in range(62):
        reply = await old.public("/fapi/v1/ticker/24hr")
    for _ in range(11):
        reply = await old.public("/fapi/v1/ticker/24hr")
    assert reply.status == 418
    assert (await old.public("/dapi/v1/time")).status == 200
    assert (await old.public("/dapi/v1/nothing")).status == 404
    assert (await old.public("/fapi/v1/nothing")).status == 418


@proves("historical_trades_weight", APRIL_2026, JUNE_2026)
async def test_historical_trades_weigh_ten_times_as_much_since_july(before: Profile, after: Profile) -> None:
    for profile, weight in ((before, "20"), (after, "200")):
        reply = await Caller(profile=profile).raw("GET", "/fapi/v1/historicalTrades", b"symbol=BTCUSDT")
        assert reply.headers["x-mbx-used-weight-1m"] == weight


@proves("former_coin_weights", APRIL_2026, JUNE_2026)
async def test_lists_of_coin_m_weigh_otherwise_since_the_integration(before: Profile, after: Profile) -> None:
    calls = [
        ("/dapi/v1/allOrders", {"symbol": "BTCUSD_PERP"}),
        ("/dapi/v1/allOrders", {"pair": "BTCUSD"}),
        ("/dapi/v1/userTrades", {"symbol": "BTCUSD_PERP"}),
        ("/dapi/v1/userTrades", {"pair": "BTCUSD"}),
        ("/dapi/v1/forceOrders", {}),
        ("/dapi/v2/leverageBracket", {}),
    ]

    async def weights(profile: Profile) -> list[int]:
        found = []
        for path, params in calls:
            reply = await Caller(profile=profile).signed("GET", path, **params)
            assert reply.status == 200
            found.append(int(reply.headers["x-mbx-used-weight-1m"]))
        return found

    assert await weights(before) == [20, 40, 20, 40, 20, 1]
    assert await weights(after) == [5, 5, 5, 5, 50, 2]


# --- accounts

DUAL = "/v1/positionSide/dual"


async def modes(caller: Caller) -> list[bool]:
    """Whether the account is in hedge mode, as USDⓈ-M and COIN-M tell."""
    return [
        (await caller.signed("GET", prefix + DUAL)).json["dualSidePosition"] for prefix in ("/fapi", "/dapi")
    ]


async def change(caller: Caller, prefix: str, is_hedged: bool) -> int | None:
    reply = await caller.signed("POST", prefix + DUAL, dualSidePosition=str(is_hedged).lower())
    return None if reply.status == 200 else reply.code


@pytest.mark.semantics("1.7.6")
@proves("position_mode", DECEMBER_2025, APRIL_2026)
async def test_coin_m_must_follow_the_position_mode_of_usds_m_since_april(
    before: Profile, after: Profile
) -> None:
    old, new = Caller(profile=before), Caller(profile=after)
    assert await change(old, "/dapi", True) is None
    assert await modes(old) == [False, True]
    assert await change(new, "/dapi", True) == -4220
    assert await change(new, "/fapi", True) is None
    assert await modes(new) == [True, False]
    assert await change(new, "/dapi", False) == -4220
    assert await change(new, "/dapi", True) is None
    assert await modes(new) == [True, True]
    assert await change(new, "/dapi", True) == -4059


@pytest.mark.semantics("1.7.6")
@proves("position_mode", APRIL_2026, JUNE_2026)
async def test_both_products_share_one_position_mode_since_the_integration(
    before: Profile, after: Profile
) -> None:
    caller = Caller(profile=before)
    await change(caller, "/fapi", True)
    assert await modes(caller) == [True, False]
    caller = Caller(profile=after)
    assert await change(caller, "/dapi", True) is None
    assert await modes(caller) == [True, True]
    assert await change(caller, "/fapi", True) == -4059
    assert await change(caller, "/fapi", False) is None
    assert await modes(caller) == [False, False]
    await caller.coin_order()
    assert await change(caller, "/fapi", True) == -4531, "COIN-M is in the way"
    assert await change(caller, "/dapi", True) == -4531
    assert await modes(caller) == [False, False]
    await caller.signed("DELETE", "/dapi/v1/allOpenOrders", symbol="BTCUSD_PERP")
    await caller.order()
    assert await change(caller, "/dapi", True) == -4067
    assert await modes(caller) == [False, False]


async def test_where_a_journal_left_two_position_modes_each_product_tells_its_own_until_one_is_set() -> None:
    caller = Caller(profile=JUNE_2026)
    caller.apply(SetPositionMode(1, w.USDS_M, True))
    assert await modes(caller) == [True, False]
    assert await change(caller, "/dapi", True) is None, "COIN-M was left behind"
    assert await modes(caller) == [True, True]
    assert await change(caller, "/dapi", True) == -4059
