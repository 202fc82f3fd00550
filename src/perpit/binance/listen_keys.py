"""Listen keys: the tickets with which a client opens its user data stream.

REST makes, renews and closes them; the stream side asks `owner_of` and hears through `on_expired` when a key ends.
A key lives 60 minutes of venue time from its last renewal (semantics 7.5.1); an account has at most one for each
market, so the registry is bounded by the number of accounts. Clients reconnect with the key that they have and would
hear nothing if it was forgotten: `living` and `restore` carry the keys over a restart (decision 66).
"""

import secrets
import string
from collections.abc import Callable, Iterable
from typing import Final

from perpit.domain.words import USDS_M

TTL_MS: Final = 60 * 60_000
LENGTH: Final = 64
ALPHABET: Final = string.ascii_letters + string.digits


Owner = tuple[int, int]  # an account and the market that it listens to
Kept = tuple[str, int, int, int]  # a key, its account, its market, and when it ends


class _Ticket:
    __slots__ = ("expires_ms", "listen_key", "owner")

    def __init__(self, listen_key: str, owner: Owner, expires_ms: int) -> None:
        self.listen_key = listen_key
        self.owner = owner
        self.expires_ms = expires_ms


class ListenKeys:
    """All living listen keys. `on_expired` callbacks get the key, its account and the time; not at a `close`.

    `changed` is set by whatever changes what `living` tells; who keeps that unsets it.
    """

    def __init__(self) -> None:
        self.on_expired: list[Callable[[str, int, int], None]] = []
        self.on_closed: list[Callable[[str, int, int], None]] = []
        self.changed = False
        self._by_key: dict[str, _Ticket] = {}
        self._by_owner: dict[Owner, _Ticket] = {}
        self._next_expiry_ms = 0

    def open(self, account_id: int, now_ms: int, market: int = USDS_M) -> str:
        """The account's key, made when it has none; renewed for 60 minutes either way."""
        self.tick(now_ms)
        owner = (account_id, market)
        ticket = self._by_owner.get(owner)
        if ticket is None:
            listen_key = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            ticket = _Ticket(listen_key, owner, now_ms + TTL_MS)
            self._add(ticket)
        ticket.expires_ms = now_ms + TTL_MS
        self.changed = True
        return ticket.listen_key

    def renew(self, account_id: int, now_ms: int, market: int = USDS_M) -> str | None:
        """Renew the account's key; None when it has none."""
        self.tick(now_ms)
        return self.open(account_id, now_ms, market) if (account_id, market) in self._by_owner else None

    def close(self, account_id: int, now_ms: int, market: int = USDS_M) -> bool:
        """End the account's key; False when it has none."""
        self.tick(now_ms)
        ticket = self._by_owner.pop((account_id, market), None)
        if ticket is None:
            return False
        del self._by_key[ticket.listen_key]
        self.changed = True
        for tell in self.on_closed:
            tell(ticket.listen_key, account_id, now_ms)
        return True

    def owner_of(self, listen_key: str) -> Owner | None:
        """Whose key it is, and of which market; None when no such key lives (as of the last call with a time)."""
        ticket = self._by_key.get(listen_key)
        return None if ticket is None else ticket.owner

    def tick(self, now_ms: int) -> None:
        """Let keys expire whose time is over, and tell who listens. Cheap until the next one is due."""
        if self._next_expiry_ms == 0 or now_ms < self._next_expiry_ms:
            return
        over = [ticket for ticket in self._by_key.values() if ticket.expires_ms <= now_ms]
        for ticket in over:
            del self._by_key[ticket.listen_key]
            del self._by_owner[ticket.owner]
            self.changed = True
        self._next_expiry_ms = min((ticket.expires_ms for ticket in self._by_key.values()), default=0)
        for ticket in over:
            for tell in self.on_expired:
                tell(ticket.listen_key, ticket.owner[0], now_ms)

    def living(self) -> list[Kept]:
        """What a later registry needs to know of every key."""
        return [(ticket.listen_key, *ticket.owner, ticket.expires_ms) for ticket in self._by_key.values()]

    def restore(self, kept: Iterable[Kept]) -> None:
        """Take over the keys of an earlier registry; one whose time is over ends with the next tick."""
        for listen_key, account_id, market, expires_ms in kept:
            self._add(_Ticket(listen_key, (account_id, market), expires_ms))

    def _add(self, ticket: _Ticket) -> None:
        self._by_key[ticket.listen_key] = ticket
        self._by_owner[ticket.owner] = ticket
        self._next_expiry_ms = min(self._next_expiry_ms or ticket.expires_ms, ticket.expires_ms)
