"""API keys: make, list, edit, revoke. A secret is shown once, in the answer that makes the key."""

import ipaddress
import secrets
import string
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from perpit.control.accounts import account_named
from perpit.control.bodies import KeyTerms, NewKey
from perpit.control.ports import Ports
from perpit.control.problems import Problem, settled
from perpit.domain.commands import CreateKey, EditKey, RevokeKey
from perpit.domain.words import KEY_ED25519, KEY_HMAC, KEY_RSA, PERMIT_FUTURES, PERMIT_READ

KINDS = {"HMAC": KEY_HMAC, "RSA": KEY_RSA, "ED25519": KEY_ED25519}
KIND_NAMES = {number: name for name, number in KINDS.items()}
PUBLIC_KEYS = {"RSA": RSAPublicKey, "ED25519": Ed25519PublicKey}
ALPHABET = string.ascii_letters + string.digits


def random_key() -> str:
    """64 letters and digits, the form of the exchange's keys and secrets."""
    return "".join(secrets.choice(ALPHABET) for _ in range(64))


def shown(key: CreateKey) -> dict[str, Any]:
    """A key as control lists it: without its secret."""
    return {
        "api_key": key.api_key,
        "label": key.label,
        "type": KIND_NAMES[key.key_kind],
        "futures": bool(key.permissions & PERMIT_FUTURES),
        "ips": list(key.ips),
    }


def keys_of(ports: Ports, name: str) -> list[CreateKey]:
    """The keys of an account, oldest first."""
    account_id = account_named(ports, name)
    return [key for key in ports.world.keys.by_api_key.values() if key.account_id == account_id]


async def list_keys(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """The keys of an account, without their secrets."""
    return {"keys": [shown(key) for key in keys_of(ports, params["name"])]}


async def create_key(ports: Ports, params: dict[str, str], body: NewKey) -> dict[str, Any]:
    """Make a key. HMAC keys get a secret; RSA and Ed25519 keys bring their public half."""
    account_id = account_named(ports, params["name"])
    secret = random_key() if body.type == "HMAC" else public_key(body)
    if body.type == "HMAC" and body.public_key is not None:
        raise Problem(400, "public_key: belongs to RSA and ED25519 keys only; leave it out")
    permissions = PERMIT_READ | (PERMIT_FUTURES if body.futures else 0)
    ips = [address(ip) for ip in body.ips]
    key = CreateKey(account_id, random_key(), secret, KINDS[body.type], body.label, permissions, ips)
    settled(await ports.submit(key))
    return {**shown(key), "api_secret": secret if body.type == "HMAC" else None}


async def edit_key(ports: Ports, params: dict[str, str], body: KeyTerms) -> dict[str, Any]:
    """Change what a key may do, and from where. It holds from its next request on, on open connections, too."""
    key = key_of(ports, params)
    label = key.label if isinstance(body.label, msgspec.UnsetType) else body.label
    permissions = key.permissions
    if isinstance(body.futures, bool):
        permissions = PERMIT_READ | (PERMIT_FUTURES if body.futures else 0)
    ips = key.ips if isinstance(body.ips, msgspec.UnsetType) else [address(ip) for ip in body.ips]
    settled(await ports.submit(EditKey(key.api_key, label, permissions, ips)))
    return shown(key_of(ports, params))


async def revoke_key(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """Take a key away; what it signed before stands."""
    api_key = key_of(ports, params).api_key
    settled(await ports.submit(RevokeKey(api_key)))
    return {"revoked": api_key}


def key_of(ports: Ports, params: dict[str, str]) -> CreateKey:
    """The key that a call names; a Problem unless the account has it."""
    name, api_key = params["name"], params["api_key"]
    for key in keys_of(ports, name):
        if key.api_key == api_key:
            return key
    raise Problem(404, f"account {name!r} has no such key; GET /venue/v1/accounts/{name}/keys lists them")


def address(ip: str) -> str:
    """An IP address in its usual writing."""
    try:
        return str(ipaddress.ip_address(ip.strip()))
    except ValueError:
        raise Problem(400, f"ips: {ip!r} is not an IP address") from None


def public_key(body: NewKey) -> str:
    """The PEM text of the public key that came with the call."""
    if not body.public_key:
        raise Problem(400, f"public_key: an {body.type} key needs its public half in PEM form")
    try:
        loaded = load_pem_public_key(body.public_key.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Problem(400, "public_key: is not a public key in PEM form") from None
    if not isinstance(loaded, PUBLIC_KEYS[body.type]):
        raise Problem(400, f"public_key: is not an {body.type} key")
    return body.public_key
