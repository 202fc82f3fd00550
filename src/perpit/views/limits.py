"""How much a venue remembers in memory; oldest rows are forgotten first."""

from typing import Final, NamedTuple


class WorldLimits(NamedTuple):
    """Per instrument, or per account and instrument: `trades_max` public trades, `aggregates_max` aggregated trades,
    `candles_max` candles of each kind and interval (at least a day of minutes; one of trades takes about 0.3 kB, one of
    prices 72 bytes), `closed_orders_max` finished orders (of the Algo service: as many per account), `fills_max` fills.
    In the whole venue `all_closed_orders_max` and `all_fills_max` of the latter two, again the newest: an order with
    its fill takes about 1.2 kB, so both at their limit 0.6 GB. Open orders are never forgotten.

    Likewise `income_max` rows of income per account and market, `amendments_max` amendments and `margin_changes_max`
    changes of isolated margin per account and instrument, each with its `all_..._max` in the whole venue (a row takes
    about 0.2 kB: together at most 0.2 GB); and `settlements_max` settled funding rates per instrument, years of them.
    Of grids the last `ended_grids_max` that have ended.
    """

    trades_max: int = 10_000
    aggregates_max: int = 10_000
    candles_max: int = 2_000
    closed_orders_max: int = 50_000
    fills_max: int = 50_000
    all_closed_orders_max: int = 500_000
    all_fills_max: int = 500_000
    income_max: int = 50_000
    all_income_max: int = 500_000
    amendments_max: int = 10_000
    all_amendments_max: int = 200_000
    margin_changes_max: int = 1_000
    all_margin_changes_max: int = 50_000
    settlements_max: int = 10_000
    ended_grids_max: int = 1_000


LIMITS: Final = WorldLimits()
