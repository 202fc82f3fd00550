"""The WebSocket API: requests as messages, answered by the handlers of the REST API (semantics 7.6).

The server opens a `Session` for each connection, gives it whole messages, and writes the frames that it makes. A
request passes the `Gate` as an HTTP request does; `ws_methods` says which route serves it. What is peculiar to a
connection is here: its logon, and which answers are under way.

    {"id": 1, "method": "order.place", "params": {…}}
    {"id": 1, "status": 200, "result": {…}, "rateLimits": […]}
    {"id": 1, "status": 400, "error": {"code": -1102, "msg": "…"}, "rateLimits": […]}

Requests of one connection are begun in the order in which they come. One that waits for the journal does not hold up
the next, so an answer may overtake another. User data do not come here but on streams (semantics 7.6.8).

Limits:
- `MAX_IN_FLIGHT` requests of a connection wait for their answers; until there are fewer, and while the client does not
  read its answers (`congested`), the next is not begun and nothing more is read from the connection;
- the handshake counts 5 weight, every message what its method weighs, 1 if it has none; an IP that is banned is told
  so and its connection closed;
- `MAX_SESSIONS` connections, then the handshake is refused with 503.
"""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qs

import msgspec

from perpit.binance import errors, schema, security
from perpit.binance.call import Call
from perpit.binance.dialect import Dialect
from perpit.binance.frames import shutdown_notice, text_frame
from perpit.binance.gate import Door, Visit
from perpit.binance.limits import ORDERS_PER_10S, ORDERS_PER_MINUTE, WEIGHT_PER_MINUTE
from perpit.binance.products import Product
from perpit.binance.ws_methods import LOGON, LOGOUT, PATHS, SESSION_METHODS, SESSION_WEIGHT, methods_of
from perpit.binance.ws_request import WsRequest
from perpit.domain.commands import CreateKey
from perpit.domain.words import KEY_ED25519

if TYPE_CHECKING:
    from perpit.views.world import World

HANDSHAKE_WEIGHT: Final = 5
UNKNOWN_METHOD_WEIGHT: Final = 1
MAX_IN_FLIGHT: Final = 8
MAX_SESSIONS: Final = 2048
SECRETS: Final = ("apiKey", "signature")  # are not logged
POLICY_VIOLATION: Final = 1008
IP_BANNED_STATUS: Final = 418

REPLY: Final = b'{"id":%b,"status":%d,"%b":%b%b}'
WEIGHT: Final = (
    '{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,'
    f'"limit":{WEIGHT_PER_MINUTE},"count":%d}}'
)
WEIGHT_ROW: Final = f',"rateLimits":[{WEIGHT}]'.encode()
ORDERS_IN_10S: Final = (
    f'{{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":{ORDERS_PER_10S},"count":%d}}'
)
ORDERS_IN_MINUTE: Final = (
    f'{{"rateLimitType":"ORDERS","interval":"MINUTE","intervalNum":1,"limit":{ORDERS_PER_MINUTE},"count":%d}}'
)
MINUTE_ROWS: Final = f',"rateLimits":[{ORDERS_IN_MINUTE},{WEIGHT}]'.encode()
ORDER_ROWS: Final = f',"rateLimits":[{ORDERS_IN_10S},{ORDERS_IN_MINUTE},{WEIGHT}]'.encode()

_encode = msgspec.json.Encoder().encode


class ApiSocket(Protocol):
    """What a session needs of its connection. All calls are made on the event loop's thread and never block."""

    congested: bool
    on_shutdown: Callable[[], None] | None

    def write_frame(self, frame: bytes) -> None:
        """Write one frame at once; nothing, once the connection is closing."""

    def write_soon(self, frame: bytes) -> None:
        """Write one frame with all others of this turn of the event loop; nothing, once the connection is closing."""

    def read_on(self) -> None:
        """Go on with messages that were held back."""

    def close(self, code: int, reason: str) -> None:
        """Send a close frame and close."""


class WsApi:
    """All connections of the WebSocket API of a venue."""

    def __init__(self, dialect: Dialect, world: "World", max_sessions: int = MAX_SESSIONS) -> None:
        self.gate = dialect.gate
        self.desk = dialect.desk
        self._max_sessions = max_sessions
        self._sessions = 0
        self._doors = {
            product.market: {
                name: self.gate.door(route, world.catalog.symbols_of(product.market))
                for name, route in methods_of(product.market, dialect.routes).items()
            }
            for product in PATHS.values()
        }

    def knows(self, path: str) -> bool:
        """Whether the WebSocket API is at this path."""
        return path in PATHS

    def refuses(self, path: str, ip: str) -> errors.WireError | None:
        """Count a handshake at a path; why it is refused, or None."""
        now_ms = self.gate.now_ms()
        if self._sessions >= self._max_sessions:
            return errors.OVERLOADED()
        try:
            visit = Visit(self.gate.limits[PATHS[path].market])
            self.gate.check_ban(visit, ip, now_ms)
            self.gate.weigh(visit, HANDSHAKE_WEIGHT, ip, now_ms)
        except errors.WireError as refusal:
            return refusal
        return None

    def connect(self, socket: ApiSocket, path: str, query: str, ip: str) -> "Session":
        """A session for an open connection."""
        product = PATHS[path]
        self._sessions += 1
        socket.on_shutdown = lambda: socket.write_frame(shutdown_notice(self.gate.now_ms()))
        shown = parse_qs(query).get("returnRateLimits", ["true"])[0].lower() != "false"
        return Session(self, socket, product, path, self._doors[product.market], shown, ip)

    def disconnect(self, session: "Session") -> None:
        """Forget a session; may be called again for the same one."""
        if session.is_open:
            session.is_open = False
            self._sessions -= 1


class Session:
    """One connection: who is logged on, and how many requests are under way."""

    def __init__(
        self,
        api: WsApi,
        socket: ApiSocket,
        product: Product,
        path: str,
        doors: dict[str, Door],
        shows_limits: bool,
        ip: str,
    ) -> None:
        self.api = api
        self.socket = socket
        self.product = product
        self.path = path
        self.doors = doors
        self.shows_limits = shows_limits
        self.ip = ip
        self.is_open = True
        self.in_flight = 0
        self.key: CreateKey | None = None
        self.authorised_ms = 0
        self.connected_ms = api.gate.now_ms()

    def is_full(self) -> bool:
        """Whether the next message has to wait."""
        return self.in_flight >= MAX_IN_FLIGHT or self.socket.congested

    def receive(self, message: bytes) -> None:
        """One text message of the client; it is answered now, or when what it waits for is there."""
        asked = Asked(self)
        try:
            result = self._begin(asked, message)
        except Exception as error:
            asked.refuse(error)
            return
        if asked.waits:
            self.in_flight += 1
            asked.wait_for(result)
        else:
            asked.answer(200, b"result", result)

    def receive_binary(self) -> None:
        """A binary message, which is none of this protocol."""
        self.receive(b"")

    def _begin(self, asked: "Asked", message: bytes) -> Any:
        """Walk through the stations and start the handler; what it returns must be awaited if `asked.waits`."""
        gate, now_ms, ip, request = self.api.gate, asked.now_ms, self.ip, asked.request
        gate.check_ban(asked, ip, now_ms)
        fault: errors.WireError | None = None
        try:
            request.read(message)
        except errors.WireError as error:
            fault = error
        method, sent = request.method, request.sent
        door = self.doors.get(method)
        weight = _weight_without_door(method) if door is None else door.weight
        if not isinstance(weight, int):
            weight = weight(sent)
        gate.weigh(asked, weight, ip, now_ms, None if door is None else door.pool)
        if fault is not None:
            raise fault
        wish = sent.get("returnRateLimits")
        if wish:
            asked.shows_limits = schema.boolean(wish, "returnRateLimits", {})
        if self.key is not None:
            self._still_logged_on(asked)
        if door is None:
            return self._of_session(asked)
        asked.waits = door.waits
        if door.security == security.NONE:
            values = door.schema.read(sent, door.symbols)
            return door.handler(Call(self.api.desk, values, 0, "", now_ms, door.product))
        key = self._key(request, now_ms, door.signed)
        return gate.enter(self.api.desk, asked, door, key, sent, ip, now_ms)

    def _key(self, request: WsRequest, now_ms: int, signed: bool) -> CreateKey:
        """Who asks: the key that is named, or else the one that is logged on; a named one signs (semantics 7.6.6)."""
        gate, sent = self.api.gate, request.sent
        named = sent.get("apiKey")
        key = self.key
        if named is not None or key is None:
            key = security.find_key(gate.keys, None if named is None else named.encode())
        if signed:
            if not sent.get("timestamp"):
                raise errors.MANDATORY("timestamp")
            must_sign = named is not None or "signature" in sent
            if must_sign and not sent.get("signature"):
                raise errors.MANDATORY("signature")
            security.check_time(sent, now_ms, gate.wall_ms)
            if must_sign:
                request.check_signature(gate.signatures, key)
        return key

    # The connection's own methods

    def _still_logged_on(self, asked: "Asked") -> None:
        """A key that was revoked, or made anew, ends its logon with the next request, whose id is not told (semantics
        7.6.6). One that was edited stays logged on, with the rights that it has now.
        """
        assert self.key is not None
        now = self.api.gate.keys.get(self.key.api_key)
        if now is not None and now.seq == self.key.seq:
            self.key = now
        else:
            self.key = None
            asked.request.id_json = b"null"
            raise errors.KEY_REJECTED()

    def _of_session(self, asked: "Asked") -> dict[str, Any]:
        """session.logon, .status and .logout; any other method is unknown."""
        method = asked.request.method
        if method == LOGON:
            self._log_on(asked)
        elif method == LOGOUT:
            self.key = None
        elif method not in SESSION_METHODS:
            raise errors.NO_SUCH_PATH(self.path, method[:40])
        logged_on = self.key
        return {
            "apiKey": None if logged_on is None else logged_on.api_key,
            "authorizedSince": None if logged_on is None else self.authorised_ms,
            "connectedSince": self.connected_ms,
            "returnRateLimits": self.shows_limits,
            "serverTime": asked.now_ms,
        }

    def _log_on(self, asked: "Asked") -> None:
        """Remember who this is. Only keys that cannot be guessed from what they sign may do so (semantics 7.6.6)."""
        request, gate = asked.request, self.api.gate
        named = request.sent.get("apiKey")
        if not named:
            raise errors.MANDATORY("apiKey")
        if security.find_key(gate.keys, named.encode()).key_kind != KEY_ED25519:
            raise errors.BAD_KEY_TYPE()
        key = self._key(request, asked.now_ms, signed=True)
        security.check_permission(key, security.MARKET_DATA, self.ip)
        self.key, self.authorised_ms = key, asked.now_ms


class Asked(Visit):
    """One request on its way to its answer."""

    __slots__ = ("coroutine", "now_ms", "request", "session", "shows_limits")

    def __init__(self, session: Session) -> None:
        super().__init__(session.api.gate.limits[session.product.market])
        self.session = session
        self.now_ms = session.api.gate.now_ms()
        self.request = WsRequest()
        self.shows_limits = session.shows_limits
        self.coroutine: Coroutine[Any, Any, Any]

    def wait_for(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a handler that waits; each future that it waits for goes on with it."""
        self.coroutine = coroutine
        self._go_on(None)

    def _go_on(self, _awaited: object) -> None:
        try:
            awaited = self.coroutine.send(None)
        except StopIteration as end:
            self._done()
            self.answer(200, b"result", end.value)
        except Exception as error:
            self._done()
            self.refuse(error)
        else:
            awaited.add_done_callback(self._finish)

    def _finish(self, awaited: object) -> None:
        """What the request waited for is there; so may be room for the next."""
        was_full = self.session.in_flight >= MAX_IN_FLIGHT
        self._go_on(awaited)
        if was_full:
            self.session.socket.read_on()

    def _done(self) -> None:
        self.session.in_flight -= 1

    def refuse(self, error: Exception) -> None:
        """Answer with an error; who is banned is told so once, and the connection closes."""
        request, session = self.request, self.session
        told = {name: text[:100] for name, text in request.sent.items() if name not in SECRETS}
        refusal = session.api.gate.refusal(error, session.path, request.method[:40], told)
        self.answer(refusal.status, b"error", refusal.body())
        if refusal.status == IP_BANNED_STATUS:
            session.socket.close(POLICY_VIOLATION, "Way too many requests")

    def answer(self, status: int, what: bytes, content: Any) -> None:
        """Write the answer; `what` is `result` or `error`."""
        payload = REPLY % (self.request.id_json, status, what, _encode(content), self._limits())
        self.session.socket.write_soon(text_frame(payload))

    def _limits(self) -> bytes:
        """The rows of the limits that the request counted in; nothing where they are hidden."""
        if not self.shows_limits:
            return b""
        used = self.used_weight
        if used < 0:
            used = self.limits.weights.used(self.session.ip, self.now_ms)
        if self.order_counts is None:
            return WEIGHT_ROW % used
        in_10s, in_minute = self.order_counts
        if not self.limits.orders.has_ten_seconds:
            return MINUTE_ROWS % (in_minute, used)
        return ORDER_ROWS % (in_10s, in_minute, used)


def _weight_without_door(method: str) -> int | Callable[[dict[str, str]], int]:
    return SESSION_WEIGHT if method in SESSION_METHODS else UNKNOWN_METHOD_WEIGHT
