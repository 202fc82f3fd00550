"""Prebuilt frames are what a WebSocket client reads."""

import json

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.protocol import CLIENT, OPEN, Protocol

from perpit.binance.frames import text_frame, wrapped


@given(st.sampled_from([0, 1, 125, 126, 127, 65535, 65536, 70000]) | st.integers(0, 2000))
def test_a_frame_of_any_size_is_read_back_by_a_real_client(size: int) -> None:
    client = Protocol(CLIENT, state=OPEN, max_size=None)
    payload = b"x" * size
    client.receive_data(text_frame(payload) + text_frame(b"next"))
    first, second = client.events_received()
    assert (first.opcode, bytes(first.data), first.fin) == (Opcode.TEXT, payload, True)  # type: ignore[union-attr]
    assert bytes(second.data) == b"next"  # type: ignore[union-attr]


def test_a_wrapped_payload_stands_under_its_streams_name() -> None:
    assert json.loads(wrapped("btcusdt@trade", '{"e":"trade"}')) == {
        "stream": "btcusdt@trade",
        "data": {"e": "trade"},
    }
