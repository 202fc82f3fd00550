"""The catalogue: the terms of real contracts, so that a venue can list them by name. Imports domain only."""

from perpit.catalogue.instruments import load_instrument
from perpit.catalogue.rows import UnknownSymbol, assets, common, facts, symbols

__all__ = ["UnknownSymbol", "assets", "common", "facts", "load_instrument", "symbols"]
