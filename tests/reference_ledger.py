"""Accounts of the reference: wallets, leverage, positions, and what every fill does to them.

Open orders are not remembered here as sums: what they tie up is added up from the orders each time it is asked for.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from perpit.domain.commands import CreateKey, PlaceOrder
from perpit.domain.instrument import Instrument
from perpit.domain.words import BUY, HOUSE, NEW, RPI, SELL
from tests import reference_formulas as formulas


@dataclass(eq=False)
class Order:
    """An open order. `place` is its arrival number: it falls behind when it is amended. House orders have id 0."""

    order_id: int
    account_id: int
    request: PlaceOrder | None
    side: int
    price_ticks: int
    qty_lots: int
    place: int
    assuming_e8: int = 0
    filled_lots: int = 0
    filled_value_units: int = 0
    status: int = NEW
    amendments: int = 0
    resting: bool = False

    def __deepcopy__(self, _memo: object) -> "Order":
        """For a trial: the command stays the same one, for it never changes."""
        return replace(self)

    @property
    def remaining(self) -> int:
        return self.qty_lots - self.filled_lots

    @property
    def is_house(self) -> bool:
        return self.account_id == HOUSE

    @property
    def reduce_only(self) -> bool:
        return self.request is not None and self.request.reduce_only

    @property
    def hidden(self) -> bool:
        return self.request is not None and self.request.time_in_force == RPI

    def placed(self) -> PlaceOrder:
        """The command that placed a user's order."""
        assert self.request is not None, "a house order has no command of its own"
        return self.request


@dataclass
class Exposure:
    """One account in one instrument; the entry value carries the sign of the position."""

    leverage: int
    qty_lots: int = 0
    entry_value_units: int = 0
    realized_units: int = 0
    fees_units: int = 0
    episode_realized_units: int = 0

    def trade(self, instrument: Instrument, side: int, ticks: int, lots: int, fee_units: int) -> int:
        """Book one fill and return its realised profit (semantics 4.1)."""
        closed = min(lots, abs(self.qty_lots)) if self.qty_lots * side < 0 else 0
        opened = lots - closed
        realized = 0
        if self.qty_lots == 0:
            self._begin_episode()
        if closed:
            share = Fraction(closed, abs(self.qty_lots))
            released = formulas.cut(self.entry_value_units * share)  # the dust stays in the position
            realized = -side * formulas.trade_value(instrument, ticks, closed) - released
            self.entry_value_units -= released
            self.qty_lots += side * closed
        self.realized_units += realized
        self.episode_realized_units += realized
        self.fees_units += fee_units
        if closed and opened:  # a flip: the new episode bears its part of the fee
            self._begin_episode()
            self.fees_units = formulas.cut(fee_units * Fraction(opened, lots))
        self.entry_value_units += side * formulas.trade_value(instrument, ticks, opened)
        self.qty_lots += side * opened
        return realized

    def _begin_episode(self) -> None:
        """What the break-even price counts from (semantics 4.2.2); a closed episode is kept until the next opens."""
        self.fees_units = 0
        self.episode_realized_units = 0


@dataclass
class Account:
    account_id: int
    name: str
    wallets: dict[tuple[int, str], int] = field(default_factory=dict)
    exposures: dict[int, Exposure] = field(default_factory=dict)


class Ledger:
    """All accounts; the house is account 0 and has a ledger like the others, without fees and without limits."""

    def __init__(self) -> None:
        self.accounts: list[Account] = [Account(HOUSE, "house")]
        self.keys: dict[str, CreateKey] = {}
        self.instruments: list[Instrument] = []
        self.index_e8: list[int] = []
        self.mark_e8: list[int] = []
        self.orders: list[list[Order]] = []  # of each instrument, every open order in order of arrival
        self.fees_collected: dict[tuple[int, str], int] = {}

    def account(self, account_id: int) -> Account | None:
        return self.accounts[account_id] if 0 < account_id < len(self.accounts) else None

    def exposure(self, account_id: int, symbol_id: int) -> Exposure:
        """What the account has in the instrument, for reading; an untouched one is not remembered."""
        known = self.accounts[account_id].exposures.get(symbol_id)
        return known or Exposure(self.instruments[symbol_id].default_leverage)

    def touch_exposure(self, account_id: int, symbol_id: int) -> Exposure:
        exposure = self.exposure(account_id, symbol_id)
        return self.accounts[account_id].exposures.setdefault(symbol_id, exposure)

    def wallet_key(self, symbol_id: int) -> tuple[int, str]:
        instrument = self.instruments[symbol_id]
        return instrument.market, instrument.margin_asset

    def open_orders(self, account_id: int, symbol_id: int) -> list[Order]:
        return [order for order in self.orders[symbol_id] if order.account_id == account_id]

    def open_notional(self, symbol_id: int, order: Order) -> int:
        if order.reduce_only:
            return 0  # semantics 1.3.6
        return formulas.value_at(self.instruments[symbol_id], order.assuming_e8, order.remaining)

    def side_notional(self, account_id: int, symbol_id: int, side: int) -> int:
        """bidNotional or askNotional, semantics 1.3.1."""
        orders = self.open_orders(account_id, symbol_id)
        return sum(self.open_notional(symbol_id, order) for order in orders if order.side == side)

    def present(self, account_id: int, symbol_id: int, bid_more: int = 0, ask_more: int = 0) -> int:
        """Present notional with what an order in question would add."""
        exposure = self.exposure(account_id, symbol_id)
        position = formulas.value_at(self.instruments[symbol_id], self.mark_e8[symbol_id], exposure.qty_lots)
        bids = self.side_notional(account_id, symbol_id, BUY) + bid_more
        asks = self.side_notional(account_id, symbol_id, SELL) + ask_more
        return formulas.present_notional(position, bids, asks)

    def initial_margin(self, account_id: int, symbol_id: int) -> int:
        leverage = self.exposure(account_id, symbol_id).leverage
        return formulas.initial_margin(self.present(account_id, symbol_id), leverage)

    def symbols_of_wallet(self, account_id: int, key: tuple[int, str]) -> list[int]:
        return [s for s in range(len(self.instruments)) if self.wallet_key(s) == key]

    def free_margin(self, account_id: int, key: tuple[int, str]) -> int:
        """CWB + unrealised − initial margins, before it is floored at zero (semantics 1.5.3)."""
        total = self.accounts[account_id].wallets.get(key, 0)
        for symbol_id in self.symbols_of_wallet(account_id, key):
            total += self.unrealised(account_id, symbol_id) - self.initial_margin(account_id, symbol_id)
        return total

    def unrealised(self, account_id: int, symbol_id: int) -> int:
        exposure = self.exposure(account_id, symbol_id)
        mark = self.mark_e8[symbol_id]
        return formulas.unrealised(
            self.instruments[symbol_id], exposure.qty_lots, exposure.entry_value_units, mark
        )

    def max_withdraw(self, account_id: int, key: tuple[int, str]) -> int:
        """Semantics 1.5.5 for a cross account: unrealised profit never leaves."""
        wallet = self.accounts[account_id].wallets.get(key, 0)
        maintenance = sum(
            formulas.maintenance_margin(
                self.instruments[s], self.exposure(account_id, s).qty_lots, self.mark_e8[s]
            )
            for s in self.symbols_of_wallet(account_id, key)
        )
        return max(0, min(wallet - maintenance, self.free_margin(account_id, key)))

    def book_fill(
        self, order: Order, symbol_id: int, ticks: int, lots: int, fee_ppm: int
    ) -> tuple[int, int, int]:
        """Book one fill of an order: (value, fee, realised profit). The house pays no fee."""
        instrument = self.instruments[symbol_id]
        value = formulas.trade_value(instrument, ticks, lots)
        rate = 0 if order.is_house else fee_ppm
        fee = formulas.fee(value, rate)
        exposure = self.touch_exposure(order.account_id, symbol_id)
        realized = exposure.trade(instrument, order.side, ticks, lots, fee)
        key = self.wallet_key(symbol_id)
        wallets = self.accounts[order.account_id].wallets
        wallets[key] = wallets.get(key, 0) + realized - fee
        self.fees_collected[key] = self.fees_collected.get(key, 0) + fee
        order.filled_lots += lots
        order.filled_value_units += value
        return value, fee, realized
