"""What passes between the dialect and its handlers: the desk they work at, one call, one answer.

`Dialect` builds the `Desk` once and a `Call` per request; every handler takes a `Call` and returns what is to be
rendered as JSON, or raises `WireError`.
"""

from asyncio import Future
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from perpit.binance.limits import OrderLimiter
from perpit.binance.listen_keys import ListenKeys
from perpit.binance.products import Product
from perpit.binance.profiles import Profile
from perpit.binance.schema import Schema
from perpit.domain.commands import Command, PlaceOrder
from perpit.domain.events import Event

if TYPE_CHECKING:
    from perpit.views.world import World

Submit = Callable[[Command], "Future[list[Event]]"]
Judge = Callable[[PlaceOrder], tuple[int, int]]
SubmitMany = Callable[[Sequence[Command]], "list[Future[list[Event]]]"]


class Settings(Protocol):
    """The part of the venue's settings that the dialect reads."""

    @property
    def limits(self) -> bool: ...


class Answer:
    """An HTTP answer, ready to be written; `head` are its header lines, each with its line end."""

    __slots__ = ("body", "head", "status")

    def __init__(self, status: int, head: bytes, body: bytes) -> None:
        self.status = status
        self.head = head
        self.body = body


class Elements(NamedTuple):
    """What one order of a batch is made of, by what is done with it."""

    place: Schema
    amend: Schema


class Desk:
    """What handlers may touch: views, the way in for commands, listen keys, order counts, descriptions of the API.

    `order_limiters` and `elements`, those of batches, go by market, `supplies`, in 1e-8 of a coin, by asset.
    """

    def __init__(
        self,
        world: "World",
        submit: Submit,
        submit_many: SubmitMany,
        judge: Judge,
        listen_keys: ListenKeys,
        order_limiters: dict[int, OrderLimiter],
        describe: Callable[[], dict[str, Any]],
        describe_streams: Callable[[], dict[str, Any]],
        profile: Profile,
        elements: dict[int, Elements],
        supplies: Mapping[str, int],
    ) -> None:
        self.supplies = supplies
        self.profile = profile
        self.elements = elements
        self.world = world
        self.submit = submit
        self.submit_many = submit_many
        self.judge = judge
        self.listen_keys = listen_keys
        self.order_limiters = order_limiters
        self.describe = describe
        self.describe_streams = describe_streams


class Call:
    """One request that passed all checks: `values` holds its parameters by name, read by the route's schema.

    `product` is the one whose path was called.
    """

    __slots__ = ("account_id", "api_key", "desk", "now_ms", "product", "values")

    def __init__(
        self,
        desk: Desk,
        values: dict[str, Any],
        account_id: int,
        api_key: str,
        now_ms: int,
        product: Product,
    ) -> None:
        self.desk = desk
        self.values = values
        self.account_id = account_id
        self.api_key = api_key
        self.now_ms = now_ms
        self.product = product

    @property
    def world(self) -> "World":
        return self.desk.world
