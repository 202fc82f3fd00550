"""What an index consists of: the one source that it has here."""

from perpit.domain.commands import ListInstrument, SetIndexPrice
from perpit.domain.numbers import UNIT
from tests.binance.caller import Caller
from tests.binance.floor import Floor
from tests.instruments import btcusdt


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


async def test_there_is_no_composite_index_and_its_stream_is_silent() -> None:
    caller = Caller()
    assert (await caller.public("/fapi/v1/indexInfo")).json == []
    assert (await caller.public("/fapi/v1/indexInfo", symbol="BTCUSDT")).json == []
    assert (await caller.public("/fapi/v1/indexInfo", symbol="DEFIUSDT")).code == -1121
    floor = Floor()
    socket = floor.listen("/market/ws/btcusdt@compositeIndex")
    floor.advance(2_000)
    assert socket.messages() == []
