"""The description of streams and WebSocket API: it holds together, and what is pushed is what it describes, whichever
profile is served.
"""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from perpit.binance.asyncapi import document
from perpit.binance.asyncapi_streams import sample
from perpit.binance.asyncapi_words import PUSHES
from perpit.binance.profiles import DECEMBER_2025, JUNE_2026, NOVEMBER_2025, PROFILES, UNION, Profile
from perpit.binance.streams_make import make_channel
from perpit.binance.streams_names import ROUTE_OF_KIND, parse_stream_name
from perpit.binance.ws_methods import METHODS, SESSION_METHODS
from perpit.domain import words as w
from perpit.domain.commands import (
    ListAsset,
    ListInstrument,
    PinMarkPrice,
    PlaceOrder,
    SetBasketPrices,
    SetIndexPrice,
    SetLeverage,
    SetMultiAssets,
    StartGrid,
    Transfer,
)
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, COIN, PRICE, Floor
from tests.binance.test_streams_forced import FALLEN, long
from tests.binance.ws_caller import WsCaller
from tests.conformance.described import closed
from tests.instruments import btcdomusdt, btcusd_perp, btcusdt

Json = dict[str, Any]
DOCUMENTS: dict[str, Json] = {
    name: json.loads(json.dumps(document(profile, "test"))) for name, profile in PROFILES.items()
}
DOCUMENT = DOCUMENTS[UNION.name]
MARKETS = {"USDⓈ-M": w.USDS_M, "COIN-M": w.COIN_M}
STREAMS = {
    (of, name): channel
    for of, described in DOCUMENTS.items()
    for name, channel in described["channels"].items()
    if "x-stream" in channel
}
every_document = pytest.mark.parametrize("described", DOCUMENTS.values(), ids=DOCUMENTS)
SELDOM = ("tradingSession",)  # takes a contract on a stock; its own tests have it


def references(part: Any) -> Iterator[str]:
    """Every `$ref` in a part of the document."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def streams_of(described: Json) -> dict[str, Json]:
    return {name: channel for name, channel in described["channels"].items() if "x-stream" in channel}


def found(reference: str, described: Json = DOCUMENT) -> Any:
    part: Any = described
    for step in reference.removeprefix("#/").split("/"):
        part = part[step]
    return part


@every_document
def test_everything_that_is_referred_to_is_there(described: Json) -> None:
    assert described["asyncapi"] == "3.0.0"
    for reference in references(described):
        assert found(reference, described), reference
    used = {reference.rpartition("/")[2] for reference in references(described["channels"])}
    assert used == set(described["components"]["messages"])


@every_document
def test_an_operation_speaks_of_messages_of_its_channel(described: Json) -> None:
    for name, operation in described["operations"].items():
        channel = operation["channel"]["$ref"]
        reply = operation.get("reply", {"messages": []})
        for message in (*operation.get("messages", []), *reply["messages"]):
            assert message["$ref"].startswith(f"{channel}/messages/"), name


@every_document
def test_every_payload_is_a_schema(described: Json) -> None:
    for message in described["components"]["messages"].values():
        jsonschema_rs.meta.validate(message["payload"])


@every_document
def test_parameters_of_an_address_are_described(described: Json) -> None:
    for channel in streams_of(described).values():
        inside = {part.partition("}")[0] for part in channel["address"].split("{")[1:]}
        assert inside == set(channel.get("parameters", {})), channel["address"]


def test_every_method_has_a_request_and_an_answer() -> None:
    titles = {operation.get("title") for operation in DOCUMENT["operations"].values()}
    wanted = {method.name for methods in METHODS.values() for method in methods} | set(SESSION_METHODS)
    assert titles - {None} == wanted


def test_a_description_names_its_profile_and_says_what_that_is() -> None:
    for name, described in DOCUMENTS.items():
        assert described["info"]["x-profile"] == name
        assert described["info"]["description"].startswith(f"**Profile** `{name}`: ")
    assert DOCUMENTS["2025-11"]["info"]["description"].count("/market") == 0
    assert "**Routed paths**" in DOCUMENTS["2026-04-23"]["info"]["description"]


def test_methods_streams_and_events_are_those_of_the_profile() -> None:
    before, between, after = (DOCUMENTS[of.name] for of in (NOVEMBER_2025, DECEMBER_2025, JUNE_2026))
    algo = {"usds_m_algoOrder_place", "usds_m_algoOrder_cancel"}
    assert not algo & set(before["operations"])
    assert algo <= set(between["operations"])
    assert "usds_m_tradingSession" not in before["channels"]
    assert "usds_m_tradingSession" in after["channels"]
    kline = "usds_m_pair_contractType_continuousKline_interval"
    assert "1s" not in before["channels"][kline]["parameters"]["interval"]["enum"]
    assert "1s" in after["channels"][kline]["parameters"]["interval"]["enum"]

    def events(described: Json, market: str) -> set[str]:
        return {name.split("_m_")[1] for name in described["channels"][f"{market}_listenKey"]["messages"]}

    assert "CONDITIONAL_ORDER_TRIGGER_REJECT" in events(before, "usds_m")
    assert events(before, "coin_m") == events(before, "usds_m") - {
        "CONDITIONAL_ORDER_TRIGGER_REJECT",
        "TRADE_LITE",
    }
    assert events(after, "coin_m") == events(after, "usds_m") > {"ALGO_UPDATE", "TRADE_LITE"}


def test_a_strictly_routed_stream_is_described_where_it_comes() -> None:
    aggregates = "usds_m_symbol_aggTrade"
    addresses = {name: described["channels"][aggregates]["address"] for name, described in DOCUMENTS.items()}
    assert addresses["2025-12-09"] == addresses["union"] == "/fstream/ws/{symbol}@aggTrade"
    assert addresses["2026-04-23"] == addresses["2026-06-30"] == "/fstream/market/ws/{symbol}@aggTrade"
    assert "x-route" not in DOCUMENTS["2025-12-09"]["channels"][aggregates]
    assert "x-route" not in DOCUMENTS["2026-06-30"]["channels"]["coin_m_symbol_aggTrade"]


def test_every_kind_of_stream_and_every_method_says_what_it_is_for() -> None:
    assert set(PUSHES) == set(ROUTE_OF_KIND)
    for channel in streams_of(DOCUMENT).values():
        assert channel["summary"].endswith("."), channel["x-stream"]
    said = {each["title"]: each["summary"] for each in DOCUMENT["operations"].values() if "x-codes" in each}
    assert said["session.logon"] != said["session.logout"]


def test_what_is_described_can_push_and_what_is_not_cannot() -> None:
    floor = Floor()
    floor.do(ListInstrument(btcdomusdt()))
    streams = streams_of(DOCUMENT)
    for channel in streams.values():
        market = MARKETS[channel["x-market"]]
        if channel["x-stream"] == "<listenKey>" or "assetSymbol" in channel["x-stream"]:
            continue
        spec = parse_stream_name(name_of(channel["x-stream"], market))
        assert spec is not None
        assert make_channel("name", spec, floor.world, floor.hub, market) is not None, channel["x-stream"]
    described = {channel["x-stream"] for channel in streams.values()}
    assert "<symbol>@rpiDepth@500ms" in described
    assert "<symbol>@compositeIndex" in described


def name_of(stream: str, market: int) -> str:
    """A name that can push: that of a composite index is not just any symbol's."""
    return "btcdomusdt@compositeIndex" if "compositeIndex" in stream else sample(stream, market)


def validator(channel: Json, described: Json) -> Any:
    """Accepts the messages of a channel, and no field beyond them."""
    shapes = [
        closed(found(message["$ref"], described)["payload"]) for message in channel["messages"].values()
    ]
    return jsonschema_rs.Draft202012Validator({"anyOf": shapes})


def exercise(floor: Floor) -> None:
    """Trades, orders that wait and fire, settings, listings, liquidations, and time for all that is throttled."""
    algo_service = floor.hub.profile.algo_service
    floor.do(SetIndexPrice(BTC, 60_000 * UNIT))
    alice = floor.world.account_ids["alice"]
    for symbol_id in (BTC, COIN):
        floor.trade(symbol_id=symbol_id)
        floor.place("alice", w.BUY, 5, PRICE - 100, symbol_id=symbol_id)
        floor.house({PRICE - 10: 50}, {PRICE + 10: 50}, symbol_id)
        floor.do(SetLeverage(alice, symbol_id, 7))
        for is_algo in (
            (False, True) if floor.world.catalog.by_id[symbol_id].market in algo_service else (False,)
        ):
            terms = {"stop_price_ticks": PRICE - 50, "is_algo": is_algo}
            name = f"stop-{symbol_id}-{is_algo}"
            stop = (alice, symbol_id, name, w.SELL, w.STOP_MARKET, w.GTC, 1, 0)
            floor.do(PlaceOrder(*stop, **terms))
        trailing = (alice, symbol_id, f"trail-{symbol_id}", w.SELL, w.TRAILING_STOP_MARKET, w.GTC, 1, 0)
        floor.do(PlaceOrder(*trailing, callback_ppm=10_000))
        bounds = (PRICE - 1_000, PRICE + 1_000, 4)
        floor.do(StartGrid(alice, symbol_id, w.GRID_LONG, w.ARITHMETIC, *bounds, 10))
        floor.advance(3_000)
        floor.house({PRICE - 100: 50}, {PRICE - 90: 50}, symbol_id)
        floor.trade(1, PRICE - 95, w.SELL, symbol_id)
    floor.do(SetMultiAssets(floor.world.account_ids["bob"], True))
    floor.do(SetIndexPrice(BTC, 30_000 * UNIT))
    floor.advance(6_000)
    floor.do(ListInstrument(btcusdt(4, symbol="XRPUSDT", pair="XRPUSDT")))
    floor.do(ListInstrument(btcusd_perp(5, symbol="XRPUSD_PERP", pair="XRPUSD")))
    for market, asset, symbol_id, lots, units in (
        (w.USDS_M, "USDT", BTC, 10, 10 * UNIT),
        (w.COIN_M, "BTC", COIN, 6_000, UNIT // 5),
    ):
        floor.do(Transfer(w.INSURANCE_FUND, market, asset, 1_000 * UNIT))
        floor.do(PinMarkPrice(symbol_id, 60_000 * UNIT))
        long(floor, f"long of {symbol_id}", lots, units, symbol_id)
        floor.do(PinMarkPrice(symbol_id, FALLEN))
        floor.advance(6_000)


@pytest.fixture(scope="module")
def pushed() -> dict[tuple[str, str], list[Any]]:
    """What each described stream pushed, by its profile and its channel's name."""
    return {(of, name): messages for of in DOCUMENTS for name, messages in pushed_under(PROFILES[of]).items()}


def pushed_under(profile: Profile) -> dict[str, list[Any]]:
    """What the streams of a profile pushed, each at the address under which it is described."""
    floor = Floor(profile=profile)
    floor.do(ListAsset("USDT", 0, 0, 0, 0, -(10**9) * UNIT, -1))
    floor.do(ListAsset("BTC", 50_000, 50_000, 50_000, 50_000, 0, BTC))
    floor.do(ListInstrument(btcdomusdt()))
    floor.do(SetBasketPrices(3, [25 * UNIT, 400 * UNIT]))
    sockets = {}
    for name, channel in streams_of(DOCUMENTS[profile.name]).items():
        market = MARKETS[channel["x-market"]]
        stream = channel["x-stream"]
        if stream == "<listenKey>":
            stream = floor.open_key("alice", market)
        sockets[name] = floor.listen(channel["address"].split("/ws/")[0] + "/ws/" + name_of(stream, market))
    exercise(floor)
    return {name: socket.messages() for name, socket in sockets.items()}


@pytest.mark.parametrize(("of", "name"), STREAMS)
def test_what_a_stream_pushes_is_what_it_describes(
    of: str, name: str, pushed: dict[tuple[str, str], list[Any]]
) -> None:
    accepts = validator(STREAMS[of, name], DOCUMENTS[of])
    if not any(word in name for word in SELDOM):
        assert pushed[of, name], "it pushed nothing"
    for message in pushed[of, name]:
        problems = [error.message[:500] for error in accepts.iter_errors(message)]
        assert not problems, message


@pytest.mark.parametrize("market", ["usds_m", "coin_m"])
@pytest.mark.parametrize("of", DOCUMENTS)
def test_every_event_that_such_a_session_has_was_seen(
    of: str, market: str, pushed: dict[tuple[str, str], list[Any]]
) -> None:
    name = f"{market}_listenKey"
    seen = {message["e"] for message in pushed[of, name]}
    described = {
        found(message["$ref"], DOCUMENTS[of])["name"] for message in STREAMS[of, name]["messages"].values()
    }
    assert seen <= described
    assert described - seen <= {"MARGIN_CALL", "listenKeyExpired", "CONDITIONAL_ORDER_TRIGGER_REJECT"}


METHOD_OF = {
    (name.split("_m_")[0] + "_m", operation["title"]): operation
    for name, operation in DOCUMENT["operations"].items()
    if "x-codes" in operation
}
ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.010",
    "price": "59000",
}
COIN_ORDER = {**ORDER, "symbol": "BTCUSD_PERP", "quantity": "1"}
ALGO = {
    "algoType": "CONDITIONAL",
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "STOP_MARKET",
    "quantity": "0.010",
}
# A session for each product: method, parameters and whether it is granted.
Step = tuple[str, dict[str, Any], bool]
OF_BOTH: list[Step] = [
    ("order.status", {"orderId": 1}, True),
    ("order.modify", {"orderId": 1, "side": "BUY", "price": "59001"}, True),
    ("order.cancel", {"orderId": 1}, True),
    ("order.cancel", {"orderId": 1}, False),
]
ANYTIME: list[Step] = [
    ("account.balance", {}, True),
    ("account.status", {}, True),
    ("account.position", {}, True),
    ("userDataStream.start", {}, True),
    ("userDataStream.ping", {}, True),
    ("userDataStream.stop", {}, True),
    ("session.status", {}, True),
    ("session.logout", {}, True),
    ("session.logon", {}, False),
]
SESSIONS: dict[str, tuple[str, list[Step]]] = {
    "usds_m": (
        "/ws-fapi/v1",
        [
            ("order.place", ORDER, True),
            *(
                (name, {"symbol": "BTCUSDT", "quantity": "0.020", **more}, good)
                for name, more, good in OF_BOTH
            ),
            ("algoOrder.place", {**ALGO, "triggerPrice": "61000"}, True),
            ("algoOrder.cancel", {"algoId": 2_000_000_000_000_001}, True),
            ("depth", {"symbol": "BTCUSDT"}, True),
            ("ticker.price", {"symbol": "BTCUSDT"}, True),
            ("ticker.book", {}, True),
            ("v2/account.balance", {}, True),
            ("v2/account.status", {}, True),
            ("v2/account.position", {}, True),
            *ANYTIME,
        ],
    ),
    "coin_m": (
        "/ws-dapi/v1",
        [
            ("order.place", COIN_ORDER, True),
            *(
                (name, {"symbol": "BTCUSD_PERP", "quantity": "2", **more}, good)
                for name, more, good in OF_BOTH
            ),
            *ANYTIME,
        ],
    ),
}


@pytest.mark.parametrize("market", SESSIONS)
async def test_a_session_of_the_websocket_api_is_as_described(market: str) -> None:
    path, steps = SESSIONS[market]
    ws = WsCaller(path=path)
    ws.caller.depth()
    seen = set()
    for method, params, is_granted in steps:
        operation = METHOD_OF[market, method]
        reply = await ws.signed(method, **params)
        assert (reply["status"] == 200) == is_granted, reply
        answer, refusal = (
            found(found(part["$ref"])["$ref"])["payload"] for part in operation["reply"]["messages"]
        )
        shape = closed(answer if is_granted else refusal)
        schemas = {"components": {"schemas": {"Error": closed(found("#/components/schemas/Error"))}}}
        problems = [
            error.message[:500]
            for error in jsonschema_rs.Draft202012Validator({**shape, **schemas}).iter_errors(reply)
        ]
        assert not problems, (method, reply)
        if not is_granted:
            assert reply["error"]["code"] in operation["x-codes"]
        seen.add(method)
    assert seen == {name for of, name in METHOD_OF if of == market}
