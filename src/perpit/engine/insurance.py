"""The insurance fund: an account of the venue's own that collects liquidation fees and takes over positions (2.6).

It may hold positions worth as much as it has, and gives them back to the market at the mark price or better.
"""

from mypy_extensions import i64

from perpit.domain import refusals as no
from perpit.domain.commands import PlaceOrder, Transfer
from perpit.domain.events import Event, InsuranceFundChanged
from perpit.domain.words import COIN_M, INSURANCE_FUND, IOC, LIMIT, STP_NONE, USDS_M
from perpit.engine.account import Account, Position
from perpit.engine.book import Order
from perpit.engine.forced_orders import closing_side, limit_ticks_of
from perpit.engine.market import Market
from perpit.engine.matching import Matcher
from perpit.engine.off_book import tell_fund
from perpit.engine.rules import FUND_HOLDS_PERCENT
from perpit.engine.treasury import Treasury


class InsuranceFund:
    """One account, with a wallet for each asset. Nobody's orders: what is heard of it is what it has and holds."""

    def __init__(self, matcher: Matcher) -> None:
        self.account = Account(INSURANCE_FUND, "insurance fund")
        self.matcher = matcher

    def receive(self, market: i64, asset: str, units: int, time_ms: i64, events: list[Event]) -> None:
        """Fees and leftovers; negative when it makes good what a wallet lacks."""
        wallet = self.account.wallet(market, asset)
        wallet.wallet_units += units
        events.append(InsuranceFundChanged(time_ms, market, asset, wallet.wallet_units))

    def transfer(self, treasury: Treasury, command: Transfer, events: list[Event]) -> int:
        """The venue's operator gives to the fund, or takes what it does not need for what it holds."""
        market, asset, amount = command.market, command.asset, command.amount_units
        if amount == 0 or asset == "" or (market != USDS_M and market != COIN_M):
            return no.INVALID_VALUE
        if amount < 0 and -amount > self._spare_units(market, asset):
            return no.BALANCE_TOO_SMALL
        treasury.till(market, asset).net_deposits_units += amount
        self.receive(market, asset, amount, command.time_ms, events)
        return 0

    def _spare_units(self, market: i64, asset: str) -> int:
        wallet = self.account.wallet(market, asset)
        holds = any(exposure.both.qty_lots != 0 for exposure in wallet.exposures)
        return 0 if holds else wallet.wallet_units

    def position(self, market: Market) -> Position:
        return self.account.exposure(market).both

    def may_take(self, market: Market, position: Position, own: Position) -> bool:
        """Whether its holdings, with this position, stay within what it has (semantics 2.6.2)."""
        wallet = own.exposure.wallet
        held = 0
        for exposure in wallet.exposures:
            lots: int = exposure.both.qty_lots
            if exposure.both is own:
                lots += position.qty_lots
            held += abs(exposure.market.instrument.value_at_e8(exposure.market.mark_e8, lots))
        return held * 100 <= wallet.wallet_units * FUND_HOLDS_PERCENT

    def unwind(self, market: Market, time_ms: i64, events: list[Event]) -> None:
        """Offer what it holds to the book, at the mark price or better, and tell what it realised."""
        exposure = self.account.exposures.get(market.instrument.symbol_id)
        if exposure is None or exposure.both.qty_lots == 0:
            return
        position = exposure.both
        limit_ticks = limit_ticks_of(market, position, market.mark_e8)
        lots = position.size_lots()
        request = PlaceOrder(
            INSURANCE_FUND,
            market.instrument.symbol_id,
            "fund",
            closing_side(position),
            LIMIT,
            IOC,
            lots,
            limit_ticks,
            False,
            STP_NONE,
        )
        order = Order(0, request, position, lots, 0, 0, True)
        units_before = exposure.wallet.wallet_units
        self.matcher.cross(market, order, limit_ticks, STP_NONE, time_ms, events)
        if order.remaining_lots != lots:
            tell_fund(position, units_before, time_ms, events)
