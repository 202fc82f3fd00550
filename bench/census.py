"""What counting everybody's positions, every five minutes, does to the commands that come then (`views/census.py`).

Every account has a wallet, and a position of its own size in one instrument. A point of the statistics' grid passes;
then commands come that do nothing, until the census is done. What stands here is the processor time of the longest of
them, of all together, and how many there were; the best of three worlds. The longest grows because the census begins
with a list of all accounts, and ranks them.
"""

from time import process_time
from typing import Any, Final

from bench.engine_flow import is_compiled
from perpit.catalogue import load_instrument
from perpit.domain import words as w
from perpit.domain.commands import Advance
from perpit.domain.events import AccountCreated, Event, InstrumentListed, MarkPriceChanged, PositionChanged
from perpit.domain.numbers import UNIT
from perpit.views import census as census_module
from perpit.views.grid_series import GRID_MS
from perpit.views.world import World

SIZES: Final = [100, 1_000, 10_000, 100_000]
POINT_MS: Final = 1_700_000_100_000
MARK_E8: Final = 60_000 * UNIT
REPEATS: Final = 3


def fold(world: World, time_ms: int, *events: Event) -> float:
    """The processor time of one command."""
    command = Advance()
    command.seq = world.seq + 1
    command.time_ms = time_ms
    listed = list(events)
    started = process_time()
    world.fold(command, listed)
    return process_time() - started


def populated(accounts: int) -> World:
    """A minute before a point of the grid."""
    world = World()
    time_ms = POINT_MS - GRID_MS // 5
    fold(world, time_ms, InstrumentListed(time_ms, load_instrument("BTCUSDT", 0)))
    fold(world, time_ms, MarkPriceChanged(time_ms, 0, MARK_E8, MARK_E8, MARK_E8, 0, 0))
    for account_id in range(1, accounts + 1):
        lots = account_id % 7 - 3 or 1
        money = (1_000 + account_id % 977) * UNIT
        entry = 61_000 * UNIT // 1_000 * lots
        fold(world, time_ms, AccountCreated(time_ms, account_id, f"trader-{account_id}"))
        of = (account_id, 0, w.BOTH, lots, entry, 0, 0, 0, 0, money, money, w.CAUSE_ORDER)
        fold(world, time_ms, PositionChanged(time_ms, *of))
    return world


def counted(world: World) -> list[float]:
    """The processor time of each command until the census of the point is done."""
    spent = [fold(world, POINT_MS)]
    while world.statistics.ratios(0, POINT_MS) is None:
        spent.append(fold(world, POINT_MS + len(spent)))
    return spent


def run(quick: bool) -> dict[str, Any]:
    """Milliseconds by number of accounts."""
    answer: dict[str, Any] = {"views compiled": is_compiled(census_module.__file__)}
    for size in SIZES[:-1] if quick else SIZES:
        spent = min((counted(populated(size)) for _ in range(REPEATS)), key=max)
        answer[f"{size:,} accounts"] = {
            "longest command, ms": round(max(spent) * 1_000, 2),
            "all of them, ms": round(sum(spent) * 1_000, 2),
            "commands": len(spent),
        }
    return answer
