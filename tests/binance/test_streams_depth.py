"""Order book streams: what a client rebuilds from them is the book."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpit.domain import words as w
from perpit.views.book import BookView
from tests.binance.floor import BTC, ETH, PRICE, Floor
from tests.instruments import btcusdt


class LocalBook:
    """A client's book, kept by the exchange's recipe (semantics 7.4.2). Prices and quantities stay text."""

    def __init__(self, snapshot: BookView) -> None:
        form = btcusdt()
        self.last_id = snapshot.update_id
        self.sides: dict[str, dict[str, str]] = {
            "b": {text(t * form.tick_e8, 2): text(q * form.lot_e8, 3) for t, q in snapshot.bids.items()},
            "a": {text(t * form.tick_e8, 2): text(q * form.lot_e8, 3) for t, q in snapshot.asks.items()},
        }
        self.synced = False

    def take(self, event: dict[str, Any]) -> None:
        if not self.synced:
            if event["u"] < self.last_id:
                return
            assert event["U"] <= self.last_id <= event["u"], "the first event kept must cover the snapshot"
            self.synced = True
        else:
            assert event["pu"] == self.last_id, "a gap"
        self.last_id = event["u"]
        for name, side in self.sides.items():
            for price, qty in event[name]:
                if float(qty) == 0:
                    side.pop(price, None)
                else:
                    side[price] = qty


def text(e8: int, decimals: int) -> str:
    return f"{e8 / 1e8:.{decimals}f}"


def do_something(floor: Floor, choice: int, side: int, offset: int, qty: int) -> None:
    """One command that may or may not change the book."""
    price = PRICE + offset * 10
    if choice == 0:
        floor.house({price - 200: qty}, {price + 200: qty})
    elif choice == 1:
        floor.house({price - 200: 0}, {price + 200: 0})
    elif choice == 2:
        floor.place("alice", side, qty, price)
    elif choice == 3:
        floor.place("bob", side, qty, price, time_in_force=w.IOC)
    elif choice == 4:
        floor.house({3_000 * 100: qty}, {}, ETH)
    else:
        floor.advance(offset * offset * 10)


steps = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([w.BUY, w.SELL]), st.integers(-12, 12), st.integers(1, 50)),
    max_size=40,
)


@pytest.mark.parametrize("speed", ["", "@100ms", "@500ms", "@0ms"])
@settings(max_examples=40, deadline=None)
@given(before=steps, buffered=steps, after=steps, joins_late=st.booleans())
def test_a_book_built_from_a_snapshot_and_diffs_is_the_book(
    speed: str, before: Any, buffered: Any, after: Any, joins_late: bool
) -> None:
    floor = Floor()
    if joins_late:
        floor.listen(f"/ws/btcusdt@depth{speed}")
    for step in before:
        do_something(floor, *step)
    socket = floor.listen(f"/ws/btcusdt@depth{speed}")
    for step in buffered:
        do_something(floor, *step)
    local = LocalBook(floor.world.books[BTC])
    for step in after:
        do_something(floor, *step)
    floor.advance(1000)
    for event in socket.of("depthUpdate"):
        local.take(event)
    book = LocalBook(floor.world.books[BTC])
    assert local.sides == book.sides
    assert local.last_id == book.last_id


def test_every_speed_has_its_own_unbroken_chain_of_ids() -> None:
    floor = Floor()
    sockets = [floor.listen(f"/ws/btcusdt@depth{speed}") for speed in ("@0ms", "@100ms", "", "@500ms")]
    for step in range(100):
        floor.house({PRICE - step % 7: step + 1}, {})
        floor.advance(50)
    chains = [[(e["pu"], e["U"], e["u"]) for e in socket.of("depthUpdate")] for socket in sockets]
    assert [len(chain) for chain in chains] == [100, 50, 20, 10]
    for chain in chains:
        assert chain[-1][2] == floor.world.books[BTC].update_id
        for before, after in pairwise(chain):
            assert after[0] == after[1] == before[2] < after[2]


def test_a_diff_lists_absolute_quantities_and_zero_for_a_level_that_is_gone() -> None:
    floor = Floor()
    floor.house({PRICE - 10: 5, PRICE - 20: 6}, {PRICE + 10: 7})
    socket = floor.listen("/ws/btcusdt@depth@0ms")
    floor.house({PRICE - 10: 0, PRICE - 30: 1, PRICE - 20: 9}, {PRICE + 10: 8})
    (event,) = socket.messages()
    assert event == {
        "e": "depthUpdate",
        "E": floor.now_ms,
        "T": floor.now_ms,
        "s": "BTCUSDT",
        "ps": "BTCUSDT",
        "U": 3,
        "u": 7,
        "pu": 3,
        "b": [["59997.00", "0.001"], ["59998.00", "0.009"], ["59999.00", "0.000"]],
        "a": [["60001.00", "0.008"]],
        "st": 1,
    }


def test_nothing_is_sent_for_a_window_without_changes() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@depth/btcusdt@depth5/btcusdt@depth@0ms/btcusdt@bookTicker")
    floor.advance(1000)
    floor.house({3_000 * 100: 1}, {}, ETH)
    floor.advance(1000)
    assert socket.messages() == []


@pytest.mark.parametrize("levels", [5, 10, 20])
def test_partial_depth_shows_the_best_levels_best_first(levels: int) -> None:
    floor = Floor()
    socket = floor.listen(f"/ws/btcusdt@depth{levels}@100ms")
    floor.house({PRICE - 10 * n: n for n in range(1, 31)}, {PRICE + 10 * n: n for n in range(1, 31)})
    floor.advance(100)
    floor.house({PRICE - 10: 99}, {})
    floor.advance(100)
    first, second = socket.of("depthUpdate")
    assert [float(price) for price, _ in first["b"]] == [60_000 - n for n in range(1, levels + 1)]
    assert [float(price) for price, _ in first["a"]] == [60_000 + n for n in range(1, levels + 1)]
    assert second["b"][0] == ["59999.00", "0.099"]
    assert second["pu"] == first["u"]


def test_the_book_ticker_tells_each_change_of_a_best_price_or_quantity_and_nothing_else() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@bookTicker")
    changes: list[tuple[Callable[[], object], tuple[str, str, str, str] | None]] = [
        (lambda: floor.house({PRICE - 10: 5}, {PRICE + 10: 6}), ("59999.00", "0.005", "60001.00", "0.006")),
        (lambda: floor.house({PRICE - 20: 5}, {PRICE + 20: 6}), None),
        (lambda: floor.house({PRICE - 10: 4}, {}), ("59999.00", "0.004", "60001.00", "0.006")),
        (lambda: floor.house({PRICE - 10: 0}, {}), ("59998.00", "0.005", "60001.00", "0.006")),
        (lambda: floor.house({}, {PRICE + 10: 0, PRICE + 20: 0}), ("59998.00", "0.005", "0.00", "0.000")),
    ]
    for change, shown in changes:
        change()
        rows = socket.of("bookTicker")
        if shown is None:
            assert rows == []
        else:
            assert [(row["b"], row["B"], row["a"], row["A"]) for row in rows] == [shown]
            assert rows[0]["u"] == floor.world.books[BTC].update_id


def test_all_book_tickers_come_every_five_seconds_for_symbols_that_changed() -> None:
    floor = Floor()
    socket = floor.listen("/ws/!bookTicker")
    floor.house({PRICE: 5}, {})
    floor.house({300_000: 5}, {}, ETH)
    floor.advance(4_999)
    assert socket.messages() == []
    floor.advance(1)
    assert [row["s"] for row in socket.messages()] == ["BTCUSDT", "ETHUSDT"]
    floor.house({PRICE: 6}, {})
    floor.advance(5_000)
    assert [row["s"] for row in socket.messages()] == ["BTCUSDT"]
