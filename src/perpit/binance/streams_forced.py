"""Liquidation streams: of each symbol the largest liquidation of every second, nothing when there was none (2.8.1).

A liquidation is an order of the venue's making; what nobody took of it is no part of it. Who has to give way to it
(deleveraging) is not told here.
"""

from typing import Final

from perpit.binance import render
from perpit.binance.products import PRODUCTS, Product
from perpit.binance.streams_channel import Channel, FillEvent, Outbox
from perpit.domain.forced import LIQUIDATION, forced_kind
from perpit.domain.instrument import Instrument
from perpit.domain.words import COIN_M

WINDOW_MS: Final = 1_000


class ForceOrders(Channel):
    """`<symbol>@forceOrder`, and `!forceOrder@arr` for every symbol of a market: one message for each.

    `instruments` are all, by symbol id; those with another symbol or market are passed over. At most one order of each
    symbol waits for the end of the second.
    """

    watches_fills = True

    def __init__(self, name: str, outbox: Outbox, instruments: list[Instrument]) -> None:
        super().__init__(name, WINDOW_MS, outbox)
        self._instruments = instruments
        self._largest: dict[int, FillEvent] = {}

    def on_fill(self, fill: FillEvent) -> None:
        request = fill.request
        symbol_id = request.symbol_id
        if self.symbol_id not in (-1, symbol_id) or forced_kind(request) != LIQUIDATION:
            return
        if self.symbol_id < 0 and self._instruments[symbol_id].market != self.market:
            return
        known = self._largest.get(symbol_id)
        if known is None or known.order_id == fill.order_id or fill.filled_lots > known.filled_lots:
            self._largest[symbol_id] = fill

    def flush(self, now_ms: int) -> None:
        largest, self._largest = self._largest, {}
        for symbol_id, fill in largest.items():
            self.publish(force_order(fill, self._instruments[symbol_id], now_ms, self.symbol_id < 0))


def force_order(fill: FillEvent, instrument: Instrument, now_ms: int, is_of_all: bool) -> str:
    """A forceOrder event: the order as it stood after its last fill (semantics 2.8.2).

    COIN-M's orders name their pair; the stream of all symbols says more beside the order.
    """
    form, product = render.digits(instrument), PRODUCTS[instrument.market]
    request = fill.request
    pair = f'"ps":"{instrument.pair}",'
    inside = pair if product.market == COIN_M else ""
    return (
        f'{{"e":"forceOrder","E":{now_ms},"o":{{"s":"{instrument.symbol}",{inside}"S":"{render.SIDE[request.side]}",'
        f'"o":"LIMIT","f":"IOC","q":"{form.qty(fill.qty_lots)}","p":"{form.price(fill.price_ticks)}",'
        f'"ap":"{form.average_of(fill)}","X":"{render.ORDER_STATUS[fill.status]}","l":"{form.qty(fill.fill_lots)}",'
        f'"z":"{form.qty(fill.filled_lots)}","T":{fill.time_ms}}}{_beside(product, pair) if is_of_all else ""}}}'
    )


def _beside(product: Product, pair: str) -> str:
    outside = "" if product.market == COIN_M else f",{pair[:-1]}"
    return f'{outside},"st":{product.symbol_type}'
