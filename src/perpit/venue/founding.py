"""What a venue is founded with: instruments, margin assets, their prices, and a demo account with funds and a key.

Everything here is a command like any other, so it is in the journal and comes back at every start. Each part looks
whether it is there already: a start that a crash cut short is finished by the next one.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from perpit.catalogue import MARGIN_ASSETS, AssetTerms, Facts, UnknownSymbol, facts, load_instrument
from perpit.control.keys import random_key
from perpit.domain.commands import (
    Command,
    CreateAccount,
    CreateKey,
    ListInstrument,
    SetAssetIndex,
    SetIndexPrice,
    Transfer,
)
from perpit.domain.events import Event, Refused
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, INSURANCE_FUND, KEY_HMAC, PERMIT_FUTURES, PERMIT_READ, USDS_M
from perpit.home import AccountKey, CannotStart
from perpit.views.world import World

Submit = Callable[[Command], Awaitable[list[Event]]]

DEMO = "demo"
DEMO_ASSET = "USDT"

# What the insurance fund of a new venue has of each margin asset: enough for what a few people lose.
FUND_UNITS: Final = {USDS_M: 10_000_000 * UNIT, COIN_M: 100 * UNIT}

# What the catalogue knows and the engine cannot trade yet. The first that fits is told.
NOT_YET: Final[tuple[tuple[Callable[[Facts], bool], str], ...]] = (
    (lambda row: row.contract_kind == "INVERSE", "COIN-M instruments are"),
    (lambda row: row.is_quarter, "quarterly contracts and their delivery are"),
)


def check_symbols(wanted: Sequence[str]) -> None:
    """Raises CannotStart for a symbol that no venue can list; asked before anything is written."""
    try:
        rows = [facts(symbol) for symbol in wanted]
    except UnknownSymbol as error:
        raise CannotStart(f"--symbols: {error}", 2) from None
    for row in rows:
        for cannot, why in NOT_YET:
            if cannot(row):
                raise CannotStart(f"--symbols: {row.symbol}: {why} not available in this release", 2)


async def found(world: World, submit: Submit, wanted: Sequence[str], demo_balance_units: int) -> None:
    """List what is wanted and not yet listed; give a venue without accounts its demo account."""
    for symbol in wanted:
        if symbol not in world.catalog.by_symbol:
            await list_symbol(world, submit, symbol)
    for instrument in list(world.catalog.by_id):
        if world.prices[instrument.symbol_id].index_e8 == 0:
            price_e8 = facts(instrument.symbol).initial_price_e8
            await accepted(submit, SetIndexPrice(instrument.symbol_id, price_e8))
    for instrument in list(world.catalog.by_id):
        if (instrument.market, instrument.margin_asset) not in world.insurance_units:
            units = FUND_UNITS[instrument.market]
            await accepted(
                submit, Transfer(INSURANCE_FUND, instrument.market, instrument.margin_asset, units)
            )
    for terms in MARGIN_ASSETS:
        await list_asset(world, submit, terms)
    if set(world.account_ids) <= {DEMO}:
        await found_demo(world, submit, demo_balance_units)


async def list_symbol(world: World, submit: Submit, symbol: str) -> None:
    """List one contract of the catalogue under the next free id."""
    await accepted(submit, ListInstrument(load_instrument(symbol, len(world.catalog.by_id))))


async def list_asset(world: World, submit: Submit, terms: AssetTerms) -> None:
    """Let an asset be collateral; it follows its contract from the time on that this is listed."""
    instrument = world.catalog.by_symbol.get(terms.symbol)
    symbol_id = -1 if instrument is None else instrument.symbol_id
    known = world.assets.by_name.get(terms.asset)
    if known is None or known.terms.symbol_id < symbol_id:
        await accepted(submit, terms.listing(symbol_id))
        if known is not None and known.set_e8 == terms.price_e8:
            await accepted(submit, SetAssetIndex(terms.asset, 0))  # nobody has set another
    if world.assets.index_e8(terms.asset) == 0:
        await accepted(submit, SetAssetIndex(terms.asset, terms.price_e8))


async def found_demo(world: World, submit: Submit, balance_units: int) -> None:
    """The demo account: opened, given a key, and at last its money; with a wallet it is complete."""
    if DEMO not in world.account_ids:
        await accepted(submit, CreateAccount(DEMO))
    account_id = world.account_ids[DEMO]
    if world.accounts[account_id].wallets:
        return
    if not world.keys.of_account(account_id):
        permissions = PERMIT_READ | PERMIT_FUTURES
        key = CreateKey(account_id, random_key(), random_key(), KEY_HMAC, DEMO, permissions, [])
        await accepted(submit, key)
    if balance_units > 0:
        await accepted(submit, Transfer(account_id, USDS_M, DEMO_ASSET, balance_units))


def demo_keys(world: World) -> list[AccountKey]:
    """The key that the demo account was founded with, unless it has been revoked."""
    account_id = world.account_ids.get(DEMO)
    if account_id is None:
        return []
    own = [key for key in world.keys.of_account(account_id) if key.key_kind == KEY_HMAC and key.label == DEMO]
    return [AccountKey(DEMO, key.api_key, key.secret) for key in own[:1]]


async def accepted(submit: Submit, command: Command) -> None:
    """Submit a command that the engine must accept; a refusal here is a bug of ours."""
    events = await submit(command)
    if events and isinstance(events[-1], Refused):
        raise RuntimeError(f"founding: {type(command).__name__} was refused ({events[-1].refusal})")
