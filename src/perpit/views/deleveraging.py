"""Who would give way first, and how likely it is that anybody must (semantics 2.7).

Nothing is folded: both are computed from accounts, mark prices and the fund when somebody asks, at most once in a
period for each instrument, however many ask. So the cost of a ranking, one pass over the accounts, comes at most
every 30 s; what changes after it is seen in the next period. Kept: one ranking for each instrument.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from perpit.domain.instrument import Instrument
from perpit.domain.margin import leverage_profit, maintenance_margin_units, unrealised_units
from perpit.domain.words import CROSS, LONG, SHORT
from perpit.views.accounts import AccountView, ExposureView, PositionView
from perpit.views.prices import PriceView

RANKING_MS: Final = 30_000  # semantics 2.7.4
RISK_MS: Final = 30 * 60_000  # semantics 2.7.7
QUANTILES: Final = 5

LOW: Final = 0
MEDIUM: Final = 1
HIGH: Final = 2
# The exchange does not say how it rates the risk: semantics 2.7.7 [inferred]. Here it is low while the fund has at
# least so much of what customers hold on the larger side, and high when it has less than the other part.
LOW_FROM_PERCENT: Final = 25
MEDIUM_FROM_PERCENT: Final = 5

Ranking = dict[tuple[int, int], int]  # account and position side → 0, last to give way, to 4, first


class Risk:
    """How likely deleveraging is in an instrument: LOW, MEDIUM or HIGH, as of `updated_ms`."""

    __slots__ = ("level", "updated_ms")

    def __init__(self, level: int, updated_ms: int) -> None:
        self.level = level
        self.updated_ms = updated_ms


class DeleveragingView:
    """Reads the world's `accounts`, `prices` by symbol id, and the fund's balances by market and asset."""

    def __init__(
        self,
        accounts: Mapping[int, AccountView],
        prices: Sequence[PriceView],
        insurance_units: Mapping[tuple[int, str], int],
    ) -> None:
        self._accounts = accounts
        self._prices = prices
        self._insurance_units = insurance_units
        self._rankings: dict[int, tuple[int, Ranking]] = {}
        self._risks: dict[int, Risk] = {}

    def quantile(self, account_id: int, symbol_id: int, position_side: int, now_ms: int) -> int:
        """0 to 4, from the last to the first to give way; 0 without a position when the period's ranking was made.

        Both sides of a cross hedge have one value, whether both are open or not (semantics 2.7.4).
        """
        period = now_ms // RANKING_MS
        known = self._rankings.get(symbol_id)
        if known is None or known[0] != period:
            known = self._rankings[symbol_id] = (period, self._ranking(symbol_id))
        return known[1].get((account_id, position_side), 0)

    def risk(self, instrument: Instrument, now_ms: int) -> Risk:
        """The rating of an instrument, of the last half hour."""
        symbol_id = instrument.symbol_id
        known = self._risks.get(symbol_id)
        if known is None or known.updated_ms // RISK_MS != now_ms // RISK_MS:
            known = self._risks[symbol_id] = Risk(self._level(instrument), now_ms)
        return known

    def _ranking(self, symbol_id: int) -> Ranking:
        mark_e8 = self._prices[symbol_id].mark_e8
        # by sign of the position: what each has to give way for, and who it is
        values: dict[bool, list[int]] = {True: [], False: []}
        rows: list[tuple[bool, int, tuple[int, int]]] = []
        for account_id, account in self._accounts.items():
            exposure = account.exposures.get(symbol_id)
            held = [] if exposure is None else _held(exposure)
            if exposure is None or not held:
                continue
            if exposure.is_hedged and exposure.margin_type == CROSS:
                value = _standing(exposure, held, mark_e8)
                for position in held:
                    values[position.qty_lots > 0].append(value)
                # the netted position stands on the side that is larger
                is_long = sum(position.qty_lots for position in held) >= 0
                rows += [(is_long, value, (account_id, side)) for side in (LONG, SHORT)]
                continue
            for position in held:
                value = _standing(exposure, [position], mark_e8)
                values[position.qty_lots > 0].append(value)
                rows.append((position.qty_lots > 0, value, (account_id, position.position_side)))
        for side_values in values.values():
            side_values.sort()
        return {key: _quantile(values[is_long], value) for is_long, value, key in rows}

    def _level(self, instrument: Instrument) -> int:
        longs = shorts = 0
        for account in self._accounts.values():
            exposure = account.exposures.get(instrument.symbol_id)
            for position in [] if exposure is None else _held(exposure):
                longs += max(0, position.qty_lots)
                shorts += max(0, -position.qty_lots)
        mark_e8 = self._prices[instrument.symbol_id].mark_e8
        held_units = instrument.value_at_e8(mark_e8, max(longs, shorts)) if longs or shorts else 0
        fund_units = self._insurance_units.get((instrument.market, instrument.margin_asset), 0)
        if fund_units * 100 >= held_units * LOW_FROM_PERCENT:
            return LOW
        return MEDIUM if fund_units * 100 >= held_units * MEDIUM_FROM_PERCENT else HIGH


def _held(exposure: ExposureView) -> list[PositionView]:
    return [one for one in (exposure.position, *exposure.sides.values()) if one.qty_lots]


def _standing(exposure: ExposureView, positions: list[PositionView], mark_e8: int) -> int:
    """LeveragePnl of one position, or of both sides of a cross hedge with their profit netted."""
    instrument = exposure.instrument
    profit = maintenance = 0
    for one in positions:
        profit += unrealised_units(instrument, one.qty_lots, one.entry_value, mark_e8)
        maintenance += maintenance_margin_units(instrument, one.qty_lots, mark_e8)
    is_cross = exposure.margin_type == CROSS
    collateral = exposure.wallet.cross_wallet_units if is_cross else positions[0].isolated_units
    if exposure.wallet.joint is not None:
        collateral = exposure.wallet.joint.margin().collateral_in(exposure.wallet.asset)
    return leverage_profit(profit, collateral, maintenance)


def _quantile(values: list[int], value: int) -> int:
    """The fifth of the ascending `values` in which one of them lies, ceil(5·rank ÷ count) − 1 (semantics 2.7.5).

    Equal ones share the highest rank among them. Who has no profit is last of all, however few there are.
    """
    if value == 0:
        return 0
    rank = bisect_right(values, value)
    return -(-QUANTILES * rank // len(values)) - 1
