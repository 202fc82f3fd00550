"""One limit for what many owners keep: finished orders and fills of all accounts together.

A quota only knows in which order rows came and to whom. At the limit the oldest are taken back in blocks, each owner
being told how many of its own, counted from the first that it was ever given. An owner that has its own limit may
have forgotten them already; so "the newest of all" and "the newest of each" hold side by side, and neither asks the
other. Adding is O(1): one reference for each row, and a thousandth of a block's work.
"""

from collections import deque
from typing import Final, Protocol

LARGEST_BLOCK: Final = 1_024


class Owner(Protocol):
    """Keeps rows, oldest first."""

    def expire(self, count: int, /) -> None:
        """The next `count` rows, in the order in which they came, are to be kept no longer."""


class Quota:
    """Of the rows added by all owners the newest `limit` stay, and at most an eighth or LARGEST_BLOCK more."""

    __slots__ = ("_block", "_full", "_owners")

    def __init__(self, limit: int) -> None:
        assert limit > 0, limit
        self._block = max(1, min(limit // 8, LARGEST_BLOCK))
        self._full = limit + self._block
        self._owners: deque[Owner] = deque()

    def add(self, owner: Owner) -> None:
        """One more row of an owner, which has it already."""
        owners = self._owners
        owners.append(owner)
        if len(owners) >= self._full:
            self._take_back()

    def _take_back(self) -> None:
        counts: dict[Owner, int] = {}
        for _ in range(self._block):
            owner = self._owners.popleft()
            counts[owner] = counts.get(owner, 0) + 1
        for owner, count in counts.items():
            owner.expire(count)
