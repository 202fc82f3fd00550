"""The venue's time: show it, choose how it runs, and move a manual clock."""

from typing import Any

from perpit.control.bodies import LATEST_MS, ClockMode, Step
from perpit.control.ports import Ports
from perpit.control.problems import Problem
from perpit.domain.commands import Advance


def shown(ports: Ports) -> dict[str, Any]:
    """The clock as control shows it."""
    return {"mode": ports.clock.mode, "speed": ports.clock.speed, "time_ms": ports.clock.now_ms()}


async def show_clock(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """How time runs, and what time it is."""
    return shown(ports)


async def set_clock(ports: Ports, params: dict[str, str], body: ClockMode) -> dict[str, Any]:
    """Run otherwise from now on. Time never goes back, and what falls due until `time_ms` happens."""
    if body.mode == "scaled" and body.speed is None:
        raise Problem(400, "speed: a scaled clock needs one; 10 is ten times as fast")
    if body.mode != "scaled" and body.speed is not None:
        raise Problem(400, f"speed: belongs to a scaled clock, not to a {body.mode} one; leave it out")
    if body.time_ms is not None and body.time_ms < ports.world.time_ms:
        raise Problem(400, f"time_ms: time never goes back; the venue is at {ports.world.time_ms}")
    try:
        ports.clock.set(body.mode, body.speed, body.time_ms)
    except ValueError as error:
        raise Problem(400, str(error)) from None
    await ports.submit(Advance())
    return shown(ports)


async def advance_clock(ports: Ports, params: dict[str, str], body: Step) -> dict[str, Any]:
    """Move a manual clock; the market and all timers run up to that time before this is answered.

    A long advance takes its time and goes on when its caller has gone; another one is refused meanwhile. Setting the
    clock to another mode breaks it off.
    """
    if ports.clock.mode != "manual":
        raise Problem(
            409,
            f"the clock is {ports.clock.mode}; make it manual first: perpit clock set manual, "
            'or PUT /venue/v1/clock {"mode": "manual"}',
        )
    if (body.ms is None) == (body.to_ms is None):
        raise Problem(400, "give either ms (how far) or to_ms (where to)")
    now_ms = ports.clock.now_ms()
    to_ms = body.to_ms if body.ms is None else now_ms + body.ms
    assert to_ms is not None
    if to_ms < now_ms:
        raise Problem(400, f"to_ms: time never goes back; the venue is at {now_ms}")
    if to_ms > LATEST_MS:
        raise Problem(400, f"ms: the clock ends at {LATEST_MS}; the venue is at {now_ms}")
    await ports.advance_to(to_ms)
    return shown(ports)
