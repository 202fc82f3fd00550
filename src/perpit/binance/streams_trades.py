"""Trade streams: every trade as it prints, and aggregated trades once they are finished (semantics 8.1)."""

from typing import Final

from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.streams_text import Texts, amount
from perpit.domain.events import TradeCalculated, TradePrinted
from perpit.domain.words import SELL, TRADE_ADL, TRADE_INSURANCE_FUND, TRADE_MARKET
from perpit.views.trades import AggTrade
from perpit.views.world import World

KIND_WORDS: Final = {TRADE_MARKET: "MARKET", TRADE_INSURANCE_FUND: "INSURANCE_FUND", TRADE_ADL: "ADL"}
JSON_BOOL: Final = {False: "false", True: "true"}


class Trades(Channel):
    """`<symbol>@trade`: one message per trade."""

    watches_trades = True

    def __init__(self, name: str, outbox: Outbox, texts: Texts) -> None:
        super().__init__(name, 0, outbox)
        self._texts = texts

    def on_trade(self, trade: TradePrinted) -> None:
        self._tell(trade, self._texts.price(trade.price_ticks))

    def on_trade_off_book(self, trade: TradeCalculated) -> None:
        """This stream alone tells of them, at a price that need not lie on the grid (semantics 2.6.4, 2.4.4)."""
        self._tell(trade, amount(trade.price_e8))

    def _tell(self, trade: TradePrinted | TradeCalculated, price: str) -> None:
        texts = self._texts
        self.publish(
            f'{{"e":"trade","E":{trade.time_ms},"T":{trade.time_ms},"s":"{texts.symbol}","t":{trade.trade_id},'
            f'"p":"{price}","q":"{texts.qty(trade.qty_lots)}",'
            f'"X":"{KIND_WORDS[trade.kind]}","m":{JSON_BOOL[trade.taker_side == SELL]}}}'
        )


class AggTrades(Channel):
    """`<symbol>@aggTrade`: one message per aggregated trade.

    It goes out when the next aggregate begins, or at the first 100 ms boundary after it can no longer grow by the
    time of the last command: a command that is on its way may be older than the clock.
    """

    watches_trades = True

    def __init__(
        self, name: str, period_ms: int, outbox: Outbox, world: World, symbol_id: int, texts: Texts
    ) -> None:
        super().__init__(name, period_ms, outbox)
        self._world = world
        self._trades = world.trades[symbol_id]
        self._texts = texts
        last = self._trades.last_aggregate
        self._sent_id = 0 if last is None else last.id

    def after_command(self, now_ms: int) -> None:
        self.flush(now_ms)

    def flush(self, now_ms: int) -> None:
        for aggregate in self._trades.finished_aggregates(self._sent_id, self._world.time_ms):
            self._sent_id = aggregate.id
            self.publish(self._payload(aggregate, now_ms))

    def _payload(self, aggregate: AggTrade, now_ms: int) -> str:
        texts = self._texts
        shown = f',"nq":"{texts.qty(aggregate.shown_lots)}"' if texts.tells_hidden else ""
        return (
            f'{{"e":"aggTrade","E":{now_ms},"a":{aggregate.id},"s":"{texts.symbol}",'
            f'"p":"{texts.price(aggregate.price_ticks)}","q":"{texts.qty(aggregate.qty_lots)}"{shown},'
            f'"f":{aggregate.first_id},"l":{aggregate.last_id},"T":{aggregate.time_ms},'
            f'"m":{JSON_BOOL[aggregate.taker_side == SELL]}{texts.product_field}}}'
        )
