"""What every event is, and the one that says no. The others: `events`."""

from mypy_extensions import i64, mypyc_attr

from perpit.domain.commands import Command


@mypyc_attr(acyclic=True)
class Event:
    """What every event carries: the venue's time at which it happened."""

    def __init__(self, time_ms: i64) -> None:
        self.time_ms: i64 = time_ms


@mypyc_attr(acyclic=True)
class Refused(Event):
    """The command changed nothing; `refusal` is a value of `perpit.domain.refusals`."""

    def __init__(self, time_ms: i64, command: Command, refusal: i64) -> None:
        self.time_ms: i64 = time_ms
        self.command = command
        self.refusal: i64 = refusal
