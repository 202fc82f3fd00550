"""When a contract ends, and at which price: the mean of its index over the last half hour (semantics 3.6.3)."""

from mypy_extensions import i64

from perpit.engine.rules import SETTLEMENT_WINDOW_MS


class Settlement:
    """The end of one contract: its time, and the samples of the index, one a second. `price_e8`: once it is done."""

    def __init__(self, due_ms: i64, quiet_ms: i64) -> None:
        self.due_ms: i64 = due_ms
        self.quiet_ms: i64 = quiet_ms  # so long before it positions are only closed
        self.samples = 0
        self.total_e8 = 0
        self.price_e8 = 0

    def is_sampling(self, time_ms: i64) -> bool:
        return self.due_ms - SETTLEMENT_WINDOW_MS < time_ms <= self.due_ms

    def sample(self, index_e8: int, times: int) -> None:
        """The index, as it was at one second, or at several that passed without anything moving."""
        self.samples += times
        self.total_e8 += index_e8 * times

    def average_e8(self, index_e8: int) -> int:
        """The mean until now, floor; the index itself before the first sample."""
        return self.total_e8 // self.samples if self.samples != 0 else index_e8

    def drawn_e8(self, mark_e8: int, time_ms: int) -> int:
        """The mark price on its way to the mean: samples count as they are, seconds to come at the mark, floor.

        How the exchange does it is not published (semantics 3.3.2).
        """
        if self.samples == 0:
            return mark_e8
        due_ms: int = self.due_ms
        left_ms = max(0, due_ms - time_ms)
        return (self.total_e8 * 1000 + mark_e8 * left_ms) // (self.samples * 1000 + left_ms)
