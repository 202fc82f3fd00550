"""The ladder of fee tiers of each market (semantics 4.3.3, 4.3.4). Read by venue control, which puts accounts on it."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from perpit.catalogue.rows import MARKETS
from perpit.domain.numbers import parse_scaled

NAMES = {number: name for name, number in MARKETS.items()}


class FeeRates(NamedTuple):
    """Parts per million of a traded value; a negative maker's rate is a rebate."""

    maker_ppm: int
    taker_ppm: int


def fee_tiers(market: int) -> list[FeeRates]:
    """Rates by tier, 0 first: there the contracts have their own, which mostly are the same."""
    return [
        FeeRates(parse_scaled(maker, 6), parse_scaled(taker, 6)) for maker, taker in _rows()[NAMES[market]]
    ]


@cache
def _rows() -> dict[str, list[tuple[str, str]]]:
    raw = files("perpit.catalogue").joinpath("fee_tiers.json").read_bytes()
    decoded = msgspec.json.decode(raw)
    return {market: msgspec.convert(decoded[market], list[tuple[str, str]]) for market in MARKETS}
