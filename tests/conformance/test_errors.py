"""Every error code that the venue claims to answer, provoked over the wire: code, status and text as published."""

import re
from pathlib import Path

import msgspec
import pytest

from perpit.binance import coverage, wire_facts
from perpit.binance.openapi_errors import refused_with
from perpit.binance.products import COIN, USDS, Product
from perpit.binance.routes import ROUTES
from perpit.binance.unanswered import UNANSWERED
from tests.conformance.provoke import Provocation, provocations, provoke
from tests.conformance.world import World

ROOT = Path(__file__).parents[2]
TABLE = provocations()
# Where status or text on the wire differ from the published list, and why.
DIFFERENT = {
    -1000: "semantics 6.7: what is no JSON is the caller's fault, 400; the list has 503",
    -4130: "semantics 4.5.6: one closePosition order per side and kind, in the lists of older years only",
    -5000: "not in the list; seen for unknown paths",
    -4411: "not in the list; clients report it",
    -2011: "semantics 5.7.5: the wire says 'Unknown order sent.'",
    -4028: "semantics 1.7.2: the list has backticks, the wire has none",
}


def published(code: int) -> tuple[set[int], list[str]]:
    """Statuses and texts of a code; `%s` stands for what is filled in."""
    entries = msgspec.json.decode(wire_facts.ERRORS.read_bytes())
    entry = next(entry for entry in entries if entry["code"] == code)
    status = entry["status"]
    return set(status if isinstance(status, list) else [status]), entry["messages"]


@pytest.mark.parametrize(
    "row", [row for row in TABLE if not row.elsewhere], ids=lambda row: f"{row.code} {row.market}"
)
def test_an_error_is_provoked_and_said_as_published(world: World, row: Provocation) -> None:
    answer = provoke(world, row)
    assert answer.code == row.code, answer
    if row.code in DIFFERENT:
        return
    statuses, texts = published(row.code)
    assert answer.status in statuses
    patterns = [re.escape(text).replace("%s", ".+") for text in texts]
    assert any(re.fullmatch(pattern, answer.message) for pattern in patterns), (answer.message, texts)


def test_every_code_of_the_coverage_page_is_provoked() -> None:
    assert {row.code for row in TABLE} == set(coverage.codes())


def test_every_code_of_the_exchanges_list_is_provoked_or_has_a_reason_why_not() -> None:
    documented = {entry["code"] for entry in msgspec.json.decode(wire_facts.ERRORS.read_bytes())}
    without = [code for _why, codes in UNANSWERED for code in codes]
    assert len(without) == len(set(without))
    provoked = {row.code for row in TABLE}
    assert documented - provoked == set(without)
    assert not set(without) & set(coverage.codes())


# What COIN-M answers although its own list has no such code: decision 73.
BEYOND_COIN_M = {
    *(-2017, -4109),  # the standing of an account is one for both products
    *(-4116, -4130, -4140, -4141, -4411, -5021, -5022),  # the same rule, which its list has no code for
    *(-5037, -5038, -5039, -5040, -5041, -5047),  # parameters that it has since 2024-10-11 and later
    *(-4144, -4165),  # pairs and spans
    -4168,  # described with the call that both have; COIN-M has no multi-assets mode
}


@pytest.mark.parametrize(("product", "name"), [(USDS, "usds_m"), (COIN, "coin_m")])
def test_a_product_answers_with_the_codes_of_its_own_list_but_for_those_that_are_named(
    product: Product, name: str
) -> None:
    entries = msgspec.json.decode(wire_facts.ERRORS.read_bytes())
    own = {entry["code"] for entry in entries if name in entry["markets"]}
    described = {kind.code for route in ROUTES if route.product is product for kind in refused_with(route)}
    named = BEYOND_COIN_M if product is COIN else {-4130, -4411}
    assert described - own == named


@pytest.mark.parametrize("row", [row for row in TABLE if row.elsewhere], ids=lambda row: str(row.code))
def test_what_is_provoked_elsewhere_is_provoked_there(row: Provocation) -> None:
    assert str(row.code) in (ROOT / row.elsewhere).read_text(encoding="utf-8")
