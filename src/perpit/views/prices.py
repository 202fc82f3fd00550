"""Index, mark and last price of one instrument."""

from perpit.domain.events import BasketPriced, IndexPriceChanged, MarkPriceChanged


class PriceView:
    """Prices off the book in 1e-8 of the quote, the last trade's in ticks; 0 until there is one.

    `part_prices_e8` are those of a composite index's parts, in the order of its basket and in 1e-8 of their quotes;
    empty until they are known. `time_ms` is when the mark was last computed, `last_price_ms` when the last trade was.
    """

    __slots__ = (
        "average_e8",
        "funding_rate_e8",
        "index_e8",
        "last_price_ms",
        "last_price_ticks",
        "mark_e8",
        "next_funding_ms",
        "part_prices_e8",
        "settlement_e8",
        "time_ms",
    )

    def __init__(self) -> None:
        self.index_e8 = 0
        self.mark_e8 = 0
        self.average_e8 = 0
        self.funding_rate_e8 = 0  # the running estimate for the settlement at `next_funding_ms`
        self.next_funding_ms = 0
        self.settlement_e8 = 0  # what the contract would be settled at by what is known
        self.time_ms = 0
        self.last_price_ticks = 0
        self.last_price_ms = 0
        self.part_prices_e8: list[int] = []

    def fold(self, event: MarkPriceChanged) -> None:
        self.index_e8 = event.index_e8
        self.mark_e8 = event.mark_e8
        self.average_e8 = event.average_e8
        self.funding_rate_e8 = event.funding_rate_e8
        self.next_funding_ms = event.next_funding_ms
        self.settlement_e8 = event.settlement_e8
        self.time_ms = event.time_ms

    def fold_index(self, event: IndexPriceChanged) -> None:
        self.index_e8 = event.index_e8

    def fold_basket(self, event: BasketPriced) -> None:
        self.part_prices_e8 = event.prices_e8
