"""What a user of each client changes so that it talks to a venue: its URLs, and nothing else."""

import asyncio
import re
from typing import Any

import ccxt
from binance import AsyncClient, BinanceSocketManager, Client
from binance_common.configuration import ConfigurationRestAPI
from binance_sdk_derivatives_trading_coin_futures import DerivativesTradingCoinFutures
from binance_sdk_derivatives_trading_coin_futures.rest_api import DerivativesTradingCoinFuturesRestAPI
from binance_sdk_derivatives_trading_usds_futures import DerivativesTradingUsdsFutures
from binance_sdk_derivatives_trading_usds_futures.rest_api import DerivativesTradingUsdsFuturesRestAPI

from tests.clients.venue import Account

OFFICIAL_HOST = re.compile(r"https?://[^/]+")


def ccxt_options(rest: str, ws: str, account: Account) -> dict[str, Any]:
    """The constructor's dict of ccxt, ccxt.async_support and ccxt.pro: every official host becomes the venue's."""
    official = ccxt.binanceusdm().urls["api"]
    ws_api = {"linear": f"{ws}/ws-fapi/v1", "inverse": f"{ws}/ws-dapi/v1"}
    swapped = {name: OFFICIAL_HOST.sub(rest, url) for name, url in official.items() if isinstance(url, str)}
    return {
        "apiKey": account.api_key,
        "secret": account.api_secret,
        "urls": {"api": swapped | {"ws": {"linear": f"{ws}/ws", "inverse": f"{ws}/ws", "ws-api": ws_api}}},
    }


def binance_urls(rest: str) -> dict[str, str]:
    """The class attributes of python-binance's clients."""
    return {
        "API_URL": f"{rest}/api",
        "FUTURES_URL": f"{rest}/fapi",
        "FUTURES_DATA_URL": f"{rest}/futures/data",
        "FUTURES_COIN_URL": f"{rest}/dapi",
        "FUTURES_COIN_DATA_URL": f"{rest}/futures/data",
    }


def binance_client(rest: str, account: Account, **more: Any) -> Client:
    """python-binance's synchronous client; it pings as it is made.

    Only for asynchronous tests: where no event loop runs it makes one and leaves it open.
    """
    asyncio.get_running_loop()
    venue_client = type("VenueClient", (Client,), binance_urls(rest))
    client: Client = venue_client(account.api_key, account.api_secret, **more)
    return client


def sdk_rest(rest: str, account: Account, **more: Any) -> DerivativesTradingUsdsFuturesRestAPI:
    """The official SDK's REST client."""
    configuration = ConfigurationRestAPI(
        api_key=account.api_key, api_secret=account.api_secret, base_path=rest, **more
    )
    return DerivativesTradingUsdsFutures(config_rest_api=configuration).rest_api


def coin_sdk_rest(rest: str, account: Account) -> DerivativesTradingCoinFuturesRestAPI:
    """The official COIN-M SDK's REST client."""
    configuration = ConfigurationRestAPI(
        api_key=account.api_key, api_secret=account.api_secret, base_path=rest
    )
    return DerivativesTradingCoinFutures(config_rest_api=configuration).rest_api


async def binance_async_client(rest: str, account: Account, ws: str = "") -> AsyncClient:
    """python-binance's asynchronous client; it pings and measures the time difference as it is made.

    `ws` is needed for its calls over the WebSocket API.
    """
    urls = binance_urls(rest) | {"WS_FUTURES_URL": f"{ws}/ws-fapi/v1"}
    venue_client = type("VenueAsyncClient", (AsyncClient,), urls)
    client: AsyncClient = await venue_client.create(account.api_key, account.api_secret)
    return client


def binance_sockets(ws: str, client: AsyncClient) -> BinanceSocketManager:
    """python-binance's socket manager."""
    venue_sockets = type("VenueSockets", (BinanceSocketManager,), {"FSTREAM_URL": f"{ws}/"})
    manager: BinanceSocketManager = venue_sockets(client)
    return manager
