"""The whole state in one canonical form, and its digest.

Sequence number and time are not part of it: a command that is refused, or that finds nothing due, leaves the state
and its digest as they were. Nested lists of integers and texts; accounts and instruments in order of id, everything
else that has a key sorted by it, queues in time priority:

    [next_mark_ms, next_order_id, markets, accounts, fund, fees, deposits, dust, funding, waiting, assets, grids]
                                    waiting: see `conditional_state`; grids: see `grid_state`, from the first one on
    market   = [symbol, status, next_trade_id, last_price_ticks, index_e8, mark_e8, pinned_e8, basis_window,
                mark_window, funding, bids, asks, settlement]           bids, asks: best price first
    settlement = [due_ms, samples, total_e8, price_e8], empty when no end is known
    funding  = [interval_hours, rate_e8, calm_cycles, samples]
    level    = [price_ticks, [[order_id, account_id, remaining_lots], ...]]    house orders have id 0
    account  = [account_id, name, api_keys, hedged, wallets, exposures, mode]  api_keys in order of creation
    hedged   = markets in which it is in hedge mode, sorted
    mode     = [is_multi_assets, burns_fees, is_warned, tiers, has_signed, standing]    is_warned: all its USDⓈ-M
               wallets as one
    tier     = [market, tier, maker_fee_ppm, taker_fee_ppm]
    fund     = the insurance fund, an account like the others
    wallet   = [market, asset, wallet_units, isolated_units, is_warned]        only wallets that are not empty
    exposure = [symbol_id, leverage, margin_type, positions, bid_units, ask_units, orders]    only what differs from new
    position = [position_side, qty_lots, entry_value, isolated_units, realized_units, fees_value,
                episode_realized_units, is_warned]                             only what differs from new
    order    = [order_id, client_order_id, side, price_ticks, qty_lots, remaining_lots, filled_value,
                assumed_e8, reserved_units, amendments, is_closing]            in order of id
    fees     = [[market, asset, units], ...]    deposits alike, withdrawals subtracted; only what is not 0
    dust     = [[market, asset, value], ...]    in value units; only what is not 0
    funding  = like fees: what funding took in and did not pay out
    assets   = [[[asset, terms, set_e8], ...], exchanged]   terms: those of `ListAsset`; exchanged: like fees
"""

from hashlib import blake2b

from perpit.domain.words import CROSS
from perpit.engine.account import Account, Exposure
from perpit.engine.assets import Assets
from perpit.engine.book import Ladder
from perpit.engine.market import Market
from perpit.engine.open_orders import by_age
from perpit.engine.settlement import Settlement
from perpit.engine.treasury import Treasury


def canonical_state(
    next_mark_ms: int,
    next_order_id: int,
    markets: list[Market],
    accounts: list[Account],
    fund: Account,
    treasury: Treasury,
) -> list[object]:
    """See the module's docstring for the shape."""
    return [
        next_mark_ms,
        next_order_id,
        [_market(market) for market in markets],
        [_account(account) for account in accounts],
        _account(fund),
        _amounts({key: till.fees_units for key, till in treasury.tills.items()}),
        _amounts({key: till.net_deposits_units for key, till in treasury.tills.items()}),
        _amounts({key: till.dust_value for key, till in treasury.tills.items()}),
        _amounts({key: till.funding_units for key, till in treasury.tills.items()}),
    ]


def hash_state(state: list[object]) -> str:
    """32 hex digits over the canonical text of the state."""
    return blake2b(repr(state).encode(), digest_size=16).hexdigest()


def assets_state(assets: Assets, treasury: Treasury) -> list[object]:
    """Margin assets, and what auto-exchange has bought."""
    rows: list[object] = []
    for name, asset in sorted(assets.assets.items()):
        terms = asset.terms
        rows.append(
            [
                name,
                [
                    terms.bid_buffer_ppm,
                    terms.ask_buffer_ppm,
                    terms.exchange_bid_buffer_ppm,
                    terms.exchange_ask_buffer_ppm,
                    terms.exchange_units,
                    terms.symbol_id,
                ],
                asset.set_e8,
            ]
        )
    return [rows, _amounts({key: till.exchanged_units for key, till in treasury.tills.items()})]


def _market(market: Market) -> list[object]:
    return [
        market.instrument.symbol,
        market.status,
        market.next_trade_id,
        market.last_price_ticks,
        market.index_e8,
        market.mark_e8,
        market.pinned_e8,
        list(market.basis_window),
        list(market.mark_window),
        [
            market.funding.interval_hours,
            market.funding.rate_e8,
            market.funding.calm_cycles,
            list(market.funding.samples),
        ],
        ladder_state(market.book.bids),
        ladder_state(market.book.asks),
        [] if market.settlement is None else _settlement(market.settlement),
    ]


def _settlement(settlement: Settlement) -> list[object]:
    return [settlement.due_ms, settlement.samples, settlement.total_e8, settlement.price_e8]


def ladder_state(ladder: Ladder) -> list[object]:
    """Levels of one side, best price first."""
    levels: list[object] = []
    for level in ladder.best_first():
        queue: list[object] = []
        order = level.head
        while order is not None:
            queue.append([order.order_id, order.account_id, order.remaining_lots])
            order = order.behind
        levels.append([level.price_ticks, queue])
    return levels


def _account(account: Account) -> list[object]:
    wallets: list[object] = [
        [
            wallet.market,
            wallet.asset,
            wallet.wallet_units,
            wallet.isolated_units,
            int(wallet.scope.is_warned and wallet.joint is None),
        ]
        for _key, wallet in sorted(account.wallets.items())
        if wallet.wallet_units != 0 or wallet.isolated_units != 0
    ]
    exposures: list[object] = []
    for _symbol_id, exposure in sorted(account.exposures.items()):
        if not _is_new(exposure):
            exposures.append(_exposure(exposure))
    keys: list[object] = [key.api_key for key in account.keys]
    joint = account.joint
    mode: list[object] = [
        int(joint is not None),
        int(account.burns_fees),
        int(joint is not None and joint.is_warned),
        [
            [market, tier.tier, tier.maker_fee_ppm, tier.taker_fee_ppm]
            for market, tier in sorted(account.fee_tiers.items())
        ],
        int(account.has_signed),
        account.standing,
    ]
    return [account.account_id, account.name, keys, sorted(account.hedged), wallets, exposures, mode]


def _is_new(exposure: Exposure) -> bool:
    """Nothing has happened to it: the exposure of an account that was only looked up."""
    return (
        exposure.leverage == exposure.market.instrument.default_leverage
        and exposure.margin_type == CROSS
        and not exposure.orders
        and not _positions(exposure)
    )


def _positions(exposure: Exposure) -> list[object]:
    return [
        [
            position.position_side,
            position.qty_lots,
            position.entry_value,
            position.isolated_units,
            position.realized_units,
            position.fees_value,
            position.episode_realized_units,
            int(position.scope is not None and position.scope.is_warned),
        ]
        for position in [exposure.both, *exposure.sides]
        if position.qty_lots != 0 or position.realized_units != 0 or position.fees_value != 0
    ]


def _exposure(exposure: Exposure) -> list[object]:
    return [
        exposure.market.instrument.symbol_id,
        exposure.leverage,
        exposure.margin_type,
        _positions(exposure),
        exposure.bid_units,
        exposure.ask_units,
        [
            [
                order.order_id,
                order.request.client_order_id,
                order.side,
                order.price_ticks,
                order.qty_lots,
                order.remaining_lots,
                order.filled_value,
                order.assumed_e8,
                order.reserved_units,
                order.amendments,
                int(order.is_closing),
            ]
            for order in by_age(exposure)
        ],
    ]


def _amounts(amounts: dict[tuple[int, str], int]) -> list[object]:
    return [[key[0], key[1], units] for key, units in sorted(amounts.items()) if units != 0]
