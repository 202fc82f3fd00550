"""The table of routes against the exchange's own list: weights, security, fields, the generated pages."""

import json
from pathlib import Path
from typing import Any

import pytest

from perpit.binance import coverage, security
from perpit.binance.coverage import page
from perpit.binance.openapi import document
from perpit.binance.profiles import UNION
from perpit.binance.route import Route
from perpit.binance.routes import ROUTES, by_target
from perpit.binance.wire_facts import Fact, fact, facts, facts_of
from perpit.domain.commands import Advance, HouseDepth, ListAsset, ListInstrument, SetAssetIndex
from perpit.domain.numbers import UNIT
from tests.binance.caller import Caller
from tests.instruments import btcusd_perp, btcusdt

# Of a path that both products share, COIN-M's entry leaves the parameters out.
WEIGHED = {(entry.method, entry.path): entry for entry in reversed(facts())}
LISTED = [route for route in ROUTES if (route.method, route.path) in WEIGHED]
COIN_M_FACTS = {(entry.method, entry.path): entry for entry in facts_of("COIN-M")}


def published_of(route: Route) -> Fact:
    """What is published of a call: of a path that both products share, of the row's own product."""
    table = COIN_M_FACTS if route.only_with else WEIGHED
    return table[route.method, route.path]


# Published as calls that need a key; the exchange answers without one.
KEYLESS = {"/futures/data/topLongShortAccountRatio", "/futures/data/topLongShortPositionRatio"}

# Fields that the exchange shows only in cases that this release does not have.
CONDITIONAL = {
    "activatePrice",  # trailing stops
    "priceRate",
    "notionalCoef",  # scaled accounts (semantics 1.1.4)
    "code",  # one element of a batch is an order or an error
    "msg",
}


def weight_of(fact_weight: Any, sent: dict[str, str]) -> int:
    """The published weight for some parameters."""
    if isinstance(fact_weight, int):
        return fact_weight
    if isinstance(fact_weight, dict):
        return fact_weight["weight"]
    for row in fact_weight:
        if "when" in row:
            if row["when"] == ("symbol present" if "symbol" in sent else "symbol omitted"):
                return row["weight"]
            continue
        limit = int(sent.get("limit", 500))
        low, high = row.get("gte", row.get("gt", 0) + 1), row.get("lte", row.get("lt", 10**9) - 1)
        if limit in row.get("in", ()) or ("in" not in row and low <= limit <= high):
            return row["weight"]
    raise AssertionError((fact_weight, sent))


@pytest.mark.parametrize("route", LISTED, ids=lambda route: route.target)
@pytest.mark.semantics("5.6.9", "5.9.10")
def test_security_weight_and_order_count_are_the_published_ones(route: Any) -> None:
    entry = published_of(route)
    assert route.security == (security.NONE if route.path in KEYLESS else entry.security)
    limits = ["5", "20", "50", "100", "500", "1000"] + (
        [] if "depth" in route.path else ["1500", "1", "99", "499"]
    )
    for sent in ({}, {"symbol": "BTCUSDT"}, *({"symbol": "BTCUSDT", "limit": limit} for limit in limits)):
        weight = route.weight if isinstance(route.weight, int) else route.weight(sent)
        assert weight == weight_of(entry.weight, sent), sent
    if (
        entry.order_count
    ):  # COIN-M lists the minute only, but shares the counts of ten seconds (semantics 6.6.2)
        assert route.orders == (entry.order_count.get("10S", route.orders[0]), entry.order_count["1M"])


@pytest.mark.parametrize("route", LISTED, ids=lambda route: route.target)
def test_every_mandatory_parameter_is_published_as_such(route: Any) -> None:
    entry = published_of(route)
    published = {name.rstrip("?"): not name.endswith("?") for name in entry.params}
    for param in route.params:
        if param.required:
            assert published[param.name], param.name
    ours = {param.name: param.required for param in route.params}
    for name, required in published.items():
        if required:  # a price may be replaced by priceMatch
            assert ours[name] or name == "price", name


def test_no_method_and_path_stands_twice() -> None:
    assert len(by_target(ROUTES)) == len(ROUTES)


def flat(value: Any) -> set[str]:
    """Names of fields, with the path to them."""
    if isinstance(value, dict):
        if "tuple" in value:
            return set()
        names = {str(name) for name in value}
        return names.union(*(flat(inner) for inner in value.values())) if value else names
    if isinstance(value, list):
        return set().union(*(flat(inner) for inner in value)) if value else set()
    return set()


ALGO = {
    "algoType": "CONDITIONAL",
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "STOP_MARKET",
    "quantity": "0.01",
    "triggerPrice": "61000",
}
NULLABLE = {"icebergQuantity"}  # published as a string, null in the documents' examples
ANSWERED: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/fapi/v1/ping", {}),
    ("GET", "/fapi/v1/time", {}),
    ("GET", "/fapi/v1/exchangeInfo", {}),
    ("GET", "/fapi/v1/depth", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/trades", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/historicalTrades", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/aggTrades", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/klines", {"symbol": "BTCUSDT", "interval": "1m"}),
    (
        "GET",
        "/fapi/v1/continuousKlines",
        {"pair": "BTCUSDT", "contractType": "PERPETUAL", "interval": "1m"},
    ),
    ("GET", "/fapi/v1/indexPriceKlines", {"pair": "BTCUSDT", "interval": "1m"}),
    ("GET", "/fapi/v1/markPriceKlines", {"symbol": "BTCUSDT", "interval": "1m"}),
    ("GET", "/fapi/v1/premiumIndexKlines", {"symbol": "BTCUSDT", "interval": "1m"}),
    ("GET", "/fapi/v1/premiumIndex", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/premiumIndex", {}),
    ("GET", "/fapi/v1/ticker/price", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v2/ticker/price", {}),
    ("GET", "/fapi/v1/ticker/bookTicker", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/ticker/24hr", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/leverageBracket", {}),
    ("GET", "/fapi/v1/order", {"symbol": "BTCUSDT", "orderId": 1}),
    ("GET", "/fapi/v1/openOrder", {"symbol": "BTCUSDT", "orderId": 1}),
    ("GET", "/fapi/v1/openOrders", {}),
    ("GET", "/fapi/v1/allOrders", {}),
    ("GET", "/fapi/v1/userTrades", {"symbol": "BTCUSDT"}),
    ("POST", "/fapi/v1/order", {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}),
    (
        "POST",
        "/fapi/v1/order/test",
        {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"},
    ),
    (
        "PUT",
        "/fapi/v1/order",
        {"symbol": "BTCUSDT", "side": "BUY", "orderId": 1, "quantity": "0.02", "price": "59001"},
    ),
    ("DELETE", "/fapi/v1/order", {"symbol": "BTCUSDT", "orderId": 1}),
    ("DELETE", "/fapi/v1/allOpenOrders", {"symbol": "BTCUSDT"}),
    ("DELETE", "/fapi/v1/batchOrders", {"symbol": "BTCUSDT", "orderIdList": "[1]"}),
    (
        "POST",
        "/fapi/v1/batchOrders",
        {"batchOrders": '[{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.01"}]'},
    ),
    (
        "PUT",
        "/fapi/v1/batchOrders",
        {"batchOrders": '[{"symbol":"BTCUSDT","side":"BUY","orderId":1,"quantity":"0.02","price":"59001"}]'},
    ),
    ("POST", "/fapi/v1/algoOrder", {**ALGO, "clientAlgoId": "another"}),
    ("GET", "/fapi/v1/algoOrder", {"algoId": 2_000_000_000_000_001}),
    ("GET", "/fapi/v1/openAlgoOrders", {}),
    ("GET", "/fapi/v1/allAlgoOrders", {"symbol": "BTCUSDT"}),
    ("DELETE", "/fapi/v1/algoOrder", {"clientAlgoId": "waiting"}),
    ("DELETE", "/fapi/v1/algoOpenOrders", {"symbol": "BTCUSDT"}),
    ("POST", "/fapi/v1/countdownCancelAll", {"symbol": "BTCUSDT", "countdownTime": 100000}),
    ("POST", "/fapi/v1/leverage", {"symbol": "BTCUSDT", "leverage": 10}),
    ("GET", "/fapi/v2/balance", {}),
    ("GET", "/fapi/v3/balance", {}),
    ("GET", "/fapi/v2/account", {}),
    ("GET", "/fapi/v3/account", {}),
    ("GET", "/fapi/v2/positionRisk", {}),
    ("GET", "/fapi/v3/positionRisk", {}),
    ("GET", "/fapi/v1/accountConfig", {}),
    ("GET", "/fapi/v1/symbolConfig", {}),
    ("GET", "/fapi/v1/commissionRate", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/positionSide/dual", {}),
    ("GET", "/fapi/v1/multiAssetsMargin", {}),
    ("GET", "/fapi/v1/feeBurn", {}),
    ("POST", "/fapi/v1/feeBurn", {"feeBurn": "true"}),
    ("GET", "/fapi/v1/assetIndex", {}),
    ("GET", "/fapi/v1/rateLimit/order", {}),
    ("GET", "/fapi/v1/income", {}),
    ("GET", "/fapi/v1/orderAmendment", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/positionMargin/history", {"symbol": "ETHUSDT"}),
    ("GET", "/fapi/v1/fundingRate", {}),
    ("GET", "/fapi/v1/fundingInfo", {}),
    ("POST", "/fapi/v1/listenKey", {}),
    ("GET", "/fapi/v1/symbolAdlRisk", {}),
    ("GET", "/fapi/v1/symbolAdlRisk", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/insuranceBalance", {}),
    ("GET", "/fapi/v1/insuranceBalance", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/openInterest", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/apiTradingStatus", {}),
    ("GET", "/fapi/v1/constituents", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/rpiDepth", {"symbol": "BTCUSDT"}),
    ("GET", "/fapi/v1/tradingSchedule", {}),
    ("GET", "/fapi/v1/stock/contract", {}),
    ("POST", "/fapi/v1/stock/contract", {}),
    ("GET", "/dapi/v1/constituents", {"symbol": "BTCUSD"}),
]
PERP = {"symbol": "BTCUSD_PERP"}
COIN_ALGO = {**ALGO, **PERP, "quantity": "1"}
MARKET_BUY = {**PERP, "side": "BUY", "type": "MARKET", "quantity": "1"}
AMENDMENT = {**PERP, "side": "BUY", "orderId": 3, "quantity": "2", "price": "59001"}
ANSWERED += [
    ("GET", "/dapi/v1/ping", {}),
    ("GET", "/dapi/v1/time", {}),
    ("GET", "/dapi/v1/exchangeInfo", {}),
    ("GET", "/dapi/v1/depth", PERP),
    ("GET", "/dapi/v1/trades", PERP),
    ("GET", "/dapi/v1/historicalTrades", PERP),
    ("GET", "/dapi/v1/aggTrades", PERP),
    ("GET", "/dapi/v1/klines", {**PERP, "interval": "1m"}),
    (
        "GET",
        "/dapi/v1/continuousKlines",
        {"pair": "BTCUSD", "contractType": "PERPETUAL", "interval": "1m"},
    ),
    ("GET", "/dapi/v1/indexPriceKlines", {"pair": "BTCUSD", "interval": "1m"}),
    ("GET", "/dapi/v1/markPriceKlines", {**PERP, "interval": "1m"}),
    ("GET", "/dapi/v1/premiumIndexKlines", {**PERP, "interval": "1m"}),
    ("GET", "/dapi/v1/premiumIndex", PERP),
    ("GET", "/dapi/v1/premiumIndex", {"pair": "BTCUSD"}),
    ("GET", "/dapi/v1/ticker/price", PERP),
    ("GET", "/dapi/v1/ticker/bookTicker", {"pair": "BTCUSD"}),
    ("GET", "/dapi/v1/ticker/24hr", {}),
    ("GET", "/dapi/v1/leverageBracket", {"pair": "BTCUSD"}),
    ("GET", "/dapi/v2/leverageBracket", PERP),
    ("GET", "/dapi/v1/order", {**PERP, "orderId": 3}),
    ("GET", "/dapi/v1/openOrder", {**PERP, "orderId": 3}),
    ("GET", "/dapi/v1/openOrders", {"pair": "BTCUSD"}),
    ("GET", "/dapi/v1/allOrders", {}),
    ("GET", "/dapi/v1/userTrades", {"pair": "BTCUSD"}),
    ("POST", "/dapi/v1/order", MARKET_BUY),
    ("PUT", "/dapi/v1/order", AMENDMENT),
    ("DELETE", "/dapi/v1/order", {**PERP, "orderId": 3}),
    ("DELETE", "/dapi/v1/allOpenOrders", PERP),
    ("DELETE", "/dapi/v1/batchOrders", {**PERP, "orderIdList": "[3]"}),
    ("POST", "/dapi/v1/batchOrders", {"batchOrders": json.dumps([MARKET_BUY])}),
    ("PUT", "/dapi/v1/batchOrders", {"batchOrders": json.dumps([AMENDMENT])}),
    ("POST", "/dapi/v1/algoOrder", {**COIN_ALGO, "clientAlgoId": "another"}),
    ("GET", "/dapi/v1/algoOrder", {"clientAlgoId": "coin-waiting"}),
    ("GET", "/dapi/v1/openAlgoOrders", {}),
    ("GET", "/dapi/v1/allAlgoOrders", PERP),
    ("DELETE", "/dapi/v1/algoOrder", {"clientAlgoId": "coin-waiting"}),
    ("DELETE", "/dapi/v1/algoOpenOrders", PERP),
    ("POST", "/dapi/v1/countdownCancelAll", {**PERP, "countdownTime": 100000}),
    ("POST", "/dapi/v1/leverage", {**PERP, "leverage": 10}),
    ("GET", "/dapi/v1/balance", {}),
    ("GET", "/dapi/v1/account", {}),
    ("GET", "/dapi/v1/positionRisk", {}),
    ("GET", "/dapi/v1/positionRisk", {"marginAsset": "BTC", "pair": "BTCUSD"}),
    ("GET", "/dapi/v1/commissionRate", PERP),
    ("GET", "/dapi/v1/positionSide/dual", {}),
    ("POST", "/dapi/v1/listenKey", {}),
    ("GET", "/dapi/v1/income", {}),
    ("GET", "/dapi/v1/orderAmendment", PERP),
    ("GET", "/dapi/v1/positionMargin/history", PERP),
    ("GET", "/dapi/v1/fundingRate", PERP),
    ("GET", "/dapi/v1/fundingInfo", {}),
    ("GET", "/dapi/v1/openInterest", PERP),
]
FIVE = {"symbol": "BTCUSDT", "period": "5m"}
COIN_FIVE = {"pair": "BTCUSD", "period": "5m", "contractType": "PERPETUAL"}
ANSWERED += [
    *(
        ("GET", f"/futures/data/{name}", params)
        for name in (
            "openInterestHist",
            "topLongShortPositionRatio",
            "topLongShortAccountRatio",
            "globalLongShortAccountRatio",
        )
        for params in (FIVE, COIN_FIVE)
    ),
    ("GET", "/futures/data/takerlongshortRatio", FIVE),
    ("GET", "/futures/data/takerBuySellVol", COIN_FIVE),
    ("GET", "/futures/data/basis", COIN_FIVE),
    ("GET", "/futures/data/basis", {**COIN_FIVE, "pair": "BTCUSDT"}),
]


@pytest.mark.parametrize(("method", "path", "params"), ANSWERED)
async def test_an_answer_has_every_published_field(method: str, path: str, params: dict[str, Any]) -> None:
    caller = Caller()
    caller.apply(ListAsset("USDT", 100, 100, 100, 100, 0, -1))
    caller.apply(SetAssetIndex("USDT", UNIT))
    caller.depth()
    await caller.order(newClientOrderId="resting")
    await caller.order(type="MARKET", price=None, timeInForce=None)
    await caller.signed("POST", "/fapi/v1/algoOrder", **ALGO, clientAlgoId="waiting")
    caller.coin_depth()
    assert (await caller.coin_order(newClientOrderId="resting")).json["orderId"] == 3
    await caller.coin_order(type="MARKET", price=None, timeInForce=None)
    await caller.signed("POST", "/dapi/v1/algoOrder", **COIN_ALGO, clientAlgoId="coin-waiting")
    if path.endswith(("/orderAmendment", "/positionMargin/history", "/fundingRate", "/fundingInfo")):
        await give_a_past(caller)
    if path.startswith("/futures/data/"):
        caller.now_ms += 10 * 60_000
        caller.apply(Advance())
    if path.endswith("/apiTradingStatus"):
        await caller.order(symbol="ETHUSDT", price="2900", quantity="0.1")
    if path.endswith("/tradingSchedule"):
        caller.apply(ListInstrument(btcusdt(3, symbol="XAUUSDT", contract_type="TRADIFI_PERPETUAL")))
    reply = await caller.signed(method, path, **params)
    assert reply.status == 200, reply.json
    shared = path.startswith("/futures/data/") and "pair" in params  # told apart by what they take
    entry = COIN_M_FACTS.get((method, path)) if shared else fact(method, path)
    assert entry is not None
    missing = flat(entry.fields) - flat(reply.json) - CONDITIONAL
    assert not missing
    check_types(entry, reply.json)


async def give_a_past(caller: Caller) -> None:
    """Amendments, changes of isolated margin, settled funding rates, and contracts with bounds of their own."""
    caller.apply(ListInstrument(btcusdt(3, symbol="XRPUSDT", funding_cap_e8=300_000)))
    caller.apply(ListInstrument(btcusd_perp(4, symbol="XRPUSD_PERP", funding_cap_e8=300_000)))
    change = {"symbol": "BTCUSDT", "side": "BUY", "orderId": 1, "quantity": "0.02", "price": "59001"}
    assert (await caller.signed("PUT", "/fapi/v1/order", **change)).status == 200
    assert (await caller.signed("PUT", "/dapi/v1/order", **AMENDMENT)).status == 200
    await caller.signed("DELETE", "/dapi/v1/allOpenOrders", **PERP)
    await caller.signed("DELETE", "/dapi/v1/algoOpenOrders", **PERP)
    await caller.coin_order(type="MARKET", price=None, timeInForce=None, side="SELL", reduceOnly="true")
    await isolate(caller, "/dapi/v1", "BTCUSD_PERP", "1")
    caller.apply(HouseDepth(1, [299_999], [1_000], [300_000], [1_000]))
    await isolate(caller, "/fapi/v1", "ETHUSDT", "0.1")
    caller.now_ms += 8 * 3_600_000
    caller.apply(Advance())


async def isolate(caller: Caller, prefix: str, symbol: str, quantity: str) -> None:
    about = {"symbol": symbol}
    done = await caller.signed("POST", f"{prefix}/marginType", **about, marginType="ISOLATED")
    assert done.status == 200, done.json
    bought = await caller.signed(
        "POST", f"{prefix}/order", **about, side="BUY", type="MARKET", quantity=quantity
    )
    assert bought.status == 200, bought.json
    added = await caller.signed("POST", f"{prefix}/positionMargin", **about, amount="0.0001", type=1)
    assert added.status == 200, added.json


def check_types(entry: Fact, answer: Any) -> None:
    """Every field that is published has the published JSON type."""
    kinds = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}

    def walk(fields: Any, value: Any, where: str) -> None:
        if isinstance(fields, str):
            assert isinstance(value, kinds[fields]), (where, fields, value)
            assert fields == "boolean" or not isinstance(value, bool), where
        elif isinstance(fields, list):
            assert isinstance(value, list), where
            for number, inner in enumerate(value if fields else []):
                walk(fields[0], inner, f"{where}[{number}]")
        elif "tuple" in fields:
            for column, inner in zip(fields["tuple"], value, strict=True):
                walk(column.rpartition(":")[2], inner, f"{where}.{column}")
        else:
            for name, inner in fields.items():
                if name in value and not (name in NULLABLE and value[name] is None):
                    walk(inner, value[name], f"{where}.{name}")

    either = "|" in (entry.shape or "") and isinstance(answer, list) and isinstance(entry.fields, dict)
    for row in answer if either else [answer]:
        walk(entry.fields, row, entry.path)


def test_every_route_of_the_venue_is_answered_in_these_tests() -> None:
    tested = {(method, path) for method, path, _params in ANSWERED}
    others = {
        *("/fapi/v1/account", "/fapi/v1/balance", "/fapi/v1/positionRisk"),
        *("/fapi/v1/listenKey", "/dapi/v1/listenKey"),
        "/futures/data/delivery-price",  # nothing was delivered here: test_deliveries.py
        "/fapi/v1/indexInfo",  # no contract follows a basket here: test_index_parts.py
    }
    refusing = {
        *("/fapi/v1/marginType", "/fapi/v1/positionSide/dual", "/fapi/v1/multiAssetsMargin"),
        "/fapi/v1/positionMargin",
        *("/dapi/v1/marginType", "/dapi/v1/positionSide/dual", "/dapi/v1/positionMargin"),
    }
    for route in LISTED:
        if WEIGHED[route.method, route.path].scope in coverage.FOREIGN_SCOPES:
            continue  # test_other_products.py
        forced = {"/v1/adlQuantile", "/v1/forceOrders"}  # in test_forced, after a liquidation
        if route.path not in others | refusing and route.path[5:] not in forced:
            assert (route.method, route.path) in tested, route.path


async def test_a_path_of_both_products_is_described_with_the_parameters_of_both() -> None:
    described = (await Caller().public("/openapi.json")).json["paths"]["/futures/data/openInterestHist"][
        "get"
    ]
    required = {param["name"]: param.get("required", False) for param in described["parameters"]}
    assert required == {
        **dict.fromkeys(("symbol", "pair", "contractType", "startTime", "endTime", "limit"), False),
        "period": True,
    }


def test_the_coverage_page_is_up_to_date() -> None:
    written = Path(__file__).parents[2] / "docs" / "API_COVERAGE.md"
    assert written.read_text(encoding="utf-8") == page()


def test_the_coverage_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    coverage.main([])
    assert capsys.readouterr().out == page()
    coverage.main(["--write", str(tmp_path / "page.md")])
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == page()
    with pytest.raises(SystemExit):
        coverage.main(["--nonsense"])


async def test_the_api_describes_itself() -> None:
    caller = Caller()
    described = (await caller.public("/openapi.json")).json
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {"/docs"} | {route.path for route in ROUTES}
    order = described["paths"]["/fapi/v1/order"]["post"]
    by_name = {param["name"]: param for param in order["parameters"]}
    assert by_name["symbol"]["required"]
    assert by_name["side"]["schema"]["enum"] == ["BUY", "SELL"]
    assert by_name["signature"]["required"]
    assert order["x-order-count"] == {"10S": 1, "1M": 1}
    assert "clientOrderId" in order["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    identifiers = [operation["operationId"] for operation in operations]
    assert len(set(identifiers)) == len(identifiers)


def test_others_can_add_to_the_description() -> None:
    more = document(UNION, "1", ({"/venue/v1/status": {}}, {"Status": {}}))
    assert "/venue/v1/status" in more["paths"]
    assert {"Error", "Status"} <= set(more["components"]["schemas"])


def test_every_reader_is_described() -> None:
    for path in document(UNION, "1")["paths"].values():
        for operation in path.values():
            for param in operation["parameters"]:
                shape = param.get("schema") or param["content"]["application/json"]["schema"]
                assert shape.get("enum") != [], param


def test_trading_needs_the_permission_and_nothing_else_does() -> None:
    for route in ROUTES:
        if not route.path.endswith("/positionMargin/history"):  # published as TRADE
            assert (route.security == security.TRADE) <= (route.method != "GET"), route.path
