"""A channel: one stream name, the sockets that want it, and one encoding of each message for all of them.

The hub makes channels when the first socket asks for a name and drops them when the last one leaves, so a stream
nobody watches costs nothing. A kind of channel overrides the hooks it lives by; `streams_*` hold them by noun.
"""

from collections.abc import Collection
from typing import Protocol

from perpit.binance.frames import text_frame, wrapped
from perpit.binance.profiles import Profile
from perpit.binance.streams_socket import Socket
from perpit.domain.events import (
    BookChanged,
    ContractStatusChanged,
    InstrumentListed,
    MarkPriceChanged,
    OrderCalculated,
    OrderTraded,
    TradeCalculated,
    TradePrinted,
)
from perpit.domain.instrument import Instrument
from perpit.domain.words import EVERY_MARKET
from perpit.views.world import World

FillEvent = OrderTraded | OrderCalculated


class Outbox(Protocol):
    """The hub, as channels see it."""

    profile: Profile

    def post(self, line: "Line", frame: bytes) -> None:
        """A frame for every socket of a line, to be written soon."""

    def write_out(self) -> None:
        """Write what was posted, now."""


class Line:
    """The sockets of a channel that get the same bytes, and the frames that were posted to them: number and bytes."""

    __slots__ = ("channel", "frames", "sockets")

    def __init__(self, channel: "Channel", sockets: dict[Socket, None]) -> None:
        self.channel = channel
        self.sockets = sockets
        self.frames: list[tuple[int, bytes]] = []


class Channel:
    """Subscribers of one stream, in the order in which they came.

    `period_ms`: how often `flush` runs on venue time; 0 means by events only. `replaceable`: a newer message makes
    an older one worthless, so a congested socket may miss the older one.
    """

    replaceable = False
    watches_trades = False
    watches_levels = False
    watches_marks = False
    watches_contracts = False
    watches_fills = False

    def __init__(self, name: str, period_ms: int, outbox: Outbox) -> None:
        self.name = name
        self.period_ms = period_ms
        self.symbol_id = -1  # set for channels of one symbol
        self.market = EVERY_MARKET  # set for channels of all symbols of a market
        self._outbox = outbox
        self._plain = Line(self, {})
        self._combined = Line(self, {})
        self._latest = ""

    def add(self, socket: Socket, combined: bool) -> None:
        """Subscribe; a socket stands in one line only."""
        self.remove(socket)
        (self._combined if combined else self._plain).sockets[socket] = None

    def remove(self, socket: Socket) -> None:
        """Whoever comes or goes does so behind what was published before."""
        self._outbox.write_out()
        self._plain.sockets.pop(socket, None)
        self._combined.sockets.pop(socket, None)

    def is_empty(self) -> bool:
        return not self._plain.sockets and not self._combined.sockets

    def publish(self, payload: str) -> None:
        """Send one message to every subscriber."""
        if self.replaceable:
            self._latest = payload
        if self._plain.sockets:
            self._outbox.post(self._plain, text_frame(payload.encode()))
        if self._combined.sockets:
            self._outbox.post(self._combined, text_frame(wrapped(self.name, payload)))

    def has_waiting(self, socket: Socket) -> bool:
        """Whether something was published to a socket and is not written yet."""
        return any(line.frames and socket in line.sockets for line in (self._plain, self._combined))

    def resend(self, socket: Socket) -> None:
        """The newest message, to a socket that missed it while it was congested."""
        if socket in self._plain.sockets:
            socket.write_frame(text_frame(self._latest.encode()))
        elif socket in self._combined.sockets:
            socket.write_frame(text_frame(wrapped(self.name, self._latest)))

    def on_trade(self, trade: TradePrinted) -> None:
        """A trade of the channel's symbol, if `watches_trades`."""

    def on_fill(self, fill: FillEvent) -> None:
        """A fill of anybody's order, of any symbol, if `watches_fills`."""

    def on_trade_off_book(self, trade: TradeCalculated) -> None:
        """A takeover or a deleveraging in it, if `watches_trades`."""

    def on_level(self, level: BookChanged) -> None:
        """A changed price level of the channel's symbol, if `watches_levels`."""

    def on_mark(self, mark: MarkPriceChanged) -> None:
        """A new mark price, of any symbol, if `watches_marks`."""

    def on_contract(self, event: ContractStatusChanged | InstrumentListed) -> None:
        """A contract of any product was listed or has another status, if `watches_contracts`."""

    def after_command(self, now_ms: int) -> None:
        """All events of a command were seen; called when at least one concerned the channel."""

    def flush(self, now_ms: int) -> None:
        """A boundary of `period_ms` was passed."""


def instruments_of(world: World, market: int) -> Collection[Instrument]:
    """The instruments of a market, or of every one; the collection grows as contracts are listed."""
    return world.catalog.by_id if market == EVERY_MARKET else world.catalog.symbols_of(market).values()
