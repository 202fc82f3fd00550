"""User data: which events an account hears, in which order, with which contents (semantics 4.7, 5.12, appendix C)."""

from typing import Any

import pytest

from perpit.domain import words as w
from perpit.domain.commands import AmendOrder, PlaceOrder, ScheduleDelivery, SetLeverage, Transfer
from perpit.domain.events import Refused
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, PRICE, FakeSocket, Floor, watches_anything


def ear(floor: Floor, name: str) -> FakeSocket:
    return floor.listen(f"/ws/{floor.open_key(name)}")


def summary(messages: list[Any]) -> list[str]:
    """Each event in a word or two: `TL`, `AU ORDER`, `OTU x/X` with its reason when there is one."""
    words = []
    for message in messages:
        if message["e"] == "TRADE_LITE":
            words.append("TL")
        elif message["e"] == "ACCOUNT_UPDATE":
            words.append(f"AU {message['a']['m']}")
        elif message["e"] == "ORDER_TRADE_UPDATE":
            order = message["o"]
            reason = f" er{order['er']}" if order["er"] != "0" else ""
            words.append(f"OTU {order['x']}/{order['X']}{reason}")
        else:
            words.append(message["e"])
    return words


NEW = "OTU NEW/NEW"
PART = ["TL", "AU ORDER", "OTU TRADE/PARTIALLY_FILLED"]
LAST = ["TL", "AU ORDER", "OTU TRADE/FILLED"]


@pytest.mark.semantics("C1", "4.7.1")
def test_c1_a_limit_order_that_rests() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    floor.place("alice", w.BUY, 10)
    assert summary(alice.messages()) == [NEW]


@pytest.mark.semantics("C2", "4.7.6", "5.12.1")
def test_c2_a_resting_order_is_filled_in_two_parts() -> None:
    floor = Floor()
    alice, bob = ear(floor, "alice"), ear(floor, "bob")
    floor.place("alice", w.BUY, 10)
    floor.place("bob", w.SELL, 4)
    floor.place("bob", w.SELL, 6)
    messages = alice.messages()
    assert summary(messages) == [NEW, *PART, *LAST]
    fills = [message["o"] for message in messages if message["e"] == "ORDER_TRADE_UPDATE"][1:]
    assert [(fill["l"], fill["z"], fill["m"], fill["t"]) for fill in fills] == [
        ("0.004", "0.004", True, 1),
        ("0.006", "0.010", True, 2),
    ]
    assert [(fill["n"], fill["N"]) for fill in fills] == [("0.048", "USDT"), ("0.072", "USDT")]
    assert summary(bob.messages()) == [NEW, *LAST, NEW, *LAST]


@pytest.mark.semantics("C3", "5.12.4")
def test_c3_a_market_order_over_two_levels() -> None:
    floor = Floor()
    floor.place("bob", w.SELL, 4, PRICE)
    floor.place("bob", w.SELL, 6, PRICE + 100)
    alice, bob = ear(floor, "alice"), ear(floor, "bob")
    floor.place("alice", w.BUY, 10, 0)
    messages = alice.messages()
    assert summary(messages) == [NEW, *PART, *LAST]
    assert messages[0]["o"]["p"] == messages[-1]["o"]["p"] == "0"
    assert (messages[-1]["o"]["ap"], messages[-1]["o"]["L"]) == ("60006", "60010.00")
    assert summary(bob.messages()) == [*LAST, *LAST]


@pytest.mark.parametrize(("liquidity", "fills"), [(4, PART), (0, [])])
@pytest.mark.semantics("C4", "C5", "5.1.1")
def test_c4_c5_an_ioc_order_expires_with_what_it_could_not_take(liquidity: int, fills: list[str]) -> None:
    floor = Floor()
    if liquidity:
        floor.place("bob", w.SELL, liquidity)
    alice = ear(floor, "alice")
    floor.place("alice", w.BUY, 10, time_in_force=w.IOC)
    messages = alice.messages()
    assert summary(messages) == [NEW, *fills, "OTU EXPIRED/EXPIRED er2"]
    assert messages[-1]["o"]["z"] == ("0.004" if liquidity else "0")
    assert messages[-1]["o"]["l"] == "0"


@pytest.mark.parametrize("time_in_force", [w.FOK, w.GTX])
@pytest.mark.semantics("C6", "C7", "5.1 refused")
def test_c6_c7_a_refused_order_is_no_event(time_in_force: int) -> None:
    floor = Floor()
    floor.place("bob", w.SELL, 4)
    alice = ear(floor, "alice")
    command = PlaceOrder(floor.world.account_ids["alice"], BTC, "x", w.BUY, w.LIMIT, time_in_force, 10, PRICE)
    assert isinstance(floor.do(command)[0], Refused)
    assert alice.messages() == []


@pytest.mark.semantics("5.1 market")
def test_c8_a_market_order_stops_at_the_price_bound() -> None:
    floor = Floor()
    floor.place("bob", w.SELL, 4, PRICE)
    alice = ear(floor, "alice")
    floor.place("alice", w.BUY, 10, 0)
    assert summary(alice.messages()) == [NEW, *PART, "OTU EXPIRED/EXPIRED er9"]


@pytest.mark.semantics("C9", "4.7.1", "5.12.5", "1.3.1")
def test_c9_a_cancel_moves_no_balance() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    order_id = floor.place("alice", w.BUY, 10)
    floor.cancel("alice", order_id)
    placed, cancelled = alice.messages()
    assert summary([placed, cancelled]) == [NEW, "OTU CANCELED/CANCELED"]
    assert (placed["o"]["b"], placed["o"]["a"]) == ("600", "0")
    assert (cancelled["o"]["b"], cancelled["o"]["i"]) == ("0", order_id)


@pytest.mark.semantics("C10", "5.6.7")
def test_c10_an_amendment_shows_the_new_price_and_quantity_and_its_own_id() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    order_id = floor.place("alice", w.BUY, 10)
    account_id = floor.world.account_ids["alice"]
    floor.do(AmendOrder(account_id, BTC, order_id, "", w.BUY, 20, PRICE - 10))
    floor.do(AmendOrder(account_id, BTC, order_id, "", w.BUY, 30, PRICE - 20, 77))
    _, first, second = alice.messages()
    assert summary([first, second]) == ["OTU AMENDMENT/NEW"] * 2
    assert (first["o"]["q"], first["o"]["p"], first["o"].get("M")) == ("0.020", "59999.00", None)
    assert (second["o"]["q"], second["o"]["p"], second["o"].get("M")) == ("0.030", "59998.00", "77")


@pytest.mark.semantics("C11")
def test_c11_an_amendment_below_what_is_filled_cancels() -> None:
    floor = Floor()
    order_id = floor.place("alice", w.BUY, 10)
    floor.place("bob", w.SELL, 6)
    alice = ear(floor, "alice")
    floor.do(AmendOrder(floor.world.account_ids["alice"], BTC, order_id, "", w.BUY, 5, PRICE))
    assert summary(alice.messages()) == ["OTU CANCELED/CANCELED"]


@pytest.mark.parametrize(
    ("mode", "sequence"),
    [
        (w.STP_EXPIRE_MAKER, [NEW, "OTU EXPIRED/EXPIRED_IN_MATCH er1"]),
        (w.STP_EXPIRE_TAKER, [NEW, "OTU EXPIRED/EXPIRED_IN_MATCH er1"]),
        (w.STP_EXPIRE_BOTH, [NEW, "OTU EXPIRED/EXPIRED_IN_MATCH er1", "OTU EXPIRED/EXPIRED_IN_MATCH er1"]),
    ],
)
@pytest.mark.semantics("C12", "C13", "C14")
def test_c12_c13_c14_self_trade_prevention_expires_maker_taker_or_both(
    mode: int, sequence: list[str]
) -> None:
    floor = Floor()
    maker = floor.place("alice", w.SELL, 10)
    alice = ear(floor, "alice")
    taker = floor.place("alice", w.BUY, 10, stp_mode=mode)
    messages = alice.messages()
    assert sorted(summary(messages)) == sorted(sequence)
    expired = {message["o"]["i"] for message in messages if message["o"]["x"] == "EXPIRED"}
    assert (
        expired
        == {
            w.STP_EXPIRE_MAKER: {maker},
            w.STP_EXPIRE_TAKER: {taker},
            w.STP_EXPIRE_BOTH: {maker, taker},
        }[mode]
    )


@pytest.mark.semantics("C23", "1.7.7")
def test_c23_a_leverage_change() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    floor.do(SetLeverage(floor.world.account_ids["alice"], BTC, 25))
    assert alice.messages() == [
        {"e": "ACCOUNT_CONFIG_UPDATE", "E": floor.now_ms, "T": floor.now_ms, "ac": {"s": "BTCUSDT", "l": 25}}
    ]


@pytest.mark.semantics("4.7.2", "4.7.3", "4.7.4")
def test_a_deposit_and_a_withdrawal_move_a_balance_and_no_position() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    for amount in (5 * UNIT // 2, -UNIT):
        floor.do(Transfer(floor.world.account_ids["alice"], w.USDS_M, "USDT", amount))
    assert [message["a"] for message in alice.messages()] == [
        {"m": "DEPOSIT", "B": [{"a": "USDT", "wb": "1000002.5", "cw": "1000002.5", "bc": "2.5"}], "P": []},
        {"m": "WITHDRAW", "B": [{"a": "USDT", "wb": "1000001.5", "cw": "1000001.5", "bc": "-1"}], "P": []},
    ]


@pytest.mark.semantics("4.7.2", "4.7.3", "4.7.4", "4.1.8", "4.2.3")
def test_an_account_update_of_a_fill_shows_wallet_and_position_after_it() -> None:
    floor = Floor()
    floor.trade(100)
    bob = ear(floor, "bob")
    floor.trade(40, PRICE + 1000, w.SELL)
    (update,) = bob.of("ACCOUNT_UPDATE")
    # bought 0.1 at 60,000, sold 0.04 at 60,100: profit 4, fees 3.0 and 1.202
    assert update["a"]["B"] == [{"a": "USDT", "wb": "999999.798", "cw": "999999.798", "bc": "0"}]
    (position,) = update["a"]["P"]
    assert set(position) == {"s", "pa", "ep", "cr", "up", "mt", "iw", "ps", "bep"}
    assert (position["pa"], position["ep"], position["cr"], position["ps"]) == ("0.060", "60000", "4", "BOTH")


@pytest.mark.semantics("5.12.1", "5.12.2", "5.12.4", "5.12.6")
def test_an_order_update_has_the_documented_fields() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    floor.place("alice", w.SELL, 10, PRICE + 5)
    (event,) = alice.messages()
    assert event == {
        "e": "ORDER_TRADE_UPDATE",
        "T": floor.now_ms,
        "E": floor.now_ms,
        "o": {
            **{
                "s": "BTCUSDT",
                "c": "c1",
                "S": "SELL",
                "o": "LIMIT",
                "f": "GTC",
                "q": "0.010",
                "p": "60000.50",
            },
            **{"ap": "0", "sp": "0", "x": "NEW", "X": "NEW", "i": 1, "l": "0", "z": "0", "L": "0", "n": "0"},
            **{"N": "USDT", "T": floor.now_ms, "t": 0, "b": "0", "a": "600.005", "m": False, "R": False},
            **{"wt": "CONTRACT_PRICE", "ot": "LIMIT", "ps": "BOTH", "cp": False, "rp": "0", "pP": False},
            **{"si": 0, "ss": 0, "V": "NONE", "pm": "NONE", "gtd": 0, "er": "0"},
        },
    }


@pytest.mark.semantics("5.12.8")
def test_a_trade_lite_has_the_documented_fields() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    floor.trade(10)
    (event,) = alice.of("TRADE_LITE")
    assert event == {
        **{
            "e": "TRADE_LITE",
            "E": floor.now_ms,
            "T": floor.now_ms,
            "s": "BTCUSDT",
            "q": "0.010",
            "p": "60000.00",
        },
        **{"m": True, "c": "c1", "S": "SELL", "L": "60000.00", "l": "0.010", "t": 1, "i": 1},
    }


def test_a_listen_key_works_in_all_five_places() -> None:
    floor = Floor()
    key = floor.open_key("alice")
    plain = [floor.listen(f"/ws/{key}"), floor.listen("/private/ws", f"listenKey={key}")]
    combined = [
        floor.listen("/private/stream", f"listenKey={key}"),
        floor.listen("/stream", f"streams={key}/btcusdt@bookTicker"),
    ]
    socket, session = floor.connect("/private/stream")
    session.receive(f'{{"method":"SUBSCRIBE","params":["{key}"],"id":"u-1"}}')
    assert socket.messages() == [{"result": None, "id": "u-1"}]
    combined.append(socket)
    floor.place("alice", w.BUY, 10)
    for listener in plain:
        assert [message["e"] for message in listener.messages()] == ["ORDER_TRADE_UPDATE"]
    for listener in combined:
        wrapped = [message for message in listener.messages() if message["stream"] == key]
        assert [message["data"]["e"] for message in wrapped] == ["ORDER_TRADE_UPDATE"]


def test_only_the_chosen_event_types_are_sent() -> None:
    floor = Floor()
    key = floor.open_key("bob")
    chosen, session = floor.connect("/private/stream", f"listenKey={key}&events=TRADE_LITE/ACCOUNT_UPDATE")
    everything = floor.listen("/ws", f"listenKey={key}")
    floor.trade()
    assert summary(chosen.payloads()) == LAST[:2]
    assert summary(everything.messages()) == [NEW, *LAST]
    session.receive('{"method":"SET_PROPERTY","params":["combined",false],"id":1}')
    chosen.messages()
    floor.trade()
    assert summary(chosen.messages()) == LAST[:2], "the choice outlives a change of the wrapper"


def test_an_account_hears_nothing_of_another() -> None:
    floor = Floor()
    alice = ear(floor, "alice")
    floor.place("bob", w.BUY, 10)
    floor.house({}, {PRICE: 10})
    floor.do(SetLeverage(floor.world.account_ids["bob"], BTC, 5))
    assert alice.messages() == []


@pytest.mark.semantics("C31", "3.6.6", "5.1 delisted")
def test_c31_a_contract_that_ends() -> None:
    floor = Floor()
    floor.trade(100)
    floor.place("alice", w.BUY, 10, PRICE - 1000)
    alice = ear(floor, "alice")
    floor.do(ScheduleDelivery(BTC, (floor.now_ms // 1000 + 1) * 1000))
    floor.advance(1000)
    assert summary(alice.messages()) == ["OTU EXPIRED/EXPIRED er7"]
    floor.advance(1000)
    messages = alice.messages()
    assert summary(messages) == [NEW, "AU ORDER", "OTU CALCULATED/FILLED"]
    closing = messages[-1]["o"]
    assert closing["c"].startswith("settlement_autoclose-")
    assert (closing["q"], closing["L"], closing["n"]) == ("0.100", "60000", "3")
    assert messages[-2]["a"]["P"][0]["pa"] == "0"


@pytest.mark.semantics("C32")
def test_c32_an_expired_key_is_told_and_its_sockets_stay_open_and_silent() -> None:
    floor = Floor()
    key = floor.open_key("alice")
    socket = floor.listen("/stream", f"streams={key}/btcusdt@trade")
    floor.advance(60 * 60_000)
    assert socket.messages() == [
        {"stream": key, "data": {"e": "listenKeyExpired", "E": floor.now_ms, "listenKey": key}}
    ]
    floor.trade()
    assert [message["stream"] for message in socket.messages()] == ["btcusdt@trade"]
    assert socket.closed is None
    assert floor.open_key("alice") != key


def test_a_closed_key_falls_silent() -> None:
    floor = Floor()
    socket = floor.listen(f"/ws/{floor.open_key('alice')}")
    floor.listen_keys.close(floor.world.account_ids["alice"], floor.now_ms)
    floor.place("alice", w.BUY, 10)
    assert socket.messages() == []
    assert not watches_anything(floor.hub)


def test_the_last_socket_of_a_key_takes_its_stream_away_and_a_new_one_brings_it_back() -> None:
    floor = Floor()
    key = floor.open_key("alice")
    first = floor.connect(f"/ws/{key}")[1]
    floor.hub.disconnect(first)
    assert not watches_anything(floor.hub)
    socket = floor.listen(f"/ws/{key}")
    floor.place("alice", w.BUY, 10)
    assert summary(socket.messages()) == [NEW]
