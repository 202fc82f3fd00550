"""The end of a contract in the reference: every index value of the last half hour is kept, the mean is a sum over them.

Written from semantics 3.3, 3.6 and the settings of section 12.
"""

from fractions import Fraction
from math import floor

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from tests import reference_formulas as formulas
from tests.reference_ledger import FUND
from tests.reference_liquidation import Liquidation

TICK_MS = 1_000
WINDOW_MS = 30 * 60_000  # semantics 3.6.3
SETTLING_MS = 1_000  # section 12: ours
ENDED = (w.DELIVERING, w.DELIVERED)
QUIET_MS = {True: 30 * 60_000, False: 10 * 60_000}  # of a perpetual, of a quarter: semantics 3.6.5


class Delivery(Liquidation):
    def __init__(self) -> None:
        super().__init__()
        self.status: list[int] = []
        self.ends_ms: list[int] = []  # 0: no end is known
        self.index_seen: list[list[int]] = []
        self.settled_e8: list[int] = []

    def list_delivery(self, symbol_id: int) -> None:
        instrument = self.instruments[symbol_id]
        self.status.append(w.TRADING)
        self.ends_ms.append(0 if instrument.is_perpetual else instrument.delivery_ms)
        self.index_seen.append([])
        self.settled_e8.append(0)

    def live(self, symbol_id: int) -> bool:
        return self.index_e8[symbol_id] != 0 and not self.closed(symbol_id)

    def closed(self, symbol_id: int) -> bool:
        return 0 <= symbol_id < len(self.instruments) and self.status[symbol_id] in ENDED

    def _ScheduleDelivery(self, command: c.ScheduleDelivery) -> int:
        symbol_id, due_ms = command.symbol_id, command.delivery_ms
        if not 0 <= symbol_id < len(self.instruments):
            return no.UNKNOWN_SYMBOL
        if self.closed(symbol_id):
            return no.SYMBOL_CLOSED
        if not self.instruments[symbol_id].is_perpetual:
            return no.NOT_SUPPORTED
        if due_ms and (due_ms <= self.time_ms or due_ms % TICK_MS):
            return no.INVALID_VALUE
        self.ends_ms[symbol_id], self.index_seen[symbol_id] = due_ms, []
        self.status[symbol_id] = w.TRADING
        self._tell_status(symbol_id)
        self.draw_near(symbol_id)
        return 0

    def _tell_status(self, symbol_id: int) -> None:
        about = (self.status[symbol_id], self.ends_ms[symbol_id], self.settled_e8[symbol_id])
        self._tell("ContractStatusChanged", symbol_id, *about)

    def see_index(self, symbol_id: int, time_ms: int) -> None:
        if self.ends_ms[symbol_id] - WINDOW_MS < time_ms <= self.ends_ms[symbol_id]:
            self.index_seen[symbol_id].append(self.index_e8[symbol_id])

    def settlement_e8(self, symbol_id: int) -> int:
        seen = self.index_seen[symbol_id]
        return floor(Fraction(sum(seen), len(seen))) if seen else self.index_e8[symbol_id]

    def drawn_e8(self, symbol_id: int, mark: int) -> int:
        """What was counts as it was, what comes as the mark is (semantics 3.3.2)."""
        seen = self.index_seen[symbol_id]
        if not seen:
            return mark
        left = Fraction(max(0, self.ends_ms[symbol_id] - self.time_ms), TICK_MS)
        return floor((sum(seen) + mark * left) / (len(seen) + left))

    def draw_near(self, symbol_id: int) -> None:
        end, quiet = self.ends_ms[symbol_id], QUIET_MS[self.instruments[symbol_id].is_perpetual]
        if end and self.status[symbol_id] == w.TRADING and self.time_ms >= end - quiet:
            self.status[symbol_id] = w.PRE_DELIVERING
            self._tell_status(symbol_id)

    def deliver(self, symbol_id: int) -> None:
        end = self.ends_ms[symbol_id]
        if end and self.time_ms >= end and not self.closed(symbol_id):
            self._last_trade(symbol_id)
        if self.time_ms >= end + SETTLING_MS:
            self.settle_ended(symbol_id)

    def settle_ended(self, symbol_id: int) -> None:
        if self.status[symbol_id] != w.DELIVERING:
            return
        if self.settled_e8[symbol_id]:
            self._close_all(symbol_id, self.settled_e8[symbol_id])
        self.status[symbol_id] = w.DELIVERED
        self._tell_status(symbol_id)

    def _last_trade(self, symbol_id: int) -> None:
        self.settled_e8[symbol_id] = self.settlement_e8(symbol_id)
        for order in [*self.queue(symbol_id, w.BUY), *self.queue(symbol_id, w.SELL)]:
            if order.is_house:
                self._take_off(symbol_id, order)
        for account in self.accounts[1:]:
            orders = self.open_orders(account.account_id, symbol_id)
            for order in sorted(orders, key=lambda one: one.order_id):
                self._close(symbol_id, order, w.EXPIRED, w.REASON_DELISTED)
            for waiting in self.waiting_of(account.account_id, symbol_id):
                self._end(waiting, w.EXPIRED, w.REASON_DELISTED)
        self.forget_countdowns(symbol_id)
        self.status[symbol_id] = w.DELIVERING
        self._tell_status(symbol_id)

    def forget_countdowns(self, symbol_id: int) -> None:
        """In `reference_triggers`."""
        raise NotImplementedError

    def _close_all(self, symbol_id: int, price: int) -> None:
        instrument, key = self.instruments[symbol_id], self.wallet_key(symbol_id)
        left_over = 0  # of the roundings: bought less sold
        for account_id in (FUND, *range(len(self.accounts))):
            for position_side in (w.BOTH, w.LONG, w.SHORT):
                held = self.position(account_id, symbol_id, position_side).qty_lots
                if not held:
                    continue
                side, lots = (w.SELL if held > 0 else w.BUY), abs(held)
                exact = formulas.value_exactly(instrument, price, lots) * formulas.booked_per_unit(instrument)
                value = formulas.cut(exact)
                left_over += side * value
                self._close_one(account_id, symbol_id, position_side, side, lots, price, value)
        linear = instrument.contract_kind == w.LINEAR
        self.dust[key] = self.dust.get(key, 0) + (left_over if linear else -left_over)

    def _close_one(
        self,
        account_id: int,
        symbol_id: int,
        position_side: int,
        side: int,
        lots: int,
        price: int,
        value: int,
    ) -> None:
        instrument, order_id, trade_id = self.instruments[symbol_id], 0, 0
        kind = "settlement" if instrument.market == w.USDS_M else "delivery"
        if account_id > 0:
            order_id, trade_id = self.next_order_id, self.next_trade_id[symbol_id]
            self.next_order_id += 1
            self.next_trade_id[symbol_id] += 1
        name = f"{kind}_autoclose-{self.time_ms}{order_id}"
        order = self._order(account_id, symbol_id, position_side, side, lots, price, order_id, name)
        if account_id <= 0:
            key = self.wallet_key(symbol_id)
            had = self.fund.wallets.get(key, 0)
            self._book(order, symbol_id, lots, value, 0, 0)
            if account_id == FUND:
                self._tell("InsurancePositionChanged", symbol_id, 0)
            self._tell_realised(key, had)
            return
        self._tell("OrderAccepted", *self._order_fields(symbol_id, order))
        _maker_ppm, taker_ppm = self.accounts[account_id].rates_ppm(instrument)
        fee = formulas.fee(instrument, value, taker_ppm)
        kept = formulas.kept_fee(instrument, value, taker_ppm)
        realized = self._book(order, symbol_id, lots, value, fee, kept)
        order.status = w.FILLED
        self._tell_position(account_id, symbol_id, position_side, w.CAUSE_ORDER)
        about = (trade_id, price, lots, value, realized, w.TRADE_DELIVERY, fee)
        self._tell("OrderCalculated", *self._order_fields(symbol_id, order), *about)
