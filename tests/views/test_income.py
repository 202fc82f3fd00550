"""Income: every unit that a wallet gained or lost has a row that says why."""

from collections import Counter
from itertools import islice

import pytest

from perpit.domain import words as w
from perpit.domain.events import FundingPaid
from perpit.engine.engine import Engine
from perpit.views import income
from perpit.views.limits import WorldLimits
from perpit.views.world import World
from tests.flows import Flow
from tests.instruments import btcusdt, ethusdt
from tests.views.hand import Hand


@pytest.mark.parametrize("seed", range(4))
def test_the_income_of_an_account_is_what_its_wallets_hold(seed: int) -> None:
    engine, world = Engine(), World()
    for command in islice(Flow(seed), 3_000):
        world.fold(command, engine.apply(command))
    kinds: Counter[int] = Counter()
    for account_id, account in world.accounts.items():
        for (market, asset), wallet in account.wallets.items():
            rows = [row for row in world.income.rows(account_id, market) if row.asset == asset]
            assert sum(row.amount_units for row in rows) == wallet.wallet_units
            kinds.update(row.kind for row in rows)
    assert kinds[income.TRANSFER]
    assert kinds[income.COMMISSION]
    assert kinds[income.REALIZED_PROFIT]


def test_a_fill_brings_a_commission_and_a_profit_under_its_trade_id() -> None:
    hand = Hand(btcusdt(), ethusdt())
    request = hand.accept("a", symbol_id=1)
    hand.fill(1, request, 10, trade_id=7)
    fee, profit = hand.world.income.rows(1, w.USDS_M)
    assert (fee.kind, fee.amount_units, fee.trade_id, fee.symbol_id) == (income.COMMISSION, -7, 7, 1)
    assert (profit.kind, profit.amount_units, profit.trade_id) == (income.REALIZED_PROFIT, -3, 7)
    assert fee.income_id < profit.income_id
    assert hand.world.income.rows(1, w.USDS_M, kind=income.COMMISSION) == [fee]
    assert hand.world.income.rows(1, w.USDS_M, symbol_id=0) == []
    assert hand.world.income.rows(1, w.COIN_M) == []


def test_rows_are_found_by_time() -> None:
    hand = Hand(btcusdt())
    for _ in range(5):
        hand.fold(FundingPaid(hand.time_ms, 1, 0, w.BOTH, 5, 0, 5, 5))
        hand.time_ms += 10
    start_ms = hand.time_ms - 50
    rows = hand.world.income.rows(1, w.USDS_M, start_ms + 10, start_ms + 30)
    assert [row.time_ms - start_ms for row in rows] == [10, 20, 30]
    assert {row.kind for row in rows} == {income.FUNDING}


def test_the_oldest_rows_are_forgotten_at_the_limit() -> None:
    hand = Hand(btcusdt(), world=World(WorldLimits(income_max=8)))
    for _ in range(100):
        hand.wallet(1)
    ids = [row.income_id for row in hand.world.income.rows(1, w.USDS_M)]
    assert ids[-8:] == list(range(93, 101))
    assert len(ids) <= 9
