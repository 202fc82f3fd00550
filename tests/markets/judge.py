"""An engine that judges a market source: commands are stamped and applied, books are compared."""

from perpit.domain.commands import Command, ListInstrument
from perpit.domain.events import Event, Refused
from perpit.domain.instrument import Instrument
from perpit.engine.book import Ladder
from perpit.engine.engine import Engine


def apply(engine: Engine, command: Command, time_ms: int) -> list[Event]:
    """Stamp and apply a command; the engine must not refuse it."""
    command.seq = engine.seq + 1
    command.time_ms = time_ms
    events = engine.apply(command)
    assert not any(isinstance(event, Refused) for event in events)
    return events


def listed(instrument: Instrument, time_ms: int) -> Engine:
    """An engine that trades one instrument and nothing else."""
    engine = Engine()
    apply(engine, ListInstrument(instrument), time_ms)
    return engine


def lots_by_price(ladder: Ladder) -> dict[int, int]:
    return {price_ticks: level.total_lots for price_ticks, level in ladder.levels.items()}
