"""The house's part in the reference's book: liquidity given as absolute levels, and the trades of a tape."""

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from tests.reference_book import NaiveBook
from tests.reference_ledger import Order


class House(NaiveBook):
    def _HouseDepth(self, command: c.HouseDepth) -> int:
        if not 0 <= command.symbol_id < len(self.instruments):
            return no.UNKNOWN_SYMBOL
        bids = list(zip(command.bid_ticks, command.bid_lots, strict=False))
        asks = list(zip(command.ask_ticks, command.ask_lots, strict=False))
        uneven = len(command.bid_ticks) != len(command.bid_lots) or len(command.ask_ticks) != len(
            command.ask_lots
        )
        if uneven or any(ticks <= 0 or lots < 0 for ticks, lots in bids + asks):
            return no.INVALID_VALUE
        if self.closed(command.symbol_id):
            return no.SYMBOL_CLOSED
        levels = [(w.BUY, *level) for level in bids] + [(w.SELL, *level) for level in asks]
        for side, ticks, lots in levels:
            self._reduce_house(command.symbol_id, side, ticks, lots)
        for side, ticks, lots in levels:
            self._add_house(command.symbol_id, side, ticks, lots)
        return 0

    def _house_orders(self, symbol_id: int, side: int, ticks: int) -> list[Order]:
        queue = self.queue(symbol_id, side)
        return [order for order in queue if order.is_house and order.price_ticks == ticks]

    def _house_lots(self, symbol_id: int, side: int, ticks: int) -> int:
        return sum(order.remaining for order in self._house_orders(symbol_id, side, ticks))

    def _reduce_house(self, symbol_id: int, side: int, ticks: int, lots: int) -> None:
        """The newest go first, so nobody's place in the queue gets better than it was."""
        for order in reversed(self._house_orders(symbol_id, side, ticks)):
            excess = self._house_lots(symbol_id, side, ticks) - lots
            if excess <= 0:
                return
            self._shrink(symbol_id, order, min(excess, order.remaining))

    def _shrink(self, symbol_id: int, order: Order, lots: int) -> None:
        self._touch(symbol_id, order.side, order.price_ticks)
        order.qty_lots -= lots
        if order.remaining == 0:
            self._take_off(symbol_id, order)

    def _add_house(self, symbol_id: int, side: int, ticks: int, lots: int) -> None:
        added = lots - self._house_lots(symbol_id, side, ticks)
        if added <= 0:
            return
        for stale in self.queue(symbol_id, -side):
            if stale.is_house and self._crosses(side, ticks, stale):
                self._take_off(symbol_id, stale)
        order = self._house_order(side, ticks, added)
        self._match(symbol_id, order, ticks, w.STP_NONE)
        if order.remaining > 0:
            self._join(symbol_id, side, ticks, order.remaining)

    def _join(self, symbol_id: int, side: int, ticks: int, lots: int) -> None:
        """House liquidity at the back of a level; an order of the house that is last there grows."""
        level = [other for other in self.queue(symbol_id, side) if other.price_ticks == ticks]
        if level and level[-1].is_house:
            self._touch(symbol_id, side, ticks)
            level[-1].qty_lots += lots
            return
        order = self._house_order(side, ticks, lots)
        self._rest(symbol_id, order)
        self.orders[symbol_id].append(order)

    def _house_order(self, side: int, ticks: int, lots: int) -> Order:
        return Order(
            order_id=0, account_id=w.HOUSE, request=None, side=side, price_ticks=ticks, qty_lots=lots, place=0
        )

    def _HouseTrade(self, command: c.HouseTrade) -> int:
        if not 0 <= command.symbol_id < len(self.instruments):
            return no.UNKNOWN_SYMBOL
        if command.taker_side not in (w.BUY, w.SELL) or command.price_ticks <= 0 or command.qty_lots <= 0:
            return no.INVALID_VALUE
        if self.closed(command.symbol_id):
            return no.SYMBOL_CLOSED
        symbol_id, side, ticks = command.symbol_id, command.taker_side, command.price_ticks
        for stale in self.queue(symbol_id, -side):
            if stale.is_house and stale.price_ticks != ticks and self._crosses(side, ticks, stale):
                self._take_off(symbol_id, stale)
        taker = self._house_order(side, ticks, command.qty_lots)
        while taker.remaining > 0:  # more than once when reduce-only orders of the queue go during the match
            reached = [
                order for order in self.met_by_house(symbol_id, -side) if self._crosses(side, ticks, order)
            ]
            there = sum(order.remaining for order in reached)
            if (
                there < taker.remaining
            ):  # the tape saw liquidity that the book has not: it stood behind everybody
                self._join(symbol_id, -side, ticks, taker.remaining - there)
            self._match(symbol_id, taker, ticks, w.STP_NONE)
        return 0
