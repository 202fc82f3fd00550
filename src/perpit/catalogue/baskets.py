"""Composite indexes in use: what their assets cost in dollars, and what their parts cost therefore.

The price of an asset is the index of its USDT perpetual, whether a venue lists that or not (semantics 3.1.1). Whoever
moves index prices - a market source, venue control - lets the baskets follow: a `Follower` hears of a price and gives
the command that tells the new prices of the parts.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from perpit.catalogue.rows import facts
from perpit.domain.basket import BasketPart, pair_price_e8
from perpit.domain.commands import SetBasketPrices
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT, div_half_up

DOLLAR: Final = "USDT"


def contract_of(asset: str) -> str:
    """The symbol of the contract whose index is the price of an asset."""
    return f"{asset}{DOLLAR}"


def assets_of(parts: Iterable[BasketPart]) -> list[str]:
    """Every asset that the parts consist of, but for the dollar, once."""
    both = (asset for part in parts for asset in (part.base_asset, part.quote_asset))
    return [asset for asset in dict.fromkeys(both) if asset != DOLLAR]


def start_e8(asset: str) -> int:
    """The price of an asset that nobody has told yet: where its contract's market starts."""
    return facts(contract_of(asset)).initial_price_e8


def asset_prices_e8(
    parts: list[BasketPart], prices_e8: list[int], listed_e8: Mapping[str, int]
) -> dict[str, int]:
    """What each asset of a basket costs in dollars, by asset.

    `listed_e8` has the index prices of contracts by symbol, 0 where there is none. What is not listed follows from the
    last prices of the parts, `prices_e8`; while these are unknown (empty), it is where its market starts.
    """
    listed = ((asset, listed_e8.get(contract_of(asset), 0)) for asset in assets_of(parts))
    found = {DOLLAR: UNIT, **{asset: price_e8 for asset, price_e8 in listed if price_e8}}

    def is_unknown(row: tuple[BasketPart, int]) -> bool:
        return row[0].base_asset not in found and row[0].quote_asset not in found

    last_e8 = prices_e8 or [0] * len(parts)
    for part, price_e8 in sorted(zip(parts, last_e8, strict=True), key=is_unknown):
        base, quote = part.base_asset, part.quote_asset
        if base not in found and quote not in found:
            found[quote] = start_e8(quote)
        if base not in found:
            found[base] = div_half_up(price_e8 * found[quote], UNIT) or start_e8(base)
        elif quote not in found:
            found[quote] = pair_price_e8(found[base], price_e8) if price_e8 else start_e8(quote)
    return found


def part_prices_e8(parts: list[BasketPart], assets_e8: Mapping[str, int]) -> list[int]:
    """What each part costs in its quote."""
    return [pair_price_e8(assets_e8[part.base_asset], assets_e8[part.quote_asset]) for part in parts]


class Follower:
    """A contract that follows a basket. `assets_e8` are the prices of its assets, as `asset_prices_e8` gives them."""

    def __init__(self, instrument: Instrument, assets_e8: Mapping[str, int]) -> None:
        self.instrument = instrument
        self._assets_e8 = dict(assets_e8)
        self._asset_of = {contract_of(asset): asset for asset in assets_of(instrument.basket)}

    def command(self) -> SetBasketPrices:
        """What tells the prices as they are known now."""
        prices_e8 = part_prices_e8(self.instrument.basket, self._assets_e8)
        return SetBasketPrices(self.instrument.symbol_id, prices_e8)

    def hear(self, symbol: str, price_e8: int) -> SetBasketPrices | None:
        """A contract has a new index price; None when the basket has nothing of it."""
        asset = self._asset_of.get(symbol)
        if asset is None:
            return None
        self._assets_e8[asset] = price_e8
        return self.command()
