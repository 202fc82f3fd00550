"""The hub: subscriptions, wrappers, one encoding for all, and sockets that are too slow."""

import json

import pytest

from perpit.binance.profiles import UNION
from perpit.binance.streams import HubLimits
from tests.binance.floor import PRICE, FakeSocket, Floor, watches_anything


def test_all_subscribers_get_the_same_bytes_encoded_once() -> None:
    floor = Floor()
    sockets = [floor.listen("/ws/btcusdt@trade") for _ in range(3)]
    wrapped = [floor.listen("/stream", "streams=btcusdt@trade") for _ in range(3)]
    floor.trade()
    for group in (sockets, wrapped):
        first = group[0].frames[0]
        assert all(socket.frames[0] is first for socket in group), "the very same object, not an equal one"
    assert wrapped[0].messages() == [{"stream": "btcusdt@trade", "data": sockets[0].messages()[0]}]


def test_a_stream_asked_for_twice_is_sent_once() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws/btcusdt@trade")
    session.receive('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
    socket.messages()
    floor.trade()
    assert len(socket.messages()) == 1


def test_unknown_names_are_acknowledged_and_stay_silent() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws/nousdt@trade/btcusdt@nothing/!forceOrder@arr/btcusdt@forceOrder")
    session.receive('{"method":"SUBSCRIBE","params":["BTCUSDT@trade","xyz"],"id":1}')
    assert socket.messages() == [{"result": None, "id": 1}]
    floor.trade()
    floor.advance(10_000)
    assert socket.messages() == []


def test_after_unsubscribe_and_disconnect_nothing_is_left_behind() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws/btcusdt@trade/btcusdt@depth/!ticker@arr/btcusdt@markPrice")
    session.receive('{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":1}')
    socket.messages()
    floor.trade()
    assert socket.messages() == []
    floor.hub.disconnect(session)
    floor.hub.disconnect(session)
    floor.trade()
    floor.advance(10_000)
    assert socket.messages() == []
    assert not watches_anything(floor.hub)


def test_a_socket_that_is_lost_is_forgotten() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusdt@trade")
    assert watches_anything(floor.hub)
    socket.on_lost()
    assert not watches_anything(floor.hub)


def test_a_socket_holds_a_limited_number_of_streams() -> None:
    floor = Floor(HubLimits(max_streams=3))
    socket, session = floor.connect("/ws/a@trade/b@trade")
    session.receive('{"method":"SUBSCRIBE","params":["c@trade","d@trade"],"id":1}')
    assert socket.messages() == [
        {"error": {"code": 2, "msg": "Invalid request: too many parameters"}, "id": 1}
    ]
    session.receive('{"method":"SUBSCRIBE","params":["c@trade","a@trade"],"id":2}')
    assert socket.messages() == [{"result": None, "id": 2}]
    assert floor.listen("/ws/a@trade/b@trade/c@trade/d@trade").closed == 1008


def test_the_hub_takes_a_limited_number_of_sockets() -> None:
    floor = Floor(HubLimits(max_sockets=2))
    session = floor.connect("/ws")[1]
    assert not floor.hub.is_full()
    floor.connect("/ws")
    assert floor.hub.is_full()
    floor.hub.disconnect(session)
    assert not floor.hub.is_full()


@pytest.mark.parametrize(
    ("path", "events"),
    [("/ws", 1), ("/public/ws", 1), ("/market/ws", 2), ("/private/ws", 0)],
)
def test_strict_routes_acknowledge_streams_of_another_path_and_keep_them_silent(
    path: str, events: int
) -> None:
    names = ["btcusdt@bookTicker", "btcusdt@aggTrade", "btcusdt@kline_1m"]
    for strict in (True, False):
        floor = Floor(profile=UNION._replace(strict_routes=strict))
        socket, session = floor.connect(path)
        session.receive(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
        assert socket.messages() == [{"result": None, "id": 1}]
        floor.trade()
        floor.advance(500)
        seen = {message["e"] for message in socket.messages()}
        assert len(seen) == (events if strict else 3)


def test_a_congested_socket_misses_replaceable_frames_and_gets_the_newest_when_it_has_drained() -> None:
    floor = Floor()
    slow = floor.listen("/ws/btcusdt@bookTicker/btcusdt@depth5@100ms/btcusdt@depth@100ms/btcusdt@trade")
    quick = floor.listen("/stream", "streams=btcusdt@bookTicker")
    slow.congested = True
    for qty in (1, 2, 3):
        floor.house({PRICE: qty}, {})
        floor.advance(100)
    floor.trade(1, PRICE + 50)
    assert [message["e"] for message in slow.messages()] == ["depthUpdate"] * 3 + ["trade"], (
        "no gap in diffs and trades"
    )
    assert len(quick.messages()) == 5
    slow.congested = False
    slow.on_drained()
    resent = slow.messages()
    assert [(message["e"], message.get("B")) for message in resent] == [
        ("bookTicker", "0.003"),
        ("depthUpdate", None),
    ]
    assert len(resent[1]["b"]) == 1
    slow.on_drained()
    assert slow.messages() == []


def test_a_socket_over_the_hard_limit_is_cut_off_and_the_others_get_everything() -> None:
    floor = Floor(HubLimits(hard_buffer_bytes=2_000))
    stuck = floor.listen("/ws/btcusdt@trade")
    well = floor.listen("/ws/btcusdt@trade")
    stuck.congested = True
    for _ in range(30):
        floor.trade()
    assert stuck.aborted
    assert stuck.waiting <= 2_000
    assert len(well.messages()) == 30
    assert len(stuck.messages()) < 30


def late_socket(floor: Floor) -> FakeSocket:
    """One that reads nothing, with more unread of a hurried clock than the wall's allows."""
    socket = floor.listen("/ws/btcusdt@trade")
    socket.congested, floor.is_hurried = True, True
    for _ in range(40):
        floor.trade()
    assert socket.waiting > 2_000
    return socket


def test_what_a_hurried_clock_said_may_wait_for_all_sockets_together_as_much_as_the_venue_holds() -> None:
    floor = Floor(HubLimits(hard_buffer_bytes=2_000, hurried_buffer_bytes=20_000))
    first, second = late_socket(floor), late_socket(floor)
    for _ in range(200):
        floor.trade()
        if first.aborted or second.aborted:
            break
    assert first.aborted != second.aborted, "one makes room"
    assert 19_000 < first.waiting + second.waiting <= 20_000
    third = floor.listen("/ws/btcusdt@trade")
    floor.trade()
    assert len(third.messages()) == 1, "who reads is not concerned"


def test_who_was_left_behind_by_a_jump_has_the_time_to_catch_up_on_the_walls_clock() -> None:
    floor = Floor(HubLimits(hard_buffer_bytes=2_000, hurried_buffer_bytes=20_000))
    late = late_socket(floor)
    floor.is_hurried = False
    floor.trade()
    assert not late.aborted
    late.waiting, late.congested = 0, False
    late.on_drained()
    late.congested = True
    for _ in range(40):
        floor.trade()
    assert late.aborted, "once he has caught up, the clock of the wall is his measure"
    assert late.waiting <= 2_000


def test_the_log_names_the_streams_of_who_was_cut_off_and_no_listen_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    floor = Floor()
    key = floor.open_key("alice")
    socket, session = floor.connect("/stream", f"streams=btcusdt@trade/!bookTicker/{key}")
    session.receive('{"method":"SUBSCRIBE","params":["x@\\nCRITICAL the venue stops"],"id":1}')
    socket.congested, socket.waiting = True, 1 << 30
    floor.trade()
    (record,) = caplog.records
    assert record.getMessage() == (
        "a client that did not read was cut off: 1073741824 bytes of btcusdt@trade, !bookTicker"
    )


def test_a_connection_holds_1024_streams_and_not_one_more() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws")
    names = [f"name{number}@trade" for number in range(1024)]
    assert floor.hub.subscribe(session, names)
    session.receive('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
    session.receive('{"method":"UNSUBSCRIBE","params":["name0@trade"],"id":2}')
    session.receive('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":3}')
    assert socket.messages() == [
        {"error": {"code": 2, "msg": "Invalid request: too many parameters"}, "id": 1},
        {"result": None, "id": 2},
        {"result": None, "id": 3},
    ]
