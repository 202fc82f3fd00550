"""The worked numbers of semantics 1.2, 1.3, 1.5, 2.2, 4.2 and appendix B, through the summaries."""

import pytest

from perpit.domain.events import LeverageChanged, MarginTypeChanged, PositionModeChanged
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.numbers import UNIT, parse_scaled
from perpit.domain.words import COIN_M, ISOLATED, LONG, SHORT, USDS_M
from perpit.views.margin import (
    ExposureMargin,
    WalletMargin,
    bankruptcy_e8,
    break_even_e13,
    entry_e13,
    exposure_margin,
    liquidation_e8,
    wallet_margin,
)
from tests.instruments import btcusd_perp, btcusdt, linear
from tests.views.hand import Hand

LOTS = 1_000  # of one coin


def e8(text: str) -> int:
    return parse_scaled(text, 8)


def margin_of(hand: Hand, symbol_id: int = 0) -> ExposureMargin:
    return exposure_margin(hand.world.prices, hand.world.accounts[1].exposures[symbol_id])


def wallet_of(hand: Hand) -> WalletMargin:
    return wallet_margin(hand.world.prices, hand.world.accounts[1].wallets[(0, "USDT")])


def liquidation_of(hand: Hand) -> int:
    exposure = hand.world.accounts[1].exposures[0]
    return liquidation_e8(hand.world.prices, exposure, exposure.position)


def e13(text: str) -> int:
    return parse_scaled(text, 13)


def break_even_of(hand: Hand) -> int:
    exposure = hand.world.accounts[1].exposures[0]
    return break_even_e13(exposure.instrument, exposure.position)


def holding(instrument: Instrument, qty_lots: int, entry: str, wallet: str, mark: str) -> Hand:
    """A world in which trader-1 holds a position entered at `entry` per coin."""
    hand = Hand(instrument, linear(1, "OTHER"))
    hand.wallet(e8(wallet))
    hand.mark(e8(mark))
    hand.position(qty_lots, e8(entry) * abs(qty_lots) // LOTS, e8(wallet))
    return hand


@pytest.mark.semantics("1.2.1", "1.2 example linear")
def test_initial_and_maintenance_margin_move_with_the_mark() -> None:
    margin = margin_of(holding(btcusdt(), 10 * LOTS, "60000", "50000", "61000"))  # semantics 1.2
    assert margin.notional_units == e8("610000")
    assert margin.initial_units == margin.position_initial_units == e8("30500")
    assert margin.maintenance_units == e8("2750")
    assert margin.unrealised_units == e8("10000")
    assert margin.open_order_initial_units == 0


@pytest.mark.parametrize(
    ("notional", "maint_ppm", "initial", "maintenance"),
    [
        ("1992.46079250", 6_000, "99.62303962", "11.95476475"),
        ("49.72023376", 10_000, "2.48601168", "0.49720233"),
    ],
)
@pytest.mark.semantics("1.2.3", "A8", "A9")
def test_amounts_are_cut_at_eight_decimals(
    notional: str, maint_ppm: int, initial: str, maintenance: str
) -> None:
    instrument = btcusdt(brackets=[Bracket(20, 0, 10**6 * UNIT, maint_ppm, 0)])  # semantics 1.2.3
    margin = margin_of(holding(instrument, LOTS, "1000", "50000", notional))
    assert margin.initial_units == e8(initial)
    assert margin.maintenance_units == e8(maintenance)


def test_a_short_shows_a_negative_notional_and_gains_when_the_mark_falls() -> None:
    margin = margin_of(holding(btcusdt(), -2 * LOTS, "60000", "50000", "59000"))
    assert margin.notional_units == -e8("118000")
    assert margin.position_initial_units == e8("5900")
    assert margin.unrealised_units == e8("2000")


@pytest.mark.semantics("1.3.2", "1.3.3", "1.3 example")
def test_open_orders_cost_what_they_add_to_the_larger_side() -> None:
    hand = holding(btcusdt(), LOTS, "60000", "50000", "60000")  # semantics 1.3
    hand.accept("orders", bid_units=e8("29500"), ask_units=e8("183000"))
    margin = margin_of(hand)
    assert margin.initial_units == e8("6150")
    assert margin.position_initial_units == e8("3000")
    assert margin.open_order_initial_units == e8("3150")
    hand.accept("more", bid_units=e8("58500"), ask_units=e8("183000"))
    assert margin_of(hand).initial_units == e8("6150")


def test_orders_without_a_position_reserve_margin_too() -> None:
    hand = Hand(btcusdt())
    hand.wallet(e8("1000"))
    hand.mark(e8("60000"))
    hand.accept("bid", bid_units=e8("6000"))
    assert margin_of(hand).open_order_initial_units == e8("300")
    assert wallet_of(hand).available_units == e8("700")


def test_leverage_changes_what_a_position_ties_up() -> None:
    hand = holding(btcusdt(), LOTS, "60000", "50000", "60000")
    hand.fold(LeverageChanged(hand.time_ms, 1, 0, 50, e8("12000000")))
    assert margin_of(hand).position_initial_units == e8("1200")
    exposure = hand.world.accounts[1].exposures[0]
    assert (exposure.leverage, exposure.max_notional_units) == (50, e8("12000000"))


@pytest.mark.semantics("1.5.3", "1.5 example")
def test_available_balance_and_the_most_that_may_be_withdrawn() -> None:
    hand = holding(btcusdt(), 10 * LOTS, "60000", "50000", "61000")  # semantics 1.5
    wallet = wallet_of(hand)
    assert wallet.available_units == e8("29500")
    assert wallet.max_withdraw_units == e8("29500")
    assert wallet.margin_balance_units == e8("60000")
    assert (wallet.maintenance_units, wallet.unrealised_units) == (e8("2750"), e8("10000"))
    hand.mark(e8("59000"))
    assert wallet_of(hand).available_units == e8("10500")


@pytest.mark.semantics("1.5.5", "1.5.6")
def test_unrealised_profit_is_never_withdrawn_and_nothing_goes_below_zero() -> None:
    hand = holding(btcusdt(), LOTS, "60000", "1000", "90000")
    wallet = wallet_of(hand)
    assert wallet.available_units == e8("26500")
    assert wallet.max_withdraw_units == e8("640")  # the wallet less the maintenance margin
    hand.mark(e8("50000"))
    wallet = wallet_of(hand)
    assert (wallet.available_units, wallet.max_withdraw_units) == (0, 0)


def test_a_wallet_sums_over_all_its_instruments_and_no_other_wallet_counts() -> None:
    hand = holding(btcusdt(), 10 * LOTS, "60000", "50000", "61000")
    hand.mark(e8("100"), symbol_id=1)
    hand.position(-10 * LOTS, e8("1100"), e8("50000"), symbol_id=1)
    hand.fold()
    wallet = wallet_of(hand)
    assert wallet.unrealised_units == e8("10100")
    assert wallet.initial_units == wallet.position_initial_units == e8("30550")
    assert wallet.maintenance_units == e8("2754")
    hand.wallet(e8("7"), asset="USDC")
    other = wallet_margin(hand.world.prices, hand.world.accounts[1].wallets[(0, "USDC")])
    assert (other.available_units, other.initial_units) == (e8("7"), 0)


@pytest.mark.semantics("2.2 example D")
def test_liquidation_price_of_a_position_alone_in_its_wallet() -> None:
    hand = holding(btcusdt(), 10 * LOTS, "60000", "50000", "60000")  # semantics 2.2, example D
    assert liquidation_of(hand) == e8("55246.23115577")
    hand.mark(e8("58000"))
    assert liquidation_of(hand) == e8("55246.23115577")


@pytest.mark.parametrize(
    ("qty_lots", "entry", "maint_ppm", "maintenance", "profit", "price"),
    [
        (-5, "9451.53", 4_000, "1.3", "0.47", "11383.99402390"),  # semantics 2.2, example C
        (1_000, "199.53", 6_500, "0.19", "-0.06", "190.29693004"),  # appendix A, liq-um-cross-oneway-faq-eth
    ],
)
@pytest.mark.semantics("2.2.2", "2.2.8", "2.2 example C", "A6", "A7")
def test_liquidation_price_counts_the_other_positions_of_the_wallet(
    qty_lots: int, entry: str, maint_ppm: int, maintenance: str, profit: str, price: str
) -> None:
    instrument = btcusdt(brackets=[Bracket(20, 0, 10**6 * UNIT, maint_ppm, 0)])
    hand = holding(instrument, qty_lots, entry, "10.72", entry)
    other_mark = e8(maintenance) * 250  # its own maintenance rate is 0.4 %
    hand.mark(other_mark, symbol_id=1)
    hand.position(LOTS, other_mark - e8(profit), e8("10.72"), symbol_id=1)
    other = margin_of(hand, symbol_id=1)
    assert (other.maintenance_units, other.unrealised_units) == (e8(maintenance), e8(profit))
    assert liquidation_of(hand) == e8(price)


@pytest.mark.semantics("2.2.7")
def test_a_flat_position_and_one_that_cannot_be_liquidated_have_no_liquidation_price() -> None:
    assert liquidation_of(holding(btcusdt(), LOTS, "100", "50000", "100")) == 0
    assert liquidation_of(holding(btcusdt(), 0, "0", "50000", "100")) == 0


@pytest.mark.parametrize(
    ("qty_lots", "entry", "fee", "price"),
    [
        (LOTS, "64089.20", "32.0446", "64121.2446"),  # appendix B8: 0.05 % on one coin
        (LOTS, "0.385", "0.000077", "0.385077"),  # semantics 4.2.1 and the next three
        (10 * LOTS, "2.3483", "0.01056735", "2.349356735"),
        (-LOTS, "2.34", "0.0004212", "2.3395788"),
        (-1000 * LOTS, "70.92841", "28.371364", "70.900038636"),
    ],
)
@pytest.mark.semantics("4.2.1", "A10", "A11", "A12", "B8")
def test_break_even_price_is_the_entry_price_and_the_fees_paid(
    qty_lots: int, entry: str, fee: str, price: str
) -> None:
    hand = Hand(btcusdt())
    hand.position(qty_lots, e8(entry) * abs(qty_lots) // LOTS, 0, fees_value=e8(fee))
    exposure = hand.world.accounts[1].exposures[0]
    assert entry_e13(exposure.instrument, exposure.position) == e13(entry)
    assert break_even_of(hand) == e13(price)


@pytest.mark.semantics("4.2.2")
def test_realised_profit_lowers_the_break_even_price_of_a_long_and_raises_that_of_a_short() -> None:
    hand = Hand(btcusdt())
    hand.position(LOTS, e8("100"), 0, fees_value=e8("1"), episode_realized_units=e8("11"))
    assert break_even_of(hand) == e13("90")
    hand.position(-LOTS, e8("100"), 0, fees_value=e8("1"), episode_realized_units=e8("11"))
    assert break_even_of(hand) == e13("110")
    hand.position(LOTS, e8("100"), 0, episode_realized_units=e8("150"))
    assert break_even_of(hand) == -e13("50")
    hand.position(0, 0, 0, fees_value=5)
    assert break_even_of(hand) == 0


def hedge() -> Hand:
    """Long 3 at 60,000 and short 1 at 62,000 with 20,000 in the wallet (semantics B4), beside an untouched contract."""
    hand = Hand(btcusdt(), linear(1, "OTHER"))
    hand.wallet(e8("20000"))
    hand.mark(e8("60000"))
    hand.fold(PositionModeChanged(hand.time_ms, 1, USDS_M, True))
    hand.position(3 * LOTS, e8("180000"), e8("20000"), position_side=LONG)
    hand.position(-LOTS, e8("62000"), e8("20000"), position_side=SHORT)
    return hand


@pytest.mark.semantics("2.2.6", "B4")
def test_both_sides_of_a_cross_hedge_show_one_liquidation_price() -> None:
    hand = hedge()
    exposure = hand.world.accounts[1].exposures[0]
    for side in (LONG, SHORT):
        position = exposure.sides[side]
        assert liquidation_e8(hand.world.prices, exposure, position) == e8("49395.16129032")
        assert bankruptcy_e8(hand.world.prices, exposure, position) == e8("49000")
    assert liquidation_e8(hand.world.prices, exposure, exposure.position) == 0


def test_a_hedge_ties_up_the_margin_of_both_sides() -> None:
    hand = hedge()
    margin = margin_of(hand)
    assert (margin.notional_units, margin.unrealised_units) == (e8("120000"), e8("2000"))
    assert margin.initial_units == margin.position_initial_units == e8("12000")
    assert margin.maintenance_units == e8("960")
    hand.accept("opens", bid_units=e8("20000"), ask_units=e8("40000"))
    assert margin_of(hand).open_order_initial_units == e8("3000")
    assert wallet_of(hand).available_units == e8("7000")


def test_an_account_keeps_its_mode_in_contracts_that_it_meets_later() -> None:
    hand = hedge()
    hand.position(LOTS, e8("100"), e8("20000"), symbol_id=1, position_side=LONG)
    assert hand.world.accounts[1].exposures[1].is_hedged
    hand.fold(PositionModeChanged(hand.time_ms, 1, USDS_M, False))
    assert not any(exposure.is_hedged for exposure in hand.world.accounts[1].exposures.values())


def isolated() -> Hand:
    """A cross long of one coin at 60,000, and an isolated one of another contract at 100 that keeps 5 for itself."""
    hand = holding(btcusdt(), LOTS, "60000", "10000", "60000")
    hand.mark(e8("100"), symbol_id=1)
    hand.fold(MarginTypeChanged(hand.time_ms, 1, 1, ISOLATED))
    hand.position(LOTS, e8("100"), e8("10000"), symbol_id=1, isolated_units=e8("5"))
    return hand


def test_an_isolated_position_stands_alone_and_takes_no_part_in_the_cross_wallet() -> None:
    hand = isolated()
    wallet = wallet_of(hand)
    assert (wallet.cross_wallet_units, wallet.wallet_units) == (e8("9995"), e8("10000"))
    assert wallet.available_units == wallet.max_withdraw_units == e8("6995")
    hand.mark(e8("50"), symbol_id=1)
    assert wallet_of(hand).available_units == e8("6995")
    assert wallet_of(hand).unrealised_units == -e8("50")
    assert (wallet_of(hand).cross_unrealised_units, wallet_of(hand).cross_maintenance_units) == (0, e8("240"))
    exposure = hand.world.accounts[1].exposures[1]
    price = liquidation_e8(hand.world.prices, exposure, exposure.position)
    assert price == e8("95.38152610")  # (5 − 100) ÷ (0.004 − 1)
    assert bankruptcy_e8(hand.world.prices, exposure, exposure.position) == e8("95")
    hand.mark(e8("1"))
    assert liquidation_e8(hand.world.prices, exposure, exposure.position) == price


def test_isolated_positions_do_not_count_in_a_cross_liquidation_price() -> None:
    hand = isolated()
    before = liquidation_of(hand)
    assert before == e8("50205.82329317")  # (9995 − 60000) ÷ (0.004 − 1)
    hand.mark(e8("50"), symbol_id=1)
    assert liquidation_of(hand) == before


def test_prices_of_an_inverse_position() -> None:
    contract = btcusd_perp(0)
    hand = Hand(contract)
    hand.mark(e8("60000"))
    hand.fold(PositionModeChanged(hand.time_ms, 1, COIN_M, False))
    hand.position(1_000, contract.fill_value_at_e8(e8("60000"), 1_000), e8("0.2"), fees_value=8_333_333_333)
    exposure = hand.world.accounts[1].exposures[0]
    position = exposure.position
    assert liquidation_e8(hand.world.prices, exposure, position) == e8("53785.71428571")  # semantics B6
    assert bankruptcy_e8(hand.world.prices, exposure, position) == e8("53571.42857143")
    assert entry_e13(contract, position) == e13("60000")
    assert break_even_e13(contract, position) == e13("60030")
