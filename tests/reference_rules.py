"""Every rule of the reference that can refuse a command, each a line that says when it is broken, in documented order.

A rule is asked only when those above it hold, so a line may rely on them.
"""

from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.instrument import Instrument
from tests import reference_formulas as formulas
from tests.reference_kinds import Kinds
from tests.reference_ledger import Order, can_only_close

Faults = Iterator[tuple[bool, int]]


class Rules(Kinds):
    def _first_fault(self, faults: Faults) -> int:
        return next((refusal for broken, refusal in faults if broken), 0)

    def _place_faults(self, account_id: int, symbol_id: int) -> Faults:
        yield self.account(account_id) is None, no.UNKNOWN_ACCOUNT
        yield not 0 <= symbol_id < len(self.instruments), no.UNKNOWN_SYMBOL

    def _leverage_faults(self, command: c.SetLeverage) -> Faults:
        """Semantics 1.7.1–1.7.3."""
        yield self.account(command.account_id) is None, no.UNKNOWN_ACCOUNT
        yield not 0 <= command.symbol_id < len(self.instruments), no.UNKNOWN_SYMBOL
        yield self.closed(command.symbol_id), no.SYMBOL_CLOSED
        instrument = self.instruments[command.symbol_id]
        highest = instrument.brackets[0].max_leverage
        yield not 1 <= command.leverage <= highest, no.LEVERAGE_OUT_OF_RANGE
        held = self.exposure(command.account_id, command.symbol_id)
        lowers = command.leverage < held.leverage
        yield lowers and held.isolated and held.holds(), no.LEVERAGE_OF_ISOLATED_LOWERED
        largest = max(self.present(command.account_id, command.symbol_id).values())
        cap = formulas.leverage_cap(instrument, command.leverage)
        yield largest > cap and command.leverage > held.leverage, no.LEVERAGE_BRACKET_EXCEEDED
        more = self.tied_up(command.account_id, command.symbol_id, command.leverage)
        more -= self.tied_up(command.account_id, command.symbol_id)
        free = self.free_margin(command.account_id, self.wallet_key(command.symbol_id))
        # 1.7.3 leaves open whether an account that is short already may lower what costs it nothing: it may
        yield lowers and more > 0 and more > free, no.LEVERAGE_MARGIN_SHORT

    def closed(self, symbol_id: int) -> bool:
        """In `reference_delivery`."""
        return False

    def in_multi_assets_mode(self, account_id: int, symbol_id: int) -> bool:
        """In `reference_assets`."""
        return False

    def _margin_type_faults(self, command: c.SetMarginType) -> Faults:
        """Semantics 1.7.4."""
        account_id, symbol_id = command.account_id, command.symbol_id
        yield from self._place_faults(account_id, symbol_id)
        yield self.closed(symbol_id), no.SYMBOL_CLOSED
        yield command.margin_type not in (w.CROSS, w.ISOLATED), no.INVALID_VALUE
        held = self.exposure(account_id, symbol_id)
        yield held.isolated == (command.margin_type == w.ISOLATED), no.MARGIN_TYPE_UNCHANGED
        yield self.in_multi_assets_mode(account_id, symbol_id), no.ISOLATED_IN_MULTI_ASSETS
        yield self.has_orders(account_id, symbol_id), no.MARGIN_TYPE_WITH_ORDERS
        yield held.holds(), no.MARGIN_TYPE_WITH_POSITION

    def _margin_transfer_faults(self, command: c.AdjustMargin) -> Faults:
        """Semantics 1.5.7, 1.7.5."""
        account_id, symbol_id, side = command.account_id, command.symbol_id, command.position_side
        yield from self._place_faults(account_id, symbol_id)
        yield self.closed(symbol_id), no.SYMBOL_CLOSED
        yield self._names_another_mode(account_id, symbol_id, side), no.POSITION_SIDE_MISMATCH
        yield not self.exposure(account_id, symbol_id).isolated, no.NOT_ISOLATED
        yield command.amount_units == 0, no.AMOUNT_NOT_POSITIVE
        yield self.position(account_id, symbol_id, side).qty_lots == 0, no.NO_POSITION
        most = self.max_add(account_id, self.wallet_key(symbol_id))
        yield command.amount_units > 0 and command.amount_units > most, no.CROSS_BALANCE_SHORT
        least = -self.max_remove(account_id, symbol_id, side)
        yield command.amount_units < 0 and command.amount_units < least, no.ISOLATED_BALANCE_SHORT

    def _position_mode_faults(self, command: c.SetPositionMode) -> Faults:
        """Semantics 1.7.6, in every symbol of the market."""
        account = self.account(command.account_id)
        if account is None:
            yield True, no.UNKNOWN_ACCOUNT
            return
        every = command.market == w.EVERY_MARKET
        yield command.market not in (w.USDS_M, w.COIN_M, w.EVERY_MARKET), no.INVALID_VALUE
        markets = self.markets_to_change(command)
        yield not markets, no.POSITION_MODE_UNCHANGED
        for market in markets:
            symbols = [one.symbol_id for one in self.instruments if one.market == market]
            elsewhere = every and market == w.COIN_M
            open_somewhere = any(self.has_orders(account.account_id, symbol) for symbol in symbols)
            yield (
                open_somewhere,
                no.POSITION_MODE_OF_OTHER_MARKET if elsewhere else no.POSITION_MODE_WITH_ORDERS,
            )
            holds = any(self.exposure(account.account_id, symbol).holds() for symbol in symbols)
            yield holds, no.POSITION_MODE_OF_OTHER_MARKET if elsewhere else no.POSITION_MODE_WITH_POSITION

    def markets_to_change(self, command: c.SetPositionMode) -> list[int]:
        """The markets that are in the other mode, USDⓈ-M first."""
        asked = (w.USDS_M, w.COIN_M) if command.market == w.EVERY_MARKET else (command.market,)
        hedged = self.accounts[command.account_id].hedged
        return [market for market in asked if (market in hedged) != command.is_hedged]

    def _order_faults(self, command: c.PlaceOrder) -> Faults:
        """Every rule an order can break, in documented order (semantics 5.10)."""
        yield self.account(command.account_id) is None, no.UNKNOWN_ACCOUNT
        yield not 0 <= command.symbol_id < len(self.instruments), no.UNKNOWN_SYMBOL
        yield from self._kind_faults(command)
        yield from self._market_faults(command)

    def _market_faults(self, command: c.PlaceOrder) -> Faults:
        """Near its delivery a contract is only left, and after it no more (semantics 3.6.7)."""
        status = self.status[command.symbol_id]
        closing = can_only_close(command) or command.close_position
        yield status == w.DELIVERED, no.SYMBOL_CLOSED
        yield status == w.DELIVERING or (status != w.TRADING and not closing), no.SYMBOL_NOT_TRADING
        yield self.index_e8[command.symbol_id] == 0, no.NO_PRICE

    def _placement_faults(self, command: c.PlaceOrder) -> Faults:
        """The rest of them, which hold for what a conditional order becomes, too."""
        symbol_id, instrument = command.symbol_id, self.instruments[command.symbol_id]
        market = command.order_type == w.MARKET
        yield from self._market_faults(command)
        if not command.close_position:
            yield from self._grid_faults(instrument, command.qty_lots, command.price_ticks, market)
        if not market:
            yield from self._band_faults(symbol_id, command.side, command.price_ticks)
        closing = can_only_close(command)
        if not closing:
            price = self.mark_e8[symbol_id] if market else formulas.price_e8(instrument, command.price_ticks)
            value = formulas.value_at(instrument, price, command.qty_lots)
            yield value < instrument.min_notional_units, no.NOTIONAL_BELOW_MIN
        opposite = self.best(symbol_id, -command.side)
        if market and opposite is not None:
            outside = any(b for b, _ in self._band_faults(symbol_id, command.side, opposite.price_ticks))
            yield outside, no.MARKET_PRICE_OUTSIDE_BAND
        yield from self._open_order_faults(command)
        if not closing and not (market and opposite is None):
            yield from self._margin_faults(command, command.qty_lots, command.price_ticks, None)
        if closing:
            broken = self._closes_too_much(command, command.qty_lots, command.price_ticks, None)
            yield broken, no.REDUCE_ONLY_REJECTED
            robs = self._robs_others(command, command.qty_lots, None)
            yield robs, no.REDUCE_ONLY_MARGIN_SHORT
        if not market:
            yield from self._time_in_force_faults(command)

    def _grid_faults(self, instrument: Instrument, lots: int, ticks: int, market: bool) -> Faults:
        yield from self._lot_faults(instrument, lots, market)
        if market:
            return
        yield ticks <= 0, no.PRICE_NOT_POSITIVE
        yield ticks < instrument.min_price_ticks, no.PRICE_BELOW_MIN
        yield ticks > instrument.max_price_ticks, no.PRICE_ABOVE_MAX

    def _lot_faults(self, instrument: Instrument, lots: int, market: bool) -> Faults:
        yield lots <= 0, no.QTY_NOT_POSITIVE
        yield lots < (instrument.market_min_qty_lots if market else instrument.min_qty_lots), no.QTY_BELOW_MIN
        yield lots > (instrument.market_max_qty_lots if market else instrument.max_qty_lots), no.QTY_ABOVE_MAX

    def _band_faults(self, symbol_id: int, side: int, ticks: int) -> Faults:
        """PERCENT_PRICE is one-sided (semantics 5.10.1)."""
        instrument, mark = self.instruments[symbol_id], self.mark_e8[symbol_id]
        price = formulas.price_e8(instrument, ticks)
        up, down = Fraction(instrument.percent_up_ppm, 10**6), Fraction(instrument.percent_down_ppm, 10**6)
        yield side == w.BUY and price > mark * up, no.PRICE_ABOVE_BAND
        yield side == w.SELL and price < mark * down, no.PRICE_BELOW_BAND

    def _time_in_force_faults(self, command: c.PlaceOrder) -> Faults:
        """What only the book can refuse, asked last."""
        symbol_id, side, ticks = command.symbol_id, command.side, command.price_ticks
        makers = [maker for maker in self.queue(symbol_id, -side) if self._crosses(side, ticks, maker)]
        if command.time_in_force == w.FOK:
            resting = sum(maker.remaining for maker in makers)
            yield resting < command.qty_lots, no.FOK_NOT_FILLABLE
            yield not self._fills_in_a_trial(command), no.FOK_NOT_FILLABLE
        yield command.time_in_force in (w.GTX, w.RPI) and bool(makers), no.POST_ONLY_WOULD_TAKE

    def _fills_in_a_trial(self, command: c.PlaceOrder) -> bool:
        """Fill a copy of everything and see: on the way reduce-only orders may leave the queue (semantics 4.5.3)."""
        unchanging: list[object] = [self.instruments, self.keys, self.assets]
        trial = deepcopy(self, {id(self.rows): [], **{id(part): part for part in unchanging}})
        trial.touch_exposure(command.account_id, command.symbol_id)
        order = Order(
            0, command.account_id, command, command.side, command.price_ticks, command.qty_lots, place=0
        )
        trial.orders[command.symbol_id].append(order)
        trial._match(command.symbol_id, order, command.price_ticks, w.STP_NONE)
        return order.remaining == 0

    def _amend_faults(self, command: c.AmendOrder, order: Order) -> Faults:
        """Semantics 5.6; a refused amendment leaves the order as it is."""
        instrument, placed = self.instruments[command.symbol_id], order.placed()
        same = (command.price_ticks, command.qty_lots) == (order.price_ticks, order.qty_lots)
        yield same, no.AMEND_NO_CHANGE
        yield order.amendments >= instrument.max_amendments, no.AMEND_TOO_OFTEN
        yield from self._standing_faults(command.account_id, order.is_closing)
        status = self.status[command.symbol_id]
        yield status != w.TRADING and not order.is_closing, no.SYMBOL_NOT_TRADING
        yield from self._grid_faults(instrument, command.qty_lots, command.price_ticks, market=False)
        yield from self._band_faults(command.symbol_id, command.side, command.price_ticks)
        if order.filled_lots and command.qty_lots <= order.filled_lots:
            return
        left = command.qty_lots - order.filled_lots
        if order.is_closing:
            yield self._closes_too_much(placed, left, command.price_ticks, order), no.REDUCE_ONLY_REJECTED
            yield self._robs_others(placed, left, order), no.REDUCE_ONLY_MARGIN_SHORT
            return
        price = formulas.price_e8(instrument, command.price_ticks)
        value = formulas.value_at(instrument, price, command.qty_lots)
        yield value < instrument.min_notional_units, no.AMEND_NOTIONAL_BELOW_MIN
        yield from self._margin_faults(placed, left, command.price_ticks, order)

    def _margin_faults(self, command: c.PlaceOrder, lots: int, ticks: int, replaced: Order | None) -> Faults:
        """Bracket and margin (semantics 1.4): `lots` at `ticks` come, the order `replaced` goes."""
        assuming = self._assuming_e8(command, ticks)
        limit_price = formulas.price_e8(self.instruments[command.symbol_id], ticks)
        price = assuming if command.order_type == w.MARKET else limit_price
        yield from self._cost_faults(command, lots, assuming, price, replaced)

    def _cost_faults(
        self, command: c.PlaceOrder, lots: int, assuming: int, price: int, replaced: Order | None
    ) -> Faults:
        """The same at an assuming price, with the open loss at another."""
        account_id, symbol_id = command.account_id, command.symbol_id
        instrument = self.instruments[symbol_id]
        more = formulas.value_at(instrument, assuming, lots)
        more -= self.open_notional(symbol_id, replaced) if replaced is not None else 0
        before = self.present(account_id, symbol_id)[command.side]
        after = self.present(account_id, symbol_id, command.side, more)[command.side]
        leverage = self.exposure(account_id, symbol_id).leverage
        cap = formulas.leverage_cap(instrument, leverage)
        yield after > cap and after > before, no.LEVERAGE_BRACKET_EXCEEDED
        opened, held = lots, self.position(account_id, symbol_id, command.position_side).qty_lots
        if held * command.side < 0:
            opened = max(0, lots - abs(held))
        loss = formulas.open_loss(instrument, command.side, price, opened, self.mark_e8[symbol_id])
        cost = formulas.initial_margin(after, leverage) - formulas.initial_margin(before, leverage)
        available = max(0, self.free_margin(account_id, self.wallet_key(symbol_id)))
        yield max(0, cost) + loss > available, no.INSUFFICIENT_MARGIN

    def _assuming_e8(self, command: c.PlaceOrder, ticks: int) -> int:
        """Semantics 1.4.2, 1.4.3."""
        symbol_id, instrument = command.symbol_id, self.instruments[command.symbol_id]
        if command.order_type == w.MARKET:
            opposite = self.best(symbol_id, -command.side)
            if opposite is None:
                return 0
            price = formulas.price_e8(instrument, opposite.price_ticks)
            return formulas.cut(price * formulas.BUY_MARKET_ASSUMING) if command.side == w.BUY else price
        price = formulas.price_e8(instrument, ticks)
        if command.side == w.BUY:
            return price
        raised = formulas.cut(self._last_e8(symbol_id) * formulas.SELL_LIMIT_ASSUMING)
        return max(raised, self.mark_e8[symbol_id], price)

    def _closes_too_much(self, command: c.PlaceOrder, lots: int, ticks: int, replaced: Order | None) -> bool:
        """Semantics 4.5.1 for reduce-only orders, 4.4.3 for the closing orders of hedge mode.

        A reduce-only market order only needs something to reduce (4.5.2); that of hedge mode must not be larger.
        """
        account_id, symbol_id, side = command.account_id, command.symbol_id, command.side
        held = self.position(account_id, symbol_id, command.position_side).qty_lots
        if held * side >= 0:
            return True
        if command.order_type == w.MARKET:
            return not command.reduce_only and lots > abs(held)
        others = [
            order
            for order in self.open_orders(account_id, symbol_id)
            if order is not replaced and order.side == side and order.position_side == command.position_side
        ]
        if not self.is_hedged(account_id, symbol_id):  # those that would trade before it
            others = [order for order in others if side * order.price_ticks >= side * ticks]
        return lots + sum(order.remaining for order in others) > abs(held)

    def _robs_others(self, command: c.PlaceOrder, lots: int, replaced: Order | None) -> bool:
        """Semantics 4.5.4: with the position closed, the side's other orders would need margin that is not there."""
        account_id, symbol_id, side = command.account_id, command.symbol_id, command.side
        if command.order_type == w.MARKET or self.is_hedged(account_id, symbol_id):
            return False
        if self.side_notional(account_id, symbol_id, side) == 0:
            return False
        orders = self.open_orders(account_id, symbol_id)
        closers = [one for one in orders if one.is_closing and one.side == side and one is not replaced]
        held = self.position(account_id, symbol_id, w.BOTH).qty_lots
        left = max(0, abs(held) - lots - sum(one.remaining for one in closers))
        worth = formulas.value_at(self.instruments[symbol_id], self.mark_e8[symbol_id], left)
        notionals = (self.side_notional(account_id, symbol_id, each) for each in (w.BUY, w.SELL))
        after = formulas.present_notional(worth if held > 0 else -worth, *notionals)
        before = self.present(account_id, symbol_id)[side]
        leverage = self.exposure(account_id, symbol_id).leverage
        cost = formulas.initial_margin(after, leverage) - formulas.initial_margin(before, leverage)
        return cost > max(0, self.free_margin(account_id, self.wallet_key(symbol_id)))
