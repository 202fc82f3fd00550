"""The questions of a table: positions, wallets, margins, books, and formulas alone.

Margins are answered by `perpit.domain.margin`, the formulas that the engine decides with and the views show.
"""

from collections.abc import Callable

from perpit.domain import margin
from perpit.domain import words as w
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.numbers import parse_scaled
from perpit.engine.account import Exposure
from perpit.engine.funding import impact_price_e8, premium_e8
from perpit.engine.funding_rate import FundingRate
from perpit.engine.rules import IMPACT_NOTIONAL
from tests.instruments import btcusdt, linear
from tests.scenarios.phrases import SIDES
from tests.scenarios.venue import Venue, e8, shown

Answer = dict[str, str]


def exposure(venue: Venue, name: str, instrument: Instrument) -> Exposure:
    account = venue.engine.accounts[venue.accounts[name]]
    return account.exposure(venue.engine.markets[instrument.symbol_id])


def position(venue: Venue, name: str, instrument: Instrument) -> Answer:
    held = exposure(venue, name, instrument).both
    answer = {
        "profit": shown(held.realized_units),
        "fees": shown(held.fees_units),
        "cost": shown(abs(held.entry_value_units)),
    }
    if held.qty_lots == 0:
        return {"": "flat", **answer}
    entry = shown(margin.entry_price_e8(instrument, held.qty_lots, held.entry_value_units))
    size = venue.quantity(instrument, abs(held.qty_lots))
    cost = held.entry_value_units + held.fees_units - held.episode_realized_units
    answer["even"] = shown(margin.entry_price_e8(instrument, held.qty_lots, cost))
    return {"": f"{'long' if held.qty_lots > 0 else 'short'} {size} @ {entry}", **answer}


def wallet(venue: Venue, name: str, instrument: Instrument) -> Answer:
    held = venue.engine.accounts[venue.accounts[name]].wallet(instrument.market, instrument.margin_asset)
    return {"": f"{shown(held.wallet_units)} {instrument.margin_asset}"}


def margins(venue: Venue, name: str, instrument: Instrument) -> Answer:
    """The wallet's totals and the position's own figures, with one instrument in the wallet."""
    mine = exposure(venue, name, instrument)
    mark, held = venue.engine.markets[instrument.symbol_id].mark_e8, mine.both
    balance = (
        venue.engine.accounts[venue.accounts[name]]
        .wallet(instrument.market, instrument.margin_asset)
        .wallet_units
    )
    value = instrument.value_at_e8(mark, held.qty_lots)
    present = margin.present_notional_units(value, mine.bid_units, mine.ask_units)
    initial = margin.initial_margin_units(present, mine.leverage)
    maintenance = margin.maintenance_margin_units(instrument, held.qty_lots, mark)
    unrealised = margin.unrealised_units(instrument, held.qty_lots, held.entry_value_units, mark)
    figures = {
        "initial": initial,
        "position": margin.initial_margin_units(abs(value), mine.leverage),
        "maintenance": maintenance,
        "unrealised": unrealised,
        "available": margin.available_units(balance, unrealised, initial),
        "withdrawable": margin.max_withdraw_units(balance, balance, unrealised, initial, maintenance),
        "liquidation": margin.liquidation_price_e8(
            instrument, held.qty_lots, held.entry_value_units, balance, 0, 0
        ),
        "bids": mine.bid_units,
        "asks": mine.ask_units,
    }
    return {what: shown(units) for what, units in figures.items()}


def orders(venue: Venue, name: str, instrument: Instrument) -> Answer:
    mine = exposure(venue, name, instrument).orders.values()
    rows = [
        f"{SIDES[order.side]} {venue.quantity(instrument, order.remaining_lots)} of "
        f"{venue.quantity(instrument, order.qty_lots)} @ {venue.price(instrument, order.price_ticks)}"
        for order in mine
    ]
    return {"": "; ".join(rows) or "none"}


ASKED_OF_AN_ACCOUNT: dict[str, Callable[[Venue, str, Instrument], Answer]] = {
    "position": position,
    "wallet": wallet,
    "margin": margins,
    "orders": orders,
}


def book(venue: Venue, instrument: Instrument) -> Answer:
    ladders = venue.engine.markets[instrument.symbol_id].book
    sides = []
    for what, ladder in (("bids", ladders.bids), ("asks", ladders.asks)):
        levels = [
            f"{venue.price(instrument, level.price_ticks)} x {venue.quantity(instrument, level.total_lots)}"
            for level in ladder.best_first()
        ]
        sides.append(f"{what} {', '.join(levels) or 'none'}")
    return {"": "; ".join(sides)}


def queue(venue: Venue, instrument: Instrument, side: str, price: str) -> Answer:
    ladders = venue.engine.markets[instrument.symbol_id].book
    level = (ladders.bids if side == "bid" else ladders.asks).levels.get(venue.ticks(instrument, price))
    order, waiting = level.head if level else None, []
    while order is not None:
        waiting.append(
            f"{venue.account_name(order.account_id)} {venue.quantity(instrument, order.remaining_lots)}"
        )
        order = order.behind
    return {"": "; ".join(waiting) or "none"}


def mark(venue: Venue, instrument: Instrument) -> Answer:
    return {"": shown(venue.engine.markets[instrument.symbol_id].mark_e8)}


def one_bracket(rate: str, cum: str) -> Instrument:
    """A contract with a single bracket and lots of 1e-8: for formulas alone."""
    row = Bracket(125, 0, 10**30, parse_scaled(rate, 6), e8(cum))
    return linear(0, "ANY", tick_e8=10**8, lot_e8=1, brackets=[row])


def liquidation(found: dict[str, str]) -> Answer:
    """The liquidation price, cut to the decimals of cents as the recorded examples are (semantics 2.2)."""
    sign = w.BUY if found["side"] == "long" else w.SELL
    lots = sign * e8(found["quantity"])
    cost = lots * e8(found["price"]) // 10**8
    price = margin.liquidation_price_e8(
        one_bracket(found["rate"], found["cum"]),
        lots,
        cost,
        e8(found["wallet"]),
        e8(found["maintenance"] or "0"),
        e8(found["unrealised"] or "0"),
    )
    return {"": shown(price // 10**6 * 10**6)}


def formula_margin(found: dict[str, str]) -> Answer:
    """Margins of a notional: one unit at that mark price (semantics 1.2.3)."""
    notional = e8(found["notional"])
    maintenance = margin.maintenance_margin_units(one_bracket(found["rate"], "0"), 10**8, notional)
    initial = margin.initial_margin_units(notional, int(found["leverage"]))
    return {"initial": shown(initial), "maintenance": shown(maintenance)}


def premium(venue: Venue, instrument: Instrument) -> Answer:
    """The impact prices and the premium index of the present book (semantics 3.4.1 - 3.4.3)."""
    market = venue.engine.markets[instrument.symbol_id]
    notional = IMPACT_NOTIONAL * instrument.brackets[0].max_leverage
    return {
        "bid": shown(impact_price_e8(market, market.book.bids, notional)),
        "ask": shown(impact_price_e8(market, market.book.asks, notional)),
        "": shown(premium_e8(market)),
    }


def funding_rate(found: dict[str, str]) -> Answer:
    """The rate that a steady premium gives (semantics 3.4.5)."""
    rate = FundingRate(btcusdt(0, funding_interval_hours=int(found["hours"])))
    rate.sample(e8(found["premium"]))
    return {"": shown(rate.rate_e8)}
