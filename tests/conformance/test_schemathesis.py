"""Requests made from the description, by schemathesis: sensible ones, wrong ones, with right, wrong and no signatures.

Whatever is sent, the venue answers as it describes, never with 5xx, and a request that is refused changes nothing: the
hash of its state is what it was. Some values are replaced by such that exist (`SENSIBLE`), so that requests get beyond
the first check; signed calls are signed after that, and some of them wrongly.

A few hundred requests in the ordinary suite, 22,000 in the long run. The newest dated profile has a share of them: what
it refuses and leaves out is held against its own description. A request that fails is printed as it was sent.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from perpit.binance import algo_ids
from perpit.binance.openapi import document
from perpit.binance.profiles import LATEST, UNION, Profile
from perpit.control.describe import openapi
from tests.binance.caller import sign
from tests.conformance.described import Description
from tests.conformance.whole import FUNDING_MS, KEYS, TOKEN, Answered, WholeVenue

Json = dict[str, Any]

REQUESTS = {UNION: 20_000, LATEST: 2_000} if os.environ.get("PERPIT_LONG") else {UNION: 350, LATEST: 100}
ENOUGH = 300  # to ask every call
LONGEST_ROUND = 100
WEIGHT_OF_CHANGES = 4  # what can change the venue is asked more often than what only reads
TEXTS = ("/metrics", "/docs")  # what is not JSON
NOW_MS = FUNDING_MS + 1_000
YEAR_MS = 365 * 86_400_000

# Values that exist, or nearly do, by the name of the parameter.
IDS = [str(number) for number in range(1, 15)]
ALGO_IDS = [str(algo_ids.shown(number)) for number in range(1, 15)]
TIMES = [str(NOW_MS + change) for change in (-86_400_000, -3_000, -1_000, 0, 660_000)]
PRICES = ["60000", "60001.0", "59990.0", "59999.9", "61000", "3000.00", "2990", "1", "59000.05"]
SENSIBLE: dict[str, list[str]] = {
    "pair": ["BTCUSD", "BTCUSDT"],
    "marginAsset": ["BTC"],
    "quantity": ["0.010", "1", "3", "0.0001", "1000", "100000"],
    "leverage": ["1", "10", "20", "125", "0"],
    "amount": ["1", "0.5", "100", "1000000"],
    "callbackRate": ["1", "0.1", "5", "0.05"],
    "countdownTime": ["0", "1000", "600000"],
    "newClientOrderId": ["t4", "fresh"],
    "clientAlgoId": ["t6", "fresh"],
    "origClientOrderId": ["t4", "t1", "fresh"],
    "goodTillDate": TIMES,
    "fromId": IDS,
    "orderId": IDS,
    "algoId": ALGO_IDS,
    "startTime": TIMES,
    "endTime": TIMES,
    "limit": ["1", "5", "100"],
    **dict.fromkeys(("price", "stopPrice", "triggerPrice", "activationPrice", "activatePrice"), PRICES),
}
SYMBOLS = {"/fapi": ["BTCUSDT", "ETHUSDT", "btcusdt"], "/dapi": ["BTCUSD_PERP"]}
IN_PATH = {
    "name": ["trader", "hedger"],
    "symbol": ["BTCUSDT", "BTCUSD_PERP"],
    "asset": ["BTC", "USDT"],
    "id": ["1", "2"],
    "api_key": [KEYS["reader"]],
}
# Whole requests that are nearly right, by method and path behind the product's prefix. Some of what was generated is
# laid over them: made of single values alone, hardly an order would be one.
LIMIT = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "59000"}
MARKET = {"side": "SELL", "type": "MARKET", "quantity": "1"}
STOP = {"side": "SELL", "type": "STOP_MARKET", "quantity": "1"}
TRAILING = {"side": "SELL", "type": "TRAILING_STOP_MARKET", "quantity": "1", "callbackRate": "1"}
NAMED: list[dict[str, str]] = [*({"orderId": order} for order in "8913"), {"origClientOrderId": "t4"}]
WAITING: list[dict[str, str]] = [{"algoId": ALGO_IDS[0]}, {"clientAlgoId": "t6"}]
ORDERS: list[dict[str, str]] = [
    LIMIT,
    {**LIMIT, "side": "SELL", "price": "61000"},
    {**LIMIT, "price": "60001", "timeInForce": "IOC"},
    MARKET,
    {**MARKET, "side": "BUY"},
    {**STOP, "stopPrice": "59000"},
    {**TRAILING, "activationPrice": "61000"},
]
ALGO_ORDERS: list[dict[str, str]] = [
    {"algoType": "CONDITIONAL", **STOP, "triggerPrice": "59000"},
    {"algoType": "CONDITIONAL", **TRAILING},
    {"algoType": "CONDITIONAL", **LIMIT, "type": "TAKE_PROFIT", "triggerPrice": "59500"},
]
AMENDMENTS = [{"side": "BUY", "quantity": "2", "price": "59001", **name} for name in NAMED]
NEARLY_RIGHT: dict[str, list[dict[str, str]]] = {
    "POST/v1/order": ORDERS,
    "POST/v1/order/test": ORDERS,
    "PUT/v1/order": AMENDMENTS,
    "POST/v1/algoOrder": ALGO_ORDERS,
    "DELETE/v1/algoOrder": WAITING,
    "GET/v1/algoOrder": WAITING,
    "DELETE/v1/order": NAMED,
    "GET/v1/order": NAMED,
    "GET/v1/openOrder": NAMED,
    "POST/v1/positionMargin": [{"type": "1", "amount": "5"}, {"type": "2", "amount": "1"}],
}
IN_BATCH = {"POST": ORDERS, "PUT": AMENDMENTS}
LAID_OVER = 3  # parameters, at most
# How a call is signed: mostly well.
WELL, BADLY, NOT_AT_ALL, TOO_LATE = "well", "badly", "not at all", "too late"
SIGNING = st.sampled_from([WELL] * 8 + [BADLY, NOT_AT_ALL, TOO_LATE])
KEY = st.sampled_from([KEYS["trader"]] * 6 + [KEYS["hedger"]] * 2 + [KEYS["reader"], "x" * 64, "", None])
ALMOST_ALWAYS = st.sampled_from([True] * 9 + [False])
OFTEN = st.sampled_from([True] * 2 + [False])
SELDOM = st.sampled_from([False] * 3 + [True])


class Described(NamedTuple):
    """What a profile's description says: of answers, and which calls there are."""

    description: Description
    operations: list[Any]


def described(profile: Profile) -> Described:
    served: Json = json.loads(json.dumps(document(profile, "test", openapi())))
    schema = schemathesis.openapi.from_dict(served)
    return Described(Description(served), [found.ok() for found in schema.get_all_operations()])


DESCRIBED = {profile: described(profile) for profile in REQUESTS}


class Sent:
    """A request as it is sent, made of a generated case."""

    def __init__(self, case: Any, draw: Any, description: Description) -> None:
        self.method: str = case.method.upper()
        self.draw = draw
        self.headers: list[tuple[bytes, bytes]] = []
        self.query = self.body = b""
        self.path: str = case.path
        for name, value in (case.path_parameters or {}).items():
            known = IN_PATH[name]
            filled = draw(st.sampled_from(known)) if draw(OFTEN) else str(value)
            self.path = self.path.replace("{" + name + "}", quote(filled, safe="", errors="surrogatepass"))
        operation = description.operation(self.method, case.path)
        assert operation is not None
        self.is_signed = operation.get("x-signed", False)
        if case.path.startswith("/venue/"):
            self._to_control(case)
        else:
            self._to_the_exchange(case, bool(operation["security"]))

    def __repr__(self) -> str:
        return f"{self.method} {self.path} query={self.query!r} body={self.body!r} headers={self.headers!r}"

    def _to_control(self, case: Any) -> None:
        token = TOKEN if self.draw(ALMOST_ALWAYS) else "wrong"
        self.headers.append((b"authorization", f"Bearer {token}".encode()))
        if is_set(case.body):
            body = {**case.body} if isinstance(case.body, dict) else case.body
            for name in ("time_ms", "to_ms", "ms"):  # decades of funding take their time
                if isinstance(body, dict) and type(body.get(name)) is int:
                    body[name] = body[name] % YEAR_MS + (0 if name == "ms" else NOW_MS - YEAR_MS // 2)
            self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def _to_the_exchange(self, case: Any, needs_key: bool) -> None:
        draw = self.draw
        sent = self._parameters(NEARLY_RIGHT.get(self.method + self.path[5:]), dict(case.query or {}))
        if needs_key and (key := draw(KEY)) is not None:
            self.headers.append((b"x-mbx-apikey", key.encode()))
        if self.is_signed:
            pairs = self._signed(sent)
        else:
            pairs = urlencode(sent, errors="surrogatepass").encode()
        if self.method != "GET" and draw(SELDOM):
            self.headers.append((b"content-type", b"application/x-www-form-urlencoded"))
            self.body = pairs
        else:
            self.query = pairs

    def _parameters(self, nearly_right: list[dict[str, str]] | None, generated: Json) -> dict[str, str]:
        """What was generated, or a request that is nearly right with some of it; as text."""
        draw = self.draw
        if nearly_right is None or not draw(ALMOST_ALWAYS):
            return {name: self._filled(name, value) for name, value in generated.items()}
        laid_over = (
            draw(st.lists(st.sampled_from(sorted(generated)), max_size=LAID_OVER)) if generated else []
        )
        return {
            "symbol": draw(st.sampled_from(self._symbols())),
            **draw(st.sampled_from(nearly_right)),
            **{name: self._filled(name, generated[name]) for name in laid_over},
        }

    def _symbols(self) -> list[str]:
        return SYMBOLS.get(self.path[:5], SYMBOLS["/fapi"])

    def _filled(self, name: str, value: Any) -> str:
        """A generated value as text, or one that exists."""
        draw = self.draw
        if name == "symbol" and draw(ALMOST_ALWAYS):
            return draw(st.sampled_from(self._symbols()))  # type: ignore[no-any-return]
        if name in SENSIBLE and draw(OFTEN):
            return str(draw(st.sampled_from(SENSIBLE[name])))
        if name in ("batchOrders", "orderIdList", "origClientOrderIdList"):
            return self._list(value)
        return value if isinstance(value, str) else json.dumps(value)

    def _list(self, value: Any) -> str:
        """A JSON list, the parameters of its orders filled like those of a call."""
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return str(value)
        if not isinstance(value, list):
            return json.dumps(value)
        in_batch = IN_BATCH.get(self.method)
        return json.dumps(
            [self._parameters(in_batch, row) if isinstance(row, dict) else row for row in value]
        )

    def _signed(self, sent: dict[str, str]) -> bytes:
        """The parameters with timestamp and signature."""
        how = self.draw(SIGNING)
        signature = sent.pop("signature", "")
        if self.draw(ALMOST_ALWAYS):
            sent["timestamp"] = str(NOW_MS - (61_000 if how == TOO_LATE else 0))
            sent["recvWindow"] = "60000"
        text = urlencode(sent, errors="surrogatepass")
        if how == NOT_AT_ALL:
            return text.encode()
        made = quote(signature, errors="surrogatepass") if how == BADLY else sign(text)
        return f"{text}&signature={made}".encode()


def is_set(value: Any) -> bool:
    """Whether a case has this part."""
    return type(value).__name__ != "NotSet" and value is not None


class Room:
    """A venue of a profile for the next request: the one before, as long as nothing changed it.

    A request that was refused, or only read, left the venue as it was; so what a request finds depends on it alone.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._loop = asyncio.new_event_loop()
        self._venue: WholeVenue | None = None
        self.state_hash = ""

    def close(self) -> None:
        self._loop.close()

    def answer(self, sent: Sent) -> Answered:
        """What the venue answers; raises AssertionError when it breaks what always holds."""
        venue, self._venue = self._venue, None
        if venue is None:
            venue = self._loop.run_until_complete(founded(self._profile))
            self.state_hash = venue.engine.state_hash()
        answer = self._loop.run_until_complete(
            venue.call(sent.method, unquote(sent.path), sent.query, sent.headers, sent.body)
        )
        about = f"{sent!r}\nanswered {answer.status} {answer.body[:500]!r}"
        assert venue.engine.check_invariants() == [], about
        if answer.status >= 400 or sent.method == "GET":
            assert venue.engine.state_hash() == self.state_hash, f"{about}\nchanged the venue's state"
            self._venue = venue
        return answer


async def founded(profile: Profile) -> WholeVenue:
    return WholeVenue(profile)


@pytest.fixture(scope="module")
def rooms() -> Iterator[dict[Profile, Room]]:
    rooms = {profile: Room(profile) for profile in REQUESTS}
    yield rooms
    for room in rooms.values():
        room.close()


def check(sent: Sent, described_path: str, answer: Answered, description: Description) -> None:
    """What holds for every answer to every request."""
    about = f"{sent!r}\nanswered {answer.status} {answer.body[:500]!r}"
    assert answer.status < 500, about
    assert "date" in answer.headers, about
    if described_path in TEXTS:
        assert answer.headers["content-type"].startswith("text/"), about
        return
    assert answer.headers["content-type"] == "application/json", about
    problem = description.problem(sent.method, described_path, answer.status, json.loads(answer.body))
    assert problem is None, f"{about}\n{problem}"


def weight_of(operation: Any, profile: Profile) -> int:
    """How many requests a call gets, in proportion. Where there are few, only what can change the venue gets any."""
    if not (operation.query or operation.body or operation.path_parameters):
        return 0
    is_seldom = operation.method == "get" or operation.path.startswith("/venue/")  # years take their time
    if is_seldom:
        return 0 if REQUESTS[profile] < ENOUGH else 1
    return WEIGHT_OF_CHANGES


def share_of(operation: Any, profile: Profile) -> int:
    """How many requests a call gets; where there are enough, one that has nothing to be varied gets one."""
    weights = sum(weight_of(each, profile) for each in DESCRIBED[profile].operations)
    share = -(-REQUESTS[profile] * weight_of(operation, profile) // weights)
    return share if REQUESTS[profile] < ENOUGH else max(1, share)


def rounds() -> Iterator[Any]:
    """The requests of every call, in rounds that none is long; a round's number is the seed of its requests."""
    for profile, (_description, operations) in DESCRIBED.items():
        for operation in operations:
            name = f"{profile.name} {operation.method.upper()} {operation.path}"
            left, number = share_of(operation, profile), 0
            while left > 0:
                yield pytest.param(
                    profile, operation, number, min(left, LONGEST_ROUND), id=f"{name} {number}"
                )
                left, number = left - LONGEST_ROUND, number + 1


ROUNDS = list(rounds())


def test_the_requests_are_as_many_as_promised() -> None:
    for profile, promised in REQUESTS.items():
        assert sum(round_.values[3] for round_ in ROUNDS if round_.values[0] is profile) >= promised


@pytest.mark.parametrize(("profile", "operation", "number", "requests"), ROUNDS)
def test_every_request_is_answered_as_described(
    profile: Profile, operation: Any, number: int, requests: int, rooms: dict[Profile, Room]
) -> None:
    description = DESCRIBED[profile].description
    sensible = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    cases = st.one_of(sensible, sensible, wrong) if operation.query or operation.body else sensible

    @seed(number)
    @settings(
        max_examples=requests,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(case=cases, data=st.data())
    def one_request(case: Any, data: Any) -> None:
        sent = Sent(case, data.draw, description)
        answer = rooms[profile].answer(sent)
        check(sent, case.path, answer, description)

    one_request()
