"""The venue itself: what it is, whether it is well, its prices and its state."""

from typing import Any

from perpit.catalogue.baskets import Follower, asset_prices_e8, assets_of, contract_of
from perpit.control.bodies import AssetIndex, Prices
from perpit.control.instruments import instrument_of
from perpit.control.ports import Ports
from perpit.control.problems import Problem, settled
from perpit.control.time import shown as shown_clock
from perpit.domain.commands import Command, PinMarkPrice, SetAssetIndex, SetIndexPrice
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_shortest, parse_scaled


async def health(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """The venue answers: that is all this says, and it needs no token."""
    return {"status": "ok"}


async def status(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """What runs here, how far it is, and since when."""
    clock = shown_clock(ports)
    return {
        **ports.about,
        "sequence": ports.world.seq,
        "time_ms": clock["time_ms"],
        "clock": {"mode": clock["mode"], "speed": clock["speed"]},
        "symbols": list(ports.world.catalog.by_symbol),
        "uptime_ms": ports.uptime_ms(),
    }


async def state(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """The sequence, the hash of all state, and whether everything adds up. Slow on a large venue."""
    broken = ports.invariants()
    return {
        "sequence": ports.world.seq,
        "state_hash": ports.state_hash(),
        "invariants": broken or "ok",
    }


async def set_prices(ports: Ports, params: dict[str, str], body: Prices) -> dict[str, Any]:
    """Set the index price, pin the mark price, or let it go; answers both as they are then.

    Composite indexes that the price is a part of follow at once.
    """
    instrument = instrument_of(ports, params["symbol"])
    symbol_id = instrument.symbol_id
    commands: list[Command] = []
    if isinstance(body.index, str):
        commands.append(SetIndexPrice(symbol_id, price_e8("index", body.index)))
    if isinstance(body.mark, str):
        commands.append(PinMarkPrice(symbol_id, price_e8("mark", body.mark)))
    elif body.mark is None:
        commands.append(PinMarkPrice(symbol_id, 0))
    if not commands:
        raise Problem(400, "give index, mark or both")
    followers = followers_of(ports, instrument)
    for command in commands:
        settled(await ports.submit(command))
    if isinstance(body.index, str):
        for follower in followers:
            told = follower.hear(instrument.symbol, price_e8("index", body.index))
            if told is not None:
                await ports.submit(told)  # a basket that would be worth too much keeps its price
    prices = ports.world.prices[symbol_id]
    return {
        "symbol": instrument.symbol,
        "index": format_shortest(prices.index_e8, 8),
        "mark": format_shortest(prices.mark_e8, 8),
    }


def followers_of(ports: Ports, instrument: Instrument) -> list[Follower]:
    """The contracts whose baskets have to do with another contract's index, with what all parts cost now."""
    world, listed_e8 = ports.world, ports.world.index_prices_e8()
    return [
        Follower(row, asset_prices_e8(row.basket, world.prices[row.symbol_id].part_prices_e8, listed_e8))
        for row in world.catalog.by_id
        if instrument.symbol in map(contract_of, assets_of(row.basket))
    ]


async def set_asset_index(ports: Ports, params: dict[str, str], body: AssetIndex) -> dict[str, Any]:
    """Set the price of a margin asset in USD, or with null let it follow its contract again."""
    assets = ports.world.assets
    asset = params["asset"]
    if asset not in assets.by_name:
        raise Problem(404, f"{asset!r} is no margin asset; {', '.join(assets.by_name) or 'none'} are")
    price = 0 if body.index is None else price_e8("index", body.index)
    settled(await ports.submit(SetAssetIndex(asset, price)))
    bid_e8, ask_e8 = assets.rates_e8(asset)
    return {
        "asset": asset,
        "index": format_shortest(assets.index_e8(asset), 8),
        "bid_rate": format_shortest(bid_e8, 8),
        "ask_rate": format_shortest(ask_e8, 8),
    }


def price_e8(name: str, text: str) -> int:
    """A price in 1e-8 of the quote, above zero."""
    try:
        price = parse_scaled(text, 8)
    except ValueError as error:
        raise Problem(400, f"{name}: {error}; prices have up to 8 decimals") from None
    if price == 0:
        raise Problem(400, f"{name}: must be above 0")
    return price
