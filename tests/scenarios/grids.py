"""The lines of a table that start and stop grids; see README.txt."""

from collections.abc import Callable

from perpit.domain import commands as c
from perpit.domain import events as e
from perpit.domain import words as w
from perpit.domain.instrument import Instrument
from tests.scenarios.venue import Venue

Found = dict[str, str]
Events = list[e.Event]
NUMBER = r"-?[\d_.]+"
DIRECTIONS = {"neutral": w.NEUTRAL, "long": w.GRID_LONG, "short": w.GRID_SHORT}


def start(venue: Venue, found: Found, instrument: Instrument) -> Events:
    return venue.apply(
        c.StartGrid(
            venue.accounts[found["who"]],
            instrument.symbol_id,
            DIRECTIONS[found["direction"] or "neutral"],
            w.GEOMETRIC if found["geometric"] else w.ARITHMETIC,
            venue.ticks(instrument, found["lower"]),
            venue.ticks(instrument, found["upper"]),
            int(found["grids"]),
            venue.lots(instrument, found["quantity"]),
        )
    )


def stop(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    return venue.apply(c.StopGrid(venue.accounts[found["who"]], int(found["grid"])))


COMMANDS: list[tuple[str, Callable[..., Events]]] = [
    (
        rf"(?P<who>\w+) grid of (?P<quantity>{NUMBER}) from (?P<lower>{NUMBER}) to (?P<upper>{NUMBER})"
        r" in (?P<grids>\d+)( (?P<direction>neutral|long|short))?( (?P<geometric>geometric))?",
        start,
    ),
    (r"(?P<who>\w+) stops grid (?P<grid>\d+)", stop),
]
