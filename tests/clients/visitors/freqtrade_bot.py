"""freqtrade, a live bot with isolated margin and its stops on the exchange; started by `test_bots.py` in its own venv.

It is told to enter by the calls that its chat and its web page make, and walks through its own loop: a long position
that its stop on the exchange ends, once the test has let the price fall, and a short one that it is told to leave.
Its settings for ccxt are those of docs/CLIENTS.md. Prints one JSON object: its own books.
"""

import json
import logging
import os
import time
from pathlib import Path

from freqtrade.configuration import Configuration
from freqtrade.enums import RunMode, SignalDirection, State
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import Order
from freqtrade.rpc.rpc import RPC

STRATEGY = """
from freqtrade.strategy import IStrategy

class Told(IStrategy):
    timeframe = "1m"
    can_short = True
    minimal_roi = {"0": 10}
    stoploss = -0.0015
    order_types = {"entry": "market", "exit": "limit", "stoploss": "market", "stoploss_on_exchange": True}

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    populate_entry_trend = populate_exit_trend = populate_indicators
"""
key, secret = os.environ["KEY"], os.environ["SECRET"]
config = {
    "dry_run": False,
    "trading_mode": "futures",
    "margin_mode": "isolated",
    "stake_currency": "USDT",
    "stake_amount": 300,
    "max_open_trades": 2,
    "force_entry_enable": True,
    "strategy": "Told",
    "strategy_path": str(Path.cwd()),
    "user_data_dir": str(Path.cwd()),
    "db_url": "sqlite://",
    "exchange": {
        "name": "binance",
        "key": key,
        "secret": secret,
        "pair_whitelist": ["BTC/USDT:USDT"],
        **json.loads(os.environ["SHOWN"]),
    },
    "pairlists": [{"method": "StaticPairList"}],
    "entry_pricing": {"price_side": "other", "use_order_book": True},
    "exit_pricing": {"price_side": "other", "use_order_book": True},
}
Path("told.py").write_text(STRATEGY)
Path("config.json").write_text(json.dumps(config))
complaints: list = []
handler = logging.Handler(logging.ERROR)
handler.emit = lambda record: complaints.append(record.getMessage())
logging.getLogger().addHandler(handler)

bot = FreqtradeBot(Configuration({"config": ["config.json"]}, RunMode.LIVE).get_config())
bot.startup()
bot.state = State.RUNNING
told = RPC(bot)


def until(found: object) -> None:
    deadline = time.monotonic() + 40
    while not found():
        if time.monotonic() > deadline:
            raise SystemExit(f"{[order.to_json('buy') for order in Order.session.query(Order)]} {complaints}")
        bot.process()
        time.sleep(0.5)


stopped = told._rpc_force_entry("BTC/USDT:USDT", None, leverage=5)
until(lambda: not stopped.is_open)
bot.strategy.stoploss = -0.5
sold = told._rpc_force_entry("BTC/USDT:USDT", None, order_side=SignalDirection.SHORT, leverage=3)
until(lambda: sold.open_sl_orders)
told._rpc_force_exit(str(sold.id), "market")
until(lambda: not sold.is_open)
orders = [[order.ft_order_side, order.status] for order in Order.session.query(Order)]
saw = {
    "trades": [[trade.leverage, trade.close_rate, trade.exit_reason] for trade in (stopped, sold)],
    "orders": orders,
    "tiers": len(bot.exchange._leverage_tiers["BTC/USDT:USDT"]),
    "liquidation": stopped.liquidation_price is not None,
    "complaints": complaints,
}
print(json.dumps(saw), flush=True)
os._exit(0)  # its threads would go on
