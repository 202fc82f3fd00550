"""The questions of a table: positions, wallets, margins, books, and formulas alone.

Margins are answered by `perpit.domain.margin`, the formulas that the engine decides with and the views show.
"""

from collections.abc import Callable

from perpit.domain import margin
from perpit.domain import words as w
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.numbers import format_shortest, parse_scaled
from perpit.engine.account import Exposure, Position
from perpit.engine.funding import impact_price_e8, premium_e8
from perpit.engine.funding_rate import FundingRate
from perpit.engine.funds import withdrawable_units
from perpit.engine.rules import IMPACT_NOTIONAL
from perpit.engine.terms import addable_units, removable_units
from tests.instruments import btcusdt, linear
from tests.scenarios.phrases import SIDES
from tests.scenarios.venue import Venue, e8, shown

Answer = dict[str, str]


def exposure(venue: Venue, name: str, instrument: Instrument) -> Exposure:
    account = venue.engine.accounts[venue.accounts[name]]
    return account.exposure(venue.engine.markets[instrument.symbol_id])


def price(price_e13: int) -> str:
    return format_shortest(price_e13, 13)


def exactly(instrument: Instrument, value: int) -> str:
    """What a position cost, with the 13 decimals of an inverse contract."""
    return format_shortest(value, 8 if instrument.value_scale == 1 else 13)


def position(venue: Venue, name: str, instrument: Instrument, side: int) -> Answer:
    """What is held, and what is reckoned of it alone; `even` and `liquidation` only when something is."""
    mine = exposure(venue, name, instrument)
    held, mark = mine.position(side), venue.engine.markets[instrument.symbol_id].mark_e8
    lots, cost = held.qty_lots, held.entry_value
    answer = {
        "profit": shown(held.realized_units),
        "fees": exactly(instrument, held.fees_value),
        "cost": exactly(instrument, abs(cost)),
        "own": shown(held.isolated_units),
    }
    if lots == 0:
        return {"": "flat", **answer}
    size = venue.quantity(instrument, abs(lots))
    unrealised = margin.unrealised_units(instrument, lots, cost, mark)
    spent = held.fees_value - held.episode_realized_units * instrument.value_scale
    collateral, maintenance = behind(mine, held)
    legs = [margin.Leg(one.qty_lots, one.entry_value) for one in falls_with(mine, held)]
    answer["even"] = price(margin.break_even_price_e13(instrument, lots, cost, spent))
    answer["unrealised"] = shown(unrealised)
    answer["isolated"] = shown(held.isolated_units + unrealised)  # semantics 1.2.6
    answer["maintenance"] = shown(margin.maintenance_margin_units(instrument, lots, mark))
    answer["liquidation"] = shown(margin.liquidation_price_e8(instrument, legs, collateral - maintenance))
    answer["bankruptcy"] = shown(margin.bankruptcy_price_e8(instrument, legs, collateral))
    entry = price(margin.entry_price_e13(instrument, lots, cost))
    return {"": f"{'long' if lots > 0 else 'short'} {size} @ {entry}", **answer}


def falls_with(mine: Exposure, held: Position) -> list[Position]:
    """An isolated position falls alone, both sides of a cross hedge together (semantics 2.1.3)."""
    return [held] if mine.margin_type == w.ISOLATED else mine.positions()


def behind(mine: Exposure, held: Position) -> tuple[int, int]:
    """What stands behind a position, and what other contracts of the wallet need (semantics 2.2.1, 2.2.3)."""
    if mine.margin_type == w.ISOLATED:
        return held.isolated_units, 0
    others = [one for one in mine.wallet.exposures if one is not mine and one.margin_type == w.CROSS]
    for other in others:
        other.assess()
    won = sum(other.profit_units for other in others)
    return mine.wallet.cross_wallet_units() + won, sum(other.maintenance_units() for other in others)


def wallet(venue: Venue, name: str, instrument: Instrument) -> Answer:
    held = venue.engine.accounts[venue.accounts[name]].wallet(instrument.market, instrument.margin_asset)
    return {
        "": f"{shown(held.wallet_units)} {instrument.margin_asset}",
        "cross": shown(held.cross_wallet_units()),
        "isolated": shown(held.isolated_units),
    }


def margins(venue: Venue, name: str, instrument: Instrument, side: int) -> Answer:
    """The instrument's figures of one-way mode or of both sides, and what the whole wallet may use."""
    mine = exposure(venue, name, instrument)
    mark = venue.engine.markets[instrument.symbol_id].mark_e8
    positions = [mine.position(side)] if side else mine.positions()
    values = {one.position_side: instrument.value_at_e8(mark, one.qty_lots) for one in positions if mark}
    if mine.is_hedged:
        presents = [values.get(w.LONG, 0) + mine.bid_units, mine.ask_units - values.get(w.SHORT, 0)]
    else:
        presents = [margin.present_notional_units(values.get(w.BOTH, 0), mine.bid_units, mine.ask_units)]
    initial = sum(margin.initial_margin_units(present, mine.leverage) for present in presents)
    held = sum(margin.initial_margin_units(abs(units), mine.leverage) for units in values.values())
    unrealised = sum(
        margin.unrealised_units(instrument, one.qty_lots, one.entry_value, mark) for one in positions
    )
    figures = {
        "notional": sum(values.values()),
        "present": sum(presents),
        "initial": initial,
        "position": held,
        "orders": initial - held,
        "maintenance": mine.maintenance_units(),
        "unrealised": unrealised,
        "available": max(0, mine.wallet.free_units()),
        "withdrawable": withdrawable_units(mine.wallet),
        "addable": addable_units(mine.wallet),
        "bids": mine.bid_units,
        "asks": mine.ask_units,
    }
    for one in positions:
        if one.qty_lots and mine.margin_type == w.ISOLATED:
            figures["removable"] = removable_units(one)
    answer = {what: shown(units) for what, units in figures.items()}
    answer["liquidation"] = next(
        (
            position(venue, name, instrument, one.position_side)["liquidation"]
            for one in positions
            if one.qty_lots
        ),
        "0",
    )
    return answer


def orders(venue: Venue, name: str, instrument: Instrument) -> Answer:
    mine = exposure(venue, name, instrument).orders.values()
    rows = [
        f"{SIDES[order.side]} {venue.quantity(instrument, order.remaining_lots)} of "
        f"{venue.quantity(instrument, order.qty_lots)} @ {venue.price(instrument, order.price_ticks)}"
        for order in mine
    ]
    return {"": "; ".join(rows) or "none"}


ASKED_OF_AN_ACCOUNT: dict[str, Callable[[Venue, str, Instrument], Answer]] = {
    "wallet": wallet,
    "orders": orders,
}
ASKED_OF_A_POSITION: dict[str, Callable[[Venue, str, Instrument, int], Answer]] = {
    "position": position,
    "margin": margins,
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
    collateral = e8(found["wallet"]) - e8(found["maintenance"] or "0") + e8(found["unrealised"] or "0")
    contract = one_bracket(found["rate"], found["cum"])
    price = margin.liquidation_price_e8(contract, [margin.Leg(lots, cost)], collateral)
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
