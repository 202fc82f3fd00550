"""The book with RPI orders, asked for and streamed; the ordinary book never shows them."""

from typing import Any

from perpit.domain import words as w
from tests.binance.caller import PRICE, Caller
from tests.binance.floor import Floor

RPI = {"time_in_force": w.RPI}


async def book_of(caller: Caller, path: str = "/fapi/v1/rpiDepth") -> dict[str, Any]:
    reply = await caller.public(path, symbol="BTCUSDT")
    assert reply.status == 200, reply.json
    return reply.json


async def test_rpi_orders_stand_in_rpi_depth_and_not_in_depth() -> None:
    caller = Caller()
    caller.depth(lots=100)
    await caller.order(timeInForce="RPI", price="59999.9", quantity="0.010")
    await caller.order(timeInForce="RPI", price="59999.0", quantity="0.020")
    whole, shown = await book_of(caller), await book_of(caller, "/fapi/v1/depth")
    assert whole["bids"] == [["59999.90", "0.110"], ["59999.80", "0.100"], ["59999.00", "0.020"]]
    assert shown["bids"] == [["59999.90", "0.100"], ["59999.80", "0.100"]]
    assert whole["asks"] == shown["asks"]


async def test_its_update_id_grows_with_each_change_of_either() -> None:
    caller = Caller()
    ids = [(await book_of(caller))["lastUpdateId"]]
    caller.depth()
    ids.append((await book_of(caller))["lastUpdateId"])
    order = await caller.order(timeInForce="RPI")
    ids.append((await book_of(caller))["lastUpdateId"])
    await caller.signed("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order.json["orderId"])
    ids.append((await book_of(caller))["lastUpdateId"])
    assert ids == sorted(set(ids))


async def test_there_is_one_number_of_levels() -> None:
    caller = Caller()
    assert (await caller.public("/fapi/v1/rpiDepth", symbol="BTCUSDT", limit=1000)).status == 200
    reply = await caller.public("/fapi/v1/rpiDepth", symbol="BTCUSDT", limit=500)
    assert (reply.status, reply.json["msg"]) == (400, "'500' is not valid depth limit.")
    assert (await caller.public("/dapi/v1/rpiDepth", symbol="BTCUSD_PERP")).status == 404


async def test_an_rpi_order_that_is_crossed_by_a_shown_one_is_left_out_until_that_is_gone() -> None:
    caller = Caller()
    await caller.order(timeInForce="RPI", price="59500")
    ask = await caller.order(side="SELL", price="59400")  # rests: it cannot trade with the RPI bid
    whole = await book_of(caller)
    assert (whole["bids"], whole["asks"]) == ([], [["59400.00", "0.010"]])
    await caller.signed("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=ask.json["orderId"])
    assert (await book_of(caller))["bids"] == [["59500.00", "0.010"]]


def levels_of(floor: Floor) -> tuple[dict[int, int], dict[int, int]]:
    """What should be seen, from the orders themselves, without anything that crosses."""
    sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
    book = floor.world.books[0]
    rpi = [
        order
        for account_id in (1, 2)
        for order in floor.world.orders.open_orders(account_id, 0)
        if order.request.time_in_force == w.RPI
    ]
    bids = [order.price_ticks for order in rpi if order.request.side == w.BUY] + list(book.bids)
    asks = [order.price_ticks for order in rpi if order.request.side == w.SELL] + list(book.asks)
    for side, shown in zip(sides, (book.bids, book.asks), strict=True):
        side.update(shown)
    for order in rpi:
        ticks, is_bid = order.price_ticks, order.request.side == w.BUY
        crossed = any(ticks >= ask for ask in asks) if is_bid else any(ticks <= bid for bid in bids)
        if not crossed:
            side = sides[0] if is_bid else sides[1]
            side[ticks] = side.get(ticks, 0) + order.qty_lots - order.filled_lots
    return sides


def test_who_applies_the_events_has_the_book_with_rpi_orders() -> None:
    floor = Floor()
    socket = floor.listen("/public/ws/btcusdt@rpiDepth@500ms")
    told: tuple[dict[int, int], dict[int, int]] = ({}, {})
    last = 0

    def follow() -> list[Any]:
        nonlocal last
        floor.advance(500)
        rows = socket.messages()
        for row in rows:
            assert row["e"] == "depthUpdate"
            assert row["pu"] == last or last == 0
            last = row["u"]
            for side, levels in zip(told, (row["b"], row["a"]), strict=True):
                for price, qty in levels:
                    ticks, lots = round(float(price) * 10), round(float(qty) * 1000)
                    if lots:
                        side[ticks] = lots
                    else:
                        side.pop(ticks, None)
        assert told == levels_of(floor)
        return rows

    floor.house({PRICE - 10: 50}, {PRICE + 10: 50})
    bid = floor.place("alice", w.BUY, 20, PRICE - 10, **RPI)
    follow()
    assert told == ({PRICE - 10: 70}, {PRICE + 10: 50})
    inner = floor.place("alice", w.BUY, 7, PRICE - 2, **RPI)
    floor.place("bob", w.SELL, 9, PRICE + 3, **RPI)
    follow()
    assert told == ({PRICE - 10: 70, PRICE - 2: 7}, {PRICE + 10: 50, PRICE + 3: 9})
    ask = floor.place("bob", w.SELL, 5, PRICE - 4)  # crosses the inner bid, which may not trade with it
    follow()
    assert PRICE - 2 not in told[0]
    floor.cancel("bob", ask)
    follow()
    assert told[0][PRICE - 2] == 7
    floor.cancel("alice", inner)
    floor.cancel("alice", bid)
    follow()
    assert told == ({PRICE - 10: 50}, {PRICE + 10: 50, PRICE + 3: 9})
    assert follow() == []


def test_the_ordinary_stream_does_not_hear_of_rpi_orders() -> None:
    floor = Floor()
    socket = floor.listen("/public/ws/btcusdt@depth@500ms")
    floor.place("alice", w.BUY, 20, PRICE - 10, **RPI)
    floor.advance(500)
    assert socket.messages() == []


def test_a_fill_by_the_house_and_an_amendment_change_what_is_left() -> None:
    floor = Floor()
    rpi = floor.world.rpi_books[0]
    order = floor.place("alice", w.BUY, 20, PRICE - 10, **RPI)
    floor.tape(5, PRICE - 10)
    assert rpi.bids == {PRICE - 10: 15}
    floor.amend("alice", order, 12, PRICE - 11)
    assert rpi.bids == {PRICE - 11: 7}
    floor.cancel("alice", order)
    assert rpi.bids == {}


def test_other_speeds_and_coin_m_have_no_such_stream() -> None:
    floor = Floor()
    for name in ("btcusdt@rpiDepth", "btcusdt@rpiDepth@100ms", "btcusd_perp@rpiDepth@500ms"):
        socket = floor.listen(f"/ws/{name}")
        floor.place("alice", w.BUY, 20, PRICE - 10)
        floor.place("alice", w.BUY, 2, PRICE - 10, symbol_id=2)
        floor.advance(1_000)
        assert socket.messages() == [], name
