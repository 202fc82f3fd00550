from hypothesis import given
from hypothesis import strategies as st

from perpit.domain.words import BUY, SELL
from tests.instruments import btcusdt
from tests.views.hand import START_MS, Hand

changes = st.lists(
    st.tuples(st.sampled_from([BUY, SELL]), st.integers(1, 30), st.sampled_from([0, 0, 1, 5, 99]))
)


@given(changes, st.integers(1, 40))
def test_the_book_is_what_a_naive_fold_makes_of_the_same_changes(
    changes: list[tuple[int, int, int]], count: int
) -> None:
    hand = Hand(btcusdt())
    naive: dict[int, dict[int, int]] = {BUY: {}, SELL: {}}
    for side, price_ticks, qty_lots in changes:
        hand.book(side, price_ticks, qty_lots)
        naive[side][price_ticks] = qty_lots
    bids = sorted(((p, q) for p, q in naive[BUY].items() if q), reverse=True)
    asks = sorted((p, q) for p, q in naive[SELL].items() if q)
    book = hand.world.books[0]
    assert (book.bids, book.asks) == (dict(bids), dict(asks))
    assert book.top(count) == (bids[:count], asks[:count])
    assert book.best_bid() == (bids[0] if bids else None)
    assert book.best_ask() == (asks[0] if asks else None)
    assert book.update_id == len(changes)


def test_every_change_has_an_update_id_and_the_time_of_its_event() -> None:
    hand = Hand(btcusdt())
    book = hand.world.books[0]
    assert (book.update_id, book.transact_ms) == (0, 0)
    hand.book(BUY, 100, 5)
    hand.time_ms += 7
    hand.book(BUY, 100, 0)
    assert (book.update_id, book.transact_ms) == (2, START_MS + 7)


def test_a_level_that_was_never_seen_may_be_told_to_be_gone() -> None:
    hand = Hand(btcusdt())
    hand.book(SELL, 100, 0)
    assert hand.world.books[0].top(5) == ([], [])
    assert hand.world.books[0].update_id == 1
