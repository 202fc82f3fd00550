"""The rows of `usds_m.json` and `coin_m.json` as typed structs, decoded once per process, and the lookup by symbol.

Both files have the same shape. `common` is what a market's contracts share, and a row says only what is its own: the
two together are one `Facts`. What differs between the markets is therefore data. A quarter's row is a template under
its pair's name; the calendar (`quarters.py`) adds the day, so that every quarter's symbol is known:

    BTCUSDT_261225 = common + quarter_common + the row of BTCUSDT's quarters + what 261225 says

The composition root asks which symbols there are; exchangeInfo shows what an `Instrument` does not carry.
Numbers that the exchange writes as text stay text here; `instruments.py` puts them on the grid.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from perpit.catalogue import quarters
from perpit.domain.numbers import parse_scaled
from perpit.domain.words import COIN_M, INVERSE, LINEAR, USDS_M

FILES: Final = {USDS_M: "usds_m.json", COIN_M: "coin_m.json"}
MARKETS: Final = {"USDS_M": USDS_M, "COIN_M": COIN_M}
CONTRACT_KINDS: Final = {"LINEAR": LINEAR, "INVERSE": INVERSE}

TRADIFI: Final = "TRADIFI_PERPETUAL"  # contracts on stocks, metals and currencies


class UnknownSymbol(ValueError):
    """The catalogue has no such contract. The message is one line for the user."""


class Asset(msgspec.Struct, frozen=True):
    """A collateral asset, exchanged when its balance is below `auto_asset_exchange` (semantics 1.6.7)."""

    asset: str
    margin_available: bool
    auto_asset_exchange: str


class BracketRow(msgspec.Struct, frozen=True, array_like=True):
    """`[max_leverage, cap, maintenance rate]` of the leverage table; floor and `cum` follow from the rows.

    The cap is a notional in whole quote units, for inverse contracts a value in whole coins (semantics 1.1.2).
    """

    max_leverage: int
    cap: int
    maint_rate: str


class PartRow(msgspec.Struct, frozen=True, array_like=True):
    """`[base, quote, weight in quantity]` of a composite index's basket."""

    base_asset: str
    quote_asset: str
    weight: str


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One contract. `initial_price` is where its market starts when nobody has said anything yet.

    `contract_size` is in quote units, 0 for linear contracts. A filter that the market does not have is zero or empty
    (`min_notional`, `max_algo_orders`, `position_control_side`). Funding rates and `interest` (per 8 hours) are
    fractions, `funding_interval_hours` is 0 where no funding is paid (semantics 3.4). `basket` is that of a composite
    index.
    """

    symbol: str
    pair: str
    market: Literal["USDS_M", "COIN_M"]
    contract_kind: Literal["LINEAR", "INVERSE"]
    contract_type: str
    status: str
    underlying_type: str
    underlying_subtypes: list[str]
    permission_sets: list[str]
    base_asset: str
    quote_asset: str
    margin_asset: str
    contract_size: int
    initial_price: str
    price_precision: int
    quantity_precision: int
    base_asset_precision: int
    quote_precision: int
    equal_qty_precision: int
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
    multiplier_decimal: str
    market_take_bound: str
    trigger_protect: str
    liquidation_fee: str
    required_margin_percent: str
    maint_margin_percent: str
    max_orders: int
    max_algo_orders: int
    max_amendments: int
    position_control_side: str
    order_types: list[str]
    time_in_force: list[str]
    maker_fee: str
    taker_fee: str
    rpi_fee: str
    default_leverage: int
    onboard_ms: int
    delivery_ms: int
    funding_interval_hours: int
    funding_cap: str
    funding_floor: str
    interest: str
    brackets: list[BracketRow]
    basket: list[PartRow] = []

    @property
    def initial_price_e8(self) -> int:
        return parse_scaled(self.initial_price, 8)

    @property
    def is_quarter(self) -> bool:
        """Whether it is delivered on a day, instead of paying funding for ever."""
        return self.contract_type in (quarters.CURRENT_QUARTER, quarters.NEXT_QUARTER)


class _File(msgspec.Struct, frozen=True):
    origin: str
    common: dict[str, Any]
    assets: list[Asset]
    perpetuals: list[dict[str, Any]]
    quarter_common: dict[str, Any]
    quarters: list[dict[str, Any]]


@cache
def _file(market: int) -> _File:
    text = files("perpit.catalogue").joinpath(FILES[market]).read_bytes()
    return msgspec.json.decode(text, type=_File)


@cache
def _perpetuals() -> dict[str, Facts]:
    """Every perpetual of both markets by symbol."""
    rows = [_file(market).common | row for market in FILES for row in _file(market).perpetuals]
    return {facts.symbol: facts for facts in msgspec.convert(rows, list[Facts])}


@cache
def _templates() -> dict[str, Facts]:
    """What the quarters of a pair have in common, by pair."""
    rows = [
        _file(market).common | _file(market).quarter_common | row
        for market in FILES
        for row in _file(market).quarters
    ]
    return {template.pair: template for template in msgspec.convert(rows, list[Facts])}


def symbols(market: int) -> list[str]:
    """Every perpetual of a market, the busiest first."""
    return [facts.symbol for facts in _perpetuals().values() if MARKETS[facts.market] == market]


def quarter_pairs(market: int) -> list[str]:
    """The pairs of a market that have quarters; `quarters.symbols(pair, time)` names those of a day."""
    return [template.pair for template in _templates().values() if MARKETS[template.market] == market]


def origin(market: int) -> str:
    """Where a market's facts come from, of when they are, and which of them are not recorded."""
    return _file(market).origin


def assets() -> list[Asset]:
    """The collateral assets that exchangeInfo names: of USDⓈ-M, since COIN-M's has no such list."""
    return _file(USDS_M).assets


def find(symbol: str) -> Facts | None:
    """The row of a symbol, None when the catalogue has no such contract."""
    try:
        return facts(symbol)
    except UnknownSymbol:
        return None


def facts(symbol: str) -> Facts:
    """The row of a perpetual or of any quarter; UnknownSymbol when there is none.

    A quarter is called CURRENT_QUARTER here: which one it is depends on the time (`quarters.contract_type`).
    """
    row = _perpetuals().get(symbol)
    if row is not None:
        return row
    pair, _underscore, day = symbol.partition("_")
    template = _templates().get(pair)
    if template is None or not day:
        known = ", ".join(_perpetuals())
        pairs = ", ".join(_templates())
        raise UnknownSymbol(
            f"unknown symbol {symbol!r}; known are {known}, and quarters of {pairs}, like BTCUSDT_261225"
        )
    try:
        delivery_ms = quarters.delivery_of_suffix(day)
    except ValueError as error:
        raise UnknownSymbol(f"unknown symbol {symbol!r}: {error}") from None
    return msgspec.structs.replace(
        template, symbol=symbol, onboard_ms=quarters.onboard_ms(delivery_ms), delivery_ms=delivery_ms
    )
