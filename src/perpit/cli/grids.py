"""`perpit grids`: grid trading for an account."""

from typing import Annotated, Any

import typer

from perpit.cli.output import print_json, print_table
from perpit.cli.remote import Json, Which, of_a_venue, segment

app = typer.Typer(
    help="Grid trading: limit orders on a grid of prices, each answered by its opposite when it is filled."
)
Account = Annotated[str, typer.Argument(help="The account's name.")]


@app.command("list")
@of_a_venue
def list_grids(
    venue: Which,
    account: Account,
    json: Json = False,
) -> None:
    """List the grids of an account: those that run, and the ended ones that the venue remembers.

    REALIZED is what pairs of a buy and a sell have earned, less all fees; OPEN is what waits for its other half.

    [bold]Example[/bold]
    \b
      perpit grids list alice
    """
    answer = venue().call("GET", f"/accounts/{segment(account)}/grids")
    if json:
        print_json(answer)
        return
    headings = ["ID", "SYMBOL", "STATUS", "BOUNDS", "GRIDS", "QUANTITY", "REALIZED", "OPEN"]
    print_table(headings, [row(grid) for grid in answer["grids"]])


@app.command("start")
@of_a_venue
def start_grid(
    venue: Which,
    account: Account,
    symbol: Annotated[str, typer.Argument(help="The contract.")],
    lower: Annotated[str, typer.Argument(help="The lowest price.")],
    upper: Annotated[str, typer.Argument(help="The highest price.")],
    quantity: Annotated[str, typer.Option("--quantity", metavar="QTY", help="Of every order.")],
    grids: Annotated[
        int,
        typer.Option("--grids", metavar="N", help="Into how many steps the bounds are divided, 2 to 169."),
    ] = 10,
    spacing: Annotated[
        str, typer.Option("--spacing", metavar="arithmetic|geometric", help="Equal steps, or equal ratios.")
    ] = "arithmetic",
    direction: Annotated[
        str,
        typer.Option("--direction", metavar="neutral|long|short", help="Where it begins; see above."),
    ] = "neutral",
    json: Json = False,
) -> None:
    """Trade on a grid until it is stopped, or cannot go on.

    A neutral grid buys below the present price and sells above it. A long one buys for every step first, at the market
    where the step lies above the price, and sells each one level higher; a short one sells first. The account needs the
    margin for all orders of one side. It hears STRATEGY_UPDATE and GRID_UPDATE on its user data stream.

    A grid ends when it is stopped, when one of its orders is cancelled or amended by somebody else, when its next
    order is refused, when the account is liquidated or the contract ends.

    [bold]Examples[/bold]
    \b
      perpit grids start alice BTCUSDT 58000 62000 --quantity 0.01
      perpit grids start alice BTCUSDT 58000 62000 --grids 40 --quantity 0.002 --direction long
      perpit grids start alice BTCUSD_PERP 50000 70000 --spacing geometric --quantity 5
    """
    body = {
        **{"symbol": symbol.upper(), "lower": lower, "upper": upper, "grids": grids, "quantity": quantity},
        **{"spacing": spacing.lower(), "direction": direction.lower()},
    }
    answer = venue().call("POST", f"/accounts/{segment(account)}/grids", body)
    if json:
        print_json(answer)
    elif answer["status"] == "working":
        print(f"Grid {answer['id']} works. To end it: perpit grids stop {account} {answer['id']}")
    else:
        print(f"Grid {answer['id']} was started and has {answer['status']}: {answer['because']}")


@app.command("stop")
@of_a_venue
def stop_grid(
    venue: Which,
    account: Account,
    grid: Annotated[int, typer.Argument(min=1, help="Its id, as start and list show it.")],
    json: Json = False,
) -> None:
    """Cancel the orders of a grid and end it. The position that it has built stays.

    [bold]Example[/bold]
    \b
      perpit grids stop alice 1
    """
    answer = venue().call("DELETE", f"/accounts/{segment(account)}/grids/{grid}")
    if json:
        print_json(answer)
    else:
        print(f"Grid {grid} has ended. It realized {answer['realized_pnl']}, open is {opened(answer)}")


def row(grid: dict[str, Any]) -> list[str]:
    """A grid as a row of the table."""
    return [
        str(grid["id"]),
        grid["symbol"],
        grid["status"],
        f"{grid['lower']} to {grid['upper']}",
        str(grid["grids"]),
        grid["quantity"],
        grid["realized_pnl"],
        opened(grid),
    ]


def opened(grid: dict[str, Any]) -> str:
    """What waits for its other half."""
    if grid["unmatched_quantity"] == "0":
        return "nothing"
    return f"{grid['unmatched_quantity']} @ {grid['unmatched_price']}"
