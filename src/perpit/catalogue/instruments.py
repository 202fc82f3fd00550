"""From a catalogue row to an `Instrument`: text becomes integers of the contract's grid, or nothing at all.

Called by the composition root when it lists a symbol. Linear and inverse contracts go the same way: an inverse one's
quantity is in contracts, so that its lot is one whole contract, and its brackets are in coins (semantics 1.1.2, 9).
"""

from perpit.catalogue import quarters
from perpit.catalogue.rows import CONTRACT_KINDS, MARKETS, TRADIFI, BracketRow, Facts, facts
from perpit.domain.basket import BasketPart
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.numbers import PPM, UNIT, parse_scaled


def load_instrument(symbol: str, symbol_id: int, time_ms: int | None = None) -> Instrument:
    """The terms of a contract under the id that the venue gives it; UnknownSymbol when there is none.

    A quarter is CURRENT_QUARTER unless a time says that it is the next one; ValueError when it is not traded then.
    """
    row = facts(symbol)
    contract_type = row.contract_type
    if row.is_quarter and time_ms is not None:
        contract_type = quarters.contract_type(row.delivery_ms, time_ms)
    tick_e8 = parse_scaled(row.tick_size, 8)
    lot_e8 = parse_scaled(row.step_size, 8)
    return Instrument(
        symbol_id=symbol_id,
        symbol=row.symbol,
        pair=row.pair,
        market=MARKETS[row.market],
        contract_kind=CONTRACT_KINDS[row.contract_kind],
        contract_type=contract_type,
        base_asset=row.base_asset,
        quote_asset=row.quote_asset,
        margin_asset=row.margin_asset,
        tick_e8=tick_e8,
        lot_e8=lot_e8,
        contract_size=row.contract_size,
        price_decimals=row.price_precision,
        qty_decimals=row.quantity_precision,
        min_price_ticks=_on_grid(row, row.min_price, tick_e8),
        max_price_ticks=_on_grid(row, row.max_price, tick_e8),
        min_qty_lots=_on_grid(row, row.min_qty, lot_e8),
        max_qty_lots=_on_grid(row, row.max_qty, lot_e8),
        market_min_qty_lots=_on_grid(row, row.market_min_qty, lot_e8),
        market_max_qty_lots=_on_grid(row, row.market_max_qty, lot_e8),
        min_notional_units=parse_scaled(row.min_notional, 8),
        percent_up_ppm=parse_scaled(row.multiplier_up, 6),
        percent_down_ppm=parse_scaled(row.multiplier_down, 6),
        market_bound_ppm=parse_scaled(row.market_take_bound, 6),
        trigger_protect_ppm=parse_scaled(row.trigger_protect, 6),
        liquidation_fee_ppm=parse_scaled(row.liquidation_fee, 6),
        max_open_orders=row.max_orders,
        max_amendments=row.max_amendments,
        maker_fee_ppm=parse_scaled(row.maker_fee, 6),
        taker_fee_ppm=parse_scaled(row.taker_fee, 6),
        default_leverage=row.default_leverage,
        onboard_ms=row.onboard_ms,
        delivery_ms=row.delivery_ms,
        funding_interval_hours=row.funding_interval_hours,
        brackets=_brackets(row.symbol, row.brackets),
        funding_cap_e8=parse_scaled(row.funding_cap, 8),
        funding_floor_e8=parse_scaled(row.funding_floor, 8),
        interest_e8=parse_scaled(row.interest, 8),
        rpi_fee_ppm=parse_scaled(row.rpi_fee, 6),
        needs_agreement=row.contract_type == TRADIFI,
        max_algo_orders=row.max_algo_orders,
        basket=[
            BasketPart(part.base_asset, part.quote_asset, parse_scaled(part.weight, 8)) for part in row.basket
        ],
    )


def _on_grid(row: Facts, text: str, step_e8: int) -> int:
    steps, rest = divmod(parse_scaled(text, 8), step_e8)
    if rest != 0:
        raise ValueError(f"catalogue: {row.symbol}: {text} is not on the grid")
    return steps


def _brackets(symbol: str, rows: list[BracketRow]) -> list[Bracket]:
    """Rows with their floors; `cum` grows by floor × (rate − rate before) (semantics 1.1.5)."""
    brackets: list[Bracket] = []
    floor_units = maint_ppm = cum_units = 0
    for row in rows:
        rate_ppm = parse_scaled(row.maint_rate, 6)
        growth, rest = divmod(floor_units * (rate_ppm - maint_ppm), PPM)
        if rest != 0 or rate_ppm <= maint_ppm or row.cap * UNIT <= floor_units:
            raise ValueError(
                f"catalogue: {symbol}: bracket up to {row.cap} does not follow from the one before"
            )
        cum_units += growth
        brackets.append(Bracket(row.max_leverage, floor_units, row.cap * UNIT, rate_ppm, cum_units))
        floor_units, maint_ppm = row.cap * UNIT, rate_ppm
    return brackets
