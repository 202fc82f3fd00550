"""The description of streams and WebSocket API: it holds together, and what is pushed is what it describes."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from perpit.binance.asyncapi import document
from perpit.binance.asyncapi_streams import sample
from perpit.binance.streams_make import make_channel
from perpit.binance.streams_names import parse_stream_name
from perpit.binance.ws_methods import METHODS, SESSION_METHODS
from perpit.domain import words as w
from perpit.domain.commands import ListAsset, PlaceOrder, SetIndexPrice, SetLeverage, SetMultiAssets
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, COIN, PRICE, Floor
from tests.binance.ws_caller import WsCaller
from tests.conformance.described import closed

Json = dict[str, Any]
DOCUMENT: Json = json.loads(json.dumps(document("test")))
MARKETS = {"USDⓈ-M": w.USDS_M, "COIN-M": w.COIN_M}
STREAMS = {name: channel for name, channel in DOCUMENT["channels"].items() if "x-stream" in channel}
# What takes a liquidation, a listing, or a contract on a stock; their own tests have them.
SELDOM = ("forceOrder", "contractInfo", "tradingSession")


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


def found(reference: str) -> Any:
    part: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        part = part[step]
    return part


def test_everything_that_is_referred_to_is_there() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    for reference in references(DOCUMENT):
        assert found(reference), reference
    used = {reference.rpartition("/")[2] for reference in references(DOCUMENT["channels"])}
    assert used == set(DOCUMENT["components"]["messages"])


def test_an_operation_speaks_of_messages_of_its_channel() -> None:
    for name, operation in DOCUMENT["operations"].items():
        channel = operation["channel"]["$ref"]
        reply = operation.get("reply", {"messages": []})
        for message in (*operation.get("messages", []), *reply["messages"]):
            assert message["$ref"].startswith(f"{channel}/messages/"), name


def test_every_payload_is_a_schema() -> None:
    for message in DOCUMENT["components"]["messages"].values():
        jsonschema_rs.meta.validate(message["payload"])


def test_parameters_of_an_address_are_described() -> None:
    for channel in STREAMS.values():
        inside = {part.partition("}")[0] for part in channel["address"].split("{")[1:]}
        assert inside == set(channel.get("parameters", {})), channel["address"]


def test_every_method_has_a_request_and_an_answer() -> None:
    titles = {operation.get("title") for operation in DOCUMENT["operations"].values()}
    wanted = {method.name for methods in METHODS.values() for method in methods} | set(SESSION_METHODS)
    assert titles - {None} == wanted


def test_what_is_described_can_push_and_what_is_not_cannot() -> None:
    floor = Floor()
    for channel in STREAMS.values():
        market = MARKETS[channel["x-market"]]
        if channel["x-stream"] == "<listenKey>" or "assetSymbol" in channel["x-stream"]:
            continue
        spec = parse_stream_name(sample(channel["x-stream"], market))
        assert spec is not None
        assert make_channel("name", spec, floor.world, floor.hub, market) is not None, channel["x-stream"]
    described = {channel["x-stream"] for channel in STREAMS.values()}
    assert "<symbol>@rpiDepth@500ms" in described
    assert "<symbol>@compositeIndex" not in described


def validator(channel: Json) -> Any:
    """Accepts the messages of a channel, and no field beyond them."""
    shapes = [closed(found(message["$ref"])["payload"]) for message in channel["messages"].values()]
    return jsonschema_rs.Draft202012Validator({"anyOf": shapes})


def exercise(floor: Floor) -> None:
    """Trades, orders that wait and fire, settings, and time for all that is throttled."""
    floor.do(SetIndexPrice(BTC, 60_000 * UNIT))
    alice = floor.world.account_ids["alice"]
    for symbol_id in (BTC, COIN):
        floor.trade(symbol_id=symbol_id)
        floor.place("alice", w.BUY, 5, PRICE - 100, symbol_id=symbol_id)
        floor.house({PRICE - 10: 50}, {PRICE + 10: 50}, symbol_id)
        floor.do(SetLeverage(alice, symbol_id, 7))
        for is_algo in (False, True):
            terms = {"stop_price_ticks": PRICE - 50, "is_algo": is_algo}
            name = f"stop-{symbol_id}-{is_algo}"
            stop = (alice, symbol_id, name, w.SELL, w.STOP_MARKET, w.GTC, 1, 0)
            floor.do(PlaceOrder(*stop, **terms))
        trailing = (alice, symbol_id, f"trail-{symbol_id}", w.SELL, w.TRAILING_STOP_MARKET, w.GTC, 1, 0)
        floor.do(PlaceOrder(*trailing, callback_ppm=10_000))
        floor.advance(3_000)
        floor.house({PRICE - 100: 50}, {PRICE - 90: 50}, symbol_id)
        floor.trade(1, PRICE - 95, w.SELL, symbol_id)
    floor.do(SetMultiAssets(floor.world.account_ids["bob"], True))
    floor.do(SetIndexPrice(BTC, 30_000 * UNIT))
    floor.advance(6_000)
    floor.advance(6_000)


@pytest.fixture(scope="module")
def pushed() -> dict[str, list[Any]]:
    """What each described stream pushed, by its channel's name."""
    floor = Floor()
    floor.do(ListAsset("USDT", 0, 0, 0, 0, -(10**9) * UNIT, -1))
    floor.do(ListAsset("BTC", 50_000, 50_000, 50_000, 50_000, 0, BTC))
    sockets = {}
    for name, channel in STREAMS.items():
        market = MARKETS[channel["x-market"]]
        stream = channel["x-stream"]
        if stream == "<listenKey>":
            stream = floor.open_key("alice", market)
        host = channel["address"].split("/")[1]
        sockets[name] = floor.listen(f"/{host}/ws/{sample(stream, market)}")
    exercise(floor)
    return {name: socket.messages() for name, socket in sockets.items()}


@pytest.mark.parametrize("name", STREAMS)
def test_what_a_stream_pushes_is_what_it_describes(name: str, pushed: dict[str, list[Any]]) -> None:
    channel = STREAMS[name]
    accepts = validator(channel)
    if not any(word in name for word in SELDOM):
        assert pushed[name], "it pushed nothing"
    for message in pushed[name]:
        problems = [error.message[:500] for error in accepts.iter_errors(message)]
        assert not problems, message


@pytest.mark.parametrize("market", ["usds_m", "coin_m"])
def test_every_event_that_such_a_session_has_was_seen(market: str, pushed: dict[str, list[Any]]) -> None:
    seen = {message["e"] for message in pushed[f"{market}_listenKey"]}
    described = {
        found(message["$ref"])["name"] for message in STREAMS[f"{market}_listenKey"]["messages"].values()
    }
    assert described - seen <= {"MARGIN_CALL", "listenKeyExpired"}
    assert ("TRADE_LITE" in seen) == (market == "usds_m")


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
            ("algoOrder.cancel", {"algoId": 1}, True),
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
