"""The official SDKs' clients of the WebSocket API as a row calls them, and what they were answered."""

import asyncio
import base64
import contextlib
import inspect
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import websockets
from binance_common.configuration import ConfigurationWebSocketAPI
from binance_sdk_derivatives_trading_coin_futures import DerivativesTradingCoinFutures
from binance_sdk_derivatives_trading_usds_futures import DerivativesTradingUsdsFutures
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.clients.venue import Account
from tests.conformance.callers import Answer, prepared
from tests.conformance.table import Row
from tests.conformance.world import Market, World

PATHS = {"usds_m": "/ws-fapi/v1", "coin_m": "/ws-dapi/v1"}
SDKS: dict[str, Any] = {"usds_m": DerivativesTradingUsdsFutures, "coin_m": DerivativesTradingCoinFutures}


@contextlib.asynccontextmanager
async def connected(world: World, market: Market, account: Account) -> AsyncIterator[Any]:
    """The SDK of one account on a connection."""
    configuration = ConfigurationWebSocketAPI(
        stream_url=world.operator.ws + PATHS[market.name],
        api_key=account.api_key,
        api_secret=account.api_secret,
    )
    api = SDKS[market.name](config_ws_api=configuration).websocket_api
    await api.create_connection()
    try:
        yield api
    finally:
        await api.close_connection(close_session=True)


async def ask(world: World, market: Market, row: Row) -> Answer:
    """Make the call of a row."""
    party, arguments = prepared(world, market, row)
    assert row.sdk is not None
    async with connected(world, market, party.account) as api:
        response = await getattr(api, row.sdk)(**arguments)
    raw = inspect.getclosurevars(response._data_function).nonlocals["ws_response"]
    return Answer(raw, response.data())


async def session(world: World, market: Market) -> dict[str, Any]:
    """What the three methods of a session answer, by hand: the SDKs have no method for them."""
    private = ed25519.Ed25519PrivateKey.generate()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    body = {"label": "session", "type": "ED25519", "public_key": pem}
    name = world.trader.account.name
    api_key = world.operator.call("POST", f"/accounts/{name}/keys", body)["api_key"]
    stamp = int(time.time() * 1000)
    signature = private.sign(f"apiKey={api_key}&timestamp={stamp}".encode())
    logon = {"apiKey": api_key, "timestamp": stamp, "signature": base64.b64encode(signature).decode()}
    answers = {}
    async with websockets.connect(world.operator.ws + PATHS[market.name]) as socket:
        for method, params in (("session.logon", logon), ("session.status", {}), ("session.logout", {})):
            await socket.send(json.dumps({"id": method, "method": method, "params": params}))
            answers[method] = json.loads(await asyncio.wait_for(socket.recv(), 15))
    return answers
