"""The venue's own money: what it collected, and what customers brought in and took out, per market and asset."""


class Till:
    """One asset of one market: fees collected, and deposits less withdrawals, in units of 1e-8.

    `dust_value` is what profits of inverse contracts had beyond whole units, in value units; it may be negative.
    """

    def __init__(self) -> None:
        self.fees_units = 0
        self.net_deposits_units = 0
        self.dust_value = 0
        self.exchanged_units = 0  # what auto-exchange bought of customers, less what it sold them
        self.funding_units = 0  # what funding took in and did not pay out: cuts, and what could not be paid


class Treasury:
    """All tills, by (market, asset)."""

    def __init__(self) -> None:
        self.tills: dict[tuple[int, str], Till] = {}

    def till(self, market: int, asset: str) -> Till:
        """The till of an asset in a market, made empty at first use."""
        till = self.tills.get((market, asset))
        if till is None:
            till = Till()
            self.tills[(market, asset)] = till
        return till
