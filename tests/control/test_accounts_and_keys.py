"""Accounts, their money and their keys."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from perpit.domain.words import PERMIT_FUTURES, PERMIT_READ
from tests.control.conftest import SmallVenue


async def test_an_account_is_opened_once(venue: SmallVenue) -> None:
    assert await venue.call("POST", "/accounts", {"name": "alice"}) == (
        201,
        {
            "name": "alice",
            "id": 1,
            "wallets": [],
            "fee_tiers": {"usds_m": 0, "coin_m": 0},
            "standing": "good",
        },
    )
    status, answer = await venue.call("POST", "/accounts", {"name": "alice"})
    assert status == 409
    assert "alice" in answer["error"]


async def test_the_house_keeps_its_name(venue: SmallVenue) -> None:
    status, _ = await venue.call("POST", "/accounts", {"name": "house"})
    assert status == 409


async def test_deposits_and_withdrawals_are_exact_to_the_last_digit(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    await venue.call("POST", "/accounts/alice/deposits", {"asset": "USDT", "amount": "1000.00000001"})
    status, answer = await venue.call(
        "POST", "/accounts/alice/withdrawals", {"asset": "USDT", "amount": "0.10"}
    )
    assert status == 201
    assert answer["wallets"] == [{"market": "usds_m", "asset": "USDT", "balance": "999.90000001"}]
    assert (await venue.call("GET", "/accounts"))[1]["accounts"] == [answer]


async def test_an_account_is_put_on_a_tier_of_fees_for_one_market(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    status, answer = await venue.call("PUT", "/accounts/alice/fee-tier", {"market": "coin_m", "tier": 9})
    assert (status, answer["fee_tiers"]) == (200, {"usds_m": 0, "coin_m": 9})
    status, answer = await venue.call("PUT", "/accounts/alice/fee-tier", {"market": "coin_m", "tier": 0})
    assert (status, answer["fee_tiers"]) == (200, {"usds_m": 0, "coin_m": 0})
    for body in ({"tier": 10}, {"tier": -1}, {}, {"tier": 1, "market": "spot"}):
        assert (await venue.call("PUT", "/accounts/alice/fee-tier", body))[0] == 400
    assert (await venue.call("PUT", "/accounts/nobody/fee-tier", {"tier": 1}))[0] == 404


async def test_an_account_is_restricted_and_let_go(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    before = venue.engine.state_hash()
    for standing in ("only reduces", "may not order", "keys locked", "inactive", "good"):
        status, answer = await venue.call("PUT", "/accounts/alice/standing", {"standing": standing})
        assert (status, answer["standing"]) == (200, standing)
    assert venue.engine.state_hash() == before
    for body in ({"standing": "bad"}, {}, {"standing": 1}):
        assert (await venue.call("PUT", "/accounts/alice/standing", body))[0] == 400
    assert (await venue.call("PUT", "/accounts/nobody/standing", {"standing": "good"}))[0] == 404


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("0", "must be above 0"),
        ("0.0", "must be above 0"),
        ("0.000000001", "more than 8 decimals"),
        ("-5", "at `$.amount`"),
        ("1e3", "at `$.amount`"),
        ("", "at `$.amount`"),
        ("\u0661", "at `$.amount`"),
        (5, "Expected `str`, got `int`"),
    ],
)
async def test_an_amount_is_a_decimal_text_above_zero(
    amount: object, says: str, venue: SmallVenue, unchanged: Callable[[], bool]
) -> None:
    path = "/accounts/alice/deposits"
    await venue.call("POST", "/accounts", {"name": "alice"})
    before = venue.engine.state_hash()
    status, answer = await venue.call("POST", path, {"asset": "USDT", "amount": amount})
    assert status == 400
    assert says in answer["error"]
    assert venue.engine.state_hash() == before


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"asset": "USTD"}, "asset: no contract listed in usds_m uses USTD; deposit USDT or BNB"),
        ({"asset": "BTC"}, "asset: no contract listed in usds_m uses BTC; deposit USDT or BNB"),
        (
            {"asset": "BTC", "market": "coin_m"},
            "market: no contract of coin_m is listed, so nothing could use BTC there",
        ),
    ],
)
async def test_an_asset_that_nothing_uses_is_not_taken(
    sent: dict[str, str], says: str, venue: SmallVenue
) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    before = venue.engine.state_hash()
    status, answer = await venue.call("POST", "/accounts/alice/deposits", {"amount": "5", **sent})
    assert (status, answer["error"]) == (400, says)
    assert venue.engine.state_hash() == before


async def test_the_asset_that_fees_may_be_paid_in_is_taken(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    status, answer = await venue.call("POST", "/accounts/alice/deposits", {"asset": "BNB", "amount": "5"})
    assert (status, answer["wallets"][0]["asset"]) == (201, "BNB")


async def test_more_than_there_is_cannot_be_withdrawn(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    await venue.call("POST", "/accounts/alice/deposits", {"asset": "USDT", "amount": "10"})
    status, _ = await venue.call("POST", "/accounts/alice/withdrawals", {"asset": "USDT", "amount": "10.01"})
    assert status == 409
    wallets = (await venue.call("GET", "/accounts"))[1]["accounts"][0]["wallets"]
    assert wallets[0]["balance"] == "10"


async def test_an_unknown_account_is_not_found(venue: SmallVenue) -> None:
    for method, path, body in (
        ("POST", "/accounts/bob/deposits", {"asset": "USDT", "amount": "1"}),
        ("POST", "/accounts/bob/keys", {}),
        ("GET", "/accounts/bob/keys", None),
        ("DELETE", "/accounts/bob/keys/abc", None),
    ):
        status, answer = await venue.call(method, path, body)
        assert (status, "bob" in answer["error"]) == (404, True), path


async def test_a_key_only_reads_until_futures_are_granted(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    status, reader = await venue.call("POST", "/accounts/alice/keys", {"label": "bot"})
    assert status == 201
    assert (len(reader["api_key"]), len(reader["api_secret"])) == (64, 64)
    assert reader["futures"] is False
    _, trader = await venue.call("POST", "/accounts/alice/keys", {"futures": True, "ips": ["10.0.0.7"]})
    keys = venue.world.keys.by_api_key
    assert keys[reader["api_key"]].permissions == PERMIT_READ
    assert keys[trader["api_key"]].permissions == PERMIT_READ | PERMIT_FUTURES
    assert keys[trader["api_key"]].ips == ["10.0.0.7"]


async def test_a_secret_is_shown_once(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    _, key = await venue.call("POST", "/accounts/alice/keys", {})
    _, listed = await venue.call("GET", "/accounts/alice/keys")
    assert [one["api_key"] for one in listed["keys"]] == [key["api_key"]]
    assert key["api_secret"] not in str(listed)


async def test_a_revoked_key_is_gone_and_somebody_elses_stays(venue: SmallVenue) -> None:
    for name in ("alice", "bob"):
        await venue.call("POST", "/accounts", {"name": name})
    _, key = await venue.call("POST", "/accounts/alice/keys", {})
    assert (await venue.call("DELETE", f"/accounts/bob/keys/{key['api_key']}"))[0] == 404
    assert (await venue.call("DELETE", f"/accounts/alice/keys/{key['api_key']}"))[0] == 200
    assert (await venue.call("DELETE", f"/accounts/alice/keys/{key['api_key']}"))[0] == 404
    assert not venue.world.keys.by_api_key


async def test_an_edited_key_keeps_its_secret_its_place_and_what_is_not_said(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    made = [
        (await venue.call("POST", "/accounts/alice/keys", {"label": label, "ips": ["10.0.0.7"]}))[1]
        for label in ("first", "second")
    ]
    keys = venue.world.keys.by_api_key
    path = f"/accounts/alice/keys/{made[0]['api_key']}"
    before = keys[made[0]["api_key"]]
    status, answer = await venue.call("PUT", path, {"futures": True})
    assert (status, answer["futures"], answer["label"], answer["ips"]) == (200, True, "first", ["10.0.0.7"])
    status, answer = await venue.call("PUT", path, {"futures": False, "ips": [" ::1 "], "label": "x"})
    assert (status, answer["futures"], answer["label"], answer["ips"]) == (200, False, "x", ["::1"])
    now = keys[made[0]["api_key"]]
    assert (now.secret, now.seq, now.time_ms) == (before.secret, before.seq, before.time_ms)
    assert (before.label, before.permissions) == ("first", PERMIT_READ), "what was journaled stays as it was"
    _, listed = await venue.call("GET", "/accounts/alice/keys")
    assert [one["label"] for one in listed["keys"]] == ["x", "second"]
    assert (await venue.call("PUT", path, {"ips": ["somewhere"]}))[0] == 400
    assert (await venue.call("PUT", path, {"secret": "x"}))[0] == 400
    assert (await venue.call("PUT", "/accounts/alice/keys/nope", {"futures": True}))[0] == 404


def pem(private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def test_rsa_and_ed25519_keys_bring_their_public_half(venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    for kind, text in (
        ("RSA", pem(rsa.generate_private_key(65537, 2048))),
        ("ED25519", pem(ed25519.Ed25519PrivateKey.generate())),
    ):
        body = {"type": kind, "public_key": text}
        status, key = await venue.call("POST", "/accounts/alice/keys", body)
        assert (status, key["api_secret"], key["type"]) == (201, None, kind)
        assert venue.world.keys.by_api_key[key["api_key"]].secret == text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"type": "RSA"}, "public_key"),
        ({"type": "ED25519", "public_key": "nonsense"}, "not a public key in PEM form"),
        ({"type": "RSA", "public_key": pem(ed25519.Ed25519PrivateKey.generate())}, "is not an RSA key"),
        ({"public_key": "x"}, "leave it out"),
        ({"type": "DSA"}, "Invalid enum value 'DSA'"),
        ({"ips": ["somewhere"]}, "'somewhere' is not an IP address"),
    ],
)
async def test_a_bad_key_is_told_what_is_wrong(body: dict, says: str, venue: SmallVenue) -> None:
    await venue.call("POST", "/accounts", {"name": "alice"})
    before = venue.engine.state_hash()
    status, answer = await venue.call("POST", "/accounts/alice/keys", body)
    assert status == 400
    assert says in answer["error"]
    assert venue.engine.state_hash() == before
