"""`perpit keys`: API keys of an account."""

from pathlib import Path
from typing import Annotated, Any

import typer

from perpit.cli.failure import Failure
from perpit.cli.output import print_json, print_table
from perpit.cli.remote import Json, Which, of_a_venue, segment

app = typer.Typer(help="API keys of an account: make, list, edit and revoke them.")
Account = Annotated[str, typer.Argument(help="The account's name.")]
ApiKey = Annotated[str, typer.Argument(help="The API key.")]
HEADINGS = ["API KEY", "TYPE", "FUTURES", "FROM", "LABEL"]


@app.command("list")
@of_a_venue
def list_keys(
    venue: Which,
    account: Account,
    json: Json = False,
) -> None:
    """List the keys of an account. Secrets are not shown again.

    [bold]Example[/bold]
    \b
      perpit keys list alice
    """
    answer = venue().call("GET", f"/accounts/{segment(account)}/keys")
    if json:
        print_json(answer)
        return
    print_table(HEADINGS, [row(key) for key in answer["keys"]])


@app.command("create")
@of_a_venue
def create_key(
    venue: Which,
    account: Account,
    futures: Annotated[bool, typer.Option("--futures", help="Let it trade; without, it only reads.")] = False,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What it is for.")] = "",
    ip: Annotated[
        list[str] | None,
        typer.Option("--ip", metavar="IP", help="Works from this address only; may be given several times."),
    ] = None,
    kind: Annotated[str, typer.Option("--type", metavar="HMAC|RSA|ED25519", help="How it signs.")] = "HMAC",
    public_key: Annotated[
        Path | None, typer.Option("--public-key", metavar="FILE", help="PEM file of an RSA or ED25519 key.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a key. An HMAC key's secret is shown once, now.

    [bold]Examples[/bold]
    \b
      perpit keys create alice --futures --label bot
      perpit keys create alice --futures --ip 10.0.0.7
      perpit keys create alice --futures --type ED25519 --public-key alice.pem
    """
    body: dict[str, Any] = {"label": label, "futures": futures, "ips": ip or [], "type": kind.upper()}
    if public_key is not None:
        body["public_key"] = read_pem(public_key)
    answer = venue().call("POST", f"/accounts/{segment(account)}/keys", body)
    if json:
        print_json(answer)
        return
    print(f"API key     {answer['api_key']}")
    if answer["api_secret"]:
        print(f"API secret  {answer['api_secret']}  (shown once)")
    if not futures:
        print("It only reads; --futures makes one that trades.")


@app.command("edit")
@of_a_venue
def edit_key(
    venue: Which,
    account: Account,
    api_key: ApiKey,
    futures: Annotated[
        bool | None, typer.Option("--futures/--no-futures", help="Let it trade, or only read.")
    ] = None,
    label: Annotated[str | None, typer.Option("--label", metavar="TEXT", help="What it is for.")] = None,
    ip: Annotated[
        list[str] | None,
        typer.Option("--ip", metavar="IP", help="Works from this address only; may be given several times."),
    ] = None,
    anywhere: Annotated[bool, typer.Option("--anywhere", help="Works from every address.")] = False,
    json: Json = False,
) -> None:
    """Change what a key may do, and from where; its secret stays. It holds from its next request on.

    [bold]Examples[/bold]
    \b
      perpit keys edit alice vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A --no-futures
      perpit keys edit alice vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A --ip 10.0.0.7
    """
    if anywhere and ip:
        raise Failure("--anywhere and --ip exclude each other", 2)
    wanted = {"futures": futures, "label": label, "ips": [] if anywhere else ip}
    body = {name: value for name, value in wanted.items() if value is not None}
    if not body:
        raise Failure("nothing is to be changed; perpit keys edit --help shows what is possible", 2)
    path = f"/accounts/{segment(account)}/keys/{segment(api_key)}"
    answer = venue().call("PUT", path, body)
    if json:
        print_json(answer)
    else:
        print_table(HEADINGS, [row(answer)])


@app.command("revoke")
@of_a_venue
def revoke_key(
    venue: Which,
    account: Account,
    api_key: ApiKey,
    json: Json = False,
) -> None:
    """Take a key away. What it did before stands.

    [bold]Example[/bold]
    \b
      perpit keys revoke alice vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A
    """
    path = f"/accounts/{segment(account)}/keys/{segment(api_key)}"
    answer = venue().call("DELETE", path)
    if json:
        print_json(answer)
    else:
        print("The key is revoked.")


def row(key: dict[str, Any]) -> list[str]:
    """A key as a row of the table."""
    return [
        key["api_key"],
        key["type"],
        "yes" if key["futures"] else "no",
        ", ".join(key["ips"]) or "anywhere",
        key["label"] or "–",
    ]


def read_pem(file: Path) -> str:
    """The text of a key file."""
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"--public-key: cannot read {file}: {error}", 2) from None
