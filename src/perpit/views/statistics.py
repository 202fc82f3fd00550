"""Statistics of the last thirty days, a row for every five minutes of the venue's clock (semantics 8.4).

Theory: `World.fold` compares the time of each command with `due_ms`: that is all that an order pays. The first
event at or after a point of the grid makes the row of that point, from what was before it: so a clock that jumps over
hours leaves every point in between. What traders hold is counted by a `Census`, which goes on with the next commands
in a large venue. Volumes are read off the candles. Longer periods are made of these rows when they are asked for.

Kept are the newest `ROWS` rows: after a month about 1.2 MB for each instrument and 0.5 MB for each pair.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from perpit.views.accounts import AccountView
from perpit.views.assets import AssetsView
from perpit.views.candles import CandlesView
from perpit.views.census import Census, Ratios, StatisticsTerms, Subject
from perpit.views.contracts import ContractView
from perpit.views.grid_series import GRID_MS, GridSeries
from perpit.views.intervals import DAY_MS
from perpit.views.open_interest import OpenInterestView
from perpit.views.prices import PriceView

SHOWN_MS: Final = 30 * DAY_MS
ROWS: Final = (SHOWN_MS + DAY_MS) // GRID_MS  # the volumes of the oldest day shown begin a day before its end
CANDLE: Final = "5m"
DONE: Final = True


class Snapshot(NamedTuple):
    """An instrument at a point of the grid, and what takers traded in the five minutes before it.

    Prices are 0 until there is one. Values in 1e-8 of the margin asset.
    """

    open_lots: int
    mark_e8: int
    index_e8: int
    last_price_ticks: int
    trades: int
    buy_lots: int
    sell_lots: int
    buy_value_units: int
    sell_value_units: int


TAKER_FIRST: Final = Snapshot._fields.index("trades")
NO_TRADES: Final = (0, 0, 0, 0, 0)


class TakerVolumes(NamedTuple):
    """What takers bought and sold in a period."""

    trades: int
    buy_lots: int
    sell_lots: int
    buy_value_units: int
    sell_value_units: int


class StatisticsView:
    """Reads the world's views; `contracts`, `prices`, `candles` and `interests` are lists by symbol id.

    `due_ms` is the time from which `advance` or `go_on` has something to do: the next point of the grid, `grid_ms`, or
    0 while a census is under way.
    """

    def __init__(
        self,
        contracts: Sequence[ContractView],
        prices: Sequence[PriceView],
        candles: Sequence[CandlesView],
        interests: Sequence[OpenInterestView],
        accounts: Mapping[int, AccountView],
        assets: AssetsView,
        terms: StatisticsTerms,
    ) -> None:
        self.terms = terms
        self.due_ms = 0
        self.grid_ms = 0
        self._contracts = contracts
        self._prices = prices
        self._candles = candles
        self._interests = interests
        self._accounts = accounts
        self._assets = assets
        self._snapshots: dict[int, GridSeries] = {}
        self._ratios: dict[Subject, GridSeries] = {}
        self._census: Iterator[None] | None = None

    # The fold

    def advance(self, time_ms: int, now_ms: int) -> None:
        """Make the rows of all points up to `time_ms`; nothing of that time or later has been folded.

        `now_ms` is the time of the command: what would be forgotten by then is not made. A venue that slept for a
        year goes through it in one command.
        """
        last_ms = time_ms // GRID_MS * GRID_MS
        first_ms = self.grid_ms
        oldest_ms = now_ms // GRID_MS * GRID_MS - (ROWS - 1) * GRID_MS
        self._finish()
        self.due_ms = self.grid_ms = last_ms + GRID_MS
        if first_ms == 0 or last_ms < oldest_ms:
            return
        listed = [contract for contract in self._contracts if not contract.has_ended]
        points = range(max(first_ms, oldest_ms), last_ms + 1, GRID_MS)
        for contract in listed:
            self._take(contract.instrument.symbol_id, first_ms, points)
        self._census = self._count(listed, points)
        self.go_on()

    def go_on(self) -> None:
        """One step of the census, if one is under way."""
        if self._census is not None:
            if next(self._census, DONE):
                self._census = None
            self.due_ms = self.grid_ms if self._census is None else 0

    def _finish(self) -> None:
        while self._census is not None:
            self.go_on()

    def _take(self, symbol_id: int, first_ms: int, points: range) -> None:
        """The rows of an instrument; only before the first point of the grid can anything have been traded."""
        series = self._snapshots.get(symbol_id)
        if series is None:
            series = self._snapshots[symbol_id] = GridSeries(len(Snapshot._fields), ROWS)
        prices = self._prices[symbol_id]
        state = (
            self._interests[symbol_id].open_lots,
            prices.mark_e8,
            prices.index_e8,
            prices.last_price_ticks,
        )
        if points.start == first_ms:
            series.append(first_ms, (*state, *self._volumes(symbol_id, first_ms - GRID_MS)))
            points = points[1:]
        if points:
            series.append(points.start, (*state, *NO_TRADES), len(points))

    def _volumes(self, symbol_id: int, open_ms: int) -> tuple[int, int, int, int, int]:
        candle = self._candles[symbol_id].at(CANDLE, open_ms)
        if candle is None:
            return NO_TRADES
        buy_lots, buy_value = candle.taker_buy_lots, candle.taker_buy_value_units
        return candle.count, buy_lots, candle.qty_lots - buy_lots, buy_value, candle.value_units - buy_value

    def _count(self, listed: list[ContractView], points: range) -> Iterator[None]:
        """A census, and its rows at the end."""
        census = Census(self._accounts, self._prices, self._assets, self.terms)
        yield from census.steps()
        census.count_house(listed, self._interests)
        subjects: dict[Subject, None] = {}
        for contract in listed:
            instrument = contract.instrument
            subjects[instrument.symbol_id] = subjects[(instrument.market, instrument.pair)] = None
        for subject in subjects:
            series = self._ratios.get(subject)
            if series is None:
                series = self._ratios[subject] = GridSeries(len(Ratios._fields), ROWS)
            series.append(points.start, census.tallies.get(subject, Ratios()), len(points))

    # Reading

    def first_ms(self) -> int:
        """The oldest point of the grid that is kept, 0 without any."""
        return min((series.first_ms for series in self._snapshots.values()), default=0)

    def last_ms(self) -> int:
        """The newest point of the grid that was made, 0 without any."""
        return max((series.last_ms for series in self._snapshots.values()), default=0)

    def snapshot(self, symbol_id: int, time_ms: int) -> Snapshot | None:
        """An instrument at a point of the grid; None before its listing, after its delivery, and when forgotten."""
        series = self._snapshots.get(symbol_id)
        row = None if series is None else series.at(time_ms)
        return None if row is None else Snapshot(*row)

    def ratios(self, subject: Subject, time_ms: int) -> Ratios | None:
        """Who was long and short at a point of the grid; None like `snapshot`, and while it is being counted."""
        series = self._ratios.get(subject)
        row = None if series is None else series.at(time_ms)
        return None if row is None else Ratios(*row)

    def volumes(self, symbol_id: int, open_ms: int, end_ms: int) -> TakerVolumes | None:
        """What takers traded in [open_ms, end_ms), points of the grid, as far as it is kept; None if nothing is."""
        series = self._snapshots.get(symbol_id)
        sums = None if series is None else series.sums(TAKER_FIRST, len(NO_TRADES), open_ms, end_ms)
        return None if sums is None else TakerVolumes(*sums)
