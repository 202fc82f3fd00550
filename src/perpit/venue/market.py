"""The venue's market: the source that the settings name, and the runner that drives it on the venue's clock."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from perpit.catalogue import load_instrument
from perpit.catalogue.baskets import Follower
from perpit.domain.commands import Command
from perpit.domain.events import ContractStatusChanged, Event
from perpit.domain.words import DELIVERED, DELIVERING
from perpit.home import CannotStart
from perpit.markets.house import withdrawal
from perpit.markets.none import NoMarket
from perpit.markets.recorded import RecordedSource, missing_parts
from perpit.markets.recording import RecordingError, peek_symbols
from perpit.markets.runner import BUSY_WAIT_S, MarketRunner
from perpit.markets.source import MarketSource
from perpit.markets.synthetic import SyntheticSource
from perpit.runtime.clock import MANUAL, Clock
from perpit.runtime.errors import Overloaded, VenueStopped
from perpit.runtime.sequencer import Sequencer
from perpit.settings import MarketSetting, Settings
from perpit.venue.founding import assets_e8, roll
from perpit.views.world import World

# A tape begins so long (in real time) after it was put in, so that whoever waits for the ready-file and then connects
# hears it from its first trade. A manual clock stands still until somebody moves it: there it begins at once.
TAPE_LEAD_MS: Final = 1_000


class HouseMarket:
    """The house's liquidity. `on_failure` hears of a source that cannot go on."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        sequencer: Sequencer,
        clock: Clock,
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._world = world
        self._sequencer = sequencer
        self._clock = clock
        self._on_failure = on_failure
        self._settings = settings
        self._runner: MarketRunner
        self._task: asyncio.Task[None] | None = None
        self._synthetic: SyntheticSource | None = None
        self._rolling: asyncio.Task[None] | None = None
        self._roll_turn = asyncio.Lock()  # several quarters end in one moment

    async def prepare(self) -> None:
        """Take away what an earlier source left on the books, make the new one, and let it say what is due now.

        Raises CannotStart when a recording cannot be played. A recording is not begun here but by `start`.
        """
        for symbol_id, book in enumerate(self._world.books):
            if book.bids or book.asks:
                await self._sequencer.submit(withdrawal(symbol_id, list(book.bids), list(book.asks)))
        try:
            source = make_source(self._settings, self._world, self._clock)
        except RecordingError as error:
            raise CannotStart(f"{error}; give another with --market recorded:PATH") from None
        self._runner = MarketRunner(source, self._sequencer.submit_many, self._clock, busy=Overloaded)
        if isinstance(source, SyntheticSource):
            self._synthetic = source
            await self._runner.run_until(self._clock.now_ms())
        self._world.listeners.append(self._on_events)

    def start(self) -> None:
        """Drive the market from now on."""
        self._task = asyncio.create_task(self._run(), name="perpit-market")

    async def stop(self) -> None:
        """Say nothing more; a batch that is under way is not waited for."""
        tasks = [task for task in (self._task, self._rolling) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _on_events(self, command: Command, events: list[Event]) -> None:
        """A contract that ended has no market any more, and a quarter that did has a successor."""
        for event in events:
            if not isinstance(event, ContractStatusChanged):
                continue
            if event.status == DELIVERING and self._synthetic is not None:
                self._synthetic.drop(event.symbol_id)
            is_perpetual = self._world.catalog.by_id[event.symbol_id].is_perpetual
            if event.status == DELIVERED and not is_perpetual:
                self._rolling = asyncio.get_running_loop().create_task(self._roll())

    async def _roll(self) -> None:
        """List what follows, and quote it."""
        async with self._roll_turn:
            known = len(self._world.catalog.by_id)
            now_ms = self._clock.now_ms()
            try:
                await self._list_what_follows(now_ms)
            except VenueStopped:
                return  # the next start will do it
            except Exception as error:
                self._on_failure(error)
                return
            if self._synthetic is not None:
                for instrument in self._world.catalog.by_id[known:]:
                    index_e8 = self._world.prices[instrument.symbol_id].index_e8
                    self._synthetic.add(instrument, now_ms, index_e8)

    async def _list_what_follows(self, now_ms: int) -> None:
        while True:
            try:
                await roll(self._world, self._sequencer.submit, now_ms)
                return
            except Overloaded:  # it goes on where it was broken off
                await asyncio.sleep(BUSY_WAIT_S)

    async def advance_to(self, time_ms: int) -> None:
        """A manual clock: the market, then all timers up to a time. Raises RecordingError like the source, ClockError
        like the clock.
        """
        try:
            await self._runner.run_until(time_ms)
        except RecordingError as error:
            self._on_failure(error)
            raise
        await self._sequencer.advance_to(time_ms)
        if self._rolling is not None:
            await self._rolling
            self._rolling = None
            await self._runner.run_until(time_ms)  # the market in what was listed

    async def _run(self) -> None:
        try:
            await self._runner.run()
        except VenueStopped:
            return  # the sequencer has told why
        except Exception as error:
            self._on_failure(error)


def make_source(settings: Settings, world: World, clock: Clock) -> MarketSource:
    """The source of a market setting, for the listed instruments; raises RecordingError."""
    instruments = [contract.instrument for contract in world.contracts if not contract.has_ended]
    market = settings.market
    if market.kind == "synthetic":
        known = {row.symbol_id: world.prices[row.symbol_id].index_e8 for row in instruments}
        assets = {asset: price for row in instruments for asset, price in assets_e8(world, row).items()}
        return SyntheticSource(instruments, settings.seed, clock.now_ms(), known, assets)
    if market.path is not None:
        lead_ms = 0 if clock.mode == MANUAL else int(TAPE_LEAD_MS * clock.speed)
        start_ms = clock.now_ms() + lead_ms
        followers = [Follower(row, assets_e8(world, row)) for row in instruments if row.basket]
        return RecordedSource(market.path, instruments, start_ms, settings.on_bad_line, followers)
    return NoMarket()


def check_baskets(market: MarketSetting, wanted: Sequence[str]) -> None:
    """Raises CannotStart for a composite index that a recorded market could not price: it needs every part of it."""
    if market.path is None:
        return
    held = symbols_of(market)
    played = [symbol for symbol in wanted if symbol in held]
    for symbol in wanted:
        missing = missing_parts(load_instrument(symbol, 0).basket, played)
        if missing and symbol not in held:
            raise CannotStart(
                f"--symbols: {symbol} is the index of a basket, of which {market.path} does not play "
                f"{', '.join(missing)}; leave it out, or use another market",
                2,
            )


def symbols_of(market: MarketSetting) -> tuple[str, ...]:
    """What a market would list by itself: the symbols of a recording; raises CannotStart like `prepare`."""
    if market.path is None:
        return ()
    try:
        return tuple(peek_symbols(market.path))
    except RecordingError as error:
        raise CannotStart(f"{error}; give another with --market recorded:PATH") from None
