"""Accounts: wallets, positions, and what an account has at stake in each instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import i64

from perpit.domain.commands import CreateKey, SetFeeTier
from perpit.domain.instrument import rpi_fee_ppm
from perpit.domain.margin import (
    initial_margin_units,
    maintenance_margin_units,
    present_notional_units,
    unrealised_units,
)
from perpit.domain.words import BOTH, BUY, CROSS, GOOD_STANDING, LONG, SHORT, USDS_M
from perpit.engine.scope import Scope

if TYPE_CHECKING:
    from perpit.engine.book import Order
    from perpit.engine.grid import Grid
    from perpit.engine.joint import JointScope
    from perpit.engine.market import Market
    from perpit.engine.risk import Risk
    from perpit.engine.triggers import Conditional


class Wallet:
    """Money of one asset in one market: cross collateral, and what isolated positions keep for themselves.

    `exposures` are those that this wallet collateralises, in order of their instruments' ids.
    """

    def __init__(self, account: Account, market: i64, asset: str) -> None:
        self.market: i64 = market
        self.asset = asset
        self.wallet_units = 0
        self.isolated_units = 0  # the part of it that isolated positions hold
        self.exposures: list[Exposure] = []
        # Profit less margin of all exposures as they were last assessed, those to assess again, and `Risk.moves` at
        # which all of them were.
        self.assessed_units = 0
        self.stale: list[Exposure] = []
        self.moves_seen: i64 = 0
        self.scope = Scope(account, self, None)
        # in multi-assets mode the scope of all wallets that stand together
        self.joint: JointScope | None = None

    def meet(self, exposure: Exposure) -> None:
        """One more instrument to stand for; in order of their ids, whichever the account has asked for first."""
        symbol_id = exposure.market.instrument.symbol_id
        place = len(self.exposures)
        while place > 0 and self.exposures[place - 1].market.instrument.symbol_id > symbol_id:
            place -= 1
        self.exposures.insert(place, exposure)
        exposure.is_stale = True
        self.stale.append(exposure)

    def cross_wallet_units(self) -> int:
        """What is collateral for everything that is not isolated (semantics 1.5.2)."""
        return self.wallet_units - self.isolated_units

    def free_units(self) -> int:
        """Cross collateral and unrealised profit less initial margin; negative when short (semantics 1.5.3)."""
        joint = self.joint
        if joint is not None:
            return joint.free_units(self)
        return self.own_free_units()

    def own_free_units(self) -> int:
        """The same as far as this wallet alone stands for it.

        All exposures are looked at after a move of the marks, and then only those that changed.
        """
        for exposure in self.stale:
            exposure.is_stale = False
            exposure.assess()
        self.stale.clear()
        if self.exposures:
            moves = self.exposures[0].market.risk.moves
            if moves != self.moves_seen:
                self.moves_seen = moves
                for exposure in self.exposures:
                    exposure.assess()
        return self.wallet_units - self.isolated_units + self.assessed_units

    def maintenance_units(self) -> int:
        """Maintenance margin of the cross positions."""
        total = 0
        for exposure in self.exposures:
            if exposure.margin_type == CROSS:
                total += exposure.maintenance_units()
        return total


class Position:
    """A signed quantity with the exact sum of its entry cost; see `PositionChanged` for the fields.

    In one-way mode an exposure has one, BOTH; in hedge mode two, LONG and SHORT, that never net (semantics 4.4.3).
    """

    def __init__(self, exposure: Exposure, position_side: i64) -> None:
        self.exposure = exposure
        self.position_side: i64 = position_side
        self.qty_lots: i64 = 0
        self.entry_value = 0  # in value units of the instrument
        self.isolated_units = 0
        self.closing_lots: i64 = 0  # what resting orders that can only close it would take
        self.realized_units = 0
        self.fees_value = 0
        self.episode_realized_units = 0
        self.attached: i64 = 0  # waiting orders that end with it (semantics 4.5.8)
        self.scope: Scope | None = None  # its own while it is isolated
        self.edge_number = 0  # of the edge that counts; 0 when it has none, see `risk`
        self.rank_number = 0  # of the rank that counts in deleveraging, see `ranking`

    def size_lots(self) -> i64:
        return -self.qty_lots if self.qty_lots < 0 else self.qty_lots

    def is_closed_by(self, side: i64) -> bool:
        """Whether an order of this side would make the position smaller."""
        return self.qty_lots < 0 if side == BUY else self.qty_lots > 0


class Exposure:
    """What one account has at stake in one instrument: leverage, positions, open orders and their notionals."""

    def __init__(self, account: Account, market: Market, wallet: Wallet, is_hedged: bool) -> None:
        self.market = market
        self.wallet = wallet
        # resting orders by client order id, oldest first; by order id: `Market.orders`
        self.orders: dict[str, Order] = {}
        self.both = Position(self, BOTH)
        self.bid_units = 0
        self.ask_units = 0
        self.leverage = market.instrument.default_leverage
        self.max_notional_units = market.instrument.max_notional_units(self.leverage)
        # What follows from positions, mark and open orders: right after `assess`, until one of them changes.
        self.assessed_at_e8 = -1  # the mark price it was reckoned with; -1 when a position changed since
        self.is_assessed = False
        self.is_stale = False  # is listed in `Wallet.stale`
        self.value_units = 0
        self.profit_units = 0
        self.present_units = 0
        self.margin_units = 0
        self.margin_type: i64 = CROSS
        self.is_hedged = is_hedged
        self.account = account
        self.sides: list[Position] = []  # LONG and SHORT, once the account was in hedge mode
        self.maker_fee_ppm = self.taker_fee_ppm = self.rpi_fee_ppm = 0
        self.set_fees(account.fee_tiers.get(market.instrument.market))
        self.conditionals: dict[str, Conditional] = {}  # waiting ordinary orders, like `orders`
        self.grid: Grid | None = None  # that runs here

    def scope_of(self, position: Position) -> Scope:
        """What one of its positions is liquidated with (semantics 2.1.3)."""
        if self.margin_type == CROSS:
            return self.wallet.scope
        if position.scope is None:
            position.scope = Scope(self.account, self.wallet, position)
        return position.scope

    def position(self, position_side: i64) -> Position:
        """BOTH in one-way mode; LONG or SHORT in hedge mode, made at first use."""
        if position_side == BOTH:
            return self.both
        if not self.sides:
            self.sides = [Position(self, LONG), Position(self, SHORT)]
        return self.sides[0] if position_side == LONG else self.sides[1]

    def positions(self) -> list[Position]:
        """Those of the account's position mode."""
        return self.sides if self.is_hedged else [self.both]

    def assess(self) -> None:
        """Reckon value, profit, notional and margin, if anything has changed since the last time.

        `value_units`: signed value of the one-way position at the mark price. `present_units`: the larger exposure
        after all buys or all sells, in hedge mode the sum of both sides (semantics 1.3.2, 1.3.8). `profit_units` and
        `margin_units`: what the cross wallet gains and gives for it: unrealised profit, and initial margin of positions
        and open orders together (semantics 1.3.3); of an isolated exposure only the open orders' part (1.5.3).
        """
        mark_e8 = self.market.mark_e8
        if self.assessed_at_e8 == mark_e8 and self.is_assessed:
            return
        before = self.profit_units - self.margin_units
        if self.is_hedged or self.margin_type != CROSS:
            self._assess_apart(mark_e8)
        else:
            if self.assessed_at_e8 != mark_e8:
                self.value_units = self._value(self.both, mark_e8)
                self.profit_units = self._profit(self.both, mark_e8)
            present = present_notional_units(self.value_units, self.bid_units, self.ask_units)
            self.present_units = present
            self.margin_units = initial_margin_units(present, self.leverage)
        self.assessed_at_e8 = mark_e8
        self.is_assessed = True
        self.wallet.assessed_units += self.profit_units - self.margin_units - before

    def _assess_apart(self, mark_e8: int) -> None:
        """The rarer cases: two sides that never net, and positions that hold their own margin."""
        leverage = self.leverage
        profit = held = 0
        self.value_units = 0
        if self.is_hedged:
            bought = self._value(self.position(LONG), mark_e8) + self.bid_units
            sold = self.ask_units - self._value(self.position(SHORT), mark_e8)
            self.present_units = bought + sold
            margin = initial_margin_units(bought, leverage) + initial_margin_units(sold, leverage)
        else:
            self.value_units = self._value(self.both, mark_e8)
            self.present_units = present_notional_units(self.value_units, self.bid_units, self.ask_units)
            margin = initial_margin_units(self.present_units, leverage)
        for position in self.positions():
            profit += self._profit(position, mark_e8)
            value = self._value(position, mark_e8)
            held += initial_margin_units(-value if value < 0 else value, leverage)
        isolated = self.margin_type != CROSS
        self.profit_units = 0 if isolated else profit
        self.margin_units = margin - held if isolated else margin

    def side_units(self, side: i64) -> int:
        """In hedge mode: what the side that this order's side opens comes to with its open orders; needs `assess`."""
        mark_e8 = self.market.mark_e8
        if side == BUY:
            return self._value(self.position(LONG), mark_e8) + self.bid_units
        return self.ask_units - self._value(self.position(SHORT), mark_e8)

    def _value(self, position: Position, mark_e8: int) -> int:
        if position.qty_lots == 0:
            return 0
        return self.market.instrument.value_at_e8(mark_e8, position.qty_lots)

    def _profit(self, position: Position, mark_e8: int) -> int:
        if position.qty_lots == 0:
            return 0
        return unrealised_units(self.market.instrument, position.qty_lots, position.entry_value, mark_e8)

    def add_bids(self, units: int) -> None:
        """Open buy orders hold so much more, or less."""
        self.bid_units += units
        self._outdate()

    def add_asks(self, units: int) -> None:
        """Open sell orders hold so much more, or less."""
        self.ask_units += units
        self._outdate()

    def set_leverage(self, leverage: int, max_notional_units: int) -> None:
        self.leverage = leverage
        self.max_notional_units = max_notional_units
        self._outdate()

    def set_fees(self, tier: SetFeeTier | None) -> None:
        """The rates of a tier, or those of the contract."""
        instrument = self.market.instrument
        self.maker_fee_ppm = instrument.maker_fee_ppm if tier is None else tier.maker_fee_ppm
        self.taker_fee_ppm = instrument.taker_fee_ppm if tier is None else tier.taker_fee_ppm
        self.rpi_fee_ppm = rpi_fee_ppm(instrument, self.maker_fee_ppm)

    def set_margin_type(self, margin_type: i64) -> None:
        self.margin_type = margin_type
        self.outdate_position()

    def set_hedged(self, is_hedged: bool) -> None:
        self.is_hedged = is_hedged
        self.outdate_position()

    def outdate_position(self) -> None:
        """A position, or what it is reckoned by, changes."""
        self.assessed_at_e8 = -1
        self._outdate()

    def _outdate(self) -> None:
        self.is_assessed = False
        if not self.is_stale:
            self.is_stale = True
            self.wallet.stale.append(self)

    def has_orders(self) -> bool:
        """Whether anything is open here: on the book, or waiting for a price."""
        if self.orders or self.conditionals:
            return True
        return any(waiting.position.exposure is self for waiting in self.account.algos.values())

    def waiting_orders(self) -> int:
        """How many conditional orders wait here, ordinary ones and those of the Algo service."""
        count = len(self.conditionals)
        for waiting in self.account.algos.values():
            if waiting.position.exposure is self:
                count += 1
        return count

    def has_position(self) -> bool:
        if self.both.qty_lots != 0:
            return True
        return any(side.qty_lots != 0 for side in self.sides)

    def maintenance_units(self) -> int:
        """Maintenance margin of the positions, each by its own bracket."""
        instrument, mark_e8 = self.market.instrument, self.market.mark_e8
        if not self.is_hedged:
            return maintenance_margin_units(instrument, self.both.qty_lots, mark_e8)
        total = 0
        for side in self.sides:
            total += maintenance_margin_units(instrument, side.qty_lots, mark_e8)
        return total


class Account:
    """A customer of the venue, or the house (id 0). `hedged` holds the markets in which it is in hedge mode."""

    def __init__(self, account_id: i64, name: str) -> None:
        self.account_id: i64 = account_id
        self.name = name
        self.wallets: dict[tuple[int, str], Wallet] = {}
        self.exposures: dict[int, Exposure] = {}
        self._recent: Exposure | None = None  # the one asked for last, which is mostly the one asked for next
        self.keys: list[CreateKey] = []
        self.hedged: list[int] = []
        self.algos: dict[str, Conditional] = {}  # waiting orders of the Algo service, by client id
        self.joint: JointScope | None = None  # in multi-assets mode
        self.burns_fees = False  # pays commissions in BNB while there is enough
        self.fee_tiers: dict[int, SetFeeTier] = {}  # by market; a market without one has its contracts' rates
        self.has_signed = False  # the agreement that some contracts need
        self.standing: i64 = GOOD_STANDING

    def wallet(self, market: i64, asset: str) -> Wallet:
        """The wallet of an asset in a market, made empty at first use."""
        wallet = self.wallets.get((market, asset))
        if wallet is None:
            wallet = Wallet(self, market, asset)
            self.wallets[(market, asset)] = wallet
            joint = self.joint
            if joint is not None and market == USDS_M:
                wallet.joint = joint
                wallet.scope = joint
        return wallet

    def join(self, joint: JointScope, risk: Risk) -> None:
        """All USDⓈ-M wallets become one scope."""
        self.joint = joint
        for wallet in self.wallets.values():
            if wallet.market == USDS_M:
                risk.forget(wallet.scope)
                wallet.joint = joint
                wallet.scope = joint
        risk.joint.append(joint)

    def part(self, risk: Risk) -> None:
        """Every USDⓈ-M wallet is a scope of its own again, and is looked at at the next move of the marks."""
        joint = self.joint
        assert joint is not None
        self.joint = None
        risk.forget(joint)
        risk.joint.remove(joint)
        for wallet in self.wallets.values():
            if wallet.market == USDS_M:
                wallet.joint = None
                wallet.scope = Scope(self, wallet, None)
                risk.touch(wallet.scope)

    def exposure(self, market: Market) -> Exposure:
        """The account's exposure to an instrument, made at first use."""
        recent = self._recent
        if recent is not None and recent.market is market:
            return recent
        instrument = market.instrument
        exposure = self.exposures.get(instrument.symbol_id)
        if exposure is None:
            wallet = self.wallet(instrument.market, instrument.margin_asset)
            exposure = Exposure(self, market, wallet, instrument.market in self.hedged)
            self.exposures[instrument.symbol_id] = exposure
            wallet.meet(exposure)
            market.exposures.append(exposure)
        self._recent = exposure
        return exposure
