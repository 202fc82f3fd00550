"""How `perpit serve` runs a venue: event loop, log, signals, banner. Apart from `serve`, which only reads options."""

import asyncio
import logging
import signal
from types import FrameType
from typing import Any

from perpit.cli.banner import banner, banner_json
from perpit.cli.failure import Failure
from perpit.home import CannotStart
from perpit.markets.recording import RecordingError
from perpit.runtime.collector import Collector
from perpit.settings import Settings
from perpit.venue import Venue

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_until_signal(settings: Settings, as_json: bool) -> None:
    """Run a venue until Ctrl-C; raises Failure when it cannot start or go on."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    before = {name: signal.getsignal(name) for name in SIGNALS}
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(run(settings, as_json))
    except asyncio.CancelledError:  # a signal came before the venue ran
        raise KeyboardInterrupt from None
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop there is on this machine."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def run(settings: Settings, as_json: bool) -> None:
    """Start a venue, say that it runs, and stop it at a signal; raises Failure when it cannot start or go on."""
    stopping = asyncio.Event()
    venue = Venue(settings)
    end_at_signal(venue, stopping)
    try:
        async with venue:
            collector = Collector()
            collector.start()
            try:
                print(banner_json(venue) if as_json else banner(venue), flush=True)
                await first(stopping.wait(), venue.failed.wait())
            finally:
                collector.stop()
    except CannotStart as error:
        raise Failure(str(error), error.code) from None
    if isinstance(venue.failure, RecordingError):
        raise Failure(f"{venue.failure}; mend it, or play on with --on-bad-line skip")
    if venue.failed.is_set():
        raise Failure(f"the venue stopped at an internal error: {venue.failure}; the log above says where")


def end_at_signal(venue: Venue, stopping: asyncio.Event) -> None:
    """Until the venue runs, a signal breaks its start off, in the running task. From the moment on in which the venue
    says that it answers, a signal stops it.

    A recovery ends in its midst, not sat through. Everything else ends where it waits: a KeyboardInterrupt within the
    sequencer would leave it with a batch that nobody finishes.
    """
    loop, starting = asyncio.get_running_loop(), asyncio.current_task()
    assert starting is not None

    def end() -> None:
        if venue.has_started:
            stopping.set()
        else:
            starting.cancel()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if venue.recovering:
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(end)

    for name in SIGNALS:
        signal.signal(name, interrupt)


async def first(*coroutines: Any) -> None:
    """Until one of them is done."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
