"""The world of the conformance tests: one served venue for a worker."""

from collections.abc import Iterator

import pytest

from tests.conformance.world import LATEST, World, lived


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with lived() as world:
        yield world


@pytest.fixture(scope="session")
def latest_world() -> Iterator[World]:
    """The same under the newest dated profile."""
    with lived("--profile", LATEST) as world:
        yield world


@pytest.fixture(params=["world", "latest_world"])
def each_world(request: pytest.FixtureRequest) -> World:
    """One after the other."""
    world: World = request.getfixturevalue(request.param)
    return world
