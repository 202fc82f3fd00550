"""The house's liquidity: depth laid on the book as house orders, and the tape that trades with whatever rests there.

The house is the counterpart of last resort: exempt from margin and fees. Its orders stand in the same queues as
everybody's, so a user's order waits behind what was there before it and is filled when the tape reaches it.
"""

from mypy_extensions import i64

from perpit.domain.commands import HouseDepth, HouseTrade, PlaceOrder
from perpit.domain.events import Event
from perpit.domain.words import BUY, GTC, HOUSE, IOC, LIMIT, SELL, STP_NONE
from perpit.engine.account import Account
from perpit.engine.book import Ladder, Level, Order, reaches
from perpit.engine.market import Market
from perpit.engine.matching import Matcher


class House:
    """Applies `HouseDepth` and `HouseTrade` to a market."""

    def __init__(self, account: Account, matcher: Matcher) -> None:
        self.account = account
        self.matcher = matcher

    def depth(self, market: Market, command: HouseDepth, events: list[Event]) -> None:
        """Removals and reductions first, then additions: the two sides of one update never cross in between."""
        self._shrink(market, market.book.bids, command.bid_ticks, command.bid_lots)
        self._shrink(market, market.book.asks, command.ask_ticks, command.ask_lots)
        self._grow(market, BUY, command.bid_ticks, command.bid_lots, command.time_ms, events)
        self._grow(market, SELL, command.ask_ticks, command.ask_lots, command.time_ms, events)

    def withdraw(self, market: Market) -> None:
        """Take all liquidity of the house off the book."""
        for ladder in (market.book.bids, market.book.asks):
            for level in ladder.best_first():
                _take_back(market, level, level.house_lots())

    def trade(self, market: Market, command: HouseTrade, events: list[Event]) -> None:
        """A print of the tape: stale house liquidity goes, missing liquidity comes, then the taker takes."""
        ladder = market.opposite(command.taker_side)
        _clear_better(market, ladder, command.price_ticks)
        taker = self._order(market, command.taker_side, command.price_ticks, command.qty_lots, IOC)
        while taker.remaining_lots > 0:  # again when a fill made a reduce-only order leave the queue
            hidden = market.book.ladder(-command.taker_side, True)
            short = taker.remaining_lots - ladder.lots_within(command.price_ticks, taker.remaining_lots)
            short -= hidden.lots_within(command.price_ticks, taker.remaining_lots)
            if short > 0:
                self._add(market, -command.taker_side, command.price_ticks, short)
            self.matcher.cross(market, taker, command.price_ticks, STP_NONE, command.time_ms, events)

    def _shrink(self, market: Market, ladder: Ladder, ticks: list[int], lots: list[int]) -> None:
        for index in range(len(ticks)):
            level = ladder.levels.get(ticks[index])
            if level is None:
                continue
            excess = level.house_lots() - lots[index]
            if excess > 0:
                _take_back(market, level, excess)

    def _grow(
        self, market: Market, side: i64, ticks: list[int], lots: list[int], time_ms: i64, events: list[Event]
    ) -> None:
        own = market.book.bids if side == BUY else market.book.asks
        for index in range(len(ticks)):
            wanted = lots[index]
            if wanted <= 0:
                continue
            level = own.levels.get(ticks[index])
            missing = wanted - (level.house_lots() if level is not None else 0)
            if missing <= 0:
                continue
            best = market.opposite(side).best
            hidden = market.book.ladder(-side, True).best
            if (best is not None and reaches(side, ticks[index], best.price_ticks)) or (
                hidden is not None and reaches(side, ticks[index], hidden.price_ticks)
            ):
                missing = self._trade_through(market, side, ticks[index], missing, time_ms, events)
            if missing > 0:
                self._add(market, side, ticks[index], missing)

    def _trade_through(
        self, market: Market, side: i64, price_ticks: i64, lots: i64, time_ms: i64, events: list[Event]
    ) -> i64:
        """A new level crosses: own liquidity gives way, users' orders are filled. Returns what is left to rest."""
        _clear_better(market, market.opposite(side), price_ticks + side)
        taker = self._order(market, side, price_ticks, lots, GTC)
        self.matcher.cross(market, taker, price_ticks, STP_NONE, time_ms, events)
        return taker.remaining_lots

    def _add(self, market: Market, side: i64, price_ticks: i64, lots: i64) -> None:
        """More house liquidity at the back of a level's queue; the tail grows if it is the house's already."""
        book = market.book
        level = (book.bids if side == BUY else book.asks).levels.get(price_ticks)
        tail = level.tail if level is not None else None
        if level is not None and tail is not None and tail.account_id == HOUSE:
            book.touch(level)
            tail.remaining_lots += lots
            tail.qty_lots += lots
            level.total_lots += lots
            return
        book.rest(self._order(market, side, price_ticks, lots, GTC))

    def _order(self, market: Market, side: i64, price_ticks: i64, lots: i64, time_in_force: i64) -> Order:
        request = PlaceOrder(
            HOUSE,
            market.instrument.symbol_id,
            "house",
            side,
            LIMIT,
            time_in_force,
            lots,
            price_ticks,
            False,
            STP_NONE,
        )
        return Order(0, request, self.account.exposure(market).both, lots, 0, 0, False)


def _clear_better(market: Market, ladder: Ladder, price_ticks: i64) -> None:
    """House liquidity at better prices than this one is stale: it is no longer there."""
    for level in ladder.better_than(price_ticks):
        house_lots = level.house_lots()
        if house_lots > 0:
            _take_back(market, level, house_lots)


def _take_back(market: Market, level: Level, lots: i64) -> None:
    """The house withdraws from the back of the queue: nobody behind it gains a better place than the tape gave."""
    order = level.tail
    while order is not None and lots > 0:
        ahead = order.ahead
        if order.account_id == HOUSE:
            part = lots if lots < order.remaining_lots else order.remaining_lots
            market.book.reduce(order, part)
            lots -= part
        order = ahead
