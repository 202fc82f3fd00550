"""Contracts on stocks, metals and currencies take orders of accounts that have signed an agreement, once for all."""

from itertools import islice

import pytest

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.events import AgreementSigned, Event, OrderAccepted, Refused
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.views.world import World
from tests.flows_triggers import TriggerFlow
from tests.instruments import btcusdt, linear
from tests.reference import Reference
from tests.reference_events import as_rows

GOLD, BITCOIN = 0, 1
TRADIFI = {"contract_type": "TRADIFI_PERPETUAL", "needs_agreement": True}


class Venue:
    """Gold and bitcoin at 60,000, and one account with money."""

    def __init__(self) -> None:
        self.engine, self.world, self.seq = Engine(), World(), 0
        for command in (
            c.ListInstrument(linear(GOLD, "XAU", **TRADIFI)),
            c.ListInstrument(btcusdt(BITCOIN)),
            c.CreateAccount("alice"),
            c.Transfer(1, w.USDS_M, "USDT", 10_000 * UNIT),
            c.SetIndexPrice(GOLD, 60_000 * UNIT),
            c.SetIndexPrice(BITCOIN, 60_000 * UNIT),
        ):
            self.do(command)

    def do(self, command: c.Command) -> list[Event]:
        self.seq += 1
        command.seq = self.seq
        events = self.engine.apply(command)
        self.world.fold(command, events)
        return events

    def bid(self, symbol_id: int, **terms: bool) -> Event:
        name = f"c{self.seq}"
        return self.do(
            c.PlaceOrder(1, symbol_id, name, w.BUY, w.LIMIT, w.GTC, 10, 590_000, **terms)  # type: ignore[arg-type]
        )[0]


def refusal(event: Event) -> int:
    return event.refusal if isinstance(event, Refused) else 0


def test_without_the_agreement_nothing_is_opened_there_and_everything_elsewhere() -> None:
    venue = Venue()
    assert refusal(venue.bid(GOLD)) == no.AGREEMENT_NOT_SIGNED
    assert isinstance(venue.bid(BITCOIN), OrderAccepted)


def test_signed_it_opens_and_stays_open() -> None:
    venue = Venue()
    before = venue.engine.state_hash()
    assert isinstance(venue.do(c.SignAgreement(1))[0], AgreementSigned)
    assert venue.engine.state_hash() != before
    assert venue.world.accounts[1].has_signed
    assert isinstance(venue.bid(GOLD), OrderAccepted)


def test_a_second_signature_changes_nothing() -> None:
    venue = Venue()
    venue.do(c.SignAgreement(1))
    signed = venue.engine.state_hash()
    assert venue.do(c.SignAgreement(1)) == []
    assert venue.engine.state_hash() == signed


def test_an_order_that_can_only_close_is_judged_by_what_it_closes() -> None:
    assert refusal(Venue().bid(GOLD, reduce_only=True)) == no.REDUCE_ONLY_REJECTED


def test_only_a_customer_can_sign() -> None:
    assert refusal(Venue().do(c.SignAgreement(7))[0]) == no.UNKNOWN_ACCOUNT
    assert refusal(Venue().do(c.SignAgreement(w.HOUSE))[0]) == no.UNKNOWN_ACCOUNT


class AgreementFlow(TriggerFlow):
    """`TriggerFlow` in which one instrument needs the agreement, and accounts sign it by and by."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.instruments[0] = btcusdt(0, **TRADIFI)
        self.busy = (8, 1, 1)
        self.weights.append((15, lambda: c.SignAgreement(self.random.choice([self.account(), 0, 99]))))


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_tells_what_the_reference_tells_of_who_may_trade(seed: int) -> None:
    engine, reference = Engine(), Reference()
    refused = accepted = 0
    for command in islice(AgreementFlow(seed), 300):
        events = engine.apply(command)
        assert as_rows(events) == reference.apply(command), f"seed {seed}, {type(command).__name__}"
        refused += any(refusal(event) == no.AGREEMENT_NOT_SIGNED for event in events)
        accepted += any(isinstance(e, OrderAccepted) and e.request.symbol_id == 0 for e in events)
    assert engine.state() == reference.state()
    assert refused
    assert accepted
