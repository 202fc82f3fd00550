"""Rules of the reference on kinds of orders: which fields belong together, and what a conditional order may be.

Written like `reference_rules`: each line says when a rule is broken, in documented order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from tests import reference_formulas as formulas
from tests.reference_book import NaiveBook
from tests.reference_ledger import Order, can_only_close

Faults = Iterator[tuple[bool, int]]

LIMIT_KINDS = (w.STOP, w.TAKE_PROFIT)
CLOSING_KINDS = (w.STOP_MARKET, w.TAKE_PROFIT_MARKET)
CONDITIONAL = (*LIMIT_KINDS, *CLOSING_KINDS, w.TRAILING_STOP_MARKET)
ALGO_ORDERS = 200  # semantics 5.9.4
CALLBACKS = range(1_000, 200_001, 1_000)  # tenths of a percent; semantics 5.8.7
FURTHEST = 10  # a trigger price is at most so many times the present price, or that part of it


@dataclass(eq=False)
class Waiting:
    """A conditional order that has not fired. `extreme` is what an active trailing stop has seen."""

    order_id: int
    request: c.PlaceOrder
    number: int
    extreme: int = 0
    active: bool = False
    fired: bool = False
    triggered_ms: int = 0

    def __deepcopy__(self, _memo: object) -> "Waiting":
        """For a trial: the command stays the same one, for it never changes."""
        return replace(self)

    @property
    def trailing(self) -> bool:
        return self.request.order_type == w.TRAILING_STOP_MARKET


def trigger_of(command: c.PlaceOrder) -> int:
    if command.order_type == w.TRAILING_STOP_MARKET:
        return command.activation_price_ticks
    return command.stop_price_ticks


def reached(command: c.PlaceOrder, price: int) -> bool:
    """Semantics 5.8.2; a trailing stop's activation price is reached like a take-profit's trigger (5.8.7)."""
    stop = command.order_type in (w.STOP, w.STOP_MARKET)
    direction = command.side if stop else -command.side
    return direction * price >= direction * trigger_of(command)


class Kinds(NaiveBook):
    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Waiting] = []  # the oldest first

    def waiting_of(self, account_id: int, symbol_id: int | None = None) -> list[Waiting]:
        return [
            one
            for one in self.waiting
            if one.request.account_id == account_id and symbol_id in (None, one.request.symbol_id)
        ]

    def has_orders(self, account_id: int, symbol_id: int) -> bool:
        """Anything open: on the book, or waiting for a price."""
        return bool(self.open_orders(account_id, symbol_id) or self.waiting_of(account_id, symbol_id))

    def ordinary(self, account_id: int, symbol_id: int) -> list[Waiting]:
        return [one for one in self.waiting_of(account_id, symbol_id) if not one.request.is_algo]

    def working(self, symbol_id: int, working_type: int) -> int:
        """The present price of a working type in ticks; the mark is cut to the tick (semantics 5.8.4)."""
        if working_type == w.CONTRACT_PRICE and self.last_ticks[symbol_id]:
            return self.last_ticks[symbol_id]
        return self.mark_e8[symbol_id] // self.instruments[symbol_id].tick_e8

    def _names_another_mode(self, account_id: int, symbol_id: int, position_side: int) -> bool:
        """Semantics 4.4.1, 4.4.2."""
        sides = (w.LONG, w.SHORT) if self.is_hedged(account_id, symbol_id) else (w.BOTH,)
        return position_side not in sides

    # -- LIMIT and MARKET ---------------------------------------------------------------------------------------------

    def _kind_faults(self, command: c.PlaceOrder) -> Faults:
        limit = command.order_type == w.LIMIT
        tifs = (w.GTC, w.IOC, w.FOK, w.GTX, w.GTD, w.RPI)
        yield command.order_type not in (w.LIMIT, w.MARKET), no.NOT_SUPPORTED
        yield limit and command.time_in_force not in tifs, no.TIME_IN_FORCE_INVALID
        yield from self._date_faults(command)
        yield command.close_position, no.CLOSE_POSITION_NOT_ALLOWED
        fields = (command.stop_price_ticks, command.activation_price_ticks, command.callback_ppm)
        yield any(fields), no.TRIGGER_FIELD_NOT_ALLOWED
        yield from self._price_match_faults(command)
        yield command.is_algo, no.NOT_SUPPORTED
        yield from self._word_faults(command)

    def _date_faults(self, command: c.PlaceOrder) -> Faults:
        """Semantics 5.3."""
        gtd = command.time_in_force == w.GTD
        if not gtd and not command.good_till_ms:
            return
        dated = command.order_type in (w.LIMIT, w.TRAILING_STOP_MARKET, *LIMIT_KINDS)
        yield not gtd or not dated, no.GOOD_TILL_DATE_INVALID
        near = command.good_till_ms <= command.time_ms + 600_000
        yield near or command.good_till_ms >= 253_402_300_799_000, no.GOOD_TILL_DATE_INVALID

    def _price_match_faults(self, command: c.PlaceOrder) -> Faults:
        """Semantics 5.4.1."""
        if not command.price_match:
            return
        yield not 0 <= command.price_match <= w.MATCH_QUEUE_20, no.PRICE_MATCH_INVALID
        yield command.order_type not in (w.LIMIT, *LIMIT_KINDS), no.PRICE_MATCH_NOT_ALLOWED
        yield command.price_ticks != 0, no.PRICE_MATCH_WITH_PRICE

    def _amended_match_faults(self, command: c.AmendOrder, order: Order) -> Faults:
        """What is wrong with an amendment whatever the book says (semantics 5.4.1, 5.6.1)."""
        yield command.side != order.side, no.AMEND_SIDE_MISMATCH
        if command.price_match:
            yield not 0 <= command.price_match <= w.MATCH_QUEUE_20, no.PRICE_MATCH_INVALID
            yield command.price_ticks != 0, no.PRICE_MATCH_WITH_PRICE

    def _word_faults(self, command: c.PlaceOrder) -> Faults:
        known_stp = (w.STP_NONE, w.STP_EXPIRE_TAKER, w.STP_EXPIRE_MAKER, w.STP_EXPIRE_BOTH)
        yield command.side not in (w.BUY, w.SELL), no.INVALID_VALUE
        yield command.stp_mode not in known_stp, no.INVALID_VALUE
        yield not command.client_order_id, no.INVALID_VALUE
        hedged = self.is_hedged(command.account_id, command.symbol_id)
        yield hedged and command.reduce_only, no.REDUCE_ONLY_IN_HEDGE_MODE
        elsewhere = self._names_another_mode(command.account_id, command.symbol_id, command.position_side)
        yield elsewhere, no.POSITION_SIDE_MISMATCH
        yield from self._standing_faults(
            command.account_id, can_only_close(command) or command.close_position
        )
        needed = self.instruments[command.symbol_id].needs_agreement
        unsigned = needed and not self.has_signed(command.account_id)
        yield unsigned and not (can_only_close(command) or command.close_position), no.AGREEMENT_NOT_SIGNED

    def _standing_faults(self, account_id: int, closing: bool) -> Faults:
        """Accounts that may only reduce, or not trade (semantics 5.10)."""
        standing = self.standing_of(account_id)
        yield standing == w.ONLY_REDUCES and not closing, no.ACCOUNT_ONLY_REDUCES
        yield standing == w.MAY_NOT_ORDER, no.ACCOUNT_MAY_NOT_ORDER

    def matched_ticks(self, command: c.PlaceOrder | c.AmendOrder) -> int | None:
        """The price that price match finds, None without that level (semantics 5.4.2)."""
        opposite = command.price_match <= w.MATCH_OPPONENT_20
        place = (1, 5, 10, 20)[(command.price_match - 1) % 4]
        queue = self.queue(command.symbol_id, -command.side if opposite else command.side)
        levels = list(dict.fromkeys(order.price_ticks for order in queue))
        return levels[place - 1] if place <= len(levels) else None

    # -- conditional orders -------------------------------------------------------------------------------------------

    def _conditional_kind_faults(self, command: c.PlaceOrder) -> Faults:
        limit, trailing = command.order_type in LIMIT_KINDS, command.order_type == w.TRAILING_STOP_MARKET
        yield command.order_type not in CONDITIONAL, no.NOT_SUPPORTED
        tifs = (w.GTC, w.IOC, w.FOK, w.GTX, w.GTD, w.GTE_GTC) if limit else (w.GTC, w.GTE_GTC)
        yield command.time_in_force not in tifs, no.TIME_IN_FORCE_INVALID
        yield command.working_type not in (w.CONTRACT_PRICE, w.MARK_PRICE), no.WORKING_TYPE_INVALID
        yield from self._date_faults(command)
        if command.close_position:  # semantics 4.5.6
            yield command.order_type not in CLOSING_KINDS, no.CLOSE_POSITION_NOT_ALLOWED
            yield command.qty_lots != 0, no.CLOSE_POSITION_WITH_QTY
            yield command.reduce_only, no.CLOSE_POSITION_WITH_REDUCE_ONLY
            closing = {w.LONG: w.SELL, w.SHORT: w.BUY}.get(command.position_side, command.side)
            yield command.side != closing, no.CLOSE_POSITION_NOT_ALLOWED
        yield trailing and command.callback_ppm not in CALLBACKS, no.CALLBACK_RATE_INVALID
        yield trailing and command.stop_price_ticks != 0, no.TRIGGER_FIELD_NOT_ALLOWED
        strange = command.callback_ppm != 0 or command.activation_price_ticks != 0
        yield not trailing and strange, no.TRIGGER_FIELD_NOT_ALLOWED
        yield from self._price_match_faults(command)
        yield not limit and command.price_ticks != 0, no.INVALID_VALUE
        yield from self._word_faults(command)

    def _trigger_faults(self, command: c.PlaceOrder) -> Faults:
        """Prices of a conditional order (semantics 5.8.7, 5.8.8)."""
        instrument, trigger, price = (
            self.instruments[command.symbol_id],
            trigger_of(command),
            command.price_ticks,
        )
        limit = command.order_type in LIMIT_KINDS and not command.price_match
        if limit:
            yield price <= 0, no.PRICE_NOT_POSITIVE
            yield price < instrument.min_price_ticks, no.PRICE_BELOW_MIN
            yield price > instrument.max_price_ticks, no.PRICE_ABOVE_MAX
        if command.order_type == w.TRAILING_STOP_MARKET:
            yield not 0 <= trigger <= instrument.max_price_ticks, no.ACTIVATION_PRICE_INVALID
            return
        yield trigger <= 0, no.STOP_PRICE_NOT_POSITIVE
        yield trigger > instrument.max_price_ticks, no.STOP_PRICE_ABOVE_MAX
        present = self.working(command.symbol_id, command.working_type)
        yield trigger > present * FURTHEST, no.STOP_PRICE_ABOVE_BAND
        yield trigger * FURTHEST < present, no.STOP_PRICE_BELOW_BAND
        if limit:
            up = trigger * Fraction(instrument.percent_up_ppm, 10**6)
            down = trigger * Fraction(instrument.percent_down_ppm, 10**6)
            yield command.side == w.BUY and price > up, no.PRICE_ABOVE_STOP_BAND
            yield command.side == w.SELL and price < down, no.PRICE_BELOW_STOP_BAND

    def _open_conditional_faults(self, command: c.PlaceOrder) -> Faults:
        """Client ids and how many may be open (semantics 5.9.4, 4.5.6)."""
        account_id, symbol_id, name = command.account_id, command.symbol_id, command.client_order_id
        algos = [one for one in self.waiting_of(account_id) if one.request.is_algo]
        if command.is_algo:
            yield name in [one.request.client_order_id for one in algos], no.DUPLICATE_CLIENT_ORDER_ID
            yield len(algos) >= ALGO_ORDERS, no.TOO_MANY_ALGO_ORDERS
        else:
            yield self._name_is_taken(command), no.DUPLICATE_CLIENT_ORDER_ID
        most = self.instruments[symbol_id].max_algo_orders
        full = most > 0 and len(list(self.waiting_of(account_id, symbol_id))) >= most
        yield full, no.TOO_MANY_ALGO_ORDERS
        if not command.is_algo:
            yield from self._open_order_faults(command)
        alike = [
            one
            for one in self.waiting_of(account_id, symbol_id)
            if one.request.close_position
            and (one.request.side, one.request.order_type) == (command.side, command.order_type)
            and one.request.position_side == command.position_side
        ]
        yield command.close_position and bool(alike), no.CLOSE_POSITION_EXISTS

    def _open_ids(self, command: c.PlaceOrder) -> list[str]:
        """Client ids of the account's open orders in the symbol, of those that wait, too."""
        resting = self.open_orders(command.account_id, command.symbol_id)
        waiting = self.ordinary(command.account_id, command.symbol_id)
        names = [order.placed().client_order_id for order in resting]
        return names + [one.request.client_order_id for one in waiting]

    def _name_is_taken(self, command: c.PlaceOrder) -> bool:
        return command.client_order_id in self._open_ids(command)

    def _open_order_faults(self, command: c.PlaceOrder) -> Faults:
        yield self._name_is_taken(command), no.DUPLICATE_CLIENT_ORDER_ID
        full = len(self._open_ids(command)) >= self.instruments[command.symbol_id].max_open_orders
        yield full and command.order_type != w.MARKET, no.TOO_MANY_OPEN_ORDERS

    def own_ticks(self, command: c.PlaceOrder) -> int:
        present = self.working(command.symbol_id, command.working_type)
        return command.price_ticks or trigger_of(command) or present

    def _own_value(self, command: c.PlaceOrder) -> int:
        return formulas.trade_value(
            self.instruments[command.symbol_id], self.own_ticks(command), command.qty_lots
        )
