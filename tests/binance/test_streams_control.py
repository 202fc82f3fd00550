"""Control messages: well-formed ones, and the exchange's answer to every other (semantics 7.2)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit.binance.streams_control import ControlError, ControlRequest, parse_control
from tests.binance.floor import Floor

BAD_ID = "Invalid request: request ID must be an unsigned integer"
NO_SEQUENCE = "Invalid request: invalid type: expected a sequence at line 1 column 42"
UNKNOWN = "Invalid request: unknown variant"
VARIANTS = "expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"

# text sent, code, message, id that comes back
ERRORS = [
    ('{"method":"GET_PROPERTY","params":["speed"],"id":1}', 0, "Unknown property", 1),
    ('{"method":"SET_PROPERTY","params":["speed",true],"id":1}', 0, "Unknown property", 1),
    ('{"method":"SET_PROPERTY","params":["combined","yes"],"id":2}', 1, "Invalid value type: expected Boolean", 2),
    ('{"method":"SET_PROPERTY","params":["combined"],"id":2}', 1, "Invalid value type: expected Boolean", 2),
    ('{"method":"SET_PROPERTY","params":[1,true],"id":3}', 2, "Invalid request: property name must be a string", 3),
    ('{"method":"GET_PROPERTY","params":[],"id":3}', 2, "Invalid request: property name must be a string", 3),
    ('{"method":"SUBSCRIBE","params":["a@trade"]}', 2, BAD_ID, None),
    ('{"method":"SUBSCRIBE","params":["a@trade"],"id":-1}', 2, BAD_ID, None),
    ('{"method":"SUBSCRIBE","params":["a@trade"],"id":true}', 2, BAD_ID, None),
    ('{"method":"SUBSCRIBE","params":["a@trade"],"id":1.5}', 2, BAD_ID, None),
    ('{"method":"SUBSCRIBE","params":["a@trade"],"id":null}', 2, BAD_ID, None),
    ('{"method":"SUBS","params":[],"id":4}', 2, f"{UNKNOWN} `SUBS`, {VARIANTS} at line 1 column 16", 4),
    ('{"method": "FOO", "id": 4}', 2, f"{UNKNOWN} `FOO`, {VARIANTS} at line 1 column 16", 4),
    ('{"method":"GET_PROPERTY","params":["combined",1],"id":5}', 2, "Invalid request: too many parameters", 5),
    ('{"method":"LIST_SUBSCRIPTIONS","params":["x"],"id":5}', 2, "Invalid request: too many parameters", 5),
    ('{"params":["a@trade"],"id":6}', 2, "Invalid request: missing field `method` at line 1 column 29", 6),
    ('{"method":"SUBSCRIBE","params":"a","id":7}', 2, NO_SEQUENCE, 7),
    ('{"method":"SUBSCRIBE","params":[1],"id":8}', 2, "Invalid request: invalid type: expected a string", 8),
    ("[]", 2, "Invalid request: invalid type: expected struct Request at line 1 column 2", None),
    ("hello", 3, "Invalid JSON: expected value at line 1 column 1", None),
    ("", 3, "Invalid JSON: expected value at line 1 column 1", None),
    ('{"method":}', 3, "Invalid JSON: expected value at line 1 column 11", None),
    ('{"method":"SUBSCRIBE",\n"id": }', 3, "Invalid JSON: expected value at line 2 column 7", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "message", "request_id"), ERRORS)
def test_a_bad_message_gets_the_exchanges_error(
    text: str, code: int, message: str, request_id: int | None
) -> None:
    floor = Floor()
    socket, session = floor.connect("/ws")
    session.receive(text)
    expected: dict[str, Any] = {"error": {"code": code, "msg": message}}
    if request_id is not None:
        expected["id"] = request_id
    assert socket.messages() == [expected]
    assert (socket.closed is not None) == (code == 3), "only invalid JSON ends the connection"


@pytest.mark.parametrize("request_id", [0, 1, 2**53, "", "7", "b2f8f1f0-6b1d-4f5e-9b8e-3c7a9d1e2f00"])
def test_an_id_comes_back_as_it_was_sent(request_id: int | str) -> None:
    socket, session = Floor().connect("/ws")
    session.receive(json.dumps({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": request_id}))
    assert socket.messages() == [{"result": None, "id": request_id}]


def test_the_five_methods_answer_as_documented() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws/btcusdt@trade")

    def ask(method: str, params: list[object] | None) -> Any:
        message = {"method": method, "id": 1}
        session.receive(json.dumps(message if params is None else {**message, "params": params}))
        (answer,) = socket.messages()
        assert answer["id"] == 1
        return answer["result"]

    assert ask("SUBSCRIBE", ["btcusdt@depth", "btcusdt@trade", "nonsense", "btcusdt@depth"]) is None
    assert ask("LIST_SUBSCRIPTIONS", None) == ["btcusdt@trade", "btcusdt@depth", "nonsense"]
    assert ask("UNSUBSCRIBE", ["btcusdt@depth", "never@subscribed"]) is None
    assert ask("LIST_SUBSCRIPTIONS", []) == ["btcusdt@trade", "nonsense"]
    assert ask("GET_PROPERTY", ["combined"]) is False
    assert ask("SET_PROPERTY", ["combined", True]) is None
    assert ask("GET_PROPERTY", ["combined"]) is True
    floor.trade()
    assert [message["stream"] for message in socket.messages()] == ["btcusdt@trade"]
    assert ask("SET_PROPERTY", ["combined", False]) is None
    floor.trade()
    assert [message["e"] for message in socket.messages()] == ["trade"]


@given(st.text())
def test_no_text_can_break_the_parser(text: str) -> None:
    assert isinstance(parse_control(text), ControlError | ControlRequest)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.sampled_from(["SUBSCRIBE", "SET_PROPERTY"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["method", "params", "id", "x"]), VALUES))
def test_no_json_can_break_the_parser(message: dict[str, object]) -> None:
    for text in (json.dumps(message), json.dumps(message, ensure_ascii=False)):
        answer = parse_control(text)
        if isinstance(answer, ControlError):
            assert json.loads(answer.body())["error"]["code"] in (0, 1, 2, 3)
