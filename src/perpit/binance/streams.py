"""The stream hub: sockets on one side, the world's events on the other, channels between them.

The server hands every stream socket to `connect` and every text it receives to `Session.receive`; the world calls
`on_command` after each command; a timer of the server calls `tick`. Everything runs on the event loop's thread.

Cost: a command costs nothing but a test for streams that nobody watches. Each watched name has one channel, each
message of a channel is encoded once. Throttled channels are flushed when venue time passes a multiple of their
period, by whatever comes first, a command or a tick; so they follow a manual or scaled clock. What was published is
written at the end of the loop's turn in a server, at once without one (`streams_outgoing`).
"""

import logging
from collections.abc import Callable
from typing import Final

import msgspec

from perpit.binance.frames import shutdown_notice, text_frame
from perpit.binance.products import PRODUCTS
from perpit.binance.profiles import UNION, Profile
from perpit.binance.streams_channel import Channel, Line
from perpit.binance.streams_control import ControlError, ControlRequest, parse_control
from perpit.binance.streams_make import make_channel
from perpit.binance.streams_names import (
    CROSSING,
    MERGED,
    ROUTE_OF_KIND,
    StreamSpec,
    is_there,
    parse_stream_name,
)
from perpit.binance.streams_outgoing import Outgoing
from perpit.binance.streams_socket import POLICY_VIOLATION, Socket
from perpit.binance.streams_url import StreamTarget
from perpit.binance.userdata import KeyStream, ListenKeys, UserData
from perpit.domain.commands import Command
from perpit.domain.events import (
    BookChanged,
    ContractStatusChanged,
    Event,
    InstrumentListed,
    MarkPriceChanged,
    OrderCalculated,
    OrderTraded,
    TradeCalculated,
    TradePrinted,
)
from perpit.domain.words import COIN_M, EVERY_MARKET, USDS_M
from perpit.views.world import World

NEVER_MS: Final = 1 << 62
HARD_BUFFER_BYTES: Final = 1024 * 1024
HURRIED_BUFFER_BYTES: Final = 256 * 1024 * 1024
MAX_STREAMS: Final = 1024
MAX_SOCKETS: Final = 8192

_log = logging.getLogger("perpit.streams")


def _never() -> bool:
    return False


class HubLimits:
    """`max_streams` per socket, `max_sockets` in all, `hard_buffer_bytes` waiting for one before it is cut off. What a
    clock said that ran ahead of the wall's may wait beyond that, `hurried_buffer_bytes` for all sockets together.
    """

    def __init__(
        self,
        max_streams: int = MAX_STREAMS,
        max_sockets: int = MAX_SOCKETS,
        hard_buffer_bytes: int = HARD_BUFFER_BYTES,
        hurried_buffer_bytes: int = HURRIED_BUFFER_BYTES,
    ) -> None:
        self.max_streams = max_streams
        self.max_sockets = max_sockets
        self.hard_buffer_bytes = hard_buffer_bytes
        self.hurried_buffer_bytes = hurried_buffer_bytes


class Session:
    """One socket and what it is subscribed to: stream name → channel, None for names that never push."""

    def __init__(self, hub: "StreamHub", socket: Socket, target: StreamTarget) -> None:
        self.socket = socket
        self.route = target.route
        self.combined = target.combined
        self.market = target.market
        self.subscriptions: dict[str, Channel | None] = {}
        self.held_back: dict[Channel, None] = {}
        self.is_late = False  # it had no chance to read as fast as the clock ran, and has not caught up yet
        self._hub = hub

    def receive(self, text: str) -> None:
        """One text message of the client: a control message (semantics 7.2)."""
        request = parse_control(text)
        answer = request.body() if isinstance(request, ControlError) else self._answer(request)
        self.socket.write_frame(text_frame(answer))
        if isinstance(request, ControlError) and request.fatal:
            self.socket.close(POLICY_VIOLATION, "Invalid JSON")

    def describe(self) -> str:
        """What it left unread, for the log: streams that exist, no listen keys and nothing that a client made up."""
        heard = [channel for channel in self.subscriptions.values() if channel is not None]
        names = [channel.name for channel in heard if not isinstance(channel, KeyStream)]
        shown = ", ".join(names[:3]) or "user data"
        return f"{self.socket.buffered()} bytes of {shown}{' and more' if len(names) > 3 else ''}"

    def _answer(self, request: ControlRequest) -> bytes:
        method = request.method
        result: object = None
        if method == "SUBSCRIBE":
            if not self._hub.subscribe(self, request.names):
                return ControlError(
                    2, "Invalid request: too many parameters", request.request_id, False
                ).body()
        elif method == "UNSUBSCRIBE":
            self._hub.unsubscribe(self, request.names)
        elif method == "LIST_SUBSCRIPTIONS":
            result = list(self.subscriptions)
        elif method == "SET_PROPERTY":
            self._set_combined(request.combined)
        else:
            result = self.combined
        return msgspec.json.encode({"result": result, "id": request.request_id})

    def _set_combined(self, combined: bool) -> None:
        self.combined = combined
        for channel in self.subscriptions.values():
            if channel is not None:
                channel.add(self.socket, combined)


class SymbolFeed:
    """The channels of one symbol, by the events that they watch."""

    def __init__(self) -> None:
        self.trades: dict[Channel, None] = {}
        self.levels: dict[Channel, None] = {}
        self.after: dict[Channel, None] = {}

    def tell_off_book(self, trade: TradeCalculated) -> None:
        for channel in self.trades:
            channel.on_trade_off_book(trade)


class StreamHub:
    """All stream sockets of a venue. `now_ms` is the venue's clock, `is_hurried` whether it may run ahead
    of the wall's, `profile` which exchange the venue is.
    """

    def __init__(
        self,
        world: World,
        listen_keys: ListenKeys,
        now_ms: Callable[[], int],
        limits: HubLimits | None = None,
        profile: Profile = UNION,
        is_hurried: Callable[[], bool] = _never,
    ) -> None:
        self.profile = profile
        self._is_hurried = is_hurried
        self._world = world
        self._now_ms = now_ms
        self._limits = limits or HubLimits()
        self._sessions: dict[Socket, Session] = {}
        self._channels: dict[tuple[str, int], Channel] = {}
        self._feeds: dict[int, SymbolFeed] = {}
        self._marks: dict[Channel, None] = {}
        self._contracts: dict[Channel, None] = {}
        self._fills: dict[Channel, None] = {}
        self._timed: dict[int, dict[Channel, None]] = {}
        self._periods_seen: dict[int, int] = {}
        self._next_flush_ms = NEVER_MS
        self._too_slow: list[Session] = []
        self._outgoing = Outgoing(self._relieved)
        self.post = self._outgoing.post
        self.write_out = self._outgoing.write
        self._listen_keys = listen_keys
        self._user_data = UserData(world, listen_keys, self)
        world.listeners.append(self.on_command)

    # --- sockets

    def has_path(self, target: StreamTarget) -> bool:
        """Whether there is such a path; the server refuses the handshake with 404."""
        return self.profile.routed_paths or not target.route

    def is_full(self) -> bool:
        """No further socket is taken; the server refuses the handshake with 503."""
        return self.holds(self._limits.max_sockets)

    def holds(self, count: int) -> bool:
        """Whether at least this many sockets are open."""
        return len(self._sessions) >= count

    def connect(self, socket: Socket, target: StreamTarget) -> Session:
        """Take an open socket and subscribe it to what its URL asks for."""
        session = Session(self, socket, target)
        self._sessions[socket] = session
        socket.on_lost = lambda: self.disconnect(session)
        socket.on_drained = lambda: self._drained(session)
        socket.on_shutdown = lambda: socket.write_frame(shutdown_notice(self._now_ms()))
        for key, events in target.listen_keys:
            self._subscribe_one(session, key, events)
        if not self.subscribe(session, target.names):
            socket.close(POLICY_VIOLATION, "Too many streams")
        return session

    def disconnect(self, session: Session) -> None:
        """Forget a socket; may be called again for the same one."""
        if self._sessions.pop(session.socket, None) is not None:
            self.unsubscribe(session, list(session.subscriptions))
            session.held_back.clear()

    def subscribe(self, session: Session, names: list[str]) -> bool:
        """Add streams and listen keys; False, and nothing added, when they would be too many."""
        wanted = [name for name in dict.fromkeys(names) if name not in session.subscriptions]
        if len(session.subscriptions) + len(wanted) > self._limits.max_streams:
            return False
        for name in wanted:
            self._subscribe_one(session, name, frozenset())
        return True

    def unsubscribe(self, session: Session, names: list[str]) -> None:
        """Take streams away; names that were not subscribed do not matter."""
        for name in names:
            channel = session.subscriptions.pop(name, None)
            if channel is None:
                continue
            session.held_back.pop(channel, None)
            channel.remove(session.socket)
            if channel.is_empty():
                self._drop_channel(channel)

    def _subscribe_one(self, session: Session, name: str, events: frozenset[str]) -> None:
        owner = self._listen_keys.owner_of(name)
        if owner is not None and not self._is_carried("private", owner[1], session):
            session.subscriptions[name] = None
            return
        channel = self._user_data.open(name)
        if channel is not None:
            channel.choose_events(session.socket, events)
            session.subscriptions[name] = channel
            channel.add(session.socket, session.combined)
            return
        market_channel = self._market_channel(name, session)
        session.subscriptions[name] = market_channel
        if market_channel is not None:
            market_channel.add(session.socket, session.combined)

    # --- channels

    def _market_channel(self, name: str, session: Session) -> Channel | None:
        """The channel of a stream name, made at first use; None for what this socket will never hear."""
        spec = parse_stream_name(name)
        if spec is None or not is_there(spec, self.profile):
            return None
        profile = self.profile
        if not self._is_carried(ROUTE_OF_KIND[spec.kind], self._market_of(spec, session), session):
            return None
        market = EVERY_MARKET if spec.symbol else session.market or USDS_M
        if profile.merged_streams and spec.kind in MERGED:
            market = EVERY_MARKET
        crosses = profile.crossing_streams and spec.kind in CROSSING
        channel = self._channels.get((name, market))
        if channel is None:
            channel = make_channel(name, spec, self._world, self, market)
            if channel is None or not (crosses or self._is_heard(channel, session)):
                return None
            self._keep_channel(channel)
        return channel if crosses or self._is_heard(channel, session) else None

    def _market_of(self, spec: StreamSpec, session: Session) -> int:
        """The product whose paths a stream is looked for on."""
        if session.market is not None:
            return session.market
        catalog = self._world.catalog
        instrument = catalog.by_symbol.get(spec.symbol)
        if instrument is not None:
            return instrument.market
        of_pair = spec.kind != "assetIndex" and any(
            each.pair == spec.symbol for each in catalog.symbols_of(COIN_M).values()
        )
        return COIN_M if of_pair else USDS_M

    def _is_carried(self, route: str, market: int, session: Session) -> bool:
        """Whether a socket's path carries what belongs to a route; a product without routed paths carries all on any.

        The unrouted paths carry what /public does (semantics 7.1.1).
        """
        if not self.profile.strict_routes or not PRODUCTS[market].has_routes:
            return True
        return route == (session.route or "public")

    def _is_heard(self, channel: Channel, session: Session) -> bool:
        """Whether a channel of one symbol is of the product that the socket's URL fixes."""
        if session.market is None or channel.symbol_id < 0:
            return True
        return self._world.catalog.by_id[channel.symbol_id].market == session.market

    def _keep_channel(self, channel: Channel) -> None:
        self._channels[(channel.name, channel.market)] = channel
        if channel.watches_marks:
            self._marks[channel] = None
        if channel.watches_contracts:
            self._contracts[channel] = None
        if channel.watches_fills:
            self._fills[channel] = None
        if channel.watches_trades or channel.watches_levels:
            feed = self._feeds.setdefault(channel.symbol_id, SymbolFeed())
            feed.after[channel] = None
            if channel.watches_trades:
                feed.trades[channel] = None
            if channel.watches_levels:
                feed.levels[channel] = None
        period_ms = channel.period_ms
        if period_ms:
            self._timed.setdefault(period_ms, {})[channel] = None
            now_ms = self._now_ms()
            seen = self._periods_seen.setdefault(period_ms, now_ms // period_ms)
            self._next_flush_ms = min(self._next_flush_ms, (seen + 1) * period_ms)

    def _drop_channel(self, channel: Channel) -> None:
        self._user_data.close(channel)
        if self._channels.pop((channel.name, channel.market), None) is None:
            return
        self._marks.pop(channel, None)
        self._contracts.pop(channel, None)
        self._fills.pop(channel, None)
        feed = self._feeds.get(channel.symbol_id)
        if feed is not None:
            feed.trades.pop(channel, None)
            feed.levels.pop(channel, None)
            feed.after.pop(channel, None)
            if not feed.after:
                del self._feeds[channel.symbol_id]
        timed = self._timed.get(channel.period_ms)
        if timed is not None:
            timed.pop(channel, None)
            if not timed:
                del self._timed[channel.period_ms]
                del self._periods_seen[channel.period_ms]
        if not self._timed:
            self._next_flush_ms = NEVER_MS

    # --- events and time

    def on_command(self, command: Command, events: list[Event]) -> None:
        """Publish what a command did; the views have folded it already."""
        now_ms = self._world.time_ms
        if self._feeds:
            self._on_symbol_events(events, now_ms)
        if self._marks:
            self._on_mark_events(events, now_ms)
        if self._contracts:
            self._on_contract_events(events)
        if self._fills:
            self._on_fill_events(events)
        self._user_data.on_events(events)
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Venue time has come to `now_ms`: flush what is due, let listen keys expire."""
        self._listen_keys.tick(now_ms)
        if now_ms >= self._next_flush_ms:
            self._flush(now_ms)
        if self._too_slow:
            self._cut_off()

    def _on_symbol_events(self, events: list[Event], now_ms: int) -> None:
        feeds = self._feeds
        touched: dict[int, SymbolFeed] = {}
        for event in events:
            if isinstance(event, BookChanged):
                feed = feeds.get(event.symbol_id)
                if feed is not None:
                    touched[event.symbol_id] = feed
                    for channel in feed.levels:
                        channel.on_level(event)
            elif isinstance(event, TradePrinted):
                feed = feeds.get(event.symbol_id)
                if feed is not None:
                    touched[event.symbol_id] = feed
                    for channel in feed.trades:
                        channel.on_trade(event)
            elif isinstance(event, TradeCalculated) and event.symbol_id in feeds:
                feeds[event.symbol_id].tell_off_book(event)
        for feed in touched.values():
            for channel in feed.after:
                channel.after_command(now_ms)

    def _on_mark_events(self, events: list[Event], now_ms: int) -> None:
        seen = False
        for event in events:
            if isinstance(event, MarkPriceChanged):
                seen = True
                for channel in self._marks:
                    channel.on_mark(event)
        if seen:
            for channel in self._marks:
                channel.after_command(now_ms)

    def _on_contract_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, (ContractStatusChanged, InstrumentListed)):
                for channel in self._contracts:
                    channel.on_contract(event)

    def _on_fill_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, (OrderTraded, OrderCalculated)):
                for channel in self._fills:
                    channel.on_fill(event)

    def _flush(self, now_ms: int) -> None:
        next_ms = NEVER_MS
        for period_ms, channels in self._timed.items():
            period = now_ms // period_ms
            if period != self._periods_seen[period_ms]:
                self._periods_seen[period_ms] = period
                for channel in channels:
                    channel.flush(now_ms)
            next_ms = min(next_ms, (period + 1) * period_ms)
        self._next_flush_ms = next_ms

    # --- writing

    def write_later(self, defer: Callable[[Callable[[], None]], object]) -> None:
        """From now on what is published is written when `defer` calls back."""
        self._outgoing.defer = defer

    def _relieved(self, socket: Socket, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """What a socket over its soft limit gets now (`streams_socket` has the rules)."""
        session = self._sessions.get(socket)
        if session is None:
            return ()
        for line in lines:
            if line.channel.replaceable:
                session.held_back[line.channel] = None
        rest = tuple(line for line in lines if not line.channel.replaceable)
        size = sum(len(frame) for line in rest for _number, frame in line.frames)
        if rest and not self._may_wait(session, size):
            self._too_slow.append(session)
            return ()
        return rest

    def _may_wait(self, session: Session, size: int) -> bool:
        """Whether `size` bytes more may wait for a socket."""
        limits = self._limits
        if session.socket.buffered() + size <= limits.hard_buffer_bytes:
            return True
        if self._is_hurried():
            session.is_late = True
        return session.is_late and self.unread_bytes() + size <= limits.hurried_buffer_bytes

    def unread_bytes(self) -> int:
        """What waits for all sockets together."""
        return sum(socket.buffered() for socket in self._sessions)

    def _drained(self, session: Session) -> None:
        session.is_late = False
        held_back, session.held_back = session.held_back, {}
        overtaken = {channel for channel in held_back if channel.has_waiting(session.socket)}
        self.write_out()
        for channel in held_back:
            if channel not in overtaken:
                channel.resend(session.socket)

    def _cut_off(self) -> None:
        """Drop sockets over the hard limit; not while channels walk over their subscribers."""
        too_slow, self._too_slow = self._too_slow, []
        for session in too_slow:
            _log.warning("a client that did not read was cut off: %s", session.describe())
            self.disconnect(session)
            session.socket.abort()
