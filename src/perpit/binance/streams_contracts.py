"""`!contractInfo`: a contract was listed, draws near its end, or has ended (semantics 7.3, C31).

Brackets (`bks`) are told when they change, which they do not here.
"""

from perpit.binance.exchange_info import contract_status, contract_type
from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.streams_text import product_fields
from perpit.domain.events import ContractStatusChanged, InstrumentListed
from perpit.domain.words import COIN_M, EVERY_MARKET, TRADING
from perpit.views.world import World


class ContractInfo(Channel):
    """The contracts of one product, or of both; the world has folded what is told."""

    watches_contracts = True

    def __init__(self, name: str, outbox: Outbox, world: World, market: int) -> None:
        super().__init__(name, 0, outbox)
        self._world = world
        self._product = market

    def on_contract(self, event: ContractStatusChanged | InstrumentListed) -> None:
        status, delivery_ms = TRADING, 0
        if isinstance(event, InstrumentListed):
            instrument = event.instrument
        else:
            instrument = self._world.catalog.by_id[event.symbol_id]
            status, delivery_ms = event.status, event.delivery_ms
        if self._product not in (EVERY_MARKET, instrument.market):
            return
        pair = f'"ps":"{instrument.pair}",' if instrument.market == COIN_M else ""
        self.publish(
            f'{{"e":"contractInfo","E":{event.time_ms},"s":"{instrument.symbol}",{pair}'
            f'"ct":"{contract_type(instrument, self._world.contracts)}","dt":{delivery_ms or instrument.delivery_ms},'
            f'"ot":{instrument.onboard_ms},"cs":"{contract_status(instrument, status)}"'
            f"{product_fields(instrument, self._outbox.profile)[1]}}}"
        )
