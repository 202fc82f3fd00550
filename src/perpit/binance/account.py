"""Balances, positions, settings and listen keys of the caller's account. Handlers and their rows of the table."""

from collections.abc import Iterable
from typing import Any, Final

from perpit.binance import errors, limits, schema
from perpit.binance.assets import DONE, accepted, fee_burn, joint_totals, margin_mode
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, SYMBOL, bracket_rows, instruments, named
from perpit.binance.positions import (
    account_position_v2,
    account_position_v3,
    adl_of,
    risk_v2,
    risk_v3,
    rows_of,
)
from perpit.binance.products import COIN, USDS, shaped, shaped_for
from perpit.binance.profiles import FOLLOWING, SHARED
from perpit.binance.render import account_alias, units
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import TRADE, USER_DATA, USER_STREAM
from perpit.domain import refusals
from perpit.domain.commands import (
    AdjustMargin,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
)
from perpit.domain.events import LeverageChanged, Refused
from perpit.domain.instrument import Instrument, rpi_fee_ppm
from perpit.domain.numbers import UNIT, format_scaled, format_shortest
from perpit.domain.words import BOTH, CROSS, EVERY_MARKET, ISOLATED, USDS_M
from perpit.views.accounts import AccountView, ExposureView
from perpit.views.margin import WalletMargin, wallet_margin

TOTALS_ASSET: Final = "USDT"  # semantics 1.5.8
ADD_MARGIN, REDUCE_MARGIN = 1, 2  # semantics 1.7.5

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


def symbol_config(call: Call) -> list[Body]:
    """Margin type and leverage per symbol."""
    return [
        {
            "symbol": exposure.instrument.symbol,
            "marginType": "CROSSED" if exposure.margin_type == CROSS else "ISOLATED",
            "isAutoAddMargin": False,
            "leverage": exposure.leverage,
            "maxNotionalValue": format_shortest(exposure.max_notional_units, 8),
        }
        for exposure in exposures(call, call.values["symbol"])
    ]


async def set_leverage(call: Call) -> Body:
    """The initial leverage of a symbol (semantics 1.7.1)."""
    instrument: Instrument = call.values["symbol"]
    command = SetLeverage(call.account_id, instrument.symbol_id, call.values["leverage"])
    for event in await call.desk.submit(command):
        if type(event) is LeverageChanged and event.account_id == call.account_id:
            row = {
                "symbol": instrument.symbol,
                "leverage": event.leverage,
                "maxNotionalValue": format_shortest(event.max_notional_units, 8),
            }
            return shaped("leverage", row, instrument)
        if type(event) is Refused and event.command is command:
            raise errors.from_refusal(command, event.refusal, instrument)
    raise AssertionError("no answer to SetLeverage")


def leverage_brackets(call: Call) -> list[Body]:
    """Leverage tables. With a symbol too the answer is a list, as clients record it (semantics 1.1.3)."""
    return [{"symbol": each.symbol, "brackets": bracket_rows(each)} for each in named(call)]


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


def position_mode(call: Call) -> Body:
    """Whether the account is in hedge mode; an account from before the shared mode may still have two (decision 48)."""
    return {"dualSidePosition": call.product.market in own(call).hedged}


async def set_position_mode(call: Call) -> Body:
    """One-way or hedge mode for every symbol, of one product or of both (semantics 1.7.6)."""
    market, is_hedged = call.product.market, call.values["dualSidePosition"]
    rule = call.desk.profile.position_mode
    if rule == FOLLOWING and market != USDS_M and is_hedged != (USDS_M in own(call).hedged):
        raise errors.POSITION_MODE_DIFFERS()
    await accepted(
        call, SetPositionMode(call.account_id, EVERY_MARKET if rule == SHARED else market, is_hedged)
    )
    return dict(DONE)


async def set_margin_type(call: Call) -> Body:
    """Cross or isolated margin of a symbol (semantics 1.7.4)."""
    instrument: Instrument = call.values["symbol"]
    command = SetMarginType(call.account_id, instrument.symbol_id, call.values["marginType"])
    await accepted(call, command)
    return dict(DONE)


async def adjust_margin(call: Call) -> Body:
    """Add margin to an isolated position, type 1, or take it away, type 2 (semantics 1.7.5)."""
    instrument: Instrument = call.values["symbol"]
    mantissa, decimals = call.values["amount"]
    amount_units = mantissa * UNIT // 10**decimals
    if amount_units <= 0:
        raise errors.BY_REFUSAL[refusals.AMOUNT_NOT_POSITIVE]()
    signed = amount_units if call.values["type"] == ADD_MARGIN else -amount_units
    command = AdjustMargin(call.account_id, instrument.symbol_id, call.values["positionSide"], signed)
    await accepted(call, command)
    return {
        "amount": amount_units / UNIT,
        "code": 200,
        "msg": "Successfully modify position margin.",
        "type": call.values["type"],
    }


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


def open_listen_key(call: Call) -> Body:
    """The account's listen key, renewed for 60 minutes (semantics 7.5.1)."""
    return {"listenKey": call.desk.listen_keys.open(call.account_id, call.now_ms, call.product.market)}


def renew_listen_key(call: Call) -> Body:
    """60 more minutes for the account's listen key."""
    listen_key = call.desk.listen_keys.renew(call.account_id, call.now_ms, call.product.market)
    if listen_key is None:
        raise errors.BAD_LISTEN_KEY()
    return {"listenKey": listen_key}


def close_listen_key(call: Call) -> Body:
    """The end of the account's listen key."""
    if not call.desk.listen_keys.close(call.account_id, call.now_ms, call.product.market):
        raise errors.BAD_LISTEN_KEY()
    return {}


LEVERAGE: Final[Param] = Param("leverage", schema.integer, True)
MARGIN_TYPE: Final[Param] = Param(
    "marginType",
    schema.one_of({"CROSSED": CROSS, "ISOLATED": ISOLATED}, errors.BAD_MARGIN_TYPE),
    True,
)
AMOUNT: Final[Param] = Param("amount", schema.decimal, True)
CHANGE_TYPE: Final[Param] = Param("type", schema.between(ADD_MARGIN, REDUCE_MARGIN), True)
POSITION_SIDE: Final[Param] = Param("positionSide", schema.position_side, default=BOTH)
DUAL: Final[Param] = Param("dualSidePosition", schema.boolean, True)

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
    Route(
        "GET", "/fapi/v1/symbolConfig", USER_DATA, 5, symbol_config, (ANY_SYMBOL,), returns="Symbol settings."
    ),
    Route(
        "GET",
        "/fapi/v1/leverageBracket",
        USER_DATA,
        1,
        leverage_brackets,
        (ANY_SYMBOL,),
        returns="Leverage tables.",
    ),
    *routes_of(
        (USDS, COIN),
        Route("GET", "/v1/commissionRate", USER_DATA, 20, commission_rate, (SYMBOL,), returns="Fee rates."),
        Route("POST", "/v1/leverage", TRADE, 1, set_leverage, (SYMBOL, LEVERAGE), returns="The leverage."),
        Route(
            "POST",
            "/v1/marginType",
            TRADE,
            1,
            set_margin_type,
            (SYMBOL, MARGIN_TYPE),
            returns="That it is done.",
        ),
        Route(
            "POST",
            "/v1/positionMargin",
            TRADE,
            1,
            adjust_margin,
            (SYMBOL, AMOUNT, CHANGE_TYPE, POSITION_SIDE),
            returns="The amount.",
        ),
        Route("GET", "/v1/positionSide/dual", USER_DATA, 30, position_mode, returns="The position mode."),
        Route(
            "POST",
            "/v1/positionSide/dual",
            TRADE,
            1,
            set_position_mode,
            (DUAL,),
            returns="That it is done.",
        ),
        Route("POST", "/v1/listenKey", USER_STREAM, 1, open_listen_key, returns="The listen key."),
        Route("PUT", "/v1/listenKey", USER_STREAM, 1, renew_listen_key, returns="The listen key."),
        Route("DELETE", "/v1/listenKey", USER_STREAM, 1, close_listen_key, returns="Nothing."),
    ),
    Route("GET", "/fapi/v1/rateLimit/order", USER_DATA, 1, order_limits, returns="Order limits."),
)
