"""Which code of the exchange answers which refusal, as the specification lists them; USDⓈ-M."""

import pytest

from perpit.binance import errors
from perpit.domain import refusals as no
from perpit.domain.commands import (
    AdjustMargin,
    AmendOrder,
    CancelAlgoOrder,
    CancelOrder,
    Command,
    PlaceOrder,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
)
from tests.instruments import btcusdt

PLACE = PlaceOrder(1, 0, "c", 1, 1, 1, 1, 1)
AMEND = AmendOrder(1, 0, 1, "", 1, 1, 1)


def codes(command: Command, *refusals: int) -> list[int]:
    errors_of = [errors.from_refusal(command, refusal, btcusdt()) for refusal in refusals]
    assert {error.status for error in errors_of} == {400}
    return [error.code for error in errors_of]


@pytest.mark.semantics("5.10 status", "5.10 symbol", "5.10 orders", "5.10 algo orders", "5.10 market band")
def test_of_symbols_and_limits() -> None:
    assert codes(PLACE, no.UNKNOWN_SYMBOL, no.SYMBOL_NOT_TRADING) == [-1121, -4140]
    assert codes(PLACE, no.TOO_MANY_OPEN_ORDERS, no.TOO_MANY_ALGO_ORDERS) == [-2025, -4045]
    assert codes(PLACE, no.MARKET_PRICE_OUTSIDE_BAND) == [-4131]


@pytest.mark.semantics("5.10 quantity", "5.10 lot size", "5.10 price", "5.10 price filter", "5.10 stop price")
def test_of_quantities_and_prices() -> None:
    assert codes(PLACE, no.QTY_NOT_POSITIVE, no.QTY_BELOW_MIN, no.QTY_ABOVE_MAX) == [-4003, -4004, -4005]
    assert codes(PLACE, no.PRICE_NOT_POSITIVE, no.PRICE_BELOW_MIN, no.PRICE_ABOVE_MAX) == [
        -4001,
        -4013,
        -4002,
    ]
    assert codes(PLACE, no.STOP_PRICE_NOT_POSITIVE, no.STOP_PRICE_ABOVE_MAX) == [-4006, -4007]


@pytest.mark.semantics(
    "5.10 percent price", "5.10 notional", "5.10 bracket", "5.10 margin", "5.10 reduce-only", "1.4.8"
)
def test_of_bands_value_and_margin() -> None:
    assert codes(PLACE, no.PRICE_ABOVE_BAND, no.PRICE_BELOW_BAND, no.NOTIONAL_BELOW_MIN) == [
        -4016,
        -4024,
        -4164,
    ]
    assert codes(PLACE, no.LEVERAGE_BRACKET_EXCEEDED, no.INSUFFICIENT_MARGIN) == [-2027, -2019]
    assert codes(PLACE, no.REDUCE_ONLY_REJECTED) == [-2022]


@pytest.mark.semantics("5.3 fok", "5.3 gtx", "5.3 gtd", "5.4.1", "4.5.6", "5.1.5")
def test_of_the_terms_of_an_order() -> None:
    assert codes(PLACE, no.FOK_NOT_FILLABLE, no.POST_ONLY_WOULD_TAKE, no.GOOD_TILL_DATE_INVALID) == [
        *(-5021, -5022, -5040),
    ]
    assert codes(PLACE, no.PRICE_MATCH_INVALID, no.PRICE_MATCH_NOT_ALLOWED, no.PRICE_MATCH_NO_LEVEL) == [
        *(-5037, -5038, -5041),
    ]
    assert codes(PLACE, no.CLOSE_POSITION_WITH_QTY, no.CLOSE_POSITION_EXISTS) == [-4137, -4130]
    assert codes(PLACE, no.DUPLICATE_CLIENT_ORDER_ID) == [-4116]


@pytest.mark.semantics("5.8.3", "5.8.5", "5.8.7", "5.8.8")
def test_of_triggers() -> None:
    assert codes(PLACE, no.WORKING_TYPE_INVALID, no.WOULD_TRIGGER) == [-4031, -2021]
    assert codes(PLACE, no.ACTIVATION_PRICE_INVALID) == [-4135]
    assert codes(PLACE, no.STOP_PRICE_ABOVE_BAND, no.STOP_PRICE_BELOW_BAND) == [-4210, -4211]
    assert codes(PLACE, no.PRICE_ABOVE_STOP_BAND, no.PRICE_BELOW_STOP_BAND) == [-4183, -4184]


@pytest.mark.semantics("5.6.1", "5.6.3", "5.7.5")
def test_of_amendments_and_cancellations() -> None:
    assert codes(AMEND, no.AMEND_NOT_LIMIT, no.AMEND_TOO_OFTEN, no.AMEND_NO_CHANGE) == [-5025, -5026, -5027]
    assert codes(AMEND, no.SYMBOL_NOT_TRADING, no.AMEND_NOTIONAL_BELOW_MIN) == [-5024, -5029]
    assert codes(CancelOrder(1, 0, 1, ""), no.UNKNOWN_ORDER) == [-2011]
    assert codes(CancelAlgoOrder(1, 0, ""), no.UNKNOWN_ALGO_ORDER) == [-2011]


@pytest.mark.semantics("1.7.2", "1.7.3", "1.7.4", "1.7.5", "1.7.6", "4.4.1", "4.4.2")
def test_of_the_terms_of_an_account() -> None:
    leverage = SetLeverage(1, 0, 9)
    assert codes(leverage, no.LEVERAGE_OUT_OF_RANGE, no.LEVERAGE_BRACKET_EXCEEDED) == [-4028, -2027]
    assert codes(leverage, no.LEVERAGE_MARGIN_SHORT, no.LEVERAGE_OF_ISOLATED_LOWERED) == [-2028, -4161]
    margin_type = SetMarginType(1, 0, 2)
    assert codes(
        margin_type, no.MARGIN_TYPE_UNCHANGED, no.MARGIN_TYPE_WITH_ORDERS, no.MARGIN_TYPE_WITH_POSITION
    ) == [-4046, -4047, -4048]
    mode = SetPositionMode(1, 0, True)
    assert codes(
        mode, no.POSITION_MODE_UNCHANGED, no.POSITION_MODE_WITH_ORDERS, no.POSITION_MODE_WITH_POSITION
    ) == [-4059, -4067, -4068]
    adjust = AdjustMargin(1, 0, 0, 1)
    assert codes(adjust, no.NOT_ISOLATED, no.CROSS_BALANCE_SHORT, no.ISOLATED_BALANCE_SHORT) == [
        *(-4049, -4050, -4051),
    ]
    assert codes(adjust, no.NO_POSITION, no.AMOUNT_NOT_POSITIVE) == [-4054, -4055]
    assert codes(PLACE, no.POSITION_SIDE_MISMATCH, no.REDUCE_ONLY_IN_HEDGE_MODE) == [-4061, -1106]
