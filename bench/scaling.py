"""The engine's cost model: what a command costs when the venue grows, and what it keeps in memory for each thing.

Mixed flow: half rest, four in ten cancel, one in ten takes what one order rests, so that the book keeps its size. One
number grows, the others stand: 10,000 orders rest for 1,000 accounts in one instrument (10,000 accounts where orders
grow, 200 where instruments do). All sizes of a curve live in one process and are measured in turn, a short round of
each after the other; what stands here is the median of the rounds. Only `apply` is timed. A mark tick is a second of
the venue's clock after the index moved a little; of those near liquidation the owner is warned and each tick looks at
them, so that curve is linear by its nature. A cascade is one price that ruins everybody who is long: `book` takes the
forced orders at the bankruptcy price, `fund` takes what the empty book does not, `adl` is neither.

Ratios are to the smallest size. The exponent is the slope of log time over log size, by least squares: 0 is constant,
1 linear; a logarithm from 10² to 10⁶ looks like 0.2, and what no longer fits the caches adds to it. Memory is the
growth of the resident set, each thing in a process of its own, between the smaller and the larger number; the flow
remembers nothing there, so that all of it is the engine's.

![a command](plots/command.svg)
![a mark tick](plots/mark_tick.svg)
![a liquidation](plots/liquidation.svg)
"""

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from math import log
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench import scaling_plots
from bench.engine_flow import is_compiled
from bench.scaling_worlds import GONE_TICKS, World, cascade_world, mixed_world, positions_world
from perpit.engine import engine as engine_module

ROOT = Path(__file__).resolve().parent.parent
PLOTS = Path(__file__).with_name("plots")
ROUNDS, ROUNDS_QUICK = 9, 3
CHUNK, CHUNK_QUICK = 1_000, 300

Curve = dict[int, float]  # size → microseconds
# orders, accounts, waiting orders, instruments
MIXED: dict[str, tuple[list[int], Callable[[int], World]]] = {
    "resting orders": (
        [100, 1_000, 10_000, 100_000, 1_000_000],
        lambda size: mixed_world(size, 10_000, 0, 1),
    ),
    "accounts": (
        [100, 1_000, 10_000, 100_000],
        lambda size: mixed_world(10_000, size, 0, 1),
    ),
    "conditional orders": (
        [0, 100, 1_000, 10_000, 100_000],
        lambda size: mixed_world(10_000, 1_000, size, 1),
    ),
    "symbols": (
        [1, 5, 20, 50, 200],
        lambda size: mixed_world(10_000, 200, 0, size),
    ),
}
TICKS = {"positions, nobody near": 0, "positions, 1 % near": 1}
TICK_SIZES = [100, 1_000, 10_000, 100_000]
CASCADES = {"liquidations, book": "book", "liquidations, fund": "fund", "liquidations, ADL": "adl"}
CASCADE_SIZES = [100, 1_000, 10_000]
# what is counted → the smaller and the larger number
MEMORY = {
    "resting order": (100_000, 1_000_000),
    "account": (10_000, 100_000),
    "position": (10_000, 100_000),
    "conditional order": (10_000, 100_000),
}


def measured(worlds: dict[int, World], rounds: int, one: Callable[[World, int], float]) -> Curve:
    """Median of interleaved rounds for each size, the garbage collector at rest while a round runs."""
    spent: dict[int, list[float]] = {size: [] for size in worlds}
    gc.collect()
    gc.freeze()
    for number in range(rounds):
        for size, world in worlds.items():
            spent[size].append(one(world, number))
    gc.unfreeze()
    return {size: median(times) * 1e6 for size, times in spent.items()}


def mixed_curve(name: str, quick: bool) -> Curve:
    sizes, make = MIXED[name]
    chunk = CHUNK_QUICK if quick else CHUNK
    worlds = {size: make(size) for size in shortened(sizes, quick)}
    return measured(
        worlds,
        ROUNDS_QUICK if quick else ROUNDS,
        lambda world, _number: world.timed(world.mixed(chunk)) / chunk,
    )


def tick_curve(name: str, quick: bool) -> Curve:
    worlds = {size: positions_world(size, TICKS[name]) for size in shortened(TICK_SIZES, quick)}

    def one(world: World, number: int) -> float:
        world.engine.markets[0].index_e8 += (-1 if number % 2 else 1) * 10**8
        return world.tick()

    return measured(worlds, ROUNDS_QUICK if quick else ROUNDS, one)


def cascade_curve(name: str, quick: bool) -> Curve:
    """Per liquidation. A cascade happens once, so small ones are made anew for each of their rounds."""
    spent: dict[int, list[float]] = {size: [] for size in shortened(CASCADE_SIZES, quick)}
    for _ in range(1 if quick else 3):
        for size, times in spent.items():
            world = cascade_world(size, CASCADES[name])
            world.engine.markets[0].index_e8 = GONE_TICKS * world.engine.markets[0].instrument.tick_e8
            gc.collect()
            times.append(world.tick() / size)
            gone = [
                account
                for account in world.engine.accounts[1 : size + 1]
                if account.exposures[0].both.qty_lots
            ]
            assert not gone, f"{len(gone)} of {size} were not liquidated"
    return {size: median(times) * 1e6 for size, times in spent.items()}


def shortened(sizes: list[int], quick: bool) -> list[int]:
    return sizes[:3] if quick else sizes


def exponent(curve: Curve) -> float:
    """Least-squares slope of log time over log size; a size of 0 has no logarithm and stays out."""
    points = [(log(size), log(time)) for size, time in curve.items() if size > 0]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def grown(what: str, count: int) -> World:
    """A world with so many of one thing."""
    if what == "resting order":
        world = mixed_world(0, 10_000, 0, 1)
        world.fill_unseen(count)
        return world
    if what == "account":
        return mixed_world(0, count, 0, 1)
    if what == "position":
        world = World(1, 1)
        world.open_positions(world.enrol(count // 2), world.enrol(count // 2), 1)
        return world
    return mixed_world(0, 1_000, count, 1)


def resident_bytes(what: str, count: int) -> int:
    """Resident set with the engine alone: the flow remembers nothing of what it did."""
    world = grown(what, count)
    assert not world.open, "the flow's own memory would be counted"
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise OSError("this system does not tell the resident set")


def memory(quick: bool) -> dict[str, Any]:
    """Bytes for one more of each thing. A position's account is subtracted: every one has its own here."""
    if not Path("/proc/self/status").exists():
        return {"missing": "no /proc/self/status here"}
    answer: dict[str, Any] = {}
    for what, sizes in MEMORY.items():
        small, large = (size // 20 if quick else size for size in sizes)
        sets = [
            int(
                subprocess.run(
                    [sys.executable, "-m", "bench.scaling", what, str(count)],
                    cwd=ROOT,
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout
            )
            for count in (small, large)
        ]
        answer[what] = round((sets[1] - sets[0]) / (large - small))
    answer["position"] = max(0, answer["position"] - answer["account"])
    return answer


def row(curve: Curve) -> dict[str, Any]:
    smallest = next(iter(curve.values()))
    return {
        "sizes": [f"{size:,}" for size in curve],
        "µs": [round(time, 2) for time in curve.values()],
        "ratio to the smallest": [round(time / smallest, 2) for time in curve.values()],
        "exponent": round(exponent(curve), 2),
    }


def run(quick: bool) -> dict[str, Any]:
    """All curves and the memory; the plots are drawn when nothing was left out."""
    started = perf_counter()
    curves: dict[str, Curve] = {}
    for names, measure in ((MIXED, mixed_curve), (TICKS, tick_curve), (CASCADES, cascade_curve)):
        for name in names:
            curves[name] = measure(name, quick)
            gc.collect()
            print(f"  {name}: {exponent(curves[name]):.2f}", file=sys.stderr, flush=True)
    answer: dict[str, Any] = {"engine compiled": is_compiled(engine_module.__file__)}
    for names, unit in ((MIXED, "a command"), (TICKS, "a mark tick"), (CASCADES, "a liquidation")):
        for name in names:
            answer[f"{unit} against {name}"] = row(curves[name])
    answer["bytes for one more"] = memory(quick)
    if not quick:
        PLOTS.mkdir(exist_ok=True)
        for title, names in (("a command", MIXED), ("a mark tick", TICKS), ("a liquidation", CASCADES)):
            text = scaling_plots.plot(f"Time of {title}", {name: curves[name] for name in names})
            (PLOTS / f"{title.removeprefix('a ').replace(' ', '_')}.svg").write_text(text)
    answer["seconds"] = round(perf_counter() - started)
    return answer


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(resident_bytes(sys.argv[1], int(sys.argv[2])))
    else:
        print(json.dumps(run(quick=True)))
