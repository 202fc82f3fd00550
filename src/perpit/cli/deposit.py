"""`perpit deposit` and `perpit withdraw`: money in and out of an account."""

from typing import Annotated

import typer

from perpit.cli.accounts import balances
from perpit.cli.output import print_json
from perpit.cli.remote import Json, Which, of_a_venue, segment

Account = Annotated[str, typer.Argument(help="The account's name.")]
Amount = Annotated[str, typer.Argument(help="A decimal number, up to 8 decimals.")]
Asset = Annotated[str, typer.Argument(help="The asset.")]
Market = Annotated[
    str, typer.Option("--market", metavar="usds_m|coin_m", help="Whose wallet of the account it is.")
]


@of_a_venue
def deposit(
    venue: Which,
    account: Account,
    amount: Amount,
    asset: Asset = "USDT",
    market: Market = "usds_m",
    json: Json = False,
) -> None:
    """Give an account money.

    [bold]Examples[/bold]
    \b
      perpit deposit alice 5000
      perpit deposit alice 0.25 BNB
      perpit deposit alice 0.5 BTC --market coin_m
    """
    transfer(venue, "deposits", account, amount, asset, market, json)


@of_a_venue
def withdraw(
    venue: Which,
    account: Account,
    amount: Amount,
    asset: Asset = "USDT",
    market: Market = "usds_m",
    json: Json = False,
) -> None:
    """Take money that the account's positions and orders do not need.

    [bold]Example[/bold]
    \b
      perpit withdraw alice 1250.50
    """
    transfer(venue, "withdrawals", account, amount, asset, market, json)


def transfer(
    venue: Which, what: str, account: str, amount: str, asset: str, market: str, as_json: bool
) -> None:
    """Deposit or withdraw, and show the account afterwards."""
    body = {"asset": asset.upper(), "amount": amount, "market": market}
    answer = venue().call("POST", f"/accounts/{segment(account)}/{what}", body)
    if as_json:
        print_json(answer)
    else:
        print(f"{answer['name']} now has {balances(answer)}")
