"""Who may open a WebSocket: streams and WebSocket API alike, counted by IP in windows of five minutes.

| rule | beyond it |
|---|---|
| `attempts_max` handshakes in a window (the exchange's 300; 0: any number) | 429 until the next window |
| `CUT_OFF_MAX` connections cut off in a window for too many messages (semantics 7.1.6) | 418 until the next window |

The numbers of the second rule are not published: "repeated" is more than ten times here. Windows pass like those of
`limits`, and the tables are bounded like theirs.
"""

from collections.abc import Callable
from typing import Final

from perpit.binance import errors
from perpit.binance.limits import MAX_IPS, Pool, PoolLimiter

WINDOW_MS: Final = 5 * 60_000
CUT_OFF_MAX: Final = 10


class Doorkeeper:
    """Asked at every handshake. `now_ms` and `idle_ms` are those of the `Gate`."""

    def __init__(
        self,
        now_ms: Callable[[], int],
        attempts_max: int = 0,
        idle_ms: Callable[[], int] = lambda: 0,
        max_ips: int = MAX_IPS,
    ) -> None:
        self._now_ms = now_ms
        self._idle_ms = idle_ms
        self._attempts_max = attempts_max
        attempts = Pool("WebSocket handshakes", attempts_max, WINDOW_MS)
        cut_off = Pool("connections cut off", CUT_OFF_MAX, WINDOW_MS)
        self._attempts = PoolLimiter(attempts, max_ips, idle_ms)
        self._cut_off = PoolLimiter(cut_off, max_ips, idle_ms)

    def refuses(self, ip: str) -> errors.WireError | None:
        """Count a handshake; why it is refused, or None."""
        now_ms = self._now_ms()
        limit_ms = now_ms + self._idle_ms()
        left_ms = WINDOW_MS - limit_ms % WINDOW_MS
        left_s = -(-left_ms // 1000)
        if self._cut_off.used(ip, now_ms) > CUT_OFF_MAX:
            return errors.IP_BANNED(now_ms + left_ms, retry_after_s=left_s)
        if self._attempts_max and not self._attempts.charge(ip, now_ms):
            return errors.TOO_MANY_REQUESTS(self._attempts_max, retry_after_s=left_s)
        return None

    def cut_off(self, ip: str) -> None:
        """A connection of this IP was closed for too many messages."""
        self._cut_off.charge(ip, self._now_ms())
