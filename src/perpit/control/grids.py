"""Grids of an account: start, list, show, stop. The engine trades them (`engine.grids`)."""

from typing import Any

from perpit.control.accounts import account_named
from perpit.control.bodies import NewGrid
from perpit.control.instruments import instrument_of
from perpit.control.ports import Ports
from perpit.control.problems import Problem, settled
from perpit.domain import words
from perpit.domain.commands import StartGrid, StopGrid
from perpit.domain.events import GridChanged
from perpit.domain.grid_events import unmatched_price_e8
from perpit.domain.numbers import format_shortest, parse_scaled
from perpit.views.grids import GridView

DIRECTIONS = {"neutral": words.NEUTRAL, "long": words.GRID_LONG, "short": words.GRID_SHORT}
SPACINGS = {"arithmetic": words.ARITHMETIC, "geometric": words.GEOMETRIC}
STATUS = {
    words.GRID_NEW: "new",
    words.GRID_WORKING: "working",
    words.GRID_CANCELLED: "cancelled",
    words.GRID_EXPIRED: "expired",
}
BECAUSE = {
    words.GRID_BECAUSE_STARTED: "it was started",
    words.GRID_BECAUSE_STOPPED: "it was stopped",
    words.GRID_BECAUSE_TOUCHED: "one of its orders was cancelled or amended",
    words.GRID_BECAUSE_LIQUIDATED: "the account was liquidated",
    words.GRID_BECAUSE_TOO_MANY_ORDERS: "too many orders were open",
    words.GRID_BECAUSE_NO_MARGIN: "margin was not enough",
    words.GRID_BECAUSE_PRICE: "its next price was out of bounds",
    words.GRID_BECAUSE_MARKET: "the contract, or this account in it, was not traded any more",
    words.GRID_BECAUSE_BRACKET: "the leverage allows no larger position",
}
LONGEST_ID = 19
DIRECTION_NAMES = {number: name for name, number in DIRECTIONS.items()}
SPACING_NAMES = {number: name for name, number in SPACINGS.items()}


def shown(ports: Ports, grid: GridView) -> dict[str, Any]:
    """A grid as control shows it. Money is in the contract's margin asset."""
    request = grid.request
    instrument = ports.world.catalog.by_id[request.symbol_id]
    price_e8 = unmatched_price_e8(instrument, grid.unmatched_lots, grid.unmatched_value)
    return {
        "id": grid.grid_id,
        "symbol": instrument.symbol,
        "status": STATUS[grid.status],
        "because": BECAUSE[grid.because],
        "direction": DIRECTION_NAMES[request.direction],
        "spacing": SPACING_NAMES[request.spacing],
        "lower": format_shortest(request.lower_ticks * instrument.tick_e8, 8),
        "upper": format_shortest(request.upper_ticks * instrument.tick_e8, 8),
        "grids": request.grids,
        "quantity": format_shortest(request.qty_lots * instrument.lot_e8, 8),
        "realized_pnl": format_shortest(grid.matched_units - grid.unmatched_fee_units, 8),
        "matched_pnl": format_shortest(grid.matched_units, 8),
        "unmatched_quantity": format_shortest(grid.unmatched_lots * instrument.lot_e8, 8),
        "unmatched_price": format_shortest(price_e8, 8),
        "unmatched_fee": format_shortest(-grid.unmatched_fee_units, 8),
        "started_ms": grid.started_ms,
        "updated_ms": grid.updated_ms,
    }


def grid_of(ports: Ports, params: dict[str, str]) -> GridView:
    """The grid that a path names; raises Problem when the account has none of that id."""
    account_id = account_named(ports, params["name"])
    is_id = params["id"].isdecimal() and len(params["id"]) <= LONGEST_ID
    grid = ports.world.grids.by_id.get(int(params["id"])) if is_id else None
    if grid is None or grid.request.account_id != account_id:
        name = params["name"]
        raise Problem(
            404, f"{name} has no grid {params['id']!r}; GET /venue/v1/accounts/{name}/grids lists them"
        )
    return grid


def steps(name: str, text: str, step_e8: int, what: str) -> int:
    """A price or quantity as a whole number of the contract's steps."""
    step = format_shortest(step_e8, 8)
    try:
        count, rest = divmod(parse_scaled(text, 8), step_e8)
    except ValueError:
        rest = 1
    if rest:
        raise Problem(400, f"{name}: {text} is no multiple of the contract's {what}, {step}")
    return count


async def list_grids(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """The grids of an account, oldest first: all that run, and ended ones as far back as the venue remembers."""
    account_id = account_named(ports, params["name"])
    return {"grids": [shown(ports, grid) for grid in ports.world.grids.of_account(account_id)]}


async def show_grid(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """One grid of an account."""
    return shown(ports, grid_of(ports, params))


async def start_grid(ports: Ports, params: dict[str, str], body: NewGrid) -> dict[str, Any]:
    """Rest limit orders on a grid of prices, and answer every fill by the opposite order one level on.

    It goes on until it is stopped, one of its orders is cancelled or amended, the account is liquidated, the contract
    ends, or its next order is refused; `because` says which. One grid a symbol at a time.
    """
    account_id = account_named(ports, params["name"])
    instrument = instrument_of(ports, body.symbol)
    command = StartGrid(
        account_id,
        instrument.symbol_id,
        DIRECTIONS[body.direction],
        SPACINGS[body.spacing],
        steps("lower", body.lower, instrument.tick_e8, "tick"),
        steps("upper", body.upper, instrument.tick_e8, "tick"),
        body.grids,
        steps("quantity", body.quantity, instrument.lot_e8, "step of quantities"),
    )
    begun = [event for event in settled(await ports.submit(command)) if isinstance(event, GridChanged)]
    mine = next(event for event in begun if event.request is command)
    return shown(ports, ports.world.grids.by_id[mine.grid_id])


async def stop_grid(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """Cancel the orders of a grid and end it. The position that it has built stays."""
    grid = grid_of(ports, params)
    settled(await ports.submit(StopGrid(grid.request.account_id, grid.grid_id)))
    return shown(ports, grid)
