"""Balances and positions of the caller's account. Handlers and their rows of the table."""

from collections.abc import Iterable
from typing import Any, Final

from perpit.binance import limits
from perpit.binance.assets import fee_burn, joint_totals, margin_mode
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, SYMBOL, instruments
from perpit.binance.positions import (
    account_position_v2,
    account_position_v3,
    adl_of,
    risk_v2,
    risk_v3,
    rows_of,
)
from perpit.binance.products import COIN, USDS, shaped, shaped_for
from perpit.binance.render import account_alias, units
from perpit.binance.route import Route, routes_of
from perpit.binance.security import USER_DATA
from perpit.domain.instrument import Instrument, rpi_fee_ppm
from perpit.domain.numbers import format_scaled
from perpit.domain.words import USDS_M
from perpit.views.accounts import AccountView, ExposureView
from perpit.views.margin import WalletMargin, wallet_margin

TOTALS_ASSET: Final = "USDT"  # semantics 1.5.8


Body = dict[str, Any]


def own(call: Call) -> AccountView:
    """The caller's account."""
    return call.world.accounts[call.account_id]


def assets(call: Call) -> list[str]:
    """Assets that collateralise something here, then those that the account holds besides."""
    market = call.product.market
    listed = [instrument.margin_asset for instrument in instruments(call)]
    held = [asset for of_market, asset in own(call).wallets if of_market == market]
    return list(dict.fromkeys(listed + held))


def margin_of(call: Call, asset: str) -> tuple[WalletMargin, int]:
    """The totals of one wallet, and when it last changed."""
    wallet = own(call).wallet(call.product.market, asset)
    return wallet_margin(call.world.prices, wallet), wallet.updated_ms


def exposures(call: Call, instrument: Instrument | None) -> list[ExposureView]:
    """The account's exposure to one symbol, or to each that is listed."""
    account = own(call)
    wanted = instruments(call) if instrument is None else [instrument]
    return [account.exposure(each) for each in wanted]


def in_use(call: Call, found: Iterable[ExposureView]) -> list[ExposureView]:
    """Those with a position or an open order (semantics 4.4.4)."""
    orders = call.world.orders
    return [
        exposure
        for exposure in found
        if any(position.qty_lots for position in rows_of(exposure))
        or exposure.bid_units
        or exposure.ask_units
        or orders.open_orders(call.account_id, exposure.instrument.symbol_id)
    ]


def balance(call: Call) -> list[Body]:
    """Every asset with what is free of it (semantics 1.5)."""
    rows = []
    for asset in assets(call):
        margin, updated_ms = margin_of(call, asset)
        row = {
            "accountAlias": account_alias(call.account_id),
            "asset": asset,
            "balance": units(margin.wallet_units),
            "crossWalletBalance": units(margin.cross_wallet_units),
            "crossUnPnl": units(margin.unrealised_units),
            "availableBalance": units(available_units(call, margin)),
            "maxWithdrawAmount": units(margin.max_withdraw_units),
            "marginAvailable": is_margin_asset(call, asset),
            "updateTime": updated_ms,
        }
        rows.append(shaped_for(call.product, "balance", row))
    return rows


def available_units(call: Call, margin: WalletMargin) -> int:
    """What a wallet has free; in multi-assets mode what the whole account has, in USD (semantics 1.6.5)."""
    joint = own(call).joint
    if joint is None or call.product.market != USDS_M:
        return margin.available_units
    return joint.margin().available_units


def is_margin_asset(call: Call, asset: str) -> bool:
    """Whether an asset collateralises something: always its own contracts, and all in multi-assets mode."""
    margins = [instrument.margin_asset for instrument in instruments(call)]
    return asset in margins or asset in call.world.assets.by_name


def totals(call: Call) -> Body:
    """The top of both account answers: of USDT alone, or in multi-assets mode of everything, in USD."""
    joint = own(call).joint
    if joint is not None:
        return joint_totals(joint.margin())
    margin, _updated_ms = margin_of(call, TOTALS_ASSET)
    return {
        "totalInitialMargin": units(margin.initial_units),
        "totalMaintMargin": units(margin.maintenance_units),
        "totalWalletBalance": units(margin.wallet_units),
        "totalUnrealizedProfit": units(margin.unrealised_units),
        "totalMarginBalance": units(margin.margin_balance_units),
        "totalPositionInitialMargin": units(margin.position_initial_units),
        "totalOpenOrderInitialMargin": units(margin.open_order_initial_units),
        "totalCrossWalletBalance": units(margin.cross_wallet_units),
        "totalCrossUnPnl": units(margin.unrealised_units),
        "availableBalance": units(margin.available_units),
        "maxWithdrawAmount": units(margin.max_withdraw_units),
    }


def asset_row(call: Call, asset: str) -> Body:
    """One asset of an account answer."""
    margin, updated_ms = margin_of(call, asset)
    row = {
        "asset": asset,
        "walletBalance": units(margin.wallet_units),
        "unrealizedProfit": units(margin.unrealised_units),
        "marginBalance": units(margin.margin_balance_units),
        "maintMargin": units(margin.maintenance_units),
        "initialMargin": units(margin.initial_units),
        "positionInitialMargin": units(margin.position_initial_units),
        "openOrderInitialMargin": units(margin.open_order_initial_units),
        "crossWalletBalance": units(margin.cross_wallet_units),
        "crossUnPnl": units(margin.unrealised_units),
        "availableBalance": units(available_units(call, margin)),
        "maxWithdrawAmount": units(margin.max_withdraw_units),
        "marginAvailable": is_margin_asset(call, asset),
        "updateTime": updated_ms,
    }
    return shaped_for(call.product, "asset", row)


def account_v3(call: Call) -> Body:
    """Totals, assets, and the symbols with a position or an open order."""
    return {
        **totals(call),
        "assets": [asset_row(call, asset) for asset in assets(call)],
        "positions": [
            account_position_v3(call.world.prices, exposure, position)
            for exposure in in_use(call, exposures(call, None))
            for position in rows_of(exposure)
        ],
    }


def account_v2(call: Call) -> Body:
    """Settings, totals, assets, and every symbol."""
    return {
        **settings(call),
        **totals(call),
        "assets": [asset_row(call, asset) for asset in assets(call)],
        "positions": [
            account_position_v2(call.world.prices, exposure, position)
            for exposure in exposures(call, None)
            for position in rows_of(exposure)
        ],
    }


def settings(call: Call) -> Body:
    """What the account has chosen, and its fee tier."""
    return {
        "feeTier": own(call).fee_tier(call.product.market),
        **fee_burn(call),
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "updateTime": 0,
        **margin_mode(call),
        "tradeGroupId": -1,
    }


def position_mode(call: Call) -> Body:
    """Whether the account is in hedge mode; an account from before the shared mode may still have two (decision 48)."""
    return {"dualSidePosition": call.product.market in own(call).hedged}


def account_config(call: Call) -> Body:
    """The settings of the account."""
    config = {**settings(call), **position_mode(call)}
    del config["feeBurn"]
    return config


def position_risk_v3(call: Call) -> list[Body]:
    """Positions of the symbols with a position or an open order."""
    found = in_use(call, exposures(call, call.values["symbol"]))
    return [
        risk_v3(call.world.prices, exposure, position, adl_of(call, exposure, position))
        for exposure in found
        for position in rows_of(exposure)
    ]


def position_risk_v2(call: Call) -> list[Body]:
    """Positions of every symbol, flat ones too."""
    return [
        risk_v2(call.world.prices, exposure, position, adl_of(call, exposure, position))
        for exposure in exposures(call, call.values["symbol"])
        for position in rows_of(exposure)
    ]


def commission_rate(call: Call) -> Body:
    """Fee rates of a symbol."""
    instrument: Instrument = call.values["symbol"]
    maker_ppm, taker_ppm = own(call).fee_rates(instrument)
    row = {
        "symbol": instrument.symbol,
        "makerCommissionRate": format_scaled(maker_ppm, 6),
        "takerCommissionRate": format_scaled(taker_ppm, 6),
        "rpiCommissionRate": format_scaled(rpi_fee_ppm(instrument, maker_ppm), 6),
    }
    return shaped("commission", row, instrument)


def order_limits(call: Call) -> list[Body]:
    """The order limits of the account, with what is used of them."""
    in_10s, in_minute = call.desk.order_limiters[call.product.market].used(call.account_id, call.now_ms)
    return [
        {
            "rateLimitType": "ORDERS",
            "interval": "SECOND",
            "intervalNum": 10,
            "limit": limits.ORDERS_PER_10S,
            "count": in_10s,
        },
        {
            "rateLimitType": "ORDERS",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": limits.ORDERS_PER_MINUTE,
            "count": in_minute,
        },
    ]


ROUTES: Final[tuple[Route, ...]] = (
    *(
        Route("GET", f"/fapi/{version}/balance", USER_DATA, 5, balance, returns="Assets and what is free.")
        for version in ("v1", "v2", "v3")
    ),
    *(
        Route("GET", f"/fapi/{version}/account", USER_DATA, 5, account_v2, returns="The whole account.")
        for version in ("v1", "v2")
    ),
    Route("GET", "/fapi/v3/account", USER_DATA, 5, account_v3, returns="The account, without idle symbols."),
    *(
        Route(
            "GET",
            f"/fapi/{version}/positionRisk",
            USER_DATA,
            5,
            position_risk_v2,
            (ANY_SYMBOL,),
            returns="Positions of every symbol.",
        )
        for version in ("v1", "v2")
    ),
    Route(
        "GET",
        "/fapi/v3/positionRisk",
        USER_DATA,
        5,
        position_risk_v3,
        (ANY_SYMBOL,),
        returns="Positions, without idle symbols.",
    ),
    Route("GET", "/fapi/v1/accountConfig", USER_DATA, 5, account_config, returns="Account settings."),
    *routes_of(
        (USDS, COIN),
        Route("GET", "/v1/commissionRate", USER_DATA, 20, commission_rate, (SYMBOL,), returns="Fee rates."),
    ),
    Route("GET", "/fapi/v1/rateLimit/order", USER_DATA, 1, order_limits, returns="Order limits."),
)
