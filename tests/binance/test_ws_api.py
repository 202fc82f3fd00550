"""The WebSocket API without sockets: every method, who may call it, and what is said of what is no request."""

import asyncio
import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from perpit.binance import wire_facts
from perpit.binance.ws_api import MAX_IN_FLIGHT, WsApi
from perpit.binance.ws_methods import METHODS, SESSION_METHODS, SESSION_WEIGHT, methods_of
from perpit.domain.commands import Command, CreateKey, EditKey, RevokeKey
from perpit.domain.words import COIN_M, KEY_ED25519, KEY_RSA, PERMIT_FUTURES, PERMIT_READ, USDS_M
from tests.binance.caller import IP, KEY, START_MS, Caller, sign
from tests.binance.ws_caller import ORDER, WsCaller, encoded_text, signed_text

OF_TRAILING_STOPS = {"activatePrice", "priceRate"}
MARKETS = {"USDⓈ-M": USDS_M, "COIN-M": COIN_M}
COIN_ORDER = {**ORDER, "symbol": "BTCUSD_PERP", "quantity": "1"}
ED_KEY = "E" * 64
ED_PRIVATE = ed25519.Ed25519PrivateKey.generate()


def pem(private: Any) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def ed_signature(sent: dict[str, Any]) -> str:
    return base64.b64encode(ED_PRIVATE.sign(signed_text(sent).encode())).decode()


async def logged_on(ips: list[str] | None = None) -> WsCaller:
    """A session after session.logon."""
    ws = WsCaller()
    permissions = PERMIT_READ | PERMIT_FUTURES
    ws.caller.apply(CreateKey(1, ED_KEY, pem(ED_PRIVATE), KEY_ED25519, "ed", permissions, ips or []))
    sent = {"apiKey": ED_KEY, "timestamp": START_MS}
    reply = await ws.call("session.logon", **sent, signature=ed_signature(sent))
    assert reply["status"] == (200 if not ips else 401), reply
    return ws


def code(reply: Any) -> tuple[int, int]:
    return reply["status"], reply["error"]["code"]


# The table


@pytest.mark.parametrize("product", MARKETS)
def test_every_method_of_the_exchange_is_there_with_its_weight_and_security(product: str) -> None:
    routes = methods_of(MARKETS[product])
    facts = wire_facts.ws_facts_of(product)
    assert {fact.method for fact in facts} == {*routes, *SESSION_METHODS}
    for fact in facts:
        if fact.method in SESSION_METHODS:
            assert fact.weight == SESSION_WEIGHT
            continue
        route = routes[fact.method]
        assert route.security == fact.security, fact.method
        if isinstance(fact.weight, int):
            assert route.weight == fact.weight, fact.method
            continue
        assert not isinstance(route.weight, int)
        for row in fact.weight:
            for limit in row.get("limit", [0]):
                sent = {"limit": str(limit)} if limit else {"symbol": "X"} if "present" in row["when"] else {}
                assert route.weight(sent) == row["weight"], (fact.method, row)


@pytest.mark.parametrize("market", METHODS)
def test_every_parameter_of_the_exchange_is_read(market: int) -> None:
    product = next(name for name, number in MARKETS.items() if number == market)
    routes = methods_of(market)
    for fact in wire_facts.ws_facts_of(product):
        if fact.method in routes:
            read = {param.name for param in routes[fact.method].params} | {"recvWindow"}
            assert {name.rstrip("?") for name in fact.params} <= read, fact.method


async def test_every_method_answers_with_the_fields_of_the_exchange() -> None:
    ws = WsCaller()
    ws.caller.depth()
    placed = (await ws.order())["result"]
    named = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    algo = {
        **{"algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET"},
        **{"quantity": "0.010", "triggerPrice": "50000"},
    }
    asked: dict[str, dict[str, Any]] = {
        "order.place": ORDER,
        "order.modify": {**named, "side": "BUY", "quantity": "0.020", "price": "58000"},
        "order.status": named,
        "order.cancel": named,
        "algoOrder.place": algo,
        "algoOrder.cancel": {},
        "depth": {"symbol": "BTCUSDT", "limit": 5},
        "ticker.price": {"symbol": "BTCUSDT"},
        "ticker.book": {"symbol": "BTCUSDT"},
        **{
            f"{version}account.{noun}": {}
            for version in ("", "v2/")
            for noun in ("balance", "status", "position")
        },
        **{f"userDataStream.{verb}": {} for verb in ("start", "ping", "stop")},
    }
    facts = {fact.method: fact for fact in wire_facts.ws_facts_of("USDⓈ-M")}
    assert asked.keys() | set(SESSION_METHODS) == facts.keys()
    for method, params in asked.items():
        reply = await ws.signed(method, **params)
        assert reply["status"] == 200, (method, reply)
        if method == "algoOrder.place":
            asked["algoOrder.cancel"]["algoId"] = reply["result"]["algoId"]
        expected = facts[method].fields
        if isinstance(expected, dict) and "oneOf" in expected:
            expected = expected["oneOf"][0]
        assert set(missing(expected, reply["result"])) <= OF_TRAILING_STOPS, method


async def test_every_method_of_coin_m_answers_with_its_fields() -> None:
    ws = WsCaller(path="/ws-dapi/v1")
    placed = (await ws.signed("order.place", **COIN_ORDER))["result"]
    named = {"symbol": "BTCUSD_PERP", "orderId": placed["orderId"]}
    asked: dict[str, dict[str, Any]] = {
        "order.place": COIN_ORDER,
        "order.modify": {**named, "side": "BUY", "quantity": "2", "price": "58000"},
        "order.status": named,
        "order.cancel": named,
        **{"account.balance": {}, "account.status": {}},
        "account.position": {"pair": "BTCUSD"},
        **{f"userDataStream.{verb}": {} for verb in ("start", "ping", "stop")},
    }
    facts = {fact.method: fact for fact in wire_facts.ws_facts_of("COIN-M")}
    assert asked.keys() | set(SESSION_METHODS) == facts.keys()
    for method, params in asked.items():
        reply = await ws.signed(method, **params)
        assert reply["status"] == 200, (method, reply)
        assert set(missing(facts[method].fields, reply["result"])) <= OF_TRAILING_STOPS, method


def missing(expected: Any, shown: Any) -> list[str]:
    """Fields of the exchange that an answer lacks."""
    if isinstance(expected, list):
        assert isinstance(shown, list)
        return [name for row in shown[:1] for name in missing(expected[0], row)]
    if isinstance(expected, dict):
        found = [name for name in expected if name not in shown]
        return found + [
            f"{name}.{inner}"
            for name, value in expected.items()
            if name in shown
            for inner in missing(value, shown[name])
        ]
    return []


# Requests and replies


@pytest.mark.parametrize("request_id", [1, 0, -7, 2**53, "a-b", "", "ü", None])
async def test_the_id_comes_back_as_it_was_sent(request_id: Any) -> None:
    reply = await WsCaller().call("ticker.price", request_id, symbol="BTCUSDT")
    assert reply["id"] == request_id
    assert (reply["status"], reply["result"]["symbol"]) == (200, "BTCUSDT")


async def test_a_request_without_params_or_id_is_answered() -> None:
    ws = WsCaller()
    assert (await ws.raw('{"method":"ticker.price"}'))["id"] is None
    assert (await ws.raw('{"method":"ticker.price","params":null,"id":3}'))["status"] == 200


async def test_an_order_is_answered_with_the_limits_that_it_counts_in() -> None:
    ws = WsCaller()
    reply = await ws.order()
    assert reply["result"]["status"] == "NEW"
    assert [
        (row["rateLimitType"], row["interval"], row["intervalNum"], row["limit"], row["count"])
        for row in reply["rateLimits"]
    ] == [
        ("ORDERS", "SECOND", 10, 300, 1),
        ("ORDERS", "MINUTE", 1, 1200, 1),
        ("REQUEST_WEIGHT", "MINUTE", 1, 2400, 0),
    ]
    over_rest = await ws.caller.order()
    assert over_rest.headers["x-mbx-order-count-10s"] == "2", "both ways in count together"
    cancelled = await ws.signed("order.cancel", symbol="BTCUSDT", orderId=reply["result"]["orderId"])
    assert [(row["rateLimitType"], row["count"]) for row in cancelled["rateLimits"]] == [
        ("REQUEST_WEIGHT", 1)
    ]


async def test_limits_are_hidden_for_a_connection_or_for_a_request() -> None:
    hidden = WsCaller(query="returnRateLimits=false")
    assert "rateLimits" not in await hidden.call("ticker.price", symbol="BTCUSDT")
    assert "rateLimits" in await hidden.call("ticker.price", symbol="BTCUSDT", returnRateLimits=True)
    shown = WsCaller()
    assert "rateLimits" not in await shown.call("ticker.price", symbol="BTCUSDT", returnRateLimits=False)
    assert "rateLimits" not in await shown.call("nothing", returnRateLimits="false")
    assert code(await shown.call("ticker.price", returnRateLimits="perhaps")) == (400, -1130)
    assert (await hidden.call("session.status"))["result"]["returnRateLimits"] is False


@pytest.mark.parametrize(("quantity", "price"), [(0.01, 59000), ("0.010", "59000.0"), (1e-2, "59000")])
async def test_numbers_may_be_numbers_or_text(quantity: Any, price: Any) -> None:
    reply = await WsCaller().order(quantity=quantity, price=price, recvWindow=5000, goodTillDate=None)
    assert (reply["result"]["origQty"], reply["result"]["price"]) == ("0.010", "59000.00")


async def test_a_number_with_an_exponent_is_read_and_signed_as_it_was_written() -> None:
    ws = WsCaller()
    sent = f'"apiKey":"{KEY}","price":5.9e+04,"quantity":1E-2,"side":"BUY","symbol":"BTCUSDT"'
    more = f'"timeInForce":"GTC","timestamp":{START_MS},"type":"LIMIT"'
    text = (
        f"apiKey={KEY}&price=5.9e+04&quantity=1E-2&side=BUY&symbol=BTCUSDT&timeInForce=GTC"
        f"&timestamp={START_MS}&type=LIMIT"
    )
    reply = await ws.raw(
        f'{{"id":1,"method":"order.place","params":{{{sent},{more},"signature":"{sign(text)}"}}}}'
    )
    assert (reply["result"]["origQty"], reply["result"]["price"]) == ("0.010", "59000.00")


async def test_booleans_may_be_booleans_or_text() -> None:
    ws = WsCaller()
    for value in (True, "true", "TRUE", "True"):
        assert code(await ws.order(side="SELL", price="61000", reduceOnly=value)) == (400, -2022)
    assert (await ws.order(reduceOnly=False))["status"] == 200


async def test_an_order_event_goes_to_the_user_stream_only() -> None:
    ws = WsCaller()
    assert len((await ws.signed("userDataStream.start"))["result"]["listenKey"]) == 64
    await ws.order()
    assert [reply["status"] for reply in ws.socket.replies] == [200, 200]


async def test_requests_are_begun_in_order_and_answered_when_they_are_done() -> None:
    ws = WsCaller()
    waiting: list[tuple[Command, asyncio.Future[Any]]] = []

    def submit(command: Command) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        waiting.append((command, future))
        return future

    ws.caller.dialect.desk.submit = submit
    for number in (1, 2):
        sent = {**ORDER, "apiKey": KEY, "timestamp": START_MS, "newClientOrderId": f"order-{number}"}
        sent["signature"] = sign(signed_text(sent))
        message = json.dumps({"id": number, "method": "order.place", "params": sent})
        ws.session.receive(message.encode())
    assert ws.session.in_flight == 2
    assert (await ws.call("ticker.price", 3, symbol="BTCUSDT"))["id"] == 3
    for command, future in waiting:
        future.set_result(ws.caller.apply(command))
    await asyncio.sleep(0)
    assert [reply["id"] for reply in ws.socket.replies] == [3, 1, 2]
    ids = [reply["result"].get("clientOrderId") for reply in ws.socket.replies[1:]]
    assert ids == ["order-1", "order-2"]
    assert (ws.session.in_flight, ws.socket.read_on_calls) == (0, 0)


async def test_a_session_is_full_while_too_many_wait_or_the_client_does_not_read() -> None:
    ws = WsCaller()
    ws.caller.dialect.desk.submit = lambda command: asyncio.get_running_loop().create_future()
    sent = {**ORDER, "apiKey": KEY, "timestamp": START_MS}
    message = json.dumps(
        {"id": 1, "method": "order.place", "params": sent | {"signature": sign(signed_text(sent))}}
    )
    for _ in range(MAX_IN_FLIGHT):
        assert not ws.session.is_full()
        ws.session.receive(message.encode())
    assert ws.session.is_full()
    ws.session.in_flight = 0
    ws.socket.congested = True
    assert ws.session.is_full()


# Who is it


async def test_both_ways_to_write_the_signed_text_are_accepted() -> None:
    ws = WsCaller()
    for number, write in enumerate((signed_text, encoded_text)):
        for flag in (False, "false"):
            named = {"apiKey": KEY, "timestamp": START_MS, "newClientOrderId": f"a:/{number}{flag}"}
            sent = {**ORDER, **named, "reduceOnly": flag, "returnRateLimits": flag}
            signature = sign(write(sent))
            assert (await ws.call("order.place", **sent, signature=signature.upper()))["status"] == 200
            forged = {**sent, "price": "1", "signature": signature}
            assert code(await ws.call("order.place", **forged)) == (400, -1022)


async def test_the_order_in_which_parameters_are_sent_does_not_matter() -> None:
    ws = WsCaller()
    sent = {**ORDER, "apiKey": KEY, "timestamp": START_MS}
    signature = sign(signed_text(sent))
    backwards = dict(reversed(sent.items()))
    assert (await ws.call("order.place", signature=signature, **backwards))["status"] == 200


async def test_rsa_and_ed25519_keys_sign_with_base64() -> None:
    ws = WsCaller()
    rsa_private = rsa.generate_private_key(65537, 2048)
    for name, kind, private in (("R" * 64, KEY_RSA, rsa_private), (ED_KEY, KEY_ED25519, ED_PRIVATE)):
        permissions = PERMIT_READ | PERMIT_FUTURES
        ws.caller.apply(CreateKey(1, name, pem(private), kind, "", permissions, []))
        sent = {"apiKey": name, "timestamp": START_MS}
        text = signed_text(sent).encode()
        made = rsa_private.sign(text, PKCS1v15(), SHA256()) if kind == KEY_RSA else ED_PRIVATE.sign(text)
        signature = base64.b64encode(made).decode()
        assert (await ws.call("account.balance", **sent, signature=signature))["status"] == 200
        assert code(await ws.call("account.balance", **sent, recvWindow=9, signature=signature)) == (
            400,
            -1022,
        )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"apiKey": None}, (401, -2014)),
        ({"apiKey": ""}, (401, -2014)),
        ({"apiKey": "ü"}, (401, -2014)),
        ({"apiKey": 7}, (401, -2015)),
        ({"apiKey": "x" * 64}, (401, -2015)),
        ({"timestamp": None}, (400, -1102)),
        ({"timestamp": "soon"}, (400, -1102)),
        ({"signature": None}, (400, -1102)),
        ({"signature": ""}, (400, -1102)),
        ({"signature": "00"}, (400, -1022)),
        ({"signature": "x" * 64}, (400, -1022)),
        ({"timestamp": START_MS - 5_001}, (400, -1021)),
        ({"timestamp": START_MS + 1_000}, (400, -1021)),
        ({"recvWindow": 60_001}, (400, -1130)),
        ({"quantity": "0.020"}, (400, -1022)),
    ],
)
async def test_who_is_not_known_is_refused_as_over_rest(
    params: dict[str, Any], expected: tuple[int, int]
) -> None:
    ws = WsCaller()
    sent = {**ORDER, "apiKey": KEY, "timestamp": START_MS}
    state = ws.caller.state()
    reply = await ws.call("order.place", **{**sent, "signature": sign(signed_text(sent)), **params})
    assert code(reply) == expected
    assert reply["id"] == 1
    assert ws.caller.state() == state


async def test_a_key_without_the_permission_reads_but_does_not_trade() -> None:
    ws = WsCaller()
    secret = "s" * 64
    ws.caller.apply(CreateKey(1, "K" * 64, secret, 0, "", PERMIT_READ, []))
    ws.caller.apply(CreateKey(1, "L" * 64, secret, 0, "", PERMIT_READ | PERMIT_FUTURES, ["10.0.0.1"]))
    for name, method, params, expected in (
        ("K" * 64, "account.balance", {}, None),
        ("K" * 64, "order.place", ORDER, (401, -2015)),
        ("L" * 64, "account.balance", {}, (401, -2015)),
    ):
        sent = {**params, "apiKey": name, "timestamp": START_MS}
        reply = await ws.call(method, **sent, signature=sign(signed_text(sent), secret))
        assert reply["status"] == 200 if expected is None else code(reply) == expected


async def test_a_listen_key_needs_the_api_key_only() -> None:
    ws = WsCaller()
    key = (await ws.call("userDataStream.start", apiKey=KEY))["result"]["listenKey"]
    assert (await ws.call("userDataStream.ping", apiKey=KEY))["result"] == {"listenKey": key}
    assert (await ws.call("userDataStream.stop", apiKey=KEY))["result"] == {}
    assert code(await ws.call("userDataStream.ping", apiKey=KEY)) == (400, -1125)
    assert code(await ws.call("userDataStream.start")) == (401, -2014)


# Sessions


async def test_after_a_logon_key_and_signature_may_be_left_out() -> None:
    ws = await logged_on()
    ws.caller.now_ms += 1_000
    status = (await ws.call("session.status"))["result"]
    assert status == {
        "apiKey": ED_KEY,
        "authorizedSince": START_MS,
        "connectedSince": START_MS,
        "returnRateLimits": True,
        "serverTime": START_MS + 1_000,
    }
    assert (await ws.call("order.place", **ORDER, timestamp=START_MS + 1_000))["status"] == 200
    assert (await ws.call("userDataStream.start"))["status"] == 200
    assert code(await ws.call("order.place", **ORDER)) == (400, -1102)
    assert code(await ws.call("order.place", **ORDER, timestamp=START_MS - 9_000)) == (400, -1021)


async def test_a_key_or_signature_that_is_sent_overrides_the_logon() -> None:
    ws = await logged_on()
    assert (await ws.order())["status"] == 200, "another key, which signs"
    sent = {**ORDER, "timestamp": START_MS}
    assert code(await ws.call("order.place", **sent, apiKey=KEY)) == (400, -1102), "and has to"
    assert code(await ws.call("order.place", **sent, signature="AAAA")) == (400, -1022)
    assert (await ws.call("order.place", **sent, signature=ed_signature(sent)))["status"] == 200


async def test_a_logout_ends_the_logon() -> None:
    ws = await logged_on()
    gone = (await ws.call("session.logout"))["result"]
    assert (gone["apiKey"], gone["authorizedSince"], gone["connectedSince"]) == (None, None, START_MS)
    assert code(await ws.call("account.balance", timestamp=START_MS)) == (401, -2014)
    assert (await ws.call("session.status"))["result"]["apiKey"] is None


async def test_only_an_ed25519_key_logs_on() -> None:
    ws = WsCaller()
    assert code(await ws.signed("session.logon")) == (400, -4056)
    assert code(await ws.call("session.logon", timestamp=START_MS)) == (400, -1102)
    assert (await ws.call("session.status"))["result"]["apiKey"] is None


async def test_a_logon_from_a_wrong_address_or_with_a_wrong_signature_fails() -> None:
    ws = await logged_on(ips=["10.9.9.9"])
    assert (await ws.call("session.status"))["result"]["apiKey"] is None
    wrong = base64.b64encode(bytes(64)).decode()
    assert code(await ws.call("session.logon", apiKey=ED_KEY, timestamp=START_MS, signature=wrong)) == (
        400,
        -1022,
    )


async def test_a_revoked_key_ends_the_logon_with_the_next_request() -> None:
    ws = await logged_on()
    ws.caller.apply(RevokeKey(ED_KEY))
    reply = await ws.call("order.place", 5, **ORDER, timestamp=START_MS)
    assert (reply["id"], *code(reply)) == (None, 401, -2015)
    assert (await ws.call("session.status"))["result"]["apiKey"] is None


async def test_a_logon_does_not_outlive_the_rights_of_its_key() -> None:
    ws = await logged_on()
    ws.caller.apply(RevokeKey(ED_KEY))
    ws.caller.apply(CreateKey(1, ED_KEY, pem(ED_PRIVATE), KEY_ED25519, "", PERMIT_READ, []))
    reply = await ws.call("order.place", 5, **ORDER, timestamp=START_MS)
    assert (reply["id"], *code(reply)) == (None, 401, -2015)
    assert (await ws.call("session.status"))["result"]["apiKey"] is None


async def test_a_key_that_is_edited_stays_logged_on_with_the_rights_that_it_has_now() -> None:
    ws = await logged_on()
    ws.caller.apply(EditKey(ED_KEY, "", PERMIT_READ, []))
    reply = await ws.call("order.place", 5, **ORDER, timestamp=START_MS)
    assert (reply["id"], *code(reply)) == (5, 401, -2015)
    assert (await ws.call("account.status", timestamp=START_MS))["status"] == 200
    assert (await ws.call("session.status"))["result"]["apiKey"] == ED_KEY
    ws.caller.apply(EditKey(ED_KEY, "", PERMIT_READ | PERMIT_FUTURES, []))
    assert (await ws.call("order.place", 6, **ORDER, timestamp=START_MS))["status"] == 200
    ws.caller.apply(EditKey(ED_KEY, "", PERMIT_READ | PERMIT_FUTURES, ["10.9.9.9"]))
    assert code(await ws.call("order.place", 7, **ORDER, timestamp=START_MS)) == (401, -2015)


# What is no request


@pytest.mark.parametrize(
    ("message", "request_id", "expected"),
    [
        (b"", None, (400, -1000)),
        (b"hello", None, (400, -1000)),
        (b'{"id":1,"method":"ticker.price"', None, (400, -1000)),
        (b'{"id":1,"method":"ticker.price"}{}', None, (400, -1000)),
        (b"[]", None, (400, -1000)),
        (b"null", None, (400, -1000)),
        (b"\xff\xfe", None, (400, -1000)),
        (b'{"id":"\xff"}', None, (400, -1000)),
        (b"[" * 60_000, None, (400, -1000)),
        (b'{"id":NaN,"method":"ticker.price"}', None, (400, -1000)),
        (b"{}", None, (400, -1102)),
        (b'{"id":7}', 7, (400, -1102)),
        (b'{"id":7,"method":null}', 7, (400, -1102)),
        (b'{"id":7,"method":3}', 7, (400, -1102)),
        (b'{"id":1.5,"method":"ticker.price"}', None, (400, -1102)),
        (b'{"id":[],"method":"ticker.price"}', None, (400, -1102)),
        (b'{"id":true,"method":"ticker.price"}', None, (400, -1102)),
        (b'{"id":7,"method":"order.nothing"}', 7, (404, -5000)),
        (b'{"id":7,"method":"v2/order.place"}', 7, (404, -5000)),
        (b'{"id":7,"method":"ticker.price","params":[]}', 7, (400, -1102)),
        (b'{"id":7,"method":"ticker.price","params":"x"}', 7, (400, -1102)),
        (b'{"id":7,"method":"ticker.price","params":{"symbol":["BTCUSDT"]}}', 7, (400, -1102)),
        (b'{"id":7,"method":"ticker.price","params":{"symbol":{}}}', 7, (400, -1102)),
        (b'{"id":7,"method":"ticker.price","params":{"symbol":"A\\u0000"}}', 7, (400, -1100)),
        (b'{"id":7,"method":"ticker.price","params":{"symbol":""}}', 7, (400, -1105)),
        (b'{"id":7,"method":"ticker.price","params":{"symbol":"NONE"}}', 7, (400, -1121)),
        (b'{"id":7,"method":"depth","params":{}}', 7, (400, -1102)),
        (b'{"id":7,"method":"depth","params":{"symbol":"BTCUSDT","limit":7}}', 7, (400, -4021)),
    ],
)
async def test_bad_input_is_answered_and_changes_nothing(
    message: bytes, request_id: Any, expected: tuple[int, int]
) -> None:
    ws = WsCaller()
    state = ws.caller.state()
    reply = await ws.raw(message)
    assert (reply["id"], code(reply)) == (request_id, expected)
    assert reply["rateLimits"][-1]["count"] >= 1, "it is counted, so that nobody sends it for ever"
    assert ws.caller.state() == state
    assert (await ws.call("ticker.price", symbol="BTCUSDT"))["status"] == 200, "the connection goes on"


async def test_a_binary_message_is_no_request() -> None:
    ws = WsCaller()
    ws.session.receive_binary()
    assert (ws.socket.replies[0]["id"], code(ws.socket.replies[0])) == (None, (400, -1000))


async def test_too_many_parameters_are_refused() -> None:
    many = {f"p{number}": 1 for number in range(101)}
    assert code(await WsCaller().call("ticker.price", **many)) == (400, -1101)


@pytest.mark.parametrize("quantity", ["1e-2", "1e999999999", "NaN", "-", "0x1"])
async def test_text_that_is_no_plain_number_is_none(quantity: str) -> None:
    assert code(await WsCaller().order(quantity=quantity)) == (400, -1102)


async def test_numbers_of_any_size_are_refused_and_not_computed() -> None:
    ws = WsCaller()
    for number in ("1e999999999", "1e-999999999", "9" * 5_000, f"0.{'1' * 5_000}"):
        sent = {**ORDER, "apiKey": KEY, "timestamp": START_MS}
        texts = {name: json.dumps(value) for name, value in sent.items()} | {"quantity": number}
        text = "&".join(f"{name}={value.strip(chr(34))}" for name, value in sorted(texts.items()))
        texts["signature"] = json.dumps(sign(text))
        params = ",".join(f'"{name}":{value}' for name, value in texts.items())
        reply = await ws.raw(f'{{"id":1,"method":"order.place","params":{{{params}}}}}')
        assert reply["status"] == 400


async def test_refusals_of_the_engine_have_the_codes_of_rest() -> None:
    ws = WsCaller()
    for params, expected in (
        ({"quantity": "0"}, -4003),
        ({"price": "59000.05"}, -4014),
        ({"quantity": "900"}, -2019),
        ({"timeInForce": None}, -1102),
        ({"side": "BUYS"}, -1117),
    ):
        over_rest = await ws.caller.order(**params)
        assert code(await ws.order(**params))[1] == over_rest.code == expected
    assert code(await ws.signed("order.cancel", symbol="BTCUSDT", orderId=999)) == (400, -2011)
    assert code(await ws.signed("order.status", symbol="BTCUSDT", orderId=999)) == (400, -2013)


async def test_an_unexpected_exception_is_answered_and_logged_without_its_signature(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ws = WsCaller()
    ws.caller.dialect.desk.submit = lambda command: 1 // 0  # type: ignore[assignment, return-value]
    assert code(await ws.order()) == (500, -1000)
    assert "ZeroDivisionError" in caplog.text
    assert "order.place" in caplog.text
    assert "signature" not in caplog.text
    assert ws.session.in_flight == 0


# Limits


async def test_weight_is_counted_together_with_rest() -> None:
    ws = WsCaller()
    assert ws.api.refuses("/ws-fapi/v1", IP) is None
    assert (await ws.caller.public("/fapi/v1/ping")).headers["x-mbx-used-weight"] == "6"
    reply = await ws.call("depth", symbol="BTCUSDT", limit=1000)
    assert reply["rateLimits"] == [
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": 2400,
            "count": 26,
        }
    ]


async def test_beyond_the_limit_requests_are_refused_and_then_the_address_is_banned() -> None:
    ws = WsCaller()
    for _ in range(120):
        assert (await ws.call("depth", symbol="BTCUSDT", limit=1000))["status"] == 200
    for _ in range(10):
        assert code(await ws.call("session.status")) == (429, -1003)
    reply = await ws.call("session.status")
    assert code(reply) == (418, -1003)
    assert ws.socket.closed == 1008
    refusal = ws.api.refuses("/ws-fapi/v1", IP)
    assert refusal is not None
    assert (refusal.status, refusal.retry_after_s) == (418, 120)
    assert ws.api.refuses("/ws-fapi/v1", "10.1.1.1") is None


async def test_orders_are_counted_by_account_and_refused_beyond_the_limit() -> None:
    ws = WsCaller()
    for _ in range(300):
        await ws.order(quantity="0")
    reply = await ws.order()
    assert code(reply) == (429, -1015)
    assert [row["count"] for row in reply["rateLimits"]] == [300, 300, 0]


async def test_only_so_many_connections_are_open() -> None:
    caller = Caller()
    api = WsApi(caller.dialect, caller.world, max_sessions=2)
    first, _second = WsCaller(caller, api=api), WsCaller(caller, api=api)
    refusal = api.refuses("/ws-fapi/v1", IP)
    assert refusal is not None
    assert refusal.status == 503
    api.disconnect(first.session)
    api.disconnect(first.session)
    assert api.refuses("/ws-fapi/v1", IP) is None


def test_the_paths_are_those_of_both_products() -> None:
    caller = Caller()
    api = WsApi(caller.dialect, caller.world)
    assert [
        path for path in ("/ws-fapi/v1", "/ws-dapi/v1", "/ws-fapi", "/ws", "/ws-fapi/v1/") if api.knows(path)
    ] == [
        "/ws-fapi/v1",
        "/ws-dapi/v1",
    ]


async def test_each_product_has_its_own_symbols_and_methods() -> None:
    coin = WsCaller(path="/ws-dapi/v1")
    assert code(await coin.order()) == (400, -1121)
    assert code(await coin.call("depth", symbol="BTCUSD_PERP")) == (404, -5000)
    assert (await coin.signed("order.place", **COIN_ORDER))["result"]["pair"] == "BTCUSD"
    assert code(await WsCaller().signed("order.place", **COIN_ORDER)) == (400, -1121)
