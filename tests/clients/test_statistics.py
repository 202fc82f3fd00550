"""Open interest and statistics through unmodified clients, on a clock that a test moves by hours."""

from collections.abc import Iterator
from typing import Any

import ccxt
import pytest

from perpit.testing import ServedVenue
from tests.clients.endpoints import binance_client, ccxt_options, coin_sdk_rest, sdk_rest
from tests.clients.venue import COIN_SYMBOLS, SYMBOLS, Operator, Scene

HOUR_MS = 3_600_000
START_MS = 1_767_225_600_000  # 2026-01-01
UM_CALLS = ("open_interest_statistics", "top_trader_long_short_ratio_positions",
            "top_trader_long_short_ratio_accounts", "long_short_ratio")  # fmt: skip


@pytest.fixture(scope="module")
def traded() -> Iterator[Scene]:
    """The trader bought 0.04 BTC and 40 contracts of the maker; then three hours passed."""
    symbols = ",".join((*SYMBOLS, *COIN_SYMBOLS))
    served = ServedVenue(
        "--market", "none", "--no-limits", "--clock", f"manual:{START_MS}", "--symbols", symbols
    )
    with served as venue, Operator(venue.ready) as operator:
        for symbol in ("BTCUSDT", "BTCUSD_PERP"):
            operator.pin(symbol, "60000")
        scene = Scene(operator)
        scene.lay_book()
        scene.lay_coin_book()
        scene.by_hand.take("BUY", "0.040")
        scene.by_hand.take("BUY", "40", "BTCUSD_PERP")
        operator.advance(3 * HOUR_MS)
        yield scene
        assert operator.invariants() == "ok"
        scene.clear()


def rows_of(answer: Any) -> list[dict[str, Any]]:
    """What the SDK makes of a list."""
    return [row.to_dict() for row in answer.data()]


def test_the_sdk_reads_open_interest_now(traded: Scene) -> None:
    api = sdk_rest(traded.rest, traded.trader)
    assert api.open_interest(symbol="BTCUSDT").data().open_interest == "0.040"
    coin = coin_sdk_rest(traded.rest, traded.trader).open_interest(symbol="BTCUSD_PERP").data()
    assert (coin.open_interest, coin.pair, coin.contract_type) == ("40", "BTCUSD", "PERPETUAL")


def test_the_sdk_reads_statistics_of_usds_m(traded: Scene) -> None:
    api = sdk_rest(traded.rest, traded.trader)
    hours = [START_MS + number * HOUR_MS for number in (1, 2, 3)]
    for call in UM_CALLS:
        rows = rows_of(getattr(api, call)(symbol="BTCUSDT", period="1h", start_time=START_MS + HOUR_MS))
        assert [row["timestamp"] for row in rows] == hours, call
    assert len(rows_of(api.open_interest_statistics(symbol="BTCUSDT", period="5m", limit=500))) == 36
    (interest,) = rows_of(api.open_interest_statistics(symbol="BTCUSDT", period="1h", limit=1))
    assert interest["sumOpenInterest"] == "0.04000000"
    assert interest["sumOpenInterestValue"] == "2400.00000000"
    (ratio,) = rows_of(api.long_short_ratio(symbol="BTCUSDT", period="1h", limit=1))
    assert (ratio["longAccount"], ratio["shortAccount"], ratio["longShortRatio"]) == (
        "0.5000",
        "0.5000",
        "1.0000",
    )
    first = rows_of(api.taker_buy_sell_volume(symbol="BTCUSDT", period="1h"))[0]
    assert (first["timestamp"], first["buyVol"], first["sellVol"]) == (START_MS, "0.0400", "0.0000")
    (basis,) = rows_of(api.basis(pair="BTCUSDT", contract_type="PERPETUAL", period="1h", limit=1))
    assert (basis["basis"], basis["basisRate"], basis["annualizedBasisRate"]) == ("10.00000000", "0.0002", "")


def test_the_sdk_reads_statistics_of_coin_m(traded: Scene) -> None:
    api = coin_sdk_rest(traded.rest, traded.trader)
    for call in UM_CALLS:
        for kind in ({}, {"contract_type": "PERPETUAL"}):
            rows = rows_of(getattr(api, call)(pair="BTCUSD", period="1h", **kind))
            assert [row["timestamp"] for row in rows] == [START_MS + n * HOUR_MS for n in (1, 2, 3)], call
    (interest,) = rows_of(api.open_interest_statistics(pair="BTCUSD", period="1h", limit=1))
    assert (interest["sumOpenInterest"], interest["sumOpenInterestValue"]) == ("40.00000000", "0.06666666")
    first = rows_of(api.taker_buy_sell_volume(pair="BTCUSD", contract_type="ALL", period="1h"))[0]
    assert (first["takerBuyVol"], first["takerBuyVolValue"]) == ("40", "0.0666")
    (basis,) = rows_of(api.basis(pair="BTCUSD", contract_type="PERPETUAL", period="1h", limit=1))
    assert (basis["pair"], basis["futuresPrice"]) == ("BTCUSD", "60010.0")


@pytest.mark.parametrize(
    ("made", "symbol", "amount"),
    [(ccxt.binanceusdm, "BTC/USDT:USDT", 0.04), (ccxt.binancecoinm, "BTC/USD:BTC", 40.0)],
)
def test_ccxt_reads_both_markets(traded: Scene, made: Any, symbol: str, amount: float) -> None:
    exchange = made(ccxt_options(traded.rest, traded.ws, traded.trader))
    assert exchange.fetch_open_interest(symbol)["openInterestAmount"] == amount
    since = START_MS + HOUR_MS
    history = exchange.fetch_open_interest_history(symbol, "5m", since, 12)
    assert [row["timestamp"] for row in history] == [since + n * 300_000 for n in range(12)]
    assert {row["openInterestAmount"] for row in history} == {amount}
    ratios = exchange.fetch_long_short_ratio_history(symbol, "1h", limit=2)
    assert [row["longShortRatio"] for row in ratios] == [1.0, 1.0]


async def test_python_binance_reads_both_markets(traded: Scene) -> None:
    client = binance_client(traded.rest, traded.trader)
    of_symbol = {"symbol": "BTCUSDT", "period": "1h"}
    of_pair = {"pair": "BTCUSD", "period": "1h"}
    assert client.futures_open_interest(symbol="BTCUSDT")["openInterest"] == "0.040"
    assert client.futures_coin_open_interest(symbol="BTCUSD_PERP")["openInterest"] == "40"
    assert len(client.futures_open_interest_hist(**of_symbol)) == 3
    assert len(client.futures_coin_open_interest_hist(**of_pair, contractType="PERPETUAL")) == 3
    assert len(client.futures_global_longshort_ratio(**of_symbol)) == 3
    assert len(client.futures_coin_global_longshort_ratio(**of_pair)) == 3
    assert len(client.futures_top_longshort_position_ratio(**of_symbol)) == 3
    assert len(client.futures_coin_top_longshort_account_ratio(**of_pair)) == 3
    assert client.futures_taker_longshort_ratio(**of_symbol)[0]["buyVol"] == "0.0400"
    volumes = client.futures_coin_taker_buy_sell_volume(**of_pair, contractType="PERPETUAL")
    assert volumes[0]["takerBuyVol"] == "40"
    basis = client.futures_basis(pair="BTCUSDT", period="1h", contractType="PERPETUAL")
    assert len(basis) == 3
