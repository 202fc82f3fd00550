"""Booking: what a fill does to a position and its wallet, exact to the unit.

Conservation (law 4): what one side pays for entry the other receives, a realised profit is the traded value less the
entry cost released, and a fee leaves the wallet for the venue's account of fees.
"""

from mypy_extensions import i64

from perpit.domain.events import Event, PositionChanged
from perpit.domain.numbers import mul_div_trunc
from perpit.domain.words import BUY, CAUSE_ORDER, HOUSE
from perpit.engine.account import Exposure, Position


def book_fill(
    exposure: Exposure,
    side: i64,
    qty_lots: i64,
    value_units: int,
    fee_units: int,
) -> int:
    """Move a position by a fill of `qty_lots` > 0 worth `value_units` > 0; returns the profit realised, before fees.

    A fill against the position first closes it, releasing entry cost in proportion, cut toward zero (the dust stays
    with the position until it is closed whole); the surplus opens the other side (semantics 4.1.1, 4.1.5, 4.1.7).
    """
    exposure.assessed_at_e8 = -1
    position = exposure.position
    held = position.qty_lots
    if held == 0:
        position.fees_units = 0
        position.episode_realized_units = 0
    if held == 0 or (held > 0) == (side == BUY):
        realized = 0
        position.qty_lots = held + qty_lots if side == BUY else held - qty_lots
        position.entry_value_units += value_units if side == BUY else -value_units
        position.fees_units += fee_units
    else:
        realized = _reduce(position, side, qty_lots, value_units, fee_units)
    exposure.wallet.wallet_units += realized - fee_units
    return realized


def _reduce(position: Position, side: i64, qty_lots: i64, value_units: int, fee_units: int) -> int:
    """Close all or part of a position, and open the other side with what is more than it."""
    held = position.qty_lots
    size = -held if held < 0 else held
    entry = position.entry_value_units
    if qty_lots < size:
        released = mul_div_trunc(entry, qty_lots, size)
        closed_value = value_units
    else:
        released = entry
        closed_value = mul_div_trunc(value_units, size, qty_lots)
    # The entry cost of a short is negative: bought back, it gives -released - closed; sold, a long closed - released.
    realized = (-closed_value if side == BUY else closed_value) - released
    position.qty_lots = held + qty_lots if side == BUY else held - qty_lots
    position.realized_units += realized
    if qty_lots > size:
        opened_fee = mul_div_trunc(fee_units, qty_lots - size, qty_lots)
        opened = value_units - closed_value
        position.entry_value_units = opened if side == BUY else -opened
        position.fees_units = opened_fee
        position.episode_realized_units = 0
    else:
        position.entry_value_units = entry - released
        position.fees_units += fee_units
        position.episode_realized_units += realized
    return realized


def position_changed(exposure: Exposure, time_ms: i64, events: list[Event]) -> None:
    """Tell of a position and its wallet as they stand now; the house's are nobody's business."""
    if exposure.account.account_id == HOUSE:
        return
    position = exposure.position
    wallet = exposure.wallet
    events.append(
        PositionChanged(
            time_ms,
            exposure.account.account_id,
            exposure.market.instrument.symbol_id,
            position.position_side,
            position.qty_lots,
            position.entry_value_units,
            position.realized_units,
            position.fees_units,
            position.episode_realized_units,
            wallet.wallet_units,
            wallet.cross_wallet_units(),
            CAUSE_ORDER,
        )
    )
