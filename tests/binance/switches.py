"""Tests of switches: a mark that gives a test the two profiles between which its switch was turned."""

from typing import Any

import pytest

from perpit.binance.profiles import Profile


def proves(switch: str, before: Profile, after: Profile) -> Any:
    """The test gets the profile `before` the change and the one `after` it; the switch must differ in them."""
    assert getattr(before, switch) != getattr(after, switch), switch
    return pytest.mark.parametrize(
        ("before", "after"), [(before, after)], ids=[f"{switch}: {before.name}, {after.name}"]
    )
