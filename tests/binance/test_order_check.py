"""The dry run behind order/test against the engine itself: both must say the same of any order."""

import random
from typing import Any

import pytest

from perpit.binance.order_check import dry_run
from perpit.domain import refusals
from perpit.domain.commands import CancelAllOrders, HouseDepth, PinMarkPrice, PlaceOrder, SetLeverage
from perpit.domain.events import Refused
from perpit.domain.numbers import UNIT
from perpit.domain.words import BUY, FOK, GTC, GTX, IOC, LIMIT, MARKET, SELL
from tests.binance.caller import BTC, PRICE, Caller

SEED = 7
ORDERS = 3_000


def any_order(dice: random.Random, number: int) -> PlaceOrder:
    """An order around the mark, of any kind and size; every tenth outside of some limit."""
    wild = dice.random() < 0.1
    price_ticks = PRICE + dice.randint(-40_000, 40_000) if wild else PRICE + dice.randint(-60, 60)
    qty_lots = dice.choice([1, 5_000, 130_000, 1_100_000]) if wild else dice.randint(1, 4_000)
    market = dice.random() < 0.25
    return PlaceOrder(
        dice.choice([1, 2]),
        BTC,
        f"c{dice.randint(0, 40)}" if dice.random() < 0.2 else f"n{number}",
        dice.choice([BUY, SELL]),
        MARKET if market else LIMIT,
        GTC if market else dice.choice([GTC, GTC, GTC, IOC, FOK, GTX]),
        qty_lots,
        0 if market else price_ticks,
        dice.random() < 0.2,
        dice.randint(0, 3),
    )


def disturb(caller: Caller, dice: random.Random) -> None:
    """Move what the checks depend on."""
    roll = dice.random()
    if roll < 0.05:
        caller.apply(PinMarkPrice(BTC, (60_000 + dice.randint(-300, 300)) * UNIT))
    elif roll < 0.10:
        caller.apply(SetLeverage(dice.choice([1, 2]), BTC, dice.choice([1, 5, 20, 75, 125])))
    elif roll < 0.14:
        caller.apply(CancelAllOrders(dice.choice([1, 2]), BTC))
    elif roll < 0.4:
        lots = dice.randint(0, 3_000)
        caller.apply(
            HouseDepth(BTC, [PRICE - 5, PRICE - 20], [lots, lots], [PRICE + 5, PRICE + 20], [lots, lots])
        )


@pytest.mark.semantics("5.2.7")
def test_the_dry_run_says_what_the_engine_does() -> None:
    dice = random.Random(SEED)
    caller = Caller()
    met: set[Any] = set()
    for number in range(ORDERS):
        disturb(caller, dice)
        order = any_order(dice, number)
        foreseen = dry_run(caller.world, order)
        events = caller.apply(order)
        said = events[0].refusal if isinstance(events[0], Refused) else 0
        assert foreseen == said, (SEED, number, vars(order))
        met.add(said)
    assert met >= {
        0,
        refusals.QTY_ABOVE_MAX,
        refusals.PRICE_ABOVE_BAND,
        refusals.PRICE_BELOW_BAND,
        refusals.DUPLICATE_CLIENT_ORDER_ID,
        refusals.LEVERAGE_BRACKET_EXCEEDED,
        refusals.INSUFFICIENT_MARGIN,
        refusals.REDUCE_ONLY_REJECTED,
        refusals.FOK_NOT_FILLABLE,
        refusals.POST_ONLY_WOULD_TAKE,
    }
