"""The stations that every request passes, whichever way it came: over HTTP or as a frame of the WebSocket API.

    IP ban → weight → key → timestamp, signature → permission → order count → parameters → handler

`Dialect` (HTTP) and `WsApi` read a request in their own form and take it through the same `Gate`, so a limit is one
count and a rule stands once. Each station can refuse a request by raising `WireError`; no later one is then asked.
"""

import inspect
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from perpit.binance import errors, security
from perpit.binance.call import Call, Desk
from perpit.binance.limits import WEIGHT_PER_MINUTE, OrderLimiter, Pool, PoolLimiter, WeightLimiter
from perpit.binance.profiles import Profile
from perpit.binance.route import Route
from perpit.binance.schema import Schema, Symbols
from perpit.domain.commands import CreateKey
from perpit.domain.words import COIN_M, INACTIVE, KEYS_LOCKED, USDS_M

if TYPE_CHECKING:
    from perpit.views.world import World

_log = logging.getLogger("perpit.binance")


class Door:
    """A route, prepared for requests; `symbols` are those of its product, and grow as contracts are listed.

    `limits` are those that its requests count in, `pool` counts them together with those of others. `other` is the door
    of the other product behind the same path, for requests that have the parameter `other_with`.
    """

    __slots__ = (
        "handler",
        "limits",
        "orders",
        "other",
        "other_with",
        "pool",
        "product",
        "schema",
        "security",
        "signed",
        "symbols",
        "waits",
        "weight",
    )

    def __init__(
        self, route: Route, symbols: Symbols, limits: "Limits", pool: PoolLimiter | None = None
    ) -> None:
        self.limits = limits
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
        self.other: Door | None = None
        self.other_with = ""


class Limits:
    """What weights and orders count in: one for both products, or one for each."""

    __slots__ = ("orders", "weights")

    def __init__(self, enforced: bool, idle_ms: Callable[[], int], has_ten_seconds: bool = True) -> None:
        self.weights = WeightLimiter(enforced, idle_ms=idle_ms)
        self.orders = OrderLimiter(enforced, idle_ms, has_ten_seconds)


class Visit:
    """What one request leaves behind for what goes with its answer; −1 while its weight is not yet counted."""

    __slots__ = ("limits", "order_counts", "retry_after_s", "used_weight", "waits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.used_weight = -1
        self.order_counts: tuple[int, int] | None = None
        self.retry_after_s = 0
        self.waits = False


class Gate:
    """Limits, keys and signatures of a venue's API.

    `profile` says whether both products share limits.
    `overloaded` are the exceptions by which `submit` says that too many commands wait, `stopped` those by which it says
    that none is taken any more, `in_doubt` those by which an accepted one says that nobody knows whether it was done.
    `wall_ms` gives the machine's time while the venue's clock is another one, else 0: clients stamp what they sign with
    the machine's time, and on a clock that stands or runs faster no correction that they measured holds for long.
    `idle_ms` is the real time since the start on such a clock, else 0: rate limits pass with it, too.
    """

    def __init__(
        self,
        world: "World",
        now_ms: Callable[[], int],
        enforced: bool,
        profile: Profile,
        overloaded: tuple[type[Exception], ...] = (),
        stopped: tuple[type[Exception], ...] = (),
        in_doubt: tuple[type[Exception], ...] = (),
        wall_ms: Callable[[], int] = lambda: 0,
        idle_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        self.now_ms = now_ms
        self.wall_ms = wall_ms
        shared = Limits(enforced, idle_ms)
        self.limits = {
            USDS_M: shared,
            COIN_M: shared if profile.one_pool else Limits(enforced, idle_ms, has_ten_seconds=False),
        }
        self.weights = shared.weights
        self.keys = world.keys.by_api_key
        self._shut_out = world.shut_out
        self.signatures = security.Signatures()
        self._enforced = enforced
        self._idle_ms = idle_ms
        self._pools: dict[Pool, PoolLimiter] = {}
        self._overloaded = overloaded
        self._stopped = stopped
        self._in_doubt = in_doubt

    def door(self, route: Route, symbols: Symbols) -> Door:
        """A door to a route; routes of one pool share its limiter."""
        pool, limits = route.pool, self.limits[route.product.market]
        if pool is None:
            return Door(route, symbols, limits)
        limiter = self._pools.setdefault(pool, PoolLimiter(pool, idle_ms=self._idle_ms))
        return Door(route, symbols, limits, limiter)

    def check_ban(self, visit: Visit, ip: str, now_ms: int) -> None:
        """Raises 418 while the IP is banned."""
        if self._enforced:
            visit.limits.weights.check_ban(ip, now_ms)

    def weigh(self, visit: Visit, weight: int, ip: str, now_ms: int, pool: PoolLimiter | None = None) -> None:
        """Count the weight of a request, and the request in its pool; raises 429, or 418, beyond a limit."""
        weights = visit.limits.weights
        used = visit.used_weight = weights.charge(ip, weight, now_ms)
        if not self._enforced:
            return
        if used > WEIGHT_PER_MINUTE:
            raise weights.exceeded(ip, now_ms)
        if pool is not None and not pool.charge(ip, now_ms):
            raise weights.exceeded(ip, now_ms, pool.pool.requests, pool.pool.window_ms)

    def enter(
        self,
        desk: Desk,
        visit: Visit,
        door: Door,
        key: CreateKey,
        sent: dict[str, str],
        ip: str,
        now_ms: int,
    ) -> Any:
        """Permission, order count and parameters of a caller who is known, and the handler behind them."""
        security.check_permission(key, door.security, ip)
        if self._shut_out and door.security != security.MARKET_DATA:
            self._check_standing(key)
        if door.orders is not None:
            in_10s, in_minute = door.orders
            orders = door.limits.orders
            visit.order_counts, exceeded = orders.charge(key.account_id, in_10s, in_minute, now_ms)
            if exceeded is not None:
                raise exceeded
        values = door.schema.read(sent, door.symbols)
        return door.handler(Call(desk, values, key.account_id, key.api_key, now_ms, door.product))

    def _check_standing(self, key: CreateKey) -> None:
        """An account whose keys are locked, or that is inactive, is told so at every call of its own (6.4)."""
        standing = self._shut_out.get(key.account_id)
        if standing == KEYS_LOCKED:
            raise errors.KEYS_LOCKED()
        if standing == INACTIVE:
            raise errors.INACTIVE_ACCOUNT()

    def refusal(self, error: Exception, *about: object) -> errors.WireError:
        """What answers a request that ended with an exception. An unexpected one is logged with what it was about."""
        if isinstance(error, errors.WireError):
            return error
        if isinstance(error, self._overloaded):
            return errors.OVERLOADED()
        if isinstance(error, self._in_doubt):  # before `stopped`, of which it is a kind
            return errors.OUTCOME_UNKNOWN()
        if isinstance(error, self._stopped):
            return errors.STOPPED()
        _log.error("request failed: %s", " ".join(map(str, about)), exc_info=error)
        return errors.UNKNOWN()
