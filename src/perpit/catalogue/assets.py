"""Margin assets of multi-assets mode: buffers, and where their price comes from (semantics 1.6.3, 1.6.4).

A buffer is one less the collateral ratio: 99.99 % for what stands for a dollar, 95 % for BTC, ETH and BNB. In the one
recorded row, that of ADA, debit has the same buffer as credit, and auto-exchange takes 5 %. That it takes no more than
the collateral buffer, which spares what stands for a dollar, is ours.
"""

from typing import Final, NamedTuple

from perpit.catalogue.rows import assets, facts
from perpit.domain.commands import ListAsset
from perpit.domain.numbers import UNIT, parse_scaled

EXCHANGE_BUFFER_PPM_MAX: Final = 50_000


class AssetTerms(NamedTuple):
    """`symbol` is the contract whose price index the asset follows where that is listed; "" for a dollar's stand-in."""

    asset: str
    buffer_ppm: int
    symbol: str

    @property
    def price_e8(self) -> int:
        """The price of an asset that follows nothing."""
        return facts(self.symbol).initial_price_e8 if self.symbol else UNIT

    def listing(self, symbol_id: int) -> ListAsset:
        """The command that lists it; `symbol_id` is -1 where it follows nothing."""
        buffer = self.buffer_ppm
        exchange = min(buffer, EXCHANGE_BUFFER_PPM_MAX)
        units = {row.asset: parse_scaled(row.auto_asset_exchange, 8) for row in assets()}
        return ListAsset(self.asset, buffer, buffer, exchange, exchange, units.get(self.asset, 0), symbol_id)


MARGIN_ASSETS: Final = (
    AssetTerms("USDT", 100, ""),
    AssetTerms("USDC", 100, ""),
    AssetTerms("BTC", 50_000, "BTCUSDT"),
    AssetTerms("ETH", 50_000, "ETHUSDT"),
    AssetTerms("BNB", 50_000, "BNBUSDT"),
)
