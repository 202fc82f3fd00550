"""Margin assets: what can be collateral in multi-assets mode, at which price and on which terms (semantics 1.6.3).

An asset's index price was set, or it is the price index of an instrument; that counts as much as the instrument's quote
asset does where this one has a price that was set, and else like USD.
"""

from __future__ import annotations

from perpit.domain import refusals as no
from perpit.domain.collateral import ask_rate_e8, balance_usd_units, bid_rate_e8, followed_index_e8
from perpit.domain.commands import ListAsset, SetAssetIndex
from perpit.domain.events import AssetIndexChanged, AssetListed, Event
from perpit.domain.instrument import LARGEST_ON_GRID
from perpit.domain.numbers import PPM
from perpit.domain.words import LINEAR
from perpit.engine.market import Market


class MarginAsset:
    """One asset: its terms, the price that was set (0: none), and the market whose index it follows."""

    def __init__(self, terms: ListAsset, market: Market | None, assets: Assets) -> None:
        self.terms = terms
        self.market = market
        self.assets = assets
        self.set_e8 = 0

    def index_e8(self) -> int:
        """In 1e-8 USD; 0 while it has no price."""
        if self.set_e8 != 0:
            return self.set_e8
        market = self.market
        if market is None:
            return 0
        quote = self.assets.assets.get(market.instrument.quote_asset)
        return followed_index_e8(market.index_e8, 0 if quote is None else quote.set_e8)

    def bid_e8(self) -> int:
        return bid_rate_e8(self.index_e8(), self.terms.bid_buffer_ppm)

    def ask_e8(self) -> int:
        return ask_rate_e8(self.index_e8(), self.terms.ask_buffer_ppm)

    def exchange_bid_e8(self) -> int:
        return bid_rate_e8(self.index_e8(), self.terms.exchange_bid_buffer_ppm)

    def exchange_ask_e8(self) -> int:
        return ask_rate_e8(self.index_e8(), self.terms.exchange_ask_buffer_ppm)


class Assets:
    """All margin assets, by name."""

    def __init__(self) -> None:
        self.assets: dict[str, MarginAsset] = {}

    def list_asset(self, command: ListAsset, markets: list[Market], events: list[Event]) -> int:
        """List an asset, or change the terms of one; a price that was set stays."""
        for buffer_ppm in (command.bid_buffer_ppm, command.exchange_bid_buffer_ppm):
            if not 0 <= buffer_ppm < PPM:
                return no.INVALID_VALUE
        for buffer_ppm in (command.ask_buffer_ppm, command.exchange_ask_buffer_ppm):
            if not 0 <= buffer_ppm <= PPM:
                return no.INVALID_VALUE
        if command.asset == "" or command.exchange_units > 0 or command.symbol_id < -1:
            return no.INVALID_VALUE
        market: Market | None = None
        if command.symbol_id >= 0:
            if command.symbol_id >= len(markets):
                return no.UNKNOWN_SYMBOL
            market = markets[command.symbol_id]
            if market.instrument.contract_kind != LINEAR or market.instrument.base_asset != command.asset:
                return no.NOT_SUPPORTED
        asset = MarginAsset(command, market, self)
        known = self.assets.get(command.asset)
        if known is not None:
            asset.set_e8 = known.set_e8
            if known.index_e8() != 0 and asset.index_e8() == 0:
                return no.NO_PRICE  # it would lose the price that it has
        self.assets[command.asset] = asset
        events.append(AssetListed(command.time_ms, command))
        return 0

    def set_index(self, command: SetAssetIndex, events: list[Event]) -> int:
        """Set a price, or with 0 let the asset follow its instrument; an asset never loses its price."""
        asset = self.assets.get(command.asset)
        if asset is None:
            return no.UNKNOWN_ASSET
        if not 0 <= command.price_e8 <= LARGEST_ON_GRID:
            return no.INVALID_VALUE
        if command.price_e8 == 0 and (asset.market is None or asset.market.index_e8 == 0):
            return no.NO_PRICE
        asset.set_e8 = command.price_e8
        events.append(AssetIndexChanged(command.time_ms, command.asset, command.price_e8))
        return 0

    def priced(self, name: str) -> MarginAsset | None:
        """An asset that has a price, or None."""
        asset = self.assets.get(name)
        return asset if asset is not None and asset.index_e8() != 0 else None

    def index_e8(self, name: str) -> int:
        """0 when the asset is none or has no price."""
        asset = self.assets.get(name)
        return 0 if asset is None else asset.index_e8()

    def worth_units(self, name: str, units: int) -> int:
        """What a balance counts for in USD; nothing when the asset is no collateral."""
        asset = self.assets.get(name)
        if asset is None or units == 0:
            return 0
        return balance_usd_units(units, asset.bid_e8(), asset.ask_e8())
