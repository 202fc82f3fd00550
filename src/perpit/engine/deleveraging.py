"""Auto-deleveraging: the other side gives way when the insurance fund cannot (semantics 2.7).

Who has the most profit on the least margin goes first. The house, which is the counterpart of last resort, goes after
all customers, and after it the fund itself: positions sum to zero, so there is always enough on the other side.
"""

from mypy_extensions import i64

from perpit.domain.events import Event, TradeCalculated
from perpit.domain.forced import ADL_ORDER_ID
from perpit.domain.words import CANCELED, GTC, REASON_NONE, TRADE_ADL
from perpit.engine.account import Account, Position
from perpit.engine.book import Order
from perpit.engine.conditionals import Conditionals
from perpit.engine.forced_orders import place_forced
from perpit.engine.off_book import fill_order, trade_off_book
from perpit.engine.ranking import Rankings
from perpit.engine.risk import Risk
from perpit.engine.trading import Trading


class Deleverager:
    """Closes a bankrupt order against the ranked positions of the other side."""

    def __init__(self, trading: Trading, conditionals: Conditionals, risk: Risk, house: Account) -> None:
        self.rankings = Rankings(risk)
        self.trading = trading
        self.conditionals = conditionals
        self.house = house

    def close(self, order: Order, fund: Position, price_e8: int, time_ms: i64, events: list[Event]) -> None:
        """Fill the order at its bankruptcy price."""
        market = order.exposure.market
        ranking = self.rankings.ranking(market, order.side)
        while order.remaining_lots > 0:
            position = ranking.take_first(order.side)
            if position is None:
                break
            self._close_against(order, position, price_e8, time_ms, events)
        for last in (self.house.exposure(market).both, fund):
            lots = _opposite_lots(last, order)
            if order.remaining_lots > 0 and lots > 0:
                trade_off_book(order, last, lots, price_e8, TRADE_ADL, time_ms, events)
        assert order.remaining_lots == 0, "positions do not sum to zero"

    def _close_against(
        self, order: Order, position: Position, price_e8: int, time_ms: i64, events: list[Event]
    ) -> None:
        """One counterpart: all its orders in the instrument go, then both are booked (semantics 2.7.2)."""
        exposure = position.exposure
        self.conditionals.end_everything(exposure, CANCELED, REASON_NONE, time_ms, events)
        market = exposure.market
        lots = _opposite_lots(position, order)
        value = market.instrument.fill_value_at_e8(price_e8, lots)
        trade_id = market.take_trade_id()
        order_id = self.trading.take_order_id()
        own = place_forced(position, order_id, ADL_ORDER_ID, GTC, lots, order.price_ticks, time_ms, events)
        fill_order(own, lots, value, price_e8, trade_id, TRADE_ADL, time_ms, events)
        fill_order(order, lots, value, price_e8, trade_id, TRADE_ADL, time_ms, events)
        symbol_id = market.instrument.symbol_id
        events.append(TradeCalculated(time_ms, symbol_id, trade_id, price_e8, lots, order.side, TRADE_ADL))


def _opposite_lots(position: Position, order: Order) -> i64:
    """How much of the order a position can give: a seller's counterpart is short, a buyer's long."""
    if position.qty_lots * order.side <= 0:
        return 0
    size = position.size_lots()
    return size if size < order.remaining_lots else order.remaining_lots
