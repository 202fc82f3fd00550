"""A Hypothesis machine: whatever is asked in whatever order, the invariants hold and a refusal changes nothing.

The naive reference runs beside the engine, so a disagreement shrinks to the few commands that show it.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from perpit.domain import commands as c
from perpit.domain import words as w
from perpit.domain.events import Refused
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from tests.flows import venue_instruments
from tests.reference import Reference
from tests.reference_events import as_rows

LONG = os.environ.get("PERPIT_LONG", "") not in ("", "0")
MIDDLE = (600_000, 300_000, 600_000)
MONEY = {w.USDS_M: ("USDT", UNIT), w.COIN_M: ("BTC", UNIT // 50_000)}  # the asset, and what is worth a dollar
ACCOUNTS = 3

accounts = st.integers(1, ACCOUNTS)
symbols = st.integers(0, 2)
markets = st.sampled_from([w.USDS_M, w.COIN_M])
position_sides = st.sampled_from([w.BOTH, w.BOTH, w.LONG, w.SHORT])
sides = st.sampled_from([w.BUY, w.SELL])
offsets = st.integers(-4, 4)
lots = st.sampled_from([10, 20, 30, 100, 300])
times_in_force = st.sampled_from([w.GTC, w.GTC, w.IOC, w.FOK, w.GTX])
stp_modes = st.sampled_from([w.STP_NONE, w.STP_EXPIRE_TAKER, w.STP_EXPIRE_MAKER, w.STP_EXPIRE_BOTH])


class Venue(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()
        self.reference = Reference()
        self.time_ms = 1_700_000_000_000
        self.names = 0

    def apply(self, command: c.Command) -> None:
        engine = self.engine
        command.seq, command.time_ms = engine.seq + 1, self.time_ms
        timer_due = 0 < engine.next_timer_ms() <= self.time_ms
        before = engine.state()
        events = engine.apply(command)
        assert as_rows(events) == self.reference.apply(command)
        if events and isinstance(events[-1], Refused) and not timer_due:
            assert engine.state() == before, "a refused command changed the state"

    @initialize()
    def open(self) -> None:
        for instrument in venue_instruments():
            self.apply(c.ListInstrument(instrument))
        for account_id in range(1, ACCOUNTS + 1):
            self.apply(c.CreateAccount(f"trader-{account_id}"))
            for market, (asset, dollar) in MONEY.items():
                self.apply(c.Transfer(account_id, market, asset, 3_000 * dollar))
        for market in MONEY:
            self.apply(c.SetPositionMode(2, market, True))
        for account_id, symbol_id in ((1, 1), (2, 2), (3, 0), (3, 2)):
            self.apply(c.SetMarginType(account_id, symbol_id, w.ISOLATED))
        for instrument, ticks in zip(venue_instruments(), MIDDLE, strict=True):
            self.apply(c.SetIndexPrice(instrument.symbol_id, ticks * instrument.tick_e8))

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        offset=offsets,
        lots=lots,
        tif=times_in_force,
        stp=stp_modes,
        reduce_only=st.booleans(),
        position_side=position_sides,
    )
    def limit(
        self,
        account: int,
        symbol: int,
        side: int,
        offset: int,
        lots: int,
        tif: int,
        stp: int,
        reduce_only: bool,
        position_side: int,
    ) -> None:
        ticks = MIDDLE[symbol] + offset
        self.place(account, symbol, side, w.LIMIT, tif, lots, ticks, reduce_only, stp, position_side)

    @rule(
        account=accounts,
        symbol=symbols,
        side=sides,
        lots=lots,
        stp=stp_modes,
        reduce_only=st.booleans(),
        position_side=position_sides,
    )
    def market(
        self,
        account: int,
        symbol: int,
        side: int,
        lots: int,
        stp: int,
        reduce_only: bool,
        position_side: int,
    ) -> None:
        self.place(account, symbol, side, w.MARKET, w.GTC, lots, 0, reduce_only, stp, position_side)

    def place(
        self,
        account: int,
        symbol: int,
        side: int,
        order_type: int,
        tif: int,
        lots: int,
        ticks: int,
        reduce_only: bool,
        stp: int,
        position_side: int,
    ) -> None:
        """In hedge mode reduce-only is refused, so there it is left out."""
        self.names += 1
        self.apply(
            c.PlaceOrder(
                account,
                symbol,
                f"order-{self.names}",
                side,
                order_type,
                tif,
                lots,
                ticks,
                reduce_only and position_side == w.BOTH,
                stp_mode=stp,
                position_side=position_side,
            )
        )

    @rule(account=accounts, symbol=symbols, back=st.integers(0, 12))
    def cancel(self, account: int, symbol: int, back: int) -> None:
        self.apply(c.CancelOrder(account, symbol, 0, f"order-{self.names - back}"))

    @rule(account=accounts, symbol=symbols, side=sides, back=st.integers(0, 12), offset=offsets, lots=lots)
    def amend(self, account: int, symbol: int, side: int, back: int, offset: int, lots: int) -> None:
        name = f"order-{self.names - back}"
        self.apply(c.AmendOrder(account, symbol, 0, name, side, lots, MIDDLE[symbol] + offset))

    @rule(account=accounts, symbol=symbols)
    def cancel_all(self, account: int, symbol: int) -> None:
        self.apply(c.CancelAllOrders(account, symbol))

    @rule(symbol=symbols, bid=offsets, ask=offsets, bid_lots=st.integers(0, 60), ask_lots=st.integers(0, 60))
    def depth(self, symbol: int, bid: int, ask: int, bid_lots: int, ask_lots: int) -> None:
        middle = MIDDLE[symbol]
        self.apply(c.HouseDepth(symbol, [middle + bid], [bid_lots], [middle + ask], [ask_lots]))

    @rule(symbol=symbols, side=sides, offset=offsets, lots=lots)
    def tape(self, symbol: int, side: int, offset: int, lots: int) -> None:
        self.apply(c.HouseTrade(symbol, side, MIDDLE[symbol] + offset, lots))

    @rule(symbol=symbols, percent=st.integers(-9, 9))
    def pin(self, symbol: int, percent: int) -> None:
        tick_e8 = self.reference.instruments[symbol].tick_e8
        price = MIDDLE[symbol] * tick_e8 * (100 + percent) // 100
        self.apply(c.PinMarkPrice(symbol, price if percent else 0))

    @rule(account=accounts, symbol=symbols, leverage=st.sampled_from([1, 2, 5, 20, 50]))
    def leverage(self, account: int, symbol: int, leverage: int) -> None:
        self.apply(c.SetLeverage(account, symbol, leverage))

    @rule(account=accounts, market=markets, amount=st.sampled_from([-2_000, -500, 100, 1_000]))
    def transfer(self, account: int, market: int, amount: int) -> None:
        asset, dollar = MONEY[market]
        self.apply(c.Transfer(account, market, asset, amount * dollar))

    @rule(account=accounts, market=markets, is_hedged=st.booleans())
    def position_mode(self, account: int, market: int, is_hedged: bool) -> None:
        self.apply(c.SetPositionMode(account, market, is_hedged))

    @rule(account=accounts, symbol=symbols, margin_type=st.sampled_from([w.ISOLATED, w.CROSS]))
    def margin_type(self, account: int, symbol: int, margin_type: int) -> None:
        self.apply(c.SetMarginType(account, symbol, margin_type))

    @rule(
        account=accounts,
        symbol=symbols,
        position_side=position_sides,
        amount=st.sampled_from([-500, -20, -1, 0, 1, 40, 900]),
    )
    def adjust_margin(self, account: int, symbol: int, position_side: int, amount: int) -> None:
        _asset, dollar = MONEY[self.reference.instruments[symbol].market]
        self.apply(c.AdjustMargin(account, symbol, position_side, amount * dollar))

    @rule(milliseconds=st.sampled_from([1, 999, 1_000, 3_001]))
    def wait(self, milliseconds: int) -> None:
        self.time_ms += milliseconds
        self.apply(c.Advance())

    @invariant()
    def every_invariant_holds(self) -> None:
        assert self.engine.check_invariants() == []

    @invariant()
    def the_reference_is_in_the_same_state(self) -> None:
        assert self.engine.state() == self.reference.state()


TestVenue = Venue.TestCase
TestVenue.settings = settings(
    max_examples=200 if LONG else 25,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
