"""Flows with conditional orders, dates, countdowns, price match and RPI among the orders of `tests.flows`.

Trigger prices are drawn so near to the market that much fires, callback rates so small that trailing stops do, and
marks are pinned away from the last price, so that price protection holds some back. Time leaps now and then by so
much that dates are reached.
"""

from perpit.domain import commands as c
from perpit.domain import words as w
from tests.flows import Flow

KINDS = (w.STOP, w.STOP_MARKET, w.TAKE_PROFIT, w.TAKE_PROFIT_MARKET, w.TRAILING_STOP_MARKET)
STOPS = (w.STOP, w.STOP_MARKET)
LIMITS = (w.STOP, w.TAKE_PROFIT)


class TriggerFlow(Flow):
    """`tests.flows.Flow` with what a newer exchange has."""

    def __init__(self, seed: int, accounts: int = 5) -> None:
        super().__init__(seed, accounts)
        self.algos: list[c.PlaceOrder] = []
        self.weights += [
            (34, self.conditional),
            (4, self.cancel_algo),
            (1, self.cancel_all_algos),
            (3, self.countdown),
            (6, self.dated),
            (6, self.matched),
            (6, self.rpi),
            (5, self.tape),
            (3, self.pin_far),
            (2, self.leap),
        ]

    def conditional(self) -> c.Command:
        symbol_id, side = self.symbol(), self.side()
        kind = self.random.choice(KINDS)
        order = self.order(kind, w.GTC, 0, side, symbol_id)
        order.is_algo = self.random.random() < 0.6
        order.working_type = self.random.choice([w.CONTRACT_PRICE, w.CONTRACT_PRICE, w.MARK_PRICE])
        order.price_protect = self.random.random() < 0.2
        order.reduce_only = self.random.random() < 0.3
        rises = (side == w.BUY) == (kind in STOPS)
        reach = self.random.choice([(1, 6), (1, 12), (5, 60), (-3, 3)])
        trigger = self.middle_ticks[symbol_id] + (1 if rises else -1) * self.random.randint(*reach)
        if kind == w.TRAILING_STOP_MARKET:
            order.callback_ppm = self.random.choice([1_000, 1_000, 2_000, 5_000, 999, 1_500, 250_000])
            order.activation_price_ticks = self.random.choice([0, trigger, trigger])
        else:
            order.stop_price_ticks = self.random.choice([trigger] * 20 + [0, -1, 10**9, trigger * 11])
            self.close_or_attach(order)
        if kind in LIMITS:
            self.limit_terms(order, trigger)
        if order.is_algo:
            self.algos.append(order)
            del self.algos[:-40]
            return order
        return self.remembered(order)

    def close_or_attach(self, order: c.PlaceOrder) -> None:
        draw = self.random.random()
        if draw < 0.2:
            order.close_position = True
            order.reduce_only = self.random.random() < 0.05
            order.qty_lots = 0 if self.random.random() < 0.95 else 5
        if self.random.random() < 0.25:
            order.time_in_force = w.GTE_GTC

    def limit_terms(self, order: c.PlaceOrder, trigger: int) -> None:
        order.price_ticks = trigger + self.random.randint(-6, 6)
        if self.random.random() < 0.03:
            order.price_ticks = self.random.choice([0, trigger * 2, trigger // 2])
        if self.random.random() < 0.2:
            order.price_ticks, order.price_match = 0, self.random.randint(1, 9)
        order.time_in_force = self.random.choice([w.GTC, w.GTC, w.IOC, w.FOK, w.GTX, w.GTE_GTC, w.RPI])
        if self.random.random() < 0.2:
            self.date(order)

    def date(self, order: c.PlaceOrder) -> None:
        order.time_in_force = w.GTD
        ahead = self.random.choice([600_000, 600_700, 601_000, 615_000, 700_000, 900_000, 10**15])
        order.good_till_ms = self.time_ms + ahead + self.random.choice([0, 1, 777])

    def dated(self) -> c.Command:
        order = self.limit()
        assert isinstance(order, c.PlaceOrder)
        self.date(order)
        self.recent.append(order)
        return order

    def matched(self) -> c.Command:
        order = self.limit()
        assert isinstance(order, c.PlaceOrder)
        order.price_match = self.random.choice([1, 1, 5, 5, 2, 6, 3, 4, 7, 8])
        order.price_ticks = 0 if self.random.random() < 0.95 else order.price_ticks
        return order

    def rpi(self) -> c.Command:
        order = self.limit()
        assert isinstance(order, c.PlaceOrder)
        order.time_in_force = w.RPI
        self.recent.append(order)
        return order

    def cancel_algo(self) -> c.Command:
        if not self.algos or self.random.random() < 0.2:
            return c.CancelAlgoOrder(self.account(), self.random.randint(0, 60), "nobody's")
        order = self.random.choice(self.algos)
        return c.CancelAlgoOrder(order.account_id, 0, order.client_order_id)

    def cancel_all_algos(self) -> c.Command:
        return c.CancelAllAlgoOrders(self.account(), self.symbol())

    def countdown(self) -> c.Command:
        wait_ms = self.random.choice([0, 1, 500, 2_000, 2_000, 9_000, 700_000, -1, 1 << 53])
        return c.SetCountdown(self.account(), self.symbol(), wait_ms)

    def pin_far(self) -> c.Command:
        """A mark so far from the last price that protected orders wait, or back again."""
        symbol_id = self.symbol()
        middle_e8 = self.middle_ticks[symbol_id] * self.instruments[symbol_id].tick_e8
        return c.PinMarkPrice(symbol_id, self.random.choice([0, 0, middle_e8, middle_e8 * 107 // 100]))

    def leap(self) -> c.Command:
        self.time_ms += self.random.choice([30_000, 300_000, 600_000])
        return c.Advance()
