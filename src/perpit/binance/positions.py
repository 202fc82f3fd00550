"""Positions on the wire: the rows of account and positionRisk, in both of their shapes.

v2 lists many fields of every symbol, v3 fewer of those in use; number formats follow recorded rows (semantics 1.2,
2.2.7, 4.1.3). One-way mode has one row for a symbol, hedge mode one for each side.
"""

from collections.abc import Sequence
from typing import Any

from perpit.binance.call import Call
from perpit.binance.render import POSITION_SIDE, digits, price_or_zero, units, units_or_zero
from perpit.domain.numbers import format_shortest
from perpit.domain.words import CROSS, LONG, SHORT
from perpit.views.accounts import ExposureView, PositionView
from perpit.views.margin import PositionMargin, break_even_e13, entry_e13, liquidation_e8
from perpit.views.prices import PriceView

Body = dict[str, Any]
Prices = Sequence[PriceView]


def rows_of(exposure: ExposureView, with_flat: bool = False) -> list[PositionView]:
    """The positions that are shown of a symbol: BOTH, or LONG and SHORT in hedge mode (semantics 4.4.4).

    `with_flat`: in hedge mode BOTH, too, which is flat then.
    """
    if exposure.is_hedged:
        sides = [exposure.side(LONG), exposure.side(SHORT)]
        return [exposure.position, *sides] if with_flat else sides
    return [exposure.position]


def _amount(exposure: ExposureView, position: PositionView) -> str:
    return digits(exposure.instrument).qty(position.qty_lots)


def _margin(prices: Prices, exposure: ExposureView, position: PositionView) -> PositionMargin:
    return PositionMargin(exposure, position, prices[exposure.instrument.symbol_id].mark_e8)


def adl_of(call: Call, exposure: ExposureView, position: PositionView) -> int:
    """How soon a position of the caller gives way, 0 to 4 (semantics 2.7.4–2.7.6); 0 when it is flat."""
    if position.qty_lots == 0:
        return 0
    symbol_id = exposure.instrument.symbol_id
    now_ms = max(call.now_ms, call.world.time_ms)
    return call.world.deleveraging.quantile(call.account_id, symbol_id, position.position_side, now_ms)


def account_position_v3(prices: Prices, exposure: ExposureView, position: PositionView) -> Body:
    """One position of account v3."""
    margin = _margin(prices, exposure, position)
    return {
        "symbol": exposure.instrument.symbol,
        "positionSide": POSITION_SIDE[position.position_side],
        "positionAmt": _amount(exposure, position),
        "unrealizedProfit": units(margin.unrealised_units),
        "isolatedMargin": units_or_zero(margin.isolated_margin_units),
        "notional": units_or_zero(margin.notional_units),
        "isolatedWallet": units_or_zero(position.isolated_units),
        "initialMargin": units_or_zero(margin.initial_units),
        "maintMargin": units_or_zero(margin.maintenance_units),
        "updateTime": position.updated_ms,
    }


def account_position_v2(prices: Prices, exposure: ExposureView, position: PositionView) -> Body:
    """One position of account v2."""
    instrument = exposure.instrument
    margin = _margin(prices, exposure, position)
    return {
        "symbol": instrument.symbol,
        "initialMargin": units_or_zero(margin.initial_units),
        "maintMargin": units_or_zero(margin.maintenance_units),
        "unrealizedProfit": units(margin.unrealised_units),
        "positionInitialMargin": units_or_zero(margin.position_initial_units),
        "openOrderInitialMargin": units_or_zero(margin.open_order_initial_units),
        "leverage": str(exposure.leverage),
        "isolated": exposure.margin_type != CROSS,
        "entryPrice": price_or_zero(entry_e13(instrument, position)),
        "breakEvenPrice": price_or_zero(break_even_e13(instrument, position)),
        "maxNotional": format_shortest(exposure.max_notional_units, 8),
        "bidNotional": units_or_zero(exposure.bid_units),
        "askNotional": units_or_zero(exposure.ask_units),
        "positionSide": POSITION_SIDE[position.position_side],
        "positionAmt": _amount(exposure, position),
        "notional": units_or_zero(margin.notional_units),
        "isolatedWallet": units_or_zero(position.isolated_units),
        "updateTime": position.updated_ms,
    }


def risk_v3(prices: Prices, exposure: ExposureView, position: PositionView, adl: int) -> Body:
    """One row of positionRisk v3; `adl` is the quantile of `adl_of`."""
    instrument = exposure.instrument
    margin = _margin(prices, exposure, position)
    return {
        "symbol": instrument.symbol,
        "positionSide": POSITION_SIDE[position.position_side],
        "positionAmt": _amount(exposure, position),
        "entryPrice": price_or_zero(entry_e13(instrument, position)),
        "breakEvenPrice": price_or_zero(break_even_e13(instrument, position)),
        "markPrice": units(prices[instrument.symbol_id].mark_e8),
        "unRealizedProfit": units(margin.unrealised_units),
        "liquidationPrice": units_or_zero(liquidation_e8(prices, exposure, position)),
        "isolatedMargin": units_or_zero(margin.isolated_margin_units),
        "notional": units_or_zero(margin.notional_units),
        "marginAsset": instrument.margin_asset,
        "isolatedWallet": units_or_zero(position.isolated_units),
        "initialMargin": units_or_zero(margin.initial_units),
        "maintMargin": units_or_zero(margin.maintenance_units),
        "positionInitialMargin": units_or_zero(margin.position_initial_units),
        "openOrderInitialMargin": units_or_zero(margin.open_order_initial_units),
        "adl": adl,
        "bidNotional": units_or_zero(exposure.bid_units),
        "askNotional": units_or_zero(exposure.ask_units),
        "updateTime": position.updated_ms,
    }


def risk_v2(prices: Prices, exposure: ExposureView, position: PositionView, adl: int) -> Body:
    """One row of positionRisk v2; `adl` is the quantile of `adl_of`."""
    instrument = exposure.instrument
    margin = _margin(prices, exposure, position)
    return {
        "symbol": instrument.symbol,
        "positionAmt": _amount(exposure, position),
        "entryPrice": price_or_zero(entry_e13(instrument, position)),
        "breakEvenPrice": price_or_zero(break_even_e13(instrument, position)),
        "markPrice": units(prices[instrument.symbol_id].mark_e8),
        "unRealizedProfit": units(margin.unrealised_units),
        "liquidationPrice": units_or_zero(liquidation_e8(prices, exposure, position)),
        "leverage": str(exposure.leverage),
        "maxNotionalValue": format_shortest(exposure.max_notional_units, 8),
        "marginType": "cross" if exposure.margin_type == CROSS else "isolated",
        "isolatedMargin": units(margin.isolated_margin_units),
        "isAutoAddMargin": "false",
        "positionSide": POSITION_SIDE[position.position_side],
        "notional": units_or_zero(margin.notional_units),
        "isolatedWallet": units_or_zero(position.isolated_units),
        "updateTime": position.updated_ms,
        "isolated": exposure.margin_type != CROSS,
        "adlQuantile": adl,
    }
