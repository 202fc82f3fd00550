"""Served venues that the tests of one worker share, and each test's own accounts on them.

- `scene`: a venue on which nothing happens but what the test does: no market, prices held at 60,000 and 2,600. It and
  `lively` list BTCUSD_PERP, too.
- `lively`: a synthetic market on the wall clock, for streams that must flow.
- `still`: a synthetic market on a manual clock; it moves when the test moves the clock, and not in between.
- `tomorrow`: no market, and a clock that stands a day ahead of the clients'.
"""

import logging
import time
from collections.abc import Callable, Iterator

import pytest

from perpit.testing import ServedVenue
from tests.clients.venue import Operator, Scene

DAY_MS = 86_400_000
BOTH_PRODUCTS = ("--symbols", "BTCUSDT,ETHUSDT,BTCUSD_PERP")


@pytest.fixture(scope="session")
def quiet_operator() -> Iterator[Operator]:
    # a whole suite from one address would be throttled, and rightly; test_keys_and_limits.py has the limits
    served = ServedVenue("--market", "none", "--no-limits", *BOTH_PRODUCTS)
    with served as venue, Operator(venue.ready) as operator:
        operator.pin("BTCUSDT", "60000")
        operator.pin("ETHUSDT", "2600")
        operator.pin("BTCUSD_PERP", "60000")
        yield operator


@pytest.fixture
def scene(quiet_operator: Operator) -> Iterator[Scene]:
    """Fresh accounts on the quiet venue, an empty book before and after, and books that add up at the end."""
    scene = Scene(quiet_operator)
    yield scene
    scene.clear()
    assert quiet_operator.invariants() == "ok"


@pytest.fixture(scope="session")
def lively() -> Iterator[Operator]:
    served = ServedVenue("--market", "synthetic", "--seed", "7", *BOTH_PRODUCTS)
    with served as venue, Operator(venue.ready) as operator:
        yield operator


@pytest.fixture(scope="session")
def still() -> Iterator[Operator]:
    served = ServedVenue("--market", "synthetic", "--seed", "7", "--clock", "manual")
    with served as venue, Operator(venue.ready) as operator:
        operator.advance(5_000)
        yield operator


@pytest.fixture(scope="session")
def tomorrow() -> Iterator[Operator]:
    ahead = f"manual:{time.time_ns() // 1_000_000 + DAY_MS}"
    served = ServedVenue("--market", "none", "--strict-time", "--clock", ahead)
    with served as venue, Operator(venue.ready) as operator:
        yield operator


@pytest.fixture
def no_complaints(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], None]]:
    """Clients log what they cannot read and go on; a test that asks for this fails over it."""

    def check() -> None:
        bad = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert not bad, "\n".join(f"{record.name}: {record.getMessage()}" for record in bad)

    yield check
    check()
