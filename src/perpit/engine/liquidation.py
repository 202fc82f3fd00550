"""Liquidation, step by step (semantics 2.5): cancel, test again, reduce by brackets, take over, deleverage.

A contract that has ended is settled before all that, if that is to come: there is no book in which to reduce it.

Each step reduction is one immediate-or-cancel order at the bankruptcy price through the ordinary book. What the book
does not take at that price goes to the insurance fund, and what the fund may not hold, to the other side
(`deleveraging`). The procedure ends with a scope that is healthy again, or has nothing left.
"""

from mypy_extensions import i64

from perpit.domain.events import Event, WalletChanged
from perpit.domain.forced import LIQUIDATION_ORDER_ID
from perpit.domain.margin import Leg, takeover_price_e8
from perpit.domain.words import (
    CAUSE_INSURANCE,
    EXPIRED,
    IOC,
    REASON_IOC_REMAINDER,
    REASON_LIQUIDATED,
    STP_NONE,
    TRADE_INSURANCE_FUND,
)
from perpit.engine import open_orders
from perpit.engine.account import Account, Position, Wallet
from perpit.engine.book import Order
from perpit.engine.conditionals import Conditionals
from perpit.engine.deleveraging import Deleverager
from perpit.engine.delivery import Deliverer
from perpit.engine.exchange import Exchange
from perpit.engine.forced_orders import limit_ticks_of, place_forced
from perpit.engine.insurance import InsuranceFund
from perpit.engine.joint import JointScope
from perpit.engine.ledger import move_isolated, position_changed
from perpit.engine.market import Market
from perpit.engine.matching import Matcher
from perpit.engine.off_book import trade_off_book
from perpit.engine.risk import Risk
from perpit.engine.scope import Scope
from perpit.engine.trading import Trading
from perpit.engine.treasury import Treasury


class Liquidator:
    """Looks after everybody's margin whenever mark prices have moved."""

    def __init__(
        self,
        risk: Risk,
        trading: Trading,
        conditionals: Conditionals,
        matcher: Matcher,
        deliverer: Deliverer,
        fund: InsuranceFund,
        house: Account,
        treasury: Treasury,
    ) -> None:
        self.risk = risk
        self.trading = trading
        self.conditionals = conditionals
        self.matcher = matcher
        self.deliverer = deliverer
        self.fund = fund
        self.treasury = treasury
        self.deleverager = Deleverager(trading, conditionals, risk, house)

    def run(self, markets: list[Market], time_ms: i64, events: list[Event]) -> None:
        """Liquidate who must be, in canonical order, until nobody must; then warn who is near."""
        risk = self.risk
        risk.gather(markets)
        healthy: dict[object, Scope] = {}
        scope = risk.next()
        while scope is not None:
            if scope.is_unhealthy():
                self.liquidate(scope, time_ms, events)
                risk.touch(scope)
                risk.gather_touched()  # whoever the fills have changed
            elif scope.is_in_debt():
                self._make_good(scope, time_ms, events)
                healthy[scope.key] = scope
            elif scope.is_joint and scope.is_to_exchange():
                self._exchange(scope, False, time_ms, events)
                risk.touch(scope)
                risk.gather_touched()
            else:
                healthy[scope.key] = scope
            scope = risk.next()
        for calm in sorted(healthy.values(), key=lambda one: one.key):
            risk.settle(calm, time_ms, events)
        risk.forget_calm()
        self.deleverager.rankings.forget()

    def liquidate(self, scope: Scope, time_ms: i64, events: list[Event]) -> None:
        """Bring one scope back above its maintenance margin, or to nothing."""
        for position in scope.positions():
            self.deliverer.settle(position.exposure.market, time_ms, events)
        if not scope.is_unhealthy():
            return
        self._cancel_orders(scope, time_ms, events)
        while scope.is_unhealthy():
            went_on = self._reduce(scope, _heaviest(scope), time_ms, events)
            if not went_on and scope.is_unhealthy():
                self._take_over(scope, time_ms, events)

    def _cancel_orders(self, scope: Scope, time_ms: i64, events: list[Event]) -> None:
        """Every open order of the scope goes at once, those that wait for a price, too (semantics 2.5.1)."""
        for exposure in scope.exposures():
            self.conditionals.end_everything(exposure, EXPIRED, REASON_LIQUIDATED, time_ms, events)

    def _reduce(self, scope: Scope, position: Position, time_ms: i64, events: list[Event]) -> bool:
        """One order at the bankruptcy price for what lies above the next lower bracket, and its fee.

        False when the book did not take all of it, or nothing is left to go on with.
        """
        market = position.exposure.market
        isolated, realized = position.isolated_units, position.realized_units
        lots = lots_to_close(position)
        price_e8 = _bankruptcy_e8(scope, position)
        order = self._forced_order(
            position, lots, limit_ticks_of(market, position, price_e8), time_ms, events
        )
        self.matcher.cross(market, order, order.price_ticks, STP_NONE, time_ms, events)
        unfilled = order.is_open and order.remaining_lots > 0
        if unfilled:
            open_orders.close(order, EXPIRED, REASON_IOC_REMAINDER, time_ms, events)
        if scope.position is not None:
            isolated += position.realized_units - realized
            if position.qty_lots != 0:  # what the fills gave back stays with the rest until all is over
                move_isolated(position, isolated - position.isolated_units)
        left = isolated
        if position.qty_lots != 0 or scope.position is None:
            left = scope.left_units(position.exposure.wallet)
        self._charge(scope, position, left, order.filled_value, time_ms, events)
        return not unfilled and scope.balance_units() > 0

    def _forced_order(
        self, position: Position, lots: i64, limit_ticks: i64, time_ms: i64, events: list[Event]
    ) -> Order:
        """An order that the venue places for an account; it pays the liquidation fee instead of a commission."""
        order_id = self.trading.take_order_id()
        name = f"{LIQUIDATION_ORDER_ID}{time_ms}{order_id}"
        return place_forced(position, order_id, name, IOC, lots, limit_ticks, time_ms, events)

    def _charge(
        self,
        scope: Scope,
        position: Position,
        left: int,
        filled_value: int,
        time_ms: i64,
        events: list[Event],
    ) -> None:
        """The liquidation fee on what was filled, at most what is left, goes to the fund (semantics 2.5.5)."""
        instrument = position.exposure.market.instrument
        fee = instrument.fee_units(filled_value, instrument.liquidation_fee_ppm)
        if fee > left:
            fee = left
        if fee > 0:
            self._hand_to_fund(scope, position.exposure.wallet, fee, time_ms, events)

    def _take_over(self, scope: Scope, time_ms: i64, events: list[Event]) -> None:
        """The fund, or the other side, takes every position at its bankruptcy price (semantics 2.5.7, 2.5.8)."""
        left = 0
        if scope.position is not None:
            left = scope.position.isolated_units - scope.position.realized_units
        for position in scope.positions():
            if position.qty_lots == 0:  # gave way to the other side of the hedge
                continue
            price_e8 = _bankruptcy_e8(scope, position)
            market = position.exposure.market
            order = self._forced_order(
                position, position.size_lots(), limit_ticks_of(market, position, price_e8), time_ms, events
            )
            counterpart = self.fund.position(market)
            if self.fund.may_take(market, position, counterpart):
                trade_off_book(
                    order, counterpart, order.remaining_lots, price_e8, TRADE_INSURANCE_FUND, time_ms, events
                )
            else:
                self.deleverager.close(order, counterpart, price_e8, time_ms, events)
        if isinstance(scope, JointScope):
            self._clear(scope, time_ms, events)
            return
        if scope.position is None:
            left = scope.wallet.cross_wallet_units()
        else:
            left += scope.position.realized_units
        if left != 0:
            self._hand_to_fund(scope, scope.wallet, left, time_ms, events)

    def _make_good(self, scope: Scope, time_ms: i64, events: list[Event]) -> None:
        """Nothing is held and something is owed: other assets pay as far as they go, the fund pays the rest."""
        if not isinstance(scope, JointScope):
            self._hand_to_fund(scope, scope.wallet, scope.collateral_units(), time_ms, events)
            return
        self._exchange(scope, True, time_ms, events)
        for wallet in scope.wallets():
            if wallet.wallet_units < 0:
                self._hand_to_fund(scope, wallet, wallet.wallet_units, time_ms, events)

    def _clear(self, scope: JointScope, time_ms: i64, events: list[Event]) -> None:
        """A bankrupt account of several assets: debts are paid out of the others, the fund has what is left."""
        self._exchange(scope, True, time_ms, events)
        for wallet in scope.wallets():
            is_collateral = scope.assets.priced(wallet.asset) is not None
            if wallet.wallet_units != 0 and (is_collateral or wallet.wallet_units < 0):
                self._hand_to_fund(scope, wallet, wallet.wallet_units, time_ms, events)

    def _exchange(self, scope: Scope, pays_all: bool, time_ms: i64, events: list[Event]) -> None:
        assert isinstance(scope, JointScope)
        Exchange(scope, pays_all).run(self.treasury, time_ms, events)

    def _hand_to_fund(
        self, scope: Scope, wallet: Wallet, units: int, time_ms: i64, events: list[Event]
    ) -> None:
        """Fee and leftover to the fund; with a negative number the fund pays (semantics 2.5.7)."""
        position = scope.position
        if position is not None and position.qty_lots == 0:
            position = None
        if position is not None:
            move_isolated(position, -units)
        wallet.wallet_units -= units
        self.risk.touch(wallet.scope)
        self.fund.receive(wallet.market, wallet.asset, units, time_ms, events)
        events.append(
            WalletChanged(
                time_ms,
                scope.account.account_id,
                wallet.market,
                wallet.asset,
                wallet.wallet_units,
                wallet.cross_wallet_units(),
                -units,
                CAUSE_INSURANCE,
            )
        )
        if position is not None:
            position_changed(position, CAUSE_INSURANCE, time_ms, events)


def lots_to_close(position: Position) -> i64:
    """What lies above the cap of the next lower bracket at the mark price; in the lowest bracket all of it.

    The size rule is not published: semantics 2.5.3, and the setting of section 12.
    """
    market = position.exposure.market
    instrument = market.instrument
    size: int = position.size_lots()
    row = instrument.bracket_index(instrument.value_at_e8(market.mark_e8, size))
    if row == 0:
        return size
    kept = instrument.lots_worth(instrument.brackets[row - 1].cap_units, market.mark_e8)
    return size - kept if kept < size else size


def _heaviest(scope: Scope) -> Position:
    """The position with the largest maintenance margin; of equal ones the first."""
    positions = scope.positions()
    heaviest = positions[0]
    for position in positions:
        if scope.weight_units(position) > scope.weight_units(heaviest):
            heaviest = position
    return heaviest


def _bankruptcy_e8(scope: Scope, position: Position) -> int:
    """Price at which the collateral of the scope is used up, the other positions at their marks (semantics 2.4.2)."""
    collateral = scope.collateral_for(position)
    market = position.exposure.market
    leg = Leg(position.qty_lots, position.entry_value)
    price_e8 = takeover_price_e8(market.instrument, leg, collateral)
    return price_e8 if price_e8 > 0 else market.mark_e8
