"""Open interest of one instrument, exact: what all longs hold together, which is what all shorts do (semantics 8.4.2).

Customers' positions and the insurance fund's come with their events. The house has none: it holds what makes both
sides equal, for nobody else is there. Each side of a hedge counts for itself.
"""


class OpenInterestView:
    """Lots that customers hold long and short, both ≥ 0, and the fund's signed position."""

    __slots__ = ("fund_lots", "long_lots", "short_lots")

    def __init__(self) -> None:
        self.long_lots = 0
        self.short_lots = 0
        self.fund_lots = 0

    def move(self, before_lots: int, after_lots: int) -> None:
        """A customer's position was `before_lots` and is `after_lots`; both signed."""
        if before_lots > 0:
            self.long_lots -= before_lots
        else:
            self.short_lots += before_lots
        if after_lots > 0:
            self.long_lots += after_lots
        else:
            self.short_lots -= after_lots

    @property
    def house_lots(self) -> int:
        """The house's signed position: all positions together are zero."""
        return self.short_lots - self.long_lots - self.fund_lots

    @property
    def open_lots(self) -> int:
        """Lots of all longs, ≥ 0."""
        return self.long_lots + max(self.fund_lots, 0) + max(self.house_lots, 0)
