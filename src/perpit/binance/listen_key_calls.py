"""The calls that open, renew and close the listen key of an account."""

from typing import Any, Final

from perpit.binance import errors
from perpit.binance.call import Call
from perpit.binance.market import BOTH
from perpit.binance.route import Route, routes_of
from perpit.binance.security import USER_STREAM


def open_listen_key(call: Call) -> dict[str, Any]:
    """The account's listen key, renewed for 60 minutes (semantics 7.5.1)."""
    return {"listenKey": call.desk.listen_keys.open(call.account_id, call.now_ms, call.product.market)}


def renew_listen_key(call: Call) -> dict[str, Any]:
    """60 more minutes for the account's listen key."""
    listen_key = call.desk.listen_keys.renew(call.account_id, call.now_ms, call.product.market)
    if listen_key is None:
        raise errors.BAD_LISTEN_KEY()
    return {"listenKey": listen_key}


def close_listen_key(call: Call) -> dict[str, Any]:
    """The end of the account's listen key."""
    if not call.desk.listen_keys.close(call.account_id, call.now_ms, call.product.market):
        raise errors.BAD_LISTEN_KEY()
    return {}


ROUTES: Final[tuple[Route, ...]] = routes_of(
    BOTH,
    Route("POST", "/v1/listenKey", USER_STREAM, 1, open_listen_key, returns="The listen key."),
    Route("PUT", "/v1/listenKey", USER_STREAM, 1, renew_listen_key, returns="The listen key."),
    Route("DELETE", "/v1/listenKey", USER_STREAM, 1, close_listen_key, returns="Nothing."),
)
