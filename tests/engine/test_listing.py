"""Listing instruments and opening accounts: ids are given in order, names are used once."""

import pytest

from perpit.domain import refusals as no
from perpit.domain.commands import (
    Command,
    CreateAccount,
    CreateKey,
    EditKey,
    ListInstrument,
    RevokeKey,
    ScheduleDelivery,
)
from perpit.domain.events import AccountCreated, ContractStatusChanged, InstrumentListed, KeyRevoked, Refused
from perpit.domain.words import COIN_M, KEY_HMAC, USDS_M
from perpit.engine.engine import Engine
from tests.instruments import btcusd_perp, btcusdt, ethusdt
from tests.reference import Reference
from tests.reference_events import as_rows


def ask(engine: Engine, command: Command) -> object:
    """The single event of a command."""
    command.seq, command.time_ms = engine.seq + 1, 1_000
    (event,) = engine.apply(command)
    return event


def refusal(event: object) -> int:
    assert isinstance(event, Refused), event
    return event.refusal


def test_an_instrument_takes_the_next_id() -> None:
    engine = Engine()
    assert isinstance(ask(engine, ListInstrument(btcusdt(0))), InstrumentListed)
    assert isinstance(ask(engine, ListInstrument(ethusdt(1))), InstrumentListed)


@pytest.mark.parametrize("symbol_id", [0, 2, -1])
def test_an_instrument_with_another_id_is_not_listed(symbol_id: int) -> None:
    engine = Engine()
    ask(engine, ListInstrument(btcusdt(0)))
    before = engine.state()[2:]
    refusal(ask(engine, ListInstrument(ethusdt(symbol_id))))
    assert engine.state()[2:] == before


def test_a_symbol_is_listed_once() -> None:
    engine = Engine()
    ask(engine, ListInstrument(btcusdt(0)))
    assert refusal(ask(engine, ListInstrument(btcusdt(1)))) == no.ALREADY_LISTED


def test_linear_and_inverse_contracts_belong_to_markets_of_their_own() -> None:
    engine = Engine()
    assert refusal(ask(engine, ListInstrument(btcusd_perp(0, market=USDS_M)))) == no.NOT_SUPPORTED
    assert refusal(ask(engine, ListInstrument(btcusdt(0, market=COIN_M)))) == no.NOT_SUPPORTED
    assert isinstance(ask(engine, ListInstrument(btcusd_perp(0))), InstrumentListed)


def test_an_inverse_contract_has_a_size() -> None:
    assert refusal(ask(Engine(), ListInstrument(btcusd_perp(0, contract_size=0)))) == no.INVALID_VALUE


def test_a_perpetual_of_another_name_has_no_end_of_its_own_and_can_be_delisted() -> None:
    engine = Engine()
    instrument = btcusdt(0, contract_type="TRADIFI_PERPETUAL")
    assert instrument.is_perpetual
    ask(engine, ListInstrument(instrument))
    assert engine.markets[0].settlement is None
    told = ask(engine, ScheduleDelivery(0, 10_000_000))
    assert isinstance(told, ContractStatusChanged)
    assert told.delivery_ms == 10_000_000


def test_accounts_are_numbered_from_one_and_the_house_keeps_its_name() -> None:
    engine = Engine()
    first = ask(engine, CreateAccount("alice"))
    assert isinstance(first, AccountCreated)
    assert first.account_id == 1
    assert refusal(ask(engine, CreateAccount("alice"))) == no.DUPLICATE_NAME
    assert refusal(ask(engine, CreateAccount("house"))) == no.DUPLICATE_NAME
    assert refusal(ask(engine, CreateAccount(""))) == no.INVALID_VALUE


def test_a_revoked_key_tells_whose_it_was_and_is_free_again() -> None:
    engine = Engine()
    ask(engine, CreateAccount("alice"))
    ask(engine, CreateKey(1, "key", "secret", KEY_HMAC, "", 0, []))
    assert refusal(ask(engine, CreateKey(1, "key", "secret", KEY_HMAC, "", 0, []))) == no.DUPLICATE_NAME
    revoked = ask(engine, RevokeKey("key"))
    assert isinstance(revoked, KeyRevoked)
    assert revoked.account_id == 1
    assert refusal(ask(engine, RevokeKey("key"))) == no.UNKNOWN_KEY
    ask(engine, CreateKey(1, "key", "other", KEY_HMAC, "", 0, []))


def test_an_edited_key_is_the_same_key_and_an_unknown_one_is_none() -> None:
    engine, reference = Engine(), Reference()
    rows = []
    for command in (
        CreateAccount("alice"),
        CreateKey(1, "one", "secret", KEY_HMAC, "", 0, []),
        CreateKey(1, "two", "secret", KEY_HMAC, "", 0, []),
        EditKey("three", "", 3, []),
        EditKey("one", "label", 3, ["10.0.0.7"]),
        RevokeKey("one"),
        EditKey("one", "label", 3, []),
    ):
        command.seq = engine.seq + 1
        events = engine.apply(command)
        assert as_rows(events) == reference.apply(command)
        rows += as_rows(events)
        assert engine.state() == reference.state()
    told = [row[0] if row[0] != "Refused" else row[-1] for row in rows[3:]]
    assert told == [no.UNKNOWN_KEY, "KeyEdited", "KeyRevoked", no.UNKNOWN_KEY]


def test_the_house_has_no_keys() -> None:
    assert refusal(ask(Engine(), CreateKey(0, "key", "secret", KEY_HMAC, "", 0, []))) == no.UNKNOWN_ACCOUNT
