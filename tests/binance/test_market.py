"""Market data over the wire, numbers as the exchange prints them."""

import pytest

from perpit.domain.commands import HouseDepth, HouseTrade
from perpit.domain.words import BUY, SELL
from tests.binance.caller import BTC, PRICE, START_MS, Caller


async def test_exchange_info_lists_filters_with_the_price_filter_first() -> None:
    caller = Caller()
    info = (await caller.public("/fapi/v1/exchangeInfo", symbol="BTCUSDT")).json
    assert [symbol["symbol"] for symbol in info["symbols"]] == ["BTCUSDT", "ETHUSDT"]
    btc = info["symbols"][0]
    assert btc["filters"] == [
        {"filterType": "PRICE_FILTER", "minPrice": "556.8", "maxPrice": "4529764", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0.001", "maxQty": "120", "stepSize": "0.001"},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        {"filterType": "MIN_NOTIONAL", "notional": "50"},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": "1.0500",
            "multiplierDown": "0.9500",
            "multiplierDecimal": "4",
        },
        {"filterType": "POSITION_RISK_CONTROL", "positionControlSide": "NONE"},
    ]
    assert (btc["triggerProtect"], btc["liquidationFee"], btc["marketTakeBound"]) == (
        "0.0500",
        "0.012500",
        "0.05",
    )
    assert (btc["status"], btc["contractType"], btc["pricePrecision"]) == ("TRADING", "PERPETUAL", 2)
    limits = {
        (row["rateLimitType"], row["intervalNum"], row["interval"]): row["limit"]
        for row in info["rateLimits"]
    }
    assert limits == {
        ("REQUEST_WEIGHT", 1, "MINUTE"): 2400,
        ("ORDERS", 1, "MINUTE"): 1200,
        ("ORDERS", 10, "SECOND"): 300,
    }


async def test_depth_shows_whole_levels_best_first() -> None:
    caller = Caller()
    caller.depth()
    book = (await caller.public("/fapi/v1/depth", symbol="BTCUSDT", limit=5)).json
    assert book["bids"] == [["59999.90", "1.000"], ["59999.80", "1.000"]]
    assert book["asks"] == [["60000.00", "1.000"], ["60000.10", "1.000"]]
    assert (book["lastUpdateId"], book["E"], book["T"]) == (4, START_MS, START_MS)


async def test_a_symbol_may_be_written_in_lower_case() -> None:
    caller = Caller()
    assert (await caller.public("/fapi/v1/ticker/price", symbol="btcusdt")).json["symbol"] == "BTCUSDT"


async def traded() -> Caller:
    """Three trades of the tape: two bought within 100 ms at one price, one sold a minute later."""
    caller = Caller()
    caller.depth()
    caller.apply(HouseTrade(BTC, BUY, PRICE, 100))
    caller.now_ms += 99
    caller.apply(HouseTrade(BTC, BUY, PRICE, 200))
    caller.now_ms += 60_000
    caller.apply(HouseTrade(BTC, SELL, PRICE - 1, 300))
    return caller


async def test_trades_are_listed_oldest_first() -> None:
    caller = await traded()
    rows = (await caller.public("/fapi/v1/trades", symbol="BTCUSDT")).json
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert rows[2] == {
        "id": 3,
        "price": "59999.90",
        "qty": "0.300",
        "quoteQty": "17999.97000",
        "time": START_MS + 60_099,
        "isBuyerMaker": True,
        "isRPITrade": False,
    }
    (last,) = (await caller.public("/fapi/v1/trades", symbol="BTCUSDT", limit=1)).json
    assert last["id"] == 3
    older = (await caller.signed("GET", "/fapi/v1/historicalTrades", symbol="BTCUSDT", fromId=2)).json
    assert [row["id"] for row in older] == [2, 3]


async def test_a_trade_with_an_rpi_order_says_so_and_is_no_part_of_what_was_shown() -> None:
    caller = Caller()
    caller.apply(HouseDepth(BTC, [PRICE - 1], [1_000], [PRICE], [100]))
    await caller.order(side="SELL", quantity="0.2", price="60000", timeInForce="RPI")
    caller.apply(HouseTrade(BTC, BUY, PRICE, 150))
    rows = (await caller.public("/fapi/v1/trades", symbol="BTCUSDT")).json
    assert [(row["qty"], row["isRPITrade"]) for row in rows] == [("0.100", False), ("0.050", True)]
    (aggregate,) = (await caller.public("/fapi/v1/aggTrades", symbol="BTCUSDT")).json
    assert (aggregate["q"], aggregate["nq"]) == ("0.150", "0.100")


async def test_trades_of_one_price_and_side_within_a_tenth_of_a_second_are_one_aggregate() -> None:
    caller = await traded()
    rows = (await caller.public("/fapi/v1/aggTrades", symbol="BTCUSDT")).json
    assert rows[0] == {
        "a": 1,
        "p": "60000.00",
        "q": "0.300",
        "nq": "0.300",
        "f": 1,
        "l": 2,
        "T": START_MS,
        "m": False,
    }
    assert (rows[1]["f"], rows[1]["l"], rows[1]["m"]) == (3, 3, True)
    only = (await caller.public("/fapi/v1/aggTrades", symbol="BTCUSDT", fromId=2)).json
    assert only == rows[1:]
    span = {"startTime": START_MS, "endTime": START_MS}
    assert (await caller.public("/fapi/v1/aggTrades", symbol="BTCUSDT", **span)).json == rows[:1]


async def test_tickers_answer_one_symbol_or_all() -> None:
    caller = await traded()
    one = (await caller.public("/fapi/v1/ticker/price", symbol="BTCUSDT")).json
    assert one == {"symbol": "BTCUSDT", "price": "59999.90", "time": START_MS + 60_099}
    assert (await caller.public("/fapi/v2/ticker/price")).json[0] == one
    day = (await caller.public("/fapi/v1/ticker/24hr", symbol="BTCUSDT")).json
    assert (day["priceChange"], day["priceChangePercent"], day["count"]) == ("-0.10", "0.000", 3)
    assert (day["volume"], day["quoteVolume"], day["weightedAvgPrice"]) == (
        "0.600",
        "35999.97000",
        "59999.95000",
    )
    best = (await caller.public("/fapi/v1/ticker/bookTicker", symbol="BTCUSDT")).json
    assert (best["bidPrice"], best["askPrice"]) == ("59999.90", "60000.00")
    empty = (await caller.public("/fapi/v1/ticker/bookTicker", symbol="ETHUSDT")).json
    assert (empty["bidPrice"], empty["bidQty"]) == ("0.00", "0.000")


@pytest.mark.semantics("3.1.3")
async def test_the_premium_index_shows_mark_index_and_the_next_funding() -> None:
    caller = Caller()
    row = (await caller.public("/fapi/v1/premiumIndex", symbol="BTCUSDT")).json
    assert (row["markPrice"], row["indexPrice"]) == ("60000.00000000", "60000.00000000")
    assert row["nextFundingTime"] == 1_700_006_400_000
    assert row["nextFundingTime"] % (8 * 3_600_000) == 0
    assert len((await caller.public("/fapi/v1/premiumIndex")).json) == 2
