"""The cost model's bench measures what it says. No test here asserts a time."""

from random import Random
from xml.etree import ElementTree

import pytest

from bench import scaling, scaling_plots
from bench.__main__ import replaced
from bench.scaling_worlds import GONE_TICKS, MIDDLE_TICKS, World, cascade_world, mixed_world, positions_world
from perpit.domain import words
from perpit.domain.commands import CancelAllOrders, PinMarkPrice, SetMarginType, SetPositionMode
from perpit.domain.events import TradeCalculated
from perpit.domain.numbers import UNIT
from perpit.engine import ranking
from perpit.engine.market import Market


def test_the_exponent_of_a_line_is_one_and_of_a_constant_zero() -> None:
    assert scaling.exponent({10: 5.0, 100: 50.0, 1_000: 500.0}) == pytest.approx(1)
    assert scaling.exponent({0: 9.0, 10: 5.0, 100: 5.0}) == pytest.approx(0)


def test_a_plot_is_well_formed_and_names_its_curves() -> None:
    text = scaling_plots.plot(
        "Time of a command", {"orders": {0: 1.0, 10: 2.0, 1_000: 2.5}, "accounts": {10: 3.0}}
    )
    words_in_it = "".join(ElementTree.fromstring(text).itertext())
    assert "orders" in words_in_it
    assert "accounts" in words_in_it
    assert "linear" in words_in_it


def test_the_mixed_flow_keeps_the_size_of_the_book_and_every_invariant() -> None:
    world = mixed_world(200, 20, 10, 3)
    for _ in range(5):
        world.timed(world.mixed(100))
    assert 100 < len(world.open) < 350
    assert world.engine.check_invariants() == []


def test_so_many_positions_are_near_liquidation_as_were_asked_for() -> None:
    world = positions_world(200, 1)
    assert len(world.engine.risk.warned) == 2
    assert sum(exposure.both.qty_lots != 0 for exposure in world.engine.markets[0].exposures) == 200


@pytest.mark.parametrize("way", ["book", "fund", "adl"])
def test_a_cascade_liquidates_every_long(way: str) -> None:
    world = cascade_world(10, way)
    world.set_price(0, GONE_TICKS)
    world.tick()
    assert all(account.exposures[0].both.qty_lots == 0 for account in world.engine.accounts[1:11])
    assert world.engine.check_invariants() == []


def test_a_section_written_anew_leaves_the_others_as_they_are() -> None:
    text = "# Results\n\nhead\n\n## engine\n\nold\n\n## scaling\n\nold too\n"
    again = replaced(text, {"scaling": {"what": 1}}, ["- length: quick"])
    assert "## engine\n\nold\n" in again
    assert "old too" not in again
    assert "| what | 1 |" in again


def random_cascade(seed: int, afresh: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    """Positions of every kind, then a price that ruins many of them at once, without a fund."""
    random = Random(seed)
    world = World(seed, 2)
    if afresh:
        original = ranking.Rankings.ranking

        def ranked_anew(self: ranking.Rankings, market: Market, side: int) -> ranking.Ranking:
            self.rankings.clear()
            return original(self, market, side)

        monkeypatch.setattr(ranking.Rankings, "ranking", ranked_anew)
    for account_id in world.enrol(40, 400 * UNIT):
        if account_id % 3 == 0:
            world.apply(SetMarginType(account_id, account_id % 2, words.ISOLATED))
        if account_id % 5 == 0:
            world.apply(SetPositionMode(account_id, words.USDS_M, True))
    for _ in range(400):
        account_id, symbol_id = random.randint(1, 40), random.randint(0, 1)
        side = random.choice([words.BUY, words.SELL])
        ticks = MIDDLE_TICKS + random.randint(-60, 60)
        order = world.order(account_id, symbol_id, side, words.LIMIT, random.randint(10, 120), ticks)
        if account_id % 5 == 0:
            order.position_side = random.choice([words.LONG, words.SHORT])
        world.apply(order)
    for account_id in range(1, 41):
        for symbol_id in (0, 1):
            world.apply(CancelAllOrders(account_id, symbol_id))
    deleveraged = 0
    for symbol_id, ticks in ((0, 560_000), (1, 660_000), (0, 640_000)):
        price_e8 = ticks * world.engine.markets[symbol_id].instrument.tick_e8
        for event in world.apply(PinMarkPrice(symbol_id, price_e8)):
            deleveraged += isinstance(event, TradeCalculated) and event.kind == words.TRADE_ADL
    assert deleveraged > 5
    assert world.engine.check_invariants() == []
    monkeypatch.undo()
    return world.engine.state_hash()


@pytest.mark.skipif(
    ranking.__file__.endswith((".so", ".pyd")), reason="methods of compiled classes cannot be replaced"
)
@pytest.mark.parametrize("seed", range(12))
def test_a_ranking_that_is_kept_is_the_one_that_would_be_made_anew(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = random_cascade(seed, False, monkeypatch)
    assert kept == random_cascade(seed, True, monkeypatch)
