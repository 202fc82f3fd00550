"""The world: every view of the venue, folded from one sequence of events.

The sequencer calls `fold` for each applied command, live and in recovery alike; so what is seen after a restart is
what was seen before it. `fold` is on the path of every order: one dictionary tells the handler of an event's class.
"""

from collections.abc import Callable
from typing import Any

from perpit.domain.commands import Command
from perpit.domain.events import (
    AccountCreated,
    AgreementSigned,
    AlgoOrderChanged,
    AllAlgoOrdersCancelled,
    AllOrdersCancelled,
    AssetIndexChanged,
    AssetListed,
    BasketPriced,
    BookChanged,
    ContractStatusChanged,
    CountdownSet,
    Event,
    FeeBurnChanged,
    FeeTierChanged,
    FundingPaid,
    FundingSettled,
    GridChanged,
    GridFilled,
    IndexPriceChanged,
    InstrumentListed,
    InsuranceFundChanged,
    InsurancePositionChanged,
    KeyCreated,
    KeyEdited,
    KeyRevoked,
    LeverageChanged,
    MarginCalled,
    MarginTypeChanged,
    MarkPriceChanged,
    MultiAssetsChanged,
    OrderAccepted,
    OrderAmended,
    OrderCalculated,
    OrderClosed,
    OrderEvent,
    OrderTraded,
    OrderTriggered,
    PositionChanged,
    PositionModeChanged,
    PremiumSampled,
    Refused,
    StandingChanged,
    TradeCalculated,
    TradePrinted,
    WalletChanged,
)
from perpit.domain.words import CAUSE_MARGIN_TRANSFER, INACTIVE, KEYS_LOCKED, RPI, TRADE_MARKET
from perpit.views.accounts import (
    AccountView,
    ExposureView,
    fold_funding,
    fold_leverage,
    fold_margin_type,
    fold_position,
)
from perpit.views.algo_orders import AlgoOrdersView
from perpit.views.amendments import AmendmentsView
from perpit.views.assets import AssetsView
from perpit.views.book import BookView
from perpit.views.candles import CandlesView
from perpit.views.catalog import CatalogView
from perpit.views.census import STATISTICS_TERMS, StatisticsTerms
from perpit.views.contracts import ContractClock, ContractView
from perpit.views.deleveraging import DeleveragingView
from perpit.views.funding import FundingView
from perpit.views.grids import GridsView
from perpit.views.income import IncomeView
from perpit.views.joint import JointView
from perpit.views.keys import KeysView
from perpit.views.limits import LIMITS, WorldLimits
from perpit.views.margin_changes import MarginChange, MarginChangesView
from perpit.views.open_interest import OpenInterestView
from perpit.views.orders import OrdersView
from perpit.views.pairs import PairView
from perpit.views.price_candles import PriceCandlesView
from perpit.views.prices import PriceView
from perpit.views.rpi_book import RpiBookView
from perpit.views.statistics import StatisticsView
from perpit.views.ticker import TickerView
from perpit.views.trades import TradesView

Listener = Callable[[Command, list[Event]], None]


class World:
    """All views. Per instrument they are lists by symbol id: `books`, `rpi_books`, `trades`, `candles`, `mark_candles`,
    `premium_candles`, `tickers`, `prices`, `contracts`, `funding`, `open_interest`; per pair and market `pairs`.

    `time_ms` and `seq` are those of the last folded command. `listeners` are called with each command and its events
    after all views have folded them; they are attached after recovery.

    `limits` says how much of each is kept.
    """

    def __init__(
        self,
        limits: WorldLimits = LIMITS,
        statistics_terms: StatisticsTerms = STATISTICS_TERMS,
    ) -> None:
        self._limits = limits
        self.time_ms = 0
        self.seq = 0
        self.catalog = CatalogView()
        self.books: list[BookView] = []
        self.rpi_books: list[RpiBookView] = []
        self.trades: list[TradesView] = []
        self.candles: list[CandlesView] = []
        self.mark_candles: list[PriceCandlesView] = []
        self.premium_candles: list[PriceCandlesView] = []
        self.pairs: dict[tuple[int, str], PairView] = {}  # by market and name
        self._pair_of: list[PairView] = []
        self._carried: list[CandlesView | None] = []  # series of quarters, by the contract that carries it
        self.tickers: list[TickerView] = []
        self.prices: list[PriceView] = []
        self.assets = AssetsView(self.catalog, self.prices)
        self.contracts: list[ContractView] = []
        self.funding: list[FundingView] = []
        self.open_interest: list[OpenInterestView] = []
        self.accounts: dict[int, AccountView] = {}
        self.account_ids: dict[str, int] = {}
        self.orders = OrdersView(
            limits.closed_orders_max, limits.fills_max, limits.all_closed_orders_max, limits.all_fills_max
        )
        self.algo_orders = AlgoOrdersView(limits.closed_orders_max, limits.all_closed_orders_max)
        self.income = IncomeView(limits.income_max, limits.all_income_max)
        self.amendments = AmendmentsView(limits.amendments_max, limits.all_amendments_max)
        self.margin_changes = MarginChangesView(limits.margin_changes_max, limits.all_margin_changes_max)
        self.grids = GridsView(limits.ended_grids_max)
        self.keys = KeysView()
        # accounts whose keys are locked, or that are inactive: their standing
        self.shut_out: dict[int, int] = {}
        self.insurance_units: dict[tuple[int, str], int] = {}  # the fund's balances by market and asset
        self.insurance_ms: dict[tuple[int, str], int] = {}  # when each last changed
        self.deleveraging = DeleveragingView(self.accounts, self.prices, self.insurance_units)
        self.statistics = StatisticsView(
            self.contracts,
            self.prices,
            self.candles,
            self.open_interest,
            self.accounts,
            self.assets,
            statistics_terms,
        )
        self._grid_due_ms = 0  # a copy of `statistics.due_ms`, as every command compares its time with it
        self.listeners: list[Listener] = []
        self._handlers = self._table()

    def _table(self) -> dict[type[Event], Callable[[Any], None]]:
        """Which view folds which event."""
        return {
            Refused: _unseen,
            FundingSettled: self._funding_settled,
            FundingPaid: self._funding_paid,
            AllOrdersCancelled: _unseen,
            AllAlgoOrdersCancelled: _unseen,
            CountdownSet: _unseen,
            AlgoOrderChanged: self._algo_order_changed,
            InstrumentListed: self._instrument_listed,
            ContractStatusChanged: self._contract_status_changed,
            GridChanged: self.grids.fold_changed,
            GridFilled: self.grids.fold_filled,
            AccountCreated: self._account_created,
            KeyCreated: self._key_created,
            KeyEdited: self._key_edited,
            KeyRevoked: self._key_revoked,
            LeverageChanged: self._leverage_changed,
            MarginTypeChanged: self._margin_type_changed,
            PositionModeChanged: self._position_mode_changed,
            WalletChanged: self._wallet_changed,
            AssetListed: self.assets.fold_listed,
            AssetIndexChanged: self.assets.fold_index,
            MultiAssetsChanged: self._multi_assets_changed,
            FeeBurnChanged: self._fee_burn_changed,
            FeeTierChanged: self._fee_tier_changed,
            AgreementSigned: self._agreement_signed,
            StandingChanged: self._standing_changed,
            OrderAccepted: self._order_accepted,
            OrderTraded: self._order_traded,
            OrderCalculated: self._order_calculated,
            TradeCalculated: _unseen,
            MarginCalled: _unseen,
            InsuranceFundChanged: self._insurance_fund_changed,
            InsurancePositionChanged: self._insurance_position_changed,
            OrderClosed: self._order_closed,
            OrderTriggered: self._order_notionals,
            OrderAmended: self._order_amended,
            PositionChanged: self._position_changed,
            TradePrinted: self._trade_printed,
            BookChanged: self._book_changed,
            BasketPriced: self._basket_priced,
            IndexPriceChanged: self._index_price_changed,
            MarkPriceChanged: self._mark_price_changed,
            PremiumSampled: self._premium_sampled,
        }

    def fold(self, command: Command, events: list[Event]) -> None:
        """Take in what a command did, then tell the listeners."""
        self.seq = command.seq
        self.time_ms = command.time_ms
        if command.time_ms >= self._grid_due_ms:
            self._fold_on_grid(command, events)
        else:
            handlers = self._handlers
            for event in events:
                handlers[type(event)](event)
        for listener in self.listeners:
            listener(command, events)

    def index_prices_e8(self) -> dict[str, int]:
        """The index price of every contract that has not ended, by symbol; 0 where there is none yet."""
        living = (contract.instrument for contract in self.contracts if not contract.is_delivered)
        return {instrument.symbol: self.prices[instrument.symbol_id].index_e8 for instrument in living}

    def _fold_on_grid(self, command: Command, events: list[Event]) -> None:
        """The same for a command that passes a point of the statistics' grid; its row precedes what happened then."""
        statistics, handlers = self.statistics, self._handlers
        for event in events:
            if event.time_ms >= statistics.grid_ms:
                statistics.advance(event.time_ms, command.time_ms)
            handlers[type(event)](event)
        if command.time_ms >= statistics.grid_ms:
            statistics.advance(command.time_ms, command.time_ms)
        else:
            statistics.go_on()
        self._grid_due_ms = statistics.due_ms

    def _contract_status_changed(self, event: ContractStatusChanged) -> None:
        self.contracts[event.symbol_id].fold(event)
        pair = self._pair_of[event.symbol_id]
        pair.arrange(event.time_ms)
        self._see_carriers(pair)

    def _see_carriers(self, pair: PairView) -> None:
        """Which of a pair's contracts carry a series of quarters now, for those who trade."""
        for contract in pair.contracts:
            self._carried[contract.instrument.symbol_id] = None
        for relay in pair.quarters:
            if relay.contract is not None:
                self._carried[relay.contract.instrument.symbol_id] = relay.candles

    def _instrument_listed(self, event: InstrumentListed) -> None:
        instrument = event.instrument
        self.catalog.list_instrument(instrument)
        trades = TradesView(self._limits.trades_max, self._limits.aggregates_max)
        contract = ContractView(instrument)
        clock = ContractClock(self, contract)
        candles = CandlesView(clock, self._limits.candles_max)
        self.books.append(BookView())
        self.rpi_books.append(RpiBookView())
        self.trades.append(trades)
        self.candles.append(candles)
        self.mark_candles.append(PriceCandlesView(clock, self._limits.candles_max))
        self.premium_candles.append(PriceCandlesView(clock, self._limits.candles_max))
        self.tickers.append(TickerView(self, instrument, candles, trades))
        self.prices.append(PriceView())
        self.contracts.append(contract)
        pair = self.pairs.get((instrument.market, instrument.pair))
        if pair is None:
            pair = self.pairs[(instrument.market, instrument.pair)] = PairView(self, self._limits.candles_max)
        self._pair_of.append(pair)
        self._carried.append(None)
        pair.list_contract(contract, event.time_ms)
        self._see_carriers(pair)
        self.funding.append(FundingView(instrument.funding_interval_hours, self._limits.settlements_max))
        self.open_interest.append(OpenInterestView())

    def _account_created(self, event: AccountCreated) -> None:
        self.accounts[event.account_id] = AccountView(event.account_id, event.name, event.time_ms)
        self.account_ids[event.name] = event.account_id

    def _key_created(self, event: KeyCreated) -> None:
        self.keys.create(event.key)

    def _key_edited(self, event: KeyEdited) -> None:
        self.keys.edit(event.key)

    def _key_revoked(self, event: KeyRevoked) -> None:
        self.keys.revoke(event.api_key)

    def _leverage_changed(self, event: LeverageChanged) -> None:
        fold_leverage(self._exposure(event.account_id, event.symbol_id), event)

    def _insurance_fund_changed(self, event: InsuranceFundChanged) -> None:
        self.insurance_units[(event.market, event.asset)] = event.wallet_units
        self.insurance_ms[(event.market, event.asset)] = event.time_ms

    def _insurance_position_changed(self, event: InsurancePositionChanged) -> None:
        self.open_interest[event.symbol_id].fund_lots = event.qty_lots

    def _funding_settled(self, event: FundingSettled) -> None:
        self.funding[event.symbol_id].fold(event)

    def _funding_paid(self, event: FundingPaid) -> None:
        exposure = self._exposure(event.account_id, event.symbol_id)
        fold_funding(exposure, event)
        self.income.pay_funding(event, exposure.instrument)

    def _margin_type_changed(self, event: MarginTypeChanged) -> None:
        fold_margin_type(self._exposure(event.account_id, event.symbol_id), event)

    def _position_mode_changed(self, event: PositionModeChanged) -> None:
        self.accounts[event.account_id].fold_position_mode(event)

    def _multi_assets_changed(self, event: MultiAssetsChanged) -> None:
        account = self.accounts[event.account_id]
        account.set_joint(JointView(account, self.assets, self.prices) if event.is_on else None)

    def _fee_burn_changed(self, event: FeeBurnChanged) -> None:
        self.accounts[event.account_id].burns_fees = event.is_on

    def _fee_tier_changed(self, event: FeeTierChanged) -> None:
        self.accounts[event.account_id].fold_fee_tier(event)

    def _agreement_signed(self, event: AgreementSigned) -> None:
        self.accounts[event.account_id].has_signed = True

    def _standing_changed(self, event: StandingChanged) -> None:
        self.accounts[event.account_id].standing = event.standing
        if event.standing in (KEYS_LOCKED, INACTIVE):
            self.shut_out[event.account_id] = event.standing
        else:
            self.shut_out.pop(event.account_id, None)

    def _wallet_changed(self, event: WalletChanged) -> None:
        self.accounts[event.account_id].fold_wallet(event)
        self.income.move(event)

    def _position_changed(self, event: PositionChanged) -> None:
        exposure = self._exposure(event.account_id, event.symbol_id)
        if event.cause == CAUSE_MARGIN_TRANSFER:
            amount_units = event.isolated_units - exposure.side(event.position_side).isolated_units
            change = MarginChange(event.time_ms, event.position_side, amount_units)
            self.margin_changes.add(event.account_id, event.symbol_id, change)
        before_lots = exposure.side(event.position_side).qty_lots
        if before_lots != event.qty_lots:
            self.open_interest[event.symbol_id].move(before_lots, event.qty_lots)
        fold_position(exposure, event)

    def _order_accepted(self, event: OrderAccepted) -> None:
        self._order_notionals(event)
        self.orders.accept(event)
        if event.request.time_in_force == RPI:
            self.rpi_books[event.request.symbol_id].accept(event)

    def _order_traded(self, event: OrderTraded) -> None:
        self._order_notionals(event)
        self.orders.trade(event)
        if event.request.time_in_force == RPI:
            self.rpi_books[event.request.symbol_id].trade(event)
        self.income.trade(event, self.catalog.by_id[event.request.symbol_id])

    def _order_calculated(self, event: OrderCalculated) -> None:
        self._order_notionals(event)
        self.orders.trade(event)
        self.income.calculate(event, self.catalog.by_id[event.request.symbol_id])

    def _order_closed(self, event: OrderClosed) -> None:
        self._order_notionals(event)
        self.orders.close(event)
        if event.request.time_in_force == RPI:
            self.rpi_books[event.request.symbol_id].close(event)

    def _algo_order_changed(self, event: AlgoOrderChanged) -> None:
        self.algo_orders.fold(event)

    def _order_amended(self, event: OrderAmended) -> None:
        self._order_notionals(event)
        self.orders.amend(event)
        if event.request.time_in_force == RPI:
            self.rpi_books[event.request.symbol_id].amend(event)
        self.amendments.fold(event)

    def _order_notionals(self, event: OrderEvent) -> None:
        request = event.request
        exposure = self._exposure(request.account_id, request.symbol_id)
        exposure.bid_units = event.bid_units
        exposure.ask_units = event.ask_units

    def _trade_printed(self, event: TradePrinted) -> None:
        # semantics 2.6.3: trades of the insurance fund and of deleveraging are in no public list
        if event.kind != TRADE_MARKET:
            return
        symbol_id = event.symbol_id
        price_ticks = event.price_ticks
        value_units = self.catalog.by_id[symbol_id].value_units(price_ticks, event.qty_lots)
        self.trades[symbol_id].fold(event)
        self.candles[symbol_id].fold(event, value_units)
        carried = self._carried[symbol_id]
        if carried is not None:
            carried.fold(event, value_units)
        price = self.prices[symbol_id]
        price.last_price_ticks = price_ticks
        price.last_price_ms = event.time_ms

    def _book_changed(self, event: BookChanged) -> None:
        self.books[event.symbol_id].fold(event)

    def _basket_priced(self, event: BasketPriced) -> None:
        self.prices[event.symbol_id].fold_basket(event)

    def _index_price_changed(self, event: IndexPriceChanged) -> None:
        self.prices[event.symbol_id].fold_index(event)

    def _mark_price_changed(self, event: MarkPriceChanged) -> None:
        symbol_id = event.symbol_id
        self.prices[symbol_id].fold(event)
        self.mark_candles[symbol_id].fold(event.time_ms, event.mark_e8)
        self._pair_of[symbol_id].fold(event)

    def _premium_sampled(self, event: PremiumSampled) -> None:
        self.premium_candles[event.symbol_id].fold(event.time_ms, event.premium_e8)

    def _exposure(self, account_id: int, symbol_id: int) -> ExposureView:
        account = self.accounts[account_id]
        exposure = account.exposures.get(symbol_id)
        return account.exposure(self.catalog.by_id[symbol_id]) if exposure is None else exposure


def _unseen(_event: Event) -> None:
    """Nothing to see: a refusal changed nothing, and each cancelled order told of itself."""
