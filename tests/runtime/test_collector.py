"""The collector's timetable: old cycles are freed, seldom; young ones as always; and all is as before at the end."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from perpit.runtime.collector import PACE, SHORTEST_REST_S, Collector, rest_after


class Node:
    def __init__(self) -> None:
        self.other: Node | None = None


def cycle() -> tuple["weakref.ref[Node]", Node]:
    """Two objects that hold each other: how to see whether they are there, and one of them."""
    left, right = Node(), Node()
    left.other, right.other = right, left
    return weakref.ref(left), left


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


async def test_the_collector_is_as_it_was_when_the_venue_has_stopped(
    thresholds: tuple[int, int, int],
) -> None:
    collector = Collector()
    collector.start()
    assert gc.get_threshold() != thresholds
    collector.stop()
    assert gc.get_threshold() == thresholds
    assert gc.get_freeze_count() == 0


async def test_an_old_cycle_is_freed_when_everything_is_looked_at_and_not_before(
    thresholds: tuple[int, int, int],
) -> None:
    collector = Collector()
    collector.start()
    try:
        seen, node = cycle()
        gc.collect(1)  # survives: it is old now
        del node
        gc.collect(1)
        assert seen() is not None
        assert collector.collect() > 0
        assert seen() is None
    finally:
        collector.stop()


@pytest.mark.parametrize(
    ("took", "rest"),
    [(0.0, SHORTEST_REST_S), (0.001, SHORTEST_REST_S), (0.04, 0.04 * PACE), (2.0, 2.0 * PACE)],
)
def test_one_request_in_so_many_meets_it(took: float, rest: float) -> None:
    assert rest_after(took) == rest
