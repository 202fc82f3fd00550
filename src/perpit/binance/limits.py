"""Rate limits: request weight per IP, order counts per account, in fixed windows of the venue's clock.

On a clock that a test moves, real time counts as well: a window passes when the venue's clock leaves it or when as much
time has gone by (`idle_ms`, the real time since the start; 0 on the wall clock). A client that is told to wait a minute
may thus wait it.

Asked by the `Gate`, for HTTP and for the WebSocket API: before anything else (weight) and after the signature
(orders). Windows are aligned to the minute and to ten seconds (semantics 6.6.5). Beyond the weight limit the answer
is 429; who is refused an eleventh time within a minute is banned: 418, two minutes, doubling with each ban up to
three days (semantics 6.6.6, decision 65). With `enforced=False` everything is counted and nothing is refused.

Some calls have no weight but a pool of requests of their own, per IP and shared by the calls of the pool (semantics
6.6.8); beyond it the same happens.

All tables are bounded: those of IPs by `max_ips` (idle ones leave first, then the oldest, banned or not), that of
accounts by the number of accounts that exist.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from perpit.binance import errors

WEIGHT_PER_MINUTE: Final = 2400
ORDERS_PER_10S: Final = 300
ORDERS_PER_MINUTE: Final = 1200
VIOLATIONS_BEFORE_BAN: Final = 10
FIRST_BAN_MS: Final = 2 * 60_000
LONGEST_BAN_MS: Final = 3 * 24 * 3_600_000
MAX_IPS: Final = 10_000


class Pool(NamedTuple):
    """Requests that an IP may make within a window, whatever of the pool's calls they are."""

    name: str
    requests: int
    window_ms: int


FUNDING_POOL: Final = Pool("funding rates", 500, 5 * 60_000)  # semantics 3.5.4
STATISTICS_POOL: Final = Pool("futures data", 1_000, 5 * 60_000)  # semantics 6.6.8


class _Visitor:
    """What one IP used in the current minute, and its bans."""

    __slots__ = ("banned_until_ms", "bans", "minute", "used", "violations")

    def __init__(self, minute: int) -> None:
        self.minute = minute
        self.used = 0
        self.violations = 0
        self.bans = 0
        self.banned_until_ms = 0


class WeightLimiter:
    """Request weight per IP and minute."""

    def __init__(
        self, enforced: bool = True, max_ips: int = MAX_IPS, idle_ms: Callable[[], int] = lambda: 0
    ) -> None:
        self.enforced = enforced
        self._idle_ms = idle_ms
        self._max_ips = max_ips
        self._visitors: dict[str, _Visitor] = {}

    def check_ban(self, ip: str, now_ms: int) -> None:
        """Raises 418 while the IP is banned."""
        visitor = self._visitors.get(ip)
        if visitor is None or not visitor.banned_until_ms or not self.enforced:
            return
        left_ms = visitor.banned_until_ms - now_ms - self._idle_ms()
        if left_ms > 0:
            raise errors.IP_BANNED(now_ms + left_ms, retry_after_s=_seconds(left_ms))

    def charge(self, ip: str, weight: int, now_ms: int) -> int:
        """Count `weight` and return what the IP has used this minute; the caller compares with `exceeded`."""
        minute = (now_ms + self._idle_ms()) // 60_000
        visitor = self._visitors.get(ip)
        if visitor is None:
            visitor = self._admit(ip, minute)
        elif visitor.minute != minute:
            visitor.minute = minute
            visitor.used = 0
            visitor.violations = 0
        visitor.used += weight
        return visitor.used

    def used(self, ip: str, now_ms: int) -> int:
        """What the IP has used this minute."""
        visitor = self._visitors.get(ip)
        minute = (now_ms + self._idle_ms()) // 60_000
        return visitor.used if visitor is not None and visitor.minute == minute else 0

    def exceeded(
        self, ip: str, now_ms: int, limit: int = WEIGHT_PER_MINUTE, window_ms: int = 60_000
    ) -> errors.WireError:
        """The refusal of a request beyond a limit; the eleventh in a minute bans the IP, which was charged before."""
        visitor = self._visitors[ip]
        visitor.violations += 1
        limit_ms = now_ms + self._idle_ms()
        if visitor.violations <= VIOLATIONS_BEFORE_BAN:
            left_ms = window_ms - limit_ms % window_ms
            kind = errors.TOO_MUCH_WEIGHT if window_ms == 60_000 else errors.TOO_MANY_REQUESTS
            return kind(limit, retry_after_s=_seconds(left_ms))
        ban_ms = min(FIRST_BAN_MS << visitor.bans, LONGEST_BAN_MS)
        visitor.bans = min(visitor.bans + 1, 16)
        visitor.violations = 0
        visitor.banned_until_ms = limit_ms + ban_ms
        return errors.IP_BANNED(now_ms + ban_ms, retry_after_s=_seconds(ban_ms))

    def _admit(self, ip: str, minute: int) -> _Visitor:
        """A place for a new IP; a full table is first cleared of IPs that are idle and not banned."""
        if len(self._visitors) >= self._max_ips:
            now_ms = minute * 60_000
            self._visitors = {
                known: visitor
                for known, visitor in self._visitors.items()
                if visitor.minute == minute or visitor.banned_until_ms > now_ms
            }
            while len(self._visitors) >= self._max_ips:
                del self._visitors[next(iter(self._visitors))]
        visitor = self._visitors[ip] = _Visitor(minute)
        return visitor


class PoolLimiter:
    """Requests per IP in the current window of one pool."""

    def __init__(self, pool: Pool, max_ips: int = MAX_IPS, idle_ms: Callable[[], int] = lambda: 0) -> None:
        self.pool = pool
        self._max_ips = max_ips
        self._idle_ms = idle_ms
        self._window = -1
        self._used: dict[str, int] = {}

    def charge(self, ip: str, now_ms: int) -> bool:
        """Count a request; whether it is still within the pool. A full table forgets who came first."""
        window = (now_ms + self._idle_ms()) // self.pool.window_ms
        if window != self._window:
            self._window = window
            self._used = {}
        used = self._used.get(ip, 0)
        if used == 0 and len(self._used) >= self._max_ips:
            del self._used[next(iter(self._used))]
        self._used[ip] = used + 1
        return used < self.pool.requests

    def used(self, ip: str, now_ms: int) -> int:
        """What the IP has used of the current window."""
        window = (now_ms + self._idle_ms()) // self.pool.window_ms
        return self._used.get(ip, 0) if window == self._window else 0


class _Counts:
    """Orders of one account in its current windows."""

    __slots__ = ("in_10s", "in_minute", "minute", "ten_seconds")

    def __init__(self) -> None:
        self.ten_seconds = 0
        self.in_10s = 0
        self.minute = 0
        self.in_minute = 0


class OrderLimiter:
    """Orders per account in ten seconds, unless there is no such limit, and in a minute."""

    def __init__(
        self, enforced: bool = True, idle_ms: Callable[[], int] = lambda: 0, has_ten_seconds: bool = True
    ) -> None:
        self.enforced = enforced
        self.has_ten_seconds = has_ten_seconds
        self._idle_ms = idle_ms
        self._accounts: dict[int, _Counts] = {}

    def charge(
        self, account_id: int, in_10s: int, in_minute: int, now_ms: int
    ) -> tuple[tuple[int, int], errors.WireError | None]:
        """Count an order request: both counters, and the refusal if one is beyond its limit; then nothing counts."""
        counts = self._current(account_id, now_ms)
        used_10s = counts.in_10s + in_10s
        used_minute = counts.in_minute + in_minute
        is_burst = used_10s > ORDERS_PER_10S and self.has_ten_seconds
        if self.enforced and (is_burst or used_minute > ORDERS_PER_MINUTE):
            limit_ms = now_ms + self._idle_ms()
            return (counts.in_10s, counts.in_minute), _too_many(is_burst, limit_ms)
        counts.in_10s = used_10s
        counts.in_minute = used_minute
        return (used_10s, used_minute), None

    def used(self, account_id: int, now_ms: int) -> tuple[int, int]:
        """Both counters of an account as they stand."""
        counts = self._current(account_id, now_ms)
        return counts.in_10s, counts.in_minute

    def _current(self, account_id: int, now_ms: int) -> _Counts:
        counts = self._accounts.get(account_id)
        if counts is None:
            counts = self._accounts[account_id] = _Counts()
        limit_ms = now_ms + self._idle_ms()
        ten_seconds = limit_ms // 10_000
        if counts.ten_seconds != ten_seconds:
            counts.ten_seconds = ten_seconds
            counts.in_10s = 0
            minute = limit_ms // 60_000
            if counts.minute != minute:
                counts.minute = minute
                counts.in_minute = 0
        return counts


def _too_many(in_10s: bool, limit_ms: int) -> errors.WireError:
    if in_10s:
        return errors.TOO_MANY_ORDERS(
            ORDERS_PER_10S, "10 SECOND", retry_after_s=_seconds(10_000 - limit_ms % 10_000)
        )
    return errors.TOO_MANY_ORDERS(
        ORDERS_PER_MINUTE, "1 MINUTE", retry_after_s=_seconds(60_000 - limit_ms % 60_000)
    )


def _seconds(span_ms: int) -> int:
    """Whole seconds, at least one, that cover a span."""
    return max(1, -(-span_ms // 1000))


def published(orders: OrderLimiter) -> list[dict[str, Any]]:
    """The limits as exchangeInfo has them."""
    rows: list[dict[str, Any]] = [
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": WEIGHT_PER_MINUTE,
        },
        {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": ORDERS_PER_MINUTE},
    ]
    if orders.has_ten_seconds:
        rows.append(
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": ORDERS_PER_10S}
        )
    return rows
