"""Which test proves which row of the specification; makes docs/SEMANTICS.md.

`semantics.toml` has the rows. A test names the rows that it proves, all of each row unless the row says `part`:

- a scenario of `scenarios/*.txt`, and an example of docs/MARGIN.md, at the end of its title: [semantics 1.2.1, B3]
- a test function by its marker: @pytest.mark.semantics("1.2.1", "B3")

Words of a row beside its title and mark (doc, impl or inferred: how the specification knows):

    settings   constants of `perpit.engine.rules`, `perpit.domain.margin` or `words`, or terms of a contract
    choice     what Perpit does where nothing is published
    part       what its tests leave open, or what is not built of it
    differs    what Perpit does otherwise, and why
    missing    not built, and no test names it
    given      nothing that a venue could do
    pending    the work that will bring it

`python -m tests.semantics_rows --write` writes the page, and the table of settings in docs/MARGIN.md.
"""

import argparse
import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from perpit.binance import errors
from perpit.domain import margin, refusal_order, refusals, words
from perpit.domain.instrument import Instrument
from perpit.domain.refusal_order import Rule
from perpit.engine import rules

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PAGE = ROOT / "docs" / "SEMANTICS.md"
MARGIN = ROOT / "docs" / "MARGIN.md"
SETTINGS = re.compile(r"(?<=--write -->\n).*?(?=<!-- end of settings -->)", re.DOTALL)
MODULES = {"rules": rules, "margin": margin, "words": words}
MARKS = ("doc", "impl", "inferred")
OPEN = ("missing", "given", "pending", "differs")
NAMED = re.compile(r"^# (?P<title>.+?) \[semantics (?P<rows>[^\]]+)\]$")


@dataclass
class Row:
    section: str
    number: str
    title: str
    mark: str
    settings: list[str] = field(default_factory=list)
    choice: str = ""
    part: str = ""
    differs: str = ""
    missing: str = ""
    given: str = ""
    pending: str = ""


def rows() -> list[Row]:
    sections = tomllib.loads((TESTS / "semantics.toml").read_text())
    settings = sections.pop("settings")
    assert settings, "the settings are described here, too"
    return [
        Row(section, number, **words)
        for section, numbered in sections.items()
        for number, words in numbered.items()
    ]


def descriptions() -> dict[str, str]:
    """What each setting decides, in the order of the page."""
    found: dict[str, str] = tomllib.loads((TESTS / "semantics.toml").read_text())["settings"]
    return found


# -- who proves what ------------------------------------------------------------------------------------------------


def named_in_tables() -> Iterator[tuple[str, list[str]]]:
    files = [path for path in sorted((TESTS / "scenarios").glob("*.txt")) if path.name != "README.txt"]
    for path in [*files, MARGIN]:
        for line in path.read_text().splitlines():
            match = NAMED.match(line)
            if match:
                yield f"{path.name}: {match['title']}", match["rows"].split(", ")


def named_in_functions() -> Iterator[tuple[str, list[str]]]:
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        if "mark.semantics" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                found = [number for decorator in node.decorator_list for number in marked(decorator)]
                if found:
                    yield f"{path.relative_to(TESTS)}: {node.name}", found


def marked(decorator: ast.expr) -> list[str]:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.semantics":
        return []
    return [ast.literal_eval(argument) for argument in decorator.args]


def proofs() -> dict[str, list[str]]:
    """Row → the tests that name it."""
    found: dict[str, list[str]] = {}
    for name, numbers in (*named_in_tables(), *named_in_functions()):
        for number in numbers:
            found.setdefault(number, []).append(name)
    return found


# -- the page -------------------------------------------------------------------------------------------------------


def value_of(setting: str) -> str:
    """A constant and its value; a term of a contract has one for each."""
    room, name = setting.split(".")
    if room == "contract":
        assert name in Instrument.FIELDS, setting
        return f"`{name}` of the contract"
    return f"`{name}` = {getattr(MODULES[room], name):_}"


def setting_of(row: Row) -> str:
    return "; ".join(
        [*(value_of(setting) for setting in row.settings), *([row.choice] if row.choice else [])]
    )


def difference_of(row: Row) -> str:
    if row.given:
        return f"nothing to do: {row.given}"
    if row.missing:
        return f"not built: {row.missing}"
    return "; ".join([*([row.differs] if row.differs else []), *([f"open: {row.part}"] if row.part else [])])


ORDERS: dict[str, tuple[Rule, ...]] = {
    "A limit or market order, and what a conditional order becomes": refusal_order.PLACEMENT,
    "A conditional order while it waits": refusal_order.CONDITIONAL,
    "An amendment": refusal_order.AMENDMENT,
}


def refusal_tables() -> list[str]:
    """The order of refusals, with the codes that USDⓈ-M has for them."""
    names = {value: name for name, value in vars(refusals).items() if name.isupper()}
    lines = ["## The order of refusals", ""]
    lines += [
        "Who breaks several rules is told of the first (`perpit.domain.refusal_order`; broken two at a time by"
    ]
    lines += ["`engine/test_refusal_order.py`). The wire refuses what it cannot read before all of them.", ""]
    for what, table in ORDERS.items():
        lines += [f"### {what}", "", "| rule | what must hold | refusal and code |", "|---|---|---|"]
        for number, text, broken in table:
            codes = ", ".join(
                f"{names[one]} {str(errors.BY_REFUSAL[one].code).replace('-', '−')}" for one in broken
            )
            lines.append(f"| {number} | {text} | {codes} |")
        lines.append("")
    return lines


def settings_table() -> list[str]:
    lines = ["| setting | default | what it decides |", "|---|---|---|"]
    for setting, text in descriptions().items():
        room, name = setting.split(".")
        value = "of each contract" if room == "contract" else f"{getattr(MODULES[room], name):_}"
        lines.append(f"| `{name}` | {value} | {text} |")
    return lines


def with_settings(text: str) -> str:
    """The page of formulas with its table of settings as it is now."""
    return SETTINGS.sub("\n" + "\n".join(settings_table()) + "\n\n", text, count=1)


HEAD = """\
# Which test proves what

Every row of the specification, sections 1 to 5 and the worked numbers and sequences of its appendices, with the tests
that prove it. Generated from `tests/semantics.toml` and from what the tests say of themselves by
`python -m tests.semantics_rows --write`; not written by hand.

How a row is known: *doc* from the exchange's own documents, *impl* from recorded answers and from clients, *inferred*
our conclusion. An inferred row names the setting or the choice that stands for it. `x.txt: ...` is a scenario under
`tests/scenarios`, `MARGIN.md: ...` an example of [that page](MARGIN.md), the others are test functions.
"""


def page() -> str:
    proven, every = proofs(), rows()
    here = [row for row in every if not row.pending]
    lines = [HEAD, counts(every, proven), ""]
    for section in dict.fromkeys(row.section for row in here):
        lines += [f"## {section}", "", "| row | what | known | proven by | setting | known difference |"]
        lines.append("|---|---|---|---|---|---|")
        for row in here:
            if row.section == section:
                lines.append(in_full(row, proven.get(row.number, [])))
        lines.append("")
    lines += refusal_tables()
    lines += [
        "## Pending",
        "",
        "What work that has begun will bring. Tests may prove parts of a row already.",
        "",
    ]
    lines += ["| row | what | known | with | proven by |", "|---|---|---|---|---|"]
    for row in every:
        if row.pending:
            tests = "<br>".join(proven.get(row.number, []))
            lines.append(f"| {row.number} | {row.title} | {row.mark} | {row.pending} | {tests} |")
    return "\n".join([*lines, ""])


def in_full(row: Row, tests: list[str]) -> str:
    cells = [row.number, row.title, row.mark, "<br>".join(tests), setting_of(row), difference_of(row)]
    return f"| {' | '.join(cells)} |"


def counts(every: list[Row], proven: dict[str, list[str]]) -> str:
    of = {word: [row for row in every if getattr(row, word)] for word in OPEN}
    tested = [row for row in every if row.number in proven and not row.pending]
    whole = [row for row in tested if not row.part and not row.differs]
    return (
        f"{len(every)} rows: {len(whole)} proven, {len(tested) - len(whole)} proven with a known difference or an open "
        f"part, {len(of['missing'])} not built, {len(of['pending'])} pending, {len(of['given'])} that ask nothing of a "
        f"venue, {len([row for row in of['differs'] if row.number not in proven])} that differ and need no test."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the page, or write it.")
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        MARGIN.write_text(with_settings(MARGIN.read_text()))
        PAGE.write_text(page())
    else:
        print(page())


if __name__ == "__main__":
    main()
