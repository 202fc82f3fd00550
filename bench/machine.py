"""What a page of results must say of the machine: which it is, how fast, and how much of it was there."""

import os
import platform
import time
from pathlib import Path

TURNS = 1_000_000
REPEATS = 5
PROC_STAT = Path("/proc/stat")
STEAL = 7  # user, nice, system, idle, iowait, irq, softirq, steal
COUNTED = 8


def processor() -> str:
    """The processor's name and how many cores of it there are."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        models = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    return f"{name}, {os.cpu_count()} cores"


def plain_python() -> float:
    """Million turns a second of a loop that multiplies and adds: what an interpreted second is worth here."""
    return max(_turns_per_second() for _ in range(REPEATS)) / 1e6


def _turns_per_second() -> float:
    total = 0
    began = time.perf_counter()
    for number in range(TURNS):
        total += number * number
    return TURNS / (time.perf_counter() - began)


class Stolen:
    """The share of the processors' time that was promised and given to somebody else, since this was made."""

    def __init__(self) -> None:
        self._began = _times()

    def share(self) -> float | None:
        """Between 0 and 1; None where the system does not tell."""
        spent = [now - before for now, before in zip(_times(), self._began, strict=True)]
        return spent[STEAL] / sum(spent) if len(spent) == COUNTED and sum(spent) else None


def _times() -> list[int]:
    """Jiffies of all cores by what they were spent on; nothing where the system does not tell."""
    if not PROC_STAT.exists():
        return []
    return [int(field) for field in PROC_STAT.read_text().split("\n", 1)[0].split()[1 : 1 + COUNTED]]
