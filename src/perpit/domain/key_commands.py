"""Commands of API keys."""

from typing import ClassVar

from mypy_extensions import i64, mypyc_attr

from perpit.domain.command import Command


@mypyc_attr(acyclic=True)
class CreateKey(Command):
    """Give an account an API key. `secret` is the HMAC secret, or the PEM public key of RSA and Ed25519 keys."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "api_key",
        "secret",
        "key_kind",
        "label",
        "permissions",
        "ips",
    )

    def __init__(
        self,
        account_id: i64,
        api_key: str,
        secret: str,
        key_kind: int,
        label: str,
        permissions: int,
        ips: list[str],
    ) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.api_key = api_key
        self.secret = secret
        self.key_kind = key_kind
        self.label = label
        self.permissions = permissions
        self.ips = ips


@mypyc_attr(acyclic=True)
class EditKey(Command):
    """Give an API key another label, other permissions and another list of addresses; its secret stays."""

    FIELDS: ClassVar[tuple[str, ...]] = ("api_key", "label", "permissions", "ips")

    def __init__(self, api_key: str, label: str, permissions: int, ips: list[str]) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.api_key = api_key
        self.label = label
        self.permissions = permissions
        self.ips = ips


@mypyc_attr(acyclic=True)
class RevokeKey(Command):
    """Take an API key away."""

    FIELDS: ClassVar[tuple[str, ...]] = ("api_key",)

    def __init__(self, api_key: str) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.api_key = api_key
