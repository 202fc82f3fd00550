"""Accounts: wallets, positions, and what an account has at stake in each instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    def __init__(self, market: int, asset: str) -> None:
        self.market = market
        self.asset = asset
        self.wallet_units = 0
        self.exposures: list[Exposure] = []

    def cross_wallet_units(self) -> int:
        return self.wallet_units

    def free_units(self) -> int:
        """Collateral and unrealised profit less initial margin; negative when short (semantics 1.5.3)."""
        free = self.wallet_units
        for exposure in self.exposures:
            free += exposure.unrealised_units() - exposure.initial_units()
        return free

    def maintenance_units(self) -> int:
        total = 0
        for exposure in self.exposures:
            total += exposure.maintenance_units()
        return total


class Position:
    """A signed quantity with the exact sum of its entry cost; see `PositionChanged` for the fields."""

    def __init__(self, position_side: int) -> None:
        self.position_side = position_side
        self.qty_lots = 0
        self.entry_value_units = 0
        self.realized_units = 0
        self.fees_units = 0
        self.episode_realized_units = 0


class Exposure:
    """What one account has at stake in one instrument: leverage, position, open orders and their notionals."""

    def __init__(self, account: Account, market: Market, wallet: Wallet) -> None:
        self.account = account
        self.market = market
        self.wallet = wallet
        self.leverage = market.instrument.default_leverage
        self.max_notional_units = market.instrument.max_notional_units(self.leverage)
        self.margin_type = CROSS
        self.position = Position(0)
        self.bid_units = 0
        self.ask_units = 0
        self.reduce_only_lots = 0
        # The position valued at a mark price; -1 when the position changed since.
        self.valued_at_e8 = -1
        self.value_units = 0
        self.profit_units = 0
        self.orders: dict[
            str, Order
        ] = {}  # resting ones by client id, oldest first; by order id: Market.orders

    def position_units(self) -> int:
        """Signed value of the position at the mark price."""
        if self.position.qty_lots == 0:
            return 0
        if self.valued_at_e8 != self.market.mark_e8:
            self._value_position()
        return self.value_units

    def unrealised_units(self) -> int:
        """Unrealised profit of the position at the mark price."""
        if self.position.qty_lots == 0:
            return 0
        if self.valued_at_e8 != self.market.mark_e8:
            self._value_position()
        return self.profit_units

    def _value_position(self) -> None:
        """The mark or the position changed: value it once for all the questions until the next change."""
        position = self.position
        instrument = self.market.instrument
        mark_e8 = self.market.mark_e8
        self.valued_at_e8 = mark_e8
        self.value_units = instrument.value_at_e8(mark_e8, position.qty_lots)
        self.profit_units = unrealised_units(
            instrument, position.qty_lots, position.entry_value_units, mark_e8
        )

    def notional_units(self) -> int:
        """Present notional: the larger exposure after all buys or all sells (semantics 1.3.2)."""
        return present_notional_units(self.position_units(), self.bid_units, self.ask_units)

    def initial_units(self) -> int:
        """Initial margin of position and open orders together (semantics 1.3.3)."""
        if self.position.qty_lots == 0 and self.bid_units == 0 and self.ask_units == 0:
            return 0
        return initial_margin_units(self.notional_units(), self.leverage)

    def maintenance_units(self) -> int:
        return maintenance_margin_units(self.market.instrument, self.position.qty_lots, self.market.mark_e8)


class Account:
    """A customer of the venue, or the house (id 0)."""

    def __init__(self, account_id: int, name: str) -> None:
        self.account_id = account_id
        self.name = name
        self.wallets: dict[tuple[int, str], Wallet] = {}
        self.exposures: dict[int, Exposure] = {}
        self._recent: Exposure | None = None  # the one asked for last, which is mostly the one asked for next
        self.keys: list[CreateKey] = []

    def wallet(self, market: int, asset: str) -> Wallet:
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
