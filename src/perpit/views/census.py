"""Who is long and who is short, counted over all accounts at a point of the grid (semantics 8.4.3).

A census looks at every account, which no command may do: it is a generator that stops whenever it has looked at
a slice of them, and `StatisticsView` takes one step with each command until it is done. A venue with a few hundred
accounts has its result at once; in a larger one the last accounts are looked at as they are some commands later.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from perpit.domain.margin import unrealised_units
from perpit.domain.numbers import UNIT
from perpit.domain.words import USDS_M
from perpit.views.accounts import AccountView, ExposureView, WalletView
from perpit.views.assets import AssetsView
from perpit.views.contracts import ContractView
from perpit.views.open_interest import OpenInterestView
from perpit.views.prices import PriceView

_ID_BITS: Final = 32  # of a number that orders accounts by their margin first

Pair = tuple[int, str]  # market and pair: all its contracts together
Subject = int | Pair  # a symbol id, or a pair
Asset = tuple[int, str]  # market and margin asset: those whose margin is compared


class StatisticsTerms(NamedTuple):
    """What the exchange leaves open, or this venue does otherwise (decision 44).

    `counts_house`: the house, which stands for everybody else, is one account among the others. `top_percent` of the
    accounts that have margin are top traders, rounded up. `omits_quiet`: a period without a trade is left out of the
    history of open interest, as the exchange does (semantics 8.4.1). `empty_side_e4`, > 0: a side that has nothing
    counts in a ratio as so many ten-thousandths of both sides, of takers' volumes as so many ten-thousandths of a
    unit; the exchange always has both, a small venue often not, and clients read the ratio as a number. With 1, the
    least that is shown, it is 10000.0000 or 0.0001. `slice_accounts` is how many accounts one command
    looks at, or passes when it ranks them (decision 45).
    """

    counts_house: bool = False
    top_percent: int = 20
    omits_quiet: bool = False
    empty_side_e4: int = 1
    slice_accounts: int = 600


STATISTICS_TERMS: Final[StatisticsTerms] = StatisticsTerms()


class Ratios(NamedTuple):
    """Accounts that are net long and net short, of all and of the top traders, and what the latter hold so."""

    long_accounts: int = 0
    short_accounts: int = 0
    top_long_accounts: int = 0
    top_short_accounts: int = 0
    top_long_lots: int = 0
    top_short_lots: int = 0


class Census:
    """One count; `tallies` is complete when `steps` ends. Subjects that nobody holds are not in it."""

    def __init__(
        self,
        accounts: Mapping[int, AccountView],
        prices: Sequence[PriceView],
        assets: AssetsView,
        terms: StatisticsTerms,
    ) -> None:
        self._accounts = accounts
        self._prices = prices
        self._assets = assets
        self._terms = terms
        self._margins: dict[Asset, list[int]] = {}  # units and account in one number
        self._tops: dict[Asset, frozenset[int]] = {}
        self.tallies: dict[Subject, list[int]] = {}

    def steps(self) -> Iterator[None]:
        """First everybody's margin, then the top traders, then what everybody who holds something holds."""
        holders: list[AccountView] = []
        looked_at, most = 0, self._terms.slice_accounts
        for account in list(self._accounts.values()):
            self._note_margin(account)
            if _holds(account):
                holders.append(account)
            looked_at += 1
            if looked_at % most == 0:
                yield
        for asset, margins in self._margins.items():
            count = -(-len(margins) * self._terms.top_percent // 100)
            margins.sort(reverse=True)  # of equal ones the older account first
            self._tops[asset] = frozenset([_account_id(margin) for margin in margins[:count]])
            looked_at += len(margins)
            if looked_at >= most:
                looked_at = 0
                yield
        for account in holders:
            self._tally(account)
            looked_at += 1
            if looked_at % most == 0:
                yield

    def count_house(self, contracts: Sequence[ContractView], interests: Sequence[OpenInterestView]) -> None:
        """The house as one more account, if it counts."""
        if not self._terms.counts_house:
            return
        nets: dict[Subject, int] = {}
        for contract in contracts:
            instrument = contract.instrument
            lots = interests[instrument.symbol_id].house_lots
            for subject in (instrument.symbol_id, (instrument.market, instrument.pair)):
                nets[subject] = nets.get(subject, 0) + lots
        self._count(nets, frozenset())

    def _note_margin(self, account: AccountView) -> None:
        usd_units = -1
        for asset, wallet in account.wallets.items():
            units = self._balance_units(wallet)
            if account.joint is not None and asset[0] == USDS_M:
                # semantics 1.6.5: all its wallets stand for each of its positions
                index_e8 = self._assets.index_e8(wallet.asset)
                if usd_units < 0:
                    usd_units = max(0, self._worth_units(account))
                units = usd_units * UNIT // index_e8 if index_e8 else units
            if units > 0:
                margin = (units << _ID_BITS) - account.account_id
                margins = self._margins.get(asset)
                if margins is None:
                    self._margins[asset] = [margin]
                else:
                    margins.append(margin)

    def _worth_units(self, account: AccountView) -> int:
        """The USDⓈ-M margin balances of an account in multi-assets mode, in 1e-8 USD."""
        return sum(
            self._assets.worth_units(wallet.asset, self._balance_units(wallet))
            for (market, _asset), wallet in account.wallets.items()
            if market == USDS_M
        )

    def _balance_units(self, wallet: WalletView) -> int:
        units = wallet.wallet_units
        for exposure in wallet.exposures:
            instrument = exposure.instrument
            mark_e8 = self._prices[instrument.symbol_id].mark_e8
            position = exposure.position
            if position.qty_lots:
                units += unrealised_units(instrument, position.qty_lots, position.entry_value, mark_e8)
            for side in exposure.sides.values():
                if side.qty_lots:
                    units += unrealised_units(instrument, side.qty_lots, side.entry_value, mark_e8)
        return units

    def _tally(self, account: AccountView) -> None:
        """An account counts once for a subject; equal sides of a hedge are neither long nor short."""
        nets: dict[Subject, int] = {}
        tops: list[Subject] = []
        for symbol_id, exposure in account.exposures.items():
            long_lots, short_lots = _sides(exposure)
            if long_lots == short_lots == 0:
                continue
            instrument = exposure.instrument
            subjects: tuple[Subject, Subject] = (symbol_id, (instrument.market, instrument.pair))
            is_top = account.account_id in self._tops.get(
                (instrument.market, instrument.margin_asset), frozenset()
            )
            for subject in subjects:
                nets[subject] = nets.get(subject, 0) + long_lots - short_lots
                if is_top:
                    tops.append(subject)
                    tally = self._tally_of(subject)
                    tally[4] += long_lots
                    tally[5] += short_lots
        self._count(nets, frozenset(tops))

    def _count(self, nets: Mapping[Subject, int], tops: frozenset[Subject]) -> None:
        for subject, lots in nets.items():
            if lots:
                side = 0 if lots > 0 else 1
                tally = self._tally_of(subject)
                tally[side] += 1
                if subject in tops:
                    tally[side + 2] += 1

    def _tally_of(self, subject: Subject) -> list[int]:
        tally = self.tallies.get(subject)
        if tally is None:
            tally = self.tallies[subject] = list(Ratios())
        return tally


def _account_id(margin: int) -> int:
    """The account in such a number."""
    return -margin & ((1 << _ID_BITS) - 1)


def _holds(account: AccountView) -> bool:
    for exposure in account.exposures.values():
        if exposure.position.qty_lots:
            return True
        for side in exposure.sides.values():
            if side.qty_lots:
                return True
    return False


def _sides(exposure: ExposureView) -> tuple[int, int]:
    """Lots held long and short, both ≥ 0."""
    lots: int = exposure.position.qty_lots
    long_lots, short_lots = (lots, 0) if lots > 0 else (0, -lots)
    for side in exposure.sides.values():
        if side.qty_lots > 0:
            long_lots += side.qty_lots
        else:
            short_lots -= side.qty_lots
    return long_lots, short_lots
