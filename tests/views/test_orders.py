from hypothesis import given
from hypothesis import strategies as st

from perpit.domain.commands import PlaceOrder
from perpit.domain.words import CANCELED, FILLED, NEW, PARTIALLY_FILLED
from perpit.views.limits import WorldLimits
from perpit.views.orders import FillView, OrderView
from perpit.views.world import World
from tests.instruments import btcusdt, ethusdt
from tests.views.hand import START_MS, Hand


def hand(closed_max: int = 50, fills_max: int = 50) -> Hand:
    return Hand(
        btcusdt(),
        ethusdt(),
        world=World(WorldLimits(closed_orders_max=closed_max, fills_max=fills_max)),
        accounts=2,
    )


def crowd(all_closed_max: int, all_fills_max: int, closed_max: int = 50) -> Hand:
    """Two accounts in two instruments, and limits for all of them together."""
    world = World(
        WorldLimits(
            closed_orders_max=closed_max,
            fills_max=closed_max,
            all_closed_orders_max=all_closed_max,
            all_fills_max=all_fills_max,
        )
    )
    return Hand(btcusdt(), ethusdt(), world=world, accounts=2)


def ids(orders: list[OrderView]) -> list[int]:
    return [order.order_id for order in orders]


def trade_ids(fills: list[FillView]) -> list[int]:
    return [fill.trade_id for fill in fills]


def test_an_order_is_followed_from_its_acceptance_to_its_last_fill() -> None:
    by_hand = hand()
    orders = by_hand.world.orders
    request = by_hand.accept("mine", qty_lots=10)
    order = orders.find(1, 0, client_order_id="mine")
    assert order is not None
    assert (order.request, order.status, order.filled_lots) == (request, NEW, 0)
    assert (order.created_ms, order.updated_ms, order.filled_value) == (START_MS, START_MS, 0)
    by_hand.time_ms += 5
    by_hand.fill(1, request, 4, trade_id=77)
    assert (order.status, order.filled_lots) == (PARTIALLY_FILLED, 4)
    assert ids(orders.open_orders(1)) == [1]
    by_hand.fill(1, request, 6, trade_id=78, filled_lots=4)
    assert (order.status, order.filled_lots, order.updated_ms) == (FILLED, 10, START_MS + 5)
    assert order.filled_value == 10 * 6_000_000_000
    assert orders.open_orders(1) == []
    assert orders.find(1, 0, order_id=1) is order
    assert orders.find_open(1, 0, order_id=1) is None
    first, second = orders.fills(1, 0)
    assert (first.trade_id, first.qty_lots, first.fee_units, first.realized_units) == (77, 4, 7, -3)
    assert (second.order_id, second.is_maker, second.value_units) == (1, True, 6 * 6_000_000_000)


def test_an_amended_order_keeps_its_request_and_shows_the_new_price_and_quantity() -> None:
    by_hand = hand()
    request = by_hand.accept("mine")
    by_hand.time_ms += 9
    by_hand.amend(1, request, 599_000, 25, modify_id=4)
    order = by_hand.world.orders.find_open(1, 0, client_order_id="mine")
    assert order is not None
    assert (order.price_ticks, order.qty_lots, order.modify_id, order.amendments) == (599_000, 25, 4, 1)
    assert (order.request.price_ticks, order.updated_ms) == (600_000, START_MS + 9)


def test_the_newest_order_answers_to_a_client_id_that_was_used_again() -> None:
    by_hand = hand(closed_max=1)
    orders = by_hand.world.orders
    first = by_hand.accept("again")
    by_hand.close(1, first)
    second = by_hand.accept("again")
    assert ids([order for order in [orders.find(1, 0, client_order_id="again")] if order]) == [2]
    by_hand.close(2, second)
    found = orders.find(1, 0, client_order_id="again")
    assert found is not None
    assert (found.order_id, found.status) == (2, CANCELED)
    assert orders.find_open(1, 0, client_order_id="again") is None
    assert orders.find(1, 0, order_id=1) is None
    by_hand.close(3, by_hand.accept("other"))
    assert orders.find(1, 0, client_order_id="again") is None


def test_orders_of_other_accounts_and_instruments_are_not_seen() -> None:
    by_hand = hand()
    by_hand.accept("a", symbol_id=1)
    by_hand.accept("a", symbol_id=0)
    by_hand.accept("a", account_id=2)
    orders = by_hand.world.orders
    assert ids(orders.open_orders(1)) == [1, 2]
    assert ids(orders.open_orders(1, 1)) == [1]
    assert ids(orders.open_orders(2)) == [3]
    assert orders.open_orders(2, 1) == orders.open_orders(9) == orders.open_orders(9, 0) == []
    assert orders.find(1, 0, order_id=3) is orders.find(9, 0, order_id=3) is None
    assert orders.find(1, 0) is None


def test_all_orders_are_asked_for_by_id_by_time_or_by_number_from_the_newest_back() -> None:
    by_hand = hand()
    for number in range(10):
        request = by_hand.accept(f"c{number}", symbol_id=number % 2)
        if number % 3 == 0:
            by_hand.close(number + 1, request)
        by_hand.time_ms += 100
    orders = by_hand.world.orders
    assert ids(orders.all_orders(1, 0)) == [1, 3, 5, 7, 9]
    assert ids(orders.all_orders(1)) == list(range(1, 11))
    assert ids(orders.all_orders(1, limit=3)) == [8, 9, 10]
    assert ids(orders.all_orders(1, 0, from_order_id=4, limit=2)) == [5, 7]
    assert ids(orders.all_orders(1, 0, start_ms=START_MS + 400, limit=2)) == [5, 7]
    assert ids(orders.all_orders(1, 0, start_ms=START_MS + 201, end_ms=START_MS + 600)) == [5, 7]
    assert ids(orders.all_orders(1, 0, end_ms=START_MS + 600, limit=2)) == [5, 7]
    assert ids(orders.all_orders(1, None, 2, START_MS + 300, START_MS + 800, 3)) == [4, 5, 6]
    assert orders.all_orders(3, 0) == []


def test_fills_are_asked_for_by_trade_id_by_time_by_order_or_by_number_from_the_newest_back() -> None:
    by_hand = hand()
    requests = [by_hand.accept("btc", 0, qty_lots=99), by_hand.accept("eth", 1, qty_lots=99)]
    for number in range(10):
        side = number % 2
        by_hand.fill(side + 1, requests[side], 1, trade_id=100 + number, filled_lots=number // 2)
        by_hand.time_ms += 100
    orders = by_hand.world.orders
    assert trade_ids(orders.fills(1, 0)) == [100, 102, 104, 106, 108]
    assert trade_ids(orders.fills(1)) == list(range(100, 110))
    assert trade_ids(orders.fills(1, 0, limit=2)) == [106, 108]
    assert trade_ids(orders.fills(1, 0, from_id=103, limit=2)) == [104, 106]
    assert trade_ids(orders.fills(1, 0, start_ms=START_MS + 300, limit=2)) == [104, 106]
    assert trade_ids(orders.fills(1, 0, end_ms=START_MS + 600, limit=2)) == [104, 106]
    assert trade_ids(orders.fills(1, None, start_ms=START_MS + 300, end_ms=START_MS + 500)) == [103, 104, 105]
    assert trade_ids(orders.fills(1, 0, order_id=1, limit=1)) == [108]
    assert orders.fills(1, 0, order_id=2) == orders.fills(2) == []


@given(st.integers(1, 6), st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40))
def test_open_orders_are_never_forgotten_and_finished_ones_up_to_the_limit(
    closed_max: int, drawn: list[tuple[int, bool]]
) -> None:
    by_hand = hand(closed_max=closed_max, fills_max=closed_max)
    requests: dict[int, PlaceOrder] = {}
    still_open: list[int] = []
    closed: list[int] = []
    for pick, opens in drawn:
        if opens or not still_open:
            request = by_hand.accept(f"c{len(requests)}")
            requests[by_hand.order_id] = request
            still_open.append(by_hand.order_id)
            continue
        order_id = still_open.pop(pick % len(still_open))
        if pick % 2:
            by_hand.close(order_id, requests[order_id])
        else:
            by_hand.fill(order_id, requests[order_id], requests[order_id].qty_lots, trade_id=len(closed))
        closed.append(order_id)
    orders = by_hand.world.orders
    assert ids(orders.open_orders(1)) == sorted(still_open)
    assert ids(orders.all_orders(1, limit=1000)) == sorted(still_open + closed[-closed_max:])
    assert len(orders.fills(1)) <= closed_max + closed_max // 8


def test_of_all_accounts_together_the_orders_that_ended_last_are_kept() -> None:
    by_hand = crowd(all_closed_max=3, all_fills_max=50)
    orders = by_hand.world.orders
    quiet = by_hand.accept("quiet", account_id=2)
    by_hand.close(1, quiet)
    still_open = by_hand.accept("open", account_id=2)
    for number in range(3):
        by_hand.close(number + 3, by_hand.accept(f"c{number}", symbol_id=number % 2))
    assert ids(orders.all_orders(2)) == [2]
    assert ids(orders.all_orders(1)) == [3, 4, 5]
    assert orders.find(2, 0, client_order_id="quiet") is None
    by_hand.close(2, still_open)
    assert ids(orders.all_orders(2)) == [2]
    assert ids(orders.all_orders(1)) == [4, 5]


def test_of_all_accounts_together_the_newest_fills_are_kept() -> None:
    by_hand = crowd(all_closed_max=50, all_fills_max=3)
    orders = by_hand.world.orders
    requests = [
        by_hand.accept("a", account_id=1, qty_lots=99),
        by_hand.accept("b", account_id=2, qty_lots=99),
    ]
    by_hand.fill(2, requests[1], 1, trade_id=1)
    for number in range(3):
        by_hand.fill(1, requests[0], 1, trade_id=2 + number, filled_lots=number)
    assert orders.fills(2) == []
    assert trade_ids(orders.fills(1)) == [2, 3, 4]
    by_hand.fill(2, requests[1], 1, trade_id=5, filled_lots=1)
    assert trade_ids(orders.fills(1)) == [3, 4]
    assert trade_ids(orders.fills(2)) == [5]


@given(st.integers(1, 30), st.integers(1, 6), st.lists(st.integers(1, 2), max_size=80))
def test_what_is_kept_is_the_newest_of_all_and_of_each(all_max: int, each_max: int, drawn: list[int]) -> None:
    by_hand = crowd(all_max, all_max, each_max)
    for number, account_id in enumerate(drawn, 1):
        request = by_hand.accept(f"c{number}", account_id=account_id)
        by_hand.fill(number, request, request.qty_lots, trade_id=number)
    orders = by_hand.world.orders
    more = all_max // 8  # forgotten in blocks
    for account_id in (1, 2):
        own = [number for number, whose in enumerate(drawn, 1) if whose == account_id][-each_max:]
        sure = [number for number in own if number > len(drawn) - all_max]
        kept = ids(orders.all_orders(account_id))
        assert kept == own[len(own) - len(kept) :]
        assert set(sure) <= set(kept)
        assert all(number > len(drawn) - all_max - more for number in kept)
        traded = trade_ids(orders.fills(account_id))
        assert set(sure) <= set(traded)
        assert all(number > len(drawn) - all_max - more for number in traded)
