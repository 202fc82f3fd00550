"""The synthetic market: alive at once, the same for the same seed, never crossed, and its trades are on its book."""

import hashlib

import pytest

from perpit.catalogue import facts, load_instrument, symbols
from perpit.domain.commands import Command, HouseDepth, HouseTrade, SetIndexPrice
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, USDS_M
from perpit.markets.synthetic import LATE_MS_MAX, SyntheticSource
from tests.markets.judge import apply, listed, lots_by_price

START_MS = 1_700_000_000_000


def written(command: Command) -> tuple[object, ...]:
    return (type(command).__name__, *(getattr(command, name) for name in command.FIELDS))


def play(source: SyntheticSource, until_ms: int) -> list[tuple[int, Command]]:
    """All commands until a time, each step at its own time."""
    played: list[tuple[int, Command]] = []
    while (due_ms := source.due_ms()) is not None and due_ms <= until_ms:
        played += [(due_ms, command) for command in source.commands(due_ms)]
    return played


def market(*names: str, seed: int = 7) -> SyntheticSource:
    return SyntheticSource([load_instrument(name, index) for index, name in enumerate(names)], seed, START_MS)


def test_the_first_commands_bring_an_index_a_full_book_and_trades() -> None:
    first = market("BTCUSDT").commands(START_MS)
    index, depth, *rest = first
    assert isinstance(index, SetIndexPrice)
    assert index.price_e8 == facts("BTCUSDT").initial_price_e8
    assert isinstance(depth, HouseDepth)
    assert len(depth.bid_ticks) >= 50
    assert len(depth.ask_ticks) >= 50
    assert sum(isinstance(command, HouseTrade) for command in rest) >= 3


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    until = START_MS + 20_000
    one, same, other = (
        [
            (due_ms, written(command))
            for due_ms, command in play(market("BTCUSDT", "ETHUSDT", seed=seed), until)
        ]
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_a_symbol_is_the_same_market_whatever_else_is_listed() -> None:
    alone = [written(command) for _, command in play(market("BTCUSDT"), START_MS + 5_000)]
    among = [
        written(command)
        for _, command in play(market("BTCUSDT", "XRPUSDT"), START_MS + 5_000)
        if getattr(command, "symbol_id", None) == 0
    ]
    assert alone == among


def test_the_seeded_market_is_the_same_on_every_machine() -> None:
    digest = hashlib.sha256()
    for due_ms, command in play(market("BTCUSDT", "DOGEUSDT", seed=42), START_MS + 60_000):
        digest.update(repr((due_ms, written(command))).encode())
    assert digest.hexdigest() == "3a6efac0452c08966e69e442c502eabf6efc3b0d54a753cf9f4e13efe0a774e5"


@pytest.mark.parametrize("symbol", symbols(USDS_M))
def test_the_book_is_deep_and_never_crossed_and_every_trade_is_on_it(symbol: str) -> None:
    """The engine judges: whatever the source believes of its book, the engine has."""
    instrument = load_instrument(symbol, 0)
    source = SyntheticSource([instrument], 3, START_MS)
    engine = listed(instrument, START_MS)
    market = engine.markets[0]
    for due_ms, command in play(source, START_MS + 30_000):
        if isinstance(command, HouseTrade):
            best = market.opposite(command.taker_side).best
            assert best is not None
            assert best.price_ticks == command.price_ticks
            assert best.total_lots >= command.qty_lots
        apply(engine, command, due_ms)
        if isinstance(command, HouseDepth):
            bids, asks = market.book.bids, market.book.asks
            assert bids.best is not None
            assert asks.best is not None
            assert bids.best.price_ticks < asks.best.price_ticks
            assert min(len(bids.levels), len(asks.levels)) >= 50
    assert lots_by_price(market.book.bids) == source.symbols[0].book.bids.lots
    assert lots_by_price(market.book.asks) == source.symbols[0].book.asks.lots
    assert engine.check_invariants() == []


@pytest.mark.parametrize("symbol", [*symbols(USDS_M), *symbols(COIN_M)])
def test_makers_offer_about_the_same_value_whatever_the_grid(symbol: str) -> None:
    """In the quote, for prices from 0.008 to 60,000, and for contracts whose value does not depend on the price."""
    instrument = load_instrument(symbol, 0)
    source = SyntheticSource([instrument], 3, START_MS)
    play(source, START_MS + 5_000)
    book = source.symbols[0].book
    for side in (book.bids, book.asks):
        lots = sum(side.lots.values())
        value_units = instrument.value_at_e8(source.symbols[0].fair.price_e8, lots)
        quote = lots * instrument.contract_size or value_units // UNIT
        assert 1_000_000 < quote < 20_000_000


def test_what_users_took_is_given_back_within_two_seconds() -> None:
    instrument = load_instrument("BTCUSDT", 0)
    source = SyntheticSource([instrument], 3, START_MS)
    engine = listed(instrument, START_MS)
    for due_ms, command in play(source, START_MS + 1_000):
        apply(engine, command, due_ms)
    asks = engine.markets[0].book.asks
    emptied = [level.price_ticks for level in asks.best_first()[:40]]
    apply(engine, HouseDepth(0, [], [], emptied, [0] * len(emptied)), START_MS + 1_000)
    assert len(asks.levels) < 50
    for due_ms, command in play(source, START_MS + 3_000):
        apply(engine, command, due_ms)
    assert lots_by_price(asks) == source.symbols[0].book.asks.lots
    assert len(asks.levels) >= 50


def test_a_market_that_slept_for_long_does_not_make_up_for_it() -> None:
    source = market("BTCUSDT")
    source.commands(START_MS)
    woken = START_MS + LATE_MS_MAX + 3_600_000
    assert 0 < len(source.commands(woken)) < 50
    assert source.due_ms() is not None
    assert source.due_ms() > woken  # type: ignore[operator]


def test_a_restarted_market_goes_on_from_the_price_it_is_given() -> None:
    instrument = load_instrument("BTCUSDT", 0)
    source = SyntheticSource([instrument], 7, START_MS, {0: 71_000 * 10**8})
    index = source.commands(START_MS)[0]
    assert isinstance(index, SetIndexPrice)
    assert index.price_e8 == 71_000 * 10**8


def test_no_instruments_is_no_market() -> None:
    source = SyntheticSource([], 1, START_MS)
    assert source.due_ms() is None
    assert source.commands(START_MS) == []
