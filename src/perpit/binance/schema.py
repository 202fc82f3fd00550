"""Parameters: what a route accepts, how text becomes a value, and what is said when it does not.

A route lists `Param`s, and a `Schema` reads them; the first in the list that is wrong is the one that is named. A
parameter that is not listed is ignored (semantics 6.5.2). The same list is what `/openapi.json` shows.

A mandatory parameter that is missing or empty, and a number that is none, answer -1102; an optional one that is sent
empty -1105 (semantics 6.1.3), but for those in `UNSENT_WHEN_EMPTY`; a number out of range -1130; words each have their
own code.
"""

import string
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from perpit.binance import errors
from perpit.domain import forced, words
from perpit.domain.instrument import Instrument
from perpit.views.intervals import INTERVALS

LONGEST_NUMBER: Final = 40
LARGEST_INTEGER: Final = 2**63 - 1
LATEST_MS: Final = 253_402_300_799_000  # the last second of the year 9999
LONGEST_ID: Final = 36
ID_PATTERN: Final = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
ID_LETTERS: Final = frozenset(string.ascii_letters + string.digits + ".:/_-")

DEPTH_LIMITS: Final = (5, 10, 20, 50, 100, 500, 1000)
AUTO_CLOSE_TYPES: Final = {"LIQUIDATION": forced.LIQUIDATION, "ADL": forced.ADL}
REMEMBERED: Final = 8192  # texts of decimals and what they mean
SIGNING: Final = frozenset(("timestamp", "recvWindow", "signature"))  # read before, by `security`
# Go clients (go-binance since 2020) send these with every request, empty where the bot says nothing, and the exchange
# takes it.
UNSENT_WHEN_EMPTY: Final = frozenset(("newOrderRespType", "autoCloseType"))
_JSON: Final = msgspec.json.Decoder(float_hook=str)  # a number with a point keeps the text that was sent

Symbols = dict[str, Instrument]
Decimal = tuple[int, int]  # value = mantissa ÷ 10^decimals, without trailing zeros after the point
Read = Callable[[str, str, Symbols], Any]


class Param(NamedTuple):
    """One parameter: its name, how it is read (text, name, symbols → value), and how it is described."""

    name: str
    read: Read
    required: bool = False
    default: Any = None
    description: str = ""


class Schema:
    """The parameters of a route, prepared for reading."""

    __slots__ = ("_defaults", "_folded", "_readers", "_required", "params")

    def __init__(self, params: tuple[Param, ...]) -> None:
        self.params = params
        self._readers = {param.name: param.read for param in params}
        self._folded = {param.name.lower(): param.name for param in params}
        self._defaults = {param.name: param.default for param in params}
        self._required = tuple(param.name for param in params if param.required)

    def read(self, sent: dict[str, str], symbols: Symbols) -> dict[str, Any]:
        """The values of all parameters by name, defaults included.

        What was sent is read in the order in which it was sent; when something is wrong, once more in the order of
        the list, so that it does not depend on the sender which parameter is named. Names in another case count,
        too: python-binance sends `orderidlist`.
        """
        values = self._defaults.copy()
        readers = self._readers
        try:
            for name, text in sent.items():
                reader = readers.get(name)
                if reader is not None:
                    if text:
                        values[name] = reader(text, name, symbols)
                    elif name not in UNSENT_WHEN_EMPTY:
                        raise errors.EMPTY(name)
                elif name not in SIGNING and self._folded.get(name.lower(), name) not in sent:
                    return self.read(self._renamed(sent), symbols)
        except errors.WireError:
            raise self._first_fault(self._renamed(sent), symbols) from None
        for name in self._required:
            if name not in sent:
                raise self._first_fault(sent, symbols)
        return values

    def _renamed(self, sent: dict[str, str]) -> dict[str, str]:
        """What was sent, under the names of the list; a name that is written as in the list wins."""
        folded = self._folded
        return {
            folded.get(name.lower(), name): text for name, text in sent.items() if name not in folded.values()
        } | {name: text for name, text in sent.items() if name in folded.values()}

    def _first_fault(self, sent: dict[str, str], symbols: Symbols) -> errors.WireError:
        for name, reader, required, _default, _description in self.params:
            text = sent.get(name)
            if text:
                try:
                    reader(text, name, symbols)
                except errors.WireError as error:
                    return error
            elif required:
                return errors.MANDATORY(name)
            elif text is not None and name not in UNSENT_WHEN_EMPTY:
                return errors.EMPTY(name)
        raise AssertionError("every parameter can be read")


def symbol(text: str, name: str, symbols: Symbols) -> Instrument:
    """A listed symbol; lower case is accepted (semantics 6.1.6)."""
    instrument = symbols.get(text) or symbols.get(text.upper())
    if instrument is None:
        raise errors.BAD_SYMBOL()
    return instrument


def pair(text: str, name: str, symbols: Symbols) -> str:
    """A pair that some listed symbol belongs to (semantics 6.5.1)."""
    wanted = text.upper()
    for instrument in symbols.values():
        if instrument.pair == wanted:
            return wanted
    raise errors.BAD_PAIR()


def any_pair(text: str, name: str, symbols: Symbols) -> str:
    """A pair of either product; whether there is one is for the handler to say."""
    return text[:LONGEST_ID].upper()


def any_asset(text: str, name: str, symbols: Symbols) -> str:
    """An asset that is looked up: what collateralises nothing is simply not found."""
    return text[:LONGEST_ID].upper()


def integer(text: str, name: str, symbols: Symbols) -> int:
    """A whole number of at most 63 bits, as the exchange's are."""
    digits = text[1:] if text[0] == "-" else text
    if not (digits.isdigit() and digits.isascii() and len(digits) <= 19):
        raise errors.MANDATORY(name)
    value = int(text)
    if abs(value) > LARGEST_INTEGER:
        raise errors.MANDATORY(name)
    return value


def not_negative(text: str, name: str, symbols: Symbols) -> int:
    """A whole number ≥ 0: ids and times."""
    if not (text.isdigit() and text.isascii() and len(text) <= 19):
        raise errors.MANDATORY(name)
    value = int(text)
    if value > LARGEST_INTEGER:
        raise errors.MANDATORY(name)
    return value


def time_ms(text: str, name: str, symbols: Symbols) -> int:
    """A point in time in milliseconds since 1970."""
    value = not_negative(text, name, symbols)
    if value > LATEST_MS:
        raise errors.BAD_PARAMETER(name)
    return value


def between(lowest: int, highest: int) -> Read:
    """A whole number within bounds."""

    def read_limit(text: str, name: str, symbols: Symbols) -> int:
        value = integer(text, name, symbols)
        if not lowest <= value <= highest:
            raise errors.BAD_PARAMETER(name)
        return value

    read_limit.bounds = (lowest, highest)  # type: ignore[attr-defined]
    return read_limit


def depth_limit(text: str, name: str, symbols: Symbols) -> int:
    """How many levels of the book: 5, 10, 20, 50, 100, 500 or 1000 (semantics 7.4.8)."""
    limit = int(text) if text.isdigit() and text.isascii() and len(text) <= 4 else 0
    if limit not in DEPTH_LIMITS:
        raise errors.BAD_DEPTH_LIMIT(text)
    return limit


def decimal(text: str, name: str, symbols: Symbols) -> Decimal:
    """A plain decimal number, a leading minus allowed; no exponent."""
    try:
        return _decimal(text)
    except ValueError:
        raise errors.MANDATORY(name) from None


@lru_cache(maxsize=REMEMBERED)
def _decimal(text: str) -> Decimal:
    """A decimal by its text; the newest are remembered. Raises ValueError when it is none."""
    whole, _point, fraction = text.partition(".")
    negative = whole.startswith("-")
    if negative:
        whole = whole[1:]
    digits = whole + fraction
    if not (digits.isdigit() and digits.isascii() and len(text) <= LONGEST_NUMBER):
        raise ValueError
    fraction = fraction.rstrip("0")
    mantissa = int(whole + fraction or "0")
    return -mantissa if negative else mantissa, len(fraction)


def boolean(text: str, name: str, symbols: Symbols) -> bool:
    """`true` or `false` in any case (semantics 6.1.5)."""
    word = text.lower()
    if word == "true":
        return True
    if word != "false":
        raise errors.BAD_PARAMETER(name)
    return False


def client_order_id(text: str, name: str, symbols: Symbols) -> str:
    """A client order id: 1 to 36 of letters, digits and . : / _ - (semantics 5.1.5)."""
    if len(text) > LONGEST_ID:
        raise errors.BAD_CLIENT_ORDER_ID()
    if not ID_LETTERS.issuperset(text):
        raise errors.ILLEGAL_CHARS_IN(name, ID_PATTERN)
    return text


def any_order_id(text: str, name: str, symbols: Symbols) -> str:
    """A client order id that is looked up, not stored: whatever is not one is simply unknown."""
    return text[: LONGEST_ID + 1]


def one_of(table: dict[str, Any], refusal: errors.Kind) -> Read:
    """One of some words, with its own code for others."""

    def read_word(text: str, name: str, symbols: Symbols) -> Any:
        value = table.get(text)
        if value is None:
            raise refusal()
        return value

    read_word.table, read_word.refusal = table, refusal  # type: ignore[attr-defined]
    return read_word


def working_type(text: str, name: str, symbols: Symbols) -> int:
    """CONTRACT_PRICE or MARK_PRICE."""
    if text not in WORKING_TYPES:
        raise errors.BAD_WORKING_TYPE(text)
    return WORKING_TYPES[text]


def auto_close_type(text: str, name: str, symbols: Symbols) -> int:
    """LIQUIDATION or ADL, which the exchange refuses without a code of its own."""
    if text not in AUTO_CLOSE_TYPES:
        raise errors.BAD_PARAMETER(name)
    return AUTO_CLOSE_TYPES[text]


def json_list(text: str, name: str, symbols: Symbols) -> list[Any]:
    """A JSON array (semantics 6.1.3)."""
    try:
        value = _JSON.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise errors.MANDATORY(name) from None
    if not isinstance(value, list):
        raise errors.MANDATORY(name)
    return value


SIDES: Final = {"BUY": words.BUY, "SELL": words.SELL}
ORDER_TYPES: Final = {
    "LIMIT": words.LIMIT,
    "MARKET": words.MARKET,
    "STOP": words.STOP,
    "STOP_MARKET": words.STOP_MARKET,
    "TAKE_PROFIT": words.TAKE_PROFIT,
    "TAKE_PROFIT_MARKET": words.TAKE_PROFIT_MARKET,
    "TRAILING_STOP_MARKET": words.TRAILING_STOP_MARKET,
}
TIMES_IN_FORCE: Final = {
    "GTC": words.GTC,
    "IOC": words.IOC,
    "FOK": words.FOK,
    "GTX": words.GTX,
    "GTD": words.GTD,
    "RPI": words.RPI,
    "GTE_GTC": words.GTE_GTC,
}
POSITION_SIDES: Final = {"BOTH": words.BOTH, "LONG": words.LONG, "SHORT": words.SHORT}
STP_MODES: Final = {
    "NONE": words.STP_NONE,
    "EXPIRE_TAKER": words.STP_EXPIRE_TAKER,
    "EXPIRE_MAKER": words.STP_EXPIRE_MAKER,
    "EXPIRE_BOTH": words.STP_EXPIRE_BOTH,
}
PRICE_MATCHES: Final = {
    "NONE": 0,
    "OPPONENT": 1,
    "OPPONENT_5": 2,
    "OPPONENT_10": 3,
    "OPPONENT_20": 4,
    "QUEUE": 5,
    "QUEUE_5": 6,
    "QUEUE_10": 7,
    "QUEUE_20": 8,
}
WORKING_TYPES: Final = {"CONTRACT_PRICE": words.CONTRACT_PRICE, "MARK_PRICE": words.MARK_PRICE}
RESPONSE_TYPES: Final = {"ACK": "ACK", "RESULT": "RESULT"}

side: Final = one_of(SIDES, errors.BAD_SIDE)
order_type: Final = one_of(ORDER_TYPES, errors.BAD_ORDER_TYPE)
time_in_force: Final = one_of(TIMES_IN_FORCE, errors.BAD_TIME_IN_FORCE)
position_side: Final = one_of(POSITION_SIDES, errors.BAD_POSITION_SIDE)
stp_mode: Final = one_of(STP_MODES, errors.BAD_STP_MODE)
price_match: Final = one_of(PRICE_MATCHES, errors.BAD_PRICE_MATCH)
response_type: Final = one_of(RESPONSE_TYPES, errors.BAD_RESPONSE_TYPE)
interval: Final = one_of({name: name for name in INTERVALS}, errors.BAD_INTERVAL)
interval_or_second: Final = one_of({name: name for name in ("1s", *INTERVALS)}, errors.BAD_INTERVAL)
