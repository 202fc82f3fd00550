"""The front door of the dialect: one HTTP request in, one answer out.

The server calls `Dialect.http` with bytes and gets bytes. A request passes these stations, in this order; each can
refuse it, and no later one is then asked:

    IP ban → route → weight → text → key → timestamp, signature → permission → order count → parameters → handler

Those that have nothing to do with HTTP are the `Gate`'s, which the WebSocket API shares.

Every answer is JSON and carries the used weight; those of order routes carry the order counts, too. Nothing raises
out of `http`: an unexpected exception is logged with the request that caused it and answered with -1000.

HEAD is a GET whose body the server keeps. Web pages may read every answer, and are told so when they ask first; as on
the exchange no page may send headers of its own, an API key least of all.
"""

from collections.abc import Callable, Mapping
from email.utils import formatdate
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from perpit import __version__, catalogue
from perpit.binance import asyncapi, errors, request, security
from perpit.binance.call import Answer, Call, Desk, Judge, Settings, Submit, SubmitMany
from perpit.binance.gate import Door, Gate, Limits, Visit
from perpit.binance.listen_keys import ListenKeys
from perpit.binance.openapi import Described, document
from perpit.binance.products import COIN, USDS
from perpit.binance.profile_routes import elements_of_profile, routes_of_profile
from perpit.binance.profiles import UNION, Profile
from perpit.binance.routes import by_target

if TYPE_CHECKING:
    from perpit.views.world import World

Headers = list[tuple[bytes, bytes]]

UNKNOWN_PATH_WEIGHT: Final = 1
METHODS: Final = ("GET", "POST", "PUT", "DELETE")
HEAD: Final = (
    "content-type: application/json\r\naccess-control-allow-origin: *\r\n"
    "access-control-allow-methods: GET, HEAD, OPTIONS\r\ndate: %s\r\nx-mbx-used-weight: "
)

_encode = msgspec.json.Encoder().encode


class Dialect:
    """Speaks the exchange's REST API over a world of views and a way in for commands.

    `judge` says what the engine would answer an order with now: a refusal or 0, and the limit price it would have.
    `overloaded`, `stopped`, `in_doubt`, `wall_ms` and `idle_ms` are those of the `Gate`. `listen_keys` is shared with
    the streams. `described` are paths and schemas that others add to `/openapi.json`. `gate` and `desk` are for the
    WebSocket API, another way in to the same handlers. `profile` is which exchange this is, `routes` are its routes.
    `supplies` are coins in circulation by asset, in 1e-8, where they are not those of the catalogue.
    """

    def __init__(
        self,
        world: "World",
        submit: Submit,
        submit_many: SubmitMany,
        judge: Judge,
        now_ms: Callable[[], int],
        settings: Settings,
        listen_keys: ListenKeys | None = None,
        overloaded: tuple[type[Exception], ...] = (),
        stopped: tuple[type[Exception], ...] = (),
        in_doubt: tuple[type[Exception], ...] = (),
        described: Described = ({}, {}),
        wall_ms: Callable[[], int] = lambda: 0,
        idle_ms: Callable[[], int] = lambda: 0,
        profile: Profile = UNION,
        supplies: Mapping[str, int] | None = None,
    ) -> None:
        self.listen_keys = ListenKeys() if listen_keys is None else listen_keys
        self._now_ms = now_ms
        self.gate = Gate(
            world, now_ms, settings.limits, profile, overloaded, stopped, in_doubt, wall_ms, idle_ms
        )
        self.routes = routes_of_profile(profile)
        self.desk = Desk(
            world,
            submit,
            submit_many,
            judge,
            self.listen_keys,
            {market: limits.orders for market, limits in self.gate.limits.items()},
            cache(lambda: document(profile, __version__, described)),
            cache(lambda: asyncapi.document(profile, __version__)),
            profile,
            elements_of_profile(profile),
            {row.asset: row.units for row in catalogue.supplies()} | dict(supplies or {}),
        )
        self._table = {
            target: self.gate.door(route, world.catalog.symbols_of(route.product.market))
            for target, route in by_target(self.routes).items()
        }
        for target, door in self._table.items():
            path, _mark, parameter = target.partition("?")
            if parameter:
                self._table[path].other, self._table[path].other_with = door, parameter
        self._date_second = -1
        self._head_start = b""

    async def http(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, client_ip: str
    ) -> Answer:
        """Answer one request. Header names are lower case, as ASGI gives them."""
        now_ms = self._now_ms()
        target = method + path
        door = self._table.get(target)
        if door is None and method == "HEAD":
            return await self.http("GET", path, query, headers, body, client_ip)
        visit = Visit(self._limits_without_door(path) if door is None else door.limits)
        status = 200
        try:
            result = self._begin(visit, door, now_ms, target, query, headers, body, client_ip)
            if visit.waits:
                result = await result
        except Exception as error:
            about = method, path, "query", unsigned(query), "body", unsigned(body)
            refusal = self.gate.refusal(error, *about)
            status, result = refusal.status, refusal.body()
            visit.retry_after_s = refusal.retry_after_s
        if visit.used_weight < 0:
            visit.used_weight = visit.limits.weights.used(client_ip, now_ms)
        return Answer(status, self._head(now_ms, visit), _encode(result))

    def _begin(
        self,
        visit: "Visit",
        door: Door | None,
        now_ms: int,
        target: str,
        query: bytes,
        headers: Headers,
        body: bytes,
        client_ip: str,
    ) -> Any:
        """Walk through the stations and start the handler; what it returns must be awaited if `visit.waits`."""
        gate = self.gate
        gate.check_ban(visit, client_ip, now_ms)
        sent: dict[str, str] = {}
        fault: errors.WireError | None = None
        try:
            sent = read_parameters(query, headers, body)
        except errors.WireError as error:
            fault = error
        if door is not None and door.other is not None and door.other_with in sent:
            door = door.other
            visit.limits = door.limits
        weight = UNKNOWN_PATH_WEIGHT if door is None else door.weight
        if not isinstance(weight, int):
            weight = weight(sent)
        gate.weigh(visit, weight, client_ip, now_ms, None if door is None else door.pool)
        if door is None:
            method, slash, path = target.partition("/")
            if method == "OPTIONS" and any(each + slash + path in self._table for each in METHODS):
                return {}
            raise errors.NO_SUCH_PATH(slash + path[:200], method[:20])
        visit.waits = door.waits
        if door.security == security.NONE:
            if fault is not None:
                raise fault
            values = door.schema.read(sent, door.symbols)
            return door.handler(Call(self.desk, values, 0, "", now_ms, door.product))
        key = security.find_key(gate.keys, _header(headers, b"x-mbx-apikey"))
        if fault is not None:
            raise fault
        if door.signed:
            payload, signature = security.signed_parts(query, body, sent)
            security.check_time(sent, now_ms, gate.wall_ms)
            gate.signatures.check(key, payload, signature)
        return gate.enter(self.desk, visit, door, key, sent, client_ip, now_ms)

    def _limits_without_door(self, path: str) -> Limits:
        """What a path that is not there counts in."""
        return self.gate.limits[COIN.market if path.startswith(COIN.prefix) else USDS.market]

    def _head(self, now_ms: int, visit: "Visit") -> bytes:
        """The header lines of an answer."""
        if now_ms // 1000 != self._date_second:
            self._date_second = now_ms // 1000
            self._head_start = (HEAD % formatdate(self._date_second, usegmt=True)).encode()
        used = visit.used_weight
        head = b"%b%d\r\nx-mbx-used-weight-1m: %d\r\n" % (self._head_start, used, used)
        if visit.order_counts is not None:
            in_10s, in_minute = visit.order_counts
            if visit.limits.orders.has_ten_seconds:
                head += b"x-mbx-order-count-10s: %d\r\n" % in_10s
            head += b"x-mbx-order-count-1m: %d\r\n" % in_minute
        if visit.retry_after_s:
            head += b"retry-after: %d\r\n" % visit.retry_after_s
        return head


def read_parameters(query: bytes, headers: Headers, body: bytes) -> dict[str, str]:
    """The parameters of query and form body. A body that calls itself JSON carries none (semantics 6.1.1)."""
    if not body:
        if len(query) > request.MAX_QUERY:
            raise errors.QUERY_TOO_LONG()
        return request.pairs(query) if query else {}
    if len(body) > request.MAX_BODY:
        raise errors.BODY_TOO_LARGE()
    if len(query) > request.MAX_QUERY:
        raise errors.QUERY_TOO_LONG()
    kind = _header(headers, b"content-type")
    if kind is not None and b"json" in kind:
        return request.pairs(query)
    return request.parse(query, body)


def _header(headers: Headers, wanted: bytes) -> bytes | None:
    for name, value in headers:
        if name == wanted:
            return value
    return None


def unsigned(part: bytes) -> str:
    """A part of a request for the log, without its signature."""
    return part[:2000].partition(b"signature=")[0].decode("utf-8", "replace")
