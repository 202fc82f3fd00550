"""User data streams: what happened to an account, told to every socket that holds one of its listen keys.

Called by the stream hub with the events of each command. Order of one fill: TRADE_LITE, ACCOUNT_UPDATE,
ORDER_TRADE_UPDATE (semantics 4.7.6, appendix C). The payloads are made in `userdata_payloads`, once for each event
and only for accounts that somebody listens to.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol, TypeVar

from perpit.binance import userdata_payloads as payloads
from perpit.binance.frames import text_frame, wrapped
from perpit.binance.products import PRODUCTS
from perpit.binance.streams_channel import Channel, Line, Outbox
from perpit.binance.streams_socket import Socket
from perpit.domain.events import (
    AlgoOrderChanged,
    Event,
    FundingPaid,
    GridChanged,
    GridFilled,
    LeverageChanged,
    MarginCalled,
    MarginTypeChanged,
    MultiAssetsChanged,
    OrderCalculated,
    OrderClosed,
    OrderEvent,
    OrderTraded,
    PositionChanged,
    WalletChanged,
)
from perpit.domain.words import ALGO_NEW, CAUSE_COMMISSION, CAUSE_ORDER, COIN_M, USDS_M
from perpit.views.world import World

# The events that are told, by the markets in which they are in some profile.
BOTH_MARKETS: Final = (USDS_M, COIN_M)
TOLD_EVENTS: Final = {
    "ACCOUNT_CONFIG_UPDATE": BOTH_MARKETS,
    "ACCOUNT_UPDATE": BOTH_MARKETS,
    "ALGO_UPDATE": BOTH_MARKETS,
    "CONDITIONAL_ORDER_TRIGGER_REJECT": (USDS_M,),
    "GRID_UPDATE": BOTH_MARKETS,
    "MARGIN_CALL": BOTH_MARKETS,
    "ORDER_TRADE_UPDATE": BOTH_MARKETS,
    "STRATEGY_UPDATE": BOTH_MARKETS,
    "TRADE_LITE": BOTH_MARKETS,
    "listenKeyExpired": BOTH_MARKETS,
}

EndOfKey = Callable[[str, int, int], None]
Told = TypeVar("Told", bound=Event)


class ListenKeys(Protocol):
    """The registry of listen keys; callbacks get the key, its account and the time."""

    on_expired: list[EndOfKey]
    on_closed: list[EndOfKey]

    def owner_of(self, listen_key: str) -> tuple[int, int] | None: ...

    def tick(self, now_ms: int) -> None: ...


class OfSymbol(Protocol):
    """An event, or the request of one, of an account in a symbol."""

    @property
    def account_id(self) -> int: ...

    @property
    def symbol_id(self) -> int: ...


class KeyStream(Channel):
    """The stream of one listen key; its name is the key. A socket may want some event types only.

    `owner` is an account and the market whose events it hears.
    """

    def __init__(self, listen_key: str, owner: tuple[int, int], outbox: Outbox) -> None:
        super().__init__(listen_key, 0, outbox)
        self.owner = owner
        self._chosen: dict[Socket, frozenset[str]] = {}

    def choose_events(self, socket: Socket, events: frozenset[str]) -> None:
        """Send `socket` only these event types; an empty set means all."""
        if events:
            self._chosen[socket] = events

    def remove(self, socket: Socket) -> None:
        super().remove(socket)
        self._chosen.pop(socket, None)

    def add(self, socket: Socket, combined: bool) -> None:
        chosen = self._chosen.get(socket)
        super().add(socket, combined)
        if chosen is not None:
            self._chosen[socket] = chosen

    def tell(self, event_type: str, payload: str) -> None:
        """Send one event to every socket that wants its type."""
        assert self.owner[1] in TOLD_EVENTS[event_type], (event_type, self.owner)
        if not self._chosen:
            self.publish(payload)
            return
        if plain := self._wanting(self._plain, event_type):
            self._outbox.post(Line(self, plain), text_frame(payload.encode()))
        if combined := self._wanting(self._combined, event_type):
            self._outbox.post(Line(self, combined), text_frame(wrapped(self.name, payload)))

    def _wanting(self, line: Line, event_type: str) -> dict[Socket, None]:
        chosen = self._chosen
        return {
            socket: None for socket in line.sockets if socket not in chosen or event_type in chosen[socket]
        }


class UserData:
    """The streams of all listen keys that have sockets, by account and market."""

    def __init__(self, world: World, listen_keys: ListenKeys, outbox: Outbox) -> None:
        self._world = world
        self._listen_keys = listen_keys
        self._outbox = outbox
        self._profile = outbox.profile
        self._order_update = partial(payloads.order_update, profile=outbox.profile)
        self._algo_update = partial(payloads.algo_update, profile=outbox.profile)
        self._funding_update = partial(payloads.funding_update, profile=outbox.profile)
        self._streams: dict[str, KeyStream] = {}
        self._by_owner: dict[tuple[int, int], list[KeyStream]] = {}
        listen_keys.on_expired.append(self._expired)
        listen_keys.on_closed.append(self._closed)

    def open(self, name: str) -> KeyStream | None:
        """The stream of a living listen key; None when `name` is none."""
        stream = self._streams.get(name)
        if stream is None:
            owner = self._listen_keys.owner_of(name)
            if owner is None:
                return None
            stream = KeyStream(name, owner, self._outbox)
            self._streams[name] = stream
            self._by_owner.setdefault(owner, []).append(stream)
        return stream

    def close(self, channel: Channel) -> None:
        """Forget the stream of a key when `channel` is one; its sockets hear no more."""
        stream = self._streams.get(channel.name)
        if stream is None or stream is not channel:
            return
        del self._streams[stream.name]
        streams = self._by_owner[stream.owner]
        streams.remove(stream)
        if not streams:
            del self._by_owner[stream.owner]

    def on_events(self, events: list[Event]) -> None:
        """Tell the accounts concerned, in the order of the events."""
        if not self._by_owner:
            return
        position: PositionChanged | None = None
        burnt: WalletChanged | None = None
        for event in events:
            if isinstance(event, OrderEvent):
                if isinstance(event, (OrderTraded, OrderCalculated)):
                    self._fill(event, position, burnt)
                    position = burnt = None
                else:
                    self._order(event)
            elif isinstance(event, PositionChanged):
                if event.cause == CAUSE_ORDER:
                    position = event
                else:
                    self._tell(self._owner(event), "ACCOUNT_UPDATE", payloads.position_update, event)
            elif isinstance(event, WalletChanged) and event.cause == CAUSE_COMMISSION:
                burnt = event
            elif isinstance(event, AlgoOrderChanged):
                self._algo(event)
            else:
                self._of_account(event)

    def _of_account(self, event: Event) -> None:
        """What happens to an account apart from its orders and their fills."""
        if isinstance(event, FundingPaid):
            self._tell(self._owner(event), "ACCOUNT_UPDATE", self._funding_update, event)
        elif isinstance(event, MarginCalled):
            self._tell(self._owner(event), "MARGIN_CALL", payloads.margin_call, event)
        elif isinstance(event, MarginTypeChanged):
            self._tell(self._owner(event), "ACCOUNT_UPDATE", payloads.margin_type_update, event)
        elif isinstance(event, WalletChanged):
            owner = (event.account_id, event.market)
            self._tell(owner, "ACCOUNT_UPDATE", payloads.wallet_update, event)
        elif isinstance(event, LeverageChanged):
            self._tell(self._owner(event), "ACCOUNT_CONFIG_UPDATE", payloads.config_update, event)
        elif isinstance(event, MultiAssetsChanged):
            self._tell((event.account_id, USDS_M), "ACCOUNT_CONFIG_UPDATE", payloads.mode_update, event)
        elif isinstance(event, GridChanged):
            self._tell(self._owner(event.request), "STRATEGY_UPDATE", payloads.strategy_update, event)
        elif isinstance(event, GridFilled):
            self._tell(self._owner(event.request), "GRID_UPDATE", payloads.grid_update, event)

    def _fill(
        self,
        trade: OrderTraded | OrderCalculated,
        position: PositionChanged | None,
        burnt: WalletChanged | None,
    ) -> None:
        """A fill's position change stands right before it and goes out between its two order events.

        With it goes the wallet that paid the commission, where that is another one.
        """
        owner = self._owner(trade.request)
        alone = PRODUCTS[owner[1]].tells_trades_alone or self._profile.coin_trade_lite
        if isinstance(trade, OrderTraded) and alone:
            self._tell(owner, "TRADE_LITE", payloads.trade_lite, trade)
        if position is not None:
            assert position.account_id == owner[0], (position.account_id, owner)

            def update(world: World, changed: PositionChanged) -> str:
                return payloads.position_update(world, changed, burnt)

            self._tell(owner, "ACCOUNT_UPDATE", update, position)
        self._order(trade)

    def _order(self, event: OrderEvent) -> None:
        owner = self._owner(event.request)
        self._tell(owner, "ORDER_TRADE_UPDATE", self._order_update, event)
        if not self._profile.trigger_reject_events or owner[1] != USDS_M:
            return
        if isinstance(event, OrderClosed) and event.refusal:
            self._tell(owner, "CONDITIONAL_ORDER_TRIGGER_REJECT", payloads.trigger_reject, event)

    def _algo(self, event: AlgoOrderChanged) -> None:
        """A change of an order of the Algo service. That it is activated was not always told (semantics 5.9.7)."""
        request = event.request
        if not self._profile.activations and event.status == ALGO_NEW and event.is_activated:
            order = self._world.algo_orders.find(request.account_id, event.algo_id)
            if order is not None and order.created_ms != event.time_ms:
                return
        self._tell(self._owner(request), "ALGO_UPDATE", self._algo_update, event)

    def _owner(self, about: "OfSymbol") -> tuple[int, int]:
        """Whose event it is: the account, and the market of the symbol."""
        return about.account_id, self._world.catalog.by_id[about.symbol_id].market

    def _tell(
        self,
        owner: tuple[int, int],
        event_type: str,
        make: Callable[[World, Told], str],
        event: Told,
    ) -> None:
        streams = self._by_owner.get(owner)
        if streams is not None:
            payload = make(self._world, event)
            for stream in streams:
                stream.tell(event_type, payload)

    def _expired(self, listen_key: str, account_id: int, now_ms: int) -> None:
        """semantics 7.5.4: one event, then the sockets stay open and silent."""
        stream = self._streams.get(listen_key)
        if stream is not None:
            stream.tell("listenKeyExpired", payloads.listen_key_expired(listen_key, now_ms))
            self.close(stream)

    def _closed(self, listen_key: str, account_id: int, now_ms: int) -> None:
        stream = self._streams.get(listen_key)
        if stream is not None:
            self.close(stream)
