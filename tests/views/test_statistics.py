"""The rows of statistics: where they stand on the grid, how many are kept, and a census that takes several commands."""

from perpit.domain import words as w
from perpit.domain.commands import Advance
from perpit.domain.events import (
    AccountCreated,
    Event,
    InstrumentListed,
    MarkPriceChanged,
    PositionChanged,
    TradePrinted,
    WalletChanged,
)
from perpit.domain.numbers import UNIT
from perpit.views.census import STATISTICS_TERMS, Ratios, StatisticsTerms
from perpit.views.grid_series import GRID_MS, LARGEST, GridSeries
from perpit.views.statistics import ROWS, Snapshot, TakerVolumes
from perpit.views.world import World
from tests.instruments import btcusdt, ethusdt

GRID = 1_700_000_100_000  # a point of the grid
PAIR = (w.USDS_M, "BTCUSDT")


class Book:
    """A world of BTCUSDT and ETHUSDT, and the events of whoever trades."""

    def __init__(self, terms: StatisticsTerms = STATISTICS_TERMS) -> None:
        self.world = World(statistics_terms=terms)
        self.time_ms = GRID - 60_000
        self.fold(InstrumentListed(self.time_ms, btcusdt()), InstrumentListed(self.time_ms, ethusdt()))
        self.mark(60_000)

    def fold(self, *events: Event) -> None:
        command = Advance()
        command.seq = self.world.seq + 1
        command.time_ms = self.time_ms
        self.world.fold(command, list(events))

    def account(self, account_id: int, usdt: int) -> None:
        units = usdt * UNIT
        self.fold(
            AccountCreated(self.time_ms, account_id, f"trader-{account_id}"),
            WalletChanged(self.time_ms, account_id, w.USDS_M, "USDT", units, units, units, w.CAUSE_DEPOSIT),
        )

    def hold(
        self, account_id: int, lots: int, symbol_id: int = 0, side: int = w.BOTH, at_ms: int = 0
    ) -> None:
        """A position bought at the mark, so that it has won nothing."""
        wallet = self.world.accounts[account_id].wallet(w.USDS_M, "USDT").wallet_units
        entry = 60_000 * UNIT // 1_000 * lots
        of = (account_id, symbol_id, side, lots, entry, 0, 0, 0, 0, wallet, wallet, w.CAUSE_ORDER)
        self.fold(PositionChanged(at_ms or self.time_ms, *of))

    def mark(self, price: int, symbol_id: int = 0) -> None:
        self.fold(MarkPriceChanged(self.time_ms, symbol_id, price * UNIT, price * UNIT, 0, 0, 0))

    def trade(self, lots: int, taker_side: int, at_ms: int = 0) -> None:
        self.fold(TradePrinted(at_ms or self.time_ms, 0, 1, 600_000, lots, taker_side, w.TRADE_MARKET))

    def reach(self, time_ms: int) -> None:
        self.time_ms = time_ms
        self.fold()

    def snapshot(self, time_ms: int, symbol_id: int = 0) -> Snapshot | None:
        return self.world.statistics.snapshot(symbol_id, time_ms)


def test_a_point_of_the_grid_is_made_by_the_first_event_at_it_or_later() -> None:
    book = Book()
    book.account(1, 1_000)
    book.hold(1, 5)
    assert book.snapshot(GRID) is None
    book.time_ms = GRID + 1_000
    early = TradePrinted(GRID - 1, 0, 1, 600_000, 7, w.BUY, w.TRADE_MARKET)
    late = TradePrinted(GRID, 0, 2, 610_000, 9, w.SELL, w.TRADE_MARKET)
    book.fold(early, late)
    shot = book.snapshot(GRID)
    assert shot is not None
    assert (shot.open_lots, shot.last_price_ticks, shot.mark_e8) == (5, 600_000, 60_000 * UNIT)
    assert (shot.trades, shot.buy_lots, shot.sell_lots) == (1, 7, 0)
    book.reach(GRID + GRID_MS)
    shot = book.snapshot(GRID + GRID_MS)
    assert shot is not None
    assert (shot.last_price_ticks, shot.trades, shot.buy_lots, shot.sell_lots) == (610_000, 1, 0, 9)


def test_a_clock_that_jumps_leaves_every_point_and_counts_a_trade_once() -> None:
    book = Book()
    book.trade(3, w.BUY)
    book.reach(GRID + 100 * GRID_MS)
    statistics = book.world.statistics
    assert [statistics.snapshot(0, GRID + number * GRID_MS) is not None for number in range(-1, 102)] == [
        False,
        *[True] * 101,
        False,
    ]
    value = 3 * 60_000 * UNIT // 1_000
    assert statistics.volumes(0, GRID - GRID_MS, GRID + 100 * GRID_MS) == TakerVolumes(1, 3, 0, value, 0)
    assert statistics.volumes(0, GRID, GRID + 100 * GRID_MS) == TakerVolumes(0, 0, 0, 0, 0)
    assert statistics.volumes(0, GRID + 100 * GRID_MS, GRID + 101 * GRID_MS) is None


def test_a_venue_that_slept_for_years_has_the_last_month() -> None:
    book = Book()
    last = GRID + 1_000_000 * GRID_MS
    book.reach(last)
    assert book.snapshot(last - (ROWS - 1) * GRID_MS) is not None
    assert book.snapshot(last - ROWS * GRID_MS) is None


def test_of_a_long_sleep_only_what_is_kept_is_made() -> None:
    book = Book()
    book.account(1, 1_000)
    book.hold(1, 5)
    days = [GRID + day * 24 * 12 * GRID_MS for day in range(400)]
    book.time_ms = days[-1]
    book.fold(*(MarkPriceChanged(time_ms, 0, UNIT, UNIT, 0, 0, 0) for time_ms in days))  # one command
    statistics = book.world.statistics
    for time_ms in range(days[-1] - (ROWS - 1) * GRID_MS, days[-1] + 1, GRID_MS):
        assert statistics.snapshot(0, time_ms) is not None
        assert statistics.ratios(0, time_ms) == Ratios(1, 0, 1, 0, 5, 0)
    assert statistics.first_ms() == days[-1] - (ROWS - 1) * GRID_MS


def test_rows_stand_where_the_sequence_of_commands_puts_them_however_often_they_are_read() -> None:
    read, unread = Book(), Book()
    for book in (read, unread):
        for account_id in range(1, 40):
            book.account(account_id, 100 * account_id)
            book.hold(account_id, account_id if account_id % 3 else -account_id)
        for number in range(20):
            book.reach(GRID + number * 70_000)
            book.hold(1 + number, number - 7)
            if book is read:
                book.world.statistics.ratios(0, GRID)
    for number in range(5):
        time_ms = GRID + number * GRID_MS
        assert read.snapshot(time_ms) == unread.snapshot(time_ms) is not None
        assert read.world.statistics.ratios(0, time_ms) == unread.world.statistics.ratios(0, time_ms)


def test_a_census_of_many_accounts_goes_on_with_the_next_commands() -> None:
    book = Book(StatisticsTerms(slice_accounts=10))
    for account_id in range(1, 41):
        book.account(account_id, 1_000 - account_id)  # the first eight are the top traders
        book.hold(account_id, 2 if account_id <= 30 else -1)
    book.hold(3, -5, symbol_id=1)
    statistics = book.world.statistics
    book.reach(GRID)
    assert book.snapshot(GRID) is not None
    steps = 0
    while statistics.ratios(0, GRID) is None:
        assert statistics.due_ms == 0
        book.reach(book.time_ms + 1)
        steps += 1
    assert 8 <= steps <= 14  # each account is looked at twice, and ranked
    assert statistics.due_ms == GRID + GRID_MS
    assert statistics.ratios(0, GRID) == Ratios(30, 10, 8, 0, 16, 0)
    assert statistics.ratios(1, GRID) == Ratios(0, 1, 0, 1, 0, 5)
    assert statistics.ratios(PAIR, GRID) == statistics.ratios(0, GRID)
    assert statistics.ratios((w.USDS_M, "NOUSDT"), GRID) is None


def test_a_census_that_is_not_done_at_the_next_point_is_brought_to_its_end() -> None:
    book = Book(StatisticsTerms(slice_accounts=1))
    for account_id in range(1, 11):
        book.account(account_id, 1_000)
        book.hold(account_id, account_id)
    book.reach(GRID)
    statistics = book.world.statistics
    assert statistics.ratios(0, GRID) is None
    book.reach(GRID + GRID_MS)
    assert statistics.ratios(0, GRID) == Ratios(10, 0, 2, 0, 3, 0)
    assert statistics.ratios(0, GRID + GRID_MS) is None


def test_of_equal_margins_the_older_accounts_are_the_top_and_a_fifth_is_rounded_up() -> None:
    book = Book()
    for account_id in range(1, 7):
        book.account(account_id, 1_000)
        book.hold(account_id, 10**account_id)
    book.reach(GRID)
    ratios = book.world.statistics.ratios(0, GRID)
    assert ratios is not None
    assert (ratios.top_long_accounts, ratios.top_long_lots) == (2, 110)


def test_who_has_no_margin_is_no_top_trader() -> None:
    book = Book()
    book.account(1, 0)
    book.hold(1, 10)
    book.reach(GRID)
    assert book.world.statistics.ratios(0, GRID) == Ratios(1, 0, 0, 0, 0, 0)


def test_a_hedge_of_equal_sides_is_neither_long_nor_short() -> None:
    book = Book()
    book.account(1, 1_000)
    book.hold(1, 10, side=w.LONG)
    book.hold(1, -10, side=w.SHORT)
    book.reach(GRID)
    assert book.world.statistics.ratios(0, GRID) == Ratios(0, 0, 0, 0, 10, 10)


def test_a_series_forgets_its_oldest_rows_and_begins_anew_after_a_gap() -> None:
    series = GridSeries(1, 8)
    for number in range(1, 21):
        series.append(number * GRID_MS, (number,))
        assert series.at(number * GRID_MS) == (number,)
        assert series.last_ms - series.first_ms <= 8 * GRID_MS
    assert series.at(12 * GRID_MS) is None or series.first_ms == 12 * GRID_MS
    assert [series.at(number * GRID_MS) for number in (13, 20, 21)] == [(13,), (20,), None]
    assert series.sums(0, 1, 17 * GRID_MS, 99 * GRID_MS) == [18 + 19 + 20]
    assert series.sums(0, 1, 0, 13 * GRID_MS) == [sum(range(series.first_ms // GRID_MS, 14))]
    series.append(21 * GRID_MS, (7,), 3)
    assert series.sums(0, 1, 19 * GRID_MS, 99 * GRID_MS) == [20 + 3 * 7]
    assert series.last_ms == 23 * GRID_MS
    series.append(30 * GRID_MS, (2**70,))
    assert series.at(20 * GRID_MS) is None
    assert series.at(30 * GRID_MS) == (LARGEST,)
    assert series.sums(0, 1, 0, 29 * GRID_MS) is None
