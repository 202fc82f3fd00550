"""What assets are worth as collateral in multi-assets mode; the engine decides with it, the views show it.

Prices and rates in 1e-8 USD, amounts in 1e-8 of the asset, worths in 1e-8 USD. Rates are cut (semantics 1.6.3 shows
2.02605238 for 2.026052385), worths are rounded down.
"""

from perpit.domain.numbers import PPM, UNIT, div_ceil


def bid_rate_e8(index_e8: int, buffer_ppm: int) -> int:
    """What counts of an index price for credit; of a price that there is, at least one unit."""
    rate_e8 = index_e8 * (PPM - buffer_ppm) // PPM
    return 1 if rate_e8 == 0 and index_e8 > 0 else rate_e8


def ask_rate_e8(index_e8: int, buffer_ppm: int) -> int:
    """What counts of an index price for debit."""
    return index_e8 * (PPM + buffer_ppm) // PPM


def usd_units(units: int, rate_e8: int) -> int:
    """An amount at a rate, rounded down."""
    return units * rate_e8 // UNIT


def balance_usd_units(units: int, bid_e8: int, ask_e8: int) -> int:
    """What a balance counts for: credit at the bid rate, debit at the ask rate (semantics 1.6.3)."""
    return usd_units(units, ask_e8 if units < 0 else bid_e8)


def followed_index_e8(index_e8: int, quote_e8: int) -> int:
    """A price index in USD: as much as the quote counts for, or like USD where that has no price (0)."""
    return index_e8 * quote_e8 // UNIT if quote_e8 != 0 else index_e8


def least_balance_units(needed_usd_units: int, bid_e8: int, ask_e8: int) -> int:
    """The least balance that counts for so much at least; below zero when that is a debt. Both rates > 0."""
    return div_ceil(needed_usd_units * UNIT, ask_e8 if needed_usd_units < 0 else bid_e8)


def joint_withdrawable_units(
    wallet_units: int,
    margin_balance_units: int,
    bid_e8: int,
    ask_e8: int,
    maintenance_short_units: int,
    initial_short_units: int,
) -> int:
    """The most that may leave a wallet: what neither maintenance nor initial margin needs of it.

    `*_short_units`: what the margins need in USD beyond what the other wallets count for, below zero when those have
    more. Unrealised profit never leaves: it counts toward initial margin only (semantics 1.5.5, 1.5.6, 1.6.5).
    """
    kept = least_balance_units(maintenance_short_units, bid_e8, ask_e8)
    kept_with_profit = least_balance_units(initial_short_units, bid_e8, ask_e8)
    free = min(wallet_units, wallet_units - kept, margin_balance_units - kept_with_profit)
    return free if free > 0 else 0
