"""The liquidation price that is shown and the liquidation itself agree: at the price it comes, and not before.

Shown margins and profits are cut to 1e-8, so the two may lie apart by what a few of those are worth in price.
"""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from perpit.domain import commands as c
from perpit.domain import words as w
from perpit.domain.events import Event, OrderAccepted
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.views.margin import liquidation_e8
from perpit.views.world import World
from tests.flows import venue_instruments

PRICES = (60_000, 3_000, 60_000)
CUTS = 6  # units of money: profit, margin and maintenance of two sides, each cut once


class Trader:
    """One account and a house that takes everything at the index price."""

    def __init__(self) -> None:
        self.engine, self.world = Engine(), World()
        for instrument, price in zip(venue_instruments(), PRICES, strict=True):
            self.apply(c.ListInstrument(instrument))
            self.apply(c.SetIndexPrice(instrument.symbol_id, price * UNIT))
            ticks, lots = price * UNIT // instrument.tick_e8, [10**9]
            self.apply(c.HouseDepth(instrument.symbol_id, [ticks - 1], lots, [ticks + 1], lots))
        self.apply(c.CreateAccount("alice"))

    def apply(self, command: c.Command) -> list[Event]:
        command.seq, command.time_ms = self.engine.seq + 1, 1_700_000_000_500
        events = self.engine.apply(command)
        self.world.fold(command, events)
        return events

    def shown_e8(self, symbol_id: int, position_side: int) -> int:
        exposure = self.world.accounts[1].exposures[symbol_id]
        return liquidation_e8(self.world.prices, exposure, exposure.side(position_side))

    def is_liquidated_at(self, symbol_id: int, price_e8: int) -> bool:
        events = self.apply(c.PinMarkPrice(symbol_id, price_e8))
        return any(
            isinstance(event, OrderAccepted) and event.request.client_order_id.startswith("autoclose-")
            for event in events
        )


@pytest.mark.semantics("2.1.2", "2.2.4", "2.2.5", "2.3.2")
@given(
    symbol_id=st.integers(0, 2),
    side=st.sampled_from([w.BUY, w.SELL]),
    lots=st.integers(1, 20_000),
    other_lots=st.sampled_from([0, 0, 1, 500]),
    leverage=st.sampled_from([1, 3, 10, 20, 50]),
    money_percent=st.integers(3, 150),
    is_isolated=st.booleans(),
    is_hedged=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_position_is_liquidated_at_its_shown_price_and_not_before(
    symbol_id: int,
    side: int,
    lots: int,
    other_lots: int,
    leverage: int,
    money_percent: int,
    is_isolated: bool,
    is_hedged: bool,
) -> None:
    trader = Trader()
    instrument = venue_instruments()[symbol_id]
    worth = instrument.value_at_e8(PRICES[symbol_id] * UNIT, lots)
    trader.apply(
        c.Transfer(1, instrument.market, instrument.margin_asset, worth * money_percent // 100 + UNIT // 100)
    )
    if is_hedged:
        trader.apply(c.SetPositionMode(1, instrument.market, True))
    if is_isolated:
        trader.apply(c.SetMarginType(1, symbol_id, w.ISOLATED))
    trader.apply(c.SetLeverage(1, symbol_id, leverage))
    position_side = (w.LONG if side == w.BUY else w.SHORT) if is_hedged else w.BOTH
    for number, (one_side, one_lots) in enumerate(((side, lots), (-side, other_lots if is_hedged else 0))):
        if one_lots:
            one = (w.LONG if one_side == w.BUY else w.SHORT) if is_hedged else w.BOTH
            trader.apply(
                c.PlaceOrder(
                    1, symbol_id, f"o{number}", one_side, w.MARKET, w.GTC, one_lots, 0, position_side=one
                )
            )
    exposure = trader.world.accounts[1].exposures.get(symbol_id)
    assume(exposure is not None and exposure.side(position_side).qty_lots != 0)
    shown_e8 = trader.shown_e8(symbol_id, position_side)
    assume(0 < shown_e8 <= 200_000 * UNIT)
    held = lots - other_lots if is_hedged and not is_isolated else lots  # a cross hedge moves by what is over
    assume(held != 0)
    mark_e8 = trader.world.prices[symbol_id].mark_e8
    falls = held * side > 0
    assume(shown_e8 < mark_e8 if falls else shown_e8 > mark_e8)
    apart_e8 = CUTS * shown_e8 // max(1, instrument.value_at_e8(shown_e8, abs(held))) + CUTS
    toward = -1 if falls else 1
    assert not trader.is_liquidated_at(symbol_id, shown_e8 - toward * apart_e8)
    assert trader.is_liquidated_at(symbol_id, shown_e8 + toward * apart_e8)
