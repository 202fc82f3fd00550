"""Commands as bytes and back. The sequencer writes with it, recovery reads with it.

A record's payload is one MessagePack array of commands, each an array of three: its tag, its time in
milliseconds, and the array of its fields in the order of `Command.FIELDS`. The sequence numbers stand in the
record's header (`segment`).

    [[12, 1723075200000, [7, 0, "x-1", 1, 1, 1, 500, 6512340, false, ...]], [1, 1723075200003, []]]

Rules that keep old journals readable:
- a tag, once given, belongs to its command for ever;
- `FIELDS` only ever grows at its end, and a new field has a default in the constructor: an old record, which
  is shorter, gets the default.

MessagePack integers end at 64 bits and ours do not: a larger one is written as extension 1, big-endian and
signed. Field access goes through names and constructors only, so compiled domain classes work like
interpreted ones.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final

import msgspec

from perpit.domain.basket import BasketPart
from perpit.domain.commands import (
    AdjustMargin,
    Advance,
    AmendOrder,
    CancelAlgoOrder,
    CancelAllAlgoOrders,
    CancelAllOrders,
    CancelOrder,
    Command,
    CreateAccount,
    CreateKey,
    EditKey,
    HouseDepth,
    HouseTrade,
    ListAsset,
    ListInstrument,
    PinMarkPrice,
    PlaceOrder,
    RevokeKey,
    ScheduleDelivery,
    SetAssetIndex,
    SetBasketPrices,
    SetCountdown,
    SetFeeBurn,
    SetFeeTier,
    SetIndexPrice,
    SetLeverage,
    SetMarginType,
    SetMultiAssets,
    SetPositionMode,
    SetStanding,
    SignAgreement,
    StartGrid,
    StopGrid,
    Transfer,
)
from perpit.domain.instrument import Bracket, Instrument
from perpit.journal.errors import JournalError

TAGS: Final[dict[type[Command], int]] = {
    Advance: 1,
    ListInstrument: 2,
    CreateAccount: 3,
    CreateKey: 4,
    RevokeKey: 5,
    Transfer: 6,
    SetLeverage: 7,
    SetIndexPrice: 8,
    PinMarkPrice: 9,
    HouseDepth: 10,
    HouseTrade: 11,
    PlaceOrder: 12,
    AmendOrder: 13,
    CancelOrder: 14,
    CancelAllOrders: 15,
    SetPositionMode: 16,
    SetMarginType: 17,
    AdjustMargin: 18,
    ScheduleDelivery: 19,
    SetMultiAssets: 21,
    SetAssetIndex: 22,
    ListAsset: 23,
    SetFeeBurn: 24,
    SetFeeTier: 25,
    SignAgreement: 26,
    SetBasketPrices: 29,
    CancelAlgoOrder: 30,
    CancelAllAlgoOrders: 31,
    SetCountdown: 32,
    SetStanding: 40,
    EditKey: 41,
    StartGrid: 42,
    StopGrid: 43,
}

_WIDE_INTEGER: Final = 1

Fields = tuple[Any, ...]


def _fields_getter(names: tuple[str, ...]) -> Callable[[Any], Fields]:
    """A function from an object to the tuple of these attributes."""
    if not names:
        return lambda _instance: ()
    getter = attrgetter(*names)
    if len(names) == 1:
        return lambda instance: (getter(instance),)
    return getter


_bracket_fields = _fields_getter(Bracket.FIELDS)
_instrument_fields = _fields_getter(Instrument.FIELDS)
_part_fields = _fields_getter(BasketPart.FIELDS)
_BRACKETS: Final = Instrument.FIELDS.index("brackets")
_BASKET: Final = Instrument.FIELDS.index("basket")


def _list_instrument_fields(command: ListInstrument) -> Fields:
    terms = list(_instrument_fields(command.instrument))
    terms[_BRACKETS] = [_bracket_fields(bracket) for bracket in command.instrument.brackets]
    terms[_BASKET] = [_part_fields(part) for part in command.instrument.basket]
    return (terms,)


def _list_instrument(terms: list[Any]) -> ListInstrument:
    terms[_BRACKETS] = [Bracket(*row) for row in terms[_BRACKETS]]
    if len(terms) > _BASKET:
        terms[_BASKET] = [BasketPart(*row) for row in terms[_BASKET]]
    return ListInstrument(Instrument(*terms))


_WRITERS: Final[dict[type[Command], tuple[int, Callable[[Any], Fields]]]] = {
    kind: (tag, _list_instrument_fields if kind is ListInstrument else _fields_getter(kind.FIELDS))
    for kind, tag in TAGS.items()
}
_MAKERS: Final[dict[int, Callable[..., Command]]] = {
    tag: _list_instrument if kind is ListInstrument else kind for kind, tag in TAGS.items()
}
_NAMES: Final = {tag: kind.__name__ for kind, tag in TAGS.items()}


def _wide_integer(code: int, body: memoryview) -> int:
    if code != _WIDE_INTEGER:
        raise ValueError(f"unknown extension {code}")
    return int.from_bytes(body, "big", signed=True)


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[tuple[int, int, list[Any]]], ext_hook=_wide_integer).decode


def encode(commands: Iterable[Command]) -> bytes:
    """The payload of stamped commands. Raises JournalError when a value has no form in the journal."""
    rows: list[tuple[int, int, Fields]] = []
    try:
        for command in commands:
            tag, fields = _WRITERS[type(command)]
            rows.append((tag, command.time_ms, fields(command)))
        return _pack(rows)
    except OverflowError:
        return _pack(_widened(rows))
    except KeyError:
        raise JournalError(f"{type(command).__name__} has no tag in the journal") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise JournalError(f"{type(command).__name__} cannot be journaled: {error}") from error


def decode(first_seq: int, count: int, payload: bytes | memoryview) -> list[Command]:
    """The commands of a record, stamped. Raises JournalError when the payload is not one of ours."""
    try:
        rows = _unpack(payload)
    except (msgspec.DecodeError, ValueError) as error:
        raise JournalError(f"the record of command {first_seq} is not of this journal: {error}") from error
    if len(rows) != count:
        raise JournalError(f"the record of command {first_seq} holds {len(rows)} commands, not {count}")
    makers = _MAKERS
    seq = first_seq
    commands: list[Command] = []
    try:
        for tag, time_ms, fields in rows:
            command = makers[tag](*fields)
            command.seq = seq
            command.time_ms = time_ms
            commands.append(command)
            seq += 1
    except KeyError:
        raise JournalError(f"command {seq} has the unknown tag {tag}: upgrade Perpit") from None
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise JournalError(f"command {seq} does not fit {_NAMES[tag]}: {error}") from error
    return commands


def _widened(value: Any) -> Any:
    """The same value with every integer beyond 64 bits as an extension."""
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        body = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
        return msgspec.msgpack.Ext(_WIDE_INTEGER, body)
    if isinstance(value, (list, tuple)):
        return [_widened(item) for item in value]
    return value
