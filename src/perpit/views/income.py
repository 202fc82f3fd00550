"""Income of every account: what changed a wallet and why, row by row (semantics 4.6).

A table says which events bring income and of which kind: one row for each amount that is not zero. A fill brings its
commission and its realised profit; both sides of a self-trade are rows of the same account, each with its own fee.
Kept per account and market, with a limit for each and one for all; a row takes about 0.2 kB. How long the exchange
would let them be queried is the dialect's business: every row carries its time.
"""

from collections.abc import Iterable
from typing import Final

from perpit.domain.events import FundingPaid, OrderCalculated, OrderTraded, WalletChanged
from perpit.domain.instrument import Instrument
from perpit.domain.words import (
    CAUSE_AUTO_EXCHANGE,
    CAUSE_DEPOSIT,
    CAUSE_INSURANCE,
    CAUSE_WITHDRAW,
    TRADE_ADL,
    TRADE_DELIVERY,
    TRADE_INSURANCE_FUND,
)
from perpit.views.tails import Tails

# Kinds of income.
TRANSFER: Final = 1
REALIZED_PROFIT: Final = 2
FUNDING: Final = 3
COMMISSION: Final = 4
INSURANCE: Final = 5
DELIVERY: Final = 6
AUTO_EXCHANGE: Final = 7

# A wallet that moved without a fill: the kind by the cause. What has no row here is told by another event.
BY_CAUSE: Final[dict[int, int]] = {
    CAUSE_DEPOSIT: TRANSFER,
    CAUSE_WITHDRAW: TRANSFER,
    CAUSE_INSURANCE: INSURANCE,
    CAUSE_AUTO_EXCHANGE: AUTO_EXCHANGE,
}
# A fill off the book: the kind of its profit by the kind of trade.
BY_TRADE: Final[dict[int, int]] = {
    TRADE_INSURANCE_FUND: REALIZED_PROFIT,
    TRADE_ADL: REALIZED_PROFIT,
    TRADE_DELIVERY: DELIVERY,
}


class IncomeRow:
    """One amount, signed, in 1e-8 of its asset. `symbol_id` is −1 and `trade_id` 0 where there is none.

    `income_id` is unique in the venue, and grows.
    """

    __slots__ = ("amount_units", "asset", "income_id", "kind", "symbol_id", "time_ms", "trade_id")

    def __init__(
        self,
        income_id: int,
        kind: int,
        amount_units: int,
        asset: str,
        time_ms: int,
        symbol_id: int = -1,
        trade_id: int = 0,
    ) -> None:
        self.income_id = income_id
        self.kind = kind
        self.amount_units = amount_units
        self.asset = asset
        self.time_ms = time_ms
        self.symbol_id = symbol_id
        self.trade_id = trade_id


class IncomeView:
    """Income by account and market, oldest first."""

    __slots__ = ("_next_id", "_tails")

    def __init__(self, each_max: int, all_max: int) -> None:
        self._tails: Tails[tuple[int, int], IncomeRow] = Tails(each_max, all_max)
        self._next_id = 1

    def trade(self, event: OrderTraded, instrument: Instrument) -> None:
        """A fill on the book: a fee is negative income, a rebate positive (semantics 4.3.7)."""
        if event.fee_units:
            self._add_fill(event, instrument, COMMISSION, -event.fee_units)
        if event.realized_units:
            self._add_fill(event, instrument, REALIZED_PROFIT, event.realized_units)

    def calculate(self, event: OrderCalculated, instrument: Instrument) -> None:
        """A fill off the book: only a delivery costs a commission (semantics 3.6.4)."""
        if event.fee_units:
            self._add_fill(event, instrument, COMMISSION, -event.fee_units)
        if event.realized_units:
            self._add_fill(event, instrument, BY_TRADE[event.kind], event.realized_units)

    def move(self, event: WalletChanged) -> None:
        """A wallet moved by itself."""
        kind = BY_CAUSE.get(event.cause)
        if kind is not None and event.change_units:
            row = IncomeRow(self._take_id(), kind, event.change_units, event.asset, event.time_ms)
            self._tails.append((event.account_id, event.market), row)

    def pay_funding(self, event: FundingPaid, instrument: Instrument) -> None:
        """Funding received, or paid."""
        row = IncomeRow(
            self._take_id(),
            FUNDING,
            event.change_units,
            instrument.margin_asset,
            event.time_ms,
            event.symbol_id,
        )
        self._tails.append((event.account_id, instrument.market), row)

    def _add_fill(
        self, event: OrderTraded | OrderCalculated, instrument: Instrument, kind: int, amount_units: int
    ) -> None:
        asset = instrument.margin_asset
        if kind == COMMISSION and isinstance(event, OrderTraded) and event.fee_asset:
            asset = event.fee_asset
        row = IncomeRow(
            self._take_id(),
            kind,
            amount_units,
            asset,
            event.time_ms,
            instrument.symbol_id,
            event.trade_id,
        )
        self._tails.append((event.request.account_id, instrument.market), row)

    def _take_id(self) -> int:
        income_id = self._next_id
        self._next_id = income_id + 1
        return income_id

    def rows(
        self,
        account_id: int,
        market: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
        kind: int | None = None,
        symbol_id: int | None = None,
    ) -> list[IncomeRow]:
        """Income within [start_ms, end_ms], of one kind and of one instrument where they are given."""
        found: Iterable[IncomeRow] = self._tails.within((account_id, market), start_ms, end_ms)
        if kind is not None:
            found = (row for row in found if row.kind == kind)
        if symbol_id is not None:
            found = (row for row in found if row.symbol_id == symbol_id)
        return list(found)
