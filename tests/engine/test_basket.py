"""Composite indexes: the arithmetic of a basket, and a generated flow that engine and reference must agree on."""

from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain.basket import BasketPart, basket_index_e8, basket_shares_e8, pair_price_e8
from perpit.domain.events import BasketPriced, Refused
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from tests.flows_triggers import TriggerFlow
from tests.instruments import btcdomusdt, btcusdt
from tests.reference import Reference
from tests.reference_events import as_rows

weights_and_prices = st.lists(
    st.tuples(st.integers(1, 10**13), st.integers(1, 10**16)), min_size=1, max_size=20
)


@given(weights_and_prices)
def test_an_index_is_within_half_a_unit_of_the_exact_sum(rows: list[tuple[int, int]]) -> None:
    parts = [BasketPart("A", "B", weight) for weight, _ in rows]
    exact = sum(Fraction(weight * price, UNIT) for weight, price in rows)
    assert -Fraction(1, 2) < basket_index_e8(parts, [price for _, price in rows]) - exact <= Fraction(1, 2)


@given(weights_and_prices)
def test_shares_make_a_whole_up_to_their_rounding(rows: list[tuple[int, int]]) -> None:
    parts = [BasketPart("A", "B", weight) for weight, _ in rows]
    shares = basket_shares_e8(parts, [price for _, price in rows])
    assert abs(sum(shares) - UNIT) <= (len(rows) + 1) // 2
    assert min(shares) >= 0


def test_a_pair_is_priced_by_what_both_assets_cost() -> None:
    assert pair_price_e8(60_000 * UNIT, 2_400 * UNIT) == 25 * UNIT
    assert pair_price_e8(2 * UNIT, 3 * UNIT) == 66_666_667, "half up"


@pytest.mark.parametrize("weight_e8", [0, -1])
def test_a_basket_of_nothing_is_not_listed(weight_e8: int) -> None:
    command = c.ListInstrument(btcdomusdt(0, basket=[BasketPart("BTC", "ETH", weight_e8)]))
    command.seq = 1
    refused = Engine().apply(command)[0]
    assert isinstance(refused, Refused)
    assert refused.refusal == no.INVALID_VALUE


class BasketFlow(TriggerFlow):
    """`TriggerFlow` in which one contract follows a basket whose parts move, and now and then make no sense."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.instruments[0] = btcusdt(
            0, basket=[BasketPart("BTC", "ETH", UNIT), BasketPart("BTC", "SOL", UNIT // 3)]
        )
        self.busy = (8, 1, 1)
        self.weights.append((40, self.parts))

    def parts(self) -> c.Command:
        index_e8 = self.middle_ticks[0] * self.instruments[0].tick_e8
        first_e8 = index_e8 * self.random.randint(30, 60) // 100
        prices_e8 = [first_e8, (index_e8 - first_e8) * 3 + self.random.randint(-UNIT, UNIT)]
        odd = self.random.choice([[], [0, UNIT], [UNIT], [UNIT] * 3, [1 << 100, UNIT]])
        symbol_id = self.random.choice([0, 0, 0, 0, 1, 9])
        return c.SetBasketPrices(symbol_id, self.random.choice([prices_e8] * 5 + [odd]))


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_tells_what_the_reference_tells_of_baskets(seed: int) -> None:
    engine, reference = Engine(), Reference()
    priced = refused = 0
    for command in islice(BasketFlow(seed), 300):
        events = engine.apply(command)
        assert as_rows(events) == reference.apply(command), f"seed {seed}, {type(command).__name__}"
        priced += any(isinstance(event, BasketPriced) for event in events)
        refused += isinstance(command, c.SetBasketPrices) and isinstance(events[-1], Refused)
    assert engine.state() == reference.state()
    assert priced
    assert refused
