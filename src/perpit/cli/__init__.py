"""The command line: one verb a file, one line for whatever goes wrong.

`main` is the console script. Exit codes: 0 done, 1 it did not work, 2 it was asked wrongly.
"""

import sys
from collections.abc import Sequence
from typing import Any

import typer

from perpit.cli import accounts, clock, deposit, grids, keys, serve, verify
from perpit.cli.failure import Failure

# what typer raises for a command line that it cannot read; the name of its class differs between versions
NotUnderstood: type[Any] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="perpit",
    help="A futures exchange of your own that speaks the Binance Futures API. Start with: perpit serve",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("serve")(serve.serve)
app.add_typer(accounts.app, name="accounts")
app.add_typer(keys.app, name="keys")
app.command("deposit")(deposit.deposit)
app.command("withdraw")(deposit.withdraw)
app.add_typer(grids.app, name="grids")
app.add_typer(clock.app, name="clock")
app.command("verify")(verify.verify)


@app.callback(invoke_without_command=True)
def perpit(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Show the version, or the help when nothing is asked."""
    if version:
        from perpit import __version__

        typer.echo(f"perpit {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing a user does ends in a traceback."""
    try:
        code = app(args=arguments, prog_name="perpit", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except Failure as failure:
        return complain(str(failure), failure.code)
    except NotUnderstood as error:
        context = getattr(error, "ctx", None)
        verb = context.command_path if context is not None else "perpit"
        message = " ".join(error.format_message().split()).rstrip(".")
        return complain(f"{message}; {verb} --help shows what is possible", 2)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone; there is nobody to complain to
        return 1


def complain(message: str, code: int) -> int:
    """One line on the standard error, and the exit code."""
    print(f"perpit: {message}", file=sys.stderr)
    return code
