"""Who is in danger: finds the scopes that a move of the mark prices brings near liquidation, without looking at all.

Theory: what a scope has above the nearer of its two thresholds (the warning, then the maintenance margin) is its slack.
The slack is shared out evenly among its positions, and each share gives one *edge*: the mark price at which this
position alone would have used it up. While every mark stands on the safe side of the edges, the sum of the losses is
below the slack, whatever the other marks do. So a move visits only positions whose edge it has reached; they are tested
exactly and get new edges. A scope whose money or positions change is tested at the next move of the marks. One of
several assets (`joint`) is tested at every move: its slack depends on more prices than those of its positions.

Edges wait in two heaps of each market, those of longs with the highest price first, of shorts with the lowest; an edge
that was set anew leaves the old one behind, which is passed over by its number.
"""

import heapq

from mypy_extensions import i64

from perpit.domain.events import Event, MarginCalled
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import PPM, UNIT, div_ceil
from perpit.domain.words import HOUSE, LINEAR
from perpit.engine.account import Position
from perpit.engine.joint import JointScope
from perpit.engine.market import Market
from perpit.engine.rules import MARGIN_CALL_PERCENT
from perpit.engine.scope import Key, Scope

# Shown profits and margins are cut; so many units of each position keep an edge on the safe side of every cut.
CUT_UNITS = 4


class Risk:
    """The scopes to look at. `touch` is called by whatever changes a position or the money behind it."""

    def __init__(self) -> None:
        self.moves: i64 = 0  # how often a mark price has moved: what was reckoned before is out of date
        self.touched: list[Scope] = []
        self.warned: list[Scope] = []
        self.joint: list[JointScope] = []  # of accounts in multi-assets mode: looked at each time
        self.changed: list[Scope] = []  # touched since `ranking` asked last, while it does
        self.keeps_changed = False
        self._queue: list[tuple[Key, Scope]] = []

    def touch(self, scope: Scope) -> None:
        """Look at it at the next move of the marks; house and fund are never liquidated."""
        if not scope.is_touched and scope.account.account_id > HOUSE:
            scope.is_touched = True
            self.touched.append(scope)

    def gather(self, markets: list[Market]) -> None:
        """Queue whoever may have become unhealthy since the last time."""
        for market in markets:
            if market.mark_e8 != market.edges_at_e8:
                market.edges_at_e8 = market.mark_e8
                for position in market.long_edges.reached(-market.mark_e8):
                    self._enqueue(scope_of(position))
                for position in market.short_edges.reached(market.mark_e8):
                    self._enqueue(scope_of(position))
        for scope in self.warned:
            self._enqueue(scope)
        for joint in self.joint:
            if not joint.is_idle():
                self._enqueue(joint)
        self.gather_touched()

    def gather_touched(self) -> None:
        for scope in self.touched:
            scope.is_touched = False
            self._enqueue(scope)
        if self.keeps_changed:
            self.changed += self.touched
        self.touched.clear()

    def forget(self, scope: Scope) -> None:
        """The scope ends: its wallets and positions are another's now."""
        scope.is_touched = False
        scope.is_warned = False
        self.touched = [one for one in self.touched if one is not scope]
        self.warned = [one for one in self.warned if one is not scope]

    def next(self) -> Scope | None:
        """The first scope in canonical order that waits to be looked at."""
        if not self._queue:
            return None
        _key, scope = heapq.heappop(self._queue)
        scope.is_queued = False
        return scope

    def settle(self, scope: Scope, time_ms: int, events: list[Event]) -> None:
        """A healthy scope was looked at: warn its owner once, and set its edges."""
        positions = scope.positions()
        if not positions:
            scope.is_warned = False
            return
        was_warned = scope.is_warned
        scope.is_warned = scope.is_near()
        if scope.is_warned and not was_warned:
            self.warned.append(scope)
            _warn(scope, positions, time_ms, events)
        if not scope.is_warned and not scope.is_joint:  # the others are looked at each time anyway
            set_edges(scope, positions)

    def forget_calm(self) -> None:
        """Keep only those warned that still are."""
        self.warned = [scope for scope in self.warned if scope.is_warned]

    def _enqueue(self, scope: Scope) -> None:
        if not scope.is_queued:
            scope.is_queued = True
            heapq.heappush(self._queue, (scope.key, scope))


def scope_of(position: Position) -> Scope:
    return position.exposure.scope_of(position)


def set_edges(scope: Scope, positions: list[Position]) -> None:
    """Share out what the scope has above its warning threshold, and turn each share into a price."""
    slack = scope.balance_units() * MARGIN_CALL_PERCENT // 100 - scope.maintenance_units()
    share = max(0, slack // len(positions) - CUT_UNITS)
    for position in positions:
        market = position.exposure.market
        edge_e8 = edge_price_e8(market, position.qty_lots, share)
        if position.qty_lots > 0:
            market.short_edges.drop(position)
            if edge_e8 > 0:
                market.long_edges.push(-edge_e8, position)
            else:
                market.long_edges.drop(position)
        else:
            market.long_edges.drop(position)
            if edge_e8 > 0:
                market.short_edges.push(edge_e8, position)
            else:
                market.short_edges.drop(position)


def edge_price_e8(market: Market, qty_lots: int, share_units: int) -> int:
    """The mark price at which a position has surely not yet lost more than its share; 0 when there is no such price.

    A move against a position costs what it loses and, where its value grows with the move, the maintenance margin of
    what it is worth more, at most at the highest rate of the table.
    """
    instrument, mark_e8 = market.instrument, market.mark_e8
    grown_ppm = PPM + instrument.brackets[-1].maint_ppm
    if instrument.contract_kind == LINEAR:
        size = abs(qty_lots) * instrument.qty_num
        if qty_lots > 0:
            return max(0, mark_e8 - share_units * instrument.qty_den // size)
        return mark_e8 + share_units * instrument.qty_den * PPM // (size * grown_ppm)
    return _inverse_edge_e8(instrument, mark_e8, qty_lots, share_units * PPM // grown_ppm)


def _inverse_edge_e8(instrument: Instrument, mark_e8: int, qty_lots: int, share_units: int) -> int:
    """The same for a position that is worth face ÷ price in the coin."""
    face = abs(qty_lots) * instrument.contract_size * UNIT * UNIT
    if qty_lots > 0:
        return div_ceil(face * mark_e8, face + share_units * mark_e8)
    left = face - share_units * mark_e8
    return face * mark_e8 // left if left > 0 else 0


def _warn(scope: Scope, positions: list[Position], time_ms: int, events: list[Event]) -> None:
    cross_wallet_units = scope.collateral_units() if scope.is_joint else scope.wallet.cross_wallet_units()
    events += [
        MarginCalled(
            time_ms,
            scope.account.account_id,
            position.exposure.market.instrument.symbol_id,
            position.position_side,
            position.qty_lots,
            position.entry_value,
            position.isolated_units,
            cross_wallet_units,
        )
        for position in positions
    ]
