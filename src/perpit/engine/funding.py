"""Funding: the premium of a perpetual over its index, and the settlement of the rate (semantics 3.4, 3.5).

Every five seconds the premium index is sampled from the book; `funding_rate` makes a rate of the samples. At the end
of an interval whoever holds a position pays or receives value × rate, the house like everybody; what the cuts leave
over is the till's.
"""

from mypy_extensions import i64

from perpit.domain.events import Event, FundingPaid, FundingSettled
from perpit.domain.instrument import Instrument
from perpit.domain.margin import funding_units
from perpit.domain.numbers import UNIT, div_half_up, div_trunc, mul
from perpit.domain.words import CROSS, HOUSE, LINEAR
from perpit.engine.account import Position
from perpit.engine.book import Ladder
from perpit.engine.ledger import move_isolated
from perpit.engine.market import Market
from perpit.engine.rules import IMPACT_NOTIONAL


def premium_e8(market: Market) -> int:
    """Premium index: how far the impact prices stand off the index, relative to it (semantics 3.4.3), cut."""
    index = market.index_e8
    notional = IMPACT_NOTIONAL * market.instrument.brackets[0].max_leverage
    bid = impact_price_e8(market, market.book.bids, notional)
    ask = impact_price_e8(market, market.book.asks, notional)
    above = bid - index if bid > index else 0
    below = index - ask if 0 < ask < index else 0
    return div_trunc((above - below) * UNIT, index)


def impact_price_e8(market: Market, ladder: Ladder, notional: int) -> int:
    """Average price of taking a notional (in whole quote units) from a side (semantics 3.4.2).

    A side that holds less gives the average of all it holds; an empty one gives 0. Half up at 1e-8.
    """
    instrument = market.instrument
    if instrument.contract_kind == LINEAR:
        return _linear_impact_e8(instrument, ladder, notional * UNIT)
    return _inverse_impact_e8(instrument, ladder, notional // instrument.contract_size)


def _linear_impact_e8(instrument: Instrument, ladder: Ladder, wanted_units: int) -> int:
    taken_units = taken_lots = 0
    for level in ladder.best_first():
        lots: int = level.total_lots
        units = instrument.value_units(level.price_ticks, level.total_lots)
        if taken_units + units >= wanted_units:
            # the rest is taken at this price: wanted ÷ (lots before + rest ÷ price)
            price_e8 = mul(instrument.tick_e8, level.price_ticks)  # exact: a word would wrap below
            at_this_price = instrument.value_at_e8(price_e8, taken_lots) + wanted_units - taken_units
            return div_half_up(wanted_units * price_e8, at_this_price)
        taken_units += units
        taken_lots += lots
    if taken_lots == 0:
        return 0
    return div_half_up(taken_units * instrument.qty_den, taken_lots * instrument.qty_num)


def _inverse_impact_e8(instrument: Instrument, ladder: Ladder, wanted_lots: int) -> int:
    taken_lots = coins = 0
    for level in ladder.best_first():
        lots: int = level.total_lots
        lots = min(lots, wanted_lots - taken_lots)
        coins += instrument.fill_value(level.price_ticks, lots)
        taken_lots += lots
        if taken_lots == wanted_lots:
            break
    if coins == 0:
        return 0
    return div_half_up(taken_lots * instrument.contract_size * (UNIT * UNIT * instrument.value_scale), coins)


def settle(market: Market, time_ms: i64, events: list[Event]) -> None:
    """Charge the running rate at the mark price to every open position (semantics 3.5.2, 3.5.5)."""
    funding = market.funding
    rate_e8 = funding.rate_e8
    funding.settled(rate_e8)
    symbol_id = market.instrument.symbol_id
    events.append(FundingSettled(time_ms, symbol_id, rate_e8, market.mark_e8, funding.interval_hours))
    if rate_e8 == 0:
        return
    # by account, whoever came first: a refused order opens an exposure, and must change nothing
    for exposure in sorted(market.exposures, key=lambda exposure: exposure.account.account_id):
        for position in exposure.positions():
            if position.qty_lots != 0:
                _charge(position, rate_e8, time_ms, events)


def _charge(position: Position, rate_e8: int, time_ms: i64, events: list[Event]) -> None:
    """One position pays, or receives; an isolated one out of its own margin and never more than that."""
    exposure = position.exposure
    market, wallet = exposure.market, exposure.wallet
    units = -funding_units(market.instrument, position.qty_lots, market.mark_e8, rate_e8)
    if exposure.margin_type != CROSS:
        units = max(units, -position.isolated_units)
        move_isolated(position, units)
    wallet.wallet_units += units
    market.till.funding_units -= units
    if exposure.account.account_id > HOUSE and units != 0:
        market.risk.touch(exposure.scope_of(position))
        events.append(
            FundingPaid(
                time_ms,
                exposure.account.account_id,
                market.instrument.symbol_id,
                position.position_side,
                units,
                position.isolated_units,
                wallet.wallet_units,
                wallet.wallet_units - wallet.isolated_units,
            )
        )
