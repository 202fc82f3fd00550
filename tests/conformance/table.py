"""The tables of calls: one row for each way to make a call of the exchange's lists, as `rows/*.json` have them.

    {"call": "DELETE /fapi/v1/order", "sdk": "cancel_order", "first": "order", "with": {"order_id": "$order_id"}}

`call` is a method and path, or a method of the WebSocket API. `sdk` is the method of the official SDK, null where it
has none: then the call is made by hand. `with` are its arguments; "$name" stands for what `first`, a step of
`world.FIRST`, has made. `as` is "trader", whom everything has happened to, or "fresh", an account of its own for calls
that change the account. `empty` says why an answer cannot be filled. Rows of streams have the `name` to subscribe.
`profile` is the one that has it, where it is no longer told, or not yet: `test_dated.py`.
"""

import re
from pathlib import Path
from typing import Any

import msgspec

ROWS = Path(__file__).parent / "rows"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to make one call."""

    call: str
    sdk: str | None
    arguments: dict[str, Any] = msgspec.field(name="with", default_factory=dict)
    first: str = ""
    party: str = msgspec.field(name="as", default="trader")
    empty: str = ""
    name: str = ""
    profile: str = ""

    def __str__(self) -> str:
        told = ",".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.call} {told}"[:70].strip()


def rows(name: str) -> list[Row]:
    """A table: `usds_m.rest`, `coin_m.wsapi`."""
    return msgspec.json.decode((ROWS / f"{name}.json").read_bytes(), type=list[Row])


def filled(value: Any, made: dict[str, Any]) -> Any:
    """Arguments with what a first step has made in place of `$name`."""
    if isinstance(value, dict):
        return {name: filled(inner, made) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, made) for inner in value]
    if isinstance(value, str) and value.startswith("$"):
        return made[value[1:]]
    return value


def camel(name: str) -> str:
    """An argument of the SDK as the wire spells it."""
    return re.sub(r"_(.)", lambda found: found[1].upper(), name)
