"""Liquidation streams, and the trades that stand in no list (semantics 2.6.3, 2.6.4, 2.8.1, 2.8.2)."""

from typing import Any

import pytest

from perpit.domain import words as w
from perpit.domain.commands import CreateAccount, HouseDepth, PinMarkPrice, SetLeverage, Transfer
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, COIN, PRICE, START_MS, FakeSocket, Floor, watches_anything

FALLEN = 50_000 * UNIT


def long(floor: Floor, name: str, lots: int, units: int, symbol_id: int = BTC) -> None:
    """A new account buys from the house at 60,000, with hardly more money than it needs."""
    is_coin = symbol_id == COIN
    floor.do(CreateAccount(name))
    account_id = floor.world.account_ids[name]
    floor.do(Transfer(account_id, w.COIN_M if is_coin else w.USDS_M, "BTC" if is_coin else "USDT", units))
    floor.do(SetLeverage(account_id, symbol_id, 100))
    floor.do(HouseDepth(symbol_id, [], [], [PRICE], [lots]))
    floor.place(name, w.BUY, lots, PRICE, symbol_id=symbol_id)


def fund(floor: Floor) -> None:
    floor.do(Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", 10_000_000 * UNIT))


def orders(socket: FakeSocket) -> list[Any]:
    return [(row["o"]["s"], row["o"]["q"]) for row in socket.of("forceOrder")]


@pytest.mark.semantics("2.8.1", "2.8.2", "C29")
def test_the_largest_liquidation_of_a_second_is_told_when_it_is_over() -> None:
    floor = Floor()
    fund(floor)
    one, each = floor.listen("/ws/btcusdt@forceOrder"), floor.listen("/ws/!forceOrder@arr")
    other = floor.listen("/ws/ethusdt@forceOrder")
    for name, lots in (("small", 10), ("large", 500), ("middle", 50)):
        long(floor, name, lots, lots * UNIT)
    floor.advance(250)
    floor.do(PinMarkPrice(BTC, FALLEN))
    happened_ms = floor.now_ms
    assert one.messages() == []
    floor.advance(749)
    assert one.messages() == []
    floor.advance(1)
    (told,) = one.messages()
    assert told == {
        "e": "forceOrder",
        "E": START_MS + 1_000,
        "o": {
            "s": "BTCUSDT",
            "S": "SELL",
            "o": "LIMIT",
            "f": "IOC",
            "q": "0.500",
            "p": "59030.00",
            "ap": "59030.00000",
            "X": "FILLED",
            "l": "0.500",
            "z": "0.500",
            "T": happened_ms,
        },
    }
    assert each.messages() == [{**told, "ps": "BTCUSDT", "st": 1}]
    assert other.messages() == []
    floor.advance(5_000)
    assert one.messages() == each.messages() == [], "nothing is told when there was none"


def test_an_order_that_trades_in_parts_is_told_once_as_it_stood_at_the_end() -> None:
    floor = Floor()
    long(floor, "carol", 100, 100 * UNIT)
    socket = floor.listen("/ws/btcusdt@forceOrder")
    floor.house({PRICE - 9_000: 30, PRICE - 9_500: 70}, {PRICE: 0})
    floor.do(PinMarkPrice(BTC, 59_040 * UNIT))
    floor.advance(1_000)
    (told,) = socket.messages()
    order = told["o"]
    assert (order["q"], order["l"], order["z"], order["X"]) == ("0.100", "0.070", "0.100", "FILLED")
    assert order["ap"] == "59065.00000", "0.03 at 59,100 and 0.07 at 59,050"
    assert order["p"] == "59030.00"


@pytest.mark.semantics("2.6.4")
def test_who_gives_way_is_in_no_liquidation_stream() -> None:
    floor = Floor()
    socket = floor.listen("/ws/!forceOrder@arr")
    trades = floor.listen("/ws/btcusdt@trade/btcusdt@aggTrade")
    long(floor, "carol", 100, 100 * UNIT)
    floor.do(HouseDepth(BTC, [PRICE], [100], [], []))
    floor.place("alice", w.SELL, 100)
    floor.do(HouseDepth(BTC, [PRICE], [0], [], []))
    floor.advance(1_000)
    trades.messages()
    floor.do(PinMarkPrice(BTC, FALLEN))
    floor.advance(1_000)
    assert orders(socket) == [("BTCUSDT", "0.100")]
    (told,) = trades.messages()
    assert (told["e"], told["X"], told["p"], told["q"], told["m"]) == (
        "trade",
        "ADL",
        "59030",
        "0.100",
        True,
    )


@pytest.mark.semantics("2.6.3", "2.6.4")
def test_a_takeover_is_in_the_trade_stream_and_in_no_list_of_trades() -> None:
    floor = Floor()
    fund(floor)
    long(floor, "carol", 100, 100 * UNIT)
    floor.advance(1_000)
    socket = floor.listen("/ws/btcusdt@trade/btcusdt@aggTrade/btcusdt@kline_1m")
    floor.do(PinMarkPrice(BTC, FALLEN))
    (told,) = socket.of("trade")
    assert (told["X"], told["p"], told["q"]) == ("INSURANCE_FUND", "59030", "0.100")
    (known,) = floor.world.trades[BTC].recent(10)
    assert told["t"] == known.id + 1
    floor.advance(1_000)
    assert socket.messages() == [], "aggregates and candles have none of it"
    assert [row.id for row in floor.world.trades[BTC].recent(10)] == [known.id]


@pytest.mark.semantics("2.8.2")
def test_coin_m_tells_its_own_liquidations_and_their_pair() -> None:
    floor = Floor()
    floor.do(Transfer(w.INSURANCE_FUND, w.COIN_M, "BTC", 100 * UNIT))
    one, each = (
        floor.listen("/dstream/ws/btcusd_perp@forceOrder"),
        floor.listen("/dstream/ws/!forceOrder@arr"),
    )
    linear = floor.listen("/ws/!forceOrder@arr")
    long(floor, "carol", 6_000, UNIT // 5, COIN)
    floor.do(PinMarkPrice(COIN, FALLEN))
    floor.advance(1_000)
    (told,) = one.messages()
    order = told["o"]
    assert (order["s"], order["ps"], order["S"]) == ("BTCUSD_PERP", "BTCUSD", "SELL")
    assert order["z"].isdigit(), "contracts"
    assert set(told) == {"e", "E", "o"}
    assert each.messages() == [{**told, "st": 2}]
    assert linear.messages() == []


def test_a_socket_that_went_leaves_no_liquidation_channel_behind() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws/btcusdt@forceOrder/!forceOrder@arr")
    assert watches_anything(floor.hub)
    floor.hub.disconnect(session)
    assert not watches_anything(floor.hub)
    assert socket.messages() == []
