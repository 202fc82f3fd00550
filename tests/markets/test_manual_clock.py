"""Market, runner, sequencer, engine and a manual clock together: how far one advance goes changes nothing."""

import asyncio

from perpit.catalogue import load_instrument
from perpit.domain.commands import Command, ListInstrument
from perpit.domain.events import Event, MarkPriceChanged, TradePrinted
from perpit.engine.engine import Engine
from perpit.journal.log import NullLog
from perpit.markets.runner import MarketRunner
from perpit.markets.synthetic import SyntheticSource
from perpit.runtime.clock import Clock
from perpit.runtime.errors import Overloaded
from perpit.runtime.sequencer import Sequencer

START_MS = 1_700_000_000_000
END_MS = START_MS + 10_000


async def played(*stops: int) -> tuple[Engine, list[Event]]:
    """A venue with two synthetic markets, advanced to each of the stops."""
    engine, clock, heard = Engine(), Clock("manual", time_ms=START_MS), list[Event]()

    def publish(command: Command, events: list[Event]) -> None:
        heard.extend(events)

    sequencer = Sequencer(engine, NullLog(), clock, publish)
    await sequencer.start()
    instruments = [load_instrument("BTCUSDT", 0), load_instrument("ETHUSDT", 1)]
    for instrument in instruments:
        await sequencer.submit(ListInstrument(instrument))
    source = SyntheticSource(instruments, 11, START_MS)
    runner = MarketRunner(source, sequencer.submit_many, clock, busy=Overloaded)
    task = asyncio.create_task(runner.run())
    for stop in stops:
        await runner.run_until(stop)
        await sequencer.advance_to(stop)
    task.cancel()
    await asyncio.wait([task])
    await sequencer.stop()
    assert runner.refused == 0
    return engine, heard


async def test_one_long_advance_and_many_short_ones_make_the_same_market() -> None:
    at_once, once = await played(END_MS)
    _, parts = await played(*range(START_MS, END_MS + 1, 77), END_MS)
    assert told(once) == told(parts)
    assert at_once.check_invariants() == []
    assert at_once.time_ms == END_MS


async def test_trades_and_mark_prices_stand_at_their_own_times() -> None:
    _, heard = await played(END_MS)
    trades = [event.time_ms for event in heard if isinstance(event, TradePrinted)]
    marks = [event.time_ms for event in heard if isinstance(event, MarkPriceChanged) and event.symbol_id == 0]
    assert len(set(trades)) > 50
    assert trades == sorted(trades)
    assert marks == [START_MS, *range(START_MS + 1_000, END_MS + 1, 1_000)]


def told(events: list[Event]) -> list[tuple[object, ...]]:
    return [
        (event.time_ms, event.symbol_id, event.trade_id, event.price_ticks, event.qty_lots)
        if isinstance(event, TradePrinted)
        else (event.time_ms, type(event).__name__)
        for event in events
    ]
