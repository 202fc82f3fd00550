"""Contracts on stocks, metals and currencies: the agreement that opens them, and the sessions of what they follow.

The exchange tells when the market of an underlying is open, because its index stands still while it is closed. Here the
index of such a contract moves around the clock, as its source says; so every day is one REGULAR session, and a market
of which no contract is listed has no session at all.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from perpit import catalogue
from perpit.binance.assets import DONE, accepted
from perpit.binance.call import Call
from perpit.binance.route import Route
from perpit.binance.security import NONE, USER_DATA
from perpit.catalogue.rows import TRADIFI
from perpit.domain.commands import SignAgreement
from perpit.domain.instrument import Instrument

Body = dict[str, Any]

DAY_MS: Final = 86_400_000
DAYS_SHOWN: Final = 7
REGULAR: Final = "REGULAR"
UNKNOWN_MARKET: Final = "EQUITY"  # of a contract that is in no catalogue

# The markets, by underlying type, and the event that tells of each on the stream `tradingSession`.
EVENT_OF_MARKET: Final = {
    "EQUITY": "EquityUpdate",
    "COMMODITY": "CommodityUpdate",
    "KR_EQUITY": "KR_EquityUpdate",
    "HK_EQUITY": "HK_EquityUpdate",
    "CN_EQUITY": "CN_EquityUpdate",
    "FX": "FXUpdate",
}


class MarketSession(NamedTuple):
    """One session: from `start_ms` up to `end_ms`."""

    start_ms: int
    end_ms: int
    kind: str


def open_markets(instruments: Iterable[Instrument]) -> list[str]:
    """The markets of which a contract is listed, in the order of the table."""
    found = {market_of(each) for each in instruments if is_tradfi(each)}
    return [market for market in EVENT_OF_MARKET if market in found]


def is_tradfi(instrument: Instrument) -> bool:
    """Whether a contract follows something that is no coin."""
    return instrument.contract_type == TRADIFI


def market_of(instrument: Instrument) -> str:
    """The market of a contract's underlying."""
    facts = catalogue.find(instrument.symbol)
    known = facts is not None and facts.underlying_type in EVENT_OF_MARKET
    return facts.underlying_type if facts is not None and known else UNKNOWN_MARKET


def session_at(now_ms: int) -> MarketSession:
    """The session of every open market at a time: its day, in UTC."""
    start_ms = now_ms // DAY_MS * DAY_MS
    return MarketSession(start_ms, start_ms + DAY_MS, REGULAR)


def trading_schedule(call: Call) -> Body:
    """A week of sessions of every market, from the day before on."""
    first_ms = call.now_ms - DAY_MS
    week = [session_at(first_ms + day * DAY_MS) for day in range(DAYS_SHOWN)]
    rows = [{"startTime": one.start_ms, "endTime": one.end_ms, "type": one.kind} for one in week]
    listed = open_markets(call.world.catalog.by_id)
    schedules = {market: {"sessions": rows if market in listed else []} for market in EVENT_OF_MARKET}
    return {"updateTime": call.now_ms, "marketSchedules": schedules}


async def sign_agreement(call: Call) -> Body:
    """Agree to the terms of these contracts; a second time changes nothing."""
    await accepted(call, SignAgreement(call.account_id))
    return dict(DONE)


def agreement(call: Call) -> Body:
    """Whether the account has signed. No record of the exchange's own answer was found: these fields are Perpit's."""
    return {"signed": call.world.accounts[call.account_id].has_signed}


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/fapi/v1/tradingSchedule", NONE, 5, trading_schedule, returns="A week of market sessions."),
    Route("GET", "/fapi/v1/stock/contract", USER_DATA, 50, agreement, returns="Whether it is signed."),
    Route("POST", "/fapi/v1/stock/contract", USER_DATA, 50, sign_agreement, returns="That it is done."),
)
