"""Margin assets as everybody sees them: terms, index price, and the rates that follow. One row for each asset."""

from collections.abc import Sequence

from perpit.domain.collateral import ask_rate_e8, balance_usd_units, bid_rate_e8, followed_index_e8
from perpit.domain.commands import ListAsset
from perpit.domain.events import AssetIndexChanged, AssetListed
from perpit.views.catalog import CatalogView
from perpit.views.prices import PriceView


class AssetView:
    """One asset: its terms, and the price that was set; 0 while it follows its instrument."""

    __slots__ = ("set_e8", "terms", "updated_ms")

    def __init__(self, terms: ListAsset) -> None:
        self.terms = terms
        self.set_e8 = 0
        self.updated_ms = 0


class AssetsView:
    """All of them, in the order in which they were listed."""

    def __init__(self, catalog: CatalogView, prices: Sequence[PriceView]) -> None:
        self._catalog = catalog
        self._prices = prices
        self.by_name: dict[str, AssetView] = {}

    def fold_listed(self, event: AssetListed) -> None:
        known = self.by_name.get(event.terms.asset)
        if known is None:
            self.by_name[event.terms.asset] = AssetView(event.terms)
        else:
            known.terms = event.terms

    def fold_index(self, event: AssetIndexChanged) -> None:
        asset = self.by_name[event.asset]
        asset.set_e8 = event.price_e8
        asset.updated_ms = event.time_ms

    def index_e8(self, name: str) -> int:
        """In 1e-8 USD; 0 when the asset is none or has no price. The same as the engine reckons with."""
        asset = self.by_name.get(name)
        if asset is None:
            return 0
        symbol_id = asset.terms.symbol_id
        if asset.set_e8 != 0 or symbol_id < 0:
            return asset.set_e8
        quote = self.by_name.get(self._catalog.by_id[symbol_id].quote_asset)
        return followed_index_e8(self._prices[symbol_id].index_e8, 0 if quote is None else quote.set_e8)

    def updated_ms(self, name: str) -> int:
        """When its price last moved."""
        asset = self.by_name[name]
        if asset.set_e8 != 0 or asset.terms.symbol_id < 0:
            return asset.updated_ms
        return self._prices[asset.terms.symbol_id].time_ms

    def rates_e8(self, name: str) -> tuple[int, int]:
        """What counts of its price for credit, and for debit; the asset must be listed."""
        terms, index_e8 = self.by_name[name].terms, self.index_e8(name)
        return bid_rate_e8(index_e8, terms.bid_buffer_ppm), ask_rate_e8(index_e8, terms.ask_buffer_ppm)

    def exchange_rates_e8(self, name: str) -> tuple[int, int]:
        """The same where auto-exchange sells and buys."""
        terms, index_e8 = self.by_name[name].terms, self.index_e8(name)
        return (
            bid_rate_e8(index_e8, terms.exchange_bid_buffer_ppm),
            ask_rate_e8(index_e8, terms.exchange_ask_buffer_ppm),
        )

    def worth_units(self, name: str, units: int) -> int:
        """What a balance counts for in USD; nothing when the asset is no collateral."""
        if name not in self.by_name or units == 0:
            return 0
        return balance_usd_units(units, *self.rates_e8(name))
