"""Numbers of one instrument as the text of stream payloads. Used by the stream channels and user data.

Prices and quantities have the instrument's fixed decimals, as in recorded payloads ("58710.20", "0.014"). Texts of
prices and quantities repeat, so each is made once; the caches are emptied when they are full.
"""

from typing import Final

from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_scaled, format_shortest

CACHE_LIMIT: Final = 1 << 15


class Digits:
    """Ticks and lots of an instrument to text."""

    def __init__(self, instrument: Instrument) -> None:
        self.symbol = instrument.symbol
        self.pair = instrument.pair
        self._price_decimals = instrument.price_decimals
        self._qty_decimals = instrument.qty_decimals
        self._tick_e8 = instrument.tick_e8
        self._lot_e8 = instrument.lot_e8
        self._prices: dict[int, str] = {}
        self._quantities: dict[int, str] = {}

    def price(self, ticks: int) -> str:
        """A price on the book."""
        text = self._prices.get(ticks)
        if text is None:
            if len(self._prices) >= CACHE_LIMIT:
                self._prices.clear()
            text = self._prices[ticks] = e8_text(ticks * self._tick_e8, self._price_decimals)
        return text

    def average(self, price_e8: int) -> str:
        """A price between ticks, cut to the decimals of prices."""
        return e8_text(price_e8, self._price_decimals)

    def qty(self, lots: int) -> str:
        """A quantity in the base asset (linear)."""
        text = self._quantities.get(lots)
        if text is None:
            if len(self._quantities) >= CACHE_LIMIT:
                self._quantities.clear()
            text = self._quantities[lots] = e8_text(lots * self._lot_e8, self._qty_decimals)
        return text

    def levels(self, levels: list[tuple[int, int]]) -> str:
        """Price levels as a JSON array, in the given order."""
        price, qty = self.price, self.qty
        return "[" + ",".join([f'["{price(ticks)}","{qty(lots)}"]' for ticks, lots in levels]) + "]"


def e8_text(value_e8: int, decimals: int) -> str:
    """A number of 1e-8 with exactly `decimals` decimals, cut toward zero."""
    unit = 10 ** (8 - decimals)
    return format_scaled(value_e8 // unit if value_e8 >= 0 else -(-value_e8 // unit), decimals)


def amount(units: int) -> str:
    """Money without trailing zeros; zero is "0" (live order events, semantics 5.12.2, 5.12.5)."""
    return format_shortest(units, 8)


def money(units: int) -> str:
    """Money with all its 8 decimals."""
    return format_scaled(units, 8)
