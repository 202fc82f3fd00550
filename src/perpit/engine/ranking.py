"""Who gives way first in auto-deleveraging, kept while one cascade runs (semantics 2.7).

A cascade asks again and again for the first of the same positions at the same marks. They are ranked once, in a heap;
whoever has changed since is ranked anew, and leaves an entry behind that its number tells to be old. So a liquidation
costs what it changes, and not a look at everybody. Nothing of it is state: it ends with `Liquidator.run`.
"""

import heapq

from mypy_extensions import i64

from perpit.domain.margin import leverage_profit
from perpit.domain.words import CROSS, HOUSE
from perpit.engine.account import Position
from perpit.engine.market import Market
from perpit.engine.risk import Risk
from perpit.engine.scope import Scope, position_maintenance_units, profit_units


class Ranking:
    """Customers' positions of one side of one market, the first to give way first; equal ones by account and side.

    The other side of a bankrupt account's own hedge is one of them: nobody else may hold the counterpart.
    """

    def __init__(self, market: Market, side: i64) -> None:
        # negated score, account, position side; the number of the entry, so that two positions are never compared
        self.entries: list[tuple[int, int, int, int, Position]] = []
        self.next_number = 1
        for exposure in market.exposures:
            for position in exposure.positions():
                if position.qty_lots * side > 0:
                    self.add(position)

    def add(self, position: Position) -> None:
        """Rank a position that is open on this side, in place of where it stood. The house's is none of them."""
        account_id: int = position.exposure.account.account_id
        if account_id > HOUSE:
            number = self.next_number
            self.next_number += 1
            position.rank_number = number
            position_side: int = position.position_side
            heapq.heappush(self.entries, (-_standing(position), account_id, position_side, number, position))

    def take_first(self, side: i64) -> Position | None:
        """Take out who gives way next; None when nobody is left."""
        while self.entries:
            _score, _account_id, _position_side, number, position = heapq.heappop(self.entries)
            if position.rank_number == number and position.qty_lots * side > 0:
                return position
        return None


class Rankings:
    """Those of the cascade that runs, by instrument and side of the bankrupt orders: +1 closes shorts against longs."""

    def __init__(self, risk: Risk) -> None:
        self.risk = risk
        self.rankings: dict[tuple[int, int], Ranking] = {}

    def ranking(self, market: Market, side: i64) -> Ranking:
        """Who stands opposite to orders of this side, as of now."""
        risk = self.risk
        for scope in risk.changed:
            self._rank(scope)
        risk.changed.clear()
        for scope in risk.touched:
            self._rank(scope)
        symbol_id: int = market.instrument.symbol_id
        order_side: int = side
        found = self.rankings.get((symbol_id, order_side))
        if found is None:
            risk.keeps_changed = True
            found = Ranking(market, side)
            self.rankings[(symbol_id, order_side)] = found
        return found

    def forget(self) -> None:
        """The cascade is over."""
        self.rankings.clear()
        self.risk.changed.clear()
        self.risk.keeps_changed = False

    def _rank(self, scope: Scope) -> None:
        """The positions of a scope, or the money behind them, have changed.

        What an isolated position gains or gives back moves the collateral of the wallet's cross positions, too.
        """
        if scope.position is not None:
            self._rank(scope.wallet.scope)
        for position in scope.positions():
            symbol_id: int = position.exposure.market.instrument.symbol_id
            ranking = self.rankings.get((symbol_id, 1 if position.qty_lots > 0 else -1))
            if ranking is not None:
                ranking.add(position)


def _standing(position: Position) -> int:
    """How far ahead a position is in the ranking (semantics 2.7.1)."""
    exposure = position.exposure
    collateral = position.isolated_units
    if exposure.margin_type == CROSS:
        joint = exposure.wallet.joint
        if joint is None:
            collateral = exposure.wallet.cross_wallet_units()
        else:
            collateral = joint.collateral_in(exposure.wallet)
    return leverage_profit(profit_units(position), collateral, position_maintenance_units(position))
