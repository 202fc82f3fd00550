"""The funding rate of one market from samples of its premium (semantics 3.4)."""

from fractions import Fraction

import pytest

from perpit.engine.funding_rate import FundingRate
from tests.instruments import btcusdt

SAMPLES_OF_AN_HOUR = 720


def rate_of(*premiums_e8: int, hours: int = 8) -> FundingRate:
    rate = FundingRate(btcusdt(funding_interval_hours=hours))
    for premium in premiums_e8:
        rate.sample(premium)
    return rate


@pytest.mark.semantics("3.4.4", "B10")
def test_three_samples_weigh_one_two_and_three() -> None:
    assert rate_of(20_000, 30_000, 50_000).mean_e8() == 38_333
    assert rate_of(20_000, 30_000, 50_000).rate_e8 == 10_000
    assert rate_of(20_000, 30_000, 50_000, hours=4).rate_e8 == 5_000


@pytest.mark.semantics("3.4.4")
def test_on_an_hourly_interval_every_sample_weighs_the_same() -> None:
    assert rate_of(20_000, 30_000, 50_000, hours=1).mean_e8() == 33_333


@pytest.mark.semantics("3.4.11")
@pytest.mark.parametrize("hours", [1, 4, 8])
def test_the_estimate_looks_back_one_interval_and_no_further(hours: int) -> None:
    size = hours * SAMPLES_OF_AN_HOUR
    rate = rate_of(*[10**15] * 10, *[0] * (size - 1), hours=hours)
    assert rate.mean_e8() > 0  # one of the ten is still in the window
    rate.sample(0)
    assert rate.mean_e8() == 0
    rate.sample(9 * 10**12)
    weights = [1] * size if hours == 1 else list(range(1, size + 1))
    assert rate.mean_e8() == int(Fraction(9 * 10**12 * weights[-1], sum(weights)))


@pytest.mark.semantics("3.4.12")
def test_the_rate_that_is_shown_moves_with_every_sample_and_is_the_one_that_is_charged() -> None:
    rate = rate_of(0)
    shown = []
    for premium in (100_000, 200_000, 300_000):
        rate.sample(premium)
        shown.append(rate.rate_e8)
    # means 66,666, 133,333 and 200,000, each pulled by 50,000 toward the interest
    assert shown == [16_666, 83_333, 150_000]
