"""The world of the conformance tests: one served venue for a worker."""

from collections.abc import Iterator

import pytest

from tests.conformance.world import World, lived


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with lived() as world:
        yield world
