"""An instrument: what is traded, on which grid, within which limits, and its leverage brackets.

Everything is an integer on the instrument's own grid. `value_per_tick_lot` makes the linear notional exact:
value_units = price_ticks × qty_lots × value_per_tick_lot.
"""

from math import gcd
from typing import ClassVar, Final

from mypy_extensions import i64, mypyc_attr

from perpit.domain.basket import BasketPart
from perpit.domain.numbers import PPM, UNIT, div_half_up, div_trunc, mul
from perpit.domain.words import INVERSE, LINEAR

# No price in ticks and no quantity in lots may be larger: the engine adds them up in machine words.
LARGEST_ON_GRID: Final = 1 << 52
_WORD: Final = 1 << 62
INVERSE_SCALE: Final = 100_000


@mypyc_attr(acyclic=True)
class Bracket:
    """One row of the leverage table (semantics 1.1): `floor_units` < notional ≤ `cap_units`.

    For inverse contracts the notional is a value in the margin coin.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ("max_leverage", "floor_units", "cap_units", "maint_ppm", "cum_units")

    def __init__(
        self, max_leverage: int, floor_units: int, cap_units: int, maint_ppm: int, cum_units: int
    ) -> None:
        self.max_leverage = max_leverage
        self.floor_units = floor_units
        self.cap_units = cap_units
        self.maint_ppm = maint_ppm
        self.cum_units = cum_units


def _exact_value(symbol: str, tick_e8: int, lot_e8: int) -> int:
    """What one lot is worth for each tick of the price, in 1e-8 of the quote asset."""
    exact, rest = divmod(tick_e8 * lot_e8, UNIT)
    if rest != 0 or exact == 0:
        raise ValueError(f"{symbol}: tick × lot is finer than 1e-8 of the quote asset")
    return exact


def _word_lots(value_per_tick_lot: int, max_price_ticks: int) -> int:
    """Up to this many lots, at any price within the limits, a linear value surely fits a machine word."""
    if value_per_tick_lot == 0:
        return 0
    return min(LARGEST_ON_GRID, _WORD // max(1, value_per_tick_lot * max_price_ticks))


@mypyc_attr(acyclic=True)
class Instrument:
    """The immutable terms of one contract. Limits are on the grid: prices in ticks, quantities in lots.

    What positions cost and fills are worth stands in *value units*: `value_scale` of them make one unit of the margin
    asset. For a linear contract that is 1, and values are exact; the value of an inverse one is a division, kept with
    13 decimals as the exchange does (semantics 4.1.2), so its scale is 100,000.

    `contract_size`: quote units of one inverse contract, 0 for a linear one. `percent_up_ppm`, `percent_down_ppm`: the
    PERCENT_PRICE multipliers, 1_050_000 = 1.05. `rpi_fee_ppm`: of RPI orders (semantics 4.3.9), without it what every
    maker pays. `funding_cap_e8`, `funding_floor_e8`, `interest_e8`: bounds of the rate of one settlement, interest per
    8 hours (semantics 3.4.6, 3.4.8); a journal that is older than these fields gets what most perpetuals have.
    `needs_agreement`: only accounts that have signed it open positions. `max_algo_orders`: conditional orders of an
    account that may wait in the symbol, 0 without such a limit. `basket`: what a composite index is made of, empty for
    every other contract.
    Quantity in whole base units = lots × `qty_num` / `qty_den`.
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        "symbol_id",
        "symbol",
        "pair",
        "market",
        "contract_kind",
        "contract_type",
        "base_asset",
        "quote_asset",
        "margin_asset",
        "tick_e8",
        "lot_e8",
        "contract_size",
        "price_decimals",
        "qty_decimals",
        "min_price_ticks",
        "max_price_ticks",
        "min_qty_lots",
        "max_qty_lots",
        "market_min_qty_lots",
        "market_max_qty_lots",
        "min_notional_units",
        "percent_up_ppm",
        "percent_down_ppm",
        "market_bound_ppm",
        "trigger_protect_ppm",
        "liquidation_fee_ppm",
        "max_open_orders",
        "max_amendments",
        "maker_fee_ppm",
        "taker_fee_ppm",
        "default_leverage",
        "onboard_ms",
        "delivery_ms",
        "funding_interval_hours",
        "brackets",
        "funding_cap_e8",
        "funding_floor_e8",
        "interest_e8",
        "rpi_fee_ppm",
        "needs_agreement",
        "max_algo_orders",
        "basket",
    )

    def __init__(
        self,
        symbol_id: int,
        symbol: str,
        pair: str,
        market: int,
        contract_kind: int,
        contract_type: str,
        base_asset: str,
        quote_asset: str,
        margin_asset: str,
        tick_e8: int,
        lot_e8: int,
        contract_size: int,
        price_decimals: int,
        qty_decimals: int,
        min_price_ticks: int,
        max_price_ticks: int,
        min_qty_lots: int,
        max_qty_lots: int,
        market_min_qty_lots: int,
        market_max_qty_lots: int,
        min_notional_units: int,
        percent_up_ppm: int,
        percent_down_ppm: int,
        market_bound_ppm: int,
        trigger_protect_ppm: int,
        liquidation_fee_ppm: int,
        max_open_orders: int,
        max_amendments: int,
        maker_fee_ppm: int,
        taker_fee_ppm: int,
        default_leverage: int,
        onboard_ms: int,
        delivery_ms: int,
        funding_interval_hours: int,
        brackets: list[Bracket],
        funding_cap_e8: int = 2_000_000,
        funding_floor_e8: int = -2_000_000,
        interest_e8: int = 10_000,
        rpi_fee_ppm: int | None = None,
        needs_agreement: bool = False,
        max_algo_orders: int = 0,
        basket: list[BasketPart] | None = None,
    ) -> None:
        self.symbol_id, self.symbol, self.pair, self.market = symbol_id, symbol, pair, market
        self.contract_kind, self.contract_type = contract_kind, contract_type
        self.base_asset, self.quote_asset, self.margin_asset = base_asset, quote_asset, margin_asset
        self.tick_e8, self.lot_e8, self.contract_size = tick_e8, lot_e8, contract_size
        self.price_decimals, self.qty_decimals = price_decimals, qty_decimals
        self.min_price_ticks, self.max_price_ticks = min_price_ticks, max_price_ticks
        self.min_qty_lots, self.max_qty_lots = min_qty_lots, max_qty_lots
        self.market_min_qty_lots, self.market_max_qty_lots = market_min_qty_lots, market_max_qty_lots
        self.min_notional_units = min_notional_units
        self.percent_up_ppm, self.percent_down_ppm = percent_up_ppm, percent_down_ppm
        self.market_bound_ppm, self.trigger_protect_ppm = market_bound_ppm, trigger_protect_ppm
        self.max_open_orders, self.max_amendments = max_open_orders, max_amendments
        self.liquidation_fee_ppm, self.maker_fee_ppm = liquidation_fee_ppm, maker_fee_ppm
        self.taker_fee_ppm = taker_fee_ppm
        self.rpi_fee_ppm: int = maker_fee_ppm if rpi_fee_ppm is None else rpi_fee_ppm
        self.default_leverage, self.brackets = default_leverage, brackets
        self.onboard_ms, self.delivery_ms = onboard_ms, delivery_ms
        self.funding_interval_hours, self.interest_e8 = funding_interval_hours, interest_e8
        self.funding_cap_e8, self.funding_floor_e8 = funding_cap_e8, funding_floor_e8
        self.is_perpetual = contract_type.endswith("PERPETUAL")  # there are some of longer names
        self.needs_agreement = needs_agreement
        self.max_algo_orders = max_algo_orders
        self.basket: list[BasketPart] = [] if basket is None else basket
        self.value_scale = 1 if contract_kind == LINEAR else INVERSE_SCALE
        common = gcd(lot_e8, UNIT)  # one lot in whole base units, reduced
        self.qty_num, self.qty_den = lot_e8 // common, UNIT // common
        self.value_per_tick_lot = 0 if contract_kind != LINEAR else _exact_value(symbol, tick_e8, lot_e8)
        self._word_lots: i64 = _word_lots(self.value_per_tick_lot, max_price_ticks)

    def fill_value(self, price_ticks: i64, qty_lots: i64) -> int:
        """Value of `qty_lots` > 0 at a price on the book, in value units; the inverse one is cut (semantics 4.1.2)."""
        if self.contract_kind == LINEAR:
            return self.value_units(price_ticks, qty_lots)
        ticks: int = price_ticks
        return self.fill_value_at_e8(ticks * self.tick_e8, qty_lots)

    def fill_value_at_e8(self, price_e8: int, qty_lots: int) -> int:
        """The same at a price off the book: takeover, deleveraging, delivery. Cut toward zero."""
        if self.contract_kind == LINEAR:
            return self.value_at_e8(price_e8, qty_lots)
        return qty_lots * self.contract_size * (UNIT * UNIT * INVERSE_SCALE) // price_e8

    def value_units(self, price_ticks: i64, qty_lots: i64) -> int:
        """Value of `qty_lots` at a price on the book, in 1e-8 of the margin asset; sign follows the quantity.

        Linear: exact. Inverse: cut toward zero (semantics 4.3.1).
        """
        if -self._word_lots <= qty_lots <= self._word_lots and price_ticks <= self.max_price_ticks:
            per_tick_lot: i64 = self.value_per_tick_lot
            word: i64 = price_ticks * qty_lots * per_tick_lot
            return word
        ticks: int = price_ticks
        lots: int = qty_lots
        if self.contract_kind == LINEAR:
            return ticks * lots * self.value_per_tick_lot
        value = abs(lots) * self.contract_size * UNIT * UNIT // (ticks * self.tick_e8)
        return value if qty_lots >= 0 else -value

    def value_at_e8(self, price_e8: int, qty_lots: int) -> int:
        """Value at a price off the book (mark, index), in 1e-8 of the margin asset, cut toward zero."""
        size = -qty_lots if qty_lots < 0 else qty_lots
        if self.contract_kind == INVERSE:
            value = size * self.contract_size * UNIT * UNIT // price_e8
        else:
            value = mul(price_e8, size * self.qty_num) // self.qty_den
        return value if qty_lots >= 0 else -value

    def largest_qty_lots(self) -> int:
        """The most that one order of any kind may ask for."""
        return max(self.max_qty_lots, self.market_max_qty_lots)

    def bracket_for(self, notional_units: int) -> Bracket:
        """The bracket that holds a notional; exactly at a cap the lower row holds it (semantics 1.1.8)."""
        return self.brackets[self.bracket_index(notional_units)]

    def bracket_index(self, notional_units: int) -> int:
        """Index of the bracket that holds a notional; the last one holds what is beyond its cap."""
        index = 0
        for bracket in self.brackets:
            if notional_units <= bracket.cap_units:
                return index
            index += 1
        return index - 1

    def lots_worth(self, units: int, price_e8: int) -> int:
        """The most lots whose value at a price is not above `units`."""
        if self.contract_kind == INVERSE:
            return units * price_e8 // (self.contract_size * UNIT * UNIT)
        return units * self.qty_den // (price_e8 * self.qty_num)

    def max_notional_units(self, leverage: int) -> int:
        """Largest notional that may be held with this leverage (semantics 1.4.8, 1.7.1)."""
        largest = 0
        for bracket in self.brackets:
            if bracket.max_leverage >= leverage:
                largest = bracket.cap_units
        return largest

    def fee_units(self, fill_value: int, fee_ppm: int) -> int:
        """Commission on a traded value ≥ 0, cut toward zero; the payer keeps the dust (semantics 4.3.1)."""
        fee = mul(fill_value, fee_ppm)
        if self.value_scale != 1:
            return div_trunc(fee, PPM * self.value_scale)
        return fee // PPM if fee >= 0 else -(-fee // PPM)

    def fee_value(self, fill_value: int, fee_ppm: int, fee_units: int) -> int:
        """The same commission as a position keeps it, in value units; break-even prices are made of it (4.2.1).

        `fee_units` is what `fee_units` gives: where a value has 8 decimals, the two are the same.

        Half up where a value has 13 decimals: the one rule that gives the recorded break-even price (vector A13).
        """
        if self.value_scale == 1:
            return fee_units
        return div_half_up(mul(fill_value, fee_ppm), PPM)


def rpi_fee_ppm(instrument: Instrument, maker_fee_ppm: int) -> int:
    """An RPI maker's rate: the contract's, but never above what the maker pays for other orders (semantics 4.3.9).

    The exchange publishes the rate of its lowest tier only; the bound keeps the incentive in every other.
    """
    return min(instrument.rpi_fee_ppm, maker_fee_ppm)
