"""Trailing stops that are active: how far each has seen the price go, and which a price fires (semantics 5.8.7).

Theory: a trail holds the stops of one side and one callback rate in the order in which they became active. The older a
stop, the further the extreme that it has seen, so neighbours share it: the trail is cut into stages, each with one
extreme, the furthest first. A new price raises only stages at the back, merging them, and fires only stages at the
front. So what a price costs does not depend on how many stops there are, but on how many callback rates are in use, and
those are steps of a tenth of a percent.
"""

from __future__ import annotations

from mypy_extensions import i64

from perpit.domain.numbers import PPM, div_ceil, mul
from perpit.domain.words import SELL
from perpit.engine.heap import HeapItem


class TrailItem(HeapItem):
    """What can stand in a trail. `leads` is its stage while it is the first of one."""

    def __init__(self, number: i64) -> None:
        self.number: i64 = number
        self.key: i64 = 0
        self.slot: i64 = -1
        self.trail: Trail | None = None
        self.leads: Stage | None = None
        self.ahead: TrailItem | None = None
        self.behind: TrailItem | None = None


class Stage:
    """Neighbours that have seen the same extreme, and the price at which they fire."""

    def __init__(self, first: TrailItem) -> None:
        self.first = first
        self.extreme_ticks: i64 = 0
        self.fires_at_ticks: i64 = 0
        self.further: Stage | None = None  # towards the front
        self.nearer: Stage | None = None


class Trail:
    """The active stops of one side and callback rate; `front` is the stage that fires first."""

    def __init__(self, side: i64, callback_ppm: int) -> None:
        self.side: i64 = side
        self.callback_ppm = callback_ppm
        self.front: Stage | None = None
        self.back: Stage | None = None
        self.last: TrailItem | None = None

    def note(self, price_ticks: i64) -> None:
        """A price was seen: stages at the back that it goes beyond become one."""
        stage = self.back
        if stage is None or not self._is_beyond(price_ticks, stage.extreme_ticks):
            return
        further = stage.further
        while further is not None and not self._is_beyond(further.extreme_ticks, price_ticks):
            stage.first.leads = None
            stage, further = further, further.further
            stage.nearer = None
        self.back = stage
        self._set_extreme(stage, price_ticks)

    def join(self, item: TrailItem, price_ticks: i64) -> None:
        """A stop becomes active at a price that the trail has noted."""
        item.trail = self
        item.ahead = self.last
        if self.last is not None:
            self.last.behind = item
        self.last = item
        back = self.back
        if back is not None and back.extreme_ticks == price_ticks:
            return
        stage = Stage(item)
        item.leads = stage
        stage.further = back
        if back is None:
            self.front = stage
        else:
            back.nearer = stage
        self.back = stage
        self._set_extreme(stage, price_ticks)

    def fired(self, price_ticks: i64) -> TrailItem | None:
        """The first stop that a price fires; it is still there and must be removed."""
        front = self.front
        if front is None:
            return None
        if self.side == SELL:
            reached = price_ticks <= front.fires_at_ticks
        else:
            reached = price_ticks >= front.fires_at_ticks
        return front.first if reached else None

    def remove(self, item: TrailItem) -> None:
        """Take a stop out; the next one leads its stage, or the stage is gone."""
        assert item.trail is self
        ahead, behind = item.ahead, item.behind
        if ahead is not None:
            ahead.behind = behind
        if behind is not None:
            behind.ahead = ahead
        else:
            self.last = ahead
        stage = item.leads
        item.trail = item.leads = item.ahead = item.behind = None
        if stage is None:
            return
        if behind is not None and behind.leads is None:
            stage.first = behind
            behind.leads = stage
            return
        if stage.further is None:
            self.front = stage.nearer
        else:
            stage.further.nearer = stage.nearer
        if stage.nearer is None:
            self.back = stage.further
        else:
            stage.nearer.further = stage.further

    def _is_beyond(self, price_ticks: i64, other_ticks: i64) -> bool:
        return price_ticks > other_ticks if self.side == SELL else price_ticks < other_ticks

    def _set_extreme(self, stage: Stage, price_ticks: i64) -> None:
        stage.extreme_ticks = price_ticks
        stage.fires_at_ticks = callback_ticks(self.side, price_ticks, self.callback_ppm)


def callback_ticks(side: i64, extreme_ticks: int, callback_ppm: int) -> int:
    """The price on the grid at which a trailing stop fires: highest·(1 − callback), lowest·(1 + callback)."""
    if side == SELL:
        return mul(extreme_ticks, PPM - callback_ppm) // PPM
    return div_ceil(mul(extreme_ticks, PPM + callback_ppm), PPM)
