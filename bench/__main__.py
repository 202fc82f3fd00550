"""`python -m bench [--quick] [--json] [--write] [names]`: run the benches and render what they found.

`--write` puts the table, the machine, the date and each bench's method into `bench/RESULTS.md`; with names, only those
sections. `scaling` takes minutes in full length and runs so only when it is named, or with `--write`.
"""

import argparse
import importlib
import importlib.util
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

from bench import floors, machine

BENCHES = (
    "engine",
    "http",
    "latency",
    "fairness",
    "ws_api",
    "streams",
    "connections",
    "recovery",
    "startup",
    "candles",
    "census",
    "scaling",
)
RESULTS = Path(__file__).with_name("RESULTS.md")


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, (list, tuple)):
        return " ".join(plain(one) for one in value)
    return str(value)


def rows(answer: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The answer's leaves, nested names joined."""
    found: list[tuple[str, str]] = []
    for name, value in answer.items():
        if isinstance(value, dict):
            found += rows(value, f"{prefix}{name}: ")
        else:
            found.append((prefix + str(name), plain(value)))
    return found


def table(name: str, answer: dict[str, Any]) -> str:
    found = rows(answer)
    left = max(len(what) for what, _ in found)
    right = max(len(value) for _, value in found)
    lines = [f"{name}", f"  {'-' * (left + right + 2)}"]
    lines += [f"  {what:<{left}}  {value:>{right}}" for what, value in found]
    return "\n".join(lines)


def markdown(answers: dict[str, dict[str, Any]], told: list[str]) -> str:
    """Results with how they were measured: every bench's own docstring is its method."""
    parts = [
        "# Results\n",
        "Written by `python -m bench --write`. The ratios are the claims; absolute numbers are the machine's.\n",
        *told,
        "",
    ]
    parts += [section(name, answer) for name, answer in answers.items()]
    return "\n".join(parts).rstrip() + "\n"


def circumstances(quick: bool, stolen: machine.Stolen) -> list[str]:
    """On what machine, how and when this was measured, as lines of a list."""
    share = stolen.share()
    return [
        f"- machine: {machine.processor()}, {platform.system()}",
        f"- its speed: {machine.plain_python():.1f} million turns a second of a loop in plain Python",
        f"- what other machines took of it meanwhile (steal): {'not told' if share is None else f'{share:.1%}'}",
        f"- Python: {platform.python_implementation()} {platform.python_version()}",
        f"- date: {time.strftime('%Y-%m-%d', time.gmtime())}",
        f"- length: {'quick' if quick else 'full'}",
    ]


def section(name: str, answer: dict[str, Any], preface: tuple[str, ...] = ()) -> str:
    lines = [f"## {name}\n", *preface, "| what | value |", "|---|---|"]
    lines += [f"| {what} | {value} |" for what, value in rows(answer)]
    method = importlib.import_module(f"bench.{name}").__doc__ or ""
    return "\n".join([*lines, "", method.strip(), ""])


def replaced(text: str, answers: dict[str, dict[str, Any]], told: list[str]) -> str:
    """Results with the sections of these benches measured anew; such a section has `told` before it."""
    head, *sections = text.split("\n## ")
    kept = {body.partition("\n")[0]: f"## {body.rstrip()}\n" for body in sections}
    for name, answer in answers.items():
        kept[name] = section(name, answer, (*told, ""))
    return "\n".join([head.rstrip() + "\n", *kept.values()]).rstrip() + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Perpit.")
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"which benches: {', '.join(BENCHES)} (default: all)"
    )
    parser.add_argument("--quick", action="store_true", help="short runs: a smoke test with numbers")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench is named {unknown[0]!r}; there are {', '.join(BENCHES)}")
    wanted = options.names or [name for name in BENCHES if importlib.util.find_spec(f"bench.{name}")]
    if not (options.names or options.quick or options.write):
        wanted = [name for name in wanted if name != "scaling"]  # minutes: only when it is asked for
    answers: dict[str, dict[str, Any]] = {}
    stolen = machine.Stolen()
    for name in wanted:
        if not options.json:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
        answers[name] = importlib.import_module(f"bench.{name}").run(options.quick)
        if not options.json:
            print(table(name, answers[name]), flush=True)
    if options.json:
        print(json.dumps(answers))
    if options.write:
        told = circumstances(options.quick, stolen)
        if options.names and RESULTS.exists():
            text = replaced(RESULTS.read_text(), answers, told)
        else:
            text = markdown(answers, told)
        RESULTS.write_text(floors.put(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
