"""The engine: one function from commands to events. Called by the sequencer and by recovery, and by nobody else.

`apply` is deterministic: sequence number and time arrive in the command, timers that have become due run before it,
and a refused command changes nothing but the clock.
"""

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import (
    AccountCommand,
    AdjustMargin,
    Advance,
    AmendOrder,
    CancelAlgoOrder,
    CancelAllAlgoOrders,
    CancelAllOrders,
    CancelOrder,
    Command,
    ExposureCommand,
    HouseDepth,
    HouseTrade,
    ListAsset,
    PinMarkPrice,
    PlaceOrder,
    ScheduleDelivery,
    SetAssetIndex,
    SetBasketPrices,
    SetCountdown,
    SetFeeBurn,
    SetFeeTier,
    SetIndexPrice,
    SetLeverage,
    SetMarginType,
    SetMultiAssets,
    SetPositionMode,
    SetStanding,
    SignAgreement,
    StartGrid,
    StopGrid,
    Transfer,
)
from perpit.domain.events import CountdownSet, Event, Refused
from perpit.domain.instrument import LARGEST_ON_GRID
from perpit.domain.words import HOUSE, INSURANCE_FUND, MARKET
from perpit.engine import asset_mode, funds, terms
from perpit.engine.account import Account, Exposure
from perpit.engine.agenda import Agenda
from perpit.engine.assets import Assets
from perpit.engine.conditional_state import broken_waiting, waiting_state
from perpit.engine.conditionals import Conditionals
from perpit.engine.deadlines import run_due
from perpit.engine.delivery import Deliverer
from perpit.engine.fee_burn import FeeBurn
from perpit.engine.grid_state import broken_grids, grids_state
from perpit.engine.grids import Grids
from perpit.engine.house import House
from perpit.engine.insurance import InsuranceFund
from perpit.engine.invariants import broken_invariants
from perpit.engine.liquidation import Liquidator
from perpit.engine.market import Market, tell_book
from perpit.engine.marks import Marks
from perpit.engine.matching import Matcher
from perpit.engine.price_match import matched_price_ticks
from perpit.engine.registry import Registry
from perpit.engine.risk import Risk
from perpit.engine.state import assets_state, canonical_state, hash_state
from perpit.engine.timers import NEVER, Timers
from perpit.engine.trading import Trading
from perpit.engine.treasury import Treasury


class Engine:
    """The whole state of the venue, and the only thing that changes it."""

    def __init__(self) -> None:
        self.seq: i64 = 0
        self.time_ms: i64 = 0
        self.treasury = Treasury()
        self.risk = Risk()
        self.assets = Assets()
        matcher = Matcher(FeeBurn(self.assets, self.treasury))
        self.timers = Timers()
        self.agenda = Agenda()
        self.registry = Registry(self.treasury, self.risk, self.agenda)
        self.accounts: list[Account] = self.registry.accounts
        self.markets: list[Market] = self.registry.markets
        self.trading = Trading(matcher, self.timers)
        self.grids = Grids(self.trading, self.agenda)
        self.conditionals = Conditionals(self.trading, self.agenda, self.timers, self.grids)
        self.house = House(self.accounts[HOUSE], matcher)
        self.fund = InsuranceFund(matcher)
        deliverer = Deliverer(self.trading, self.conditionals, self.house)
        liquidator = Liquidator(
            self.risk,
            self.trading,
            self.conditionals,
            matcher,
            deliverer,
            self.fund,
            self.accounts[HOUSE],
            self.treasury,
        )
        self.marks = Marks(self.markets, liquidator, deliverer, self.fund, self.timers, self.conditionals)

    def apply(self, command: Command) -> list[Event]:
        """Do what the command asks, after the timers that were due; the events tell what happened.

        `command.seq` must be the next number and `command.time_ms` not before the last: the sequencer sees to it.
        """
        time_ms = command.time_ms
        assert command.seq == self.seq + 1, "a command is missing or repeated"
        assert time_ms >= self.time_ms, "time went backwards"
        events: list[Event] = []
        if (self.marks.next_ms <= time_ms and self.marks.next_ms != 0) or self.timers.first_ms <= time_ms:
            self._run_timers(time_ms, events)
        self.seq = command.seq
        self.time_ms = time_ms
        refusal = self._dispatch(command, events)
        if refusal != 0:
            events.append(Refused(time_ms, command, refusal))
        elif self.agenda.waits:
            self.conditionals.settle(command.seq, time_ms, events)
        return events

    def judge(self, command: PlaceOrder) -> tuple[int, int]:
        """What `apply` would refuse this order with now, or 0, and the limit price in ticks that it would have.

        `command.time_ms` is now. Nothing changes, and timers that are due are not run.
        """
        if not self._is_customer(command.account_id):
            return no.UNKNOWN_ACCOUNT, 0
        if not 0 <= command.symbol_id < len(self.markets):
            return no.UNKNOWN_SYMBOL, 0
        market = self.markets[command.symbol_id]
        exposure = self.accounts[command.account_id].exposure(market)
        price_ticks: int = command.price_ticks
        if command.order_type > MARKET:
            return self.conditionals.judge(exposure, command), price_ticks
        refusal = self.trading.judge(exposure, command)
        if refusal == 0 and command.price_match != 0:
            price_ticks = matched_price_ticks(market.book, command.side, command.price_match)
        return refusal, price_ticks

    def next_timer_ms(self) -> int:
        """Venue time at which the next timer is due; 0 when none is set."""
        first = self.timers.first_ms
        if self.marks.next_ms != 0 and self.marks.next_ms < first:
            first = self.marks.next_ms
        return first if first != NEVER else 0

    def state_hash(self) -> str:
        """Digest of the whole state: equal commands give equal digests, everywhere."""
        return hash_state(self.state())

    def state(self) -> list[object]:
        """The whole state as nested lists of numbers and texts, in one canonical order; see `engine/state.py`."""
        state = canonical_state(
            self.marks.next_ms,
            self.trading.next_order_id,
            self.markets,
            self.accounts,
            self.fund.account,
            self.treasury,
        )
        state.append(waiting_state(self.conditionals, self.timers, self.markets))
        state.append(assets_state(self.assets, self.treasury))
        if self.grids.next_grid_id != 1:
            state.append(grids_state(self.grids))
        return state

    def __del__(self) -> None:
        """Orders stand outside the garbage collector's reach (`engine/book.py`): let go of those that rest."""
        for account in self.accounts:
            for exposure in account.exposures.values():
                exposure.orders = {}
        for market in self.markets:
            market.dissolve()

    def check_invariants(self) -> list[str]:
        """What is broken, in words; empty when all holds."""
        return [
            *broken_invariants(self.markets, [*self.accounts, self.fund.account], self.treasury),
            *broken_waiting(self.conditionals, self.timers, self.markets, self.accounts),
            *broken_grids(self.grids, self.accounts),
        ]

    def _dispatch(self, command: Command, events: list[Event]) -> int:
        """Hand the command to its room; the refusal, or 0."""
        if isinstance(command, ExposureCommand):
            return self._trade(command, events)
        if isinstance(command, (HouseDepth, HouseTrade)):
            return self._house(command, events)
        if isinstance(command, Advance):
            return 0
        if isinstance(command, (SetIndexPrice, SetBasketPrices, PinMarkPrice, ScheduleDelivery)):
            return self.marks.set_market(command, events)
        if isinstance(command, Transfer):
            return self._transfer(command, events)
        if isinstance(command, AccountCommand):
            return self._set_account(command, events)
        if isinstance(command, (ListAsset, SetAssetIndex)):
            return self._set_asset(command, events)
        return self.registry.administer(command, events)

    def _trade(self, command: ExposureCommand, events: list[Event]) -> int:
        """What a customer wants in one instrument."""
        account_id, symbol_id = command.account_id, command.symbol_id
        if not 0 <= symbol_id < len(self.markets) or not HOUSE < account_id < len(self.accounts):
            return no.UNKNOWN_SYMBOL if self._is_customer(account_id) else no.UNKNOWN_ACCOUNT
        market = self.markets[symbol_id]
        exposure = self.accounts[account_id].exposure(market)
        if isinstance(command, PlaceOrder):
            if command.order_type <= MARKET:
                refusal = self.trading.place(exposure, command, events)
            else:
                refusal = self.conditionals.place(exposure, command, events)
        elif isinstance(command, CancelOrder):
            refusal = self.trading.cancel(exposure, command, events)
            if refusal == no.UNKNOWN_ORDER and exposure.conditionals:
                refusal = self.conditionals.cancel(exposure, command, events)
        elif isinstance(command, AmendOrder):
            refusal = self.trading.amend(exposure, command, events)
            if refusal == no.UNKNOWN_ORDER:
                refusal = self.conditionals.amend(exposure, command)
        elif isinstance(command, CancelAllOrders):
            waiting = self.conditionals.cancel_waiting(exposure, command.time_ms, events)
            refusal = self.trading.cancel_all(exposure, command, waiting, events)
        elif isinstance(command, CancelAllAlgoOrders):
            refusal = self.conditionals.cancel_all_algos(exposure, command, events)
        elif isinstance(command, SetCountdown):
            refusal = self._set_countdown(exposure, command, events)
        elif isinstance(command, StartGrid):
            refusal = self.grids.start(exposure, command, events)
        else:
            return _set_terms(exposure, command, events)
        tell_book(market, command.time_ms, events)
        return refusal

    def _set_countdown(self, exposure: Exposure, command: SetCountdown, events: list[Event]) -> int:
        """Begin, begin again, or with 0 stop the countdown of an exposure (semantics 5.7.7)."""
        if not 0 <= command.countdown_ms <= LARGEST_ON_GRID:
            return no.INVALID_VALUE
        due_ms: i64 = 0
        if command.countdown_ms != 0:
            due_ms = command.time_ms + command.countdown_ms
        self.timers.set_countdown(command.account_id, command.symbol_id, exposure, due_ms)
        events.append(CountdownSet(command.time_ms, command.account_id, command.symbol_id, due_ms))
        return 0

    def _transfer(self, command: Transfer, events: list[Event]) -> int:
        """Money of a customer, or of the insurance fund."""
        if command.account_id == INSURANCE_FUND:
            return self.fund.transfer(self.treasury, command, events)
        if not self._is_customer(command.account_id):
            return no.UNKNOWN_ACCOUNT
        return funds.transfer(self.accounts[command.account_id], self.treasury, self.risk, command, events)

    def _set_account(self, command: AccountCommand, events: list[Event]) -> int:
        """What a customer wants in no instrument in particular."""
        if not self._is_customer(command.account_id):
            return no.UNKNOWN_ACCOUNT
        account = self.accounts[command.account_id]
        if isinstance(command, SetPositionMode):
            return terms.set_position_mode(account, command, events)
        if isinstance(command, SetMultiAssets):
            return asset_mode.set_multi_assets(account, self.assets, self.risk, command, events)
        if isinstance(command, SetFeeBurn):
            return asset_mode.set_fee_burn(account, command, events)
        if isinstance(command, SetFeeTier):
            return terms.set_fee_tier(account, command, events)
        if isinstance(command, SetStanding):
            return terms.set_standing(account, command, events)
        if isinstance(command, SignAgreement):
            return terms.sign_agreement(account, command, events)
        if isinstance(command, StopGrid):
            return self.grids.stop(account, command, events)
        assert isinstance(command, CancelAlgoOrder)
        return self.conditionals.cancel_algo(account, command, events)

    def _house(self, command: Command, events: list[Event]) -> int:
        """Market data laid on the book."""
        if isinstance(command, HouseDepth):
            if not 0 <= command.symbol_id < len(self.markets):
                return no.UNKNOWN_SYMBOL
            if not _is_depth(command.bid_ticks, command.bid_lots) or not _is_depth(
                command.ask_ticks, command.ask_lots
            ):
                return no.INVALID_VALUE
            market = self.markets[command.symbol_id]
            if market.has_ended():
                return no.SYMBOL_CLOSED
            self.house.depth(market, command, events)
        else:
            assert isinstance(command, HouseTrade)
            if not 0 <= command.symbol_id < len(self.markets):
                return no.UNKNOWN_SYMBOL
            if abs(command.taker_side) != 1:
                return no.INVALID_VALUE
            if not _is_depth([command.price_ticks], [command.qty_lots]) or command.qty_lots == 0:
                return no.INVALID_VALUE
            market = self.markets[command.symbol_id]
            if market.has_ended():
                return no.SYMBOL_CLOSED
            self.house.trade(market, command, events)
        tell_book(market, command.time_ms, events)
        return 0

    def _set_asset(self, command: Command, events: list[Event]) -> int:
        """Margin assets and their prices."""
        if isinstance(command, ListAsset):
            return self.assets.list_asset(command, self.markets, events)
        assert isinstance(command, SetAssetIndex)
        refusal = self.assets.set_index(command, events)
        if refusal == 0:
            self.marks.moved(command.time_ms, events)
        return refusal

    def _is_customer(self, account_id: i64) -> bool:
        return HOUSE < account_id < len(self.accounts)

    def _run_timers(self, time_ms: i64, events: list[Event]) -> None:
        """Everything that is due until now in the order of its time; a mark price comes first in its millisecond."""
        while self.timers.first_ms <= time_ms:
            due_ms = self.timers.first_ms
            self.marks.run(self.seq, due_ms, events)
            run_due(self.timers, self.conditionals, self.accounts, due_ms, events)
            self.conditionals.settle_timers(self.seq, due_ms, events)
        self.marks.run(self.seq, time_ms, events)


def _set_terms(exposure: Exposure, command: Command, events: list[Event]) -> int:
    """On what terms the account trades the instrument, while it is traded (semantics 3.6.7)."""
    if exposure.market.has_ended():
        return no.SYMBOL_CLOSED
    if isinstance(command, SetLeverage):
        return terms.set_leverage(exposure, command, events)
    if isinstance(command, SetMarginType):
        return terms.set_margin_type(exposure, command, events)
    assert isinstance(command, AdjustMargin)
    return terms.adjust_margin(exposure, command, events)


def _is_depth(ticks: list[int], lots: list[int]) -> bool:
    """As many quantities as prices, prices positive, quantities not negative, both within reason."""
    if len(ticks) != len(lots):
        return False
    for index in range(len(ticks)):
        if not 0 < ticks[index] <= LARGEST_ON_GRID or not 0 <= lots[index] <= LARGEST_ON_GRID:
            return False
    return True
