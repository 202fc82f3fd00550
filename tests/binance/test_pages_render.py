"""Every page of /docs, rendered by Node without a browser, under every profile: nothing is missing on any."""

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from perpit.binance import asyncapi, openapi
from perpit.binance.profiles import PROFILES, UNION, Profile
from perpit.control import describe

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("every_page.js")
pytestmark = pytest.mark.skipif(NODE is None, reason="the page is rendered by Node, which is not here")


def rendered(profile: Profile) -> Any:
    """The pages of a venue of a profile: their ids, those that are broken, and the examples of calls."""
    assert NODE is not None
    descriptions = [openapi.document(profile, "1", describe.openapi()), asyncapi.document(profile, "1")]
    page = str(files("perpit.binance") / "page")
    done = subprocess.run(
        [NODE, str(SCRIPT), page], input=json.dumps(descriptions), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_page_can_be_shown(profile: Profile) -> None:
    shown = rendered(profile)
    assert len(shown["pages"]) > 250
    assert {"#/", "#/post/fapi/v1/order", "#/group/products that are not here"} <= set(shown["pages"])
    assert shown["broken"] == []


def test_examples_are_requests_that_can_be_made() -> None:
    examples = rendered(UNION)["examples"]
    assert examples["#/get/futures/data/basis?COIN-M"]["pair"] == "BTCUSD"
    assert examples["#/get/futures/data/openInterestHist"] == {"period": "5m", "symbol": "BTCUSDT"}
    assert examples["#/get/futures/data/openInterestHist?COIN-M"] == {"period": "5m", "pair": "BTCUSD"}
    assert "price" not in examples["#/post/fapi/v1/algoOrder"]
    placed, amended = (examples[f"#/{verb}/dapi/v1/order"] for verb in ("post", "put"))
    assert (placed["symbol"], placed["quantity"]) == ("BTCUSD_PERP", "1")
    assert placed["newClientOrderId"] == amended["origClientOrderId"]
