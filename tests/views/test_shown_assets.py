"""What an account in multi-assets mode is shown is what the engine reckons with, to the unit; so is where it falls."""

from itertools import islice

import pytest

from perpit.domain import commands as c
from perpit.domain import words as w
from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.engine.funds import withdrawable_units
from perpit.views.margin import liquidation_e8, wallet_margin
from perpit.views.world import World
from tests.flows_assets import AssetFlow
from tests.instruments import btcusdt, ethusdt


def shown_differs(engine: Engine, world: World) -> list[str]:
    """Every figure of every account in the mode, from both sides."""
    wrong: list[str] = []
    for account in engine.accounts[1:]:
        view = world.accounts[account.account_id]
        joint = account.joint
        assert (joint is None) == (view.joint is None)
        if joint is None or view.joint is None:
            continue
        margin = view.joint.margin()
        pairs = {
            "wallets": (margin.wallet_units, joint.collateral_units()),
            "balance": (margin.balance_units, joint.balance_units()),
            "initial": (margin.initial_units, joint.initial_units()),
            "maintenance": (margin.maintenance_units, joint.maintenance_units()),
        }
        for (market, asset), wallet in view.wallets.items():
            if market == w.USDS_M:
                own = account.wallet(market, asset)
                shown = wallet_margin(world.prices, wallet)
                pairs[f"may leave {asset}"] = (shown.max_withdraw_units, withdrawable_units(own))
                if engine.assets.index_e8(asset):
                    pairs[f"free {asset}"] = (shown.available_units, max(0, own.free_units()))
        wrong += [
            f"{account.name}: {what} {got} != {real}" for what, (got, real) in pairs.items() if got != real
        ]
    return wrong


@pytest.mark.parametrize("seed", range(4))
def test_the_views_show_what_the_engine_reckons_with(seed: int) -> None:
    engine, world = Engine(), World()
    for index, command in enumerate(islice(AssetFlow(seed), 400)):
        world.fold(command, engine.apply(command))
        if index % 7 == 0:
            assert shown_differs(engine, world) == [], index
    for asset, known in engine.assets.assets.items():
        assert world.assets.index_e8(asset) == known.index_e8()
        assert world.assets.rates_e8(asset) == (known.bid_e8(), known.ask_e8())


class Pool:
    """Alice with BTC and ETH for collateral, in the mode; what stands for dollars has no buffer."""

    def __init__(self) -> None:
        self.engine, self.world = Engine(), World()
        for command in (
            c.ListInstrument(btcusdt(0)),
            c.ListInstrument(ethusdt(1)),
            c.ListAsset("USDT", 0, 0, 0, 0, -(10**9) * UNIT, -1),
            c.SetAssetIndex("USDT", UNIT),
            c.ListAsset("ETH", 50_000, 50_000, 50_000, 50_000, 0, 1),
            c.CreateAccount("alice"),
            c.SetIndexPrice(0, 60_000 * UNIT),
            c.SetIndexPrice(1, 3_000 * UNIT),
            c.HouseDepth(0, [599_999], [10_000], [600_000], [10_000]),
            c.HouseDepth(1, [299_999], [100_000], [300_000], [100_000]),
            c.Transfer(1, w.USDS_M, "ETH", 2 * UNIT),
            c.SetMultiAssets(1, True),
        ):
            self.do(command)

    def do(self, command: c.Command) -> None:
        command.seq, command.time_ms = self.engine.seq + 1, 1_700_000_000_000
        self.world.fold(command, self.engine.apply(command))

    def held(self) -> int:
        return self.engine.accounts[1].exposures[0].both.qty_lots

    def shown_e8(self) -> int:
        exposure = self.world.accounts[1].exposures[0]
        return liquidation_e8(self.world.prices, exposure, exposure.position)


@pytest.mark.parametrize("side", [w.BUY, w.SELL])
@pytest.mark.parametrize("other_lots", [0, -9_000, 9_000])
def test_liquidation_comes_at_the_shown_price_and_not_before(side: int, other_lots: int) -> None:
    pool = Pool()
    pool.do(c.PlaceOrder(1, 0, "one", side, w.MARKET, w.GTC, 800, 0))
    if other_lots:
        side_of_other = w.BUY if other_lots > 0 else w.SELL
        pool.do(c.PlaceOrder(1, 1, "two", side_of_other, w.MARKET, w.GTC, abs(other_lots), 0))
        pool.do(c.PinMarkPrice(1, 3_020 * UNIT))
    shown = pool.shown_e8()
    assert shown > 0
    pool.do(c.PinMarkPrice(0, shown + side * 10_000))
    assert pool.held() == side * 800
    pool.do(c.PinMarkPrice(0, shown - side * 10_000))
    assert pool.held() == 0
