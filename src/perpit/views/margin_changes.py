"""What owners gave to their isolated positions, and took from them (semantics 1.7.5)."""

from perpit.views.tails import Tails


class MarginChange:
    """`amount_units` ≠ 0 in 1e-8 of the margin asset; negative when it was taken from the position."""

    __slots__ = ("amount_units", "position_side", "time_ms")

    def __init__(self, time_ms: int, position_side: int, amount_units: int) -> None:
        self.time_ms = time_ms
        self.position_side = position_side
        self.amount_units = amount_units


class MarginChangesView:
    """Changes by account and instrument, oldest first."""

    __slots__ = ("_tails",)

    def __init__(self, each_max: int, all_max: int) -> None:
        self._tails: Tails[tuple[int, int], MarginChange] = Tails(each_max, all_max)

    def add(self, account_id: int, symbol_id: int, change: MarginChange) -> None:
        self._tails.append((account_id, symbol_id), change)

    def rows(
        self, account_id: int, symbol_id: int, start_ms: int | None = None, end_ms: int | None = None
    ) -> list[MarginChange]:
        """Those within [start_ms, end_ms]."""
        return self._tails.within((account_id, symbol_id), start_ms, end_ms)
