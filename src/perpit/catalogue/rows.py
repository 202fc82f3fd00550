"""The rows of `usds_m.json` as typed structs, decoded once per process, and the lookup by symbol.

The composition root asks which symbols there are; exchangeInfo shows what an `Instrument` does not carry.
Numbers that the exchange writes as text stay text here; `instruments.py` puts them on the grid.
"""

from functools import cache
from importlib.resources import files

import msgspec

from perpit.domain.numbers import parse_scaled


class UnknownSymbol(ValueError):
    """The catalogue has no such contract, or not in this release. The message is one line for the user."""


class Common(msgspec.Struct, frozen=True):
    """What every contract of the catalogue shares."""

    contract_type: str
    status: str
    underlying_type: str
    delivery_ms: int
    base_asset_precision: int
    quote_precision: int
    required_margin_percent: str
    maint_margin_percent: str
    multiplier_decimal: str
    max_amendments: int
    position_control_side: str
    order_types: list[str]
    time_in_force: list[str]
    maker_fee: str
    taker_fee: str
    default_leverage: int
    funding_interval_hours: int


class Asset(msgspec.Struct, frozen=True):
    """A collateral asset, exchanged when its balance is below `auto_asset_exchange` (semantics 1.6.7)."""

    asset: str
    margin_available: bool
    auto_asset_exchange: str


class BracketRow(msgspec.Struct, frozen=True, array_like=True):
    """`[max_leverage, cap, maintenance rate]` of the leverage table; floor and `cum` follow from the rows."""

    max_leverage: int
    cap: int
    maint_rate: str


class Facts(msgspec.Struct, frozen=True):
    """One contract. `initial_price` is where its market starts when nobody has said anything yet."""

    symbol: str
    base_asset: str
    quote_asset: str
    margin_asset: str
    initial_price: str
    price_precision: int
    quantity_precision: int
    tick_size: str
    min_price: str
    max_price: str
    step_size: str
    min_qty: str
    max_qty: str
    market_min_qty: str
    market_max_qty: str
    min_notional: str
    multiplier_up: str
    multiplier_down: str
    market_take_bound: str
    trigger_protect: str
    liquidation_fee: str
    max_orders: int
    onboard_ms: int
    underlying_subtypes: list[str]
    permission_sets: list[str]
    brackets: list[BracketRow]

    @property
    def initial_price_e8(self) -> int:
        return parse_scaled(self.initial_price, 8)


class _File(msgspec.Struct, frozen=True):
    origin: str
    common: Common
    assets: list[Asset]
    coin_m: list[str]
    instruments: list[Facts]


@cache
def _file() -> _File:
    text = files("perpit.catalogue").joinpath("usds_m.json").read_bytes()
    return msgspec.json.decode(text, type=_File)


@cache
def _by_symbol() -> dict[str, Facts]:
    return {row.symbol: row for row in _file().instruments}


def symbols() -> list[str]:
    """Every contract that can be listed, the busiest first."""
    return list(_by_symbol())


def common() -> Common:
    return _file().common


def assets() -> list[Asset]:
    """The collateral assets that exchangeInfo names."""
    return _file().assets


def facts(symbol: str) -> Facts:
    """The row of a symbol; UnknownSymbol when it cannot be listed."""
    row = _by_symbol().get(symbol)
    if row is not None:
        return row
    if symbol in _file().coin_m:
        raise UnknownSymbol(f"{symbol}: COIN-M instruments are not available in this release")
    raise UnknownSymbol(f"unknown symbol {symbol!r}; known are {', '.join(symbols())}")
