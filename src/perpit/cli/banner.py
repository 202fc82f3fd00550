"""What `perpit serve` says when the venue answers: where it is, what runs there, and how to trade in a minute."""

import json
import sys
import time
from typing import Any, Final, NamedTuple

import msgspec

from perpit import __version__
from perpit.binance.products import PRODUCTS
from perpit.binance.profiles import PROFILES, in_words
from perpit.binance.ws_methods import PATHS
from perpit.domain.numbers import format_shortest
from perpit.domain.words import COIN_M, USDS_M
from perpit.runtime.clock import WALL
from perpit.venue import Venue


class InCcxt(NamedTuple):
    """What a product is called in ccxt: its class, its table of errors, and an order."""

    name: str
    errors: str
    order: str


IN_CCXT: Final = {
    USDS_M: InCcxt("binanceusdm", "linear", '"BTC/USDT:USDT", "market", "buy", 0.01'),
    COIN_M: InCcxt("binancecoinm", "inverse", '"BTC/USD:BTC", "market", "buy", 10'),
}


def banner(venue: Venue) -> str:
    """The banner: coloured on a terminal, plain elsewhere."""
    lines = [*headline(venue), "", *places(venue), "", *terms(venue), "", *demo(venue)]
    if not sys.stdout.isatty():
        return "\n".join(lines)
    from rich.console import Console
    from rich.text import Text

    text = Text("\n".join(lines))
    text.highlight_regex(r"(https?|wss?)://\S+", "cyan")
    text.highlight_regex(r"^[A-Z][A-Za-z ]{2,11}(?=  )", "dim")
    text.highlight_regex(r"^Perpit \S+", "bold green")
    console = Console()
    with console.capture() as capture:
        console.print(text, soft_wrap=True, end="")
    return capture.get()


def banner_json(venue: Venue) -> str:
    """The same for programs: one line."""
    settings = venue.settings
    ready: dict[str, Any] = msgspec.to_builtins(venue.ready)
    return json.dumps(
        {
            **ready,
            "market": str(settings.market),
            "symbols": list(venue.world.catalog.by_symbol),
            "clock": str(settings.clock),
            "durability": settings.durability,
            "profile": settings.profile,
            "data": None if settings.data is None else str(settings.data),
            "version": __version__,
        }
    )


def headline(venue: Venue) -> list[str]:
    """What runs, and how it ends."""
    return [f"Perpit {__version__} is open. Ctrl-C stops it."]


def places(venue: Venue) -> list[str]:
    """The addresses."""
    ready = venue.ready
    paths = [product.prefix for product in PRODUCTS.values() if listed(venue, product.market)]
    calls = [path for path, product in PATHS.items() if listed(venue, product.market)]
    return [
        f"REST         {' and '.join(ready.rest + path for path in paths)}",
        f"Streams      {ready.ws}/ws and {ready.ws}/stream",
        f"WebSocket    {' and '.join(ready.ws + path for path in calls)}",
        f"Control      {ready.admin}  (perpit accounts, keys, deposit, clock)",
        f"Page         {ready.rest}/docs  (every call and stream, to look up and to try)",
    ]


def listed(venue: Venue, market: int) -> bool:
    """Whether a contract of a market is listed."""
    return bool(venue.world.catalog.symbols_of(market))


def funds(venue: Venue, name: str) -> str:
    """What an account has: "100000 USDT and 1.6 BTC for COIN-M"."""
    account = venue.world.accounts[venue.world.account_ids[name]]
    held: dict[int, list[str]] = {}
    for (market, asset), wallet in account.wallets.items():
        if wallet.wallet_units:
            held.setdefault(market, []).append(f"{format_shortest(wallet.wallet_units, 8)} {asset}")
    coins = f"{', '.join(held[COIN_M])} for {PRODUCTS[COIN_M].title}" if COIN_M in held else ""
    return " and ".join(filter(None, (", ".join(held.get(USDS_M, [])), coins))) or "nothing"


def terms(venue: Venue) -> list[str]:
    """What is traded, how time runs and what is kept."""
    settings, symbols = venue.settings, ", ".join(venue.world.catalog.by_symbol)
    return [
        f"Market       {settings.market}: {symbols}",
        f"Clock        {settings.clock}{ahead(venue)}",
        f"Durability   {durability(venue)}",
        f"Limits       {'as on the exchange' if settings.limits else 'off'}",
        f"Profile      {settings.profile}: {in_words(PROFILES[settings.profile])}",
    ]


def ahead(venue: Venue) -> str:
    """How far a wall clock is ahead of the machine's: time never goes back, not even when it was driven before."""
    seconds = (venue.clock.now_ms() - time.time_ns() // 1_000_000) // 1000
    if venue.clock.mode != WALL or seconds < 1:
        return ""
    return f", {seconds:,} s ahead of this machine's: the venue was driven to there before"


def durability(venue: Venue) -> str:
    """What survives, and where it is."""
    settings = venue.settings
    if settings.data is None:
        return "none: everything stays in memory"
    if settings.durability == "none":
        return f"none: nothing is written to {settings.data}"
    kept = f", {venue.recovered_commands:,} commands recovered" if venue.recovered_commands else ""
    return f"{settings.durability} in {settings.data}{kept}"


def demo(venue: Venue) -> list[str]:
    """The demo key, and ccxt on this venue in a few lines."""
    ready = venue.ready
    if not ready.accounts:
        return ["There is no demo key; make one with: perpit keys create ACCOUNT --futures"]
    key = ready.accounts[0]
    market = USDS_M if listed(venue, USDS_M) else COIN_M
    prefix, table = PRODUCTS[market].prefix[1:], IN_CCXT[market]
    return [
        f"Account      {key.name} with {funds(venue, key.name)}",
        f"API key      {key.api_key}",
        f"API secret   {key.api_secret}",
        "",
        "With ccxt:",
        f'  x = ccxt.{table.name}({{"apiKey": KEY, "secret": SECRET, "options": {{"fetchCurrencies": False}}}})',
        f'  x.urls["api"] |= {{k: v.replace("https://{prefix}.binance.com", "{ready.rest}") '
        f'for k, v in x.urls["api"].items() if k.startswith("{prefix}")}}',
        f'  x.exceptions["exact"] |= x.exceptions["{table.errors}"]["exact"]',
        f"  x.create_order({table.order})",
    ]
