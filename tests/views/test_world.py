"""The whole world beside the engine whose events it folds."""

from itertools import islice

import pytest

from perpit.domain.commands import Advance, Command
from perpit.domain.events import AccountCreated, Event, KeyCreated, KeyRevoked, Refused, TradePrinted
from perpit.domain.words import CROSS, HOUSE
from perpit.engine.account import Account, Position
from perpit.engine.engine import Engine
from perpit.engine.funds import withdrawable_units
from perpit.engine.market import Market
from perpit.views.accounts import AccountView, PositionView
from perpit.views.margin import exposure_margin, wallet_margin
from perpit.views.world import World
from tests.flows import Flow
from tests.instruments import btcusdt
from tests.views.hand import Hand, hand_key


def same_book(world: World, market: Market) -> None:
    book = world.books[market.instrument.symbol_id]
    for shown, ladder in ((book.bids, market.book.bids), (book.asks, market.book.asks)):
        assert shown == {
            price: level.total_lots for price, level in ladder.levels.items() if level.total_lots
        }
    bids, asks = book.top(1)
    best_bid, best_ask = market.book.bids.best, market.book.asks.best
    assert [price for price, _lots in bids] == ([best_bid.price_ticks] if best_bid else [])
    assert [price for price, _lots in asks] == ([best_ask.price_ticks] if best_ask else [])


def same_prices(world: World, market: Market) -> None:
    price = world.prices[market.instrument.symbol_id]
    assert (price.index_e8, price.mark_e8) == (market.index_e8, market.mark_e8)
    assert price.last_price_ticks == market.last_price_ticks
    trades = world.trades[market.instrument.symbol_id]
    # trades off the book take a number, and are no part of the public list
    assert market.next_trade_id >= (1 if trades.last_trade is None else trades.last_trade.id + 1)


def same_account(world: World, view: AccountView, account: Account) -> None:
    assert view.name == account.name
    for key, wallet in account.wallets.items():
        seen = view.wallets.get(key)
        assert (seen.wallet_units if seen else 0) == wallet.wallet_units
        assert (seen.cross_wallet_units if seen else 0) == wallet.cross_wallet_units()
        if seen:
            margin = wallet_margin(world.prices, seen)
            assert margin.cross_maintenance_units == wallet.maintenance_units()
            assert margin.available_units == max(0, wallet.free_units())
            assert margin.max_withdraw_units == withdrawable_units(wallet)
    for symbol_id, exposure in account.exposures.items():
        open_ids = [order.order_id for order in world.orders.open_orders(account.account_id, symbol_id)]
        assert open_ids == sorted(order.order_id for order in exposure.orders.values())
        exposed = view.exposures.get(symbol_id)
        if exposed is None:
            assert (exposure.both.qty_lots, exposure.bid_units, exposure.ask_units) == (0, 0, 0)
            continue
        assert (exposed.bid_units, exposed.ask_units) == (exposure.bid_units, exposure.ask_units)
        assert (exposed.leverage, exposed.max_notional_units) == (
            exposure.leverage,
            exposure.max_notional_units,
        )
        assert (exposed.margin_type, exposed.is_hedged) == (exposure.margin_type, exposure.is_hedged)
        shown = {0: exposed.position, **exposed.sides}
        for position in [exposure.both, *exposure.sides]:
            same_position(shown.get(position.position_side), position)
        exposure.assess()
        if exposure.margin_type == CROSS:
            margin_shown = exposure_margin(world.prices, exposed)
            assert margin_shown.initial_units == exposure.margin_units
            assert margin_shown.unrealised_units == exposure.profit_units


def same_position(view: PositionView | None, position: Position) -> None:
    if view is None:
        assert (position.qty_lots, position.realized_units, position.fees_value) == (0, 0, 0)
        return
    for field in (
        "qty_lots",
        "entry_value",
        "isolated_units",
        "realized_units",
        "fees_value",
        "episode_realized_units",
    ):
        assert getattr(view, field) == getattr(position, field)


def same_orders(world: World, account: Account) -> None:
    for exposure in account.exposures.values():
        symbol_id = exposure.market.instrument.symbol_id
        for order in exposure.orders.values():
            seen = world.orders.find_open(
                account.account_id, symbol_id, client_order_id=order.request.client_order_id
            )
            assert seen is not None
            assert seen.order_id == order.order_id
            assert (seen.price_ticks, seen.qty_lots) == (order.price_ticks, order.qty_lots)
            assert seen.qty_lots - seen.filled_lots == order.remaining_lots
            assert seen.filled_value == order.filled_value


@pytest.mark.parametrize("seed", range(12))
def test_after_any_flow_the_world_shows_what_the_engine_holds(seed: int) -> None:
    engine, world = Engine(), World()
    prints = 0
    for number, command in enumerate(islice(Flow(seed), 1_500)):
        events = engine.apply(command)
        world.fold(command, events)
        prints += sum(type(event) is TradePrinted for event in events)
        if number % 100 and number != 1_499:
            continue
        for market in engine.markets:
            same_book(world, market)
            same_prices(world, market)
        for account in engine.accounts:
            if account.account_id == HOUSE:
                continue
            same_account(world, world.accounts[account.account_id], account)
            same_orders(world, account)
    assert (world.seq, world.time_ms) == (engine.seq, engine.time_ms)
    assert sum(len(view.recent(10_000)) for view in world.trades) == prints
    assert set(world.keys.by_api_key) == set(engine.registry.key_owners)


def test_a_replay_gives_the_same_update_ids_aggregates_and_candles() -> None:
    worlds = []
    for _time in range(2):
        engine, world = Engine(), World()
        for command in islice(Flow(3), 800):
            world.fold(command, engine.apply(command))
        worlds.append(
            [
                [book.update_id for book in world.books],
                [view.last_aggregate.id for view in world.trades if view.last_aggregate],
                [len(view.candles("1m")) for view in world.candles],
            ]
        )
    assert worlds[0] == worlds[1]


def test_listeners_are_called_after_every_view_has_folded() -> None:
    hand = Hand(btcusdt())
    seen: list[tuple[Command, int, int, int]] = []

    def listen(command: Command, events: list[Event]) -> None:
        world = hand.world
        seen.append((command, len(events), world.seq, world.prices[0].last_price_ticks))

    hand.world.listeners.append(listen)
    hand.trade(100, 1)
    assert [row[1:] for row in seen] == [(1, hand.world.seq, 100)]


def test_a_refusal_moves_the_clock_and_nothing_else() -> None:
    hand = Hand(btcusdt())
    hand.accept("mine")
    world = hand.world

    def seen() -> list[object]:
        return [
            dict(world.accounts),
            list(world.catalog.by_id),
            world.orders.all_orders(1),
            world.prices[0].mark_e8,
        ]

    before = seen()
    hand.time_ms += 5
    hand.fold(Refused(hand.time_ms, Advance(), 1))
    assert seen() == before
    assert hand.world.time_ms == hand.time_ms


def test_an_event_that_no_view_knows_is_a_bug_and_not_passed_over() -> None:
    with pytest.raises(KeyError):
        Hand(btcusdt()).fold(Event(0))


def test_accounts_are_found_by_name_and_keys_until_they_are_revoked() -> None:
    hand = Hand(btcusdt())
    hand.fold(AccountCreated(hand.time_ms, 2, "second"))
    assert hand.world.account_ids == {"trader-1": 1, "second": 2}
    hand.fold(KeyCreated(hand.time_ms, hand_key(2, "key")))
    assert [key.api_key for key in hand.world.keys.of_account(2)] == ["key"]
    assert hand.world.keys.of_account(1) == []
    hand.fold(KeyRevoked(hand.time_ms, "key", 2))
    assert hand.world.keys.by_api_key == {}
