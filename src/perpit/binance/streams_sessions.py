"""`tradingSession`: every second, one message for each market that has a contract, of the session that runs there."""

from perpit.binance.streams_channel import Channel, Outbox
from perpit.binance.tradfi import EVENT_OF_MARKET, open_markets, session_at
from perpit.views.catalog import CatalogView


class TradingSessions(Channel):
    """What `tradingSchedule` says of now."""

    def __init__(self, name: str, period_ms: int, outbox: Outbox, catalog: CatalogView) -> None:
        super().__init__(name, period_ms, outbox)
        self._catalog = catalog

    def flush(self, now_ms: int) -> None:
        session = session_at(now_ms)
        for market in open_markets(self._catalog.by_id):
            self.publish(
                f'{{"e":"{EVENT_OF_MARKET[market]}","E":{now_ms},"t":{session.start_ms},"T":{session.end_ms},'
                f'"S":"{session.kind}"}}'
            )
