"""Events: what a command did, in the order in which it happened. The engine makes them, views fold them.

Events are self-contained values. This is the place to import them from; they are defined beside their kind.
"""

from perpit.domain.account_events import (
    AccountCreated,
    FundingPaid,
    InsuranceFundChanged,
    KeyCreated,
    KeyRevoked,
    LeverageChanged,
    MarginCalled,
    MarginTypeChanged,
    PositionChanged,
    PositionModeChanged,
    WalletChanged,
)
from perpit.domain.event import Event, Refused
from perpit.domain.market_events import (
    BookChanged,
    ContractStatusChanged,
    FundingSettled,
    IndexPriceChanged,
    InstrumentListed,
    MarkPriceChanged,
    TradeCalculated,
    TradePrinted,
)
from perpit.domain.order_events import (
    AlgoOrderChanged,
    AllAlgoOrdersCancelled,
    AllOrdersCancelled,
    CountdownSet,
    OrderAccepted,
    OrderAmended,
    OrderCalculated,
    OrderClosed,
    OrderEvent,
    OrderTraded,
    OrderTriggered,
)

__all__ = [
    "AccountCreated",
    "AlgoOrderChanged",
    "AllAlgoOrdersCancelled",
    "AllOrdersCancelled",
    "BookChanged",
    "ContractStatusChanged",
    "CountdownSet",
    "Event",
    "FundingPaid",
    "FundingSettled",
    "IndexPriceChanged",
    "InstrumentListed",
    "InsuranceFundChanged",
    "KeyCreated",
    "KeyRevoked",
    "LeverageChanged",
    "MarginCalled",
    "MarginTypeChanged",
    "MarkPriceChanged",
    "OrderAccepted",
    "OrderAmended",
    "OrderCalculated",
    "OrderClosed",
    "OrderEvent",
    "OrderTraded",
    "OrderTriggered",
    "PositionChanged",
    "PositionModeChanged",
    "Refused",
    "TradeCalculated",
    "TradePrinted",
    "WalletChanged",
]
