"""Keys of every kind and the rate limits, as each client meets them.

The tests are asynchronous because python-binance's client makes itself an event loop where it finds none running, and
leaves it open.
"""

from typing import Any

import ccxt
import httpx
import pytest
from binance.exceptions import BinanceAPIException
from binance_common.errors import TooManyRequestsError, UnauthorizedError
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.clients.endpoints import binance_client, ccxt_options, sdk_rest
from tests.clients.venue import Account, Operator, Scene

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": 0.01, "price": 59000.0}
MAKERS = {
    "RSA": lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2048),
    "ED25519": ed25519.Ed25519PrivateKey.generate,
}


def registered(operator: Operator, account: Account, kind: str) -> Account:
    """The account under an asymmetric key: the venue gets the public half, the client the private one."""
    private = MAKERS[kind]()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    body = {"type": kind, "public_key": public.decode(), "futures": True}
    key = operator.call("POST", f"/accounts/{account.name}/keys", body)
    return account._replace(api_key=key["api_key"], api_secret=secret.decode())


@pytest.mark.parametrize("kind", MAKERS)
async def test_an_asymmetric_key_signs_for_every_client(scene: Scene, kind: str) -> None:
    account = registered(scene.operator, scene.trader, kind)
    keyless = account._replace(api_secret=None)
    official = sdk_rest(scene.rest, keyless, private_key=account.api_secret)
    assert official.new_order(**ORDER, time_in_force="GTC").data().status == "NEW"
    exchange = ccxt.binanceusdm(ccxt_options(scene.rest, scene.ws, account))
    assert exchange.create_order("BTC/USDT:USDT", "limit", "buy", 0.01, 59000)["status"] == "open"
    client = binance_client(scene.rest, keyless, private_key=account.api_secret)
    assert client.futures_create_order(**ORDER, timeInForce="GTC")["status"] == "NEW"
    assert len(client.futures_get_open_orders(symbol="BTCUSDT")) == 3
    client.close_connection()


@pytest.mark.parametrize("restriction", [{"futures": False}, {"futures": True, "ips": ["203.0.113.7"]}])
async def test_a_key_without_the_permission_is_refused(scene: Scene, restriction: dict[str, Any]) -> None:
    """Futures trading is off until it is granted, and a key may be bound to addresses."""
    key = scene.operator.call("POST", f"/accounts/{scene.trader.name}/keys", restriction)
    account = scene.trader._replace(api_key=key["api_key"], api_secret=key["api_secret"])
    exchange = ccxt.binanceusdm(ccxt_options(scene.rest, scene.ws, account))
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        exchange.create_order("BTC/USDT:USDT", "limit", "buy", 0.01, 59000)
    with pytest.raises(UnauthorizedError) as official:
        sdk_rest(scene.rest, account).new_order(**ORDER, time_in_force="GTC")
    assert official.value.status_code == -2015
    client = binance_client(scene.rest, account)
    with pytest.raises(BinanceAPIException) as refused:
        client.futures_create_order(**ORDER, timeInForce="GTC")
    assert (refused.value.code, refused.value.status_code) == (-2015, 401)
    client.close_connection()
    assert scene.by_hand.get("/fapi/v1/openOrders") == []


async def test_too_many_requests_are_refused_until_the_minute_is_over(tomorrow: Operator) -> None:
    """On a clock that stands: 2,400 of weight are used up, and every client hears of it in its own way."""
    tomorrow.advance_to(tomorrow.now_ms() // 60_000 * 60_000 + 60_000)
    account = tomorrow.account()
    exchange = ccxt.binanceusdm(ccxt_options(tomorrow.rest, tomorrow.ws, account))
    client = binance_client(tomorrow.rest, account)
    official = sdk_rest(tomorrow.rest, account)
    with httpx.Client(base_url=tomorrow.rest) as http:
        while http.get("/fapi/v1/ticker/24hr").is_success:  # weight 40
            pass
    with pytest.raises(TooManyRequestsError) as of_sdk:
        official.check_server_time()
    assert (of_sdk.value.status_code, of_sdk.value.retry_after) == (-1003, 60)
    with pytest.raises(ccxt.DDoSProtection, match="-1003"):
        exchange.fetch_time()
    with pytest.raises(BinanceAPIException) as of_client:
        client.futures_time()
    assert (of_client.value.code, of_client.value.status_code) == (-1003, 429)
    tomorrow.advance(60_000)
    assert official.check_server_time().data().server_time == exchange.fetch_time() == tomorrow.now_ms()
    client.close_connection()
