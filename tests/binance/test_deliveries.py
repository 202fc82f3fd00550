"""What the wire tells of contracts that end: settlement prices, mark frames, candles of a series, contract infos."""

import pytest

from perpit.domain.commands import ListInstrument, ScheduleDelivery, SetIndexPrice
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import UNIT
from tests.binance.caller import Caller
from tests.binance.floor import BTC, COIN, START_MS, Floor
from tests.instruments import btcusd_perp, btcusdt

MINUTE_MS = 60_000
DAY_MS = 86_400_000
CURRENT, NEXT, COIN_QUARTER = 3, 4, 5


def quarter(symbol_id: int, minutes: int, name: str, start_ms: int = START_MS) -> Instrument:
    """A quarter of BTCUSDT, or with id 5 of BTCUSD, that ends on a whole second so long after the start."""
    make = btcusd_perp if symbol_id == COIN_QUARTER else btcusdt
    due_ms = start_ms // 1_000 * 1_000 + minutes * MINUTE_MS
    pair = "BTCUSD" if symbol_id == COIN_QUARTER else "BTCUSDT"
    return make(
        symbol_id,
        symbol=f"{pair}_{name}",
        contract_type=name,
        delivery_ms=due_ms,
        funding_interval_hours=0,
    )


def list_quarters(floor: Floor) -> None:
    """One that ends in an hour, the next in two days; they are called by what they were when they were listed."""
    for symbol_id, minutes, name in ((CURRENT, 60, "CURRENT_QUARTER"), (NEXT, 2_880, "NEXT_QUARTER")):
        floor.do(ListInstrument(quarter(symbol_id, minutes, name)))
        floor.do(SetIndexPrice(symbol_id, 60_000 * UNIT))


@pytest.mark.semantics("3.6.9")
async def test_delivery_prices_are_those_of_a_pair_newest_first() -> None:
    caller = Caller()
    for symbol_id, minutes, price in ((CURRENT, 1, 60_000), (NEXT, 2, 61_000), (COIN_QUARTER, 1, 59_000)):
        instrument = quarter(symbol_id, minutes, f"Q{minutes}", caller.now_ms)
        caller.apply(ListInstrument(instrument))
        caller.apply(SetIndexPrice(symbol_id, price * UNIT + UNIT // 2))
    path = "/futures/data/delivery-price"
    assert (await caller.public(path, pair="BTCUSDT")).json == []
    start_ms = quarter(CURRENT, 2, "", caller.now_ms).delivery_ms
    caller.now_ms += 2 * MINUTE_MS + 1_000
    caller.apply(SetIndexPrice(BTC, 60_000 * UNIT))
    assert (await caller.public(path, pair="BTCUSDT")).json == [
        {"deliveryTime": start_ms, "deliveryPrice": 61_000.5},
        {"deliveryTime": start_ms - MINUTE_MS, "deliveryPrice": 60_000.5},
    ]
    assert [row["deliveryPrice"] for row in (await caller.public(path, pair="btcusd")).json] == [59_000.5]
    assert (await caller.public(path, pair="NOUSDT")).code == -4144
    assert (await caller.public(path)).code == -1102


@pytest.mark.semantics("3.3.3")
def test_a_mark_frame_of_a_quarter_has_no_funding_rate() -> None:
    floor = Floor()
    list_quarters(floor)
    socket = floor.listen("/ws/btcusdt_current_quarter@markPrice@1s")
    floor.advance(1_000)
    (frame,) = socket.of("markPriceUpdate")
    assert (frame["s"], frame["r"], frame["T"]) == ("BTCUSDT_CURRENT_QUARTER", "", 0)


@pytest.mark.semantics("C31", "3.6.5", "3.6.8")
def test_contract_infos_tell_of_listing_and_end_to_listeners_of_the_product() -> None:
    floor = Floor()
    socket, session = floor.connect("/ws/!contractInfo")
    coin = floor.listen("/dstream/ws/!contractInfo")
    list_quarters(floor)
    floor.do(ListInstrument(quarter(COIN_QUARTER, 2_880, "CURRENT_QUARTER")))
    listed = socket.of("contractInfo")
    assert listed[0] == {
        "e": "contractInfo",
        "E": START_MS,
        "s": "BTCUSDT_CURRENT_QUARTER",
        "ct": "CURRENT_QUARTER",
        "dt": START_MS + 60 * MINUTE_MS,
        "ot": 1_569_398_400_000,
        "cs": "TRADING",
        "st": 1,
    }
    assert [row["ct"] for row in listed] == ["CURRENT_QUARTER", "NEXT_QUARTER"]
    assert [(row["ps"], row["st"]) for row in coin.of("contractInfo")] == [("BTCUSD", 2)]

    floor.advance(60 * MINUTE_MS)
    assert [row["cs"] for row in socket.of("contractInfo")] == ["PRE_DELIVERING", "DELIVERING"]
    floor.advance(1_000)
    assert [row["cs"] for row in socket.of("contractInfo")] == ["DELIVERED"]
    due_ms = floor.now_ms + DAY_MS
    floor.do(ScheduleDelivery(BTC, due_ms))
    assert [(row["cs"], row["dt"]) for row in socket.of("contractInfo")] == [("TRADING", due_ms)]
    floor.advance(DAY_MS + 1_000)
    assert [(row["cs"], row["ct"]) for row in socket.of("contractInfo")] == [
        ("PRE_SETTLE", "PERPETUAL"),
        ("SETTLING", "PERPETUAL"),
        ("CLOSE", "PERPETUAL"),
    ]
    assert coin.messages() == []
    floor.hub.disconnect(session)


def test_the_index_of_a_coin_pair_goes_on_when_one_of_its_contracts_has_ended() -> None:
    floor = Floor()
    list_quarters(floor)
    floor.do(ListInstrument(quarter(COIN_QUARTER, 2_880, "CURRENT_QUARTER")))
    floor.do(SetIndexPrice(COIN_QUARTER, 61_000 * UNIT))
    floor.do(ScheduleDelivery(COIN, floor.now_ms // 1_000 * 1_000 + 2_000))
    socket = floor.listen("/dstream/ws/btcusd@indexPrice@1s")
    floor.advance(5_000)
    prices = [message["p"] for message in socket.of("indexPriceUpdate")]
    assert prices[-1] == "61000.00000000"
    assert len(prices) == 5


async def test_a_perpetual_of_coin_m_that_is_delisted_has_the_words_of_its_product() -> None:
    caller = Caller()
    words = []
    for symbol_id, path in ((BTC, "/fapi/v1/exchangeInfo"), (COIN, "/dapi/v1/exchangeInfo")):
        due_ms = caller.now_ms // 1_000 * 1_000 + 2_000
        caller.apply(ScheduleDelivery(symbol_id, due_ms))
        for step in range(3):
            rows = (await caller.public(path)).json["symbols"]
            words.append(rows[0].get("contractStatus") or rows[0]["status"])
            caller.now_ms = due_ms + step * 1_000
            caller.apply(SetIndexPrice(1, 3_000 * UNIT))
    assert words == ["PRE_SETTLE", "SETTLING", "CLOSE", "PRE_DELIVERING", "DELIVERING", "DELIVERED"]
