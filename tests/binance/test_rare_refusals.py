"""Codes that no contract of the catalogue can lead to: those of contracts with coarser terms than the exchange's."""

from typing import Any

import pytest

from perpit.domain.commands import ListInstrument, SetIndexPrice
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from tests.binance.caller import Caller, Reply
from tests.instruments import btcusd_perp, btcusdt


async def listed(instrument: Instrument, price: int) -> Caller:
    """A venue that lists one more contract."""
    caller = Caller()
    caller.apply(ListInstrument(instrument))
    caller.apply(SetIndexPrice(instrument.symbol_id, price * UNIT))
    return caller


async def placed(caller: Caller, prefix: str, **order: Any) -> Reply:
    """A limit bid."""
    terms = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "59000", **order}
    return await caller.signed("POST", f"{prefix}/order", **terms)


async def test_a_quantity_below_the_least_and_one_between_two_steps_are_refused() -> None:
    coarse = btcusdt(3, symbol="COARSEUSDT", lot_e8=500_000, min_qty_lots=2)  # steps of 0.005, 0.010 at least
    caller = await listed(coarse, 60_000)
    for quantity, code in (("0.005", -4004), ("0.012", -4023)):
        reply = await placed(caller, "/fapi/v1", symbol="COARSEUSDT", quantity=quantity)
        assert (reply.status, reply.code) == (400, code), reply.json
    assert (await placed(caller, "/fapi/v1", symbol="COARSEUSDT", quantity="0.010")).status == 200


async def test_coin_m_has_a_code_of_its_own_for_too_small_a_value() -> None:
    caller = await listed(btcusd_perp(3, symbol="BIGUSD_PERP", min_notional_units=UNIT // 100), 60_000)
    reply = await placed(caller, "/dapi/v1", symbol="BIGUSD_PERP", quantity="1")
    assert (reply.status, reply.code) == (400, -4178), reply.json


@pytest.mark.parametrize(
    ("instrument", "prefix", "quantities", "code"),
    [
        (btcusdt(3, symbol="STILLUSDT", max_amendments=1), "/fapi/v1", ("0.010", "0.011", "0.012"), -5026),
        (btcusd_perp(3, symbol="STILLUSD_PERP", max_amendments=1), "/dapi/v1", ("1", "2", "3"), -4198),
    ],
    ids=["usds_m", "coin_m"],
)
@pytest.mark.semantics("5.6.3")
async def test_an_order_is_amended_no_more_often_than_its_contract_says(
    instrument: Instrument, prefix: str, quantities: tuple[str, str, str], code: int
) -> None:
    caller = await listed(instrument, 60_000)
    order = (await placed(caller, prefix, symbol=instrument.symbol, quantity=quantities[0])).json
    about = {"symbol": instrument.symbol, "side": "BUY", "orderId": order["orderId"], "price": "59000"}
    first, second = [
        await caller.signed("PUT", f"{prefix}/order", **about, quantity=quantity)
        for quantity in quantities[1:]
    ]
    assert (first.status, second.status, second.code) == (200, 400, code), second.json
