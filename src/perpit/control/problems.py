"""What can be wrong with a call of control, as an HTTP status and one sentence; and refusals of the engine as such."""

from typing import Final

from perpit.domain import refusals
from perpit.domain.events import Event, Refused


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
