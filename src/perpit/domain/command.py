"""What every command is. The commands themselves: `commands`."""

from typing import ClassVar

from mypy_extensions import i64, mypyc_attr


@mypyc_attr(acyclic=True)
class Command:
    """What every command carries: its place in the one sequence and the venue's time, both set by the sequencer."""

    FIELDS: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0


@mypyc_attr(acyclic=True)
class ExposureCommand(Command):
    """What an account wants in one instrument."""

    def __init__(self, account_id: i64, symbol_id: i64) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
        self.symbol_id: i64 = symbol_id


@mypyc_attr(acyclic=True)
class AccountCommand(Command):
    """What an account wants in no instrument in particular."""

    def __init__(self, account_id: i64) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.account_id: i64 = account_id
