"""What of the caller's account only COIN-M asks in its own way. Handlers and their rows of the table.

Each coin is a wallet by itself, so an account has no totals; positions are chosen by pair or coin, leverage tables by
pair, too. The rows themselves are those of USDⓈ-M in COIN-M's shape (`products`).
"""

from typing import Any, Final

from perpit.binance.account import asset_row, assets, balance, exposures, settings
from perpit.binance.call import Call
from perpit.binance.market import ANY_SYMBOL, PAIR, instruments
from perpit.binance.position_settings import bracket_rows, leverage_brackets
from perpit.binance.positions import account_position_v2, adl_of, risk_v2, rows_of
from perpit.binance.products import COIN, shaped, shaped_for
from perpit.binance.route import Route, one_or_all, routes_of
from perpit.binance.schema import Param, any_asset
from perpit.binance.security import USER_DATA
from perpit.domain.instrument import Instrument

Body = dict[str, Any]


def account(call: Call) -> Body:
    """Settings, assets and every symbol of COIN-M: each coin is a wallet by itself, so there are no totals."""
    return {
        **shaped_for(call.product, "account", settings(call)),
        "assets": [asset_row(call, asset) for asset in assets(call)],
        "positions": [
            shaped(
                "account position",
                account_position_v2(call.world.prices, exposure, position),
                exposure.instrument,
            )
            for exposure in exposures(call, None)
            for position in rows_of(exposure, call.product.shows_flat_sides)
        ],
    }


def position_risk(call: Call) -> list[Body]:
    """Positions of every symbol of COIN-M, or of a pair, or of a coin (semantics 4.4.4)."""
    pair, coin = call.values["pair"], call.values["marginAsset"]
    return [
        shaped(
            "position",
            risk_v2(call.world.prices, exposure, position, adl_of(call, exposure, position)),
            exposure.instrument,
        )
        for exposure in exposures(call, None)
        if pair in (None, exposure.instrument.pair) and coin in (None, exposure.instrument.margin_asset)
        for position in rows_of(exposure, call.product.shows_flat_sides)
    ]


def brackets_by_pair(call: Call) -> list[Body]:
    """Leverage tables by pair: that of its first contract, for all contracts of a pair have the same."""
    wanted = call.values["pair"]
    first: dict[str, Instrument] = {}
    for instrument in instruments(call):
        if wanted in (None, instrument.pair):
            first.setdefault(instrument.pair, instrument)
    return [{"pair": pair, "brackets": bracket_rows(each)} for pair, each in first.items()]


COIN_ASSET: Final[Param] = Param(
    "marginAsset", any_asset, description="all contracts that are margined in a coin"
)

ROUTES: Final[tuple[Route, ...]] = routes_of(
    (COIN,),
    Route("GET", "/v1/balance", USER_DATA, 1, balance, returns="Coins and what is free."),
    Route("GET", "/v1/account", USER_DATA, 5, account, returns="The whole account."),
    Route(
        "GET",
        "/v1/positionRisk",
        USER_DATA,
        1,
        position_risk,
        (COIN_ASSET, PAIR),
        returns="Positions of every symbol.",
    ),
    Route(
        "GET",
        "/v1/leverageBracket",
        USER_DATA,
        1,
        brackets_by_pair,
        (PAIR,),
        returns="Leverage tables by pair.",
    ),
    Route(
        "GET",
        "/v2/leverageBracket",
        USER_DATA,
        one_or_all(1, 2),
        leverage_brackets,
        (ANY_SYMBOL,),
        returns="Leverage tables by symbol.",
    ),
)
