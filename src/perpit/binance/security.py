"""Who is calling, and is it really them: API keys, time windows, signatures, permissions.

`Dialect.http` walks through in the documented order (semantics 6.2 to 6.4):

| step | function | refusal |
|---|---|---|
| the header holds a key that we know | `find_key` | -2014, -2015 |
| timestamp and signature were sent | `signed_parts` | -1102 |
| the timestamp lies in the window | `check_time` | -1021 |
| the signature fits the text as it was sent | `check_signature` | -1022 |
| the key may do this, from here | `check_permission` | -2015 |

The signed text is the query without its signature followed by the body without its signature, byte for byte
(semantics 6.2.2, 6.2.7); the signature is the last parameter of the part that carries it (6.2.3).
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from perpit.binance import errors
from perpit.domain.commands import CreateKey
from perpit.domain.words import KEY_ED25519, KEY_HMAC, KEY_RSA, PERMIT_FUTURES, PERMIT_READ

NONE: Final = "NONE"
MARKET_DATA: Final = "MARKET_DATA"
USER_STREAM: Final = "USER_STREAM"
USER_DATA: Final = "USER_DATA"
TRADE: Final = "TRADE"

SIGNED: Final = frozenset((USER_DATA, TRADE))
PERMISSION: Final = {MARKET_DATA: 0, USER_STREAM: PERMIT_READ, USER_DATA: PERMIT_READ, TRADE: PERMIT_FUTURES}

DEFAULT_RECV_WINDOW_MS: Final = 5_000
LONGEST_RECV_WINDOW_MS: Final = 60_000
FUTURE_TOLERANCE_MS: Final = 1_000
LONGEST_KEY: Final = 128

BLOCK_BYTES: Final = 64  # of SHA-256
INNER_PAD: Final = bytes(byte ^ 0x36 for byte in range(256))
OUTER_PAD: Final = bytes(byte ^ 0x5C for byte in range(256))

Verifier = Callable[[bytes, bytes], bool]


def find_key(keys: dict[str, CreateKey], header: bytes | None) -> CreateKey:
    """The key that the X-MBX-APIKEY header names."""
    if not header or len(header) > LONGEST_KEY:
        raise errors.BAD_KEY_FORMAT()
    try:
        key = keys.get(header.decode("ascii"))
    except UnicodeDecodeError:
        raise errors.BAD_KEY_FORMAT() from None
    if key is None:
        if not header.isalnum():
            raise errors.BAD_KEY_FORMAT()
        raise errors.KEY_REJECTED()
    return key


def signed_parts(query: bytes, body: bytes, parameters: dict[str, str]) -> tuple[bytes, bytes]:
    """The signed text, and the signature as it was sent; it must be the last parameter of query or body."""
    if not parameters.get("timestamp"):
        raise errors.MANDATORY("timestamp")
    if not parameters.get("signature"):
        raise errors.MANDATORY("signature")
    query_text, query_signature = _cut(query)
    if not body:
        return query_text, query_signature
    body_text, body_signature = _cut(body)
    return query_text + body_text, query_signature or body_signature


def _cut(part: bytes) -> tuple[bytes, bytes]:
    """A part without its signature, and the signature; an empty one when the part does not end with it."""
    text, found, signature = part.rpartition(b"&signature=")
    if not found:
        if not part.startswith(b"signature="):
            return part, b""
        text, signature = b"", part[10:]
    return (part, b"") if signature.find(b"&") >= 0 else (text, signature)  # `in` takes four times as long


def check_time(parameters: dict[str, str], now_ms: int, wall_ms: Callable[[], int]) -> None:
    """The timestamp is at most recvWindow old and less than a second ahead (semantics 6.3.1).

    It is held against the venue's clock, and against `wall_ms()` where that is not 0.
    """
    timestamp = parameters["timestamp"]
    if not (timestamp.isdigit() and timestamp.isascii() and len(timestamp) <= 19):
        raise errors.MANDATORY("timestamp")
    given = parameters.get("recvWindow")
    window_ms = DEFAULT_RECV_WINDOW_MS if given is None else _window_ms(given)
    sent_ms = int(timestamp)
    if -FUTURE_TOLERANCE_MS < now_ms - sent_ms <= window_ms:
        return
    wall = wall_ms()
    if wall and -FUTURE_TOLERANCE_MS < wall - sent_ms <= window_ms:
        return
    raise errors.STALE_TIMESTAMP() if now_ms > sent_ms else errors.EARLY_TIMESTAMP()


def _window_ms(text: str) -> int:
    if not (text.isdigit() and text.isascii() and len(text) <= 19):
        raise errors.MANDATORY("recvWindow")
    window_ms = int(text)
    if not 0 < window_ms <= LONGEST_RECV_WINDOW_MS:
        raise errors.BAD_PARAMETER("recvWindow")
    return window_ms


def check_permission(key: CreateKey, security: str, client_ip: str) -> None:
    """The key grants this kind of call and may be used from this address; an empty list of addresses means any."""
    needed = PERMISSION[security]
    if key.permissions & needed != needed or (key.ips and client_ip not in key.ips):
        raise errors.KEY_REJECTED()


class Signatures:
    """Checks signatures; keeps a prepared verifier for each of the newest `max_keys` keys."""

    def __init__(self, max_keys: int = 10_000) -> None:
        self._max_keys = max_keys
        self._verifiers: dict[str, tuple[CreateKey, Verifier]] = {}

    def check(self, key: CreateKey, payload: bytes, signature: bytes) -> None:
        """Raises -1022 unless the signature was made with this key over this text."""
        if not self.fits(key, payload, signature):
            raise errors.BAD_SIGNATURE()

    def fits(self, key: CreateKey, payload: bytes, signature: bytes) -> bool:
        """Whether the signature was made with this key over this text."""
        cached = self._verifiers.get(key.api_key)
        if cached is None or cached[0] is not key:
            cached = (key, VERIFIERS[key.key_kind](key.secret))
            if len(self._verifiers) >= self._max_keys:
                del self._verifiers[next(iter(self._verifiers))]
            self._verifiers[key.api_key] = cached
        return cached[1](payload, signature)


def _hmac_verifier(secret: str) -> Verifier:
    """HMAC-SHA256, hexadecimal, either case (semantics 6.2.4).

    Both hashes are keyed once and copied for each text, as RFC 2104 suggests: half the cost of a call of `hmac`.
    """
    key = secret.encode()
    block = (sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    inner = sha256(block.translate(INNER_PAD))
    outer = sha256(block.translate(OUTER_PAD))
    compare = hmac.compare_digest

    def verify(payload: bytes, signature: bytes) -> bool:
        made = inner.copy()
        made.update(payload)
        signed = outer.copy()
        signed.update(made.digest())
        try:
            return compare(signed.digest(), binascii.unhexlify(signature))
        except binascii.Error:
            return False

    return verify


def _rsa_verifier(pem: str) -> Verifier:
    """RSASSA-PKCS1-v1_5 with SHA-256, base64, percent-encoded (semantics 6.2.5)."""
    public_key = load_pem_public_key(pem.encode())
    if not isinstance(public_key, RSAPublicKey):
        raise ValueError("the key is no RSA public key")

    def verify(payload: bytes, signature: bytes) -> bool:
        try:
            public_key.verify(_base64(signature), payload, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    return verify


def _ed25519_verifier(pem: str) -> Verifier:
    """Ed25519 over the raw text, base64 (semantics 6.2.6)."""
    public_key = load_pem_public_key(pem.encode())
    if not isinstance(public_key, Ed25519PublicKey):
        raise ValueError("the key is no Ed25519 public key")

    def verify(payload: bytes, signature: bytes) -> bool:
        try:
            public_key.verify(_base64(signature), payload)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    return verify


def _base64(signature: bytes) -> bytes:
    return base64.b64decode(unquote(signature.decode("latin-1")), validate=True)


# Which algorithm applies follows from the key's own record (semantics 6.2.8).
VERIFIERS: Final[dict[int, Callable[[str], Verifier]]] = {
    KEY_HMAC: _hmac_verifier,
    KEY_RSA: _rsa_verifier,
    KEY_ED25519: _ed25519_verifier,
}
