"""A basket: what a composite index is made of, and how its price follows from the prices of its parts.

Each part is a pair, its base priced in its quote: ETH in USDT, or BTC in ETH. The index is the sum over the parts of
price × weight in quantity (semantics 3.1.1). Weights in quantity stand; what share of the index a part is moves with
prices.
"""

from typing import ClassVar

from mypy_extensions import mypyc_attr

from perpit.domain.numbers import UNIT, div_half_up


@mypyc_attr(acyclic=True)
class BasketPart:
    """`weight_e8` > 0: how much of the pair is in the index, in 1e-8."""

    FIELDS: ClassVar[tuple[str, ...]] = ("base_asset", "quote_asset", "weight_e8")

    def __init__(self, base_asset: str, quote_asset: str, weight_e8: int) -> None:
        self.base_asset, self.quote_asset = base_asset, quote_asset
        self.weight_e8 = weight_e8


def basket_index_e8(parts: list[BasketPart], prices_e8: list[int]) -> int:
    """The index of a basket whose parts have these prices, all in 1e-8; rounded once, half up."""
    value = 0
    for part, price_e8 in zip(parts, prices_e8, strict=True):
        value += part.weight_e8 * price_e8
    return div_half_up(value, UNIT)


def basket_shares_e8(parts: list[BasketPart], prices_e8: list[int]) -> list[int]:
    """How much of the index each part is, as fractions in 1e-8; each rounded half up, prices > 0."""
    values = [part.weight_e8 * price_e8 for part, price_e8 in zip(parts, prices_e8, strict=True)]
    whole = sum(values)
    return [div_half_up(value * UNIT, whole) for value in values]


def pair_price_e8(base_e8: int, quote_e8: int) -> int:
    """The price of one asset in another, from the prices of both in a third, > 0; half up, at least 1e-8."""
    return max(1, div_half_up(base_e8 * UNIT, quote_e8))
