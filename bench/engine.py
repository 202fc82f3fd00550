"""How many commands a second the engine applies: interpreted and compiled, in the same run.

The flow: 1,000 cross-margin accounts in one instrument, 20,000 orders resting at the start; then half of the commands
rest a limit order within 100 levels of the touch, four in ten cancel one, one in ten takes (market or IOC). Every
check, margin and fee is on and every event is made. The commands are made beforehand by a run that follows the events,
so that every cancellation names an open order and next to nothing is refused.

What is timed is the loop `for command in commands: apply(command)` on a fresh engine that already holds the resting
orders, garbage collector on; the best of five is reported. Interpreted means `src` first on the path, compiled
means the installed package, if that is compiled. Each is measured in its own process, one after the other.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = 200_000
COMMANDS_QUICK = 40_000


def in_own_process(count: int, interpreted: bool) -> dict[str, Any]:
    """Measure in a fresh process: with `src` first on the path, or as installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if interpreted:
        environment["PYTHONPATH"] = str(ROOT / "src")
    command = [sys.executable, "-m", "bench.engine_flow", str(count)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (
            done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit status {done.returncode}"
        )
        return {"missing": reason}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run(quick: bool) -> dict[str, Any]:
    """Both builds, and how many times faster the compiled one is; says why when there is no compiled one."""
    count = COMMANDS_QUICK if quick else COMMANDS
    interpreted = in_own_process(count, interpreted=True)
    installed = in_own_process(count, interpreted=False)
    answer: dict[str, Any] = {
        "commands": count,
        "best of": interpreted.get("best_of", installed.get("best_of", 0)),
    }
    answer["interpreted commands/s"] = interpreted.get("per_second", interpreted.get("missing"))
    if not installed.get("compiled"):
        reason = installed.get("missing", "the installed package is not compiled")
        return {**answer, "compiled commands/s": f"not measured: {reason}"}
    answer["compiled commands/s"] = installed["per_second"]
    if "per_second" in interpreted:
        answer["compiled ÷ interpreted"] = round(installed["per_second"] / interpreted["per_second"], 2)
        answer["same state hash"] = installed["state_hash"] == interpreted["state_hash"]
    return answer
