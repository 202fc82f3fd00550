"""The coverage page and the tables of the conformance tests: what the page calls done has a row, and what has a row is
on the page.
"""

from perpit.binance.coverage import page
from tests.conformance.table import ROWS, rows

HEADS = ("call", "method", "stream", "event")


def lines() -> list[dict[str, str]]:
    """Every line of the page's tables that have a state, by the heads of its columns."""
    found: list[dict[str, str]] = []
    heads: list[str] = []
    for line in page().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells and cells[0] in HEADS:
            heads = cells
        elif cells and "state" in heads and not cells[0].startswith("---"):
            found.append(dict(zip(heads, cells, strict=True)))
        elif not cells:
            heads = []
    return found


def test_every_line_that_is_done_has_a_row() -> None:
    done = [line for line in lines() if line["state"] != "missing" and line["state"] != "none"]
    assert len(done) > 200
    assert [line for line in done if not line["conformance"]] == []


def test_a_line_without_a_row_would_be_found() -> None:
    named = {next(iter(line.values())).strip("`") for line in lines()}
    assert {"POST /fapi/v1/order", "order.place", "<symbol>@aggTrade", "MARGIN_CALL"} <= named


def test_every_row_calls_what_is_on_the_page() -> None:
    told = page()
    for table in sorted(ROWS.glob("*.*.json")):
        for row in rows(table.stem):
            if not row.name:
                assert f"| `{row.call}` |" in told, (table.name, row.call)
