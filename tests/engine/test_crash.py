"""A price crash over many leveraged accounts, in both kinds of contract: it ends, and every unit is accounted for.

With PERPIT_LONG=1 ten thousand accounts fall, else a few hundred.
"""

import os
from random import Random

import pytest

from perpit.catalogue import load_instrument
from perpit.domain import commands as c
from perpit.domain import events as e
from perpit.domain import words as w
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine

START_MS = 1_700_000_000_000
ACCOUNTS = 10_000 if os.environ.get("PERPIT_LONG") else 300
LINEAR, INVERSE = 0, 1
PRICE = 60_000


class Crash:
    """Accounts go long and short with much leverage against the house; then the price falls, and rises again."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.engine = Engine()
        self.time_ms = START_MS
        self.counts: dict[type[e.Event], int] = {}
        self.kinds: set[int] = set()
        self.found()
        for account_id in range(1, ACCOUNTS + 1):
            self.open(account_id)

    def apply(self, command: c.Command) -> None:
        command.seq, command.time_ms = self.engine.seq + 1, self.time_ms
        for event in self.engine.apply(command):
            self.counts[type(event)] = self.counts.get(type(event), 0) + 1
            if isinstance(event, e.OrderCalculated):
                self.kinds.add(event.kind)
            assert not isinstance(event, e.Refused), event.refusal

    def found(self) -> None:
        self.apply(c.ListInstrument(load_instrument("BTCUSDT", LINEAR)))
        self.apply(c.ListInstrument(load_instrument("BTCUSD_PERP", INVERSE)))
        for symbol_id in (LINEAR, INVERSE):
            self.apply(c.SetIndexPrice(symbol_id, PRICE * UNIT))
        self.apply(c.Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", 10 * ACCOUNTS * UNIT))

    def quote(self, symbol_id: int, price: int, lots: int) -> None:
        """The house quotes around a price, thinly below, and takes back what it quoted before."""
        book = self.engine.markets[symbol_id].book
        bids = {level.price_ticks: 0 for level in book.bids.best_first()}
        asks = {level.price_ticks: 0 for level in book.asks.best_first()}
        for distance in range(1, 6):
            bids[(price - 20 * distance) * 10] = lots
            asks[(price + 20 * distance) * 10] = lots
        self.apply(c.HouseDepth(symbol_id, list(bids), list(bids.values()), list(asks), list(asks.values())))

    def open(self, account_id: int) -> None:
        self.apply(c.CreateAccount(f"trader-{account_id}"))
        symbol_id = self.random.choice([LINEAR, INVERSE])
        market, asset = (w.USDS_M, "USDT") if symbol_id == LINEAR else (w.COIN_M, "BTC")
        self.apply(c.Transfer(account_id, market, asset, self.money(symbol_id)))
        if self.random.random() < 0.3:
            self.apply(c.SetMarginType(account_id, symbol_id, w.ISOLATED))
        self.apply(c.SetLeverage(account_id, symbol_id, self.random.choice([10, 20, 50])))
        side = w.BUY if self.random.random() < 0.7 else w.SELL
        lots = self.random.randint(20, 60) if symbol_id == LINEAR else self.random.randint(8, 30)
        self.quote(symbol_id, PRICE, 5_000)
        name = f"open-{account_id}"
        self.apply(c.PlaceOrder(account_id, symbol_id, name, side, w.MARKET, w.GTC, lots, 0))

    def money(self, symbol_id: int) -> int:
        if symbol_id == LINEAR:
            return self.random.randint(400, 1_500) * UNIT
        return self.random.randint(8, 30) * UNIT // 1_000

    def move(self, price: int) -> None:
        for symbol_id in (LINEAR, INVERSE):
            self.quote(symbol_id, price, self.random.randint(1, 40))
            self.apply(c.SetIndexPrice(symbol_id, price * UNIT))
        self.time_ms += 1_000
        self.apply(c.Advance())
        assert self.engine.check_invariants() == []

    def run(self) -> str:
        for permille in (*range(999, 965, -1), 930, 900, 840, 800, 850, 920, 1000, 1080, 1150, 1210):
            self.move(PRICE * permille // 1000)
        return self.engine.state_hash()


@pytest.fixture(scope="module")
def crashed() -> tuple[Crash, str]:
    crash = Crash(seed=7)
    return crash, crash.run()


@pytest.mark.semantics("2.5.7", "2.5.8")
def test_a_crash_liquidates_takes_over_and_deleverages(crashed: tuple[Crash, str]) -> None:
    crash, _digest = crashed
    assert crash.counts[e.OrderCalculated] > ACCOUNTS // 10
    assert crash.kinds == {w.TRADE_INSURANCE_FUND, w.TRADE_ADL}
    assert crash.counts[e.MarginCalled] > 0


@pytest.mark.semantics("2.5.7", "2.5.10")
def test_after_a_crash_nobody_who_was_liquidated_is_below_zero(crashed: tuple[Crash, str]) -> None:
    crash, _digest = crashed
    for account in crash.engine.accounts[1:]:
        for wallet in account.wallets.values():
            assert wallet.scope.positions() or wallet.wallet_units >= 0, account.name


def test_after_a_crash_nobody_stands_below_the_maintenance_margin(crashed: tuple[Crash, str]) -> None:
    crash, _digest = crashed
    for account in crash.engine.accounts[1:]:
        for exposure in account.exposures.values():
            for position in exposure.positions():
                scope = exposure.scope_of(position)
                assert not scope.is_unhealthy(), account.name


def test_the_same_crash_ends_in_the_same_state(crashed: tuple[Crash, str]) -> None:
    _crash, digest = crashed
    assert Crash(seed=7).run() == digest
