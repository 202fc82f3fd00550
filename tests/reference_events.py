"""Events as plain tuples, so that the engine's and the reference's can be compared and printed.

`FIELDS` names, for every event class, the attributes that follow its name and time. The command inside an order event
or a refusal is left out; an order is known by its id and the client's own id. Of an amended order its price match
counts, too.
"""

from collections.abc import Iterable
from typing import Any

from perpit.domain.events import (
    AlgoOrderChanged,
    AssetListed,
    Event,
    InstrumentListed,
    KeyCreated,
    KeyEdited,
    OrderEvent,
)

Row = tuple[Any, ...]

ORDER_FIELDS = (
    "order_id",
    "client_order_id",
    "price_ticks",
    "qty_lots",
    "filled_lots",
    "filled_value",
    "status",
    "bid_units",
    "ask_units",
)
TRADE_FIELDS = (
    "trade_id",
    "fill_price_ticks",
    "fill_lots",
    "fill_value_units",
    "fee_units",
    "realized_units",
    "is_maker",
    "fee_asset",
)
CALCULATED_FIELDS = (
    "trade_id",
    "fill_price_e8",
    "fill_lots",
    "fill_value_units",
    "realized_units",
    "kind",
    "fee_units",
)
FIELDS: dict[str, tuple[str, ...]] = {
    "Refused": ("refusal",),
    "InstrumentListed": ("symbol",),
    "AccountCreated": ("account_id", "name"),
    "KeyCreated": ("api_key",),
    "KeyEdited": ("api_key", "label", "permissions", "ips"),
    "KeyRevoked": ("api_key", "account_id"),
    "LeverageChanged": ("account_id", "symbol_id", "leverage", "max_notional_units"),
    "PositionModeChanged": ("account_id", "market", "is_hedged"),
    "AssetListed": ("asset",),
    "AssetIndexChanged": ("asset", "price_e8"),
    "MultiAssetsChanged": ("account_id", "is_on"),
    "FeeBurnChanged": ("account_id", "is_on"),
    "FeeTierChanged": ("account_id", "market", "tier", "maker_fee_ppm", "taker_fee_ppm"),
    "AgreementSigned": ("account_id",),
    "StandingChanged": ("account_id", "standing"),
    "MarginTypeChanged": ("account_id", "symbol_id", "margin_type"),
    "WalletChanged": (
        "account_id",
        "market",
        "asset",
        "wallet_units",
        "cross_wallet_units",
        "change_units",
        "cause",
    ),
    "OrderAccepted": ORDER_FIELDS,
    "OrderTraded": ORDER_FIELDS + TRADE_FIELDS,
    "OrderClosed": (*ORDER_FIELDS, "reason", "refusal"),
    "OrderAmended": (
        *ORDER_FIELDS,
        "old_price_ticks",
        "old_qty_lots",
        "modify_id",
        "amendments",
        "price_match",
    ),
    "OrderTriggered": ORDER_FIELDS,
    "AlgoOrderChanged": (
        "algo_id",
        "client_order_id",
        "status",
        "is_activated",
        "triggered_ms",
        "order_id",
        "order_type",
        "filled_lots",
        "filled_value",
        "refusal",
    ),
    "AllAlgoOrdersCancelled": ("account_id", "symbol_id", "count"),
    "CountdownSet": ("account_id", "symbol_id", "due_ms"),
    "AllOrdersCancelled": ("account_id", "symbol_id", "count"),
    "PositionChanged": (
        "account_id",
        "symbol_id",
        "position_side",
        "qty_lots",
        "entry_value",
        "realized_units",
        "fees_value",
        "episode_realized_units",
        "isolated_units",
        "wallet_units",
        "cross_wallet_units",
        "cause",
    ),
    "TradePrinted": ("symbol_id", "trade_id", "price_ticks", "qty_lots", "taker_side", "kind", "is_rpi"),
    "BookChanged": ("symbol_id", "side", "price_ticks", "qty_lots"),
    "BasketPriced": ("symbol_id", "prices_e8"),
    "IndexPriceChanged": ("symbol_id", "index_e8"),
    "MarkPriceChanged": (
        "symbol_id",
        "index_e8",
        "mark_e8",
        "average_e8",
        "funding_rate_e8",
        "next_funding_ms",
        "settlement_e8",
    ),
    "ContractStatusChanged": ("symbol_id", "status", "delivery_ms", "settlement_e8"),
    "OrderCalculated": (*ORDER_FIELDS, *CALCULATED_FIELDS),
    "TradeCalculated": ("symbol_id", "trade_id", "price_e8", "qty_lots", "taker_side", "kind"),
    "InsuranceFundChanged": ("market", "asset", "wallet_units"),
    "InsurancePositionChanged": ("symbol_id", "qty_lots"),
    "MarginCalled": (
        "account_id",
        "symbol_id",
        "position_side",
        "qty_lots",
        "entry_value",
        "isolated_units",
        "cross_wallet_units",
    ),
    "GridChanged": ("grid_id", "status", "because"),
    "GridFilled": (
        "grid_id",
        "matched_units",
        "unmatched_lots",
        "unmatched_value",
        "unmatched_fee_units",
    ),
    "PremiumSampled": ("symbol_id", "premium_e8"),
    "FundingSettled": ("symbol_id", "rate_e8", "mark_e8", "interval_hours"),
    "FundingPaid": (
        "account_id",
        "symbol_id",
        "position_side",
        "change_units",
        "isolated_units",
        "wallet_units",
        "cross_wallet_units",
    ),
}


def _field(event: Event, name: str) -> Any:
    if name == "client_order_id" and isinstance(event, OrderEvent | AlgoOrderChanged):
        return event.request.client_order_id
    if name == "price_match" and isinstance(event, OrderEvent):
        return event.request.price_match
    if isinstance(event, InstrumentListed):
        return event.instrument.symbol
    if isinstance(event, AssetListed):
        return event.terms.asset
    if isinstance(event, KeyCreated):
        return event.key.api_key
    if isinstance(event, KeyEdited):
        return tuple(event.key.ips) if name == "ips" else getattr(event.key, name)
    return getattr(event, name)


def as_row(event: Event) -> Row:
    """One event as (class name, time_ms, fields in the order of `FIELDS`)."""
    name = type(event).__name__
    return (name, event.time_ms, *(_field(event, field) for field in FIELDS[name]))


def as_rows(events: Iterable[Event]) -> list[Row]:
    return [as_row(event) for event in events]


def named(row: Row) -> dict[str, Any]:
    """A row with its field names, for messages and for scenario tables."""
    return {"event": row[0], "time_ms": row[1], **dict(zip(FIELDS[row[0]], row[2:], strict=True))}
