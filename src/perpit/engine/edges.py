"""The edges of one market's longs, or shorts: at which mark price which position is looked at again; see `risk`."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from perpit.engine.account import Position

# Edges that were set anew leave the old ones behind; at most as many as live ones, and these.
STALE_EDGES_MAX: Final = 64


class EdgeHeap:
    """A heap by a key that is least for the edge that a move reaches first."""

    def __init__(self, first_number: int) -> None:
        self.next_number = (
            first_number  # even ones for longs, odd ones for shorts: a position is in one of them
        )
        self.edges: list[tuple[int, int, Position]] = []
        self.live = 0

    def push(self, key: int, position: Position) -> None:
        """Set the edge of a position, in place of the one that it had."""
        if position.edge_number == 0:
            self.live += 1
        position.edge_number = self.next_number
        self.next_number += 2
        heapq.heappush(self.edges, (key, position.edge_number, position))
        if len(self.edges) > 2 * self.live + STALE_EDGES_MAX:
            self.edges = [edge for edge in self.edges if edge[2].edge_number == edge[1]]
            heapq.heapify(self.edges)

    def drop(self, position: Position) -> None:
        """The position has no edge any more."""
        if position.edge_number != 0:
            position.edge_number = 0
            self.live -= 1

    def reached(self, key: int) -> list[Position]:
        """Take out every position whose edge is at `key` or before it."""
        found: list[Position] = []
        while self.edges and self.edges[0][0] <= key:
            _key, number, position = heapq.heappop(self.edges)
            if position.edge_number == number:
                self.drop(position)
                found.append(position)
        return found
