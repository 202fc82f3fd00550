"""Orders that the venue places for an account: liquidation, deleveraging and delivery, told apart from its own.

The engine names them, views and streams recognise them. Their request is no command of the sequence, so it has no
sequence number: an account's order of the same name is not one of them.
"""

from typing import Final

from perpit.domain.commands import PlaceOrder

# Client order ids: of a liquidation order, before its digits (semantics 2.5), of a deleveraging one (2.7.3), and of
# those that close a position at the end of its contract, before their digits (2.8.5).
LIQUIDATION_ORDER_ID: Final = "autoclose-"
ADL_ORDER_ID: Final = "adl_autoclose"
SETTLEMENT_ORDER_ID: Final = "settlement_autoclose-"  # USDⓈ-M
DELIVERY_ORDER_ID: Final = "delivery_autoclose-"  # COIN-M

OWN: Final = 0
LIQUIDATION: Final = 1
ADL: Final = 2


def forced_kind(request: PlaceOrder) -> int:
    """LIQUIDATION, ADL, or OWN for what the account ordered itself."""
    if request.seq != 0:
        return OWN
    if request.client_order_id == ADL_ORDER_ID:
        return ADL
    return LIQUIDATION if request.client_order_id.startswith(LIQUIDATION_ORDER_ID) else OWN
