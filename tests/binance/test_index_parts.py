"""What an index consists of: the one source that it has here, or the parts of a basket."""

from perpit.domain.basket import BasketPart
from perpit.domain.commands import ListInstrument, SetBasketPrices, SetIndexPrice
from perpit.domain.numbers import UNIT
from tests.binance.caller import Caller
from tests.binance.floor import Floor
from tests.instruments import btcdomusdt, btcusdt


async def test_an_index_has_one_constituent_with_its_price() -> None:
    caller = Caller()
    caller.apply(SetIndexPrice(0, 60_001 * UNIT + 5))
    assert (await caller.public("/fapi/v1/constituents", symbol="BTCUSDT")).json == {
        "symbol": "BTCUSDT",
        "time": caller.now_ms,
        "constituents": [
            {
                "exchange": "perpit",
                "symbol": "BTCUSDT",
                "price": "60001.00000005",
                "weight": "1.00000000",
            }
        ],
    }


async def test_coin_m_names_an_index_by_pair_or_by_a_contract() -> None:
    caller = Caller()
    by_pair = (await caller.public("/dapi/v1/constituents", symbol="BTCUSD")).json
    assert by_pair["symbol"] == by_pair["constituents"][0]["symbol"] == "BTCUSD"
    assert by_pair["constituents"][0]["price"] == "60000.00000000"
    assert (await caller.public("/dapi/v1/constituents", symbol="btcusd_perp")).json == by_pair


async def test_an_index_that_nobody_has_set_has_no_constituent_and_an_unknown_one_is_refused() -> None:
    caller = Caller()
    caller.apply(ListInstrument(btcusdt(3, symbol="NEWUSDT", pair="NEWUSDT")))
    assert (await caller.public("/fapi/v1/constituents", symbol="NEWUSDT")).json["constituents"] == []
    assert (await caller.public("/fapi/v1/constituents", symbol="BTCUSD_PERP")).code == -1121
    assert (await caller.public("/fapi/v1/constituents")).code == -1102


async def test_the_price_of_an_index_of_gold_is_not_shown() -> None:
    caller = Caller()
    terms = {"symbol": "XAUUSDT", "pair": "XAUUSDT", "contract_type": "TRADIFI_PERPETUAL"}
    caller.apply(ListInstrument(btcusdt(3, **terms)))
    caller.apply(SetIndexPrice(3, 4_500 * UNIT))
    rows = (await caller.public("/fapi/v1/constituents", symbol="XAUUSDT")).json["constituents"]
    assert [row["price"] for row in rows] == ["-1"]


def basket_caller() -> Caller:
    """The caller's contracts, and a composite index of 950: 750 in ether, 200 in solana."""
    caller = Caller()
    caller.apply(ListInstrument(btcdomusdt(3)))
    caller.apply(SetBasketPrices(3, [25 * UNIT, 400 * UNIT]))
    return caller


PARTS = [
    {
        "baseAsset": "BTC",
        "quoteAsset": "ETH",
        "weightInQuantity": "30.00000000",
        "weightInPercentage": "0.78947368",
    },
    {
        "baseAsset": "BTC",
        "quoteAsset": "SOL",
        "weightInQuantity": "0.50000000",
        "weightInPercentage": "0.21052632",
    },
]


async def test_a_composite_index_tells_its_parts_by_quantity_and_by_what_they_are_worth_now() -> None:
    caller = basket_caller()
    row = {"symbol": "BTCDOMUSDT", "time": caller.now_ms, "component": "quoteAsset", "baseAssetList": PARTS}
    assert (await caller.public("/fapi/v1/indexInfo")).json == [row]
    assert (await caller.public("/fapi/v1/indexInfo", symbol="BTCDOMUSDT")).json == [row]
    caller.apply(SetBasketPrices(3, [20 * UNIT, 400 * UNIT]))
    parts = (await caller.public("/fapi/v1/indexInfo")).json[0]["baseAssetList"]
    assert [part["weightInPercentage"] for part in parts] == ["0.75000000", "0.25000000"]
    assert [part["weightInQuantity"] for part in parts] == ["30.00000000", "0.50000000"]


async def test_a_basket_of_assets_in_one_quote_tells_its_bases_apart() -> None:
    caller = Caller()
    parts = [BasketPart("BAL", "USDT", UNIT), BasketPart("BAND", "USDT", 2 * UNIT)]
    caller.apply(ListInstrument(btcdomusdt(3, symbol="DEFIUSDT", pair="DEFIUSDT", basket=parts)))
    row = (await caller.public("/fapi/v1/indexInfo", symbol="DEFIUSDT")).json[0]
    assert (row["component"], row["baseAssetList"]) == ("baseAsset", []), "no prices yet"


async def test_other_contracts_follow_no_basket() -> None:
    caller = basket_caller()
    assert (await caller.public("/fapi/v1/indexInfo", symbol="BTCUSDT")).json == []
    assert (await caller.public("/fapi/v1/indexInfo", symbol="DEFIUSDT")).code == -1121
    assert (await Caller().public("/fapi/v1/indexInfo")).json == []


async def test_the_constituents_of_a_composite_index_are_its_parts() -> None:
    answer = (await basket_caller().public("/fapi/v1/constituents", symbol="BTCDOMUSDT")).json
    assert answer["constituents"] == [
        {"exchange": "perpit", "symbol": "BTCETH", "price": "25.00000000", "weight": "0.78947368"},
        {"exchange": "perpit", "symbol": "BTCSOL", "price": "400.00000000", "weight": "0.21052632"},
    ]


async def test_the_price_of_a_composite_index_is_told_like_any_other() -> None:
    caller = basket_caller()
    premium = (await caller.public("/fapi/v1/premiumIndex", symbol="BTCDOMUSDT")).json
    assert (premium["indexPrice"], premium["markPrice"]) == ("950.00000000", "950.00000000")
    rows = (await caller.public("/fapi/v1/exchangeInfo")).json["symbols"]
    row = next(row for row in rows if row["symbol"] == "BTCDOMUSDT")
    assert (row["underlyingType"], row["underlyingSubType"]) == ("INDEX", ["Index"])


def test_the_stream_of_a_composite_index_tells_it_every_second() -> None:
    floor = Floor()
    floor.do(ListInstrument(btcdomusdt(3)))
    socket = floor.listen("/market/ws/btcdomusdt@compositeIndex")
    floor.advance(2_000)
    assert socket.messages() == [], "before its first price"
    floor.do(SetBasketPrices(3, [25 * UNIT, 400 * UNIT]))
    floor.advance(1_000)
    first = socket.messages()
    floor.do(SetBasketPrices(3, [20 * UNIT, 400 * UNIT]))
    floor.advance(1_000)
    second = socket.messages()
    assert [message["p"] for message in first] == ["950.00000000"]
    assert second == [
        {
            "e": "compositeIndex",
            "E": floor.now_ms,
            "s": "BTCDOMUSDT",
            "p": "800.00000000",
            "C": "quoteAsset",
            "c": [
                {"b": "BTC", "q": "ETH", "w": "30.00000000", "W": "0.75000000", "i": "20.00000000"},
                {"b": "BTC", "q": "SOL", "w": "0.50000000", "W": "0.25000000", "i": "400.00000000"},
            ],
        }
    ]


def test_the_stream_of_any_other_contract_is_silent() -> None:
    floor = Floor()
    socket = floor.listen("/market/ws/btcusdt@compositeIndex")
    floor.advance(2_000)
    assert socket.messages() == []
