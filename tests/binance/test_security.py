"""Keys, time windows, signatures and permissions, in the order in which they are asked (semantics 6.2 to 6.4)."""

import base64
import hmac
from urllib.parse import quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from perpit.binance import errors
from perpit.binance.security import Signatures, check_time, signed_parts
from perpit.domain.commands import CreateKey, EditKey, RevokeKey
from perpit.domain.words import KEY_ED25519, KEY_RSA, PERMIT_FUTURES, PERMIT_READ
from tests.binance.caller import KEY, SECRET, START_MS, Caller, sign

ACCOUNT = "/fapi/v2/account"
LISTEN = "/fapi/v1/listenKey"
KEY_HEADER = [(b"x-mbx-apikey", KEY.encode())]


def key(permissions: int = PERMIT_READ | PERMIT_FUTURES, ips: list[str] | None = None) -> CreateKey:
    return CreateKey(1, "other", SECRET, 0, "", permissions, ips or [])


@pytest.mark.semantics("A15")
def test_the_documented_signature_is_accepted() -> None:
    text = (
        "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000"
        "&timestamp=1591702613943"
    )
    assert sign(text) == "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"
    query = f"{text}&signature={sign(text)}".encode()
    payload, signature = signed_parts(query, b"", {"timestamp": "1", "signature": "x"})
    Signatures().check(key(), payload, signature)
    Signatures().check(key(), payload, signature.upper())


@given(secret=st.text(min_size=1, max_size=200), payload=st.binary(max_size=300))
def test_signatures_are_those_of_hmac(secret: str, payload: bytes) -> None:
    made = hmac.new(secret.encode(), payload, "sha256").hexdigest().encode()
    Signatures().check(CreateKey(1, "k", secret, 0, "", 0, []), payload, made)


def test_query_and_body_are_signed_together_with_nothing_between_them() -> None:
    query = b"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"
    text = b"quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943"
    signature = b"30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4"
    payload, found = signed_parts(
        query, text + b"&signature=" + signature, {"timestamp": "1", "signature": "x"}
    )
    assert payload == query + text
    Signatures().check(key(), payload, found)


@pytest.mark.parametrize(
    "signature",
    [b"", b"zz", b"00" * 32, b"3c66", "é".encode("latin-1") * 64],
    ids=["none", "text", "wrong", "short", "bytes"],
)
def test_any_other_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(errors.WireError) as refusal:
        Signatures().check(key(), b"timestamp=1", signature)
    assert (refusal.value.code, refusal.value.status) == (-1022, 400)


def test_rsa_and_ed25519_keys_verify_base64_signatures() -> None:
    payload = b"symbol=BTCUSDT&timestamp=1"
    rsa_key = rsa.generate_private_key(65537, 2048)
    ed_key = ed25519.Ed25519PrivateKey.generate()
    for kind, private, made in (
        (KEY_RSA, rsa_key, rsa_key.sign(payload, PKCS1v15(), SHA256())),
        (KEY_ED25519, ed_key, ed_key.sign(payload)),
    ):
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        record = CreateKey(1, "k", pem, kind, "", PERMIT_READ, [])
        Signatures().check(record, payload, quote(base64.b64encode(made)).encode())
        with pytest.raises(errors.WireError):
            Signatures().check(record, payload + b"0", quote(base64.b64encode(made)).encode())
        with pytest.raises(errors.WireError):
            Signatures().check(record, payload, b"%%%not base64")


@pytest.mark.parametrize(
    ("age_ms", "window", "code"),
    [
        (0, None, None),
        (5_000, None, None),
        (5_001, None, -1021),
        (-999, None, None),
        (-1_000, None, -1021),
        (60_000, "60000", None),
        (1, "60001", -1130),
        (0, "0", -1130),
        (0, "x", -1102),
        (0, "-5", -1102),
    ],
)
def test_a_timestamp_is_accepted_within_its_window_only(
    age_ms: int, window: str | None, code: int | None
) -> None:
    sent = {"timestamp": str(START_MS - age_ms)} | ({"recvWindow": window} if window else {})
    try:
        check_time(sent, START_MS, lambda: 0)
        found = None
    except errors.WireError as refusal:
        found = refusal.code
    assert found == code


@pytest.mark.parametrize(
    ("sent_ms", "accepted"), [(0, True), (3_600_000, True), (1_800_000, False), (-10_000, False)]
)
def test_on_a_clock_of_its_own_the_venue_accepts_the_machines_time_too(sent_ms: int, accepted: bool) -> None:
    sent = {"timestamp": str(START_MS + sent_ms)}
    if accepted:
        check_time(sent, START_MS, lambda: START_MS + 3_600_000)
        return
    with pytest.raises(errors.WireError) as refused:
        check_time(sent, START_MS, lambda: START_MS + 3_600_000)
    assert refused.value.code == -1021


async def test_both_texts_of_a_bad_timestamp_are_the_exchanges_own() -> None:
    caller = Caller()
    late = await caller.signed("GET", ACCOUNT, timestamp=START_MS - 10_000)
    assert late.json == {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}
    early = await caller.signed("GET", ACCOUNT, timestamp=START_MS + 10_000)
    assert early.json["msg"] == "Timestamp for this request was 1000ms ahead of the server's time."


async def signed_with(caller: Caller, header: list[tuple[bytes, bytes]], text: str) -> tuple[int, int | None]:
    reply = await caller.raw("GET", ACCOUNT, text.encode(), headers=header)
    return reply.status, reply.code


async def test_checks_come_in_the_documented_order() -> None:
    caller = Caller()
    now = f"timestamp={START_MS}"
    old = "timestamp=1"
    cases = [
        ([], "", (401, -2014)),
        ([(b"x-mbx-apikey", b"")], "", (401, -2014)),
        ([(b"x-mbx-apikey", b"x y")], "", (401, -2014)),
        ([(b"x-mbx-apikey", b"\xff\xfe")], "", (401, -2014)),
        ([(b"x-mbx-apikey", b"k" * 200)], "", (401, -2014)),
        ([(b"x-mbx-apikey", b"unknownkey")], "", (401, -2015)),
        (KEY_HEADER, "", (400, -1102)),
        (KEY_HEADER, now, (400, -1102)),
        (KEY_HEADER, f"signature={sign('')}", (400, -1102)),
        (KEY_HEADER, f"{old}&signature=bad", (400, -1021)),
        (KEY_HEADER, f"{now}&signature=bad", (400, -1022)),
        (KEY_HEADER, f"{now}&signature={sign(now)}", (200, None)),
        (KEY_HEADER, f"{now}&signature={sign(now).upper()}", (200, None)),
        (KEY_HEADER, f"signature={sign(now)}&{now}", (400, -1022)),
        (KEY_HEADER, f"{now}&signature={sign(now)}&x=1", (400, -1022)),
    ]
    for header, text, expected in cases:
        assert await signed_with(caller, header, text) == expected, (header, text)


async def test_the_missing_parameter_is_named() -> None:
    caller = Caller()
    reply = await caller.raw("GET", ACCOUNT, b"")
    assert reply.json["msg"] == "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."
    reply = await caller.raw("GET", ACCOUNT, f"timestamp={START_MS}".encode())
    assert reply.json["msg"] == "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."


@pytest.mark.parametrize("place", ["query", "body", "split", "signature in query"])
async def test_parameters_may_stand_in_the_query_in_a_form_body_or_in_both(place: str) -> None:
    caller = Caller()
    first = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"
    second = f"quantity=0.01&price=59000&timestamp={START_MS}"
    form = [*KEY_HEADER, (b"content-type", b"application/x-www-form-urlencoded")]
    whole = f"{first}&{second}"
    query, body = {
        "query": (f"{whole}&signature={sign(whole)}", ""),
        "body": ("", f"{whole}&signature={sign(whole)}"),
        "split": (first, f"{second}&signature={sign(first + second)}"),
        "signature in query": (f"{first}&signature={sign(first + second)}", second),
    }[place]
    reply = await caller.raw("POST", "/fapi/v1/order", query.encode(), body.encode(), form)
    assert reply.status == 200, reply.json
    assert reply.json["price"] == "59000.00"


async def test_a_value_in_the_query_wins_over_the_same_name_in_the_body() -> None:
    caller = Caller()
    query = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=58000"
    body = f"price=59000&timestamp={START_MS}"
    reply = await caller.raw(
        "POST", "/fapi/v1/order", query.encode(), f"{body}&signature={sign(query + body)}".encode()
    )
    assert reply.json["price"] == "58000.00"


async def test_a_json_content_type_with_an_empty_body_is_fine() -> None:
    caller = Caller()
    text = f"timestamp={START_MS}"
    headers = [*KEY_HEADER, (b"content-type", b"application/json;charset=utf-8")]
    reply = await caller.raw("GET", ACCOUNT, f"{text}&signature={sign(text)}".encode(), headers=headers)
    assert reply.status == 200


async def test_the_signature_covers_the_text_as_it_was_encoded() -> None:
    caller = Caller()
    text = urlencode({"symbol": "BTCUSDT", "origClientOrderId": "a:b/c", "timestamp": START_MS})
    reply = await caller.raw("GET", "/fapi/v1/order", f"{text}&signature={sign(text)}".encode())
    assert reply.code == -2013
    decoded = f"symbol=BTCUSDT&origClientOrderId=a:b/c&timestamp={START_MS}"
    reply = await caller.raw("GET", "/fapi/v1/order", f"{text}&signature={sign(decoded)}".encode())
    assert reply.code == -1022


async def test_a_key_does_only_what_it_was_granted_and_only_from_where() -> None:
    caller = Caller()
    caller.apply(CreateKey(1, "readonly", SECRET, 0, "", PERMIT_READ, []))
    caller.apply(CreateKey(1, "elsewhere", SECRET, 0, "", PERMIT_READ | PERMIT_FUTURES, ["10.0.0.9"]))
    text = f"symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&timestamp={START_MS}"
    query = f"{text}&signature={sign(text)}".encode()

    async def code(name: bytes, method: str, path: str, ip: str = "127.0.0.1") -> int | None:
        return (await caller.raw(method, path, query, headers=[(b"x-mbx-apikey", name)], ip=ip)).code

    assert await code(b"readonly", "GET", ACCOUNT) is None
    assert await code(b"readonly", "POST", "/fapi/v1/order") == -2015
    assert await code(b"elsewhere", "GET", ACCOUNT) == -2015
    assert await code(b"elsewhere", "POST", LISTEN) == -2015
    assert await code(b"elsewhere", "GET", ACCOUNT, ip="10.0.0.9") is None


async def test_a_revoked_key_is_unknown_at_once_and_a_new_secret_counts_at_once() -> None:
    caller = Caller()
    assert (await caller.signed("GET", ACCOUNT)).status == 200
    caller.apply(RevokeKey(KEY))
    assert (await caller.signed("GET", ACCOUNT)).code == -2015
    caller.apply(CreateKey(1, KEY, "another secret", 0, "", PERMIT_READ, []))
    assert (await caller.signed("GET", ACCOUNT)).code == -1022


async def test_market_data_and_listen_keys_need_a_key_but_no_signature() -> None:
    caller = Caller()
    assert (await caller.raw("GET", "/fapi/v1/historicalTrades", b"symbol=BTCUSDT", headers=[])).code == -2014
    assert (await caller.raw("GET", "/fapi/v1/historicalTrades", b"symbol=BTCUSDT")).status == 200
    assert (await caller.raw("POST", LISTEN, headers=[])).code == -2014
    assert len((await caller.raw("POST", LISTEN)).json["listenKey"]) == 64


async def test_an_edited_key_may_do_what_it_says_now_from_the_next_request_on() -> None:
    caller = Caller()
    caller.apply(EditKey(KEY, "", PERMIT_READ, []))
    assert (await caller.order()).code == -2015
    assert (await caller.signed("GET", "/fapi/v3/account")).status == 200
    caller.apply(EditKey(KEY, "", PERMIT_READ | PERMIT_FUTURES, ["10.9.9.9"]))
    assert (await caller.order()).code == -2015
    caller.apply(EditKey(KEY, "", PERMIT_READ | PERMIT_FUTURES, []))
    assert (await caller.order()).status == 200
