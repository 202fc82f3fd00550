"""Margin assets, multi-assets mode and fees in BNB. Handlers and their rows of the table."""

from typing import Any, Final

from perpit import catalogue
from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.render import units
from perpit.binance.route import Route, one_or_all
from perpit.binance.schema import Param
from perpit.binance.security import NONE, TRADE, USER_DATA
from perpit.domain.commands import Command, SetFeeBurn, SetMultiAssets
from perpit.domain.events import Refused
from perpit.domain.numbers import format_scaled, format_shortest, parse_scaled
from perpit.domain.words import USDS_M
from perpit.views.joint import JointMargin

QUOTE: Final = "USD"  # what an asset is valued in: its index is named ADAUSD
Body = dict[str, Any]

DONE: Final[Body] = {"code": 200, "msg": "success"}


async def accepted(call: Call, command: Command) -> None:
    """Raises the exchange's error when the engine refuses the command."""
    for event in await call.desk.submit(command):
        if type(event) is Refused and event.command is command:
            raise errors.from_refusal(command, event.refusal, call.values.get("symbol"))


def asset_index(call: Call) -> Body | list[Body]:
    """Index price, buffers and rates of margin assets that have a price (semantics 1.6.3)."""
    assets = call.world.assets
    rows = [index_row(call, asset) for asset in assets.by_name if assets.index_e8(asset)]
    wanted = call.values["symbol"]
    if wanted is None:
        return rows
    for row in rows:
        if row["symbol"] == wanted:
            return row
    raise errors.BAD_SYMBOL()


def asset_symbol(text: str, name: str, symbols: schema.Symbols) -> str:
    """The name of an index, like ADAUSD; whether there is one its reader finds out."""
    return text


def index_row(call: Call, asset: str) -> Body:
    """One asset of assetIndex."""
    assets = call.world.assets
    terms = assets.by_name[asset].terms
    bid_e8, ask_e8 = assets.rates_e8(asset)
    exchange_bid_e8, exchange_ask_e8 = assets.exchange_rates_e8(asset)
    return {
        "symbol": asset + QUOTE,
        "time": assets.updated_ms(asset),
        "index": units(assets.index_e8(asset)),
        "bidBuffer": buffer(terms.bid_buffer_ppm),
        "askBuffer": buffer(terms.ask_buffer_ppm),
        "bidRate": units(bid_e8),
        "askRate": units(ask_e8),
        "autoExchangeBidBuffer": buffer(terms.exchange_bid_buffer_ppm),
        "autoExchangeAskBuffer": buffer(terms.exchange_ask_buffer_ppm),
        "autoExchangeBidRate": units(exchange_bid_e8),
        "autoExchangeAskRate": units(exchange_ask_e8),
    }


def buffer(ppm: int) -> str:
    """A part of one with eight decimals."""
    return format_scaled(ppm, 6) + "00"


def info_rows(call: Call) -> list[Body]:
    """The assets of exchangeInfo: collateral, and what else contracts are margined in."""
    listed = [each.margin_asset for each in call.world.catalog.by_id if each.market == USDS_M]
    known = {row.asset: row.auto_asset_exchange for row in catalogue.assets()}
    rows = []
    for asset in dict.fromkeys([*call.world.assets.by_name, *listed]):
        view = call.world.assets.by_name.get(asset)
        threshold = known.get(asset, "0")  # as the exchange writes it, unless the terms are others
        if view is not None and parse_scaled(threshold, 8) != view.terms.exchange_units:
            threshold = format_shortest(view.terms.exchange_units, 8)
        rows.append({"asset": asset, "marginAvailable": True, "autoAssetExchange": threshold})
    return rows


def joint_totals(margin: JointMargin) -> Body:
    """Semantics 1.6.5."""
    return {
        "totalInitialMargin": units(margin.initial_units),
        "totalMaintMargin": units(margin.maintenance_units),
        "totalWalletBalance": units(margin.wallet_units),
        "totalUnrealizedProfit": units(margin.unrealised_units),
        "totalMarginBalance": units(margin.balance_units),
        "totalPositionInitialMargin": units(margin.position_initial_units),
        "totalOpenOrderInitialMargin": units(margin.initial_units - margin.position_initial_units),
        "totalCrossWalletBalance": units(margin.wallet_units),
        "totalCrossUnPnl": units(margin.unrealised_units),
        "availableBalance": units(margin.available_units),
        "maxWithdrawAmount": units(margin.max_withdraw_units),
    }


def margin_mode(call: Call) -> Body:
    """Whether the account is in multi-assets mode."""
    return {"multiAssetsMargin": call.world.accounts[call.account_id].joint is not None}


async def set_margin_mode(call: Call) -> Body:
    """Multi-assets or single-asset mode (semantics 1.6.1, 1.6.2)."""
    await accepted(call, SetMultiAssets(call.account_id, call.values["multiAssetsMargin"]))
    return dict(DONE)


def fee_burn(call: Call) -> Body:
    """Whether commissions are paid in BNB while there is enough."""
    return {"feeBurn": call.world.accounts[call.account_id].burns_fees}


async def set_fee_burn(call: Call) -> Body:
    """Pay commissions in BNB, or not (semantics 4.3.5)."""
    await accepted(call, SetFeeBurn(call.account_id, call.values["feeBurn"]))
    return dict(DONE)


SYMBOL: Final[Param] = Param("symbol", asset_symbol)
FEE_BURN: Final[Param] = Param("feeBurn", schema.boolean, True)
MULTI: Final[Param] = Param("multiAssetsMargin", schema.boolean, True)

ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/fapi/v1/assetIndex",
        NONE,
        one_or_all(1, 10),
        asset_index,
        (SYMBOL,),
        returns="Index prices of margin assets.",
    ),
    Route("GET", "/fapi/v1/multiAssetsMargin", USER_DATA, 30, margin_mode, returns="The margin mode."),
    Route(
        "POST",
        "/fapi/v1/multiAssetsMargin",
        TRADE,
        1,
        set_margin_mode,
        (MULTI,),
        returns="That it is done.",
    ),
    Route("GET", "/fapi/v1/feeBurn", USER_DATA, 30, fee_burn, returns="Whether BNB pays fees."),
    Route("POST", "/fapi/v1/feeBurn", TRADE, 1, set_fee_burn, (FEE_BURN,), returns="That it is done."),
)
