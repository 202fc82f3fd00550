"""Generated flows of commands: a few accounts trade three instruments around a wandering price, and some err.

Two are linear and share a wallet in USDT, the third is inverse with a wallet in BTC. Accounts begin in one-way or in
hedge mode, with some symbols isolated, and seldom change that.

A flow is a function of its seed. Commands come stamped (`seq`, `time_ms`), so the same flow can be given to the
engine, to the reference, to another build and to the journal. Nothing here reads the book: prices are drawn so near to
the touch that much crosses, quantities so that positions open, close and flip.
"""

from collections.abc import Callable, Iterator
from random import Random

from perpit.domain import commands as c
from perpit.domain import words as w
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.numbers import UNIT
from tests.instruments import brackets, btcusd_perp, btcusdt, ethusdt

START_MS = 1_700_000_000_123
SMALL_BRACKETS = (
    (50, 0, 20_000, 10_000, 0),
    (20, 20_000, 60_000, 25_000, 300),
    (5, 60_000, 200_000, 100_000, 4_800),
    (1, 200_000, 500_000, 500_000, 84_800),
)
SMALL_COIN_BRACKETS = (  # in thousandths of a BTC
    (50, 0, 500, 10_000, 0),
    (20, 500, 1_500, 25_000, 7.5),
    (5, 1_500, 5_000, 100_000, 120),
    (1, 5_000, 12_000, 500_000, 2_120),
)
MONEY = {
    w.USDS_M: ("USDT", UNIT),
    w.COIN_M: ("BTC", UNIT // 50_000),
}  # the asset, and a sum that is worth a dollar


def venue_instruments() -> list[Instrument]:
    """BTCUSDT, ETHUSDT, BTCUSD_PERP with brackets and limits so low that a flow reaches them."""
    milli = UNIT // 1000
    coin_brackets = [
        Bracket(leverage, floor * milli, cap * milli, rate, int(cum * milli))
        for leverage, floor, cap, rate, cum in SMALL_COIN_BRACKETS
    ]
    return [
        btcusdt(0, brackets=brackets(SMALL_BRACKETS), max_open_orders=12, max_amendments=4),
        ethusdt(
            1, maker_fee_ppm=-37, taker_fee_ppm=433, rpi_fee_ppm=29, max_open_orders=12, max_amendments=4
        ),
        btcusd_perp(
            2,
            brackets=coin_brackets,
            maker_fee_ppm=-13,
            max_open_orders=12,
            max_amendments=4,
            max_algo_orders=5,
        ),
    ]


class Flow:
    """An endless stream of stamped commands; `accounts` trade, the house quotes and prints."""

    def __init__(self, seed: int, accounts: int = 5) -> None:
        self.random = Random(seed)
        self.accounts = accounts
        self.instruments = venue_instruments()
        self.middle_ticks = [600_000, 300_000, 600_000]
        # what an account's position mode in a market probably is; None: it tried to change it
        self.hedged: dict[tuple[int, int], bool | None] = {}
        self.isolated: list[tuple[int, int]] = []  # symbols that an account has isolated, at least at first
        self.seq = 0
        self.time_ms = START_MS
        self.placed = 0
        self.client_ids = 0
        self.busy = self.random.choice(
            [(1, 1, 1), (1, 1, 1), (8, 1, 1), (1, 1, 8)]
        )  # how much each is traded
        self.recent: list[c.PlaceOrder] = []  # limit orders that may still be open
        self.reach = self.random.choice([(-6, 10), (-3, 40)])  # ticks behind the middle: busy, or deep books
        # the house is switched off in some flows: then users trade only with each other
        house = self.random.choice([0, 6, 14])
        reducing = self.random.choice([9, 9, 40])  # reduce-only orders queue up in some
        self.weights: list[tuple[int, Callable[[], c.Command]]] = [
            (44, self.limit),
            (9, self.market),
            (reducing, self.reduce_only),
            (12, self.cancel),
            (9, self.amend),
            (1, self.cancel_all),
            (house, self.depth),
            (house // 2, self.tape),
            (3, self.index),
            (1, self.pin),
            (2, self.leverage),
            (2, self.transfer),
            (3, self.adjust_margin),
            (1, self.margin_type),
            (1, self.position_mode),
            (2, self.advance),
            (1, self.invalid),
        ]

    def __iter__(self) -> Iterator[c.Command]:
        for command in self.opening():
            yield self.stamp(command)
        choices = [make for _weight, make in self.weights]
        weights = [weight for weight, _make in self.weights]
        while True:
            make = self.random.choices(choices, weights)[0]
            yield self.stamp(make())

    def stamp(self, command: c.Command) -> c.Command:
        self.seq += 1
        self.time_ms += self.random.choice([0, 0, 0, 1, 7, 40, 160])
        command.seq, command.time_ms = self.seq, self.time_ms
        return command

    def opening(self) -> Iterator[c.Command]:
        for instrument in self.instruments:
            yield c.ListInstrument(instrument)
        for account_id in range(1, self.accounts + 1):
            yield c.CreateAccount(f"trader-{account_id}")
            yield c.CreateKey(
                account_id, f"key-{account_id}", "secret", w.KEY_HMAC, "test", w.PERMIT_FUTURES, []
            )
            yield from self.terms(account_id)
        for symbol_id in range(len(self.instruments)):
            yield self.index(symbol_id)

    def terms(self, account_id: int) -> Iterator[c.Command]:
        """Money, position modes, and isolated symbols."""
        for market, (asset, dollar) in MONEY.items():
            yield c.Transfer(account_id, market, asset, self.random.choice([500, 4_000, 60_000]) * dollar)
            hedged = self.hedged[account_id, market] = self.random.random() < 0.4
            if hedged:
                yield c.SetPositionMode(account_id, market, True)
        for symbol_id in range(len(self.instruments)):
            if self.random.random() < 0.4:
                self.isolated.append((account_id, symbol_id))
                yield c.SetMarginType(account_id, symbol_id, w.ISOLATED)

    # -- drawing ----------------------------------------------------------------------------------------------------

    def account(self) -> int:
        return self.random.randint(1, self.accounts)

    def symbol(self) -> int:
        return self.random.choices(range(len(self.instruments)), self.busy)[0]

    def side(self) -> int:
        return self.random.choice([w.BUY, w.SELL])

    def position_side(self, account_id: int, symbol_id: int, side: int, closes: bool) -> int:
        """That of the account's mode, where a side opens or closes; now and then one of the other mode."""
        hedged = self.hedged[account_id, self.instruments[symbol_id].market]
        if hedged is None or self.random.random() < 0.02:
            hedged = self.random.random() < 0.5
        if not hedged:
            return w.BOTH
        return w.LONG if (side == w.BUY) != closes else w.SHORT

    def near(self, symbol_id: int, side: int) -> int:
        """A price around the middle: mostly passive by some ticks, often aggressive, seldom absurd."""
        middle, draw = self.middle_ticks[symbol_id], self.random.random()
        if draw < 0.02:
            return self.random.choice([0, -5, 1, middle // 2, middle * 2, 10**9])
        if draw < 0.06:
            return middle + self.random.randint(-middle // 15, middle // 15)
        return middle - side * self.random.randint(*self.reach)

    def lots(self) -> int:
        draw = self.random.random()
        if draw < 0.02:
            return self.random.choice([0, -3, 1, 10**8])
        return self.random.choice([4, 8, 10, 20, 33, 50, 77, 100, 240, 900])

    def client_id(self) -> str:
        if self.recent and self.random.random() < 0.01:
            return self.recent[-1].client_order_id
        self.client_ids += 1
        return f"c{self.client_ids}"

    # -- orders -----------------------------------------------------------------------------------------------------

    def order(
        self,
        order_type: int,
        time_in_force: int,
        price_ticks: int,
        side: int,
        symbol_id: int,
        trader: int = 0,
        **more: bool,
    ) -> c.PlaceOrder:
        self.placed += 1
        closes = more.get("reduce_only", False)
        account_id = self.account() if trader == 0 else trader
        position_side = self.position_side(account_id, symbol_id, side, closes)
        if position_side != w.BOTH and self.random.random() < 0.95:
            more = {**more, "reduce_only": False}
        return c.PlaceOrder(
            account_id,
            symbol_id,
            self.client_id(),
            side,
            order_type,
            time_in_force,
            self.lots(),
            price_ticks,
            stp_mode=self.random.choice(
                [w.STP_NONE, w.STP_EXPIRE_TAKER, w.STP_EXPIRE_MAKER, w.STP_EXPIRE_BOTH]
            ),
            position_side=position_side,
            **more,
        )

    def remembered(self, order: c.PlaceOrder) -> c.PlaceOrder:
        if order.time_in_force in (w.GTC, w.GTX):
            self.recent.append(order)
            del self.recent[:-50]
        return order

    def limit(self) -> c.Command:
        symbol_id, side = self.symbol(), self.side()
        time_in_force = self.random.choices([w.GTC, w.IOC, w.FOK, w.GTX], [10, 2, 2, 2])[0]
        return self.remembered(
            self.order(w.LIMIT, time_in_force, self.near(symbol_id, side), side, symbol_id)
        )

    def market(self) -> c.Command:
        return self.order(w.MARKET, w.GTC, 0, self.side(), self.symbol())

    def reduce_only(self) -> c.Command:
        """An order that can only close: mostly of somebody who lately ordered the other side, and may hold some."""
        symbol_id, side, trader = self.symbol(), self.side(), 0
        if self.recent and self.random.random() < 0.7:
            opening = self.random.choice(self.recent)
            symbol_id, side, trader = opening.symbol_id, -opening.side, opening.account_id
        if self.random.random() < 0.3:
            return self.order(w.MARKET, w.GTC, 0, side, symbol_id, trader, reduce_only=True)
        time_in_force = self.random.choices([w.GTC, w.IOC, w.FOK, w.GTX], [10, 2, 2, 2])[0]
        price = self.near(symbol_id, side)
        order = self.order(w.LIMIT, time_in_force, price, side, symbol_id, trader, reduce_only=True)
        if self.random.random() < 0.7:
            order.qty_lots = self.random.choice([1, 3, 5, 8])  # small, so that several fit one position
        return self.remembered(order)

    def target(self) -> c.PlaceOrder | None:
        """An order that may still be open, or None for an attempt in the dark."""
        return self.random.choice(self.recent) if self.recent and self.random.random() < 0.93 else None

    def order_id(self) -> int:
        return self.random.randint(max(1, self.placed // 3 - 40), self.placed + 1)

    def cancel(self) -> c.Command:
        order = self.target()
        if order is None:
            return c.CancelOrder(self.account(), self.symbol(), self.order_id(), "")
        self.recent.remove(order)
        return c.CancelOrder(order.account_id, order.symbol_id, 0, order.client_order_id)

    def amend(self) -> c.Command:
        order = self.target()
        if order is None:
            return c.AmendOrder(self.account(), self.symbol(), self.order_id(), "", self.side(), 10, 600_000)
        side = order.side if self.random.random() < 0.95 else -order.side
        price = order.price_ticks + self.random.choice([0, 0, 1, -1, 3, -3])
        if self.random.random() < 0.3:
            price = self.near(order.symbol_id, side)
        lots = self.random.choice([order.qty_lots, order.qty_lots, order.qty_lots // 2, self.lots()])
        name, mode = order.client_order_id, 0
        if self.random.random() < 0.25:  # the price of a level; now and then nonsense
            mode = self.random.choice([1, 1, 2, 5, 5, 5, 6, 9])
            price = 0 if self.random.random() < 0.95 else price
        keeps = self.random.choice([0] * 7 + [w.KEEPS_QTY, w.KEEPS_PRICE, 3])
        return c.AmendOrder(
            order.account_id, order.symbol_id, 0, name, side, lots, price, self.seq % 3, mode, keeps
        )

    def cancel_all(self) -> c.Command:
        return c.CancelAllOrders(self.account(), self.symbol())

    # -- the house, prices, money -----------------------------------------------------------------------------------

    def depth(self) -> c.Command:
        symbol_id = self.symbol()
        middle = self.middle_ticks[symbol_id]
        offsets = self.random.sample(range(-2, 12), self.random.randint(0, 5))
        bids = sorted({middle - offset for offset in offsets}, reverse=True)
        offsets = self.random.sample(range(-2, 12), self.random.randint(0, 5))
        asks = sorted({middle + offset for offset in offsets})
        quantity = [0, 0, 7, 40, 150, 600]
        return c.HouseDepth(
            symbol_id,
            bids,
            [self.random.choice(quantity) for _ in bids],
            asks,
            [self.random.choice(quantity) for _ in asks],
        )

    def tape(self) -> c.Command:
        symbol_id, side = self.symbol(), self.side()
        price = self.middle_ticks[symbol_id] + self.random.randint(-8, 8)
        return c.HouseTrade(symbol_id, side, price, self.random.choice([1, 30, 200, 1500]))

    def index(self, symbol_id: int | None = None) -> c.Command:
        if symbol_id is None:
            symbol_id = self.symbol()
            reach = self.random.choice([3, 3, 3, self.middle_ticks[symbol_id] // 60])
            self.middle_ticks[symbol_id] += self.random.randint(-reach, reach)
        tick_e8 = self.instruments[symbol_id].tick_e8
        return c.SetIndexPrice(
            symbol_id, self.middle_ticks[symbol_id] * tick_e8 + self.random.randint(-tick_e8, tick_e8)
        )

    def pin(self) -> c.Command:
        symbol_id = self.symbol()
        middle_e8 = self.middle_ticks[symbol_id] * self.instruments[symbol_id].tick_e8
        pinned = self.random.choice(
            [0, 0, middle_e8 + self.random.randint(-middle_e8 // 50, middle_e8 // 50)]
        )
        return c.PinMarkPrice(symbol_id, pinned)

    def leverage(self) -> c.Command:
        return c.SetLeverage(
            self.account(), self.symbol(), self.random.choice([0, 1, 2, 5, 10, 20, 20, 50, 150, 151])
        )

    def transfer(self) -> c.Command:
        market = self.random.choice([w.USDS_M, w.USDS_M, w.COIN_M])
        asset, dollar = MONEY[market]
        amount = self.random.choice([0, 50, 1_000, -10, -400, -5_000]) * dollar + self.random.choice(
            [0, 1, -1]
        )
        return c.Transfer(self.account(), market, self.random.choice([asset, asset, asset, "USDC"]), amount)

    def adjust_margin(self) -> c.Command:
        account_id, symbol_id = self.account(), self.symbol()
        if self.isolated and self.random.random() < 0.8:
            account_id, symbol_id = self.random.choice(self.isolated)
        side = self.position_side(account_id, symbol_id, self.side(), False)
        _asset, dollar = MONEY[self.instruments[symbol_id].market]
        amount = self.random.choice([0, 1, 20, 100, 3_000, -1, -5, -20, -100, -3_000]) * dollar
        return c.AdjustMargin(account_id, symbol_id, side, amount + self.random.choice([0, 0, 1, -1]))

    def margin_type(self) -> c.Command:
        return c.SetMarginType(self.account(), self.symbol(), self.random.choice([w.CROSS, w.ISOLATED]))

    def position_mode(self) -> c.Command:
        account_id, market = self.account(), self.random.choice([w.USDS_M, w.COIN_M, w.EVERY_MARKET])
        if market == w.EVERY_MARKET:
            self.hedged[account_id, w.USDS_M] = self.hedged[account_id, w.COIN_M] = None
            return c.SetPositionMode(account_id, market, self.random.random() < 0.5)
        hedged = self.hedged[account_id, market]
        if self.random.random() < 0.3:  # seldom is an account so idle that it may
            self.hedged[account_id, market] = None
        return c.SetPositionMode(
            account_id, market, self.random.random() < 0.5 if hedged is None else not hedged
        )

    def advance(self) -> c.Command:
        self.time_ms += self.random.choice([900, 2_500, 2_500, 2_500, 40_000])
        return c.Advance()

    def invalid(self) -> c.Command:
        """What no honest client sends."""
        symbol_id = self.symbol()
        order = c.PlaceOrder(1, symbol_id, self.client_id(), w.BUY, w.LIMIT, w.GTC, 10, 600_000)
        field, value = self.random.choice(
            [
                ("account_id", 0),
                ("account_id", 99),
                ("symbol_id", 7),
                ("symbol_id", -1),
                ("order_type", w.STOP),
                ("time_in_force", w.GTD),
                ("time_in_force", w.GTE_GTC),
                ("side", 0),
                ("stp_mode", 4),
                ("client_order_id", ""),
                ("position_side", w.LONG),
                ("position_side", 3),
                ("close_position", True),
                ("stop_price_ticks", 5),
                ("activation_price_ticks", 5),
                ("callback_ppm", 5),
                ("good_till_ms", 5),
                ("price_match", 1),
            ]
        )
        setattr(order, field, value)
        return self.random.choice(
            [
                order,
                order,
                order,
                c.CreateAccount("trader-1"),
                c.ListInstrument(self.instruments[0]),
                c.RevokeKey("nobody's"),
                c.CreateKey(1, "key-1", "secret", w.KEY_HMAC, "again", 0, []),
                c.CreateKey(77, "key-77", "secret", w.KEY_HMAC, "nobody", 0, []),
                c.SetIndexPrice(symbol_id, 0),
                c.SetIndexPrice(9, UNIT),
                c.PinMarkPrice(symbol_id, -1),
                c.CancelAllOrders(1, 9),
                c.CancelOrder(99, 0, 1, ""),
                c.Transfer(99, w.USDS_M, "USDT", UNIT),
                c.Transfer(1, 5, "USDT", UNIT),
                c.HouseDepth(0, [600_000], [1, 2], [], []),
                c.HouseDepth(0, [600_000], [-1], [], []),
                c.HouseDepth(8, [], [], [], []),
                c.HouseTrade(0, w.BUY, 600_000, 0),
                c.HouseTrade(0, 0, 600_000, 1),
                c.HouseTrade(8, w.BUY, 600_000, 1),
                c.CreateAccount(""),
                c.SetLeverage(99, 0, 5),
                c.SetMarginType(99, 0, w.ISOLATED),
                c.SetMarginType(1, 9, w.ISOLATED),
                c.SetMarginType(1, symbol_id, 2),
                c.AdjustMargin(99, 0, w.BOTH, UNIT),
                c.AdjustMargin(1, 9, w.BOTH, UNIT),
                c.AdjustMargin(1, symbol_id, 3, UNIT),
                c.SetPositionMode(99, w.USDS_M, True),
                c.SetPositionMode(1, 2, True),
                c.ListInstrument(btcusd_perp(3, symbol="OTHER", market=w.USDS_M)),
            ]
        )
