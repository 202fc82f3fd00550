"""Accounts: wallets, positions, and what an account has at stake in each instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import i64

from perpit.domain.commands import CreateKey
from perpit.domain.margin import (
    initial_margin_units,
    maintenance_margin_units,
    present_notional_units,
    unrealised_units,
)
from perpit.domain.words import CROSS

if TYPE_CHECKING:
    from perpit.engine.book import Order
    from perpit.engine.market import Market


class Wallet:
    """Money of one asset in one market. All of it is cross collateral until isolated margin takes some away.

    `exposures` are those that this wallet collateralises, in the order in which the account first met them.
    """

    def __init__(self, market: i64, asset: str) -> None:
        self.market: i64 = market
        self.asset = asset
        self.wallet_units = 0
        self.exposures: list[Exposure] = []

    def cross_wallet_units(self) -> int:
        return self.wallet_units

    def free_units(self) -> int:
        """Collateral and unrealised profit less initial margin; negative when short (semantics 1.5.3)."""
        free = self.wallet_units
        for exposure in self.exposures:
            exposure.assess()
            free += exposure.profit_units - exposure.margin_units
        return free

    def maintenance_units(self) -> int:
        total = 0
        for exposure in self.exposures:
            total += exposure.maintenance_units()
        return total


class Position:
    """A signed quantity with the exact sum of its entry cost; see `PositionChanged` for the fields."""

    def __init__(self, position_side: i64) -> None:
        self.position_side: i64 = position_side
        self.qty_lots: i64 = 0
        self.entry_value_units = 0
        self.realized_units = 0
        self.fees_units = 0
        self.episode_realized_units = 0


class Exposure:
    """What one account has at stake in one instrument: leverage, position, open orders and their notionals."""

    def __init__(self, account: Account, market: Market, wallet: Wallet) -> None:
        self.market = market
        self.wallet = wallet
        self.position = Position(0)
        # resting orders by client order id, oldest first; by order id: `Market.orders`
        self.orders: dict[str, Order] = {}
        self.bid_units = 0
        self.ask_units = 0
        self.leverage = market.instrument.default_leverage
        self.max_notional_units = market.instrument.max_notional_units(self.leverage)
        # What follows from position, mark and open orders: right after `assess`, until one of them changes.
        self.assessed_at_e8 = -1  # the mark price it was reckoned with; -1 when the position changed since
        self.is_assessed = False
        self.value_units = 0
        self.profit_units = 0
        self.present_units = 0
        self.margin_units = 0
        self.reduce_only_lots: i64 = 0
        self.margin_type: i64 = CROSS
        self.account = account

    def assess(self) -> None:
        """Reckon value, profit, notional and margin, if anything has changed since the last time.

        `value_units`: signed value of the position at the mark price. `profit_units`: its unrealised profit.
        `present_units`: the larger exposure after all buys or all sells (semantics 1.3.2). `margin_units`: initial
        margin of position and open orders together (semantics 1.3.3).
        """
        mark_e8 = self.market.mark_e8
        if self.assessed_at_e8 != mark_e8:
            self.assessed_at_e8 = mark_e8
            position = self.position
            if position.qty_lots == 0:
                self.value_units = 0
                self.profit_units = 0
            else:
                instrument = self.market.instrument
                self.value_units = instrument.value_at_e8(mark_e8, position.qty_lots)
                self.profit_units = unrealised_units(
                    instrument, position.qty_lots, position.entry_value_units, mark_e8
                )
        elif self.is_assessed:
            return
        present = present_notional_units(self.value_units, self.bid_units, self.ask_units)
        self.present_units = present
        self.margin_units = initial_margin_units(present, self.leverage)
        self.is_assessed = True

    def add_bids(self, units: int) -> None:
        """Open buy orders hold so much more, or less."""
        self.bid_units += units
        self.is_assessed = False

    def add_asks(self, units: int) -> None:
        """Open sell orders hold so much more, or less."""
        self.ask_units += units
        self.is_assessed = False

    def set_leverage(self, leverage: int, max_notional_units: int) -> None:
        self.leverage = leverage
        self.max_notional_units = max_notional_units
        self.is_assessed = False

    def maintenance_units(self) -> int:
        return maintenance_margin_units(self.market.instrument, self.position.qty_lots, self.market.mark_e8)


class Account:
    """A customer of the venue, or the house (id 0)."""

    def __init__(self, account_id: i64, name: str) -> None:
        self.account_id: i64 = account_id
        self.name = name
        self.wallets: dict[tuple[int, str], Wallet] = {}
        self.exposures: dict[int, Exposure] = {}
        self._recent: Exposure | None = None  # the one asked for last, which is mostly the one asked for next
        self.keys: list[CreateKey] = []

    def wallet(self, market: i64, asset: str) -> Wallet:
        """The wallet of an asset in a market, made empty at first use."""
        wallet = self.wallets.get((market, asset))
        if wallet is None:
            wallet = Wallet(market, asset)
            self.wallets[(market, asset)] = wallet
        return wallet

    def exposure(self, market: Market) -> Exposure:
        """The account's exposure to an instrument, made at first use."""
        recent = self._recent
        if recent is not None and recent.market is market:
            return recent
        instrument = market.instrument
        exposure = self.exposures.get(instrument.symbol_id)
        if exposure is None:
            wallet = self.wallet(instrument.market, instrument.margin_asset)
            exposure = Exposure(self, market, wallet)
            self.exposures[instrument.symbol_id] = exposure
            wallet.exposures.append(exposure)
        self._recent = exposure
        return exposure
