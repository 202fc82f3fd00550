"""Every example of docs/MARGIN.md is played, and its settings are those of the engine."""

import ast
import re
from fractions import Fraction

import pytest

from perpit.domain.margin import ASSUMING_LIMIT_SELL_PPM, ASSUMING_MARKET_BUY_PPM
from perpit.engine.rules import FUNDING_DAMPING_E8
from tests import semantics_rows
from tests.scenarios.test_scenarios import Scenario, failure_of, read

PAGE = semantics_rows.MARGIN
EXAMPLES = [
    scenario
    for block in re.findall(r"^```scenario\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for scenario in read(PAGE.name, block)
]


SUM = re.compile(r"[−(]*\d[\d,.÷×−+()% ]*")
SIGNS = str.maketrans({"÷": "/", "×": "*", "−": "-", ",": None})


def worth(text: str) -> Fraction:
    """The value of a sum as a remark has it: 714.286 × 55,900 × 1.25 %."""
    plain = re.sub(r"([\d.]+) %", r"\1 / 100", text.translate(SIGNS))
    return value_of(ast.parse(plain.strip(), mode="eval").body)


def value_of(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value_of(node.operand)
    assert isinstance(node, ast.BinOp), ast.dump(node)
    left, right = value_of(node.left), value_of(node.right)
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    return left * right if isinstance(node.op, ast.Mult) else left / right


def cut(value: Fraction, decimals: int) -> Fraction:
    return Fraction(int(value * 10**decimals), 10**decimals)


def wrong_sums(line: str) -> list[str]:
    """Of the sums of a remark those that give neither what stands behind their "=" nor a number of their line."""
    happened, _dashes, remark = line.partition("--")
    numbers = [Fraction(number.replace("_", "")) for number in re.findall(r"-?\d[\d_.]*", happened)]
    equations = re.findall(rf"({SUM.pattern})= *(\d[\d,.]*\d)", remark)
    if not equations:
        return [text for text in SUM.findall(remark) if cut(worth(text), 8) not in numbers]
    wrong = []
    for left, right in equations:
        if cut(worth(left), len(right.partition(".")[2])) != worth(right):
            wrong.append(f"{left}= {right}")
    return wrong


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.title))
def test_an_example_happens_as_the_page_says(example: Scenario) -> None:
    assert failure_of(example) == ""


def test_every_section_with_a_formula_has_an_example() -> None:
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    bare = [text.partition("\n")[0] for text in sections if "\n    " in text and "```scenario" not in text]
    assert bare == []
    assert len(EXAMPLES) > 25


def test_every_example_expects_something_and_names_its_rows() -> None:
    assert [one.title for one in EXAMPLES if not any(line.expected for line in one.lines)] == []
    assert [one.title for one in EXAMPLES if semantics_rows.NAMED.match(f"# {one.title}") is None] == []


def test_the_settings_are_those_of_the_engine() -> None:
    text = PAGE.read_text()
    assert semantics_rows.with_settings(text) == text, "run: python -m tests.semantics_rows --write"


def test_the_sums_of_the_remarks_are_right() -> None:
    blocks = "".join(re.findall(r"^```scenario\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    remarks = [
        line for line in blocks.splitlines() if "--" in line and re.search(r"\d", line.partition("--")[2])
    ]
    assert [wrong for line in remarks for wrong in wrong_sums(line)] == []
    assert len(remarks) > 20
    assert wrong_sums("alice margin -> initial 30_500     -- 610,000 ÷ 21") != []
    assert wrong_sums("alice buy 1 market -- 300 ÷ 200 × 40 ÷ 500 = 0.13") != []


def test_rates_in_the_text_are_those_of_the_engine() -> None:
    text = PAGE.read_text()
    for name, rate in (
        ("ASSUMING_LIMIT_SELL_PPM", Fraction(ASSUMING_LIMIT_SELL_PPM, 10**4)),
        ("ASSUMING_MARKET_BUY_PPM", Fraction(ASSUMING_MARKET_BUY_PPM, 10**4)),
        ("FUNDING_DAMPING_E8", Fraction(FUNDING_DAMPING_E8, 10**6)),
    ):
        assert f"{float(rate):g} % (`{name}`)" in text, name
