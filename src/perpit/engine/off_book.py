"""Trades off the book: takeover, deleveraging. One rounded value is booked on both sides, no commission is charged."""

from mypy_extensions import i64

from perpit.domain.events import (
    Event,
    InsuranceFundChanged,
    InsurancePositionChanged,
    OrderCalculated,
    TradeCalculated,
)
from perpit.domain.words import CAUSE_ORDER, FILLED, HOUSE, INSURANCE_FUND, PARTIALLY_FILLED
from perpit.engine import open_orders
from perpit.engine.account import Position
from perpit.engine.book import Order
from perpit.engine.ledger import book_fill, position_changed


def trade_off_book(
    order: Order,
    counterpart: Position,
    lots: i64,
    price_e8: int,
    kind: i64,
    time_ms: i64,
    events: list[Event],
) -> None:
    """Fill an order of the venue's making against a position that stands for nobody's order."""
    market = order.exposure.market
    value = market.instrument.fill_value_at_e8(price_e8, lots)
    trade_id = market.take_trade_id()
    units_before = counterpart.exposure.wallet.wallet_units
    book_fill(counterpart, -order.side, lots, value, 0, 0)
    fill_order(order, lots, value, price_e8, trade_id, kind, time_ms, events)
    events.append(
        TradeCalculated(time_ms, market.instrument.symbol_id, trade_id, price_e8, lots, order.side, kind)
    )
    tell_fund(counterpart, units_before, time_ms, events)


def tell_fund(position: Position, units_before: int, time_ms: i64, events: list[Event]) -> None:
    """Tell of a position that has changed, if it is the insurance fund's (it counts as open interest), and of what it
    has realised: `units_before` is what its wallet held."""
    exposure = position.exposure
    if exposure.account.account_id != INSURANCE_FUND:
        return
    events.append(InsurancePositionChanged(time_ms, exposure.market.instrument.symbol_id, position.qty_lots))
    wallet = exposure.wallet
    if wallet.wallet_units != units_before:
        events.append(InsuranceFundChanged(time_ms, wallet.market, wallet.asset, wallet.wallet_units))


def fill_order(
    order: Order,
    lots: i64,
    value: int,
    price_e8: int,
    trade_id: i64,
    kind: i64,
    time_ms: i64,
    events: list[Event],
    fee_ppm: int = 0,
) -> None:
    """One side of such a trade: quantities, ledger, and what its owner hears."""
    exposure = order.exposure
    instrument = exposure.market.instrument
    fee_units = instrument.fee_units(value, fee_ppm)
    fee_value = instrument.fee_value(value, fee_ppm, fee_units)
    realized = book_fill(order.position, order.side, lots, value, fee_units, fee_value)
    exposure.market.till.fees_units += fee_units
    order.remaining_lots -= lots
    order.filled_value += value
    open_orders.filled(order, lots)
    done = order.remaining_lots == 0
    if done:
        open_orders.leave(order)
    if order.account_id <= HOUSE:
        return
    position_changed(order.position, CAUSE_ORDER, time_ms, events)
    events.append(
        OrderCalculated(
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
            price_e8,
            lots,
            value,
            realized,
            kind,
            fee_units,
        )
    )
