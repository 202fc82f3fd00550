"""Liquidation streams: of each symbol the largest liquidation of every second, nothing when there was none (2.8.1).

A liquidation is an order of the venue's making; what nobody took of it is no part of it. Who has to give way to it
(deleveraging) is not told here.
"""

from typing import Final

from perpit.binance import render
from perpit.binance.profiles import Profile
from perpit.binance.streams_channel import Channel, FillEvent, Outbox
from perpit.binance.streams_text import product_fields
from perpit.domain.forced import LIQUIDATION, forced_kind
from perpit.domain.instrument import Instrument
from perpit.domain.words import COIN_M, EVERY_MARKET

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
        self._tells_largest = outbox.profile.largest_liquidations  # else the latest
        self._told: dict[int, FillEvent] = {}

    def on_fill(self, fill: FillEvent) -> None:
        request = fill.request
        symbol_id = request.symbol_id
        if self.symbol_id not in (-1, symbol_id) or forced_kind(request) != LIQUIDATION:
            return
        market = self._instruments[symbol_id].market
        if self.symbol_id < 0 and self.market not in (EVERY_MARKET, market):
            return
        known = self._told.get(symbol_id)
        if known is None or not self._tells_largest or self._outgrows(fill, known):
            self._told[symbol_id] = fill

    def _outgrows(self, fill: FillEvent, known: FillEvent) -> bool:
        """Whether it is more of the same order, or a larger one."""
        return known.order_id == fill.order_id or fill.filled_lots > known.filled_lots

    def flush(self, now_ms: int) -> None:
        told, self._told = self._told, {}
        for symbol_id, fill in told.items():
            instrument, profile = self._instruments[symbol_id], self._outbox.profile
            self.publish(force_order(fill, instrument, now_ms, self.symbol_id < 0, profile))


def force_order(
    fill: FillEvent, instrument: Instrument, now_ms: int, is_of_all: bool, profile: Profile
) -> str:
    """A forceOrder event: the order as it stood after its last fill (semantics 2.8.2).

    COIN-M's orders name their pair; the stream of all symbols says more beside the order.
    """
    form, request = render.digits(instrument), fill.request
    pair, product = product_fields(instrument, profile)
    inside, outside = (pair, "") if instrument.market == COIN_M else ("", pair)
    return (
        f'{{"e":"forceOrder","E":{now_ms},"o":{{"s":"{instrument.symbol}"{inside},"S":"{render.SIDE[request.side]}",'
        f'"o":"LIMIT","f":"IOC","q":"{form.qty(fill.qty_lots)}","p":"{form.price(fill.price_ticks)}",'
        f'"ap":"{form.average_of(fill)}","X":"{render.ORDER_STATUS[fill.status]}","l":"{form.qty(fill.fill_lots)}",'
        f'"z":"{form.qty(fill.filled_lots)}","T":{fill.time_ms}}}{outside + product if is_of_all else ""}}}'
    )
