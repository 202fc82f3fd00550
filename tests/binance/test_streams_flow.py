"""A generated flow of everything that can happen, with every stream open: what was told adds up to what is."""

from decimal import Decimal
from itertools import islice, pairwise
from typing import Any

import pytest

from perpit.binance.listen_keys import ListenKeys
from perpit.binance.streams import StreamHub
from perpit.binance.streams_url import parse_stream_url
from perpit.domain import words as w
from perpit.engine.engine import Engine
from perpit.views.world import World
from tests.binance.floor import FakeSocket
from tests.flows import Flow

MARKET_STREAMS = [
    *(
        f"{symbol}@{name}"
        for symbol in ("btcusdt", "ethusdt")
        for name in ("trade", "aggTrade", "depth@0ms", "depth")
    ),
    *("btcusdt@bookTicker", "btcusdt@depth5", "btcusdt@kline_1m", "btcusdt@kline_5m", "btcusdt@ticker"),
    *("!bookTicker", "!markPrice@arr@1s", "!ticker@arr", "!miniTicker@arr", "ethusdt@markPrice"),
]


class Told:
    """What every socket heard of one flow."""

    def __init__(self, seed: int, count: int) -> None:
        self.world = World()
        engine, keys = Engine(), ListenKeys()
        hub = StreamHub(self.world, keys, lambda: self.world.time_ms)
        self.market, self.users = FakeSocket(), {}
        for index, command in enumerate(islice(Flow(seed), count)):
            self.world.fold(command, engine.apply(command))
            if index == 40:  # everything is listed and opened; nothing has traded yet
                hub.connect(self.market, target("/stream", "streams=" + "/".join(MARKET_STREAMS)))
                for account_id in self.world.accounts:
                    self.users[account_id] = FakeSocket()
                    hub.connect(
                        self.users[account_id], target("/ws/" + keys.open(account_id, self.world.time_ms))
                    )
        hub.tick(self.world.time_ms + 10_000)


def target(path: str, query: str = "") -> Any:
    return parse_stream_url(path, query)


@pytest.mark.parametrize("seed", range(4))
def test_what_streams_tell_of_a_flow_adds_up_to_what_is(seed: int) -> None:
    told = Told(seed, 3_000)
    by_stream: dict[str, list[Any]] = {name: [] for name in MARKET_STREAMS}
    for message in told.market.messages():
        by_stream[message["stream"]].append(message["data"])
    assert all(by_stream[name] for name in ("btcusdt@trade", "btcusdt@kline_1m", "!markPrice@arr@1s"))
    for symbol_id, symbol in enumerate(("btcusdt", "ethusdt")):
        check_symbol(told.world, symbol_id, symbol, by_stream)
    for account_id, socket in told.users.items():
        check_account(told.world, account_id, socket.messages())


def check_symbol(world: World, symbol_id: int, symbol: str, by_stream: dict[str, list[Any]]) -> None:
    # takeovers and deleveraging are told on this stream alone (semantics 2.6.4)
    trades = [row for row in by_stream[f"{symbol}@trade"] if row["X"] == "MARKET"]
    assert [row["t"] for row in trades] == [row.id for row in world.trades[symbol_id].recent(10_000)][
        -len(trades) :
    ]
    bundles = by_stream[f"{symbol}@aggTrade"]
    # takeovers and deleveraging take trade ids
    assert all(later["f"] > earlier["l"] for earlier, later in pairwise(bundles))
    assert sum(Decimal(row["q"]) for row in bundles) <= sum(Decimal(row["q"]) for row in trades)
    for name in (f"{symbol}@depth@0ms", f"{symbol}@depth"):
        diffs = by_stream[name]
        assert all(later["pu"] == earlier["u"] for earlier, later in pairwise(diffs))
        assert not diffs or diffs[-1]["u"] == world.books[symbol_id].update_id


def check_account(world: World, account_id: int, messages: list[Any]) -> None:
    wallet = world.accounts[account_id].wallets[(w.USDS_M, "USDT")]
    # another margin type is an update without a balance (semantics 1.7.7)
    updates = [
        row for message in messages if message["e"] == "ACCOUNT_UPDATE" for row in message["a"]["B"][:1]
    ]
    balances = [row["wb"] for row in updates if row["a"] == "USDT"]
    assert not balances or Decimal(balances[-1]) * 10**8 == wallet.wallet_units
    filled: dict[int, Decimal] = {}
    for place, message in enumerate(messages):
        if message["e"] != "ORDER_TRADE_UPDATE":
            continue
        order = message["o"]
        if order["x"] == "TRADE":
            assert [message["e"] for message in messages[place - 2 : place]] == [
                "TRADE_LITE",
                "ACCOUNT_UPDATE",
            ]
            assert messages[place - 2]["t"] == order["t"]
        elif order["i"] not in filled:
            filled[order["i"]] = Decimal(order["z"])
        if order["i"] in filled:
            filled[order["i"]] += Decimal(order["l"])
            assert Decimal(order["z"]) == filled[order["i"]], "z is the sum of the fills"
    for order in world.orders.open_orders(account_id):
        heard = [message["o"] for message in messages if message.get("o", {}).get("i") == order.order_id]
        if heard:
            assert heard[-1]["X"] in ("NEW", "PARTIALLY_FILLED")
            lot_e8 = world.catalog.by_id[order.request.symbol_id].lot_e8
            assert Decimal(heard[-1]["z"]) * 10**8 == order.filled_lots * lot_e8
