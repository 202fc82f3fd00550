"""Every switch that is seen on streams, in both positions, with sockets as clients of that time open them."""

import json
from typing import Any

import pytest

from perpit.binance.products import USDS
from perpit.binance.profiles import (
    APRIL_2026,
    DECEMBER_2025,
    JUNE_2026,
    NOVEMBER_2025,
    PROFILES,
    UNION,
    Profile,
)
from perpit.binance.streams_url import parse_stream_url
from perpit.domain import words as w
from perpit.domain.commands import (
    AmendOrder,
    CreateAccount,
    HouseDepth,
    ListInstrument,
    PinMarkPrice,
    PlaceOrder,
    SetIndexPrice,
    SetLeverage,
    Transfer,
)
from perpit.domain.numbers import UNIT
from tests.binance.floor import BTC, COIN, PRICE, FakeSocket, Floor
from tests.binance.switches import proves
from tests.instruments import btcusdt

SECOND_MS = 1_000
EIGHT_HOURS = 28_800_000


def subscribed(floor: Floor, path: str, *names: str) -> FakeSocket:
    """A socket that asks for its streams by message, and is told that it has them."""
    socket, session = floor.connect(path)
    session.receive(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
    assert socket.messages() == [{"result": None, "id": 1}], "acknowledged in any case"
    return socket


def kinds(socket: FakeSocket) -> set[str]:
    """The event types of single messages that came."""
    return {row["e"] for row in socket.payloads() if isinstance(row, dict)}


# --- paths


@proves("routed_paths", DECEMBER_2025, APRIL_2026)
def test_routed_paths_are_there_since_2026(before: Profile, after: Profile) -> None:
    """The SDK from 10 on opens /public, /market and /private; one of 2025 opens /ws and /stream."""
    for path in ("/public/ws", "/market/stream", "/private/ws", "/fstream/public/stream"):
        target = parse_stream_url(path, "")
        assert target is not None
        assert not Floor(profile=before).hub.has_path(target)
        assert Floor(profile=after).hub.has_path(target)
    for path in ("/ws", "/stream", "/dstream/ws", "/fstream/stream"):
        target = parse_stream_url(path, "")
        assert target is not None
        assert all(Floor(profile=profile).hub.has_path(target) for profile in PROFILES.values())


@proves("strict_routes", DECEMBER_2025, APRIL_2026)
def test_unrouted_paths_fell_silent_but_for_public_streams(before: Profile, after: Profile) -> None:
    """A python-binance or ccxt of 2025 subscribes everything at /ws and hears no trades any more, and no error."""
    names = (
        "btcusdt@bookTicker",
        "btcusdt@depth@100ms",
        "btcusdt@aggTrade",
        "btcusdt@kline_1m",
        "!ticker@arr",
    )
    public = {"bookTicker", "depthUpdate"}
    for profile, heard in ((before, public | {"aggTrade", "kline"}), (after, public)):
        floor = Floor(profile=profile)
        socket = subscribed(floor, "/ws", *names)
        floor.trade()
        floor.advance(SECOND_MS)
        assert kinds(socket) == heard


@pytest.mark.parametrize("profile", [APRIL_2026, JUNE_2026, UNION], ids=lambda profile: profile.name)
@pytest.mark.parametrize("path", ["/public/ws", "/market/ws", "/private/ws"])
def test_a_routed_path_carries_its_own_streams_only(path: str, profile: Profile) -> None:
    floor = Floor(profile=profile)
    key = floor.open_key("alice")
    socket = subscribed(floor, path, "btcusdt@bookTicker", "btcusdt@aggTrade", key)
    floor.trade()
    floor.advance(SECOND_MS)
    everything = {"bookTicker", "aggTrade", "TRADE_LITE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE"}
    own = {
        "/public/ws": {"bookTicker"},
        "/market/ws": {"aggTrade"},
        "/private/ws": everything - {"bookTicker", "aggTrade"},
    }
    assert kinds(socket) == (everything if profile is UNION else own[path])


@pytest.mark.parametrize(
    ("path", "query"),
    [("/ws/{}", ""), ("/ws", "listenKey={}"), ("/stream", "streams={}"), ("/stream", "listenKey={}")],
)
@pytest.mark.parametrize("profile", [DECEMBER_2025, APRIL_2026], ids=lambda profile: profile.name)
def test_user_data_moved_to_the_private_path(path: str, query: str, profile: Profile) -> None:
    """Where the bots of 2025 listened to their orders there is silence since 2026-04-23, in every form of URL."""
    floor = Floor(profile=profile)
    key = floor.open_key("alice")
    old = floor.listen(path.format(key), query.format(key))
    new = floor.listen("/private" + path.format(key), query.format(key))
    floor.place("alice", w.BUY, 10, PRICE - 100)
    assert len(old.of("ORDER_TRADE_UPDATE")) == (profile is DECEMBER_2025)
    assert len(new.of("ORDER_TRADE_UPDATE")) == 1


def test_user_data_of_coin_m_never_moved() -> None:
    floor = Floor(profile=JUNE_2026)
    key = floor.open_key("alice", w.COIN_M)
    sockets = [floor.listen(f"{host}/ws/{key}") for host in ("", "/dstream")]
    floor.place("alice", w.BUY, 10, PRICE - 100, symbol_id=COIN)
    assert [len(socket.of("ORDER_TRADE_UPDATE")) for socket in sockets] == [1, 1]


def test_streams_of_a_pair_of_coin_m_are_heard_without_a_routed_path() -> None:
    """The COIN-M SDK subscribes them at /stream; a pair is no symbol that would tell its product."""
    floor = Floor(profile=APRIL_2026)
    names = ("btcusd@markPrice@1s", "btcusd@indexPrice@1s", "btcusd_perpetual@continuousKline_1m")
    socket = subscribed(floor, "/ws", *names, "btcusd@assetIndex", "btcusdt@markPrice@1s")
    floor.trade(3, symbol_id=COIN)
    floor.advance(SECOND_MS)
    rows = [
        row for message in socket.messages() for row in (message if isinstance(message, list) else [message])
    ]
    assert {row["e"] for row in rows} == {"markPriceUpdate", "indexPriceUpdate", "continuous_kline"}
    assert {row["s"] for row in rows if row["e"] == "markPriceUpdate"} == {"BTCUSD_PERP"}


def test_a_silent_subscription_is_listed_and_can_be_ended() -> None:
    floor = Floor(profile=APRIL_2026)
    socket, session = floor.connect("/ws")
    key = floor.open_key("alice")
    for method, params in (
        ("SUBSCRIBE", ["btcusdt@aggTrade", key]),
        ("LIST_SUBSCRIPTIONS", []),
        ("UNSUBSCRIBE", ["btcusdt@aggTrade", key]),
        ("LIST_SUBSCRIPTIONS", []),
    ):
        session.receive(json.dumps({"method": method, "params": params, "id": 1}))
    assert [row["result"] for row in socket.messages()] == [None, ["btcusdt@aggTrade", key], None, []]


# --- frames

NAMES = (
    "btcusdt@aggTrade",
    "btcusdt@depth@100ms",
    "btcusdt@depth5@100ms",
    "btcusdt@bookTicker",
    "btcusdt@ticker",
    "btcusdt@miniTicker",
    "btcusdt@markPrice@1s",
    "!ticker@arr",
    "!miniTicker@arr",
    "!bookTicker",
    "!markPrice@arr@1s",
    "!contractInfo",
    "btcusdt@kline_1m",
    "btcusdt_perpetual@continuousKline_1m",
    "btcusdt@trade",
)
COIN_NAMES = tuple(
    name.replace("btcusdt_", "btcusd_").replace("btcusdt", "btcusd_perp") for name in NAMES if name[0] != "!"
)


def frames_of(profile: Profile, names: tuple[str, ...], symbol_id: int) -> dict[str, Any]:
    """The first frame of each stream after a trade, a new contract, and five seconds."""
    floor = Floor(profile=profile)
    path = "/market/stream"
    first = {}
    sockets = [subscribed(floor, p, *names) for p in ("/public/stream", path, "/stream")]
    floor.house({PRICE - 10: 5}, {PRICE + 10: 5}, symbol_id)
    floor.trade(3, symbol_id=symbol_id)
    floor.do(ListInstrument(btcusdt(3, symbol="XRPUSDT", pair="XRPUSDT")))
    for _ in range(5):
        floor.advance(SECOND_MS)
    for socket in sockets:
        for message in socket.messages():
            data = message["data"]
            first[message["stream"]] = data[0] if isinstance(data, list) else data
    return first


@proves("frames_tell_product", APRIL_2026, JUNE_2026)
def test_frames_tell_product_and_pair_since_the_integration(before: Profile, after: Profile) -> None:
    untold = {name for name in NAMES if "kline" in name.lower() or name.endswith("@trade")}
    paired = {name for name in NAMES if "epth" in name or "ookTicker" in name or "icker" in name}
    old, new = frames_of(before, NAMES, BTC), frames_of(after, NAMES, BTC)
    assert set(old) == set(new) == set(NAMES)
    assert {name for name, row in old.items() if "st" in row} == set()
    assert {name for name, row in new.items() if row.get("st") == 1} == set(NAMES) - untold
    continuous = {"btcusdt_perpetual@continuousKline_1m"}
    assert {name for name, row in old.items() if "ps" in row} == continuous
    assert {name for name, row in new.items() if row.get("ps") == "BTCUSDT"} == paired | continuous


def test_coin_m_named_its_pair_before_and_tells_its_product_since() -> None:
    old, new = frames_of(APRIL_2026, COIN_NAMES, COIN), frames_of(JUNE_2026, COIN_NAMES, COIN)
    assert set(old) == set(new) == set(COIN_NAMES)
    assert [name for name, row in old.items() if "st" in row] == []
    assert {row["st"] for row in new.values() if "st" in row} == {2}
    named = {name for name, row in old.items() if "ps" in row}
    assert named == {name for name, row in new.items() if "ps" in row}
    assert {"btcusd_perp@bookTicker", "btcusd_perp@depth@100ms", "btcusd_perp@ticker"} <= named


@proves("hidden_quantities", DECEMBER_2025, APRIL_2026)
def test_an_aggregate_trade_on_a_stream_has_nq_since_the_end_of_2025(before: Profile, after: Profile) -> None:
    name = ("btcusdt@aggTrade",)
    assert "nq" not in frames_of_unrouted(before, *name)
    assert frames_of(after, name, BTC)[name[0]]["nq"] == "0.003"


def frames_of_unrouted(profile: Profile, name: str) -> Any:
    """The last message of a stream at /ws, after a trade."""
    floor = Floor(profile=profile)
    socket = subscribed(floor, "/ws", name)
    floor.trade(3)
    floor.advance(SECOND_MS)
    return socket.messages()[-1]


@pytest.mark.semantics("3.2.6")
@proves("average_marks", DECEMBER_2025, APRIL_2026)
def test_a_mark_price_has_its_average_since_march(before: Profile, after: Profile) -> None:
    assert "ap" not in frames_of_unrouted(before, "btcusdt@markPrice@1s")
    frame = frames_of(after, ("btcusdt@markPrice@1s",), BTC)["btcusdt@markPrice@1s"]
    assert frame["ap"] == "60000.00000000"
    coin = frames_of(after, ("btcusd_perp@markPrice@1s",), COIN)["btcusd_perp@markPrice@1s"]
    assert "ap" not in coin


@proves("second_candles", DECEMBER_2025, APRIL_2026)
def test_a_stream_of_candles_of_a_second_is_silent_before_there_are_any(
    before: Profile, after: Profile
) -> None:
    for profile, path, intervals in ((before, "/ws", {"1m"}), (after, "/market/ws", {"1m", "1s"})):
        floor = Floor(profile=profile)
        names = [f"btcusdt_perpetual@continuousKline_{interval}" for interval in ("1m", "1s")]
        socket = subscribed(floor, path, *names)
        floor.trade()
        floor.advance(SECOND_MS)
        assert {row["k"]["i"] for row in socket.messages()} == intervals


@proves("merged_streams", APRIL_2026, JUNE_2026)
def test_streams_of_all_symbols_tell_of_both_products_since_the_integration(
    before: Profile, after: Profile
) -> None:
    names = ("!ticker@arr", "!miniTicker@arr", "!bookTicker")

    def symbols(profile: Profile, path: str) -> dict[str, set[str]]:
        floor = Floor(profile=profile)
        sockets = [
            subscribed(floor, host + "/stream", *names)
            for host in ({"/fstream": ("/fstream/market", "/fstream/public")}.get(path, (path,)))
        ]
        floor.trade(10)
        floor.trade(3, symbol_id=COIN)
        floor.advance(5 * SECOND_MS)
        heard: dict[str, set[str]] = {}
        for socket in sockets:
            for message in socket.messages():
                rows = message["data"] if isinstance(message["data"], list) else [message["data"]]
                heard.setdefault(message["stream"], set()).update(row["s"] for row in rows)
        return heard

    usds, coin = {"BTCUSDT"}, {"BTCUSD_PERP"}
    assert symbols(before, "/fstream") == dict.fromkeys(names, usds)
    assert symbols(before, "/dstream") == dict.fromkeys(names, coin)
    assert symbols(after, "/fstream") == symbols(after, "/dstream") == dict.fromkeys(names, usds | coin)


@proves("merged_streams", APRIL_2026, JUNE_2026)
def test_contracts_and_liquidations_of_both_products_are_told_together(
    before: Profile, after: Profile
) -> None:
    for profile, contracts, liquidations in ((before, 0, 0), (after, 1, 1)):
        floor = Floor(profile=profile)
        listed = subscribed(floor, "/dstream/ws", "!contractInfo")
        forced = subscribed(floor, "/dstream/ws", "!forceOrder@arr")
        floor.do(ListInstrument(btcusdt(3, symbol="XRPUSDT", pair="XRPUSDT")))
        liquidate(floor, ("small", 10))
        assert len(listed.of("contractInfo")) == contracts
        assert len(forced.of("forceOrder")) == liquidations


@proves("crossing_streams", APRIL_2026, JUNE_2026)
def test_candles_and_mark_prices_cross_the_hosts_since_the_integration(
    before: Profile, after: Profile
) -> None:
    names = (
        "btcusdt@kline_1m",
        "btcusdt_perpetual@continuousKline_1m",
        "btcusdt@markPrice@1s",
        "btcusdt@aggTrade",
    )
    crossed = {"kline", "continuous_kline", "markPriceUpdate"}
    for profile, heard in ((before, set()), (after, crossed)):
        floor = Floor(profile=profile)
        here = subscribed(floor, "/dstream/ws", *names)
        prices = ("btcusd@indexPriceKline_1m", "btcusd_perp@markPriceKline_1m", "btcusd_perp@trade")
        there = subscribed(floor, "/fstream/market/ws", *prices)
        floor.trade()
        floor.trade(3, symbol_id=COIN)
        floor.advance(SECOND_MS)
        assert kinds(here) == heard
        assert kinds(there) == ({"indexPrice_kline", "markPrice_kline"} if heard else set())


def liquidate(floor: Floor, *positions: tuple[str, int]) -> None:
    """Accounts that are long with hardly more than they need, one after the other taken over, within one second."""
    floor.do(Transfer(w.INSURANCE_FUND, w.USDS_M, "USDT", 10_000_000 * UNIT))
    for name, lots in positions:
        floor.do(CreateAccount(name))
        account_id = floor.world.account_ids[name]
        floor.do(Transfer(account_id, w.USDS_M, "USDT", lots * UNIT))
        floor.do(SetLeverage(account_id, BTC, 100))
        floor.do(HouseDepth(BTC, [], [], [PRICE], [lots]))
        floor.place(name, w.BUY, lots, PRICE)
    floor.advance(250)
    floor.do(PinMarkPrice(BTC, 50_000 * UNIT))
    floor.advance(SECOND_MS)


@pytest.mark.semantics("2.8.1")
@proves("largest_liquidations", DECEMBER_2025, APRIL_2026)
def test_of_the_liquidations_of_a_second_the_latest_was_told_and_now_the_largest(
    before: Profile, after: Profile
) -> None:
    told = {}
    for profile, path in ((before, "/ws"), (after, "/market/ws")):
        floor = Floor(profile=profile)
        socket = subscribed(floor, path, "btcusdt@forceOrder")
        liquidate(floor, ("large", 500), ("middle", 50), ("small", 10))
        told[profile.name] = [row["o"]["q"] for row in socket.of("forceOrder")]
    assert told == {before.name: ["0.010"], after.name: ["0.500"]}


# --- user data


def user_data(floor: Floor, name: str = "alice", market: int = w.USDS_M) -> FakeSocket:
    """A socket where the profile tells user data."""
    prefix = "/private" if floor.hub.profile.routed_paths and market == USDS.market else ""
    return floor.listen(f"{prefix}/ws/{floor.open_key(name, market)}")


@proves("coin_expiry_reasons", DECEMBER_2025, APRIL_2026)
def test_order_updates_of_coin_m_say_why_they_expired_since_december(before: Profile, after: Profile) -> None:
    for profile, has_reason in ((before, False), (after, True)):
        floor = Floor(profile=profile)
        coin, usds = user_data(floor, market=w.COIN_M), user_data(floor)
        floor.place("alice", w.BUY, 10, PRICE - 100, symbol_id=COIN)
        floor.place("alice", w.BUY, 10, PRICE - 100)
        assert [("er" in row["o"]) for row in coin.of("ORDER_TRADE_UPDATE")] == [has_reason]
        assert [("er" in row["o"]) for row in usds.of("ORDER_TRADE_UPDATE")] == [True]


@proves("coin_trade_lite", APRIL_2026, JUNE_2026)
def test_coin_m_has_trade_lite_since_the_integration(before: Profile, after: Profile) -> None:
    for profile, count in ((before, 0), (after, 1)):
        floor = Floor(profile=profile)
        socket = user_data(floor, "bob", w.COIN_M)
        floor.trade(3, symbol_id=COIN)
        events = [row["e"] for row in socket.messages()]
        assert events.count("TRADE_LITE") == count
        assert events.count("ORDER_TRADE_UPDATE") == 2


@pytest.mark.semantics("5.9.11")
@proves("trigger_reject_events", DECEMBER_2025, APRIL_2026)
def test_a_stop_that_could_not_be_placed_was_told_by_an_event_of_its_own(
    before: Profile, after: Profile
) -> None:
    """An order placed before the Algo service took over, whose margin is gone when it fires."""
    for profile, rejects in ((before, 1), (after, 0)):
        floor = Floor(profile=profile)
        socket = user_data(floor)
        alice = floor.world.account_ids["alice"]
        floor.house({}, {PRICE: 100_000})
        floor.do(
            PlaceOrder(
                alice, BTC, "stop", w.BUY, w.STOP_MARKET, w.GTC, 10_000, 0, stop_price_ticks=PRICE + 1_000
            )
        )
        floor.do(Transfer(alice, w.USDS_M, "USDT", -999_999 * UNIT))
        socket.messages()
        floor.do(SetIndexPrice(BTC, 60_200 * UNIT))
        floor.house({}, {PRICE: 0, PRICE + 2_000: 100_000})
        floor.place("bob", w.BUY, 10, PRICE + 2_000)
        told = socket.messages()
        assert [row["o"]["er"] for row in told if row["e"] == "ORDER_TRADE_UPDATE"] == ["8", "8"]
        rows = [row for row in told if row["e"] == "CONDITIONAL_ORDER_TRIGGER_REJECT"]
        assert len(rows) == rejects
        for row in rows:
            assert row["or"] == {"s": "BTCUSDT", "i": 1, "r": "Margin is insufficient."}


@pytest.mark.semantics("3.5.5")
@proves("funding_symbols", APRIL_2026, JUNE_2026)
def test_a_funding_payment_names_its_symbol_since_august(before: Profile, after: Profile) -> None:
    for profile, symbol in ((before, None), (after, "BTCUSDT")):
        floor = Floor(profile=profile)
        floor.trade(100)
        socket = user_data(floor)
        floor.now_ms = (floor.now_ms // EIGHT_HOURS + 1) * EIGHT_HOURS - SECOND_MS
        floor.advance(2 * SECOND_MS)
        rows = [row for row in socket.of("ACCOUNT_UPDATE") if row["a"]["m"] == "FUNDING_FEE"]
        assert [row["a"].get("S") for row in rows] == [symbol]


@pytest.mark.semantics("5.9.7")
@proves("activations", APRIL_2026, JUNE_2026)
def test_the_activation_of_a_trailing_stop_is_told_since_august(before: Profile, after: Profile) -> None:
    for profile, flags in ((before, [None]), (after, [False, True])):
        floor = Floor(profile=profile)
        socket = user_data(floor)
        trailing = PlaceOrder(
            floor.world.account_ids["alice"],
            BTC,
            "trail",
            w.BUY,
            w.TRAILING_STOP_MARKET,
            w.GTC,
            10,
            0,
            activation_price_ticks=PRICE - 100,
            callback_ppm=10_000,
        )
        trailing.is_algo = True
        floor.trade(1)
        socket.messages()
        floor.do(trailing)
        floor.advance(SECOND_MS)
        floor.trade(1, PRICE - 200)
        rows = [row["o"] for row in socket.of("ALGO_UPDATE")]
        assert [row.get("ia") for row in rows] == flags
        assert {row["X"] for row in rows} == {"NEW"}


@pytest.mark.semantics("5.6.7")
@proves("modify_ids", APRIL_2026, JUNE_2026)
def test_an_amendment_is_told_with_its_id_since_july(before: Profile, after: Profile) -> None:
    for profile, modify_id in ((before, None), (after, "7")):
        floor = Floor(profile=profile)
        socket = user_data(floor)
        order_id = floor.place("alice", w.BUY, 10, PRICE - 100)
        alice = floor.world.account_ids["alice"]
        floor.do(AmendOrder(alice, BTC, order_id, "", w.BUY, 20, PRICE - 100, 7))
        rows = [row["o"] for row in socket.of("ORDER_TRADE_UPDATE") if row["o"]["x"] == "AMENDMENT"]
        assert [row.get("M") for row in rows] == [modify_id]


def test_the_oldest_profile_knows_nothing_of_later_fields() -> None:
    """Every stream of 2025, heard at its one path: what came later is in no frame."""
    floor = Floor(profile=NOVEMBER_2025)
    socket = subscribed(floor, "/ws", *NAMES, *COIN_NAMES)
    floor.trade(3)
    floor.trade(3, symbol_id=COIN)
    floor.advance(5 * SECOND_MS)
    rows = [
        row for message in socket.messages() for row in (message if isinstance(message, list) else [message])
    ]
    assert {row["e"] for row in rows} >= {"aggTrade", "24hrTicker", "markPriceUpdate", "depthUpdate", "kline"}
    for row in rows:
        assert not {"st", "nq"} & set(row), row
        assert row["e"] != "markPriceUpdate" or "ap" not in row
