"""Open interest against the engine's own positions, and by hand."""

from itertools import islice

import pytest

from perpit.domain import words as w
from perpit.domain.events import InsurancePositionChanged
from perpit.engine.engine import Engine
from perpit.views.open_interest import OpenInterestView
from perpit.views.world import World
from tests.flows import Flow
from tests.instruments import btcusdt
from tests.views.hand import Hand


def opened(*moves: tuple[int, int]) -> OpenInterestView:
    view = OpenInterestView()
    for before_lots, after_lots in moves:
        view.move(before_lots, after_lots)
    return view


@pytest.mark.parametrize("seed", range(4))
def test_open_interest_is_what_all_longs_and_all_shorts_of_the_engine_hold(seed: int) -> None:
    engine, world = Engine(), World()
    seen = 0
    for number, command in enumerate(islice(Flow(seed), 3_000)):
        world.fold(command, engine.apply(command))
        if number % 50:
            continue
        for symbol_id, view in enumerate(world.open_interest):
            held = [
                position.qty_lots
                for account in [*engine.accounts, engine.fund.account]
                if symbol_id in account.exposures
                for position in account.exposures[symbol_id].positions()
            ]
            longs = sum(lots for lots in held if lots > 0)
            assert view.open_lots == longs == -sum(lots for lots in held if lots < 0)
            house = engine.accounts[w.HOUSE].exposures.get(symbol_id)
            assert view.house_lots == (house.both.qty_lots if house else 0)
            fund = engine.fund.account.exposures.get(symbol_id)
            assert view.fund_lots == (fund.both.qty_lots if fund else 0)
            seen += longs
    assert seen > 0


def test_a_position_that_flips_leaves_one_side_and_joins_the_other() -> None:
    view = opened((0, 5), (5, -3))
    assert (view.long_lots, view.short_lots, view.open_lots) == (0, 3, 3)
    view.move(-3, 0)
    assert (view.long_lots, view.short_lots, view.open_lots) == (0, 0, 0)


def test_the_house_holds_what_customers_and_fund_leave_over() -> None:
    view = opened((0, 5), (0, -2))
    assert (view.house_lots, view.open_lots) == (-3, 5)
    view.fund_lots = -4
    assert (view.house_lots, view.open_lots) == (1, 6)


def test_what_the_fund_holds_comes_with_its_event() -> None:
    hand = Hand(btcusdt())
    hand.position(5, 300_000, 0)
    hand.fold(InsurancePositionChanged(hand.time_ms, 0, 2))
    view = hand.world.open_interest[0]
    assert (view.long_lots, view.fund_lots, view.house_lots, view.open_lots) == (5, 2, -7, 7)
