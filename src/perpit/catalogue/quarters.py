"""The calendar of quarterly contracts: when one is delivered, what it is called, and which one is current.

Pure arithmetic on venue time in milliseconds UTC; nobody here looks at a clock. The catalogue asks it for a symbol's
delivery, the composition root for the contracts of a day.

Delivery is on the last Friday of March, June, September and December at 08:00:00 UTC, and the symbol ends in that day
as YYMMDD (semantics 3.6.1). At that very moment the next quarter becomes the current one and a new next one is listed
(semantics 3.6.2): a quarter is therefore traded for two quarters, from one delivery to the next but one.
"""

from datetime import date
from typing import Final

CURRENT_QUARTER: Final = "CURRENT_QUARTER"
NEXT_QUARTER: Final = "NEXT_QUARTER"

DAY_MS: Final = 86_400_000
DELIVERY_HOUR_MS: Final = 8 * 3_600_000
# The last day of a quarter, by its number in the year.
LAST_DAYS: Final = ((3, 31), (6, 30), (9, 30), (12, 31))
FRIDAY: Final = 4
# A suffix has two digits for its year.
CENTURY: Final = 2000
_EPOCH: Final = date(1970, 1, 1).toordinal()


def current_delivery_ms(time_ms: int) -> int:
    """The first delivery that is later than a time: at a delivery itself, the next quarter is current already."""
    quarter = _quarter_of(time_ms)
    delivery_ms = _delivery_of(quarter)
    return delivery_ms if delivery_ms > time_ms else _delivery_of(quarter + 1)


def next_delivery_ms(time_ms: int) -> int:
    """The delivery after the current one."""
    return current_delivery_ms(current_delivery_ms(time_ms))


def onboard_ms(delivery_ms: int) -> int:
    """When a quarter is listed: two deliveries before its own, as recorded (BTCUSD_261225: 2026-06-26 08:00)."""
    return _delivery_of(_quarter_of(delivery_ms) - 2)


def contract_type(delivery_ms: int, time_ms: int) -> str:
    """What a quarter is called at a time; ValueError when it is not listed yet, or delivered."""
    if delivery_ms == current_delivery_ms(time_ms):
        return CURRENT_QUARTER
    if delivery_ms == next_delivery_ms(time_ms):
        return NEXT_QUARTER
    raise ValueError(f"the quarter {suffix(delivery_ms)} is not traded at {time_ms}")


def suffix(delivery_ms: int) -> str:
    """The day of a delivery as a symbol ends in it: YYMMDD."""
    return f"{_day_of(delivery_ms):%y%m%d}"


def symbols(pair: str, time_ms: int) -> tuple[str, str]:
    """The current and the next quarter's symbols of a pair: ("BTCUSDT_261225", "BTCUSDT_270326")."""
    current_ms = current_delivery_ms(time_ms)
    return f"{pair}_{suffix(current_ms)}", f"{pair}_{suffix(current_delivery_ms(current_ms))}"


def delivery_of_suffix(text: str) -> int:
    """The delivery that a symbol's suffix names; ValueError, with the right day if there is one, for another text."""
    if len(text) != 6 or not text.isascii() or not text.isdigit():
        raise ValueError(f"{text!r} is not a day like 261225")
    year, month = CENTURY + int(text[:2]), int(text[2:4])
    if month not in (3, 6, 9, 12):
        raise ValueError(
            f"{text} is in no delivery month; quarters end in March, June, September and December"
        )
    delivery_ms = _delivery_of(year * 4 + month // 3 - 1)
    if suffix(delivery_ms) != text:
        raise ValueError(f"{text} is not a delivery day; that quarter's is {suffix(delivery_ms)}")
    return delivery_ms


def _quarter_of(time_ms: int) -> int:
    """The quarter of the year that a time lies in, counted as year × 4 + 0…3."""
    day = _day_of(time_ms)
    return day.year * 4 + (day.month - 1) // 3


def _delivery_of(quarter: int) -> int:
    year, index = divmod(quarter, 4)
    last = date(year, *LAST_DAYS[index])
    friday = last.toordinal() - (last.weekday() - FRIDAY) % 7
    return (friday - _EPOCH) * DAY_MS + DELIVERY_HOUR_MS


def _day_of(time_ms: int) -> date:
    return date.fromordinal(_EPOCH + time_ms // DAY_MS)
