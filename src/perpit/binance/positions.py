"""Positions on the wire: the rows of account and positionRisk, in both of their shapes.

v2 lists many fields of every symbol, v3 fewer of those in use; number formats follow recorded rows (semantics 1.2,
2.2.7, 4.1.3). Isolated fields are constant while every position is cross.
"""

from collections.abc import Sequence
from typing import Any

from perpit.binance.render import POSITION_SIDE, digits, price_or_zero, units, units_or_zero
from perpit.domain.numbers import format_shortest
from perpit.views.accounts import ExposureView
from perpit.views.margin import break_even_e13, entry_e13, exposure_margin, liquidation_e8
from perpit.views.prices import PriceView

Body = dict[str, Any]
Prices = Sequence[PriceView]


def _amount(exposure: ExposureView) -> str:
    return digits(exposure.instrument).qty(exposure.position.qty_lots)


def account_position_v3(prices: Prices, exposure: ExposureView) -> Body:
    """One position of account v3."""
    margin = exposure_margin(prices, exposure)
    position = exposure.position
    return {
        "symbol": exposure.instrument.symbol,
        "positionSide": POSITION_SIDE[position.position_side],
        "positionAmt": _amount(exposure),
        "unrealizedProfit": units(margin.unrealised_units),
        "isolatedMargin": "0",
        "notional": units_or_zero(margin.notional_units),
        "isolatedWallet": "0",
        "initialMargin": units_or_zero(margin.initial_units),
        "maintMargin": units_or_zero(margin.maintenance_units),
        "updateTime": position.updated_ms,
    }


def account_position_v2(prices: Prices, exposure: ExposureView) -> Body:
    """One position of account v2."""
    instrument = exposure.instrument
    margin = exposure_margin(prices, exposure)
    position = exposure.position
    return {
        "symbol": instrument.symbol,
        "initialMargin": units_or_zero(margin.initial_units),
        "maintMargin": units_or_zero(margin.maintenance_units),
        "unrealizedProfit": units(margin.unrealised_units),
        "positionInitialMargin": units_or_zero(margin.position_initial_units),
        "openOrderInitialMargin": units_or_zero(margin.open_order_initial_units),
        "leverage": str(exposure.leverage),
        "isolated": False,
        "entryPrice": price_or_zero(entry_e13(instrument, position)),
        "breakEvenPrice": price_or_zero(break_even_e13(instrument, position)),
        "maxNotional": format_shortest(exposure.max_notional_units, 8),
        "bidNotional": units_or_zero(exposure.bid_units),
        "askNotional": units_or_zero(exposure.ask_units),
        "positionSide": POSITION_SIDE[position.position_side],
        "positionAmt": _amount(exposure),
        "notional": units_or_zero(margin.notional_units),
        "isolatedWallet": "0",
        "updateTime": position.updated_ms,
    }


def risk_v3(prices: Prices, exposure: ExposureView) -> Body:
    """One row of positionRisk v3."""
    instrument = exposure.instrument
    margin = exposure_margin(prices, exposure)
    position = exposure.position
    return {
        "symbol": instrument.symbol,
        "positionSide": POSITION_SIDE[position.position_side],
        "positionAmt": _amount(exposure),
        "entryPrice": price_or_zero(entry_e13(instrument, position)),
        "breakEvenPrice": price_or_zero(break_even_e13(instrument, position)),
        "markPrice": units(prices[instrument.symbol_id].mark_e8),
        "unRealizedProfit": units(margin.unrealised_units),
        "liquidationPrice": units_or_zero(liquidation_e8(prices, exposure, position)),
        "isolatedMargin": "0",
        "notional": units_or_zero(margin.notional_units),
        "marginAsset": instrument.margin_asset,
        "isolatedWallet": "0",
        "initialMargin": units_or_zero(margin.initial_units),
        "maintMargin": units_or_zero(margin.maintenance_units),
        "positionInitialMargin": units_or_zero(margin.position_initial_units),
        "openOrderInitialMargin": units_or_zero(margin.open_order_initial_units),
        "adl": 0,
        "bidNotional": units_or_zero(exposure.bid_units),
        "askNotional": units_or_zero(exposure.ask_units),
        "updateTime": position.updated_ms,
    }


def risk_v2(prices: Prices, exposure: ExposureView) -> Body:
    """One row of positionRisk v2."""
    instrument = exposure.instrument
    margin = exposure_margin(prices, exposure)
    position = exposure.position
    return {
        "symbol": instrument.symbol,
        "positionAmt": _amount(exposure),
        "entryPrice": price_or_zero(entry_e13(instrument, position)),
        "breakEvenPrice": price_or_zero(break_even_e13(instrument, position)),
        "markPrice": units(prices[instrument.symbol_id].mark_e8),
        "unRealizedProfit": units(margin.unrealised_units),
        "liquidationPrice": units_or_zero(liquidation_e8(prices, exposure, position)),
        "leverage": str(exposure.leverage),
        "maxNotionalValue": format_shortest(exposure.max_notional_units, 8),
        "marginType": "cross",
        "isolatedMargin": "0.00000000",
        "isAutoAddMargin": "false",
        "positionSide": POSITION_SIDE[position.position_side],
        "notional": units_or_zero(margin.notional_units),
        "isolatedWallet": "0",
        "updateTime": position.updated_ms,
        "isolated": False,
        "adlQuantile": 0,
    }
