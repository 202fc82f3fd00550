"""The verification vectors of semantics appendix A that speak of prices and amounts, each as a row of our own.

Prices are given with all the digits that were recorded. Those of liquidations in dollars were recorded with two
decimals, so the rest is cut before comparing.
"""

import pytest

from perpit.domain import margin
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.margin import Leg
from perpit.domain.numbers import PPM, format_shortest, parse_scaled
from tests.instruments import btcusd_perp, btcusdt


def e8(text: str) -> int:
    return parse_scaled(text, 8)


def linear(rate: str = "0", cum: str = "0") -> Instrument:
    """Lots of 1e-8, so that a quantity of 1e8 lots makes an entry value the price itself."""
    row = Bracket(125, 0, 10**30, parse_scaled(rate, 6), e8(cum))
    return btcusdt(tick_e8=10**8, lot_e8=1, brackets=[row])


def inverse(contract_size: int, rate: str = "0") -> Instrument:
    row = Bracket(125, 0, 10**30, parse_scaled(rate, 6), 0)
    return btcusd_perp(contract_size=contract_size, brackets=[row])


@pytest.mark.parametrize(
    ("side", "quantity", "entry", "rate", "cum", "collateral", "price"),
    [
        (1, "20", "6563.665", "0.005", "50", "13200.70726908", "5930.78"),  # hedge, isolated long
        (-1, "10", "6563.86", "0.005", "50", "6570.42511771", "7189.95"),  # hedge, isolated short
        (-1, "0.005", "9451.53", "0.004", "0", "9.89", "11383.99"),  # 10.72 − 1.3 + 0.47 behind it
        (1, "1", "199.53", "0.0065", "0", "10.47", "190.29"),  # 10.72 − 0.19 − 0.06
    ],
)
@pytest.mark.semantics("A1", "A2", "A6", "A7")
def test_liquidation_prices_of_linear_contracts(
    side: int, quantity: str, entry: str, rate: str, cum: str, collateral: str, price: str
) -> None:
    lots = side * e8(quantity)
    leg = Leg(lots, lots * e8(entry) // 10**8)
    found = margin.liquidation_price_e8(linear(rate, cum), [leg], e8(collateral))
    assert found // 10**6 == e8(price) // 10**6


@pytest.mark.semantics("A4", "2.3 example recorded")
def test_liquidation_price_of_an_inverse_contract_to_the_eighth_decimal() -> None:
    contract = inverse(100, "0.004")
    leg = Leg(2, contract.fill_value_at_e8(e8("37643.1"), 2))
    assert margin.liquidation_price_e8(contract, [leg], e8("0.00268058")) == e8("25119.97445760")


@pytest.mark.semantics("A5")
def test_unrealised_profit_and_value_of_an_inverse_contract_are_cut() -> None:
    contract = inverse(100)
    entry_value = contract.fill_value_at_e8(e8("37643.1"), 2)
    mark = e8("38103.05510455")
    assert margin.unrealised_units(contract, 2, entry_value, mark) == e8("0.00006413")
    assert contract.value_at_e8(mark, 2) == e8("0.00524892")


@pytest.mark.parametrize(
    ("notional", "rate", "initial", "maintenance"),
    [
        ("1992.46079250", "0.006", "99.62303962", "11.95476475"),
        ("49.72023376", "0.01", "2.48601168", "0.49720233"),
    ],
)
@pytest.mark.semantics("A8", "A9")
def test_margins_are_cut(notional: str, rate: str, initial: str, maintenance: str) -> None:
    assert margin.initial_margin_units(e8(notional), 20) == e8(initial)
    assert margin.maintenance_margin_units(linear(rate), 10**8, e8(notional)) == e8(maintenance)


@pytest.mark.parametrize(
    ("contract_size", "contracts", "price", "shown"),
    [
        (100, 2, "37643.1", "37643.10000021"),
        (100, 2, "11707.7", "11707.70000003"),  # semantics 4.1.2, as the next
        (10, 1, "2422.4", "2422.400000007"),
    ],
)
@pytest.mark.semantics("A14", "4.1.2")
def test_entry_price_of_an_inverse_contract_comes_back_from_thirteen_decimals(
    contract_size: int, contracts: int, price: str, shown: str
) -> None:
    contract = inverse(contract_size)
    value = contract.fill_value_at_e8(e8(price), contracts)
    assert format_shortest(margin.entry_price_e13(contract, contracts, value), 13) == shown
    assert margin.entry_price_e13(contract, -contracts, -value) == parse_scaled(shown, 13)


@pytest.mark.parametrize(
    ("side", "entry", "fee_rate", "shown"),
    [
        (1, "2.3483", "0.00045", "2.349356735"),
        (-1, "2.34", "0.00018", "2.3395788"),
        (1, "0.385", "0.0002", "0.385077"),
        (-1, "70.92841", "0.0004", "70.900038636"),
    ],
)
@pytest.mark.semantics("A10", "A11", "A12", "4.2.1")
def test_break_even_price_is_the_entry_price_and_the_fee(
    side: int, entry: str, fee_rate: str, shown: str
) -> None:
    lots = 10**8 * 10**6  # a million, so that the fee is a whole number of units
    cost = lots * e8(entry) // 10**8
    fee = cost * parse_scaled(fee_rate, 6) // PPM
    price = margin.break_even_price_e13(linear(), side * lots, side * cost, fee)
    assert format_shortest(price, 13) == shown
    assert format_shortest(margin.entry_price_e13(linear(), side * lots, side * cost), 13) == entry


@pytest.mark.semantics("A13", "4.2.1")
def test_break_even_price_of_an_inverse_contract_has_thirteen_digits() -> None:
    """The recorded digits need the fee with 13 decimals, half up: 0.04 % of 0.0041281373844 is 0.0000016512550."""
    contract = inverse(10)
    value = contract.fill_value_at_e8(e8("2422.4"), 1)
    fee = contract.fee_value(value, 400, contract.fee_units(value, 400))
    price = margin.break_even_price_e13(contract, 1, value, fee)
    assert format_shortest(price, 13) == "2423.368960034"


@pytest.mark.semantics("A3")
def test_isolated_margin_is_the_own_wallet_and_the_profit() -> None:
    leg_value = 20 * e8("6563.665")
    profit = e8("2316.83423560")
    mark = (leg_value + profit) // 20
    contract = linear()
    lots = 20 * 10**8
    won = margin.unrealised_units(contract, lots, leg_value, mark)
    assert e8("13200.70726908") + won == e8("15517.54150468")


@pytest.mark.semantics("A16", "4.3.1")
def test_commission_has_eight_decimals() -> None:
    contract = btcusdt(tick_e8=10**6, lot_e8=10**5)
    value = contract.fill_value(277_835, 5)  # 0.005 at 2,778.35
    assert contract.fee_units(value, 400) == e8("0.00555670")


def test_prices_of_nothing_are_nothing() -> None:
    assert margin.entry_price_e13(linear(), 0, 0) == 0
    assert margin.break_even_price_e13(linear(), 0, 0, 5) == 0
    assert margin.liquidation_price_e8(linear(), [Leg(0, 0)], 100) == 0
    assert margin.liquidation_price_e8(linear(), [], 100) == 0
    assert margin.bankruptcy_price_e8(linear(), [], 100) == 0


@pytest.mark.semantics("2.7.1")
@pytest.mark.parametrize(
    ("profit", "wallet", "maintenance", "standing"),
    [
        ("500", "1000", "40", "0.01333333"),  # the two shorts of semantics 2.7: the second gives way first
        ("300", "200", "40", "0.12"),
        ("0", "200", "40", "0"),
        ("-10", "200", "40", "0"),
        ("300", "-300", "40", "0"),
        ("2", "0.5", "1", "0.8"),  # a wallet counts at least 1
    ],
)
def test_the_more_profit_on_less_margin_the_sooner_one_gives_way(
    profit: str, wallet: str, maintenance: str, standing: str
) -> None:
    found = margin.leverage_profit(e8(profit), e8(wallet), e8(maintenance))
    assert format_shortest(found // 10**8, 8) == standing
