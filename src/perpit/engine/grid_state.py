"""Grids in canonical form, and what must hold of them. See `state`, `invariants`.

[next_grid_id, grids]
grid = [grid_id, account_id, symbol_id, direction, spacing, lower_ticks, upper_ticks, grids, qty_lots, matched_value,
        matched_fee_units, pairs], in order of id; only those that run
pair = [order_id, side, open_lots, open_value, open_fee_units], from the lowest up
"""

from perpit.domain.words import BUY, GRID_WORKING
from perpit.engine.account import Account
from perpit.engine.grid import Grid, Pair
from perpit.engine.grids import Grids


def grids_state(grids: Grids) -> list[object]:
    """See the module's docstring for the shape."""
    return [grids.next_grid_id, [_grid(grid) for _grid_id, grid in sorted(grids.running.items())]]


def broken_grids(grids: Grids, accounts: list[Account]) -> list[str]:
    """Every broken rule in words: between two levels stands one order, and nobody else's is called a grid's."""
    broken: list[str] = []
    listed = 0
    for account in accounts:
        for exposure in account.exposures.values():
            listed += exposure.grid is not None
    if listed != len(grids.running):
        broken.append(f"{len(grids.running)} grids run, {listed} accounts know of one")
    pairs = 0
    for grid in grids.running.values():
        pairs += len(grid.pairs)
        if grid.status != GRID_WORKING or grid.exposure.grid is not grid:
            broken.append(f"grid {grid.grid_id} does not work, or its account does not know it")
        for pair in grid.pairs:
            _check_pair(grids, grid, pair, broken)
    if pairs != len(grids.orders):
        broken.append(f"{pairs} pairs of levels have {len(grids.orders)} orders")
    if grids.agenda.grid_notes:
        broken.append("nobody answered what happened to a grid's order")
    return broken


def _check_pair(grids: Grids, grid: Grid, pair: Pair, broken: list[str]) -> None:
    found = grids.orders.get(pair.order_id)
    order = grid.exposure.market.orders.find(pair.order_id)
    if found is None or found[1] is not pair or order is None or order.exposure is not grid.exposure:
        broken.append(f"grid {grid.grid_id} lacks an order between {pair.buy_ticks} and {pair.sell_ticks}")
        return
    # what was bought is for sale, and what of it was sold is no longer open
    filled = order.qty_lots - order.remaining_lots
    begins = (pair.open_lots > 0) == (order.side == BUY)
    opened = -pair.open_lots if pair.open_lots < 0 else pair.open_lots
    if order.side != pair.side or opened != (filled if begins else order.remaining_lots if opened else 0):
        broken.append(f"grid {grid.grid_id} has {pair.open_lots} lots open beside order {order.order_id}")


def _grid(grid: Grid) -> list[object]:
    request = grid.request
    return [
        grid.grid_id,
        request.account_id,
        request.symbol_id,
        request.direction,
        request.spacing,
        request.lower_ticks,
        request.upper_ticks,
        request.grids,
        request.qty_lots,
        grid.matched_value,
        grid.matched_fee_units,
        [
            [pair.order_id, pair.side, pair.open_lots, pair.open_value, pair.open_fee_units]
            for pair in grid.pairs
        ],
    ]
