"""A venue: all rooms built from settings, started in the order in which they need each other, stopped in reverse.

    journal (locked) → recovery → clock → sequencer → founding → market → port → ready-file

Recovery folds the journal through the same engine and views that serve afterwards; listeners (streams, user data) are
attached when it is over, so nobody is told the past.
"""

import asyncio
import contextlib
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from perpit import __version__
from perpit.binance.dialect import Dialect
from perpit.binance.doorkeeper import Doorkeeper
from perpit.binance.listen_keys import ListenKeys
from perpit.binance.pages import Pages
from perpit.binance.profiles import PROFILES
from perpit.binance.streams import StreamHub
from perpit.binance.ws_api import WsApi
from perpit.control import Control, Ports
from perpit.control.describe import openapi
from perpit.control.problems import Problem
from perpit.domain.commands import Command, PlaceOrder
from perpit.domain.events import Event
from perpit.engine.engine import Engine
from perpit.home import CannotStart, Home, ReadyInfo, forget_ready, new_token, write_ready
from perpit.journal.errors import JournalError
from perpit.journal.log import Log, NullLog, open_log
from perpit.journal.recovery import Recovered, recover
from perpit.markets.recording import RecordingError
from perpit.runtime.clock import MANUAL, Clock
from perpit.runtime.errors import ClockError, OutcomeUnknown, Overloaded, VenueStopped
from perpit.runtime.sequencer import Sequencer
from perpit.server.app import Application
from perpit.server.serve import PortUnavailable, Server, Tls
from perpit.server.websocket import SocketLimits
from perpit.settings import Settings
from perpit.venue.founding import check_symbols, demo_keys, found, roll
from perpit.venue.kept_keys import KeptKeys
from perpit.venue.market import HouseMarket, check_baskets, symbols_of
from perpit.views.world import World


class Venue:
    """One venue, as an asynchronous context manager.

    Inside it `ready` has the addresses and the demo key, `submit` takes commands, `world` shows what happened.
    `recovering` is True while the journal is replayed, which is one long step of the start without any pause.
    `failed` is set when the sequencer met a bug and stopped for good; `failure` is that exception.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = Engine()
        self.world = World()
        self.failed = asyncio.Event()
        self.failure: BaseException | None = None
        self.recovering = False
        self.has_started = False  # and answers
        self.recovered_commands = 0
        self.ready: ReadyInfo
        self._home: Home | None = None
        self._log: Log = NullLog()
        self._advancing_to_ms = 0
        self._started = time.monotonic()
        self._parts = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except (JournalError, PortUnavailable) as error:
            await self._parts.aclose()
            raise CannotStart(str(error)) from None
        except ssl.SSLError as error:
            await self._parts.aclose()
            reason = error.reason or error.strerror or "not in PEM form"
            raise CannotStart(f"cannot use --tls-cert with --tls-key: {reason}; give the PEM files") from None
        except BaseException:
            await self._parts.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._parts.aclose()

    # What those who run a venue in process use

    def submit(self, command: Command) -> "asyncio.Future[list[Event]]":
        """Put a command into the sequence; its events come when it is as durable as promised."""
        return self.sequencer.submit(command)

    async def advance_to(self, time_ms: int) -> None:
        """A manual clock: the market and all timers run up to a time, which may take many turns of the event loop.

        Raises ClockError while another advance is under way, and when somebody changes the clock on the way; then time
        stands where it was changed.
        """
        if self._advancing_to_ms:
            raise ClockError(
                f"an advance to {self._advancing_to_ms} is under way; the venue is at {self.clock.now_ms()}"
            )
        self._advancing_to_ms = time_ms
        try:
            await self.market.advance_to(time_ms)
        finally:
            self._advancing_to_ms = 0

    def state_hash(self) -> str:
        """The digest of the engine's state after the last applied command."""
        return self.engine.state_hash()

    # How it starts

    async def _start(self) -> None:
        settings = self.settings
        named = settings.symbols if settings.symbols_given else symbols_of(settings.market)
        check_symbols(named or settings.symbols)
        check_baskets(settings.market, named or settings.symbols)
        self._open_journal()
        if settings.ready_file is not None:
            forget_ready(settings.ready_file)  # before the recovery, which may take its time
        recovered = self._recover()
        self.clock = make_clock(settings, recovered)
        self.sequencer = Sequencer(
            self.engine,
            self._log,
            self.clock,
            self.world.fold,
            last_seq=recovered.last_seq,
            on_failure=self._on_failure,
        )
        await self.sequencer.start()
        self._parts.push_async_callback(self.sequencer.stop)
        founded = bool(self.world.account_ids)  # the demo account comes after the last instrument
        wanted = named if named or founded else settings.symbols
        submit = self.sequencer.submit
        await found(self.world, submit, wanted, settings.demo_balance_units, self.clock.now_ms())
        await roll(self.world, submit, self.clock.now_ms())
        self.market = HouseMarket(settings, self.world, self.sequencer, self.clock, self._on_failure)
        self._parts.push_async_callback(self.market.stop)
        await self.market.prepare()
        await self._open_port()
        self._tell()
        self.has_started = True
        self.market.start()

    def _open_journal(self) -> None:
        """Lock the journal, when there is one: from here on the data directory is this venue's."""
        settings = self.settings
        if settings.data is None or settings.durability == "none":
            return
        self._home = Home(settings.data)
        with usable(self._home.journal):
            self._log = open_log(self._home.journal, settings.durability)
        self._parts.callback(self._log.close)

    def _recover(self) -> Recovered:
        """Replay the journal into the engine and the views."""
        if self._home is None:
            return Recovered(0, 0)
        self.recovering = True
        with usable(self._home.journal):
            recovered = recover(self._home.journal, self.engine, self.world.fold)
        self.recovering = False
        self.recovered_commands = recovered.last_seq
        return recovered

    def _wall_ms(self) -> int:
        """The machine's time, where a client may stamp with it although the venue's clock shows another; else 0.

        A wall clock does when the venue was driven ahead before.
        """
        return 0 if self.settings.strict_time else time.time_ns() // 1_000_000

    def _judge(self, order: PlaceOrder) -> tuple[int, int]:
        """What the engine would do with an order now; it sees all that was acknowledged."""
        order.time_ms = self.clock.now_ms()
        return self.engine.judge(order)

    async def _open_port(self) -> None:
        """Build the edge and answer on the port."""
        settings, now_ms = self.settings, self.clock.now_ms
        # rate limits pass with real time, too, where the venue's clock shows another one
        idle_ms = _never if settings.strict_time else self.clock.idle_ms
        listen_keys, profile = ListenKeys(), PROFILES[settings.profile]
        if self._home is not None:
            kept = KeptKeys(self._home.listen_keys, listen_keys)
            kept.load(frozenset(self.world.account_ids.values()))
            await self._parts.enter_async_context(kept)
        self.dialect = Dialect(
            self.world,
            self.sequencer.submit,
            self.sequencer.submit_many,
            self._judge,
            now_ms,
            settings,
            listen_keys,
            overloaded=(Overloaded,),
            stopped=(VenueStopped,),
            in_doubt=(OutcomeUnknown,),
            described=openapi(),
            wall_ms=self._wall_ms,
            idle_ms=idle_ms,
            profile=profile,
            supplies=settings.circulating_supply,
        )
        self.hub = StreamHub(self.world, listen_keys, now_ms, profile=profile, is_hurried=self._is_hurried)
        token = self._home.admin_token() if self._home is not None else new_token()
        control = Control(self._ports(), token)
        self.server = Server(
            Application(
                self.dialect,
                control,
                self.hub,
                self._streams_now_ms,
                ws_api=WsApi(self.dialect, self.world),
                doorkeeper=Doorkeeper(now_ms, settings.connection_attempts, idle_ms)
                if settings.limits
                else None,
                pages=Pages(now_ms),
            ),
            settings.host,
            settings.port,
            self._tls(),
            None if settings.limits else SocketLimits(messages_per_second=0, pings_per_second=0),
        )
        self._parts.push_async_callback(self.server.stop)  # before the start, which a signal may break off
        await self.server.start()
        self.ready = self._ready_info(token)

    def _tls(self) -> Tls | None:
        """Certificate and key, as files; one of its own lives in the data directory, or as long as the venue."""
        settings = self.settings
        if settings.self_signed:
            from perpit.venue.certificate import (
                self_signed,
            )  # here: few venues need it, and it is slow to load

            directory = self._home.directory if self._home is not None else self._temporary_directory()
            certificate, key = self_signed(directory, reachable(settings.host).strip("[]"))
            return Tls(str(certificate), str(key))
        return Tls(str(settings.tls_cert), str(settings.tls_key)) if settings.tls_cert else None

    def _temporary_directory(self) -> Path:
        return Path(self._parts.enter_context(tempfile.TemporaryDirectory(prefix="perpit-")))

    def _streams_now_ms(self) -> int:
        """The time up to which streams are flushed while no command comes. A manual clock moves by commands alone;
        while these are on their way, it is ahead of what they are going to change.
        """
        return self.world.time_ms if self.clock.mode == MANUAL else self.clock.now_ms()

    def _is_hurried(self) -> bool:
        """Whether the clock can be ahead of what clients have the time to read."""
        return self.clock.mode == MANUAL or self.clock.speed > 1

    def _ready_info(self, token: str) -> ReadyInfo:
        place = f"{self.server.scheme_suffix}://{reachable(self.settings.host)}:{self.server.port}"
        return ReadyInfo(
            rest=f"http{place}",
            ws=f"ws{place}",
            ws_api=f"ws{place}/ws-fapi/v1",
            admin=f"http{place}/venue/v1",
            admin_token=token,
            accounts=demo_keys(self.world),
        )

    def _tell(self) -> None:
        """Write down that the venue answers: venue.json in the data directory, and the ready-file."""
        if self._home is not None:
            write_ready(self._home.running, self.ready)
            self._parts.callback(self._home.forget_running)
        if self.settings.ready_file is not None:
            write_ready(self.settings.ready_file, self.ready)

    def _ports(self) -> Ports:
        settings = self.settings
        about = {
            "version": __version__,
            "profile": settings.profile,
            "market": str(settings.market),
            "durability": settings.durability,
        }
        return Ports(
            world=self.world,
            submit=self._submit_for_control,
            clock=self.clock,
            advance_to=self._advance_for_control,
            state_hash=self.engine.state_hash,
            invariants=self.engine.check_invariants,
            connections=lambda: self.server.connections,
            uptime_ms=lambda: int((time.monotonic() - self._started) * 1000),
            about=about,
        )

    async def _advance_for_control(self, time_ms: int) -> None:
        try:
            await self.advance_to(time_ms)
        except ClockError as error:
            raise Problem(409, str(error)) from None
        except (RecordingError, VenueStopped) as error:
            raise Problem(503, str(error)) from None

    async def _submit_for_control(self, command: Command) -> list[Event]:
        try:
            return await self.sequencer.submit(command)
        except Overloaded:
            raise Problem(503, "the venue is too busy; try again in a moment") from None
        except VenueStopped as error:
            raise Problem(503, str(error)) from None

    def _on_failure(self, error: BaseException) -> None:
        self.failure = error
        self.failed.set()


@contextlib.contextmanager
def usable(journal: Path) -> Iterator[None]:
    """What goes wrong with the files of a journal, in one line."""
    try:
        yield
    except OSError as error:
        raise CannotStart(
            f"cannot use the journal in {journal}: {error.strerror}; choose another with --data"
        ) from None


def _never() -> int:
    return 0


def make_clock(settings: Settings, recovered: Recovered) -> Clock:
    """The clock as set, never before the last command of the journal; a manual one goes on from there."""
    wish = settings.clock
    if wish.mode == MANUAL:
        time_ms = max(wish.time_ms, recovered.time_ms) or None
        return Clock(MANUAL, time_ms=time_ms)
    clock = Clock(wish.mode, wish.speed if wish.mode == "scaled" else None)
    clock.not_before(recovered.time_ms)
    return clock


def reachable(host: str) -> str:
    """A host as one can connect to it: an address that means all of them is the local one."""
    if host in ("0.0.0.0", ""):
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host
