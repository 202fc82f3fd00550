"""The synthetic market: alive at once, the same for the same seed, never crossed, and its trades are on its book."""

import hashlib

import pytest

from perpit.catalogue import facts, load_instrument, symbols
from perpit.catalogue.baskets import contract_of
from perpit.domain.basket import basket_index_e8, pair_price_e8
from perpit.domain.commands import Command, HouseDepth, HouseTrade, SetBasketPrices, SetIndexPrice
from perpit.domain.numbers import UNIT, div_half_up
from perpit.domain.words import COIN_M, USDS_M
from perpit.markets.basket_price import BasketPrice, UntradedPrice
from perpit.markets.chance import Chance
from perpit.markets.fair_price import FairPrice
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


# Composite indexes


def fair(source: SyntheticSource, name: str) -> int:
    return next(symbol.fair.price_e8 for symbol in source.symbols if symbol.instrument.symbol == name)


def test_a_basket_is_worth_its_parts_at_every_step() -> None:
    """Whatever the listed parts' fair prices are: each that is listed, and each that walks unseen."""
    parts = ["BTCUSDT", *(contract_of(part.quote_asset) for part in load_instrument("BTCDOMUSDT", 0).basket)]
    source = market(*parts, "BTCDOMUSDT")
    basket = source.symbols[-1]
    seen = set()
    for due_ms in range(START_MS, START_MS + 10_000, 10):
        was_due = basket.due_ms <= due_ms
        while source.due_ms() is not None and source.due_ms() <= due_ms:  # type: ignore[operator]
            source.commands(due_ms)
        if was_due and due_ms > START_MS:
            told = basket.fair.part_prices_e8  # type: ignore[union-attr]
            assert basket.fair.price_e8 == basket_index_e8(basket.instrument.basket, told)
            seen.add(basket.fair.price_e8)
    assert len(seen) > 50
    exact = [pair_price_e8(fair(source, "BTCUSDT"), fair(source, name)) for name in parts[1:]]
    drift = basket_index_e8(basket.instrument.basket, exact) - basket.fair.price_e8
    assert abs(drift) * 500 < basket.fair.price_e8, "a step of each part at most"


def test_a_basket_moves_though_its_parts_are_not_listed_and_the_same_for_the_same_seed() -> None:
    until = START_MS + 5_000
    one, same, other = (
        [
            command.prices_e8
            for _, command in play(market("BTCDOMUSDT", seed=seed), until)
            if isinstance(command, SetBasketPrices)
        ]
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert len(one) == 6
    for prices in zip(*one, strict=True):
        assert len(set(prices)) >= 5, "every part moves"


def test_a_basket_changes_nothing_in_the_markets_of_its_parts() -> None:
    alone, among = (
        [
            written(command)
            for _, command in play(market(*names), START_MS + 5_000)
            if getattr(command, "symbol_id", None) == 0
        ]
        for names in (("BTCUSDT",), ("BTCUSDT", "BTCDOMUSDT"))
    )
    assert alone == among


def test_a_part_that_ends_goes_on_in_the_basket() -> None:
    source = market("BTCUSDT", "BTCDOMUSDT")
    play(source, START_MS + 3_000)
    bitcoin_e8 = fair(source, "BTCUSDT")
    source.drop(0)
    play(source, START_MS + 3_200)
    basket = source.symbols[0].fair
    assert isinstance(basket, BasketPrice)
    first_e8 = basket.part_prices_e8[:]
    ether_e8 = div_half_up(bitcoin_e8 * UNIT, first_e8[0])
    assert abs(ether_e8 - facts("ETHUSDT").initial_price_e8) * 100 < ether_e8, "no jump"
    play(source, START_MS + 5_000)
    assert basket.part_prices_e8 != first_e8


def test_what_slept_does_not_make_up_for_it_and_never_goes_back() -> None:
    walk, again = (UntradedPrice(FairPrice(Chance("7"), 100 * UNIT), START_MS) for _ in range(2))
    assert walk.at(START_MS + 99) == 100 * UNIT
    once = walk.at(START_MS + 10_000)
    assert walk.at(START_MS + 5_000) == once
    assert again.at(START_MS + 3_600_000) == once, "a hundred steps at most"
