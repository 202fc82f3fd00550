"""Margin as it is shown: one summary for an exposure, one for a wallet. The formulas are those of `domain.margin`.

Read at the moment of asking, with the marks of that moment; nothing is cached. The cost is one pass over the
exposures of the wallet.
"""

from collections.abc import Sequence

from perpit.domain.instrument import Instrument
from perpit.domain.margin import (
    Leg,
    available_units,
    bankruptcy_price_e8,
    break_even_price_e13,
    entry_price_e13,
    initial_margin_units,
    liquidation_price_e8,
    maintenance_margin_units,
    max_withdraw_units,
    present_notional_units,
    unrealised_units,
)
from perpit.domain.words import BOTH, CROSS, LONG, SHORT
from perpit.views.accounts import ExposureView, PositionView, WalletView
from perpit.views.prices import PriceView


class ExposureMargin:
    """What an exposure ties up, in 1e-8 of the margin asset; in hedge mode the sum of both sides.

    `notional_units` carries the sign of the position. Each side of a hedge is reckoned, and cut, by itself.
    """

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
        leverage = exposure.leverage
        self.notional_units = self.unrealised_units = 0
        self.maintenance_units = self.position_initial_units = 0
        notionals: dict[int, int] = {}
        for position in _held(exposure):
            qty_lots, entry_value = position.qty_lots, position.entry_value
            notional = notionals[position.position_side] = instrument.value_at_e8(mark_e8, qty_lots)
            self.notional_units += notional
            self.position_initial_units += initial_margin_units(abs(notional), leverage)
            self.maintenance_units += maintenance_margin_units(instrument, qty_lots, mark_e8)
            self.unrealised_units += unrealised_units(instrument, qty_lots, entry_value, mark_e8)
        bid_units, ask_units = exposure.bid_units, exposure.ask_units
        if exposure.is_hedged:  # semantics 1.3.8
            presents = [notionals.get(LONG, 0) + bid_units, ask_units - notionals.get(SHORT, 0)]
        else:
            presents = [present_notional_units(self.notional_units, bid_units, ask_units)]
        self.initial_units = sum(initial_margin_units(present, leverage) for present in presents)
        self.open_order_initial_units = self.initial_units - self.position_initial_units


class PositionMargin:
    """One position's part of an exposure: all of it in one-way mode, one side of a hedge (semantics 1.3.8)."""

    __slots__ = (
        "initial_units",
        "isolated_margin_units",
        "maintenance_units",
        "notional_units",
        "open_order_initial_units",
        "position_initial_units",
        "unrealised_units",
    )

    def __init__(self, exposure: ExposureView, position: PositionView, mark_e8: int) -> None:
        instrument = exposure.instrument
        qty_lots, leverage = position.qty_lots, exposure.leverage
        notional = instrument.value_at_e8(mark_e8, qty_lots) if qty_lots else 0
        if position.position_side == BOTH:
            present = present_notional_units(notional, exposure.bid_units, exposure.ask_units)
        else:
            opening = exposure.bid_units if position.position_side == LONG else exposure.ask_units
            present = abs(notional) + opening
        self.notional_units = notional
        self.initial_units = initial_margin_units(present, leverage)
        self.position_initial_units = initial_margin_units(abs(notional), leverage)
        self.open_order_initial_units = self.initial_units - self.position_initial_units
        self.maintenance_units = maintenance_margin_units(instrument, qty_lots, mark_e8)
        self.unrealised_units = unrealised_units(instrument, qty_lots, position.entry_value, mark_e8)
        self.isolated_margin_units = 0  # semantics 1.2.6
        if exposure.margin_type != CROSS:
            self.isolated_margin_units = position.isolated_units + self.unrealised_units


class WalletMargin:
    """Totals of a wallet over the exposures that it collateralises (semantics 1.5).

    `cross_*`: of the cross exposures alone. What an isolated one takes from the cross wallet beyond its own margin is
    the initial margin of its open orders.
    """

    __slots__ = (
        "available_units",
        "cross_maintenance_units",
        "cross_unrealised_units",
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
        """`margins` are those of `wallet.exposures`, in their order."""
        self.wallet_units = wallet.wallet_units
        self.cross_wallet_units = wallet.cross_wallet_units
        self.unrealised_units = sum(margin.unrealised_units for margin in margins)
        self.initial_units = sum(margin.initial_units for margin in margins)
        self.position_initial_units = sum(margin.position_initial_units for margin in margins)
        self.open_order_initial_units = sum(margin.open_order_initial_units for margin in margins)
        self.maintenance_units = sum(margin.maintenance_units for margin in margins)
        self.margin_balance_units = self.wallet_units + self.unrealised_units
        self.cross_unrealised_units = self.cross_maintenance_units = 0
        taken = isolated_orders = 0
        for exposure, margin in zip(wallet.exposures, margins, strict=True):
            if exposure.margin_type == CROSS:
                self.cross_unrealised_units += margin.unrealised_units
                self.cross_maintenance_units += margin.maintenance_units
                taken += margin.initial_units
            else:
                isolated_orders += margin.open_order_initial_units
        taken += isolated_orders
        self.available_units = available_units(self.cross_wallet_units, self.cross_unrealised_units, taken)
        self.max_withdraw_units = max_withdraw_units(
            self.wallet_units,
            self.cross_wallet_units,
            self.cross_unrealised_units,
            taken,
            self.cross_maintenance_units + isolated_orders,
        )


def exposure_margin(prices: Sequence[PriceView], exposure: ExposureView) -> ExposureMargin:
    """`prices` by symbol id: `world.prices`."""
    return ExposureMargin(exposure, prices[exposure.instrument.symbol_id].mark_e8)


def wallet_margin(prices: Sequence[PriceView], wallet: WalletView) -> WalletMargin:
    """In multi-assets mode what is available, and may leave, depends on the other wallets of the account."""
    if wallet.joint is not None:
        together = wallet.joint.margin()
        margin = together.margins[wallet.asset]
        margin.available_units = together.available_in(wallet.asset)
        margin.max_withdraw_units = together.withdrawable_units(wallet.asset)
        return margin
    return WalletMargin(wallet, [exposure_margin(prices, exposure) for exposure in wallet.exposures])


def entry_e13(instrument: Instrument, position: PositionView) -> int:
    """Average entry price in 1e-13 of the quote; 0 when flat."""
    return entry_price_e13(instrument, position.qty_lots, position.entry_value)


def break_even_e13(instrument: Instrument, position: PositionView) -> int:
    """Price at which closing brings back the cost and the fees of the open episode less what it realised already.

    In 1e-13 of the quote; 0 when flat; negative when the realised profit exceeds the cost (semantics 4.2).
    """
    spent_value = position.fees_value - position.episode_realized_units * instrument.value_scale
    return break_even_price_e13(instrument, position.qty_lots, position.entry_value, spent_value)


def liquidation_e8(prices: Sequence[PriceView], exposure: ExposureView, position: PositionView) -> int:
    """Liquidation price of a position in 1e-8 of the quote; 0 when there is none or no position (semantics 2.2, 2.3).

    The other cross exposures of the same wallet stay at their present marks; both sides of a cross hedge fall together.
    """
    if position.qty_lots == 0:
        return 0
    if exposure.margin_type != CROSS:
        return liquidation_price_e8(exposure.instrument, [_leg(position)], position.isolated_units)
    legs = [_leg(one) for one in _held(exposure)]
    joint = exposure.wallet.joint
    if joint is not None:
        own = exposure_margin(prices, exposure)
        return liquidation_price_e8(
            exposure.instrument, legs, joint.margin().beside_units(exposure, own, reserves_margin=True)
        )
    collateral = _beside(prices, exposure)
    for other in _other_cross(exposure):
        for one in _held(other):
            mark_e8 = prices[other.instrument.symbol_id].mark_e8
            collateral -= maintenance_margin_units(other.instrument, one.qty_lots, mark_e8)
    return liquidation_price_e8(exposure.instrument, legs, collateral)


def bankruptcy_e8(prices: Sequence[PriceView], exposure: ExposureView, position: PositionView) -> int:
    """Bankruptcy price of a position in 1e-8 of the quote; 0 when there is none or no position (semantics 2.4)."""
    if position.qty_lots == 0:
        return 0
    if exposure.margin_type != CROSS:
        return bankruptcy_price_e8(exposure.instrument, [_leg(position)], position.isolated_units)
    legs = [_leg(one) for one in _held(exposure)]
    return bankruptcy_price_e8(exposure.instrument, legs, _beside(prices, exposure))


def _beside(prices: Sequence[PriceView], exposure: ExposureView) -> int:
    """The cross wallet, and what the other cross exposures have won."""
    joint = exposure.wallet.joint
    if joint is not None:
        own = exposure_margin(prices, exposure)
        return joint.margin().beside_units(exposure, own, reserves_margin=False)
    units = exposure.wallet.cross_wallet_units
    for other in _other_cross(exposure):
        mark_e8 = prices[other.instrument.symbol_id].mark_e8
        for one in _held(other):
            units += unrealised_units(other.instrument, one.qty_lots, one.entry_value, mark_e8)
    return units


def _other_cross(exposure: ExposureView) -> list[ExposureView]:
    return [
        other for other in exposure.wallet.exposures if other is not exposure and other.margin_type == CROSS
    ]


def _held(exposure: ExposureView) -> list[PositionView]:
    """The positions that are not flat: of one position mode, as the other's are."""
    return [one for one in (exposure.position, *exposure.sides.values()) if one.qty_lots]


def _leg(position: PositionView) -> Leg:
    return Leg(position.qty_lots, position.entry_value)
