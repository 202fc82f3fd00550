"""Margin as it is shown: one summary for an exposure, one for a wallet. The formulas are those of `domain.margin`.

Read at the moment of asking, with the marks of that moment; nothing is cached. The cost is one pass over the
exposures of the wallet.
"""

from collections.abc import Sequence

from perpit.domain.instrument import Instrument
from perpit.domain.margin import (
    available_units,
    entry_price_e8,
    initial_margin_units,
    liquidation_price_e8,
    maintenance_margin_units,
    max_withdraw_units,
    present_notional_units,
    unrealised_units,
)
from perpit.domain.numbers import UNIT
from perpit.domain.words import LINEAR
from perpit.views.accounts import ExposureView, WalletView
from perpit.views.prices import PriceView


class ExposureMargin:
    """What an exposure ties up, in 1e-8 of the margin asset. `notional_units` carries the sign of the position."""

    __slots__ = (
        "initial_units",
        "maintenance_units",
        "notional_units",
        "open_order_initial_units",
        "position_initial_units",
        "unrealised_units",
    )

    def __init__(self, exposure: ExposureView, mark_e8: int) -> None:
        instrument = exposure.instrument
        position = exposure.position
        leverage = exposure.leverage
        qty_lots = position.qty_lots
        self.notional_units = instrument.value_at_e8(mark_e8, qty_lots) if qty_lots else 0
        present = present_notional_units(self.notional_units, exposure.bid_units, exposure.ask_units)
        self.initial_units = initial_margin_units(present, leverage)
        self.position_initial_units = initial_margin_units(abs(self.notional_units), leverage)
        self.open_order_initial_units = self.initial_units - self.position_initial_units
        self.maintenance_units = maintenance_margin_units(instrument, qty_lots, mark_e8)
        self.unrealised_units = unrealised_units(instrument, qty_lots, position.entry_value_units, mark_e8)


class WalletMargin:
    """Totals of a wallet over the exposures that it collateralises (semantics 1.5)."""

    __slots__ = (
        "available_units",
        "cross_wallet_units",
        "initial_units",
        "maintenance_units",
        "margin_balance_units",
        "max_withdraw_units",
        "open_order_initial_units",
        "position_initial_units",
        "unrealised_units",
        "wallet_units",
    )

    def __init__(self, wallet: WalletView, margins: list[ExposureMargin]) -> None:
        self.wallet_units = wallet.wallet_units
        self.cross_wallet_units = wallet.cross_wallet_units
        self.unrealised_units = sum(margin.unrealised_units for margin in margins)
        self.initial_units = sum(margin.initial_units for margin in margins)
        self.position_initial_units = sum(margin.position_initial_units for margin in margins)
        self.open_order_initial_units = sum(margin.open_order_initial_units for margin in margins)
        self.maintenance_units = sum(margin.maintenance_units for margin in margins)
        self.margin_balance_units = self.wallet_units + self.unrealised_units
        self.available_units = available_units(
            self.cross_wallet_units, self.unrealised_units, self.initial_units
        )
        self.max_withdraw_units = max_withdraw_units(
            self.wallet_units,
            self.cross_wallet_units,
            self.unrealised_units,
            self.initial_units,
            self.maintenance_units,
        )


def exposure_margin(prices: Sequence[PriceView], exposure: ExposureView) -> ExposureMargin:
    """`prices` by symbol id: `world.prices`."""
    return ExposureMargin(exposure, prices[exposure.instrument.symbol_id].mark_e8)


def wallet_margin(prices: Sequence[PriceView], wallet: WalletView) -> WalletMargin:
    return WalletMargin(wallet, [exposure_margin(prices, exposure) for exposure in wallet.exposures])


def entry_e8(exposure: ExposureView) -> int:
    """Average entry price in 1e-8 of the quote, half up; 0 when flat."""
    position = exposure.position
    return entry_price_e8(exposure.instrument, position.qty_lots, position.entry_value_units)


def break_even_e8(exposure: ExposureView) -> int:
    """Price at which closing brings back the cost and the fees of the open episode less what it realised already.

    Half up at 1e-8; 0 when flat; negative when the realised profit exceeds the cost (semantics 4.2).
    """
    position = exposure.position
    return break_even_price_e8(
        exposure.instrument,
        position.qty_lots,
        position.entry_value_units,
        position.fees_units - position.episode_realized_units,
    )


def break_even_price_e8(
    instrument: Instrument, qty_lots: int, entry_value_units: int, spent_units: int
) -> int:
    """Entry price moved by `spent_units` (fees less realised profit), against a short downward.

    The shift is in proportion to the entry value, for inverse contracts too (semantics 4.2.1).
    """
    if qty_lots == 0:
        return 0
    entry = abs(entry_value_units)
    shifted = entry + spent_units if qty_lots > 0 else entry - spent_units
    size = abs(qty_lots)
    if instrument.contract_kind == LINEAR:
        numerator, denominator = abs(shifted) * instrument.qty_den, size * instrument.qty_num
    else:
        numerator, denominator = size * instrument.contract_size * UNIT * UNIT * abs(shifted), entry * entry
    price_e8 = (2 * numerator + denominator) // (2 * denominator)
    return price_e8 if shifted >= 0 else -price_e8


def liquidation_e8(prices: Sequence[PriceView], exposure: ExposureView) -> int:
    """Liquidation price in 1e-8 of the quote; 0 when there is none or no position (semantics 2.2).

    The other exposures of the same wallet stay at their present marks.
    """
    if exposure.position.qty_lots == 0:
        return 0
    other_maintenance = 0
    other_unrealised = 0
    for other in exposure.wallet.exposures:
        if other is not exposure and other.position.qty_lots:
            margin = exposure_margin(prices, other)
            other_maintenance += margin.maintenance_units
            other_unrealised += margin.unrealised_units
    return liquidation_price_e8(
        exposure.instrument,
        exposure.position.qty_lots,
        exposure.position.entry_value_units,
        exposure.wallet.cross_wallet_units,
        other_maintenance,
        other_unrealised,
    )
