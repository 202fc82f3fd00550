"""Flows with accounts in multi-assets mode and fees in BNB among the orders of `tests.flows`.

Two linear instruments are margined in different assets, so a loss in one makes a debt beside credit in another.
Accounts hold little of many assets, prices of assets are set so far off that collateral melts, and thresholds of
auto-exchange are so near that debts reach them.
"""

from collections.abc import Iterator

from perpit.domain import commands as c
from perpit.domain import words as w
from perpit.domain.numbers import UNIT
from tests.flows import Flow
from tests.flows_triggers import TriggerFlow
from tests.instruments import brackets, btcusdt, ethusdt

DOLLARS = {"USDT": UNIT, "USDC": UNIT, "BTC": UNIT // 60_000, "ETH": UNIT // 3_000, "BNB": UNIT // 600}
STEEP_BRACKETS = (  # so that accounts are liquidated
    (20, 0, 20_000, 35_000, 0),
    (10, 20_000, 60_000, 60_000, 500),
    (5, 60_000, 200_000, 120_000, 4_100),
    (1, 200_000, 500_000, 500_000, 80_100),
)


class AssetFlow(Flow):
    """`tests.flows.Flow` for accounts that pool their assets. `then` is what follows a command at once."""

    def __init__(self, seed: int, accounts: int = 5) -> None:
        super().__init__(seed, accounts)
        self.then: list[c.Command] = []
        limits = {"max_open_orders": 12, "max_amendments": 4}
        self.instruments[0] = btcusdt(0, brackets=brackets(STEEP_BRACKETS), **limits)
        usdc = {"symbol": "ETHUSDC", "pair": "ETHUSDC", "quote_asset": "USDC", "margin_asset": "USDC"}
        self.instruments[1] = ethusdt(1, brackets=brackets(STEEP_BRACKETS), **limits, **usdc)
        self.busy = self.random.choice([(3, 3, 1), (1, 4, 1), (4, 1, 0)])
        swings = self.random.choice([1, 3, 12])  # in some flows collateral melts all the time
        self.weights += [
            (swings, self.asset_index),
            (2 * swings, self.swing),
            (swings, self.advance),
            (1, self.asset_terms),
            (5, self.multi_assets),
            (3, self.fee_burn),
            (3, self.fee_tier),
            (5, self.asset_transfer),
            (30, self.market),
        ]

    def __iter__(self) -> Iterator[c.Command]:
        for command in super().__iter__():
            yield command
            while self.then:
                yield self.stamp(self.then.pop(0))

    def terms(self, account_id: int) -> Iterator[c.Command]:
        """Money of many kinds; most accounts begin in the mode, and some of them have nothing in USDT."""
        yield c.SetFeeBurn(account_id, self.random.random() < 0.6)
        for market in (w.USDS_M, w.COIN_M):
            hedged = self.hedged[account_id, market] = self.random.random() < 0.3
            if hedged:
                yield c.SetPositionMode(account_id, market, True)
        if self.random.random() < 0.8:
            yield c.SetMultiAssets(account_id, True)
        else:
            self.isolated.append((account_id, 0))
            yield c.SetMarginType(account_id, 0, w.ISOLATED)
        for asset, dollar in DOLLARS.items():
            if self.random.random() < 0.5:
                amount = self.random.choice([20, 150, 400, 1_000, 1_000, 6_000]) * dollar
                yield c.Transfer(account_id, w.USDS_M, asset, amount)
        yield c.Transfer(account_id, w.COIN_M, "BTC", 500 * DOLLARS["BTC"])

    def opening(self) -> Iterator[c.Command]:
        yield from super().opening()
        for asset in DOLLARS:
            yield self.listing(asset)
        for asset in ("USDT", "USDC", "BNB"):
            yield c.SetAssetIndex(asset, UNIT * UNIT // DOLLARS[asset])

    def listing(self, asset: str) -> c.ListAsset:
        stable = asset in ("USDT", "USDC")
        buffers = self.random.choice(
            [(100, 100), (0, 0)] if stable else [(50_000, 50_000), (100_000, 200_000)]
        )
        exchange = self.random.choice([(50_000, 50_000), buffers, (0, 0)])
        threshold = -self.random.choice([0, 5, 100, 100, 2_000, 50_000]) * DOLLARS[asset]
        return c.ListAsset(asset, *buffers, *exchange, threshold, {"BTC": 0, "ETH": 1}.get(asset, -1))

    def asset(self) -> str:
        return self.random.choice(list(DOLLARS))

    def margin_type(self) -> c.Command:
        """Back to cross, mostly: an isolated symbol keeps the account out of the mode."""
        margin_type = self.random.choice([w.CROSS, w.CROSS, w.ISOLATED])
        return c.SetMarginType(self.account(), self.random.choice([0, 0, 1]), margin_type)

    def asset_index(self) -> c.Command:
        asset = self.asset()
        if self.random.random() < 0.05:
            return c.SetAssetIndex(*self.random.choice([("XRP", UNIT), (asset, -1), (asset, 1 << 60)]))
        price = UNIT * UNIT // DOLLARS[asset] * self.random.choice([30, 70, 95, 100, 100, 101, 140]) // 100
        return c.SetAssetIndex(asset, self.random.choice([price, price, price + 1, 0]))

    def asset_terms(self) -> c.Command:
        listing = self.listing(self.asset())
        if self.random.random() < 0.3:
            field, value = self.random.choice(
                [
                    ("asset", ""),
                    ("asset", "USDC"),
                    ("bid_buffer_ppm", 1_000_000),
                    ("exchange_ask_buffer_ppm", 1_000_001),
                    ("exchange_units", 1),
                    ("symbol_id", -2),
                    ("symbol_id", 0),
                    ("symbol_id", 2),
                    ("symbol_id", 9),
                    ("symbol_id", -1),
                ]
            )
            setattr(listing, field, value)
        return listing

    def swing(self) -> c.Command:
        """A mark that moves by up to a fifth, or is let go."""
        symbol_id = self.random.choice([0, 1])
        tick_e8, middle = self.instruments[symbol_id].tick_e8, self.middle_ticks[symbol_id]
        reach = middle // self.random.choice([5, 12, 25, 40])
        return c.PinMarkPrice(
            symbol_id, self.random.choice([0, middle + self.random.randint(-reach, reach)]) * tick_e8
        )

    def multi_assets(self) -> c.Command:
        account_id = self.random.choice([self.account(), self.account(), self.account(), 99])
        choice = c.SetMultiAssets(account_id, self.random.random() < 0.5)
        if self.random.random() < 0.5:
            return choice
        self.then = [c.CancelAllOrders(account_id, 1), choice]
        return c.CancelAllOrders(account_id, 0)

    def fee_burn(self) -> c.Command:
        account_id = self.random.choice([self.account(), self.account(), self.account(), 0])
        return c.SetFeeBurn(account_id, self.random.random() < 0.7)

    def fee_tier(self) -> c.Command:
        """Mostly rates that there are; a tier of 0 takes them back."""
        account_id = self.random.choice([self.account(), self.account(), self.account(), 0])
        market = self.random.choice([w.USDS_M, w.COIN_M, self.random.choice([w.USDS_M, w.COIN_M, 2])])
        maker_ppm = self.random.choice([-90, 0, 37, 200, self.random.choice([-400, 10_001])])
        taker_ppm = self.random.choice([90, 170, 10_000, self.random.choice([-1, 10_001])])
        return c.SetFeeTier(account_id, market, self.random.choice([0, 0, 1, 9, 10]), maker_ppm, taker_ppm)

    def asset_transfer(self) -> c.Command:
        asset = self.random.choice([*DOLLARS, "XRP"])
        dollars = self.random.choice([20, 300, -40, -300, -1, -10, -100, -1_000, -10_000])
        amount = dollars * DOLLARS.get(asset, UNIT) + self.random.choice([0, 1, -1])
        return c.Transfer(self.account(), w.USDS_M, asset, amount)


class ConditionalAssetFlow(AssetFlow, TriggerFlow):
    """The same with conditional orders, dates and countdowns, which the mode must carry, too."""
