"""How verbs print: a table for people, one line of JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def print_json(value: Any) -> None:
    """One value, one line."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under headings; drawn on a terminal, plain columns elsewhere."""
    listed = [[str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        plain_table(headings, listed)
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=SIMPLE_HEAD)
    for row in listed:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    Console().print(table)


def plain_table(headings: Sequence[str], rows: list[list[str]]) -> None:
    """Columns padded to the widest cell, two spaces apart."""
    lines = [list(headings), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
