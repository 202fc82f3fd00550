"""One grid: its pairs of neighbouring levels, what each has open, and what its fills add up to.

Between two levels stands one order: a buy at the lower or a sell at the upper one. When it is filled, the other one
takes its place. The fill that opens waits for the one that closes; both together are a match.
"""

from mypy_extensions import i64

from perpit.domain.grid_commands import StartGrid
from perpit.domain.numbers import div_trunc, mul_div_trunc
from perpit.domain.words import BUY, GRID_LONG, GRID_NEW, GRID_SHORT, INVERSE, SELL
from perpit.engine.account import Exposure


class Pair:
    """Two neighbouring levels. Of what was opened between them: signed lots, signed value, and fees.

    `order_id` is the order that stands there, 0 before the first; `side` is its side.
    """

    def __init__(self, buy_ticks: i64, sell_ticks: i64, side: i64) -> None:
        self.buy_ticks: i64 = buy_ticks
        self.sell_ticks: i64 = sell_ticks
        self.side: i64 = side
        self.order_id: i64 = 0
        self.open_lots: i64 = 0
        self.open_value = 0
        self.open_fee_units = 0

    def price_ticks(self) -> i64:
        """The price of the order that belongs here now."""
        return self.buy_ticks if self.side == BUY else self.sell_ticks


class Grid:
    """What an account trades on one grid; `matched_value` is what closed pairs gained before fees, in value units."""

    def __init__(self, grid_id: i64, request: StartGrid, exposure: Exposure, levels: list[int]) -> None:
        self.grid_id: i64 = grid_id
        self.request = request
        self.exposure = exposure
        self.status: i64 = GRID_NEW
        self.is_ending = (
            False  # the running command has ended one of its orders: nothing is answered any more
        )
        self.matched_value = 0
        self.matched_fee_units = 0
        self.pairs = first_pairs(request.direction, levels, reference_e8(exposure), tick_of(exposure))

    def book(self, pair: Pair, lots: i64, fill_value: int, fee_units: int) -> None:
        """Count a fill of the pair's order: it opens, or it closes what was opened there.

        A part that closes releases value and fee in proportion, cut toward zero; the dust stays with what is open.
        """
        side = pair.side
        if pair.open_lots == 0 or (pair.open_lots > 0) == (side == BUY):
            pair.open_lots += lots if side == BUY else -lots
            pair.open_value += fill_value if side == BUY else -fill_value
            pair.open_fee_units += fee_units
            return
        size: int = -pair.open_lots if pair.open_lots < 0 else pair.open_lots
        released = mul_div_trunc(pair.open_value, lots, size)
        fee = mul_div_trunc(pair.open_fee_units, lots, size)
        pair.open_lots += lots if side == BUY else -lots
        pair.open_value -= released
        pair.open_fee_units -= fee
        gain = (-fill_value if side == BUY else fill_value) - released
        # what an inverse contract was opened at and closed at counts the other way round (semantics 4.1.2)
        is_inverse = self.exposure.market.instrument.contract_kind == INVERSE
        self.matched_value += -gain if is_inverse else gain
        self.matched_fee_units += fee + fee_units

    def matched_units(self) -> int:
        """What the matches have earned after fees, in units of the asset; the value is cut toward zero."""
        scale = self.exposure.market.instrument.value_scale
        return div_trunc(self.matched_value, scale) - self.matched_fee_units

    def open_lots(self) -> i64:
        total: i64 = 0
        for pair in self.pairs:
            total += pair.open_lots
        return total

    def open_value(self) -> int:
        return sum([pair.open_value for pair in self.pairs])

    def open_fee_units(self) -> int:
        return sum([pair.open_fee_units for pair in self.pairs])


def tick_of(exposure: Exposure) -> int:
    return exposure.market.instrument.tick_e8


def reference_e8(exposure: Exposure) -> int:
    """The price that a grid is laid around: the last one, before the first trade the mark."""
    market = exposure.market
    return market.last_price_e8() if market.last_price_ticks != 0 else market.mark_e8


def first_pairs(direction: i64, levels: list[int], price_e8: int, tick_e8: int) -> list[Pair]:
    """The pairs with their first sides, from the lowest up.

    A neutral grid buys in pairs whose middle is at the price or below, and sells in those above, which leaves the level
    nearest to the price free. A long grid buys in all, a short one sells in all.
    """
    pairs: list[Pair] = []
    for step in range(len(levels) - 1):
        lower, upper = levels[step], levels[step + 1]
        side: i64 = SELL if 2 * price_e8 < (lower + upper) * tick_e8 else BUY
        if direction == GRID_LONG:
            side = BUY
        elif direction == GRID_SHORT:
            side = SELL
        pairs.append(Pair(lower, upper, side))
    return pairs
