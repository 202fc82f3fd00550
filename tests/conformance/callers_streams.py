"""Streams as the official SDKs hear them and as they come over the wire, until each has told something."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import websockets
from binance_common.configuration import ConfigurationWebSocketStreams
from binance_sdk_derivatives_trading_coin_futures import DerivativesTradingCoinFutures
from binance_sdk_derivatives_trading_usds_futures import DerivativesTradingUsdsFutures

from perpit.binance.streams_names import ROUTE_OF_KIND, parse_stream_name
from tests.clients.inbox import Inbox
from tests.conformance.callers import Answer
from tests.conformance.table import Row
from tests.conformance.world import Market, World

SDKS: dict[str, Any] = {"usds_m": DerivativesTradingUsdsFutures, "coin_m": DerivativesTradingCoinFutures}
SDK_URLS = {"usds_m": "", "coin_m": "/dstream/stream"}
HOSTS = {"usds_m": "/fstream", "coin_m": "/dstream"}


class Heard:
    """What one stream told: messages as they came, and the SDK's models of them."""

    def __init__(self) -> None:
        self.raw: Inbox[Any] = Inbox()
        self.models: Inbox[Any] = Inbox()

    def answers(self) -> list[Answer]:
        models = [*self.models.all, *[None] * len(self.raw.all)]
        return [Answer(raw, model) for raw, model in zip(self.raw.all, models, strict=False)]


@contextlib.asynccontextmanager
async def sdk_streams(world: World, market: Market) -> AsyncIterator[Any]:
    """The SDK's sockets, open."""
    configuration = ConfigurationWebSocketStreams(stream_url=world.operator.ws + SDK_URLS[market.name])
    streams = SDKS[market.name](config_ws_streams=configuration).websocket_streams
    await streams.create_connection()
    try:
        yield streams
    finally:
        await streams.close_connection(close_session=True)


@contextlib.asynccontextmanager
async def wire(world: World, market: Market, names: dict[str, Inbox[Any]]) -> AsyncIterator[None]:
    """Plain sockets with all the names: one, or one for each path where those are split."""

    async def read(socket: websockets.ClientConnection) -> None:
        async for message in socket:
            told = json.loads(message)
            names[told["stream"]].put(told["data"])

    host = world.operator.ws + HOSTS[market.name]
    async with contextlib.AsyncExitStack() as open_sockets:
        reading = []
        for path, its in by_path(world, market, names).items():
            url = f"{host}{path}/stream?streams={'/'.join(its)}"
            socket = await open_sockets.enter_async_context(websockets.connect(url))
            reading.append(asyncio.create_task(read(socket)))
        yield
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


def by_path(world: World, market: Market, names: Iterable[str]) -> dict[str, list[str]]:
    """The names by the path on which they are heard; user data have a path of their own."""
    if world.takes_stops or market.name == "coin_m":
        return {"": list(names)}
    found: dict[str, list[str]] = {}
    for name in names:
        spec = parse_stream_name(name)
        route = "private" if spec is None else ROUTE_OF_KIND[spec.kind]
        found.setdefault(f"/{route}", []).append(name)
    return found


async def hear(
    world: World, market: Market, rows: list[Row], story: Callable[[World, Market], None]
) -> dict[str, Heard]:
    """Subscribe to every row's stream, let the story happen, and wait until each has told something."""
    heard = {row.name: Heard() for row in rows}
    async with (
        sdk_streams(world, market) as streams,
        wire(world, market, {name: of.raw for name, of in heard.items()}),
    ):
        # at once: the SDK waits for half a second after each
        by_sdk = [row for row in rows if row.sdk is not None]
        asked = [getattr(streams, row.sdk or "")(**row.arguments) for row in by_sdk]
        for row, handle in zip(by_sdk, await asyncio.gather(*asked), strict=True):
            handle.on("message", heard[row.name].models.put)
        story(world, market)
        for name, of in heard.items():
            assert await told(of.raw, bool), f"{name} is silent"
        for row in by_sdk:
            assert await told(heard[row.name].models, bool), f"{row.sdk} hears nothing"
    return heard


async def hear_users(
    world: World, market: Market, keys: list[str], story: Callable[[], None], events: set[str]
) -> dict[str, Heard]:
    """What user data tell under listen keys while a story happens, by event, until all these have been told."""
    wires = {key: Inbox[Any]() for key in keys}
    models: Inbox[Any] = Inbox()
    async with sdk_streams(world, market) as streams, wire(world, market, wires):
        for key in keys:
            (await streams.user_data(key)).on("message", models.put)
        story()
        await told(wires[keys[0]], lambda messages: events <= {message["e"] for message in messages})
        await told(models, lambda models: len(models) >= sum(len(inbox.all) for inbox in wires.values()))
    heard = {event: Heard() for event in events}
    for message in (message for inbox in wires.values() for message in inbox.all):
        heard.setdefault(message["e"], Heard()).raw.put(message)
    by_model = {event.replace("_", "").lower(): of for event, of in heard.items()}
    for model in (model.actual_instance for model in models.all):
        event = model["e"] if isinstance(model, dict) else type(model).__name__.lower()
        (heard if isinstance(model, dict) else by_model)[event].models.put(model)
    return heard


async def told(inbox: Inbox[Any], enough: Callable[[list[Any]], bool], patience_s: float = 5) -> bool:
    """Whether enough was told in time."""
    try:
        await inbox.until(enough, patience_s)
    except AssertionError:
        return False
    return True
