"""Accounts that are restricted, as the wire says it: each product in its own codes."""

import pytest

from perpit.domain import words as w
from perpit.domain.commands import SetStanding, Transfer
from perpit.domain.numbers import UNIT
from tests.binance.caller import Caller

ALICE = 1


def restricted(standing: int) -> Caller:
    caller = Caller()
    caller.apply(SetStanding(ALICE, standing))
    return caller


@pytest.mark.semantics("5.10 user")
@pytest.mark.parametrize(
    ("standing", "codes"), [(w.ONLY_REDUCES, (-4087, -4089)), (w.MAY_NOT_ORDER, (-4088, -4090))]
)
async def test_orders_are_refused_in_the_words_of_their_product(
    standing: int, codes: tuple[int, int]
) -> None:
    caller = restricted(standing)
    replies = [await caller.order(), await caller.coin_order()]
    assert tuple(reply.code for reply in replies) == codes
    assert {reply.status for reply in replies} == {400}
    assert (await caller.signed("GET", "/fapi/v3/account")).status == 200


@pytest.mark.parametrize(("standing", "code"), [(w.KEYS_LOCKED, -2017), (w.INACTIVE, -4109)])
async def test_every_call_of_its_own_is_refused_to_an_account_that_is_shut_out(
    standing: int, code: int
) -> None:
    caller = restricted(standing)
    for method, path in (
        ("GET", "/fapi/v3/account"),
        ("GET", "/dapi/v1/balance"),
        ("POST", "/fapi/v1/listenKey"),
    ):
        reply = await caller.signed(method, path)
        assert (reply.status, reply.code) == (400, code), path
    assert (await caller.order()).code == code
    assert (await caller.public("/fapi/v1/time")).status == 200
    assert (await caller.signed("GET", "/fapi/v1/historicalTrades", symbol="BTCUSDT")).status == 200
    caller.apply(SetStanding(ALICE, w.GOOD_STANDING))
    assert (await caller.order()).status == 200


async def test_a_deposit_opens_an_inactive_account_again() -> None:
    caller = restricted(w.INACTIVE)
    assert (await caller.order()).code == -4109
    caller.apply(Transfer(ALICE, w.USDS_M, "USDT", UNIT))
    assert (await caller.order()).status == 200


async def test_a_bad_signature_is_told_before_the_standing() -> None:
    caller = restricted(w.KEYS_LOCKED)
    query = f"timestamp={caller.now_ms}&signature={'0' * 64}"
    assert (await caller.raw("GET", "/fapi/v3/account", query.encode())).code == -1022
