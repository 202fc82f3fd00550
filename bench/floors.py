"""What Perpit must reach at least, held against the measured tables of `RESULTS.md`, and what is known of each miss.

`table(text)` reads the tables and makes the section `floors` of the same page; `python -m bench --write` puts it there.
A remark is shown only while its floor is missed.
"""

import re
from typing import Final, NamedTuple

SECTION: Final = "floors"


class Floor(NamedTuple):
    """A row of a bench's table and its bound; `is_most`: the value must not be above it."""

    what: str
    bench: str
    row: str
    bound: float
    is_most: bool = False
    remark: str = ""


SLOW: Final = (
    "the machine: a faster one made 1,284,942, with code that took as many instructions. A command takes 6,200 of them,"
    " spread flat: dictionaries 8 %, margin 6 %, allocation 5 %"
)
UNFAIR: Final = (
    "nine pairs of stretches said 0.9 to 1.4 of the same code: what the machine lends to others for milliseconds"
    " is most of the 99 % (`latency` has the bare application's)"
)
FLOORS: Final = (
    Floor("engine, commands/s", "engine", "compiled commands/s", 1_000_000, remark=SLOW),
    Floor("engine, against interpreted", "engine", "compiled ÷ interpreted", 3),
    Floor(
        "orders over HTTP, against the bare floor",
        "http",
        "venue ÷ floor",
        0.45,
        remark="0.40 to 0.59 within a day on this machine. Of the loop's time: heads 14 %, from the parameters to"
        " the command 34 %, engine 8 %, views 9 %, answers 14 %; the writer's thread takes a quarter as much again",
    ),
    Floor(
        "orders over the WebSocket API, against HTTP", "ws_api", "eight requests a connection: ÷ HTTP", 1.5
    ),
    Floor(
        "fan-out, against one ASGI send each",
        "streams",
        "hub ÷ ASGI send",
        4,
        remark="nothing can go below the bare writes: a system call for each socket",
    ),
    Floor("start of an empty venue, s", "startup", "empty, s", 1, True),
    Floor("start with 100,000 open orders, by the journal, s", "startup", "with the open orders, s", 3, True),
    Floor(
        "recovery, commands/s",
        "recovery",
        "decode and apply commands/s",
        300_000,
        remark="the machine: 635,463 on a faster one. Two thirds of it is the engine, one third decoding",
    ),
    Floor("memory of a resting order, bytes", "scaling", "bytes for one more: resting order", 600, True),
    *(
        Floor(f"99 % beside a {who}, against alone", "fairness", f"{who}: 99 % ÷ alone", 1.2, True, UNFAIR)
        for who in (
            "slow reader of streams",
            "flood of reads, HTTP",
            "flood of orders, HTTP",
            "flood of reads, WebSocket API",
            "flood of orders, WebSocket API",
        )
    ),
)


def table(text: str) -> str:
    """The section, made of the tables of a page of results; what has no table is said to be unmeasured."""
    measured = values(text)
    lines = [f"## {SECTION}\n", "| what | asked | measured | | what is known |", "|---|---|---|---|---|"]
    for floor in FLOORS:
        asked = f"{'≤' if floor.is_most else '≥'} {floor.bound:,}"
        value = measured.get((floor.bench, floor.row))
        if value is None:
            lines.append(f"| {floor.what} | {asked} | not measured | | |")
            continue
        holds = value <= floor.bound if floor.is_most else value >= floor.bound
        factor = value / floor.bound
        missed = "" if holds else f"missed, by a factor of {factor if floor.is_most else 1 / factor:.2f}"
        lines.append(
            f"| {floor.what} | {asked} | {shown(value)} | {missed or 'holds'} | {floor.remark if missed else ''} |"
        )
    lines.append(
        "\nRecorded trades in process have no bench yet: there is no verb that replays without a venue.\n"
    )
    return "\n".join(lines)


def shown(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def values(text: str) -> dict[tuple[str, str], float]:
    """Every row of every table that is one number, by section and name."""
    found: dict[tuple[str, str], float] = {}
    for part in text.split("\n## ")[1:]:
        name = part.partition("\n")[0]
        for row, value in re.findall(r"^\| (.+?) \| ([\d,.-]+) \|$", part, re.MULTILINE):
            found[name, row] = float(value.replace(",", ""))
    return found


def put(text: str) -> str:
    """A page of results with its section of floors made anew, before all others."""
    head, *sections = text.split("\n## ")
    kept = [f"## {part.rstrip()}\n" for part in sections if part.partition("\n")[0] != SECTION]
    return "\n".join([head.rstrip() + "\n", table(text), *kept]).rstrip() + "\n"
