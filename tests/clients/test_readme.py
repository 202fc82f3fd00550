"""What the README and the start banner show: every snippet is executed as it stands there, against a live venue."""

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from perpit.testing import ServedVenue
from tests.clients.inbox import eventually
from tests.clients.signing import SignedRest
from tests.clients.venue import Operator

README = Path(__file__).parents[2] / "README.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)


def executed(code: str) -> str:
    """What a Python of its own prints for the code."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ, check=False)
    assert ended.returncode == 0, f"{code}\n{ended.stdout}\n{ended.stderr}"
    assert "Warning" not in ended.stderr
    return ended.stdout


def test_the_readme_shows_a_client_of_each_kind() -> None:
    imports = [re.search(r"^(?:import|from) (\w+)", snippet, re.MULTILINE) for snippet in SNIPPETS]
    assert [found and found[1] for found in imports] == ["ccxt", "binance", "binance_common", "ccxt"]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=["ccxt", "python-binance", "official SDK", "COIN-M"])
def test_a_snippet_of_the_readme_trades(snippet: str, lively: Operator) -> None:
    account = lively.account()
    lively.give_coin(account, "1")
    pointed = snippet.replace("http://127.0.0.1:8000", lively.rest)
    printed = executed(f"KEY, SECRET = {account.api_key!r}, {account.api_secret!r}\n{pointed}")
    assert printed.strip()
    coin_m = "coinm" in snippet
    path = "/dapi/v1/positionRisk" if coin_m else "/fapi/v3/positionRisk"
    assert held(lively.rest, account.api_key, account.api_secret, path) == ["10" if coin_m else "0.010"]


@pytest.mark.parametrize(
    ("symbols", "path", "position"),
    [
        ("BTCUSDT,BTCUSD_PERP", "/fapi/v3/positionRisk", "0.010"),
        ("BTCUSD_PERP", "/dapi/v1/positionRisk", "10"),
    ],
)
async def test_the_snippet_of_the_banner_trades(symbols: str, path: str, position: str) -> None:
    with ServedVenue("--seed", "7", "--symbols", symbols) as venue:
        await eventually(lambda: "create_order(" in venue.output)  # the banner comes after the ready-file
        lines = venue.output.partition("With ccxt:\n")[2].splitlines()
        snippet = "\n".join(line.strip() for line in lines if line.startswith("  "))
        key = venue.ready["accounts"][0]
        executed(f"import ccxt\nKEY, SECRET = {key['api_key']!r}, {key['api_secret']!r}\n{snippet}")
        assert held(venue.ready["rest"], key["api_key"], key["api_secret"], path) == [position]


def held(rest: str, api_key: str, api_secret: str, path: str = "/fapi/v3/positionRisk") -> list[str]:
    """The positions of an account."""
    with contextlib.closing(SignedRest(rest, api_key, api_secret)) as client:
        return [row["positionAmt"] for row in client.get(path)]
