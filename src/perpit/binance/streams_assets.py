"""Asset index streams, one asset or all, every second (semantics 1.6.3): what assetIndex answers, by shorter names."""

from perpit.binance.assets import QUOTE, buffer
from perpit.binance.render import units
from perpit.binance.streams_channel import Channel, Outbox
from perpit.views.assets import AssetsView


class AssetIndex(Channel):
    """`<assetSymbol>@assetIndex`."""

    replaceable = True

    def __init__(self, name: str, period_ms: int, outbox: Outbox, assets: AssetsView, asset: str) -> None:
        super().__init__(name, period_ms, outbox)
        self._assets = assets
        self._asset = asset

    def flush(self, now_ms: int) -> None:
        if self._assets.index_e8(self._asset):
            self.publish(index_payload(self._assets, self._asset, now_ms))


class AllAssetIndexes(Channel):
    """`!assetIndex@arr`: every asset that has a price, as one array."""

    replaceable = True

    def __init__(self, name: str, period_ms: int, outbox: Outbox, assets: AssetsView) -> None:
        super().__init__(name, period_ms, outbox)
        self._assets = assets

    def flush(self, now_ms: int) -> None:
        assets = self._assets
        rows = [index_payload(assets, asset, now_ms) for asset in assets.by_name if assets.index_e8(asset)]
        if rows:
            self.publish("[" + ",".join(rows) + "]")


def index_payload(assets: AssetsView, asset: str, now_ms: int) -> str:
    """An assetIndexUpdate."""
    terms = assets.by_name[asset].terms
    bid_e8, ask_e8 = assets.rates_e8(asset)
    exchange_bid_e8, exchange_ask_e8 = assets.exchange_rates_e8(asset)
    return (
        f'{{"e":"assetIndexUpdate","E":{now_ms},"s":"{asset}{QUOTE}","i":"{units(assets.index_e8(asset))}",'
        f'"b":"{buffer(terms.bid_buffer_ppm)}","a":"{buffer(terms.ask_buffer_ppm)}",'
        f'"B":"{units(bid_e8)}","A":"{units(ask_e8)}",'
        f'"q":"{buffer(terms.exchange_bid_buffer_ppm)}","g":"{buffer(terms.exchange_ask_buffer_ppm)}",'
        f'"Q":"{units(exchange_bid_e8)}","G":"{units(exchange_ask_e8)}"}}'
    )
