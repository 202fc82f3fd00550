"""`perpit serve`: run a venue until Ctrl-C."""

import os
import re
from typing import Annotated, Any

import typer

from perpit.cli.failure import Failure
from perpit.home import default_directory
from perpit.settings import BadSetting, load

WHERE, WHAT, TIME, KEEP = "Where it answers", "What it trades", "How its time runs", "What it keeps"


def text_option(name: str, metavar: str, help: str, panel: str) -> Any:
    """An option whose text is read by `perpit.settings`, as that of every other source."""
    return typer.Option(name, metavar=metavar, help=shown(help), rich_help_panel=panel)


def shown(help: str) -> str:
    """A help text whose defaults in brackets are shown; rich would take [wall] for a colour."""
    return re.sub(r"\[(?=[a-z])", r"\[", help)


def serve(
    host: Annotated[
        str | None, text_option("--host", "HOST", "Address to listen on. [127.0.0.1]", WHERE)
    ] = None,
    port: Annotated[
        str | None, text_option("--port", "PORT", "Port; 0 takes a free one. [8000]", WHERE)
    ] = None,
    tls_cert: Annotated[
        str | None, text_option("--tls-cert", "FILE", "Serve TLS: certificate, PEM.", WHERE)
    ] = None,
    tls_key: Annotated[
        str | None, text_option("--tls-key", "FILE", "Serve TLS: its key, PEM.", WHERE)
    ] = None,
    tls: Annotated[
        str | None, text_option("--tls", "self-signed", "Serve TLS with a certificate of its own.", WHERE)
    ] = None,
    ready_file: Annotated[
        str | None, text_option("--ready-file", "FILE", "Written as JSON once the venue answers.", WHERE)
    ] = None,
    market: Annotated[
        str | None, text_option("--market", "MARKET", "synthetic, none or recorded:PATH. [synthetic]", WHAT)
    ] = None,
    symbols: Annotated[
        str | None, text_option("--symbols", "LIST", "Contracts to list. [BTCUSDT,ETHUSDT,BTCUSD_PERP]", WHAT)
    ] = None,
    seed: Annotated[
        str | None,
        text_option("--seed", "N", "The synthetic market's seed; the same, the same market. [1]", WHAT),
    ] = None,
    on_bad_line: Annotated[
        str | None, text_option("--on-bad-line", "stop|skip", "A broken line of a recording. [stop]", WHAT)
    ] = None,
    demo_balance: Annotated[
        str | None,
        text_option(
            "--demo-balance",
            "USDT",
            "What the demo account starts with; for COIN-M, coin worth as much. [100000]",
            WHAT,
        ),
    ] = None,
    circulating_supply: Annotated[
        str | None,
        text_option(
            "--circulating-supply",
            "LIST",
            "Coins in circulation, as openInterestHist shows them: BTC=19950000,ETH=120690000. [the catalogue's]",
            WHAT,
        ),
    ] = None,
    no_limits: Annotated[
        bool | None,
        typer.Option("--no-limits", help="Count rate limits, refuse nothing.", rich_help_panel=WHAT),
    ] = None,
    connection_attempts: Annotated[
        str | None,
        text_option(
            "--connection-attempts",
            "N",
            "WebSocket connections that an IP may open in five minutes, as the exchange's 300; 0: any number. [0]",
            WHAT,
        ),
    ] = None,
    strict_time: Annotated[
        bool | None,
        typer.Option(
            "--strict-time",
            help="Timestamps and limits follow a manual or scaled clock only, not the machine's too.",
            rich_help_panel=TIME,
        ),
    ] = None,
    profile: Annotated[
        str | None,
        text_option(
            "--profile",
            "PROFILE",
            "Which exchange: union, or as on 2025-11, 2025-12-09, 2026-04-23, 2026-06-30. [union]",
            WHAT,
        ),
    ] = None,
    clock: Annotated[
        str | None,
        text_option(
            "--clock", "CLOCK", "wall, scaled:N (N times as fast), manual or manual:MS. [wall]", TIME
        ),
    ] = None,
    data: Annotated[
        str | None, text_option("--data", "DIR", "Data directory. [in the user's state folder]", KEEP)
    ] = None,
    memory: Annotated[
        bool | None, typer.Option("--memory", help="Keep nothing: no data directory.", rich_help_panel=KEEP)
    ] = None,
    durability: Annotated[
        str | None,
        text_option(
            "--durability", "LEVEL", "What survives: fsync a power loss, os a crash, none. [fsync]", KEEP
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            "--config", metavar="FILE", help=shown("Options as TOML. [perpit.toml, when it is there]")
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON instead of the banner.")
    ] = False,
) -> None:
    """Run the exchange until Ctrl-C.

    Without any option: a market that moves, a demo account with funds and a key,
    and a data directory that the next start goes on from. Every option can also
    stand in perpit.toml (port = 9000) and in the environment (PERPIT_PORT=9000);
    the command line wins, then the environment.

    The exchange broke its API three times within seven months. A profile is the
    exchange of one day, to rehearse a migration or to run a bot of that time:

    \b
      union       takes and tells what any of them did (the default)
      2025-11     before them: conditional orders on /order, no Algo service
      2025-12-09  USDS-M's conditional orders on /algoOrder only, else -4120
      2026-04-23  streams on /public, /market and /private; wrong path: silence
      2026-06-30  COIN-M like USDS-M, one position mode and one pool of limits;
                  no avgPrice and cumQuote in answers to orders; until today

    [bold]Examples[/bold]
    \b
      perpit serve
      perpit serve --memory --port 9000
      perpit serve --symbols BTCUSDT,SOLUSDT,ETHUSD_PERP
      perpit serve --memory --market none --clock manual --ready-file ready.json
      perpit serve --memory --market recorded:btcusdt_20240808.gz
      perpit serve --memory --profile 2026-06-30
    """
    given = {name: value for name, value in locals().items() if name != "json"}
    try:
        settings = load(given, os.environ, default_directory())
    except BadSetting as error:
        raise Failure(str(error), 2) from None
    from perpit.cli.running import (
        run_until_signal,  # here, so that other verbs do not wait for the venue's code
    )

    run_until_signal(settings, json)
