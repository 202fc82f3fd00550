"""What a venue is founded with: instruments, margin assets, their prices, and a demo account with funds and a key.

Whoever gets dollars here gets coin for COIN-M contracts, too: as much of it as the dollars are worth (`coins_worth`).

Everything here is a command like any other, so it is in the journal and comes back at every start. Each part looks
whether it is there already: a start that a crash cut short is finished by the next one.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from perpit.catalogue import MARGIN_ASSETS, AssetTerms, UnknownSymbol, facts, load_instrument, quarters
from perpit.catalogue.baskets import Follower, asset_prices_e8
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
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, INSURANCE_FUND, KEY_HMAC, PERMIT_FUTURES, PERMIT_READ, USDS_M
from perpit.home import AccountKey, CannotStart
from perpit.views.world import World

Submit = Callable[[Command], Awaitable[list[Event]]]

DEMO = "demo"
DEMO_ASSET = "USDT"

# What the insurance fund of a new venue has of each margin asset, in dollars: enough for what a few people lose.
FUND_UNITS: Final = 10_000_000 * UNIT


def check_symbols(wanted: Sequence[str]) -> None:
    """Raises CannotStart for a symbol that no venue can list; asked before anything is written."""
    try:
        for symbol in wanted:
            facts(symbol)
    except UnknownSymbol as error:
        raise CannotStart(f"--symbols: {error}", 2) from None


async def found(
    world: World, submit: Submit, wanted: Sequence[str], demo_balance_units: int, time_ms: int
) -> None:
    """List what is wanted and not yet listed; give a venue without accounts its demo account.

    Raises CannotStart for a quarter that is not traded at `time_ms`.
    """
    missing = [symbol for symbol in wanted if symbol not in world.catalog.by_symbol]
    for symbol in missing:
        _check_quarter(symbol, time_ms)
    for symbol in missing:
        await list_symbol(world, submit, symbol, time_ms)
    for instrument in list(world.catalog.by_id):
        if world.prices[instrument.symbol_id].index_e8 == 0 and not instrument.basket:
            price_e8 = facts(instrument.symbol).initial_price_e8
            await accepted(submit, SetIndexPrice(instrument.symbol_id, price_e8))
    for instrument in list(world.catalog.by_id):
        if instrument.basket and not world.prices[instrument.symbol_id].part_prices_e8:
            await accepted(submit, Follower(instrument, assets_e8(world, instrument)).command())
    for instrument in list(world.catalog.by_id):
        if (instrument.market, instrument.margin_asset) not in world.insurance_units:
            units = worth(world, instrument, FUND_UNITS)
            await accepted(
                submit, Transfer(INSURANCE_FUND, instrument.market, instrument.margin_asset, units)
            )
    for terms in MARGIN_ASSETS:
        await list_asset(world, submit, terms)
    if set(world.account_ids) <= {DEMO}:
        await found_demo(world, submit, demo_balance_units)


def _check_quarter(symbol: str, time_ms: int) -> None:
    row = facts(symbol)
    traded = quarters.symbols(row.pair, time_ms)
    if row.is_quarter and symbol not in traded:
        names = " and ".join(traded)
        raise CannotStart(f"--symbols: {symbol} is not traded now; the quarters that are: {names}", 2)


async def list_symbol(world: World, submit: Submit, symbol: str, time_ms: int) -> None:
    """List one contract of the catalogue under the next free id."""
    await accepted(submit, ListInstrument(load_instrument(symbol, len(world.catalog.by_id), time_ms)))


async def roll(world: World, submit: Submit, time_ms: int) -> None:
    """Where a quarter was delivered, list the current and the next one, at the delivered one's index (semantics 3.6.2).

    Repeating it changes nothing, so a roll that a crash cut short is finished at the next start.
    """
    for contract in list(world.contracts):
        instrument = contract.instrument
        if instrument.is_perpetual or not contract.is_delivered:
            continue
        for symbol in quarters.symbols(instrument.pair, time_ms):
            if symbol not in world.catalog.by_symbol:
                await list_symbol(world, submit, symbol, time_ms)
            listed = world.catalog.by_symbol[symbol].symbol_id
            if world.prices[listed].index_e8 == 0:
                index_e8 = world.prices[instrument.symbol_id].index_e8
                await accepted(submit, SetIndexPrice(listed, index_e8))


def assets_e8(world: World, instrument: Instrument) -> dict[str, int]:
    """What the assets of an instrument's basket cost, by asset, as far as the world knows (`asset_prices_e8`)."""
    last_e8 = world.prices[instrument.symbol_id].part_prices_e8
    return asset_prices_e8(instrument.basket, last_e8, world.index_prices_e8())


def worth(world: World, instrument: Instrument, dollars_units: int) -> int:
    """A sum in dollars as units of what an instrument is margined in: the dollars, or coin."""
    if instrument.market == USDS_M:
        return dollars_units
    return coins_worth(dollars_units, world.prices[instrument.symbol_id].index_e8)


def coins_worth(dollars_units: int, price_e8: int) -> int:
    """How much coin a sum buys, in 1e-8 of it, cut to two digits as somebody would say it: 1.6 BTC for 100,000."""
    coin_units = dollars_units * UNIT // price_e8
    rest = 10 ** max(0, len(str(coin_units)) - 2)
    return int(coin_units // rest * rest)


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
    """The demo account: opened, given a key, and at last its money, of each asset once; a wallet says that it was."""
    if DEMO not in world.account_ids:
        await accepted(submit, CreateAccount(DEMO))
    account_id = world.account_ids[DEMO]
    wallets = world.accounts[account_id].wallets
    if not wallets and not world.keys.of_account(account_id):
        permissions = PERMIT_READ | PERMIT_FUTURES
        key = CreateKey(account_id, random_key(), random_key(), KEY_HMAC, DEMO, permissions, [])
        await accepted(submit, key)
    if balance_units <= 0:
        return
    if not wallets:
        await accepted(submit, Transfer(account_id, USDS_M, DEMO_ASSET, balance_units))
    for instrument in list(world.catalog.symbols_of(COIN_M).values()):
        if (COIN_M, instrument.margin_asset) not in wallets:
            units = worth(world, instrument, balance_units)
            await accepted(submit, Transfer(account_id, COIN_M, instrument.margin_asset, units))


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
