"""What can be wrong with a call of control, as an HTTP status and one sentence; and refusals of the engine as such."""

from typing import Final

from perpit.domain import refusals
from perpit.domain.events import Event, Refused
from perpit.domain.grid_levels import GRIDS_MAX, GRIDS_MIN


class Problem(Exception):
    """The call is answered with `status` and `{"error": message}`; nothing was changed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


REFUSED: Final[dict[int, tuple[int, str]]] = {
    refusals.UNKNOWN_ACCOUNT: (404, "there is no such account; GET /venue/v1/accounts lists them"),
    refusals.UNKNOWN_SYMBOL: (404, "there is no such symbol; GET /venue/v1/status lists them"),
    refusals.UNKNOWN_KEY: (404, "there is no such key; GET /venue/v1/accounts/{name}/keys lists them"),
    refusals.DUPLICATE_NAME: (409, "there is already one of this name"),
    refusals.ALREADY_LISTED: (409, "the symbol is already listed"),
    refusals.BALANCE_TOO_SMALL: (
        409,
        "the account cannot take out that much; GET /venue/v1/accounts shows what it has",
    ),
    refusals.SYMBOL_CLOSED: (409, "the contract has ended"),
    refusals.NO_PRICE: (409, "the symbol has no price yet; set its index first"),
    refusals.UNKNOWN_GRID: (409, "the grid has already ended"),
    refusals.GRID_EXISTS: (409, "a grid of the account already runs in this symbol; stop it first"),
    refusals.GRID_IN_HEDGE_MODE: (409, "grids trade in one-way mode; the account is in hedge mode"),
    refusals.GRID_BOUNDS_INVALID: (400, "lower: must be above 0 and below upper"),
    refusals.GRID_COUNT_INVALID: (400, f"grids: must be from {GRIDS_MIN} to {GRIDS_MAX}"),
    refusals.GRID_TOO_DENSE: (400, "grids: so many that two levels have the same price"),
    refusals.GRID_PRICE_OUTSIDE: (409, "the present price must lie between lower and upper"),
    refusals.SYMBOL_NOT_TRADING: (409, "positions in this contract can only be closed now"),
    refusals.ACCOUNT_ONLY_REDUCES: (409, "the account may only reduce positions; change its standing first"),
    refusals.ACCOUNT_MAY_NOT_ORDER: (409, "the account may not order; change its standing first"),
    refusals.AGREEMENT_NOT_SIGNED: (409, "the account has not signed the agreement that this contract needs"),
    refusals.QTY_NOT_POSITIVE: (400, "quantity: must be above 0"),
    refusals.QTY_BELOW_MIN: (400, "quantity: is below the contract's smallest"),
    refusals.QTY_ABOVE_MAX: (400, "quantity: is above the contract's largest"),
    refusals.PRICE_BELOW_MIN: (400, "lower: is below the contract's lowest price"),
    refusals.PRICE_ABOVE_MAX: (400, "upper: is above the contract's highest price"),
    refusals.PRICE_ABOVE_BAND: (409, "the best offer is too far above the mark price to buy there"),
    refusals.PRICE_BELOW_BAND: (409, "the best bid is too far below the mark price to sell there"),
    refusals.NOTIONAL_BELOW_MIN: (400, "quantity: an order of it is worth less than the contract's minimum"),
    refusals.TOO_MANY_OPEN_ORDERS: (409, "the account would have too many open orders in this symbol"),
    refusals.LEVERAGE_BRACKET_EXCEEDED: (
        409,
        "the grid could hold more than the account's leverage allows; lower the leverage or the quantity",
    ),
    refusals.INSUFFICIENT_MARGIN: (409, "the account lacks the margin for all orders of the grid"),
    refusals.NOT_SUPPORTED: (400, "the venue cannot do that yet"),
    refusals.INVALID_VALUE: (400, "the value is not possible here"),
}


def settled(events: list[Event]) -> list[Event]:
    """The events of a command that was applied; raises Problem when the engine refused it."""
    last = events[-1] if events else None  # timers that were due come before it
    if isinstance(last, Refused):
        refusal = last.refusal
        raise Problem(*REFUSED.get(refusal, (400, f"the venue refused it (refusal {refusal})")))
    return events
