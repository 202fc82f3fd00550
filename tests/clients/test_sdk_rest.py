"""The official SDK's REST client, unmodified: `ConfigurationRestAPI(base_path=...)` is all that a user changes.

Its models are strict. What they cannot read they log and hand over raw, so each test also asks for an empty log.
"""

from typing import Any

import pytest
from binance_common.errors import BadRequestError, UnauthorizedError
from binance_sdk_derivatives_trading_usds_futures.rest_api import DerivativesTradingUsdsFuturesRestAPI
from binance_sdk_derivatives_trading_usds_futures.rest_api.models import (
    ModifyMultipleOrdersBatchOrdersParameterInner as Amendment,
)
from binance_sdk_derivatives_trading_usds_futures.rest_api.models import (
    PlaceMultipleOrdersBatchOrdersParameterInner as NewOrder,
)

from tests.clients.endpoints import sdk_rest
from tests.clients.refusals import REFUSALS, Refusal
from tests.clients.venue import Operator, Scene

pytestmark = pytest.mark.usefixtures("no_complaints")

Api = DerivativesTradingUsdsFuturesRestAPI
SPELLING = {"timeInForce": "time_in_force", "reduceOnly": "reduce_only"}


@pytest.fixture
def api(scene: Scene) -> Api:
    return sdk_rest(scene.rest, scene.trader)


def limit(side: str, quantity: float, price: float, **more: Any) -> dict[str, Any]:
    order = {"symbol": "BTCUSDT", "side": side, "type": "LIMIT", "time_in_force": "GTC"}
    return {**order, "quantity": quantity, "price": price, **more}


def in_batch(price: float) -> NewOrder:
    return NewOrder(
        symbol="BTCUSDT", side="BUY", type="LIMIT", time_in_force="GTC", quantity=0.01, price=price
    )


def test_it_reads_the_rules_and_the_time(api: Api, scene: Scene) -> None:
    api.test_connectivity()
    assert abs(api.check_server_time().data().server_time - scene.operator.now_ms()) < 1_000
    row = next(row for row in api.exchange_information().data().symbols if row.symbol == "BTCUSDT")
    assert (row.status, row.contract_type, row.margin_asset) == ("TRADING", "PERPETUAL", "USDT")
    assert (row.filters[0].filter_type, row.filters[0].tick_size) == ("PRICE_FILTER", "0.10")
    brackets = api.notional_and_leverage_brackets().data().actual_instance[0].brackets
    assert [bracket.initial_leverage for bracket in brackets[:4]] == [150, 100, 75, 50]


def test_it_reads_market_data(api: Api, scene: Scene) -> None:
    scene.lay_book()
    api.new_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.04)
    book = api.order_book(symbol="BTCUSDT", limit=5).data()
    assert (book.bids, book.asks) == ([["59990.00", "0.100"]], [["60010.00", "0.060"]])
    trade = api.recent_trades_list(symbol="BTCUSDT", limit=1).data()[0]
    assert (trade.price, trade.qty, trade.is_buyer_maker) == ("60010.00", "0.040", False)
    assert api.compressed_aggregate_trades_list(symbol="BTCUSDT").data()[-1].l == trade.id
    assert api.kline_candlestick_data(symbol="BTCUSDT", interval="1m").data()[-1][4] == "60010.00"
    series = {"pair": "BTCUSDT", "interval": "1m"}
    found = api.continuous_contract_kline_candlestick_data(contract_type="PERPETUAL", **series).data()
    assert found[-1][4] == "60010.00"
    assert api.index_price_kline_candlestick_data(**series).data()[-1][4] == "60000.00000000"
    marks = api.mark_price_kline_candlestick_data(symbol="BTCUSDT", interval="1m").data()
    assert marks[0][1] == "60000.00000000"
    premiums = api.premium_index_kline_data(symbol="BTCUSDT", interval="1m").data()
    assert all(0 < row[8] <= 12 for row in premiums)
    assert api.mark_price(symbol="BTCUSDT").data().actual_instance.mark_price == "60000.00000000"
    assert api.symbol_price_ticker(symbol="BTCUSDT").data().actual_instance.price == "60010.00"
    assert api.symbol_price_ticker_v2(symbol="BTCUSDT").data().actual_instance.price == "60010.00"
    assert api.symbol_order_book_ticker(symbol="BTCUSDT").data().actual_instance.ask_qty == "0.060"
    assert api.ticker24hr_price_change_statistics(symbol="BTCUSDT").data().actual_instance.last_id == trade.id


def test_it_reads_the_tickers_of_all_symbols(api: Api) -> None:
    every = (
        api.mark_price,
        api.symbol_price_ticker,
        api.symbol_price_ticker_v2,
        api.symbol_order_book_ticker,
        api.ticker24hr_price_change_statistics,
    )
    for call in every:
        rows = call().data().actual_instance
        assert [row.symbol for row in rows] == ["BTCUSDT", "ETHUSDT"], call


def test_an_order_is_placed_asked_for_amended_and_cancelled(api: Api) -> None:
    placed = api.new_order(**limit("BUY", 0.05, 59900.0, new_client_order_id="x-mine")).data()
    assert (placed.status, placed.client_order_id, placed.orig_qty) == ("NEW", "x-mine", "0.050")
    assert api.query_order(symbol="BTCUSDT", order_id=placed.order_id).data().price == "59900.00"
    amended = api.modify_order(
        symbol="BTCUSDT", side="BUY", quantity=0.06, price=59910.0, order_id=placed.order_id
    ).data()
    assert (amended.order_id, amended.price, amended.orig_qty) == (placed.order_id, "59910.00", "0.060")
    by_name = api.query_current_open_order(symbol="BTCUSDT", orig_client_order_id="x-mine").data()
    assert by_name.price == "59910.00"
    assert [row.order_id for row in api.current_all_open_orders().data()] == [placed.order_id]
    assert api.cancel_order(symbol="BTCUSDT", order_id=placed.order_id).data().status == "CANCELED"
    assert api.current_all_open_orders(symbol="BTCUSDT").data() == []
    assert api.all_orders(symbol="BTCUSDT").data()[-1].status == "CANCELED"


def test_an_order_can_be_tried_without_being_placed(api: Api) -> None:
    assert api.test_order(**limit("BUY", 0.05, 59900.0)).data().orig_qty == "0.050"
    assert api.current_all_open_orders().data() == []


def test_every_order_of_a_symbol_is_cancelled_at_once(api: Api) -> None:
    for price in (59900.0, 59800.0):
        api.new_order(**limit("BUY", 0.01, price))
    assert api.cancel_all_open_orders(symbol="BTCUSDT").data().code == 200
    assert api.current_all_open_orders().data() == []


def test_a_batch_answers_each_order_in_its_place(api: Api) -> None:
    good, off_tick, good_too = api.place_multiple_orders(
        batch_orders=[in_batch(59800.0), in_batch(59800.05), in_batch(59700.0)]
    ).data()
    assert (good.status, off_tick.code, good_too.status) == ("NEW", -4014, "NEW")
    change = Amendment(orderId=good.order_id, symbol="BTCUSDT", side="BUY", quantity=0.02, price=59801.0)
    amended = api.modify_multiple_orders(batch_orders=[change]).data()[0]
    assert (amended.order_id, amended.price, amended.orig_qty) == (good.order_id, "59801.00", "0.020")
    both = api.cancel_multiple_orders(
        symbol="BTCUSDT", order_id_list=[good.order_id, good_too.order_id, 999_999_999]
    ).data()
    assert [row.status or row.code for row in both] == ["CANCELED", "CANCELED", -2011]


def test_a_market_order_takes_and_a_resting_order_is_taken_to_the_last_digit(api: Api, scene: Scene) -> None:
    scene.lay_book()
    bought = api.new_order(
        symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.04, new_order_resp_type="RESULT"
    ).data()
    assert (bought.status, bought.executed_qty) == ("FILLED", "0.040")
    position = api.position_information_v3(symbol="BTCUSDT").data()[0]
    assert (position.position_amt, position.entry_price) == ("0.040", "60010")
    assert (position.un_realized_profit, position.break_even_price) == ("-0.40000000", "60040.005")
    assert (position.initial_margin, position.maint_margin) == ("120.00000000", "9.60000000")
    balance = api.futures_account_balance_v3().data()[0]
    assert (balance.balance, balance.available_balance) == ("99998.79980000", "99878.39980000")

    scene.maker.leave()
    resting = api.new_order(**limit("SELL", 0.04, 60020.0, time_in_force="GTX")).data()
    scene.maker.take("BUY", "0.04")
    assert api.query_order(symbol="BTCUSDT", order_id=resting.order_id).data().status == "FILLED"
    taken, given = api.account_trade_list(symbol="BTCUSDT").data()
    assert (taken.maker, taken.commission, taken.realized_pnl) == (False, "1.20020000", "0")
    assert (given.maker, given.commission, given.realized_pnl) == (True, "0.48016000", "0.40000000")
    assert api.account_information_v3().data().total_wallet_balance == "99998.71964000"
    assert api.position_information_v3(symbol="BTCUSDT").data() == []


def test_both_versions_of_account_balance_and_positions_agree(api: Api, scene: Scene) -> None:
    scene.lay_book()
    api.new_order(symbol="BTCUSDT", side="SELL", type="MARKET", quantity=0.04)
    old, new = api.account_information_v2().data(), api.account_information_v3().data()
    assert old.total_margin_balance == new.total_margin_balance == "99998.40020000"
    assert [row.position_amt for row in new.positions] == ["-0.040"]
    assert api.futures_account_balance_v2().data()[0].balance == old.total_wallet_balance
    held = [row for row in api.position_information_v2().data() if row.position_amt != "0.000"]
    assert [(row.symbol, row.position_amt, row.leverage) for row in held] == [("BTCUSDT", "-0.040", "20")]


def test_leverage_is_set_and_read_back(api: Api) -> None:
    changed = api.change_initial_leverage(symbol="BTCUSDT", leverage=100).data()
    assert (changed.leverage, changed.max_notional_value) == (100, "800000")
    assert api.symbol_configuration(symbol="BTCUSDT").data()[0].leverage == 100
    with pytest.raises(BadRequestError) as refused:
        api.change_initial_leverage(symbol="BTCUSDT", leverage=151)
    assert refused.value.status_code == -4028


def test_account_settings_are_read(api: Api) -> None:
    assert api.get_current_position_mode().data().dual_side_position is False
    assert api.get_current_multi_assets_mode().data().multi_assets_margin is False
    assert api.futures_account_configuration().data().can_trade is True
    fees = api.user_commission_rate(symbol="BTCUSDT").data()
    assert (fees.maker_commission_rate, fees.taker_commission_rate) == ("0.000200", "0.000500")
    assert [row.limit for row in api.query_user_rate_limit().data()] == [300, 1200]


def test_assets_are_pooled_and_bnb_pays_fees(api: Api) -> None:
    api.change_multi_assets_mode(multi_assets_margin="true")
    assert api.get_current_multi_assets_mode().data().multi_assets_margin is True
    api.change_multi_assets_mode(multi_assets_margin="false")
    api.toggle_bnb_burn_on_futures_trade(fee_burn="true")
    assert api.get_bnb_burn_status().data().fee_burn is True
    with pytest.raises(BadRequestError) as refused:
        api.change_multi_assets_mode(multi_assets_margin="false")
    assert refused.value.status_code == -4171


def test_what_happened_to_money_and_orders_is_read(api: Api, scene: Scene) -> None:
    scene.lay_book()
    api.change_margin_type(symbol="BTCUSDT", margin_type="ISOLATED")
    api.new_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.04)
    api.modify_isolated_position_margin(symbol="BTCUSDT", amount=1.5, type=1)
    api.new_order(symbol="BTCUSDT", side="SELL", type="MARKET", quantity=0.04)
    rows = api.get_income_history(symbol="BTCUSDT").data()
    assert [(row.income_type, row.income) for row in rows] == [
        ("COMMISSION", "-1.20020000"),
        ("COMMISSION", "-1.19980000"),
        ("REALIZED_PNL", "-0.80000000"),
    ]
    fees = api.get_income_history(income_type="COMMISSION", limit=1).data()
    assert [row.tran_id for row in fees] == [rows[1].tran_id]
    (change,) = api.get_position_margin_change_history(symbol="BTCUSDT").data()
    assert (change.type, change.amount, change.delta_type) == (1, "1.50000000", "USER_ADJUST")
    resting = api.new_order(**limit("BUY", 0.04, 59_900)).data()
    api.modify_order(symbol="BTCUSDT", side="BUY", order_id=resting.order_id, quantity=0.05, price=59_910)
    (amended,) = api.get_order_modify_history(symbol="BTCUSDT", order_id=resting.order_id).data()
    assert (amended.amendment.price.before, amended.amendment.price.after) == ("59900.00", "59910.00")
    assert (amended.amendment.orig_qty.after, amended.amendment.count) == ("0.050", 1)


def test_funding_terms_are_read(api: Api) -> None:
    terms = {row.symbol: row for row in api.get_funding_rate_info().data()}
    assert terms["BTCUSDT"].adjusted_funding_rate_cap == "0.00300000"
    assert api.get_funding_rate_history(symbol="BTCUSDT", limit=5).data() is not None


def test_a_listen_key_is_made_kept_and_closed(api: Api) -> None:
    key = api.start_user_data_stream().data().listen_key
    assert len(key) == 64
    assert api.keepalive_user_data_stream().data().listen_key == key
    api.close_user_data_stream()
    with pytest.raises(BadRequestError) as refused:
        api.keepalive_user_data_stream()
    assert refused.value.status_code == -1125


def test_used_weight_and_order_counts_come_with_the_answers(api: Api) -> None:
    limits = api.new_order(**limit("BUY", 0.05, 59900.0)).rate_limits
    counted = {(row.rateLimitType, row.interval, row.intervalNum): row.count for row in limits}
    assert counted["ORDERS", "SECOND", 10] == counted["ORDERS", "MINUTE", 1] == 1
    assert counted["REQUEST_WEIGHT", "MINUTE", 1] >= 0


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refused_order_raises_the_exchanges_code(api: Api, scene: Scene, refusal: Refusal) -> None:
    scene.lay_book()
    order = {SPELLING.get(name, name): value for name, value in refusal.order.items()}
    with pytest.raises(BadRequestError) as refused:
        api.new_order(**order)
    assert refused.value.status_code == refusal.code
    assert api.current_all_open_orders().data() == []


def test_an_order_nobody_knows_is_refused(api: Api) -> None:
    calls = {
        -2011: lambda: api.cancel_order(symbol="BTCUSDT", order_id=999_999_999),
        -2013: lambda: api.query_order(symbol="BTCUSDT", order_id=999_999_999),
    }
    for code, call in calls.items():
        with pytest.raises(BadRequestError) as refused:
            call()
        assert refused.value.status_code == code


def test_a_wrong_key_or_secret_is_refused(scene: Scene) -> None:
    trader = scene.trader
    wrong = {
        -2014: (UnauthorizedError, trader._replace(api_key="no key")),
        -2015: (UnauthorizedError, trader._replace(api_key="A" * 64)),
        -1022: (BadRequestError, trader._replace(api_secret="B" * 64)),
    }
    for code, (error, account) in wrong.items():
        with pytest.raises(error) as refused:
            sdk_rest(scene.rest, account).futures_account_balance_v3()
        assert refused.value.status_code == code


def test_a_clock_that_is_off_is_refused(tomorrow: Operator) -> None:
    with pytest.raises(BadRequestError) as refused:
        sdk_rest(tomorrow.rest, tomorrow.account()).futures_account_balance_v3()
    assert refused.value.status_code == -1021


def test_products_that_no_account_has_are_refused_with_errors_that_the_sdk_knows(api: Api) -> None:
    assert api.list_all_convert_pairs().data() == []
    with pytest.raises(BadRequestError) as refused:
        api.send_quote_request(from_asset="BTC", to_asset="USDT")
    assert refused.value.status_code == -1126
    with pytest.raises(UnauthorizedError) as refused_pm:
        api.classic_portfolio_margin_account_information(asset="USDT")
    assert refused_pm.value.status_code == -2015


def test_what_a_venue_of_its_own_has_is_read(api: Api, scene: Scene) -> None:
    scene.lay_book()
    book = api.rpi_order_book(symbol="BTCUSDT").data()
    assert book.bids
    assert book.asks
    assert [
        one.weight for one in api.query_index_price_constituents(symbol="BTCUSDT").data().constituents
    ] == ["1.00000000"]
    assert api.composite_index_symbol_information().data() == []  # none is listed here
    assert api.trading_schedule().data().market_schedules.commodity.sessions == []
    assert api.futures_tradfi_perps_contract().data().code == 200
    status = api.futures_trading_quantitative_rules_indicators().data()
    assert [row.indicator for row in status.indicators.account] == ["TMV"]
