"""The end of a contract: its orders expire, its positions are closed at the settlement price (semantics 3.6.6).

Between the two it is DELIVERING: nothing is traded, and no price of it moves.

Every position is closed by itself, worth one rounded value at that price. What the roundings of all of them leave over
is the till's dust, and nobody's loss. Customers pay the taker's fee (semantics 3.6.4); house and insurance fund do not.
"""

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import ScheduleDelivery
from perpit.domain.events import ContractStatusChanged, Event
from perpit.domain.forced import DELIVERY_ORDER_ID, SETTLEMENT_ORDER_ID
from perpit.domain.words import (
    BUY,
    DELIVERED,
    DELIVERING,
    EXPIRED,
    GTC,
    HOUSE,
    LINEAR,
    PRE_DELIVERING,
    REASON_DELISTED,
    TRADE_DELIVERY,
    TRADING,
    USDS_M,
)
from perpit.engine.account import Exposure, Position
from perpit.engine.book import Order
from perpit.engine.conditionals import Conditionals
from perpit.engine.forced_orders import closing_side, limit_ticks_of, place_forced
from perpit.engine.house import House
from perpit.engine.ledger import book_fill
from perpit.engine.market import Market
from perpit.engine.off_book import fill_order, tell_fund
from perpit.engine.rules import MARK_INTERVAL_MS, NO_OPENING_BEFORE_DELISTING_MS, SETTLING_TAKES_MS
from perpit.engine.settlement import Settlement
from perpit.engine.trading import Trading


class Deliverer:
    """Brings contracts to their end."""

    def __init__(self, trading: Trading, conditionals: Conditionals, house: House) -> None:
        self.trading = trading
        self.conditionals = conditionals
        self.house = house

    def schedule(self, market: Market, command: ScheduleDelivery, events: list[Event]) -> int:
        """Give a perpetual an end, another one, or none; a quarter's stands in its terms."""
        due_ms = command.delivery_ms
        if not market.instrument.is_perpetual:
            return no.NOT_SUPPORTED
        if due_ms != 0 and (due_ms <= command.time_ms or due_ms % MARK_INTERVAL_MS != 0):
            return no.INVALID_VALUE
        market.settlement = None
        market.status = TRADING
        if due_ms != 0:
            market.settlement = Settlement(due_ms, NO_OPENING_BEFORE_DELISTING_MS)
        self._tell(market, command.time_ms, events)
        self.draw_near(market, command.time_ms, events)
        return 0

    def draw_near(self, market: Market, time_ms: i64, events: list[Event]) -> None:
        """From a time on positions can only be closed."""
        settlement = market.settlement
        if settlement is None or market.status != TRADING:
            return
        if time_ms >= settlement.due_ms - settlement.quiet_ms:
            market.status = PRE_DELIVERING
            self._tell(market, time_ms, events)

    def deliver(self, market: Market, time_ms: i64, events: list[Event]) -> None:
        """End a contract whose time has come: first what is open in it, a little later what is held."""
        settlement = market.settlement
        if settlement is None or time_ms < settlement.due_ms or market.status == DELIVERED:
            return
        if market.status != DELIVERING:
            self._stop(market, settlement, time_ms, events)
        if time_ms >= settlement.due_ms + SETTLING_TAKES_MS:
            self.settle(market, time_ms, events)

    def settle(self, market: Market, time_ms: i64, events: list[Event]) -> None:
        """Close every position of a contract that is DELIVERING: in its time, or when a holder is in need."""
        settlement = market.settlement
        if settlement is None or market.status != DELIVERING:
            return
        left_value = 0
        if settlement.price_e8 != 0:
            for exposure in _by_account(market):
                for position in exposure.positions():
                    if position.qty_lots != 0:
                        left_value += self._close(position, settlement.price_e8, time_ms, events)
        market.till.dust_value += left_value if market.instrument.contract_kind == LINEAR else -left_value
        market.status = DELIVERED
        self._tell(market, time_ms, events)

    def _stop(self, market: Market, settlement: Settlement, time_ms: i64, events: list[Event]) -> None:
        """The last trade was; the settlement price is known, and is the last mark price."""
        settlement.price_e8 = settlement.average_e8(market.index_e8)
        self.house.withdraw(market)
        for exposure in _by_account(market):
            self._end_orders(exposure, time_ms, events)
        market.status = DELIVERING
        self._tell(market, time_ms, events)

    def _end_orders(self, exposure: Exposure, time_ms: i64, events: list[Event]) -> None:
        account_id = exposure.account.account_id
        if account_id <= HOUSE:
            return
        self.conditionals.end_everything(exposure, EXPIRED, REASON_DELISTED, time_ms, events)
        timers = self.conditionals.timers
        timers.set_countdown(account_id, exposure.market.instrument.symbol_id, exposure, 0)

    def _close(self, position: Position, price_e8: int, time_ms: i64, events: list[Event]) -> int:
        """Close one position; returns the value that was bought, negative when it was sold."""
        exposure = position.exposure
        instrument = exposure.market.instrument
        side = closing_side(position)
        lots = position.size_lots()
        value = instrument.fill_value_at_e8(price_e8, lots)
        if exposure.account.account_id <= HOUSE:
            units_before = exposure.wallet.wallet_units
            book_fill(position, side, lots, value, 0, 0)
            tell_fund(position, units_before, time_ms, events)
            return value if side == BUY else -value
        order = self._closing_order(position, lots, price_e8, time_ms, events)
        trade_id = exposure.market.take_trade_id()
        fee_ppm = exposure.taker_fee_ppm
        fill_order(order, lots, value, price_e8, trade_id, TRADE_DELIVERY, time_ms, events, fee_ppm)
        return value if side == BUY else -value

    def _closing_order(
        self, position: Position, lots: i64, price_e8: int, time_ms: i64, events: list[Event]
    ) -> Order:
        """The venue's own order that closes it (semantics 2.8.5); its limit is the settlement price on the grid."""
        market = position.exposure.market
        order_id = self.trading.take_order_id()
        prefix = SETTLEMENT_ORDER_ID if market.instrument.market == USDS_M else DELIVERY_ORDER_ID
        name = f"{prefix}{time_ms}{order_id}"
        limit_ticks = limit_ticks_of(market, position, price_e8)
        return place_forced(position, order_id, name, GTC, lots, limit_ticks, time_ms, events)

    def _tell(self, market: Market, time_ms: i64, events: list[Event]) -> None:
        settlement = market.settlement
        due_ms: i64 = 0
        price_e8 = 0
        if settlement is not None:
            due_ms = settlement.due_ms
            price_e8 = settlement.price_e8
        symbol_id = market.instrument.symbol_id
        events.append(ContractStatusChanged(time_ms, symbol_id, market.status, due_ms, price_e8))


def _by_account(market: Market) -> list[Exposure]:
    return sorted(market.exposures, key=lambda one: one.account.account_id)
