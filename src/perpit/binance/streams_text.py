"""Numbers of one instrument as the text of stream payloads: `render.Digits`, remembering what it said.

Prices and quantities come back again and again, so each text is made once; a full cache is emptied.
"""

from typing import Final

from perpit.binance import render
from perpit.binance.products import PRODUCTS
from perpit.binance.profiles import UNION, Profile
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT, format_scaled, format_shortest

CACHE_LIMIT: Final = 1 << 15


class Texts:
    """Ticks and lots of an instrument to text.

    `pair_field` and `product_field` are what frames tell of the product, with the comma before them, where they do.
    """

    def __init__(self, instrument: Instrument, profile: Profile = UNION) -> None:
        self.symbol = instrument.symbol
        self.pair = instrument.pair
        self.turnover = render.digits(instrument).turnover
        product = PRODUCTS[instrument.market]
        self.pair_field, self.product_field = product_fields(instrument, profile)
        self.tells_hidden = profile.hidden_quantities and "nq" in product.frame_fields
        self._instrument = instrument
        self._form = render.digits(instrument)
        self._prices: dict[int, str] = {}
        self._quantities: dict[int, str] = {}

    def price(self, ticks: int) -> str:
        """A price on the book."""
        text = self._prices.get(ticks)
        if text is None:
            if len(self._prices) >= CACHE_LIMIT:
                self._prices.clear()
            text = self._prices[ticks] = self._form.price(ticks)
        return text

    def qty(self, lots: int) -> str:
        """A quantity."""
        text = self._quantities.get(lots)
        if text is None:
            if len(self._quantities) >= CACHE_LIMIT:
                self._quantities.clear()
            text = self._quantities[lots] = self._form.qty(lots)
        return text

    def between_ticks(self, price_e8: int) -> str:
        """A price off the grid, cut to the decimals of prices."""
        decimals = self._instrument.price_decimals
        return format_scaled(price_e8 * 10**decimals // UNIT, decimals)

    def levels(self, levels: list[tuple[int, int]]) -> str:
        """Price levels as a JSON array, in the given order."""
        price, qty = self.price, self.qty
        return "[" + ",".join([f'["{price(ticks)}","{qty(lots)}"]' for ticks, lots in levels]) + "]"


def product_fields(instrument: Instrument, profile: Profile) -> tuple[str, str]:
    """Pair and product as frames have them, with the comma before; empty where they have not (semantics 7.3)."""
    product = PRODUCTS[instrument.market]
    named = profile.frames_tell_product or product.frames_name_pair
    return (
        f',"ps":"{instrument.pair}"' if named else "",
        f',"st":{product.symbol_type}' if profile.frames_tell_product else "",
    )


def amount(units: int) -> str:
    """Money without trailing zeros; zero is "0" (live order events, semantics 5.12.2, 5.12.5)."""
    return format_shortest(units, 8)
