"""Venues of a chosen size for `bench.scaling`, and the flow of commands that is measured on them."""

from random import Random
from time import perf_counter

from perpit.catalogue import load_instrument
from perpit.domain import words
from perpit.domain.commands import (
    Advance,
    CancelOrder,
    Command,
    CreateAccount,
    ListInstrument,
    PlaceOrder,
    SetIndexPrice,
    Transfer,
)
from perpit.domain.events import Event, OrderAccepted, OrderClosed, OrderTraded
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine

MIDDLE_TICKS = 600_000
LEVELS = 100
START_MS = 1_700_000_000_000
RICH_UNITS = 10**8 * UNIT


class World:
    """An engine, and what the flow has to know of it: which orders are open."""

    def __init__(self, seed: int, symbols: int) -> None:
        self.random = Random(seed)
        self.engine = Engine()
        self.symbols = symbols
        self.accounts = 0
        self.open: list[tuple[int, int, int]] = []  # order id, account, symbol
        self.place_of: dict[int, int] = {}
        self.names = 0
        for symbol_id in range(symbols):
            instrument = load_instrument("BTCUSDT", symbol_id)
            instrument.symbol = f"S{symbol_id}USDT"
            self.apply(ListInstrument(instrument))
            self.set_price(symbol_id, MIDDLE_TICKS)

    def stamp(self, commands: list[Command], step_ms: int = 0) -> list[Command]:
        """Number the commands that will be applied next, the clock moving `step_ms` with each."""
        seq, time_ms = self.engine.seq, max(START_MS, self.engine.time_ms)
        for command in commands:
            seq += 1
            time_ms += step_ms
            command.seq = seq
            command.time_ms = time_ms
        return commands

    def apply(self, command: Command, step_ms: int = 0) -> list[Event]:
        self.stamp([command], step_ms)
        return self.engine.apply(command)

    def timed(self, commands: list[Command]) -> float:
        """Seconds that the engine takes for commands made beforehand; what they did is followed afterwards."""
        self.stamp(commands)
        apply = self.engine.apply
        started = perf_counter()
        told = [apply(command) for command in commands]
        spent = perf_counter() - started
        for events in told:
            self.follow(events)
        return spent

    def follow(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, OrderAccepted):
                if event.request.order_type <= words.MARKET:
                    self.place_of[event.order_id] = len(self.open)
                    self.open.append((event.order_id, event.request.account_id, event.request.symbol_id))
            elif isinstance(event, OrderClosed) or (
                isinstance(event, OrderTraded) and event.status == words.FILLED
            ):
                self.forget(event.order_id)

    def forget(self, order_id: int) -> None:
        place = self.place_of.pop(order_id, None)
        if place is None:
            return
        last = self.open.pop()
        if last[0] != order_id:
            self.open[place] = last
            self.place_of[last[0]] = place

    def set_price(self, symbol_id: int, ticks: int) -> None:
        self.apply(SetIndexPrice(symbol_id, ticks * self.engine.markets[symbol_id].instrument.tick_e8))

    def tick(self) -> float:
        """Seconds that one mark tick takes: the next whole second."""
        command = self.stamp([Advance()], 1_000)[0]
        started = perf_counter()
        self.engine.apply(command)
        return perf_counter() - started

    def enrol(self, count: int, units: int = RICH_UNITS) -> range:
        """So many accounts with so much money each; their ids."""
        first = self.accounts + 1
        for account_id in range(first, first + count):
            self.apply(CreateAccount(f"account-{account_id}"))
            self.apply(Transfer(account_id, words.USDS_M, "USDT", units))
        self.accounts += count
        return range(first, first + count)

    def order(
        self, account_id: int, symbol_id: int, side: int, kind: int, lots: int, ticks: int
    ) -> PlaceOrder:
        self.names += 1
        name = f"bench-{self.names}"
        return PlaceOrder(account_id, symbol_id, name, side, kind, words.GTC, lots, ticks)

    def anybody(self) -> int:
        return self.random.randint(1, self.accounts)

    def rest(self) -> PlaceOrder:
        side = self.random.choice([words.BUY, words.SELL])
        ticks = MIDDLE_TICKS - side * self.random.randint(1, LEVELS)
        symbol_id = self.random.randrange(self.symbols)
        return self.order(self.anybody(), symbol_id, side, words.LIMIT, self.random.randint(1, 100), ticks)

    def take(self) -> PlaceOrder:
        side = self.random.choice([words.BUY, words.SELL])
        symbol_id = self.random.randrange(self.symbols)
        lots = self.random.randint(1, 100)
        return self.order(self.anybody(), symbol_id, side, words.MARKET, lots, 0)

    def fill_book(self, count: int) -> None:
        """Rest until so many orders are open."""
        while len(self.open) < count:
            self.follow(self.apply(self.rest()))

    def fill_unseen(self, count: int) -> None:
        """Rest so many orders and remember none of them, so that nobody's memory but the engine's is used."""
        for _order in range(count):
            self.apply(self.rest())

    def mixed(self, count: int) -> list[Command]:
        """Half rest, four in ten cancel, one in ten takes as much as one order rests: the book keeps its size."""
        made: list[Command] = []
        left = self.random.sample(self.open, min(len(self.open) * 3 // 4, count))
        for kind in self.random.choices("rct", [50, 40, 10], k=count):
            if kind == "c" and left:
                order_id, account_id, symbol_id = left.pop()
                made.append(CancelOrder(account_id, symbol_id, order_id, ""))
            elif kind == "t":
                made.append(self.take())
            else:
                made.append(self.rest())
        return made

    def wait(self, count: int) -> None:
        """So many conditional orders of the Algo service, at prices that the flow never reaches."""
        for number in range(count):
            account_id = 1 + number % self.accounts
            order = self.order(account_id, 0, words.SELL, words.STOP_MARKET, 1, 0)
            order.is_algo = True
            order.stop_price_ticks = self.random.randint(400_000, 590_000)
            self.apply(order)

    def open_positions(self, buyers: range, sellers: range, lots: int) -> None:
        """Each buyer takes the same quantity from a seller of its own, at the middle."""
        for buyer, seller in zip(buyers, sellers, strict=True):
            self.apply(self.order(seller, 0, words.SELL, words.LIMIT, lots, MIDDLE_TICKS))
            self.apply(self.order(buyer, 0, words.BUY, words.LIMIT, lots, MIDDLE_TICKS))


def mixed_world(resting: int, accounts: int, waiting: int, symbols: int) -> World:
    world = World(1, symbols)
    world.enrol(accounts)
    world.fill_book(resting)
    world.wait(waiting)
    return world


# 0.1 BTC at 60,000 and 20× asks for 300 of margin; 4.55 % lower little more than the maintenance margin is left of it.
POOR_UNITS = 303 * UNIT
POOR_LOTS = 100
NEAR_TICKS = 572_700
GONE_TICKS = 570_500


def positions_world(positions: int, near_percent: int) -> World:
    """Longs and shorts, half each; so many in a hundred of all stand where their owners are warned."""
    world = World(1, 1)
    near = positions * near_percent // 100
    poor = world.enrol(near, POOR_UNITS)
    rich = world.enrol(positions // 2 - near)
    shorts = world.enrol(positions // 2)
    world.open_positions(range(poor.start, rich.stop), shorts, POOR_LOTS)
    world.set_price(0, NEAR_TICKS)
    world.tick()
    assert len(world.engine.risk.warned) == near, "others are warned than should be"
    return world


def cascade_world(count: int, way: str) -> World:
    """So many longs that the next price ruins. Their end: `book`, `fund`, or `adl` (auto-deleveraging)."""
    world = World(1, 1)
    longs = world.enrol(count, POOR_UNITS)
    shorts = world.enrol(count)
    world.open_positions(longs, shorts, POOR_LOTS)
    world.set_price(0, MIDDLE_TICKS)
    if way == "fund":
        world.apply(Transfer(words.INSURANCE_FUND, words.USDS_M, "USDT", 10**10 * UNIT))
    if way == "book":
        for _ in range(count):
            world.apply(world.order(shorts[0], 0, words.BUY, words.LIMIT, POOR_LOTS, GONE_TICKS - 300))
            shorts = range(shorts.start + 1, shorts.stop)
    world.tick()
    return world
