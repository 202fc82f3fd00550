"""The page of proofs is current, and no row of the specification is forgotten."""

import ast
import re

from perpit.domain import refusals
from perpit.engine import rules
from tests import semantics_rows as page

NAMED_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def test_the_page_is_up_to_date() -> None:
    assert page.PAGE.read_text() == page.page(), "run: python -m tests.semantics_rows --write"


def test_every_row_is_proven_or_says_why_not() -> None:
    proven = page.proofs()
    silent = [
        row.number
        for row in page.rows()
        if row.number not in proven and not any(getattr(row, word) for word in page.OPEN)
    ]
    assert silent == []


def test_a_row_that_is_not_built_is_proven_by_nobody() -> None:
    proven = page.proofs()
    assert [row.number for row in page.rows() if (row.missing or row.given) and row.number in proven] == []
    assert [row.number for row in page.rows() if row.part and row.number not in proven] == []


def test_tests_name_rows_that_there_are() -> None:
    known = {row.number for row in page.rows()}
    assert {number: tests for number, tests in page.proofs().items() if number not in known} == {}


def test_the_page_has_every_refusal_of_an_order_in_its_order() -> None:
    text = page.PAGE.read_text().partition("## The order of refusals")[2].partition("## Pending")[0]
    names = {value: name for name, value in vars(refusals).items() if name.isupper()}
    told = re.findall(r"([A-Z][A-Z_]+) −\d+", text)
    assert told == [
        names[one] for table in page.ORDERS.values() for _number, _what, broken in table for one in broken
    ]


def test_no_marker_stands_where_it_is_not_read() -> None:
    """Functions of a module are read. A marker on a method would prove nothing, and nobody would know."""
    read = {name.partition(":")[0] for name, _numbers in page.named_in_functions()}
    for path in page.TESTS.rglob("*.py"):
        tree = ast.parse(path.read_text())
        inside = [node for node in ast.walk(tree) if isinstance(node, NAMED_NODES)]
        marked = [
            node.name for node in inside if any(page.marked(decorator) for decorator in node.decorator_list)
        ]
        outer = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        assert set(marked) <= set(outer), path
        assert not marked or str(path.relative_to(page.TESTS)) in read, path


def test_an_inferred_row_names_its_setting_or_says_what_was_chosen() -> None:
    assert {row.mark for row in page.rows()} == set(page.MARKS)
    bare = [
        row.number
        for row in page.rows()
        if row.mark == "inferred"
        and not row.settings
        and not row.choice
        and row.number[0] in "12345"
        and not any(getattr(row, word) for word in page.OPEN)
    ]
    assert bare == []


def test_every_rule_of_the_engine_is_described() -> None:
    named = {
        setting.removeprefix("rules.") for setting in page.descriptions() if setting.startswith("rules.")
    }
    assert named == {name for name in vars(rules) if name.isupper()}
    used = {setting for row in page.rows() for setting in row.settings}
    assert used <= set(page.descriptions())


def test_a_reference_in_the_old_form_is_no_reference() -> None:
    """A scenario that speaks of a row without brackets would be read by people and not by the page."""
    assert page.NAMED.match("# Title [semantics 1.2.1, B3]") is not None
    for path in (page.TESTS / "scenarios").glob("*.txt"):
        titles = [line for line in path.read_text().splitlines() if line.startswith("#")]
        assert [title for title in titles if "semantics" in title and not page.NAMED.match(title)] == []
