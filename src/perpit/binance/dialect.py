"""The front door of the dialect: one HTTP request in, one answer out.

The server calls `Dialect.http` with bytes and gets bytes. A request passes these stations, in this order; each can
refuse it, and no later one is then asked:

    IP ban → route → weight → text → key → timestamp, signature → permission → order count → parameters → handler

Every answer is JSON and carries the used weight; those of order routes carry the order counts, too. Nothing raises
out of `http`: an unexpected exception is logged with the request that caused it and answered with -1000.
"""

import inspect
import logging
from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from perpit import __version__
from perpit.binance import errors, request, security
from perpit.binance.call import Answer, Call, Desk, Judge, Settings, Submit, SubmitMany
from perpit.binance.limits import WEIGHT_PER_MINUTE, OrderLimiter, Pool, PoolLimiter, WeightLimiter
from perpit.binance.listen_keys import ListenKeys
from perpit.binance.openapi import Described, document
from perpit.binance.route import Route
from perpit.binance.routes import ROUTES, by_target
from perpit.binance.schema import Schema, Symbols

if TYPE_CHECKING:
    from perpit.views.world import World

Headers = list[tuple[bytes, bytes]]

UNKNOWN_PATH_WEIGHT: Final = 1
HEAD: Final = "content-type: application/json\r\ndate: %s\r\nx-mbx-used-weight: "

_log = logging.getLogger("perpit.binance")
_encode = msgspec.json.Encoder().encode


class Dialect:
    """Speaks the exchange's REST API over a world of views and a way in for commands.

    `judge` says what the engine would answer an order with now: a refusal or 0, and the limit price it would have.
    `overloaded` are the exceptions by which `submit` says that too many commands wait, `stopped` those by which it says
    that none is taken any more, `in_doubt` those by which an accepted one says that nobody knows whether it was done.
    `wall_ms` gives the machine's time while the venue's clock is another one, else 0: clients stamp what they sign with
    the machine's time, and on a clock that stands or runs faster no correction that they measured holds for long.
    `idle_ms` is the real time since the start on such a clock, else 0: rate limits pass with it, too.
    `listen_keys` is shared with the streams. `described` are paths and schemas that others add to `/openapi.json`.
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
    ) -> None:
        self._wall_ms = wall_ms
        self.listen_keys = ListenKeys() if listen_keys is None else listen_keys
        self._now_ms = now_ms
        self._enforced = settings.limits
        self._weights = WeightLimiter(settings.limits, idle_ms=idle_ms)
        self._orders = OrderLimiter(settings.limits, idle_ms)
        describe = cache(lambda: document(ROUTES, __version__, described))
        self._desk = Desk(world, submit, submit_many, judge, self.listen_keys, self._orders, describe)
        self._keys = world.keys.by_api_key
        self._signatures = security.Signatures()
        self._overloaded = overloaded
        self._stopped = stopped
        self._in_doubt = in_doubt
        pools: dict[Pool, PoolLimiter] = {}
        for route in ROUTES:
            if route.pool is not None:
                pools.setdefault(route.pool, PoolLimiter(route.pool, idle_ms=idle_ms))
        self._table = {
            target: Door(
                route,
                world.catalog.symbols_of(route.product.market),
                None if route.pool is None else pools[route.pool],
            )
            for target, route in by_target(ROUTES).items()
        }
        self._date_second = -1
        self._head_start = b""

    async def http(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, client_ip: str
    ) -> Answer:
        """Answer one request. Header names are lower case, as ASGI gives them."""
        now_ms = self._now_ms()
        visit = Visit()
        status = 200
        try:
            result = self._begin(visit, now_ms, method + path, query, headers, body, client_ip)
            if visit.waits:
                result = await result
        except errors.WireError as refusal:
            status, result = refusal.status, refusal.body()
            visit.retry_after_s = refusal.retry_after_s
        except self._overloaded:
            overload = errors.OVERLOADED()
            status, result = overload.status, overload.body()
        except self._in_doubt:  # before `stopped`, of which it is a kind
            doubt = errors.OUTCOME_UNKNOWN()
            status, result = doubt.status, doubt.body()
        except self._stopped:
            stop = errors.STOPPED()
            status, result = stop.status, stop.body()
        except Exception:
            _log.exception(
                "request failed: %s %s query %r body %r", method, path, unsigned(query), unsigned(body)
            )
            unknown = errors.UNKNOWN()
            status, result = unknown.status, unknown.body()
        if visit.used_weight < 0:
            visit.used_weight = self._weights.used(client_ip, now_ms)
        return Answer(status, self._head(now_ms, visit), _encode(result))

    def _begin(
        self,
        visit: "Visit",
        now_ms: int,
        target: str,
        query: bytes,
        headers: Headers,
        body: bytes,
        client_ip: str,
    ) -> Any:
        """Walk through the stations and start the handler; what it returns must be awaited if `visit.waits`."""
        if self._enforced:
            self._weights.check_ban(client_ip, now_ms)
        door = self._table.get(target)
        sent: dict[str, str] = {}
        fault: errors.WireError | None = None
        try:
            sent = read_parameters(query, headers, body)
        except errors.WireError as error:
            fault = error
        self._charge(visit, now_ms, door, sent, client_ip)
        if door is None:
            method, slash, path = target.partition("/")
            raise errors.NO_SUCH_PATH(slash + path[:200], method[:20])
        visit.waits = door.waits
        if door.security == security.NONE:
            if fault is not None:
                raise fault
            values = door.schema.read(sent, door.symbols)
            return door.handler(Call(self._desk, values, 0, "", now_ms, door.product))
        key = security.find_key(self._keys, _header(headers, b"x-mbx-apikey"))
        if fault is not None:
            raise fault
        if door.signed:
            payload, signature = security.signed_parts(query, body, sent)
            security.check_time(sent, now_ms, self._wall_ms)
            self._signatures.check(key, payload, signature)
        security.check_permission(key, door.security, client_ip)
        if door.orders is not None:
            in_10s, in_minute = door.orders
            visit.order_counts, exceeded = self._orders.charge(key.account_id, in_10s, in_minute, now_ms)
            if exceeded is not None:
                raise exceeded
        values = door.schema.read(sent, door.symbols)
        return door.handler(Call(self._desk, values, key.account_id, key.api_key, now_ms, door.product))

    def _charge(
        self, visit: "Visit", now_ms: int, door: "Door | None", sent: dict[str, str], client_ip: str
    ) -> None:
        """Count the weight of a request, and the request in its pool; raises when that is too much."""
        weight = UNKNOWN_PATH_WEIGHT if door is None else door.weight
        if not isinstance(weight, int):
            weight = weight(sent)
        used = visit.used_weight = self._weights.charge(client_ip, weight, now_ms)
        if not self._enforced:
            return
        if used > WEIGHT_PER_MINUTE:
            raise self._weights.exceeded(client_ip, now_ms)
        limiter = None if door is None else door.pool
        if limiter is not None and not limiter.charge(client_ip, now_ms):
            raise self._weights.exceeded(client_ip, now_ms, limiter.pool.requests, limiter.pool.window_ms)

    def _head(self, now_ms: int, visit: "Visit") -> bytes:
        """The header lines of an answer."""
        if now_ms // 1000 != self._date_second:
            self._date_second = now_ms // 1000
            self._head_start = (HEAD % formatdate(self._date_second, usegmt=True)).encode()
        used = visit.used_weight
        head = b"%b%d\r\nx-mbx-used-weight-1m: %d\r\n" % (self._head_start, used, used)
        if visit.order_counts is not None:
            head += b"x-mbx-order-count-10s: %d\r\nx-mbx-order-count-1m: %d\r\n" % visit.order_counts
        if visit.retry_after_s:
            head += b"retry-after: %d\r\n" % visit.retry_after_s
        return head


class Door:
    """A route, prepared for requests; `symbols` are those of its product, and grow as contracts are listed.

    `pool` counts its requests together with those of others.
    """

    __slots__ = (
        "handler",
        "orders",
        "pool",
        "product",
        "schema",
        "security",
        "signed",
        "symbols",
        "waits",
        "weight",
    )

    def __init__(self, route: Route, symbols: Symbols, pool: PoolLimiter | None = None) -> None:
        self.pool = pool
        self.product = route.product
        self.symbols = symbols
        self.handler = route.handler
        self.security = route.security
        self.signed = route.security in security.SIGNED
        self.weight = route.weight
        self.orders = route.orders if route.orders[0] else None
        self.schema = Schema(route.params)
        self.waits = inspect.iscoroutinefunction(route.handler)


class Visit:
    """What one request leaves behind for its answer's headers; −1 while its weight is not yet counted."""

    __slots__ = ("order_counts", "retry_after_s", "used_weight", "waits")

    def __init__(self) -> None:
        self.used_weight = -1
        self.order_counts: tuple[int, int] | None = None
        self.retry_after_s = 0
        self.waits = False


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
