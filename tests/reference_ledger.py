"""Accounts of the reference: wallets, leverage, positions, and what every fill does to them.

Open orders are not remembered here as sums: what they tie up is added up from the orders each time it is asked for.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from perpit.domain.commands import CreateKey, PlaceOrder
from perpit.domain.instrument import Instrument
from perpit.domain.words import BOTH, BUY, HOUSE, LONG, NEW, RPI, SELL, SHORT
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
    filled_value: int = 0
    status: int = NEW
    amendments: int = 0
    resting: bool = False
    forced: bool = False  # of the venue's making: no commission

    def __deepcopy__(self, _memo: object) -> "Order":
        """For a trial: the command stays the same one, for it never changes."""
        return replace(self)

    @property
    def remaining(self) -> int:
        return self.qty_lots - self.filled_lots

    @property
    def is_house(self) -> bool:
        """The house, or the insurance fund: nobody hears of its orders."""
        return self.account_id <= HOUSE

    @property
    def position_side(self) -> int:
        return BOTH if self.request is None else self.request.position_side

    @property
    def is_closing(self) -> bool:
        """It can only make its position smaller (semantics 4.4.3, 4.5)."""
        return self.request is not None and can_only_close(self.request)

    @property
    def hidden(self) -> bool:
        return self.request is not None and self.request.time_in_force == RPI

    def placed(self) -> PlaceOrder:
        """The command that placed a user's order."""
        assert self.request is not None, "a house order has no command of its own"
        return self.request


def can_only_close(command: PlaceOrder) -> bool:
    """Reduce-only, or in hedge mode SELL of the long side and BUY of the short one."""
    closing_side = {LONG: SELL, SHORT: BUY}.get(command.position_side)
    return command.reduce_only or command.side == closing_side


@dataclass
class Position:
    """A signed quantity; the entry value carries its sign. `isolated_units`: what it keeps for itself."""

    qty_lots: int = 0
    entry_value: int = 0
    isolated_units: int = 0
    realized_units: int = 0
    fees_value: int = 0
    episode_realized_units: int = 0

    def trade(self, instrument: Instrument, side: int, lots: int, value: int, fee_value: int) -> Fraction:
        """Book one fill worth `value` and return its realised profit, exactly (semantics 4.1)."""
        closed = min(lots, abs(self.qty_lots)) if self.qty_lots * side < 0 else 0
        opened = lots - closed
        realized = Fraction(0)
        if self.qty_lots == 0:
            self._begin_episode()
        closed_value = formulas.cut(Fraction(value * closed, lots))  # a part is worth its share of the fill
        if closed:
            share = Fraction(closed, abs(self.qty_lots))
            released = formulas.cut(self.entry_value * share)  # the dust stays in the position
            realized = formulas.gain(instrument, released, -side * closed_value)
            self.entry_value -= released
            self.qty_lots += side * closed
        self.realized_units += formulas.cut(realized)
        self.episode_realized_units += formulas.cut(realized)
        self.fees_value += fee_value
        if closed and opened:  # a flip: the new episode bears its part of the fee
            self._begin_episode()
            self.fees_value = formulas.cut(fee_value * Fraction(opened, lots))
        self.entry_value += side * (value - closed_value)
        self.qty_lots += side * opened
        return realized

    def _begin_episode(self) -> None:
        """What the break-even price counts from (semantics 4.2.2); a closed episode is kept until the next opens."""
        self.fees_value = 0
        self.episode_realized_units = 0


@dataclass
class Exposure:
    """One account in one instrument: BOTH in one-way mode, LONG and SHORT in hedge mode."""

    leverage: int
    isolated: bool = False
    positions: dict[int, Position] = field(
        default_factory=lambda: {BOTH: Position(), LONG: Position(), SHORT: Position()}
    )

    def holds(self) -> bool:
        return any(position.qty_lots for position in self.positions.values())


@dataclass
class Account:
    account_id: int
    name: str
    wallets: dict[tuple[int, str], int] = field(default_factory=dict)
    exposures: dict[int, Exposure] = field(default_factory=dict)
    hedged: set[int] = field(default_factory=set)  # markets
    tiers: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # of a market: tier, maker, taker

    def rates_ppm(self, instrument: Instrument) -> tuple[int, int]:
        """Maker's and taker's rate; a tier goes before those of the contract (semantics 4.3.3)."""
        contract = (0, instrument.maker_fee_ppm, instrument.taker_fee_ppm)
        return self.tiers.get(instrument.market, contract)[1:]


FUND = -1


class Accounts(list[Account]):
    """By account id; under -1 stands the insurance fund, which is no customer and is not counted."""

    def __init__(self, accounts: list[Account]) -> None:
        super().__init__(accounts)
        self.fund = Account(FUND, "insurance fund")

    def __getitem__(self, index: Any) -> Any:
        return self.fund if index == FUND else super().__getitem__(index)


class Ledger:
    """All accounts; the house is account 0 and has a ledger like the others, without fees and without limits."""

    def __init__(self) -> None:
        self.accounts: Accounts = Accounts([Account(HOUSE, "house")])
        self.keys: dict[str, CreateKey] = {}
        self.instruments: list[Instrument] = []
        self.index_e8: list[int] = []
        self.mark_e8: list[int] = []
        self.orders: list[list[Order]] = []  # of each instrument, every open order in order of arrival
        self.fees_collected: dict[tuple[int, str], int] = {}
        self.dust: dict[tuple[int, str], int] = {}  # of inverse profits, as finely as they are booked

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

    def is_hedged(self, account_id: int, symbol_id: int) -> bool:
        return self.instruments[symbol_id].market in self.accounts[account_id].hedged

    def position(self, account_id: int, symbol_id: int, position_side: int) -> Position:
        return self.exposure(account_id, symbol_id).positions[position_side]

    def open_notional(self, symbol_id: int, order: Order) -> int:
        if order.is_closing:
            return 0  # semantics 1.3.6, 1.3.8
        return formulas.value_at(self.instruments[symbol_id], order.assuming_e8, order.remaining)

    def side_notional(self, account_id: int, symbol_id: int, side: int) -> int:
        """bidNotional or askNotional, semantics 1.3.1."""
        orders = self.open_orders(account_id, symbol_id)
        return sum(self.open_notional(symbol_id, order) for order in orders if order.side == side)

    def worth(self, account_id: int, symbol_id: int, position_side: int) -> int:
        """Signed value of a position at the mark."""
        lots = self.position(account_id, symbol_id, position_side).qty_lots
        return formulas.value_at(self.instruments[symbol_id], self.mark_e8[symbol_id], lots)

    def present(self, account_id: int, symbol_id: int, side: int = BUY, more: int = 0) -> dict[int, int]:
        """Present notionals with what an order of a side would add, by the side that they are asked for.

        One-way: the same for both (semantics 1.3.2). Hedge: that of the long and that of the short side (1.3.8).
        """
        bids = self.side_notional(account_id, symbol_id, BUY) + (more if side == BUY else 0)
        asks = self.side_notional(account_id, symbol_id, SELL) + (more if side == SELL else 0)
        if self.is_hedged(account_id, symbol_id):
            long_worth = self.worth(account_id, symbol_id, LONG)
            short_worth = self.worth(account_id, symbol_id, SHORT)
            return {BUY: long_worth + bids, SELL: asks - short_worth}
        both = formulas.present_notional(self.worth(account_id, symbol_id, BOTH), bids, asks)
        return {BUY: both, SELL: both}

    def initial_margin(self, account_id: int, symbol_id: int, leverage: int = 0) -> int:
        """Of positions and open orders; each side of a hedge is an amount of its own, and cut."""
        leverage = leverage or self.exposure(account_id, symbol_id).leverage
        present = self.present(account_id, symbol_id)
        sides = [BUY, SELL] if self.is_hedged(account_id, symbol_id) else [BUY]
        return sum(formulas.initial_margin(present[side], leverage) for side in sides)

    def position_margin(self, account_id: int, symbol_id: int, leverage: int = 0) -> int:
        leverage = leverage or self.exposure(account_id, symbol_id).leverage
        worths = [abs(self.worth(account_id, symbol_id, side)) for side in (BOTH, LONG, SHORT)]
        return sum(formulas.initial_margin(worth, leverage) for worth in worths)

    def tied_up(self, account_id: int, symbol_id: int, leverage: int = 0) -> int:
        """Initial margin that the cross wallet gives: all of it, or of an isolated symbol the open orders' part."""
        margin = self.initial_margin(account_id, symbol_id, leverage)
        if self.exposure(account_id, symbol_id).isolated:
            margin -= self.position_margin(account_id, symbol_id, leverage)
        return margin

    def symbols_of_wallet(self, account_id: int, key: tuple[int, str]) -> list[int]:
        return [s for s in range(len(self.instruments)) if self.wallet_key(s) == key]

    def cross_symbols(self, account_id: int, key: tuple[int, str]) -> list[int]:
        return [
            s for s in self.symbols_of_wallet(account_id, key) if not self.exposure(account_id, s).isolated
        ]

    def isolated_part(self, account_id: int, key: tuple[int, str]) -> int:
        """Σ isolatedWallet, semantics 1.5.2."""
        exposures = [self.exposure(account_id, s) for s in self.symbols_of_wallet(account_id, key)]
        return sum(position.isolated_units for held in exposures for position in held.positions.values())

    def cross_wallet(self, account_id: int, key: tuple[int, str]) -> int:
        return self.accounts[account_id].wallets.get(key, 0) - self.isolated_part(account_id, key)

    def free_margin(self, account_id: int, key: tuple[int, str]) -> int:
        """CWB + cross unrealised − initial margins, before it is floored at zero (semantics 1.5.3)."""
        total = self.cross_wallet(account_id, key)
        total += sum(self.unrealised(account_id, s) for s in self.cross_symbols(account_id, key))
        return total - sum(self.tied_up(account_id, s) for s in self.symbols_of_wallet(account_id, key))

    def unrealised(self, account_id: int, symbol_id: int) -> int:
        """Of all positions in the symbol; each side of a hedge is an amount of its own, and cut."""
        instrument, mark = self.instruments[symbol_id], self.mark_e8[symbol_id]
        positions = self.exposure(account_id, symbol_id).positions.values()
        return sum(formulas.unrealised(instrument, one.qty_lots, one.entry_value, mark) for one in positions)

    def maintenance(self, account_id: int, symbol_id: int) -> int:
        instrument, mark = self.instruments[symbol_id], self.mark_e8[symbol_id]
        positions = self.exposure(account_id, symbol_id).positions.values()
        return sum(formulas.maintenance_margin(instrument, one.qty_lots, mark) for one in positions)

    def reserved(self, account_id: int, key: tuple[int, str]) -> int:
        """Isolated open-order margin and cross maintenance, which must stay (semantics 1.5.5, 1.5.7)."""
        isolated = set(self.symbols_of_wallet(account_id, key)) - set(self.cross_symbols(account_id, key))
        orders = sum(self.tied_up(account_id, s) for s in isolated)
        return orders + sum(self.maintenance(account_id, s) for s in self.cross_symbols(account_id, key))

    def max_withdraw(self, account_id: int, key: tuple[int, str]) -> int:
        """Semantics 1.5.5: unrealised profit never leaves."""
        spare = self.cross_wallet(account_id, key) - self.reserved(account_id, key)
        return max(0, min(spare, self.free_margin(account_id, key)))

    def max_add(self, account_id: int, key: tuple[int, str]) -> int:
        """The most that an isolated position may be given (semantics 1.5.7)."""
        spare = self.cross_wallet(account_id, key) - self.reserved(account_id, key)
        return min(spare, max(0, self.free_margin(account_id, key)))

    def max_remove(self, account_id: int, symbol_id: int, position_side: int) -> int:
        """The most that an isolated position may give back (semantics 1.5.7)."""
        instrument, mark = self.instruments[symbol_id], self.mark_e8[symbol_id]
        position = self.position(account_id, symbol_id, position_side)
        worth = abs(self.worth(account_id, symbol_id, position_side))
        initial = formulas.initial_margin(worth, self.exposure(account_id, symbol_id).leverage)
        maintenance = formulas.maintenance_margin(instrument, position.qty_lots, mark)
        profit = formulas.unrealised(instrument, position.qty_lots, position.entry_value, mark)
        own = position.isolated_units
        return max(0, min(own - maintenance, own + profit - initial))

    def book_fill(
        self, order: Order, symbol_id: int, ticks: int, lots: int, fee_ppm: int
    ) -> tuple[int, int, int]:
        """Book one fill of an order: (value, fee, realised profit). The house pays no fee."""
        instrument = self.instruments[symbol_id]
        value = formulas.trade_value(instrument, ticks, lots)
        charged_ppm = 0 if order.is_house or order.forced else fee_ppm
        fee = formulas.fee(instrument, value, charged_ppm)
        kept = formulas.kept_fee(instrument, value, charged_ppm)
        return value, fee, self._book(order, symbol_id, lots, value, fee, kept)

    def book_apart(self, order: Order, symbol_id: int, price: int, lots: int) -> tuple[int, int]:
        """The same at a price off the grid, without a fee: (realised profit, value)."""
        instrument = self.instruments[symbol_id]
        exact = formulas.value_exactly(instrument, price, lots) * formulas.booked_per_unit(instrument)
        value = formulas.cut(exact)
        return self._book(order, symbol_id, lots, value, 0, 0), value

    def _book(self, order: Order, symbol_id: int, lots: int, value: int, fee: int, kept: int) -> int:
        """`kept` is the fee as the position counts it, in booked units."""
        instrument, key = self.instruments[symbol_id], self.wallet_key(symbol_id)
        exposure = self.touch_exposure(order.account_id, symbol_id)
        position = exposure.positions[order.position_side]
        before = position.qty_lots
        won = position.trade(instrument, order.side, lots, value, kept)
        if exposure.isolated:
            self._set_apart(exposure.leverage, position, before, instrument, lots, value)
        realized = formulas.cut(won)
        wallets = self.accounts[order.account_id].wallets
        wallets[key] = wallets.get(key, 0) + realized - fee
        self.fees_collected[key] = self.fees_collected.get(key, 0) + fee
        dust = (won - realized) * formulas.booked_per_unit(instrument)
        self.dust[key] = self.dust.get(key, 0) + formulas.cut(dust)
        order.filled_lots += lots
        order.filled_value += value
        return realized

    def _set_apart(
        self, leverage: int, position: Position, before: int, instrument: Instrument, lots: int, value: int
    ) -> None:
        """An isolated position gives back in proportion what it closes, and keeps the margin of what it opens."""
        closed = min(lots, abs(before)) if before * (position.qty_lots - before) < 0 else 0
        if closed:
            position.isolated_units -= formulas.cut(position.isolated_units * Fraction(closed, abs(before)))
        opened_value = value - formulas.cut(Fraction(value * closed, lots))
        position.isolated_units += formulas.set_apart(instrument, opened_value, leverage)
