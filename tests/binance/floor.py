"""A trading floor for stream tests: engine, world and hub in one room, sockets that only remember, time by hand."""

import json
from typing import Any

from perpit.binance.listen_keys import ListenKeys
from perpit.binance.profiles import UNION, Profile
from perpit.binance.streams import HubLimits, Session, StreamHub
from perpit.binance.streams_url import parse_stream_url
from perpit.domain import words as w
from perpit.domain.commands import (
    Advance,
    AmendOrder,
    CancelOrder,
    Command,
    CreateAccount,
    HouseDepth,
    HouseTrade,
    ListInstrument,
    PlaceOrder,
    SetIndexPrice,
    Transfer,
)
from perpit.domain.events import Event, OrderEvent, Refused
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.views.world import World
from tests.instruments import btcusd_perp, btcusdt, ethusdt

START_MS = 1_700_000_000_000
BTC = 0
ETH = 1
COIN = 2
PRICE = 600_000  # BTCUSDT ticks of 0.1: 60,000.0


class FakeSocket:
    """A socket that keeps every frame; `congested` and `waiting` are set by the test."""

    def __init__(self) -> None:
        self.congested = False
        self.waiting = 0
        self.on_drained: Any = None
        self.on_lost: Any = None
        self.on_shutdown: Any = None
        self.frames: list[bytes] = []
        self.closed: int | None = None
        self.aborted = False

    def write_frame(self, frame: bytes) -> None:
        self.frames.append(frame)
        if self.congested:
            self.waiting += len(frame)

    def buffered(self) -> int:
        return self.waiting

    def close(self, code: int, reason: str) -> None:
        self.closed = code

    def abort(self) -> None:
        self.aborted = True

    def messages(self) -> list[Any]:
        """Everything received since the last call, decoded."""
        frames, self.frames = self.frames, []
        return [json.loads(payload_of(frame)) for frame in frames]

    def payloads(self) -> list[Any]:
        """Like `messages`, taken out of the combined wrapper where there is one."""
        return [
            message.get("data", message) if isinstance(message, dict) else message
            for message in self.messages()
        ]

    def of(self, event_type: str) -> list[Any]:
        """The payloads of one event type."""
        return [row for row in self.payloads() if isinstance(row, dict) and row.get("e") == event_type]


def payload_of(frame: bytes) -> bytes:
    """The payload of an unmasked single text frame."""
    assert frame[0] == 0x81, frame[:2]
    size, start = frame[1], 2
    if size == 126:
        size, start = int.from_bytes(frame[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(frame[2:10], "big"), 10
    assert len(frame) == start + size, (len(frame), start, size)
    return frame[start:]


def watches_anything(hub: StreamHub) -> bool:
    """Whether the hub holds anything for a subscriber; nothing may be left behind by those who went."""
    held = (hub._channels, hub._feeds, hub._marks, hub._contracts, hub._fills, hub._timed)
    return any((*held, hub._user_data._streams))


class Floor:
    """Three listed instruments with an index price, and two accounts, `alice` and `bob`, with 1,000,000 USDT and, for
    COIN-M, 100 BTC each.
    """

    def __init__(self, limits: HubLimits | None = None, profile: Profile = UNION) -> None:
        self.engine = Engine()
        self.world = World()
        self.now_ms = START_MS
        self.listen_keys = ListenKeys()
        self.is_hurried = False
        self.hub = StreamHub(
            self.world, self.listen_keys, lambda: self.now_ms, limits, profile, lambda: self.is_hurried
        )
        self._seq = 0
        self._client_order = 0
        for instrument in (btcusdt(), ethusdt(), btcusd_perp()):
            self.do(ListInstrument(instrument))
        self.do(SetIndexPrice(BTC, 60_000 * UNIT))
        self.do(SetIndexPrice(ETH, 3_000 * UNIT))
        self.do(SetIndexPrice(COIN, 60_000 * UNIT))
        for name in ("alice", "bob"):
            self.do(CreateAccount(name))
            self.do(Transfer(self.world.account_ids[name], w.USDS_M, "USDT", 1_000_000 * UNIT))
            self.do(Transfer(self.world.account_ids[name], w.COIN_M, "BTC", 100 * UNIT))

    def do(self, command: Command) -> list[Event]:
        """Stamp, apply, fold, publish."""
        self._seq += 1
        command.seq = self._seq
        command.time_ms = self.now_ms
        events = self.engine.apply(command)
        self.world.fold(command, events)
        return events

    def advance(self, milliseconds: int) -> None:
        """Let time pass; timers run, throttled streams push."""
        self.now_ms += milliseconds
        self.do(Advance())
        self.hub.tick(self.now_ms)

    def connect(self, path: str, query: str = "") -> tuple[FakeSocket, Session]:
        socket = FakeSocket()
        target = parse_stream_url(path, query)
        assert target is not None, path
        return socket, self.hub.connect(socket, target)

    def listen(self, path: str, query: str = "") -> FakeSocket:
        return self.connect(path, query)[0]

    def open_key(self, name: str, market: int = w.USDS_M) -> str:
        return self.listen_keys.open(self.world.account_ids[name], self.now_ms, market)

    def place(self, name: str, side: int, qty_lots: int, price_ticks: int = PRICE, **terms: Any) -> int:
        """Place a limit order (market when the price is 0); returns its id. It must not be refused."""
        self._client_order += 1
        symbol_id = terms.pop("symbol_id", BTC)
        order_type = w.LIMIT if price_ticks else w.MARKET
        time_in_force = terms.pop("time_in_force", w.GTC)
        command = PlaceOrder(
            self.world.account_ids[name],
            symbol_id,
            f"c{self._client_order}",
            side,
            order_type,
            time_in_force,
            qty_lots,
            price_ticks,
            **terms,
        )
        events = self.do(command)
        assert not isinstance(events[0], Refused), events[0]
        return next(e.order_id for e in events if isinstance(e, OrderEvent) and e.request is command)

    def cancel(self, name: str, order_id: int) -> None:
        self.do(CancelOrder(self.world.account_ids[name], BTC, order_id, ""))

    def amend(self, name: str, order_id: int, qty_lots: int, price_ticks: int) -> None:
        account_id = self.world.account_ids[name]
        events = self.do(AmendOrder(account_id, BTC, order_id, "", w.BUY, qty_lots, price_ticks))
        assert not isinstance(events[0], Refused), events[0]

    def tape(self, qty_lots: int, price_ticks: int, taker_side: int = w.SELL) -> None:
        """A trade of the house as taker."""
        self.do(HouseTrade(BTC, taker_side, price_ticks, qty_lots))

    def house(self, bids: dict[int, int], asks: dict[int, int], symbol_id: int = BTC) -> None:
        """Lay liquidity of the house: price_ticks → lots."""
        self.do(HouseDepth(symbol_id, list(bids), list(bids.values()), list(asks), list(asks.values())))

    def trade(
        self, qty_lots: int = 10, price_ticks: int = PRICE, taker_side: int = w.BUY, symbol_id: int = BTC
    ) -> None:
        """One trade of alice (maker) with bob (taker)."""
        self.place("alice", -taker_side, qty_lots, price_ticks, symbol_id=symbol_id)
        self.place("bob", taker_side, qty_lots, price_ticks, symbol_id=symbol_id)
