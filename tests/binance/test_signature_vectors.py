"""Known signatures of each kind of key: what was published, or was made elsewhere, is accepted, and nothing near it.

The exchange publishes texts for all three kinds, but secret and signature for HMAC only; its RSA and Ed25519 examples
come without a public key. For those the text is its own, and the key is that of RFC 8032 (section 7.1, test 1), or was
made and used by the `openssl` command. The RSA vector is checked once more by the arithmetic of RFC 8017, 8.2.2.
"""

import base64
import hashlib
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from perpit.binance import errors
from perpit.binance.security import Signatures, signed_parts
from perpit.binance.ws_request import WsRequest
from perpit.domain.commands import CreateKey
from perpit.domain.words import KEY_ED25519, KEY_HMAC, KEY_RSA

FUTURES_SECRET = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"
WS_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
WS_SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
IN_QUERY = (
    "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000"
    "&timestamp=1591702613943"
)
MARKET_ORDER = "timestamp=1671090801999&recvWindow=9999999&symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1.23"
RSA_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoqGhZn6oG/LoexuyUCh1
9dW+rylgOUYmvkSOy4x/ZkyB4DuiK9jG6f8mTst7Kh1kmR37cqAM5Ch+gARoc288
nQxVX51dAYdhLvQ1u7uWquxS2ZSs0AceuYhAIknRc2TZOIgHzK/442MoyThkdIAp
VbtFHK3kLsk2sFGInJJ4xby5Es2XF6KZZr8dA4jTIX2B2XIo6N+W9Bgx9vnaaXkz
Vx85aHdLl/PCUpQBrXZIOsVaDnBXrYJSayJqGFsym2yHoZ+qRA3qtZsd7w5By0eL
gX1sxxZemyhGhHwW8blfjzkYY02wFqnX4zQIbn3EFjBOIGXgctFNxT+DfesfvYz6
KQIDAQAB
-----END PUBLIC KEY-----
"""
RSA_SIGNATURE = (
    "CQ228OfwqSDDnmpTW22w/qPvESDr1z2Fi5dnphy8/7dF8BYPZM4/y+cWQ95mun+m/WYerzCnLGuzKJ1TKRsqwJGGqnB7nGWUI/0VrmCV"
    "Qv3c6Xb7rSLkOGOKGvwqcJmDB2vusxKEtATusF9WvcG4XlfGFdHS2p0Ptmo2VbqBPf6Oco/k+lSpu3nPx/MOH4GhvqKCr4+kDbXdunZ1"
    "OKXMtKt1LG2JNkSXkI+lpNQlV9iclL4azRXUg35IXpattBvUSe9ZEOiRfTu01GYY3Zo09vofqbX2dnIqbE0bjo0zXKzZIlg+5QuBq7qx"
    "XE4edI2yHHuz2YRH0jdbCLEviEczsg=="
)
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
ED25519_SIGNATURE = "qpPqj9/M2kbOIp+0Srtb9BAqCDuerbkDibsj/KiNydjCAqNTLC2OdUgCq/StcxWSXc2vDgmJ/hTEuBgJX+bwBw=="
# Public key, message, signature: RFC 8032, 7.1, tests 1 to 3.
RFC_8032 = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0"
        "595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae"
        "b4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9"
        "716ed28dc027beceea1ec40a",
    ),
)


def key(secret: str, kind: int = KEY_HMAC) -> CreateKey:
    return CreateKey(1, "key", secret, kind, "", 0, [])


def ed25519_pem(public_hex: str) -> str:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


REST = {
    "HMAC": (
        key(FUTURES_SECRET),
        IN_QUERY,
        "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9",
    ),
    "RSA": (key(RSA_KEY, KEY_RSA), MARKET_ORDER, quote(RSA_SIGNATURE, safe="")),
    "ED25519": (
        key(ed25519_pem(RFC_8032[0][0]), KEY_ED25519),
        MARKET_ORDER,
        quote(ED25519_SIGNATURE, safe=""),
    ),
}


@pytest.mark.parametrize("kind", REST)
@pytest.mark.parametrize("place", ["query", "body", "both"])
def test_a_known_signature_fits_wherever_the_parameters_stand(kind: str, place: str) -> None:
    signer, text, signature = REST[kind]
    half = text.rindex("&", 0, 60)
    query, body = {"query": (text, ""), "body": ("", text), "both": (text[:half], text[half:])}[place]
    sent = f"{body if body else query}&signature={signature}".encode()
    parts = (sent, b"") if not body else (query.encode(), sent)
    payload, found = signed_parts(*parts, {"timestamp": "1", "signature": signature})
    assert payload == text.encode()
    Signatures().check(signer, payload, found)


@pytest.mark.parametrize("kind", REST)
def test_one_changed_character_of_the_text_is_refused(kind: str) -> None:
    signer, text, signature = REST[kind]
    signatures = Signatures()
    for position in range(0, len(text), 7):
        changed = text[:position] + chr(ord(text[position]) ^ 1) + text[position + 1 :]
        with pytest.raises(errors.WireError, match="-1022"):
            signatures.check(signer, changed.encode(), signature.encode())


@pytest.mark.parametrize("kind", ["RSA", "ED25519"])
def test_base64_stands_in_a_query_with_or_without_percent_signs(kind: str) -> None:
    """`+`, `/` and `=` are sent as they are by some clients (semantics 6.2.5)."""
    signer, text, signature = REST[kind]
    plain = {"RSA": RSA_SIGNATURE, "ED25519": ED25519_SIGNATURE}[kind]
    assert plain != signature
    Signatures().check(signer, text.encode(), plain.encode())


@pytest.mark.parametrize("kind", REST)
def test_a_signature_of_one_kind_is_none_of_another(kind: str) -> None:
    signer, text, _ = REST[kind]
    for other, (_, _, signature) in REST.items():
        if other != kind:
            assert not Signatures().fits(signer, text.encode(), signature.encode())


def test_the_rsa_vector_is_what_rfc_8017_computes() -> None:
    public = load_pem_public_key(RSA_KEY.encode())
    assert isinstance(public, RSAPublicKey)
    numbers = public.public_numbers()
    opened = pow(int.from_bytes(base64.b64decode(RSA_SIGNATURE)), numbers.e, numbers.n)
    digest = SHA256_INFO + hashlib.sha256(MARKET_ORDER.encode()).digest()
    padding = b"\xff" * (256 - 3 - len(digest))
    assert opened.to_bytes(256) == b"\x00\x01" + padding + b"\x00" + digest


@pytest.mark.parametrize("vector", RFC_8032, ids=["test 1", "test 2", "test 3"])
def test_the_vectors_of_rfc_8032_fit(vector: tuple[str, str, str]) -> None:
    public, message, signature = vector
    signer = key(ed25519_pem(public), KEY_ED25519)
    made = base64.b64encode(bytes.fromhex(signature))
    Signatures().check(signer, bytes.fromhex(message), made)
    with pytest.raises(errors.WireError):
        Signatures().check(signer, bytes.fromhex(message) + b"0", made)


@pytest.mark.parametrize(
    ("order", "signature"),
    [
        (
            '"symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC",'
            '"quantity": "0.01000000", "price": "52000.00", "recvWindow": 100',
            "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24",
        ),
        (
            '"symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC",'
            '"quantity": "0.01000000", "price": "52000.00", "newOrderRespType": "ACK", "recvWindow": 100',
            "cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a",
        ),
        (
            '"symbol": "\uff11\uff12\uff13\uff14\uff15\uff16", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",'
            '"quantity": "1.00000000", "price": "0.10000000", "recvWindow": 5000',
            "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd",
        ),
    ],
    ids=["of today", "of older pages", "with a name that is not ASCII"],
)
def test_a_published_request_of_the_websocket_api_is_signed(order: str, signature: str) -> None:
    params = f'{order}, "timestamp": 1645423376532, "apiKey": "{WS_KEY}", "signature": "{signature}"'
    request = WsRequest()
    request.read(f'{{"id": 1, "method": "order.place", "params": {{{params}}}}}'.encode())
    request.check_signature(Signatures(), key(WS_SECRET))
    request.sent["quantity"] = "9"
    with pytest.raises(errors.WireError, match="-1022"):
        request.check_signature(Signatures(), key(WS_SECRET))
