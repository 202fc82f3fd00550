"""What each call of control answers, as typed structs, for the description. The handlers answer plain dicts of the same
fields; tests hold the two against each other.
"""

from typing import Final, Literal

import msgspec

from perpit.control import accounts, grids, instruments, keys, time, venue
from perpit.control.routes import Handler

Market = Literal["usds_m", "coin_m"]
ClockName = Literal["wall", "scaled", "manual"]


class Answer(msgspec.Struct):
    """What all answers share: nothing but being described."""


class Problem(Answer):
    """What was wrong, in one sentence. Nothing was changed."""

    error: str


class Health(Answer):
    """The venue answers."""

    status: Literal["ok"]


class ClockMotion(Answer):
    """How time runs."""

    mode: ClockName
    speed: float


class Clock(ClockMotion):
    """How time runs, and what time it is."""

    time_ms: int


class Status(Answer):
    """What runs here, how far it is, and since when."""

    version: str
    profile: str
    market: str
    durability: str
    sequence: int
    time_ms: int
    clock: ClockMotion
    symbols: list[str]
    uptime_ms: int


class Wallet(Answer):
    """The money of an account in one asset of one market."""

    market: Market
    asset: str
    balance: str


class FeeTiers(Answer):
    """The tier of fees of each market, 0 to 9."""

    usds_m: int
    coin_m: int


class Account(Answer):
    """An account with its wallets and tiers, and what it may do."""

    name: str
    id: int
    wallets: list[Wallet]
    fee_tiers: FeeTiers
    standing: Literal["good", "only reduces", "may not order", "keys locked", "inactive"]


class Accounts(Answer):
    """Every account, oldest first."""

    accounts: list[Account]


class Key(Answer):
    """A key, without its secret."""

    api_key: str
    label: str
    type: Literal["HMAC", "RSA", "ED25519"]
    futures: bool
    ips: list[str]


class Keys(Answer):
    """The keys of an account, oldest first."""

    keys: list[Key]


class KeyMade(Key):
    """A key and its secret, which is shown here and never again; null for keys that brought their public half."""

    api_secret: str | None


class KeyRevoked(Answer):
    """The key that is gone."""

    revoked: str


class GridShown(Answer):
    """A grid: its terms, how it stands, and what it has made, in the margin asset and less fees."""

    id: int
    symbol: str
    status: Literal["new", "working", "cancelled", "expired"]
    because: str
    direction: Literal["neutral", "long", "short"]
    spacing: Literal["arithmetic", "geometric"]
    lower: str
    upper: str
    grids: int
    quantity: str
    realized_pnl: str
    matched_pnl: str
    unmatched_quantity: str
    unmatched_price: str
    unmatched_fee: str
    started_ms: int
    updated_ms: int


class Grids(Answer):
    """The grids of an account, oldest first."""

    grids: list[GridShown]


class PricesShown(Answer):
    """Index and mark price of a contract."""

    symbol: str
    index: str
    mark: str


class AssetIndexShown(Answer):
    """The price of a margin asset in USD, and what it counts when it is sold or bought."""

    asset: str
    index: str
    bid_rate: str
    ask_rate: str


class Contract(Answer):
    """A contract: whether it is traded, when it ends (0: never), and what it was settled at."""

    symbol: str
    status: Literal["trading", "closing only", "delivering", "delivered"]
    delivery_ms: int
    settlement_price: str | None


class Contracts(Answer):
    """Every contract."""

    instruments: list[Contract]


class State(Answer):
    """The sequence, the hash of all state, and whether everything adds up."""

    sequence: int
    state_hash: str
    invariants: Literal["ok"] | list[str]


ANSWERS: Final[dict[Handler, type[Answer]]] = {
    venue.health: Health,
    venue.status: Status,
    venue.set_prices: PricesShown,
    venue.set_asset_index: AssetIndexShown,
    venue.state: State,
    accounts.list_accounts: Accounts,
    accounts.create_account: Account,
    accounts.deposit: Account,
    accounts.withdraw: Account,
    accounts.set_fee_tier: Account,
    accounts.set_standing: Account,
    keys.list_keys: Keys,
    keys.create_key: KeyMade,
    keys.edit_key: Key,
    keys.revoke_key: KeyRevoked,
    grids.list_grids: Grids,
    grids.start_grid: GridShown,
    grids.show_grid: GridShown,
    grids.stop_grid: GridShown,
    time.show_clock: Clock,
    time.set_clock: Clock,
    time.advance_clock: Clock,
    instruments.list_instruments: Contracts,
    instruments.delist: Contract,
}
