"""Multi-assets mode and fees in BNB in the reference, written from semantics 1.6 and 4.3.5.

What an account in the mode has is added up each time, asset by asset; where the engine solves for an amount ("so much
may leave a wallet"), the reference tries amounts. The scope of such an account is named by an asset without a name.
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

from perpit.domain import commands as c
from perpit.domain import refusals as no
from perpit.domain import words as w
from tests import reference_formulas as formulas
from tests.reference_formulas import E8, MILLION
from tests.reference_ledger import Order
from tests.reference_liquidation import Held, Liquidation, Scope

Key = tuple[int, str]

DISCOUNT = Fraction(90, 100)  # semantics 4.3.5
EVERYTHING = 1 << 90
HIGHEST_PRICE = 1 << 52


class AssetMode(Liquidation):
    def __init__(self) -> None:
        super().__init__()
        self.assets: dict[str, c.ListAsset] = {}
        self.asset_set_e8: dict[str, int] = {}
        self.joint: set[int] = set()
        self.burners: set[int] = set()
        self.signers: set[int] = set()
        self.standings: dict[int, int] = {}
        self.exchanged: dict[Key, int] = {}

    # -- assets -----------------------------------------------------------------------------------------------------

    def _ListAsset(self, command: c.ListAsset) -> int:
        bids = (command.bid_buffer_ppm, command.exchange_bid_buffer_ppm)
        asks = (command.ask_buffer_ppm, command.exchange_ask_buffer_ppm)
        if not all(0 <= part < MILLION for part in bids) or not all(0 <= part <= MILLION for part in asks):
            return no.INVALID_VALUE
        if not command.asset or command.exchange_units > 0 or command.symbol_id < -1:
            return no.INVALID_VALUE
        if command.symbol_id >= len(self.instruments):
            return no.UNKNOWN_SYMBOL
        if command.symbol_id >= 0:
            instrument = self.instruments[command.symbol_id]
            if instrument.contract_kind != w.LINEAR or instrument.base_asset != command.asset:
                return no.NOT_SUPPORTED
        before, had = self.assets.get(command.asset), self.asset_price(command.asset)
        self.assets[command.asset] = command
        if before is not None and had and not self.asset_price(command.asset):
            self.assets[command.asset] = before
            return no.NO_PRICE
        self._tell("AssetListed", command.asset)
        return 0

    def _SetAssetIndex(self, command: c.SetAssetIndex) -> int:
        if command.asset not in self.assets:
            return no.UNKNOWN_ASSET
        if not 0 <= command.price_e8 <= HIGHEST_PRICE:
            return no.INVALID_VALUE
        followed = self.assets[command.asset].symbol_id
        if command.price_e8 == 0 and (followed < 0 or self.index_e8[followed] == 0):
            return no.NO_PRICE
        self.asset_set_e8[command.asset] = command.price_e8
        self._tell("AssetIndexChanged", command.asset, command.price_e8)
        self.marks_moved()
        return 0

    def asset_price(self, asset: str) -> int:
        if self.asset_set_e8.get(asset):
            return self.asset_set_e8[asset]
        if asset not in self.assets or self.assets[asset].symbol_id < 0:
            return 0
        symbol_id = self.assets[asset].symbol_id
        quote = self.asset_set_e8.get(self.instruments[symbol_id].quote_asset) or E8
        return floor(Fraction(self.index_e8[symbol_id] * quote, E8))

    def _rate(self, asset: str, buffer_ppm: int) -> int:
        """A price with a part of it put on, or with a negative number taken off; cut, but something."""
        price = self.asset_price(asset)
        return max(floor(price * (1 + Fraction(buffer_ppm, MILLION))), 1 if price else 0)

    def counts_for(self, asset: str, units: int) -> int:
        """Semantics 1.6.3: credit at the bid rate, debit at the ask rate."""
        if asset not in self.assets:
            return 0
        terms = self.assets[asset]
        rate = self._rate(asset, terms.ask_buffer_ppm if units < 0 else -terms.bid_buffer_ppm)
        return floor(Fraction(units * rate, E8))

    # -- an account in the mode ---------------------------------------------------------------------------------------

    def is_joint(self, account_id: int, key: Key) -> bool:
        return account_id in self.joint and key[0] == w.USDS_M

    def in_multi_assets_mode(self, account_id: int, symbol_id: int) -> bool:
        return self.is_joint(account_id, self.wallet_key(symbol_id))

    def _names(self, account_id: int) -> list[str]:
        """Assets in which it has a wallet, or could have one."""
        own = [asset for market, asset in self.accounts[account_id].wallets if market == w.USDS_M]
        margins = [one.margin_asset for one in self.instruments if one.market == w.USDS_M]
        return sorted({*own, *margins})

    def _symbols(self, asset: str) -> list[int]:
        return [
            one.symbol_id
            for one in self.instruments
            if one.market == w.USDS_M and (asset in ("", one.margin_asset))
        ]

    def _wallet(self, account_id: int, asset: str) -> int:
        return self.accounts[account_id].wallets.get((w.USDS_M, asset), 0)

    def _with_profit(self, account_id: int, asset: str) -> int:
        profits = sum(self.unrealised(account_id, symbol) for symbol in self._symbols(asset))
        return self._wallet(account_id, asset) + profits

    def usd_wallets(self, account_id: int) -> int:
        names = self._names(account_id)
        return sum(self.counts_for(asset, self._wallet(account_id, asset)) for asset in names)

    def usd_balance(self, account_id: int) -> int:
        names = self._names(account_id)
        return sum(self.counts_for(asset, self._with_profit(account_id, asset)) for asset in names)

    def _usd_margin(self, account_id: int, margin: Callable[[int, int], int]) -> int:
        """Margins of all symbols at the index prices of their assets, each asset cut."""
        total = 0
        for asset in self._names(account_id):
            units = sum(margin(account_id, symbol) for symbol in self._symbols(asset))
            total += floor(Fraction(units * self.asset_price(asset), E8))
        return total

    def usd_initial(self, account_id: int) -> int:
        return self._usd_margin(account_id, self.initial_margin)

    def usd_maintenance(self, account_id: int) -> int:
        return self._usd_margin(account_id, self.maintenance)

    def symbols_of_wallet(self, account_id: int, key: Key) -> list[int]:
        if key == (w.USDS_M, ""):
            return self._symbols("")
        return super().symbols_of_wallet(account_id, key)

    def cross_wallet(self, account_id: int, key: Key) -> int:
        if key == (w.USDS_M, ""):
            return self.usd_wallets(account_id)
        return super().cross_wallet(account_id, key)

    def free_margin(self, account_id: int, key: Key) -> int:
        if not self.is_joint(account_id, key):
            return super().free_margin(account_id, key)
        price = self.asset_price(key[1])
        free = self.usd_balance(account_id) - self.usd_initial(account_id)
        return floor(Fraction(free * E8, price)) if price else -1

    def max_withdraw(self, account_id: int, key: Key) -> int:
        if not self.is_joint(account_id, key):
            return super().max_withdraw(account_id, key)
        own = self._wallet(account_id, key[1])
        if not self.asset_price(key[1]):
            return max(0, own)

        def holds() -> bool:
            enough = self.usd_wallets(account_id) >= self.usd_maintenance(account_id)
            return enough and self.usd_balance(account_id) >= self.usd_initial(account_id)

        return max(0, self._most(account_id, key, 0, own, holds)) if own > 0 else 0

    def _most(self, account_id: int, key: Key, low: int, high: int, holds: Callable[[], bool]) -> int:
        """The largest amount from low to high that may leave a wallet so that something holds; low - 1 when none."""
        wallets = self.accounts[account_id].wallets
        before = wallets.get(key)

        def leaves(amount: int) -> bool:
            wallets[key] = (before or 0) - amount
            held = holds()
            if before is None:
                del wallets[key]
            else:
                wallets[key] = before
            return held

        if not leaves(low):
            return low - 1
        while low < high:
            middle = (low + high + 1) // 2
            if leaves(middle):
                low = middle
            else:
                high = middle - 1
        return low

    def spare(self, scope: Scope, symbol_id: int) -> int:
        if not self._is_joint_scope(scope):
            return super().spare(scope, symbol_id)
        account_id = scope[0]
        key = self.wallet_key(symbol_id)
        return self._most(account_id, key, -EVERYTHING, EVERYTHING, lambda: self.usd_balance(account_id) >= 0)

    def backing(self, scope: Scope, held: Held) -> int:
        if not self._is_joint_scope(scope):
            return super().backing(scope, held)
        return self.spare(scope, held[0]) - self.profit(scope[0], held)

    def weight(self, account_id: int, held: Held) -> int:
        key = self.wallet_key(held[0])
        own = super().weight(account_id, held)
        if not self.is_joint(account_id, key):
            return own
        return floor(Fraction(own * self.asset_price(key[1]), E8))

    def ranked_money(self, account_id: int, symbol_id: int) -> int:
        key = self.wallet_key(symbol_id)
        if not self.is_joint(account_id, key):
            return super().ranked_money(account_id, symbol_id)
        price = self.asset_price(key[1])
        return floor(Fraction(self.usd_wallets(account_id) * E8, price)) if price else 0

    # -- its scope ----------------------------------------------------------------------------------------------------

    def _is_joint_scope(self, scope: Scope) -> bool:
        return scope[1:] == (w.USDS_M, "", -1, -1)

    def scopes(self) -> list[Scope]:
        alone = [one for one in super().scopes() if not self.is_joint(one[0], (one[1], one[2]))]
        return sorted(alone + [(account_id, w.USDS_M, "", -1, -1) for account_id in self.joint])

    def balance(self, scope: Scope) -> int:
        return self.usd_balance(scope[0]) if self._is_joint_scope(scope) else super().balance(scope)

    def due(self, scope: Scope) -> int:
        return self.usd_maintenance(scope[0]) if self._is_joint_scope(scope) else super().due(scope)

    def unhealthy(self, scope: Scope) -> bool:
        if not self._is_joint_scope(scope):
            return super().unhealthy(scope)
        due = self.due(scope)
        return due > 0 and due >= self.balance(scope)  # semantics 1.6.8

    def in_debt(self, scope: Scope) -> bool:
        """Semantics 1.6.7 c: nothing held, nothing open, and debts as large as what is there."""
        if not self._is_joint_scope(scope):
            return super().in_debt(scope)
        account_id = scope[0]
        owes = any(
            self._wallet(account_id, asset) < 0 and self.asset_price(asset)
            for asset in self._names(account_id)
        )
        busy = any(
            self.exposure(account_id, symbol).holds() or self.has_orders(account_id, symbol)
            for symbol in self._symbols("")
        )
        return owes and not busy and self.usd_balance(account_id) <= 0

    def to_exchange(self, scope: Scope) -> bool:
        """Semantics 1.6.7 a."""
        if not self._is_joint_scope(scope):
            return False
        return bool(self._owers(scope[0], False)) and self._proceeds(scope[0]) > 0

    # -- auto-exchange ------------------------------------------------------------------------------------------------

    def _owers(self, account_id: int, everything: bool) -> list[str]:
        found = []
        for asset in self._names(account_id):
            units = self._wallet(account_id, asset)
            owes = self.asset_price(asset) != 0 and units < 0
            if owes and (everything or units < self.assets[asset].exchange_units):
                found.append(asset)
        return found

    def _payers(self, account_id: int) -> list[str]:
        names = self._names(account_id)
        return [asset for asset in names if self.asset_price(asset) and self._wallet(account_id, asset) > 0]

    def _proceeds(self, account_id: int) -> int:
        total = 0
        for asset in self._payers(account_id):
            rate = self._rate(asset, -self.assets[asset].exchange_bid_buffer_ppm)
            total += floor(Fraction(self._wallet(account_id, asset) * rate, E8))
        return total

    def exchange(self, scope: Scope, everything: bool) -> None:
        account_id = scope[0]
        owers, payers = self._owers(account_id, everything), self._payers(account_id)
        debt = 0
        for asset in owers:
            rate = self._rate(asset, self.assets[asset].exchange_ask_buffer_ppm)
            debt += ceil(Fraction(-self._wallet(account_id, asset) * rate, E8))
        proceeds = self._proceeds(account_id)
        if debt == 0 or proceeds == 0:
            return
        for asset in self._names(account_id):
            units = self._wallet(account_id, asset)
            if asset in payers:
                self._change(account_id, asset, -ceil(units * min(Fraction(1), Fraction(debt, proceeds))))
            elif asset in owers:
                self._change(account_id, asset, floor(-units * min(Fraction(1), Fraction(proceeds, debt))))

    def _change(self, account_id: int, asset: str, units: int) -> None:
        key = (w.USDS_M, asset)
        if units == 0:
            return
        after = self.accounts[account_id].wallets[key] = self._wallet(account_id, asset) + units
        self.exchanged[key] = self.exchanged.get(key, 0) - units
        self._tell("WalletChanged", account_id, *key, after, after, units, w.CAUSE_AUTO_EXCHANGE)

    def make_good(self, scope: Scope) -> None:
        if not self._is_joint_scope(scope):
            super().make_good(scope)
            return
        self.exchange(scope, True)
        for asset in self._names(scope[0]):
            if self._wallet(scope[0], asset) < 0:
                self._hand_over((scope[0], w.USDS_M, asset, -1, -1), self._wallet(scope[0], asset))

    def hand_over_rest(self, scope: Scope) -> None:
        if not self._is_joint_scope(scope):
            super().hand_over_rest(scope)
            return
        self.exchange(scope, True)
        for asset in self._names(scope[0]):
            units = self._wallet(scope[0], asset)
            if units < 0 or (units and self.asset_price(asset)):
                self._hand_over((scope[0], w.USDS_M, asset, -1, -1), units)

    # -- choosing -----------------------------------------------------------------------------------------------------

    def _SetMultiAssets(self, command: c.SetMultiAssets) -> int:
        """Semantics 1.6.2."""
        account_id = command.account_id
        if self.account(account_id) is None:
            return no.UNKNOWN_ACCOUNT
        if command.is_on == (account_id in self.joint):
            return no.MULTI_ASSETS_UNCHANGED
        symbols = self._symbols("")
        if any(self.exposure(account_id, symbol).isolated for symbol in symbols):
            return no.MULTI_ASSETS_WITH_ISOLATED
        if any(self.has_orders(account_id, symbol) for symbol in symbols):
            return no.MULTI_ASSETS_WITH_ORDERS
        if command.is_on:
            held = [symbol for symbol in symbols if self.exposure(account_id, symbol).holds()]
            if any(not self.asset_price(self.wallet_key(symbol)[1]) for symbol in held):
                return no.NO_PRICE
            if self.usd_balance(account_id) < self.usd_initial(account_id):
                return no.MULTI_ASSETS_MARGIN_SHORT
            keys = {self.wallet_key(symbol) for symbol in symbols}
            keys |= {key for key in self.accounts[account_id].wallets if key[0] == w.USDS_M}
            self.warned -= {(account_id, *key, -1, -1) for key in keys}
            self.joint.add(account_id)
        else:
            names = self._names(account_id)
            if any(self._wallet(account_id, asset) < 0 for asset in names):
                return no.MULTI_ASSETS_WITH_DEBT
            if any(super(AssetMode, self).free_margin(account_id, (w.USDS_M, one)) < 0 for one in names):
                return no.MULTI_ASSETS_MARGIN_SHORT
            self.warned.discard((account_id, w.USDS_M, "", -1, -1))
            self.joint.remove(account_id)
        self._tell("MultiAssetsChanged", account_id, command.is_on)
        return 0

    def _SetFeeBurn(self, command: c.SetFeeBurn) -> int:
        if self.account(command.account_id) is None:
            return no.UNKNOWN_ACCOUNT
        if command.is_on != (command.account_id in self.burners):
            (self.burners.add if command.is_on else self.burners.remove)(command.account_id)
            self._tell("FeeBurnChanged", command.account_id, command.is_on)
        return 0

    def _SignAgreement(self, command: c.SignAgreement) -> int:
        if self.account(command.account_id) is None:
            return no.UNKNOWN_ACCOUNT
        if command.account_id not in self.signers:
            self.signers.add(command.account_id)
            self._tell("AgreementSigned", command.account_id)
        return 0

    def has_signed(self, account_id: int) -> bool:
        return account_id in self.signers

    def _SetStanding(self, command: c.SetStanding) -> int:
        if self.account(command.account_id) is None:
            return no.UNKNOWN_ACCOUNT
        if command.standing not in range(w.INACTIVE + 1):
            return no.INVALID_VALUE
        self.put_in_standing(command.account_id, command.standing)
        return 0

    def put_in_standing(self, account_id: int, standing: int) -> None:
        if self.standings.get(account_id, w.GOOD_STANDING) != standing:
            self.standings[account_id] = standing
            self._tell("StandingChanged", account_id, standing)

    def standing_of(self, account_id: int) -> int:
        return self.standings.get(account_id, w.GOOD_STANDING)

    # -- fees in BNB --------------------------------------------------------------------------------------------------

    def book_fill(
        self, order: Order, symbol_id: int, ticks: int, lots: int, fee_ppm: int
    ) -> tuple[int, int, int]:
        self.paid_in = ""
        instrument, key = self.instruments[symbol_id], self.wallet_key(symbol_id)
        value = formulas.trade_value(instrument, ticks, lots)
        fee = formulas.fee(instrument, value, 0 if order.is_house or order.forced else fee_ppm)
        bnb, own = self.asset_price("BNB"), self.asset_price(key[1])
        burns = order.account_id in self.burners and fee > 0 and key[0] == w.USDS_M and bnb and own
        if not burns:
            return super().book_fill(order, symbol_id, ticks, lots, fee_ppm)
        paid = floor(fee * DISCOUNT * own / bnb)
        wallets, fee_key = self.accounts[order.account_id].wallets, (w.USDS_M, "BNB")
        if fee_key not in wallets or paid > wallets[fee_key]:
            return super().book_fill(order, symbol_id, ticks, lots, fee_ppm)
        worth = floor(fee * DISCOUNT)
        realized = self._book(order, symbol_id, lots, value, worth, worth)
        wallets[key] += worth
        self.fees_collected[key] -= worth
        wallets[fee_key] -= paid
        self.fees_collected[fee_key] = self.fees_collected.get(fee_key, 0) + paid
        left = wallets[fee_key]
        self._tell("WalletChanged", order.account_id, *fee_key, left, left, -paid, w.CAUSE_COMMISSION)
        self.paid_in = "BNB"
        return value, paid, realized

    def assets_state(self) -> list[object]:
        rows: list[object] = []
        for asset, terms in sorted(self.assets.items()):
            fields = [getattr(terms, name) for name in c.ListAsset.FIELDS[1:]]
            rows.append([asset, fields, self.asset_set_e8.get(asset, 0)])
        return [rows, [[*key, units] for key, units in sorted(self.exchanged.items()) if units]]

    def mode_state(self, account_id: int) -> list[object]:
        warned = (account_id, w.USDS_M, "", -1, -1) in self.warned
        tiers = [[market, *tier] for market, tier in sorted(self.accounts[account_id].tiers.items())]
        chosen = [int(account_id in who) for who in (self.joint, self.burners)]
        return [*chosen, int(warned), tiers, int(account_id in self.signers), self.standing_of(account_id)]
