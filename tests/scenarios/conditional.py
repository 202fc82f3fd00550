"""Lines of the tables for orders that wait: conditional ones, dates, countdowns, and prices taken from the book."""

from collections.abc import Callable

from perpit.domain import commands as c
from perpit.domain import events as e
from perpit.domain import words as w
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import parse_scaled
from tests.scenarios.questions import Answer
from tests.scenarios.venue import Venue, e8

Found = dict[str, str]
Events = list[e.Event]

SIDES = {"buy": w.BUY, "sell": w.SELL}
KINDS = {
    ("stop", "market"): w.STOP_MARKET,
    ("stop", "limit"): w.STOP,
    ("take-profit", "market"): w.TAKE_PROFIT_MARKET,
    ("take-profit", "limit"): w.TAKE_PROFIT,
}
TIMES_IN_FORCE = {"ioc": w.IOC, "fok": w.FOK, "post-only": w.GTX, "rpi": w.RPI, "gte": w.GTE_GTC}
MODES = {
    "opponent": w.MATCH_OPPONENT,
    "opponent-5": w.MATCH_OPPONENT_5,
    "opponent-10": w.MATCH_OPPONENT_10,
    "opponent-20": w.MATCH_OPPONENT_20,
    "queue": w.MATCH_QUEUE,
    "queue-5": w.MATCH_QUEUE_5,
    "queue-10": w.MATCH_QUEUE_10,
    "queue-20": w.MATCH_QUEUE_20,
}


def _order(venue: Venue, found: Found, instrument: Instrument) -> c.PlaceOrder:
    """What all kinds have in common; the price is one, or the name of a mode."""
    price = found.get("price") or ""
    quantity = "0" if found["quantity"] == "all" else found["quantity"]
    order = venue.order(found["who"], SIDES[found["side"]], instrument, quantity, "")
    if price in MODES:
        order.price_match = MODES[price]
    elif price:
        order.price_ticks = venue.ticks(instrument, price)
    if found.get("seconds"):
        order.time_in_force = w.GTD
        order.good_till_ms = venue.time_ms + e8(found["seconds"]) // 100_000
    elif found.get("tif"):
        order.time_in_force = TIMES_IN_FORCE[found["tif"]]
    order.reduce_only = bool(found.get("reduce"))
    return order


def limit(venue: Venue, found: Found, instrument: Instrument) -> Events:
    order = _order(venue, found, instrument)
    order.order_type = order.original_type = w.LIMIT
    return venue.place(order, found["label"])


def conditional(venue: Venue, found: Found, instrument: Instrument) -> Events:
    order = _order(venue, found, instrument)
    order.is_algo = bool(found["algo"])
    order.close_position = found["quantity"] == "all"
    order.working_type = w.MARK_PRICE if found["mark"] else w.CONTRACT_PRICE
    order.price_protect = bool(found["protected"])
    if found.get("rate"):
        order.order_type = w.TRAILING_STOP_MARKET
        order.callback_ppm = parse_scaled(found["rate"], 4)
        order.activation_price_ticks = venue.ticks(instrument, found["trigger"] or "0")
    else:
        order.order_type = KINDS[found["kind"], "limit" if found["price"] else "market"]
        order.stop_price_ticks = venue.ticks(instrument, found["trigger"])
    order.original_type = order.order_type
    return venue.place(order, found["label"])


def many(venue: Venue, found: Found, instrument: Instrument) -> Events:
    """So many orders of the Algo service, each a step further away."""
    for number in range(int(found["count"])):
        price = str(float(found["trigger"]) - number)
        conditional(venue, {**ALONE, **found, "trigger": price}, instrument)
    return []


ALONE: Found = dict.fromkeys(("price", "seconds", "tif", "reduce", "mark", "protected", "rate", "label"), "")


def cancel_algo(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    account_id = venue.accounts[found["who"]]
    return venue.apply(c.CancelAlgoOrder(account_id, 0, venue.client_id_of(found["label"])))


def cancel_all_algos(venue: Venue, found: Found, instrument: Instrument) -> Events:
    return venue.apply(c.CancelAllAlgoOrders(venue.accounts[found["who"]], instrument.symbol_id))


def countdown(venue: Venue, found: Found, instrument: Instrument) -> Events:
    wait_ms = 0 if found["seconds"] == "off" else e8(found["seconds"]) // 100_000
    return venue.apply(c.SetCountdown(venue.accounts[found["who"]], instrument.symbol_id, wait_ms))


def waiting(venue: Venue, found: Found, instrument: Instrument) -> Answer:
    """The labels of what waits, the oldest first."""
    account = venue.engine.accounts[venue.accounts[found["who"]]]
    held = account.exposure(venue.engine.markets[instrument.symbol_id])
    mine = [one for one in account.algos.values() if one.position.exposure is held]
    mine += held.conditionals.values()
    names = {client_id: label for (_who, client_id), label in venue.client_labels.items()}
    mine.sort(key=lambda one: one.number)
    return {"": "; ".join(names.get(one.request.client_order_id, "?") for one in mine) or "none"}


NUMBER = r"-?[\d_.]+"
WHO = rf"(?P<who>\w+)( (?P<algo>algo))? (?P<side>buy|sell) (?P<quantity>{NUMBER}|all)"
PRICE = rf"(?P<price>{NUMBER}|(opponent|queue)(-\d+)?)"
LIFE = rf"( (?P<tif>ioc|fok|post-only|gte|rpi)| gtd (?P<seconds>{NUMBER}))?"
TERMS = r"( (?P<mark>mark))?( (?P<protected>protected))?( (?P<reduce>reduce-only))?( as (?P<label>\w+))?"
COMMANDS: list[tuple[str, Callable[..., Events]]] = [
    (
        rf"{WHO} (?P<kind>stop|take-profit) (?P<trigger>{NUMBER}) (market|limit {PRICE}){LIFE}{TERMS}",
        conditional,
    ),
    (rf"{WHO} trailing (?P<rate>{NUMBER}) %( from (?P<trigger>{NUMBER}))?{LIFE}{TERMS}", conditional),
    (
        rf"(?P<who>\w+) (?P<side>buy|sell) (?P<quantity>{NUMBER}) limit {PRICE}{LIFE}"
        r"( (?P<reduce>reduce-only))?( as (?P<label>\w+))?",
        limit,
    ),
    (rf"(?P<count>\d+) times {WHO} (?P<kind>stop) (?P<trigger>{NUMBER}) market", many),
    (r"(?P<who>\w+) cancel algo (?P<label>\w+)", cancel_algo),
    (r"(?P<who>\w+) cancel all algos", cancel_all_algos),
    (rf"(?P<who>\w+) countdown (?P<seconds>{NUMBER}|off)", countdown),
]
QUESTIONS: list[tuple[str, Callable[..., Answer]]] = [
    (r"(?P<who>\w+) waiting", waiting),
]
