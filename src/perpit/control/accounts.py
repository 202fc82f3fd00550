"""Accounts and their money: open, list, deposit, withdraw."""

from typing import Any

from perpit.catalogue.fees import fee_tiers
from perpit.control.bodies import Amount, FeeTier, NewAccount, Standing
from perpit.control.ports import Ports
from perpit.control.problems import Problem, settled
from perpit.domain.commands import CreateAccount, SetFeeTier, SetStanding, Transfer
from perpit.domain.numbers import format_shortest, parse_scaled
from perpit.domain.words import COIN_M, FEE_ASSET, STANDINGS, USDS_M

MARKETS = {"usds_m": USDS_M, "coin_m": COIN_M}
STANDING_NAMES = {number: name for name, number in STANDINGS.items()}
MARKET_NAMES = {number: name for name, number in MARKETS.items()}


def account_named(ports: Ports, name: str) -> int:
    """The id of an account."""
    account_id = ports.world.account_ids.get(name)
    if account_id is None:
        raise Problem(404, f"there is no account {name!r}; GET /venue/v1/accounts lists them")
    return account_id


def shown(ports: Ports, account_id: int) -> dict[str, Any]:
    """An account as control shows it."""
    account = ports.world.accounts[account_id]
    wallets = [
        {
            "market": MARKET_NAMES[market],
            "asset": asset,
            "balance": format_shortest(wallet.wallet_units, 8),
        }
        for (market, asset), wallet in account.wallets.items()
    ]
    tiers = {name: account.fee_tier(market) for name, market in MARKETS.items()}
    return {
        "name": account.name,
        "id": account_id,
        "wallets": wallets,
        "fee_tiers": tiers,
        "standing": STANDING_NAMES[account.standing],
    }


def check_asset(ports: Ports, market: str, asset: str) -> None:
    """Raises Problem for an asset that nothing in the market could use: a misspelt one would lie there unseen."""
    useful: dict[str, None] = {}
    for instrument in ports.world.catalog.by_id:
        if instrument.market == MARKETS[market]:
            useful |= {instrument.margin_asset: None, instrument.quote_asset: None}
    if not useful:
        raise Problem(400, f"market: no contract of {market} is listed, so nothing could use {asset} there")
    if market == "usds_m":  # collateral in multi-assets mode, and what pays fees (semantics 1.6, 4.3.5)
        useful |= dict.fromkeys([*ports.world.assets.by_name, FEE_ASSET])
    if asset not in useful:
        raise Problem(
            400, f"asset: no contract listed in {market} uses {asset}; deposit {' or '.join(useful)}"
        )


async def list_accounts(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """Every account with its wallets, oldest first."""
    return {"accounts": [shown(ports, account_id) for account_id in ports.world.account_ids.values()]}


async def create_account(ports: Ports, params: dict[str, str], body: NewAccount) -> dict[str, Any]:
    """Open an account without money and without keys."""
    if body.name in ports.world.account_ids:
        raise Problem(409, f"there is already an account {body.name!r}; choose another name")
    settled(await ports.submit(CreateAccount(body.name)))
    return shown(ports, account_named(ports, body.name))


async def deposit(ports: Ports, params: dict[str, str], body: Amount) -> dict[str, Any]:
    """Give an account money."""
    check_asset(ports, body.market, body.asset)
    return await transfer(ports, params["name"], body, 1)


async def withdraw(ports: Ports, params: dict[str, str], body: Amount) -> dict[str, Any]:
    """Take money that neither margin nor losses need."""
    return await transfer(ports, params["name"], body, -1)


async def transfer(ports: Ports, name: str, body: Amount, sign: int) -> dict[str, Any]:
    """Move money in (sign 1) or out (-1); answers the account afterwards."""
    account_id = account_named(ports, name)
    try:
        units = parse_scaled(body.amount, 8)
    except ValueError as error:
        raise Problem(400, f"amount: {error}; the venue counts in 0.00000001") from None
    if units == 0:
        raise Problem(400, "amount: must be above 0")
    settled(await ports.submit(Transfer(account_id, MARKETS[body.market], body.asset, units * sign)))
    return shown(ports, account_id)


async def set_fee_tier(ports: Ports, params: dict[str, str], body: FeeTier) -> dict[str, Any]:
    """Put an account on a tier of fees, from its next fill on."""
    account_id, market = account_named(ports, params["name"]), MARKETS[body.market]
    rates = fee_tiers(market)[body.tier]
    settled(await ports.submit(SetFeeTier(account_id, market, body.tier, rates.maker_ppm, rates.taker_ppm)))
    return shown(ports, account_id)


async def set_standing(ports: Ports, params: dict[str, str], body: Standing) -> dict[str, Any]:
    """Restrict an account as the exchange does, or let it go.

    "only reduces": orders that open are refused with -4087, COIN-M's with -4089; "may not order": all orders with
    -4088, COIN-M's with -4090, cancelling goes on; "keys locked": all its calls with -2017; "inactive": all its calls
    with -4109, until the next deposit.
    """
    account_id = account_named(ports, params["name"])
    settled(await ports.submit(SetStanding(account_id, STANDINGS[body.standing])))
    return shown(ports, account_id)
