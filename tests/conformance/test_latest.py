"""Every REST call again, under the newest dated profile: what it answers is what the lists of today have.

What `union` answers beyond them for clients of before must be gone; what the lists still have and the exchange no
longer answers is named in `allowed.GONE`.
"""

import pytest

from tests.conformance.allowed import BEYOND, GONE, TRAILING
from tests.conformance.callers import ask
from tests.conformance.judge import verdict
from tests.conformance.table import Row
from tests.conformance.test_rest import CALLS
from tests.conformance.world import MARKETS, World

ORDERS = ("/v1/order", "/v1/order/test", "/v1/batchOrders")
PLACING = ("POST /fapi/v1/order", "POST /fapi/v1/batchOrders", "POST /fapi/v1/order/test")
PLACING += ("POST /dapi/v1/order", "POST /dapi/v1/batchOrders")


@pytest.mark.parametrize(("market", "call", "ways"), CALLS)
def test_a_call_is_answered_as_the_lists_of_today_say(
    latest_world: World, market: str, call: str, ways: list[Row]
) -> None:
    if call in PLACING:
        ways = [row for row in ways if "TRAILING_STOP_MARKET" not in str(row.arguments)]
    wrong = verdict(market, call, [ask(latest_world, MARKETS[market], row) for row in ways])
    missing = set(wrong.pop("missing", ())) - TRAILING
    gone = set(wrong.pop("listed as unknown, and not there", ()))
    assert wrong == {}
    assert missing <= (GONE if call.endswith(ORDERS) else set())
    assert gone <= set(BEYOND.get((market, call), ())) & GONE
