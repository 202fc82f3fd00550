"""What the coverage page says of streams, held against what streams do."""

import ast
import inspect
import json
from typing import Any

import pytest

from perpit.binance import userdata
from perpit.binance.coverage_streams import (
    USER_DATA,
    StreamFact,
    is_there,
    names_of,
    sections,
    stream_facts_of,
)
from perpit.binance.products import PRODUCTS
from perpit.binance.streams_names import ROUTE_OF_KIND, parse_stream_name
from perpit.domain import words as w
from perpit.domain.commands import (
    HouseDepth,
    HouseTrade,
    ListAsset,
    ListInstrument,
    SetAssetIndex,
    SetBasketPrices,
)
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, COIN, PRICE, Floor
from tests.instruments import btcdomusdt, btcusd_perp, btcusdt

MARKET_STREAMS = [
    (market, fact) for market in PRODUCTS for fact in stream_facts_of(market) if fact.kind != USER_DATA
]
IN_OTHER_TESTS = {
    "forceOrder",  # test_streams_forced.py, after a liquidation
    "!forceOrder",
}


def named(value: object) -> str:
    return value.stream if isinstance(value, StreamFact) else str(value)


def kind_of(name: str) -> str:
    spec = parse_stream_name(name)
    return spec.kind if spec is not None else ""


def lively_venue() -> Floor:
    """With an asset of the multi-assets mode, gold, and a composite index."""
    floor = Floor()
    floor.do(ListAsset("BTC", 100, 100, 100, 100, 0, BTC))
    floor.do(SetAssetIndex("BTC", 60_000 * UNIT))
    floor.do(ListInstrument(btcusdt(3, symbol="XAUUSDT", contract_type="TRADIFI_PERPETUAL")))
    floor.do(ListInstrument(btcdomusdt(4)))
    floor.do(SetBasketPrices(4, [25 * UNIT, 400 * UNIT]))
    return floor


def make_things_happen(floor: Floor) -> None:
    """Quotes and trades in both products, time, and a new contract in each."""
    for symbol_id in (BTC, COIN):
        floor.do(HouseDepth(symbol_id, [PRICE - 1], [50], [PRICE], [50]))
        floor.do(HouseTrade(symbol_id, w.BUY, PRICE, 5))
    floor.do(ListInstrument(btcusdt(5, symbol="NEWUSDT", pair="NEWUSDT")))
    floor.do(ListInstrument(btcusd_perp(6, symbol="NEWUSD_PERP", pair="NEWUSD")))
    for _second in range(12):
        floor.advance(500)


def event_of(payload: Any) -> str:
    return (payload[0] if isinstance(payload, list) else payload)["e"]


@pytest.mark.parametrize(("market", "fact"), MARKET_STREAMS, ids=named)
def test_a_stream_that_is_said_to_be_done_sends_its_event(market: int, fact: StreamFact) -> None:
    name = next(iter(names_of(fact, market)))
    done = is_there(name, market)
    name = name.replace("btcusdt@compositeIndex", "btcdomusdt@compositeIndex")
    floor = lively_venue()
    host = "/fstream" if market == w.USDS_M else "/dstream"
    socket = floor.listen(f"{host}/ws/{name}")
    make_things_happen(floor)
    kind = kind_of(name)
    if kind in IN_OTHER_TESTS:
        assert done
        return
    told = {event_of(payload) for payload in socket.messages()}
    if kind == "tradingSession":
        assert told == {"CommodityUpdate"}
    elif done:
        assert told == {fact.event}
    else:
        assert told == set()


@pytest.mark.parametrize(("market", "fact"), MARKET_STREAMS, ids=named)
def test_a_stream_is_carried_by_the_path_that_is_published(market: int, fact: StreamFact) -> None:
    for name in names_of(fact, market):
        if fact.route and is_there(name, market):
            assert ROUTE_OF_KIND[kind_of(name)] == fact.route, name


@pytest.mark.parametrize("market", list(PRODUCTS))
def test_every_event_of_user_data_is_told(market: int) -> None:
    events = {fact.event for fact in stream_facts_of(market) if fact.kind == USER_DATA}
    told = {event for event, markets in userdata.TOLD_EVENTS.items() if market in markets}
    assert events
    assert events <= told


def test_the_table_of_told_events_holds_what_the_code_tells() -> None:
    tree = ast.parse(inspect.getsource(userdata))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    told = {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("tell", "_tell")
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    assert told == set(userdata.TOLD_EVENTS)


def test_a_stream_that_is_partly_there_says_what_is_not() -> None:
    fact = StreamFact("<symbol>@kline_<interval>", "market", "", "kline", {"interval": ["1m", "7m"]})
    assert names_of(fact, w.USDS_M) == {"btcusdt@kline_1m": "1m", "btcusdt@kline_7m": "7m"}
    assert is_there("btcusdt@kline_1m", w.USDS_M)
    assert not is_there("btcusdt@kline_7m", w.USDS_M)


def test_the_page_counts_what_is_done() -> None:
    heads = [line for line in sections() if line.startswith("## ") and ":" in line]
    assert len(heads) == 4
    for head in heads:
        there, of = head.rpartition(": ")[2].split(" of ")
        assert 0 < int(there) <= int(of), head


FORMS = [
    "/private/ws?listenKey={key}&events={events}",
    "/private/stream?listenKey={key}&events={events}",
    "/ws?listenKey={key}&events={events}",
    "/stream?listenKey={key}&events={events}",
    "/fstream/private/ws?listenKey={key}&events={events}",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("event", ["TRADE_LITE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE"])
def test_a_socket_that_chose_events_hears_no_others_in_any_form_of_the_url(form: str, event: str) -> None:
    floor = Floor()
    key = floor.open_key("alice")
    path, _mark, query = form.partition("?")
    chosen = floor.listen(path, query.format(key=key, events=f"{event}/MARGIN_CALL"))
    everything = floor.listen(f"/private/ws/{key}")
    floor.trade()
    heard = {row["e"] for row in chosen.payloads()}
    assert heard == {event}
    assert {row["e"] for row in everything.payloads()} > heard


def test_two_keys_of_one_socket_each_have_their_own_choice() -> None:
    floor = Floor()
    keys = {name: floor.open_key(name) for name in ("alice", "bob")}
    socket = floor.listen(
        "/private/stream",
        f"listenKey={keys['alice']}&events=TRADE_LITE&listenKey={keys['bob']}&events=ORDER_TRADE_UPDATE",
    )
    floor.trade()
    heard = {(message["stream"], message["data"]["e"]) for message in socket.messages()}
    assert heard == {(keys["alice"], "TRADE_LITE"), (keys["bob"], "ORDER_TRADE_UPDATE")}


@pytest.mark.parametrize(
    ("path", "query", "subscribe"),
    [
        ("/ws/{key}", "", False),
        ("/private/ws/{key}", "", False),
        ("/private/ws", "listenKey={key}", False),
        ("/private/stream", "listenKey={key}", False),
        ("/stream", "streams={key}", False),
        ("/private/stream", "", True),
        ("/ws", "", True),
        ("/ws/btcusdt@depth", "listenKey={key}", False),
    ],
)
def test_a_listen_key_is_heard_in_every_place_where_clients_put_it(
    path: str, query: str, subscribe: bool
) -> None:
    floor = Floor()
    key = floor.open_key("alice")
    socket, session = floor.connect(path.format(key=key), query.format(key=key))
    if subscribe:
        session.receive(json.dumps({"method": "SUBSCRIBE", "params": [key], "id": "a-uuid"}))
        assert socket.messages() == [{"result": None, "id": "a-uuid"}]
    floor.trade()
    messages = socket.messages()
    assert any((row.get("data") or row)["e"] == "ORDER_TRADE_UPDATE" for row in messages)
    if path.endswith("/stream"):
        assert {row["stream"] for row in messages} == {key}
