"""docs/CLIENTS.md: the snippets of clients that stand in the tests' own environment, executed as they are shown.

Those of other clients are executed where these are installed: `Visitor.follow`.
"""

import re
from pathlib import Path

import pytest

from tests.clients.page import PAGE, SNIPPETS, pointed
from tests.clients.test_readme import executed
from tests.clients.venue import Scene

HERE = ("ccxt", "python-binance", "Official SDK, USDS-M", "Official SDK, COIN-M")


@pytest.mark.parametrize("client", HERE)
def test_a_snippet_of_the_page_of_clients_connects(client: str, scene: Scene) -> None:
    funds = 1.0 if "COIN-M" in client else 100_000.0
    assert float(executed(pointed(client, scene.rest, scene.trader)).split()[-1]) == funds


def test_every_other_snippet_is_followed_by_a_test_of_its_client() -> None:
    here = Path(__file__)
    tests = "".join(each.read_text() for each in here.parent.glob("test_*.py") if each.name != here.name)
    followed = set(re.findall(r'(?:follow|pointed)\("(.+?)"', tests))
    assert followed == set(SNIPPETS) - set(HERE)


def test_every_row_of_the_table_leads_to_its_snippet() -> None:
    page = PAGE.read_text()
    anchors = {re.sub(r"[^\w\s-]", "", name.lower()).replace(" ", "-") for name in SNIPPETS}
    assert set(re.findall(r"\]\(#(.+?)\)", page)) == anchors
