"""nautilus_trader's Binance adapter: a live node with a strategy; started by `test_other_clients.py` in its own venv.

The strategy places a limit order, amends it, cancels it, buys at the market, and places and cancels a stop. Prints one
JSON object: the node's events in order, the position it ends with, and the balance.
"""

import asyncio
import json
import os
import sys

from nautilus_trader.adapters.binance import (
    BINANCE,
    BinanceAccountType,
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.config import InstrumentProviderConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import OrderSide, TriggerType
from nautilus_trader.model.identifiers import InstrumentId, TraderId
from nautilus_trader.trading.strategy import Strategy

BITCOIN = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
happened: list = []
stopped = asyncio.Event()


class Script(Strategy):
    """One step after the other, each begun by the event of the one before."""

    def on_start(self) -> None:
        self.bitcoin = self.cache.instrument(BITCOIN)
        self.subscribe_quote_ticks(BITCOIN)
        self.subscribe_order_book_deltas(BITCOIN)
        make = self.order_factory
        self.limit = make.limit(BITCOIN, OrderSide.BUY, self.qty("0.050"), self.price("59900.0"))
        self.market = make.market(BITCOIN, OrderSide.BUY, self.qty("0.040"))
        self.stop_loss = make.stop_market(
            BITCOIN,
            OrderSide.SELL,
            self.qty("0.040"),
            trigger_price=self.price("55000.0"),
            trigger_type=TriggerType.MARK_PRICE,
            reduce_only=True,
        )
        self.submit_order(self.limit)

    def qty(self, text: str) -> object:
        return self.bitcoin.make_qty(float(text))

    def price(self, text: str) -> object:
        return self.bitcoin.make_price(float(text))

    def on_order_event(self, event: object) -> None:
        kind = type(event).__name__
        orders = {self.limit.client_order_id: "limit", self.market.client_order_id: "market"}
        which = orders.get(event.client_order_id, "stop")
        if kind not in ("OrderInitialized", "OrderSubmitted", "OrderPendingUpdate", "OrderPendingCancel"):
            happened.append(f"{which} {kind.removeprefix('Order')}")
        then = {
            "limit Accepted": lambda: self.modify_order(self.limit, self.qty("0.060"), self.price("59890.0")),
            "limit Updated": lambda: self.cancel_order(self.limit),
            "limit Canceled": lambda: self.submit_order(self.market),
            "market Filled": lambda: self.submit_order(self.stop_loss),
            "stop Accepted": lambda: self.cancel_order(self.stop_loss),
            "stop Canceled": stopped.set,
        }
        step = then.get(happened[-1] if happened else "")
        if step is not None and kind.removeprefix("Order") == happened[-1].split()[1]:
            step()


async def play(node: TradingNode) -> None:
    running = asyncio.create_task(node.run_async())
    try:
        await asyncio.wait_for(stopped.wait(), 30)
    finally:
        await asyncio.sleep(0.5)
        balance = node.portfolio.account(BINANCE_VENUE).balance_total(USDT)
        saw = {
            "happened": happened,
            "position": str(node.portfolio.net_position(BITCOIN)),
            "balance": str(balance),
            "book": str(node.cache.order_book(BITCOIN).best_bid_price()),
        }
        print(json.dumps(saw), flush=True)
        running.cancel()


common = {
    "api_key": os.environ["KEY"],
    "api_secret": os.environ["SECRET"],
    "account_type": BinanceAccountType.USDT_FUTURES,
    "base_url_http": os.environ["REST"],
    "base_url_ws": os.environ["WS"],
    "instrument_provider": InstrumentProviderConfig(load_all=True),
}
made = TradingNode(
    TradingNodeConfig(
        trader_id=TraderId("VISITOR-001"),
        logging=LoggingConfig(log_level="ERROR"),
        data_clients={BINANCE: BinanceDataClientConfig(**common)},
        exec_clients={BINANCE: BinanceExecClientConfig(**common)},
    )
)
made.trader.add_strategy(Script())
made.add_data_client_factory(BINANCE, BinanceLiveDataClientFactory)
made.add_exec_client_factory(BINANCE, BinanceLiveExecClientFactory)
made.build()
BINANCE_VENUE = BITCOIN.venue
made.get_event_loop().run_until_complete(play(made))
sys.stdout.flush()
os._exit(0 if stopped.is_set() else 1)
