"""Booking: what a fill does to a position and its wallet, exact to the unit.

Conservation (law 4): what one side pays for entry the other receives, a realised profit is the traded value less the
entry cost released (for inverse contracts the other way round), and a fee leaves the wallet for the venue's account of
fees. A profit is paid in whole units of the asset; what an inverse contract's thirteen decimals leave over is the
till's dust, and nobody's loss.
"""

from mypy_extensions import i64

from perpit.domain.events import Event, PositionChanged
from perpit.domain.numbers import div_trunc, mul_div_trunc
from perpit.domain.words import BUY, CROSS, HOUSE, INVERSE
from perpit.engine.account import Position


def book_fill(
    position: Position, side: i64, qty_lots: i64, fill_value: int, fee_units: int, fee_value: int
) -> int:
    """Move a position by a fill of `qty_lots` > 0 worth `fill_value` > 0; returns the profit realised, before fees.

    `fee_units` leave the wallet; `fee_value` is the same fee as the position keeps it, in value units.

    A fill against the position first closes it, releasing entry cost in proportion, cut toward zero (the dust stays
    with the position until it is closed whole); the surplus opens the other side (semantics 4.1.1, 4.1.5, 4.1.7).
    """
    exposure = position.exposure
    exposure.outdate_position()
    held = position.qty_lots
    if held == 0:
        position.fees_value = 0
        position.episode_realized_units = 0
    if held == 0 or (held > 0) == (side == BUY):
        realized = 0
        position.qty_lots = held + qty_lots if side == BUY else held - qty_lots
        position.entry_value += fill_value if side == BUY else -fill_value
        position.fees_value += fee_value
        if exposure.margin_type != CROSS:
            _set_apart(position, fill_value)
    else:
        realized = _reduce(position, side, qty_lots, fill_value, fee_value)
    wallet = exposure.wallet
    wallet.wallet_units += realized - fee_units
    exposure.market.risk.touch(exposure.scope_of(position))
    if exposure.margin_type != CROSS:
        exposure.market.risk.touch(wallet.scope)  # it gave the margin, and bears profit and fee
    return realized


def _reduce(position: Position, side: i64, qty_lots: i64, fill_value: int, fee_value: int) -> int:
    """Close all or part of a position, and open the other side with what is more than it."""
    held = position.qty_lots
    size = -held if held < 0 else held
    entry = position.entry_value
    if qty_lots < size:
        released = mul_div_trunc(entry, qty_lots, size)
        closed_value = fill_value
    else:
        released = entry
        closed_value = mul_div_trunc(fill_value, size, qty_lots)
    # The entry cost of a short is negative: bought back, it gives -released - closed; sold, a long closed - released.
    realized = _paid(position, (-closed_value if side == BUY else closed_value) - released)
    _give_back(position, qty_lots, size)
    position.qty_lots = held + qty_lots if side == BUY else held - qty_lots
    position.realized_units += realized
    if qty_lots > size:
        opened_fee = mul_div_trunc(fee_value, qty_lots - size, qty_lots)
        opened = fill_value - closed_value
        position.entry_value = opened if side == BUY else -opened
        position.fees_value = opened_fee
        position.episode_realized_units = 0
        if position.exposure.margin_type != CROSS:
            _set_apart(position, opened)
    else:
        position.entry_value = entry - released
        position.fees_value += fee_value
        position.episode_realized_units += realized
    if qty_lots >= size and position.attached > 0:
        position.exposure.market.agenda.position_gone(position)
    return realized


def _paid(position: Position, gain: int) -> int:
    """A gain in value units as units of the asset, cut toward zero (semantics 4.1.5, 1.2.4)."""
    market = position.exposure.market
    if market.instrument.contract_kind != INVERSE:
        return gain
    # an inverse contract pays in the coin that is worth more when the price is lower: entry less exit
    scale = market.instrument.value_scale
    realized = div_trunc(-gain, scale)
    market.till.dust_value += -gain - realized * scale
    return realized


def _set_apart(position: Position, opened_value: int) -> None:
    """An isolated position that grows takes its initial margin from the cross wallet."""
    exposure = position.exposure
    units = opened_value // (exposure.market.instrument.value_scale * exposure.leverage)
    move_isolated(position, units)


def _give_back(position: Position, closed_lots: i64, size_lots: i64) -> None:
    """An isolated position that shrinks returns its margin in proportion; dust stays until it is closed whole."""
    if position.isolated_units == 0:
        return
    units = position.isolated_units
    if closed_lots < size_lots:
        units = mul_div_trunc(units, closed_lots, size_lots)
    move_isolated(position, -units)


def move_isolated(position: Position, units: int) -> None:
    """Set units of the wallet apart for a position, or with a negative number give them back."""
    position.isolated_units += units
    position.exposure.wallet.isolated_units += units


def position_changed(position: Position, cause: i64, time_ms: i64, events: list[Event]) -> None:
    """Tell of a position and its wallet as they stand now; those of house and fund are nobody's business."""
    exposure = position.exposure
    if exposure.account.account_id <= HOUSE:
        return
    wallet = exposure.wallet
    events.append(
        PositionChanged(
            time_ms,
            exposure.account.account_id,
            exposure.market.instrument.symbol_id,
            position.position_side,
            position.qty_lots,
            position.entry_value,
            position.realized_units,
            position.fees_value,
            position.episode_realized_units,
            position.isolated_units,
            wallet.wallet_units,
            wallet.wallet_units - wallet.isolated_units,
            cause,
        )
    )
