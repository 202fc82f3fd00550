"""Every form of stream URL that clients use, and what each one means."""

import pytest

from perpit.binance.streams_url import parse_stream_url

KEY = "k" * 64
ALL: frozenset[str] = frozenset()

# path, query, combined, stream names, listen keys
FORMS: list[tuple[str, str, bool, list[str], list[tuple[str, frozenset[str]]]]] = [
    ("/ws", "", False, [], []),
    ("/ws/", "", False, [], []),
    ("/ws/btcusdt@trade", "", False, ["btcusdt@trade"], []),
    ("/ws/btcusdt@trade/ethusdt@depth@100ms", "", False, ["btcusdt@trade", "ethusdt@depth@100ms"], []),
    ("/ws/!ticker@arr", "", False, ["!ticker@arr"], []),
    ("/ws/%21ticker%40arr", "", False, ["!ticker@arr"], []),
    ("/ws/0", "", False, [], []),
    ("/ws/1", "", False, [], []),
    (f"/ws/{KEY}", "", False, [KEY], []),
    ("/ws", f"listenKey={KEY}", False, [], [(KEY, ALL)]),
    ("/stream", "", True, [], []),
    ("/stream", "streams=", True, [], []),
    ("/stream", "streams=btcusdt@trade", True, ["btcusdt@trade"], []),
    ("/stream", "streams=btcusdt@trade/ethusdt@trade", True, ["btcusdt@trade", "ethusdt@trade"], []),
    ("/stream", "streams=btcusdt%40trade%2F!ticker%40arr", True, ["btcusdt@trade", "!ticker@arr"], []),
    ("/stream", f"streams={KEY}", True, [KEY], []),
    ("/stream", f"listenKey={KEY}", True, [], [(KEY, ALL)]),
    (
        "/stream",
        f"listenKey={KEY}&events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE&listenKey=other&events=TRADE_LITE",
        True,
        [],
        [(KEY, frozenset({"ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE"})), ("other", frozenset({"TRADE_LITE"}))],
    ),
    ("/ws", "listenKey=&events=A", False, [], []),
    ("/ws", "events=A", False, [], []),
]


@pytest.mark.parametrize("prefix", ["", "/public", "/market", "/private"])
@pytest.mark.parametrize("host", ["", "/fstream"])
@pytest.mark.parametrize(("path", "query", "combined", "names", "keys"), FORMS)
def test_a_stream_url_means_the_same_under_every_prefix(
    host: str,
    prefix: str,
    path: str,
    query: str,
    combined: bool,
    names: list[str],
    keys: list[tuple[str, frozenset[str]]],
) -> None:
    target = parse_stream_url(host + prefix + path, query)
    assert target is not None
    assert (target.route, target.combined, target.names, target.listen_keys) == (
        prefix[1:],
        combined,
        names,
        keys,
    )


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/fapi/v1/time",
        "/wsx",
        "/stream/btcusdt@trade",
        "/other/ws",
        "/public",
        "/dstream/fstream/ws",
        "/dstream",
        "/ws-fapi/v1",
        "/public/public/ws",
    ],
)
def test_any_other_path_is_no_stream(path: str) -> None:
    assert parse_stream_url(path, "") is None
