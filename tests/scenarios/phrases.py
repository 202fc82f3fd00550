"""What happened, told as the phrases of a table, and the comparison with what the table says."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from perpit.domain import events as e
from perpit.domain import refusals
from perpit.domain import words as w
from perpit.domain.grid_events import unmatched_price_e8
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_shortest
from tests.scenarios.venue import Venue, shown

SIDES = {w.BUY: "buy", w.SELL: "sell"}
BOOK_SIDES = {w.BUY: "bid", w.SELL: "ask"}
REASONS = {
    w.REASON_NONE: "none",
    w.REASON_SELF_TRADE: "self-trade",
    w.REASON_IOC_REMAINDER: "ioc",
    w.REASON_IOC_SELF_TRADE: "ioc-self-trade",
    w.REASON_REDUCE_ONLY: "reduce-only",
    w.REASON_LIQUIDATED: "liquidated",
    w.REASON_DELISTED: "delisted",
    w.REASON_MARKET_REMAINDER: "market",
    w.REASON_GTE_CONDITION: "position-gone",
    w.REASON_TRIGGERED: "trigger",
    w.REASON_GTX: "post-only",
}
ENDINGS = {w.CANCELED: "canceled", w.EXPIRED: "expired", w.EXPIRED_IN_MATCH: "expired-in-match"}
ALGO_STATES = {
    w.ALGO_NEW: "new",
    w.ALGO_TRIGGERING: "triggering",
    w.ALGO_TRIGGERED: "triggered",
    w.ALGO_FINISHED: "finished",
    w.ALGO_CANCELED: "canceled",
    w.ALGO_EXPIRED: "expired",
    w.ALGO_REJECTED: "rejected",
}
GRID_STATES = {
    w.GRID_NEW: "new",
    w.GRID_WORKING: "works",
    w.GRID_CANCELLED: "cancelled",
    w.GRID_EXPIRED: "expired",
}
GRID_REASONS = {
    value: name.removeprefix("GRID_BECAUSE_").lower().replace("_", "-")
    for name, value in vars(w).items()
    if name.startswith("GRID_BECAUSE_")
}
MATCHES = {
    value: name.removeprefix("MATCH_").lower().replace("_", "-")
    for name, value in vars(w).items()
    if name.startswith("MATCH_")
}
REFUSALS = {value: name for name, value in vars(refusals).items() if name.isupper()}
PUBLIC = ("trade", "book", "mark", "premium", "trades", "funding", "contract", "fund")
DETAILS = (
    *("fee", "profit", "done", "bids", "asks", "because", "index", "average"),
    *("up to", "at", "next", "cross", "paid-in", "match", "matched", "open"),
)
FLAGS = ("maker", "taker")
MODES = {False: "one-way", True: "hedge"}
MARGIN_TYPES = {w.CROSS: "cross", w.ISOLATED: "isolated"}


@dataclass
class Phrase:
    """`who: head details`; the head's numbers are compared as numbers, a detail only when the table names it."""

    who: tuple[str, ...]
    head: str
    details: dict[str, str] = field(default_factory=dict)

    @property
    def public(self) -> bool:
        return self.head.split()[0] in PUBLIC

    def told_by(self, said: "Phrase") -> bool:
        """Whether a table's phrase tells this one."""
        if said.who and not set(said.who) & set(self.who):
            return False
        head = (
            self.head.split()[0] if said.head == "new" else self.head
        )  # a new order's quantity may be left out
        return normal(said.head) == normal(head) and all(
            name in self.details and normal(value) == normal(self.details[name])
            for name, value in said.details.items()
        )

    def __str__(self) -> str:
        details = "".join(f" {name} {value}".rstrip() for name, value in self.details.items())
        return f"{'/'.join(self.who)}: {self.head}{details}".removeprefix(": ")


def normal(text: str) -> list[object]:
    """Words and numbers: 1.000 is 1, and 10_000 is 10000."""
    return [
        Decimal(word.replace("_", "")) if re.fullmatch(r"-?[\d_.]+", word) else word for word in text.split()
    ]


def parse(text: str, who: str) -> Phrase:
    """One phrase of a table; `who` gave the command."""
    speaker, colon, rest = text.strip().partition(":")
    if not colon:
        speaker, rest = who, text
    details = {}
    for flag in FLAGS:
        rest, found = re.subn(rf" {flag}\b", "", rest)
        if found:
            details[flag] = ""
    for name in DETAILS:
        found_detail = re.search(rf" {name} (\S+)", rest)
        if found_detail:
            details[name] = found_detail[1]
            rest = rest.replace(found_detail[0], "")
    phrase = Phrase((speaker.strip(),) if speaker else (), rest.strip(), details)
    return Phrase((), phrase.head, phrase.details) if phrase.public else phrase


def told(venue: Venue, events: list[e.Event]) -> list[Phrase]:
    """Every event that a table can speak of."""
    phrases = [phrase for event in events for phrase in [tell(venue, event)] if phrase is not None]
    trades = sum(isinstance(event, e.TradePrinted) for event in events)
    return [*phrases, Phrase((), f"trades {trades}")]


def tell(venue: Venue, event: e.Event) -> Phrase | None:
    if isinstance(event, e.OrderEvent):
        return tell_order(venue, event)
    if isinstance(event, e.Refused):
        return Phrase(("*",), f"refused {REFUSALS[event.refusal]}")
    if isinstance(event, e.LeverageChanged):
        cap = shown(event.max_notional_units)
        return Phrase((venue.account_name(event.account_id),), f"leverage {event.leverage}", {"up to": cap})
    if isinstance(event, e.WalletChanged):
        amount = shown(event.wallet_units)
        return Phrase((venue.account_name(event.account_id),), f"wallet {amount} {event.asset}")
    if isinstance(event, e.MarginCalled):
        return Phrase((venue.account_name(event.account_id),), "margin call")
    if isinstance(event, e.FundingPaid):
        verb = "pays" if event.change_units < 0 else "receives"
        return Phrase((venue.account_name(event.account_id),), f"{verb} {shown(abs(event.change_units))}")
    if isinstance(event, e.AlgoOrderChanged):
        return tell_algo(venue, event)
    if isinstance(event, (e.GridChanged, e.GridFilled)):
        return tell_grid(venue, event)
    if isinstance(event, e.CountdownSet):
        left = shown((event.due_ms - event.time_ms) * 100_000) if event.due_ms else "off"
        return Phrase((venue.account_name(event.account_id),), f"countdown {left}")
    return tell_terms(venue, event)


def tell_terms(venue: Venue, event: e.Event) -> Phrase | None:
    """What an account has chosen."""
    if isinstance(event, (e.MultiAssetsChanged, e.FeeBurnChanged)):
        what = "multi-assets" if isinstance(event, e.MultiAssetsChanged) else "fees-in-BNB"
        return Phrase((venue.account_name(event.account_id),), f"{what} {'on' if event.is_on else 'off'}")
    if isinstance(event, e.FeeTierChanged):
        rates = f"pays {format_shortest(event.maker_fee_ppm, 4)} % and {format_shortest(event.taker_fee_ppm, 4)} %"
        return Phrase(
            (venue.account_name(event.account_id),), f"tier {event.tier} {rates if event.tier else ''}"
        )
    if isinstance(event, e.StandingChanged):
        return Phrase((venue.account_name(event.account_id),), f"standing {STANDINGS[event.standing]}")
    if isinstance(event, e.PositionModeChanged):
        return Phrase((venue.account_name(event.account_id),), f"mode {MODES[event.is_hedged]}")
    if isinstance(event, e.MarginTypeChanged):
        return Phrase(
            (venue.account_name(event.account_id),), f"margin-type {MARGIN_TYPES[event.margin_type]}"
        )
    if isinstance(event, e.PositionChanged) and event.cause in (w.CAUSE_MARGIN_TRANSFER, w.CAUSE_INSURANCE):
        own, cross = shown(event.isolated_units), shown(event.cross_wallet_units)
        return Phrase((venue.account_name(event.account_id),), f"margin {own}", {"cross": cross})
    return tell_public(venue, event)


def tell_algo(venue: Venue, event: e.AlgoOrderChanged) -> Phrase:
    request = event.request
    instrument = by_id(venue, request.symbol_id)
    account = venue.account_name(request.account_id)
    label = venue.client_labels.get((request.account_id, request.client_order_id), account)
    state = "active" if event.status == w.ALGO_NEW and event.is_activated else ALGO_STATES[event.status]
    details = {"done": venue.quantity(instrument, event.filled_lots)}
    if event.refusal:
        details["because"] = REFUSALS[event.refusal]
    return Phrase((account, label), f"algo {state}", details)


def tell_grid(venue: Venue, event: e.GridChanged | e.GridFilled) -> Phrase:
    who = (venue.account_name(event.request.account_id), f"grid{event.grid_id}")
    if isinstance(event, e.GridChanged):
        return Phrase(who, f"grid {GRID_STATES[event.status]}", {"because": GRID_REASONS[event.because]})
    instrument = by_id(venue, event.request.symbol_id)
    price = unmatched_price_e8(instrument, event.unmatched_lots, event.unmatched_value)
    details = {
        "matched": shown(event.matched_units),
        "open": venue.quantity(instrument, event.unmatched_lots),
        "at": shown(price),
        "fee": shown(event.unmatched_fee_units),
    }
    return Phrase(who, "grid counts", details)


CALCULATED = {
    w.TRADE_INSURANCE_FUND: "taken over",
    w.TRADE_ADL: "deleveraged",
    w.TRADE_DELIVERY: "settled",
}
STANDINGS = ("good", "only-reduces", "may-not-order", "keys-locked", "inactive")
CONTRACT_STATUS = {
    w.TRADING: "trading",
    w.PRE_DELIVERING: "closing",
    w.DELIVERING: "delivering",
    w.DELIVERED: "delivered",
}


def tell_order(venue: Venue, event: e.OrderEvent) -> Phrase:
    instrument = by_id(venue, event.request.symbol_id)
    account = venue.account_name(event.request.account_id)
    who = (account, venue.labels.get(event.order_id, account))
    details = {
        "done": venue.quantity(instrument, event.filled_lots),
        "bids": shown(event.bid_units),
        "asks": shown(event.ask_units),
    }
    quantity, price = venue.quantity(instrument, event.qty_lots), venue.price(instrument, event.price_ticks)
    if isinstance(event, e.OrderTraded):
        verb = "filled" if event.status == w.FILLED else "partly filled"
        lots = venue.quantity(instrument, event.fill_lots)
        details["fee"] = shown(event.fee_units)
        details["paid-in"] = event.fee_asset or instrument.margin_asset
        details["profit"] = shown(event.realized_units)
        details["maker" if event.is_maker else "taker"] = ""
        return Phrase(who, f"{verb} {lots} @ {venue.price(instrument, event.fill_price_ticks)}", details)
    if isinstance(event, e.OrderCalculated):
        verb = CALCULATED[event.kind]
        lots, details["profit"] = venue.quantity(instrument, event.fill_lots), shown(event.realized_units)
        details["fee"] = shown(event.fee_units)
        return Phrase(who, f"{verb} {lots} @ {shown(event.fill_price_e8)}", details)
    if isinstance(event, e.OrderClosed):
        return Phrase(who, ENDINGS[event.status], {**details, "because": REASONS[event.reason]})
    if isinstance(event, e.OrderTriggered):
        return Phrase(who, "triggered", details)
    if isinstance(event, e.OrderAmended):
        details["match"] = MATCHES[event.request.price_match]
        return Phrase(who, f"amended {quantity} @ {price}", details)
    return Phrase(who, f"new {quantity}", details)


def tell_public(venue: Venue, event: e.Event) -> Phrase | None:
    if isinstance(event, e.TradePrinted):
        instrument = by_id(venue, event.symbol_id)
        lots, price = venue.quantity(instrument, event.qty_lots), venue.price(instrument, event.price_ticks)
        return Phrase((), f"trade {lots} @ {price} {SIDES[event.taker_side]}")
    if isinstance(event, e.BookChanged):
        instrument = by_id(venue, event.symbol_id)
        lots, price = venue.quantity(instrument, event.qty_lots), venue.price(instrument, event.price_ticks)
        return Phrase((), f"book {BOOK_SIDES[event.side]} {price} x {lots}")
    if isinstance(event, e.MarkPriceChanged):
        details = {"index": shown(event.index_e8), "average": shown(event.average_e8)}
        return Phrase((), f"mark {shown(event.mark_e8)}", details)
    if isinstance(event, e.InsurancePositionChanged):
        return Phrase((), f"fund holds {venue.quantity(by_id(venue, event.symbol_id), event.qty_lots)}")
    if isinstance(event, e.ContractStatusChanged):
        details = {"at": shown(event.settlement_e8)}
        return Phrase((), f"contract {CONTRACT_STATUS[event.status]}", details)
    if isinstance(event, e.PremiumSampled):
        return Phrase((), f"premium {shown(event.premium_e8)}")
    if isinstance(event, e.FundingSettled):
        details = {"at": shown(event.mark_e8), "next": str(event.interval_hours)}
        return Phrase((), f"funding {shown(event.rate_e8)}", details)
    return None


def by_id(venue: Venue, symbol_id: int) -> Instrument:
    return next(known for known in venue.instruments.values() if known.symbol_id == symbol_id)


def compare(venue: Venue, events: list[e.Event], said: list[Phrase]) -> str:
    """Empty when the table tells what happened, else what is wrong."""
    happened = told(venue, events)
    for phrase in said:
        if phrase.public and not any(real.told_by(phrase) for real in happened):
            public = [str(real) for real in happened if real.public]
            return f"there was no “{phrase}”, but " + "; ".join(dict.fromkeys(public[-20:]))
    private = [real for real in happened if not real.public]
    wanted = [phrase for phrase in said if not phrase.public and phrase.head not in ("rests", "nothing")]
    names_acceptance = any(phrase.head.startswith("new") for phrase in wanted)
    if private and private[0].head.startswith("new") and not names_acceptance:
        if not wanted and all(phrase.head != "rests" for phrase in said if not phrase.public):
            return f"the table says nothing of “{private[0]}”"
        private = private[1:]
    if len(private) == len(wanted) and all(
        real.told_by(spoken) if "*" not in real.who else normal(real.head) == normal(spoken.head)
        for real, spoken in zip(private, wanted, strict=True)
    ):
        return ""
    return "what happened: " + ("; ".join(map(str, private)) or "nothing")
