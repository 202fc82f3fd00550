"""A naive book and ledger: slow, obvious, and written from the rules, not from the engine. It judges the engine.

`Reference.apply(command)` answers the rows (`tests.reference_events`) that the engine's events must equal, one by one;
`state()` has the shape of the engine's own state and so the same hash. Nothing is kept that can be found out: the best
price is a search through all open orders, what an account has tied up is a sum over them.

Reading order: `Reference.apply`, then one method per command here and in `reference_house`; `reference_rules` (every
rule that can refuse, in the order in which it is asked); `reference_book` (`_match`, `_fill`); `reference_ledger`;
`reference_formulas`, where the choices that the text leaves open have their names.
"""

from fractions import Fraction
from math import floor

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.instrument import LARGEST_ON_GRID
from perpit.domain.numbers import UNIT
from tests import reference_formulas as formulas
from tests import reference_state
from tests.reference_assets import AssetMode
from tests.reference_delivery import SETTLING_MS, Delivery
from tests.reference_events import Row
from tests.reference_grids import Grids
from tests.reference_house import House
from tests.reference_ledger import FUND, Account, Order, can_only_close
from tests.reference_triggers import DAY_MS, Triggers

# Choices that the rules leave open.
TICK_MS = 1000  # semantics 3.2.5
YEAR_MS = 365 * 24 * 3_600_000
TICKS_RUN_MAX = 3600  # a venue that slept longer skips to the last whole second


class Reference(AssetMode, Grids, Triggers, Delivery, House):
    def __init__(self) -> None:
        super().__init__()
        self.next_tick_ms = 0
        self.net_deposits: dict[tuple[int, str], int] = {}
        self.pinned_e8: list[int] = []
        self.basis: list[list[int]] = []
        self.marks: list[list[int]] = []

    # -- the door ---------------------------------------------------------------------------------------------------

    def apply(self, command: c.Command) -> list[Row]:
        self.rows = []
        self._run_timers(command.time_ms)
        self.seq, self.time_ms = command.seq, command.time_ms
        self.levels_before = {}
        refusal = getattr(self, "_" + type(command).__name__)(command)
        if refusal:
            self._tell("Refused", refusal)
        self._tell_levels()
        self._settle()
        return self.rows

    def state(self) -> list[object]:
        return reference_state.state_of(self)

    def state_hash(self) -> str:
        return reference_state.hash_of(self.state())

    def unbalanced(self) -> dict[tuple[int, str], Fraction]:
        """Law 4: per asset, wallets less costs of positions, fees, funding and dust less what was paid in.

        What a position cost is what leaving it for nothing would lose; in an inverse contract that is a gain.
        """
        sums: dict[tuple[int, str], Fraction] = {}

        def add(key: tuple[int, str], units: Fraction | int) -> None:
            sums[key] = sums.get(key, Fraction(0)) + units

        for account in (*self.accounts, self.fund):
            for key, units in account.wallets.items():
                add(key, units)
            for symbol_id, exposure in account.exposures.items():
                for position in exposure.positions.values():
                    cost = formulas.gain(self.instruments[symbol_id], position.entry_value, 0)
                    add(self.wallet_key(symbol_id), cost)
        for kept in (self.fees_collected, self.funding_kept, self.exchanged):
            for key, units in kept.items():
                add(key, units)
        for key, units in self.net_deposits.items():
            add(key, -units)
        scales = {self.wallet_key(one.symbol_id): formulas.booked_per_unit(one) for one in self.instruments}
        for key, dust in self.dust.items():
            add(key, Fraction(dust, scales[key]))
        return {key: units for key, units in sums.items() if units != 0}

    # -- instruments, accounts, keys, money -------------------------------------------------------------------------

    def _ListInstrument(self, command: c.ListInstrument) -> int:
        instrument = command.instrument
        if instrument.symbol in [known.symbol for known in self.instruments]:
            return no.ALREADY_LISTED
        if instrument.symbol_id != len(self.instruments):
            return no.INVALID_VALUE
        if (instrument.contract_kind == w.LINEAR) != (instrument.market == w.USDS_M):
            return no.NOT_SUPPORTED
        if instrument.contract_kind == w.INVERSE and instrument.contract_size <= 0:
            return no.INVALID_VALUE
        end_ms = instrument.delivery_ms
        if not instrument.is_perpetual and (end_ms <= self.time_ms or end_ms % TICK_MS):
            return no.INVALID_VALUE
        self.instruments.append(instrument)
        self.orders.append([])
        self.basis.append([])
        self.list_funding(command.instrument.symbol_id)
        self.list_delivery(command.instrument.symbol_id)
        self.marks.append([])
        for numbers in (self.index_e8, self.mark_e8, self.pinned_e8, self.last_ticks):
            numbers.append(0)
        self.next_trade_id.append(1)
        self._tell("InstrumentListed", instrument.symbol)
        return 0

    def _CreateAccount(self, command: c.CreateAccount) -> int:
        if not command.name:
            return no.INVALID_VALUE
        if command.name in [account.name for account in self.accounts]:
            return no.DUPLICATE_NAME
        account = Account(len(self.accounts), command.name)
        self.accounts.append(account)
        self._tell("AccountCreated", account.account_id, account.name)
        return 0

    def _CreateKey(self, command: c.CreateKey) -> int:
        if self.account(command.account_id) is None:
            return no.UNKNOWN_ACCOUNT
        if not command.api_key:
            return no.INVALID_VALUE
        if command.api_key in self.keys:
            return no.DUPLICATE_NAME
        self.keys[command.api_key] = command
        self._tell("KeyCreated", command.api_key)
        return 0

    def _EditKey(self, command: c.EditKey) -> int:
        if command.api_key not in self.keys:
            return no.UNKNOWN_KEY
        key = self.keys[command.api_key]
        fields = {name: getattr(key, name) for name in c.CreateKey.FIELDS}
        fields |= {"label": command.label, "permissions": command.permissions, "ips": command.ips}
        self.keys[command.api_key] = c.CreateKey(**fields)
        self._tell("KeyEdited", command.api_key, command.label, command.permissions, tuple(command.ips))
        return 0

    def _RevokeKey(self, command: c.RevokeKey) -> int:
        key = self.keys.pop(command.api_key, None)
        if key is None:
            return no.UNKNOWN_KEY
        self._tell("KeyRevoked", command.api_key, key.account_id)
        return 0

    def _Transfer(self, command: c.Transfer) -> int:
        if command.account_id == FUND:
            return self.fund_transfer(command)
        account = self.account(command.account_id)
        if account is None:
            return no.UNKNOWN_ACCOUNT
        if command.amount_units == 0 or command.market not in (w.USDS_M, w.COIN_M) or not command.asset:
            return no.INVALID_VALUE
        key = (command.market, command.asset)
        if command.amount_units < 0 and -command.amount_units > self.max_withdraw(command.account_id, key):
            return no.BALANCE_TOO_SMALL
        after = account.wallets[key] = account.wallets.get(key, 0) + command.amount_units
        self.net_deposits[key] = self.net_deposits.get(key, 0) + command.amount_units
        cause = w.CAUSE_DEPOSIT if command.amount_units > 0 else w.CAUSE_WITHDRAW
        cross = self.cross_wallet(account.account_id, key)
        self._tell("WalletChanged", account.account_id, *key, after, cross, command.amount_units, cause)
        if command.amount_units > 0 and self.standing_of(account.account_id) == w.INACTIVE:
            self.put_in_standing(account.account_id, w.GOOD_STANDING)
        return 0

    def _SetLeverage(self, command: c.SetLeverage) -> int:
        refusal = self._first_fault(self._leverage_faults(command))
        if refusal:
            return refusal
        self.touch_exposure(command.account_id, command.symbol_id).leverage = command.leverage
        cap = formulas.leverage_cap(self.instruments[command.symbol_id], command.leverage)
        self._tell("LeverageChanged", command.account_id, command.symbol_id, command.leverage, cap)
        return 0

    def _SetMarginType(self, command: c.SetMarginType) -> int:
        refusal = self._first_fault(self._margin_type_faults(command))
        if refusal:
            return refusal
        held = self.touch_exposure(command.account_id, command.symbol_id)
        held.isolated = command.margin_type == w.ISOLATED
        self._tell("MarginTypeChanged", command.account_id, command.symbol_id, command.margin_type)
        return 0

    def _AdjustMargin(self, command: c.AdjustMargin) -> int:
        refusal = self._first_fault(self._margin_transfer_faults(command))
        if refusal:
            return refusal
        account_id, symbol_id, side = command.account_id, command.symbol_id, command.position_side
        self.position(account_id, symbol_id, side).isolated_units += command.amount_units
        self._tell_position(account_id, symbol_id, side, w.CAUSE_MARGIN_TRANSFER)
        return 0

    def _SetPositionMode(self, command: c.SetPositionMode) -> int:
        refusal = self._first_fault(self._position_mode_faults(command))
        if refusal:
            return refusal
        hedged = self.accounts[command.account_id].hedged
        for market in self.markets_to_change(command):
            (hedged.add if command.is_hedged else hedged.remove)(market)
            self._tell("PositionModeChanged", command.account_id, market, command.is_hedged)
        return 0

    def _SetFeeTier(self, command: c.SetFeeTier) -> int:
        account = self.account(command.account_id)
        if account is None:
            return no.UNKNOWN_ACCOUNT
        maker, taker = command.maker_fee_ppm, command.taker_fee_ppm
        if command.market not in (w.USDS_M, w.COIN_M) or not 0 <= command.tier <= 9:
            return no.INVALID_VALUE
        if command.tier and (maker + taker < 0 or max(maker, taker) > 10_000 or taker < 0):
            return no.INVALID_VALUE
        before = dict(account.tiers)
        account.tiers.pop(command.market, None)
        if command.tier:
            account.tiers[command.market] = (command.tier, maker, taker)
        if account.tiers != before:
            rates = (maker, taker) if command.tier else (0, 0)
            self._tell("FeeTierChanged", command.account_id, command.market, command.tier, *rates)
        return 0

    # -- prices and time --------------------------------------------------------------------------------------------

    def _Advance(self, command: c.Advance) -> int:
        return 0

    def _SetIndexPrice(self, command: c.SetIndexPrice) -> int:
        if not 0 <= command.symbol_id < len(self.instruments):
            return no.UNKNOWN_SYMBOL
        if self.closed(command.symbol_id):
            return no.SYMBOL_CLOSED
        if not 0 < command.price_e8 <= self.instruments[command.symbol_id].tick_e8 * LARGEST_ON_GRID:
            return no.INVALID_VALUE
        first = self.index_e8[command.symbol_id] == 0
        self.index_e8[command.symbol_id] = command.price_e8
        if self.next_tick_ms == 0:
            self.next_tick_ms = (self.time_ms // TICK_MS + 1) * TICK_MS
            self.year_ms = -(-(self.time_ms + YEAR_MS) // DAY_MS) * DAY_MS
        if first:
            self._set_mark(command.symbol_id, self.pinned_e8[command.symbol_id] or command.price_e8)
            self.marks_moved()
        else:
            self._tell("IndexPriceChanged", command.symbol_id, command.price_e8)
        return 0

    def _SetBasketPrices(self, command: c.SetBasketPrices) -> int:
        """The index is the sum of what the parts cost, each as often as its weight says (semantics 3.1.1)."""
        if not 0 <= command.symbol_id < len(self.instruments):
            return no.UNKNOWN_SYMBOL
        if self.closed(command.symbol_id):
            return no.SYMBOL_CLOSED
        parts = self.instruments[command.symbol_id].basket
        if not parts or len(parts) != len(command.prices_e8) or any(p <= 0 for p in command.prices_e8):
            return no.INVALID_VALUE
        exact = sum(
            Fraction(part.weight_e8, UNIT) * price
            for part, price in zip(parts, command.prices_e8, strict=True)
        )
        index_e8 = floor(exact + Fraction(1, 2))
        if not 0 < index_e8 <= self.instruments[command.symbol_id].tick_e8 * LARGEST_ON_GRID:
            return no.INVALID_VALUE
        self._tell("BasketPriced", command.symbol_id, command.prices_e8)
        return self._SetIndexPrice(c.SetIndexPrice(command.symbol_id, index_e8))

    def _PinMarkPrice(self, command: c.PinMarkPrice) -> int:
        if not 0 <= command.symbol_id < len(self.instruments):
            return no.UNKNOWN_SYMBOL
        if self.closed(command.symbol_id):
            return no.SYMBOL_CLOSED
        if not 0 <= command.price_e8 <= self.instruments[command.symbol_id].tick_e8 * LARGEST_ON_GRID:
            return no.INVALID_VALUE
        if self.index_e8[command.symbol_id] == 0:
            return no.NO_PRICE
        self.pinned_e8[command.symbol_id] = command.price_e8
        self._set_mark(command.symbol_id, command.price_e8 or self._computed_mark(command.symbol_id))
        self.marks_moved()
        return 0

    def _run_marks(self, until_ms: int) -> None:
        if self.next_tick_ms == 0:
            return
        for _ in range(TICKS_RUN_MAX):
            if self.next_tick_ms > until_ms:
                return
            self._tick()
        if self.next_tick_ms <= until_ms:  # of a sleep that is longer than a year the beginning is lost
            self.next_tick_ms = max(self.next_tick_ms, until_ms // TICK_MS * TICK_MS - YEAR_MS)
        while self.next_tick_ms <= until_ms:
            # nothing moves any more: from settlement to settlement, and to the last whole second
            resume_ms = min([until_ms // TICK_MS * TICK_MS, *self._settlements_ms(), *self._deliveries_ms()])
            self.take_missed_samples(resume_ms)
            for symbol_id in range(len(self.instruments)):
                for missed_ms in range(self.next_tick_ms, resume_ms, TICK_MS):
                    if self.live(symbol_id):
                        self.see_index(symbol_id, missed_ms)
            self.next_tick_ms = resume_ms
            self._tick()

    def _settlements_ms(self) -> list[int]:
        """The next settlement of every instrument that has a price, from the next tick on."""
        listed = [
            symbol_id
            for symbol_id in range(len(self.instruments))
            if self.live(symbol_id) and self.hours[symbol_id]
        ]
        return [self.next_funding_ms(symbol_id, self.next_tick_ms - 1) for symbol_id in listed]

    def _deliveries_ms(self) -> list[int]:
        """What is still to be delivered."""
        ends = [end for symbol_id, end in enumerate(self.ends_ms) if self.live(symbol_id) and end]
        settling = [
            each for each, status in enumerate(self.status) if status == w.DELIVERING and self.index_e8[each]
        ]
        times = ends + [self.ends_ms[symbol_id] + SETTLING_MS for symbol_id in settling]
        return [time_ms for time_ms in times if time_ms >= self.next_tick_ms]

    def _tick(self) -> None:
        self.time_ms = self.next_tick_ms
        self.next_tick_ms += TICK_MS
        for symbol_id, index in enumerate(self.index_e8):
            if not self.live(symbol_id):
                continue
            self.take_sample(symbol_id)
            self.see_index(symbol_id, self.time_ms)
            middle = self._middle_e8(symbol_id)
            if middle is not None:
                self.basis[symbol_id].append(middle - index)
                del self.basis[symbol_id][: -formulas.BASIS_WINDOW]
            mark = self.pinned_e8[symbol_id] or self._computed_mark(symbol_id)
            self.marks[symbol_id].append(mark)
            del self.marks[symbol_id][: -formulas.MARK_AVERAGE_WINDOW]
            self._set_mark(symbol_id, mark)
            self.settle_funding(symbol_id)
        self.levels_before = {}
        self.marks_moved()
        self._tell_levels()
        for symbol_id in range(len(self.instruments)):
            self.draw_near(symbol_id)
            self.deliver(symbol_id)
            self.unwind(symbol_id)
            self._tell_levels()
        self._settle()

    def _middle_e8(self, symbol_id: int) -> int | None:
        bid, ask = self.best(symbol_id, w.BUY), self.best(symbol_id, w.SELL)
        if bid is None or ask is None:
            return None
        return (bid.price_ticks + ask.price_ticks) * self.instruments[symbol_id].tick_e8 // 2

    def _computed_mark(self, symbol_id: int) -> int:
        return self.drawn_e8(symbol_id, self._trading_mark(symbol_id))

    def _trading_mark(self, symbol_id: int) -> int:
        """Semantics 3.3.1, 3.2: a median of three prices; the index alone until there are book, trade and sample."""
        index, last = self.index_e8[symbol_id], self._last_e8(symbol_id)
        samples = self.basis[symbol_id]
        if self._middle_e8(symbol_id) is None or last == 0 or not samples:
            return index
        if not self.instruments[symbol_id].is_perpetual:
            return index + formulas.mean_floor(samples)
        return formulas.median(self.price_1_e8(symbol_id), index + formulas.mean_floor(samples), last)

    def _set_mark(self, symbol_id: int, mark_e8: int) -> None:
        self.mark_e8[symbol_id] = mark_e8
        self.noted.append((symbol_id, w.MARK_PRICE, mark_e8))
        samples = self.marks[symbol_id]  # one a second: a mark set in between is no sample
        average = formulas.mean_floor(samples) if samples else mark_e8
        rate, at_ms = self.rate_e8(symbol_id), self.next_funding_ms(symbol_id, self.time_ms)
        about = (mark_e8, average, rate, at_ms, self.settlement_e8(symbol_id))
        self._tell("MarkPriceChanged", symbol_id, self.index_e8[symbol_id], *about)

    # -- orders -----------------------------------------------------------------------------------------------------

    def _PlaceOrder(self, command: c.PlaceOrder) -> int:
        if command.order_type > w.MARKET:
            return self._place_conditional(command)
        refusal = self._first_fault(self._order_faults(command))
        return refusal or self._place_fired(command, 0)

    def _accept(self, command: c.PlaceOrder, order_id: int) -> int:
        symbol_id, qty = command.symbol_id, command.qty_lots
        self.touch_exposure(command.account_id, symbol_id)
        market, position_side = command.order_type == w.MARKET, command.position_side
        size = abs(self.position(command.account_id, symbol_id, position_side).qty_lots)
        knocks_out = market and can_only_close(command) and qty >= size
        if knocks_out:  # semantics 4.5.2
            qty = size
        order = Order(
            order_id=order_id or self.next_order_id,
            account_id=command.account_id,
            request=command,
            side=command.side,
            price_ticks=0 if market else command.price_ticks,
            qty_lots=qty,
            place=0,
            assuming_e8=self._assuming_e8(command, command.price_ticks),
        )
        self.next_order_id += 0 if order_id else 1
        if knocks_out:
            rivals = self._closing_orders(command.account_id, symbol_id, position_side)
            for rival in sorted(rivals, key=lambda rival: rival.order_id):
                self._close(symbol_id, rival, w.EXPIRED, w.REASON_REDUCE_ONLY)
        self.orders[symbol_id].append(order)
        self._tell("OrderAccepted", *self._order_fields(symbol_id, order))
        self._run(symbol_id, order)
        return 0

    def _run(self, symbol_id: int, order: Order) -> None:
        """Match an accepted order and let the rest of it stay or end, as its time in force says (semantics 5.3)."""
        command = order.placed()
        market = command.order_type == w.MARKET
        limit = self._market_limit_ticks(symbol_id, order.side) if market else order.price_ticks
        stp_acts = market or command.time_in_force in (w.GTC, w.IOC, w.GTD)
        ended = self._match(symbol_id, order, limit, command.stp_mode if stp_acts else w.STP_NONE)
        if ended or order.remaining == 0:
            return
        if market:
            self._close(symbol_id, order, w.EXPIRED, w.REASON_MARKET_REMAINDER)
        elif command.time_in_force in (w.GTC, w.GTX, w.GTD, w.RPI):
            self._rest(symbol_id, order)
            self._set_date(symbol_id, order)
            self._drop_excess_closing(order.account_id, symbol_id, order.position_side)
        else:
            self._close(symbol_id, order, w.EXPIRED, w.REASON_IOC_REMAINDER)

    # -- amendment and cancellation ---------------------------------------------------------------------------------

    def _find(self, account_id: int, symbol_id: int, order_id: int, client_order_id: str) -> Order | None:
        for order in self.open_orders(account_id, symbol_id):
            if order_id and order.order_id == order_id:
                return order
            if not order_id and order.placed().client_order_id == client_order_id:
                return order
        return None

    def _CancelOrder(self, command: c.CancelOrder) -> int:
        refusal = self._first_fault(self._place_faults(command.account_id, command.symbol_id))
        if refusal:
            return refusal
        order = self._find(command.account_id, command.symbol_id, command.order_id, command.client_order_id)
        waiting = self._find_waiting(command)
        if order is None and waiting is not None:
            self._end(waiting, w.CANCELED, w.REASON_NONE)
            return 0
        if order is None:
            return no.UNKNOWN_ORDER
        self._close(command.symbol_id, order, w.CANCELED, w.REASON_NONE)
        return 0

    def _CancelAllOrders(self, command: c.CancelAllOrders) -> int:
        refusal = self._first_fault(self._place_faults(command.account_id, command.symbol_id))
        if refusal:
            return refusal
        waiting = self._cancel_waiting(command.account_id, command.symbol_id)
        orders = sorted(self.open_orders(command.account_id, command.symbol_id), key=lambda o: o.order_id)
        for order in orders:
            self._close(command.symbol_id, order, w.CANCELED, w.REASON_NONE)
        self._tell("AllOrdersCancelled", command.account_id, command.symbol_id, waiting + len(orders))
        return 0

    def _AmendOrder(self, command: c.AmendOrder) -> int:
        refusal = self._first_fault(self._place_faults(command.account_id, command.symbol_id))
        if refusal:
            return refusal
        symbol_id = command.symbol_id
        order = self._find(command.account_id, symbol_id, command.order_id, command.client_order_id)
        if order is None:
            return no.AMEND_NOT_LIMIT if self._find_waiting(command) else no.UNKNOWN_ORDER
        if command.keeps:
            fields = {name: getattr(command, name) for name in c.AmendOrder.FIELDS}
            kept = {"qty_lots": order.qty_lots} if command.keeps & w.KEEPS_QTY else {}
            kept |= {"price_ticks": order.price_ticks} if command.keeps & w.KEEPS_PRICE else {}
            command = c.AmendOrder(**{**fields, **kept})
        refusal = self._first_fault(self._amended_match_faults(command, order))
        if refusal:
            return refusal
        if command.price_match:  # semantics 5.4: the level of the book that the order itself is part of
            refusal = self._first_fault(self._standing_faults(command.account_id, order.is_closing))
            if refusal:
                return refusal
            if self.status[symbol_id] != w.TRADING and not order.is_closing:
                return no.SYMBOL_NOT_TRADING
            price = self.matched_ticks(command)
            if price is None:
                return no.PRICE_MATCH_NO_LEVEL
            fields = {name: getattr(command, name) for name in c.AmendOrder.FIELDS}
            command = c.AmendOrder(**{**fields, "price_ticks": price})
        refusal = self._first_fault(self._amend_faults(command, order))
        if refusal:
            return refusal
        if order.filled_lots and command.qty_lots <= order.filled_lots:  # semantics 5.6.4
            self._close(symbol_id, order, w.CANCELED, w.REASON_NONE)
            return 0
        placed = order.placed()
        taken = self.best(symbol_id, -order.side)
        crosses = taken is not None and self._crosses(order.side, command.price_ticks, taken)
        if placed.time_in_force in (w.GTX, w.RPI) and crosses:  # semantics 5.6.5
            self._close(symbol_id, order, w.CANCELED, w.REASON_GTX)
            return 0
        self._requeue(command, order)
        return 0

    def _requeue(self, command: c.AmendOrder, order: Order) -> None:
        symbol_id, placed = command.symbol_id, order.placed()
        self._take_off(symbol_id, order)
        old = (order.price_ticks, order.qty_lots)
        order.price_ticks, order.qty_lots = command.price_ticks, command.qty_lots
        order.assuming_e8 = self._assuming_e8(placed, command.price_ticks)
        order.amendments += 1
        if placed.is_grid:
            self.grid_notes.append((order, None, w.REASON_NONE))
        order.resting = False
        self.orders[symbol_id].append(order)
        about = (*old, command.modify_id, order.amendments, command.price_match)
        self._tell("OrderAmended", *self._order_fields(symbol_id, order), *about)
        self._run(symbol_id, order)

    # -- matching ---------------------------------------------------------------------------------------------------

    def _market_limit_ticks(self, symbol_id: int, side: int) -> int:
        """How far a market order reaches: marketTakeBound from the mark (semantics 5.11.1)."""
        instrument = self.instruments[symbol_id]
        reach = 1 + side * Fraction(instrument.market_bound_ppm, 10**6)
        limit = self.mark_e8[symbol_id] * reach / instrument.tick_e8
        return int(limit // 1) if side == w.BUY else int(-(-limit // 1))
