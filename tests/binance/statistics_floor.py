"""What the tests of statistics stand on: accounts that trade against the house, and calls under `/futures/data`."""

from typing import Any

from perpit.domain.commands import (
    Advance,
    CreateAccount,
    PlaceOrder,
    Transfer,
)
from perpit.domain.events import OrderTraded
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from perpit.domain.words import (
    BOTH,
    BUY,
    COIN_M,
    IOC,
    MARKET,
    SELL,
    STP_NONE,
    USDS_M,
)
from tests.binance.caller import BTC, COIN, START_MS, Caller
from tests.instruments import btcusd_perp, btcusdt

GRID_MS = 5 * 60_000
HOUR_MS = 12 * GRID_MS
DAY_MS = 24 * HOUR_MS
FIRST_MS = START_MS // GRID_MS * GRID_MS + GRID_MS  # the first point of the grid
ALICE, BOB = 1, 2
DATA = "/futures/data/"
FIVE = {"symbol": "BTCUSDT", "period": "5m"}
COIN_FIVE = {"pair": "BTCUSD", "period": "5m"}
RATIOS = ("globalLongShortAccountRatio", "topLongShortAccountRatio", "topLongShortPositionRatio")


class Floor(Caller):
    """A caller whose accounts trade against the house, and that asks."""

    def account(self, name: str, usdt: int = 100_000, btc: int = 10) -> int:
        self.apply(CreateAccount(name))
        account_id = self.world.account_ids[name]
        for market, asset, amount in ((USDS_M, "USDT", usdt), (COIN_M, "BTC", btc)):
            if amount:
                self.apply(Transfer(account_id, market, asset, amount * UNIT))
        return account_id

    def trade(self, account_id: int, lots: int, symbol_id: int = BTC, position_side: int = BOTH) -> None:
        """A market order for so many lots, a sale if negative, all filled."""
        side = BUY if lots > 0 else SELL
        order = PlaceOrder(
            account_id, symbol_id, f"t{self._seq}", side, MARKET, IOC, abs(lots), 0, False, STP_NONE
        )
        order.position_side = position_side
        filled = [event.fill_lots for event in self.apply(order) if isinstance(event, OrderTraded)]
        assert sum(filled) == abs(lots)

    def reach(self, time_ms: int) -> None:
        self.now_ms = time_ms
        self.apply(Advance())

    async def ask(self, name: str, **params: Any) -> Any:
        reply = await self.raw("GET", DATA + name, _query(params))
        assert reply.status == 200, reply.json
        return reply.json

    async def code(self, name: str, **params: Any) -> tuple[int | None, str]:
        reply = await self.raw("GET", DATA + name, _query(params))
        return reply.code, reply.json["msg"] if isinstance(reply.json, dict) else ""


def _query(params: dict[str, Any]) -> bytes:
    return "&".join(f"{name}={value}" for name, value in params.items()).encode()


def opened() -> Floor:
    """Alice has 0.3 BTC and 7 contracts long, bob 0.1 BTC short; the house is on the other side of each."""
    floor = Floor()
    floor.depth(100_000)
    floor.coin_depth(100_000)
    floor.trade(ALICE, 300)
    floor.trade(BOB, -100)
    floor.trade(ALICE, 7, COIN)
    return floor


def quarter(symbol_id: int, delivery_ms: int, name: str) -> Instrument:
    make, pair = (btcusd_perp, "BTCUSD") if symbol_id >= 5 else (btcusdt, "BTCUSDT")
    return make(
        symbol_id,
        symbol=f"{pair}_{name}",
        contract_type="CURRENT_QUARTER",
        delivery_ms=delivery_ms,
        funding_interval_hours=0,
    )
