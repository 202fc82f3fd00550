"""The catalogue: the terms of real contracts, so that a venue can list them by name. Imports domain only."""

from perpit.catalogue.assets import MARGIN_ASSETS, AssetTerms
from perpit.catalogue.instruments import load_instrument
from perpit.catalogue.rows import Facts, UnknownSymbol, assets, facts, find, origin, quarter_pairs, symbols
from perpit.catalogue.supplies import supplies

__all__ = [
    "MARGIN_ASSETS",
    "AssetTerms",
    "Facts",
    "UnknownSymbol",
    "assets",
    "facts",
    "find",
    "load_instrument",
    "origin",
    "quarter_pairs",
    "supplies",
    "symbols",
]
