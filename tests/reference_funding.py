"""Funding in the reference: every sample kept, every mean a sum over them, impact prices by walking with fractions.

Written from semantics 3.2.2, 3.4 and 3.5. `samples` holds all premium samples ever taken of an instrument.
"""

from fractions import Fraction
from math import floor

from perpit.domain import words as w
from tests import reference_formulas as formulas
from tests.reference_formulas import E8, cut
from tests.reference_ledger import FUND
from tests.reference_rules import Rules

HOUR_MS = 3_600_000
SAMPLE_MS = 5_000  # semantics 3.4.4
IMPACT_PER_LEVERAGE = 200  # semantics 3.4.1
DAMPING = Fraction(5, 10_000)  # semantics 3.4.5
CALM = Fraction(25, 100_000)  # semantics 3.4.10
CALM_CYCLES = 16


class Funding(Rules):
    def __init__(self) -> None:
        super().__init__()
        self.samples: list[list[int]] = []
        self.hours: list[int] = []
        self.calm: list[int] = []
        self.funding_kept: dict[tuple[int, str], int] = {}

    def list_funding(self, symbol_id: int) -> None:
        self.samples.append([])
        self.hours.append(self.instruments[symbol_id].funding_interval_hours)
        self.calm.append(0)

    def window(self, symbol_id: int) -> list[int]:
        """The samples of one interval, oldest first."""
        size = self.hours[symbol_id] * HOUR_MS // SAMPLE_MS
        return self.samples[symbol_id][-size:] if size else []

    def rate_e8(self, symbol_id: int) -> int:
        """Semantics 3.4.5 and 3.4.8, in 1e-8; 0 before the first sample."""
        window, hours = self.window(symbol_id), self.hours[symbol_id]
        if not window:
            return 0
        if hours == 1:
            mean = cut(Fraction(sum(window), len(window)))
        else:
            weights = range(1, len(window) + 1)
            mean = cut(
                Fraction(sum(k * sample for k, sample in zip(weights, window, strict=True)), sum(weights))
            )
        instrument = self.instruments[symbol_id]
        damping = int(DAMPING * E8)
        pull = min(max(instrument.interest_e8 - mean, -damping), damping)
        rate = cut(Fraction((mean + pull) * hours, 8))
        return min(max(rate, instrument.funding_floor_e8), instrument.funding_cap_e8)

    def next_funding_ms(self, symbol_id: int, time_ms: int) -> int:
        interval = self.hours[symbol_id] * HOUR_MS
        return time_ms - time_ms % interval + interval if interval else 0

    def price_1_e8(self, symbol_id: int) -> int:
        """Semantics 3.2.2: at the moment of a settlement nothing is left to earn."""
        index, interval = self.index_e8[symbol_id], self.hours[symbol_id] * HOUR_MS
        if interval == 0:
            return index
        left = -self.time_ms % interval
        earned = Fraction(index * self.rate_e8(symbol_id) * left, E8 * interval)
        return index + earned.numerator // earned.denominator

    def take_sample(self, symbol_id: int) -> None:
        if self.hours[symbol_id] and self.time_ms % SAMPLE_MS == 0:
            self.samples[symbol_id].append(self._premium_e8(symbol_id))
            self._tell("PremiumSampled", symbol_id, self.samples[symbol_id][-1])

    def take_missed_samples(self, until_ms: int) -> None:
        """Time was skipped in which nothing moved: what would have been sampled is what is there now."""
        for symbol_id in range(len(self.instruments)):
            if self.live(symbol_id) and self.hours[symbol_id]:
                first = self.next_tick_ms + -self.next_tick_ms % SAMPLE_MS
                missed = len(range(first, until_ms, SAMPLE_MS))
                premium = self._premium_e8(symbol_id)
                self.samples[symbol_id] += [premium] * missed

    def _premium_e8(self, symbol_id: int) -> int:
        index = self.index_e8[symbol_id]
        bid, ask = self._impact_e8(symbol_id, w.BUY), self._impact_e8(symbol_id, w.SELL)
        above = max(0, bid - index) if bid else 0
        below = max(0, index - ask) if ask else 0
        return cut(Fraction((above - below) * E8, index))

    def _impact_e8(self, symbol_id: int, side: int) -> int:
        """Average price of the impact notional out of one side, half up; of all that is there when it is less."""
        instrument = self.instruments[symbol_id]
        left = Fraction(IMPACT_PER_LEVERAGE * instrument.brackets[0].max_leverage * E8)
        value = quantity = Fraction(0)
        if instrument.contract_kind == w.INVERSE:
            return self._inverse_impact_e8(symbol_id, side)
        for order in self.queue(symbol_id, side):
            price = formulas.price_e8(instrument, order.price_ticks)
            there = price * formulas.base_quantity(instrument, order.remaining)
            taken = min(there, left - value)
            value += taken
            quantity += taken / price
        return floor(value / quantity + Fraction(1, 2)) if quantity else 0

    def _inverse_impact_e8(self, symbol_id: int, side: int) -> int:
        """The same in whole contracts: face value ÷ coins, each level's coins as a fill of it would be booked."""
        instrument = self.instruments[symbol_id]
        notional = IMPACT_PER_LEVERAGE * instrument.brackets[0].max_leverage
        left = notional // instrument.contract_size
        contracts = coins = 0
        levels: dict[int, int] = {}
        for order in self.queue(symbol_id, side):
            levels[order.price_ticks] = levels.get(order.price_ticks, 0) + order.remaining
        for ticks, there in levels.items():
            taken = min(there, left - contracts)
            coins += formulas.trade_value(instrument, ticks, taken) if taken else 0
            contracts += taken
        if coins == 0:
            return 0
        face = Fraction(contracts * instrument.contract_size * E8 * E8 * formulas.booked_per_unit(instrument))
        return floor(face / coins + Fraction(1, 2))

    def settle_funding(self, symbol_id: int) -> None:
        interval = self.hours[symbol_id] * HOUR_MS
        if not interval or self.time_ms % interval:
            return
        rate, mark = self.rate_e8(symbol_id), self.mark_e8[symbol_id]
        self._change_interval(symbol_id, rate)
        self._tell("FundingSettled", symbol_id, rate, mark, self.hours[symbol_id])
        if rate == 0:
            return
        for account_id in (FUND, *range(len(self.accounts))):
            for side in (w.BOTH, w.LONG, w.SHORT):
                self._charge(account_id, symbol_id, side, Fraction(rate, E8), mark)

    def _charge(self, account_id: int, symbol_id: int, side: int, rate: Fraction, mark: int) -> None:
        """One position pays or receives; an isolated one no more than it has (semantics 3.5.2, 3.5.5)."""
        exposure, position = self.exposure(account_id, symbol_id), self.position(account_id, symbol_id, side)
        if position.qty_lots == 0:
            return
        key = self.wallet_key(symbol_id)
        change = -cut(formulas.value_exactly(self.instruments[symbol_id], mark, position.qty_lots) * rate)
        if exposure.isolated:
            change = max(change, -position.isolated_units)
            position.isolated_units += change
        wallets = self.accounts[account_id].wallets
        wallets[key] = wallets.get(key, 0) + change
        self.funding_kept[key] = self.funding_kept.get(key, 0) - change
        if account_id > 0 and change:
            about = (change, position.isolated_units, wallets[key], self.cross_wallet(account_id, key))
            self._tell("FundingPaid", account_id, symbol_id, side, *about)

    def _change_interval(self, symbol_id: int, rate: int) -> None:
        """Semantics 3.4.10."""
        instrument = self.instruments[symbol_id]
        usual = instrument.funding_interval_hours
        if instrument.market != w.USDS_M:
            return
        at_bound = rate in (instrument.funding_cap_e8, instrument.funding_floor_e8)
        if at_bound and self.hours[symbol_id] != 1:
            self._take_interval(symbol_id, 1)
            return
        if self.hours[symbol_id] == 1 and usual != 1:
            self.calm[symbol_id] = self.calm[symbol_id] + 1 if abs(rate) <= int(CALM * E8) else 0
            if self.calm[symbol_id] == CALM_CYCLES:
                self._take_interval(symbol_id, min(4, usual))

    def _take_interval(self, symbol_id: int, hours: int) -> None:
        self.samples[symbol_id] = self.window(symbol_id)  # what lies before the old interval is forgotten
        self.hours[symbol_id] = hours
        self.calm[symbol_id] = 0
