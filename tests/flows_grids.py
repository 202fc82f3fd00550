"""Flows with grids among all that `tests.flows_triggers` has: narrow ones around the touch, so that they trade much.

Nobody tells a flow what rests. Orders of grids are named by what their ids probably are, so that now and then one is
cancelled or amended by its owner, which ends its grid.
"""

from perpit.domain import commands as c
from perpit.domain import words as w
from tests.flows_triggers import TriggerFlow


class GridFlow(TriggerFlow):
    def __init__(self, seed: int, accounts: int = 5) -> None:
        super().__init__(seed, accounts)
        self.started = 0
        self.weights += [(18, self.start_grid), (1, self.stop_grid), (2, self.touch_grid), (40, self.tape)]

    def start_grid(self) -> c.Command:
        symbol_id = self.symbol()
        account_id = self.of_one_way(symbol_id)
        middle, draw = self.middle_ticks[symbol_id], self.random
        lower, upper = (draw.choice([2, 4, 9, 30]) for _side in range(2))
        lots = draw.choice([1, 2, 5, 10, 40]) * (1 if symbol_id == 2 else draw.choice([1, 4, 20]))
        command = c.StartGrid(
            draw.choice([account_id] * 30 + [0, 99]),
            draw.choice([symbol_id] * 30 + [-1, 9]),
            draw.choice([w.NEUTRAL, w.NEUTRAL, w.GRID_LONG, w.GRID_SHORT] * 8 + [3, -1]),
            draw.choice([w.ARITHMETIC, w.GEOMETRIC] * 16 + [2]),
            middle - lower,
            middle + upper,
            draw.choice([2, 2, 3, 4, 6, 8]),
            lots,
        )
        if draw.random() < 0.06:
            field, value = draw.choice(
                [
                    ("lower_ticks", command.upper_ticks),
                    ("lower_ticks", 0),
                    ("lower_ticks", 1),
                    ("upper_ticks", 1 << 53),
                    ("upper_ticks", 46_000_000),
                    ("upper_ticks", middle - 1),
                    ("grids", 1),
                    ("grids", 170),
                    ("grids", 169),
                    ("qty_lots", 0),
                    ("qty_lots", 10**9),
                ]
            )
            setattr(command, field, value)
        self.started += 1
        return command

    def of_one_way(self, symbol_id: int) -> int:
        """An account that can mostly have a grid."""
        market = self.instruments[symbol_id].market
        return min((self.account() for _ in range(3)), key=lambda one: bool(self.hedged[one, market]))

    def stop_grid(self) -> c.Command:
        return c.StopGrid(self.account(), self.random.randint(0, max(1, self.started // 3)))

    def touch_grid(self) -> c.Command:
        """An order that some grid may have placed."""
        grid, order = self.random.randint(1, max(1, self.started // 3)), self.random.randint(1, self.seq)
        where, name = (self.account(), self.symbol()), f"grid_{grid}_{order}"
        if self.random.random() < 0.5:
            return c.CancelOrder(*where, order, name)
        ticks = self.middle_ticks[where[1]] + self.random.randint(-8, 8)
        return c.AmendOrder(*where, order, name, self.side(), self.random.choice([1, 5, 40]), ticks)
