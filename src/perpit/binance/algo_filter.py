"""USDⓈ-M's filter MAX_NUM_ALGO_ORDERS, in profiles of before 2025-12-29 (semantics 5.9.4).

The engine knows no profiles: what a contract allows stands in its terms, and those of USDⓈ-M have no such limit any
more (decision 48). So the dialect counts what waits before it submits one more. Orders that other requests have under
way at the same time are not seen.
"""

from collections.abc import Sequence
from typing import Final

from perpit import catalogue
from perpit.binance import errors
from perpit.binance.call import Call
from perpit.domain.commands import PlaceOrder
from perpit.domain.instrument import Instrument
from perpit.domain.words import MARKET, USDS_M

# Of each symbol of USDⓈ-M, as exchangeInfo recorded in August 2025 has it (decision 48).
FORMER_ALGO_ORDERS: Final = 10


def limit_of(instrument: Instrument) -> int:
    """How many orders of an account may wait in a symbol, as the filter says; the contract's own terms go first."""
    facts = catalogue.find(instrument.symbol)
    return instrument.max_algo_orders or (facts and facts.max_algo_orders) or FORMER_ALGO_ORDERS


def check(call: Call, command: PlaceOrder, among: Sequence[PlaceOrder] = ()) -> None:
    """Raises -4045 when the order would wait beside too many, those of its own batch before it included."""
    if not call.desk.profile.algo_filter or call.product.market != USDS_M or not _waits(command):
        return
    account_id, symbol_id = call.account_id, command.symbol_id
    ordinary = call.world.orders.open_orders(account_id, symbol_id)
    count = sum(_waits(order.request) for order in ordinary)
    count += len(call.world.algo_orders.open_orders(account_id, symbol_id))
    count += sum(_waits(each) for each in among if each.symbol_id == symbol_id)
    if count >= limit_of(call.world.catalog.by_id[symbol_id]):
        raise errors.TOO_MANY_ALGO_ORDERS()


def _waits(request: PlaceOrder) -> bool:
    return request.order_type > MARKET
