"""A world whose events are written by hand: for the tests of single views."""

from perpit.domain import words as w
from perpit.domain.commands import Advance, CreateKey, PlaceOrder
from perpit.domain.events import (
    AccountCreated,
    BookChanged,
    Event,
    InstrumentListed,
    MarkPriceChanged,
    OrderAccepted,
    OrderAmended,
    OrderClosed,
    OrderTraded,
    PositionChanged,
    TradePrinted,
    WalletChanged,
)
from perpit.domain.instrument import Instrument
from perpit.views.world import World

START_MS = 1_700_000_000_000


def hand_key(account_id: int, api_key: str) -> CreateKey:
    return CreateKey(account_id, api_key, "secret", w.KEY_HMAC, "by hand", w.PERMIT_READ, [])


class Hand:
    """Folds events one by one, at `time_ms`; every event gets a command of its own."""

    def __init__(self, *instruments: Instrument, world: World | None = None, accounts: int = 1) -> None:
        self.world = world if world is not None else World()
        self.time_ms = START_MS
        self.trade_ids = [0] * len(instruments)
        self.order_id = 0
        for instrument in instruments:
            self.fold(InstrumentListed(self.time_ms, instrument))
        for account_id in range(1, accounts + 1):
            self.fold(AccountCreated(self.time_ms, account_id, f"trader-{account_id}"))

    def fold(self, *events: Event) -> None:
        command = Advance()
        command.seq = self.world.seq + 1
        command.time_ms = self.time_ms
        self.world.fold(command, list(events))

    def book(self, side: int, price_ticks: int, qty_lots: int) -> None:
        self.fold(BookChanged(self.time_ms, 0, side, price_ticks, qty_lots))

    def trade(
        self,
        price_ticks: int,
        qty_lots: int,
        taker_side: int = w.BUY,
        kind: int = w.TRADE_MARKET,
        symbol_id: int = 0,
    ) -> None:
        self.trade_ids[symbol_id] += 1
        trade_id = self.trade_ids[symbol_id]
        self.fold(TradePrinted(self.time_ms, symbol_id, trade_id, price_ticks, qty_lots, taker_side, kind))

    def mark(self, mark_e8: int, symbol_id: int = 0) -> None:
        self.fold(MarkPriceChanged(self.time_ms, symbol_id, mark_e8 + 1, mark_e8, mark_e8 - 1, 0, 0))

    def wallet(self, units: int, asset: str = "USDT") -> None:
        self.fold(WalletChanged(self.time_ms, 1, w.USDS_M, asset, units, units, units, w.CAUSE_DEPOSIT))

    def position(
        self,
        qty_lots: int,
        entry_value: int,
        wallet_units: int,
        symbol_id: int = 0,
        fees_value: int = 0,
        episode_realized_units: int = 0,
        position_side: int = w.BOTH,
        isolated_units: int = 0,
    ) -> None:
        """`entry_value` > 0; it takes the sign of the quantity."""
        self.fold(
            PositionChanged(
                self.time_ms,
                1,
                symbol_id,
                position_side,
                qty_lots,
                entry_value if qty_lots >= 0 else -entry_value,
                0,
                fees_value,
                episode_realized_units,
                isolated_units,
                wallet_units,
                wallet_units - isolated_units,
                w.CAUSE_ORDER,
            )
        )

    def accept(
        self,
        client_order_id: str,
        symbol_id: int = 0,
        account_id: int = 1,
        qty_lots: int = 10,
        bid_units: int = 0,
        ask_units: int = 0,
    ) -> PlaceOrder:
        """A new buy order under the next id; returns its request."""
        self.order_id += 1
        request = PlaceOrder(
            account_id, symbol_id, client_order_id, w.BUY, w.LIMIT, w.GTC, qty_lots, price_ticks=600_000
        )
        self.fold(
            OrderAccepted(
                self.time_ms, self.order_id, request, 600_000, qty_lots, 0, 0, w.NEW, bid_units, ask_units
            )
        )
        return request

    def fill(
        self, order_id: int, request: PlaceOrder, lots: int, trade_id: int, filled_lots: int = 0
    ) -> None:
        """`filled_lots` before this fill."""
        filled = filled_lots + lots
        status = w.FILLED if filled == request.qty_lots else w.PARTIALLY_FILLED
        value = 600_000 * 10_000
        self.fold(
            OrderTraded(
                self.time_ms,
                order_id,
                request,
                request.price_ticks,
                request.qty_lots,
                filled,
                value * filled,
                status,
                0,
                0,
                trade_id,
                600_000,
                lots,
                value * lots,
                7,
                -3,
                True,
            )
        )

    def close(self, order_id: int, request: PlaceOrder, filled_lots: int = 0) -> None:
        self.fold(
            OrderClosed(
                self.time_ms,
                order_id,
                request,
                request.price_ticks,
                request.qty_lots,
                filled_lots,
                0,
                w.CANCELED,
                0,
                0,
                w.REASON_NONE,
            )
        )

    def amend(
        self, order_id: int, request: PlaceOrder, price_ticks: int, qty_lots: int, modify_id: int
    ) -> None:
        self.fold(
            OrderAmended(
                self.time_ms,
                order_id,
                request,
                price_ticks,
                qty_lots,
                0,
                0,
                w.NEW,
                0,
                0,
                request.price_ticks,
                request.qty_lots,
                modify_id,
                1,
            )
        )
