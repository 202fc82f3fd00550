"""How ids of the Algo service stand on the wire.

The engine counts them from 1, as it counts orders. On the exchange the two never meet: orders are far below what it
publishes as ids of the Algo service, and bots keep both in one table, by symbol and id. All are below 2**53.
"""

from typing import Final

from perpit.binance import schema

BEGIN: Final = 2_000_000_000_000_000


def shown(algo_id: int) -> int:
    """The id of an order of the Algo service as clients see it."""
    return BEGIN + algo_id


def read(text: str, name: str, symbols: schema.Symbols) -> int:
    """A client's `algoId`: of an order if > 0. One that no order was ever shown with is not refused here."""
    return schema.not_negative(text, name, symbols) - BEGIN


NOT_SENT: Final = -BEGIN  # what 0 reads as
