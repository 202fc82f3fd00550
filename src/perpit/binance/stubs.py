"""Answers beside the futures API: what clients ask for at start (spot ping and time, look-ups), and the
descriptions, `/openapi.json` and `/asyncapi.json`.

There is no spot market here, so the lists are empty and stay so; the point is that a client's start-up does not fail
over them.
"""

from typing import Any, Final

from perpit.binance.call import Call
from perpit.binance.exchange_info import ping, time
from perpit.binance.limits import published
from perpit.binance.route import Route
from perpit.binance.security import NONE, USER_DATA
from perpit.domain.words import PERMIT_FUTURES, PERMIT_READ


def nothing(call: Call) -> list[Any]:
    return []


def empty_exchange(call: Call) -> dict[str, Any]:
    return {
        "timezone": "UTC",
        "serverTime": call.now_ms,
        "rateLimits": published(call.desk.order_limiters[call.product.market]),
        "exchangeFilters": [],
        "symbols": [],
    }


def system_status(call: Call) -> dict[str, Any]:
    return {"status": 0, "msg": "normal"}


def key_restrictions(call: Call) -> dict[str, Any]:
    """What the key may do, in the words of the spot API."""
    key = call.world.keys.by_api_key[call.api_key]
    return {
        "ipRestrict": bool(key.ips),
        "createTime": key.time_ms,
        "enableReading": bool(key.permissions & PERMIT_READ),
        "enableWithdrawals": False,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": bool(key.permissions & PERMIT_FUTURES),
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableSpotAndMarginTrading": False,
    }


def describe(call: Call) -> dict[str, Any]:
    """The API's own description."""
    return call.desk.describe()


def describe_streams(call: Call) -> dict[str, Any]:
    """The description of streams and WebSocket API."""
    return call.desk.describe_streams()


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/openapi.json", NONE, 1, describe, returns="This description."),
    Route(
        "GET", "/asyncapi.json", NONE, 1, describe_streams, returns="Streams and WebSocket API, described."
    ),
    Route("GET", "/api/v3/ping", NONE, 1, ping, returns="Nothing."),
    Route("GET", "/api/v3/time", NONE, 1, time, returns="The venue's time."),
    Route("GET", "/api/v3/exchangeInfo", NONE, 1, empty_exchange, returns="No spot symbols."),
    Route("GET", "/dapi/v1/symbolConfig", USER_DATA, 5, nothing, returns="An empty list."),
    Route("GET", "/sapi/v1/system/status", NONE, 1, system_status, returns="That all is well."),
    Route(
        "GET", "/sapi/v1/account/apiRestrictions", USER_DATA, 1, key_restrictions, returns="Key permissions."
    ),
    Route("GET", "/sapi/v1/capital/config/getall", USER_DATA, 10, nothing, returns="An empty list."),
    Route("GET", "/sapi/v1/asset/tradeFee", USER_DATA, 1, nothing, returns="An empty list."),
    Route("GET", "/sapi/v1/margin/allPairs", NONE, 1, nothing, returns="An empty list."),
    Route("GET", "/sapi/v1/margin/isolated/allPairs", NONE, 1, nothing, returns="An empty list."),
)
