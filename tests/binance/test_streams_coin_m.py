"""COIN-M's streams: which socket hears which product, and what their messages say (semantics 7.1.2, 7.3, 7.5)."""

from typing import Any

import pytest

from perpit.binance.profiles import UNION
from perpit.domain import words as w
from perpit.domain.commands import PinMarkPrice, SetLeverage, SetMarginType, Transfer
from perpit.domain.numbers import UNIT
from tests.binance.floor import COIN, PRICE, Floor, watches_anything

SECOND_MS = 1_000


def only(messages: list[Any]) -> Any:
    (message,) = messages
    return message


def test_without_a_prefix_the_symbol_tells_the_product() -> None:
    floor = Floor()
    socket = floor.listen("/stream", "streams=btcusdt@trade/btcusd_perp@trade")
    floor.trade(10)
    floor.trade(3, symbol_id=COIN)
    assert [message["stream"] for message in socket.messages()] == ["btcusdt@trade", "btcusd_perp@trade"]


@pytest.mark.parametrize(("host", "heard"), [("fstream", "BTCUSDT"), ("dstream", "BTCUSD_PERP")])
def test_a_prefix_fixes_the_product_also_for_streams_that_are_open_already(host: str, heard: str) -> None:
    floor = Floor()
    names = "btcusdt@trade/btcusd_perp@trade"
    first = floor.listen("/stream", f"streams={names}") if host == "dstream" else None
    socket = floor.listen(f"/{host}/stream", f"streams={names}")
    floor.trade(10)
    floor.trade(3, symbol_id=COIN)
    assert [row["s"] for row in socket.of("trade")] == [heard]
    assert first is None or len(first.messages()) == 2


def test_coin_m_has_no_routed_paths_that_could_be_wrong() -> None:
    floor = Floor(profile=UNION._replace(strict_routes=True))
    socket = floor.listen("/stream", "streams=btcusdt@aggTrade/btcusd_perp@aggTrade")
    host = floor.listen("/dstream/ws/btcusd_perp@aggTrade/!miniTicker@arr")
    floor.trade(10)
    floor.trade(3, symbol_id=COIN)
    floor.advance(SECOND_MS)
    assert [row["s"] for row in socket.of("aggTrade")] == ["BTCUSD_PERP"]
    assert len(host.messages()) == 2


def test_streams_of_all_symbols_are_of_one_product() -> None:
    floor = Floor()
    sockets = {host: floor.listen(f"{host}/ws/!miniTicker@arr") for host in ("", "/fstream", "/dstream")}
    marks = floor.listen("/dstream/ws/!markPrice@arr@1s")
    books = floor.listen("/dstream/ws/!bookTicker")
    floor.trade(10)
    floor.trade(3, symbol_id=COIN)
    floor.advance(5 * SECOND_MS)
    heard = {host: [row["s"] for row in socket.messages()[0]] for host, socket in sockets.items()}
    assert heard == {"": ["BTCUSDT"], "/fstream": ["BTCUSDT"], "/dstream": ["BTCUSD_PERP"]}
    assert {row["s"] for message in marks.messages() for row in message} == {"BTCUSD_PERP"}
    assert {row["s"] for row in books.of("bookTicker")} == {"BTCUSD_PERP"}


def test_both_products_streams_of_all_symbols_go_with_their_last_listener() -> None:
    floor = Floor()
    sessions = [floor.connect(f"/{host}/ws/!ticker@arr")[1] for host in ("fstream", "dstream")]
    floor.hub.disconnect(sessions[0])
    assert watches_anything(floor.hub)
    floor.hub.disconnect(sessions[1])
    assert not watches_anything(floor.hub)


def test_trades_candles_and_tickers_count_contracts_and_coin() -> None:
    floor = Floor()
    names = ("aggTrade", "kline_1m", "ticker", "miniTicker", "bookTicker", "depth5@100ms")
    socket = floor.listen("/ws/" + "/".join(f"btcusd_perp@{name}" for name in names))
    floor.house({}, {PRICE: 100}, COIN)
    floor.trade(3, symbol_id=COIN)
    floor.advance(SECOND_MS)
    rows = {row["e"]: row for row in socket.payloads()}
    assert rows["aggTrade"] == {
        **{"e": "aggTrade", "E": rows["aggTrade"]["E"], "a": 1, "s": "BTCUSD_PERP", "p": "60000.0", "q": "3"},
        **{"f": 1, "l": 1, "T": rows["aggTrade"]["T"], "m": False, "st": 2},
    }
    candle = rows["kline"]["k"]
    assert (candle["v"], candle["q"], candle["V"], candle["Q"]) == ("3", "0.00500000", "3", "0.00500000")
    for event in ("24hrTicker", "24hrMiniTicker"):
        ticker = rows[event]
        assert (ticker["ps"], ticker["v"], ticker["q"], ticker["st"]) == ("BTCUSD", "3", "0.00500000", 2)
    assert rows["24hrTicker"]["w"] == "60000.0"
    assert (rows["bookTicker"]["ps"], rows["bookTicker"]["A"], rows["bookTicker"]["st"]) == (
        "BTCUSD",
        "100",
        2,
    )
    assert (rows["depthUpdate"]["ps"], rows["depthUpdate"]["a"]) == ("BTCUSD", [["60000.0", "100"]])


def test_tickers_come_twice_a_second() -> None:
    floor = Floor()
    socket = floor.listen("/ws/btcusd_perp@miniTicker")
    floor.advance(100)
    floor.trade(3, symbol_id=COIN)
    floor.advance(500)
    assert len(socket.messages()) == 1


def test_mark_and_index_prices_are_told_by_symbol_and_by_pair() -> None:
    floor = Floor()
    names = ("btcusd_perp@markPrice@1s", "btcusd@markPrice@1s", "btcusd@indexPrice@1s", "btcusdt@indexPrice")
    socket = floor.listen("/stream", "streams=" + "/".join(names))
    floor.do(PinMarkPrice(COIN, 61_000 * UNIT))
    socket.messages()
    floor.advance(SECOND_MS)
    heard = {message["stream"]: message["data"] for message in socket.messages()}
    mark = heard["btcusd_perp@markPrice@1s"]
    assert mark == {
        **{"e": "markPriceUpdate", "E": floor.now_ms, "s": "BTCUSD_PERP", "p": "61000.00000000"},
        **{"P": "60000.00000000", "i": "60000.00000000", "r": mark["r"], "T": mark["T"], "st": 2},
    }
    assert heard["btcusd@markPrice@1s"] == [mark]
    assert heard["btcusd@indexPrice@1s"] == {
        **{"e": "indexPriceUpdate", "E": floor.now_ms, "i": "BTCUSD", "p": "60000.00000000"}
    }
    assert "btcusdt@indexPrice" not in heard


def test_continuous_candles_are_found_by_the_pair() -> None:
    floor = Floor()
    socket = floor.listen("/dstream/ws/btcusd_perpetual@continuousKline_1m")
    floor.trade(3, symbol_id=COIN)
    floor.advance(SECOND_MS)
    assert only(socket.of("continuous_kline"))["ps"] == "BTCUSD"


def test_a_listen_key_hears_its_product_only() -> None:
    floor = Floor()
    linear = floor.listen(f"/ws/{floor.open_key('bob')}")
    inverse = floor.listen(f"/dstream/ws/{floor.open_key('bob', w.COIN_M)}")
    floor.trade(10)
    assert [row["e"] for row in linear.payloads()][:2] == ["ORDER_TRADE_UPDATE", "TRADE_LITE"]
    assert inverse.payloads() == []
    floor.trade(3, symbol_id=COIN)
    assert linear.payloads() == []
    assert [row["e"] for row in inverse.payloads()] == [
        *("ORDER_TRADE_UPDATE", "TRADE_LITE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE")
    ]


@pytest.mark.semantics("4.7.5", "5.12.7")
def test_a_fill_tells_coin_the_margin_asset_and_the_accounts_alias() -> None:
    floor = Floor()
    bob = floor.listen(f"/ws/{floor.open_key('bob', w.COIN_M)}")
    floor.trade(3, symbol_id=COIN)
    _placed, _fill_alone, account, order = bob.payloads()
    fill = order["o"]
    assert (fill["s"], fill["ma"], fill["N"], fill["n"]) == ("BTCUSD_PERP", "BTC", "BTC", "0.0000025")
    assert (fill["q"], fill["l"], fill["z"], fill["L"], fill["ap"]) == ("3", "3", "3", "60000.0", "60000")
    assert order["i"] == account["i"]
    assert len(order["i"]) == 4
    assert account["a"]["B"] == [{"a": "BTC", "wb": "99.9999975", "cw": "99.9999975", "bc": "0"}]
    position = only(account["a"]["P"])
    assert (position["s"], position["pa"], position["ep"]) == ("BTCUSD_PERP", "3", "60000")


def test_what_else_happens_to_a_coin_wallet_is_told_on_its_key() -> None:
    floor = Floor()
    alice = floor.listen(f"/ws/{floor.open_key('alice', w.COIN_M)}")
    account_id = floor.world.account_ids["alice"]
    floor.do(Transfer(account_id, w.COIN_M, "BTC", UNIT))
    floor.do(Transfer(account_id, w.USDS_M, "USDT", UNIT))
    floor.do(SetLeverage(account_id, COIN, 25))
    floor.do(SetMarginType(account_id, COIN, w.ISOLATED))
    deposit, config, margin_type = alice.payloads()
    assert deposit["a"]["B"] == [{"a": "BTC", "wb": "101", "cw": "101", "bc": "1"}]
    assert config["ac"] == {"s": "BTCUSD_PERP", "l": 25}
    assert (margin_type["a"]["m"], "i" in margin_type) == ("MARGIN_TYPE_CHANGE", True)


def test_a_warning_and_a_liquidation_are_told_in_coin() -> None:
    floor = Floor()
    account_id = floor.world.account_ids["bob"]
    floor.do(Transfer(account_id, w.COIN_M, "BTC", -99 * UNIT - 9 * UNIT // 10))  # 0.1 BTC stays
    floor.house({}, {PRICE: 1_000}, COIN)
    floor.place("bob", w.BUY, 1_000, 0, symbol_id=COIN)
    floor.house({570_000: 5_000}, {PRICE: 0}, COIN)
    bob = floor.listen(f"/ws/{floor.open_key('bob', w.COIN_M)}")
    deaf = floor.listen(f"/ws/{floor.open_key('bob')}")
    floor.do(PinMarkPrice(COIN, 56_900 * UNIT))
    warned = only(bob.of("MARGIN_CALL"))
    assert warned["cw"] == "0.09916667"
    assert (only(warned["p"])["s"], only(warned["p"])["pa"], len(warned["i"])) == ("BTCUSD_PERP", "1000", 4)
    floor.do(PinMarkPrice(COIN, 56_500 * UNIT))
    told = bob.payloads()
    order = next(row["o"] for row in told if row["e"] == "ORDER_TRADE_UPDATE")
    assert order["c"].startswith("autoclose-")
    assert (order["S"], order["ma"]) == ("SELL", "BTC")
    last = [row["a"] for row in told if row["e"] == "ACCOUNT_UPDATE"][-1]
    assert last["m"] == "INSURANCE_CLEAR"
    assert only(last["B"])["a"] == "BTC"
    assert deaf.payloads() == []
