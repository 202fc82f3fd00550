"""The door of control: what each call may send, as typed structs. Unknown fields are refused, not passed over."""

from typing import Annotated, Literal

import msgspec

from perpit.domain.grid_levels import GRIDS_MAX, GRIDS_MIN

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
DECIMAL = r"^[0-9]{1,20}(\.[0-9]{1,20})?$"
ASSET = r"^[A-Z0-9]{1,20}$"
# what a caller is told instead of the pattern
IN_WORDS = {
    NAME: "up to 64 letters, digits, dots and dashes",
    DECIMAL: "a decimal number like 1250.50",
    ASSET: "an asset like USDT",
}
Name = Annotated[str, msgspec.Meta(pattern=NAME, examples=["alice"])]
Decimal = Annotated[str, msgspec.Meta(pattern=DECIMAL, examples=["1250.50"])]
LATEST_MS = 4_102_444_800_000  # the start of 2100: where the clock ends, far before a Date header does
Milliseconds = Annotated[int, msgspec.Meta(ge=1, le=LATEST_MS)]


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What all bodies share: a field nobody knows is an error of the caller."""


class NewAccount(Body):
    """An account to open."""

    name: Name


class NewKey(Body):
    """A key to make. Futures trading is off until granted; without IPs it works from everywhere."""

    label: Annotated[str, msgspec.Meta(max_length=64)] = ""
    futures: bool = False
    ips: Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=30)] = []
    type: Literal["HMAC", "RSA", "ED25519"] = "HMAC"
    public_key: Annotated[str, msgspec.Meta(max_length=4096)] | None = None


class KeyTerms(Body):
    """What a key may do from now on; what is left out stays as it is. An empty list of IPs means from everywhere."""

    label: Annotated[str, msgspec.Meta(max_length=64)] | msgspec.UnsetType = msgspec.UNSET
    futures: bool | msgspec.UnsetType = msgspec.UNSET
    ips: (
        Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=30)]
        | msgspec.UnsetType
    ) = msgspec.UNSET


class Amount(Body):
    """Money to bring or to take."""

    asset: Annotated[str, msgspec.Meta(pattern=ASSET, examples=["USDT"])]
    amount: Decimal
    market: Literal["usds_m", "coin_m"] = "usds_m"


class FeeTier(Body):
    """What an account pays in a market: 0 is what everybody pays, 9 the least."""

    tier: Annotated[int, msgspec.Meta(ge=0, le=9)]
    market: Literal["usds_m", "coin_m"] = "usds_m"


class Standing(Body):
    """What an account may do."""

    standing: Literal["good", "only reduces", "may not order", "keys locked", "inactive"]


class NewGrid(Body):
    """A grid to start: `grids` steps between two prices, every order of `quantity`.

    A neutral grid buys below the present price and sells above it; a long one buys everywhere first, a short one sells.
    """

    symbol: Annotated[str, msgspec.Meta(max_length=64, examples=["BTCUSDT"])]
    lower: Annotated[str, msgspec.Meta(pattern=DECIMAL, examples=["58000"])]
    upper: Annotated[str, msgspec.Meta(pattern=DECIMAL, examples=["62000"])]
    grids: Annotated[int, msgspec.Meta(ge=GRIDS_MIN, le=GRIDS_MAX)]
    quantity: Annotated[str, msgspec.Meta(pattern=DECIMAL, examples=["0.01"])]
    spacing: Literal["arithmetic", "geometric"] = "arithmetic"
    direction: Literal["neutral", "long", "short"] = "neutral"


class ClockMode(Body):
    """How time shall run from now on."""

    mode: Literal["wall", "scaled", "manual"]
    speed: Annotated[float, msgspec.Meta(gt=0, le=1_000_000)] | None = None
    time_ms: Milliseconds | None = None


class Step(Body):
    """How far a manual clock shall go: by `ms`, or to `to_ms`."""

    ms: Milliseconds | None = None
    to_ms: Milliseconds | None = None


class End(Body):
    """When a contract ends: `at_ms` on a whole second, null for never, left out for the next second."""

    at_ms: Milliseconds | msgspec.UnsetType | None = msgspec.UNSET


class Prices(Body):
    """Prices to set: `index` moves the index, `mark` pins the mark price, `mark: null` lets it go."""

    index: Decimal | msgspec.UnsetType = msgspec.UNSET
    mark: Decimal | msgspec.UnsetType | None = msgspec.UNSET


class AssetIndex(Body):
    """The price of a margin asset in USD; `null` lets it follow its contract."""

    index: Decimal | None
