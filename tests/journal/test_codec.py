"""The codec: what is written comes back, what was never written is refused by name."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit.domain import commands
from perpit.domain.commands import Advance, Command, CreateAccount, PlaceOrder, Transfer
from perpit.domain.instrument import Instrument
from perpit.journal.codec import TAGS, decode, encode
from perpit.journal.errors import JournalError
from tests.instruments import btcusdt
from tests.journal.generated import KINDS, commands_of_any_kind, contents


def record(*values: object) -> bytes:
    """The payload of one command, whatever it holds."""
    return msgspec.msgpack.encode([values])


def decode_one(payload: bytes) -> Command:
    (command,) = decode(7, 1, payload)
    return command


@given(st.lists(commands_of_any_kind(), max_size=4), st.integers(1, 2**62))
def test_every_command_comes_back_as_it_was_written(written: list[Command], first_seq: int) -> None:
    for seq, command in enumerate(written, first_seq):
        command.seq = seq
    assert contents(decode(first_seq, len(written), encode(written))) == contents(written)


def test_every_kind_of_command_has_a_tag_and_is_generated() -> None:
    kinds = {
        kind
        for kind in vars(commands).values()
        if isinstance(kind, type) and issubclass(kind, Command) and kind.__subclasses__() == []
    }
    assert set(TAGS) == kinds
    assert set(KINDS) == kinds


def test_a_tag_once_given_is_never_given_another_meaning() -> None:
    assert {tag: kind.__name__ for kind, tag in TAGS.items()} == {
        1: "Advance",
        2: "ListInstrument",
        3: "CreateAccount",
        4: "CreateKey",
        5: "RevokeKey",
        6: "Transfer",
        7: "SetLeverage",
        8: "SetIndexPrice",
        9: "PinMarkPrice",
        10: "HouseDepth",
        11: "HouseTrade",
        12: "PlaceOrder",
        13: "AmendOrder",
        14: "CancelOrder",
        15: "CancelAllOrders",
        16: "SetPositionMode",
        17: "SetMarginType",
        18: "AdjustMargin",
        19: "ScheduleDelivery",
        21: "SetMultiAssets",
        22: "SetAssetIndex",
        23: "ListAsset",
        24: "SetFeeBurn",
        25: "SetFeeTier",
        26: "SignAgreement",
        29: "SetBasketPrices",
        30: "CancelAlgoOrder",
        31: "CancelAllAlgoOrders",
        32: "SetCountdown",
        40: "SetStanding",
        41: "EditKey",
        42: "StartGrid",
        43: "StopGrid",
    }


@pytest.mark.parametrize("units", [0, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**40])
def test_money_of_any_size_comes_back(units: int) -> None:
    written = Transfer(1, 0, "USDT", units)
    assert decode_one(encode([written])).amount_units == units  # type: ignore[attr-defined]


def test_a_record_from_before_a_field_was_added_gets_its_default() -> None:
    command = decode_one(record(TAGS[PlaceOrder], 17, [1, 0, "a", 1, 1, 1, 10, 100]))
    assert isinstance(command, PlaceOrder)
    assert (command.seq, command.time_ms, command.qty_lots) == (7, 17, 10)
    assert (command.reduce_only, command.price_match) == (False, 0)


def test_an_amendment_from_before_it_could_match_a_price_has_a_price_of_its_own() -> None:
    command = decode_one(record(TAGS[commands.AmendOrder], 17, [1, 0, 5, "", 1, 10, 100, 3]))
    assert isinstance(command, commands.AmendOrder)
    assert (command.price_ticks, command.modify_id, command.price_match) == (100, 3, 0)


def test_an_instrument_from_before_funding_and_rpi_fees_were_terms_gets_the_usual_ones() -> None:
    ((tag, time_ms, (terms,)),) = msgspec.msgpack.decode(encode([commands.ListInstrument(btcusdt())]))
    command = decode_one(record(tag, time_ms, [terms[: Instrument.FIELDS.index("funding_cap_e8")]]))
    assert isinstance(command, commands.ListInstrument)
    instrument = command.instrument
    assert (instrument.funding_cap_e8, instrument.funding_floor_e8) == (2_000_000, -2_000_000)
    assert (instrument.interest_e8, instrument.rpi_fee_ppm) == (10_000, instrument.maker_fee_ppm)
    assert not instrument.needs_agreement  # accounts of that time trade it without
    assert instrument.basket == []


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (record(99, 0, []), "command 7 has the unknown tag 99"),
        (record(TAGS[CreateAccount], 0, []), "command 7 does not fit CreateAccount"),
        (record(TAGS[CreateAccount], 0, ["a", "b"]), "command 7 does not fit CreateAccount"),
        (record(TAGS[commands.ListInstrument], 0, [[1, 2]]), "command 7 does not fit ListInstrument"),
        (record(TAGS[commands.ListInstrument], 0, [3]), "command 7 does not fit ListInstrument"),
        (record(1, 0), "record of command 7 is not of this journal"),
        (record(1, "0", []), "record of command 7 is not of this journal"),
        (
            record(1, 0, [msgspec.msgpack.Ext(9, b"?")]),
            "record of command 7 is not of this journal.*extension 9",
        ),
        (b"\xc1", "record of command 7 is not of this journal"),
        (b"", "record of command 7 is not of this journal"),
    ],
)
def test_a_payload_that_is_not_ours_is_refused_and_named(payload: bytes, message: str) -> None:
    with pytest.raises(JournalError, match=message):
        decode_one(payload)


def test_a_record_with_another_number_of_commands_than_it_says_is_refused() -> None:
    with pytest.raises(JournalError, match="record of command 7 holds 2 commands, not 3"):
        decode(7, 3, encode([Advance(), Advance()]))


def test_the_command_that_is_wrong_is_named_not_the_first_of_its_record() -> None:
    rows = [(TAGS[Advance], 0, []), (TAGS[Advance], 0, ["?"])]
    with pytest.raises(JournalError, match="command 8 does not fit Advance"):
        decode(7, 2, msgspec.msgpack.encode(rows))


def test_what_has_no_form_in_the_journal_is_refused() -> None:
    with pytest.raises(JournalError, match="CreateAccount cannot be journaled"):
        encode([CreateAccount("\ud800")])
    with pytest.raises(JournalError, match="object has no tag"):
        encode([object()])  # type: ignore[list-item]


def test_a_command_without_fields_is_a_few_bytes() -> None:
    advance = Advance()
    advance.time_ms = 1_723_075_200_000
    assert len(encode([advance])) < 16
