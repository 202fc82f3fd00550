"""Plays the scenarios of `*.txt`; README.txt tells how they are written.

`LINES` is the whole grammar of the left side of a table: a pattern, and what a line of it does.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from perpit.domain import commands as c
from perpit.domain import events as e
from perpit.domain import words as w
from perpit.domain.instrument import Instrument
from tests.scenarios import assets, conditional, grids, questions
from tests.scenarios.phrases import compare, normal, parse, told
from tests.scenarios.venue import MAKERS, Venue, e8

FOLDER = Path(__file__).parent
SIDES = {"buy": w.BUY, "sell": w.SELL}
TIMES_IN_FORCE = {"ioc": w.IOC, "fok": w.FOK, "post-only": w.GTX}
STP_MODES = {
    "none": w.STP_NONE,
    "taker": w.STP_EXPIRE_TAKER,
    "maker": w.STP_EXPIRE_MAKER,
    "both": w.STP_EXPIRE_BOTH,
}
POSITION_SIDES = {"long": w.LONG, "short": w.SHORT}
Found = dict[str, str]
Events = list[e.Event]


@dataclass
class Line:
    number: int
    command: str
    expected: str


@dataclass
class Scenario:
    file: str
    title: str
    lines: list[Line]


# -- reading tables -------------------------------------------------------------------------------------------------


def scenarios(path: Path) -> Iterator[Scenario]:
    return read(path.name, path.read_text())


def read(file: str, tables: str) -> Iterator[Scenario]:
    current: Scenario | None = None
    for number, text in enumerate(tables.splitlines(), 1):
        text = text.partition("--")[0].strip() if not text.startswith("#") else text.strip()
        if text.startswith("#"):
            if current is not None:
                yield current
            current = Scenario(file, text.lstrip("# "), [])
        elif text:
            assert current is not None, f"{file}:{number}: a line before the first title"
            command, _arrow, expected = (part.strip() for part in text.partition("->"))
            if command:
                current.lines.append(Line(number, command, expected))
            else:
                current.lines[-1].expected += f"; {expected}"
    if current is not None:
        yield current


ALL = [
    scenario
    for path in sorted(FOLDER.glob("*.txt"))
    if path.name != "README.txt"
    for scenario in scenarios(path)
]


# -- commands -------------------------------------------------------------------------------------------------------


def terms(venue: Venue, found: Found, _instrument: Instrument | None) -> Events:
    make = MAKERS[found["symbol"]]
    changes = dict(pair.split("=") for pair in found["terms"].split())
    venue.list_instrument(
        make(len(venue.instruments), **{name: int(value) for name, value in changes.items()})
    )
    return []


def quarter(venue: Venue, found: Found, _instrument: Instrument | None) -> Events:
    """Under the name of the perpetual, whose terms it has."""
    make = MAKERS[found["symbol"]]
    delivery_ms = (venue.time_ms // 1000 + int(found["seconds"].replace("_", ""))) * 1000
    terms = {"contract_type": "CURRENT_QUARTER", "delivery_ms": delivery_ms, "funding_interval_hours": 0}
    venue.list_instrument(make(len(venue.instruments), **terms))
    return []


def house(venue: Venue, found: Found, instrument: Instrument) -> Events:
    depth = c.HouseDepth(instrument.symbol_id, [], [], [], [])
    for level in found["levels"].split(","):
        side, price, _x, quantity = level.split()
        ticks, lots = (
            (depth.bid_ticks, depth.bid_lots) if side == "bid" else (depth.ask_ticks, depth.ask_lots)
        )
        ticks.append(venue.ticks(instrument, price))
        lots.append(venue.lots(instrument, quantity))
    return venue.apply(depth)


def tape(venue: Venue, found: Found, instrument: Instrument) -> Events:
    lots, ticks = venue.lots(instrument, found["quantity"]), venue.ticks(instrument, found["price"])
    return venue.apply(c.HouseTrade(instrument.symbol_id, SIDES[found["side"]], ticks, lots))


def place(venue: Venue, found: Found, instrument: Instrument) -> Events:
    order = venue.order(
        found["who"], SIDES[found["side"]], instrument, found["quantity"], found["price"] or ""
    )
    order.time_in_force = TIMES_IN_FORCE.get(found["tif"] or "", w.GTC)
    order.reduce_only = bool(found["reduce"])
    order.position_side = POSITION_SIDES.get(found["position"] or "", w.BOTH)
    order.stp_mode = STP_MODES[found["stp"] or "none"]
    if found["id"]:
        order.client_order_id = found["id"]
    return venue.place(order, found["label"])


def raw(venue: Venue, found: Found, instrument: Instrument) -> Events:
    order = venue.order(next(iter(venue.accounts)), w.BUY, instrument, "1", "60000")
    for pair in found["fields"].split():
        name, value = pair.split("=")
        assert hasattr(order, name), f"an order has no field {name}"
        setattr(order, name, type(getattr(order, name))(int(value) if value.lstrip("-").isdigit() else ""))
    return venue.place(order, None)


def cancel(venue: Venue, found: Found, instrument: Instrument) -> Events:
    account_id = venue.accounts[found["who"]]
    if found["label"] == "all":
        return venue.apply(c.CancelAllOrders(account_id, instrument.symbol_id))
    order = venue.orders.get(found["label"])
    order_id = order.order_id if order else 10**9
    return venue.apply(c.CancelOrder(account_id, instrument.symbol_id, order_id, ""))


def amend(venue: Venue, found: Found, instrument: Instrument) -> Events:
    order = venue.orders.get(found["label"])
    side = SIDES[found["side"]] if found["side"] else order.request.side if order else w.BUY
    lots, mode = (
        venue.lots(instrument, found["quantity"]),
        conditional.MODES.get(found["price"], w.MATCH_NONE),
    )
    ticks = 0 if mode else venue.ticks(instrument, found["price"])
    order_id = order.order_id if order else 10**9
    who = venue.accounts[found["who"]]
    return venue.apply(
        c.AmendOrder(who, instrument.symbol_id, order_id, "", side, lots, ticks, price_match=mode)
    )


def leverage(venue: Venue, found: Found, instrument: Instrument) -> Events:
    who = venue.accounts[found["who"]]
    return venue.apply(c.SetLeverage(who, instrument.symbol_id, int(found["leverage"])))


def transfer(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    sign = 1 if found["way"] == "deposits" else -1
    return venue.transfer(found["who"], sign * e8(found["amount"]), found["asset"])


def mode(venue: Venue, found: Found, instrument: Instrument) -> Events:
    who = venue.accounts[found["who"]]
    market = w.EVERY_MARKET if found["every"] else instrument.market
    return venue.apply(c.SetPositionMode(who, market, found["mode"] == "hedge"))


def margin_type(venue: Venue, found: Found, instrument: Instrument) -> Events:
    who, wanted = venue.accounts[found["who"]], w.ISOLATED if found["type"] == "isolated" else w.CROSS
    return venue.apply(c.SetMarginType(who, instrument.symbol_id, wanted))


def adjust_margin(venue: Venue, found: Found, instrument: Instrument) -> Events:
    who, sign = venue.accounts[found["who"]], 1 if found["way"] == "adds" else -1
    side = POSITION_SIDES.get(found["position"] or "", w.BOTH)
    return venue.apply(c.AdjustMargin(who, instrument.symbol_id, side, sign * e8(found["amount"])))


NUMBER = r"-?[\d_.]+"
COMMANDS: list[tuple[str, Callable[..., Events]]] = [
    (r"instrument (?P<symbol>\w+) (?P<terms>.+)", terms),
    (
        rf"account (?P<who>\w+) (?P<amount>{NUMBER}) (?P<asset>\w+)",
        lambda venue, found, _: venue.open_account(found["who"], found["amount"], found["asset"]),
    ),
    (
        rf"index (?P<price>{NUMBER})",
        lambda venue, found, i: venue.apply(c.SetIndexPrice(i.symbol_id, e8(found["price"]))),
    ),
    (
        r"parts (?P<prices>[\d_., ]+)",
        lambda venue, found, i: venue.apply(
            c.SetBasketPrices(i.symbol_id, [e8(price.strip()) for price in found["prices"].split(",")])
        ),
    ),
    (
        rf"pin (?P<price>{NUMBER})",
        lambda venue, found, i: venue.apply(c.PinMarkPrice(i.symbol_id, e8(found["price"]))),
    ),
    (r"unpin", lambda venue, _found, i: venue.apply(c.PinMarkPrice(i.symbol_id, 0))),
    (rf"wait (?P<seconds>{NUMBER})", lambda venue, found, _: venue.wait(found["seconds"])),
    (
        r"delist never",
        lambda venue, _found, i: venue.apply(c.ScheduleDelivery(i.symbol_id, 0)),
    ),
    (
        rf"delist in (?P<seconds>{NUMBER})",
        lambda venue, found, i: venue.apply(
            c.ScheduleDelivery(i.symbol_id, (venue.time_ms // 1000 + int(found["seconds"])) * 1000)
        ),
    ),
    (rf"quarter (?P<symbol>\w+) ends in (?P<seconds>{NUMBER})", quarter),
    (r"house (?P<levels>.+)", house),
    (rf"tape (?P<side>buy|sell) (?P<quantity>{NUMBER}) @ (?P<price>{NUMBER})", tape),
    (
        rf"(?P<who>\w+) (?P<side>buy|sell) (?P<quantity>{NUMBER}) (market|limit (?P<price>{NUMBER}))"
        r"( (?P<tif>ioc|fok|post-only))?( (?P<position>long|short))?( (?P<reduce>reduce-only))?( stp (?P<stp>\w+))?"
        r"( as (?P<label>\w+))?( id (?P<id>\S+))?",
        place,
    ),
    (r"raw (?P<fields>.+)", raw),
    (r"(?P<who>\w+) cancel (?P<label>\w+)", cancel),
    (
        rf"(?P<who>\w+) amend (?P<label>\w+) to (?P<quantity>{NUMBER})"
        rf" @ (?P<price>{NUMBER}|{'|'.join(conditional.MODES)})"
        r"( as (?P<side>buy|sell))?",
        amend,
    ),
    (rf"(?P<who>\w+) leverage (?P<leverage>{NUMBER})", leverage),
    (r"(?P<who>\w+) mode (?P<mode>hedge|one-way)(?P<every> everywhere)?", mode),
    (r"(?P<who>\w+) margin-type (?P<type>isolated|cross)", margin_type),
    (
        rf"(?P<who>\w+) (?P<way>adds|removes) (?P<amount>{NUMBER}) margin( (?P<position>long|short))?",
        adjust_margin,
    ),
    (rf"(?P<who>\w+) (?P<way>deposits|withdraws) (?P<amount>{NUMBER}) (?P<asset>\w+)", transfer),
    *conditional.COMMANDS,
    *assets.COMMANDS,
    *grids.COMMANDS,
]
QUESTIONS: list[tuple[str, Callable[..., questions.Answer]]] = [
    (
        r"(?P<who>\w+) (?P<what>wallet|orders)",
        lambda venue, found, i: questions.ASKED_OF_AN_ACCOUNT[found["what"]](venue, found["who"], i),
    ),
    (
        r"(?P<who>\w+) (?P<what>position|margin)( (?P<position>long|short))?",
        lambda venue, found, i: questions.ASKED_OF_A_POSITION[found["what"]](
            venue, found["who"], i, POSITION_SIDES.get(found["position"] or "", w.BOTH)
        ),
    ),
    (r"book", lambda venue, _found, i: questions.book(venue, i)),
    (
        rf"queue (?P<side>bid|ask) (?P<price>{NUMBER})",
        lambda venue, found, i: questions.queue(venue, i, found["side"], found["price"]),
    ),
    (r"mark", lambda venue, _found, i: questions.mark(venue, i)),
    (r"premium", lambda venue, _found, i: questions.premium(venue, i)),
    (
        rf"funding rate of (?P<premium>{NUMBER}) every (?P<hours>\d+) h",
        lambda _venue, found, _: questions.funding_rate(found),
    ),
    (
        rf"liquidation (?P<side>long|short) (?P<quantity>{NUMBER}) @ (?P<price>{NUMBER}) wallet (?P<wallet>{NUMBER})"
        rf" rate (?P<rate>{NUMBER}) cum (?P<cum>{NUMBER})( maintenance (?P<maintenance>{NUMBER}))?"
        rf"( unrealised (?P<unrealised>{NUMBER}))?",
        lambda _venue, found, _: questions.liquidation(found),
    ),
    (
        rf"margin of (?P<notional>{NUMBER}) at (?P<leverage>\d+)x rate (?P<rate>{NUMBER})",
        lambda _venue, found, _: questions.formula_margin(found),
    ),
    *conditional.QUESTIONS,
    *assets.QUESTIONS,
]
LISTS_ITS_OWN_INSTRUMENT = (terms, quarter)


# -- playing --------------------------------------------------------------------------------------------------------


def play(venue: Venue, line: Line) -> str:
    """Empty when the line holds, else what is wrong."""
    text, _on, symbol = line.command.partition(" on ")
    for pattern, do in COMMANDS:
        match = re.fullmatch(pattern, text)
        if match:
            lists = do in LISTS_ITS_OWN_INSTRUMENT or text.startswith("account ")
            events = do(venue, match.groupdict(), None if lists else venue.instrument(symbol or "BTCUSDT"))
            return judge(venue, line, events, match.groupdict().get("who") or "")
    for pattern, ask in QUESTIONS:
        match = re.fullmatch(pattern, text)
        if match:
            assert line.expected, "a question without an answer"
            return check_answer(
                ask(venue, match.groupdict(), venue.instrument(symbol or "BTCUSDT")), line.expected
            )
    return "nobody understands this line"


def judge(venue: Venue, line: Line, events: Events, who: str) -> str:
    if not line.expected:
        return "; ".join(str(phrase) for phrase in told(venue, events) if phrase.head.startswith("refused"))
    return compare(venue, events, [parse(text, who) for text in line.expected.split(";") if text.strip()])


def check_answer(answer: questions.Answer, expected: str) -> str:
    """Named figures may stand in any order; what has no name is one text."""
    named = {name for name in answer if name}
    plain = []
    for part in re.split(r"; ", expected):
        name, _space, value = part.strip().partition(" ")
        if name not in named:
            plain.append(part)
        elif normal(value) != normal(answer[name]):
            return f"{name} is {answer[name]}"
    if plain and normal(words("; ".join(plain))) != normal(words(answer.get("", ""))):
        return f"it is: {answer.get('', '')}"
    return ""


def words(text: str) -> str:
    """Punctuation as words of its own, so that numbers beside it are still numbers."""
    return re.sub(r"([;,])", r" \1 ", text)


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: f"{scenario.file}: {scenario.title}")
def test_scenario(scenario: Scenario) -> None:
    assert failure_of(scenario) == ""


def failure_of(scenario: Scenario) -> str:
    """The first line that does not hold and what is wrong with it; empty when all hold."""
    venue = Venue()
    for line in scenario.lines:
        try:
            wrong = play(venue, line)
        except Exception as error:
            error.add_note(f"{scenario.file}:{line.number}: {line.command}")
            raise
        if wrong:
            return f"{scenario.file}:{line.number}: {line.command} -> {line.expected}\n{wrong}"
    return ""


def test_every_scenario_has_a_title_of_its_own_and_expects_something() -> None:
    titles = [(scenario.file, scenario.title) for scenario in ALL]
    assert len(set(titles)) == len(titles)
    silent = [scenario.title for scenario in ALL if not any(line.expected for line in scenario.lines)]
    assert silent == []
