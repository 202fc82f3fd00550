"""Perpetuals for tests, two linear, one inverse, one of an index, with terms and brackets that semantics 1.1 and 5.10.3
record."""

from typing import Any

from perpit.domain.basket import BasketPart
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, INVERSE, LINEAR, USDS_M

# max leverage, floor, cap, maintenance rate in ppm, cum; money in the quote
BTC_BRACKETS = (
    (150, 0, 300_000, 4_000, 0),
    (100, 300_000, 800_000, 5_000, 300),
    (75, 800_000, 3_000_000, 6_500, 1_500),
    (50, 3_000_000, 12_000_000, 10_000, 12_000),
    (25, 12_000_000, 70_000_000, 20_000, 132_000),
    (20, 70_000_000, 100_000_000, 25_000, 482_000),
    (10, 100_000_000, 230_000_000, 50_000, 2_982_000),
    (5, 230_000_000, 480_000_000, 100_000, 14_482_000),
    (4, 480_000_000, 600_000_000, 125_000, 26_482_000),
    (3, 600_000_000, 800_000_000, 150_000, 41_482_000),
    (2, 800_000_000, 1_200_000_000, 250_000, 121_482_000),
    (1, 1_200_000_000, 1_800_000_000, 500_000, 421_482_000),
)
ETH_BRACKETS = (
    *BTC_BRACKETS[:4],
    (25, 12_000_000, 50_000_000, 20_000, 132_000),
    (20, 50_000_000, 65_000_000, 25_000, 382_000),
    (10, 65_000_000, 150_000_000, 50_000, 2_007_000),
    (5, 150_000_000, 320_000_000, 100_000, 9_507_000),
    (4, 320_000_000, 400_000_000, 125_000, 17_507_000),
    (3, 400_000_000, 530_000_000, 150_000, 27_507_000),
    (2, 530_000_000, 800_000_000, 250_000, 80_507_000),
    (1, 800_000_000, 1_200_000_000, 500_000, 280_507_000),
)
# the table of 2021-07, semantics 1.1.11; money in BTC, cum in thousandths of it
BTC_COIN_BRACKETS = (
    (125, 0, 5, 4_000, 0),
    (100, 5, 10, 5_000, 5),
    (50, 10, 20, 10_000, 55),
    (20, 20, 50, 25_000, 355),
    (10, 50, 100, 50_000, 1_605),
    (5, 100, 200, 100_000, 6_605),
    (4, 200, 400, 125_000, 11_605),
    (3, 400, 1_000, 150_000, 21_605),
    (2, 1_000, 1_500, 250_000, 121_605),
    (1, 1_500, 1_000_000_000, 500_000, 496_605),
)


def brackets(rows: tuple[tuple[int, int, int, int, int], ...]) -> list[Bracket]:
    return [
        Bracket(leverage, floor * UNIT, cap * UNIT, rate, cum * UNIT)
        for leverage, floor, cap, rate, cum in rows
    ]


def linear(symbol_id: int, base: str, **terms: Any) -> Instrument:
    """A USDT perpetual: BTCUSDT's terms unless others are given by name."""
    defaults: dict[str, Any] = {
        "symbol_id": symbol_id,
        "symbol": f"{base}USDT",
        "pair": f"{base}USDT",
        "market": USDS_M,
        "contract_kind": LINEAR,
        "contract_type": "PERPETUAL",
        "base_asset": base,
        "quote_asset": "USDT",
        "margin_asset": "USDT",
        "tick_e8": 10_000_000,
        "lot_e8": 100_000,
        "contract_size": 0,
        "price_decimals": 2,
        "qty_decimals": 3,
        "min_price_ticks": 5_568,
        "max_price_ticks": 45_297_640,
        "min_qty_lots": 1,
        "max_qty_lots": 1_000_000,
        "market_min_qty_lots": 1,
        "market_max_qty_lots": 120_000,
        "min_notional_units": 50 * UNIT,
        "percent_up_ppm": 1_050_000,
        "percent_down_ppm": 950_000,
        "market_bound_ppm": 50_000,
        "trigger_protect_ppm": 50_000,
        "liquidation_fee_ppm": 12_500,
        "max_open_orders": 200,
        "max_amendments": 10_000,
        "maker_fee_ppm": 200,
        "taker_fee_ppm": 500,
        "default_leverage": 20,
        "onboard_ms": 1_569_398_400_000,
        "delivery_ms": 4_133_404_800_000,
        "funding_interval_hours": 8,
        "brackets": brackets(BTC_BRACKETS),
    }
    return Instrument(**{**defaults, **terms})


def btcusdt(symbol_id: int = 0, **terms: Any) -> Instrument:
    return linear(symbol_id, "BTC", **terms)


def ethusdt(symbol_id: int = 1, **terms: Any) -> Instrument:
    """Ticks of 0.01, so values and fees have more digits than BTCUSDT's."""
    own = {
        "tick_e8": 1_000_000,
        "min_price_ticks": 3_986,
        "max_price_ticks": 30_617_700,
        "max_qty_lots": 10_000_000,
        "market_max_qty_lots": 2_000_000,
        "min_notional_units": 20 * UNIT,
        "brackets": brackets(ETH_BRACKETS),
    }
    return linear(symbol_id, "ETH", **{**own, **terms})


def btcusd_perp(symbol_id: int = 2, **terms: Any) -> Instrument:
    """The inverse contract: 100 USD each, margin and profit in BTC; no minimum notional."""
    own = {
        "symbol": "BTCUSD_PERP",
        "pair": "BTCUSD",
        "market": COIN_M,
        "contract_kind": INVERSE,
        "quote_asset": "USD",
        "margin_asset": "BTC",
        "lot_e8": UNIT,
        "contract_size": 100,
        "price_decimals": 1,
        "qty_decimals": 0,
        "min_price_ticks": 10_000,
        "max_price_ticks": 45_209_580,
        "market_max_qty_lots": 60_000,
        "min_notional_units": 0,
        "liquidation_fee_ppm": 15_000,
        "maker_fee_ppm": 100,
        "brackets": [
            Bracket(leverage, floor * UNIT, cap * UNIT, rate, cum * UNIT // 1000)
            for leverage, floor, cap, rate, cum in BTC_COIN_BRACKETS
        ],
    }
    return linear(symbol_id, "BTC", **{**own, **terms})


def btcdomusdt(symbol_id: int = 3, **terms: Any) -> Instrument:
    """A composite index of two parts: bitcoin in ether, thirty times, and in solana, half a time."""
    own = {
        "symbol": "BTCDOMUSDT",
        "pair": "BTCDOMUSDT",
        "base_asset": "BTCDOM",
        "min_price_ticks": 100,
        "min_notional_units": 5 * UNIT,
        "brackets": brackets(((20, 0, 5_000, 10_000, 0), (10, 5_000, 3_000_000, 25_000, 75))),
        "basket": [BasketPart("BTC", "ETH", 30 * UNIT), BasketPart("BTC", "SOL", UNIT // 2)],
    }
    return linear(symbol_id, "BTC", **{**own, **terms})
