"""`perpit accounts`: who trades on a venue."""

from typing import Annotated, Any

import typer

from perpit.cli.failure import Failure
from perpit.cli.output import print_json, print_table
from perpit.cli.remote import Json, Which, of_a_venue, segment
from perpit.domain.words import STANDINGS

DASHED = [name.replace(" ", "-") for name in STANDINGS]  # as a shell likes them

app = typer.Typer(help="Accounts of a running venue: list them, open new ones, set their fees and standing.")


@app.command("list")
@of_a_venue
def list_accounts(venue: Which, json: Json = False) -> None:
    """List the accounts with their balances.

    [bold]Examples[/bold]
    \b
      perpit accounts list
      perpit accounts list --url http://127.0.0.1:9000 --token TOKEN --json
    """
    answer = venue().call("GET", "/accounts")
    if json:
        print_json(answer)
    else:
        print_table(["ACCOUNT", "BALANCES"], [[one["name"], balances(one)] for one in answer["accounts"]])


@app.command("create")
@of_a_venue
def create_account(
    venue: Which,
    name: Annotated[str, typer.Argument(help="Its name: letters, digits, dots, dashes.")],
    json: Json = False,
) -> None:
    """Open an account. It has no money and no key yet.

    [bold]Examples[/bold]
    \b
      perpit accounts create alice
      perpit deposit alice 5000
      perpit keys create alice --futures
    """
    answer = venue().call("POST", "/accounts", {"name": name})
    if json:
        print_json(answer)
    else:
        print(f"Account {answer['name']} is open. Next: perpit deposit {name} 5000")


@app.command("fee-tier")
@of_a_venue
def set_fee_tier(
    venue: Which,
    name: Annotated[str, typer.Argument(help="The account.")],
    tier: Annotated[int, typer.Argument(min=0, max=9, help="0 is what everybody pays, 9 the least.")],
    market: Annotated[
        str, typer.Option("--market", metavar="usds_m|coin_m", help="In which market it pays less.")
    ] = "usds_m",
    json: Json = False,
) -> None:
    """Put an account on a tier of fees, as the exchange gives them for volume. It holds from the next fill on.

    [bold]Examples[/bold]
    \b
      perpit accounts fee-tier alice 3
      perpit accounts fee-tier alice 9 --market coin_m
    """
    body = {"market": market, "tier": tier}
    answer = venue().call("PUT", f"/accounts/{segment(name)}/fee-tier", body)
    if json:
        print_json(answer)
    else:
        print(f"Account {name} is on tier {tier} of {market}. Its rates: GET commissionRate")


@app.command("standing")
@of_a_venue
def set_standing(
    venue: Which,
    name: Annotated[str, typer.Argument(help="The account.")],
    standing: Annotated[str, typer.Argument(help=f"{', '.join(DASHED[:-1])} or {DASHED[-1]}.")],
    json: Json = False,
) -> None:
    """Restrict an account as the exchange does, or let it go. A deposit makes an inactive one good again.

    [bold]Examples[/bold]
    \b
      perpit accounts standing alice only-reduces
      perpit accounts standing alice good
    """
    wanted = standing.replace("-", " ")
    if wanted not in STANDINGS:
        raise Failure(f"{standing!r} is no standing; it is one of {', '.join(DASHED)}", 2)
    body = {"standing": wanted}
    answer = venue().call("PUT", f"/accounts/{segment(name)}/standing", body)
    if json:
        print_json(answer)
    else:
        print(f"The standing of account {name} is {answer['standing']}.")


def balances(account: dict[str, Any]) -> str:
    """The wallets of an account in one line."""
    wallets = [f"{wallet['balance']} {wallet['asset']} ({wallet['market']})" for wallet in account["wallets"]]
    return ", ".join(wallets) or "–"
