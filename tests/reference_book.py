"""The book of the reference: one list of orders for each instrument, searched for whatever is asked.

Reading order: how a queue is found, `_match`, `_fill`, what a fill does to reduce-only orders, how an order ends.
"""

from perpit.domain import words as w
from tests.reference_events import Row
from tests.reference_ledger import Ledger, Order


class NaiveBook(Ledger):
    def __init__(self) -> None:
        super().__init__()
        self.time_ms = 0
        self.next_place = 1
        self.last_ticks: list[int] = []
        self.next_trade_id: list[int] = []
        self.rows: list[Row] = []
        # what a command leaves to be done when it is done (`reference_triggers`)
        self.noted: list[tuple[int, int, int]] = []  # (symbol_id, working type, price) in their order
        self.ended: list[Order] = []
        self.gone: list[
            tuple[int, int, int]
        ] = []  # (account_id, symbol_id, position side) of closed positions
        # (order of a grid, its fill: lots, value, fee and whether it was the last, or None: it ended, and why)
        self.grid_notes: list[tuple[Order, tuple[int, int, int, bool] | None, int]] = []
        self.levels_before: dict[tuple[int, int, int], int] = {}
        self.paid_in = ""  # the asset of the last fill's fee, where it is not the margin asset

    def _tell(self, name: str, *fields: object) -> None:
        self.rows.append((name, self.time_ms, *fields))

    def _last_e8(self, symbol_id: int) -> int:
        return self.last_ticks[symbol_id] * self.instruments[symbol_id].tick_e8

    def queue(self, symbol_id: int, side: int) -> list[Order]:
        """Resting orders of a side: best price first, then first come first served."""
        resting = [order for order in self.orders[symbol_id] if order.resting and order.side == side]
        shown = [order for order in resting if not order.hidden]
        return sorted(shown, key=lambda order: (-side * order.price_ticks, order.place))

    def hidden_queue(self, symbol_id: int, side: int) -> list[Order]:
        """RPI orders of a side (semantics 5.3)."""
        resting = [order for order in self.orders[symbol_id] if order.resting and order.side == side]
        hidden = [order for order in resting if order.hidden]
        return sorted(hidden, key=lambda order: (-side * order.price_ticks, order.place))

    def met_by_house(self, symbol_id: int, side: int) -> list[Order]:
        """Both, RPI orders behind what is shown at the same price."""
        both = self.queue(symbol_id, side) + self.hidden_queue(symbol_id, side)
        return sorted(both, key=lambda order: -side * order.price_ticks)

    def best(self, symbol_id: int, side: int) -> Order | None:
        return next(iter(self.queue(symbol_id, side)), None)

    def _level(self, symbol_id: int, side: int, ticks: int) -> int:
        return sum(order.remaining for order in self.queue(symbol_id, side) if order.price_ticks == ticks)

    def _touch(self, symbol_id: int, side: int, ticks: int) -> None:
        """Remember what rests at a price before it changes."""
        level = (symbol_id, side, ticks)
        if level not in self.levels_before:
            self.levels_before[level] = self._level(*level)

    def _rest(self, symbol_id: int, order: Order) -> None:
        if not order.hidden:
            self._touch(symbol_id, order.side, order.price_ticks)
        order.place = self.next_place
        self.next_place += 1
        order.resting = True

    def _take_off(self, symbol_id: int, order: Order) -> None:
        if order.resting and not order.hidden:
            self._touch(symbol_id, order.side, order.price_ticks)
        self.orders[symbol_id].remove(order)

    def _crosses(self, side: int, limit_ticks: int, maker: Order) -> bool:
        return side * limit_ticks >= side * maker.price_ticks

    def _match(self, symbol_id: int, taker: Order, limit_ticks: int, stp_mode: int) -> bool:
        """Fill from the best price on; True when self-trade prevention ended the taker (semantics 5.5)."""
        while taker.remaining > 0:
            retail = taker.account_id == w.HOUSE  # whom RPI orders are for; the insurance fund is not
            met = (self.met_by_house if retail else self.queue)(symbol_id, -taker.side)
            maker = met[0] if met else None
            if maker is None or not self._crosses(taker.side, limit_ticks, maker):
                return False
            own = maker.account_id == taker.account_id
            if not own or stp_mode == w.STP_NONE:
                self._fill(symbol_id, maker, taker, min(maker.remaining, taker.remaining))
                continue
            if stp_mode in (w.STP_EXPIRE_MAKER, w.STP_EXPIRE_BOTH):
                self._close(symbol_id, maker, w.EXPIRED_IN_MATCH, w.REASON_SELF_TRADE)
            if stp_mode in (w.STP_EXPIRE_TAKER, w.STP_EXPIRE_BOTH):
                self._end_taker_by_stp(symbol_id, taker)
                return True
        return False

    def _end_taker_by_stp(self, symbol_id: int, taker: Order) -> None:
        command = taker.placed()
        if command.order_type == w.LIMIT and command.time_in_force == w.IOC:
            self._close(symbol_id, taker, w.EXPIRED, w.REASON_IOC_SELF_TRADE)
        else:
            self._close(symbol_id, taker, w.EXPIRED_IN_MATCH, w.REASON_SELF_TRADE)

    def _fill(self, symbol_id: int, maker: Order, taker: Order, lots: int) -> None:
        """One trade at the maker's price: the maker's books, the taker's, the public print."""
        instrument, ticks = self.instruments[symbol_id], maker.price_ticks
        trade_id = self.next_trade_id[symbol_id]
        self.next_trade_id[symbol_id] += 1
        if not maker.hidden:
            self._touch(symbol_id, maker.side, ticks)
        if ticks != self.last_ticks[symbol_id]:
            self.noted.append((symbol_id, w.CONTRACT_PRICE, ticks))
        self.last_ticks[symbol_id] = ticks
        maker_rate, _rate = self.accounts[maker.account_id].rates_ppm(instrument)
        _rate, taker_rate = self.accounts[taker.account_id].rates_ppm(instrument)
        if maker.hidden:
            maker_rate = min(instrument.rpi_fee_ppm, maker_rate)  # semantics 4.3.9
        for order, rate in ((maker, maker_rate), (taker, taker_rate)):
            if maker.account_id == taker.account_id == w.HOUSE:  # the tape alone: nobody's position moves
                order.filled_lots += lots
                value = fee = realized = 0
            else:
                held = self.position(order.account_id, symbol_id, order.position_side).qty_lots
                value, fee, realized = self.book_fill(order, symbol_id, ticks, lots, rate)
                if held * order.side < 0 and lots >= abs(held):
                    self.gone.append((order.account_id, symbol_id, order.position_side))
            order.status = w.FILLED if order.remaining == 0 else w.PARTIALLY_FILLED
            if order.remaining == 0 and order in self.orders[symbol_id]:
                self._take_off(symbol_id, order)
            if order.remaining == 0 and not order.is_house:
                self.ended.append(order)
            if order.is_house:
                continue
            if order.placed().is_grid:
                fill = (lots, value, 0 if self.paid_in else fee, order.remaining == 0)
                self.grid_notes.append((order, fill, 0))
            self._tell_position(order.account_id, symbol_id, order.position_side, w.CAUSE_ORDER)
            about = (trade_id, ticks, lots, value, fee, realized, order is maker, self.paid_in)
            self._tell("OrderTraded", *self._order_fields(symbol_id, order), *about)
        self._tell("TradePrinted", symbol_id, trade_id, ticks, lots, taker.side, w.TRADE_MARKET, maker.hidden)
        for order in (maker, taker):
            self._drop_excess_closing(order.account_id, symbol_id, order.position_side)

    def _closing_orders(self, account_id: int, symbol_id: int, position_side: int) -> list[Order]:
        """Resting orders that can only close a position, the first to be dropped first: worst price, then newest
        (semantics 4.5.3)."""
        mine = self.open_orders(account_id, symbol_id)
        orders = [
            one for one in mine if one.is_closing and one.position_side == position_side and one.resting
        ]
        return sorted(orders, key=lambda order: (order.side * order.price_ticks, -order.place))

    def _drop_excess_closing(self, account_id: int, symbol_id: int, position_side: int) -> None:
        if account_id <= w.HOUSE:
            return
        held = self.position(account_id, symbol_id, position_side).qty_lots
        orders = self._closing_orders(account_id, symbol_id, position_side)
        while orders:
            allowed = abs(held) if orders[0].side * held < 0 else 0
            if sum(order.remaining for order in orders) <= allowed:
                return
            self._close(symbol_id, orders.pop(0), w.EXPIRED, w.REASON_REDUCE_ONLY)

    def _close(self, symbol_id: int, order: Order, status: int, reason: int) -> None:
        self._take_off(symbol_id, order)
        order.status = status
        if not order.is_house:
            self.ended.append(order)
            if order.placed().is_grid:
                self.grid_notes.append((order, None, reason))
            self._tell("OrderClosed", *self._order_fields(symbol_id, order), reason, 0)

    def _order_fields(self, symbol_id: int, order: Order) -> tuple[object, ...]:
        return (
            order.order_id,
            order.placed().client_order_id,
            order.price_ticks,
            order.qty_lots,
            order.filled_lots,
            order.filled_value,
            order.status,
            self.side_notional(order.account_id, symbol_id, w.BUY),
            self.side_notional(order.account_id, symbol_id, w.SELL),
        )

    def _tell_position(self, account_id: int, symbol_id: int, position_side: int, cause: int) -> None:
        held, key = self.position(account_id, symbol_id, position_side), self.wallet_key(symbol_id)
        self._tell(
            "PositionChanged",
            account_id,
            symbol_id,
            position_side,
            held.qty_lots,
            held.entry_value,
            held.realized_units,
            held.fees_value,
            held.episode_realized_units,
            held.isolated_units,
            self.accounts[account_id].wallets[key],
            self.cross_wallet(account_id, key),
            cause,
        )
