"""Requests that no documentation names and that clients send all the same: browsers, proxies, monitors."""

import pytest

from tests.binance.caller import Caller

OPEN = {"access-control-allow-origin": "*", "access-control-allow-methods": "GET, HEAD, OPTIONS"}


def shown(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize(
    ("path", "status"),
    [("/fapi/v1/time", 200), ("/dapi/v1/depth", 400), ("/fapi/v1/account", 401), ("/fapi/v9/nothing", 404)],
)
async def test_a_web_page_may_read_every_answer(path: str, status: int) -> None:
    reply = await Caller().raw("GET", path, headers=[(b"origin", b"http://a.example")])
    assert (reply.status, shown(reply.headers)) == (status, OPEN)


@pytest.mark.parametrize("path", ["/fapi/v1/order", "/fapi/v1/klines", "/dapi/v1/listenKey"])
async def test_a_web_page_that_asks_first_learns_that_it_may_read_and_send_no_key(path: str) -> None:
    asking = [
        (b"access-control-request-method", b"POST"),
        (b"access-control-request-headers", b"x-mbx-apikey"),
    ]
    reply = await Caller().raw("OPTIONS", path, headers=asking)
    assert (reply.status, reply.json, shown(reply.headers)) == (200, {}, OPEN)


async def test_what_is_not_there_has_no_options() -> None:
    assert (await Caller().raw("OPTIONS", "/fapi/v9/nothing")).code == -5000


async def test_head_is_answered_like_get() -> None:
    caller = Caller()
    head = await caller.raw("HEAD", "/fapi/v1/depth", b"symbol=BTCUSDT&limit=5")
    got = await caller.raw("GET", "/fapi/v1/depth", b"symbol=BTCUSDT&limit=5")
    assert (head.status, head.json["bids"]) == (got.status, got.json["bids"]) == (200, [])
    used = [int(reply.headers["x-mbx-used-weight-1m"]) for reply in (head, got)]
    assert used == [2, 4]
    assert (await caller.raw("HEAD", "/fapi/v1/depth")).status == 400
    assert (await caller.raw("HEAD", "/fapi/v1/leverage")).status == 404  # a POST
