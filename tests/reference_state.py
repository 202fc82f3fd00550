"""The reference's state in the canonical shape that `perpit.engine.state` documents, and its hash."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from perpit.domain.words import BUY, CROSS, ISOLATED, SELL
from tests.reference_ledger import Account, Exposure, Order

if TYPE_CHECKING:
    from tests.reference import Reference


def state_of(reference: Reference) -> list[object]:
    return [
        reference.next_tick_ms,
        reference.next_order_id,
        [_market(reference, symbol_id) for symbol_id in range(len(reference.instruments))],
        [_account(reference, account) for account in reference.accounts],
        _account(reference, reference.fund),
        _amounts(reference.fees_collected),
        _amounts(reference.net_deposits),
        _amounts(reference.dust),
        _amounts(reference.funding_kept),
        reference.waiting_state(),
        reference.assets_state(),
        *([reference.grids_state()] if reference.next_grid_id > 1 else []),
    ]


def hash_of(state: list[object]) -> str:
    return blake2b(repr(state).encode(), digest_size=16).hexdigest()


def _market(reference: Reference, symbol_id: int) -> list[object]:
    return [
        reference.instruments[symbol_id].symbol,
        reference.status[symbol_id],
        reference.next_trade_id[symbol_id],
        reference.last_ticks[symbol_id],
        reference.index_e8[symbol_id],
        reference.mark_e8[symbol_id],
        reference.pinned_e8[symbol_id],
        list(reference.basis[symbol_id]),
        list(reference.marks[symbol_id]),
        [
            reference.hours[symbol_id],
            reference.rate_e8(symbol_id),
            reference.calm[symbol_id],
            reference.window(symbol_id),
        ],
        _side(reference.queue(symbol_id, BUY)),
        _side(reference.queue(symbol_id, SELL)),
        _settlement(reference, symbol_id),
    ]


def _settlement(reference: Reference, symbol_id: int) -> list[object]:
    end_ms, seen = reference.ends_ms[symbol_id], reference.index_seen[symbol_id]
    return [end_ms, len(seen), sum(seen), reference.settled_e8[symbol_id]] if end_ms else []


def _side(queue: list[Order]) -> list[object]:
    levels: list[object] = []
    for ticks in dict.fromkeys(order.price_ticks for order in queue):
        there = [order for order in queue if order.price_ticks == ticks]
        levels.append([ticks, [[order.order_id, order.account_id, order.remaining] for order in there]])
    return levels


def _account(reference: Reference, account: Account) -> list[object]:
    keys = [key.api_key for key in reference.keys.values() if key.account_id == account.account_id]
    wallets = []
    for key, units in sorted(account.wallets.items()):
        isolated = reference.isolated_part(account.account_id, key)
        if units or isolated:
            warned = (account.account_id, *key, -1, -1) in reference.warned
            wallets.append([*key, units, isolated, int(warned)])
    exposures = []
    for symbol_id in sorted(account.exposures):
        row = _exposure(reference, account.account_id, symbol_id)
        if row is not None:
            exposures.append(row)
    mode = reference.mode_state(account.account_id)
    return [account.account_id, account.name, keys, sorted(account.hedged), wallets, exposures, mode]


def _exposure(reference: Reference, account_id: int, symbol_id: int) -> list[object] | None:
    """None when nothing has happened to it."""
    held = reference.exposure(account_id, symbol_id)
    orders = [] if account_id <= 0 else reference.open_orders(account_id, symbol_id)
    usual = held.leverage == reference.instruments[symbol_id].default_leverage and not held.isolated
    where = (account_id, *reference.wallet_key(symbol_id), symbol_id)
    positions = _positions(reference, where, held)
    if usual and not orders and not positions:
        return None
    return [
        symbol_id,
        held.leverage,
        ISOLATED if held.isolated else CROSS,
        positions,
        reference.side_notional(account_id, symbol_id, BUY) if account_id > 0 else 0,
        reference.side_notional(account_id, symbol_id, SELL) if account_id > 0 else 0,
        [
            [
                order.order_id,
                order.placed().client_order_id,
                order.side,
                order.price_ticks,
                order.qty_lots,
                order.remaining,
                order.filled_value,
                0 if order.is_closing else order.assuming_e8,
                reference.open_notional(symbol_id, order),
                order.amendments,
                int(order.is_closing),
            ]
            for order in sorted(orders, key=lambda order: order.order_id)
        ],
    ]


def _positions(reference: Reference, where: tuple[object, ...], held: Exposure) -> list[object]:
    """`where`: account, wallet and instrument, which with a side name an isolated scope."""
    return [
        [
            position_side,
            position.qty_lots,
            position.entry_value,
            position.isolated_units,
            position.realized_units,
            position.fees_value,
            position.episode_realized_units,
            int((*where, position_side) in reference.warned),
        ]
        for position_side, position in held.positions.items()
        if position.qty_lots or position.realized_units or position.fees_value
    ]


def _amounts(amounts: dict[tuple[int, str], int]) -> list[object]:
    return [[*key, units] for key, units in sorted(amounts.items()) if units]
