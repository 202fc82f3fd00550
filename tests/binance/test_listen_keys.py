"""Listen keys: one per account, 60 minutes of venue time, told to whoever listens."""

from perpit.binance.listen_keys import TTL_MS, ListenKeys
from perpit.domain.words import COIN_M, USDS_M
from tests.binance.caller import KEY, Caller

NOW = 1_700_000_000_000


def test_an_account_has_one_key_until_it_ends() -> None:
    keys = ListenKeys()
    first = keys.open(1, NOW)
    assert len(first) == 64
    assert first.isalnum()
    assert keys.open(1, NOW + 1) == first
    assert keys.open(2, NOW) != first
    assert keys.owner_of(first) == (1, USDS_M)
    assert keys.owner_of("nobody's") is None


def test_a_key_lives_sixty_minutes_from_its_last_renewal() -> None:
    keys = ListenKeys()
    ended: list[tuple[str, int, int]] = []
    keys.on_expired.append(lambda *end: ended.append(end))
    first, second = keys.open(1, NOW), keys.open(2, NOW)
    assert keys.renew(1, NOW + TTL_MS - 1) == first
    keys.tick(NOW + TTL_MS)
    assert ended == [(second, 2, NOW + TTL_MS)]
    assert keys.owner_of(first) == (1, USDS_M)
    keys.tick(NOW + 2 * TTL_MS - 2)
    assert keys.owner_of(first) == (1, USDS_M)
    keys.tick(NOW + 2 * TTL_MS - 1)
    assert keys.owner_of(first) is None
    assert keys.renew(1, NOW + 2 * TTL_MS) is None
    assert keys.open(1, NOW + 2 * TTL_MS) != first


def test_closing_ends_a_key_at_once() -> None:
    keys = ListenKeys()
    closed: list[str] = []
    keys.on_closed.append(lambda key, account_id, now_ms: closed.append(key))
    first = keys.open(1, NOW)
    assert keys.close(1, NOW)
    assert closed == [first]
    assert keys.owner_of(first) is None
    assert not keys.close(1, NOW)


async def test_the_three_calls_over_the_wire() -> None:
    caller = Caller()
    key = [(b"x-mbx-apikey", KEY.encode())]
    made = (await caller.raw("POST", "/fapi/v1/listenKey", headers=key)).json["listenKey"]
    caller.now_ms += TTL_MS - 1
    assert (await caller.raw("PUT", "/fapi/v1/listenKey", headers=key)).json == {"listenKey": made}
    assert (await caller.raw("POST", "/fapi/v1/listenKey", headers=key)).json == {"listenKey": made}
    assert (await caller.raw("DELETE", "/fapi/v1/listenKey", headers=key)).json == {}
    gone = await caller.raw("PUT", "/fapi/v1/listenKey", headers=key)
    assert gone.code == -1125
    assert gone.json["msg"].startswith("This listenKey does not exist.")


def test_keys_go_on_in_another_registry_until_their_own_end() -> None:
    keys = ListenKeys()
    first, second = keys.open(1, NOW), keys.open(2, NOW + 5_000, COIN_M)
    later = ListenKeys()
    later.restore(keys.living())
    assert (later.owner_of(first), later.owner_of(second)) == ((1, USDS_M), (2, COIN_M))
    ended: list[str] = []
    later.on_expired.append(lambda key, account_id, now_ms: ended.append(key))
    later.tick(NOW + TTL_MS)
    assert ended == [first]
    assert later.open(2, NOW + TTL_MS, COIN_M) == second
    assert later.living() == [(second, 2, COIN_M, NOW + 2 * TTL_MS)]


def test_whatever_becomes_of_a_key_is_marked_as_a_change() -> None:
    keys = ListenKeys()

    def changed() -> bool:
        found, keys.changed = keys.changed, False
        return found

    assert not changed()
    keys.open(1, NOW)
    assert changed()
    keys.renew(1, NOW + 1)
    assert changed()
    keys.owner_of("nobody's")
    keys.tick(NOW + 2)
    assert not changed()
    keys.close(1, NOW + 3)
    assert changed()
    keys.open(1, NOW)
    changed()
    keys.tick(NOW + TTL_MS)
    assert changed()
