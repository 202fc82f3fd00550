"""Liquidation in the reference: every scope is looked at after every move of the marks, from the first on.

Written from semantics 2 and the settings of section 12. A scope is a key: account, wallet, and the symbol and side of
an isolated position, or -1 twice for all cross positions of the wallet.
"""

from fractions import Fraction
from math import ceil, floor

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.instrument import Instrument
from tests import reference_formulas as formulas
from tests.reference_formulas import E8
from tests.reference_funding import Funding
from tests.reference_kinds import Waiting
from tests.reference_ledger import FUND, Account, Order, Position

Scope = tuple[int, int, str, int, int]
Held = tuple[int, int]  # symbol id, position side

MARGIN_CALL = Fraction(80, 100)  # semantics 2.8.4
FUND_HOLDS = 1  # times its balance, semantics 2.6.2


class Liquidation(Funding):
    def __init__(self) -> None:
        super().__init__()
        self.warned: set[Scope] = set()

    # -- who ----------------------------------------------------------------------------------------------------------

    def scopes(self) -> list[Scope]:
        found: list[Scope] = []
        for account in self.accounts[1:]:
            keys = {self.wallet_key(symbol_id) for symbol_id in account.exposures}
            for key in sorted(keys | set(account.wallets)):
                found.append((account.account_id, *key, -1, -1))
                found += [
                    (account.account_id, *key, symbol_id, side)
                    for symbol_id in self.symbols_of_wallet(account.account_id, key)
                    if self.exposure(account.account_id, symbol_id).isolated
                    for side in (w.BOTH, w.LONG, w.SHORT)
                ]
        return found

    def members(self, scope: Scope) -> list[Held]:
        account_id, market, asset, symbol_id, side = scope
        if symbol_id >= 0:
            members = [(symbol_id, side)]
        else:
            symbols = self.cross_symbols(account_id, (market, asset))
            members = [(symbol, one) for symbol in symbols for one in (w.BOTH, w.LONG, w.SHORT)]
        return [(symbol, one) for symbol, one in members if self.position(account_id, symbol, one).qty_lots]

    def collateral(self, scope: Scope) -> int:
        account_id, market, asset, symbol_id, side = scope
        if symbol_id >= 0:
            return self.position(account_id, symbol_id, side).isolated_units
        return self.cross_wallet(account_id, (market, asset))

    def profit(self, account_id: int, held: Held) -> int:
        position, symbol_id = self.position(account_id, *held), held[0]
        mark = self.mark_e8[symbol_id]
        return formulas.unrealised(self.instruments[symbol_id], position.qty_lots, position.entry_value, mark)

    def upkeep(self, account_id: int, held: Held) -> int:
        position, symbol_id = self.position(account_id, *held), held[0]
        return formulas.maintenance_margin(
            self.instruments[symbol_id], position.qty_lots, self.mark_e8[symbol_id]
        )

    def balance(self, scope: Scope) -> int:
        return self.collateral(scope) + sum(self.profit(scope[0], held) for held in self.members(scope))

    def due(self, scope: Scope) -> int:
        return sum(self.upkeep(scope[0], held) for held in self.members(scope))

    def unhealthy(self, scope: Scope) -> bool:
        due = self.due(scope)
        return due > 0 and self.balance(scope) < due

    def in_debt(self, scope: Scope) -> bool:
        """A cross wallet below nothing that holds no position: the fund pays (semantics 2.5.7)."""
        return scope[3] < 0 and not self.members(scope) and self.collateral(scope) < 0

    def to_exchange(self, scope: Scope) -> bool:
        """Of several assets only; in `reference_assets`."""
        return False

    def exchange(self, scope: Scope, everything: bool) -> None:
        raise NotImplementedError

    def calls(self, scope: Scope) -> bool:
        """Something must be done with it."""
        return self.unhealthy(scope) or self.in_debt(scope) or self.to_exchange(scope)

    def make_good(self, scope: Scope) -> None:
        self._hand_over(scope, self.collateral(scope))

    def spare(self, scope: Scope, symbol_id: int) -> int:
        """What the margin balance leaves to be taken out of the wallet of an instrument."""
        return self.balance(scope)

    def backing(self, scope: Scope, held: Held) -> int:
        """What stands behind a position: collateral and the others at their marks (semantics 2.4.2)."""
        others = [other for other in self.members(scope) if other != held]
        return self.collateral(scope) + sum(self.profit(scope[0], other) for other in others)

    def weight(self, account_id: int, held: Held) -> int:
        return self.upkeep(account_id, held)

    def ranked_money(self, account_id: int, symbol_id: int) -> int:
        return self.cross_wallet(account_id, self.wallet_key(symbol_id))

    # -- when ---------------------------------------------------------------------------------------------------------

    def marks_moved(self) -> None:
        """Liquidate the first who must be until nobody must; then warn who is near, once."""
        while True:
            scope = next((one for one in self.scopes() if self.calls(one)), None)
            if scope is None:
                break
            if self.unhealthy(scope):
                self._liquidate(scope)
            elif self.in_debt(scope):
                self.make_good(scope)
            else:
                self.exchange(scope, False)
        for scope in self.scopes():
            due = self.due(scope)
            near = due > 0 and due >= self.balance(scope) * MARGIN_CALL
            if near and scope not in self.warned:
                for symbol_id, side in self.members(scope):
                    position = self.position(scope[0], symbol_id, side)
                    cross = self.cross_wallet(scope[0], (scope[1], scope[2]))
                    about = (position.qty_lots, position.entry_value, position.isolated_units, cross)
                    self._tell("MarginCalled", scope[0], symbol_id, side, *about)
            (self.warned.add if near else self.warned.discard)(scope)

    def unwind(self, symbol_id: int) -> None:
        """The fund offers what it holds at the mark price or better."""
        lots = self.position(FUND, symbol_id, w.BOTH).qty_lots
        if lots:
            side = w.SELL if lots > 0 else w.BUY
            order = self._order(FUND, symbol_id, w.BOTH, side, abs(lots), self.mark_e8[symbol_id], 0, "fund")
            key = self.wallet_key(symbol_id)
            before = self.fund.wallets.get(key, 0)
            self.orders[symbol_id].append(order)
            self._match(symbol_id, order, order.price_ticks, w.STP_NONE)
            if order in self.orders[symbol_id]:
                self.orders[symbol_id].remove(order)
            held = self.position(FUND, symbol_id, w.BOTH).qty_lots
            if held != lots:
                self._tell("InsurancePositionChanged", symbol_id, held)
            self._tell_realised(key, before)

    def _end(self, waiting: Waiting, status: int, reason: int) -> None:
        """A waiting order ends without firing; in `reference_triggers`."""
        raise NotImplementedError

    def settle_ended(self, symbol_id: int) -> None:
        """In `reference_delivery`."""
        raise NotImplementedError

    # -- how ----------------------------------------------------------------------------------------------------------

    def _liquidate(self, scope: Scope) -> None:
        account_id, market, asset, symbol_id, _side = scope
        for held_symbol, _held_side in self.members(scope):  # nothing is traded in what has ended
            self.settle_ended(held_symbol)
        if not self.unhealthy(scope):
            return
        symbols = [symbol_id] if symbol_id >= 0 else self.symbols_of_wallet(account_id, (market, asset))
        for symbol in symbols:
            for order in sorted(self.open_orders(account_id, symbol), key=lambda one: one.order_id):
                self._close(symbol, order, w.EXPIRED, w.REASON_LIQUIDATED)
            for waiting in self.waiting_of(account_id, symbol):
                self._end(waiting, w.EXPIRED, w.REASON_LIQUIDATED)
        while self.unhealthy(scope):
            heaviest = max(self.members(scope), key=lambda held: self.weight(account_id, held))
            went_on = self._reduce(scope, heaviest)
            if self.unhealthy(scope) and not went_on:
                self._take_over(scope)

    def _reduce(self, scope: Scope, held: Held) -> bool:
        symbol_id = held[0]
        instrument, position = self.instruments[symbol_id], self.position(scope[0], *held)
        own, gained = position.isolated_units, position.realized_units
        order = self._forced(scope[0], held, self._to_close(scope[0], held), self._bankruptcy(scope, held))
        self._match(symbol_id, order, order.price_ticks, w.STP_NONE)
        if order.remaining:
            self._close(symbol_id, order, w.EXPIRED, w.REASON_IOC_REMAINDER)
        left = self.spare(scope, symbol_id)
        if scope[3] >= 0:  # an isolated one stands for itself to the end: nothing goes back before
            own += position.realized_units - gained
            if position.qty_lots:
                position.isolated_units = own
                left = self.balance(scope)
            else:
                left = own
        fee = formulas.fee(instrument, order.filled_value, instrument.liquidation_fee_ppm)
        fee = min(fee, left)
        if fee > 0:
            joint = (scope[0], *self.wallet_key(symbol_id), -1, -1)
            self._hand_over(joint if scope[3] < 0 else scope, fee)
        return order.remaining == 0 and self.balance(scope) > 0

    def _to_close(self, account_id: int, held: Held) -> int:
        """What is above the cap of the next lower bracket, by whole lots; all in the lowest (semantics 2.5.3)."""
        symbol_id = held[0]
        instrument, mark = self.instruments[symbol_id], self.mark_e8[symbol_id]
        size = abs(self.position(account_id, *held).qty_lots)
        worth = formulas.value_at(instrument, mark, size)
        caps = [bracket.cap_units for bracket in instrument.brackets[:-1] if bracket.cap_units < worth]
        if not caps:
            return size
        kept = floor(caps[-1] / formulas.value_exactly(instrument, mark, 1))
        return size - kept if kept < size else size

    def _bankruptcy(self, scope: Scope, held: Held) -> int:
        """Semantics 2.4: the others at their marks; of a long up, of a short down; the mark when there is none."""
        account_id, symbol_id = scope[0], held[0]
        instrument, position = self.instruments[symbol_id], self.position(account_id, *held)
        own = self.backing(scope, held)
        price = self._zero_price(instrument, position, own)
        if price <= 0:
            return self.mark_e8[symbol_id]
        return ceil(price) if position.qty_lots > 0 else floor(price)

    def _zero_price(self, instrument: Instrument, position: Position, own: int) -> Fraction:
        """Where collateral and profit are nothing: in 1e-8 of the quote, 0 when nowhere."""
        if instrument.contract_kind == w.LINEAR:
            quantity = formulas.base_quantity(instrument, position.qty_lots)
            return Fraction(position.entry_value - own) / quantity
        coins = Fraction(position.entry_value, formulas.booked_per_unit(instrument)) + own
        if coins * position.qty_lots <= 0:
            return Fraction(0)
        return position.qty_lots * instrument.contract_size * E8 * E8 / coins

    def _forced(self, account_id: int, held: Held, lots: int, price_e8: int) -> Order:
        symbol_id, position_side = held
        side = w.SELL if self.position(account_id, *held).qty_lots > 0 else w.BUY
        order_id = self.next_order_id
        self.next_order_id += 1
        name = f"autoclose-{self.time_ms}{order_id}"
        order = self._order(account_id, symbol_id, position_side, side, lots, price_e8, order_id, name)
        self.orders[symbol_id].append(order)
        self._tell("OrderAccepted", *self._order_fields(symbol_id, order))
        return order

    def _order(
        self,
        account_id: int,
        symbol_id: int,
        position_side: int,
        side: int,
        lots: int,
        price_e8: int,
        order_id: int,
        name: str,
    ) -> Order:
        tick = self.instruments[symbol_id].tick_e8
        ticks = max(1, -(-price_e8 // tick) if side == w.SELL else price_e8 // tick)
        request = c.PlaceOrder(
            account_id, symbol_id, name, side, w.LIMIT, w.IOC, lots, ticks, position_side=position_side
        )
        return Order(order_id, account_id, request, side, ticks, lots, 0, forced=True)

    def _take_over(self, scope: Scope) -> None:
        account_id, _market, _asset, symbol_id, side = scope
        own = self.position(account_id, symbol_id, side) if symbol_id >= 0 else None
        left = own.isolated_units - own.realized_units if own else 0
        for held in self.members(scope):
            if not self.position(account_id, *held).qty_lots:
                continue  # the other side of a hedge, which gave way to the first
            price = self._bankruptcy(scope, held)
            order = self._forced(account_id, held, abs(self.position(account_id, *held).qty_lots), price)
            if self._fund_may_take(held[0], -order.side * order.remaining):
                self._trade_apart(
                    held[0], order, self._counter(FUND, held[0], -order.side, order.remaining), price
                )
            else:
                self._deleverage(held[0], order, price)
        if own is None:
            self.hand_over_rest(scope)
        elif left + own.realized_units:
            self._hand_over(scope, left + own.realized_units)

    def hand_over_rest(self, scope: Scope) -> None:
        left = self.cross_wallet(scope[0], (scope[1], scope[2]))
        if left:
            self._hand_over(scope, left)

    def _hand_over(self, scope: Scope, units: int) -> None:
        account_id, market, asset, symbol_id, side = scope
        key = (market, asset)
        is_open = symbol_id >= 0 and self.position(account_id, symbol_id, side).qty_lots != 0
        if is_open:
            self.position(account_id, symbol_id, side).isolated_units -= units
        wallets = self.accounts[account_id].wallets
        wallets[key] = wallets.get(key, 0) - units
        self._fund_receives(key, units)
        cross = self.cross_wallet(account_id, key)
        self._tell("WalletChanged", account_id, *key, wallets[key], cross, -units, w.CAUSE_INSURANCE)
        if is_open:
            self._tell_position(account_id, symbol_id, side, w.CAUSE_INSURANCE)

    def _fund_receives(self, key: tuple[int, str], units: int) -> None:
        after = self.fund.wallets[key] = self.fund.wallets.get(key, 0) + units
        self._tell("InsuranceFundChanged", *key, after)

    def _tell_realised(self, key: tuple[int, str], had: int) -> None:
        """What a fill of the fund's own position has won or lost is in its wallet already."""
        if self.fund.wallets.get(key, 0) != had:
            self._fund_receives(key, 0)

    def _fund_may_take(self, symbol_id: int, lots: int) -> bool:
        key = self.wallet_key(symbol_id)
        total = 0
        for symbol in self.symbols_of_wallet(FUND, key):
            held = self.position(FUND, symbol, w.BOTH).qty_lots + (lots if symbol == symbol_id else 0)
            if held:
                total += abs(formulas.value_at(self.instruments[symbol], self.mark_e8[symbol], held))
        return total <= self.fund.wallets.get(key, 0) * FUND_HOLDS

    # -- off the book -------------------------------------------------------------------------------------------------

    def _counter(self, account_id: int, symbol_id: int, side: int, lots: int) -> Order:
        self.touch_exposure(account_id, symbol_id)
        return self._order(account_id, symbol_id, w.BOTH, side, lots, E8, 0, "counterpart")

    def _trade_apart(self, symbol_id: int, order: Order, counter: Order, price: int) -> None:
        """Both sides at a price off the grid, without commission; `counter` first."""
        kind = w.TRADE_INSURANCE_FUND if counter.account_id == FUND and not self.adl else w.TRADE_ADL
        trade_id = self.next_trade_id[symbol_id]
        self.next_trade_id[symbol_id] += 1
        lots = counter.remaining
        key = self.wallet_key(symbol_id)
        had = self.fund.wallets.get(key, 0)
        for one in (counter, order):
            held = self.position(one.account_id, symbol_id, one.position_side).qty_lots
            realized, value = self.book_apart(one, symbol_id, price, lots)
            if held * one.side < 0 and lots >= abs(held):
                self.gone.append((one.account_id, symbol_id, one.position_side))
            one.status = w.FILLED if one.remaining == 0 else w.PARTIALLY_FILLED
            if one.remaining == 0 and one in self.orders[symbol_id]:
                self.orders[symbol_id].remove(one)
            if one.account_id > 0:
                self._tell_position(one.account_id, symbol_id, one.position_side, w.CAUSE_ORDER)
                about = (trade_id, price, lots, value, realized, kind, 0)
                self._tell("OrderCalculated", *self._order_fields(symbol_id, one), *about)
        self._tell("TradeCalculated", symbol_id, trade_id, price, lots, order.side, kind)
        if counter.account_id == FUND:
            held = self.position(FUND, symbol_id, w.BOTH).qty_lots
            self._tell("InsurancePositionChanged", symbol_id, held)
            self._tell_realised(key, had)

    adl = False

    def _deleverage(self, symbol_id: int, order: Order, price: int) -> None:
        """Semantics 2.7: most profit on least margin first; then the house, then the fund."""
        self.adl = True
        ranked = sorted(
            (-self._rank(account.account_id, (symbol_id, side)), account.account_id, side)
            for account in self.accounts[1:]
            for side in (w.BOTH, w.LONG, w.SHORT)
            if self.position(account.account_id, symbol_id, side).qty_lots * order.side > 0
        )
        for _score, account_id, side in ranked:
            if order.remaining:
                self._give_way(symbol_id, order, account_id, side, price)
        for account_id in (w.HOUSE, FUND):
            held = self.position(account_id, symbol_id, w.BOTH).qty_lots * order.side
            if order.remaining and held > 0:
                lots = min(held, order.remaining)
                self._trade_apart(
                    symbol_id, order, self._counter(account_id, symbol_id, -order.side, lots), price
                )
        self.adl = False

    def _give_way(self, symbol_id: int, order: Order, account_id: int, side: int, price: int) -> None:
        for resting in sorted(self.open_orders(account_id, symbol_id), key=lambda one: one.order_id):
            if resting is not order:  # the bankrupt account may stand on the other side, too
                self._close(symbol_id, resting, w.CANCELED, w.REASON_NONE)
        for waiting in self.waiting_of(account_id, symbol_id):
            self._end(waiting, w.CANCELED, w.REASON_NONE)
        lots = min(abs(self.position(account_id, symbol_id, side).qty_lots), order.remaining)
        order_id = self.next_order_id
        self.next_order_id += 1
        own = self._order(account_id, symbol_id, side, -order.side, lots, E8, order_id, "adl_autoclose")
        own.price_ticks = order.price_ticks
        self.orders[symbol_id].append(own)
        self._tell("OrderAccepted", *self._order_fields(symbol_id, own))
        self._trade_apart(symbol_id, order, own, price)

    def _rank(self, account_id: int, held: Held) -> int:
        exposure, position = self.exposure(account_id, held[0]), self.position(account_id, *held)
        money = position.isolated_units
        if not exposure.isolated:
            money = self.ranked_money(account_id, held[0])
        profit = self.profit(account_id, held)
        if profit <= 0 or money + profit <= 0:
            return 0
        return profit * E8 // max(E8, money) * (self.upkeep(account_id, held) * E8 // (money + profit))

    # -- the operator's money -----------------------------------------------------------------------------------------

    def fund_transfer(self, command: c.Transfer) -> int:
        key, amount = (command.market, command.asset), command.amount_units
        if amount == 0 or command.market not in (w.USDS_M, w.COIN_M) or not command.asset:
            return no.INVALID_VALUE
        holds = any(
            self.position(FUND, symbol, w.BOTH).qty_lots for symbol in self.symbols_of_wallet(FUND, key)
        )
        if amount < 0 and -amount > (0 if holds else self.fund.wallets.get(key, 0)):
            return no.BALANCE_TOO_SMALL
        self.net_deposits[key] = self.net_deposits.get(key, 0) + amount
        self._fund_receives(key, amount)
        return 0

    @property
    def fund(self) -> Account:
        return self.accounts[FUND]
