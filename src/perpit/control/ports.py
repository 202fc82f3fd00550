"""What control is given by the composition root, and what it hands back to the server."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from perpit.domain.commands import Command
from perpit.domain.events import Event
from perpit.views.world import World


class Answer(NamedTuple):
    """A whole HTTP answer; `head` are its header lines, each with its line end."""

    status: int
    head: bytes
    body: bytes


class ClockPort(Protocol):
    """The venue's clock, as far as control drives it."""

    @property
    def mode(self) -> str: ...

    @property
    def speed(self) -> float: ...

    def now_ms(self) -> int: ...

    def set(self, mode: str, speed: float | None = None, time_ms: int | None = None) -> None:
        """Run otherwise from now on; raises ValueError when time would go back."""


class Ports(NamedTuple):
    """The callables through which control touches the venue."""

    world: World
    submit: Callable[[Command], Awaitable[list[Event]]]  # raises Problem when the venue is too busy
    clock: ClockPort
    advance_to: Callable[[int], Awaitable[None]]  # a manual clock: the market and all timers up to a time
    state_hash: Callable[[], str]
    invariants: Callable[[], list[str]]
    connections: Callable[[], int]
    uptime_ms: Callable[[], int]
    about: dict[str, str]  # what /status says of the settings: version, profile, market, durability, data
