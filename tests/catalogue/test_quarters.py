"""The calendar of quarterly contracts: known days, the roll, and symbols that name no delivery."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit.catalogue import quarters

# Last Fridays of March, June, September and December, from a wall calendar.
KNOWN = [
    "2023-12-29",
    "2024-03-29",
    "2024-06-28",
    "2024-09-27",
    "2024-12-27",
    "2025-03-28",
    "2025-06-27",
    "2025-09-26",
    "2025-12-26",
    "2026-03-27",
    "2026-06-26",
    "2026-09-25",
    "2026-12-25",
    "2027-03-26",
    "2027-06-25",
]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
times = st.integers(946_684_800_000, 4_070_000_000_000)  # 2000 to 2098


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def moment(time_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=time_ms)


@pytest.mark.parametrize(("before", "day"), list(pairwise(KNOWN)))
def test_known_deliveries_follow_each_other(before: str, day: str) -> None:
    delivery_ms = at(f"{day} 08:00")
    assert quarters.current_delivery_ms(at(f"{before} 08:00")) == delivery_ms
    assert quarters.current_delivery_ms(delivery_ms - 1) == delivery_ms
    assert quarters.suffix(delivery_ms) == day[2:].replace("-", "")
    assert quarters.delivery_of_suffix(quarters.suffix(delivery_ms)) == delivery_ms


def test_the_recorded_delivery_and_listing_times() -> None:
    """exchangeInfo of 2025-10, 2026-05 and 2026-09: suffix, deliveryDate, onboardDate."""
    for text, delivery_ms, onboard_ms in (
        ("251226", 1_766_736_000_000, 1_751_011_200_000),
        ("260327", 1_774_598_400_000, 1_758_873_600_000),
        ("260626", 1_782_460_800_000, 1_766_736_000_000),
        ("260925", 1_790_323_200_000, 1_774_598_400_000),
        ("261225", 1_798_185_600_000, 1_782_460_800_000),
    ):
        assert quarters.delivery_of_suffix(text) == delivery_ms
        assert quarters.onboard_ms(delivery_ms) == onboard_ms


def test_at_delivery_the_next_quarter_becomes_the_current_one() -> None:
    delivery_ms = at("2026-09-25 08:00")
    assert quarters.symbols("BTCUSDT", delivery_ms - 1) == ("BTCUSDT_260925", "BTCUSDT_261225")
    assert quarters.symbols("BTCUSDT", delivery_ms) == ("BTCUSDT_261225", "BTCUSDT_270326")


def test_a_quarter_is_next_then_current_and_outside_of_that_nothing() -> None:
    delivery_ms = at("2026-12-25 08:00")
    listed_ms, rolled_ms = at("2026-06-26 08:00"), at("2026-09-25 08:00")
    for time_ms, word in (
        (listed_ms, "NEXT_QUARTER"),
        (rolled_ms - 1, "NEXT_QUARTER"),
        (rolled_ms, "CURRENT_QUARTER"),
        (delivery_ms - 1, "CURRENT_QUARTER"),
    ):
        assert quarters.contract_type(delivery_ms, time_ms) == word
    for time_ms in (listed_ms - 1, delivery_ms):
        with pytest.raises(ValueError, match="the quarter 261225 is not traded at"):
            quarters.contract_type(delivery_ms, time_ms)


@given(times)
def test_a_delivery_is_always_a_last_friday_at_eight(time_ms: int) -> None:
    delivery = moment(quarters.current_delivery_ms(time_ms))
    assert (delivery.weekday(), delivery.hour, delivery.minute, delivery.second) == (4, 8, 0, 0)
    assert delivery.month in (3, 6, 9, 12)
    assert (delivery + timedelta(days=7)).month != delivery.month
    assert timedelta() < delivery - moment(time_ms) <= timedelta(days=98)


@given(times)
def test_each_quarter_is_listed_for_as_long_as_two_deliveries(time_ms: int) -> None:
    current_ms, next_ms = quarters.current_delivery_ms(time_ms), quarters.next_delivery_ms(time_ms)
    assert current_ms < next_ms
    assert quarters.onboard_ms(next_ms) <= time_ms < current_ms
    assert quarters.next_delivery_ms(quarters.onboard_ms(next_ms)) == next_ms
    assert quarters.contract_type(next_ms, time_ms) == quarters.NEXT_QUARTER


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("261224", "261224 is not a delivery day; that quarter's is 261225"),
        ("261299", "that quarter's is 261225"),
        ("261127", "is in no delivery month"),
        ("260025", "is in no delivery month"),
        ("PERP", "'PERP' is not a day like 261225"),
        ("26122५", "is not a day like 261225"),
        ("", "is not a day like 261225"),
    ],
)
def test_a_suffix_that_names_no_delivery_is_told_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        quarters.delivery_of_suffix(text)
