"""Matching: a taker walks the opposite side, best price first, oldest order first (semantics 5.11.4).

Every fill is booked on both sides before the next is looked for, so the walk always starts again from the best
level: whatever a fill set off (reduce-only orders shed, own orders expired) has already happened.
"""

from mypy_extensions import i64

from perpit.domain.events import Event, OrderTraded, TradePrinted
from perpit.domain.words import (
    CAUSE_ORDER,
    EXPIRED,
    EXPIRED_IN_MATCH,
    FEE_ASSET,
    FILLED,
    HOUSE,
    IOC,
    PARTIALLY_FILLED,
    REASON_IOC_SELF_TRADE,
    REASON_SELF_TRADE,
    RPI,
    STP_EXPIRE_BOTH,
    STP_EXPIRE_MAKER,
    STP_EXPIRE_TAKER,
    STP_NONE,
    TRADE_MARKET,
)
from perpit.engine import open_orders
from perpit.engine.book import Ladder, Level, Order, reaches
from perpit.engine.fee_burn import FeeBurn, discounted_units
from perpit.engine.ledger import book_fill, position_changed
from perpit.engine.market import Market


def _better(shown: Level | None, hidden: Level | None) -> Level | None:
    """RPI orders meet the house's takers only, behind what is shown at the same price (semantics 5.3)."""
    if shown is None or hidden is None:
        return hidden if shown is None else shown
    is_behind = reaches(hidden.side, shown.price_ticks, hidden.price_ticks)
    return shown if is_behind else hidden


class Matcher:
    """Crosses takers with resting orders and books the fills."""

    def __init__(self, fee_burn: FeeBurn) -> None:
        self.fee_burn = fee_burn

    def cross(
        self, market: Market, taker: Order, limit_ticks: i64, stp_mode: i64, time_ms: i64, events: list[Event]
    ) -> None:
        """Fill the taker at `limit_ticks` or better as far as it goes. It may end here, by self-trade prevention."""
        ladder = market.opposite(taker.side)
        hidden: Ladder | None = None
        if taker.account_id == HOUSE and market.book.has_hidden:
            hidden = market.book.ladder(-taker.side, True)
        while taker.remaining_lots > 0:
            level = ladder.best
            if hidden is not None:
                level = _better(level, hidden.best)
            if level is None or not reaches(taker.side, limit_ticks, level.price_ticks):
                return
            maker = level.head
            assert maker is not None
            if maker.account_id == taker.account_id and stp_mode != STP_NONE:
                if self._prevent(maker, taker, stp_mode, time_ms, events):
                    return
                continue
            lots = (
                maker.remaining_lots if maker.remaining_lots < taker.remaining_lots else taker.remaining_lots
            )
            self.trade(market, maker, taker, lots, level.price_ticks, time_ms, events)

    def _prevent(self, maker: Order, taker: Order, stp_mode: i64, time_ms: i64, events: list[Event]) -> bool:
        """Two orders of one account meet: one or both expire (semantics 5.5.2). True when the taker ended."""
        if stp_mode in (STP_EXPIRE_MAKER, STP_EXPIRE_BOTH):
            open_orders.close(maker, EXPIRED_IN_MATCH, REASON_SELF_TRADE, time_ms, events)
        if stp_mode in (STP_EXPIRE_TAKER, STP_EXPIRE_BOTH):
            if taker.request.time_in_force == IOC:
                open_orders.close(taker, EXPIRED, REASON_IOC_SELF_TRADE, time_ms, events)
            else:
                open_orders.close(taker, EXPIRED_IN_MATCH, REASON_SELF_TRADE, time_ms, events)
            return True
        return False

    def trade(
        self,
        market: Market,
        maker: Order,
        taker: Order,
        lots: i64,
        price_ticks: i64,
        time_ms: i64,
        events: list[Event],
    ) -> None:
        """One fill: quantities, both ledgers, the print."""
        instrument = market.instrument
        trade_id = market.print_trade(price_ticks)
        fill_value = instrument.fill_value(price_ticks, lots)
        market.book.reduce(maker, lots)
        taker.remaining_lots -= lots
        is_rpi = maker.request.time_in_force == RPI
        if maker.account_id != HOUSE or taker.account_id != HOUSE:
            fee_ppm = maker.exposure.rpi_fee_ppm if is_rpi else maker.exposure.maker_fee_ppm
            self._fill(maker, lots, price_ticks, fill_value, fee_ppm, trade_id, True, time_ms, events)
            fee_ppm = 0 if taker.is_forced else taker.exposure.taker_fee_ppm
            self._fill(taker, lots, price_ticks, fill_value, fee_ppm, trade_id, False, time_ms, events)
        events.append(
            TradePrinted(
                time_ms, instrument.symbol_id, trade_id, price_ticks, lots, taker.side, TRADE_MARKET, is_rpi
            )
        )
        # semantics 4.5.3, after both halves: between them the position of a self-trade is no position
        if maker.position.closing_lots > 0:
            open_orders.shed_closing(maker.position, time_ms, events)
        if taker.position.closing_lots > 0:
            open_orders.shed_closing(taker.position, time_ms, events)

    def _fill(
        self,
        order: Order,
        lots: i64,
        price_ticks: i64,
        fill_value: int,
        fee_ppm: int,
        trade_id: i64,
        is_maker: bool,
        time_ms: i64,
        events: list[Event],
    ) -> None:
        """One side of a fill. House and insurance fund pay no fee and have no events."""
        exposure = order.exposure
        if order.account_id <= HOUSE:
            book_fill(order.position, order.side, lots, fill_value, 0, 0)
            return
        instrument = exposure.market.instrument
        fee_units = instrument.fee_units(fill_value, fee_ppm)
        burnt_units = -1
        if exposure.account.burns_fees:
            burnt_units = self.fee_burn.price_units(exposure, fee_units)
        if burnt_units < 0:
            fee_value = instrument.fee_value(fill_value, fee_ppm, fee_units)
            realized = book_fill(order.position, order.side, lots, fill_value, fee_units, fee_value)
            exposure.market.till.fees_units += fee_units
        else:
            worth_units = discounted_units(fee_units)
            realized = book_fill(order.position, order.side, lots, fill_value, worth_units, worth_units)
            exposure.wallet.wallet_units += worth_units  # the position has cost it, another wallet pays it
            fee_units = burnt_units
            self.fee_burn.take(exposure, burnt_units, time_ms, events)
        order.filled_value += fill_value
        open_orders.filled(order, lots)
        done = order.remaining_lots == 0
        if done:
            open_orders.leave(order)
        if order.request.is_grid:
            exposure.market.agenda.grid_filled(order, lots, fill_value, fee_units if burnt_units < 0 else 0)
        position_changed(order.position, CAUSE_ORDER, time_ms, events)
        events.append(
            OrderTraded(
                time_ms,
                order.order_id,
                order.request,
                order.price_ticks,
                order.qty_lots,
                order.qty_lots - order.remaining_lots,
                order.filled_value,
                FILLED if done else PARTIALLY_FILLED,
                exposure.bid_units,
                exposure.ask_units,
                trade_id,
                price_ticks,
                lots,
                fill_value,
                fee_units,
                realized,
                is_maker,
                FEE_ASSET if burnt_units >= 0 else "",
            )
        )
